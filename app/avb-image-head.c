/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-image-head.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "backends/avb-error.h"

#define SECTOR 2048
#define HEAD_SIZE (64 * 1024)
/* Some writers count the 150 sectors of run-out that a file need not have. */
#define RUN_OUT (150 * SECTOR)
/* Real images have three to five descriptors. */
#define MAX_DESCRIPTORS 32

typedef struct {
  AvbImageReader reader;
  gpointer       data;
  guint64        size;
  const char    *name;
  AvbImageHead  *head;
  guint8        *bytes;
  gsize          length;
} Sniff;

static guint16
le16 (const guint8 *bytes)
{
  return bytes[0] | bytes[1] << 8;
}

static guint32
le32 (const guint8 *bytes)
{
  return le16 (bytes) | (guint32) le16 (bytes + 2) << 16;
}

static guint64
le64 (const guint8 *bytes)
{
  return le32 (bytes) | (guint64) le32 (bytes + 4) << 32;
}

static guint32
be32 (const guint8 *bytes)
{
  return (guint32) bytes[0] << 24 | (guint32) bytes[1] << 16 | (guint32) bytes[2] << 8 | bytes[3];
}

static guint64
be64 (const guint8 *bytes)
{
  return (guint64) be32 (bytes) << 32 | be32 (bytes + 4);
}

static gboolean
has (const Sniff *sniff, gsize offset, const char *magic, gsize length)
{
  return offset + length <= sniff->length && memcmp (sniff->bytes + offset, magic, length) == 0;
}

static gboolean
refuse (GError **error, const char *format, const char *name)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, format, name));
#pragma GCC diagnostic pop
  return FALSE;
}

/* Padded with spaces (or zeros) on the disc; anything goes in there. */
static void
copy_field (char *to, const guint8 *from, gsize length)
{
  g_autofree char *utf8 = NULL;
  g_autofree char *raw = g_strndup ((const char *) from, length);

  utf8 = g_utf8_make_valid (raw, -1);
  for (char *c = utf8; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      *c = ' ';
  g_strstrip (utf8);
  /* Each wrong byte became three; cut between characters. */
  while (strlen (utf8) > length)
    g_utf8_find_prev_char (utf8, utf8 + strlen (utf8))[0] = '\0';
  g_strlcpy (to, utf8, length + 1);
}

static void
add_boot_entry (AvbImageHead *head, guint8 platform)
{
  if (platform == 0x00)
    head->boots_bios = TRUE;
  else if (platform == 0xef)
    head->boots_uefi = TRUE;
}

/* The catalogue: a validation entry, the default entry, then sections for other platforms. */
static gboolean
read_boot_catalogue (Sniff *sniff, guint32 sector, GError **error)
{
  guint8 entries[SECTOR];
  guint16 sum = 0;
  gssize length = sniff->reader (sniff->data, entries, sizeof entries,
                                 (guint64) sector * SECTOR, error);

  if (length < 0)
    return FALSE;
  if (length < 64 || entries[0] != 0x01 || entries[30] != 0x55 || entries[31] != 0xaa)
    return TRUE;
  for (guint i = 0; i < 32; i += 2)
    sum += le16 (entries + i);
  if (sum != 0)
    return TRUE;

  if (entries[32] == 0x88)
    add_boot_entry (sniff->head, entries[1]);
  for (gsize at = 64; at + 32 <= (gsize) length && (entries[at] == 0x90 || entries[at] == 0x91);)
    {
      guint8 platform = entries[at + 1];
      guint count = le16 (entries + at + 2);
      gboolean last = entries[at] == 0x91;

      for (at += 32; count > 0 && at + 32 <= (gsize) length; at += 32)
        {
          if (entries[at] == 0x44) /* continues the entry before */
            continue;
          if (entries[at] == 0x88)
            add_boot_entry (sniff->head, platform);
          count--;
        }
      if (last)
        break;
    }
  return TRUE;
}

static gboolean
check_iso_complete (Sniff *sniff, GError **error)
{
  if (sniff->head->iso.volume_size > sniff->size + RUN_OUT)
    return refuse (error, _("“%s” is incomplete: a part of the disc image is missing."), sniff->name);
  return TRUE;
}

/* ECMA-167, 2/9.1 */
static gboolean
is_udf (const guint8 *descriptor)
{
  static const char *const names[] = { "BEA01", "BOOT2", "NSR02", "NSR03", "TEA01" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if (memcmp (descriptor + 1, names[i], 5) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
read_iso (Sniff *sniff, GError **error)
{
  AvbIsoVolume *iso = &sniff->head->iso;
  gboolean seen_primary = FALSE;

  sniff->head->format = AVB_IMAGE_FORMAT_ISO;
  for (guint i = 16; i < 16 + MAX_DESCRIPTORS; i++)
    {
      guint8 descriptor[SECTOR];
      gssize length = sniff->reader (sniff->data, descriptor, sizeof descriptor,
                                     (guint64) i * SECTOR, error);

      if (length < 0)
        return FALSE;
      if (length < SECTOR)
        return refuse (error, _("“%s” is incomplete: a part of the disc image is missing."), sniff->name);
      /* UDF's own stand around them; a boot record among those is as good as any. */
      if (is_udf (descriptor))
        continue;
      if (memcmp (descriptor + 1, "CD001", 5) != 0 || descriptor[0] == 0xff)
        break;
      if (descriptor[0] == 1 && !seen_primary)
        {
          seen_primary = TRUE;
          copy_field (iso->system_id, descriptor + 8, 32);
          copy_field (iso->volume_id, descriptor + 40, 32);
          copy_field (iso->publisher_id, descriptor + 318, 128);
          copy_field (iso->application_id, descriptor + 574, 128);
          iso->volume_size = (guint64) le32 (descriptor + 80) * le16 (descriptor + 128);
        }
      else if (descriptor[0] == 0 && memcmp (descriptor + 7, "EL TORITO SPECIFICATION", 23) == 0)
        {
          if (!read_boot_catalogue (sniff, le32 (descriptor + 71), error))
            return FALSE;
        }
    }
  return check_iso_complete (sniff, error);
}

/* qcow2's own specification: docs/interop/qcow2.txt of QEMU. */
static gboolean
check_qcow2 (Sniff *sniff, GError **error)
{
  const guint8 *bytes = sniff->bytes;
  guint32 version;

  if (sniff->length < 72)
    return refuse (error, _("“%s” is incomplete: its header ends too early."), sniff->name);
  version = be32 (bytes + 4);
  if (version < 2 || version > 3)
    return refuse (error, _("“%s” has a version of the qcow format that is not supported."), sniff->name);
  if (be64 (bytes + 8) != 0)
    return refuse (error, _("“%s” is only the difference to another file, its backing file. Such images "
                            "are refused, because they could show a machine any file of this computer."),
                   sniff->name);
  if (be32 (bytes + 32) != 0)
    return refuse (error, _("“%s” is encrypted, which is not supported."), sniff->name);
  if (version == 3 && sniff->length >= 80 && (be64 (bytes + 72) & 4) != 0)
    return refuse (error, _("“%s” keeps its content in another file. Such images are refused, because "
                            "they could show a machine any file of this computer."),
                   sniff->name);
  sniff->head->format = AVB_IMAGE_FORMAT_QCOW2;
  return TRUE;
}

static gboolean
all_zero (const guint8 *bytes, gsize length)
{
  for (gsize i = 0; i < length; i++)
    if (bytes[i] != 0)
      return FALSE;
  return TRUE;
}

/* A file system without a partition table. */
static gboolean
has_file_system (const Sniff *sniff)
{
  return has (sniff, 0x438, "\x53\xef", 2) || has (sniff, 0, "XFSB", 4);
}

static gboolean
read_raw (Sniff *sniff, gboolean raw_expected, GError **error)
{
  AvbImageHead *head = sniff->head;

  if (has (sniff, 0, "LUKS\xba\xbe", 6))
    return refuse (error, _("“%s” is encrypted, which is not supported."), sniff->name);
  if (has (sniff, 0, "\xfd" "7zXZ", 5) || has (sniff, 0, "\x1f\x8b", 2) || has (sniff, 0, "BZh", 3) ||
      has (sniff, 0, "\x28\xb5\x2f\xfd", 4) || has (sniff, 0, "PK\x03\x04", 4) ||
      has (sniff, 0, "7z\xbc\xaf\x27\x1c", 6) || has (sniff, 0, "Rar!", 4))
    return refuse (error, _("“%s” is compressed. Unpack it first."), sniff->name);
  if (has (sniff, 257, "ustar", 5))
    return refuse (error, _("“%s” is an archive. Unpack it first."), sniff->name);

  head->format = AVB_IMAGE_FORMAT_RAW;
  if (avb_image_head_scan_disk (sniff->bytes, sniff->length, &head->boots_bios, &head->boots_uefi) ||
      has_file_system (sniff))
    return TRUE;
  if (raw_expected && sniff->size >= 512 && sniff->size % 512 == 0 &&
      all_zero (sniff->bytes, sniff->length))
    return TRUE;
  return refuse (error, _("“%s” is neither a disc image nor a disk image."), sniff->name);
}

static gboolean
has_footer (Sniff *sniff, const char *magic, gsize length)
{
  guint8 footer[512];
  g_autoptr (GError) error = NULL;

  return sniff->size >= sizeof footer &&
         sniff->reader (sniff->data, footer, sizeof footer, sniff->size - sizeof footer, &error) ==
             sizeof footer &&
         memcmp (footer, magic, length) == 0;
}

static gboolean
sniff_format (Sniff *sniff, gboolean raw_expected, GError **error)
{
  AvbImageHead *head = sniff->head;

  if (has (sniff, 0x8001, "CD001", 5) || has (sniff, 0x8001, "BEA01", 5))
    return read_iso (sniff, error);
  if (has (sniff, 0, "QFI\xfb", 4))
    return check_qcow2 (sniff, error);
  if (has (sniff, 0, "# Disk DescriptorFile", 21))
    return refuse (error, _("“%s” only describes a disk whose content is in other files. Choose a disk "
                            "image that is one file."),
                   sniff->name);
  if (has (sniff, 0, "KDMV", 4))
    head->format = AVB_IMAGE_FORMAT_VMDK;
  else if (has (sniff, 64, "\x7f\x10\xda\xbe", 4))
    head->format = AVB_IMAGE_FORMAT_VDI;
  else if (has (sniff, 0, "vhdxfile", 8))
    head->format = AVB_IMAGE_FORMAT_VHDX;
  else if (has (sniff, 0, "conectix", 8) || has_footer (sniff, "conectix", 8))
    head->format = AVB_IMAGE_FORMAT_VPC;
  else
    return read_raw (sniff, raw_expected, error);
  return TRUE;
}

static void
scan_gpt (const guint8 *bytes, gsize length, gboolean *boots_bios, gboolean *boots_uefi)
{
  static const guint8 esp[16] = { 0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11,
                                  0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b };
  static const guint8 bios_boot[16] = { 0x48, 0x61, 0x68, 0x21, 0x49, 0x64, 0x6f, 0x6e,
                                        0x74, 0x4e, 0x65, 0x65, 0x64, 0x45, 0x46, 0x49 };
  guint64 table = le64 (bytes + 512 + 72);
  guint32 count = le32 (bytes + 512 + 80), entry_size = le32 (bytes + 512 + 84);

  if (table > length / 512 || entry_size < 128 || entry_size > 4096)
    return;
  for (guint32 i = 0; i < MIN (count, 512u); i++)
    {
      gsize at = table * 512 + (gsize) i * entry_size;

      if (at + 16 > length)
        break;
      if (memcmp (bytes + at, esp, 16) == 0)
        *boots_uefi = TRUE;
      else if (memcmp (bytes + at, bios_boot, 16) == 0)
        *boots_bios = TRUE;
    }
}

gboolean
avb_image_head_scan_disk (const guint8 *bytes,
                          gsize         length,
                          gboolean     *boots_bios,
                          gboolean     *boots_uefi)
{
  gboolean gpt;

  g_return_val_if_fail (bytes != NULL, FALSE);
  g_return_val_if_fail (boots_bios != NULL && boots_uefi != NULL, FALSE);

  *boots_bios = *boots_uefi = FALSE;
  gpt = length >= 1024 && memcmp (bytes + 512, "EFI PART", 8) == 0;
  if (gpt)
    scan_gpt (bytes, length, boots_bios, boots_uefi);
  if (length < 512 || bytes[510] != 0x55 || bytes[511] != 0xaa)
    return gpt;

  for (guint i = 0; i < 4; i++)
    if (bytes[446 + 16 * i + 4] == 0xef)
      *boots_uefi = TRUE;
  /* A protective MBR of partitioning tools has no code; one with code starts something. */
  if (!all_zero (bytes, 440))
    *boots_bios = TRUE;
  return TRUE;
}

gboolean
avb_image_head_read (AvbImageReader  reader,
                     gpointer        data,
                     guint64         size,
                     const char     *name,
                     gboolean        raw_expected,
                     AvbImageHead   *head,
                     GError        **error)
{
  g_autofree guint8 *bytes = g_malloc (HEAD_SIZE);
  Sniff sniff = { .reader = reader, .data = data, .size = size, .name = name, .head = head, .bytes = bytes };
  gssize length;

  g_return_val_if_fail (reader != NULL, FALSE);
  g_return_val_if_fail (name != NULL, FALSE);
  g_return_val_if_fail (head != NULL, FALSE);

  memset (head, 0, sizeof *head);
  head->size = size;
  length = reader (data, bytes, HEAD_SIZE, 0, error);
  if (length < 0)
    return FALSE;
  sniff.length = length;
  return sniff_format (&sniff, raw_expected, error);
}

const char *
avb_image_format_get_name (AvbImageFormat format)
{
  static const char *const names[] = { "raw", "raw", "qcow2", "vmdk", "vdi", "vhdx", "vpc" };

  g_return_val_if_fail (format < G_N_ELEMENTS (names), NULL);
  return names[format];
}

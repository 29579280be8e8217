/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * AvbImageFormat:
 *
 * What the first bytes of a file say it is.
 */
typedef enum {
  AVB_IMAGE_FORMAT_ISO,
  AVB_IMAGE_FORMAT_RAW,
  AVB_IMAGE_FORMAT_QCOW2,
  AVB_IMAGE_FORMAT_VMDK,
  AVB_IMAGE_FORMAT_VDI,
  AVB_IMAGE_FORMAT_VHDX,
  AVB_IMAGE_FORMAT_VPC,
} AvbImageFormat;

/* The strings of an ISO 9660 primary volume descriptor, valid UTF-8 and without control characters. */
typedef struct {
  char    volume_id[33];
  char    system_id[33];
  char    publisher_id[129];
  char    application_id[129];
  guint64 volume_size; /* bytes; 0: only UDF */
} AvbIsoVolume;

typedef struct {
  AvbImageFormat format;
  guint64        size;       /* bytes of the file */
  AvbIsoVolume   iso;        /* for an ISO */
  gboolean       boots_bios; /* for an ISO and a raw disk */
  gboolean       boots_uefi;
} AvbImageHead;

/**
 * AvbImageReader:
 *
 * Reads up to @count bytes at @offset into @buffer; less than that only at the end.
 *
 * Returns: bytes read, or -1 with @error set
 */
typedef gssize (*AvbImageReader) (gpointer data,
                                  guint8  *buffer,
                                  gsize    count,
                                  guint64  offset,
                                  GError **error);

/**
 * avb_image_head_read:
 * @reader: gives the bytes
 * @size: bytes of the file, not 0
 * @name: what to call the file in messages, safe to show
 * @raw_expected: the file name ends as those of raw disks do: one that is still empty is taken too
 *
 * Finds out what a file is, without trusting a byte of it. ISO 9660 is ECMA-119, the boot catalogue
 * the "El Torito" specification 1.0.
 *
 * Thread: any; blocks as long as @reader does.
 *
 * Returns: %FALSE with %AVB_ERROR_INVALID, or an error of @reader
 */
gboolean avb_image_head_read (AvbImageReader  reader,
                              gpointer        data,
                              guint64         size,
                              const char     *name,
                              gboolean        raw_expected,
                              AvbImageHead   *head,
                              GError        **error);

/**
 * avb_image_head_scan_disk:
 * @bytes: the first bytes of a disk as a guest sees it, 64 KiB are enough
 *
 * Looks for what BIOS and UEFI start a disk from: boot code in the MBR, an EFI system partition.
 *
 * Returns: whether there is a partition table or a boot sector at all
 */
gboolean avb_image_head_scan_disk (const guint8 *bytes,
                                   gsize         length,
                                   gboolean     *boots_bios,
                                   gboolean     *boots_uefi);

/* QEMU's name: "qcow2"; "raw" for an ISO. */
const char *avb_image_format_get_name (AvbImageFormat format);

G_END_DECLS

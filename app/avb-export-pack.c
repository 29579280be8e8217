/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What becomes of the disks' files: members of a tar archive with a description and a manifest, or compressed ones.
 * Runs on a worker. */

#include "config.h"

#include "app/avb-export-private.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/avb-checksum.h"
#include "app/avb-ovf-writer.h"
#include "backends/avb-error.h"
#include "backends/avb-posix.h"

#define BLOCK (1 << 20)
#define FLUSH_BYTES (16 << 20)
/* What a header of POSIX's tar says at most; longer ones need GNU's. */
#define USTAR_MAX (G_GUINT64_CONSTANT (1) << 33)
/* Of VMDK's header: the capacity in sectors is a little-endian number of 64 bits. */
#define VMDK_MAGIC "KDMV"
#define VMDK_CAPACITY 12
#define SECTOR 512

/* A file that is being written, and its sum. */
typedef struct {
  AvbExportPack *pack;
  char          *path;
  int            fd;
  int            error; /* errno */
  AvbChecksum   *sum;   /* (nullable) */
  guint8        *block;
  guint64        done, total; /* bytes read */
  guint64        written, flushed;
} Output;

static gboolean
output_open (Output *self, AvbExportPack *pack, const char *name, GError **error)
{
  memset (self, 0, sizeof *self);
  self->pack = pack;
  self->path = avb_export_folder_path (pack->folder, name);
  self->sum = pack->checksum ? avb_checksum_new (G_CHECKSUM_SHA256) : NULL;
  self->block = g_malloc (BLOCK);
  self->fd = open (self->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (self->fd < 0)
    g_propagate_error (error, avb_export_error_new (errno, self->path));
  return self->fd >= 0;
}

static void
output_clear (Output *self)
{
  if (self->fd >= 0)
    close (self->fd);
  g_clear_pointer (&self->sum, avb_checksum_free);
  g_free (self->path);
  g_free (self->block);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Output, output_clear)

static la_ssize_t
write_cb (struct archive *archive, void *data, const void *buffer, size_t length)
{
  Output *self = data;
  size_t done = 0;

  while (done < length)
    {
      ssize_t n = write (self->fd, (const char *) buffer + done, length - done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          self->error = errno;
          archive_set_error (archive, errno, "%s", g_strerror (errno));
          return -1;
        }
      done += n;
    }
  self->written += length;
  /* So that the sync before the files are shown has little left to do. */
  if (self->written - self->flushed >= FLUSH_BYTES)
    {
      avb_posix_flush_soon (self->fd, self->flushed, self->written - self->flushed);
      self->flushed = self->written;
    }
  if (self->sum != NULL)
    avb_checksum_update (self->sum, buffer, length);
  return length;
}

static gboolean
archive_failed (Output *self, struct archive *archive, GError **error)
{
  g_propagate_error (error, self->error != 0
                                ? avb_export_error_new (self->error, self->path)
                                : avb_error_new (AVB_ERROR_FAILED, archive_error_string (archive),
                                                 _("The file could not be written.")));
  return FALSE;
}

static gboolean
progress (Output *self, gsize length, GError **error)
{
  AvbExportPack *pack = self->pack;

  self->done += length;
  if (self->total > 0)
    avb_operation_set_fraction (pack->operation,
                                pack->start + (1 - pack->start) * MIN (1.0, (double) self->done / self->total));
  return !g_cancellable_set_error_if_cancelled (avb_operation_get_cancellable (pack->operation), error);
}

static guint64
size_of (const char *path)
{
  GStatBuf buf;

  return g_stat (path, &buf) == 0 ? buf.st_size : 0;
}

/* The bytes of a file into an archive that is at their entry. @sum: (nullable): gets them, too. */
static gboolean
copy_file (Output *self, struct archive *archive, const char *path, AvbChecksum *sum, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  ssize_t n = -1;
  gboolean ok = fd >= 0;

  while (ok && (n = read (fd, self->block, BLOCK)) > 0)
    {
      if (sum != NULL)
        avb_checksum_update (sum, self->block, n);
      if (archive_write_data (archive, self->block, n) != n)
        ok = archive_failed (self, archive, error);
      else
        ok = progress (self, n, error);
    }
  if (n < 0 && (error == NULL || *error == NULL))
    {
      g_propagate_error (error, avb_export_error_new (errno, path));
      ok = FALSE;
    }
  if (fd >= 0)
    close (fd);
  return ok;
}

static gboolean
add_header (Output *self, struct archive *archive, const char *name, guint64 size, GError **error)
{
  struct archive_entry *entry = archive_entry_new ();
  int result;

  archive_entry_set_pathname (entry, name);
  archive_entry_set_size (entry, size);
  archive_entry_set_filetype (entry, AE_IFREG);
  archive_entry_set_perm (entry, 0644);
  archive_entry_set_mtime (entry, g_get_real_time () / G_USEC_PER_SEC, 0);
  result = archive_write_header (archive, entry);
  archive_entry_free (entry);
  return result >= ARCHIVE_WARN || archive_failed (self, archive, error);
}

static gboolean
add_text (Output *self, struct archive *archive, const char *name, const char *text, GError **error)
{
  gsize length = strlen (text);

  return add_header (self, archive, name, length, error) &&
         (archive_write_data (archive, text, length) == (la_ssize_t) length || archive_failed (self, archive, error));
}

static gboolean
finish_archive (Output *self, struct archive *archive, GError **error)
{
  return archive_write_close (archive) == ARCHIVE_OK || archive_failed (self, archive, error);
}

static gboolean
read_vmdk_capacity (const char *path, guint64 *capacity, GError **error)
{
  guint8 head[VMDK_CAPACITY + 8];
  guint64 sectors;
  int fd = open (path, O_RDONLY | O_CLOEXEC);
  gboolean ok = fd >= 0 && read (fd, head, sizeof head) == sizeof head && memcmp (head, VMDK_MAGIC, 4) == 0;

  if (fd >= 0)
    close (fd);
  if (!ok)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_FAILED, path, _("A disk could not be converted.")));
      return FALSE;
    }
  memcpy (&sectors, head + VMDK_CAPACITY, sizeof sectors);
  *capacity = GUINT64_FROM_LE (sectors) * SECTOR;
  return TRUE;
}

/* The hard disks of the spec and the files that were made of them are in the same order. */
static GPtrArray *
describe_disks (AvbExportPack *pack, const char *stem, GError **error)
{
  GPtrArray *specs = avb_machine_spec_get_disks (pack->spec);
  g_autoptr (GPtrArray) disks = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_ovf_disk_free);

  for (guint i = 0; i < specs->len; i++)
    {
      const AvbDiskSpec *spec = g_ptr_array_index (specs, i);
      g_autofree char *name = g_strdup_printf ("%s-disk%u.vmdk", stem, disks->len + 1);
      g_autofree char *path = NULL;
      guint64 capacity;

      if (spec->device != AVB_DISK_DEVICE_DISK || spec->path == NULL)
        continue;
      path = avb_export_folder_path (pack->folder, g_ptr_array_index (pack->names, disks->len));
      if (!read_vmdk_capacity (path, &capacity, error))
        return NULL;
      g_ptr_array_add (disks, avb_ovf_disk_new (name, size_of (path), capacity, spec->bus));
    }
  return g_steal_pointer (&disks);
}

static void
add_to_manifest (GString *manifest, const char *name, const char *sum)
{
  g_string_append_printf (manifest, "SHA256(%s)= %s\n", name, sum);
}

/* The description first, the disks in its order, the manifest at the end: DSP0243, 5.3. */
static gboolean
write_members (Output *self, struct archive *archive, GPtrArray *disks, const char *stem, GError **error)
{
  AvbExportPack *pack = self->pack;
  g_autofree char *description = avb_ovf_write (pack->spec, disks);
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, description, -1);
  g_autofree char *ovf_name = g_strconcat (stem, ".ovf", NULL);
  g_autofree char *manifest_name = g_strconcat (stem, ".mf", NULL);
  g_autoptr (GString) manifest = g_string_new (NULL);

  if (!add_text (self, archive, ovf_name, description, error))
    return FALSE;
  add_to_manifest (manifest, ovf_name, sum);
  for (guint i = 0; i < disks->len; i++)
    {
      const AvbOvfDisk *disk = g_ptr_array_index (disks, i);
      g_autofree char *path = avb_export_folder_path (pack->folder, g_ptr_array_index (pack->names, i));
      g_autoptr (AvbChecksum) disk_sum = avb_checksum_new (G_CHECKSUM_SHA256);

      if (!add_header (self, archive, disk->file, disk->size, error) ||
          !copy_file (self, archive, path, disk_sum, error))
        return FALSE;
      add_to_manifest (manifest, disk->file, avb_checksum_get_string (disk_sum));
      /* Not twice on the disk for longer than needed. */
      unlink (path);
    }
  return add_text (self, archive, manifest_name, manifest->str, error);
}

/* Names in an archive meet all kinds of programs. */
static char *
make_member_stem (const char *stem)
{
  for (const char *c = stem; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr ("._-", *c) == NULL)
      return g_strdup ("machine");
  return g_strdup (stem);
}

static void
add_to_sums (GString *sums, Output *output, const char *name)
{
  if (output->sum != NULL)
    g_string_append_printf (sums, "%s  %s\n", avb_checksum_get_string (output->sum), name);
}

static gboolean
pack_ova (AvbExportPack *pack, GPtrArray *made, GString *sums, GError **error)
{
  g_autofree char *name = g_strconcat (pack->stem, ".ova", NULL);
  g_autofree char *stem = make_member_stem (pack->stem);
  g_autoptr (GPtrArray) disks = describe_disks (pack, stem, error);
  g_auto (Output) output = { .fd = -1 };
  struct archive *archive;
  gboolean large = FALSE, ok;

  if (disks == NULL || !output_open (&output, pack, name, error))
    return FALSE;
  for (guint i = 0; i < disks->len; i++)
    {
      const AvbOvfDisk *disk = g_ptr_array_index (disks, i);

      output.total += disk->size;
      large = large || disk->size >= USTAR_MAX;
    }
  archive = archive_write_new ();
  if (large)
    archive_write_set_format_gnutar (archive);
  else
    archive_write_set_format_ustar (archive);
  archive_write_set_bytes_per_block (archive, 0);
  ok = (archive_write_open2 (archive, &output, NULL, write_cb, NULL, NULL) == ARCHIVE_OK ||
        archive_failed (&output, archive, error)) &&
       write_members (&output, archive, disks, stem, error) && finish_archive (&output, archive, error);
  archive_write_free (archive);
  if (ok)
    {
      add_to_sums (sums, &output, name);
      g_ptr_array_add (made, g_steal_pointer (&name));
    }
  return ok;
}

static gboolean
compress_file (AvbExportPack *pack, const char *name, guint64 before, guint64 total, GPtrArray *made, GString *sums,
               GError **error)
{
  gboolean zstd = pack->format == AVB_EXPORT_RAW_ZSTD;
  g_autofree char *path = avb_export_folder_path (pack->folder, name);
  g_autofree char *new_name = g_strconcat (name, zstd ? ".zst" : ".gz", NULL);
  g_auto (Output) output = { .fd = -1 };
  struct archive *archive;
  gboolean ok;

  if (!output_open (&output, pack, new_name, error))
    return FALSE;
  output.done = before;
  output.total = total;
  archive = archive_write_new ();
  archive_write_set_format_raw (archive);
  archive_write_set_bytes_per_block (archive, 0);
  ok = ((zstd ? archive_write_add_filter_zstd (archive) : archive_write_add_filter_gzip (archive)) == ARCHIVE_OK &&
        archive_write_open2 (archive, &output, NULL, write_cb, NULL, NULL) == ARCHIVE_OK) ||
       archive_failed (&output, archive, error);
  ok = ok && add_header (&output, archive, name, size_of (path), error) &&
       copy_file (&output, archive, path, NULL, error) && finish_archive (&output, archive, error);
  archive_write_free (archive);
  unlink (path);
  if (ok)
    {
      add_to_sums (sums, &output, new_name);
      g_ptr_array_add (made, g_steal_pointer (&new_name));
    }
  return ok;
}

static gboolean
sum_file (AvbExportPack *pack, const char *name, guint64 before, guint64 total, GPtrArray *made, GString *sums,
          GError **error)
{
  g_autofree char *path = avb_export_folder_path (pack->folder, name);
  Output output = { .pack = pack, .fd = -1, .done = before, .total = total };
  g_autoptr (AvbChecksum) sum = avb_checksum_new (G_CHECKSUM_SHA256);
  g_autofree guint8 *block = g_malloc (BLOCK);
  int fd = pack->checksum ? open (path, O_RDONLY | O_CLOEXEC) : -1;
  ssize_t n = 0;
  gboolean ok = TRUE;

  while (ok && fd >= 0 && (n = read (fd, block, BLOCK)) > 0)
    {
      avb_checksum_update (sum, block, n);
      ok = progress (&output, n, error);
    }
  if (pack->checksum && (fd < 0 || n < 0))
    {
      g_propagate_error (error, avb_export_error_new (errno, path));
      ok = FALSE;
    }
  if (fd >= 0)
    close (fd);
  if (pack->checksum)
    g_string_append_printf (sums, "%s  %s\n", avb_checksum_get_string (sum), name);
  g_ptr_array_add (made, g_strdup (name));
  return ok;
}

static gboolean
pack_disks (AvbExportPack *pack, GPtrArray *made, GString *sums, GError **error)
{
  gboolean compress = pack->format == AVB_EXPORT_RAW_ZSTD || pack->format == AVB_EXPORT_RAW_GZIP;
  guint64 total = 0, before = 0;

  for (guint i = 0; i < pack->names->len; i++)
    {
      g_autofree char *path = avb_export_folder_path (pack->folder, g_ptr_array_index (pack->names, i));

      total += size_of (path);
    }
  for (guint i = 0; i < pack->names->len; i++)
    {
      const char *name = g_ptr_array_index (pack->names, i);
      g_autofree char *path = avb_export_folder_path (pack->folder, name);
      guint64 size = size_of (path);

      if (!(compress ? compress_file (pack, name, before, total, made, sums, error)
                     : sum_file (pack, name, before, total, made, sums, error)))
        return FALSE;
      before += size;
    }
  return TRUE;
}

static gboolean
write_sums (AvbExportPack *pack, GPtrArray *made, GString *sums, GError **error)
{
  g_autofree char *name = g_strconcat (g_ptr_array_index (made, 0), ".sha256", NULL);
  g_autofree char *path = avb_export_folder_path (pack->folder, name);
  g_autoptr (GError) local_error = NULL;

  if (!g_file_set_contents_full (path, sums->str, sums->len, G_FILE_SET_CONTENTS_NONE, 0666, &local_error))
    {
      g_propagate_error (error, avb_error_new (g_error_matches (local_error, G_FILE_ERROR, G_FILE_ERROR_NOSPC)
                                                   ? AVB_ERROR_NO_SPACE : AVB_ERROR_FAILED,
                                               local_error->message, _("The checksums could not be written.")));
      return FALSE;
    }
  g_ptr_array_add (made, g_steal_pointer (&name));
  return TRUE;
}

gboolean
avb_export_pack (AvbExportPack *pack, GError **error)
{
  g_autoptr (GPtrArray) made = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GString) sums = g_string_new (NULL);

  if (!(pack->format == AVB_EXPORT_OVA ? pack_ova (pack, made, sums, error) : pack_disks (pack, made, sums, error)))
    return FALSE;
  if (pack->checksum && !write_sums (pack, made, sums, error))
    return FALSE;
  g_ptr_array_set_size (pack->names, 0);
  g_ptr_array_extend_and_steal (pack->names, g_steal_pointer (&made));
  return TRUE;
}

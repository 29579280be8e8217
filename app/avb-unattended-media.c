/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The kernel out of a disc that nobody trusts, and files for an installer into its initial file system, or onto a disc of
 * their own. Worker threads. */

#include "config.h"

#include "app/avb-unattended-private.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <string.h>
#include <unistd.h>

#include "backends/avb-error.h"
#include "backends/avb-posix.h"

#define MIB (1024 * 1024)
#define MAX_KERNEL (128 * (guint64) MIB)
#define MAX_INITRD (1024 * (guint64) MIB)
/* Discs have some ten thousand files. */
#define MAX_ENTRIES 2000000
#define BLOCK (256 * 1024)

typedef struct archive AvbReader;
typedef struct archive AvbWriter;

static void
reader_free (AvbReader *archive)
{
  archive_read_free (archive);
}

static void
writer_free (AvbWriter *archive)
{
  archive_write_free (archive);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbReader, reader_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbWriter, writer_free)

static gboolean
fail_to_write (int code, const char *details, GError **error)
{
  if (code == ENOSPC || code == EDQUOT)
    g_propagate_error (error, avb_error_new (AVB_ERROR_NO_SPACE, details,
                                             _("There is no space left for what the installer needs.")));
  else
    g_propagate_error (error, avb_error_new (AVB_ERROR_FAILED, details,
                                             _("What the installer needs could not be written.")));
  return FALSE;
}

static gboolean
fail_to_read (AvbReader *archive, GError **error)
{
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, archive_error_string (archive),
                                           _("The installer’s kernel cannot be read from the disc: the image is "
                                             "damaged.")));
  return FALSE;
}

static gboolean
write_all (int fd, const guint8 *bytes, gsize count, GError **error)
{
  while (count > 0)
    {
      gssize n = write (fd, bytes, count);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return fail_to_write (errno, g_strerror (errno), error);
      bytes += n;
      count -= (gsize) n;
    }
  return TRUE;
}

/* The data of the current entry; no more than @limit bytes, whatever its header says. */
static gboolean
copy_entry (AvbReader *archive, int fd, guint64 limit, GCancellable *cancellable, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (BLOCK);
  guint64 total = 0;

  for (;;)
    {
      la_ssize_t n;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      n = archive_read_data (archive, buffer, BLOCK);
      if (n < 0)
        return fail_to_read (archive, error);
      if (n == 0)
        break;
      total += (guint64) n;
      if (total > limit)
        {
          g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL,
                                                   _("The installer’s kernel on the disc is too large to be one.")));
          return FALSE;
        }
      if (!write_all (fd, buffer, (gsize) n, error))
        return FALSE;
    }
  if (total > 0)
    return TRUE;
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, _("The installer’s kernel on the disc is empty.")));
  return FALSE;
}

/* Discs without Rock Ridge have names in capitals with a version. */
static gboolean
is_named (struct archive_entry *entry, const char *name)
{
  const char *path = archive_entry_pathname (entry);
  g_autofree char *plain = NULL;

  if (path == NULL || archive_entry_filetype (entry) != AE_IFREG)
    return FALSE;
  while (g_str_has_prefix (path, "./") || path[0] == '/')
    path += path[0] == '/' ? 1 : 2;
  plain = g_strndup (path, strcspn (path, ";"));
  if (g_str_has_suffix (plain, "."))
    plain[strlen (plain) - 1] = '\0';
  return g_ascii_strcasecmp (plain, name) == 0;
}

static int
create_file (const char *path, GError **error)
{
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (fd < 0)
    fail_to_write (errno, g_strerror (errno), error);
  return fd;
}

static gboolean
extract_entry (AvbReader *archive, const char *path, guint64 limit, GCancellable *cancellable, GError **error)
{
  int fd = create_file (path, error);
  gboolean copied = fd >= 0 && copy_entry (archive, fd, limit, cancellable, error);

  if (fd >= 0)
    close (fd);
  return copied;
}

/* One file, by its name. Two names of the same data are one file and a link, in any order: @link is set to the
 * other name then, and nothing is extracted. */
static gboolean
extract_named (const char   *path,
               const char   *name,
               const char   *target,
               guint64       limit,
               char        **link,
               GCancellable *cancellable,
               GError      **error)
{
  g_autoptr (AvbReader) archive = archive_read_new ();

  archive_read_support_format_iso9660 (archive);
  if (archive_read_open_filename (archive, path, BLOCK) != ARCHIVE_OK)
    return fail_to_read (archive, error);
  for (guint i = 0; i < MAX_ENTRIES; i++)
    {
      struct archive_entry *entry;
      int result;

      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      result = archive_read_next_header (archive, &entry);
      if (result == ARCHIVE_EOF)
        break;
      if (result < ARCHIVE_WARN)
        return fail_to_read (archive, error);
      if (!is_named (entry, name))
        continue;
      *link = g_strdup (archive_entry_hardlink (entry));
      return *link != NULL || extract_entry (archive, target, limit, cancellable, error);
    }
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, name,
                                           _("The installer is not where it is on discs of this system, so it cannot "
                                             "be told what to do.")));
  return FALSE;
}

static gboolean
extract (const char   *path,
         const char   *name,
         const char   *target,
         guint64       limit,
         GCancellable *cancellable,
         GError      **error)
{
  g_autofree char *link = NULL;
  g_autofree char *further = NULL;

  if (!extract_named (path, name, target, limit, &link, cancellable, error))
    return FALSE;
  if (link == NULL)
    return TRUE;
  if (!extract_named (path, link, target, limit, &further, cancellable, error))
    return FALSE;
  if (further == NULL)
    return TRUE;
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, further,
                                           _("The installer’s kernel cannot be read from the disc: the image is "
                                             "damaged.")));
  return FALSE;
}

static gboolean
write_files (AvbWriter *archive, GPtrArray *files, GError **error)
{
  for (guint i = 0; i < files->len; i++)
    {
      const AvbInstallFile *file = g_ptr_array_index (files, i);
      struct archive_entry *entry = archive_entry_new ();
      gsize length = strlen (file->text);
      gboolean written;

      archive_entry_set_pathname (entry, file->name);
      archive_entry_set_size (entry, (la_int64_t) length);
      archive_entry_set_filetype (entry, AE_IFREG);
      archive_entry_set_perm (entry, 0444);
      archive_entry_set_mtime (entry, g_get_real_time () / G_USEC_PER_SEC, 0);
      written = archive_write_header (archive, entry) == ARCHIVE_OK &&
                archive_write_data (archive, file->text, length) == (la_ssize_t) length;
      archive_entry_free (entry);
      if (!written)
        return fail_to_write (archive_errno (archive), archive_error_string (archive), error);
    }
  if (archive_write_close (archive) != ARCHIVE_OK)
    return fail_to_write (archive_errno (archive), archive_error_string (archive), error);
  return TRUE;
}

/* The kernel unpacks any number of archives one after the other, each at a multiple of four bytes, and later files win:
 * Linux, Documentation/driver-api/early-userspace/buffer-format.rst. */
static gboolean
append_files (const AvbInstallPlan *plan, const char *initrd, GError **error)
{
  static const guint8 zeros[512];
  g_autoptr (AvbWriter) archive = archive_write_new ();
  int fd = open (initrd, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
  off_t end = fd >= 0 ? lseek (fd, 0, SEEK_END) : -1;
  gboolean written = FALSE;

  if (end < 0)
    fail_to_write (errno, g_strerror (errno), error);
  else if (write_all (fd, zeros, (sizeof zeros - (gsize) end % sizeof zeros) % sizeof zeros, error))
    {
      archive_write_set_format_cpio_newc (archive);
      written = archive_write_open_fd (archive, fd) == ARCHIVE_OK ? write_files (archive, plan->files, error)
                : fail_to_write (archive_errno (archive), archive_error_string (archive), error);
    }
  if (fd >= 0)
    close (fd);
  return written;
}

gboolean
avb_install_media_extract (const char           *path,
                           const AvbInstallPlan *plan,
                           const char           *kernel,
                           const char           *initrd,
                           GCancellable         *cancellable,
                           GError              **error)
{
  return extract (path, plan->kernel, kernel, MAX_KERNEL, cancellable, error) &&
         extract (path, plan->initrd, initrd, MAX_INITRD, cancellable, error) && append_files (plan, initrd, error);
}

gboolean
avb_install_media_write_disc (GPtrArray    *files,
                              const char   *volume_id,
                              const char   *path,
                              GCancellable *cancellable,
                              GError      **error)
{
  g_autoptr (AvbWriter) archive = archive_write_new ();
  g_autofree char *options = g_strdup_printf ("iso9660:volume-id=%s,iso9660:joliet=long", volume_id);
  int fd;
  gboolean written;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return FALSE;
  fd = create_file (path, error);
  if (fd < 0)
    return FALSE;
  archive_write_set_format_iso9660 (archive);
  written = archive_write_set_options (archive, options) >= ARCHIVE_WARN &&
            archive_write_open_fd (archive, fd) == ARCHIVE_OK;
  written = written ? write_files (archive, files, error)
                    : fail_to_write (archive_errno (archive), archive_error_string (archive), error);
  close (fd);
  return written;
}

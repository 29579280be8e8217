/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "app/extensions/avb-json.h"
#include "app/extensions/avb-package-name.h"
#include "app/extensions/avb-package-private.h"
#include "app/extensions/avb-tar-guard.h"
#include "app/extensions/avb-tree.h"
#include "backends/avb-error.h"
#include "backends/avb-posix.h"

#define BLOCK (256 * 1024)
/* Headers and padding of one entry of a tar. */
#define ENTRY_OVERHEAD 4096

typedef struct archive Archive;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Archive, archive_read_free)

/* One package on its way from the file to a folder, or to nowhere. */
typedef struct {
  const char           *path;
  const char           *into; /* (nullable) */
  AvbOperation         *operation; /* (nullable) */
  guint64               max_unpacked;
  int                   fd;
  GChecksum            *checksum;
  guint64               length;
  guint64               done; /* bytes of the file that were read */
  guint8               *input;
  guint8               *tar;
  guint8               *block;
  Archive              *compressed; /* gives the tar */
  AvbTarGuard          *guard;
  GError               *problem; /* (nullable): that the guard found */
  AvbPackageNames      *names;
  GPtrArray            *folders; /* that were made, to be synced */
  AvbExtensionManifest *manifest;
  guint64               unpacked;
  guint                 n_entries;
} Reading;

static void
reading_clear (Reading *self)
{
  g_clear_fd (&self->fd, NULL);
  g_clear_pointer (&self->checksum, g_checksum_free);
  g_clear_pointer (&self->names, avb_package_names_free);
  g_clear_pointer (&self->folders, g_ptr_array_unref);
  g_clear_object (&self->manifest);
  g_clear_pointer (&self->compressed, archive_read_free);
  g_clear_pointer (&self->guard, avb_tar_guard_free);
  g_clear_error (&self->problem);
  g_free (self->input);
  g_free (self->tar);
  g_free (self->block);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Reading, reading_clear)

static gboolean
refuse (GError **error, const char *details, const char *sentence)
{
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, details, "%s", sentence));
  return FALSE;
}

static gboolean
is_cancelled (Reading *self)
{
  return self->operation != NULL && g_cancellable_is_cancelled (avb_operation_get_cancellable (self->operation));
}

/* The next bytes of the file, which are counted into its checksum; -1 with errno. */
static gssize
read_file (Reading *self)
{
  gssize n;

  do
    n = read (self->fd, self->input, BLOCK);
  while (n < 0 && errno == EINTR);
  if (n < 0)
    return -1;
  self->done += (guint64) n;
  /* It grows while it is read. */
  if (self->done > self->length)
    {
      errno = EFBIG;
      return -1;
    }
  g_checksum_update (self->checksum, self->input, n);
  if (self->operation != NULL)
    avb_operation_set_bytes (self->operation, self->done, self->length);
  return n;
}

static la_ssize_t
read_cb (Archive *archive, void *data, const void **buffer)
{
  Reading *self = data;
  gssize n = -1;

  errno = ECANCELED;
  if (!is_cancelled (self))
    n = read_file (self);
  if (n < 0)
    archive_set_error (archive, errno, "%s", g_strerror (errno));
  *buffer = self->input;
  return n;
}

/* The tar, which the guard sees first. */
static la_ssize_t
read_tar_cb (Archive *archive, void *data, const void **buffer)
{
  Reading *self = data;
  la_ssize_t n = archive_read_data (self->compressed, self->tar, BLOCK);

  if (n < 0)
    archive_set_error (archive, EINVAL, "%s", archive_error_string (self->compressed));
  if (n > 0 && self->problem == NULL && !avb_tar_guard_feed (self->guard, self->tar, (gsize) n, &self->problem))
    archive_set_error (archive, EINVAL, "%s", self->problem->message);
  *buffer = self->tar;
  return self->problem != NULL ? -1 : n;
}

static gboolean
fail_archive (Reading *self, Archive *archive, GError **error)
{
  if (is_cancelled (self))
    return g_cancellable_set_error_if_cancelled (avb_operation_get_cancellable (self->operation), error) && FALSE;
  if (self->problem != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&self->problem));
      return FALSE;
    }
  return refuse (error, archive_error_string (archive), _("The package is damaged, or no package."));
}

static gboolean
open_file (Reading *self, GError **error)
{
  struct stat info;

  self->fd = open (self->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (self->fd < 0 || fstat (self->fd, &info) != 0)
    {
      g_propagate_error (error, avb_tree_error_new (errno, self->path));
      return FALSE;
    }
  if (!S_ISREG (info.st_mode))
    return refuse (error, NULL, _("This is not a file."));
  if ((guint64) info.st_size > AVB_PACKAGE_MAX_LENGTH)
    return refuse (error, NULL, _("The package is larger than one may be."));
  self->length = (guint64) info.st_size;
  return TRUE;
}

/* Exactly one filter: one that is found in what another gave would unpack a package in a package. */
static gboolean
open_compressed (Reading *self, GError **error)
{
  struct archive_entry *entry;

  self->compressed = archive_read_new ();
  return (archive_read_append_filter (self->compressed, ARCHIVE_FILTER_ZSTD) == ARCHIVE_OK &&
          archive_read_support_format_raw (self->compressed) == ARCHIVE_OK &&
          archive_read_open (self->compressed, self, NULL, read_cb, NULL) == ARCHIVE_OK &&
          archive_read_next_header (self->compressed, &entry) == ARCHIVE_OK) ||
         fail_archive (self, self->compressed, error);
}

static Archive *
open_archive (Reading *self, GError **error)
{
  g_autoptr (Archive) archive = NULL;

  if (!open_compressed (self, error))
    return NULL;
  archive = archive_read_new ();
  if (archive_read_append_filter (archive, ARCHIVE_FILTER_NONE) == ARCHIVE_OK &&
      archive_read_support_format_tar (archive) == ARCHIVE_OK &&
      archive_read_open (archive, self, NULL, read_tar_cb, NULL) == ARCHIVE_OK)
    return g_steal_pointer (&archive);
  fail_archive (self, archive, error);
  return NULL;
}

static gboolean
check_entry (struct archive_entry *entry, GError **error)
{
  const mode_t type = archive_entry_filetype (entry);

  if (archive_entry_hardlink (entry) != NULL || archive_entry_symlink (entry) != NULL ||
      (type != AE_IFREG && type != AE_IFDIR))
    return refuse (error, archive_entry_pathname (entry), _("The package contains a link or a device, and is refused."));
  if ((archive_entry_perm (entry) & 07000) != 0)
    return refuse (error, archive_entry_pathname (entry),
                   _("The package contains a file that would run with the rights of others, and is refused."));
  if (archive_entry_sparse_count (entry) > 0 || archive_entry_size (entry) < 0)
    return refuse (error, archive_entry_pathname (entry), _("The package is damaged, or no package."));
  return TRUE;
}

/* (transfer full): without the slash that folders have. */
static char *
dup_name (struct archive_entry *entry, GError **error)
{
  const char *name = archive_entry_pathname_utf8 (entry);
  gsize length = name != NULL ? strlen (name) : 0;

  if (name == NULL)
    {
      refuse (error, NULL, _("The name of a file in the package is not text."));
      return NULL;
    }
  if (length > 1 && name[length - 1] == '/' && archive_entry_filetype (entry) == AE_IFDIR)
    length--;
  return g_strndup (name, length);
}

static gboolean
fail_file (GError **error, const char *path)
{
  g_propagate_error (error, avb_tree_error_new (errno, path));
  return FALSE;
}

static gboolean
make_folder (Reading *self, const char *name, GError **error)
{
  char *path = g_build_filename (self->into, name, NULL);

  if (g_mkdir (path, 0755) == 0)
    {
      g_ptr_array_add (self->folders, path);
      return TRUE;
    }
  /* What lies in it came first. The names were checked, and nobody else writes here. */
  if (errno == EEXIST)
    {
      g_free (path);
      return TRUE;
    }
  fail_file (error, path);
  g_free (path);
  return FALSE;
}

static gboolean
make_parents (Reading *self, const char *name, GError **error)
{
  for (const char *slash = strchr (name, '/'); slash != NULL; slash = strchr (slash + 1, '/'))
    {
      g_autofree char *parent = g_strndup (name, (gsize) (slash - name));

      if (!make_folder (self, parent, error))
        return FALSE;
    }
  return TRUE;
}

/* -1 with @error. */
static int
make_file (Reading *self, const char *name, gboolean executable, GError **error)
{
  g_autofree char *path = g_build_filename (self->into, name, NULL);
  int fd;

  if (!make_parents (self, name, error))
    return -1;
  fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, executable ? 0755 : 0644);
  if (fd < 0)
    fail_file (error, path);
  return fd;
}

static gboolean
write_all (int fd, const guint8 *bytes, gsize length)
{
  while (length > 0)
    {
      gssize n = write (fd, bytes, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      bytes += n;
      length -= (gsize) n;
    }
  return TRUE;
}

/* What is in one file, to @fd unless that is -1, and to @text (nullable). */
static gboolean
copy_data (Reading *self, Archive *archive, int fd, GByteArray *text, GError **error)
{
  la_ssize_t n;

  while ((n = archive_read_data (archive, self->block, BLOCK)) > 0)
    {
      if ((guint64) n > self->max_unpacked - self->unpacked)
        return refuse (error, NULL, _("The package unpacks to more than it may, and is refused."));
      self->unpacked += (guint64) n;
      if (text != NULL && text->len + (gsize) n > AVB_EXTENSION_MANIFEST_MAX)
        return refuse (error, NULL, _("The manifest of the package is too long."));
      if (text != NULL)
        g_byte_array_append (text, self->block, (guint) n);
      if (fd >= 0 && !write_all (fd, self->block, (gsize) n))
        return fail_file (error, self->into);
      if (is_cancelled (self))
        return fail_archive (self, archive, error);
    }
  return n == 0 || fail_archive (self, archive, error);
}

static gboolean
finish_file (int fd, gboolean executable, const char *path, GError **error)
{
#ifndef G_OS_WIN32
  /* Whatever the umask is. */
  if (fchmod (fd, executable ? 0755 : 0644) != 0)
    return fail_file (error, path);
#endif
  if (g_fsync (fd) != 0 && errno != EINVAL)
    return fail_file (error, path);
  return TRUE;
}

static gboolean
read_entry_file (Reading *self, Archive *archive, struct archive_entry *entry, const char *name, GError **error)
{
  gboolean executable = (archive_entry_perm (entry) & 0100) != 0;
  g_autoptr (GByteArray) text = self->manifest == NULL ? g_byte_array_new () : NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autofd int fd = -1;

  /* A size that is said is believed only when it is too large. */
  if ((guint64) archive_entry_size (entry) > self->max_unpacked - self->unpacked)
    return refuse (error, NULL, _("The package unpacks to more than it may, and is refused."));
  if (self->into != NULL)
    {
      fd = make_file (self, name, executable, error);
      if (fd < 0)
        return FALSE;
    }
  if (!copy_data (self, archive, fd, text, error) || (fd >= 0 && !finish_file (fd, executable, self->into, error)))
    return FALSE;
  if (text == NULL)
    return TRUE;
  bytes = g_byte_array_free_to_bytes (g_steal_pointer (&text));
  self->manifest = avb_extension_manifest_new_from_bytes (bytes, error);
  return self->manifest != NULL;
}

static gboolean
read_entry (Reading *self, Archive *archive, struct archive_entry *entry, GError **error)
{
  gboolean folder = archive_entry_filetype (entry) == AE_IFDIR;
  g_autofree char *name = NULL;
  guint n_new;

  if (!check_entry (entry, error))
    return FALSE;
  name = dup_name (entry, error);
  if (name == NULL)
    return FALSE;
  if (self->manifest == NULL && (folder || !g_str_equal (name, AVB_EXTENSION_MANIFEST_NAME)))
    return refuse (error, NULL, _("The package does not begin with its manifest."));
  if (!avb_package_names_add (self->names, name, folder, &n_new, error))
    return FALSE;
  self->n_entries += n_new;
  if (self->n_entries > AVB_PACKAGE_MAX_ENTRIES)
    return refuse (error, NULL, _("The package contains more files than it may, and is refused."));
  if (!folder)
    return read_entry_file (self, archive, entry, name, error);
  return self->into == NULL || (make_parents (self, name, error) && make_folder (self, name, error));
}

static gboolean
read_entries (Reading *self, Archive *archive, GError **error)
{
  struct archive_entry *entry;
  int code;

  while ((code = archive_read_next_header (archive, &entry)) == ARCHIVE_OK)
    if (!read_entry (self, archive, entry, error))
      return FALSE;
  if (code != ARCHIVE_EOF)
    return fail_archive (self, archive, error);
  return self->manifest != NULL || refuse (error, NULL, _("The package is empty."));
}

/* To the end of the tar, which libarchive does not look at any more. */
static gboolean
read_padding (Reading *self, Archive *archive, GError **error)
{
  const void *buffer;
  la_ssize_t n;

  while ((n = read_tar_cb (archive, self, &buffer)) > 0)
    if (is_cancelled (self))
      break;
  if (n != 0 || is_cancelled (self))
    return fail_archive (self, archive, error);
  return avb_tar_guard_finish (self->guard, error);
}

/* To the end of the file: all of it is what was signed. */
static gboolean
read_rest (Reading *self, GError **error)
{
  gssize n;

  while ((n = read_file (self)) > 0)
    ;
  return n == 0 || fail_file (error, self->path);
}

/* The manifest names files of the package. */
static gboolean
check_files (Reading *self, GError **error)
{
  const char *missing = avb_package_find_missing (self->manifest, self->names);

  return missing == NULL || refuse (error, missing, _("The package lacks a file that its manifest names."));
}

static gboolean
sync_folders (Reading *self, GError **error)
{
  if (self->into == NULL)
    return TRUE;
  for (guint i = 0; i < self->folders->len; i++)
    if (!avb_tree_sync_folder (self->folders->pdata[i], error))
      return FALSE;
  return avb_tree_sync_folder (self->into, error);
}

static gboolean
read_package (Reading *self, const char *sha256, GError **error)
{
  g_autoptr (Archive) archive = NULL;

  if (!open_file (self, error))
    return FALSE;
  archive = open_archive (self, error);
  if (archive == NULL || !read_entries (self, archive, error) || !read_padding (self, archive, error) ||
      !read_rest (self, error) || !check_files (self, error))
    return FALSE;
  if (sha256 != NULL && g_strcmp0 (sha256, g_checksum_get_string (self->checksum)) != 0)
    return refuse (error, g_checksum_get_string (self->checksum), _("The package is not the one that was expected."));
  return sync_folders (self, error);
}

AvbPackage *
avb_package_read (const char             *path,
                  const char             *into_dir,
                  const AvbPackageExpect *expect,
                  AvbOperation           *operation,
                  GError                **error)
{
  g_auto (Reading) self = { .path = path, .into = into_dir, .operation = operation, .fd = -1 };
  gpointer locale;
  gboolean ok;

  g_return_val_if_fail (path != NULL, NULL);

  self.max_unpacked = expect != NULL && expect->max_unpacked > 0 ? MIN (expect->max_unpacked, AVB_PACKAGE_MAX_UNPACKED)
                                                                 : AVB_PACKAGE_MAX_UNPACKED;
  self.checksum = g_checksum_new (G_CHECKSUM_SHA256);
  self.input = g_malloc (BLOCK);
  self.tar = g_malloc (BLOCK);
  self.block = g_malloc (BLOCK);
  self.guard = avb_tar_guard_new (self.max_unpacked + AVB_PACKAGE_MAX_ENTRIES * ENTRY_OVERHEAD);
  self.names = avb_package_names_new ();
  self.folders = g_ptr_array_new_with_free_func (g_free);
  locale = avb_package_utf8_begin ();
  ok = read_package (&self, expect != NULL ? expect->sha256 : NULL, error);
  avb_package_utf8_end (locale);
  if (!ok)
    return NULL;
  return avb_package_new (self.manifest, g_checksum_get_string (self.checksum), self.length, self.unpacked, self.n_entries);
}

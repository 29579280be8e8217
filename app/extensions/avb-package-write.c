/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "app/extensions/avb-package-private.h"
#include "app/extensions/avb-tree.h"
#include "backends/avb-error.h"
#include "backends/avb-posix.h"

#define BLOCK (256 * 1024)
/* Small, and still quick to unpack. */
#define LEVEL "19"

typedef struct archive Writer;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Writer, archive_write_free)
typedef struct archive_entry Entry;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Entry, archive_entry_free)

typedef struct {
  char    *name; /* in the package */
  gboolean folder;
  gboolean executable;
  guint64  size;
} Item;

typedef struct {
  const char      *dir;
  AvbPackageNames *names;
  GPtrArray       *items;
  guint64          unpacked;
  guint            n_entries;
} Packing;

static void
item_free (gpointer data)
{
  Item *item = data;

  g_free (item->name);
  g_free (item);
}

static void
packing_clear (Packing *self)
{
  g_clear_pointer (&self->names, avb_package_names_free);
  g_clear_pointer (&self->items, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Packing, packing_clear)

static gboolean
refuse (GError **error, const char *details, const char *sentence)
{
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, details, "%s", sentence));
  return FALSE;
}

/* The manifest, then by bytes: a folder before what is in it. */
static int
compare_items (gconstpointer a, gconstpointer b)
{
  const Item *first = *(Item *const *) a;
  const Item *second = *(Item *const *) b;
  gboolean first_is = g_str_equal (first->name, AVB_EXTENSION_MANIFEST_NAME);
  gboolean second_is = g_str_equal (second->name, AVB_EXTENSION_MANIFEST_NAME);

  if (first_is != second_is)
    return first_is ? -1 : 1;
  return strcmp (first->name, second->name);
}

static gboolean find_in (Packing *self, const char *folder, GError **error);

static gboolean
find_one (Packing *self, const char *name, GError **error)
{
  g_autofree char *path = g_build_filename (self->dir, name, NULL);
  GStatBuf info;
  Item *item;
  guint n_new;

  if (g_lstat (path, &info) != 0)
    {
      g_propagate_error (error, avb_tree_error_new (errno, path));
      return FALSE;
    }
  if (!S_ISREG (info.st_mode) && !S_ISDIR (info.st_mode))
    return refuse (error, name, _("The folder contains a link or a device, which packages do not."));
  item = g_new0 (Item, 1);
  item->name = g_strdup (name);
  item->folder = S_ISDIR (info.st_mode);
  item->executable = !item->folder && (info.st_mode & 0100) != 0;
  item->size = item->folder ? 0 : (guint64) info.st_size;
  g_ptr_array_add (self->items, item);
  if (!avb_package_names_add (self->names, name, item->folder, &n_new, error))
    return FALSE;
  self->unpacked += item->size;
  self->n_entries += n_new;
  if (self->unpacked > AVB_PACKAGE_MAX_UNPACKED || self->n_entries > AVB_PACKAGE_MAX_ENTRIES)
    return refuse (error, NULL, _("There is more in the folder than a package may have."));
  return !item->folder || find_in (self, name, error);
}

static gboolean
find_in (Packing *self, const char *folder, GError **error)
{
  g_autofree char *path = *folder != '\0' ? g_build_filename (self->dir, folder, NULL) : g_strdup (self->dir);
  g_autoptr (GError) inner = NULL;
  g_autoptr (GDir) dir = g_dir_open (path, 0, &inner);
  const char *base;

  if (dir == NULL)
    {
      g_propagate_error (error, avb_tree_error_from (inner, path));
      return FALSE;
    }
  while ((base = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *name = *folder != '\0' ? g_strconcat (folder, "/", base, NULL) : g_strdup (base);

      if (*base != '.' && !find_one (self, name, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
check_manifest (Packing *self, GError **error)
{
  g_autofree char *path = g_build_filename (self->dir, AVB_EXTENSION_MANIFEST_NAME, NULL);
  g_autoptr (AvbExtensionManifest) manifest = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) inner = NULL;
  char *text = NULL;
  gsize length = 0;
  const char *missing;

  if (!g_file_get_contents (path, &text, &length, &inner))
    {
      g_propagate_error (error, avb_tree_error_from (inner, path));
      return FALSE;
    }
  bytes = g_bytes_new_take (text, length);
  manifest = avb_extension_manifest_new_from_bytes (bytes, error);
  if (manifest == NULL)
    return FALSE;
  missing = avb_package_find_missing (manifest, self->names);
  return missing == NULL || refuse (error, missing, _("The folder lacks a file that the manifest names."));
}

static gboolean
fail_archive (Writer *archive, const char *path, GError **error)
{
  int code = archive_errno (archive);

  if (code == ENOSPC || code == EDQUOT || code == EFBIG || code == EACCES)
    g_propagate_error (error, avb_tree_error_new (code, path));
  else
    g_propagate_error (error, avb_error_new (AVB_ERROR_FAILED, archive_error_string (archive),
                                             _("The package could not be written.")));
  return FALSE;
}

/* Exactly the size that the header says: who changes files meanwhile gets an error, not a package of both. */
static gboolean
copy_file (Writer *archive, const char *path, guint64 size, GError **error)
{
  g_autofree guint8 *block = g_malloc (BLOCK);
  g_autofd int fd = open (path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
  guint64 done = 0;
  gssize n = -1;

  while (fd >= 0 && (n = read (fd, block, BLOCK)) > 0)
    {
      done += (guint64) n;
      if (done > size)
        break;
      if (archive_write_data (archive, block, (gsize) n) != n)
        return fail_archive (archive, path, error);
    }
  if (n < 0)
    {
      g_propagate_error (error, avb_tree_error_new (errno, path));
      return FALSE;
    }
  return done == size || refuse (error, path, _("A file was changed while it was packed."));
}

static gboolean
write_item (Packing *self, Writer *archive, const Item *item, GError **error)
{
  g_autofree char *path = g_build_filename (self->dir, item->name, NULL);
  g_autoptr (Entry) entry = archive_entry_new ();

  archive_entry_set_pathname_utf8 (entry, item->name);
  /* Without a locale that has them. */
  if (archive_entry_pathname (entry) == NULL)
    return refuse (error, item->name, _("The name of a file in the package is not text."));
  archive_entry_set_filetype (entry, item->folder ? AE_IFDIR : AE_IFREG);
  archive_entry_set_perm (entry, item->folder || item->executable ? 0755 : 0644);
  archive_entry_set_size (entry, (la_int64_t) item->size);
  archive_entry_set_mtime (entry, 0, 0);
  archive_entry_set_uid (entry, 0);
  archive_entry_set_gid (entry, 0);
  if (archive_write_header (archive, entry) != ARCHIVE_OK)
    return fail_archive (archive, path, error);
  return item->folder || copy_file (archive, path, item->size, error);
}

/* No threads, no times: the same input makes the same bytes. */
static Writer *
open_writer (int fd, const char *out, GError **error)
{
  g_autoptr (Writer) archive = archive_write_new ();

  if (archive_write_add_filter_zstd (archive) != ARCHIVE_OK ||
      archive_write_set_filter_option (archive, "zstd", "compression-level", LEVEL) != ARCHIVE_OK ||
      archive_write_set_format_pax_restricted (archive) != ARCHIVE_OK ||
      archive_write_set_format_option (archive, "pax", "hdrcharset", "UTF-8") != ARCHIVE_OK ||
      archive_write_set_bytes_in_last_block (archive, 1) != ARCHIVE_OK || archive_write_open_fd (archive, fd) != ARCHIVE_OK)
    {
      fail_archive (archive, out, error);
      return NULL;
    }
  return g_steal_pointer (&archive);
}

static gboolean
write_items (Packing *self, int fd, const char *out, GError **error)
{
  g_autoptr (Writer) archive = open_writer (fd, out, error);

  for (guint i = 0; archive != NULL && i < self->items->len; i++)
    if (!write_item (self, archive, self->items->pdata[i], error))
      return FALSE;
  if (archive == NULL)
    return FALSE;
  return archive_write_close (archive) == ARCHIVE_OK || fail_archive (archive, out, error);
}

static gboolean
write_archive (Packing *self, int fd, const char *out, GError **error)
{
  gpointer locale = avb_package_utf8_begin ();
  gboolean ok = write_items (self, fd, out, error);

  avb_package_utf8_end (locale);
  if (!ok)
    return FALSE;
  if (g_fsync (fd) == 0 || errno == EINVAL)
    return TRUE;
  g_propagate_error (error, avb_tree_error_new (errno, out));
  return FALSE;
}

gboolean
avb_package_write (const char *dir, const char *out, GError **error)
{
  g_auto (Packing) self = { .dir = dir };
  g_autofree char *temporary = g_strconcat (out, ".XXXXXX", NULL);
  g_autofree char *parent = g_path_get_dirname (out);
  g_autofd int fd = -1;

  g_return_val_if_fail (dir != NULL && out != NULL, FALSE);

  self.names = avb_package_names_new ();
  self.items = g_ptr_array_new_with_free_func (item_free);
  if (!find_in (&self, "", error) || !check_manifest (&self, error))
    return FALSE;
  g_ptr_array_sort (self.items, compare_items);
  fd = g_mkstemp_full (temporary, O_RDWR | O_CLOEXEC, 0644);
  if (fd < 0)
    {
      g_propagate_error (error, avb_tree_error_new (errno, out));
      return FALSE;
    }
  if (write_archive (&self, fd, out, error))
    {
      if (g_rename (temporary, out) == 0)
        return avb_tree_sync_folder (parent, error);
      g_propagate_error (error, avb_tree_error_new (errno, out));
    }
  g_unlink (temporary);
  return FALSE;
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-tree.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#ifndef G_OS_WIN32
#include <dirent.h>
#endif

#include "backends/avb-error.h"
#include "backends/avb-posix.h"
#include "backends/avb-text-line.h"

/* Levels that are open at once. What is deeper is moved up first. */
#define MAX_DEPTH 100

GError *
avb_tree_error_new (int code, const char *path)
{
  g_autofree char *details = g_strdup_printf ("%s: %s", path, g_strerror (code));
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *name = avb_text_make_line (base, 80);

  switch (code)
    {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return avb_error_new (AVB_ERROR_NO_SPACE, details, _("There is no space left for the extension."));
    case EACCES:
    case EPERM:
    case EROFS:
      return avb_error_new (AVB_ERROR_PERMISSION, details, _("“%s” may not be changed by you."), name);
    case ENOENT:
    case ENOTDIR:
      return avb_error_new (AVB_ERROR_NOT_FOUND, details, _("“%s” is not there."), name);
    case EEXIST:
    case ENOTEMPTY:
      return avb_error_new (AVB_ERROR_EXISTS, details, _("“%s” is there already."), name);
    default:
      return avb_error_new (AVB_ERROR_FAILED, details, _("“%s” could not be read or written."), name);
    }
}

GError *
avb_tree_error_from (const GError *error, const char *path)
{
  static const struct {
    int from;
    int to;
  } codes[] = {
    { G_FILE_ERROR_NOSPC, ENOSPC }, { G_FILE_ERROR_ACCES, EACCES },   { G_FILE_ERROR_PERM, EPERM }, { G_FILE_ERROR_ROFS, EROFS },
    { G_FILE_ERROR_NOENT, ENOENT }, { G_FILE_ERROR_NOTDIR, ENOTDIR }, { G_FILE_ERROR_EXIST, EEXIST },
  };

  for (guint i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_error_matches (error, G_FILE_ERROR, codes[i].from))
      return avb_tree_error_new (codes[i].to, path);
  return avb_error_new (AVB_ERROR_FAILED, error->message, _("A file of the extension could not be read or written."));
}

gboolean
avb_tree_sync_folder (const char *path, GError **error)
{
#ifndef G_OS_WIN32
  g_autofd int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  /* Some file systems cannot. */
  if (fd < 0 || (fsync (fd) != 0 && errno != EINVAL))
    {
      g_propagate_error (error, avb_tree_error_new (errno, path));
      return FALSE;
    }
#endif
  return TRUE;
}

#ifndef G_OS_WIN32

typedef struct {
  int   top;     /* where what is too deep is moved to */
  guint n_moved; /* names of those */
} Removal;

static gboolean remove_entry (Removal *self, int parent, const char *name, guint depth);

static DIR *
open_folder (int parent, const char *name)
{
  const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
  int fd = openat (parent, name, flags);
  DIR *dir;

  /* Whoever owns a folder may forbid it to themselves. */
  if (fd < 0 && errno == EACCES && fchmodat (parent, name, 0700, 0) == 0)
    fd = openat (parent, name, flags);
  if (fd < 0)
    return NULL;
  fchmod (fd, 0700);
  dir = fdopendir (fd);
  if (dir == NULL)
    close (fd);
  return dir;
}

static gboolean
move_up (Removal *self, int parent, const char *name)
{
  char moved[32];

  do
    g_snprintf (moved, sizeof moved, ".deep-%u", self->n_moved++);
  while (faccessat (self->top, moved, F_OK, AT_SYMLINK_NOFOLLOW) == 0);
  return renameat (parent, name, self->top, moved) == 0;
}

static gboolean
empty_folder (Removal *self, DIR *dir, guint depth)
{
  gboolean ok = TRUE;
  struct dirent *entry;

  while ((entry = readdir (dir)) != NULL)
    if (!g_str_equal (entry->d_name, ".") && !g_str_equal (entry->d_name, ".."))
      ok = remove_entry (self, dirfd (dir), entry->d_name, depth) && ok;
  return ok;
}

static gboolean
remove_folder (Removal *self, int parent, const char *name, guint depth)
{
  DIR *dir;
  gboolean ok;

  if (depth == MAX_DEPTH)
    return move_up (self, parent, name);
  dir = open_folder (parent, name);
  if (dir == NULL)
    return FALSE;
  ok = empty_folder (self, dir, depth + 1);
  closedir (dir);
  return ok && unlinkat (parent, name, AT_REMOVEDIR) == 0;
}

static gboolean
remove_entry (Removal *self, int parent, const char *name, guint depth)
{
  if (unlinkat (parent, name, 0) == 0 || errno == ENOENT)
    return TRUE;
  if (errno != EISDIR && errno != EPERM)
    return FALSE;
  return remove_folder (self, parent, name, depth);
}

/* Until nothing was moved up any more. */
static gboolean
empty_tree (int parent, const char *name)
{
  Removal self = { 0 };
  gboolean ok;
  guint before;

  do
    {
      DIR *dir = open_folder (parent, name);

      if (dir == NULL)
        return FALSE;
      self.top = dirfd (dir);
      before = self.n_moved;
      ok = empty_folder (&self, dir, 1);
      closedir (dir);
    }
  while (ok && self.n_moved > before);
  return ok;
}

gboolean
avb_tree_remove (const char *path, GError **error)
{
  g_return_val_if_fail (path != NULL, FALSE);

  if (unlink (path) == 0 || errno == ENOENT)
    return TRUE;
  if ((errno == EISDIR || errno == EPERM) && empty_tree (AT_FDCWD, path) && rmdir (path) == 0)
    return TRUE;
  g_propagate_error (error, avb_tree_error_new (errno, path));
  return FALSE;
}

#else

gboolean
avb_tree_remove (const char *path, GError **error)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (!avb_tree_remove (child, error))
        return FALSE;
    }
  if (g_remove (path) == 0 || errno == ENOENT)
    return TRUE;
  g_propagate_error (error, avb_tree_error_new (errno, path));
  return FALSE;
}

#endif

gboolean
avb_tree_discard (const char *path, const char *prefix, GError **error)
{
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *random = g_uuid_string_random ();
  g_autofree char *name = g_strconcat (prefix, random, NULL);
  g_autofree char *moved = g_build_filename (parent, name, NULL);
  g_autoptr (GError) later = NULL;

  if (g_rename (path, moved) != 0)
    {
      if (errno == ENOENT)
        return TRUE;
      g_propagate_error (error, avb_tree_error_new (errno, path));
      return FALSE;
    }
  if (!avb_tree_remove (moved, &later))
    g_info ("“%s” is removed at the next start: %s", moved, later->message);
  return avb_tree_sync_folder (parent, error);
}

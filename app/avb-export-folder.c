/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The folder in which an export is made. It is remembered by a link in the cache: if this program is killed, the
 * next one removes it. A lock tells that somebody is at work in it. Once all files are whole a list of them says so: from
 * then on the next one brings to its end what was begun, so that of several files there are all or none. */

#include "config.h"

#include "app/avb-export-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "app/avb-text.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/avb-folders.h"
#include "backends/avb-posix.h"

#define PREFIX ".alpha-vbox-export-"
#define LOCK "lock"
#define WHOLE "whole"
#define MAX_LIST 65536

struct _AvbExportFolder {
  char *parent;
  char *path;
  char *link; /* in the cache */
  int   lock;
};

GError *
avb_export_error_new (int code, const char *path)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *details = g_strdup_printf ("%s: %s", path, g_strerror (code));
  g_autofree char *line = avb_text_make_line (name, 80);

  switch (code)
    {
    case ENOSPC:
    case EDQUOT:
      return avb_error_new (AVB_ERROR_NO_SPACE, details, _("There is no space left in the folder."));
    case EACCES:
    case EPERM:
    case EROFS:
      return avb_error_new (AVB_ERROR_PERMISSION, details, _("You may not write to this folder."));
    case ENOENT:
    case ENOTDIR:
      return avb_error_new (AVB_ERROR_NOT_FOUND, details, _("The folder is not there any more."));
    case EEXIST:
      return avb_error_new (AVB_ERROR_EXISTS, details, _("A file called “%s” is there already."), line);
    case EFBIG:
      return avb_error_new (AVB_ERROR_NOT_SUPPORTED, details, _("The file system of this folder does not hold files of this size."));
    default:
      return avb_error_new (AVB_ERROR_FAILED, details, _("“%s” could not be written."), line);
    }
}

static char *
dup_links_folder (void)
{
  return avb_folder_build (AVB_FOLDER_CACHE, "exports");
}

/* Only files: nothing here makes folders in it. */
static void
remove_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *file = g_build_filename (path, name, NULL);

      unlink (file);
    }
  rmdir (path);
}

static int
lock_folder (const char *path)
{
  g_autofree char *file = g_build_filename (path, LOCK, NULL);
  int fd = open (file, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      close (fd);
      return -1;
    }
  return fd;
}

/* A file system without locks or links must do, too: then nobody cleans up after a crash. */
static void
remember (AvbExportFolder *self)
{
  g_autofree char *links = dup_links_folder ();
  g_autofree char *name = g_uuid_string_random ();

  g_mkdir_with_parents (links, 0700);
  self->link = g_build_filename (links, name, NULL);
  if (symlink (self->path, self->link) != 0)
    g_clear_pointer (&self->link, g_free);
}

AvbExportFolder *
avb_export_folder_new (const char *parent, GError **error)
{
  g_autofree char *path = g_build_filename (parent, PREFIX "XXXXXX", NULL);
  AvbExportFolder *self;

  if (g_mkdtemp (path) == NULL)
    {
      g_propagate_error (error, avb_export_error_new (errno, parent));
      return NULL;
    }
  self = g_new0 (AvbExportFolder, 1);
  self->parent = g_strdup (parent);
  self->path = g_steal_pointer (&path);
  self->lock = lock_folder (self->path);
  remember (self);
  return self;
}

void
avb_export_folder_free (AvbExportFolder *self)
{
  remove_folder (self->path);
  if (self->link != NULL)
    unlink (self->link);
  if (self->lock >= 0)
    close (self->lock);
  g_free (self->parent);
  g_free (self->path);
  g_free (self->link);
  g_free (self);
}

char *
avb_export_folder_path (AvbExportFolder *self, const char *name)
{
  return g_build_filename (self->path, name, NULL);
}

static gboolean
sync_path (const char *path, int flags)
{
  int fd = open (path, flags | O_RDONLY | O_CLOEXEC);
  gboolean ok = fd >= 0 && (g_fsync (fd) == 0 || errno == EINVAL);
  int code = errno;

  if (fd >= 0)
    close (fd);
  errno = code;
  return ok;
}

/* Without replacing what is there. File systems that don't know this get a check before instead. */
static gboolean
move_file (const char *from, const char *to)
{
  if (avb_posix_rename_new (from, to) == 0)
    return TRUE;
  if (errno != EINVAL && errno != ENOSYS)
    return FALSE;
  if (g_file_test (to, G_FILE_TEST_EXISTS | G_FILE_TEST_IS_SYMLINK))
    {
      errno = EEXIST;
      return FALSE;
    }
  return rename (from, to) == 0;
}

static gboolean
write_list (AvbExportFolder *self, GPtrArray *names, GError **error)
{
  g_autofree char *path = avb_export_folder_path (self, WHOLE);
  g_autoptr (GString) list = g_string_new (NULL);
  g_autofd int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);

  for (guint i = 0; i < names->len; i++)
    g_string_append_printf (list, "%s\n", (char *) g_ptr_array_index (names, i));
  /* An empty line ends it: what was cut off is no list. */
  g_string_append_c (list, '\n');
  if (fd >= 0 && write (fd, list->str, list->len) == (gssize) list->len && (g_fsync (fd) == 0 || errno == EINVAL))
    return TRUE;
  g_propagate_error (error, avb_export_error_new (errno, path));
  return FALSE;
}

/* Those that were moved come back to nothing: first they are no longer to be moved. */
static void
unpublish (AvbExportFolder *self, GPtrArray *names, guint n_moved)
{
  g_autofree char *list = avb_export_folder_path (self, WHOLE);

  unlink (list);
  for (guint i = 0; i < n_moved; i++)
    {
      g_autofree char *moved = g_build_filename (self->parent, g_ptr_array_index (names, i), NULL);

      unlink (moved);
    }
}

gboolean
avb_export_folder_publish (AvbExportFolder *self, GPtrArray *names, GError **error)
{
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *from = avb_export_folder_path (self, g_ptr_array_index (names, i));

      if (!sync_path (from, 0))
        {
          g_propagate_error (error, avb_export_error_new (errno, from));
          return FALSE;
        }
    }
  if (!write_list (self, names, error))
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *from = avb_export_folder_path (self, g_ptr_array_index (names, i));
      g_autofree char *to = g_build_filename (self->parent, g_ptr_array_index (names, i), NULL);

      if (move_file (from, to))
        continue;
      g_propagate_error (error, avb_export_error_new (errno, to));
      unpublish (self, names, i);
      return FALSE;
    }
  sync_path (self->parent, O_DIRECTORY);
  return TRUE;
}

/* What is there under a name already stays. */
static void
publish_rest (const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *list = g_build_filename (path, WHOLE, NULL);
  g_autofd int fd = open (list, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  g_autofree char *text = g_malloc (MAX_LIST + 1);
  gssize length = fd >= 0 ? read (fd, text, MAX_LIST) : 0;
  g_auto (GStrv) names = NULL;

  text[MAX (length, 0)] = '\0';
  if (!g_str_has_suffix (text, "\n\n"))
    return;
  names = g_strsplit (text, "\n", -1);
  for (guint i = 0; *names[i] != '\0'; i++)
    {
      g_autofree char *from = g_build_filename (path, names[i], NULL);
      g_autofree char *to = g_build_filename (parent, names[i], NULL);

      if (strchr (names[i], '/') == NULL && *names[i] != '.' && g_file_test (from, G_FILE_TEST_IS_REGULAR) &&
          !g_file_test (from, G_FILE_TEST_IS_SYMLINK) && !move_file (from, to))
        g_message ("“%s” was not exported to its end: %s", to, g_strerror (errno));
    }
}

/* The link comes from a file that others could have written: only what is surely ours is removed. */
static void
clean_up_one (const char *link)
{
  g_autofree char *path = g_file_read_link (link, NULL);
  g_autofree char *name = path != NULL ? g_path_get_basename (path) : NULL;
  int lock = -1;

  if (path != NULL && g_path_is_absolute (path) && g_str_has_prefix (name, PREFIX) &&
      g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
    {
      lock = lock_folder (path);
      if (lock < 0)
        return;
      publish_rest (path);
      remove_folder (path);
      close (lock);
    }
  unlink (link);
}

static DexFuture *
clean_up_thread (gpointer data)
{
  g_autofree char *links = dup_links_folder ();
  g_autoptr (GDir) dir = g_dir_open (links, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *link = g_build_filename (links, name, NULL);

      clean_up_one (link);
    }
  return dex_future_new_true ();
}

DexFuture *
avb_export_clean_up (void)
{
  return avb_blocking_run (clean_up_thread, NULL, NULL);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-scratch.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/avb-error.h"
#include "backends/avb-folders.h"
#include "backends/avb-posix.h"

#define SCRATCH "install-"
#define LOCKING_SECONDS 60

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

static int
lock_folder (const char *path)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

  if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0)
    return fd;
  if (fd >= 0)
    close (fd);
  return -1;
}

/* Between its making and its lock a folder is known by the number in its name to be somebody's; numbers come again, and
 * in a sandbox they mean nothing. */
static gboolean
is_abandoned (const char *name, int fd)
{
  guint64 pid = g_ascii_strtoull (name + strlen (SCRATCH), NULL, 10);
  struct stat info;

  if (pid > 1 && pid < G_MAXINT && kill ((pid_t) pid, 0) != 0 && errno == ESRCH)
    return TRUE;
  return fstat (fd, &info) == 0 && info.st_mtime < g_get_real_time () / G_USEC_PER_SEC - LOCKING_SECONDS;
}

static char *
dup_parent (void)
{
  return avb_folder_build (AVB_FOLDER_CACHE, NULL);
}

void
avb_scratch_clean_up (void)
{
  g_autofree char *parent = dup_parent ();
  g_autoptr (GDir) dir = g_dir_open (parent, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (parent, name, NULL);
      int fd = g_str_has_prefix (name, SCRATCH) ? lock_folder (path) : -1;

      if (fd < 0)
        continue;
      if (is_abandoned (name, fd))
        remove_folder (path);
      close (fd);
    }
}

AvbScratch *
avb_scratch_new (GError **error)
{
  g_autofree char *parent = dup_parent ();
  g_autofree char *name = g_strdup_printf (SCRATCH "%d-XXXXXX", (int) getpid ());
  g_autofree char *folder = g_build_filename (parent, name, NULL);
  AvbScratch *self;

  if (g_mkdir_with_parents (parent, 0700) != 0 || g_mkdtemp_full (folder, 0700) == NULL)
    {
      g_propagate_error (error, avb_error_new (errno == ENOSPC ? AVB_ERROR_NO_SPACE : AVB_ERROR_FAILED,
                                               g_strerror (errno),
                                               _("What the guest needs for its first start could not be written.")));
      return NULL;
    }
  self = g_new0 (AvbScratch, 1);
  self->path = g_steal_pointer (&folder);
  self->lock = lock_folder (self->path);
  avb_scratch_clean_up ();
  return self;
}

void
avb_scratch_free (AvbScratch *self)
{
  remove_folder (self->path);
  if (self->lock >= 0)
    close (self->lock);
  g_free (self->path);
  g_free (self);
}

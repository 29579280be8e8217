/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The names of libc's functions, so that libraries call these. Not those with checks for sizes, which are others' names. */
#undef _FORTIFY_SOURCE
#define _FORTIFY_SOURCE 0

#include "config.h"

#include "tests/extensions/disk-steps.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[PATH_MAX];
static DiskStepsMode mode;
static guint last;
static volatile gint n_steps;
static volatile gint counting;

#define REAL(name) ((__typeof__ (&name)) dlsym (RTLD_NEXT, #name))

void
disk_steps_begin (const char *path, DiskStepsMode new_mode, guint step)
{
  g_strlcpy (folder, path, sizeof folder);
  mode = new_mode;
  last = step;
  g_atomic_int_set (&n_steps, 0);
  g_atomic_int_set (&counting, TRUE);
}

guint
disk_steps_end (void)
{
  g_atomic_int_set (&counting, FALSE);
  return (guint) g_atomic_int_get (&n_steps);
}

/* Returns whether it finds the disk full, with errno. */
static gboolean
step (gboolean writes)
{
  guint n = (guint) g_atomic_int_add (&n_steps, 1) + 1;

  if (mode == DISK_STEPS_KILL && n == last)
    kill (getpid (), SIGKILL);
  if (!writes || !((mode == DISK_STEPS_FULL && n >= last) || (mode == DISK_STEPS_ONCE && n == last)))
    return FALSE;
  errno = ENOSPC;
  return TRUE;
}

static gboolean
is_below (const char *path)
{
  return g_atomic_int_get (&counting) && strncmp (path, folder, strlen (folder)) == 0;
}

static gboolean
is_fd_below (int fd)
{
  char link[64];
  char path[PATH_MAX];
  gssize n;

  if (!g_atomic_int_get (&counting))
    return FALSE;
  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  n = readlink (link, path, sizeof path - 1);
  if (n <= 0)
    return FALSE;
  path[n] = '\0';
  return is_below (path);
}

static gboolean
is_at_below (int fd, const char *path)
{
  return *path == '/' || fd == AT_FDCWD ? is_below (path) : is_fd_below (fd);
}

int
open (const char *path, int flags, ...)
{
  mode_t permissions = 0;
  va_list args;

  if ((flags & O_CREAT) != 0)
    {
      va_start (args, flags);
      permissions = (mode_t) va_arg (args, int);
      va_end (args);
      if (is_below (path) && step (TRUE))
        return -1;
    }
  return REAL (open) (path, flags, permissions);
}

gssize
write (int fd, const void *bytes, size_t length)
{
  if (is_fd_below (fd) && step (TRUE))
    return -1;
  return REAL (write) (fd, bytes, length);
}

int
fsync (int fd)
{
  if (is_fd_below (fd) && step (TRUE))
    return -1;
  return REAL (fsync) (fd);
}

int
mkdir (const char *path, mode_t permissions)
{
  if (is_below (path) && step (TRUE))
    return -1;
  return REAL (mkdir) (path, permissions);
}

int
rename (const char *from, const char *to)
{
  if (is_below (from) && step (TRUE))
    return -1;
  return REAL (rename) (from, to);
}

int
unlink (const char *path)
{
  if (is_below (path))
    step (FALSE);
  return REAL (unlink) (path);
}

int
rmdir (const char *path)
{
  if (is_below (path))
    step (FALSE);
  return REAL (rmdir) (path);
}

int
unlinkat (int fd, const char *path, int flags)
{
  if (is_at_below (fd, path))
    step (FALSE);
  return REAL (unlinkat) (fd, path, flags);
}

int
fchmod (int fd, mode_t permissions)
{
  if (is_fd_below (fd) && step (TRUE))
    return -1;
  return REAL (fchmod) (fd, permissions);
}

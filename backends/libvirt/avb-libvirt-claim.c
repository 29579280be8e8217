/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-claim.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/avb-folders.h"

#define MAX_TRIES 10

struct _AvbLibvirtClaim {
  char *file; /* (nullable) */
  int   fd;
};

static GMutex      mutex;
static GHashTable *held; /* path or UUID → AvbLibvirtClaim */

char *
avb_libvirt_claim_dup_folder (void)
{
  return avb_folder_build (AVB_FOLDER_STATE, "making");
}

/* -1: it is somebody else's, or went: who sweeps may be faster than who made it. */
static int
lock_file (const char *path, int flags)
{
  struct stat info;
  int         fd = g_open (path, flags | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0 && fstat (fd, &info) == 0 && info.st_nlink > 0)
    return fd;
  if (fd >= 0)
    close (fd);
  return -1;
}

static void
sync_folder (const char *folder)
{
  int fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);

  if (fd < 0)
    return;
  fsync (fd);
  close (fd);
}

AvbLibvirtClaim *
avb_libvirt_claim_new (void)
{
  AvbLibvirtClaim *self = g_new0 (AvbLibvirtClaim, 1);
  g_autofree char *folder = avb_libvirt_claim_dup_folder ();

  self->fd = -1;
  if (g_mkdir_with_parents (folder, 0700) != 0)
    return self;
  for (guint i = 0; self->fd < 0 && i < MAX_TRIES; i++)
    {
      g_autofree char *uuid = g_uuid_string_random ();
      g_autofree char *name = g_strconcat (AVB_LIBVIRT_CLAIM_PREFIX, uuid, NULL);

      g_free (self->file);
      self->file = g_build_filename (folder, name, NULL);
      self->fd = lock_file (self->file, O_RDWR | O_CREAT | O_EXCL | O_APPEND);
    }
  if (self->fd < 0)
    {
      /* One that was made but cannot be locked, on a file system without locks. */
      g_unlink (self->file);
      g_clear_pointer (&self->file, g_free);
    }
  else
    sync_folder (folder);
  return self;
}

void
avb_libvirt_claim_free (AvbLibvirtClaim *self)
{
  if (self->file != NULL)
    g_unlink (self->file);
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->file);
  g_free (self);
}

int
avb_libvirt_claim_get_fd (AvbLibvirtClaim *self)
{
  return self->fd;
}

/* A line in one piece: what is cut off at its end, or after a power cut, is not believed. */
G_GNUC_PRINTF (2, 3)
static void
note (AvbLibvirtClaim *self, const char *format, ...)
{
  g_autofree char *line = NULL;
  va_list          args;
  gssize           length;

  if (self->fd < 0)
    return;
  va_start (args, format);
  line = g_strdup_vprintf (format, args);
  va_end (args);
  length = (gssize) strlen (line);
  if (write (self->fd, line, length) != length || fsync (self->fd) != 0)
    g_info ("%s: %s", self->file, g_strerror (errno));
}

void
avb_libvirt_claim_note_part (AvbLibvirtClaim *self, const char *path)
{
  g_autofree char *escaped = g_strescape (path, NULL);

  note (self, "part %s\n", escaped);
}

void
avb_libvirt_claim_note_volume (AvbLibvirtClaim *self, const char *part, const char *path)
{
  g_autofree char *escaped = g_strescape (path, NULL);
  struct stat      info;

  if (lstat (part, &info) == 0)
    note (self,
          "volume %" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT " %" G_GINT64_FORMAT " %ld %s\n",
          (guint64) info.st_ino,
          (guint64) info.st_size,
          (gint64) info.st_mtim.tv_sec,
          info.st_mtim.tv_nsec,
          escaped);
}

void
avb_libvirt_claim_note_machine (AvbLibvirtClaim *self, const char *uuid)
{
  note (self, "machine %s\n", uuid);
}

static void
free_claim (gpointer data)
{
  avb_libvirt_claim_free (data);
}

void
avb_libvirt_claim_hold (AvbLibvirtClaim *self, const char *name)
{
  G_MUTEX_AUTO_LOCK (&mutex, locker);

  if (held == NULL)
    held = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, free_claim);
  g_hash_table_replace (held, g_strdup (name), self);
}

void
avb_libvirt_claim_settle (const char *name)
{
  G_MUTEX_AUTO_LOCK (&mutex, locker);

  if (held != NULL)
    g_hash_table_remove (held, name);
}

void
avb_libvirt_claim_settle_all (GPtrArray *paths)
{
  for (guint i = 0; i < paths->len; i++)
    avb_libvirt_claim_settle (paths->pdata[i]);
}

void
avb_libvirt_claim_set_throwaway (GPtrArray *paths)
{
  G_MUTEX_AUTO_LOCK (&mutex, locker);

  for (guint i = 0; held != NULL && i < paths->len; i++)
    {
      AvbLibvirtClaim *claim = g_hash_table_lookup (held, paths->pdata[i]);

      if (claim != NULL)
        note (claim, "throwaway\n");
    }
}

int
avb_libvirt_claim_take_dead (const char *path)
{
  return lock_file (path, O_RDONLY);
}

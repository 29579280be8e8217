/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/avb-folders.h"
#include "backends/avb-posix.h"

#define BLOCK (256 * 1024)
#define HEAD (64 * 1024)
#define PREFIX "unpacked-"

typedef struct archive Archive;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Archive, archive_read_free)

/* Shared by the fiber that waits and the thread that works. */
typedef struct {
  char         *path;
  char         *name;
  guint64       offset;
  guint64       length;
  guint64       limit;
  AvbOperation *operation; /* (nullable) */
  int           fd;
  guint64       left; /* of the compressed part, not given to the library yet */
  guint8       *input;
} Unpacking;

static void
unpacking_free (gpointer data)
{
  Unpacking *self = data;

  g_free (self->path);
  g_free (self->name);
  g_clear_object (&self->operation);
  g_clear_fd (&self->fd, NULL);
  g_free (self->input);
  g_free (self);
}

static Unpacking *
unpacking_new (const char *path, guint64 offset, guint64 length, const char *name)
{
  Unpacking *self = g_new0 (Unpacking, 1);

  self->path = g_strdup (path);
  self->name = g_strdup (name);
  self->offset = offset;
  self->length = self->left = length;
  self->fd = -1;
  self->input = g_malloc (BLOCK);
  return self;
}

const char *
avb_unpack_find (const guint8 *head, gsize length)
{
  if (length >= 3 && memcmp (head, "\x1f\x8b\x08", 3) == 0)
    return "gz";
  if (length >= 6 && memcmp (head, "\xfd" "7zXZ\0", 6) == 0)
    return "xz";
  if (length >= 4 && memcmp (head, "\x28\xb5\x2f\xfd", 4) == 0)
    return "zst";
  return NULL;
}

static la_ssize_t
read_cb (Archive *archive, void *data, const void **buffer)
{
  Unpacking *self = data;
  gssize n;

  if (self->operation != NULL &&
      g_cancellable_is_cancelled (avb_operation_get_cancellable (self->operation)))
    {
      archive_set_error (archive, ECANCELED, "cancelled");
      return -1;
    }
  do
    n = pread (self->fd, self->input, MIN (BLOCK, self->left), self->offset + (self->length - self->left));
  while (n < 0 && errno == EINTR);
  if (n < 0)
    {
      archive_set_error (archive, errno, "%s", g_strerror (errno));
      return -1;
    }
  self->left -= n;
  if (self->operation != NULL)
    avb_operation_set_bytes (self->operation, self->length - self->left, self->length);
  *buffer = self->input;
  return n;
}

static GError *
make_error (Unpacking *self, int code, const char *details)
{
  if (code == ECANCELED)
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, _("Cancelled"));
  if (code == ENOSPC || code == EDQUOT || code == EFBIG)
    return avb_error_new (AVB_ERROR_NO_SPACE, details, _("There is no space left to unpack “%s”."), self->name);
  return avb_error_new (AVB_ERROR_INVALID, details, _("“%s” is damaged: it cannot be unpacked."), self->name);
}

static Archive *
open_stream (Unpacking *self, GError **error)
{
  g_autoptr (Archive) archive = archive_read_new ();
  struct archive_entry *entry;

  self->fd = open (self->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
  if (self->fd < 0)
    {
      g_propagate_error (error, make_error (self, errno, g_strerror (errno)));
      return NULL;
    }
  archive_read_support_filter_gzip (archive);
  archive_read_support_filter_xz (archive);
  archive_read_support_filter_zstd (archive);
  archive_read_support_format_raw (archive);
  if (archive_read_open (archive, self, NULL, read_cb, NULL) != ARCHIVE_OK ||
      archive_read_next_header (archive, &entry) != ARCHIVE_OK)
    {
      g_propagate_error (error, make_error (self, archive_errno (archive), archive_error_string (archive)));
      return NULL;
    }
  return g_steal_pointer (&archive);
}

static DexFuture *
head_thread (gpointer data)
{
  Unpacking *self = data;
  GError *error = NULL;
  g_autoptr (Archive) archive = open_stream (self, &error);
  g_autofree guint8 *head = g_malloc (HEAD);
  gsize length = 0;

  while (archive != NULL && length < HEAD)
    {
      la_ssize_t n = archive_read_data (archive, head + length, HEAD - length);

      if (n < 0)
        {
          error = make_error (self, archive_errno (archive), archive_error_string (archive));
          break;
        }
      if (n == 0)
        break;
      length += n;
    }
  if (error != NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_take_boxed (G_TYPE_BYTES, g_bytes_new_take (g_steal_pointer (&head), length));
}

static char *
dup_folder (void)
{
  return avb_folder_build (AVB_FOLDER_CACHE, "unpacked");
}

/* A file that is being written is locked: what is not was left by a program that was killed. */
void
avb_unpack_clean_up (void)
{
  g_autofree char *folder = dup_folder ();
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofd int fd = g_str_has_prefix (name, PREFIX) ? open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW) : -1;

      if (fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0)
        g_unlink (path);
    }
}

static gboolean
is_zero (const guint8 *block, gsize length)
{
  return length == 0 || (block[0] == 0 && memcmp (block, block + 1, length - 1) == 0);
}

static gboolean
write_all (int fd, const guint8 *block, gsize length, guint64 offset)
{
  for (gsize done = 0; done < length;)
    {
      gssize n = pwrite (fd, block + done, length - done, offset + done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        return FALSE;
      done += n;
    }
  return TRUE;
}

static gboolean
unpack (Unpacking *self, int out, GError **error)
{
  g_autoptr (Archive) archive = open_stream (self, error);
  g_autofree guint8 *block = g_malloc (BLOCK);
  guint64 done = 0;
  la_ssize_t n = 0;

  if (archive == NULL)
    return FALSE;
  while ((n = archive_read_data (archive, block, BLOCK)) > 0)
    {
      if ((guint64) n > self->limit - done)
        {
          g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL,
                                                   _("“%s” unpacks to more than it says it holds, and is refused."),
                                                   self->name));
          return FALSE;
        }
      if (!is_zero (block, n) && !write_all (out, block, n, done))
        {
          g_propagate_error (error, make_error (self, errno, g_strerror (errno)));
          return FALSE;
        }
      done += n;
    }
  if (n < 0)
    g_propagate_error (error, make_error (self, archive_errno (archive), archive_error_string (archive)));
  else if (ftruncate (out, done) != 0)
    g_propagate_error (error, make_error (self, errno, g_strerror (errno)));
  else
    return TRUE;
  return FALSE;
}

/* The lock goes with the descriptor: from here on the file belongs to who asked, who is of this process; so it
 * keeps one that is closed by the removal. */
static GHashTable *locks;
static GMutex locks_mutex;

/* Locked; who cleans up may have been faster than the lock. (nullable), -1 in @fd, with errno */
static char *
open_new (const char *folder, int *fd)
{
  for (;;)
    {
      g_autofree char *path = g_build_filename (folder, PREFIX "XXXXXX", NULL);
      struct stat info;

      *fd = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600);
      if (*fd < 0)
        return NULL;
      flock (*fd, LOCK_EX | LOCK_NB);
      if (fstat (*fd, &info) == 0 && info.st_nlink > 0)
        return g_steal_pointer (&path);
      close (*fd);
    }
}

static DexFuture *
unpack_thread (gpointer data)
{
  Unpacking *self = data;
  g_autofree char *folder = dup_folder ();
  g_autofree char *path = NULL;
  GError *error = NULL;
  g_autofd int out = -1;

  if (g_mkdir_with_parents (folder, 0700) != 0)
    return dex_future_new_for_error (make_error (self, errno, folder));
  avb_unpack_clean_up ();
  path = open_new (folder, &out);
  if (path == NULL)
    return dex_future_new_for_error (make_error (self, errno, folder));
  if (!unpack (self, out, &error))
    {
      g_unlink (path);
      return dex_future_new_for_error (error);
    }
  g_mutex_lock (&locks_mutex);
  if (locks == NULL)
    locks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_hash_table_insert (locks, g_strdup (path), GINT_TO_POINTER (g_steal_fd (&out)));
  g_mutex_unlock (&locks_mutex);
  return dex_future_new_take_string (g_steal_pointer (&path));
}

static DexFuture *
remove_thread (gpointer data)
{
  gpointer fd = NULL;

  g_unlink (data);
  g_mutex_lock (&locks_mutex);
  if (locks != NULL && g_hash_table_lookup_extended (locks, data, NULL, &fd))
    {
      close (GPOINTER_TO_INT (fd));
      g_hash_table_remove (locks, data);
    }
  g_mutex_unlock (&locks_mutex);
  return dex_future_new_true ();
}

DexFuture *
avb_unpack_head (const char *path, const char *name)
{
  dex_return_error_if_fail (path != NULL && name != NULL);

  return avb_blocking_run (head_thread, unpacking_new (path, 0, G_MAXINT64, name), unpacking_free);
}

DexFuture *
avb_unpack_file (const char *path, guint64 offset, guint64 length, guint64 limit, const char *name, AvbOperation *operation)
{
  Unpacking *self;

  dex_return_error_if_fail (path != NULL && name != NULL);
  dex_return_error_if_fail (AVB_IS_OPERATION (operation));

  self = unpacking_new (path, offset, length, name);
  self->limit = limit;
  self->operation = g_object_ref (operation);
  return avb_blocking_run_long (unpack_thread, self, unpacking_free);
}

DexFuture *
avb_unpack_remove (const char *path)
{
  dex_return_error_if_fail (path != NULL);

  return avb_blocking_run (remove_thread, g_strdup (path), g_free);
}

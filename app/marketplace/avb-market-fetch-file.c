/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Packages and pictures: to the disk, in as many pieces as it takes, and then under their name. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "app/avb-checksum.h"
#include "app/marketplace/avb-market-fetch-private.h"
#include "backends/avb-error.h"
#include "backends/avb-posix.h"

#define BLOCK (128 * 1024)
#define TRIES 4
#define PART ".part"

typedef struct {
  AvbMarketFetch *fetch;
  AvbOperation   *operation;
  AvbChecksum    *checksum;
  int             fd;
  guint64         done;
  guint64         size;
} Part;

static GError *
disk_error (int code)
{
  if (code == ENOSPC || code == EDQUOT || code == EFBIG)
    return avb_error_new (AVB_ERROR_NO_SPACE, g_strerror (code), _("There is not enough space left for this download."));
  return avb_error_new (AVB_ERROR_FAILED, g_strerror (code), _("The download could not be written to the disk."));
}

static gboolean
set_disk_error (GError **error, int code)
{
  g_propagate_error (error, disk_error (code));
  return FALSE;
}

static gboolean
start_over (Part *self, GError **error)
{
  self->done = 0;
  g_clear_pointer (&self->checksum, avb_checksum_free);
  self->checksum = avb_checksum_new (G_CHECKSUM_SHA256);
  if (ftruncate (self->fd, 0) == 0 && lseek (self->fd, 0, SEEK_SET) == 0)
    return TRUE;
  return set_disk_error (error, errno);
}

static gboolean
write_block (Part *self, const guint8 *data, gsize length, GError **error)
{
  avb_checksum_update (self->checksum, data, length);
  self->done += length;
  while (length > 0)
    {
      gssize n = write (self->fd, data, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return set_disk_error (error, n < 0 ? errno : ENOSPC);
      data += n;
      length -= n;
    }
  if (self->operation != NULL)
    avb_operation_set_bytes (self->operation, self->done, self->size);
  return TRUE;
}

static gboolean
refuse_length (const char *name, GError **error)
{
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, name,
                                           _("The downloaded file has another length than the catalog says. It was removed.")));
  return FALSE;
}

/* One answer of the server. FALSE with %AVB_ERROR_UNAVAILABLE: the rest may come yet. */
static gboolean
take_body (Part *self, const char *name, GError **error)
{
  g_auto (AvbMarketBody) body = { 0 };
  g_autofree guint8 *block = g_malloc (BLOCK);
  GCancellable *cancellable = avb_market_fetch_get_cancellable (self->fetch);
  GError *native = NULL;
  gssize n;

  if (!avb_market_fetch_open (self->fetch, name, self->done, NULL, &body, error))
    return FALSE;
  if (body.start != self->done && !start_over (self, error))
    return FALSE;
  if (body.length >= 0 && self->done + body.length > self->size)
    return refuse_length (name, error);
  while ((n = g_input_stream_read (body.stream, block, BLOCK, cancellable, &native)) > 0)
    {
      if ((guint64) n > self->size - self->done)
        return refuse_length (name, error);
      if (!write_block (self, block, n, error))
        return FALSE;
    }
  if (native == NULL && self->done < self->size && body.length >= 0 && self->done - body.start == (guint64) body.length)
    /* The server has no more than this. */
    return refuse_length (name, error);
  if (native == NULL && self->done < self->size)
    native = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, "it broke off");
  if (native == NULL)
    return TRUE;
  g_propagate_error (error, avb_market_fetch_translate (self->fetch, native));
  return FALSE;
}

static gboolean
take_all (Part *self, const char *name, GError **error)
{
  for (guint i = 1;; i++)
    {
      g_autoptr (GError) failure = NULL;
      guint64 before = self->done;

      if (take_body (self, name, &failure))
        return TRUE;
      if (i < TRIES && self->done > before && g_error_matches (failure, AVB_ERROR, AVB_ERROR_UNAVAILABLE))
        continue;
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
}

static gboolean
finish (Part *self, const char *part, const char *path, const char *sha256, GError **error)
{
  if (!g_str_equal (avb_checksum_get_string (self->checksum), sha256))
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, avb_checksum_get_string (self->checksum),
                                               _("The downloaded file is not the one that the catalog names. It was "
                                                 "removed.")));
      return FALSE;
    }
  if (g_fsync (self->fd) != 0 || g_rename (part, path) != 0)
    return set_disk_error (error, errno);
  return TRUE;
}

/* The lock tells a download that is under way from one whose program was killed. */
static int
open_part (const char *part, GError **error)
{
  int fd = open (part, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

  if (fd < 0)
    {
      set_disk_error (error, errno);
      return -1;
    }
  if (flock (fd, LOCK_EX | LOCK_NB) == 0)
    return fd;
  close (fd);
  g_propagate_error (error, avb_error_new (AVB_ERROR_BUSY, NULL, _("This is being downloaded already.")));
  return -1;
}

gboolean
avb_market_fetch_file (AvbMarketFetch *self,
                       const char     *name,
                       const char     *path,
                       guint64         size,
                       const char     *sha256,
                       AvbOperation   *operation,
                       GError        **error)
{
  g_autofree char *part = g_strconcat (path, PART, NULL);
  Part job = { .fetch = self, .operation = operation, .size = size, .fd = open_part (part, error) };
  gboolean done;

  if (job.fd < 0)
    return FALSE;
  done = start_over (&job, error) && take_all (&job, name, error) && finish (&job, part, path, sha256, error);
  if (!done)
    g_unlink (part);
  close (job.fd);
  g_clear_pointer (&job.checksum, avb_checksum_free);
  return done;
}

void
avb_market_fetch_sweep (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      int fd = g_str_has_suffix (name, PART) ? open (path, O_RDWR | O_CLOEXEC | O_NOFOLLOW) : -1;

      if (fd < 0)
        continue;
      if (flock (fd, LOCK_EX | LOCK_NB) == 0)
        g_unlink (path);
      close (fd);
    }
}

typedef struct {
  char   *path;
  guint64 size;
  gint64  time;
} Kept;

static void
kept_free (gpointer data)
{
  Kept *kept = data;

  g_free (kept->path);
  g_free (kept);
}

static int
compare_newest (gconstpointer a, gconstpointer b)
{
  const Kept *one = *(const Kept *const *) a;
  const Kept *other = *(const Kept *const *) b;

  return (one->time < other->time) - (one->time > other->time);
}

void
avb_market_fetch_bound (const char *folder, guint64 max)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  g_autoptr (GPtrArray) files = g_ptr_array_new_with_free_func (kept_free);
  guint64 sum = 0;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      GStatBuf info;
      Kept *kept;

      if (g_lstat (path, &info) != 0 || !S_ISREG (info.st_mode))
        continue;
      kept = g_new0 (Kept, 1);
      kept->path = g_steal_pointer (&path);
      kept->size = info.st_size;
      kept->time = info.st_mtime;
      g_ptr_array_add (files, kept);
    }
  g_ptr_array_sort (files, compare_newest);
  for (guint i = 0; i < files->len; i++)
    {
      const Kept *kept = files->pdata[i];

      sum += kept->size;
      if (sum > max)
        g_unlink (kept->path);
    }
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* One file into its folder of the cache: asks what the server has, takes it over in as many pieces
 * as it needs, and puts it in place once it is whole and has the right checksum. */

#include "config.h"

#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/avb-download-private.h"
#include "app/avb-download.h"
#include "backends/avb-error.h"
#include "backends/avb-posix.h"

#define BUFFER_SIZE (256 * 1024)
#define HEAD_SIZE 512
#define RESERVE (G_GUINT64_CONSTANT (128) * 1024 * 1024) /* bytes that the file system keeps free */
#define SPACE_INTERVAL (G_GUINT64_CONSTANT (64) * 1024 * 1024)
#define FIRST_DELAY_MS 250
#define LONGEST_DELAY_MS 8000

typedef struct {
  SoupSession      *session;
  AvbDownloadJob   *job;
  AvbDownloadAbout  about;
  int               fd; /* of the part */
  guint64           done; /* bytes in it */
  GChecksum        *digest; /* (nullable): of them */
  char             *expected; /* (nullable): "sha256:…" */
  gboolean          fresh; /* the file that is there is what the server has */
} Transfer;

static GError *
space_error (void)
{
  return avb_error_new (AVB_ERROR_NO_SPACE, NULL, _("There is not enough space left for this download."));
}

static GError *
disk_error (int code)
{
  if (code == ENOSPC || code == EDQUOT || code == EFBIG)
    return space_error ();
  return avb_error_new (AVB_ERROR_FAILED, g_strerror (code), _("The download could not be written to the disk."));
}

static GError *
changed_error (void)
{
  return avb_error_new (AVB_ERROR_UNAVAILABLE, NULL, _("The server changed the file while it was downloaded."));
}

static void
report (Transfer *self)
{
  guint64 total = self->about.part.total;

  if (self->job->operation == NULL)
    return;
  avb_operation_set_bytes (self->job->operation, self->done, total);
  if (total > 0)
    avb_operation_set_fraction (self->job->operation, (double) self->done / total);
}

static void
say (Transfer *self, const char *status)
{
  if (self->job->operation != NULL)
    avb_operation_set_status (self->job->operation, status);
}

static char *
dup_path (Transfer *self, const char *name)
{
  return g_build_filename (self->job->folder, name, NULL);
}

static gboolean
write_about (Transfer *self, GError **error)
{
  g_autoptr (GError) native = NULL;

  if (avb_download_about_write (&self->about, self->job->folder, &native))
    return TRUE;
  g_propagate_error (error, g_error_matches (native, G_FILE_ERROR, G_FILE_ERROR_NOSPC) ? space_error ()
                                                                                       : disk_error (EIO));
  return FALSE;
}

/* --- the part --- */

static void
restart_digest (Transfer *self)
{
  g_clear_pointer (&self->digest, g_checksum_free);
  if (self->expected != NULL)
    self->digest = g_checksum_new (g_str_has_prefix (self->expected, "sha512:") ? G_CHECKSUM_SHA512
                                                                                : G_CHECKSUM_SHA256);
}

/* Nothing of what came before counts any more. */
static gboolean
start_over (Transfer *self, GError **error)
{
  self->done = 0;
  avb_download_mark_clear (&self->about.part);
  restart_digest (self);
  if (ftruncate (self->fd, 0) == 0 && lseek (self->fd, 0, SEEK_SET) == 0)
    return TRUE;
  g_propagate_error (error, disk_error (errno));
  return FALSE;
}

static gboolean
can_resume (const AvbDownloadMark *mark)
{
  return mark->etag != NULL || mark->modified != NULL;
}

/* Takes up what an earlier call left. */
static gboolean
open_part (Transfer *self, GError **error)
{
  g_autofree char *path = dup_path (self, AVB_DOWNLOAD_PART);
  g_autofree guint8 *buffer = g_malloc (BUFFER_SIZE);
  ssize_t n;

  self->fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (self->fd < 0)
    {
      g_propagate_error (error, disk_error (errno));
      return FALSE;
    }
  restart_digest (self);
  if (!can_resume (&self->about.part))
    return start_over (self, error);
  while ((n = read (self->fd, buffer, BUFFER_SIZE)) > 0)
    {
      if (self->digest != NULL)
        g_checksum_update (self->digest, buffer, n);
      self->done += n;
      if (g_cancellable_set_error_if_cancelled (self->job->cancellable, error))
        return FALSE;
    }
  if (n < 0 || (self->about.part.total > 0 && self->done > self->about.part.total))
    return start_over (self, error);
  return TRUE;
}

static gboolean
check_space (Transfer *self, GError **error)
{
  guint64 available;
  guint64 total = self->about.part.total;
  guint64 missing = total > self->done ? total - self->done : 0;

  if (!avb_posix_free_space (self->fd, &available))
    return TRUE;
  if (missing <= G_MAXUINT64 - RESERVE && available >= missing + RESERVE)
    return TRUE;
  g_propagate_error (error, space_error ());
  return FALSE;
}

static gboolean
write_all (Transfer *self, const guint8 *data, gsize length, GError **error)
{
  if (self->digest != NULL)
    g_checksum_update (self->digest, data, length);
  while (length > 0)
    {
      ssize_t n = write (self->fd, data, length);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        {
          g_propagate_error (error, disk_error (n < 0 ? errno : ENOSPC));
          return FALSE;
        }
      data += n;
      length -= n;
      if (self->done / SPACE_INTERVAL != (self->done + n) / SPACE_INTERVAL)
        {
          self->done += n;
          if (!check_space (self, error))
            return FALSE;
        }
      else
        self->done += n;
    }
  return TRUE;
}

/* --- answers --- */

static void
prepare_cb (SoupMessage *message, gpointer data)
{
  Transfer *self = data;
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);
  const AvbDownloadMark *mark = self->done > 0 ? &self->about.part : &self->about.file;

  if (self->done > 0)
    {
      soup_message_headers_set_range (headers, self->done, -1);
      soup_message_headers_replace (headers, "If-Range", mark->etag != NULL ? mark->etag : mark->modified);
    }
  else if (self->about.complete && mark->etag != NULL)
    soup_message_headers_replace (headers, "If-None-Match", mark->etag);
  else if (self->about.complete && mark->modified != NULL)
    soup_message_headers_replace (headers, "If-Modified-Since", mark->modified);
}

static gboolean
is_web_page (const guint8 *data, gsize length)
{
  static const char *const heads[] = { "<!doctype html", "<html" };
  g_autofree char *head = g_ascii_strdown ((const char *) data, MIN (length, HEAD_SIZE));
  const char *text = head;

  if (g_str_has_prefix (text, "\xef\xbb\xbf"))
    text += 3;
  while (g_ascii_isspace (*text))
    text++;
  for (guint i = 0; i < G_N_ELEMENTS (heads); i++)
    if (g_str_has_prefix (text, heads[i]))
      return TRUE;
  return FALSE;
}

static GError *
web_page_error (void)
{
  return avb_error_new (AVB_ERROR_INVALID, NULL,
                        _("There is a web page at this address, not a file. Download it in a web browser, and choose "
                          "it here then."));
}

/* From the answer's head to where its body is to be written. */
static gboolean
take_head (Transfer *self, SoupMessage *message, GError **error)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  const char *type = soup_message_headers_get_content_type (headers, NULL);
  goffset length = soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH
                       ? soup_message_headers_get_content_length (headers)
                       : 0;
  const char *etag = soup_message_headers_get_one (headers, "ETag");
  goffset from;
  goffset to;
  goffset total;

  if (g_strcmp0 (type, "text/html") == 0 || g_strcmp0 (type, "application/xhtml+xml") == 0)
    {
      g_propagate_error (error, web_page_error ());
      return FALSE;
    }
  if (soup_message_get_status (message) == SOUP_STATUS_PARTIAL_CONTENT)
    {
      if (soup_message_headers_get_content_range (headers, &from, &to, &total) && from == (goffset) self->done &&
          self->done > 0 && (total < 0 || (guint64) total == self->about.part.total) && to >= from &&
          (self->about.part.total == 0 || (guint64) to < self->about.part.total) &&
          (etag == NULL || self->about.part.etag == NULL || g_str_equal (etag, self->about.part.etag)))
        return TRUE;
      if (start_over (self, error))
        g_propagate_error (error, changed_error ());
      return FALSE;
    }
  if (!start_over (self, error))
    return FALSE;
  avb_download_mark_take (&self->about.part, headers, MAX (length, 0));
  return check_space (self, error) && write_about (self, error);
}

static gboolean
take_body (Transfer *self, GInputStream *stream, GError **error)
{
  g_autofree guint8 *buffer = g_malloc (BUFFER_SIZE);
  GError *native = NULL;

  for (;;)
    {
      gsize n;
      gboolean good = g_input_stream_read_all (stream, buffer, BUFFER_SIZE, &n, self->job->cancellable, &native);

      if (self->done == 0 && n > 0 && is_web_page (buffer, n))
        {
          g_clear_error (&native);
          g_propagate_error (error, web_page_error ());
          return FALSE;
        }
      if (n > 0 && !write_all (self, buffer, n, error))
        {
          g_clear_error (&native);
          return FALSE;
        }
      report (self);
      if (!good)
        {
          g_propagate_error (error, avb_download_translate (native, self->job->url));
          return FALSE;
        }
      if (n < BUFFER_SIZE)
        break;
    }
  if (self->about.part.total > 0 && self->done > self->about.part.total)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL,
                                               _("The server sent more than it had announced.")));
      return FALSE;
    }
  if (self->done < self->about.part.total)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_UNAVAILABLE, NULL,
                                               _("The server sent less than it had announced.")));
      return FALSE;
    }
  return TRUE;
}

/* Where the server names nothing to tell files apart by, their length has to do. */
static gboolean
is_as_before (Transfer *self, SoupMessage *message)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  const AvbDownloadMark *mark = &self->about.file;

  if (soup_message_get_status (message) == SOUP_STATUS_NOT_MODIFIED)
    return TRUE;
  return !can_resume (mark) && mark->total > 0 && soup_message_get_status (message) == SOUP_STATUS_OK &&
         soup_message_headers_get_content_length (headers) == (goffset) mark->total;
}

/* One request. TRUE: all is there. */
static gboolean
take_once (Transfer *self, GError **error)
{
  g_autoptr (SoupMessage) message = NULL;
  g_autoptr (GInputStream) stream = NULL;

  if (self->done > 0 && self->done == self->about.part.total)
    return TRUE;
  stream = avb_download_send (self->session, "GET", self->job->url, prepare_cb, self, &message,
                              self->job->cancellable, error);
  if (stream == NULL)
    return FALSE;
  if (self->about.complete && self->done == 0 && is_as_before (self, message))
    {
      self->fresh = TRUE;
      return TRUE;
    }
  if (soup_message_get_status (message) != SOUP_STATUS_OK &&
      soup_message_get_status (message) != SOUP_STATUS_PARTIAL_CONTENT)
    {
      if (start_over (self, error))
        g_propagate_error (error, changed_error ());
      return FALSE;
    }
  say (self, "");
  return take_head (self, message, error) && take_body (self, stream, error);
}

/* FALSE: it was cancelled */
static gboolean
wait (Transfer *self, guint msec)
{
  GPollFD fd;

  if (!g_cancellable_make_pollfd (self->job->cancellable, &fd))
    return TRUE;
  g_poll (&fd, 1, msec);
  g_cancellable_release_fd (self->job->cancellable);
  return !g_cancellable_is_cancelled (self->job->cancellable);
}

static gboolean
take_all (Transfer *self, GError **error)
{
  guint delay = FIRST_DELAY_MS;
  guint left = self->job->tries;
  guint64 most = self->done;

  for (;;)
    {
      g_autoptr (GError) native = NULL;

      say (self, _("Connecting"));
      if (take_once (self, &native))
        return TRUE;
      if (self->done > most)
        {
          most = self->done;
          left = self->job->tries;
          delay = FIRST_DELAY_MS;
        }
      if (!g_error_matches (native, AVB_ERROR, AVB_ERROR_UNAVAILABLE) || --left == 0)
        {
          g_propagate_error (error, g_steal_pointer (&native));
          return FALSE;
        }
      if (!can_resume (&self->about.part) && !start_over (self, error))
        return FALSE;
      say (self, _("The connection was lost. Trying again"));
      if (!wait (self, delay))
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled");
          return FALSE;
        }
      delay = MIN (delay * 2, LONGEST_DELAY_MS);
    }
}

/* --- the end --- */

static gboolean
check_digest (Transfer *self, GError **error)
{
  if (self->digest == NULL || g_str_equal (g_checksum_get_string (self->digest), strchr (self->expected, ':') + 1))
    return TRUE;
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, self->expected,
                                           _("The file has another checksum than its maker says. It is damaged, or "
                                             "somebody changed it.")));
  return FALSE;
}

/* On the disk first, then under its name, then known as complete: what is in between counts as
 * not there. */
static char *
put_in_place (Transfer *self, GError **error)
{
  g_autofree char *name = avb_download_dup_name (self->job->url);
  g_autofree char *path = dup_path (self, name);
  g_autofree char *part = dup_path (self, AVB_DOWNLOAD_PART);

  if (self->done == 0)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, _("The file at this address is empty.")));
      return NULL;
    }
  if (!check_digest (self, error) || g_cancellable_set_error_if_cancelled (self->job->cancellable, error))
    return NULL;
  if (g_fsync (self->fd) != 0 || g_rename (part, path) != 0)
    {
      g_propagate_error (error, disk_error (errno));
      return NULL;
    }
  avb_download_mark_clear (&self->about.file);
  self->about.file = self->about.part;
  self->about.file.total = self->done;
  self->about.part = (AvbDownloadMark) { NULL };
  g_free (self->about.name);
  self->about.name = g_steal_pointer (&name);
  g_free (self->about.checksum);
  self->about.checksum = g_strdup (self->expected);
  self->about.complete = TRUE;
  return write_about (self, error) ? g_steal_pointer (&path) : NULL;
}

static gboolean
is_there (Transfer *self)
{
  g_autofree char *path = self->about.complete ? dup_path (self, self->about.name) : NULL;
  GStatBuf info;

  return path != NULL && g_lstat (path, &info) == 0 && S_ISREG (info.st_mode) &&
         (guint64) info.st_size == self->about.file.total;
}

/* What is no use for a later try goes; a file that was there before stays. */
static void
clean_up (Transfer *self, const GError *error)
{
  g_autofree char *part = dup_path (self, AVB_DOWNLOAD_PART);

  if (g_error_matches (error, AVB_ERROR, AVB_ERROR_UNAVAILABLE) && can_resume (&self->about.part) &&
      (self->done > 0 || self->fd < 0))
    return;
  if (!self->about.complete)
    {
      avb_download_remove_folder (self->job->folder);
      return;
    }
  g_unlink (part);
  avb_download_mark_clear (&self->about.part);
  avb_download_about_write (&self->about, self->job->folder, NULL);
}

static char *
run (Transfer *self, GError **error)
{
  AvbDownloadJob *job = self->job;

  avb_download_about_read (&self->about, job->folder);
  self->about.complete = is_there (self);
  g_free (self->about.url);
  self->about.url = g_strdup (job->url);
  if (self->about.complete && job->checksum != NULL && g_strcmp0 (self->about.checksum, job->checksum) == 0)
    self->fresh = TRUE;
  if (!self->fresh)
    {
      g_autoptr (GError) native = NULL;

      say (self, _("Connecting"));
      self->expected = job->checksum != NULL ? g_strdup (job->checksum)
                                             : avb_download_find_checksum (self->session, job, &native);
      if (native != NULL)
        {
          g_propagate_error (error, avb_download_translate (g_steal_pointer (&native), job->url));
          return NULL;
        }
      if (!open_part (self, error) || !take_all (self, error))
        return NULL;
    }
  if (!self->fresh)
    return put_in_place (self, error);
  clean_up (self, NULL);
  return dup_path (self, self->about.name);
}

char *
avb_download_transfer (SoupSession *session, AvbDownloadJob *job, GError **error)
{
  Transfer self = { .session = session, .job = job, .fd = -1 };
  int lock = avb_download_lock (job->folder, error);
  g_autoptr (GError) native = NULL;
  char *path;

  if (lock < 0)
    return NULL;
  path = run (&self, &native);
  if (path == NULL && g_error_matches (native, AVB_ERROR, AVB_ERROR_UNAVAILABLE) && self.about.complete)
    {
      /* Without a network, what is there has to do. */
      path = dup_path (&self, self.about.name);
      g_clear_error (&native);
    }
  if (path == NULL)
    {
      clean_up (&self, native);
      g_propagate_error (error, g_steal_pointer (&native));
    }
  if (self.fd >= 0)
    close (self.fd);
  close (lock);
  g_clear_pointer (&self.digest, g_checksum_free);
  g_free (self.expected);
  avb_download_about_clear (&self.about);
  return path;
}

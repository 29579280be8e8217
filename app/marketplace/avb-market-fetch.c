/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/marketplace/avb-market-fetch-private.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>
#include <sys/stat.h>

#include "backends/avb-error.h"
#include "backends/avb-posix.h"

#define MAX_REDIRECTS 3
#define MAX_URI 2048
#define BLOCK (64 * 1024)

struct _AvbMarketFetch {
  char         *uri; /* ends in a slash */
  char         *folder; /* (nullable): a local one */
  char         *host; /* for messages */
  SoupSession  *session; /* (nullable): for a local folder */
  GCancellable *cancellable;
};

gboolean
avb_market_fetch_check_uri (const char *text, GError **error)
{
  g_autoptr (GUri) uri = text != NULL && strlen (text) <= MAX_URI ? g_uri_parse (text, SOUP_HTTP_URI_FLAGS, NULL) : NULL;
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  gboolean named = host != NULL && *host != '\0';
  gboolean fits = FALSE;

  if (uri != NULL && g_uri_get_userinfo (uri) == NULL && g_uri_get_query (uri) == NULL && g_uri_get_fragment (uri) == NULL)
    fits = g_str_equal (g_uri_get_scheme (uri), "https") ? named
           : g_str_equal (g_uri_get_scheme (uri), "file")  ? !named && g_str_has_prefix (g_uri_get_path (uri), "/")
                                                           : FALSE;
  if (!fits)
    g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, text,
                                             _("This is not the address of a marketplace: those begin with “https://”.")));
  return fits;
}

AvbMarketFetch *
avb_market_fetch_new (const char *uri, GTlsDatabase *tls_database, GCancellable *cancellable)
{
  AvbMarketFetch *self = g_new0 (AvbMarketFetch, 1);
  g_autoptr (GUri) parsed = g_uri_parse (uri, SOUP_HTTP_URI_FLAGS, NULL);

  self->uri = g_str_has_suffix (uri, "/") ? g_strdup (uri) : g_strconcat (uri, "/", NULL);
  self->host = g_strdup (parsed != NULL && g_uri_get_host (parsed) != NULL ? g_uri_get_host (parsed) : "");
  g_set_object (&self->cancellable, cancellable);
  if (g_str_has_prefix (uri, "file:"))
    {
      self->folder = g_filename_from_uri (self->uri, NULL, NULL);
      return self;
    }
  self->session = soup_session_new_with_options ("timeout", AVB_MARKET_STALL_SECONDS, "user-agent",
                                                 "AlphaVBox/" AVB_VERSION, NULL);
  if (tls_database != NULL)
    soup_session_set_tls_database (self->session, tls_database);
  /* What is hashed is what the server has, not what it makes of it on the way. */
  soup_session_remove_feature_by_type (self->session, SOUP_TYPE_CONTENT_DECODER);
  return self;
}

void
avb_market_fetch_free (AvbMarketFetch *self)
{
  g_free (self->uri);
  g_free (self->folder);
  g_free (self->host);
  g_clear_object (&self->session);
  g_clear_object (&self->cancellable);
  g_free (self);
}

void
avb_market_fetch_set_stall_seconds (AvbMarketFetch *self, guint seconds)
{
  if (self->session != NULL)
    soup_session_set_timeout (self->session, seconds);
}

GCancellable *
avb_market_fetch_get_cancellable (AvbMarketFetch *self)
{
  return self->cancellable;
}

void
avb_market_body_clear (AvbMarketBody *self)
{
  g_clear_object (&self->stream);
}

GError *
avb_market_fetch_translate (AvbMarketFetch *self, GError *error)
{
  g_autoptr (GError) native = error;

  if (avb_error_is_cancelled (native) || native->domain == AVB_ERROR)
    return g_steal_pointer (&native);
  if (self->folder != NULL)
    return avb_error_new (AVB_ERROR_UNAVAILABLE, native->message, _("The folder of this marketplace can't be read."));
  if (g_error_matches (native, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return avb_error_new (AVB_ERROR_UNAVAILABLE, native->message, _("The server “%s” does not answer."), self->host);
  if (native->domain == G_RESOLVER_ERROR)
    return avb_error_new (AVB_ERROR_UNAVAILABLE, native->message,
                          _("The server “%s” was not found. Check the address and the network connection."), self->host);
  if (native->domain == G_TLS_ERROR && !g_error_matches (native, G_TLS_ERROR, G_TLS_ERROR_EOF))
    return avb_error_new (AVB_ERROR_INVALID, native->message,
                          _("The server “%s” could not prove that it is this server."), self->host);
  return avb_error_new (AVB_ERROR_UNAVAILABLE, native->message, _("The connection to “%s” failed."), self->host);
}

/* --- a local folder --- */

static gboolean
open_local (AvbMarketFetch *self, const char *name, guint64 start, AvbMarketBody *body, GError **error)
{
  g_autofree char *path = self->folder != NULL ? g_build_filename (self->folder, name, NULL) : NULL;
  /* A FIFO must not hold this thread. */
  int fd = path != NULL ? open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY) : -1;
  int code = errno;
  g_autoptr (GFile) file = NULL;
  struct stat info;

  if (fd >= 0 && fstat (fd, &info) == 0 && S_ISREG (info.st_mode))
    {
      close (fd);
      file = g_file_new_for_path (path);
      body->stream = G_INPUT_STREAM (g_file_read (file, self->cancellable, error));
      body->start = 0;
      body->length = info.st_size;
      return body->stream != NULL;
    }
  if (fd >= 0)
    close (fd);
  g_propagate_error (error, avb_error_new (fd < 0 && code == ENOENT ? AVB_ERROR_NOT_FOUND : AVB_ERROR_UNAVAILABLE, name,
                                           _("The folder of this marketplace lacks a file.")));
  return FALSE;
}

/* --- https --- */

static GError *
translate_status (AvbMarketFetch *self, SoupMessage *message, const char *name)
{
  guint status = soup_message_get_status (message);
  g_autofree char *details = g_strdup_printf ("%s: HTTP %u", name, status);

  switch (status)
    {
    case SOUP_STATUS_NOT_FOUND:
    case SOUP_STATUS_GONE:
      return avb_error_new (AVB_ERROR_NOT_FOUND, details, _("The server “%s” does not have this file."), self->host);
    case SOUP_STATUS_UNAUTHORIZED:
    case SOUP_STATUS_FORBIDDEN:
    case SOUP_STATUS_PROXY_AUTHENTICATION_REQUIRED:
      return avb_error_new (AVB_ERROR_PERMISSION, details, _("The server “%s” does not give this file to you."),
                            self->host);
    default:
      return avb_error_new (AVB_ERROR_UNAVAILABLE, details, _("The server “%s” could not answer the request."),
                            self->host);
    }
}

/* (nullable) (transfer full): where @message sends us */
static GUri *
follow (AvbMarketFetch *self, SoupMessage *message, GUri *from, GError **error)
{
  const char *location = soup_message_headers_get_one (soup_message_get_response_headers (message), "Location");
  g_autoptr (GUri) to = location != NULL ? g_uri_parse_relative (from, location, SOUP_HTTP_URI_FLAGS, NULL) : NULL;

  if (to != NULL && g_str_equal (g_uri_get_scheme (to), "https") && g_uri_get_host (to) != NULL)
    return g_steal_pointer (&to);
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, location,
                                           _("The server “%s” sent the program on to an address without encryption. "
                                             "That was refused."),
                                           self->host));
  return NULL;
}

static SoupMessage *
make_message (GUri *uri, guint64 start, const char *etag)
{
  SoupMessage *message = soup_message_new_from_uri ("GET", uri);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);

  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_headers_replace (headers, "Accept-Encoding", "identity");
  if (start > 0)
    soup_message_headers_set_range (headers, start, -1);
  else if (etag != NULL)
    soup_message_headers_replace (headers, "If-None-Match", etag);
  return message;
}

/* An answer that has a body, or says that there is none to have. */
static gboolean
take_head (SoupMessage *message, guint64 start, char **etag, AvbMarketBody *body)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  guint status = soup_message_get_status (message);
  goffset from;
  goffset to;
  goffset total;

  body->start = 0;
  body->same = status == SOUP_STATUS_NOT_MODIFIED && etag != NULL && *etag != NULL;
  body->length = soup_message_headers_get_encoding (headers) == SOUP_ENCODING_CONTENT_LENGTH
                     ? soup_message_headers_get_content_length (headers)
                     : -1;
  if (status == SOUP_STATUS_PARTIAL_CONTENT && start > 0)
    {
      if (!soup_message_headers_get_content_range (headers, &from, &to, &total) || from != (goffset) start)
        return FALSE;
      body->start = start;
      return TRUE;
    }
  if (etag != NULL && status == SOUP_STATUS_OK)
    g_set_str (etag, soup_message_headers_get_one (headers, "ETag"));
  return body->same || status == SOUP_STATUS_OK;
}

static gboolean
open_remote (AvbMarketFetch *self, const char *name, guint64 start, char **etag, AvbMarketBody *body, GError **error)
{
  g_autofree char *text = g_strconcat (self->uri, name, NULL);
  g_autoptr (GUri) uri = g_uri_parse (text, SOUP_HTTP_URI_FLAGS, error);

  for (guint i = 0; uri != NULL && i <= MAX_REDIRECTS; i++)
    {
      g_autoptr (SoupMessage) message = make_message (uri, start, etag != NULL ? *etag : NULL);
      g_autoptr (GInputStream) stream = NULL;
      GError *native = NULL;
      GUri *next;

      stream = soup_session_send (self->session, message, self->cancellable, &native);
      if (stream == NULL)
        {
          g_propagate_error (error, avb_market_fetch_translate (self, native));
          return FALSE;
        }
      if (take_head (message, start, etag, body))
        {
          if (!body->same)
            body->stream = g_steal_pointer (&stream);
          return TRUE;
        }
      if (!SOUP_STATUS_IS_REDIRECTION (soup_message_get_status (message)))
        {
          g_propagate_error (error, translate_status (self, message, name));
          return FALSE;
        }
      next = follow (self, message, uri, error);
      if (next == NULL)
        return FALSE;
      g_uri_unref (uri);
      uri = next;
    }
  if (uri != NULL)
    g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, name,
                                             _("The server “%s” sends the program from one address to the next "
                                               "without end."),
                                             self->host));
  return FALSE;
}

gboolean
avb_market_fetch_open (AvbMarketFetch *self,
                       const char     *name,
                       guint64         start,
                       char          **etag,
                       AvbMarketBody  *body,
                       GError        **error)
{
  return self->session == NULL ? open_local (self, name, start, body, error)
                               : open_remote (self, name, start, etag, body, error);
}

/* --- whole files in memory --- */

static GError *
too_large (const char *name)
{
  return avb_error_new (AVB_ERROR_INVALID, name,
                        _("What this marketplace sent is larger than it may be. Nothing of it was taken over."));
}

static GBytes *
read_body (AvbMarketFetch *self, AvbMarketBody *body, const char *name, gsize max_length, GError **error)
{
  g_autoptr (GByteArray) data = g_byte_array_new ();
  g_autofree guint8 *block = g_malloc (BLOCK);
  gint64 end = g_get_monotonic_time () + AVB_MARKET_METADATA_SECONDS * G_USEC_PER_SEC;
  GError *native = NULL;
  gssize n;

  while ((n = g_input_stream_read (body->stream, block, BLOCK, self->cancellable, &native)) > 0)
    {
      if ((gsize) n > max_length - data->len)
        {
          g_propagate_error (error, too_large (name));
          return NULL;
        }
      g_byte_array_append (data, block, n);
      if (g_get_monotonic_time () > end)
        {
          native = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "it takes too long");
          n = -1;
          break;
        }
    }
  if (n == 0 && body->length >= 0 && data->len != (guint64) body->length)
    native = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, "it broke off");
  if (native != NULL)
    {
      g_propagate_error (error, avb_market_fetch_translate (self, native));
      return NULL;
    }
  return g_byte_array_free_to_bytes (g_steal_pointer (&data));
}

GBytes *
avb_market_fetch_bytes (AvbMarketFetch *self, const char *name, gsize max_length, char **etag, GError **error)
{
  g_auto (AvbMarketBody) body = { 0 };

  if (!avb_market_fetch_open (self, name, 0, etag, &body, error) || body.same)
    return NULL;
  if (body.length > 0 && (guint64) body.length > max_length)
    {
      g_propagate_error (error, too_large (name));
      return NULL;
    }
  return read_body (self, &body, name, max_length, error);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* One request after the other, on a worker thread. */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "app/avb-download-private.h"
#include "app/avb-download.h"
#include "backends/avb-error.h"

#define MAX_REDIRECTS 10

/* The proxy is the system's: that is the session's default. */
SoupSession *
avb_download_session_new (AvbDownloadJob *job)
{
  SoupSession *session = soup_session_new_with_options ("timeout", job->stall_timeout, "user-agent",
                                                        "AlphaVBox/" AVB_VERSION, NULL);

  if (job->tls_database != NULL)
    soup_session_set_tls_database (session, job->tls_database);
  /* A file that the server has compressed is to arrive as it is. */
  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);
  return session;
}

static const char *
get_host (GUri *uri)
{
  return uri != NULL && g_uri_get_host (uri) != NULL ? g_uri_get_host (uri) : "";
}

GError *
avb_download_translate (GError *error, const char *url)
{
  g_autoptr (GError) native = error;
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);
  const char *host = get_host (uri);

  if (avb_error_is_cancelled (native) || native->domain == AVB_ERROR)
    return g_steal_pointer (&native);
  if (g_error_matches (native, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return avb_error_new (AVB_ERROR_UNAVAILABLE, native->message, _("The server “%s” does not answer."), host);
  if (native->domain == G_RESOLVER_ERROR)
    return avb_error_new (AVB_ERROR_UNAVAILABLE, native->message,
                          _("The server “%s” was not found. Check the address and the network connection."),
                          host);
  if (native->domain == G_TLS_ERROR && !g_error_matches (native, G_TLS_ERROR, G_TLS_ERROR_EOF))
    return avb_error_new (AVB_ERROR_INVALID, native->message,
                          _("The server “%s” could not prove that it is this server."), host);
  return avb_error_new (AVB_ERROR_UNAVAILABLE, native->message, _("The connection to “%s” failed."), host);
}

static GError *
translate_status (SoupMessage *message, const char *host)
{
  guint status = soup_message_get_status (message);
  g_autofree char *details = g_strdup_printf ("HTTP %u %s", status, soup_message_get_reason_phrase (message));

  switch (status)
    {
    case SOUP_STATUS_NOT_FOUND:
    case SOUP_STATUS_GONE:
      return avb_error_new (AVB_ERROR_NOT_FOUND, details, _("The server “%s” does not have this file."), host);
    case SOUP_STATUS_UNAUTHORIZED:
    case SOUP_STATUS_FORBIDDEN:
    case SOUP_STATUS_PROXY_AUTHENTICATION_REQUIRED:
      return avb_error_new (AVB_ERROR_PERMISSION, details, _("The server “%s” does not give this file to you."),
                            host);
    case SOUP_STATUS_REQUEST_TIMEOUT:
    case 429: /* too many requests */
      return avb_error_new (AVB_ERROR_UNAVAILABLE, details, _("The server “%s” is too busy."), host);
    default:
      return avb_error_new (status >= 500 ? AVB_ERROR_UNAVAILABLE : AVB_ERROR_FAILED, details,
                            _("The server “%s” could not answer the request."), host);
    }
}

static gboolean
is_answer (guint status)
{
  return status == SOUP_STATUS_OK || status == SOUP_STATUS_PARTIAL_CONTENT ||
         status == SOUP_STATUS_NOT_MODIFIED || status == SOUP_STATUS_REQUESTED_RANGE_NOT_SATISFIABLE;
}

/* (nullable) (transfer full): where @message sends us */
static GUri *
follow (SoupMessage *message, GUri *from, GError **error)
{
  const char *location = soup_message_headers_get_one (soup_message_get_response_headers (message), "Location");
  g_autoptr (GUri) to = location != NULL ? g_uri_parse_relative (from, location, SOUP_HTTP_URI_FLAGS, NULL) : NULL;
  g_autofree char *text = to != NULL ? g_uri_to_string (to) : NULL;

  if (text == NULL || !avb_download_check_url (text, NULL))
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, location,
                                               _("The server “%s” sent the program on to an address that is no "
                                                 "web address."),
                                               get_host (from)));
      return NULL;
    }
  if (g_str_equal (g_uri_get_scheme (from), "https") && !g_str_equal (g_uri_get_scheme (to), "https"))
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, location,
                                               _("The server “%s” sent the program on to an address without "
                                                 "encryption. That was refused."),
                                               get_host (from)));
      return NULL;
    }
  return g_steal_pointer (&to);
}

GInputStream *
avb_download_send (SoupSession        *session,
                   const char         *method,
                   const char         *url,
                   AvbDownloadPrepare  prepare,
                   gpointer            data,
                   SoupMessage       **answer,
                   GCancellable       *cancellable,
                   GError            **error)
{
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, error);

  for (guint i = 0; uri != NULL && i <= MAX_REDIRECTS; i++)
    {
      g_autoptr (SoupMessage) message = soup_message_new_from_uri (method, uri);
      g_autoptr (GInputStream) stream = NULL;
      GError *native = NULL;
      GUri *next;

      soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
      soup_message_headers_replace (soup_message_get_request_headers (message), "Accept-Encoding", "identity");
      if (prepare != NULL)
        prepare (message, data);
      stream = soup_session_send (session, message, cancellable, &native);
      if (stream == NULL)
        {
          g_propagate_error (error, avb_download_translate (native, url));
          return NULL;
        }
      if (is_answer (soup_message_get_status (message)))
        {
          *answer = g_steal_pointer (&message);
          return g_steal_pointer (&stream);
        }
      if (!SOUP_STATUS_IS_REDIRECTION (soup_message_get_status (message)))
        {
          g_propagate_error (error, translate_status (message, get_host (uri)));
          return NULL;
        }
      next = follow (message, uri, error);
      if (next == NULL)
        return NULL;
      g_uri_unref (uri);
      uri = next;
    }
  if (uri != NULL)
    g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL,
                                             _("The server “%s” sends the program from one address to the next "
                                               "without end."),
                                             get_host (uri)));
  return NULL;
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* SOAP over HTTP: DSP0226 annex C.1, MS-WSMV 2.1. */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>
#include <string.h>

#include "backends/avb-certificate-request.h"
#include "backends/avb-secret.h"
#include "backends/hyperv/avb-wsman-private.h"

#define CONTENT_TYPE "application/soap+xml"
#define CHUNK (64 * 1024)
/* Waiting for events takes one for each namespace and class, all the time. */
#define MAX_CONNECTIONS 8

struct _AvbWsmanHttp {
  GUri                   *uri; /* (nullable): it was none */
  AvbWsmanCertificateFunc func;
  gpointer                data;
  char                   *user;
  char                   *password;
  char                   *fingerprint;
  SoupSession            *session;   /* (nullable): made when it is needed, another one for another login */
  gboolean                negotiate; /* was asked for though there is a password */
  gboolean                closed;
  GHashTable             *calls; /* of Call, not owned: those under way */
};

typedef struct {
  AvbWsmanHttp *http;
  SoupSession  *session;
  SoupMessage  *message;
  GInputStream *stream;
  GBytes       *request;
  GByteArray   *body;
  DexPromise   *promise;
  GCancellable *cancellable;
  guint         timeout_id;
  gboolean      timed_out;
  gboolean      again;   /* the second try */
  gboolean      renamed; /* the host calls NTLM Negotiate */
} Call;

static void send_call (Call *call);

/* --- the end of a call --- */

static const char *
get_host (AvbWsmanHttp *self)
{
  return self->uri != NULL && g_uri_get_host (self->uri) != NULL ? g_uri_get_host (self->uri) : "";
}

static void
forget_message (Call *call)
{
  /* The session may keep it a little longer than we do. */
  if (call->message != NULL)
    g_signal_handlers_disconnect_by_data (call->message, call);
  g_clear_object (&call->stream);
  g_clear_object (&call->message);
  g_clear_object (&call->session);
}

static void
call_free (Call *call)
{
  g_hash_table_remove (call->http->calls, call);
  g_clear_handle_id (&call->timeout_id, g_source_remove);
  forget_message (call);
  g_clear_object (&call->cancellable);
  g_bytes_unref (call->request);
  g_byte_array_unref (call->body);
  dex_unref (call->promise);
  avb_wsman_http_unref (call->http);
  g_free (call);
}

/* Takes both. */
static void
reject (Call *call, GError *error)
{
  DexPromise *promise = dex_ref (call->promise);

  call_free (call);
  dex_promise_reject (promise, error);
  dex_unref (promise);
}

static GError *
new_closed_error (void)
{
  return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The connection was closed");
}

/* @native: what the library says; taken */
static GError *
translate (Call *call, GError *native)
{
  g_autoptr (GError) error = native;
  const char *host = get_host (call->http);

  if (call->http->closed)
    return new_closed_error ();
  if (call->timed_out || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return avb_error_new (AVB_ERROR_UNAVAILABLE, error->message, _("The host “%s” does not answer."), host);
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE))
    return g_error_new (
        G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE, _("The host “%s” could not prove that it is this host."), host);
  if (error->domain == G_RESOLVER_ERROR)
    return avb_error_new (AVB_ERROR_UNAVAILABLE,
                          error->message,
                          _("The host “%s” was not found. Check its name and the network connection."),
                          host);
  if (error->domain == AVB_ERROR)
    return g_steal_pointer (&error);
  if (g_error_matches (error, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS) || error->domain == SOUP_SESSION_ERROR)
    return avb_error_new (
        AVB_ERROR_INVALID, error->message, _("What answers at “%s” is no remote management of Windows."), host);
  return avb_error_new (AVB_ERROR_UNAVAILABLE, error->message, _("The connection to the host “%s” failed."), host);
}

static gboolean
is_soap (SoupMessage *message)
{
  const char *type = soup_message_headers_get_content_type (soup_message_get_response_headers (message), NULL);

  return type != NULL && g_ascii_strcasecmp (type, CONTENT_TYPE) == 0;
}

/* What a status means that came without a SOAP message. */
static GError *
status_to_error (Call *call)
{
  guint            status = soup_message_get_status (call->message);
  const char      *host = get_host (call->http);
  g_autofree char *details
      = g_strdup_printf ("HTTP %u %s", status, soup_message_get_reason_phrase (call->message));

  if (SOUP_STATUS_IS_REDIRECTION (status))
    return avb_error_new (AVB_ERROR_INVALID,
                          details,
                          _("The host “%s” sends the program on to another address. That was refused."),
                          host);
  switch (status)
    {
    case SOUP_STATUS_UNAUTHORIZED:
      return avb_error_new (
          AVB_ERROR_PERMISSION, details, _("The host “%s” did not accept the user name and password."), host);
    case SOUP_STATUS_FORBIDDEN:
    case SOUP_STATUS_PROXY_AUTHENTICATION_REQUIRED:
      return avb_error_new (AVB_ERROR_PERMISSION, details, _("The host “%s” does not let this user in."), host);
    case SOUP_STATUS_REQUEST_TIMEOUT:
    case 429: /* too many requests */
      return avb_error_new (AVB_ERROR_UNAVAILABLE, details, _("The host “%s” is too busy to answer now."), host);
    default:
      if (status >= 500)
        return avb_error_new (AVB_ERROR_UNAVAILABLE, details, _("The host “%s” could not answer."), host);
      return avb_error_new (
          AVB_ERROR_INVALID, details, _("What answers at “%s” is no remote management of Windows."), host);
    }
}

/* A host that offers Negotiate and whatever else does not take the password may take the user's Kerberos ticket: that is tried
 * last, because the library does not go on to another way by itself. */
static gboolean
try_negotiate (Call *call)
{
  const char *offers
      = soup_message_headers_get_list (soup_message_get_response_headers (call->message), "WWW-Authenticate");

  if (call->again || call->http->negotiate || call->http->password == NULL || offers == NULL || strstr (offers, "Negotiate") == NULL ||
      !soup_auth_negotiate_supported ())
    return FALSE;
  call->http->negotiate = TRUE;
  call->again = TRUE;
  call->renamed = FALSE;
  g_clear_object (&call->http->session);
  forget_message (call);
  g_byte_array_set_size (call->body, 0);
  send_call (call);
  return TRUE;
}

static void
complete (Call *call)
{
  DexPromise *promise;
  GBytes     *bytes;

  if (soup_message_get_status (call->message) == SOUP_STATUS_UNAUTHORIZED)
    {
      if (!try_negotiate (call))
        reject (call, status_to_error (call));
      return;
    }
  /* A fault comes with 400 or 500 (DSP0226 clause 14.1). */
  if (SOUP_STATUS_IS_REDIRECTION (soup_message_get_status (call->message)) || !is_soap (call->message))
    {
      reject (call, status_to_error (call));
      return;
    }
  promise = dex_ref (call->promise);
  bytes = g_byte_array_free_to_bytes (g_byte_array_ref (call->body));
  call_free (call);
  dex_promise_resolve_boxed (promise, G_TYPE_BYTES, bytes);
  dex_unref (promise);
}

/* --- its course --- */

static void
read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (G_INPUT_STREAM (source), result, &error);
  gsize n;

  if (bytes == NULL)
    {
      reject (call, translate (call, g_steal_pointer (&error)));
      return;
    }
  n = g_bytes_get_size (bytes);
  if (n == 0)
    {
      complete (call);
      return;
    }
  if (n > AVB_WSMAN_MAX_ENVELOPE - call->body->len)
    {
      reject (call,
              avb_error_new (AVB_ERROR_INVALID,
                             NULL,
                             _("The host “%s” sent more than any answer has."),
                             get_host (call->http)));
      return;
    }
  g_byte_array_append (call->body, g_bytes_get_data (bytes, NULL), n);
  g_input_stream_read_bytes_async (call->stream, CHUNK, G_PRIORITY_DEFAULT, call->cancellable, read_cb, call);
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Call *call = user_data;
  g_autoptr (GError) error = NULL;

  call->stream = soup_session_send_finish (SOUP_SESSION (source), result, &error);
  if (call->stream == NULL)
    reject (call, translate (call, g_steal_pointer (&error)));
  else
    g_input_stream_read_bytes_async (call->stream, CHUNK, G_PRIORITY_DEFAULT, call->cancellable, read_cb, call);
}

/* The library has read the body once already, and would send none. */
static void
set_body (SoupMessage *message, Call *call)
{
  soup_message_set_request_body_from_bytes (message, CONTENT_TYPE ";charset=UTF-8", call->request);
}

static gboolean
authenticate_cb (SoupMessage *message, SoupAuth *auth, gboolean retrying, Call *call)
{
  AvbWsmanHttp *self = call->http;

  /* Asked again, the password was wrong. A proxy never gets it. */
  if (retrying || self->user == NULL || soup_auth_is_for_proxy (auth))
    return FALSE;
  soup_auth_authenticate (auth, self->user, self->password != NULL ? self->password : "");
  return TRUE;
}

/* --- NTLM by the name of Negotiate ---
 *
 * Windows offers "Negotiate" and takes plain NTLM messages there (MS-N2HT 3.1.5.1, MS-NTHT), but the library speaks NTLM only
 * where it is called so. So it is told that it is, and what it says is sent under the name that the host has for it. */

static gboolean
is_renamed (Call *call)
{
  return call->http->password != NULL && !call->http->negotiate;
}

static gboolean
is_offer (const char *offer, const char *scheme)
{
  gsize length = strlen (scheme);

  return g_ascii_strncasecmp (offer, scheme, length) == 0 && (offer[length] == '\0' || offer[length] == ' ');
}

/* Before the library looks at them. */
static void
got_headers_cb (SoupMessage *message, Call *call)
{
  SoupMessageHeaders *headers = soup_message_get_response_headers (message);
  const char         *list = soup_message_headers_get_list (headers, "WWW-Authenticate");
  GSList             *offers = list != NULL ? soup_header_parse_list (list) : NULL;
  gboolean            has_ntlm = FALSE;

  for (GSList *l = offers; l != NULL; l = l->next)
    has_ntlm = has_ntlm || is_offer (l->data, "NTLM");
  if (!has_ntlm && is_renamed (call) && soup_message_get_status (message) == SOUP_STATUS_UNAUTHORIZED)
    for (GSList *l = offers; l != NULL; l = l->next)
      if (is_offer (l->data, "Negotiate"))
        {
          g_autofree char *renamed = g_strconcat ("NTLM", (char *) l->data + strlen ("Negotiate"), NULL);

          call->renamed = TRUE;
          soup_message_headers_append (headers, "WWW-Authenticate", renamed);
        }
  soup_header_free_list (offers);
}

/* After the library has written them. */
static void
starting_cb (SoupMessage *message, Call *call)
{
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);
  const char         *login = soup_message_headers_get_one (headers, "Authorization");

  if (call->renamed && login != NULL && is_offer (login, "NTLM"))
    {
      g_autofree char *renamed = g_strconcat ("Negotiate", login + strlen ("NTLM"), NULL);

      soup_message_headers_replace (headers, "Authorization", renamed);
    }
}

static gboolean
accept_certificate_cb (SoupMessage *message, GTlsCertificate *certificate, GTlsCertificateFlags errors, Call *call)
{
  AvbWsmanHttp    *self = call->http;
  g_autofree char *fingerprint = avb_certificate_fingerprint (certificate);

  if (self->fingerprint != NULL && g_ascii_strcasecmp (self->fingerprint, fingerprint) == 0)
    return TRUE;
  if (!self->closed && self->func != NULL)
    self->func (certificate, errors, self->data);
  return FALSE;
}

static gboolean
timeout_cb (gpointer data)
{
  Call *call = data;

  call->timeout_id = 0;
  call->timed_out = TRUE;
  g_cancellable_cancel (call->cancellable);
  return G_SOURCE_REMOVE;
}

/* --- the session --- */

/* Where a password in the clear is heard by nobody else */
static gboolean
is_private (GUri *uri)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (g_uri_get_host (uri));

  return g_str_equal (g_uri_get_scheme (uri), "https") || g_ascii_strcasecmp (g_uri_get_host (uri), "localhost") == 0 ||
         (address != NULL && g_inet_address_get_is_loopback (address));
}

/* The library's own time-out would end a wait for events before the host says that there are none. */
static SoupSession *
new_session (AvbWsmanHttp *self)
{
  SoupSession *session = soup_session_new_with_options (
      "user-agent", "AlphaVBox/" AVB_VERSION, "timeout", 0, "max-conns", MAX_CONNECTIONS, "max-conns-per-host", MAX_CONNECTIONS, NULL);

  /* A small body would become a large one. */
  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);
  soup_session_add_feature_by_type (session, SOUP_TYPE_AUTH_NTLM);
  soup_session_remove_feature_by_type (session, SOUP_TYPE_AUTH_DIGEST);
  if (!is_private (self->uri))
    soup_session_remove_feature_by_type (session, SOUP_TYPE_AUTH_BASIC);
  if ((self->password == NULL || self->negotiate) && soup_auth_negotiate_supported ())
    soup_session_add_feature_by_type (session, SOUP_TYPE_AUTH_NEGOTIATE);
  /* Without a database nobody vouches for anything, so that each certificate is shown to us, and compared. */
  if (self->fingerprint != NULL)
    soup_session_set_tls_database (session, NULL);
  return session;
}

static void
send_call (Call *call)
{
  AvbWsmanHttp *self = call->http;

  if (self->session == NULL)
    self->session = new_session (self);
  call->session = g_object_ref (self->session);
  call->message = soup_message_new_from_uri ("POST", self->uri);
  soup_message_add_flags (call->message, SOUP_MESSAGE_NO_REDIRECT);
  /* NTLM and Negotiate belong to a connection, which HTTP/2 shares. */
  soup_message_set_force_http1 (call->message, TRUE);
  set_body (call->message, call);
  g_signal_connect (call->message, "got-headers", G_CALLBACK (got_headers_cb), call);
  g_signal_connect_after (call->message, "starting", G_CALLBACK (starting_cb), call);
  g_signal_connect (call->message, "restarted", G_CALLBACK (set_body), call);
  g_signal_connect (call->message, "authenticate", G_CALLBACK (authenticate_cb), call);
  g_signal_connect (call->message, "accept-certificate", G_CALLBACK (accept_certificate_cb), call);
  soup_session_send_async (call->session, call->message, G_PRIORITY_DEFAULT, call->cancellable, sent_cb, call);
}

DexFuture *
avb_wsman_http_post (AvbWsmanHttp *self, const char *xml, guint seconds)
{
  Call *call;

  if (self->closed)
    return dex_future_new_for_error (new_closed_error ());
  if (self->uri == NULL)
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_INVALID, NULL, _("This is no address of a remote management of Windows.")));
  call = g_new0 (Call, 1);
  call->http = avb_wsman_http_ref (self);
  call->request = g_bytes_new (xml, strlen (xml));
  call->body = g_byte_array_new ();
  call->promise = dex_promise_new ();
  call->cancellable = g_cancellable_new ();
  call->timeout_id = g_timeout_add_seconds (seconds, timeout_cb, call);
  g_hash_table_add (self->calls, call);
  send_call (call);
  return dex_ref (DEX_FUTURE (call->promise));
}

static GUri *
parse_uri (const char *text)
{
  g_autoptr (GUri) uri = text != NULL ? g_uri_parse (text, SOUP_HTTP_URI_FLAGS, NULL) : NULL;

  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0' || g_uri_get_userinfo (uri) != NULL)
    return NULL;
  if (!g_str_equal (g_uri_get_scheme (uri), "https") && !g_str_equal (g_uri_get_scheme (uri), "http"))
    return NULL;
  return g_steal_pointer (&uri);
}

AvbWsmanHttp *
avb_wsman_http_new (const char *uri, AvbWsmanCertificateFunc func, gpointer data)
{
  AvbWsmanHttp *self = g_rc_box_new0 (AvbWsmanHttp);

  self->uri = parse_uri (uri);
  self->func = func;
  self->data = data;
  self->calls = g_hash_table_new (NULL, NULL);
  return self;
}

AvbWsmanHttp *
avb_wsman_http_ref (AvbWsmanHttp *self)
{
  return g_rc_box_acquire (self);
}

static void
http_clear (gpointer data)
{
  AvbWsmanHttp *self = data;

  g_clear_pointer (&self->uri, g_uri_unref);
  g_clear_object (&self->session);
  g_hash_table_unref (self->calls);
  g_free (self->user);
  avb_secret_free (self->password);
  g_free (self->fingerprint);
}

void
avb_wsman_http_unref (AvbWsmanHttp *self)
{
  g_rc_box_release_full (self, http_clear);
}

void
avb_wsman_http_set_login (AvbWsmanHttp *self, const char *user, const char *password)
{
  char *old = self->password;

  g_set_str (&self->user, user);
  self->password = g_strdup (password);
  avb_secret_free (old);
  self->negotiate = FALSE;
  g_clear_object (&self->session);
}

void
avb_wsman_http_set_fingerprint (AvbWsmanHttp *self, const char *fingerprint)
{
  if (g_set_str (&self->fingerprint, fingerprint))
    g_clear_object (&self->session);
}

const char *
avb_wsman_http_get_user (AvbWsmanHttp *self)
{
  return self->user;
}

const char *
avb_wsman_http_get_fingerprint (AvbWsmanHttp *self)
{
  return self->fingerprint;
}

void
avb_wsman_http_close (AvbWsmanHttp *self)
{
  g_autoptr (GPtrArray) cancellables = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer       call;

  self->closed = TRUE;
  self->func = NULL;
  /* A call may end inside its cancel. */
  g_hash_table_iter_init (&iter, self->calls);
  while (g_hash_table_iter_next (&iter, &call, NULL))
    g_ptr_array_add (cancellables, g_object_ref (((Call *) call)->cancellable));
  for (guint i = 0; i < cancellables->len; i++)
    g_cancellable_cancel (cancellables->pdata[i]);
  g_clear_object (&self->session);
}

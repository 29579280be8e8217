/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-extension-http.h"

#include <glib/gi18n-lib.h>
#include <libsoup/soup.h>
#include <string.h>

#include "app/extensions/avb-json.h"
#include "app/extensions/avb-permission.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"

#define MAX_URL 2048
#define MAX_REQUEST (1024 * 1024)
#define MAX_ANSWER (2 * 1024 * 1024)
#define MAX_HEADERS 32
#define MAX_HEADER 4096
#define MAX_REDIRECTS 3
#define IDLE_S 15
#define TOTAL_US (30 * G_TIME_SPAN_SECOND)

static GTlsDatabase *test_database;
static gboolean      test_private;

void
avb_extension_http_set_for_test (GTlsDatabase *database, gboolean allow_private)
{
  g_set_object (&test_database, database);
  test_private = allow_private;
}

/* --- addresses --- */

static gboolean
in_net (const guint8 *bytes, const char *net)
{
  g_autoptr (GInetAddressMask) mask = g_inet_address_mask_new_from_string (net, NULL);
  g_autoptr (GInetAddress) address
      = g_inet_address_new_from_bytes (bytes, g_inet_address_get_family (g_inet_address_mask_get_address (mask)));

  return g_inet_address_mask_matches (mask, address);
}

/* IANA's special-purpose registries, RFC 6890 and what came after; also those that lead to an IPv4 address by a gateway. */
gboolean
avb_extension_http_is_public (GInetAddress *address)
{
  static const char *const special4[] = { "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
                                          "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15",
                                          "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3" };
  static const char *const special6[] = { "::/96", "::ffff:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23",
                                          "2001:db8::/32", "2002::/16", "3fff::/20", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8" };
  const guint8 *bytes = g_inet_address_to_bytes (address);
  gboolean v4 = g_inet_address_get_family (address) == G_SOCKET_FAMILY_IPV4;

  for (guint i = 0; v4 && i < G_N_ELEMENTS (special4); i++)
    if (in_net (bytes, special4[i]))
      return FALSE;
  for (guint i = 0; !v4 && i < G_N_ELEMENTS (special6); i++)
    if (in_net (bytes, special6[i]))
      return FALSE;
  return TRUE;
}

/* (transfer full) (nullable) */
static GUri *
parse (const char *url, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (url, SOUP_HTTP_URI_FLAGS, NULL);

  if (uri != NULL && g_str_equal (g_uri_get_scheme (uri), "https") && g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0' &&
      g_uri_get_userinfo (uri) == NULL)
    return g_steal_pointer (&uri);
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, url, _("This is not an address of the kind “https”.")));
  return NULL;
}

static char *
host_of (GUri *uri)
{
  g_autofree char *host = g_ascii_strdown (g_uri_get_host (uri), -1);
  int port = g_uri_get_port (uri);

  return port == -1 || port == 443 ? g_steal_pointer (&host) : g_strdup_printf ("%s:%d", host, port);
}

char *
avb_extension_http_dup_host (const char *url, GError **error)
{
  g_autoptr (GUri) uri = NULL;

  g_return_val_if_fail (url != NULL, NULL);

  uri = parse (url, error);
  return uri != NULL ? host_of (uri) : NULL;
}

/* --- the request; a worker's from here on --- */

typedef struct {
  char               *url;
  char               *method;
  SoupMessageHeaders *headers;
  GBytes             *body; /* (nullable) */
  gsize               max;
  AvbPermission      *permission;
  GTlsDatabase       *database;
  gboolean            allow_private;
  GCancellable       *cancellable;
  GError             *refused; /* by the address of the connection */
  gint64              end;
} Fetch;

static void
fetch_free (Fetch *fetch)
{
  g_free (fetch->url);
  g_free (fetch->method);
  g_clear_pointer (&fetch->headers, soup_message_headers_unref);
  g_clear_pointer (&fetch->body, g_bytes_unref);
  g_clear_object (&fetch->permission);
  g_clear_object (&fetch->database);
  g_object_unref (fetch->cancellable);
  g_clear_error (&fetch->refused);
  g_free (fetch);
}

static GError *
not_allowed (const char *host)
{
  return avb_error_new (AVB_ERROR_PERMISSION, host, _("The extension was not allowed to contact “%s”."), host);
}

/* Before anything but the connection itself has gone out. */
static void
network_event_cb (SoupMessage *message, GSocketClientEvent event, GIOStream *connection, gpointer data)
{
  Fetch *fetch = data;
  g_autoptr (GSocketAddress) remote = NULL;
  GInetAddress *address;

  if (event != G_SOCKET_CLIENT_CONNECTED || fetch->allow_private || !G_IS_SOCKET_CONNECTION (connection))
    return;
  remote = g_socket_connection_get_remote_address (G_SOCKET_CONNECTION (connection), NULL);
  address = G_IS_INET_SOCKET_ADDRESS (remote) ? g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (remote)) : NULL;
  if (address != NULL && avb_extension_http_is_public (address))
    return;
  g_clear_error (&fetch->refused);
  fetch->refused = avb_error_new (AVB_ERROR_PERMISSION, NULL, _("“%s” is this computer, or in a private network. Extensions may not contact it."),
                                  g_uri_get_host (soup_message_get_uri (message)));
  g_cancellable_cancel (fetch->cancellable);
}

static GError *
translate (GError *error, Fetch *fetch, GUri *uri)
{
  g_autoptr (GError) native = error;

  if (fetch->refused != NULL)
    return g_error_copy (fetch->refused);
  if (native->domain == AVB_ERROR)
    return g_steal_pointer (&native);
  return avb_error_new (AVB_ERROR_UNAVAILABLE, native->message, _("The connection to “%s” failed."), g_uri_get_host (uri));
}

static SoupMessage *
new_message (Fetch *fetch, GUri *uri, const char *method)
{
  SoupMessage *message = soup_message_new_from_uri (method, uri);
  SoupMessageHeaders *headers = soup_message_get_request_headers (message);
  SoupMessageHeadersIter iter;
  const char *name, *value;

  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT | SOUP_MESSAGE_DO_NOT_USE_AUTH_CACHE);
  soup_message_headers_iter_init (&iter, fetch->headers);
  while (soup_message_headers_iter_next (&iter, &name, &value))
    soup_message_headers_replace (headers, name, value);
  if (fetch->body != NULL && g_str_equal (method, "POST"))
    soup_message_set_request_body_from_bytes (message, soup_message_headers_get_one (headers, "Content-Type"), fetch->body);
  g_signal_connect (message, "network-event", G_CALLBACK (network_event_cb), fetch);
  return message;
}

static GBytes *
read_all (GInputStream *stream, Fetch *fetch, GError **error)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  guint8 buffer[16 * 1024];
  gssize n;

  while ((n = g_input_stream_read (stream, buffer, sizeof buffer, fetch->cancellable, error)) > 0)
    {
      if (bytes->len + n > fetch->max)
        {
          g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, _("The answer is larger than it may be.")));
          return NULL;
        }
      if (g_get_monotonic_time () > fetch->end)
        {
          g_propagate_error (error, avb_error_new (AVB_ERROR_UNAVAILABLE, NULL, _("The server is too slow.")));
          return NULL;
        }
      g_byte_array_append (bytes, buffer, n);
    }
  return n < 0 ? NULL : g_byte_array_free_to_bytes (g_steal_pointer (&bytes));
}

/* Text that grows little when it is written as JSON; everything else as base64. */
static gboolean
is_plain (const char *data, gsize length)
{
  gsize escaped = 0;

  if (!g_utf8_validate_len (data, length, NULL))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    {
      guint8 c = data[i];

      if ((c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f)
        return FALSE;
      escaped += c < 0x20 || c == '"' || c == '\\';
    }
  return escaped <= length / 4 + 64;
}

static JsonNode *
make_answer (SoupMessage *message, GBytes *body)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new (), *headers = json_object_new ();
  SoupMessageHeadersIter iter;
  const char *name, *value, *data;
  gsize length;
  guint n = 0;

  json_object_set_int_member (object, "status", soup_message_get_status (message));
  soup_message_headers_iter_init (&iter, soup_message_get_response_headers (message));
  while (n++ < 64 && soup_message_headers_iter_next (&iter, &name, &value))
    {
      g_autofree char *lower = g_ascii_strdown (name, -1);

      /* Who was logged in before is no extension's business. */
      if (!g_str_equal (lower, "set-cookie") && strlen (value) <= MAX_HEADER && g_utf8_validate (value, -1, NULL) &&
          g_utf8_validate (lower, -1, NULL))
        json_object_set_string_member (headers, lower, value);
    }
  json_object_set_object_member (object, "headers", headers);
  data = g_bytes_get_data (body, &length);
  if (length == 0)
    json_object_set_string_member (object, "body", "");
  else if (is_plain (data, length))
    {
      g_autofree char *text = g_strndup (data, length);

      json_object_set_string_member (object, "body", text);
    }
  else
    {
      g_autofree char *text = g_base64_encode ((const guint8 *) data, length);

      json_object_set_string_member (object, "body_base64", text);
    }
  json_node_take_object (node, object);
  return node;
}

/* (transfer full) (nullable): where it sends us, if that is allowed */
static GUri *
follow (SoupMessage *message, GUri *from, GError **error)
{
  const char *location = soup_message_headers_get_one (soup_message_get_response_headers (message), "Location");
  g_autoptr (GUri) to = location != NULL ? g_uri_parse_relative (from, location, SOUP_HTTP_URI_FLAGS, NULL) : NULL;
  g_autofree char *text = to != NULL ? g_uri_to_string (to) : NULL;

  return parse (text != NULL ? text : "", error);
}

static gboolean
check_host (Fetch *fetch, GUri *uri, GError **error)
{
  g_autofree char *host = host_of (uri);

  if (fetch->permission != NULL && avb_permission_allows (fetch->permission, AVB_PERMISSION_NETWORK_FETCH, host))
    return TRUE;
  g_propagate_error (error, not_allowed (host));
  return FALSE;
}

static JsonNode *
fetch_all (SoupSession *session, Fetch *fetch, GError **error)
{
  g_autoptr (GUri) uri = parse (fetch->url, error);
  const char *method = fetch->method;

  for (guint i = 0; uri != NULL && i <= MAX_REDIRECTS; i++)
    {
      g_autoptr (SoupMessage) message = NULL;
      g_autoptr (GInputStream) stream = NULL;
      g_autoptr (GBytes) body = NULL;
      GError *native = NULL;
      GUri *next;
      guint status;

      if (!check_host (fetch, uri, error))
        return NULL;
      message = new_message (fetch, uri, method);
      stream = soup_session_send (session, message, fetch->cancellable, &native);
      status = soup_message_get_status (message);
      if (stream != NULL && !SOUP_STATUS_IS_REDIRECTION (status))
        body = read_all (stream, fetch, &native);
      g_signal_handlers_disconnect_by_data (message, fetch);
      if (native != NULL)
        {
          g_propagate_error (error, translate (native, fetch, uri));
          return NULL;
        }
      if (body != NULL)
        return make_answer (message, body);
      /* What was sent goes to no other address. */
      if (status != SOUP_STATUS_TEMPORARY_REDIRECT && status != SOUP_STATUS_PERMANENT_REDIRECT && g_str_equal (method, "POST"))
        method = "GET";
      next = follow (message, uri, error);
      g_uri_unref (uri);
      uri = next;
    }
  if (uri != NULL)
    g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, _("The server sends the program from one address to the next without end.")));
  return NULL;
}

static DexFuture *
fetch_thread (gpointer data)
{
  Fetch *fetch = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (SoupSession) session = NULL;
  GError *error = NULL;
  JsonNode *answer;

  g_main_context_push_thread_default (context);
  session = soup_session_new_with_options ("timeout", IDLE_S, "proxy-resolver", NULL, "user-agent", "AlphaVBox-Extension/" AVB_VERSION, NULL);
  if (fetch->database != NULL)
    soup_session_set_tls_database (session, fetch->database);
  fetch->end = g_get_monotonic_time () + TOTAL_US;
  answer = fetch_all (session, fetch, &error);
  g_clear_object (&session);
  g_main_context_pop_thread_default (context);
  return answer != NULL ? dex_future_new_take_boxed (JSON_TYPE_NODE, answer) : dex_future_new_for_error (error);
}

/* --- what the extension said --- */

static gboolean
is_token (const char *text)
{
  return *text != '\0' &&
         strspn (text, "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") == strlen (text);
}

static gboolean
may_set (const char *name)
{
  static const char *const forbidden[] = { "host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade",
                                           "expect", "keep-alive", "cookie", "origin", "referer", "via", "user-agent", NULL };
  g_autofree char *lower = g_ascii_strdown (name, -1);

  return is_token (name) && !g_strv_contains (forbidden, lower) && !g_str_has_prefix (lower, "proxy-") && !g_str_has_prefix (lower, "sec-");
}

static gboolean
read_headers (Fetch *fetch, JsonObject *params, GError **error)
{
  JsonObject *headers = NULL;
  JsonObjectIter iter;
  const char *name;

  fetch->headers = soup_message_headers_new (SOUP_MESSAGE_HEADERS_REQUEST);
  if (!avb_json_find_object (params, "headers", &headers, error))
    return FALSE;
  if (headers == NULL)
    return TRUE;
  json_object_iter_init (&iter, headers);
  while (json_object_iter_next (&iter, &name, NULL))
    {
      const char *value = avb_json_get_string (headers, name, MAX_HEADER, error);

      if (value == NULL)
        return FALSE;
      if (json_object_get_size (headers) > MAX_HEADERS || !may_set (name) || strpbrk (value, "\r\n") != NULL)
        {
          g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, name, _("This header cannot be set.")));
          return FALSE;
        }
      soup_message_headers_append (fetch->headers, name, value);
    }
  return TRUE;
}

static gboolean
read_params (Fetch *fetch, JsonObject *params, GError **error)
{
  static const char *const methods[] = { "GET", "HEAD", "POST", NULL };
  const char *url = avb_json_get_string (params, "url", MAX_URL, error), *method = "GET", *body = NULL;
  gint64 max = MAX_ANSWER;

  if (url == NULL || !avb_json_find_string (params, "method", 8, &method, error) ||
      !avb_json_find_string (params, "body", MAX_REQUEST, &body, error) ||
      !avb_json_find_int (params, "max_bytes", 1, MAX_ANSWER, &max, error) || !read_headers (fetch, params, error))
    return FALSE;
  if (!g_strv_contains (methods, method))
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, method, _("This cannot be asked of a server.")));
      return FALSE;
    }
  fetch->url = g_strdup (url);
  fetch->method = g_strdup (method);
  fetch->body = body != NULL ? g_bytes_new (body, strlen (body)) : NULL;
  fetch->max = max;
  return TRUE;
}

DexFuture *
avb_extension_http_fetch (JsonObject *params, const char *const *granted)
{
  Fetch *fetch;
  GError *error = NULL;

  g_return_val_if_fail (params != NULL && granted != NULL, NULL);

  fetch = g_new0 (Fetch, 1);
  fetch->cancellable = g_cancellable_new ();
  fetch->database = test_database != NULL ? g_object_ref (test_database) : NULL;
  fetch->allow_private = test_private;
  if (*granted != NULL)
    fetch->permission = avb_permission_new (AVB_PERMISSION_NETWORK_FETCH, granted, NULL, FALSE, NULL);
  if (!read_params (fetch, params, &error))
    {
      fetch_free (fetch);
      return dex_future_new_for_error (error);
    }
  return avb_blocking_run_long (fetch_thread, fetch, (GDestroyNotify) fetch_free);
}

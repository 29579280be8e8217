/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Framing and calls, between two sides of this program. */

#include "config.h"

#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>

#include "app/extensions/avb-extension-limits.h"
#include "app/extensions/avb-rpc-codec.h"
#include "app/extensions/avb-rpc-peer.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "tests/avb-test.h"

/* --- framing --- */

static void
feed (AvbRpcCodec *codec, const char *text)
{
  avb_rpc_codec_feed (codec, (const guint8 *) text, strlen (text));
}

static void
assert_next (AvbRpcCodec *codec, const char *expected)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) body = avb_rpc_codec_next (codec, &error);

  g_assert_no_error (error);
  if (expected == NULL)
    {
      g_assert_null (body);
      return;
    }
  g_assert_nonnull (body);
  g_assert_cmpmem (g_bytes_get_data (body, NULL), g_bytes_get_size (body), expected, strlen (expected));
}

static void
test_codec_split (void)
{
  const char *text = "Content-Length: 2\r\n\r\n{}content-length:3 \r\nContent-Type: x\r\n\r\n[1]";

  for (gsize step = 1; step <= strlen (text); step++)
    {
      g_autoptr (AvbRpcCodec) codec = avb_rpc_codec_new ();
      g_autoptr (GString) bodies = g_string_new (NULL);

      for (gsize at = 0; at < strlen (text); at += step)
        {
          GBytes *body;

          avb_rpc_codec_feed (codec, (const guint8 *) text + at, MIN (step, strlen (text) - at));
          while ((body = avb_rpc_codec_next (codec, NULL)) != NULL)
            {
              g_string_append_len (bodies, g_bytes_get_data (body, NULL), g_bytes_get_size (body));
              g_bytes_unref (body);
            }
        }
      g_assert_cmpstr (bodies->str, ==, "{}[1]");
      g_assert_false (avb_rpc_codec_is_within (codec));
    }
}

static void
test_codec_refuses (void)
{
  static const char *const wrong[] = {
    "Content-Length: 4194305\r\n\r\n", "Content-Length: -1\r\n\r\n", "Content-Length: 0\r\n\r\n", "Content-Length: 01\r\n\r\n",
    "Content-Length: \r\n\r\n",        "Content-Length: 1e3\r\n\r\n", "Content-Length: 2\r\nContent-Length: 2\r\n\r\n",
    "\r\n\r\n",                        "X-Other: 1\r\n\r\n",         "nothing\r\n\r\n", "Content-Type: x\r\n\r\n",
    "Content-Length: 99999999999999999999\r\n\r\n", "Content-Length: 2\n\n\xff\r\n\r\n", "Content-Length: +2\r\n\r\n",
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (AvbRpcCodec) codec = avb_rpc_codec_new ();
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) again = NULL;

      feed (codec, wrong[i]);
      g_assert_null (avb_rpc_codec_next (codec, &error));
      g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
      /* For good. */
      feed (codec, "Content-Length: 2\r\n\r\n{}");
      g_assert_null (avb_rpc_codec_next (codec, &again));
      g_assert_error (again, AVB_ERROR, AVB_ERROR_INVALID);
      g_assert_cmpuint (avb_rpc_codec_get_size (codec), ==, 0);
    }
}

/* A header that never ends is not waited for. */
static void
test_codec_long_header (void)
{
  g_autoptr (AvbRpcCodec) codec = avb_rpc_codec_new ();
  g_autoptr (GError) error = NULL;
  guint n = 0;

  for (; n < 10000 && error == NULL; n++)
    {
      feed (codec, "a");
      g_assert_null (avb_rpc_codec_next (codec, &error));
    }
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  g_assert_cmpuint (n, ==, AVB_RPC_MAX_HEADER);
}

static void
test_codec_large (void)
{
  g_autoptr (AvbRpcCodec) codec = avb_rpc_codec_new ();
  g_autofree char *block = g_strnfill (64 * 1024, ' ');
  g_autoptr (GBytes) body = NULL;

  feed (codec, "Content-Length: 4194304\r\n\r\n");
  for (guint i = 0; i < 64; i++)
    {
      g_assert_null (avb_rpc_codec_next (codec, NULL));
      feed (codec, block);
    }
  body = avb_rpc_codec_next (codec, NULL);
  g_assert_cmpuint (g_bytes_get_size (body), ==, AVB_RPC_MAX_BODY);
  g_assert_cmpuint (avb_rpc_codec_get_size (codec), ==, 0);
  assert_next (codec, NULL);
}

static void
test_codec_parse (void)
{
  static const char *const wrong[] = { "", "{", "[NaN]", "[Infinity]", "[\"\\ud800\"]", "{\"a\":1,\"a\":2}", "\xff", "[1]]" };
  g_autoptr (GString) values = g_string_new ("[");
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) problem = NULL;
      g_autoptr (GBytes) body = g_bytes_new_static (wrong[i], strlen (wrong[i]));

      g_assert_null (avb_rpc_codec_parse (body, &problem));
      g_assert_error (problem, AVB_ERROR, AVB_ERROR_INVALID);
    }
  for (guint i = 0; i < AVB_RPC_MAX_VALUES; i++)
    g_string_append (values, "1,");
  g_string_append (values, "1]");
  bytes = g_bytes_new (values->str, values->len);
  g_assert_null (avb_rpc_codec_parse (bytes, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
}

/* --- two peers --- */

typedef struct {
  AvbRpcPeer *host;
  AvbRpcPeer *extension;
  GIOStream  *streams[2];
  guint       n_notified;
  guint       n_dropped;
  GPtrArray  *waiting; /* promises of requests that the extension has not answered */
} Pair;

static DexFuture *
answer (const char *text)
{
  JsonNode *node = json_node_alloc ();

  return dex_future_new_take_boxed (JSON_TYPE_NODE, json_node_init_string (node, text));
}

static DexFuture *
request_cb (AvbRpcPeer *peer, const char *method, JsonNode *params, gpointer data)
{
  Pair *pair = data;

  if (g_str_equal (method, "hello"))
    return answer ("world");
  if (g_str_equal (method, "denied"))
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_PERMISSION, NULL, "Not you"));
  if (g_str_equal (method, "busy"))
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_BUSY, NULL, "Later"));
  if (g_str_equal (method, "unsupported"))
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL, "Never"));
  if (g_str_equal (method, "wait") || g_str_equal (method, "storage/create"))
    {
      DexPromise *promise = dex_promise_new ();

      g_ptr_array_add (pair->waiting, dex_ref (promise));
      return DEX_FUTURE (promise);
    }
  return NULL;
}

static void
notify_cb (AvbRpcPeer *peer, const char *method, JsonNode *params, gpointer data)
{
  ((Pair *) data)->n_notified++;
}

static GIOStream *
stream_of (int fd)
{
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, NULL);

  return G_IO_STREAM (g_socket_connection_factory_create_connection (socket));
}

static Pair *
pair_new (gboolean with_extension)
{
  Pair *self = g_new0 (Pair, 1);
  int fds[2];

  g_assert_no_errno (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds));
  for (guint i = 0; i < 2; i++)
    self->streams[i] = stream_of (fds[i]);
  self->waiting = g_ptr_array_new_with_free_func (dex_unref);
  self->host = avb_rpc_peer_new (g_io_stream_get_input_stream (self->streams[0]), g_io_stream_get_output_stream (self->streams[0]));
  avb_rpc_peer_set_handlers (self->host, request_cb, notify_cb, self, NULL);
  if (with_extension)
    {
      self->extension = avb_rpc_peer_new (g_io_stream_get_input_stream (self->streams[1]), g_io_stream_get_output_stream (self->streams[1]));
      avb_rpc_peer_set_handlers (self->extension, request_cb, notify_cb, self, NULL);
    }
  return self;
}

static void
pair_free (Pair *self)
{
  g_assert_finalize_object (self->host);
  if (self->extension != NULL)
    g_assert_finalize_object (self->extension);
  g_object_unref (self->streams[0]);
  g_object_unref (self->streams[1]);
  g_ptr_array_unref (self->waiting);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Pair, pair_free)

/* What a stranger would write. */
static void
write_raw (Pair *pair, const char *text, gsize length)
{
  g_autoptr (GError) error = NULL;

  g_output_stream_write_all (g_io_stream_get_output_stream (pair->streams[1]), text, length, NULL, NULL, &error);
  g_assert_no_error (error);
}

static void
write_message (Pair *pair, const char *text)
{
  g_autofree char *message = g_strdup_printf ("Content-Length: %zu\r\n\r\n%s", strlen (text), text);

  write_raw (pair, message, strlen (message));
}

static DexFuture *
call (Pair *pair, const char *method)
{
  return avb_rpc_peer_call (pair->host, method, NULL, NULL, AVB_RPC_INTERACTIVE);
}

static DexFuture *
test_call (gpointer data)
{
  g_autoptr (Pair) pair = pair_new (TRUE);
  g_autoptr (JsonNode) result = avb_test_await_boxed (call (pair, "hello"));
  g_autoptr (JsonNode) back = NULL;

  g_assert_cmpstr (json_node_get_string (result), ==, "world");
  back = avb_test_await_boxed (avb_rpc_peer_call (pair->extension, "hello", NULL, NULL, AVB_RPC_INTERACTIVE));
  g_assert_cmpstr (json_node_get_string (back), ==, "world");
  avb_test_await_error (call (pair, "denied"), AVB_ERROR, AVB_ERROR_PERMISSION);
  avb_test_await_error (call (pair, "busy"), AVB_ERROR, AVB_ERROR_BUSY);
  avb_test_await_error (call (pair, "unsupported"), AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
  avb_test_await_error (call (pair, "no such"), AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
  g_assert_true (avb_rpc_peer_notify (pair->host, "note", NULL, NULL));
  avb_test_until_true (pair->n_notified == 1);
  g_assert_cmpuint (avb_rpc_peer_count_calls (pair->host), ==, 0);
  return NULL;
}

/* 32 in flight; others wait for them, in order. */
static DexFuture *
test_in_flight (gpointer data)
{
  g_autoptr (Pair) pair = pair_new (TRUE);
  DexFuture *calls[100];

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    calls[i] = call (pair, "wait");
  avb_test_until_true (pair->waiting->len == AVB_RPC_MAX_IN_FLIGHT);
  for (guint i = 0; i < 20; i++)
    avb_test_pass_time ();
  g_assert_cmpuint (pair->waiting->len, ==, AVB_RPC_MAX_IN_FLIGHT);
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      avb_test_until_true (pair->waiting->len > i);
      dex_promise_resolve_boxed (pair->waiting->pdata[i], JSON_TYPE_NODE, json_node_new (JSON_NODE_NULL));
      avb_test_await (calls[i]);
    }
  return NULL;
}

static DexFuture *
test_cancel (gpointer data)
{
  g_autoptr (Pair) pair = pair_new (TRUE);
  g_autoptr (AvbOperation) operation = avb_operation_new ("x");
  DexFuture *future = avb_rpc_peer_call (pair->host, "wait", NULL, operation, AVB_RPC_LONG);

  avb_test_until_true (pair->waiting->len == 1);
  avb_operation_cancel (operation);
  avb_test_await_error (future, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_false (avb_rpc_peer_is_closed (pair->host));
  return NULL;
}

static DexFuture *
test_progress (gpointer data)
{
  g_autoptr (Pair) pair = pair_new (FALSE);
  g_autoptr (AvbOperation) operation = avb_operation_new ("x");
  DexFuture *future;

  avb_extension_limits_scale (0.01);
  /* Longer than a call may take, and than it may be silent; it is never silent for long. */
  future = avb_rpc_peer_call (pair->host, "work", NULL, operation, AVB_RPC_LONG);
  for (guint i = 0; i < 20; i++)
    {
      write_message (pair, "{\"jsonrpc\":\"2.0\",\"method\":\"$/progress\",\"params\":{\"token\":1,\"fraction\":0.5,\"text\":\"half\\nway\"}}");
      dex_await (dex_timeout_new_msec (60), NULL);
      g_assert_true (dex_future_is_pending (future));
    }
  avb_test_until_true (avb_operation_get_fraction (operation) == 0.5);
  g_assert_null (strchr (avb_operation_get_status (operation), '\n'));
  write_message (pair, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":true}");
  avb_test_await (future);
  avb_extension_limits_scale (1);
  return NULL;
}

static DexFuture *
test_silent (gpointer data)
{
  g_autoptr (Pair) pair = NULL;
  g_autoptr (AvbOperation) operation = avb_operation_new ("x");
  g_autoptr (GError) error = NULL;

  avb_extension_limits_scale (0.002);
  pair = pair_new (FALSE);
  g_assert_false (dex_await (avb_rpc_peer_call (pair->host, "storage/create", NULL, operation, AVB_RPC_LONG), &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  g_assert_true (avb_rpc_error_is_outcome_unknown (error));
  /* It was told to stop, did not answer that either, and is given up. */
  avb_test_until_true (avb_rpc_peer_is_closed (pair->host));
  avb_extension_limits_scale (1);
  return NULL;
}

/* Late is not never: whoever answers in the time of grace lives. */
static DexFuture *
test_late (gpointer data)
{
  g_autoptr (Pair) pair = pair_new (FALSE);

  avb_test_await_error (avb_rpc_peer_call (pair->host, "slow", NULL, NULL, 30), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  g_assert_cmpuint (avb_rpc_peer_count_calls (pair->host), ==, 1);
  write_message (pair, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":true}");
  avb_test_until_true (avb_rpc_peer_count_calls (pair->host) == 0);
  g_assert_false (avb_rpc_peer_is_closed (pair->host));
  return NULL;
}

static const char *const fatal[] = {
  "{\"jsonrpc\":\"2.0\",\"id\":77,\"result\":null}",
  "{\"jsonrpc\":\"2.0\",\"id\":\"1\",\"result\":null}",
  "{\"jsonrpc\":\"2.0\",\"result\":null}",
  "{\"jsonrpc\":\"1.0\",\"method\":\"x\"}",
  "{\"method\":\"x\"}",
  "[]",
  "null",
  "{\"jsonrpc\":\"2.0\",\"method\":5}",
  "{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"params\":5}",
  "{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"id\":{}}",
  "{\"jsonrpc\":\"2.0\",\"method\":\"x\",\"id\":null}",
  "[NaN]",
  "[\"\\udc00\"]",
};

static DexFuture *
test_fatal (gpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (fatal); i++)
    {
      g_autoptr (Pair) pair = pair_new (FALSE);
      DexFuture *future = call (pair, "x");

      write_message (pair, fatal[i]);
      avb_test_await_error (future, AVB_ERROR, AVB_ERROR_UNAVAILABLE);
      g_assert_true (avb_rpc_peer_is_closed (pair->host));
      avb_test_await_error (avb_rpc_peer_await_closed (pair->host), AVB_ERROR, AVB_ERROR_INVALID);
      avb_test_await_error (call (pair, "x"), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
    }
  return NULL;
}

static DexFuture *
test_too_many (gpointer data)
{
  g_autoptr (Pair) pair = pair_new (FALSE);
  g_autoptr (GString) flood = g_string_new (NULL);
  const char *text = "{\"jsonrpc\":\"2.0\",\"method\":\"x\"}";

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (flood, "Content-Length: %zu\r\n\r\n%s", strlen (text), text);
  write_raw (pair, flood->str, flood->len);
  avb_test_await_error (avb_rpc_peer_await_closed (pair->host), AVB_ERROR, AVB_ERROR_INVALID);
  g_assert_cmpuint (pair->n_notified, >=, 200);
  g_assert_cmpuint (pair->n_notified, <, 900);
  return NULL;
}

/* Answers are asked for: they do not count. */
static DexFuture *
test_many_calls (gpointer data)
{
  g_autoptr (Pair) pair = pair_new (TRUE);

  avb_rpc_peer_set_handlers (pair->extension, request_cb, NULL, pair, NULL);
  for (guint round = 0; round < 20; round++)
    {
      DexFuture *calls[8];

      /* The other side counts these as unasked: it is this program too. */
      for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
        calls[i] = call (pair, "hello");
      for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
        avb_test_await (calls[i]);
    }
  g_assert_false (avb_rpc_peer_is_closed (pair->host));
  return NULL;
}

static DexFuture *
test_stall (gpointer data)
{
  g_autoptr (Pair) pair = NULL;
  g_autofree char *large = g_strnfill (200 * 1024, 'x');
  guint busy = 0;

  avb_extension_limits_scale (0.05);
  pair = pair_new (FALSE);
  for (guint i = 0; i < 20; i++)
    {
      JsonNode *params = json_node_new (JSON_NODE_OBJECT);
      JsonObject *object = json_object_new ();
      g_autoptr (GError) error = NULL;

      json_object_set_string_member (object, "text", large);
      json_node_take_object (params, object);
      if (!avb_rpc_peer_notify (pair->host, "x", params, &error))
        {
          g_assert_error (error, AVB_ERROR, AVB_ERROR_BUSY);
          busy++;
        }
    }
  /* Nobody reads. What does not fit is refused at once, and after a while the other side is given up. */
  g_assert_cmpuint (busy, >, 0);
  avb_test_await_error (avb_rpc_peer_await_closed (pair->host), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  avb_extension_limits_scale (1);
  return NULL;
}

static DexFuture *
test_requests_at_once (gpointer data)
{
  g_autoptr (Pair) pair = pair_new (FALSE);

  for (guint i = 0; i < AVB_RPC_MAX_IN_FLIGHT + 1; i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"jsonrpc\":\"2.0\",\"id\":%u,\"method\":\"wait\"}", i);

      write_message (pair, text);
    }
  avb_test_until_true (pair->waiting->len == AVB_RPC_MAX_IN_FLIGHT);
  {
    char buffer[512];
    gssize n = g_input_stream_read (g_io_stream_get_input_stream (pair->streams[1]), buffer, sizeof buffer - 1, NULL, NULL);

    buffer[MAX (n, 0)] = '\0';
    g_assert_nonnull (strstr (buffer, "\"id\":32"));
    g_assert_nonnull (strstr (buffer, "-32002"));
  }
  g_assert_false (avb_rpc_peer_is_closed (pair->host));
  /* What is answered when nobody is there any more does no harm. */
  avb_rpc_peer_close (pair->host, NULL);
  for (guint i = 0; i < pair->waiting->len; i++)
    dex_promise_resolve_boxed (pair->waiting->pdata[i], JSON_TYPE_NODE, json_node_new (JSON_NODE_NULL));
  avb_test_pass_time ();
  return NULL;
}

static DexFuture *
test_end (gpointer data)
{
  g_autoptr (Pair) pair = pair_new (TRUE);
  DexFuture *future = call (pair, "storage/create");
  g_autoptr (GError) error = NULL;

  avb_test_until_true (pair->waiting->len == 1);
  avb_rpc_peer_close (pair->extension, NULL);
  g_io_stream_close (pair->streams[1], NULL, NULL);
  g_assert_false (dex_await (future, &error));
  g_assert_true (avb_rpc_error_is_outcome_unknown (error));
  avb_test_await (avb_rpc_peer_await_closed (pair->host));
  return NULL;
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  g_test_add_func ("/Avb/Extensions/Rpc/codec/split", test_codec_split);
  g_test_add_func ("/Avb/Extensions/Rpc/codec/refuses", test_codec_refuses);
  g_test_add_func ("/Avb/Extensions/Rpc/codec/long-header", test_codec_long_header);
  g_test_add_func ("/Avb/Extensions/Rpc/codec/large", test_codec_large);
  g_test_add_func ("/Avb/Extensions/Rpc/codec/parse", test_codec_parse);
  avb_test_add_fiber ("/Avb/Extensions/Rpc/peer/call", test_call);
  avb_test_add_fiber ("/Avb/Extensions/Rpc/peer/in-flight", test_in_flight);
  avb_test_add_fiber ("/Avb/Extensions/Rpc/peer/cancel", test_cancel);
  avb_test_add_fiber ("/Avb/Extensions/Rpc/peer/progress", test_progress);
  avb_test_add_fiber ("/Avb/Extensions/Rpc/peer/silent", test_silent);
  avb_test_add_fiber ("/Avb/Extensions/Rpc/peer/late", test_late);
  avb_test_add_fiber ("/Avb/Extensions/Rpc/peer/fatal", test_fatal);
  avb_test_add_fiber ("/Avb/Extensions/Rpc/peer/too-many", test_too_many);
  avb_test_add_fiber ("/Avb/Extensions/Rpc/peer/many-calls", test_many_calls);
  avb_test_add_fiber ("/Avb/Extensions/Rpc/peer/stall", test_stall);
  avb_test_add_fiber ("/Avb/Extensions/Rpc/peer/requests-at-once", test_requests_at_once);
  avb_test_add_fiber ("/Avb/Extensions/Rpc/peer/end", test_end);
  return g_test_run ();
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-rpc-peer.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "app/extensions/avb-extension-limits.h"
#include "app/extensions/avb-json.h"
#include "app/extensions/avb-rpc-codec.h"
#include "app/extensions/avb-rpc-line.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/avb-text-line.h"

#define MAX_METHOD 64
#define MAX_ID 64
#define MAX_STATUS 200
/* A message costs one of what is allowed a second, and one more for each so many bytes. */
#define BYTES_PER_MESSAGE (64 * 1024)

struct _AvbRpcPeer {
  GObject parent_instance;

  AvbRpcLine       *line;
  AvbRpcRequestFunc request;
  AvbRpcNotifyFunc  notify;
  gpointer          data;
  GDestroyNotify    destroy;
  AvbRpcTraceFunc   trace;
  gpointer          trace_data;
  GDestroyNotify    trace_destroy;

  gint64      next_id;
  GHashTable *calls;    /* gint64 → Call: those that were sent */
  GQueue      waiting;  /* of Call */
  guint       in_flight; /* of `calls`, those that somebody waits for */
  GHashTable *served;   /* key of the id → Served */
  GSource    *alarm;    /* at the first deadline of `calls` */
  gint64      alarm_time;
  double      tokens;   /* that the other side may still send unasked */
  gint64      tokens_time;
  DexPromise *ended;
  gboolean    closed;
};

G_DEFINE_FINAL_TYPE (AvbRpcPeer, avb_rpc_peer, G_TYPE_OBJECT)

enum { PROP_0, PROP_CLOSED, N_PROPS };
static GParamSpec *properties[N_PROPS];

typedef struct {
  AvbRpcPeer   *peer; /* not owned */
  gint64        id;
  char         *method;
  JsonNode     *params;    /* (nullable) until it is sent */
  DexPromise   *promise;   /* (nullable): nobody waits any more, but it must be answered */
  AvbOperation *operation; /* (nullable) */
  GSource      *cancel;    /* (nullable) */
  guint         timeout;   /* ms */
  gboolean      is_long;
  gboolean      cancelled; /* it was told */
  gint64        deadline;  /* monotonic */
} Call;

typedef struct {
  AvbRpcPeer *peer; /* not owned */
  JsonNode   *id;
  char       *key;
  DexFuture  *future;
} Served;

static void fail (AvbRpcPeer *self, GError *error);

static void
call_free (Call *call)
{
  if (call->cancel != NULL)
    g_source_destroy (call->cancel);
  g_clear_pointer (&call->cancel, g_source_unref);
  g_clear_pointer (&call->params, json_node_unref);
  g_clear_object (&call->operation);
  dex_clear (&call->promise);
  g_free (call->method);
  g_free (call);
}

static void
served_free (Served *served)
{
  dex_clear (&served->future);
  json_node_unref (served->id);
  g_free (served->key);
  g_free (served);
}

/* --- messages out --- */

static JsonObject *
new_message (void)
{
  JsonObject *message = json_object_new ();

  json_object_set_string_member (message, "jsonrpc", "2.0");
  return message;
}

/* @message: (transfer full) */
static gboolean
send_message (AvbRpcPeer *self, JsonObject *message, GError **error)
{
  g_autoptr (JsonNode) node = json_node_alloc ();
  g_autoptr (GBytes) bytes = NULL;

  json_node_init_object (node, message);
  json_object_unref (message);
  bytes = avb_rpc_codec_encode (node);
  if (self->trace != NULL)
    {
      gsize length;
      const char *text = g_bytes_get_data (bytes, &length);
      const char *body = g_strstr_len (text, length, "\r\n\r\n") + 4;

      self->trace (self, TRUE, body, length - (body - text), self->trace_data);
    }
  return avb_rpc_line_send (self->line, bytes, error);
}

/* An answer that does not fit means that the other side does not read its answers. */
static void
send_answer (AvbRpcPeer *self, JsonObject *message)
{
  GError *error = NULL;

  if (!send_message (self, message, &error))
    fail (self, error);
}

static void
answer_error (AvbRpcPeer *self, JsonNode *id, JsonNode *problem)
{
  JsonObject *message = new_message ();

  json_object_set_member (message, "id", id != NULL ? json_node_copy (id) : json_node_new (JSON_NODE_NULL));
  json_object_set_member (message, "error", problem);
  send_answer (self, message);
}

static void
answer_code (AvbRpcPeer *self, JsonNode *id, gint64 code, const char *text)
{
  JsonNode *problem = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "code", code);
  json_object_set_string_member (object, "message", text);
  json_node_take_object (problem, object);
  answer_error (self, id, problem);
}

static void
tell_cancelled (AvbRpcPeer *self, gint64 id)
{
  JsonNode *params = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "id", id);
  json_node_take_object (params, object);
  avb_rpc_peer_notify (self, "$/cancelRequest", params, NULL);
}

/* --- time --- */

static gboolean alarm_cb (gpointer data);

/* Sources of GLib for time set themselves anew after each call. */
static gboolean
dispatch_alarm (GSource *source, GSourceFunc callback, gpointer data)
{
  return callback (data);
}

static GSourceFuncs alarm_funcs = { NULL, NULL, dispatch_alarm, NULL };

static void
set_alarm (AvbRpcPeer *self, gint64 deadline)
{
  if (self->alarm_time != 0 && deadline >= self->alarm_time)
    return;
  self->alarm_time = deadline;
  if (self->alarm == NULL)
    {
      self->alarm = g_source_new (&alarm_funcs, sizeof (GSource));
      g_source_set_static_name (self->alarm, "[avb] time limits of calls");
      g_source_set_callback (self->alarm, alarm_cb, self, NULL);
      g_source_attach (self->alarm, NULL);
    }
  g_source_set_ready_time (self->alarm, deadline);
}

static void
set_deadline (AvbRpcPeer *self, Call *call, guint ms)
{
  call->deadline = g_get_monotonic_time () + (gint64) ms * 1000;
  set_alarm (self, call->deadline);
}

/* --- calls --- */

static GError *
gone_error (const char *method, const GError *reason)
{
  const char *details = reason != NULL ? reason->message : NULL;

  if (avb_rpc_method_changes (method))
    return avb_rpc_error_new_outcome_unknown (_("The extension ended before it told whether this was done. Check before you try again."),
                                              details);
  return avb_error_new (AVB_ERROR_UNAVAILABLE, details, _("The extension ended before it answered."));
}

static GError *
late_error (Call *call)
{
  if (avb_rpc_method_changes (call->method))
    return avb_rpc_error_new_outcome_unknown (_("The extension did not answer in time, and nobody knows whether this was done. Check before you try again."),
                                              call->method);
  return avb_error_new (AVB_ERROR_UNAVAILABLE, call->method, _("The extension did not answer in time."));
}

static gboolean
send_call (AvbRpcPeer *self, Call *call, GError **error)
{
  JsonObject *message = new_message ();

  json_object_set_int_member (message, "id", call->id);
  json_object_set_string_member (message, "method", call->method);
  if (call->params != NULL)
    json_object_set_member (message, "params", g_steal_pointer (&call->params));
  return send_message (self, message, error);
}

/* @call: (transfer full). It is in the table before it is sent: an error of the line ends all of them. */
static void
start_call (AvbRpcPeer *self, Call *call)
{
  const AvbExtensionLimits *limits = avb_extension_limits_get ();
  g_autoptr (DexPromise) promise = dex_ref (call->promise);
  gint64 id = self->next_id++;
  GError *error = NULL;

  call->id = id;
  self->in_flight++;
  g_hash_table_insert (self->calls, &call->id, call);
  set_deadline (self, call, call->is_long ? limits->progress : call->timeout != 0 ? call->timeout : limits->call);
  if (!send_call (self, call, &error))
    {
      if (dex_future_is_pending (DEX_FUTURE (promise)))
        dex_promise_reject (promise, g_error_copy (error));
      g_error_free (error);
      if (!self->closed && g_hash_table_remove (self->calls, &id))
        self->in_flight--;
    }
}

static void
start_waiting (AvbRpcPeer *self)
{
  while (!self->closed && self->in_flight < AVB_RPC_MAX_IN_FLIGHT && !g_queue_is_empty (&self->waiting))
    start_call (self, g_queue_pop_head (&self->waiting));
}

/* Nobody waits for it any more; it must be answered all the same, and soon. */
static void
give_up (AvbRpcPeer *self, Call *call)
{
  g_autoptr (DexPromise) promise = g_steal_pointer (&call->promise);
  GError *error = late_error (call);

  call->cancelled = TRUE;
  self->in_flight--;
  set_deadline (self, call, avb_extension_limits_get ()->cancel_grace);
  /* From here on the call may be gone. */
  tell_cancelled (self, call->id);
  dex_promise_reject (promise, error);
}

static gboolean
alarm_cb (gpointer data)
{
  g_autoptr (AvbRpcPeer) self = g_object_ref (data);
  gint64 now = g_get_monotonic_time (), next = G_MAXINT64;
  g_autoptr (GPtrArray) late = g_ptr_array_new ();
  GHashTableIter iter;
  Call *call;

  g_source_set_ready_time (self->alarm, -1);
  self->alarm_time = 0;
  g_hash_table_iter_init (&iter, self->calls);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &call))
    if (call->deadline <= now)
      g_ptr_array_add (late, call);
    else
      next = MIN (next, call->deadline);
  if (next != G_MAXINT64)
    set_alarm (self, next);

  for (guint i = 0; i < late->len && !self->closed; i++)
    {
      call = late->pdata[i];
      if (call->cancelled)
        {
          fail (self, avb_error_new (AVB_ERROR_UNAVAILABLE, call->method,
                                     _("The extension hangs: it neither answered a call nor let itself be stopped.")));
          break;
        }
      give_up (self, call);
    }
  start_waiting (self);
  return G_SOURCE_CONTINUE;
}

static void
finish_call (AvbRpcPeer *self, Call *call, JsonObject *message)
{
  g_autoptr (DexPromise) promise = g_steal_pointer (&call->promise);
  JsonObject *problem = NULL;
  g_autoptr (JsonNode) result = NULL;
  GError *error = NULL;

  if (promise != NULL)
    self->in_flight--;
  if (json_object_has_member (message, "error"))
    problem = avb_json_get_object (message, "error", &error);
  else if (json_object_has_member (message, "result"))
    result = json_node_ref (json_object_get_member (message, "result"));
  else
    error = avb_error_new (AVB_ERROR_INVALID, "neither result nor error", _("The extension answered with nothing."));
  g_hash_table_remove (self->calls, &call->id);
  if (error != NULL)
    {
      if (promise != NULL)
        dex_promise_reject (promise, g_error_copy (error));
      fail (self, error);
      return;
    }
  if (promise != NULL && problem != NULL)
    dex_promise_reject (promise, avb_rpc_error_from_json (problem));
  else if (promise != NULL)
    dex_promise_resolve_boxed (promise, JSON_TYPE_NODE, g_steal_pointer (&result));
  start_waiting (self);
}

/* --- messages in --- */

/* Whether the other side may send this unasked. */
static gboolean
pay (AvbRpcPeer *self, gsize length)
{
  double rate = avb_extension_limits_get ()->messages_per_second;
  gint64 now = g_get_monotonic_time ();

  self->tokens = MIN (rate, self->tokens + rate * (now - self->tokens_time) / G_USEC_PER_SEC);
  self->tokens_time = now;
  self->tokens -= 1 + length / BYTES_PER_MESSAGE;
  if (self->tokens >= 0)
    return TRUE;
  fail (self, avb_error_new (AVB_ERROR_INVALID, NULL, _("The extension sends more messages than it may.")));
  return FALSE;
}

/* (transfer full) (nullable): an id as a key */
static char *
dup_key (JsonNode *id)
{
  if (id == NULL || !JSON_NODE_HOLDS_VALUE (id))
    return NULL;
  if (json_node_get_value_type (id) == G_TYPE_INT64)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (id));
  if (json_node_get_value_type (id) == G_TYPE_STRING && strlen (json_node_get_string (id)) <= MAX_ID)
    return g_strdup_printf ("\"%s", json_node_get_string (id));
  return NULL;
}

static void
take_answer (AvbRpcPeer *self, JsonObject *message)
{
  JsonNode *id = json_object_get_member (message, "id");
  gint64 number = -1;
  Call *call;

  if (id != NULL && JSON_NODE_HOLDS_VALUE (id) && json_node_get_value_type (id) == G_TYPE_INT64)
    number = json_node_get_int (id);
  call = g_hash_table_lookup (self->calls, &number);
  if (call == NULL)
    fail (self, avb_error_new (AVB_ERROR_INVALID, "an answer without a call", _("The extension answered a call that nobody made.")));
  else
    finish_call (self, call, message);
}

static DexFuture *
served_cb (DexFuture *future, gpointer data)
{
  Served *served = data;
  AvbRpcPeer *self = served->peer;
  g_autoptr (AvbRpcPeer) hold = g_object_ref (self);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value != NULL)
    {
      JsonObject *message = new_message ();
      JsonNode *result = G_VALUE_HOLDS (value, JSON_TYPE_NODE) ? g_value_get_boxed (value) : NULL;

      json_object_set_member (message, "id", json_node_copy (served->id));
      json_object_set_member (message, "result", result != NULL ? json_node_copy (result) : json_node_new (JSON_NODE_NULL));
      send_answer (self, message);
    }
  else
    answer_error (self, served->id, avb_rpc_error_to_json (error));
  /* What is dropped here is this very future: libdex holds it while it calls. */
  g_hash_table_remove (self->served, served->key);
  return dex_future_new_true ();
}

static void
serve (AvbRpcPeer *self, const char *method, JsonNode *id, JsonNode *params)
{
  g_autofree char *key = dup_key (id);
  DexFuture *future;
  Served *served;

  if (key == NULL)
    {
      fail (self, avb_error_new (AVB_ERROR_INVALID, "an id that is none", _("What it sends is not in the form of messages.")));
      return;
    }
  if (g_hash_table_contains (self->served, key))
    {
      answer_code (self, id, AVB_RPC_INVALID_REQUEST, "This id is in use");
      return;
    }
  if (g_hash_table_size (self->served) >= AVB_RPC_MAX_IN_FLIGHT)
    {
      answer_code (self, id, AVB_RPC_BUSY, "Too many requests at once");
      return;
    }
  future = self->request != NULL ? self->request (self, method, params, self->data) : NULL;
  if (self->closed || future == NULL)
    {
      dex_clear (&future);
      if (!self->closed)
        answer_code (self, id, AVB_RPC_METHOD_NOT_FOUND, "There is no such method");
      return;
    }
  served = g_new0 (Served, 1);
  served->peer = self;
  served->id = json_node_copy (id);
  served->key = g_strdup (key);
  g_hash_table_insert (self->served, served->key, served);
  future = dex_future_finally (future, served_cb, served, NULL);
  /* It may be answered already. */
  if (g_hash_table_lookup (self->served, key) == served)
    served->future = future;
  else
    dex_unref (future);
}

static void
take_cancel (AvbRpcPeer *self, JsonObject *params)
{
  g_autofree char *key = dup_key (json_object_get_member (params, "id"));
  Served *served = key != NULL ? g_hash_table_lookup (self->served, key) : NULL;
  g_autoptr (JsonNode) id = NULL;

  /* It may have been answered meanwhile. */
  if (served == NULL)
    return;
  id = json_node_ref (served->id);
  g_hash_table_remove (self->served, key);
  answer_code (self, id, AVB_RPC_CANCELLED, "Cancelled");
}

static void
take_progress (AvbRpcPeer *self, JsonObject *params)
{
  gint64 token = -1;
  double fraction = -1;
  const char *text = NULL;
  Call *call;

  if (!avb_json_find_int (params, "token", 0, G_MAXINT64, &token, NULL))
    return;
  call = g_hash_table_lookup (self->calls, &token);
  if (call == NULL || call->promise == NULL)
    return;
  if (call->is_long)
    set_deadline (self, call, avb_extension_limits_get ()->progress);
  if (call->operation == NULL)
    return;
  if (avb_json_find_double (params, "fraction", 0, 1, &fraction, NULL))
    avb_operation_set_fraction (call->operation, fraction);
  if (avb_json_find_string (params, "text", AVB_RPC_MAX_BODY, &text, NULL) && text != NULL)
    {
      g_autofree char *line = avb_text_make_line (text, MAX_STATUS);

      avb_operation_set_status (call->operation, line);
    }
}

static void
take_notification (AvbRpcPeer *self, const char *method, JsonNode *params)
{
  JsonObject *object = params != NULL && JSON_NODE_HOLDS_OBJECT (params) ? json_node_get_object (params) : NULL;

  if (g_str_equal (method, "$/cancelRequest"))
    {
      if (object != NULL)
        take_cancel (self, object);
    }
  else if (g_str_equal (method, "$/progress"))
    {
      if (object != NULL)
        take_progress (self, object);
    }
  else if (self->notify != NULL)
    self->notify (self, method, params, self->data);
}

static void
message_cb (JsonNode *node, GBytes *body, gpointer data)
{
  g_autoptr (AvbRpcPeer) self = g_object_ref (data);
  JsonObject *message = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *version = NULL, *method = NULL;
  JsonNode *params;

  if (self->trace != NULL)
    self->trace (self, FALSE, g_bytes_get_data (body, NULL), g_bytes_get_size (body), self->trace_data);
  if (message == NULL || (version = avb_json_get_string (message, "jsonrpc", 8, NULL)) == NULL || !g_str_equal (version, "2.0") ||
      !avb_json_find_string (message, "method", MAX_METHOD, &method, NULL))
    {
      fail (self, avb_error_new (AVB_ERROR_INVALID, "not JSON-RPC 2.0", _("What it sends is not in the form of messages.")));
      return;
    }
  if (method == NULL)
    {
      take_answer (self, message);
      return;
    }
  params = json_object_get_member (message, "params");
  if (params != NULL && JSON_NODE_HOLDS_VALUE (params))
    fail (self, avb_error_new (AVB_ERROR_INVALID, "params that are neither object nor array",
                               _("What it sends is not in the form of messages.")));
  else if (!pay (self, g_bytes_get_size (body)))
    return;
  else if (json_object_has_member (message, "id"))
    serve (self, method, json_object_get_member (message, "id"), params);
  else
    take_notification (self, method, params);
}

/* --- the end --- */

static void
drop_calls (AvbRpcPeer *self, const GError *reason)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) call_free);
  GHashTableIter iter;
  Call *call;

  g_hash_table_iter_init (&iter, self->calls);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &call))
    {
      g_ptr_array_add (all, call);
      g_hash_table_iter_steal (&iter);
    }
  while ((call = g_queue_pop_head (&self->waiting)) != NULL)
    g_ptr_array_add (all, call);
  self->in_flight = 0;
  for (guint i = 0; i < all->len; i++)
    {
      call = all->pdata[i];
      if (call->promise == NULL)
        continue;
      /* What was not sent was not done. */
      if (call->id < 0)
        dex_promise_reject (call->promise, avb_error_new (AVB_ERROR_UNAVAILABLE, NULL, _("The extension has ended.")));
      else
        dex_promise_reject (call->promise, gone_error (call->method, reason));
    }
}

static void
end (AvbRpcPeer *self, const GError *reason)
{
  g_autoptr (AvbRpcPeer) hold = g_object_ref (self);

  if (self->closed)
    return;
  self->closed = TRUE;
  avb_rpc_line_stop (self->line);
  if (self->alarm != NULL)
    g_source_destroy (self->alarm);
  g_clear_pointer (&self->alarm, g_source_unref);
  g_hash_table_remove_all (self->served);
  drop_calls (self, reason);
  if (reason != NULL)
    dex_promise_reject (self->ended, g_error_copy (reason));
  else
    dex_promise_resolve_boolean (self->ended, TRUE);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CLOSED]);
}

/* @error: (transfer full) */
static void
fail (AvbRpcPeer *self, GError *error)
{
  end (self, error);
  g_error_free (error);
}

static void
closed_cb (const GError *error, gpointer data)
{
  end (data, error);
}

static void
avb_rpc_peer_dispose (GObject *object)
{
  AvbRpcPeer *self = AVB_RPC_PEER (object);

  end (self, NULL);
  G_OBJECT_CLASS (avb_rpc_peer_parent_class)->dispose (object);
}

static void
avb_rpc_peer_finalize (GObject *object)
{
  AvbRpcPeer *self = AVB_RPC_PEER (object);

  avb_rpc_peer_set_handlers (self, NULL, NULL, NULL, NULL);
  avb_rpc_peer_set_trace (self, NULL, NULL, NULL);
  g_clear_pointer (&self->line, avb_rpc_line_free);
  g_hash_table_unref (self->calls);
  g_hash_table_unref (self->served);
  dex_clear (&self->ended);
  G_OBJECT_CLASS (avb_rpc_peer_parent_class)->finalize (object);
}

static void
avb_rpc_peer_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbRpcPeer *self = AVB_RPC_PEER (object);

  if (id == PROP_CLOSED)
    g_value_set_boolean (value, self->closed);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_rpc_peer_class_init (AvbRpcPeerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = avb_rpc_peer_dispose;
  object_class->finalize = avb_rpc_peer_finalize;
  object_class->get_property = avb_rpc_peer_get_property;
  properties[PROP_CLOSED] = g_param_spec_boolean ("closed", NULL, NULL, FALSE,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_rpc_peer_init (AvbRpcPeer *self)
{
  self->calls = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) call_free);
  self->served = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) served_free);
  g_queue_init (&self->waiting);
  self->ended = dex_promise_new ();
  self->tokens = avb_extension_limits_get ()->messages_per_second;
  self->tokens_time = g_get_monotonic_time ();
  self->next_id = 1;
}

AvbRpcPeer *
avb_rpc_peer_new (GInputStream *input, GOutputStream *output)
{
  static const AvbRpcLineFuncs funcs = { message_cb, closed_cb };
  AvbRpcPeer *self;

  g_return_val_if_fail (G_IS_POLLABLE_INPUT_STREAM (input) && G_IS_POLLABLE_OUTPUT_STREAM (output), NULL);

  self = g_object_new (AVB_TYPE_RPC_PEER, NULL);
  self->line = avb_rpc_line_new (input, output, &funcs, self);
  return self;
}

void
avb_rpc_peer_set_handlers (AvbRpcPeer       *self,
                           AvbRpcRequestFunc request,
                           AvbRpcNotifyFunc  notify,
                           gpointer          data,
                           GDestroyNotify    destroy)
{
  g_return_if_fail (AVB_IS_RPC_PEER (self));

  if (self->destroy != NULL)
    self->destroy (self->data);
  self->request = request;
  self->notify = notify;
  self->data = data;
  self->destroy = destroy;
}

void
avb_rpc_peer_set_trace (AvbRpcPeer *self, AvbRpcTraceFunc func, gpointer data, GDestroyNotify destroy)
{
  g_return_if_fail (AVB_IS_RPC_PEER (self));

  if (self->trace_destroy != NULL)
    self->trace_destroy (self->trace_data);
  self->trace = func;
  self->trace_data = data;
  self->trace_destroy = destroy;
}

static gboolean
cancelled_cb (GCancellable *cancellable, gpointer data)
{
  Call *call = data;
  AvbRpcPeer *self = call->peer;

  g_clear_pointer (&call->cancel, g_source_unref);
  if (call->id < 0)
    {
      g_queue_remove (&self->waiting, call);
      dex_promise_reject (call->promise, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled"));
      call_free (call);
    }
  else if (call->promise != NULL && !call->cancelled)
    {
      call->cancelled = TRUE;
      set_deadline (self, call, avb_extension_limits_get ()->cancel_grace);
      tell_cancelled (self, call->id);
    }
  return G_SOURCE_REMOVE;
}

static void
watch_operation (Call *call, AvbOperation *operation)
{
  call->operation = g_object_ref (operation);
  call->cancel = g_cancellable_source_new (avb_operation_get_cancellable (operation));
  g_source_set_static_name (call->cancel, "[avb] cancel of a call");
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  g_source_set_callback (call->cancel, G_SOURCE_FUNC (cancelled_cb), call, NULL);
  G_GNUC_END_IGNORE_DEPRECATIONS
  g_source_attach (call->cancel, NULL);
}

DexFuture *
avb_rpc_peer_call (AvbRpcPeer *self, const char *method, JsonNode *params, AvbOperation *operation, guint timeout_ms)
{
  g_autoptr (AvbRpcPeer) hold = NULL;
  DexPromise *promise;
  Call *call;

  g_return_val_if_fail (AVB_IS_RPC_PEER (self) && method != NULL, NULL);

  if (self->closed || g_queue_get_length (&self->waiting) >= AVB_RPC_MAX_WAITING)
    {
      g_clear_pointer (&params, json_node_unref);
      if (self->closed)
        return dex_future_new_for_error (avb_error_new (AVB_ERROR_UNAVAILABLE, NULL, _("The extension has ended.")));
      return dex_future_new_for_error (avb_error_new (AVB_ERROR_BUSY, NULL, _("The extension is too slow to take more.")));
    }
  hold = g_object_ref (self);
  promise = dex_promise_new ();
  call = g_new0 (Call, 1);
  call->peer = self;
  call->id = -1;
  call->method = g_strdup (method);
  call->params = params;
  call->promise = dex_ref (promise);
  call->is_long = timeout_ms == AVB_RPC_LONG;
  call->timeout = timeout_ms;
  if (operation != NULL)
    watch_operation (call, operation);
  g_queue_push_tail (&self->waiting, call);
  start_waiting (self);
  return DEX_FUTURE (promise);
}

gboolean
avb_rpc_peer_notify (AvbRpcPeer *self, const char *method, JsonNode *params, GError **error)
{
  JsonObject *message = new_message ();

  g_return_val_if_fail (AVB_IS_RPC_PEER (self) && method != NULL, FALSE);

  json_object_set_string_member (message, "method", method);
  if (params != NULL)
    json_object_set_member (message, "params", params);
  return send_message (self, message, error);
}

gboolean
avb_rpc_peer_is_closed (AvbRpcPeer *self)
{
  g_return_val_if_fail (AVB_IS_RPC_PEER (self), TRUE);
  return self->closed;
}

void
avb_rpc_peer_close (AvbRpcPeer *self, const GError *reason)
{
  g_return_if_fail (AVB_IS_RPC_PEER (self));
  end (self, reason);
}

DexFuture *
avb_rpc_peer_await_closed (AvbRpcPeer *self)
{
  g_return_val_if_fail (AVB_IS_RPC_PEER (self), NULL);
  return dex_ref (DEX_FUTURE (self->ended));
}

guint
avb_rpc_peer_count_calls (AvbRpcPeer *self)
{
  g_return_val_if_fail (AVB_IS_RPC_PEER (self), 0);
  return g_hash_table_size (self->calls) + g_queue_get_length (&self->waiting);
}

gboolean
avb_rpc_method_changes (const char *method)
{
  static const char *const changes[] = {
    "storage/create", "storage/clone", "storage/resize", "storage/snapshot", "storage/delete", "storage/attach", "storage/detach",
    "network/create", "network/delete", "network/attach", "command/run", "panel/action", NULL,
  };

  g_return_val_if_fail (method != NULL, FALSE);
  return g_strv_contains (changes, method);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>
#include <libdex.h>

#include "app/extensions/avb-rpc-error.h"
#include "backends/avb-operation.h"

G_BEGIN_DECLS

/* What avb_rpc_peer_call() takes as a time limit. */
#define AVB_RPC_INTERACTIVE 0          /* 30 s */
#define AVB_RPC_LONG G_MAXUINT         /* no limit, but it must tell how it gets on every 60 s */

/**
 * AvbRpcPeer:
 *
 * One side of JSON-RPC 2.0 over two streams (see avb_rpc_line_new()), with the limits of avb-extension-limits.h. Both
 * sides are made of it: the program, and the test that plays an extension. Main thread.
 *
 * The other side is a stranger. Whatever breaks a rule ends the connection: a message that is none, an answer to a call
 * that nobody made, more than 200 messages a second that nobody asked for. What it only asks for in vain is answered with an
 * error.
 *
 * `$/cancelRequest {id}` cancels a call, `$/progress {token, fraction?, text?}` tells about one: `token` is the call's id.
 *
 * Properties, read-only and notifying: `closed` (boolean).
 */
#define AVB_TYPE_RPC_PEER (avb_rpc_peer_get_type ())
G_DECLARE_FINAL_TYPE (AvbRpcPeer, avb_rpc_peer, AVB, RPC_PEER, GObject)

/**
 * AvbRpcRequestFunc:
 * @params: (nullable) (transfer none): an object or an array
 *
 * Returns: (transfer full): resolves to a #JsonNode (boxed); an error is answered as avb_rpc_error_to_json() has it. It is
 *   dropped where the other side cancels the request
 */
typedef DexFuture *(*AvbRpcRequestFunc) (AvbRpcPeer *peer, const char *method, JsonNode *params, gpointer data);
typedef void       (*AvbRpcNotifyFunc)  (AvbRpcPeer *peer, const char *method, JsonNode *params, gpointer data);
/* @text: one message, UTF-8 */
typedef void       (*AvbRpcTraceFunc)   (AvbRpcPeer *peer, gboolean outgoing, const char *text, gsize length, gpointer data);

/* @input, @output: pollable. Messages are taken from here on, which is to say from the next turn of the main loop. */
AvbRpcPeer *avb_rpc_peer_new (GInputStream *input, GOutputStream *output);

/* Both nullable: requests are then answered with "method not found", notifications ignored. */
void avb_rpc_peer_set_handlers (AvbRpcPeer       *self,
                                AvbRpcRequestFunc request,
                                AvbRpcNotifyFunc  notify,
                                gpointer          data,
                                GDestroyNotify    destroy);
/* For who watches both sides. */
void avb_rpc_peer_set_trace    (AvbRpcPeer *self, AvbRpcTraceFunc func, gpointer data, GDestroyNotify destroy);

/**
 * avb_rpc_peer_call:
 * @params: (transfer full) (nullable): an object or an array
 * @operation: (nullable): gets the progress; its cancel cancels the call. Not finished by this
 * @timeout_ms: %AVB_RPC_INTERACTIVE, %AVB_RPC_LONG or milliseconds
 *
 * Calls beyond 32 in flight wait for one of them to end.
 *
 * Returns: (transfer full): resolves to a #JsonNode (boxed), or rejects as avb_rpc_error_from_json() has it;
 *   %AVB_ERROR_UNAVAILABLE if the time is over or the connection closes: see avb_rpc_error_is_outcome_unknown();
 *   %AVB_ERROR_BUSY if too much waits. A call that is cancelled, or whose time is over, and that is still not answered five
 *   seconds later ends the connection.
 */
DexFuture *avb_rpc_peer_call (AvbRpcPeer   *self,
                              const char   *method,
                              JsonNode     *params,
                              AvbOperation *operation,
                              guint         timeout_ms) G_GNUC_WARN_UNUSED_RESULT;

/* @params: (transfer full) (nullable) */
gboolean   avb_rpc_peer_notify (AvbRpcPeer *self, const char *method, JsonNode *params, GError **error);

gboolean   avb_rpc_peer_is_closed (AvbRpcPeer *self);
/* Ends it: all calls fail at once. @reason: (nullable) */
void       avb_rpc_peer_close (AvbRpcPeer *self, const GError *reason);
/* Resolves to %TRUE when the other side has closed its end as it should, rejects with the reason otherwise. */
DexFuture *avb_rpc_peer_await_closed (AvbRpcPeer *self) G_GNUC_WARN_UNUSED_RESULT;
/* Calls that were made and not answered, those that wait included. */
guint      avb_rpc_peer_count_calls (AvbRpcPeer *self);

/* Whether a call of @method changes something that outlives it. */
gboolean   avb_rpc_method_changes (const char *method);

G_END_DECLS

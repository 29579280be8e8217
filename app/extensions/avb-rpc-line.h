/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>
#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * AvbRpcLine:
 *
 * The two streams of an #AvbRpcPeer: messages in, messages out, all caps kept, nothing ever blocks. Main thread. Both
 * streams must be pollable, as pipes and sockets are.
 */
typedef struct _AvbRpcLine AvbRpcLine;

typedef struct {
  /* @message: (transfer none); @bytes: of its body. The line may be freed in it. */
  void (*message) (JsonNode *message, GBytes *body, gpointer data);
  /* Once, and nothing after it. @error: (nullable): the other side closed its end between two messages */
  void (*closed)  (const GError *error, gpointer data);
} AvbRpcLineFuncs;

AvbRpcLine *avb_rpc_line_new  (GInputStream          *input,
                               GOutputStream         *output,
                               const AvbRpcLineFuncs *funcs,
                               gpointer               data);
void        avb_rpc_line_free (AvbRpcLine *self);

/* Nothing is called any more. */
void        avb_rpc_line_stop (AvbRpcLine *self);

/* %AVB_ERROR_BUSY if too much waits already, %AVB_ERROR_UNAVAILABLE if it is closed. @bytes is not taken. */
gboolean    avb_rpc_line_send (AvbRpcLine *self, GBytes *bytes, GError **error);

G_END_DECLS

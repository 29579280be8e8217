/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * AvbRpcCodec:
 *
 * The framing of the Language Server Protocol 3.17, "Base Protocol": `Content-Length: N\r\n\r\n` and N bytes. It takes bytes
 * as they come and gives bodies. What it keeps of a stranger's bytes is at most one body and what was given to it last.
 * Thread: one at a time.
 */
typedef struct _AvbRpcCodec AvbRpcCodec;

AvbRpcCodec *avb_rpc_codec_new  (void);
void         avb_rpc_codec_free (AvbRpcCodec *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbRpcCodec, avb_rpc_codec_free)

/* Bytes that have come. What comes after a broken header is thrown away. */
void avb_rpc_codec_feed (AvbRpcCodec *self, const guint8 *data, gsize length);

/**
 * avb_rpc_codec_next:
 *
 * Returns: (transfer full) (nullable): the next body; %NULL without @error where more bytes are needed. With
 *   %AVB_ERROR_INVALID the stream is broken for good: nothing says where the next message would begin
 */
GBytes *avb_rpc_codec_next (AvbRpcCodec *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether a message has begun and not ended: an end of the stream here is a message cut off. */
gboolean avb_rpc_codec_is_within (AvbRpcCodec *self);
/* Bytes that are kept. */
gsize    avb_rpc_codec_get_size  (AvbRpcCodec *self);

/* A body as JSON, capped as messages are; any thread. (transfer full) (nullable): %AVB_ERROR_INVALID */
JsonNode *avb_rpc_codec_parse  (GBytes *body, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* (transfer full): header and body; any thread */
GBytes   *avb_rpc_codec_encode (JsonNode *message) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

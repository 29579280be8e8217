/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* JSON-RPC 2.0, section 5.1, and the protocol's own. */
#define AVB_RPC_PARSE_ERROR (-32700)
#define AVB_RPC_INVALID_REQUEST (-32600)
#define AVB_RPC_METHOD_NOT_FOUND (-32601)
#define AVB_RPC_INVALID_PARAMS (-32602)
#define AVB_RPC_INTERNAL_ERROR (-32603)
#define AVB_RPC_DENIED (-32001)
#define AVB_RPC_BUSY (-32002)
#define AVB_RPC_CANCELLED (-32003)
#define AVB_RPC_TIMEOUT (-32004)
#define AVB_RPC_UNSUPPORTED (-32005)

/* The code of the protocol for an error of this program. */
gint64 avb_rpc_error_get_code (const GError *error);

/* (transfer full): an error object {code, message} for @error. Its details stay here: they may name files of the user. */
JsonNode *avb_rpc_error_to_json (const GError *error);

/* (transfer full): what the other side answered, as an %AVB_ERROR or %G_IO_ERROR_CANCELLED. Its text is a stranger's: one
 * line, in the sentence and in the details. */
GError *avb_rpc_error_from_json (JsonObject *object);

/* Whether nobody knows if a call did its work, as the other side ended or did not answer. What changes something is then
 * not tried again: what it worked on is read again. */
gboolean avb_rpc_error_is_outcome_unknown (const GError *error);
/* (transfer full): such an error; @sentence translated, @details nullable */
GError  *avb_rpc_error_new_outcome_unknown (const char *sentence, const char *details);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-rpc-error.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>

#include "app/extensions/avb-json.h"
#include "backends/avb-error.h"
#include "backends/avb-text-line.h"

#define MAX_MESSAGE 400

/* In front of the details of an error: they are kept with it wherever it goes. */
#define OUTCOME_UNKNOWN "outcome unknown"

gint64
avb_rpc_error_get_code (const GError *error)
{
  g_return_val_if_fail (error != NULL, AVB_RPC_INTERNAL_ERROR);

  if (avb_error_is_cancelled (error))
    return AVB_RPC_CANCELLED;
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return AVB_RPC_TIMEOUT;
  if (error->domain != AVB_ERROR)
    return AVB_RPC_INTERNAL_ERROR;
  switch ((AvbError) error->code)
    {
    case AVB_ERROR_PERMISSION:
      return AVB_RPC_DENIED;
    case AVB_ERROR_BUSY:
      return AVB_RPC_BUSY;
    case AVB_ERROR_NOT_SUPPORTED:
      return AVB_RPC_UNSUPPORTED;
    case AVB_ERROR_INVALID:
      return AVB_RPC_INVALID_PARAMS;
    case AVB_ERROR_UNAVAILABLE:
    case AVB_ERROR_NOT_FOUND:
    case AVB_ERROR_EXISTS:
    case AVB_ERROR_NO_SPACE:
    case AVB_ERROR_FAILED:
    default:
      return AVB_RPC_INTERNAL_ERROR;
    }
}

JsonNode *
avb_rpc_error_to_json (const GError *error)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "code", avb_rpc_error_get_code (error));
  json_object_set_string_member (object, "message", error->message);
  json_node_take_object (node, object);
  return node;
}

static GError *
translate (gint64 code, const char *message)
{
  switch (code)
    {
    case AVB_RPC_DENIED:
      return avb_error_new (AVB_ERROR_PERMISSION, message, _("The extension may not do this: %s"), message);
    case AVB_RPC_BUSY:
      return avb_error_new (AVB_ERROR_BUSY, message, _("The extension is busy: %s"), message);
    case AVB_RPC_CANCELLED:
      return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, message);
    case AVB_RPC_TIMEOUT:
      return avb_error_new (AVB_ERROR_UNAVAILABLE, message, _("The extension waited in vain: %s"), message);
    case AVB_RPC_METHOD_NOT_FOUND:
    case AVB_RPC_UNSUPPORTED:
      return avb_error_new (AVB_ERROR_NOT_SUPPORTED, message, _("The extension does not offer this: %s"), message);
    case AVB_RPC_INVALID_PARAMS:
      return avb_error_new (AVB_ERROR_INVALID, message, _("The extension refuses what it was given: %s"), message);
    default:
      return avb_error_new (AVB_ERROR_FAILED, message, _("The extension could not do this: %s"), message);
    }
}

GError *
avb_rpc_error_from_json (JsonObject *object)
{
  g_autofree char *message = NULL;
  const char *text = NULL;
  gint64 code;

  g_return_val_if_fail (object != NULL, NULL);

  if (!avb_json_get_int (object, "code", G_MININT32, G_MAXINT32, &code, NULL))
    code = AVB_RPC_INTERNAL_ERROR;
  if (!avb_json_find_string (object, "message", 64 * 1024, &text, NULL))
    text = NULL;
  message = avb_text_make_line (text, MAX_MESSAGE);
  return translate (code, message);
}

gboolean
avb_rpc_error_is_outcome_unknown (const GError *error)
{
  const char *details = error != NULL ? avb_error_get_details (error) : NULL;

  return details != NULL && g_str_has_prefix (details, OUTCOME_UNKNOWN);
}

GError *
avb_rpc_error_new_outcome_unknown (const char *sentence, const char *details)
{
  g_autofree char *text = g_strdup_printf (OUTCOME_UNKNOWN "%s%s", details != NULL ? ": " : "", details != NULL ? details : "");

  return avb_error_new (AVB_ERROR_UNAVAILABLE, text, "%s", sentence);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-extension-greeting.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "app/extensions/avb-contributes.h"
#include "app/extensions/avb-extension-limits.h"
#include "app/extensions/avb-json.h"
#include "app/extensions/avb-permission.h"
#include "app/extensions/avb-sandbox.h"
#include "backends/avb-error.h"

static JsonArray *
list_granted (const AvbProcessSpec *spec)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; spec->granted != NULL && i < g_list_model_get_n_items (spec->granted); i++)
    {
      g_autoptr (AvbPermission) permission = g_list_model_get_item (spec->granted, i);

      json_array_add_element (array, avb_permission_to_json (permission));
    }
  return array;
}

/* A member for the limits that it should keep to. */
static JsonObject *
list_limits (const AvbProcessSpec *spec)
{
  const AvbExtensionLimits *limits = avb_extension_limits_get ();
  JsonObject *object = json_object_new ();

  json_object_set_int_member (object, "body_bytes", AVB_RPC_MAX_BODY);
  json_object_set_int_member (object, "in_flight", AVB_RPC_MAX_IN_FLIGHT);
  json_object_set_int_member (object, "messages_per_second", limits->messages_per_second);
  json_object_set_int_member (object, "memory_mb", spec->memory_mb > 0 ? spec->memory_mb : AVB_SANDBOX_MEMORY_MB);
  json_object_set_int_member (object, "call_ms", limits->call);
  json_object_set_int_member (object, "progress_ms", limits->progress);
  json_object_set_int_member (object, "panel_interval_ms", limits->panel_interval);
  return object;
}

static JsonObject *
list_paths (const AvbProcessSpec *spec)
{
  JsonObject *object = json_object_new ();
  AvbSandboxPaths paths;

  avb_sandbox_get_paths (spec->app_dir, spec->data_dir, spec->runtime_dir, &paths);
  json_object_set_string_member (object, "app", paths.app);
  json_object_set_string_member (object, "data", paths.data);
  if (paths.runtime != NULL)
    json_object_set_string_member (object, "runtime", paths.runtime);
  return object;
}

static JsonObject *
new_object (const char *first, const char *value, const char *second, const char *other)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, first, value);
  json_object_set_string_member (object, second, other);
  return object;
}

/* Locales are written de_DE.UTF-8, tags of BCP 47 de-DE. */
static char *
dup_language (void)
{
  const char *locale = g_get_language_names ()[0];
  char *tag = g_strndup (locale, strcspn (locale, ".@"));

  if (!g_str_equal (tag, "C") && !g_str_equal (tag, "POSIX"))
    return g_strdelimit (tag, "_", '-');
  g_free (tag);
  return g_strdup ("en");
}

JsonNode *
avb_extension_greeting_new (const AvbProcessSpec *spec)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *params = json_object_new ();
  JsonObject *protocol = json_object_new ();
  g_autofree char *language = dup_language ();

  json_object_set_int_member (protocol, "min", AVB_PROTOCOL_OLDEST);
  json_object_set_int_member (protocol, "max", AVB_PROTOCOL_VERSION);
  json_object_set_object_member (params, "protocol", protocol);
  json_object_set_object_member (params, "host", new_object ("name", "Alpha VBox", "version", AVB_VERSION));
  json_object_set_object_member (params, "extension", new_object ("id", spec->id, "version", spec->version));
  json_object_set_string_member (params, "locale", language);
  json_object_set_array_member (params, "granted", list_granted (spec));
  json_object_set_object_member (params, "limits", list_limits (spec));
  json_object_set_string_member (params, "role", spec->role);
  json_object_set_object_member (params, "paths", list_paths (spec));
  json_node_take_object (node, params);
  return node;
}

gboolean
avb_extension_greeting_check (JsonNode *answer, GError **error)
{
  JsonObject *object = avb_json_get_root (answer, error);
  JsonObject *contributes = NULL;
  gint64 version;

  if (object == NULL)
    return FALSE;
  if (!avb_json_get_int (object, "protocol", AVB_PROTOCOL_OLDEST, AVB_PROTOCOL_VERSION, &version, NULL))
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL,
                                               _("The extension speaks a version of the protocol that this program does not speak.")));
      return FALSE;
    }
  return avb_json_find_object (object, "contributes", &contributes, error) &&
         (contributes == NULL || avb_contributes_check (contributes, error));
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* protocol-facts WORD…: what the program holds for true, as JSON: its limits; of each WORD, whether it is a method that changes
 * something, and whether it is a permission. */

#include "config.h"

#include <json-glib/json-glib.h>
#include <stdio.h>

#include "app/extensions/avb-extension-limits.h"
#include "app/extensions/avb-extension-manifest.h"
#include "app/extensions/avb-json.h"
#include "app/extensions/avb-package.h"
#include "app/extensions/avb-rpc-peer.h"
#include "app/extensions/avb-sandbox.h"

static void
add_limits (JsonObject *facts)
{
  const AvbExtensionLimits *limits = avb_extension_limits_get ();
  const struct {
    const char *name;
    gint64      value;
  } all[] = {
    { "header", AVB_RPC_MAX_HEADER },
    { "body", AVB_RPC_MAX_BODY },
    { "depth", AVB_JSON_MAX_DEPTH },
    { "values", AVB_RPC_MAX_VALUES },
    { "in_flight", AVB_RPC_MAX_IN_FLIGHT },
    { "messages_per_second", limits->messages_per_second },
    { "initialize", limits->initialize },
    { "call", limits->call },
    { "progress", limits->progress },
    { "ping_interval", limits->ping_interval },
    { "ping_answer", limits->ping_answer },
    { "cancel_grace", limits->cancel_grace },
    { "term_grace", limits->term_grace },
    { "stall", limits->stall },
    { "crash_max", limits->crash_max },
    { "panel_interval", limits->panel_interval },
    { "memory_mb", AVB_SANDBOX_MEMORY_MB },
    { "processes", AVB_SANDBOX_PROCESSES },
    { "disk", AVB_SANDBOX_DISK },
    { "package", AVB_PACKAGE_MAX_LENGTH },
    { "unpacked", AVB_PACKAGE_MAX_UNPACKED },
    { "entries", AVB_PACKAGE_MAX_ENTRIES },
    { "manifest", AVB_EXTENSION_MANIFEST_MAX },
    { "protocol", AVB_PROTOCOL_VERSION },
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    json_object_set_int_member (facts, all[i].name, all[i].value);
}

int
main (int argc, char **argv)
{
  static const char *const host[] = { "example.org", NULL };
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;
  JsonObject *facts = json_object_new ();
  JsonArray *changes = json_array_new ();
  JsonArray *permissions = json_array_new ();

  json_node_take_object (root, facts);
  add_limits (facts);
  json_object_set_array_member (facts, "changes", changes);
  json_object_set_array_member (facts, "permissions", permissions);
  for (int i = 1; i < argc; i++)
    {
      g_autoptr (AvbPermission) bare = avb_permission_new (argv[i], NULL, NULL, TRUE, NULL);
      g_autoptr (AvbPermission) with_host = avb_permission_new (argv[i], host, NULL, TRUE, NULL);

      if (avb_rpc_method_changes (argv[i]))
        json_array_add_string_element (changes, argv[i]);
      if (bare != NULL || with_host != NULL)
        json_array_add_string_element (permissions, argv[i]);
    }
  text = json_to_string (root, FALSE);
  printf ("%s\n", text);
  return 0;
}

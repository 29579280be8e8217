/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-extension-serve.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "app/extensions/avb-extension-http.h"
#include "app/extensions/avb-extension-policy.h"
#include "app/extensions/avb-json.h"
#include "backends/avb-error.h"
#include "backends/avb-guest-command.h"

typedef struct {
  const char *name;       /* after "host/" */
  const char *permission; /* (nullable) */
  gboolean    logged;     /* also if it was allowed */
} Method;

static const Method methods[] = {
  { "machine.list", AVB_PERMISSION_MACHINES_READ, FALSE },
  { "machine.get", AVB_PERMISSION_MACHINES_READ, FALSE },
  { "machine.stats", AVB_PERMISSION_MACHINES_READ, FALSE },
  { "machine.action", AVB_PERMISSION_MACHINES_CONTROL, TRUE },
  { "guest.exec", AVB_PERMISSION_GUEST_EXEC, TRUE },
  { "http.fetch", AVB_PERMISSION_NETWORK_FETCH, TRUE },
  { "kv.get", NULL, FALSE },
  { "kv.set", NULL, FALSE },
  { "kv.delete", NULL, FALSE },
  { "kv.list", NULL, FALSE },
  { "secret.get", AVB_PERMISSION_SECRETS, TRUE },
  { "secret.set", AVB_PERMISSION_SECRETS, TRUE },
  { "secret.delete", AVB_PERMISSION_SECRETS, TRUE },
  { "ui.ask", NULL, TRUE },
};

/* The least that a user must be for it to be done in their name. */
static const struct { const char *permission; AvbRole role; } roles[] = {
  { AVB_PERMISSION_MACHINES_READ, AVB_ROLE_VIEWER },
  { AVB_PERMISSION_NETWORK_FETCH, AVB_ROLE_VIEWER },
  { AVB_PERMISSION_SECRETS, AVB_ROLE_OPERATOR },
  { AVB_PERMISSION_MACHINES_CONTROL, AVB_ROLE_OPERATOR },
  { AVB_PERMISSION_STORAGE_SERVE, AVB_ROLE_OPERATOR },
  { AVB_PERMISSION_NETWORK_ATTACH, AVB_ROLE_OPERATOR },
};

static const Method *
find_method (const char *method)
{
  if (!g_str_has_prefix (method, "host/"))
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (methods); i++)
    if (g_str_equal (methods[i].name, method + strlen ("host/")))
      return &methods[i];
  return NULL;
}

static AvbRole
role_for (const char *permission)
{
  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    if (g_str_equal (roles[i].permission, permission))
      return roles[i].role;
  return AVB_ROLE_ADMINISTRATOR;
}

/* grant ∩ role ∩ policy. (transfer full) (nullable): why not */
static GError *
find_denial (AvbExtensionHost *host, AvbExtension *extension, const char *permission, const char *arg)
{
  AvbInstalled *installed = avb_extension_get_installed (extension);
  GError *error = NULL;

  avb_extension_host_renew_policy (host);
  if (!avb_extension_policy_check_id (avb_extension_host_get_policy (host), avb_extension_get_id (extension), TRUE, &error))
    return error;
  if (permission == NULL)
    return avb_installed_get_active (installed) ? NULL : avb_error_new (AVB_ERROR_PERMISSION, NULL, _("The extension is off."));
  if (!avb_installed_allows (installed, permission, arg))
    return avb_error_new (AVB_ERROR_PERMISSION, permission, _("This was not granted: %s"), permission);
  if (avb_extension_host_get_role (host) < role_for (permission))
    return avb_error_new (AVB_ERROR_PERMISSION, permission, _("The user’s role does not allow this: %s"), permission);
  if (!avb_extension_policy_check_permission (avb_extension_host_get_policy (host), permission, &error))
    return error;
  return NULL;
}

/* (transfer full) */
static char *
dup_command (JsonObject *params)
{
  g_auto (GStrv) words = avb_json_dup_strv (params, "command", AVB_GUEST_COMMAND_MAX_WORDS, AVB_GUEST_COMMAND_MAX_WORD, NULL);

  return words != NULL ? g_strjoinv (" ", words) : g_strdup ("");
}

/* (transfer full): what it is about, for the log */
static char *
describe_target (AvbExtensionHost *host, const char *method, JsonObject *params)
{
  const char *machine = NULL, *text = NULL;
  AvbMachine *found;

  avb_json_find_string (params, "machine", 200, &machine, NULL);
  if (machine != NULL)
    {
      g_autofree char *command = g_str_equal (method, "guest.exec") ? dup_command (params) : NULL;

      found = avb_library_find (avb_extension_host_get_library (host), machine);
      avb_json_find_string (params, "action", 32, &text, NULL);
      if (command != NULL)
        text = command;
      return g_strdup_printf ("%s%s%s", found != NULL ? avb_machine_get_name (found) : machine, text != NULL ? ": " : "", text != NULL ? text : "");
    }
  avb_json_find_string (params, g_str_equal (method, "http.fetch") ? "url" : g_str_equal (method, "ui.ask") ? "title" : "key", 2048, &text, NULL);
  return g_strdup (text != NULL ? text : "");
}

static DexFuture *
fetch (AvbExtension *extension, JsonObject *params)
{
  GListModel *granted = avb_installed_get_granted (avb_extension_get_installed (extension));
  g_autoptr (GStrvBuilder) hosts = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (granted); i++)
    {
      g_autoptr (AvbPermission) permission = g_list_model_get_item (granted, i);

      if (g_str_equal (avb_permission_get_id (permission), AVB_PERMISSION_NETWORK_FETCH))
        g_strv_builder_addv (hosts, (const char **) avb_permission_get_args (permission));
    }
  list = g_strv_builder_end (hosts);
  return avb_extension_http_fetch (params, (const char *const *) list);
}

static DexFuture *
do_it (AvbExtensionHost *host, AvbExtension *extension, const char *method, JsonObject *params)
{
  if (g_str_has_prefix (method, "machine.") || g_str_has_prefix (method, "guest."))
    return avb_extension_serve_machine (avb_extension_host_get_library (host), method, params);
  if (g_str_equal (method, "http.fetch"))
    return fetch (extension, params);
  if (g_str_equal (method, "ui.ask"))
    return avb_extension_host_ask (host, extension, params);
  return avb_extension_host_keep (host, extension, method, params);
}

DexFuture *
avb_extension_serve (AvbExtensionHost *host, AvbExtension *extension, const char *name, JsonNode *node)
{
  const Method *method = find_method (name);
  g_autoptr (JsonObject) params = NULL;
  g_autofree char *arg = NULL;
  g_autofree char *target = NULL;
  const char *permission;
  GError *error = NULL;

  if (method == NULL)
    return NULL;
  params = node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_object_ref (json_node_get_object (node)) : json_object_new ();
  permission = method->permission;
  if (g_str_equal (method->name, "machine.action"))
    permission = avb_extension_permission_for_action (params);
  if (g_str_equal (method->name, "http.fetch"))
    {
      const char *url = avb_json_get_string (params, "url", 2048, &error);

      arg = url != NULL ? avb_extension_http_dup_host (url, &error) : NULL;
      if (arg == NULL)
        return dex_future_new_for_error (error);
    }
  target = describe_target (host, method->name, params);
  error = find_denial (host, extension, permission, arg);
  if (error != NULL || method->logged)
    avb_audit_log_add (avb_extension_host_get_audit (host), avb_extension_get_id (extension), name, target,
                       error != NULL ? error->message : NULL);
  if (error != NULL)
    return dex_future_new_for_error (error);
  return do_it (host, extension, method->name, params);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/contributions/avb-extension-rig.h"

#include <string.h>

#include "app/extensions/avb-package.h"
#include "app/extensions/avb-permission.h"
#include "app/extensions/avb-sandbox.h"
#include "backends/avb-error.h"
#include "backends/avb-machine-stats.h"
#include "tests/avb-test.h"

static JsonNode *
parse (const char *text)
{
  g_autofree char *quoted = g_strdelimit (g_strdup (text), "'", '"');
  g_autoptr (GError) error = NULL;
  JsonNode *node = json_from_string (quoted, &error);

  g_assert_no_error (error);
  return node;
}

G_GNUC_PRINTF (1, 2)
static DexFuture *
answer (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list list;

  va_start (list, format);
  text = g_strdup_vprintf (format, list);
  va_end (list);
  return dex_future_new_take_boxed (JSON_TYPE_NODE, parse (text));
}

static const char *
state_of (AvbMachine *machine)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (AVB_TYPE_MACHINE_STATE);

  return g_enum_get_value (klass, avb_machine_get_state (machine))->value_nick;
}

static AvbMachine *
find_machine (AvbExtensionRig *self, JsonNode *params)
{
  const char *id = json_object_get_string_member_with_default (json_node_get_object (params), "machine", "");
  GListModel *machines = avb_connection_get_machines (self->connection);

  for (guint i = 0; i < g_list_model_get_n_items (machines); i++)
    {
      g_autoptr (AvbMachine) machine = g_list_model_get_item (machines, i);

      if (g_strcmp0 (avb_machine_get_uuid (machine), id) == 0)
        return g_steal_pointer (&machine);
    }
  return NULL;
}

static DexFuture *
list_machines (AvbExtensionRig *self)
{
  GListModel *machines = avb_connection_get_machines (self->connection);
  g_autoptr (GString) text = g_string_new ("{'machines':[");

  for (guint i = 0; i < g_list_model_get_n_items (machines); i++)
    {
      g_autoptr (AvbMachine) machine = g_list_model_get_item (machines, i);

      g_string_append_printf (text, "%s{'id':'%s','name':'%s','state':'%s','cpus':1,'memory_mib':64}", i > 0 ? "," : "",
                              avb_machine_get_uuid (machine), avb_machine_get_name (machine), state_of (machine));
    }
  g_string_append (text, "]}");
  return answer ("%s", text->str);
}

typedef struct {
  AvbExtensionRig *rig;
  AvbMachine      *machine;
  char            *action; /* (nullable): its statistics */
} Request;

static void
request_free (gpointer data)
{
  Request *request = data;

  g_object_unref (request->machine);
  g_free (request->action);
  g_free (request);
}

static DexFuture *
answer_stats (Request *request, const AvbMachineStats *stats)
{
  static const char *const names[] = { "cpu_seconds", "memory_used_mib", "disk_read_bytes", "disk_written_bytes",
                                       "net_received_bytes", "net_sent_bytes" };
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_printf (text, "{'stats':{'id':'%s','state':'%s','time':%" G_GINT64_FORMAT ".0", avb_machine_get_uuid (request->machine),
                   state_of (request->machine), g_get_real_time () / G_USEC_PER_SEC);
  for (guint i = 0; i < AVB_N_STATS; i++)
    {
      guint64 value;

      if (!avb_machine_stats_get (stats, i, &value))
        continue;
      if (i == AVB_STAT_CPU_TIME_NS)
        g_string_append_printf (text, ",'%s':%.3f", names[i], (double) value / 1e9);
      else
        g_string_append_printf (text, ",'%s':%" G_GUINT64_FORMAT, names[i], value);
    }
  g_string_append (text, "}}");
  return answer ("%s", text->str);
}

static DexFuture *
machine_fiber (gpointer data)
{
  Request *request = data;
  g_autoptr (AvbMachineStats) stats = NULL;
  GError *error = NULL;

  if (request->action != NULL)
    {
      g_ptr_array_add (request->rig->actions, g_strdup (request->action));
      g_assert_cmpstr (request->action, ==, "save");
      if (!dex_await (avb_machine_save (request->machine, NULL), &error))
        return dex_future_new_for_error (error);
      return answer ("{}");
    }
  stats = dex_await_boxed (avb_machine_read_stats (request->machine), &error);
  return stats != NULL ? answer_stats (request, stats) : dex_future_new_for_error (error);
}

static DexFuture *
ask_machine (AvbExtensionRig *self, JsonNode *params, const char *action)
{
  AvbMachine *machine = find_machine (self, params);
  Request *request;

  if (machine == NULL)
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_NOT_FOUND, NULL, "There is no such machine."));
  request = g_new0 (Request, 1);
  request->rig = self;
  request->machine = machine;
  request->action = g_strdup (action);
  return dex_scheduler_spawn (NULL, 0, machine_fiber, request, request_free);
}

static DexFuture *
keep_or_give (AvbExtensionRig *self, const char *method, JsonObject *params)
{
  const char *key = json_object_get_string_member_with_default (params, "key", "");

  if (g_str_equal (method, "host/kv.set"))
    g_hash_table_insert (self->kept, g_strdup (key), json_node_copy (json_object_get_member (params, "value")));
  else if (g_str_equal (method, "host/kv.get"))
    {
      JsonNode *value = g_hash_table_lookup (self->kept, key);
      g_autofree char *text = value != NULL ? json_to_string (value, FALSE) : g_strdup ("null");

      return answer ("{'value':%s}", text);
    }
  else if (g_str_equal (method, "host/kv.list"))
    {
      g_autoptr (GString) text = g_string_new ("{'keys':[");
      GHashTableIter iter;
      gpointer name;

      g_hash_table_iter_init (&iter, self->kept);
      while (g_hash_table_iter_next (&iter, &name, NULL))
        if (g_str_has_prefix (name, json_object_get_string_member_with_default (params, "prefix", "")))
          g_string_append_printf (text, "%s'%s'", text->str[text->len - 1] == '[' ? "" : ",", (char *) name);
      g_string_append (text, "]}");
      return answer ("%s", text->str);
    }
  else
    g_hash_table_remove (self->kept, key);
  return answer ("{}");
}

static DexFuture *
request_cb (AvbRpcPeer *peer, const char *method, JsonNode *params, gpointer data)
{
  AvbExtensionRig *self = data;
  JsonObject *object = params != NULL && JSON_NODE_HOLDS_OBJECT (params) ? json_node_get_object (params) : NULL;

  if (g_str_has_prefix (method, "host/kv."))
    return keep_or_give (self, method, object);
  if (g_str_equal (method, "host/machine.list"))
    return list_machines (self);
  if (g_str_equal (method, "host/machine.stats"))
    return ask_machine (self, params, NULL);
  if (g_str_equal (method, "host/machine.action"))
    return ask_machine (self, params, json_object_get_string_member (object, "action"));
  if (g_str_equal (method, "host/machine.get"))
    {
      g_autoptr (AvbMachine) machine = find_machine (self, params);

      return answer ("{'machine':{'id':'%s','name':'%s','state':'%s','disks':[{'device':'disk'}]}}",
                     avb_machine_get_uuid (machine), avb_machine_get_name (machine), state_of (machine));
    }
  if (g_str_equal (method, "host/ui.ask"))
    {
      g_ptr_array_add (self->asked, g_strdup (json_object_get_string_member (object, "title")));
      return answer ("{'accepted':true,'values':{}}");
    }
  g_error ("The extension asks for %s", method);
}

static void
notify_cb (AvbRpcPeer *peer, const char *method, JsonNode *params, gpointer data)
{
  AvbExtensionRig *self = data;
  JsonObject *object = json_node_get_object (params);

  if (g_str_equal (method, "monitor/sample"))
    g_hash_table_insert (self->samples, g_strdup (json_object_get_string_member (object, "monitor")),
                         json_object_ref (object));
  else if (g_str_equal (method, "monitor/event"))
    g_ptr_array_add (self->events, json_object_ref (object));
}

static GListModel *
make_permissions (const char *const *permissions)
{
  GListStore *store = g_list_store_new (AVB_TYPE_PERMISSION);

  for (guint i = 0; permissions != NULL && permissions[i] != NULL; i++)
    {
      g_autofree char *text = g_strdup_printf ("{'id':'%s'}", permissions[i]);
      g_autoptr (JsonNode) node = parse (text);
      g_autoptr (GError) error = NULL;
      g_autoptr (AvbPermission) permission = avb_permission_new_from_json (json_node_get_object (node), &error);

      g_assert_no_error (error);
      g_list_store_append (store, permission);
    }
  return G_LIST_MODEL (store);
}

AvbExtensionRig *
avb_extension_rig_new (const char *name, AvbConnection *connection, const char *const *permissions)
{
  AvbExtensionRig *self = g_new0 (AvbExtensionRig, 1);
  g_autofree char *file = g_strdup_printf ("org.alphavbox.%s.avx", name);
  g_autofree char *id = g_strdup_printf ("org.alphavbox.%s", name);
  g_autofree char *path = g_build_filename (g_getenv ("AVB_PACKAGES"), file, NULL);
  g_autofree char *app_dir = NULL;
  g_autoptr (GListModel) granted = make_permissions (permissions);
  g_autoptr (AvbPackage) package = NULL;
  AvbProcessSpec spec;

  self->folder = avb_test_make_folder ();
  self->data_dir = g_build_filename (self->folder, "data", NULL);
  self->runtime_dir = g_build_filename (self->folder, "run", NULL);
  app_dir = g_build_filename (self->folder, "app", NULL);
  if (connection != NULL)
    self->connection = g_object_ref (connection);
  self->kept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) json_node_unref);
  self->samples = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) json_object_unref);
  self->events = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  self->asked = g_ptr_array_new_with_free_func (g_free);
  self->actions = g_ptr_array_new_with_free_func (g_free);
  avb_test_await (avb_sandbox_self_test ());
  package = avb_test_await_object (avb_package_unpack (path, app_dir, NULL, NULL));
  spec = (AvbProcessSpec) { .id = id, .version = "1.0.0", .app_dir = app_dir,
                            .exec = avb_extension_manifest_get_exec (avb_package_get_manifest (package)),
                            .data_dir = self->data_dir, .runtime_dir = self->runtime_dir,
                            .memory_mb = avb_extension_manifest_get_memory_mb (avb_package_get_manifest (package)),
                            .granted = granted, .role = "administrator" };
  self->process = avb_extension_process_new (&spec);
  avb_extension_process_set_handlers (self->process, request_cb, notify_cb, self);
  return self;
}

void
avb_extension_rig_keep (AvbExtensionRig *self, const char *key, const char *json)
{
  g_hash_table_insert (self->kept, g_strdup (key), parse (json));
}

void
avb_extension_rig_free (AvbExtensionRig *self)
{
  avb_test_await (avb_extension_process_stop (self->process));
  g_object_unref (self->process);
  g_clear_object (&self->connection);
  g_hash_table_unref (self->kept);
  g_hash_table_unref (self->samples);
  g_ptr_array_unref (self->events);
  g_ptr_array_unref (self->asked);
  g_ptr_array_unref (self->actions);
  avb_test_remove_folder (self->folder);
  g_free (self->folder);
  g_free (self->data_dir);
  g_free (self->runtime_dir);
  g_free (self);
}

static DexFuture *
call (AvbExtensionRig *self, const char *method, const char *params, va_list list)
{
  g_autofree char *text = NULL;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  text = g_strdup_vprintf (params, list);
#pragma GCC diagnostic pop
  return avb_extension_process_call (self->process, method, parse (text), NULL, AVB_RPC_INTERACTIVE);
}

JsonObject *
avb_extension_rig_call (AvbExtensionRig *self, const char *method, const char *params, ...)
{
  g_autoptr (JsonNode) node = NULL;
  DexFuture *future;
  va_list list;

  va_start (list, params);
  future = call (self, method, params, list);
  va_end (list);
  node = avb_test_await_boxed (future);
  g_assert_true (JSON_NODE_HOLDS_OBJECT (node));
  return json_object_ref (json_node_get_object (node));
}

char *
avb_extension_rig_refuse (AvbExtensionRig *self, const char *method, const char *params, ...)
{
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  DexFuture *future;
  va_list list;

  va_start (list, params);
  future = call (self, method, params, list);
  va_end (list);
  node = dex_await_boxed (future, &error);
  g_assert_null (node);
  g_assert_nonnull (error);
  return g_strdup (error->message);
}

char *
avb_extension_rig_path (AvbExtensionRig *self, const char *inner)
{
  g_assert_true (g_str_has_prefix (inner, AVB_SANDBOX_RUNTIME "/"));
  return g_build_filename (self->runtime_dir, inner + strlen (AVB_SANDBOX_RUNTIME "/"), NULL);
}

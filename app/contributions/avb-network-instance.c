/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/contributions/avb-attached-network.h"

#include "app/extensions/avb-contribution-calls.h"
#include "app/extensions/avb-json.h"
#include "backends/avb-blocking.h"
#include "backends/avb-network-spec.h"
#include "backends/avb-text-line.h"

/* The networks of extensions: which there are, how one is made, and how it goes. */

#define MAX_TITLE_CHARS 80
#define MAX_TEXT_CHARS 120
#define MAX_BYTES 4096 /* what avb_extension_check_result() lets through is shorter */

AvbNetworkInstance *
avb_network_instance_copy (const AvbNetworkInstance *self)
{
  AvbNetworkInstance *copy = g_new0 (AvbNetworkInstance, 1);

  copy->id = g_strdup (self->id);
  copy->title = g_strdup (self->title);
  copy->text = g_strdup (self->text);
  copy->name = g_strdup (self->name);
  copy->connected = self->connected;
  return copy;
}

void
avb_network_instance_free (AvbNetworkInstance *self)
{
  g_free (self->id);
  g_free (self->title);
  g_free (self->text);
  g_free (self->name);
  g_free (self);
}

G_DEFINE_BOXED_TYPE (AvbNetworkInstance, avb_network_instance, avb_network_instance_copy, avb_network_instance_free)

/* --- a new one --- */

static DexFuture *
created_cb (DexFuture *future, gpointer data)
{
  JsonNode *answer = g_value_get_boxed (dex_future_get_value (future, NULL));

  return dex_future_new_take_string (
      g_strdup (json_object_get_string_member (json_node_get_object (answer), "instance")));
}

static DexFuture *
finished_cb (DexFuture *future, gpointer data)
{
  g_autoptr (GError) error = NULL;

  dex_future_get_value (future, &error);
  avb_operation_finish (data, error);
  return dex_ref (future);
}

DexFuture *
avb_attached_network_create (AvbContribution *contribution, const char *title, JsonObject *options, AvbOperation *operation)
{
  JsonObject *params;

  dex_return_error_if_fail (AVB_IS_CONTRIBUTION (contribution));
  dex_return_error_if_fail (title != NULL);
  dex_return_error_if_fail (AVB_IS_OPERATION (operation));

  params = json_object_new ();
  json_object_set_string_member (params, "title", title);
  if (options != NULL)
    json_object_set_object_member (params, "options", json_object_ref (options));
  return dex_future_finally (dex_future_then (avb_contribution_call (contribution, "network/create", params, operation),
                                              created_cb, NULL, NULL),
                             finished_cb, g_object_ref (operation), g_object_unref);
}

/* --- who is connected --- */

typedef struct {
  AvbLibrary         *library;
  AvbContribution    *contribution;
  AvbNetworkInstance *instance;
  AvbMachine         *machine;
} Work;

static void
work_free (gpointer data)
{
  Work *work = data;

  g_clear_object (&work->library);
  g_clear_object (&work->contribution);
  g_clear_object (&work->machine);
  g_clear_pointer (&work->instance, avb_network_instance_free);
  g_free (work);
}

/* Each is nullable. */
static Work *
work_new (AvbLibrary *library, AvbContribution *contribution, const AvbNetworkInstance *instance, AvbMachine *machine)
{
  Work *work = g_new0 (Work, 1);

  g_set_object (&work->library, library);
  g_set_object (&work->contribution, contribution);
  g_set_object (&work->machine, machine);
  work->instance = instance != NULL ? avb_network_instance_copy (instance) : NULL;
  return work;
}

static const char *
get_owner (Work *work)
{
  return avb_extension_get_id (avb_contribution_get_extension (work->contribution));
}

static gboolean
is_in (AvbInterfaceSpec *nic, const AvbNetworkInstance *instance)
{
  return nic->kind == AVB_INTERFACE_NETWORK && nic->source != NULL && g_strcmp0 (nic->source, instance->name) == 0;
}

/* In a fiber. Any network can have the name that the extension says: only one that was made for it counts. */
static gboolean
is_connected (Work *work, AvbMachine *machine, AvbMachineSpec *spec, const AvbNetworkInstance *instance)
{
  GPtrArray *interfaces = avb_machine_spec_get_interfaces (spec);
  g_autoptr (AvbConnection) connection = avb_machine_dup_connection (machine);

  for (guint i = 0; i < interfaces->len; i++)
    if (is_in (interfaces->pdata[i], instance))
      return connection != NULL &&
             dex_await_boolean (avb_connection_has_network (connection, instance->name, get_owner (work)), NULL);
  return FALSE;
}

/* In a fiber: (transfer full). One that cannot be read now, or has just gone, is none. */
static GPtrArray *
find_machines (Work *work)
{
  GListModel *machines = avb_library_get_machines (work->library);
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_object_unref);
  GPtrArray *found = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; work->instance->name != NULL && i < g_list_model_get_n_items (machines); i++)
    g_ptr_array_add (all, g_list_model_get_item (machines, i));
  for (guint i = 0; i < all->len; i++)
    {
      AvbMachine *machine = all->pdata[i];
      g_autoptr (AvbMachineSpec) spec = NULL;

      if (avb_machine_get_reason (machine, AVB_FEATURE_NETWORKS) != NULL)
        continue;
      spec = dex_await_object (avb_machine_read_spec (machine), NULL);
      if (spec != NULL && is_connected (work, machine, spec, work->instance))
        g_ptr_array_add (found, g_object_ref (machine));
    }
  return found;
}

static DexFuture *
find_fiber (gpointer data)
{
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, find_machines (data));
}

DexFuture *
avb_attached_network_find_machines (AvbLibrary *library, AvbContribution *contribution, const AvbNetworkInstance *instance)
{
  dex_return_error_if_fail (AVB_IS_LIBRARY (library));
  dex_return_error_if_fail (AVB_IS_CONTRIBUTION (contribution));
  dex_return_error_if_fail (instance != NULL);

  return avb_fiber_spawn (find_fiber, work_new (library, contribution, instance, NULL), work_free);
}

static DexFuture *
disconnect_fiber (gpointer data)
{
  Work *work = data;
  g_autoptr (AvbMachineSpec) spec = NULL;
  GPtrArray *interfaces;
  GError *error = NULL;

  spec = dex_await_object (avb_machine_read_spec (work->machine), &error);
  if (spec == NULL)
    return dex_future_new_for_error (error);
  interfaces = avb_machine_spec_get_interfaces (spec);
  for (guint i = interfaces->len; i > 0; i--)
    if (is_in (interfaces->pdata[i - 1], work->instance))
      g_ptr_array_remove_index (interfaces, i - 1);
  return avb_machine_apply_spec (work->machine, spec);
}

DexFuture *
avb_attached_network_disconnect (AvbMachine *machine, const AvbNetworkInstance *instance)
{
  dex_return_error_if_fail (AVB_IS_MACHINE (machine));
  dex_return_error_if_fail (instance != NULL);

  return avb_fiber_spawn (disconnect_fiber, work_new (NULL, NULL, instance, machine), work_free);
}

/* --- which there are --- */

static AvbNetworkInstance *
read_instance (JsonObject *object)
{
  AvbNetworkInstance *instance = g_new0 (AvbNetworkInstance, 1);
  const char *text = NULL;
  const char *name = NULL;

  avb_json_find_string (object, "text", MAX_BYTES, &text, NULL);
  avb_json_find_string (object, "name", MAX_BYTES, &name, NULL);
  instance->id = g_strdup (json_object_get_string_member (object, "instance"));
  instance->title = avb_text_make_line (json_object_get_string_member (object, "title"), MAX_TITLE_CHARS);
  instance->text = text != NULL ? avb_text_make_line (text, MAX_TEXT_CHARS) : NULL;
  instance->name = g_strdup (name);
  return instance;
}

static int
compare_titles (gconstpointer a, gconstpointer b)
{
  const AvbNetworkInstance *one = a;
  const AvbNetworkInstance *other = b;

  return g_utf8_collate (one->title, other->title);
}

static DexFuture *
list_fiber (gpointer data)
{
  Work *work = data;
  GPtrArray *instances;
  g_autoptr (AvbMachineSpec) spec = NULL;
  g_autoptr (JsonNode) answer = NULL;
  JsonArray *items;
  GError *error = NULL;

  spec = dex_await_object (avb_machine_read_spec (work->machine), &error);
  if (spec != NULL)
    answer = dex_await_boxed (avb_contribution_call (work->contribution, "network/list", NULL, NULL), &error);
  if (answer == NULL)
    return dex_future_new_for_error (error);
  items = json_object_get_array_member (json_node_get_object (answer), "instances");
  instances = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_network_instance_free);
  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      AvbNetworkInstance *instance = read_instance (json_array_get_object_element (items, i));

      instance->connected = is_connected (work, work->machine, spec, instance);
      g_ptr_array_add (instances, instance);
    }
  g_ptr_array_sort_values (instances, compare_titles);
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, instances);
}

DexFuture *
avb_attached_network_list (AvbContribution *contribution, AvbMachine *machine)
{
  dex_return_error_if_fail (AVB_IS_CONTRIBUTION (contribution));
  dex_return_error_if_fail (AVB_IS_MACHINE (machine));

  if (!avb_contribution_has_operation (contribution, "list"))
    return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, g_ptr_array_new ());
  return avb_fiber_spawn (list_fiber, work_new (NULL, contribution, NULL, machine), work_free);
}

/* --- away --- */

/* In a fiber. Hosts that are not connected keep theirs: nobody is connected to it. */
static gboolean
remove_from_hosts (Work *work, GError **error)
{
  GListModel *connections = avb_library_get_connections (work->library);
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (connections); i++)
    g_ptr_array_add (all, g_list_model_get_item (connections, i));
  for (guint i = 0; i < all->len; i++)
    {
      AvbConnection *connection = all->pdata[i];
      AvbCapabilities *capabilities = avb_connection_get_capabilities (connection);

      if (avb_connection_get_link (connection) == AVB_LINK_UP &&
          avb_capabilities_get_reason (capabilities, AVB_FEATURE_NETWORKS) == NULL &&
          !dex_await (avb_connection_remove_network (connection, work->instance->name, get_owner (work)), error))
        return FALSE;
    }
  return TRUE;
}

static DexFuture *
removed_cb (DexFuture *future, gpointer data)
{
  return dex_future_new_true ();
}

static DexFuture *
remove_fiber (gpointer data)
{
  Work *work = data;
  g_autoptr (GPtrArray) machines = find_machines (work);
  JsonObject *params;
  GError *error = NULL;

  for (guint i = 0; i < machines->len; i++)
    if (!dex_await (avb_attached_network_disconnect (machines->pdata[i], work->instance), &error))
      return dex_future_new_for_error (error);
  if (work->instance->name != NULL && !remove_from_hosts (work, &error))
    return dex_future_new_for_error (error);
  params = json_object_new ();
  json_object_set_string_member (params, "instance", work->instance->id);
  return dex_future_then (avb_contribution_call (work->contribution, "network/delete", params, NULL), removed_cb, NULL, NULL);
}

DexFuture *
avb_attached_network_remove (AvbLibrary *library, AvbContribution *contribution, const AvbNetworkInstance *instance)
{
  dex_return_error_if_fail (AVB_IS_LIBRARY (library));
  dex_return_error_if_fail (AVB_IS_CONTRIBUTION (contribution));
  dex_return_error_if_fail (instance != NULL);

  return avb_fiber_spawn (remove_fiber, work_new (library, contribution, instance, NULL), work_free);
}

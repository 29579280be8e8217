/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-private.h"

/* The list of machines. All of them come with one enumeration of Msvm_ComputerSystem, which has pages, where the answer of
 * GetSummaryInformation for a thousand machines would be larger than hosts send (MaxEnvelopeSizekb). A machine that changed
 * is one Get of it, and two more requests where somebody looks at its details. */

/* More than these at once are cheaper with the enumeration. */
#define MAX_SINGLE 100
#define MAX_MACHINES 20000

static char *
dup_key (const char *id)
{
  return g_ascii_strdown (id, -1);
}

void
avb_hyperv_connection_remove (AvbHypervConnection *self, const char *id)
{
  GListStore      *store = avb_connection_get_store (AVB_CONNECTION (self));
  g_autofree char *key = dup_key (id);
  g_autoptr (AvbMachine) machine = g_hash_table_lookup (self->machines, key);
  guint position;

  if (machine == NULL)
    return;
  g_object_ref (machine);
  g_hash_table_remove (self->machines, key);
  avb_machine_set_available (machine, FALSE);
  if (g_list_store_find (store, machine, &position))
    g_list_store_remove (store, position);
}

/* (nullable): the host itself is one of the systems; its name is no identifier */
static const char *
get_machine_id (AvbWmiObject *system)
{
  const char *id = avb_wmi_object_get_string (system, "Name");

  return id != NULL && g_uuid_string_is_valid (id) ? id : NULL;
}

/* One that is being created, of which only the name is known yet. */
static gboolean
is_hidden (AvbHypervConnection *self, AvbWmiObject *system)
{
  const char      *name = avb_wmi_object_get_string (system, "ElementName");
  g_autofree char *key = g_strconcat ("=", name != NULL ? name : "", NULL);

  return g_hash_table_contains (self->hidden, key);
}

/* @added: (nullable): for a list that gets them all at once */
static AvbHypervMachine *
apply_system (AvbHypervConnection *self, AvbWmiObject *system, GPtrArray *added)
{
  const char       *id = get_machine_id (system);
  g_autofree char  *key = id != NULL ? dup_key (id) : NULL;
  AvbHypervMachine *machine;

  if (id == NULL || g_hash_table_contains (self->hidden, key))
    return NULL;
  machine = g_hash_table_lookup (self->machines, key);
  if (machine == NULL && is_hidden (self, system))
    return NULL;
  if (machine == NULL)
    {
      machine = avb_hyperv_machine_new (self, id);
      g_hash_table_insert (self->machines, g_strdup (key), machine);
      avb_hyperv_machine_update (machine, system);
      if (added != NULL)
        g_ptr_array_add (added, machine);
      else
        g_list_store_append (avb_connection_get_store (AVB_CONNECTION (self)), machine);
      return machine;
    }
  avb_hyperv_machine_update (machine, system);
  return machine;
}

AvbHypervMachine *
avb_hyperv_connection_apply_system (AvbHypervConnection *self, AvbWmiObject *system)
{
  return apply_system (self, system, NULL);
}

void
avb_hyperv_connection_apply_list (AvbHypervConnection *self, GPtrArray *systems)
{
  GListStore *store = avb_connection_get_store (AVB_CONNECTION (self));
  g_autoptr (GPtrArray) added = g_ptr_array_new ();
  g_autoptr (GPtrArray) known = g_hash_table_get_keys_as_ptr_array (self->machines);
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; i < known->len; i++)
    known->pdata[i] = g_strdup (known->pdata[i]);
  g_ptr_array_set_free_func (known, g_free);
  for (guint i = 0; i < systems->len; i++)
    {
      const char *id = get_machine_id (systems->pdata[i]);

      if (id == NULL)
        continue;
      apply_system (self, systems->pdata[i], added);
      g_hash_table_add (seen, dup_key (id));
    }
  if (added->len > 0)
    g_list_store_splice (store, g_list_model_get_n_items (G_LIST_MODEL (store)), 0, added->pdata, added->len);
  for (guint i = 0; i < known->len; i++)
    if (!g_hash_table_contains (seen, known->pdata[i]))
      avb_hyperv_connection_remove (self, known->pdata[i]);
}

gboolean
avb_hyperv_connection_read_list (AvbHypervConnection *self, AvbWsmanClient *client, GError **error)
{
  g_autoptr (GPtrArray) systems = dex_await_boxed (
      avb_wsman_client_query (client, "SELECT * FROM Msvm_ComputerSystem", MAX_MACHINES), error);

  if (systems == NULL)
    return FALSE;
  if (!avb_hyperv_connection_is_current (self, client))
    return TRUE;
  avb_hyperv_connection_apply_list (self, systems);
  /* What is shown of them may have changed as well. */
  for (guint i = 0; i < systems->len; i++)
    {
      const char       *id = get_machine_id (systems->pdata[i]);
      g_autofree char  *key = id != NULL ? dup_key (id) : NULL;
      AvbHypervMachine *machine = key != NULL ? g_hash_table_lookup (self->machines, key) : NULL;

      if (machine != NULL && avb_hyperv_machine_is_outdated (machine))
        avb_hyperv_connection_refresh (self, id);
    }
  return TRUE;
}

/* --- Machines that changed --- */

typedef struct {
  AvbHypervConnection *self;
  AvbWsmanClient      *client;
} Refresh;

static void
refresh_free (gpointer data)
{
  Refresh *refresh = data;

  g_object_unref (refresh->self);
  g_object_unref (refresh->client);
  g_free (refresh);
}

static gboolean
refresh_one (Refresh *refresh, const char *id, GError **error)
{
  AvbHypervConnection *self = refresh->self;
  g_autoptr (AvbWmiPath) path = avb_hyperv_system_path (id);
  g_autoptr (AvbWmiObject) system = NULL;
  g_autoptr (GError) local_error = NULL;
  g_autoptr (AvbHypervConfig) config = NULL;
  g_autoptr (AvbHypervMachine) machine = NULL;

  system = dex_await_boxed (avb_wsman_client_get (refresh->client, path), &local_error);
  if (!avb_hyperv_connection_is_current (self, refresh->client))
    return TRUE;
  if (system == NULL && g_error_matches (local_error, AVB_ERROR, AVB_ERROR_NOT_FOUND))
    {
      avb_hyperv_connection_remove (self, id);
      return TRUE;
    }
  if (system == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  machine = avb_hyperv_connection_apply_system (self, system);
  if (machine == NULL)
    return TRUE;
  g_object_ref (machine);
  if (!avb_machine_get_has_details (AVB_MACHINE (machine)))
    return TRUE;
  config = avb_hyperv_connection_read_config (self, refresh->client, id, FALSE, NULL);
  if (config != NULL && avb_hyperv_connection_is_current (self, refresh->client))
    avb_hyperv_machine_take_config (machine, config);
  return TRUE;
}

static GPtrArray *
take_pending (AvbHypervConnection *self)
{
  GPtrArray     *ids = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer       key;

  g_hash_table_iter_init (&iter, self->pending);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    {
      AvbHypervMachine *machine = g_hash_table_lookup (self->machines, key);

      g_ptr_array_add (ids, g_strdup (machine != NULL ? machine->id : key));
    }
  g_hash_table_remove_all (self->pending);
  return ids;
}

static void kick (AvbHypervConnection *self);

static DexFuture *
refresh_fiber (gpointer data)
{
  Refresh             *refresh = data;
  AvbHypervConnection *self = refresh->self;
  g_autoptr (GError) error = NULL;
  gboolean worked = TRUE;

  while (worked && avb_hyperv_connection_is_current (self, refresh->client) && g_hash_table_size (self->pending) > 0)
    {
      g_autoptr (GPtrArray) ids = take_pending (self);

      if (ids->len > MAX_SINGLE)
        worked = avb_hyperv_connection_read_list (self, refresh->client, &error);
      for (guint i = 0; ids->len <= MAX_SINGLE && worked && i < ids->len; i++)
        worked = refresh_one (refresh, ids->pdata[i], &error);
    }
  self->refreshing = FALSE;
  if (!worked && avb_hyperv_connection_is_current (self, refresh->client))
    avb_hyperv_connection_doubt (self);
  /* Another link came up meanwhile, and something changed since. */
  if (worked && g_hash_table_size (self->pending) > 0)
    kick (self);
  return worked ? dex_future_new_true () : dex_future_new_for_error (g_steal_pointer (&error));
}

static void
kick (AvbHypervConnection *self)
{
  Refresh *refresh;

  if (self->refreshing || self->client == NULL)
    return;
  self->refreshing = TRUE;
  refresh = g_new0 (Refresh, 1);
  refresh->self = g_object_ref (self);
  refresh->client = g_object_ref (self->client);
  avb_future_finish (avb_fiber_spawn (refresh_fiber, refresh, refresh_free), "Reading a machine");
}

void
avb_hyperv_connection_refresh (AvbHypervConnection *self, const char *id)
{
  g_hash_table_add (self->pending, dup_key (id));
  kick (self);
}

/* --- A host without events --- */

static DexFuture *
poll_fiber (gpointer data)
{
  Refresh *refresh = data;
  g_autoptr (GError) error = NULL;
  gboolean worked = avb_hyperv_connection_read_list (refresh->self, refresh->client, &error);

  if (!avb_hyperv_connection_is_current (refresh->self, refresh->client))
    return dex_future_new_true ();
  if (!worked)
    {
      avb_hyperv_connection_lose (refresh->self, error->message, TRUE);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }
  avb_hyperv_connection_start_polling (refresh->self);
  return dex_future_new_true ();
}

static gboolean
is_looked_at (AvbHypervConnection *self)
{
  GListStore *store = avb_connection_get_store (AVB_CONNECTION (self));

  return g_signal_has_handler_pending (store, g_signal_lookup ("items-changed", G_TYPE_LIST_MODEL), 0, TRUE);
}

static gboolean
poll_cb (gpointer data)
{
  AvbHypervConnection *self = data;
  Refresh             *refresh;

  if (!is_looked_at (self))
    return G_SOURCE_CONTINUE;
  self->poll_source = 0;
  refresh = g_new0 (Refresh, 1);
  refresh->self = g_object_ref (self);
  refresh->client = g_object_ref (self->client);
  avb_future_finish (avb_fiber_spawn (poll_fiber, refresh, refresh_free), "Reading the list of machines");
  return G_SOURCE_REMOVE;
}

void
avb_hyperv_connection_start_polling (AvbHypervConnection *self)
{
  if (self->poll_source == 0 && self->client != NULL)
    self->poll_source = g_timeout_add_seconds (AVB_HYPERV_POLL_S, poll_cb, self);
}

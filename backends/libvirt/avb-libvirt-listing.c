/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-connection-private.h"

#include "backends/libvirt/avb-libvirt-machine.h"

/* The list of machines: taken over from what a worker read, and read again after events. */

static void
remove_machine (AvbLibvirtConnection *self, AvbMachine *machine)
{
  GListStore *store = avb_connection_get_store (AVB_CONNECTION (self));
  g_autoptr (AvbMachine) hold = g_object_ref (machine);
  guint position;

  avb_machine_set_available (machine, FALSE);
  if (g_list_store_find (store, machine, &position))
    g_list_store_remove (store, position);
  g_hash_table_remove (self->machines, avb_machine_get_uuid (machine));
}

GHashTable *
avb_libvirt_connection_apply_domains (AvbLibvirtConnection *self, GPtrArray *domains)
{
  GListStore *store = avb_connection_get_store (AVB_CONNECTION (self));
  g_autoptr (GPtrArray) added = g_ptr_array_new ();
  GHashTable *seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < domains->len; i++)
    {
      const AvbLibvirtDomain *domain = domains->pdata[i];
      AvbLibvirtMachine      *machine = g_hash_table_lookup (self->machines, domain->uuid);

      if (domain->gone || g_hash_table_contains (self->orphans, domain->uuid))
        {
          if (machine != NULL)
            remove_machine (self, AVB_MACHINE (machine));
          continue;
        }
      g_hash_table_add (seen, domain->uuid);
      if (machine == NULL)
        {
          machine = avb_libvirt_machine_new (self, domain->uuid);
          g_hash_table_insert (self->machines, g_strdup (domain->uuid), machine);
          g_ptr_array_add (added, machine);
        }
      avb_libvirt_machine_update (machine, domain);
    }
  if (added->len > 0)
    g_list_store_splice (
        store, g_list_model_get_n_items (G_LIST_MODEL (store)), 0, added->pdata, added->len);
  return seen;
}

static gboolean
was_active (AvbMachine *machine)
{
  AvbMachineState state = avb_machine_get_state (machine);

  return state == AVB_MACHINE_RUNNING || state == AVB_MACHINE_PAUSED
         || state == AVB_MACHINE_STOPPING;
}

void
avb_libvirt_connection_apply_list (AvbLibvirtConnection *self, GPtrArray *domains)
{
  g_autoptr (GPtrArray) known = g_hash_table_get_values_as_ptr_array (self->machines);
  g_autoptr (GHashTable) seen = NULL;

  /* Removing one may drop its last reference. */
  for (guint i = 0; i < known->len; i++)
    g_object_ref (known->pdata[i]);
  g_ptr_array_set_free_func (known, g_object_unref);
  /* A list cannot say why a machine is off that ran before the link was lost: it is asked. Details
   * may have changed as well. */
  for (guint i = 0; i < known->len; i++)
    if (was_active (known->pdata[i]) || avb_machine_get_has_details (known->pdata[i]))
      g_hash_table_add (self->pending, g_strdup (avb_machine_get_uuid (known->pdata[i])));
  for (guint i = 0; i < domains->len; i++)
    {
      AvbLibvirtDomain *domain = domains->pdata[i];
      AvbMachine       *machine = g_hash_table_lookup (self->machines, domain->uuid);

      if (machine != NULL && was_active (machine) && domain->state == AVB_MACHINE_OFF)
        domain->state = avb_machine_get_state (machine);
    }
  seen = avb_libvirt_connection_apply_domains (self, domains);
  for (guint i = 0; i < known->len; i++)
    if (!g_hash_table_contains (seen, avb_machine_get_uuid (known->pdata[i])))
      remove_machine (self, known->pdata[i]);
}

typedef struct {
  virConnect *vir;
  virConnect *identity;
  GPtrArray  *uuids;
  GArray     *details;
  GPtrArray  *domains;
} RefreshCall;

static void
refresh_call_free (gpointer data)
{
  RefreshCall *call = data;

  g_ptr_array_unref (call->uuids);
  g_array_unref (call->details);
  g_ptr_array_unref (call->domains);
  g_free (call);
}

static DexFuture *
refresh_thread (gpointer data)
{
  RefreshCall *call = data;
  g_autoptr (virConnect) vir = g_steal_pointer (&call->vir);

  for (guint i = 0; i < call->uuids->len; i++)
    {
      AvbLibvirtDomain *domain = avb_libvirt_domain_read (
          vir, call->uuids->pdata[i], g_array_index (call->details, gboolean, i), NULL);

      if (domain != NULL)
        g_ptr_array_add (call->domains, domain);
    }
  return dex_future_new_true ();
}

typedef struct {
  AvbLibvirtConnection *self;
  RefreshCall          *call;
} Refreshed;

static void
refreshed_free (gpointer data)
{
  Refreshed *refreshed = data;

  g_object_unref (refreshed->self);
  refresh_call_free (refreshed->call);
  g_free (refreshed);
}

static DexFuture *
refreshed_cb (DexFuture *future, gpointer data)
{
  Refreshed            *refreshed = data;
  AvbLibvirtConnection *self = refreshed->self;
  GPtrArray            *domains = refreshed->call->domains;

  GPtrArray *uuids = refreshed->call->uuids;

  self->refreshing = FALSE;
  if (self->vir != refreshed->call->identity)
    {
      /* Asked over a link that is no more: ask over the next. */
      for (guint i = 0; i < uuids->len; i++)
        g_hash_table_add (self->pending, g_strdup (uuids->pdata[i]));
      avb_libvirt_connection_kick (self);
      return dex_future_new_true ();
    }
  /* What had an event meanwhile is looked at again: this answer may be from before it. */
  for (guint i = domains->len; i > 0; i--)
    if (g_hash_table_contains (self->pending, ((AvbLibvirtDomain *) domains->pdata[i - 1])->uuid))
      g_ptr_array_remove_index (domains, i - 1);
  g_hash_table_unref (avb_libvirt_connection_apply_domains (self, domains));
  avb_libvirt_connection_kick (self);
  return dex_future_new_true ();
}

void
avb_libvirt_connection_kick (AvbLibvirtConnection *self)
{
  RefreshCall   *call;
  Refreshed     *refreshed;
  GHashTableIter iter;
  gpointer       uuid;

  if (self->refreshing || self->vir == NULL || g_hash_table_size (self->pending) == 0)
    return;
  self->refreshing = TRUE;
  call = g_new0 (RefreshCall, 1);
  call->vir = avb_libvirt_connection_ref_vir (self);
  call->identity = self->vir;
  call->uuids = g_ptr_array_new_with_free_func (g_free);
  call->details = g_array_new (FALSE, FALSE, sizeof (gboolean));
  call->domains = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_libvirt_domain_free);
  g_hash_table_iter_init (&iter, self->pending);
  while (g_hash_table_iter_next (&iter, &uuid, NULL))
    {
      AvbMachine *machine = g_hash_table_lookup (self->machines, uuid);
      gboolean    details = machine != NULL && avb_machine_get_has_details (machine);

      g_ptr_array_add (call->uuids, g_strdup (uuid));
      g_array_append_val (call->details, details);
    }
  g_hash_table_remove_all (self->pending);

  refreshed = g_new0 (Refreshed, 1);
  refreshed->self = g_object_ref (self);
  refreshed->call = call;
  avb_future_finish (
      dex_future_finally (
          avb_blocking_run (refresh_thread, call, NULL), refreshed_cb, refreshed, refreshed_free),
      "Reading domains");
}

void
avb_libvirt_connection_refresh (AvbLibvirtConnection *self, const char *uuid)
{
  g_return_if_fail (AVB_IS_LIBVIRT_CONNECTION (self));

  g_hash_table_add (self->pending, g_strdup (uuid));
  avb_libvirt_connection_kick (self);
}

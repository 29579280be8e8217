/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-connection-private.h"

#include <glib/gi18n-lib.h>

#include "backends/libvirt/avb-libvirt-claim.h"
#include "backends/libvirt/avb-libvirt-machine-private.h"

/* --- Orphans: defined perhaps, but the link was lost before the answer. Whoever created them was
 * told that it failed, and has removed the disks: they may not stay. --- */

typedef struct {
  AvbLibvirtConnection *self;
  virConnect           *vir;
  char                 *uuid;
} OrphanCall;

static void
orphan_call_free (gpointer data)
{
  OrphanCall *call = data;

  g_object_unref (call->self);
  g_free (call->uuid);
  g_free (call);
}

static DexFuture *
discard (virConnect *vir, const char *uuid)
{
  g_autoptr (virDomain) domain = NULL;

  virResetLastError ();
  domain = virDomainLookupByUUIDString (vir, uuid);
  if (domain == NULL)
    return virGetLastErrorCode () == VIR_ERR_NO_DOMAIN ? dex_future_new_true ()
                                                       : avb_libvirt_future_error ("orphan");
  /* One that is transient is gone with its process. */
  if (virDomainIsPersistent (domain) == 0)
    return virDomainDestroy (domain) == 0 ? dex_future_new_true ()
                                          : avb_libvirt_future_error ("orphan");
  return avb_libvirt_delete_domain (domain, AVB_DELETE_KEEP_DISKS, NULL);
}

static DexFuture *
orphan_thread (gpointer data)
{
  OrphanCall *call = data;
  g_autoptr (virConnect) vir = g_steal_pointer (&call->vir);
  DexFuture *result = discard (vir, call->uuid);

  if (dex_future_is_resolved (result))
    avb_libvirt_claim_settle (call->uuid);
  return result;
}

static DexFuture *
orphan_cb (DexFuture *future, gpointer data)
{
  OrphanCall *call = data;

  if (dex_future_get_value (future, NULL) != NULL)
    g_hash_table_remove (call->self->orphans, call->uuid);
  return dex_ref (future);
}

void
avb_libvirt_connection_discard_orphans (AvbLibvirtConnection *self)
{
  GHashTableIter iter;
  gpointer       uuid;

  g_hash_table_iter_init (&iter, self->orphans);
  while (g_hash_table_iter_next (&iter, &uuid, NULL))
    {
      OrphanCall *call = g_new0 (OrphanCall, 1);

      call->self = g_object_ref (self);
      call->vir = avb_libvirt_connection_ref_vir (self);
      call->uuid = g_strdup (uuid);
      avb_future_finish (
          dex_future_finally (
              avb_blocking_run (orphan_thread, call, NULL), orphan_cb, call, orphan_call_free),
          "Removing a machine that was created halfway");
    }
}

typedef struct {
  AvbLibvirtConnection *self;
  virConnect           *vir;
  const AvbLibvirtHost *host;
  AvbMachineSpec       *spec;
  GBytes               *definition; /* (nullable): one from elsewhere that it begins with */
  char                 *uuid;
  GPtrArray            *paths; /* (nullable): of the disks, once it has them */
} CreateCall;

static void
create_call_free (gpointer data)
{
  CreateCall *call = data;

  g_object_unref (call->self);
  g_object_unref (call->spec);
  g_clear_pointer (&call->definition, g_bytes_unref);
  g_clear_pointer (&call->paths, g_ptr_array_unref);
  g_free (call->uuid);
  g_free (call);
}

/* Takes @error. Whatever the call itself said: without a link nobody knows what became of it, and what cannot be taken
 * away again now must go later. */
static DexFuture *
create_failed (CreateCall *call, virConnect *vir, gboolean defined, GError *error)
{
  g_autoptr (GError) owned = error;
  gboolean settled;

  if (defined)
    {
      g_autoptr (DexFuture) gone = discard (vir, call->uuid);

      settled = dex_future_is_resolved (gone);
    }
  else
    settled = virConnectIsAlive (vir) == 1;
  if (!settled && owned->code != AVB_ERROR_UNAVAILABLE)
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_UNAVAILABLE, avb_error_get_details (owned), "%s", owned->message));
  return dex_future_new_for_error (g_steal_pointer (&owned));
}

static DexFuture *
create (CreateCall *call, virConnect *vir)
{
  g_autoptr (AvbDomainXml) xml = NULL;
  g_autoptr (virDomain) domain = NULL;
  g_autoptr (GPtrArray) paths = NULL;
  g_autofree char  *text = NULL;
  gboolean          transient = avb_machine_spec_get_transient (call->spec);
  GError           *error = NULL;
  AvbDomainTraits  *traits;
  AvbLibvirtDomain *read;

  virResetLastError ();
  if (avb_libvirt_name_is_taken (vir, avb_machine_spec_get_name (call->spec)))
    return avb_libvirt_reject_name ();
  traits = avb_libvirt_traits_read (vir,
                                    call->host,
                                    avb_machine_spec_get_architecture (call->spec),
                                    avb_machine_spec_get_accelerated (call->spec));
  xml = call->definition != NULL
            ? avb_libvirt_import_definition (vir, call->definition, call->spec, traits, &error)
            : avb_domain_xml_new (call->spec, traits, &error);
  avb_libvirt_traits_free (traits);
  if (xml == NULL)
    return dex_future_new_for_error (error);

  /* Known from the start, so that it is known which one was made if the answer gets lost. */
  avb_domain_xml_set_uuid (xml, call->uuid);
  text = avb_domain_xml_to_string (xml);
  paths = avb_domain_xml_dup_disk_paths (xml, FALSE);
  if (transient)
    avb_libvirt_claim_set_throwaway (paths);
  domain = transient ? virDomainCreateXML (vir, text, VIR_DOMAIN_START_VALIDATE)
                     : virDomainDefineXMLFlags (vir, text, VIR_DOMAIN_DEFINE_VALIDATE);
  if (domain == NULL)
    return create_failed (
        call, vir, FALSE, avb_libvirt_error_new (_ ("The machine could not be created.")));
  read = avb_libvirt_domain_read (vir, call->uuid, TRUE, &error);
  if (read == NULL)
    return create_failed (call, vir, TRUE, error);
  if (!transient)
    call->paths = g_steal_pointer (&paths);
  return dex_future_new_for_pointer (read);
}

/* One whose answer got lost is an orphan, also for the next run of this program. */
static DexFuture *
create_thread (gpointer data)
{
  CreateCall *call = data;
  g_autoptr (virConnect) vir = g_steal_pointer (&call->vir);
  g_autoptr (GError) error = NULL;
  AvbLibvirtClaim *claim;
  DexFuture       *result;

  if (avb_machine_spec_get_transient (call->spec))
    return create (call, vir);
  claim = avb_libvirt_claim_new ();
  avb_libvirt_claim_note_machine (claim, call->uuid);
  result = create (call, vir);
  if (dex_future_get_value (result, &error) == NULL
      && g_error_matches (error, AVB_ERROR, AVB_ERROR_UNAVAILABLE))
    avb_libvirt_claim_hold (claim, call->uuid);
  else
    avb_libvirt_claim_free (claim);
  /* Volumes are the machine's from here on, and stay if this program dies. In this order: whoever takes back a machine
   * that is claimed must find the claims of its volumes. */
  if (call->paths != NULL)
    avb_libvirt_claim_settle_all (call->paths);
  return result;
}

static DexFuture *
created_cb (DexFuture *future, gpointer data)
{
  CreateCall           *call = data;
  AvbLibvirtConnection *self = call->self;
  g_autoptr (GPtrArray) domains
      = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_libvirt_domain_free);
  g_autoptr (GError) error = NULL;
  const GValue     *value = dex_future_get_value (future, &error);
  AvbLibvirtDomain *read;
  AvbMachine       *machine;

  if (value == NULL)
    {
      if (g_error_matches (error, AVB_ERROR, AVB_ERROR_UNAVAILABLE))
        {
          g_hash_table_add (self->orphans, g_strdup (call->uuid));
          /* The link may be back already. */
          if (self->vir != NULL)
            avb_libvirt_connection_discard_orphans (self);
        }
      return dex_ref (future);
    }

  read = g_value_get_pointer (value);
  g_ptr_array_add (domains, read);
  machine = g_hash_table_lookup (self->machines, call->uuid);
  /* Of one that an event was faster to name, only what the event did not tell. */
  if (machine != NULL && read->has_details)
    avb_machine_set_settings (machine, read->settings);
  else if (machine == NULL)
    g_hash_table_unref (avb_libvirt_connection_apply_domains (self, domains));
  machine = g_hash_table_lookup (self->machines, call->uuid);
  if (machine == NULL)
    return dex_future_new_for_error (avb_error_new (
        AVB_ERROR_NOT_FOUND, NULL, _ ("The machine was deleted while it was being created.")));
  if (self->vir == NULL)
    avb_machine_set_available (machine, FALSE);
  return dex_future_new_for_object (machine);
}

static DexFuture *
run_create (AvbLibvirtConnection *self, GBytes *definition, AvbMachineSpec *spec)
{
  CreateCall *call = g_new0 (CreateCall, 1);

  call->self = g_object_ref (self);
  call->vir = avb_libvirt_connection_ref_vir (self);
  call->host = self->host;
  call->spec = avb_machine_spec_copy (spec);
  call->definition = definition != NULL ? g_bytes_ref (definition) : NULL;
  call->uuid = g_uuid_string_random ();
  return dex_future_finally (avb_machine_spec_get_transient (spec)
                                 ? avb_blocking_run_long (create_thread, call, NULL)
                                 : avb_blocking_run (create_thread, call, NULL),
                             created_cb, call, create_call_free);
}

DexFuture *
avb_libvirt_connection_create_machine (AvbConnection *connection, AvbMachineSpec *spec)
{
  return run_create (AVB_LIBVIRT_CONNECTION (connection), NULL, spec);
}

DexFuture *
avb_libvirt_connection_create_from_definition (AvbConnection  *connection,
                                               GBytes         *definition,
                                               AvbMachineSpec *spec)
{
  return run_create (AVB_LIBVIRT_CONNECTION (connection), definition, spec);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-private.h"

#include <glib/gi18n-lib.h>

/* A machine comes into being as an empty one (page "DefineSystem method of the Msvm_VirtualSystemManagementService class"),
 * which is then brought to its spec as any other would be. One that is only half made is taken away again. */

static void
add_objects (AvbWmiObject *parameters, const char *name, GPtrArray *objects)
{
  for (guint i = 0; i < objects->len; i++)
    avb_wmi_object_add_object (parameters, name, objects->pdata[i]);
}

static gboolean
call_with (const AvbHypervCall *call, const char *service, const char *method, AvbWmiObject *parameters, GError **error)
{
  g_autoptr (AvbWmiObject) result = avb_hyperv_call_service (call, service, method, parameters, error);

  return result != NULL;
}

static gboolean
run_system (const AvbHypervCall *call, AvbHypervStep *step, GError **error)
{
  g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new ("ModifySystemSettings");

  avb_wmi_object_set_object (parameters, "SystemSettings", step->objects->pdata[0]);
  return call_with (call, AVB_HYPERV_VSMS, "ModifySystemSettings", parameters, error);
}

static gboolean
run_modify (const AvbHypervCall *call, AvbHypervStep *step, GError **error)
{
  g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new ("ModifyResourceSettings");

  add_objects (parameters, "ResourceSettings", step->objects);
  return call_with (call, AVB_HYPERV_VSMS, "ModifyResourceSettings", parameters, error);
}

static gboolean
run_add (const AvbHypervCall *call, const char *id, AvbHypervStep *step, GError **error)
{
  g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new ("AddResourceSettings");
  g_autoptr (AvbWmiPath) path = avb_hyperv_settings_path (id);

  avb_wmi_object_set_path (parameters, "AffectedConfiguration", path);
  add_objects (parameters, "ResourceSettings", step->objects);
  return call_with (call, AVB_HYPERV_VSMS, "AddResourceSettings", parameters, error);
}

static gboolean
run_remove (const AvbHypervCall *call, GPtrArray *paths, GError **error)
{
  g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new ("RemoveResourceSettings");

  for (guint i = 0; i < paths->len; i++)
    avb_wmi_object_add_path (parameters, "ResourceSettings", paths->pdata[i]);
  return paths->len == 0 || call_with (call, AVB_HYPERV_VSMS, "RemoveResourceSettings", parameters, error);
}

/* Page "Msvm_SecurityService". A machine needs a key protector before its TPM can be turned on, which hosts make with tools
 * of their own (Set-VMKeyProtector): theirs is the last word. */
static gboolean
run_security (const AvbHypervCall *call, AvbHypervStep *step, GError **error)
{
  g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new ("ModifySecuritySettings");
  g_autoptr (GError) local_error = NULL;

  avb_wmi_object_set_object (parameters, "SecuritySettingData", step->objects->pdata[0]);
  if (call_with (call, "Msvm_SecurityService", "ModifySecuritySettings", parameters, &local_error))
    return TRUE;
  if (local_error->domain == AVB_ERROR
      && (local_error->code == AVB_ERROR_FAILED || local_error->code == AVB_ERROR_NOT_SUPPORTED))
    g_propagate_error (error, avb_error_new (local_error->code, avb_error_get_details (local_error),
                                             _ ("The host does not give this machine a TPM: the machine may lack a key protector, which is set at the host.")));
  else
    g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
run_step (const AvbHypervCall *call, const char *id, AvbHypervStep *step, GError **error)
{
  switch (step->kind)
    {
    case AVB_HYPERV_STEP_SYSTEM:
      return run_system (call, step, error);
    case AVB_HYPERV_STEP_SECURITY:
      return run_security (call, step, error);
    case AVB_HYPERV_STEP_MODIFY:
      return run_modify (call, step, error);
    case AVB_HYPERV_STEP_ADD:
      return run_add (call, id, step, error);
    case AVB_HYPERV_STEP_REMOVE:
      return run_remove (call, step->parts, error) && run_remove (call, step->wholes, error);
    case AVB_HYPERV_STEP_NONE:
    default:
      return TRUE;
    }
}

gboolean
avb_hyperv_connection_apply_spec (AvbHypervConnection *self,
                                  const AvbHypervCall *call,
                                  const char          *id,
                                  AvbMachineSpec      *spec,
                                  GError             **error)
{
  for (guint i = 0; i < AVB_HYPERV_MAX_STEPS; i++)
    {
      g_autoptr (AvbHypervConfig) config
          = avb_hyperv_connection_read_config (self, call->client, id, FALSE, error);
      g_autoptr (AvbHypervStep) step = config != NULL ? avb_hyperv_spec_next_step (config, spec, error) : NULL;

      if (step == NULL)
        return FALSE;
      if (step->kind == AVB_HYPERV_STEP_NONE)
        return TRUE;
      if (!run_step (call, id, step, error))
        return FALSE;
    }
  g_propagate_error (error, avb_error_new (AVB_ERROR_FAILED, "The host does not keep what it was told", "%s", call->what));
  return FALSE;
}

/* --- Creating --- */

static gboolean
name_is_taken (AvbHypervConnection *self, const char *name, AvbHypervMachine *except)
{
  GHashTableIter iter;
  gpointer       machine;

  g_hash_table_iter_init (&iter, self->machines);
  while (g_hash_table_iter_next (&iter, NULL, &machine))
    if (machine != except && g_strcmp0 (avb_machine_get_name (machine), name) == 0)
      return TRUE;
  return FALSE;
}

/* Page "Msvm_AffectedJobElement": what a job made, where the method had to answer before. */
static char *
find_made (AvbHypervVerb *verb, AvbWmiPath *job, GError **error)
{
  g_autofree char *text = avb_wmi_path_to_text (job);
  g_autofree char *wql = g_strdup_printf (
      "ASSOCIATORS OF {%s} WHERE AssocClass = Msvm_AffectedJobElement ResultClass = Msvm_ComputerSystem", text);
  g_autoptr (GPtrArray) found = dex_await_boxed (avb_wsman_client_query (verb->client, wql, 16), error);

  for (guint i = 0; found != NULL && i < found->len; i++)
    {
      const char *id = avb_wmi_object_get_string (found->pdata[i], "Name");

      if (id != NULL && g_uuid_string_is_valid (id))
        return g_strdup (id);
    }
  if (found != NULL)
    g_propagate_error (error, avb_error_new (AVB_ERROR_FAILED, "No ResultingSystem", "%s", verb->call.what));
  return NULL;
}

/* (transfer full) (nullable): the identifier of the new machine */
static char *
find_defined (AvbHypervVerb *verb, AvbWmiObject *result, GError **error)
{
  AvbWmiPath *path = avb_wmi_object_get_path (result, "ResultingSystem");
  AvbWmiPath *job = avb_wmi_object_get_path (result, "Job");
  const char *id = path != NULL ? avb_wmi_path_get_key (path, "Name") : NULL;

  if (id != NULL)
    return g_strdup (id);
  if (job != NULL)
    return find_made (verb, job, error);
  g_propagate_error (error, avb_error_new (AVB_ERROR_FAILED, "No ResultingSystem", "%s", verb->call.what));
  return NULL;
}

static char *
define (AvbHypervVerb *verb, GError **error)
{
  g_autoptr (AvbWmiObject) settings = avb_hyperv_spec_new_settings (verb->spec, verb->text);
  g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new ("DefineSystem");
  g_autoptr (AvbWmiObject) result = NULL;

  avb_wmi_object_set_object (parameters, "SystemSettings", settings);
  result = avb_hyperv_call_service (&verb->call, AVB_HYPERV_VSMS, "DefineSystem", parameters, error);
  return result != NULL ? find_defined (verb, result, error) : NULL;
}

/* Takes @error. Nothing may be left, whatever it was that failed. @id: (nullable): the answer that names it was lost */
static DexFuture *
take_back (AvbHypervVerb *verb, const char *id, GError *error)
{
  AvbHypervConnection *self = verb->connection;
  g_autofree char     *key = id != NULL ? g_ascii_strdown (id, -1) : NULL;

  if (id != NULL)
    avb_hyperv_connection_discard (self, &verb->call, id, NULL);
  else
    avb_hyperv_connection_discard (self, &verb->call, verb->text, avb_machine_spec_get_name (verb->spec));
  if (id != NULL)
    {
      avb_hyperv_connection_remove (self, id);
      g_hash_table_remove (self->hidden, key);
    }
  return dex_future_new_for_error (error);
}

/* Only what is whole gets a card. */
static char *
dup_hidden_name (AvbMachineSpec *spec)
{
  return g_strconcat ("=", avb_machine_spec_get_name (spec), NULL);
}

static DexFuture *
create_hidden (AvbHypervVerb *verb)
{
  AvbHypervConnection *self = verb->connection;
  const char          *architecture
      = avb_capabilities_get_architecture (avb_connection_get_capabilities (AVB_CONNECTION (self)));
  g_autoptr (AvbWmiPath) path = NULL;
  g_autoptr (AvbWmiObject) system = NULL;
  g_autofree char  *id = NULL;
  g_autofree char  *key = NULL;
  GError           *error = NULL;
  AvbHypervMachine *machine;

  if (!avb_hyperv_connection_read_switches (self, verb->client, &error)
      || !avb_hyperv_spec_check (verb->spec, NULL, self->switches, architecture, &error))
    return dex_future_new_for_error (error);
  id = define (verb, &error);
  if (id == NULL)
    return take_back (verb, NULL, error);
  key = g_ascii_strdown (id, -1);
  g_hash_table_add (self->hidden, g_strdup (key));
  if (!avb_hyperv_connection_apply_spec (self, &verb->call, id, verb->spec, &error))
    return take_back (verb, id, error);
  path = avb_hyperv_system_path (id);
  system = dex_await_boxed (avb_wsman_client_get (verb->client, path), &error);
  if (system == NULL)
    return take_back (verb, id, error);
  /* Whoever is told that it failed takes the disks away. */
  if (!avb_hyperv_connection_is_current (self, verb->client))
    return take_back (verb, id,
                      avb_error_new (AVB_ERROR_UNAVAILABLE, NULL,
                                     _ ("There is no connection to the hypervisor at the moment.")));
  g_hash_table_remove (self->hidden, key);
  g_hash_table_remove (self->hidden, verb->more);
  machine = avb_hyperv_connection_apply_system (self, system);
  return machine != NULL
             ? dex_future_new_for_object (machine)
             : take_back (verb, id, avb_error_new (AVB_ERROR_FAILED, "No identifier", "%s", verb->call.what));
}

static DexFuture *
create_fiber (gpointer data)
{
  AvbHypervVerb *verb = data;
  DexFuture     *result;

  verb->text = g_uuid_string_random ();
  verb->more = dup_hidden_name (verb->spec);
  g_hash_table_add (verb->connection->hidden, g_strdup (verb->more));
  result = create_hidden (verb);
  g_hash_table_remove (verb->connection->hidden, verb->more);
  return result;
}

DexFuture *
avb_hyperv_connection_create_machine (AvbConnection *connection, AvbMachineSpec *spec)
{
  AvbHypervVerb *verb;

  /* Hyper-V itself would take it. */
  if (name_is_taken (AVB_HYPERV_CONNECTION (connection), avb_machine_spec_get_name (spec), NULL))
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_EXISTS, NULL, _ ("There is already a machine of this name.")));
  verb = avb_hyperv_verb_new (connection, NULL, _ ("The machine could not be created."));
  if (verb != NULL)
    verb->spec = avb_machine_spec_copy (spec);
  return avb_hyperv_verb_run (verb, create_fiber, FALSE);
}

/* --- Reading and changing --- */

static DexFuture *
read_spec_fiber (gpointer data)
{
  AvbHypervVerb *verb = data;
  GError        *error = NULL;
  g_autoptr (AvbHypervConfig) config
      = avb_hyperv_connection_read_config (verb->connection, verb->client, verb->id, FALSE, &error);

  return config != NULL ? dex_future_new_take_object (avb_hyperv_spec_read (config))
                        : dex_future_new_for_error (error);
}

DexFuture *
avb_hyperv_machine_read_spec (AvbMachine *machine)
{
  return avb_hyperv_verb_run (
      avb_hyperv_verb_new (NULL, machine, _ ("The machine’s definition could not be read.")), read_spec_fiber, FALSE);
}

static DexFuture *
apply_spec_fiber (gpointer data)
{
  AvbHypervVerb       *verb = data;
  AvbHypervConnection *self = verb->connection;
  GError              *error = NULL;
  g_autoptr (AvbHypervConfig) config
      = avb_hyperv_connection_read_config (self, verb->client, verb->id, TRUE, &error);

  if (config == NULL || !avb_hyperv_spec_check (verb->spec, config, config->switches, config->architecture, &error))
    return dex_future_new_for_error (error);
  /* There is one definition here, that of the machine as it runs: nothing could wait for the next start. */
  if (avb_machine_get_state (AVB_MACHINE (verb->machine)) != AVB_MACHINE_OFF
      && avb_hyperv_spec_needs_off (config, verb->spec))
    return dex_future_new_for_error (avb_error_new (
        AVB_ERROR_BUSY, NULL, _ ("Hyper-V changes this only while the machine is off. Shut it down first.")));
  if (!avb_hyperv_connection_apply_spec (self, &verb->call, verb->id, verb->spec, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_for_int (AVB_APPLIED_NOW);
}

DexFuture *
avb_hyperv_machine_apply_spec (AvbMachine *machine, AvbMachineSpec *spec)
{
  AvbHypervVerb *verb = avb_hyperv_verb_new (NULL, machine, _ ("The machine could not be changed."));

  if (verb != NULL && name_is_taken (verb->connection, avb_machine_spec_get_name (spec), verb->machine))
    {
      g_clear_pointer (&verb, avb_hyperv_verb_free);
      return dex_future_new_for_error (
          avb_error_new (AVB_ERROR_EXISTS, NULL, _ ("There is already a machine of this name.")));
    }
  if (verb != NULL)
    verb->spec = avb_machine_spec_copy (spec);
  return avb_hyperv_verb_run (verb, apply_spec_fiber, TRUE);
}

static DexFuture *
rename_fiber (gpointer data)
{
  AvbHypervVerb *verb = data;
  GError        *error = NULL;
  g_autoptr (AvbWmiPath) path = avb_hyperv_settings_path (verb->id);
  g_autoptr (AvbWmiObject) settings = dex_await_boxed (avb_wsman_client_get (verb->client, path), &error);
  g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new ("ModifySystemSettings");

  if (settings == NULL)
    return dex_future_new_for_error (error);
  avb_wmi_object_set_string (settings, "ElementName", verb->text);
  avb_wmi_object_set_object (parameters, "SystemSettings", settings);
  return call_with (&verb->call, AVB_HYPERV_VSMS, "ModifySystemSettings", parameters, &error)
             ? dex_future_new_true ()
             : dex_future_new_for_error (error);
}

DexFuture *
avb_hyperv_machine_rename (AvbMachine *machine, const char *name)
{
  AvbHypervVerb *verb = avb_hyperv_verb_new (NULL, machine, _ ("The machine could not be renamed."));

  if (g_utf8_strlen (name, -1) > 100)
    {
      /* The future of the verb is not begun: what it holds goes. */
      g_clear_pointer (&verb, avb_hyperv_verb_free);
      return dex_future_new_for_error (avb_error_new (
          AVB_ERROR_INVALID, NULL, _ ("The name of a machine of Hyper-V can have 100 characters at most.")));
    }
  if (verb != NULL && name_is_taken (verb->connection, name, verb->machine))
    {
      g_clear_pointer (&verb, avb_hyperv_verb_free);
      return dex_future_new_for_error (
          avb_error_new (AVB_ERROR_EXISTS, NULL, _ ("There is already a machine of this name.")));
    }
  if (verb != NULL)
    verb->text = g_strdup (name);
  return avb_hyperv_verb_run (verb, rename_fiber, TRUE);
}

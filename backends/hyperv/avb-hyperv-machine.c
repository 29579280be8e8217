/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-private.h"

#include <glib/gi18n-lib.h>

G_DEFINE_FINAL_TYPE (AvbHypervMachine, avb_hyperv_machine, AVB_TYPE_MACHINE)

AvbWmiPath *
avb_hyperv_system_path (const char *id)
{
  return avb_wmi_path_new ("Msvm_ComputerSystem", "CreationClassName", "Msvm_ComputerSystem", "Name", id, NULL);
}

AvbWmiPath *
avb_hyperv_settings_path (const char *id)
{
  g_autofree char *instance = g_strdup_printf ("Microsoft:%s", id);

  return avb_wmi_path_new ("Msvm_VirtualSystemSettingData", "InstanceID", instance, NULL);
}

AvbMachineState
avb_hyperv_state_read (guint64 state, gboolean *critical)
{
  *critical = state >= 32781 && state <= 32792;
  switch (state)
    {
    case 2:  /* enabled */
    case 10: /* starting: the power cord can be pulled already */
    case 11: /* reset */
    case 32770: /* starting, of version 1 */
    case 32771: /* a snapshot is taken */
    case 32777: /* resuming */
    case 32781: /* critical: running, starting, reset, resuming */
    case 32786:
    case 32787:
    case 32790:
      return AVB_MACHINE_RUNNING;
    case 3: /* disabled */
    case 32782:
      return AVB_MACHINE_OFF;
    case 4:     /* shutting down */
    case 32774: /* stopping */
    case 32783: /* critical: stopping, saving, saving fast */
    case 32788:
    case 32792:
      return AVB_MACHINE_STOPPING;
    case 6: /* enabled but offline: its memory is in a file */
    case 32769:
    case 32779: /* saved fast */
    case 32784:
    case 32791:
      return AVB_MACHINE_SAVED;
    case 9: /* quiesce */
    case 32773: /* saving: in memory still, its processors stopped */
    case 32780: /* saving fast */
    case 32768:
    case 32776: /* pausing */
    case 32785:
    case 32789:
      return AVB_MACHINE_PAUSED;
    default:
      return AVB_MACHINE_UNKNOWN;
    }
}

/* --- Verbs that are states --- */

gboolean
avb_hyperv_request_state (const AvbHypervCall *call, const char *id, guint state, GError **error)
{
  g_autoptr (AvbWmiPath) path = avb_hyperv_system_path (id);
  g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new ("RequestStateChange");
  g_autoptr (AvbWmiObject) result = NULL;

  avb_wmi_object_set_uint (parameters, "RequestedState", AVB_WMI_UINT16, state);
  result = avb_hyperv_call (call, path, "RequestStateChange", parameters, error);
  return result != NULL;
}

static DexFuture *
request_state_fiber (gpointer data)
{
  AvbHypervVerb *verb = data;
  GError        *error = NULL;

  return avb_hyperv_request_state (&verb->call, verb->id, verb->number, &error) ? dex_future_new_true ()
                                                                               : dex_future_new_for_error (error);
}

static DexFuture *
request_state (AvbMachine *machine, guint state, AvbOperation *operation, const char *what)
{
  AvbHypervVerb *verb = avb_hyperv_verb_new (NULL, machine, what);

  if (verb != NULL)
    verb->number = state;
  avb_hyperv_verb_set_operation (verb, operation);
  return avb_hyperv_verb_run (verb, request_state_fiber, TRUE);
}

static DexFuture *
avb_hyperv_machine_start (AvbMachine *machine)
{
  return request_state (machine, AVB_HYPERV_STATE_ENABLED, NULL, _ ("The machine could not be started."));
}

static DexFuture *
avb_hyperv_machine_pause (AvbMachine *machine)
{
  return request_state (machine, AVB_HYPERV_STATE_QUIESCE, NULL, _ ("The machine could not be paused."));
}

static DexFuture *
avb_hyperv_machine_resume (AvbMachine *machine)
{
  return request_state (machine, AVB_HYPERV_STATE_ENABLED, NULL, _ ("The machine could not be resumed."));
}

static DexFuture *
avb_hyperv_machine_save (AvbMachine *machine, AvbOperation *operation)
{
  return request_state (machine, AVB_HYPERV_STATE_OFFLINE, operation, _ ("The machine could not be saved."));
}

static DexFuture *
avb_hyperv_machine_discard_saved (AvbMachine *machine)
{
  return request_state (machine, AVB_HYPERV_STATE_DISABLED, NULL, _ ("The saved state could not be discarded."));
}

static DexFuture *
avb_hyperv_machine_reset (AvbMachine *machine)
{
  return request_state (machine, AVB_HYPERV_STATE_RESET, NULL, _ ("The machine could not be reset."));
}

static DexFuture *
avb_hyperv_machine_force_off (AvbMachine *machine)
{
  return request_state (machine, AVB_HYPERV_STATE_DISABLED, NULL, _ ("The machine could not be turned off."));
}

/* --- Verbs that are asked of the guest: page "Msvm_ShutdownComponent" --- */

static AvbWmiPath *
find_shutdown_component (AvbHypervVerb *verb, GError **error)
{
  g_autofree char *quoted = avb_hyperv_quote (verb->id);
  g_autofree char *wql = g_strdup_printf ("SELECT * FROM Msvm_ShutdownComponent WHERE SystemName = %s", quoted);
  g_autoptr (GPtrArray) found = dex_await_boxed (avb_wsman_client_query (verb->client, wql, 1), error);
  const char *device;

  if (found == NULL)
    return NULL;
  device = found->len > 0 ? avb_wmi_object_get_string (found->pdata[0], "DeviceID") : NULL;
  if (device == NULL)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_BUSY, NULL,
                                               _ ("The guest does not answer: it has no integration services, or has not started yet.")));
      return NULL;
    }
  return avb_wmi_path_new ("Msvm_ShutdownComponent", "CreationClassName", "Msvm_ShutdownComponent", "DeviceID", device,
                           "SystemCreationClassName", "Msvm_ComputerSystem", "SystemName", verb->id, NULL);
}

static DexFuture *
ask_guest_fiber (gpointer data)
{
  AvbHypervVerb *verb = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbWmiPath) path = find_shutdown_component (verb, &error);
  g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new (verb->text);
  g_autoptr (AvbWmiObject) result = NULL;

  avb_wmi_object_set_boolean (parameters, "Force", FALSE);
  avb_wmi_object_set_string (parameters, "Reason", "Alpha VBox");
  if (path != NULL)
    result = avb_hyperv_call (&verb->call, path, verb->text, parameters, &error);
  return result != NULL ? dex_future_new_true () : dex_future_new_for_error (g_steal_pointer (&error));
}

static DexFuture *
ask_guest (AvbMachine *machine, const char *method, const char *what)
{
  AvbHypervVerb *verb = avb_hyperv_verb_new (NULL, machine, what);

  if (verb != NULL)
    verb->text = g_strdup (method);
  return avb_hyperv_verb_run (verb, ask_guest_fiber, TRUE);
}

static DexFuture *
avb_hyperv_machine_shut_down (AvbMachine *machine)
{
  return ask_guest (machine, "InitiateShutdown", _ ("The machine could not be asked to shut down."));
}

static DexFuture *
avb_hyperv_machine_reboot (AvbMachine *machine)
{
  return ask_guest (machine, "InitiateReboot", _ ("The machine could not be asked to restart."));
}

/* --- Details --- */

static DexFuture *
details_fiber (gpointer data)
{
  AvbHypervVerb *verb = data;
  GError        *error = NULL;
  g_autoptr (AvbHypervConfig) config
      = avb_hyperv_connection_read_config (verb->connection, verb->client, verb->id, FALSE, &error);

  if (config == NULL)
    return dex_future_new_for_error (error);
  avb_hyperv_machine_take_config (verb->machine, config);
  return dex_future_new_true ();
}

static DexFuture *
details_cb (DexFuture *future, gpointer data)
{
  dex_clear (&AVB_HYPERV_MACHINE (data)->details);
  return dex_ref (future);
}

static DexFuture *
avb_hyperv_machine_load_details (AvbMachine *machine)
{
  AvbHypervMachine *self = AVB_HYPERV_MACHINE (machine);
  DexFuture        *future;

  if (avb_machine_get_has_details (machine))
    return dex_future_new_true ();
  /* Several rows may ask at once. */
  if (self->details != NULL)
    return dex_ref (self->details);
  future = avb_hyperv_verb_run (
      avb_hyperv_verb_new (NULL, machine, _ ("The machine’s definition could not be read.")), details_fiber, FALSE);
  future = dex_future_finally (future, details_cb, g_object_ref (self), g_object_unref);
  if (dex_future_is_pending (future))
    self->details = dex_ref (future);
  return future;
}

void
avb_hyperv_machine_take_config (AvbHypervMachine *self, AvbHypervConfig *config)
{
  g_autoptr (AvbMachineSpec) spec = avb_hyperv_spec_read (config);
  g_autoptr (AvbHypervNotes) notes = avb_hyperv_config_parse_notes (config);
  g_autoptr (GHashTable) settings = avb_hyperv_notes_dup_settings (notes);
  AvbMachine *machine = AVB_MACHINE (self);

  g_object_freeze_notify (G_OBJECT (self));
  self->is_outdated = FALSE;
  avb_machine_set_settings (machine, settings);
  avb_machine_set_details (machine, avb_machine_spec_get_os_id (spec), avb_machine_spec_get_cpus (spec),
                           avb_machine_spec_get_memory_mib (spec), FALSE);
  avb_machine_set_has_graphics (machine, avb_machine_spec_get_graphics (spec));
  g_object_thaw_notify (G_OBJECT (self));
}

/* --- The object --- */

static void
avb_hyperv_machine_dispose (GObject *object)
{
  AvbHypervMachine *self = AVB_HYPERV_MACHINE (object);

  dex_clear (&self->details);
  dex_clear (&self->typing);

  G_OBJECT_CLASS (avb_hyperv_machine_parent_class)->dispose (object);
}

static void
avb_hyperv_machine_finalize (GObject *object)
{
  AvbHypervMachine *self = AVB_HYPERV_MACHINE (object);

  g_free (self->id);
  g_free (self->configured);
  g_free (self->keyboard);
  g_free (self->mouse);

  G_OBJECT_CLASS (avb_hyperv_machine_parent_class)->finalize (object);
}

static void
avb_hyperv_machine_class_init (AvbHypervMachineClass *klass)
{
  AvbMachineClass *machine_class = AVB_MACHINE_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_hyperv_machine_dispose;
  G_OBJECT_CLASS (klass)->finalize = avb_hyperv_machine_finalize;

  machine_class->load_details = avb_hyperv_machine_load_details;
  machine_class->start = avb_hyperv_machine_start;
  machine_class->pause = avb_hyperv_machine_pause;
  machine_class->resume = avb_hyperv_machine_resume;
  machine_class->save = avb_hyperv_machine_save;
  machine_class->discard_saved = avb_hyperv_machine_discard_saved;
  machine_class->shut_down = avb_hyperv_machine_shut_down;
  machine_class->reboot = avb_hyperv_machine_reboot;
  machine_class->reset = avb_hyperv_machine_reset;
  machine_class->force_off = avb_hyperv_machine_force_off;
  machine_class->delete = avb_hyperv_machine_delete;
  machine_class->rename = avb_hyperv_machine_rename;
  machine_class->read_spec = avb_hyperv_machine_read_spec;
  machine_class->apply_spec = avb_hyperv_machine_apply_spec;
  machine_class->find_console = avb_hyperv_machine_find_console;
  machine_class->take_screenshot = avb_hyperv_machine_take_screenshot;
  machine_class->read_picture = avb_hyperv_machine_read_picture;
  machine_class->send_scancodes = avb_hyperv_machine_send_scancodes;
  machine_class->send_pointer = avb_hyperv_machine_send_pointer;
  machine_class->keep_setting = avb_hyperv_machine_keep_setting;
  machine_class->read_network_link = avb_hyperv_machine_read_network_link;
  machine_class->set_network_link = avb_hyperv_machine_set_network_link;
  machine_class->list_snapshots = avb_hyperv_machine_list_snapshots;
  machine_class->take_snapshot = avb_hyperv_machine_take_snapshot;
  machine_class->revert_snapshot = avb_hyperv_machine_revert_snapshot;
  machine_class->delete_snapshot = avb_hyperv_machine_delete_snapshot;
}

static void
avb_hyperv_machine_init (AvbHypervMachine *self)
{
}

AvbHypervMachine *
avb_hyperv_machine_new (AvbHypervConnection *connection, const char *id)
{
  g_autofree char  *uuid = g_ascii_strdown (id, -1);
  AvbHypervMachine *self = g_object_new (AVB_TYPE_HYPERV_MACHINE, "uuid", uuid, NULL);

  self->id = g_strdup (id);
  avb_machine_set_connection (AVB_MACHINE (self), AVB_CONNECTION (connection));
  return self;
}

/* Page "Msvm_ComputerSystem" */
void
avb_hyperv_machine_update (AvbHypervMachine *self, AvbWmiObject *system)
{
  AvbMachine      *machine = AVB_MACHINE (self);
  AvbMachineState  before = avb_machine_get_state (machine);
  const char      *name = avb_wmi_object_get_string (system, "ElementName");
  const char      *configured = avb_wmi_object_get_string (system, "TimeOfLastConfigurationChange");
  g_autofree char *valid = g_utf8_make_valid (name != NULL ? name : self->id, -1);
  gboolean         critical;
  AvbMachineState  state = avb_hyperv_state_read (avb_wmi_object_get_uint (system, "EnabledState", 0), &critical);

  g_object_freeze_notify (G_OBJECT (self));
  if (g_set_str (&self->configured, configured) && avb_machine_get_has_details (machine))
    self->is_outdated = TRUE;
  avb_machine_set_name (machine, valid);
  if (critical)
    avb_machine_set_last_error (machine, _ ("The host cannot reach the files of this machine."));
  else if (state != AVB_MACHINE_OFF)
    avb_machine_set_last_error (machine, NULL);
  if (before != state)
    avb_machine_set_state (machine, state,
                           before == AVB_MACHINE_UNKNOWN ? 0 : g_get_real_time () / G_USEC_PER_SEC);
  avb_machine_set_available (machine, TRUE);
  g_object_thaw_notify (G_OBJECT (self));
}

gboolean
avb_hyperv_machine_is_outdated (AvbHypervMachine *self)
{
  return self->is_outdated;
}

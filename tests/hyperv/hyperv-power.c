/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-host.h"

/* Msvm_ComputerSystem.RequestStateChange and Msvm_ShutdownComponent, by their pages in Microsoft's reference:
 * the request is taken, EnabledState is one on the way, and a job ends in what was asked for. */

gboolean
hv_machine_is_running (HvMachine *machine)
{
  guint state = (guint) hv_get_uint (machine->system, "EnabledState");

  return state != HYPERV_STATE_DISABLED && state != HYPERV_STATE_SAVED;
}

static gboolean
is_on (guint state)
{
  return state != HYPERV_STATE_DISABLED && state != HYPERV_STATE_SAVED && state != HYPERV_STATE_STARTING;
}

void
hv_machine_set_state (HypervSimulator *self, HvMachine *machine, guint state)
{
  guint old = (guint) hv_get_uint (machine->system, "EnabledState");
  g_autofree char *now = hv_now (self);

  if (is_on (state) && machine->started == 0)
    machine->started = hv_monotonic ();
  else if (!is_on (state))
    {
      machine->started = 0;
      hv_set_uint (machine->system, "OnTimeInMilliseconds", 0);
    }
  hv_set_uint (machine->system, "EnabledState", state);
  if (old != state)
    hv_set (machine->system, "TimeOfLastStateChange", now);
  hv_store_changed (self->store, machine->system);
}

void
hv_freshen (HypervSimulator *self, HvObject *object)
{
  HvMachine *machine;
  HvStore *store = object->store;

  if (!hv_class_is_a (object->klass, "Msvm_ComputerSystem"))
    return;
  machine = g_hash_table_lookup (self->by_id, hv_get (object, "Name"));
  if (machine == NULL || machine->started == 0)
    return;
  /* A clock that goes on is no event. */
  object->store = NULL;
  hv_set_uint (object, "OnTimeInMilliseconds", (guint64) (hv_monotonic () - machine->started));
  object->store = store;
}

typedef struct {
  char *id;
  guint from, on_the_way, to;
} Change;

static void
change_free (gpointer data)
{
  g_free (((Change *) data)->id);
  g_free (data);
}

static void
set_requested (HvMachine *machine, guint state)
{
  hv_set_uint (machine->system, "RequestedState", state);
}

/* What a machine wants to be started: its files, and memory that the host has. */
static guint32
check_start (HypervSimulator *self, HvMachine *machine, char **error)
{
  HvObject *memory = hv_config_find (machine->current, "Msvm_MemorySettingData");

  if (hv_get_uint (memory, "VirtualQuantity") > 64 * 1024)
    *error = g_strdup ("Not enough memory in the system to start the virtual machine.");
  for (guint i = 0; *error == NULL && i < machine->current->resources->len; i++)
    {
      HvObject *resource = g_ptr_array_index (machine->current->resources, i);
      const char *path = hv_class_is_a (resource->klass, "Msvm_StorageAllocationSettingData")
                             ? hv_get (resource, "HostResource")
                             : NULL;

      if (path != NULL && hv_file_find (self, path) == NULL)
        *error = g_strdup_printf ("Attachment '%s' not found. The system cannot find the file specified.", path);
    }
  return *error == NULL ? HV_OK : HV_FAILED;
}

static guint32
change_done (HypervSimulator *self, gpointer data, GPtrArray *results, char **error)
{
  Change *change = data;
  HvMachine *machine = g_hash_table_lookup (self->by_id, change->id);

  if (machine == NULL)
    {
      *error = g_strdup ("The virtual machine does not exist any more.");
      return HV_FAILED;
    }
  if (change->on_the_way == HYPERV_STATE_STARTING && check_start (self, machine, error) != HV_OK)
    return HV_FAILED;
  /* A reset starts the guest again. */
  if (change->on_the_way == HYPERV_STATE_RESET)
    machine->started = 0;
  set_requested (machine, 12);
  hv_machine_set_state (self, machine, change->to);
  return HV_OK;
}

static void
change_undone (HypervSimulator *self, gpointer data)
{
  Change *change = data;
  HvMachine *machine = g_hash_table_lookup (self->by_id, change->id);

  if (machine == NULL)
    return;
  set_requested (machine, 12);
  hv_machine_set_state (self, machine, change->from);
}

typedef struct {
  guint16     requested;
  guint16     from;
  guint16     on_the_way;
  guint16     to;
  guint16     job_type;
  const char *caption;
} Transition;

/* From where what can be asked for; the job's type is that of Msvm_ConcreteJob.JobType. */
static const Transition transitions[] = {
  { 2, HYPERV_STATE_DISABLED, HYPERV_STATE_STARTING, HYPERV_STATE_ENABLED, 12, "Starting Virtual Machine" },
  { 2, HYPERV_STATE_SAVED, HYPERV_STATE_STARTING, HYPERV_STATE_ENABLED, 15, "Restoring Virtual Machine" },
  { 2, HYPERV_STATE_QUIESCE, HYPERV_STATE_RESUMING, HYPERV_STATE_ENABLED, 27, "Resuming Virtual Machine" },
  { 10, HYPERV_STATE_DISABLED, HYPERV_STATE_STARTING, HYPERV_STATE_ENABLED, 12, "Starting Virtual Machine" },
  { 10, HYPERV_STATE_SAVED, HYPERV_STATE_STARTING, HYPERV_STATE_ENABLED, 15, "Restoring Virtual Machine" },
  { 32777, HYPERV_STATE_QUIESCE, HYPERV_STATE_RESUMING, HYPERV_STATE_ENABLED, 27, "Resuming Virtual Machine" },
  { 3, HYPERV_STATE_ENABLED, HYPERV_STATE_SHUTTING_DOWN, HYPERV_STATE_DISABLED, 13, "Turning Off Virtual Machine" },
  { 3, HYPERV_STATE_QUIESCE, HYPERV_STATE_SHUTTING_DOWN, HYPERV_STATE_DISABLED, 13, "Turning Off Virtual Machine" },
  { 3, HYPERV_STATE_SAVED, HYPERV_STATE_SAVED, HYPERV_STATE_DISABLED, 13, "Deleting Saved State" },
  { 4, HYPERV_STATE_ENABLED, HYPERV_STATE_SHUTTING_DOWN, HYPERV_STATE_DISABLED, 16, "Shutting Down Virtual Machine" },
  { 6, HYPERV_STATE_ENABLED, HYPERV_STATE_SAVING, HYPERV_STATE_SAVED, 14, "Saving Virtual Machine" },
  { 6, HYPERV_STATE_QUIESCE, HYPERV_STATE_SAVING, HYPERV_STATE_SAVED, 14, "Saving Virtual Machine" },
  { 9, HYPERV_STATE_ENABLED, HYPERV_STATE_PAUSING, HYPERV_STATE_QUIESCE, 26, "Pausing Virtual Machine" },
  { 11, HYPERV_STATE_ENABLED, HYPERV_STATE_RESET, HYPERV_STATE_ENABLED, 28, "Resetting Virtual Machine" },
  { 11, HYPERV_STATE_QUIESCE, HYPERV_STATE_RESET, HYPERV_STATE_ENABLED, 28, "Resetting Virtual Machine" },
};

static guint32
start_change (HvInvoke *in, HvMachine *machine, const Transition *transition)
{
  HvJobPlan plan = { transition->job_type, transition->caption, machine->system, NULL, change_done, change_undone, NULL, change_free };
  Change *change = g_new0 (Change, 1);

  change->id = g_strdup (machine->id);
  change->from = transition->from;
  change->on_the_way = transition->on_the_way;
  change->to = transition->to;
  plan.data = change;
  set_requested (machine, transition->requested);
  hv_machine_set_state (in->sim, machine, transition->on_the_way);
  return hv_job_start (in, &plan);
}

static guint32
request_state_change (HvInvoke *in)
{
  HvMachine *machine = hv_machine_of (in->sim, in->target);
  gint64 requested = hv_arg_int (in, "RequestedState", -1);
  guint state;

  /* The page: only for instances that represent a virtual machine. */
  if (machine == NULL)
    return HV_NOT_SUPPORTED;
  if (requested < 0)
    return HV_INVALID_PARAMETER;
  state = (guint) hv_get_uint (machine->system, "EnabledState");
  for (guint i = 0; i < G_N_ELEMENTS (transitions); i++)
    if (transitions[i].requested == requested && transitions[i].from == state)
      return start_change (in, machine, &transitions[i]);
  return HV_INVALID_STATE;
}

/* --- Msvm_ShutdownComponent ---------------------------------------------------------------------- */

static void
guest_is_down (HypervSimulator *self, gpointer data)
{
  HvMachine *machine = g_hash_table_lookup (self->by_id, data);

  if (machine != NULL && hv_get_uint (machine->system, "EnabledState") == HYPERV_STATE_SHUTTING_DOWN)
    hv_machine_set_state (self, machine, HYPERV_STATE_DISABLED);
}

static void
guest_is_up_again (HypervSimulator *self, gpointer data)
{
  HvMachine *machine = g_hash_table_lookup (self->by_id, data);

  if (machine != NULL && hv_get_uint (machine->system, "EnabledState") == HYPERV_STATE_ENABLED)
    machine->started = hv_monotonic ();
}

static guint32
ask_guest (HvInvoke *in, HvMachine **machine)
{
  *machine = hv_machine_of (in->sim, in->target);
  if (*machine == NULL || hv_get_uint ((*machine)->system, "EnabledState") != HYPERV_STATE_ENABLED)
    return HV_INVALID_STATE;
  if (hv_arg (in, "Force") == NULL || hv_arg (in, "Reason") == NULL)
    return HV_INVALID_PARAMETER;
  return in->sim->deaf ? HV_NOT_READY : HV_OK;
}

/* Without a job: the guest was asked, and goes down in its own time. */
static guint32
initiate_shutdown (HvInvoke *in)
{
  HvMachine *machine;
  guint32 code = ask_guest (in, &machine);

  if (code != HV_OK)
    return code;
  hv_machine_set_state (in->sim, machine, HYPERV_STATE_SHUTTING_DOWN);
  hv_timer_add (in->sim, in->sim->job_duration, guest_is_down, g_strdup (machine->id), g_free);
  return HV_OK;
}

static guint32
initiate_reboot (HvInvoke *in)
{
  HvMachine *machine;
  guint32 code = ask_guest (in, &machine);

  if (code == HV_OK)
    hv_timer_add (in->sim, in->sim->job_duration, guest_is_up_again, g_strdup (machine->id), g_free);
  return code;
}

const HvMethod hv_machine_methods[] = {
  { "Msvm_ComputerSystem", "RequestStateChange", "uint16 RequestedState,datetime TimeoutPeriod", request_state_change },
  { "Msvm_ShutdownComponent", "InitiateShutdown", "boolean Force,string Reason", initiate_shutdown },
  { "Msvm_ShutdownComponent", "InitiateReboot", "boolean Force,string Reason", initiate_reboot },
  { NULL, NULL, NULL, NULL },
};

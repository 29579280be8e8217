/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-host.h"

#include <string.h>

/* What tests turn, and what they look at. */

#define LOCKED G_REC_MUTEX_AUTO_LOCK (&self->lock, locker)

void
hyperv_simulator_set_port (HypervSimulator *self, guint16 port)
{
  LOCKED;
  self->port = port;
}

const char *
hyperv_simulator_get_uri (HypervSimulator *self)
{
  return self->uri;
}

guint16
hyperv_simulator_get_port (HypervSimulator *self)
{
  return self->port;
}

const char *
hyperv_simulator_get_host_name (HypervSimulator *self)
{
  return hv_get (self->host, "Name");
}

void
hyperv_simulator_set_auth (HypervSimulator *self, HypervSimulatorAuth auth, const char *user, const char *password)
{
  LOCKED;
  self->auth = auth;
  g_set_str (&self->user, user != NULL ? user : "");
  g_set_str (&self->password, password != NULL ? password : "");
}

void
hyperv_simulator_set_tls (HypervSimulator *self, gboolean tls)
{
  LOCKED;
  self->tls = tls;
}

char *
hyperv_simulator_dup_certificate (HypervSimulator *self)
{
  LOCKED;
  return g_strdup (self->certificate_pem);
}

/* --- machines ------------------------------------------------------------------------------------ */

static HvObject *
add_resource (HypervSimulator *self, HvMachine *machine, const char *class_name, const char *type, guint number,
              HvObject *parent, const char *place, const char *path)
{
  g_autoptr (HvObject) wanted = hv_object_new (HV_SPACE_VIRTUALIZATION, class_name);
  g_autofree char *parent_path = parent != NULL ? hv_object_dup_path (parent) : NULL;
  const char *paths[] = { path, NULL };
  guint32 code;
  HvObject *added;

  hv_set (wanted, "Parent", parent_path);
  hv_set (wanted, "AddressOnParent", place);
  if (type != NULL)
    {
      hv_set (wanted, "ResourceSubType", type);
      hv_set (wanted, "ElementName", strrchr (type, ':') + 1);
    }
  if (number != 0)
    hv_set_uint (wanted, "ResourceType", number);
  if (path != NULL)
    hv_set_list (wanted, "HostResource", paths);
  added = hv_config_add (self, machine, machine->current, wanted, &code);
  if (added == NULL)
    g_error ("a resource of the simulated host is wrong: %u", code);
  return added;
}

static HvObject *
find_switch (HypervSimulator *self)
{
  return g_ptr_array_index (hv_store_list (self->store, hv_class_find (HV_SPACE_VIRTUALIZATION, "Msvm_VirtualEthernetSwitch")), 0);
}

static HvMachine *
add_machine (HypervSimulator *self, const char *name, guint generation)
{
  HvMachine *machine = hv_machine_new (self, name, generation, NULL);
  HvObject *memory = hv_config_find (machine->current, "Msvm_MemorySettingData");
  HvObject *controller = hv_config_find (machine->current, "Msvm_ResourceAllocationSettingData");
  g_autofree char *disk = g_strdup_printf ("C:\\Users\\Public\\Documents\\Hyper-V\\Virtual Hard Disks\\%s.vhdx", machine->id);
  g_autofree char *network = hv_object_dup_path (find_switch (self));
  HvObject *drive, *port;

  hv_set_uint (hv_config_find (machine->current, "Msvm_ProcessorSettingData"), "VirtualQuantity", 2);
  hv_set_uint (memory, "VirtualQuantity", 2048);
  hv_set_uint (memory, "Reservation", 2048);
  hv_set_uint (memory, "Limit", 2048);
  hv_file_add (self, disk, 4 * 1024 * 1024)->capacity = G_GUINT64_CONSTANT (64) << 30;
  if (generation == 2)
    controller = add_resource (self, machine, "Msvm_ResourceAllocationSettingData",
                               "Microsoft:Hyper-V:Synthetic SCSI Controller", 6, NULL, NULL, NULL);
  drive = add_resource (self, machine, "Msvm_ResourceAllocationSettingData", "Microsoft:Hyper-V:Synthetic Disk Drive", 17,
                        controller, "0", NULL);
  add_resource (self, machine, "Msvm_StorageAllocationSettingData", "Microsoft:Hyper-V:Virtual Hard Disk", 31, drive, NULL, disk);
  port = add_resource (self, machine, "Msvm_SyntheticEthernetPortSettingData", NULL, 0, NULL, NULL, NULL);
  add_resource (self, machine, "Msvm_EthernetPortAllocationSettingData", NULL, 0, port, NULL, network);
  return machine;
}

char *
hyperv_simulator_add_machine (HypervSimulator *self, const char *name, guint generation, HypervState state)
{
  HvMachine *machine;
  LOCKED;

  machine = add_machine (self, name, generation);
  if (state != HYPERV_STATE_DISABLED)
    hv_machine_set_state (self, machine, state);
  return g_strdup (machine->id);
}

void
hyperv_simulator_add_machines (HypervSimulator *self, const char *name, guint n)
{
  gboolean heard;
  LOCKED;

  heard = hv_store_is_heard (self->store);
  hv_store_set_heard (self->store, FALSE);
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *full = g_strdup_printf ("%s %04u", name, i + 1);

      add_machine (self, full, 2);
    }
  hv_store_set_heard (self->store, heard);
}

void
hyperv_simulator_remove_machine (HypervSimulator *self, const char *id)
{
  HvMachine *machine;
  LOCKED;

  machine = g_hash_table_lookup (self->by_id, id);
  g_return_if_fail (machine != NULL);
  hv_machine_remove (self, machine);
}

void
hyperv_simulator_rename_machine (HypervSimulator *self, const char *id, const char *name)
{
  HvMachine *machine;
  LOCKED;

  machine = g_hash_table_lookup (self->by_id, id);
  g_return_if_fail (machine != NULL);
  hv_set (machine->current->settings, "ElementName", name);
  hv_store_changed (self->store, machine->current->settings);
  hv_set (machine->system, "ElementName", name);
  hv_store_changed (self->store, machine->system);
}

void
hyperv_simulator_set_machine_state (HypervSimulator *self, const char *id, HypervState state)
{
  HvMachine *machine;
  LOCKED;

  machine = g_hash_table_lookup (self->by_id, id);
  g_return_if_fail (machine != NULL);
  hv_machine_set_state (self, machine, state);
}

HypervState
hyperv_simulator_get_machine_state (HypervSimulator *self, const char *id)
{
  HvMachine *machine;
  LOCKED;

  machine = g_hash_table_lookup (self->by_id, id);
  return machine != NULL ? (HypervState) hv_get_uint (machine->system, "EnabledState") : HYPERV_STATE_UNKNOWN;
}

guint
hyperv_simulator_get_n_machines (HypervSimulator *self)
{
  LOCKED;
  return self->machines->len;
}

char *
hyperv_simulator_find_machine (HypervSimulator *self, const char *name)
{
  LOCKED;

  for (guint i = 0; i < self->machines->len; i++)
    {
      HvMachine *machine = g_ptr_array_index (self->machines, i);

      if (g_strcmp0 (hv_get (machine->system, "ElementName"), name) == 0)
        return g_strdup (machine->id);
    }
  return NULL;
}

guint
hyperv_simulator_get_n_snapshots (HypervSimulator *self, const char *id)
{
  HvMachine *machine;
  LOCKED;

  machine = g_hash_table_lookup (self->by_id, id);
  return machine != NULL ? machine->snapshots->len : 0;
}

static gboolean
has_part (HvObject *object, const char *part)
{
  static const char *const names[] = { "InstanceID", "Name", "DeviceID" };

  for (guint i = 0; part != NULL && i < G_N_ELEMENTS (names); i++)
    {
      const char *value = hv_get (object, names[i]);

      if (value != NULL && strstr (value, part) != NULL)
        return TRUE;
    }
  return part == NULL;
}

static GPtrArray *
list_class (HypervSimulator *self, const char *class_name)
{
  const HvClass *klass = hv_class_find (HV_SPACE_VIRTUALIZATION, class_name);

  if (klass == NULL)
    klass = hv_class_find (HV_SPACE_CIMV2, class_name);
  return klass != NULL ? hv_store_list (self->store, klass) : NULL;
}

char *
hyperv_simulator_dup_property (HypervSimulator *self, const char *class_name, const char *part, const char *property)
{
  GPtrArray *list;
  LOCKED;

  list = list_class (self, class_name);
  for (guint i = 0; list != NULL && i < list->len; i++)
    {
      const char *const *values;

      if (!has_part (g_ptr_array_index (list, i), part))
        continue;
      values = hv_get_list (g_ptr_array_index (list, i), property);
      return values != NULL ? g_strjoinv ("\n", (char **) values) : NULL;
    }
  return NULL;
}

guint
hyperv_simulator_count_instances (HypervSimulator *self, const char *class_name, const char *part)
{
  GPtrArray *list;
  guint n = 0;
  LOCKED;

  list = list_class (self, class_name);
  for (guint i = 0; list != NULL && i < list->len; i++)
    if (has_part (g_ptr_array_index (list, i), part))
      n++;
  return n;
}

void
hyperv_simulator_add_file (HypervSimulator *self, const char *path, guint64 size, guint64 capacity)
{
  g_autofree char *folder = g_strdup (path);
  HvFile *old;
  LOCKED;

  if (strrchr (folder, '\\') != NULL)
    *strrchr (folder, '\\') = '\0';
  hv_add_folder (self, folder);
  old = hv_file_find (self, path);
  if (old != NULL)
    hv_file_remove (self, old);
  hv_file_add (self, path, size)->capacity = capacity;
}

gboolean
hyperv_simulator_has_file (HypervSimulator *self, const char *path)
{
  LOCKED;
  return hv_file_find (self, path) != NULL;
}

guint64
hyperv_simulator_get_file_capacity (HypervSimulator *self, const char *path)
{
  HvFile *file;
  LOCKED;

  file = hv_file_find (self, path);
  return file != NULL ? file->capacity : 0;
}

void
hyperv_simulator_set_free_space (HypervSimulator *self, guint64 bytes)
{
  LOCKED;
  hv_set_uint (self->disk, "FreeSpace", bytes);
  hv_store_changed (self->store, self->disk);
}

char *
hyperv_simulator_dup_input (HypervSimulator *self, const char *id)
{
  HvMachine *machine;
  LOCKED;

  machine = g_hash_table_lookup (self->by_id, id);
  return g_strdup (machine != NULL ? machine->input->str : "");
}

void
hyperv_simulator_clear_input (HypervSimulator *self, const char *id)
{
  HvMachine *machine;
  LOCKED;

  machine = g_hash_table_lookup (self->by_id, id);
  if (machine != NULL)
    g_string_truncate (machine->input, 0);
}

/* --- troubles ------------------------------------------------------------------------------------ */

static void
add_trouble (HypervSimulator *self, HvTroubleKind kind, const char *action, guint value, guint n)
{
  HvTrouble *trouble = g_new0 (HvTrouble, 1);

  trouble->kind = kind;
  trouble->action = g_strdup (action);
  trouble->value = value;
  trouble->n = n;
  g_ptr_array_add (self->troubles, trouble);
}

void
hyperv_simulator_fail_next (HypervSimulator *self, const char *action, HypervFail kind)
{
  hyperv_simulator_fail_times (self, action, kind, 1);
}

void
hyperv_simulator_fail_times (HypervSimulator *self, const char *action, HypervFail kind, guint n)
{
  LOCKED;

  if (n > 0)
    {
      add_trouble (self, HV_TROUBLE_FAIL, action, kind, n);
      return;
    }
  for (guint i = self->troubles->len; i > 0; i--)
    {
      HvTrouble *trouble = g_ptr_array_index (self->troubles, i - 1);

      if (trouble->kind == HV_TROUBLE_FAIL && trouble->value == kind && g_strcmp0 (trouble->action, action) == 0)
        g_ptr_array_remove_index (self->troubles, i - 1);
    }
}

void
hyperv_simulator_fail_status (HypervSimulator *self, const char *action, guint http_status)
{
  LOCKED;
  add_trouble (self, HV_TROUBLE_STATUS, action, http_status, 1);
}

void
hyperv_simulator_return_next (HypervSimulator *self, const char *method, guint32 value)
{
  LOCKED;
  add_trouble (self, HV_TROUBLE_RETURN, method, value, 1);
}

void
hyperv_simulator_delay_next (HypervSimulator *self, const char *action, guint milliseconds)
{
  LOCKED;
  add_trouble (self, HV_TROUBLE_DELAY, action, milliseconds, 1);
}

void
hyperv_simulator_fail_never (HypervSimulator *self)
{
  LOCKED;
  g_ptr_array_set_size (self->troubles, 0);
}

void
hyperv_simulator_fail_next_job (HypervSimulator *self, guint32 code, const char *description)
{
  LOCKED;
  self->fail_job = TRUE;
  self->fail_code = code;
  g_set_str (&self->fail_text, description);
}

void
hyperv_simulator_hang_next_job (HypervSimulator *self)
{
  LOCKED;
  self->hang_job = TRUE;
}

#define SETTER(name, type, field)                                  \
  void hyperv_simulator_set_##name (HypervSimulator *self, type x) \
  {                                                                \
    LOCKED;                                                        \
    self->field = x;                                               \
  }

SETTER (job_duration, guint, job_duration)
SETTER (job_linger, guint, job_linger)
SETTER (synchronous, gboolean, synchronous)
SETTER (guests_deaf, gboolean, deaf)
SETTER (endless_pulls, gboolean, endless)
SETTER (enumeration_timeout, guint, context_timeout)
SETTER (wrong_namespaces, gboolean, wrong_namespaces)
SETTER (clock_skew, gint64, skew)
SETTER (events, gboolean, events)

void
hyperv_simulator_set_page_size (HypervSimulator *self, guint n)
{
  LOCKED;
  self->page_size = MAX (n, 1);
}

/* --- counts -------------------------------------------------------------------------------------- */

guint
hyperv_simulator_get_n_requests (HypervSimulator *self, const char *action)
{
  LOCKED;
  return action == NULL ? self->n_requests : GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, action));
}

guint64
hyperv_simulator_get_bytes_sent (HypervSimulator *self)
{
  LOCKED;
  return self->sent;
}

guint64
hyperv_simulator_get_bytes_received (HypervSimulator *self)
{
  LOCKED;
  return self->received;
}

void
hyperv_simulator_reset_counts (HypervSimulator *self)
{
  LOCKED;
  self->n_requests = 0;
  self->sent = self->received = 0;
  g_hash_table_remove_all (self->counts);
}

guint
hyperv_simulator_get_n_subscriptions (HypervSimulator *self)
{
  LOCKED;
  return g_hash_table_size (self->subscriptions);
}

guint
hyperv_simulator_get_n_waiting (HypervSimulator *self)
{
  GHashTableIter iter;
  gpointer value;
  guint n = 0;
  LOCKED;

  g_hash_table_iter_init (&iter, self->subscriptions);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      HvCall *call = ((HvSubscription *) value)->waiting;

      if (call != NULL && !call->gone)
        n++;
    }
  return n;
}

guint
hyperv_simulator_get_n_contexts (HypervSimulator *self)
{
  LOCKED;
  return g_hash_table_size (self->contexts);
}

guint
hyperv_simulator_get_n_jobs (HypervSimulator *self)
{
  LOCKED;
  return g_hash_table_size (self->jobs);
}

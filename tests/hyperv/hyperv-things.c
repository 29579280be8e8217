/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-host.h"

#include <string.h>

/* Machines and files as tests put them there, and look at them. */

#define LOCKED G_REC_MUTEX_AUTO_LOCK (&self->lock, locker)

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

guint
hyperv_simulator_count_files (HypervSimulator *self, const char *ending)
{
  GHashTableIter iter;
  gpointer path;
  guint n = 0;
  LOCKED;

  g_hash_table_iter_init (&iter, self->files);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    {
      const char *name = strrchr (path, '\\');
      const char *dot = strrchr (path, '.');
      g_autofree char *stem = name != NULL && dot != NULL && dot > name ? g_strndup (name + 1, dot - name - 1) : NULL;

      n += g_str_has_suffix (path, ending) && (stem == NULL || !g_uuid_string_is_valid (stem));
    }
  return n;
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

void
hyperv_simulator_set_console_port (HypervSimulator *self, guint16 port)
{
  LOCKED;
  hv_set_uint (self->terminal_settings, "ListenerPort", port);
  hv_store_changed (self->store, self->terminal_settings);
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

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-host.h"

#include <string.h>

/* How a machine is kept: Msvm_ComputerSystem, its settings in force (Msvm_SettingsDefineState), what belongs to
 * them (Msvm_VirtualSystemSettingDataComponent), and its devices (Msvm_SystemDevice). */

HvConfig *
hv_config_new (HvObject *settings)
{
  HvConfig *self = g_new0 (HvConfig, 1);

  self->settings = settings;
  self->resources = g_ptr_array_new ();
  return self;
}

void
hv_config_free (HvConfig *self)
{
  g_ptr_array_unref (self->resources);
  g_free (self);
}

void
hv_config_clear (HypervSimulator *self, HvConfig *config)
{
  while (config->resources->len > 0)
    hv_config_remove (self, config, g_ptr_array_index (config->resources, config->resources->len - 1));
  hv_store_remove (self->store, config->settings);
}

static HvObject *
find_boot_source (HvObject *resource)
{
  return hv_follow (resource, "Msvm_LogicalIdentity");
}

static void
drop_boot_source (HypervSimulator *self, HvConfig *config, HvObject *source)
{
  g_autofree char *path = hv_object_dup_path (source);
  const char *const *order = hv_get_list (config->settings, "BootSourceOrder");
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) left = NULL;

  for (guint i = 0; order != NULL && order[i] != NULL; i++)
    if (!g_str_equal (order[i], path))
      g_strv_builder_add (builder, order[i]);
  left = g_strv_builder_end (builder);
  hv_set_list (config->settings, "BootSourceOrder", (const char *const *) left);
  hv_store_remove (self->store, source);
  hv_store_changed (self->store, config->settings);
}

static gboolean
is_child (HvObject *resource, const char *path)
{
  const char *parent = hv_class_find_property (resource->klass, "Parent") != NULL ? hv_get (resource, "Parent") : NULL;

  return parent != NULL && g_ascii_strcasecmp (parent, path) == 0;
}

/* With what hangs on it: the drives of a controller, the disk of a drive. */
void
hv_config_remove (HypervSimulator *self, HvConfig *config, HvObject *resource)
{
  g_autoptr (HvObject) kept = hv_object_ref (resource);
  g_autofree char *path = hv_object_dup_path (resource);

  g_ptr_array_remove (config->resources, resource);
  for (guint i = 0; i < config->resources->len;)
    if (is_child (g_ptr_array_index (config->resources, i), path))
      {
        hv_config_remove (self, config, g_ptr_array_index (config->resources, i));
        i = 0;
      }
    else
      i++;
  if (find_boot_source (resource) != NULL)
    drop_boot_source (self, config, find_boot_source (resource));
  hv_store_remove (self->store, resource);
}

HvObject *
hv_config_find (HvConfig *config, const char *class_name)
{
  for (guint i = 0; i < config->resources->len; i++)
    {
      HvObject *resource = g_ptr_array_index (config->resources, i);

      if (hv_class_is_a (resource->klass, class_name))
        return resource;
    }
  return NULL;
}

static void
attach (HypervSimulator *self, HvConfig *config, HvObject *resource)
{
  hv_store_add (self->store, resource);
  g_ptr_array_add (config->resources, resource);
  hv_store_link (self->store, "Msvm_VirtualSystemSettingDataComponent", config->settings, resource);
}

static gboolean
is_generation_2 (HvConfig *config)
{
  return g_strcmp0 (hv_get (config->settings, "VirtualSystemSubType"), "Microsoft:Hyper-V:SubType:2") == 0;
}

/* Generation 2: drives and ports are in BootSourceOrder as Msvm_BootSourceSettingData. */
static void
add_boot_source (HypervSimulator *self, HvConfig *config, HvObject *resource)
{
  gboolean port = hv_class_is_a (resource->klass, "Msvm_SyntheticEthernetPortSettingData");
  const char *type = hv_get (resource, "ResourceSubType");
  g_autofree char *id = NULL;
  g_autofree char *path = NULL;
  const char *const *order = hv_get_list (config->settings, "BootSourceOrder");
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;
  HvObject *source;

  if (!is_generation_2 (config)
      || (!port && g_strcmp0 (type, "Microsoft:Hyper-V:Synthetic Disk Drive") != 0
          && g_strcmp0 (type, "Microsoft:Hyper-V:Synthetic DVD Drive") != 0))
    return;
  source = hv_object_new (HV_SPACE_VIRTUALIZATION, "Msvm_BootSourceSettingData");
  id = g_strdup_printf ("%s\\BootSource", hv_get (resource, "InstanceID"));
  hv_set (source, "InstanceID", id);
  hv_set_uint (source, "BootSourceType", port ? 2 : 1);
  hv_set (source, "BootSourceDescription", port ? "EFI Network" : "EFI SCSI Device");
  hv_set (source, "ElementName", port ? "EFI Network" : "EFI SCSI Device");
  hv_set (source, "FirmwareDevicePath", port ? "\\AcpiEx(VMBus,0,0)\\VenHw()\\MAC()" : "\\AcpiEx(VMBus,0,0)\\VenHw()\\Scsi(0,0)");
  hv_store_add (self->store, source);
  hv_store_link (self->store, "Msvm_LogicalIdentity", resource, source);
  hv_store_link (self->store, "Msvm_BootSourceComponent", config->settings, source);
  for (guint i = 0; order != NULL && order[i] != NULL; i++)
    g_strv_builder_add (builder, order[i]);
  path = hv_object_dup_path (source);
  g_strv_builder_add (builder, path);
  all = g_strv_builder_end (builder);
  hv_set_list (config->settings, "BootSourceOrder", (const char *const *) all);
}

HvObject *
hv_config_add (HypervSimulator *self, HvMachine *machine, HvConfig *config, HvObject *wanted, guint32 *code)
{
  g_autoptr (HvObject) resource = hv_object_copy (wanted);
  g_autofree char *guid = hv_new_guid ();
  g_autofree char *id = NULL;

  *code = hv_resource_check (self, machine, config, resource);
  if (*code != HV_OK)
    return NULL;
  id = g_strdup_printf ("%s\\%s\\%u", hv_get (config->settings, "InstanceID"), guid, machine->last_device++);
  hv_set (resource, "InstanceID", id);
  if (hv_class_is_a (resource->klass, "Msvm_SyntheticEthernetPortSettingData") && !hv_get_bool (resource, "StaticMacAddress"))
    {
      g_autofree char *mac = g_strdup_printf ("00155D%06X", ++self->last_mac);

      hv_set (resource, "Address", mac);
    }
  attach (self, config, hv_object_ref (resource));
  add_boot_source (self, config, resource);
  return resource;
}

/* --- new machines -------------------------------------------------------------------------------- */

static HvObject *
add_plain (HypervSimulator *self, HvMachine *machine, const char *class_name, const char *type, guint number, const char *address)
{
  g_autoptr (HvObject) wanted = hv_object_new (HV_SPACE_VIRTUALIZATION, class_name);
  g_autofree char *id = NULL;
  HvObject *resource;

  resource = hv_object_copy (wanted);
  id = g_strdup_printf ("Microsoft:%s\\%s\\%u", machine->id, class_name + strlen ("Msvm_"), machine->last_device++);
  hv_set (resource, "InstanceID", id);
  if (type != NULL)
    {
      hv_set (resource, "ResourceSubType", type);
      hv_set (resource, "ElementName", strrchr (type, ':') + 1);
    }
  if (number != 0)
    hv_set_uint (resource, "ResourceType", number);
  if (address != NULL)
    hv_set (resource, "Address", address);
  attach (self, machine->current, resource);
  return resource;
}

/* What every machine has, and nobody adds. */
static void
add_fixed (HypervSimulator *self, HvMachine *machine)
{
  HvObject *security;
  g_autofree char *id = g_strdup_printf ("Microsoft:%s\\Security", machine->id);

  add_plain (self, machine, "Msvm_ProcessorSettingData", NULL, 0, NULL);
  add_plain (self, machine, "Msvm_MemorySettingData", NULL, 0, NULL);
  hv_set (add_plain (self, machine, "Msvm_SerialPortSettingData", NULL, 0, NULL), "ElementName", "COM 1");
  hv_set (add_plain (self, machine, "Msvm_SerialPortSettingData", NULL, 0, NULL), "ElementName", "COM 2");
  if (!is_generation_2 (machine->current))
    for (guint i = 0; i < 2; i++)
      add_plain (self, machine, "Msvm_ResourceAllocationSettingData", "Microsoft:Hyper-V:Emulated IDE Controller", 5,
                 i == 0 ? "0" : "1");
  security = hv_object_new (HV_SPACE_VIRTUALIZATION, "Msvm_SecuritySettingData");
  hv_set (security, "InstanceID", id);
  attach (self, machine->current, security);
}

static HvObject *
add_device (HypervSimulator *self, HvMachine *machine, const char *class_name)
{
  HvObject *device = hv_object_new (HV_SPACE_VIRTUALIZATION, class_name);
  g_autofree char *id = g_strdup_printf ("Microsoft:%s\\%s", machine->id, class_name + strlen ("Msvm_"));

  hv_set (device, "SystemName", machine->id);
  hv_set (device, "DeviceID", id);
  hv_store_add (self->store, device);
  hv_store_link (self->store, "Msvm_SystemDevice", machine->system, device);
  g_ptr_array_add (machine->devices, device);
  return device;
}

static void
add_devices (HypervSimulator *self, HvMachine *machine)
{
  HvObject *controller, *head;

  add_device (self, machine, "Msvm_Keyboard");
  add_device (self, machine, "Msvm_SyntheticMouse");
  add_device (self, machine, "Msvm_ShutdownComponent");
  add_device (self, machine, "Msvm_HeartbeatComponent");
  controller = add_device (self, machine, "Msvm_SyntheticDisplayController");
  head = add_device (self, machine, "Msvm_VideoHead");
  hv_store_link (self->store, "Msvm_VideoHeadOnController", controller, head);
}

static void
add_system (HypervSimulator *self, HvMachine *machine, const char *name)
{
  g_autofree char *now = hv_now (self);

  machine->system = hv_object_new (HV_SPACE_VIRTUALIZATION, "Msvm_ComputerSystem");
  hv_set (machine->system, "Name", machine->id);
  hv_set (machine->system, "ElementName", name);
  hv_set_uint (machine->system, "EnabledState", HYPERV_STATE_DISABLED);
  hv_set_uint (machine->system, "RequestedState", 12);
  hv_set_uint (machine->system, "OnTimeInMilliseconds", 0);
  hv_set_uint (machine->system, "NumberOfNumaNodes", 1);
  hv_set (machine->system, "InstallDate", now);
  hv_set (machine->system, "TimeOfLastStateChange", now);
  hv_set (machine->system, "TimeOfLastConfigurationChange", now);
  hv_store_add (self->store, machine->system);
}

static void
add_settings (HypervSimulator *self, HvMachine *machine, const char *name, guint generation, HvObject *wanted)
{
  HvObject *settings = wanted != NULL ? hv_object_copy (wanted) : hv_object_new (HV_SPACE_VIRTUALIZATION, "Msvm_VirtualSystemSettingData");
  g_autofree char *id = g_strdup_printf ("Microsoft:%s", machine->id);
  g_autofree char *now = hv_now (self);

  hv_set (settings, "InstanceID", id);
  hv_set (settings, "ElementName", name);
  hv_set (settings, "VirtualSystemIdentifier", machine->id);
  hv_set (settings, "ConfigurationID", machine->id);
  hv_set (settings, "VirtualSystemType", "Microsoft:Hyper-V:System:Realized");
  hv_set (settings, "VirtualSystemSubType", generation == 2 ? "Microsoft:Hyper-V:SubType:2" : "Microsoft:Hyper-V:SubType:1");
  hv_set (settings, "CreationTime", now);
  hv_set (settings, "Parent", NULL);
  if (hv_get (settings, "ConfigurationDataRoot") == NULL)
    hv_set (settings, "ConfigurationDataRoot", "C:\\ProgramData\\Microsoft\\Windows\\Hyper-V");
  if (hv_get (settings, "SnapshotDataRoot") == NULL)
    hv_set (settings, "SnapshotDataRoot", "C:\\ProgramData\\Microsoft\\Windows\\Hyper-V");
  /* CD-ROM, IDE, network, floppy (BootOrder) */
  if (generation == 1 && hv_get_list (settings, "BootOrder") == NULL)
    hv_set_list (settings, "BootOrder", (const char *const[]) { "1", "2", "3", "0", NULL });
  if (generation == 2 && hv_get (settings, "SecureBootEnabled") == NULL)
    hv_set_bool (settings, "SecureBootEnabled", TRUE);
  if (generation == 2 && hv_get (settings, "SecureBootTemplateId") == NULL)
    hv_set (settings, "SecureBootTemplateId", "1734c6e8-3154-4dda-ba5f-a874cc483422");
  hv_store_add (self->store, settings);
  hv_store_link (self->store, "Msvm_SettingsDefineState", machine->system, settings);
  machine->current = hv_config_new (settings);
}

HvMachine *
hv_machine_new (HypervSimulator *self, const char *name, guint generation, HvObject *wanted)
{
  HvMachine *machine = g_new0 (HvMachine, 1);

  machine->id = hv_new_guid ();
  machine->snapshots = g_ptr_array_new_with_free_func ((GDestroyNotify) hv_config_free);
  machine->devices = g_ptr_array_new ();
  machine->input = g_string_new (NULL);
  machine->pressed = g_hash_table_new (NULL, NULL);
  add_system (self, machine, name);
  add_settings (self, machine, name, generation, wanted);
  add_fixed (self, machine);
  add_devices (self, machine);
  g_ptr_array_add (self->machines, machine);
  g_hash_table_insert (self->by_id, machine->id, machine);
  return machine;
}

void
hv_machine_free (HvMachine *machine)
{
  hv_config_free (machine->current);
  g_ptr_array_unref (machine->snapshots);
  g_ptr_array_unref (machine->devices);
  g_string_free (machine->input, TRUE);
  g_hash_table_unref (machine->pressed);
  g_free (machine->key_protector);
  g_free (machine->id);
  g_free (machine);
}

void
hv_machine_remove (HypervSimulator *self, HvMachine *machine)
{
  for (guint i = 0; i < machine->snapshots->len; i++)
    hv_config_clear (self, g_ptr_array_index (machine->snapshots, i));
  hv_config_clear (self, machine->current);
  for (guint i = 0; i < machine->devices->len; i++)
    hv_store_remove (self->store, g_ptr_array_index (machine->devices, i));
  hv_store_remove (self->store, machine->system);
  g_hash_table_remove (self->by_id, machine->id);
  g_ptr_array_remove (self->machines, machine);
}

/* --- finding ------------------------------------------------------------------------------------- */

HvMachine *
hv_machine_of (HypervSimulator *self, HvObject *object)
{
  HvMachine *machine = NULL;

  if (hv_class_is_a (object->klass, "Msvm_ComputerSystem"))
    return g_hash_table_lookup (self->by_id, hv_get (object, "Name"));
  if (hv_class_find_property (object->klass, "SystemName") != NULL)
    return g_hash_table_lookup (self->by_id, hv_get (object, "SystemName"));
  hv_config_of (self, object, &machine);
  return machine;
}

HvConfig *
hv_config_of (HypervSimulator *self, HvObject *object, HvMachine **machine)
{
  HvObject *settings = hv_class_is_a (object->klass, "Msvm_VirtualSystemSettingData")
                           ? object
                           : hv_follow (object, "Msvm_VirtualSystemSettingDataComponent");

  *machine = settings != NULL ? g_hash_table_lookup (self->by_id, hv_get (settings, "VirtualSystemIdentifier")) : NULL;
  if (*machine == NULL)
    return NULL;
  if ((*machine)->current->settings == settings)
    return (*machine)->current;
  for (guint i = 0; i < (*machine)->snapshots->len; i++)
    {
      HvConfig *config = g_ptr_array_index ((*machine)->snapshots, i);

      if (config->settings == settings)
        return config;
    }
  return NULL;
}

/* --- copies -------------------------------------------------------------------------------------- */

static char *
replace_prefix (const char *text, const char *from, const char *to)
{
  g_autoptr (GString) out = g_string_new (text);

  g_string_replace (out, from, to, 0);
  return g_strdup (out->str);
}

static void
copy_boot_order (HvConfig *from, HvConfig *to, const char *old, const char *id)
{
  const char *const *order = hv_get_list (from->settings, "BootSourceOrder");
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) paths = NULL;

  for (guint i = 0; order != NULL && order[i] != NULL; i++)
    g_strv_builder_take (builder, replace_prefix (order[i], old, id));
  paths = g_strv_builder_end (builder);
  hv_set_list (to->settings, "BootSourceOrder", order != NULL ? (const char *const *) paths : NULL);
}

/* A copy that says of itself @id wherever the other said its own: in InstanceID and in paths. */
HvConfig *
hv_config_copy (HypervSimulator *self, HvMachine *machine, HvConfig *from, const char *id)
{
  const char *old = hv_get (from->settings, "InstanceID");
  HvObject *settings = hv_object_copy (from->settings);
  HvConfig *copy;

  hv_set (settings, "InstanceID", id);
  hv_set_list (settings, "BootSourceOrder", NULL);
  hv_store_add (self->store, settings);
  copy = hv_config_new (settings);
  for (guint i = 0; i < from->resources->len; i++)
    {
      HvObject *resource = hv_object_copy (g_ptr_array_index (from->resources, i));
      g_autofree char *instance = replace_prefix (hv_get (resource, "InstanceID"), old, id);
      gboolean child = hv_class_find_property (resource->klass, "Parent") != NULL && hv_get (resource, "Parent") != NULL;

      if (child)
        {
          g_autofree char *parent = replace_prefix (hv_get (resource, "Parent"), old, id);

          hv_set (resource, "Parent", parent);
        }
      hv_set (resource, "InstanceID", instance);
      attach (self, copy, resource);
      if (hv_class_find_property (resource->klass, "ResourceSubType") != NULL)
        add_boot_source (self, copy, resource);
    }
  copy_boot_order (from, copy, old, id);
  return copy;
}

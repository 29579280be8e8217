/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/backends/hyperv/hyperv-model.h"

#include <stdio.h>

static void
set_id (AvbWmiObject *object, const char *format, guint number)
{
  g_autofree char *device = g_strdup_printf ("%08u-0000-0000-0000-000000000000", number);
  g_autofree char *id = g_strdup_printf ("Microsoft:" GUID "\\%s%s", device, format);
  g_autofree char *braced = g_strdup_printf ("{%s}", device);
  const char      *identifiers[] = { braced, NULL };

  avb_wmi_object_set_string (object, "InstanceID", id);
  if (avb_wmi_object_get_uint (object, "ResourceType", 0) == AVB_HYPERV_TYPE_SCSI)
    avb_wmi_object_set_strings (object, "VirtualSystemIdentifiers", identifiers);
}

AvbWmiObject *
hyperv_model_add (HypervModel *model, AvbWmiObject *object, const char *end)
{
  set_id (object, end, ++model->serial);
  g_ptr_array_add (model->config->components, object);
  return object;
}

AvbWmiObject *
hyperv_model_new_resource (const char *class_name, guint type, const char *sub_type)
{
  AvbWmiObject *object = avb_wmi_object_new (class_name);

  avb_wmi_object_set_uint (object, "ResourceType", AVB_WMI_UINT16, type);
  avb_wmi_object_set_string (object, "ResourceSubType", sub_type);
  return object;
}

static void
add_size (HypervModel *model)
{
  AvbWmiObject *processor = hyperv_model_new_resource ("Msvm_ProcessorSettingData", 3, "Microsoft:Hyper-V:Processor");
  AvbWmiObject *memory = hyperv_model_new_resource ("Msvm_MemorySettingData", 4, "Microsoft:Hyper-V:Memory");

  avb_wmi_object_set_uint (processor, "VirtualQuantity", AVB_WMI_UINT64, 1);
  avb_wmi_object_set_uint (processor, "Weight", AVB_WMI_UINT32, 77);
  hyperv_model_add (model, processor, "\\p");
  avb_wmi_object_set_uint (memory, "VirtualQuantity", AVB_WMI_UINT64, 512);
  avb_wmi_object_set_uint (memory, "Reservation", AVB_WMI_UINT64, 512);
  avb_wmi_object_set_uint (memory, "Limit", AVB_WMI_UINT64, 1024 * 1024);
  hyperv_model_add (model, memory, "\\m");
}

static void
add_switch (HypervModel *model, const char *name, const char *id, gboolean external)
{
  g_autoptr (AvbWmiPath) path = avb_wmi_path_new ("Msvm_VirtualEthernetSwitch", "CreationClassName",
                                                  "Msvm_VirtualEthernetSwitch", "Name", id, NULL);
  g_autofree char *text = avb_wmi_path_to_text (path);

  g_ptr_array_add (model->config->switches, avb_hyperv_switch_new (name, id, text, external));
}

static void
add_switches (HypervModel *model)
{
  add_switch (model, "Default Switch", "C08CB7B8-9B3C-408E-8E30-5E16A3AEB444", FALSE);
  add_switch (model, "inside", SWITCH (1), FALSE);
  add_switch (model, "LAN", SWITCH (2), TRUE);
  add_switch (model, "LAN", SWITCH (3), FALSE);
}

HypervModel *
hyperv_model_new (AvbMachineSpec *spec)
{
  static const guint64 order[] = { 1, 2, 3, 0 };
  HypervModel               *model = g_new0 (HypervModel, 1);
  AvbWmiObject        *settings = avb_hyperv_spec_new_settings (spec, "mark");

  avb_wmi_object_set_string (settings, "InstanceID", "Microsoft:" GUID);
  avb_wmi_object_set_string (settings, "Unknown", "kept");
  model->config = avb_hyperv_config_new (settings);
  add_size (model);
  add_switches (model);
  if (avb_hyperv_config_get_generation (model->config) == 2)
    {
      model->config->security = avb_wmi_object_new ("Msvm_SecuritySettingData");
      avb_wmi_object_set_string (model->config->security, "InstanceID", "Microsoft:" GUID "\\security");
      return model;
    }
  avb_wmi_object_set_uints (settings, "BootOrder", AVB_WMI_UINT16, order, 4);
  for (guint i = 0; i < 2; i++)
    {
      AvbWmiObject *ide = hyperv_model_new_resource (AVB_HYPERV_RASD, AVB_HYPERV_TYPE_IDE, AVB_HYPERV_SUB_IDE);

      avb_wmi_object_set_string (ide, "Address", i == 0 ? "0" : "1");
      hyperv_model_add (model, ide, "\\i");
    }
  return model;
}

void
hyperv_model_free (HypervModel *model)
{
  avb_hyperv_config_unref (model->config);
  if (model->log != NULL)
    g_string_free (model->log, TRUE);
  g_free (model);
}

static guint
find (GPtrArray *objects, const char *id)
{
  for (guint i = 0; i < objects->len; i++)
    if (g_str_equal (avb_hyperv_get_id (objects->pdata[i]), id))
      return i;
  g_error ("There is no %s", id);
}

static void
append_strings (AvbWmiObject *settings, const char *name, const char *more)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < avb_wmi_object_count (settings, name); i++)
    g_ptr_array_add (list, g_strdup (avb_wmi_object_get_string_at (settings, name, i)));
  g_ptr_array_add (list, g_strdup (more));
  g_ptr_array_add (list, NULL);
  avb_wmi_object_set_strings (settings, name, (const char *const *) list->pdata);
}

/* Firmware finds a drive. */
static void
add_boot_source (HypervModel *model, AvbWmiObject *drive)
{
  g_autofree char *controller = avb_hyperv_dup_path_id (avb_wmi_object_get_string (drive, "Parent"));
  AvbWmiObject    *source = avb_wmi_object_new ("Msvm_BootSourceSettingData");
  g_autofree char *text = NULL;
  g_autofree char *device = NULL;
  guint            number = 0;

  g_assert_cmpint (sscanf (controller, "Microsoft:" GUID "\\%8u", &number), ==, 1);
  /* Little-endian: the first group turned around. */
  device = g_strdup_printf ("\\AcpiEx(VMBus,0,0)\\VenHw(9B17E5A2,%02u%02u%02u%02u000000000000000000000000)\\Scsi(0,%s)",
                            number % 100, number / 100 % 100, number / 10000 % 100, number / 1000000,
                            avb_wmi_object_get_string (drive, "AddressOnParent"));
  set_id (source, "\\b", ++model->serial);
  avb_wmi_object_set_string (source, "FirmwareDevicePath", device);
  g_ptr_array_add (model->config->boot_sources, source);
  text = avb_hyperv_dup_path_text (source);
  append_strings (model->config->settings, "BootSourceOrder", text);
}

static void
do_add (HypervModel *model, AvbHypervStep *step)
{
  for (guint i = 0; i < step->objects->len; i++)
    {
      AvbWmiObject *object = hyperv_model_add (model, avb_wmi_object_copy (step->objects->pdata[i]), "\\x");
      guint64       type = avb_wmi_object_get_uint (object, "ResourceType", 0);

      if (type == AVB_HYPERV_TYPE_ETHERNET)
        {
          set_id (object, "", model->serial);
          if (!avb_wmi_object_get_boolean (object, "StaticMacAddress"))
            avb_wmi_object_set_string (object, "Address", "00155D000001");
        }
      if (avb_hyperv_config_get_generation (model->config) == 2
          && (type == AVB_HYPERV_TYPE_DISK || type == AVB_HYPERV_TYPE_DVD))
        add_boot_source (model, object);
    }
}

static void
remove_all (HypervModel *model, GPtrArray *paths)
{
  for (guint i = 0; i < paths->len; i++)
    g_ptr_array_remove_index (model->config->components,
                              find (model->config->components, avb_wmi_path_get_key (paths->pdata[i], "InstanceID")));
}

/* A drive that went is nothing to start from. */
static void
remove_boot_sources (HypervModel *model)
{
  g_autoptr (GPtrArray) controllers = avb_hyperv_list_controllers (model->config);
  g_autoptr (GPtrArray) drives = avb_hyperv_list_drives (model->config, controllers);

  for (guint i = model->config->boot_sources->len; i > 0; i--)
    {
      gboolean used = FALSE;

      for (guint k = 0; k < drives->len; k++)
        used |= avb_hyperv_find_boot_source (model->config, drives->pdata[k], controllers)
                == model->config->boot_sources->pdata[i - 1];
      if (!used)
        g_ptr_array_remove_index (model->config->boot_sources, i - 1);
    }
}

static void
replace_settings (HypervModel *model, AvbWmiObject *settings)
{
  avb_wmi_object_unref (model->config->settings);
  model->config->settings = avb_wmi_object_copy (settings);
}

static void
do_step (HypervModel *model, AvbHypervStep *step)
{
  switch (step->kind)
    {
    case AVB_HYPERV_STEP_SYSTEM:
      replace_settings (model, step->objects->pdata[0]);
      break;
    case AVB_HYPERV_STEP_SECURITY:
      avb_wmi_object_unref (model->config->security);
      model->config->security = avb_wmi_object_copy (step->objects->pdata[0]);
      break;
    case AVB_HYPERV_STEP_MODIFY:
      for (guint i = 0; i < step->objects->len; i++)
        {
          guint index = find (model->config->components, avb_hyperv_get_id (step->objects->pdata[i]));

          avb_wmi_object_unref (model->config->components->pdata[index]);
          model->config->components->pdata[index] = avb_wmi_object_copy (step->objects->pdata[i]);
        }
      break;
    case AVB_HYPERV_STEP_ADD:
      do_add (model, step);
      break;
    case AVB_HYPERV_STEP_REMOVE:
      remove_all (model, step->parts);
      remove_all (model, step->wholes);
      remove_boot_sources (model);
      break;
    case AVB_HYPERV_STEP_NONE:
    default:
      g_assert_not_reached ();
    }
}

/* --- What the steps say, as text --- */

static const char *const fields[]
    = { "ElementName",     "VirtualSystemSubType", "SecureBootEnabled", "SecureBootTemplateId", "Notes",
        "BootOrder",       "BootSourceOrder",      "TpmEnabled",        "ResourceType",         "ResourceSubType",
        "Parent",          "AddressOnParent",      "HostResource",      "VirtualQuantity",      "Reservation",
        "Limit",           "DynamicMemoryEnabled", "Address",           "StaticMacAddress",     "EnabledState",
        "UserSnapshotType" };

void
hyperv_model_log_object (GString *log, AvbWmiObject *object)
{
  g_string_append_printf (log, "  %s\n", avb_wmi_object_get_class (object));
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    for (guint k = 0; k < avb_wmi_object_count (object, fields[i]); k++)
      {
        const char      *value = avb_wmi_object_get_string_at (object, fields[i], k);
        g_autofree char *escaped = g_strescape (value != NULL ? value : "", "\"\\äöüß—中文🎉");

        g_string_append_printf (log, "    %s = %s\n", fields[i], escaped);
      }
}

static void
log_step (GString *log, AvbHypervStep *step)
{
  static const char *const names[] = { "none", "system", "security", "modify", "add", "remove" };

  g_string_append_printf (log, "%s\n", names[step->kind]);
  for (guint i = 0; i < step->objects->len; i++)
    hyperv_model_log_object (log, step->objects->pdata[i]);
  for (guint i = 0; i < step->parts->len + step->wholes->len; i++)
    g_string_append_printf (log, "    %s\n",
                            avb_wmi_path_get_key (i < step->parts->len ? step->parts->pdata[i]
                                                                       : step->wholes->pdata[i - step->parts->len],
                                                  "InstanceID"));
}

void
hyperv_model_bring (HypervModel *model, AvbMachineSpec *spec)
{
  for (model->n_steps = 0;; model->n_steps++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AvbHypervStep) step = avb_hyperv_spec_next_step (model->config, spec, &error);

      g_assert_no_error (error);
      if (step->kind == AVB_HYPERV_STEP_NONE)
        break;
      if (model->log != NULL)
        log_step (model->log, step);
      g_assert_cmpuint (model->n_steps, <, AVB_HYPERV_MAX_STEPS);
      do_step (model, step);
    }
}

static char *
describe (AvbMachineSpec *spec)
{
  GString   *text = g_string_new (NULL);
  GPtrArray *disks = avb_machine_spec_get_disks (spec);
  GPtrArray *nics = avb_machine_spec_get_interfaces (spec);

  g_string_append_printf (text, "%s|%s|%s|%u|%" G_GUINT64_FORMAT "|%d|%d|%d", avb_machine_spec_get_name (spec),
                          avb_machine_spec_get_description (spec), avb_machine_spec_get_os_id (spec),
                          avb_machine_spec_get_cpus (spec), avb_machine_spec_get_memory_mib (spec),
                          avb_machine_spec_get_firmware (spec), avb_machine_spec_get_tpm (spec),
                          avb_machine_spec_get_graphics (spec));
  for (guint i = 0; i < AVB_N_EXTRAS; i++)
    g_string_append_printf (text, "%d", avb_machine_spec_get_extra (spec, i));
  for (guint i = 0; i < disks->len; i++)
    {
      const AvbDiskSpec *disk = disks->pdata[i];

      g_string_append_printf (text, "\ndisk %d %d %s %s %d %u", disk->device, disk->bus, disk->path, disk->format,
                              disk->read_only, disk->boot_order);
    }
  for (guint i = 0; i < nics->len; i++)
    {
      const AvbInterfaceSpec *nic = nics->pdata[i];

      g_string_append_printf (text, "\nnic %d %s %s", nic->kind, nic->source, nic->mac);
    }
  return g_string_free (text, FALSE);
}

void
hyperv_model_assert_reads (HypervModel *model, AvbMachineSpec *spec)
{
  g_autoptr (AvbMachineSpec) read = avb_hyperv_spec_read (model->config);
  g_autofree char *is = describe (read);
  g_autofree char *wanted = describe (spec);

  if (!avb_machine_spec_equal (read, spec))
    g_error ("This was read:\n%s\n\nand this was wanted:\n%s", is, wanted);
  g_assert_cmpstr (avb_wmi_object_get_string (model->config->settings, "Unknown"), ==, "kept");
}

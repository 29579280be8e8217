/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "backends/avb-error.h"
#include "backends/hyperv/avb-hyperv-devices.h"
#include "tests/avb-test.h"

/* Specs to Hyper-V's objects and back, on a model of what a host keeps: it does what each step says and gives what is
 * new its names. What the steps are is held by golden texts. */

#define GUID "5B0CF3E5-9D5F-4E7F-8A1F-0123456789AB"
#define SWITCH(n) "0000000" #n "-0000-0000-0000-000000000000"

typedef struct {
  AvbHypervConfig *config;
  guint            serial;
  guint            n_steps;
  GString         *log; /* (nullable) */
} Model;

/* --- The model of a host --- */

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

static AvbWmiObject *
add (Model *model, AvbWmiObject *object, const char *end)
{
  set_id (object, end, ++model->serial);
  g_ptr_array_add (model->config->components, object);
  return object;
}

static AvbWmiObject *
new_resource (const char *class_name, guint type, const char *sub_type)
{
  AvbWmiObject *object = avb_wmi_object_new (class_name);

  avb_wmi_object_set_uint (object, "ResourceType", AVB_WMI_UINT16, type);
  avb_wmi_object_set_string (object, "ResourceSubType", sub_type);
  return object;
}

static void
add_size (Model *model)
{
  AvbWmiObject *processor = new_resource ("Msvm_ProcessorSettingData", 3, "Microsoft:Hyper-V:Processor");
  AvbWmiObject *memory = new_resource ("Msvm_MemorySettingData", 4, "Microsoft:Hyper-V:Memory");

  avb_wmi_object_set_uint (processor, "VirtualQuantity", AVB_WMI_UINT64, 1);
  avb_wmi_object_set_uint (processor, "Weight", AVB_WMI_UINT32, 77);
  add (model, processor, "\\p");
  avb_wmi_object_set_uint (memory, "VirtualQuantity", AVB_WMI_UINT64, 512);
  avb_wmi_object_set_uint (memory, "Reservation", AVB_WMI_UINT64, 512);
  avb_wmi_object_set_uint (memory, "Limit", AVB_WMI_UINT64, 1024 * 1024);
  add (model, memory, "\\m");
}

static void
add_switch (Model *model, const char *name, const char *id, gboolean external)
{
  g_autoptr (AvbWmiPath) path = avb_wmi_path_new ("Msvm_VirtualEthernetSwitch", "CreationClassName",
                                                  "Msvm_VirtualEthernetSwitch", "Name", id, NULL);
  g_autofree char *text = avb_wmi_path_to_text (path);

  g_ptr_array_add (model->config->switches, avb_hyperv_switch_new (name, id, text, external));
}

static void
add_switches (Model *model)
{
  add_switch (model, "Default Switch", "C08CB7B8-9B3C-408E-8E30-5E16A3AEB444", FALSE);
  add_switch (model, "inside", SWITCH (1), FALSE);
  add_switch (model, "LAN", SWITCH (2), TRUE);
  add_switch (model, "LAN", SWITCH (3), FALSE);
}

static Model *
model_new (AvbMachineSpec *spec)
{
  static const guint64 order[] = { 1, 2, 3, 0 };
  Model               *model = g_new0 (Model, 1);
  AvbWmiObject        *settings = avb_hyperv_spec_new_settings (spec);

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
      AvbWmiObject *ide = new_resource (AVB_HYPERV_RASD, AVB_HYPERV_TYPE_IDE, AVB_HYPERV_SUB_IDE);

      avb_wmi_object_set_string (ide, "Address", i == 0 ? "0" : "1");
      add (model, ide, "\\i");
    }
  return model;
}

static void
model_free (Model *model)
{
  avb_hyperv_config_unref (model->config);
  if (model->log != NULL)
    g_string_free (model->log, TRUE);
  g_free (model);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Model, model_free)

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
add_boot_source (Model *model, AvbWmiObject *drive)
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
do_add (Model *model, AvbHypervStep *step)
{
  for (guint i = 0; i < step->objects->len; i++)
    {
      AvbWmiObject *object = add (model, avb_wmi_object_copy (step->objects->pdata[i]), "\\x");
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
remove_all (Model *model, GPtrArray *paths)
{
  for (guint i = 0; i < paths->len; i++)
    g_ptr_array_remove_index (model->config->components,
                              find (model->config->components, avb_wmi_path_get_key (paths->pdata[i], "InstanceID")));
}

/* A drive that went is nothing to start from. */
static void
remove_boot_sources (Model *model)
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
replace_settings (Model *model, AvbWmiObject *settings)
{
  avb_wmi_object_unref (model->config->settings);
  model->config->settings = avb_wmi_object_copy (settings);
}

static void
do_step (Model *model, AvbHypervStep *step)
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

static void
log_object (GString *log, AvbWmiObject *object)
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
    log_object (log, step->objects->pdata[i]);
  for (guint i = 0; i < step->parts->len + step->wholes->len; i++)
    g_string_append_printf (log, "    %s\n",
                            avb_wmi_path_get_key (i < step->parts->len ? step->parts->pdata[i]
                                                                       : step->wholes->pdata[i - step->parts->len],
                                                  "InstanceID"));
}

static void
bring (Model *model, AvbMachineSpec *spec)
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

static void
assert_reads (Model *model, AvbMachineSpec *spec)
{
  g_autoptr (AvbMachineSpec) read = avb_hyperv_spec_read (model->config);
  g_autofree char *is = describe (read);
  g_autofree char *wanted = describe (spec);

  if (!avb_machine_spec_equal (read, spec))
    g_error ("This was read:\n%s\n\nand this was wanted:\n%s", is, wanted);
  g_assert_cmpstr (avb_wmi_object_get_string (model->config->settings, "Unknown"), ==, "kept");
}

/* --- Specs --- */

static AvbMachineSpec *
new_spec (const char *name, AvbFirmware firmware)
{
  AvbMachineSpec *spec = avb_machine_spec_new ();

  avb_machine_spec_set_name (spec, name);
  avb_machine_spec_set_firmware (spec, firmware);
  return spec;
}

static AvbDiskSpec *
add_disk (AvbMachineSpec *spec, AvbDiskDevice device, AvbDiskBus bus, const char *path, guint boot)
{
  AvbDiskSpec *disk = avb_disk_spec_new (
      device, bus, path, path != NULL ? avb_hyperv_format_of (path, device == AVB_DISK_DEVICE_CDROM) : NULL);

  disk->boot_order = boot;
  avb_machine_spec_add_disk (spec, disk);
  return disk;
}

static void
add_nic (AvbMachineSpec *spec, AvbInterfaceKind kind, const char *source, const char *mac)
{
  AvbInterfaceSpec *nic = avb_interface_spec_new (kind, source, "virtio");

  nic->mac = g_strdup (mac);
  avb_machine_spec_add_interface (spec, nic);
}

#define DISK AVB_DISK_DEVICE_DISK
#define CD AVB_DISK_DEVICE_CDROM

static AvbMachineSpec *
spec_plain (void)
{
  return new_spec ("plain", AVB_FIRMWARE_UEFI);
}

static AvbMachineSpec *
spec_plain_bios (void)
{
  return new_spec ("plain", AVB_FIRMWARE_BIOS);
}

static AvbMachineSpec *
spec_linux (void)
{
  AvbMachineSpec *spec = new_spec ("debian", AVB_FIRMWARE_UEFI_SECURE);

  avb_machine_spec_set_os_id (spec, "http://debian.org/debian/13");
  avb_machine_spec_set_cpus (spec, 4);
  avb_machine_spec_set_memory_mib (spec, 4096);
  add_disk (spec, DISK, AVB_DISK_BUS_VIRTIO, "C:\\VMs\\debian.vhdx", 2);
  add_disk (spec, CD, AVB_DISK_BUS_SATA, "D:\\ISO\\debian 13.iso", 1);
  add_nic (spec, AVB_INTERFACE_USER, NULL, NULL);
  return spec;
}

static AvbMachineSpec *
spec_windows (void)
{
  AvbMachineSpec *spec = new_spec ("Windows 11", AVB_FIRMWARE_UEFI_SECURE);

  avb_machine_spec_set_os_id (spec, "http://microsoft.com/win/11");
  avb_machine_spec_set_tpm (spec, TRUE);
  avb_machine_spec_set_memory_mib (spec, 8192);
  add_disk (spec, DISK, AVB_DISK_BUS_SCSI, "C:\\VMs\\win.vhdx", 1);
  add_nic (spec, AVB_INTERFACE_BRIDGE, "LAN", "52:54:00:aa:bb:cc");
  return spec;
}

static AvbMachineSpec *
spec_tpm_without_secure_boot (void)
{
  AvbMachineSpec *spec = new_spec ("tpm", AVB_FIRMWARE_UEFI);

  avb_machine_spec_set_tpm (spec, TRUE);
  return spec;
}

static AvbMachineSpec *
spec_old (void)
{
  AvbMachineSpec *spec = new_spec ("Windows XP", AVB_FIRMWARE_BIOS);

  avb_machine_spec_set_memory_mib (spec, 512);
  add_disk (spec, DISK, AVB_DISK_BUS_IDE, "C:\\VMs\\xp.vhd", 2);
  add_disk (spec, CD, AVB_DISK_BUS_IDE, "C:\\ISO\\xp.iso", 1);
  add_nic (spec, AVB_INTERFACE_NETWORK, "inside", NULL);
  return spec;
}

static AvbMachineSpec *
spec_old_disk_first (void)
{
  AvbMachineSpec *spec = new_spec ("disk first", AVB_FIRMWARE_BIOS);

  add_disk (spec, CD, AVB_DISK_BUS_SATA, "C:\\ISO\\xp.iso", 0);
  add_disk (spec, DISK, AVB_DISK_BUS_VIRTIO, "C:\\VMs\\xp.vhd", 1);
  return spec;
}

static AvbMachineSpec *
spec_old_full (void)
{
  AvbMachineSpec *spec = new_spec ("full", AVB_FIRMWARE_BIOS);

  add_disk (spec, DISK, AVB_DISK_BUS_SCSI, "C:\\VMs\\data.vhdx", 0);
  add_disk (spec, DISK, AVB_DISK_BUS_IDE, "C:\\VMs\\a.vhdx", 1);
  add_disk (spec, CD, AVB_DISK_BUS_IDE, NULL, 0);
  add_disk (spec, DISK, AVB_DISK_BUS_IDE, "C:\\VMs\\b.vhdx", 0);
  add_disk (spec, CD, AVB_DISK_BUS_IDE, "C:\\ISO\\c.iso", 2);
  return spec;
}

static AvbMachineSpec *
spec_empty_drive (void)
{
  AvbMachineSpec *spec = new_spec ("empty drive", AVB_FIRMWARE_UEFI);

  add_disk (spec, CD, AVB_DISK_BUS_SCSI, NULL, 0);
  return spec;
}

static AvbMachineSpec *
spec_many_disks (void)
{
  AvbMachineSpec *spec = new_spec ("many disks", AVB_FIRMWARE_UEFI);

  for (guint i = 0; i < 130; i++)
    {
      g_autofree char *path = g_strdup_printf ("C:\\VMs\\%u.vhdx", i);

      add_disk (spec, DISK, i % 3 == 0 ? AVB_DISK_BUS_VIRTIO : AVB_DISK_BUS_SCSI, path, i == 100 ? 1 : 0);
    }
  return spec;
}

static AvbMachineSpec *
spec_boot_last (void)
{
  AvbMachineSpec *spec = new_spec ("boot last", AVB_FIRMWARE_UEFI);

  add_disk (spec, DISK, AVB_DISK_BUS_SCSI, "C:\\1.vhdx", 3);
  add_disk (spec, DISK, AVB_DISK_BUS_SCSI, "C:\\2.vhdx", 2);
  add_disk (spec, DISK, AVB_DISK_BUS_SCSI, "C:\\3.vhdx", 1);
  return spec;
}

static AvbMachineSpec *
spec_no_boot (void)
{
  AvbMachineSpec *spec = new_spec ("no boot", AVB_FIRMWARE_UEFI);

  add_disk (spec, DISK, AVB_DISK_BUS_SCSI, "C:\\1.vhdx", 0);
  return spec;
}

static AvbMachineSpec *
spec_gaps_in_boot (void)
{
  AvbMachineSpec *spec = new_spec ("gaps", AVB_FIRMWARE_UEFI);

  add_disk (spec, DISK, AVB_DISK_BUS_SCSI, "C:\\1.vhdx", 7);
  add_disk (spec, DISK, AVB_DISK_BUS_SCSI, "C:\\2.vhdx", 0);
  add_disk (spec, CD, AVB_DISK_BUS_IDE, "C:\\3.iso", 5);
  return spec;
}

static AvbMachineSpec *
spec_unc (void)
{
  AvbMachineSpec *spec = new_spec ("on a share", AVB_FIRMWARE_UEFI);

  add_disk (spec, DISK, AVB_DISK_BUS_SCSI, "\\\\nas\\disks\\Zürich \"1\".vhdx", 1);
  return spec;
}

static AvbMachineSpec *
spec_nics (void)
{
  AvbMachineSpec *spec = new_spec ("nics", AVB_FIRMWARE_UEFI);

  add_nic (spec, AVB_INTERFACE_NETWORK, "inside", NULL);
  add_nic (spec, AVB_INTERFACE_USER, NULL, "00:15:5d:01:02:03");
  add_nic (spec, AVB_INTERFACE_BRIDGE, "LAN", NULL);
  add_nic (spec, AVB_INTERFACE_NETWORK, "LAN", "AA:BB:CC:DD:EE:FF");
  add_nic (spec, AVB_INTERFACE_NETWORK, "inside", NULL);
  return spec;
}

static AvbMachineSpec *
spec_description (void)
{
  AvbMachineSpec *spec = new_spec ("described", AVB_FIRMWARE_UEFI);

  avb_machine_spec_set_description (spec, "For the accounts.\n\n\tRestart on Sundays only.\n");
  avb_machine_spec_set_os_id (spec, "http://fedoraproject.org/fedora/42");
  return spec;
}

static AvbMachineSpec *
spec_description_like_a_block (void)
{
  AvbMachineSpec *spec = new_spec ("sly", AVB_FIRMWARE_UEFI);

  avb_machine_spec_set_description (spec, "a\n[Alpha VBox 1.0]\nos=http://nowhere\n[/Alpha VBox]\nb");
  for (guint i = 0; i < AVB_N_EXTRAS; i++)
    avb_machine_spec_set_extra (spec, i, FALSE);
  return spec;
}

static AvbMachineSpec *
spec_name_in_many_scripts (void)
{
  AvbMachineSpec *spec = new_spec ("<Zürich & \"中文\"> \\ العربية 🎉 'x'", AVB_FIRMWARE_UEFI);

  avb_machine_spec_set_description (spec, "مرحبا <b>&amp;</b>");
  return spec;
}

static AvbMachineSpec *
spec_no_extras (void)
{
  AvbMachineSpec *spec = new_spec ("no extras", AVB_FIRMWARE_UEFI);

  for (guint i = 0; i < AVB_N_EXTRAS; i++)
    avb_machine_spec_set_extra (spec, i, FALSE);
  return spec;
}

static AvbMachineSpec *
spec_some_extras (void)
{
  AvbMachineSpec *spec = spec_no_extras ();

  avb_machine_spec_set_extra (spec, AVB_EXTRA_SOUND, TRUE);
  avb_machine_spec_set_extra (spec, AVB_EXTRA_GUEST_AGENT, TRUE);
  return spec;
}

static AvbMachineSpec *
spec_no_display (void)
{
  AvbMachineSpec *spec = new_spec ("no display", AVB_FIRMWARE_UEFI);

  avb_machine_spec_set_graphics (spec, FALSE);
  return spec;
}

static AvbMachineSpec *
spec_architecture (void)
{
  AvbMachineSpec *spec = new_spec ("host's own", AVB_FIRMWARE_UEFI);

  avb_machine_spec_set_architecture (spec, "x86_64");
  return spec;
}

static AvbMachineSpec *
spec_large (void)
{
  AvbMachineSpec *spec = new_spec ("large", AVB_FIRMWARE_UEFI);

  avb_machine_spec_set_cpus (spec, 240);
  avb_machine_spec_set_memory_mib (spec, 12ull * 1024 * 1024);
  return spec;
}

static AvbMachineSpec *
spec_settings (void)
{
  AvbMachineSpec *spec = new_spec ("settings", AVB_FIRMWARE_UEFI);

  avb_machine_spec_set_setting (spec, "group", "work=1; [x]");
  avb_machine_spec_set_setting (spec, "display-scale", "2");
  return spec;
}

static const struct {
  const char *name;
  AvbMachineSpec *(*make) (void);
} specs[] = {
  { "plain", spec_plain },
  { "plain-bios", spec_plain_bios },
  { "linux", spec_linux },
  { "windows", spec_windows },
  { "tpm-without-secure-boot", spec_tpm_without_secure_boot },
  { "old", spec_old },
  { "old-disk-first", spec_old_disk_first },
  { "old-full", spec_old_full },
  { "empty-drive", spec_empty_drive },
  { "many-disks", spec_many_disks },
  { "boot-last", spec_boot_last },
  { "no-boot", spec_no_boot },
  { "gaps-in-boot", spec_gaps_in_boot },
  { "unc", spec_unc },
  { "nics", spec_nics },
  { "description", spec_description },
  { "description-like-a-block", spec_description_like_a_block },
  { "name-in-many-scripts", spec_name_in_many_scripts },
  { "no-extras", spec_no_extras },
  { "some-extras", spec_some_extras },
  { "no-display", spec_no_display },
  { "architecture", spec_architecture },
  { "large", spec_large },
  { "settings", spec_settings },
};

/* --- Tests --- */

static Model *
make (guint i, AvbMachineSpec **out_spec, gboolean log)
{
  AvbMachineSpec  *spec = specs[i].make ();
  Model           *model = model_new (spec);
  g_autoptr (GError) error = NULL;

  g_assert_true (avb_machine_spec_validate (spec, &error));
  g_assert_true (avb_hyperv_spec_check (spec, NULL, model->config->switches, "x86_64", &error));
  g_assert_no_error (error);
  if (log)
    {
      g_autoptr (AvbWmiObject) settings = avb_hyperv_spec_new_settings (spec);

      model->log = g_string_new (NULL);
      g_string_append_printf (model->log, "=== %s\ndefine\n", specs[i].name);
      log_object (model->log, settings);
    }
  bring (model, spec);
  *out_spec = spec;
  return model;
}

static void
test_there_and_back (gconstpointer data)
{
  g_autoptr (AvbMachineSpec) spec = NULL;
  g_autoptr (Model) model = make (GPOINTER_TO_UINT (data), &spec, FALSE);
  g_autoptr (AvbMachineSpec) read = NULL;

  assert_reads (model, spec);
  g_assert_false (avb_hyperv_spec_needs_off (model->config, spec));
  /* What was read changes nothing, and is allowed. */
  read = avb_hyperv_spec_read (model->config);
  g_assert_true (avb_hyperv_spec_check (read, model->config, model->config->switches, "x86_64", NULL));
  bring (model, read);
  g_assert_cmpuint (model->n_steps, ==, 0);
}

/* From each to each: whatever a machine was. */
static void
test_each_to_each (void)
{
  for (guint from = 0; from < G_N_ELEMENTS (specs); from++)
    for (guint to = 0; to < G_N_ELEMENTS (specs); to++)
      {
        g_autoptr (AvbMachineSpec) first = NULL;
        g_autoptr (AvbMachineSpec) second = specs[to].make ();
        g_autoptr (Model) model = NULL;
        g_autofree char *label = g_strdup_printf ("%s to %s", specs[from].name, specs[to].name);

        /* Long, and more of the same. */
        if ((g_str_equal (specs[from].name, "many-disks") || g_str_equal (specs[to].name, "many-disks"))
            && (from + to) % 8 != 0)
          continue;
        model = make (from, &first, FALSE);
        g_test_message ("%s", label);
        if ((avb_machine_spec_get_firmware (first) == AVB_FIRMWARE_BIOS)
            != (avb_machine_spec_get_firmware (second) == AVB_FIRMWARE_BIOS))
          {
            g_autoptr (GError) error = NULL;

            g_assert_false (avb_hyperv_spec_check (second, model->config, model->config->switches, NULL, &error));
            g_assert_error (error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
            continue;
          }
        bring (model, second);
        assert_reads (model, second);
      }
}

static void
test_golden (void)
{
  const char *golden = g_getenv ("AVB_HYPERV_GOLDEN");
  const char *update = g_getenv ("AVB_HYPERV_GOLDEN_UPDATE");
  g_autoptr (GString) all = g_string_new (NULL);
  g_autofree char *expected = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    {
      g_autoptr (AvbMachineSpec) spec = NULL;
      g_autoptr (Model) model = NULL;

      /* Long, and more of the same. */
      if (g_str_equal (specs[i].name, "many-disks"))
        continue;
      model = make (i, &spec, TRUE);
      g_string_append (all, model->log->str);
    }
  if (update != NULL)
    {
      g_assert_true (g_file_set_contents (update, all->str, -1, NULL));
      g_test_skip ("written anew");
      return;
    }
  g_assert_true (g_file_get_contents (golden, &expected, NULL, NULL));
  {
    g_auto (GStrv) is = g_strsplit (all->str, "\n", -1);
    g_auto (GStrv) wanted = g_strsplit (expected, "\n", -1);

    for (guint i = 0; is[i] != NULL && wanted[i] != NULL; i++)
      {
        if (!g_str_equal (is[i], wanted[i]))
          g_test_message ("line %u", i + 1);
        g_assert_cmpstr (is[i], ==, wanted[i]);
      }
    g_assert_cmpuint (g_strv_length (is), ==, g_strv_length (wanted));
  }
}

typedef void (*Spoil) (AvbMachineSpec *spec);

static void
assert_refused (Spoil spoil, int code)
{
  g_autoptr (AvbMachineSpec) spec = spec_plain ();
  g_autoptr (Model) model = model_new (spec);
  g_autoptr (GError) error = NULL;

  spoil (spec);
  g_assert_false (avb_hyperv_spec_check (spec, NULL, model->config->switches, "x86_64", &error));
  g_assert_error (error, AVB_ERROR, code);
  g_assert_true (g_str_has_suffix (error->message, "."));
}

static void spoil_emulated (AvbMachineSpec *spec) { avb_machine_spec_set_accelerated (spec, FALSE); }
static void spoil_architecture (AvbMachineSpec *spec) { avb_machine_spec_set_architecture (spec, "aarch64"); }
static void spoil_transient (AvbMachineSpec *spec) { avb_machine_spec_set_transient (spec, TRUE); }
static void spoil_kernel (AvbMachineSpec *spec) { avb_machine_spec_set_kernel (spec, "/k"); }
static void spoil_serial (AvbMachineSpec *spec) { avb_machine_spec_set_serial (spec, "/s"); }
static void spoil_channel (AvbMachineSpec *spec) { avb_machine_spec_set_extra (spec, AVB_EXTRA_SETUP_CHANNEL, TRUE); }
static void spoil_share (AvbMachineSpec *spec) { avb_machine_spec_add_share (spec, avb_share_spec_new ("/home", "home")); }
static void spoil_memory (AvbMachineSpec *spec) { avb_machine_spec_set_memory_mib (spec, 1023); }
static void spoil_little_memory (AvbMachineSpec *spec) { avb_machine_spec_set_memory_mib (spec, 30); }
static void spoil_cpus (AvbMachineSpec *spec) { avb_machine_spec_set_cpus (spec, 10000); }
static void spoil_floppy (AvbMachineSpec *spec) { add_disk (spec, AVB_DISK_DEVICE_FLOPPY, AVB_DISK_BUS_FDC, "C:\\a.vfd", 0); }
static void spoil_usb (AvbMachineSpec *spec) { add_disk (spec, DISK, AVB_DISK_BUS_USB, "C:\\a.vhdx", 0); }
static void spoil_read_only (AvbMachineSpec *spec) { add_disk (spec, DISK, AVB_DISK_BUS_SCSI, "C:\\a.vhdx", 0)->read_only = TRUE; }
static void spoil_format (AvbMachineSpec *spec) { g_set_str (&add_disk (spec, DISK, AVB_DISK_BUS_SCSI, "C:\\a.vhdx", 0)->format, "qcow2"); }
static void spoil_ending (AvbMachineSpec *spec) { add_disk (spec, DISK, AVB_DISK_BUS_SCSI, "C:\\a.qcow2", 0); }
static void spoil_user (AvbMachineSpec *spec) { add_nic (spec, AVB_INTERFACE_NETWORK, "nowhere", NULL); }
static void spoil_bridge (AvbMachineSpec *spec) { add_nic (spec, AVB_INTERFACE_BRIDGE, "inside", NULL); }

static void
spoil_tpm (AvbMachineSpec *spec)
{
  avb_machine_spec_set_firmware (spec, AVB_FIRMWARE_BIOS);
  avb_machine_spec_set_tpm (spec, TRUE);
}

static void
spoil_ide (AvbMachineSpec *spec)
{
  avb_machine_spec_set_firmware (spec, AVB_FIRMWARE_BIOS);
  for (guint i = 0; i < 5; i++)
    add_disk (spec, CD, AVB_DISK_BUS_IDE, NULL, 0);
}

static void
spoil_nics (AvbMachineSpec *spec)
{
  for (guint i = 0; i < 9; i++)
    add_nic (spec, AVB_INTERFACE_USER, NULL, NULL);
}

static void
spoil_name (AvbMachineSpec *spec)
{
  g_autofree char *name = g_strnfill (101, 'x');

  avb_machine_spec_set_name (spec, name);
}

static void
test_refused (void)
{
  static const Spoil never[] = { spoil_emulated, spoil_architecture, spoil_transient, spoil_kernel, spoil_serial,
                                 spoil_channel, spoil_share, spoil_memory, spoil_little_memory, spoil_cpus, spoil_floppy,
                                 spoil_usb, spoil_read_only, spoil_format, spoil_ending, spoil_tpm, spoil_ide,
                                 spoil_nics, spoil_name };

  for (gsize i = 0; i < G_N_ELEMENTS (never); i++)
    assert_refused (never[i], AVB_ERROR_NOT_SUPPORTED);
  assert_refused (spoil_user, AVB_ERROR_INVALID);
  assert_refused (spoil_bridge, AVB_ERROR_INVALID);
}

/* What others set stays, and one change touches one object. */
static void
test_keeps_what_is_not_known (void)
{
  g_autoptr (AvbMachineSpec) spec = spec_linux ();
  g_autoptr (Model) model = model_new (spec);
  AvbWmiObject *memory = avb_hyperv_config_find (model->config, "Msvm_MemorySettingData");
  AvbWmiObject *strange = new_resource (AVB_HYPERV_RASD, 1, "Contoso:Device");

  avb_wmi_object_set_boolean (memory, "DynamicMemoryEnabled", TRUE);
  avb_wmi_object_set_uint (memory, "TargetMemoryBuffer", AVB_WMI_UINT32, 33);
  add (model, strange, "\\strange");
  bring (model, spec);
  memory = avb_hyperv_config_find (model->config, "Msvm_MemorySettingData");
  g_assert_true (avb_wmi_object_get_boolean (memory, "DynamicMemoryEnabled"));
  g_assert_cmpuint (avb_wmi_object_get_uint (memory, "TargetMemoryBuffer", 0), ==, 33);
  g_assert_cmpuint (avb_wmi_object_get_uint (memory, "VirtualQuantity", 0), ==, 4096);
  g_assert_cmpuint (avb_wmi_object_get_uint (memory, "Reservation", 0), ==, 512);
  g_assert_cmpuint (avb_wmi_object_get_uint (memory, "Limit", 0), ==, 1024 * 1024);
  g_assert_cmpuint (avb_wmi_object_get_uint (avb_hyperv_config_find (model->config, "Msvm_ProcessorSettingData"),
                                             "Weight", 0), ==, 77);
  g_assert_true (g_ptr_array_find (model->config->components, strange, NULL));

  avb_machine_spec_set_cpus (spec, 3);
  {
    g_autoptr (AvbHypervStep) step = avb_hyperv_spec_next_step (model->config, spec, NULL);

    g_assert_cmpint (step->kind, ==, AVB_HYPERV_STEP_MODIFY);
    g_assert_cmpuint (step->objects->len, ==, 1);
  }
  g_assert_true (avb_hyperv_spec_needs_off (model->config, spec));
  bring (model, spec);
  g_assert_cmpuint (model->n_steps, ==, 1);
}

static void
test_other_disc (void)
{
  g_autoptr (AvbMachineSpec) spec = spec_linux ();
  g_autoptr (Model) model = model_new (spec);
  AvbDiskSpec *disc = avb_machine_spec_get_disks (spec)->pdata[1];

  bring (model, spec);
  g_set_str (&disc->path, "D:\\ISO\\other.iso");
  g_assert_false (avb_hyperv_spec_needs_off (model->config, spec));
  bring (model, spec);
  g_assert_cmpuint (model->n_steps, ==, 1);
  assert_reads (model, spec);
  g_clear_pointer (&disc->path, g_free);
  bring (model, spec);
  g_assert_cmpuint (model->n_steps, ==, 1);
  assert_reads (model, spec);
  g_set_str (&disc->path, "D:\\ISO\\third.iso");
  bring (model, spec);
  g_assert_cmpuint (model->n_steps, ==, 1);
  assert_reads (model, spec);
}

/* Somebody changed the order in Hyper-V Manager: what the notes say of it is old. */
static void
test_boot_order_of_others (void)
{
  g_autoptr (AvbMachineSpec) spec = spec_linux ();
  g_autoptr (Model) model = model_new (spec);
  g_autoptr (AvbMachineSpec) read = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  bring (model, spec);
  first = g_strdup (avb_wmi_object_get_string_at (model->config->settings, "BootSourceOrder", 0));
  second = g_strdup (avb_wmi_object_get_string_at (model->config->settings, "BootSourceOrder", 1));
  avb_wmi_object_set_strings (model->config->settings, "BootSourceOrder", (const char *[]){ second, first, NULL });
  read = avb_hyperv_spec_read (model->config);
  g_assert_cmpuint (((AvbDiskSpec *) avb_machine_spec_get_disks (read)->pdata[0])->boot_order, ==, 1);
  g_assert_cmpuint (((AvbDiskSpec *) avb_machine_spec_get_disks (read)->pdata[1])->boot_order, ==, 2);
  g_assert_cmpint (((AvbDiskSpec *) avb_machine_spec_get_disks (read)->pdata[0])->bus, ==, AVB_DISK_BUS_VIRTIO);
}

static void
test_template_of_others_stays (void)
{
  g_autoptr (AvbMachineSpec) spec = spec_linux ();
  g_autoptr (Model) model = model_new (spec);

  avb_wmi_object_set_string (model->config->settings, "SecureBootTemplateId", "4292ae2b-ee2c-42b5-a969-dd8f8689f6f3");
  bring (model, spec);
  avb_machine_spec_set_os_id (spec, "http://microsoft.com/win/11");
  bring (model, spec);
  g_assert_cmpstr (avb_wmi_object_get_string (model->config->settings, "SecureBootTemplateId"), ==,
                   "4292ae2b-ee2c-42b5-a969-dd8f8689f6f3");
}

static void
test_notes (void)
{
  g_autoptr (AvbHypervNotes) notes = avb_hyperv_notes_parse ("mine\r\nand more\r\n");
  g_autofree char *merged = NULL;
  g_autofree char *edited = NULL;
  g_autofree char *again = NULL;

  g_assert_cmpstr (notes->description, ==, "mine\nand more\n");
  avb_hyperv_notes_set (notes, "os", "x");
  merged = avb_hyperv_notes_merge ("mine\r\nand more\r\n", notes);
  g_assert_cmpstr (merged, ==, "mine\r\nand more\r\n\r\n\r\n[Alpha VBox 1.0]\r\nos=x\r\n[/Alpha VBox]\r\n");
  /* Somebody writes behind it. */
  edited = g_strconcat (merged, "later\x01", NULL);
  {
    g_autoptr (AvbHypervNotes) more = avb_hyperv_notes_parse (edited);

    g_assert_cmpstr (more->description, ==, "mine\nand more\n\nlater ");
    g_assert_cmpstr (avb_hyperv_notes_get (more, "os"), ==, "x");
    again = avb_hyperv_notes_merge (edited, more);
    g_assert_cmpstr (again, ==, edited);
    avb_hyperv_notes_set (more, "os", "y");
    g_free (again);
    again = avb_hyperv_notes_merge (edited, more);
    g_assert_cmpstr (again, ==,
                     "mine\r\nand more\r\n\r\n\r\n[Alpha VBox 1.0]\r\nos=y\r\n[/Alpha VBox]\r\nlater\x01");
  }
}

static void
test_damaged_notes (void)
{
  static const char *const texts[] = {
    "", "[Alpha VBox 1.0]", "[/Alpha VBox]\n", "a\n[Alpha VBox 1.0]\nos=x", "[Alpha VBox 1.0]\n[Alpha VBox 1.0]\n[/Alpha VBox]",
    "[Alpha VBox 1.0]\n=\n==\na\n=b\nc=\n[/Alpha VBox]\n", "\xff\xfe[Alpha VBox 1.0]\n\xff=\xff\n[/Alpha VBox]",
    "[Alpha VBox 1.0]\ndisks=scsi0:0 , ,, a,b,c scsi9:99,virtio,99999999999999999999\nnics=x x x\n[/Alpha VBox]",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (AvbHypervNotes) notes = avb_hyperv_notes_parse (texts[i]);
      g_autoptr (AvbMachineSpec) spec = spec_linux ();
      g_autoptr (Model) model = model_new (spec);
      g_autoptr (AvbMachineSpec) read = NULL;
      g_autofree char *merged = avb_hyperv_notes_merge (texts[i], notes);

      g_assert_cmpstr (merged, ==, texts[i]);
      bring (model, spec);
      avb_hyperv_settings_set_notes (model->config->settings, texts[i]);
      read = avb_hyperv_spec_read (model->config);
      g_assert_cmpuint (avb_machine_spec_get_disks (read)->len, ==, 2);
      g_assert_true (avb_machine_spec_validate (read, NULL));
    }
}

/* Nothing that a host says ends in anything but a spec. */
static void
test_nonsense_from_the_host (void)
{
  g_autoptr (AvbHypervConfig) config = avb_hyperv_config_new (avb_wmi_object_new ("Msvm_VirtualSystemSettingData"));
  g_autoptr (AvbMachineSpec) read = NULL;
  AvbWmiObject *drive = new_resource (AVB_HYPERV_RASD, AVB_HYPERV_TYPE_DISK, AVB_HYPERV_SUB_DISK);
  AvbWmiObject *self = new_resource (AVB_HYPERV_RASD, AVB_HYPERV_TYPE_SCSI, AVB_HYPERV_SUB_SCSI);
  AvbWmiObject *nic = new_resource (AVB_HYPERV_SEPSD, AVB_HYPERV_TYPE_ETHERNET, AVB_HYPERV_SUB_ETHERNET);

  avb_wmi_object_set_string (drive, "Parent", "\\\\x\\y:z=");
  avb_wmi_object_set_string (drive, "AddressOnParent", "-1");
  avb_wmi_object_set_string (self, "InstanceID", "a");
  avb_wmi_object_set_string (self, "Parent", "Msvm_ResourceAllocationSettingData.InstanceID=\"a\"");
  avb_wmi_object_set_string (self, "VirtualSystemIdentifiers", "{");
  avb_wmi_object_set_string (nic, "Address", "zz");
  avb_wmi_object_set_boolean (nic, "StaticMacAddress", TRUE);
  g_ptr_array_add (config->components, drive);
  g_ptr_array_add (config->components, self);
  g_ptr_array_add (config->components, nic);
  avb_wmi_object_set_string (config->settings, "BootOrder", "x");
  read = avb_hyperv_spec_read (config);
  g_assert_cmpuint (avb_machine_spec_get_disks (read)->len, ==, 0);
  g_assert_cmpuint (avb_machine_spec_get_interfaces (read)->len, ==, 1);
  g_assert_cmpuint (avb_machine_spec_get_cpus (read), ==, 1);
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (specs); i++)
    {
      g_autofree char *path = g_strdup_printf ("/Avb/HypervSpec/there-and-back/%s", specs[i].name);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_there_and_back);
    }
  g_test_add_func ("/Avb/HypervSpec/each-to-each", test_each_to_each);
  g_test_add_func ("/Avb/HypervSpec/golden", test_golden);
  g_test_add_func ("/Avb/HypervSpec/refused", test_refused);
  g_test_add_func ("/Avb/HypervSpec/keeps-what-is-not-known", test_keeps_what_is_not_known);
  g_test_add_func ("/Avb/HypervSpec/other-disc", test_other_disc);
  g_test_add_func ("/Avb/HypervSpec/boot-order-of-others", test_boot_order_of_others);
  g_test_add_func ("/Avb/HypervSpec/template-of-others-stays", test_template_of_others_stays);
  g_test_add_func ("/Avb/HypervSpec/notes", test_notes);
  g_test_add_func ("/Avb/HypervSpec/damaged-notes", test_damaged_notes);
  g_test_add_func ("/Avb/HypervSpec/nonsense-from-the-host", test_nonsense_from_the_host);
  return g_test_run ();
}

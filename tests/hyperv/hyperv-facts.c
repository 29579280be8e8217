/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-host.h"

#include <string.h>

/* The host as it is found: itself, its services, switches, default settings, and its files. */

#define DISK_SIZE (G_GUINT64_CONSTANT (1) << 40)
#define DISK_FREE (G_GUINT64_CONSTANT (200) << 30)

/* --- files --------------------------------------------------------------------------------------- */

void
hv_file_free (HvFile *self)
{
  g_free (self->parent);
  g_free (self->disk_id);
  g_free (self);
}

HvFile *
hv_file_find (HypervSimulator *self, const char *path)
{
  g_autofree char *folded = g_utf8_strdown (path, -1);

  return g_hash_table_lookup (self->files, folded);
}

static void
add_free_space (HypervSimulator *self, gint64 more)
{
  gint64 left = (gint64) hv_get_uint (self->disk, "FreeSpace") + more;

  hv_set_uint (self->disk, "FreeSpace", left > 0 ? (guint64) left : 0);
  hv_store_changed (self->store, self->disk);
}

/* Drive, Path ("\\iso\\"), FileName and Extension, in lower case as the provider has them */
static void
set_names (HvObject *object, const char *path)
{
  g_autofree char *folded = g_utf8_strdown (path, -1);
  g_autofree char *drive = g_strndup (folded, 2);
  char *slash = strrchr (folded, '\\');
  char *dot = slash != NULL ? strrchr (slash, '.') : NULL;
  g_autofree char *folder = slash != NULL ? g_strndup (folded + 2, slash - folded - 1) : g_strdup ("\\");

  hv_set (object, "Drive", drive);
  hv_set (object, "Path", folder);
  if (dot != NULL)
    *dot = '\0';
  hv_set (object, "FileName", slash != NULL ? slash + 1 : folded);
  hv_set (object, "Extension", dot != NULL ? dot + 1 : "");
}

static HvObject *
new_entry (HypervSimulator *self, const char *class_name, const char *path)
{
  HvObject *object = hv_object_new (HV_SPACE_CIMV2, class_name);
  g_autofree char *folded = g_utf8_strdown (path, -1);
  g_autofree char *now = hv_now (self);

  hv_set (object, "Name", path);
  hv_set (object, "Caption", folded);
  hv_set (object, "Description", folded);
  set_names (object, path);
  hv_set (object, "FSName", "NTFS");
  hv_set (object, "CSName", "HV-SIM");
  hv_set (object, "Status", "OK");
  hv_set (object, "CreationDate", now);
  hv_set (object, "LastModified", now);
  hv_set_bool (object, "Readable", TRUE);
  hv_set_bool (object, "Writeable", TRUE);
  return object;
}

void
hv_add_folder (HypervSimulator *self, const char *path)
{
  g_autofree char *folder = g_strdup (path);
  HvObject *object;
  g_autofree char *key = NULL;
  char *slash;

  if (strlen (folder) <= 3)
    return;
  slash = strrchr (folder, '\\');
  if (slash != NULL)
    {
      *slash = '\0';
      hv_add_folder (self, folder);
      *slash = '\\';
    }
  object = new_entry (self, "Win32_Directory", folder);
  key = hv_key_from_object (object);
  if (hv_store_find (self->store, key) != NULL)
    hv_object_unref (object);
  else
    hv_store_add (self->store, object);
}

/* Whether the folder that a file at @path would be in is there. */
gboolean
hv_has_folder (HypervSimulator *self, const char *path)
{
  g_autofree char *folder = g_strdup (path);
  g_autoptr (HvObject) object = NULL;
  g_autofree char *key = NULL;
  char *slash = strrchr (folder, '\\');

  if (slash == NULL || g_ascii_strncasecmp (path, "C:\\", 3) != 0)
    return FALSE;
  *slash = '\0';
  if (strlen (folder) == 2)
    return TRUE;
  object = new_entry (self, "Win32_Directory", folder);
  key = hv_key_from_object (object);
  return hv_store_find (self->store, key) != NULL;
}

HvFile *
hv_file_add (HypervSimulator *self, const char *path, guint64 size)
{
  HvFile *file = g_new0 (HvFile, 1);

  file->file = new_entry (self, "CIM_DataFile", path);
  hv_set_uint (file->file, "FileSize", size);
  file->type = 3;
  file->format = g_str_has_suffix (path, ".vhd") ? 2 : 3;
  file->block_size = 32 * 1024 * 1024;
  file->logical_sector = 512;
  file->physical_sector = 4096;
  file->disk_id = hv_new_guid ();
  hv_store_add (self->store, file->file);
  g_hash_table_insert (self->files, g_utf8_strdown (path, -1), file);
  add_free_space (self, -(gint64) size);
  return file;
}

void
hv_file_remove (HypervSimulator *self, HvFile *file)
{
  g_autofree char *folded = g_utf8_strdown (hv_get (file->file, "Name"), -1);

  add_free_space (self, (gint64) hv_get_uint (file->file, "FileSize"));
  hv_store_remove (self->store, file->file);
  g_hash_table_remove (self->files, folded);
}

/* By a machine that runs. */
gboolean
hv_file_in_use (HypervSimulator *self, const char *path)
{
  const HvClass *klass = hv_class_find (HV_SPACE_VIRTUALIZATION, "Msvm_StorageAllocationSettingData");
  GPtrArray *all = hv_store_list (self->store, klass);

  for (guint i = 0; all != NULL && i < all->len; i++)
    {
      HvObject *resource = g_ptr_array_index (all, i);
      const char *used = hv_get (resource, "HostResource");
      HvMachine *machine = NULL;

      if (used != NULL && g_ascii_strcasecmp (used, path) == 0 && hv_config_of (self, resource, &machine) != NULL
          && hv_machine_is_running (machine))
        return TRUE;
    }
  return FALSE;
}

/* --- services ------------------------------------------------------------------------------------ */

static HvObject *
add_service (HypervSimulator *self, const char *class_name, const char *name)
{
  HvObject *service = hv_object_new (HV_SPACE_VIRTUALIZATION, class_name);

  hv_set (service, "SystemName", "HV-SIM");
  hv_set (service, "Name", name);
  hv_store_add (self->store, service);
  hv_store_link (self->store, "Msvm_HostedService", self->host, service);
  return service;
}

/* Where VMConnect goes. */
static void
add_terminal_service (HypervSimulator *self)
{
  HvObject *service = add_service (self, "Msvm_TerminalService", "termsvc");

  self->terminal_settings = hv_object_new (HV_SPACE_VIRTUALIZATION, "Msvm_TerminalServiceSettingData");
  hv_set (self->terminal_settings, "InstanceID", "Microsoft:HV-SIM");
  hv_store_add (self->store, self->terminal_settings);
  hv_store_link (self->store, "Msvm_ElementSettingData", service, self->terminal_settings);
}

static void
add_services (HypervSimulator *self)
{
  HvObject *settings;

  self->management = add_service (self, "Msvm_VirtualSystemManagementService", "vmms");
  self->snapshot_service = add_service (self, "Msvm_VirtualSystemSnapshotService", "vssnapsvc");
  self->image_service = add_service (self, "Msvm_ImageManagementService", "vhdsvc");
  self->security_service = add_service (self, "Msvm_SecurityService", "vmsecsvc");
  settings = hv_object_new (HV_SPACE_VIRTUALIZATION, "Msvm_VirtualSystemManagementServiceSettingData");
  hv_set (settings, "InstanceID", "Microsoft:HV-SIM");
  hv_set (settings, "ElementName", "Hyper-V Virtual System Management Service");
  hv_set (settings, "DefaultExternalDataRoot", "C:\\ProgramData\\Microsoft\\Windows\\Hyper-V");
  hv_set (settings, "DefaultVirtualHardDiskPath", "C:\\Users\\Public\\Documents\\Hyper-V\\Virtual Hard Disks");
  hv_set (settings, "MinimumMacAddress", "00155D010000");
  hv_set (settings, "MaximumMacAddress", "00155D0100FF");
  hv_set_bool (settings, "NumaSpanningEnabled", TRUE);
  hv_set_bool (settings, "EnhancedSessionModeEnabled", TRUE);
  hv_store_add (self->store, settings);
  hv_store_link (self->store, "Msvm_ElementSettingData", self->management, settings);
  add_terminal_service (self);
  hv_add_folder (self, "C:\\ProgramData\\Microsoft\\Windows\\Hyper-V");
  hv_add_folder (self, "C:\\Users\\Public\\Documents\\Hyper-V\\Virtual Hard Disks");
}

static void
add_switch (HypervSimulator *self, const char *name, const char *id)
{
  HvObject *object = hv_object_new (HV_SPACE_VIRTUALIZATION, "Msvm_VirtualEthernetSwitch");

  hv_set (object, "Name", id);
  hv_set (object, "ElementName", name);
  hv_store_add (self->store, object);
}

/* --- defaults ------------------------------------------------------------------------------------ */

/* Msvm_AllocationCapabilities → Msvm_SettingsDefineCapabilities (ValueRole 0: default, ValueRange 0: point) → the
 * setting data to begin with */
static void
add_default (HypervSimulator *self, const char *class_name, const char *type, guint number)
{
  g_autofree char *guid = hv_new_guid ();
  g_autofree char *id = g_strdup_printf ("Microsoft:Definition\\%s\\Default", guid);
  HvObject *capabilities = hv_object_new (HV_SPACE_VIRTUALIZATION, "Msvm_AllocationCapabilities");
  HvObject *setting = hv_object_new (HV_SPACE_VIRTUALIZATION, class_name);
  HvObject *pool = hv_object_new (HV_SPACE_VIRTUALIZATION, "Msvm_ResourcePool");
  g_autofree char *pool_id = g_strdup_printf ("Microsoft:%s\\Root", guid);
  HvObject *link;

  hv_set (capabilities, "InstanceID", guid);
  hv_set (capabilities, "ResourceSubType", type);
  hv_set_uint (capabilities, "ResourceType", number);
  hv_set (setting, "InstanceID", id);
  hv_set (setting, "ResourceSubType", type);
  hv_set_uint (setting, "ResourceType", number);
  hv_set (setting, "ElementName", strrchr (type, ':') + 1);
  hv_set (pool, "InstanceID", pool_id);
  hv_set (pool, "ResourceSubType", type);
  hv_set_uint (pool, "ResourceType", number);
  hv_set_bool (pool, "Primordial", TRUE);
  hv_store_add (self->store, capabilities);
  hv_store_add (self->store, setting);
  hv_store_add (self->store, pool);
  hv_store_link (self->store, "Msvm_ElementCapabilities", capabilities, pool);
  link = hv_store_link (self->store, "Msvm_SettingsDefineCapabilities", capabilities, setting);
  hv_set_uint (link, "ValueRole", 0);
  hv_set_uint (link, "ValueRange", 0);
}

static void
add_defaults (HypervSimulator *self)
{
  static const struct {
    const char *class_name, *type;
    guint       number;
  } defaults[] = {
    { "Msvm_ProcessorSettingData", "Microsoft:Hyper-V:Processor", 3 },
    { "Msvm_MemorySettingData", "Microsoft:Hyper-V:Memory", 4 },
    { "Msvm_ResourceAllocationSettingData", "Microsoft:Hyper-V:Emulated IDE Controller", 5 },
    { "Msvm_ResourceAllocationSettingData", "Microsoft:Hyper-V:Synthetic SCSI Controller", 6 },
    { "Msvm_ResourceAllocationSettingData", "Microsoft:Hyper-V:Synthetic DVD Drive", 16 },
    { "Msvm_ResourceAllocationSettingData", "Microsoft:Hyper-V:Synthetic Disk Drive", 17 },
    { "Msvm_StorageAllocationSettingData", "Microsoft:Hyper-V:Virtual Hard Disk", 31 },
    { "Msvm_StorageAllocationSettingData", "Microsoft:Hyper-V:Virtual CD/DVD Disk", 31 },
    { "Msvm_SyntheticEthernetPortSettingData", "Microsoft:Hyper-V:Synthetic Ethernet Port", 10 },
    { "Msvm_EthernetPortAllocationSettingData", "Microsoft:Hyper-V:Ethernet Connection", 33 },
    { "Msvm_SerialPortSettingData", "Microsoft:Hyper-V:Serial Port", 21 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (defaults); i++)
    add_default (self, defaults[i].class_name, defaults[i].type, defaults[i].number);
}

/* --- root/cimv2 ---------------------------------------------------------------------------------- */

static void
add_system_facts (HypervSimulator *self)
{
  HvObject *system = hv_object_new (HV_SPACE_CIMV2, "Win32_ComputerSystem");
  HvObject *os = hv_object_new (HV_SPACE_CIMV2, "Win32_OperatingSystem");
  HvObject *processor = hv_object_new (HV_SPACE_CIMV2, "Win32_Processor");
  g_autofree char *now = hv_now (self);

  hv_set (system, "Name", "HV-SIM");
  hv_set (system, "DNSHostName", "hv-sim");
  hv_set (system, "Manufacturer", "Example");
  hv_set (system, "Model", "Simulated");
  hv_set (system, "SystemType", "x64-based PC");
  hv_set_uint (system, "NumberOfProcessors", 1);
  hv_set_uint (system, "NumberOfLogicalProcessors", 16);
  hv_set_uint (system, "TotalPhysicalMemory", G_GUINT64_CONSTANT (64) << 30);
  hv_store_add (self->store, system);
  hv_set (os, "Name", "Microsoft Windows Server 2022 Standard|C:\\Windows|\\Device\\Harddisk0\\Partition4");
  hv_set (os, "Caption", "Microsoft Windows Server 2022 Standard");
  hv_set (os, "Version", "10.0.20348");
  hv_set (os, "BuildNumber", "20348");
  hv_set (os, "CSName", "HV-SIM");
  hv_set (os, "OSArchitecture", "64-bit");
  hv_set (os, "SystemDrive", "C:");
  hv_set_uint (os, "ProductType", 3);
  hv_set_uint (os, "TotalVisibleMemorySize", 64 * 1024 * 1024);
  hv_set_uint (os, "FreePhysicalMemory", 40 * 1024 * 1024);
  hv_set (os, "LastBootUpTime", now);
  hv_set (os, "LocalDateTime", now);
  hv_store_add (self->store, os);
  hv_set (processor, "DeviceID", "CPU0");
  hv_set (processor, "Name", "Simulated CPU @ 3.00GHz");
  hv_set (processor, "Manufacturer", "GenuineIntel");
  hv_set_uint (processor, "NumberOfCores", 8);
  hv_set_uint (processor, "NumberOfLogicalProcessors", 16);
  hv_set_uint (processor, "Architecture", 9);
  hv_set_uint (processor, "AddressWidth", 64);
  hv_set_uint (processor, "MaxClockSpeed", 3000);
  hv_store_add (self->store, processor);
}

static void
add_disk (HypervSimulator *self)
{
  self->disk = hv_object_new (HV_SPACE_CIMV2, "Win32_LogicalDisk");
  hv_set (self->disk, "DeviceID", "C:");
  hv_set (self->disk, "Name", "C:");
  hv_set (self->disk, "Caption", "C:");
  hv_set (self->disk, "FileSystem", "NTFS");
  hv_set_uint (self->disk, "DriveType", 3);
  hv_set_uint (self->disk, "Size", DISK_SIZE);
  hv_set_uint (self->disk, "FreeSpace", DISK_FREE);
  hv_store_add (self->store, self->disk);
}

void
hv_host_fill (HypervSimulator *self)
{
  self->host = hv_object_new (HV_SPACE_VIRTUALIZATION, "Msvm_ComputerSystem");
  hv_set (self->host, "Name", "HV-SIM");
  hv_set (self->host, "ElementName", "HV-SIM");
  hv_set (self->host, "Caption", "Hosting Computer System");
  hv_set (self->host, "Description", "Microsoft Hosting Computer System");
  hv_set_uint (self->host, "EnabledState", 2);
  hv_set_uint (self->host, "RequestedState", 12);
  hv_store_add (self->store, self->host);
  add_disk (self);
  add_services (self);
  add_switch (self, "Default Switch", "C08CB7B8-9B3C-408E-8E30-5E16A3AEB444");
  add_switch (self, "External", "5C9A2F1E-6D0B-4E5B-9C0F-0A8B6F2D7E11");
  add_defaults (self);
  add_system_facts (self);
}

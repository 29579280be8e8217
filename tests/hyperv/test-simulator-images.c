/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/simulator-client.h"

#include <string.h>

#define IMAGES "Msvm_ImageManagementService"
#define DISK   "C:\\D\\a.vhdx"

static Answer *
create (Rig *rig, const char *properties)
{
  g_autofree char *arguments = instance_argument ("VirtualDiskSettingData", "Msvm_VirtualHardDiskSettingData", properties);

  return invoke (rig, IMAGES, NULL, "CreateVirtualHardDisk", arguments);
}

static void
test_create_disk (Rig *rig, gconstpointer unused)
{
  g_autoptr (Answer) data = NULL;
  g_autoptr (Answer) state = NULL;
  g_autofree char *text = NULL;

  hyperv_simulator_add_file (rig->sim, "C:\\D\\x.iso", 1000, 0);
  assert_job (rig, create (rig, "string Path=" DISK ";uint16 Type=3;uint16 Format=3;uint64 MaxInternalSize=1073741825"));
  /* Rounded up to whole sectors */
  g_assert_cmpuint (hyperv_simulator_get_file_capacity (rig->sim, DISK), ==, 1073741824 + 512);
  data = invoke (rig, IMAGES, NULL, "GetVirtualHardDiskSettingData", "<p:Path>C:\\d\\A.vhdx</p:Path>");
  assert_return (data, 0);
  text = text_of (data, "SettingData");
  g_assert_true (g_str_has_prefix (text, "<INSTANCE CLASSNAME=\"Msvm_VirtualHardDiskSettingData\">"));
  g_assert_nonnull (strstr (text, "<PROPERTY NAME=\"MaxInternalSize\" TYPE=\"uint64\"><VALUE>1073742336</VALUE>"));
  state = invoke (rig, IMAGES, NULL, "GetVirtualHardDiskState", "<p:Path>" DISK "</p:Path>");
  assert_return (state, 0);
  g_free (text);
  text = text_of (state, "State");
  g_assert_nonnull (strstr (text, "<PROPERTY NAME=\"InUse\" TYPE=\"boolean\"><VALUE>false</VALUE>"));
}

static void
test_create_disk_fails (Rig *rig, gconstpointer unused)
{
  g_autoptr (Answer) suffix = create (rig, "string Path=C:\\a.vhd;uint16 Type=3;uint16 Format=3;uint64 MaxInternalSize=1073741824");
  g_autoptr (Answer) type = create (rig, "string Path=C:\\a.vhdx;uint16 Type=9;uint16 Format=3;uint64 MaxInternalSize=1073741824");
  g_autoptr (Answer) parent = create (rig, "string Path=C:\\a.vhdx;uint16 Type=4;uint16 Format=3;string ParentPath=C:\\none.vhdx");
  g_autoptr (Answer) none = invoke (rig, IMAGES, NULL, "GetVirtualHardDiskState", "<p:Path>C:\\none.vhdx</p:Path>");

  assert_return (suffix, 32773);
  assert_return (type, 32773);
  assert_return (parent, 32779);
  assert_return (none, 32779);
  /* No folder; there already; no space */
  g_assert_cmpuint (wait_job (rig, create (rig, "string Path=C:\\No\\a.vhdx;uint16 Type=3;uint16 Format=3;uint64 MaxInternalSize=1073741824")), ==, 10);
  hyperv_simulator_add_file (rig->sim, DISK, 1000, 1 << 30);
  g_assert_cmpuint (wait_job (rig, create (rig, "string Path=" DISK ";uint16 Type=3;uint16 Format=3;uint64 MaxInternalSize=1073741824")), ==, 10);
  hyperv_simulator_set_free_space (rig->sim, 1000);
  g_assert_cmpuint (wait_job (rig, create (rig, "string Path=C:\\b.vhdx;uint16 Type=3;uint16 Format=3;uint64 MaxInternalSize=1073741824")), ==, 10);
}

static void
test_resize_and_convert (Rig *rig, gconstpointer unused)
{
  g_autofree char *fixed = instance_argument ("VirtualDiskSettingData", "Msvm_VirtualHardDiskSettingData",
                                              "string Path=C:\\D\\b.vhd;uint16 Type=2;uint16 Format=2");
  g_autofree char *arguments = g_strconcat ("<p:SourcePath>" DISK "</p:SourcePath>", fixed, NULL);
  g_autofree char *data = NULL;
  g_autoptr (Answer) odd = NULL;
  g_autoptr (Answer) child = NULL;

  hyperv_simulator_add_file (rig->sim, DISK, 1000, 1 << 30);
  assert_job (rig, invoke (rig, IMAGES, NULL, "ResizeVirtualHardDisk", "<p:Path>" DISK "</p:Path><p:MaxInternalSize>2147483648</p:MaxInternalSize>"));
  g_assert_cmpuint (hyperv_simulator_get_file_capacity (rig->sim, DISK), ==, G_GUINT64_CONSTANT (2) << 30);
  odd = invoke (rig, IMAGES, NULL, "ResizeVirtualHardDisk", "<p:Path>" DISK "</p:Path><p:MaxInternalSize>2147483649</p:MaxInternalSize>");
  assert_return (odd, 32773);
  assert_job (rig, invoke (rig, IMAGES, NULL, "ConvertVirtualHardDisk", arguments));
  data = hyperv_simulator_dup_property (rig->sim, "CIM_DataFile", "b.vhd", "FileSize");
  g_assert_cmpstr (data, ==, "2147483648");
  assert_job (rig, create (rig, "string Path=C:\\D\\c.vhdx;uint16 Type=4;uint16 Format=3;string ParentPath=" DISK));
  g_assert_cmpuint (hyperv_simulator_get_file_capacity (rig->sim, "C:\\D\\c.vhdx"), ==, G_GUINT64_CONSTANT (2) << 30);
  child = invoke (rig, IMAGES, NULL, "ResizeVirtualHardDisk", "<p:Path>C:\\D\\c.vhdx</p:Path><p:MaxInternalSize>4294967296</p:MaxInternalSize>");
  assert_return (child, 32773);
}

/* CIM_DataFile in root/cimv2 */
static void
test_files (Rig *rig, gconstpointer unused)
{
  g_autoptr (Answer) found = NULL;
  g_autoptr (Answer) used = NULL;
  g_autoptr (Answer) deleted = NULL;
  g_autoptr (Answer) folder = NULL;
  g_autofree char *id = hyperv_simulator_add_machine (rig->sim, "A", 2, HYPERV_STATE_ENABLED);
  g_autofree char *disk = hyperv_simulator_dup_property (rig->sim, "Msvm_StorageAllocationSettingData", id, "HostResource");
  g_autofree char *selectors = g_strdup_printf ("Name=%s", disk);

  hyperv_simulator_add_file (rig->sim, "C:\\ISO\\Größe.iso", 1000, 0);
  found = enumerate (rig, WMI_CIM "*", "SELECT * FROM CIM_DataFile WHERE Drive = 'C:' AND Path = '\\\\ISO\\\\' AND Extension = 'iso'", 5);
  g_assert_cmpuint (count_of (found, "CIM_DataFile"), ==, 1);
  assert_text (found, "Name", "C:\\ISO\\Größe.iso");
  used = invoke (rig, "CIM_DataFile", selectors, "Delete", NULL);
  assert_return (used, 2);
  deleted = invoke (rig, "CIM_DataFile", "Name=C:\\ISO\\Größe.iso", "Delete", NULL);
  assert_return (deleted, 0);
  g_assert_false (hyperv_simulator_has_file (rig->sim, "C:\\ISO\\Größe.iso"));
  folder = get_instance (rig, WMI_CIM "Win32_Directory", "Name=C:\\ISO");
  g_assert_cmpuint (folder->status, ==, 200);
}

/* A machine whose disk has gone does not start. */
static void
test_missing_disk (Rig *rig, gconstpointer unused)
{
  g_autofree char *id = hyperv_simulator_add_machine (rig->sim, "A", 2, HYPERV_STATE_DISABLED);
  g_autofree char *disk = hyperv_simulator_dup_property (rig->sim, "Msvm_StorageAllocationSettingData", id, "HostResource");
  g_autofree char *name = g_strdup_printf ("Name=%s", disk);
  g_autofree char *selectors = g_strdup_printf ("CreationClassName=Msvm_ComputerSystem;Name=%s", id);
  g_autoptr (Answer) deleted = invoke (rig, "CIM_DataFile", name, "Delete", NULL);

  assert_return (deleted, 0);
  g_assert_cmpuint (wait_job (rig, invoke (rig, "Msvm_ComputerSystem", selectors, "RequestStateChange",
                                           "<p:RequestedState>2</p:RequestedState>")), ==, 10);
  g_assert_cmpuint (hyperv_simulator_get_machine_state (rig->sim, id), ==, HYPERV_STATE_DISABLED);
}

static void
test_host_facts (Rig *rig, gconstpointer unused)
{
  g_autoptr (Answer) system = enumerate (rig, WMI_CIM "Win32_ComputerSystem", NULL, 5);
  g_autoptr (Answer) os = enumerate (rig, WMI_CIM "Win32_OperatingSystem", NULL, 5);
  g_autoptr (Answer) processor = enumerate (rig, WMI_CIM "Win32_Processor", NULL, 5);
  g_autoptr (Answer) disk = enumerate (rig, WMI_CIM "*", "SELECT DeviceID, FreeSpace FROM Win32_LogicalDisk WHERE DriveType = 3", 5);

  assert_text (system, "TotalPhysicalMemory", "68719476736");
  assert_text (os, "Version", "10.0.20348");
  assert_text (processor, "NumberOfLogicalProcessors", "16");
  assert_text (disk, "FreeSpace", "214748364800");
}

void
add_image_tests (void)
{
  ADD ("create-disk", test_create_disk);
  ADD ("create-disk-fails", test_create_disk_fails);
  ADD ("resize-and-convert", test_resize_and_convert);
  ADD ("files", test_files);
  ADD ("missing-disk", test_missing_disk);
  ADD ("host-facts", test_host_facts);
}

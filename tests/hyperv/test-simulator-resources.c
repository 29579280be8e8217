/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/simulator-client.h"

#include <string.h>

#define MANAGEMENT "Msvm_VirtualSystemManagementService"
#define RASD       "Msvm_ResourceAllocationSettingData"
#define TYPE       "Microsoft:Hyper-V:"

static Answer *
define (Rig *rig, const char *properties, const char *more)
{
  g_autofree char *settings = instance_argument ("SystemSettings", "Msvm_VirtualSystemSettingData", properties);
  g_autofree char *arguments = g_strconcat (settings, more, NULL);

  return invoke (rig, MANAGEMENT, NULL, "DefineSystem", arguments);
}

/* (transfer full): InstanceID of what was added */
static char *
add (Rig *rig, const char *id, const char *class_name, const char *properties)
{
  g_autofree char *selectors = g_strdup_printf ("InstanceID=Microsoft:%s", id);
  g_autofree char *reference = epr ("AffectedConfiguration", WMI_V2, "Msvm_VirtualSystemSettingData", selectors);
  g_autofree char *resource = instance_argument ("ResourceSettings", class_name, properties);
  g_autofree char *arguments = g_strconcat (reference, resource, NULL);
  g_autoptr (Answer) answer = invoke (rig, MANAGEMENT, NULL, "AddResourceSettings", arguments);

  assert_return (answer, 0);
  return xpath_of (answer, "//*[local-name()='ResultingResourceSettings']//w:Selector[@Name='InstanceID']");
}

static guint
add_code (Rig *rig, const char *id, const char *class_name, const char *properties)
{
  g_autofree char *selectors = g_strdup_printf ("InstanceID=Microsoft:%s", id);
  g_autofree char *reference = epr ("AffectedConfiguration", WMI_V2, "Msvm_VirtualSystemSettingData", selectors);
  g_autofree char *resource = instance_argument ("ResourceSettings", class_name, properties);
  g_autofree char *arguments = g_strconcat (reference, resource, NULL);
  g_autoptr (Answer) answer = invoke (rig, MANAGEMENT, NULL, "AddResourceSettings", arguments);
  g_autofree char *text = text_of (answer, "ReturnValue");

  return (guint) g_ascii_strtoull (text, NULL, 10);
}

/* A whole machine of generation 2, as a wizard would make it */
static void
test_define (Rig *rig, gconstpointer unused)
{
  g_autoptr (Answer) answer = NULL;
  g_autofree char *id = NULL;
  g_autofree char *scsi = NULL, *scsi_path = NULL, *drive_properties = NULL, *drive = NULL, *drive_path = NULL;
  g_autofree char *disk_properties = NULL, *disk = NULL, *port = NULL, *port_path = NULL, *connection_properties = NULL, *connection = NULL;
  g_autofree char *network = hyperv_simulator_dup_property (rig->sim, "Msvm_VirtualEthernetSwitch", NULL, "Name");
  g_autofree char *order = NULL, *type = NULL, *memory = NULL, *mac = NULL;
  g_autofree char *more = instance_argument ("ResourceSettings", "Msvm_MemorySettingData",
                                             "uint64 VirtualQuantity=4096;boolean DynamicMemoryEnabled=true;uint64 Reservation=512;uint64 Limit=8192");

  hyperv_simulator_set_synchronous (rig->sim, TRUE);
  hyperv_simulator_add_file (rig->sim, "C:\\D\\a.vhdx", 4096, 1 << 30);
  answer = define (rig, "string ElementName=New;string VirtualSystemSubType=" TYPE "SubType:2;string[] Notes=one|two", more);
  assert_return (answer, 0);
  id = xpath_of (answer, "//*[local-name()='ResultingSystem']//w:Selector[@Name='Name']");
  scsi = add (rig, id, RASD, "uint16 ResourceType=6;string ResourceSubType=" TYPE "Synthetic SCSI Controller");
  scsi_path = path_of (RASD, scsi);
  drive_properties = g_strdup_printf ("uint16 ResourceType=17;string ResourceSubType=" TYPE "Synthetic Disk Drive;string Parent=%s;"
                                      "string AddressOnParent=0", scsi_path);
  drive = add (rig, id, RASD, drive_properties);
  drive_path = path_of (RASD, drive);
  disk_properties = g_strdup_printf ("uint16 ResourceType=31;string ResourceSubType=" TYPE "Virtual Hard Disk;string Parent=%s;"
                                     "string[] HostResource=C:\\D\\a.vhdx", drive_path);
  disk = add (rig, id, "Msvm_StorageAllocationSettingData", disk_properties);
  port = add (rig, id, "Msvm_SyntheticEthernetPortSettingData", "string ElementName=Net");
  port_path = path_of ("Msvm_SyntheticEthernetPortSettingData", port);
  connection_properties = g_strdup_printf ("string Parent=%s;string[] HostResource=\\\\HV-SIM\\root\\virtualization\\v2:"
                                           "Msvm_VirtualEthernetSwitch.CreationClassName=\"Msvm_VirtualEthernetSwitch\",Name=\"%s\"",
                                           port_path, network);
  connection = add (rig, id, "Msvm_EthernetPortAllocationSettingData", connection_properties);
  type = hyperv_simulator_dup_property (rig->sim, "Msvm_VirtualSystemSettingData", id, "VirtualSystemSubType");
  g_assert_cmpstr (type, ==, TYPE "SubType:2");
  order = hyperv_simulator_dup_property (rig->sim, "Msvm_VirtualSystemSettingData", id, "BootSourceOrder");
  g_assert_cmpuint (count_query (rig, "SELECT * FROM Msvm_BootSourceSettingData", "Msvm_BootSourceSettingData"), ==, 2);
  g_assert_nonnull (strchr (order, '\n'));
  memory = hyperv_simulator_dup_property (rig->sim, "Msvm_MemorySettingData", id, "Limit");
  g_assert_cmpstr (memory, ==, "8192");
  mac = hyperv_simulator_dup_property (rig->sim, "Msvm_SyntheticEthernetPortSettingData", id, "Address");
  g_assert_true (g_str_has_prefix (mac, "00155D"));
  /* The place is taken, and so is the drive. */
  g_assert_cmpuint (add_code (rig, id, RASD, drive_properties), ==, 32774);
  g_assert_cmpuint (add_code (rig, id, "Msvm_StorageAllocationSettingData", disk_properties), ==, 32774);
}

static void
test_define_by_job (Rig *rig, gconstpointer unused)
{
  g_autoptr (Answer) answer = define (rig, "string ElementName=By job", "");
  g_autofree char *nil = xpath_of (answer, "//*[local-name()='ResultingSystem']/@xsi:nil");
  g_autofree char *job = xpath_of (answer, "//*[local-name()='Job']//w:Selector[@Name='InstanceID']");
  g_autofree char *query = g_strdup_printf ("ASSOCIATORS OF {Msvm_ConcreteJob.InstanceID=\"%s\"} WHERE AssocClass = Msvm_AffectedJobElement", job);
  g_autoptr (Answer) made = NULL;

  g_assert_cmpstr (nil, ==, "true");
  assert_job (rig, g_steal_pointer (&answer));
  made = enumerate (rig, WMI_V2 "*", query, 5);
  assert_text (made, "ElementName", "By job");
  g_assert_cmpuint (hyperv_simulator_get_n_machines (rig->sim), ==, 1);
}

/* Instances in text are read strictly. */
static void
test_bad_instances (Rig *rig, gconstpointer unused)
{
  static const struct {
    const char *text;
    guint       code;
  } cases[] = {
    { "nonsense", 32773 },
    { "&lt;INSTANCE CLASSNAME=\"Msvm_Nothing\"/&gt;", 32773 },
    { "&lt;INSTANCE CLASSNAME=\"Msvm_MemorySettingData\"/&gt;", 32773 },
    { "&lt;INSTANCE CLASSNAME=\"Msvm_VirtualSystemSettingData\"&gt;&lt;PROPERTY NAME=\"Colour\" TYPE=\"string\"/&gt;&lt;/INSTANCE&gt;", 32773 },
    { "&lt;INSTANCE CLASSNAME=\"Msvm_VirtualSystemSettingData\"&gt;&lt;PROPERTY NAME=\"ElementName\" TYPE=\"uint16\"&gt;&lt;VALUE&gt;1"
      "&lt;/VALUE&gt;&lt;/PROPERTY&gt;&lt;/INSTANCE&gt;", 32776 },
    { "&lt;INSTANCE CLASSNAME=\"Msvm_VirtualSystemSettingData\"&gt;&lt;PROPERTY NAME=\"Notes\" TYPE=\"string\"&gt;&lt;VALUE&gt;1"
      "&lt;/VALUE&gt;&lt;/PROPERTY&gt;&lt;/INSTANCE&gt;", 32776 },
    { "&lt;INSTANCE CLASSNAME=\"Msvm_VirtualSystemSettingData\"&gt;&lt;PROPERTY NAME=\"DebugPort\" TYPE=\"uint32\"&gt;&lt;VALUE&gt;x"
      "&lt;/VALUE&gt;&lt;/PROPERTY&gt;&lt;/INSTANCE&gt;", 32776 },
    { "&lt;!DOCTYPE x&gt;&lt;INSTANCE CLASSNAME=\"Msvm_VirtualSystemSettingData\"/&gt;", 32773 },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *arguments = g_strdup_printf ("<p:SystemSettings>%s</p:SystemSettings>", cases[i].text);
      g_autoptr (Answer) answer = invoke (rig, MANAGEMENT, NULL, "DefineSystem", arguments);

      assert_return (answer, cases[i].code);
    }
  g_assert_cmpuint (hyperv_simulator_get_n_machines (rig->sim), ==, 0);
}

static guint
modify_code (Rig *rig, const char *method, const char *parameter, const char *class_name, const char *properties)
{
  g_autofree char *arguments = instance_argument (parameter, class_name, properties);
  g_autoptr (Answer) answer = invoke (rig, g_str_equal (method, "ModifySecuritySettings") ? "Msvm_SecurityService" : MANAGEMENT, NULL,
                                      method, arguments);
  g_autofree char *text = text_of (answer, "ReturnValue");

  g_assert_nonnull (text);
  return (guint) g_ascii_strtoull (text, NULL, 10);
}

static void
test_modify_system (Rig *rig, gconstpointer unused)
{
  g_autofree char *id = hyperv_simulator_add_machine (rig->sim, "A", 2, HYPERV_STATE_ENABLED);
  g_autofree char *name = g_strdup_printf ("string InstanceID=Microsoft:%s;string ElementName=B;string[] Notes=n", id);
  g_autofree char *secure = g_strdup_printf ("string InstanceID=Microsoft:%s;boolean SecureBootEnabled=false", id);
  g_autofree char *generation = g_strdup_printf ("string InstanceID=Microsoft:%s;string VirtualSystemSubType=" TYPE "SubType:1", id);
  g_autofree char *order = g_strdup_printf ("string InstanceID=Microsoft:%s;string[] BootSourceOrder=nothing", id);
  g_autofree char *found = NULL;

  hyperv_simulator_set_synchronous (rig->sim, TRUE);
#define MODIFY(x) modify_code (rig, "ModifySystemSettings", "SystemSettings", "Msvm_VirtualSystemSettingData", (x))
  g_assert_cmpuint (MODIFY (name), ==, 0);
  found = hyperv_simulator_find_machine (rig->sim, "B");
  g_assert_cmpstr (found, ==, id);
  g_assert_cmpuint (MODIFY (secure), ==, 32775);
  g_assert_cmpuint (MODIFY (generation), ==, 32773);
  g_assert_cmpuint (MODIFY ("string InstanceID=Microsoft:none;string ElementName=B"), ==, 32773);
  hyperv_simulator_set_machine_state (rig->sim, id, HYPERV_STATE_DISABLED);
  g_assert_cmpuint (MODIFY (secure), ==, 0);
  g_assert_cmpuint (MODIFY (order), ==, 32773);
#undef MODIFY
}

static void
test_modify_resources (Rig *rig, gconstpointer unused)
{
  g_autofree char *id = hyperv_simulator_add_machine (rig->sim, "A", 2, HYPERV_STATE_DISABLED);
  g_autofree char *processor = hyperv_simulator_dup_property (rig->sim, "Msvm_ProcessorSettingData", id, "InstanceID");
  g_autofree char *memory = hyperv_simulator_dup_property (rig->sim, "Msvm_MemorySettingData", id, "InstanceID");
  g_autofree char *four = g_strdup_printf ("string InstanceID=%s;uint64 VirtualQuantity=4", processor);
  g_autofree char *eight = g_strdup_printf ("string InstanceID=%s;uint64 VirtualQuantity=8", processor);
  g_autofree char *too_many = g_strdup_printf ("string InstanceID=%s;uint64 VirtualQuantity=500", processor);
  g_autofree char *odd = g_strdup_printf ("string InstanceID=%s;uint64 VirtualQuantity=1025", memory);
  g_autofree char *dynamic = g_strdup_printf ("string InstanceID=%s;boolean DynamicMemoryEnabled=true;uint64 Reservation=4096", memory);
  g_autofree char *n = NULL;

  hyperv_simulator_set_synchronous (rig->sim, TRUE);
#define MODIFY(c, x) modify_code (rig, "ModifyResourceSettings", "ResourceSettings", (c), (x))
  g_assert_cmpuint (MODIFY ("Msvm_ProcessorSettingData", four), ==, 0);
  g_assert_cmpuint (MODIFY ("Msvm_ProcessorSettingData", too_many), ==, 32773);
  g_assert_cmpuint (MODIFY ("Msvm_MemorySettingData", odd), ==, 32773);
  g_assert_cmpuint (MODIFY ("Msvm_MemorySettingData", dynamic), ==, 32773);
  hyperv_simulator_set_machine_state (rig->sim, id, HYPERV_STATE_ENABLED);
  g_assert_cmpuint (MODIFY ("Msvm_ProcessorSettingData", eight), ==, 32775);
#undef MODIFY
  n = hyperv_simulator_dup_property (rig->sim, "Msvm_ProcessorSettingData", id, "VirtualQuantity");
  g_assert_cmpstr (n, ==, "4");
}

static void
test_security (Rig *rig, gconstpointer unused)
{
  g_autofree char *id = hyperv_simulator_add_machine (rig->sim, "A", 2, HYPERV_STATE_DISABLED);
  g_autofree char *instance = hyperv_simulator_dup_property (rig->sim, "Msvm_SecuritySettingData", id, "InstanceID");
  g_autofree char *properties = g_strdup_printf ("string InstanceID=%s;boolean TpmEnabled=true", instance);
  g_autofree char *enabled = NULL, *setting = NULL, *arguments = NULL;
  g_autoptr (Answer) set = NULL;
  g_autoptr (Answer) get = NULL;

  hyperv_simulator_set_synchronous (rig->sim, TRUE);
  g_assert_cmpuint (modify_code (rig, "ModifySecuritySettings", "SecuritySettingData", "Msvm_SecuritySettingData", properties), ==, 0);
  enabled = hyperv_simulator_dup_property (rig->sim, "Msvm_SecuritySettingData", id, "TpmEnabled");
  g_assert_cmpstr (enabled, ==, "true");
  setting = instance_argument ("SecuritySettingData", "Msvm_SecuritySettingData", properties);
  arguments = g_strconcat (setting, "<p:KeyProtector>AQIDBA==</p:KeyProtector>", NULL);
  set = invoke (rig, "Msvm_SecurityService", NULL, "SetKeyProtector", arguments);
  assert_return (set, 0);
  get = invoke (rig, "Msvm_SecurityService", NULL, "GetKeyProtector", setting);
  assert_text (get, "KeyProtector", "AQIDBA==");
}

/* A disc goes in and out; what a drive holds goes with it. */
static void
test_disc (Rig *rig, gconstpointer unused)
{
  g_autofree char *id = hyperv_simulator_add_machine (rig->sim, "A", 1, HYPERV_STATE_DISABLED);
  g_autofree char *ide = hyperv_simulator_dup_property (rig->sim, RASD, id, "InstanceID");
  g_autofree char *ide_path = path_of (RASD, ide);
  g_autofree char *properties = g_strdup_printf ("uint16 ResourceType=16;string ResourceSubType=" TYPE "Synthetic DVD Drive;"
                                                 "string Parent=%s;string AddressOnParent=1", ide_path);
  g_autofree char *drive = NULL, *drive_path = NULL, *disc_properties = NULL, *disc = NULL, *selectors = NULL, *reference = NULL;
  g_autofree char *missing = NULL, *wrong = NULL;
  g_autoptr (Answer) removed = NULL;

  hyperv_simulator_set_synchronous (rig->sim, TRUE);
  hyperv_simulator_add_file (rig->sim, "C:\\ISO\\a.iso", 4096, 0);
  drive = add (rig, id, RASD, properties);
  drive_path = path_of (RASD, drive);
#define DISC "uint16 ResourceType=31;string ResourceSubType=" TYPE "Virtual CD/DVD Disk;string Parent=%s;string[] HostResource="
  missing = g_strdup_printf (DISC "C:\\ISO\\none.iso", drive_path);
  g_assert_cmpuint (add_code (rig, id, "Msvm_StorageAllocationSettingData", missing), ==, 32779);
  wrong = g_strdup_printf ("string ResourceSubType=" TYPE "Virtual Hard Disk;string Parent=%s;string[] HostResource=C:\\ISO\\a.iso", drive_path);
  g_assert_cmpuint (add_code (rig, id, "Msvm_StorageAllocationSettingData", wrong), ==, 32773);
  disc_properties = g_strdup_printf (DISC "C:\\ISO\\a.iso", drive_path);
  disc = add (rig, id, "Msvm_StorageAllocationSettingData", disc_properties);
  g_assert_cmpuint (hyperv_simulator_count_instances (rig->sim, "Msvm_StorageAllocationSettingData", id), ==, 2);
  selectors = g_strdup_printf ("InstanceID=%s", drive);
  reference = epr ("ResourceSettings", WMI_V2, RASD, selectors);
  removed = invoke (rig, MANAGEMENT, NULL, "RemoveResourceSettings", reference);
  assert_return (removed, 0);
  g_assert_cmpuint (hyperv_simulator_count_instances (rig->sim, "Msvm_StorageAllocationSettingData", id), ==, 1);
}

static void
test_destroy (Rig *rig, gconstpointer unused)
{
  g_autofree char *id = hyperv_simulator_add_machine (rig->sim, "A", 2, HYPERV_STATE_ENABLED);
  g_autofree char *selectors = g_strdup_printf ("CreationClassName=Msvm_ComputerSystem;Name=%s", id);
  g_autofree char *reference = epr ("AffectedSystem", WMI_V2, "Msvm_ComputerSystem", selectors);
  g_autoptr (Answer) running = invoke (rig, MANAGEMENT, NULL, "DestroySystem", reference);
  g_autoptr (Answer) host = NULL;
  g_autofree char *host_reference
      = epr ("AffectedSystem", WMI_V2, "Msvm_ComputerSystem", "CreationClassName=Msvm_ComputerSystem;Name=HV-SIM");

  assert_return (running, 32775);
  hyperv_simulator_set_machine_state (rig->sim, id, HYPERV_STATE_DISABLED);
  assert_job (rig, invoke (rig, MANAGEMENT, NULL, "DestroySystem", reference));
  g_assert_cmpuint (hyperv_simulator_get_n_machines (rig->sim), ==, 0);
  g_assert_cmpuint (hyperv_simulator_count_instances (rig->sim, "Msvm_ProcessorSettingData", id), ==, 0);
  g_assert_cmpuint (hyperv_simulator_count_instances (rig->sim, "Msvm_BootSourceSettingData", id), ==, 0);
  g_assert_cmpuint (hyperv_simulator_count_instances (rig->sim, "Msvm_VirtualSystemSettingData", NULL), ==, 0);
  host = invoke (rig, MANAGEMENT, NULL, "DestroySystem", host_reference);
  assert_return (host, 32773);
}

/* Msvm_AllocationCapabilities → Msvm_SettingsDefineCapabilities, ValueRole 0 */
static void
test_defaults (Rig *rig, gconstpointer unused)
{
  g_autoptr (Answer) capabilities = enumerate (
      rig, WMI_V2 "*", "SELECT * FROM Msvm_AllocationCapabilities WHERE ResourceSubType = 'Microsoft:Hyper-V:Synthetic SCSI Controller'", 5);
  g_autofree char *id = text_of (capabilities, "InstanceID");
  g_autofree char *links = g_strdup_printf ("REFERENCES OF {Msvm_AllocationCapabilities.InstanceID=\"%s\"} "
                                            "WHERE ResultClass = Msvm_SettingsDefineCapabilities", id);
  g_autofree char *parts = g_strdup_printf ("ASSOCIATORS OF {Msvm_AllocationCapabilities.InstanceID=\"%s\"} "
                                            "WHERE AssocClass = Msvm_SettingsDefineCapabilities", id);
  g_autoptr (Answer) link = enumerate (rig, WMI_V2 "*", links, 5);
  g_autoptr (Answer) part = enumerate (rig, WMI_V2 "*", parts, 5);

  assert_text (link, "ValueRole", "0");
  g_assert_cmpuint (count_of (part, RASD), ==, 1);
  assert_text (part, "ResourceType", "6");
}

void
add_resource_tests (void)
{
  ADD ("define", test_define);
  ADD ("define-by-job", test_define_by_job);
  ADD ("bad-instances", test_bad_instances);
  ADD ("modify-system", test_modify_system);
  ADD ("modify-resources", test_modify_resources);
  ADD ("security", test_security);
  ADD ("disc", test_disc);
  ADD ("destroy", test_destroy);
  ADD ("defaults", test_defaults);
}

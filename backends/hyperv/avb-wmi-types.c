/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-wmi-private.h"

/* Over WS-Management all values are text, but the text of an object that a method is given must say their types
 * (DSP0201 PROPERTY, TYPE). Somebody who asks for an object, changes a thing and gives it back would otherwise say "string"
 * of all the rest. These are the properties of the settings classes that are no strings, as Microsoft's reference of
 * root\virtualization\v2 has them: Msvm_VirtualSystemSettingData, Msvm_ResourceAllocationSettingData and what derives from it,
 * Msvm_StorageAllocationSettingData, Msvm_ProcessorSettingData, Msvm_MemorySettingData, Msvm_SecuritySettingData,
 * Msvm_VirtualHardDiskSettingData, Msvm_SyntheticEthernetPortSettingData, Msvm_EthernetPortAllocationSettingData,
 * Msvm_SyntheticDisplayControllerSettingData, Msvm_VirtualEthernetSwitchSettingData, Msvm_*ComponentSettingData,
 * Msvm_VirtualSystemSnapshotSettingData, CIM_ManagedElement. By name. */
static const struct {
  const char *name;
  AvbWmiType  type;
} properties[] = {
  { "Access", AVB_WMI_UINT16 },
  { "AllowFullSCSICommandSet", AVB_WMI_BOOLEAN },
  { "AllowNetLbfoTeams", AVB_WMI_BOOLEAN },
  { "AllowPacketDirect", AVB_WMI_BOOLEAN },
  { "AllowReducedFcRedundancy", AVB_WMI_BOOLEAN },
  { "AutomaticAllocation", AVB_WMI_BOOLEAN },
  { "AutomaticCriticalErrorAction", AVB_WMI_UINT16 },
  { "AutomaticCriticalErrorActionTimeout", AVB_WMI_DATETIME },
  { "AutomaticDeallocation", AVB_WMI_BOOLEAN },
  { "AutomaticRecoveryAction", AVB_WMI_UINT16 },
  { "AutomaticShutdownAction", AVB_WMI_UINT16 },
  { "AutomaticSnapshotsEnabled", AVB_WMI_BOOLEAN },
  { "AutomaticStartupAction", AVB_WMI_UINT16 },
  { "AutomaticStartupActionDelay", AVB_WMI_DATETIME },
  { "AutomaticStartupActionSequenceNumber", AVB_WMI_UINT16 },
  { "BIOSNumLock", AVB_WMI_BOOLEAN },
  { "BandwidthReservationMode", AVB_WMI_UINT32 },
  { "BindVirtualTpm", AVB_WMI_BOOLEAN },
  { "BlockSize", AVB_WMI_UINT32 },
  { "BootOrder", AVB_WMI_UINT16 },
  { "CachingMode", AVB_WMI_UINT16 },
  { "ClusterMonitored", AVB_WMI_BOOLEAN },
  { "ConsistencyLevel", AVB_WMI_UINT8 },
  { "ConsoleMode", AVB_WMI_UINT16 },
  { "ConsumerVisibility", AVB_WMI_UINT16 },
  { "CreationTime", AVB_WMI_DATETIME },
  { "DataAlignment", AVB_WMI_UINT64 },
  { "DataProtectionRequested", AVB_WMI_BOOLEAN },
  { "DebugChannelId", AVB_WMI_UINT32 },
  { "DebugPort", AVB_WMI_UINT32 },
  { "DebugPortEnabled", AVB_WMI_UINT16 },
  { "DebuggerMode", AVB_WMI_BOOLEAN },
  { "DefaultQueueVrssEnabled", AVB_WMI_BOOLEAN },
  { "DesiredVLANEndpointMode", AVB_WMI_UINT16 },
  { "DeviceNamingEnabled", AVB_WMI_BOOLEAN },
  { "DynamicMemoryEnabled", AVB_WMI_BOOLEAN },
  { "EnableHostResourceProtection", AVB_WMI_BOOLEAN },
  { "EnabledState", AVB_WMI_UINT16 },
  { "EncryptStateAndVmMigrationTraffic", AVB_WMI_BOOLEAN },
  { "EnhancedSessionTransportType", AVB_WMI_UINT16 },
  { "ExposeVirtualizationExtensions", AVB_WMI_BOOLEAN },
  { "Format", AVB_WMI_UINT16 },
  { "GuestBackupType", AVB_WMI_UINT8 },
  { "GuestControlledCacheTypes", AVB_WMI_BOOLEAN },
  { "GuestStateIsolationEnabled", AVB_WMI_BOOLEAN },
  { "HideHypervisorPresent", AVB_WMI_BOOLEAN },
  { "HighMmioGapBase", AVB_WMI_UINT64 },
  { "HighMmioGapSize", AVB_WMI_UINT64 },
  { "HorizontalResolution", AVB_WMI_UINT16 },
  { "HostExtentNameFormat", AVB_WMI_UINT16 },
  { "HostExtentNameNamespace", AVB_WMI_UINT16 },
  { "HostExtentStartingAddress", AVB_WMI_UINT64 },
  { "HostResourceBlockSize", AVB_WMI_UINT64 },
  { "HugePagesEnabled", AVB_WMI_BOOLEAN },
  { "HwThreadsPerCore", AVB_WMI_UINT64 },
  { "IOPSLimit", AVB_WMI_UINT64 },
  { "IOPSReservation", AVB_WMI_UINT64 },
  { "IOVPreferred", AVB_WMI_BOOLEAN },
  { "IgnoreFlushes", AVB_WMI_BOOLEAN },
  { "IgnoreNonSnapshottableDisks", AVB_WMI_BOOLEAN },
  { "IncrementalBackupEnabled", AVB_WMI_BOOLEAN },
  { "InstallDate", AVB_WMI_DATETIME },
  { "InterruptModeration", AVB_WMI_BOOLEAN },
  { "IsAutomaticSnapshot", AVB_WMI_BOOLEAN },
  { "IsPmemCompatible", AVB_WMI_BOOLEAN },
  { "IsSaved", AVB_WMI_BOOLEAN },
  { "IsVirtualized", AVB_WMI_BOOLEAN },
  { "KsdEnabled", AVB_WMI_BOOLEAN },
  { "Limit", AVB_WMI_UINT64 },
  { "LimitCPUID", AVB_WMI_BOOLEAN },
  { "LimitProcessorFeatures", AVB_WMI_BOOLEAN },
  { "LockOnDisconnect", AVB_WMI_BOOLEAN },
  { "LogicalSectorSize", AVB_WMI_UINT32 },
  { "LowMmioGapSize", AVB_WMI_UINT64 },
  { "MappingBehavior", AVB_WMI_UINT16 },
  { "MaxInternalSize", AVB_WMI_UINT64 },
  { "MaxMemoryBlocksPerNumaNode", AVB_WMI_UINT64 },
  { "MaxNumaNodesPerSocket", AVB_WMI_UINT64 },
  { "MaxProcessorsPerNumaNode", AVB_WMI_UINT64 },
  { "NetworkBootPreferredProtocol", AVB_WMI_UINT16 },
  { "PacketDirectEnabled", AVB_WMI_BOOLEAN },
  { "ParentTimestamp", AVB_WMI_DATETIME },
  { "PauseAfterBootFailure", AVB_WMI_BOOLEAN },
  { "PersistentReservationsSupported", AVB_WMI_BOOLEAN },
  { "PhysicalSectorSize", AVB_WMI_UINT32 },
  { "PmemAddressAbstractionType", AVB_WMI_UINT16 },
  { "PreferredBandwidth", AVB_WMI_UINT64 },
  { "Reservation", AVB_WMI_UINT64 },
  { "ResolutionType", AVB_WMI_UINT8 },
  { "ResourceType", AVB_WMI_UINT16 },
  { "SecureBootEnabled", AVB_WMI_BOOLEAN },
  { "SgxEnabled", AVB_WMI_BOOLEAN },
  { "SgxSize", AVB_WMI_UINT64 },
  { "ShieldingRequested", AVB_WMI_BOOLEAN },
  { "SnapshotType", AVB_WMI_UINT8 },
  { "StaticMacAddress", AVB_WMI_BOOLEAN },
  { "SwapFilesInUse", AVB_WMI_BOOLEAN },
  { "TargetMemoryBuffer", AVB_WMI_UINT32 },
  { "TpmEnabled", AVB_WMI_BOOLEAN },
  { "TurnOffOnGuestRestart", AVB_WMI_BOOLEAN },
  { "Type", AVB_WMI_UINT16 },
  { "UserSnapshotType", AVB_WMI_UINT16 },
  { "VMBusMessageRedirection", AVB_WMI_BOOLEAN },
  { "VerticalResolution", AVB_WMI_UINT16 },
  { "VirtualNumaEnabled", AVB_WMI_BOOLEAN },
  { "VirtualQuantity", AVB_WMI_UINT64 },
  { "VirtualResourceBlockSize", AVB_WMI_UINT64 },
  { "VirtualizationBasedSecurityOptOut", AVB_WMI_BOOLEAN },
  { "Weight", AVB_WMI_UINT32 },
  { "WriteHardeningMethod", AVB_WMI_UINT16 },
};

/* And those that are arrays: one value alone looks like none over WS-Management. */
static const char *const arrays[] = { "BootOrder",    "BootSourceOrder",      "Connection",
                                      "HostResource", "Notes",                "OptionalData",
                                      "RequiredFeatureHints", "RequiredFeatures", "VirtualSystemIdentifiers", NULL };

static const char *const names[] = {
  [AVB_WMI_STRING] = "string", [AVB_WMI_BOOLEAN] = "boolean", [AVB_WMI_UINT8] = "uint8",
  [AVB_WMI_UINT16] = "uint16", [AVB_WMI_UINT32] = "uint32",   [AVB_WMI_UINT64] = "uint64",
  [AVB_WMI_SINT32] = "sint32", [AVB_WMI_DATETIME] = "datetime",
};

const char *
avb_wmi_type_to_name (AvbWmiType type)
{
  g_assert (type >= 0 && type < G_N_ELEMENTS (names));
  return names[type];
}

int
avb_wmi_type_from_name (const char *name)
{
  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (names); i++)
    if (g_str_equal (names[i], name))
      return i;
  return AVB_WMI_STRING;
}

AvbWmiType
avb_wmi_type_of_property (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (properties); i++)
    if (g_str_equal (properties[i].name, name))
      return properties[i].type;
  return AVB_WMI_STRING;
}

gboolean
avb_wmi_property_is_array (const char *name)
{
  return g_strv_contains (arrays, name);
}

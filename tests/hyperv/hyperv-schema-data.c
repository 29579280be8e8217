/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-object.h"

/* Names, types and keys of the classes as Microsoft's reference of the WMI provider (v2) lists them, one page
 * for each class; what follows a "=" is the value that the reference names for all instances, or a plain one.
 * A "~" in a value stands for a space. */
const char *const hv_schema_virtualization[] = {
    "Msvm_ComputerSystem CIM_ComputerSystem"
    "\nstring InstanceID Caption=Virtual~Machine Description=Microsoft~Virtual~Machine ElementName"
    " StatusDescriptions[]=Operating~normally Status"
    " OtherEnabledState *CreationClassName=Msvm_ComputerSystem *Name PrimaryOwnerName"
    " PrimaryOwnerContact Roles[]"
    " NameFormat OtherIdentifyingInfo[] IdentifyingDescriptions[] OtherDedicatedDescriptions[]"
    "\ndatetime InstallDate TimeOfLastStateChange TimeOfLastConfigurationChange"
    " LastApplicationConsistentReplicationTime LastReplicationTime LastSuccessfulBackupTime"
    "\nuint16 OperationalStatus[]=2 HealthState=5 CommunicationStatus DetailedStatus"
    " OperatingStatus PrimaryStatus EnabledState RequestedState EnabledDefault=2"
    " AvailableRequestedStates[] TransitioningToState Dedicated[] ResetCapability=1"
    " PowerManagementCapabilities[] NumberOfNumaNodes ReplicationState=0 ReplicationHealth=0"
    " ReplicationMode=0 FailedOverReplicationType LastReplicationType EnhancedSessionModeState=3"
    "\nuint64 OnTimeInMilliseconds"
    "\nuint32 ProcessID",
    "Msvm_VirtualSystemSettingData CIM_VirtualSystemSettingData"
    "\nstring *InstanceID Caption=Virtual~Machine~Settings"
    " Description=Microsoft~Virtual~Machine~Settings ElementName VirtualSystemIdentifier"
    " VirtualSystemType Notes[] ConfigurationID ConfigurationDataRoot ConfigurationFile"
    " SnapshotDataRoot SuspendDataRoot SwapFileDataRoot LogDataRoot RecoveryFile BIOSGUID"
    " BIOSSerialNumber BaseBoardSerialNumber ChassisSerialNumber Architecture=x64 ChassisAssetTag"
    " Parent AdditionalRecoveryInformation Version=10.0 VirtualSystemSubType BootSourceOrder[]"
    " GuestStateFile GuestStateDataRoot ParentPackage SecureBootTemplateId"
    "\ndatetime CreationTime AutomaticStartupActionDelay AutomaticCriticalErrorActionTimeout"
    "\nuint16 AutomaticStartupAction=2 AutomaticStartupActionSequenceNumber"
    " AutomaticShutdownAction=3 AutomaticRecoveryAction=3 BootOrder[] UserSnapshotType=3"
    " DebugPortEnabled=0 NetworkBootPreferredProtocol=4096 AutomaticCriticalErrorAction ConsoleMode=0"
    " EnhancedSessionTransportType"
    "\nboolean BIOSNumLock=false IsSaved=false AllowFullSCSICommandSet=false"
    " IncrementalBackupEnabled=false"
    " VirtualNumaEnabled=true AllowReducedFcRedundancy PauseAfterBootFailure=false"
    " GuestControlledCacheTypes AutomaticSnapshotsEnabled=false IsAutomaticSnapshot=false"
    " LockOnDisconnect=false"
    " SecureBootEnabled"
    "\nuint32 DebugChannelId DebugPort=0"
    "\nuint64 LowMmioGapSize=128 HighMmioGapSize=512",
    "Msvm_ProcessorSettingData CIM_ResourceAllocationSettingData"
    "\nstring *InstanceID Caption=Processor Description=Settings~for~Microsoft~Virtual~Processor."
    " ElementName=Processor OtherResourceType ResourceSubType=Microsoft:Hyper-V:Processor"
    " PoolID= HostResource[] AllocationUnits=percent~/~1000 Parent Connection[] Address"
    " AddressOnParent"
    " VirtualQuantityUnits=count CpuGroupId"
    "\nuint16 ResourceType=3 ConsumerVisibility=3 MappingBehavior"
    "\nuint64 VirtualQuantity=1 Reservation=0 Limit=100000 HwThreadsPerCore=1"
    " MaxProcessorsPerNumaNode"
    " MaxNumaNodesPerSocket"
    "\nuint32 Weight=100"
    "\nboolean AutomaticAllocation=true AutomaticDeallocation=true LimitCPUID=false"
    " LimitProcessorFeatures=false"
    " EnableHostResourceProtection=false HideHypervisorPresent=false"
    " ExposeVirtualizationExtensions=false",
    "Msvm_MemorySettingData CIM_ResourceAllocationSettingData"
    "\nstring *InstanceID Caption=Memory Description=Settings~for~Microsoft~Virtual~Machine~Memory."
    " ElementName=Memory OtherResourceType ResourceSubType=Microsoft:Hyper-V:Memory"
    " PoolID= HostResource[] AllocationUnits=byte~*~2^20 Parent Connection[] Address AddressOnParent"
    " VirtualQuantityUnits=byte~*~2^20"
    "\nuint16 ResourceType=4 ConsumerVisibility=3 MappingBehavior"
    "\nboolean HugePagesEnabled=false AutomaticAllocation=true AutomaticDeallocation=true"
    " DynamicMemoryEnabled=false"
    " IsVirtualized=true SwapFilesInUse=false SgxEnabled=false"
    "\nuint64 VirtualQuantity=1024 Reservation=1024 Limit=1024 MaxMemoryBlocksPerNumaNode SgxSize=0"
    "\nuint32 Weight=5000 TargetMemoryBuffer=20",
    "Msvm_ResourceAllocationSettingData CIM_ResourceAllocationSettingData"
    "\nstring *InstanceID Caption Description ElementName OtherResourceType ResourceSubType"
    " PoolID= HostResource[] AllocationUnits=count Parent Connection[] Address AddressOnParent"
    " VirtualQuantityUnits=count VirtualSystemIdentifiers[]"
    "\nuint16 ResourceType ConsumerVisibility=3 MappingBehavior"
    "\nuint64 VirtualQuantity=1 Reservation=1 Limit=1"
    "\nuint32 Weight=0"
    "\nboolean AutomaticAllocation=true AutomaticDeallocation=true",
    "Msvm_StorageAllocationSettingData CIM_StorageAllocationSettingData"
    "\nstring *InstanceID Caption=Hard~Disk~Image Description ElementName=Hard~Disk~Image"
    " OtherResourceType ResourceSubType"
    " PoolID= HostResource[] AllocationUnits StorageQoSPolicyID Parent Connection[] Address"
    " AddressOnParent VirtualQuantityUnits=count HostExtentName OtherHostExtentNameFormat"
    " OtherHostExtentNameNamespace IOPSAllocationUnits SnapshotId="
    "\nuint16 ResourceType ConsumerVisibility=3 MappingBehavior Access=0 HostExtentNameFormat"
    " HostExtentNameNamespace CachingMode=0 WriteHardeningMethod=0"
    "\nuint64 VirtualQuantity=1 Limit=1 VirtualResourceBlockSize HostResourceBlockSize Reservation"
    " HostExtentStartingAddress IOPSLimit=0 IOPSReservation=0"
    "\nuint32 Weight=100"
    "\nboolean AutomaticAllocation=true AutomaticDeallocation=true"
    " PersistentReservationsSupported=false"
    " IgnoreFlushes=false",
    "Msvm_SyntheticEthernetPortSettingData CIM_EthernetPortAllocationSettingData"
    "\nstring *InstanceID Caption=Network~Adapter Description ElementName=Network~Adapter"
    " OtherResourceType ResourceSubType=Microsoft:Hyper-V:Synthetic~Ethernet~Port"
    " PoolID= HostResource[] AllocationUnits=count Parent Connection[] Address AddressOnParent"
    " VirtualQuantityUnits=count OtherEndpointMode VirtualSystemIdentifiers[]"
    "\nuint16 ResourceType=10 ConsumerVisibility=3 MappingBehavior DesiredVLANEndpointMode"
    "\nuint64 VirtualQuantity=1 Reservation=1 Limit=1"
    "\nuint32 Weight=0"
    "\nboolean AutomaticAllocation=true AutomaticDeallocation=true DeviceNamingEnabled=false"
    " AllowPacketDirect=false"
    " StaticMacAddress=false ClusterMonitored=true",
    "Msvm_EthernetPortAllocationSettingData CIM_EthernetPortAllocationSettingData"
    "\nstring *InstanceID Caption=Ethernet~Switch~Port~Settings"
    " Description=Ethernet~Switch~Port~Settings ElementName=Ethernet~Connection OtherResourceType"
    " ResourceSubType=Microsoft:Hyper-V:Ethernet~Connection"
    " PoolID= HostResource[] AllocationUnits=count Parent Connection[] Address AddressOnParent"
    " VirtualQuantityUnits=count OtherEndpointMode LastKnownSwitchName RequiredFeatures[]"
    " RequiredFeatureHints[] TestReplicaPoolID TestReplicaSwitchName CompartmentGuid"
    "\nuint16 ResourceType=33 ConsumerVisibility=3 MappingBehavior DesiredVLANEndpointMode"
    " EnabledState=2"
    "\nuint64 VirtualQuantity=1 Reservation=1 Limit=1"
    "\nuint32 Weight=0"
    "\nboolean AutomaticAllocation=true AutomaticDeallocation=true",
    "Msvm_VirtualEthernetSwitch CIM_ComputerSystem"
    "\nstring InstanceID Caption=Virtual~Switch Description=Microsoft~Virtual~Switch ElementName"
    " StatusDescriptions[] Status"
    " OtherEnabledState *CreationClassName=Msvm_VirtualEthernetSwitch *Name PrimaryOwnerName"
    " PrimaryOwnerContact Roles[]"
    " NameFormat OtherIdentifyingInfo[] IdentifyingDescriptions[] OtherDedicatedDescriptions[]"
    "\ndatetime InstallDate TimeOfLastStateChange"
    "\nuint16 OperationalStatus[]=2 HealthState=5 CommunicationStatus DetailedStatus"
    " OperatingStatus PrimaryStatus EnabledState=5 RequestedState EnabledDefault=2"
    " AvailableRequestedStates[] TransitioningToState Dedicated[] ResetCapability=5"
    " PowerManagementCapabilities[]"
    "\nuint32 MaxVMQOffloads MaxIOVOffloads",
    "Msvm_VirtualHardDiskSettingData CIM_SettingData"
    "\nstring *InstanceID Caption=Virtual~Hard~Disk~Setting~Data"
    " Description=Setting~Data~for~a~Virtual~Hard~Disk ElementName=Virtual~Hard~Disk~Setting~Data"
    " Path ParentPath ParentIdentifier"
    " VirtualDiskId"
    "\nuint16 Type Format PmemAddressAbstractionType"
    "\ndatetime ParentTimestamp"
    "\nuint64 MaxInternalSize DataAlignment"
    "\nuint32 BlockSize LogicalSectorSize PhysicalSectorSize"
    "\nboolean IsPmemCompatible",
    "Msvm_VirtualHardDiskState "
    "\nuint64 FileSize MinInternalSize"
    "\nboolean InUse"
    "\nuint32 PhysicalSectorSize Alignment FragmentationPercentage"
    "\ndatetime Timestamp",
    "Msvm_ConcreteJob CIM_ConcreteJob"
    "\nstring *InstanceID Caption Description ElementName Name StatusDescriptions[]=OK Status"
    " JobStatus Notify Owner ErrorDescription ErrorSummaryDescription OtherRecoveryAction"
    "\ndatetime InstallDate TimeSubmitted ScheduledStartTime StartTime ElapsedTime"
    " RunStartInterval UntilTime TimeOfLastStateChange TimeBeforeRemoval=P0DT0H5M0S"
    "\nuint16 OperationalStatus[]=2 HealthState=5 CommunicationStatus DetailedStatus"
    " OperatingStatus PrimaryStatus LocalOrUtcTime=2 PercentComplete ErrorCode=0 RecoveryAction"
    " JobState JobType"
    "\nuint32 JobRunTimes=1 Priority"
    "\nuint8 RunMonth"
    "\nsint8 RunDay RunDayOfWeek"
    "\nboolean DeleteOnCompletion=false Cancellable=true",
    "Msvm_SummaryInformation Msvm_SummaryInformationBase"
    "\nstring InstanceID AllocatedGPU ElementName OtherEnabledState GuestOperatingSystem Name"
    " Notes Version StatusDescriptions[] ReplicationProviderId[] VirtualSwitchNames[]"
    " VirtualSystemSubType HostComputerSystemName"
    "\nboolean Shielded SwapFilesInUse MemorySpansPhysicalNumaNodes"
    "\nobject AsynchronousTasks[] Snapshots[]"
    "\ndatetime CreationTime"
    "\nuint16 EnabledState HealthState Heartbeat NumberOfProcessors OperationalStatus[]"
    " ProcessorLoad ProcessorLoadHistory[] ThumbnailImageHeight ThumbnailImageWidth"
    " ReplicationState ReplicationStateEx[] ReplicationHealth ReplicationHealthEx[]"
    " ReplicationMode ApplicationHealth IntegrationServicesVersionState"
    " EnhancedSessionModeState"
    "\nuint64 MemoryUsage UpTime"
    "\nsint32 MemoryAvailable AvailableMemoryBuffer"
    "\nuint8 ThumbnailImage[]"
    "\nref TestReplicaSystem",
    "Msvm_Keyboard CIM_UserDevice"
    "\nstring InstanceID Caption=Keyboard Description=Microsoft~Virtual~Keyboard ElementName=Keyboard"
    " Name=Keyboard StatusDescriptions[]=OK Status"
    " OtherEnabledState *SystemCreationClassName=Msvm_ComputerSystem *SystemName"
    " *CreationClassName=Msvm_Keyboard *DeviceID"
    " ErrorDescription OtherIdentifyingInfo[] IdentifyingDescriptions[] Layout=00000409"
    "\ndatetime InstallDate TimeOfLastStateChange"
    "\nuint16 OperationalStatus[]=2 HealthState=5 CommunicationStatus DetailedStatus"
    " OperatingStatus PrimaryStatus EnabledState=5 RequestedState=12 EnabledDefault=2"
    " AvailableRequestedStates[] TransitioningToState PowerManagementCapabilities[]"
    " Availability=6 StatusInfo AdditionalAvailability[] NumberOfFunctionKeys=12 Password=5"
    "\nboolean PowerManagementSupported ErrorCleared IsLocked=false UnicodeSupported=true"
    "\nuint32 LastErrorCode"
    "\nuint64 PowerOnHours TotalPowerOnHours MaxQuiesceTime",
    "Msvm_SyntheticMouse CIM_PointingDevice"
    "\nstring InstanceID Caption=Mouse Description=Microsoft~Synthetic~Mouse ElementName=Mouse"
    " Name=Mouse StatusDescriptions[]=OK Status"
    " OtherEnabledState *SystemCreationClassName=Msvm_ComputerSystem *SystemName"
    " *CreationClassName=Msvm_SyntheticMouse *DeviceID"
    " ErrorDescription OtherIdentifyingInfo[] IdentifyingDescriptions[]"
    "\ndatetime InstallDate TimeOfLastStateChange"
    "\nuint16 OperationalStatus[]=2 HealthState=5 CommunicationStatus DetailedStatus"
    " OperatingStatus PrimaryStatus EnabledState=2 RequestedState=12 EnabledDefault=2"
    " AvailableRequestedStates[] TransitioningToState PowerManagementCapabilities[]"
    " Availability=6 StatusInfo AdditionalAvailability[] PointingType=3 Handedness=2"
    "\nboolean PowerManagementSupported ErrorCleared IsLocked=false AbsoluteCoordinates=true"
    "\nuint32 LastErrorCode Resolution"
    "\nuint64 PowerOnHours TotalPowerOnHours MaxQuiesceTime"
    "\nuint8 NumberOfButtons=5"
    "\nsint32 HorizontalPosition=0 VerticalPosition=0 ScrollPosition=0",
    "Msvm_ShutdownComponent CIM_LogicalDevice"
    "\nstring InstanceID Caption=Shutdown Description=Microsoft~Shutdown~Service ElementName=Shutdown"
    " Name=Shutdown StatusDescriptions[]=OK Status"
    " OtherEnabledState *SystemCreationClassName=Msvm_ComputerSystem *SystemName"
    " *CreationClassName=Msvm_ShutdownComponent *DeviceID"
    " ErrorDescription OtherIdentifyingInfo[] IdentifyingDescriptions[]"
    "\ndatetime InstallDate TimeOfLastStateChange"
    "\nuint16 OperationalStatus[]=2 HealthState=5 CommunicationStatus DetailedStatus"
    " OperatingStatus PrimaryStatus EnabledState=2 RequestedState=12 EnabledDefault=7"
    " AvailableRequestedStates[] TransitioningToState PowerManagementCapabilities[]"
    " Availability StatusInfo AdditionalAvailability[]"
    "\nboolean PowerManagementSupported ErrorCleared"
    "\nuint32 LastErrorCode"
    "\nuint64 PowerOnHours TotalPowerOnHours MaxQuiesceTime",
    "Msvm_HeartbeatComponent CIM_LogicalDevice"
    "\nstring InstanceID Caption=Heartbeat Description=Microsoft~Heartbeat~Service"
    " ElementName=Heartbeat Name=Heartbeat StatusDescriptions[]=OK Status"
    " OtherEnabledState *SystemCreationClassName=Msvm_ComputerSystem *SystemName"
    " *CreationClassName=Msvm_HeartbeatComponent *DeviceID"
    " ErrorDescription OtherIdentifyingInfo[] IdentifyingDescriptions[]"
    "\ndatetime InstallDate TimeOfLastStateChange"
    "\nuint16 OperationalStatus[]=2 HealthState=5 CommunicationStatus DetailedStatus"
    " OperatingStatus PrimaryStatus EnabledState=2 RequestedState=12 EnabledDefault=7"
    " AvailableRequestedStates[] TransitioningToState PowerManagementCapabilities[]"
    " Availability StatusInfo AdditionalAvailability[]"
    "\nboolean PowerManagementSupported ErrorCleared"
    "\nuint32 LastErrorCode"
    "\nuint64 PowerOnHours TotalPowerOnHours MaxQuiesceTime",
    "Msvm_SyntheticDisplayController CIM_DisplayController"
    "\nstring InstanceID Caption=Video Description=Microsoft~Synthetic~Display~Controller"
    " ElementName=Display~Controller Name=Display~Controller StatusDescriptions[] Status"
    " EnabledState=2 OtherEnabledState *SystemCreationClassName=Msvm_ComputerSystem *SystemName"
    " *DeviceID"
    " ErrorDescription OtherIdentifyingInfo[] IdentifyingDescriptions[] ProtocolDescription"
    " VideoProcessor OtherVideoMemoryType CapabilityDescriptions[] OtherVideoArchitecture"
    "\ndatetime InstallDate TimeOfLastStateChange TimeOfLastReset"
    "\nuint16 OperationalStatus[]=2 HealthState=5 CommunicationStatus DetailedStatus"
    " OperatingStatus PrimaryStatus RequestedState=12 EnabledDefault=2 AvailableRequestedStates[]"
    " TransitioningToState *CreationClassName=Msvm_SyntheticDisplayController"
    " PowerManagementCapabilities[] Availability"
    " StatusInfo AdditionalAvailability[] ProtocolSupported VideoMemoryType"
    " AcceleratorCapabilities[] VideoArchitecture"
    "\nboolean PowerManagementSupported ErrorCleared"
    "\nuint32 LastErrorCode MaxNumberControlled NumberOfVideoPages MaxMemorySupported"
    "\nuint64 PowerOnHours TotalPowerOnHours MaxQuiesceTime",
    "Msvm_VideoHead CIM_VideoHead"
    "\nstring InstanceID Caption=Video~Head Description=Microsoft~Video~Head ElementName=Video~Head"
    " Name=Video~Head StatusDescriptions[] Status"
    " EnabledState=2 OtherEnabledState *SystemCreationClassName=Msvm_ComputerSystem *SystemName"
    " *DeviceID"
    " ErrorDescription OtherIdentifyingInfo[] IdentifyingDescriptions[] OtherCurrentScanMode"
    "\ndatetime InstallDate TimeOfLastStateChange"
    "\nuint16 OperationalStatus[]=2 HealthState=5 CommunicationStatus DetailedStatus"
    " OperatingStatus PrimaryStatus RequestedState=12 EnabledDefault=2 AvailableRequestedStates[]"
    " TransitioningToState *CreationClassName=Msvm_VideoHead PowerManagementCapabilities[]"
    " Availability"
    " StatusInfo AdditionalAvailability[] CurrentScanMode"
    "\nboolean PowerManagementSupported ErrorCleared"
    "\nuint32 LastErrorCode CurrentBitsPerPixel=32 CurrentHorizontalResolution=1024"
    " CurrentVerticalResolution=768 MaxRefreshRate MinRefreshRate CurrentRefreshRate"
    " CurrentNumberOfRows CurrentNumberOfColumns"
    "\nuint64 PowerOnHours TotalPowerOnHours MaxQuiesceTime CurrentNumberOfColors",
    "Msvm_AllocationCapabilities CIM_AllocationCapabilities"
    "\nstring *InstanceID Caption Description ElementName OtherResourceType ResourceSubType"
    "\nuint16 ResourceType RequestTypesSupported SharingMode SupportedAddStates[]"
    " SupportedRemoveStates[]",
    "Msvm_VirtualSystemManagementService CIM_VirtualSystemManagementService"
    "\nstring InstanceID Caption=Hyper-V~Virtual~System~Management~Service"
    " Description=Hyper-V~Virtual~System~Management~Service"
    " ElementName=Hyper-V~Virtual~System~Management~Service *Name StatusDescriptions[] Status"
    " OtherEnabledState *SystemCreationClassName=Msvm_ComputerSystem *SystemName"
    " *CreationClassName=Msvm_VirtualSystemManagementService"
    " PrimaryOwnerName PrimaryOwnerContact StartMode"
    "\ndatetime InstallDate TimeOfLastStateChange"
    "\nuint16 OperationalStatus[]=2 HealthState=5 CommunicationStatus DetailedStatus"
    " OperatingStatus PrimaryStatus EnabledState=5 RequestedState EnabledDefault"
    " AvailableRequestedStates[] TransitioningToState"
    "\nboolean Started=true",
    "Msvm_VirtualSystemManagementServiceSettingData CIM_SettingData"
    "\nstring *InstanceID Caption Description ElementName BiosLockString"
    " DefaultExternalDataRoot DefaultVirtualHardDiskPath MaximumMacAddress MinimumMacAddress"
    " PrimaryOwnerContact PrimaryOwnerName MaximumWWPNAddress MinimumWWPNAddress"
    " CurrentWWNNAddress"
    "\nboolean NumaSpanningEnabled HypervisorRootSchedulerEnabled EnhancedSessionModeEnabled"
    "\nuint32 HbaLunTimeout"
    "\nuint16 DefaultVirtualHardDiskCachingMode",
    "Msvm_VirtualSystemSnapshotService CIM_VirtualSystemSnapshotService"
    "\nstring InstanceID Caption=Hyper-V~Virtual~System~Snapshot~Service"
    " Description=Hyper-V~Virtual~System~Snapshot~Service"
    " ElementName=Hyper-V~Virtual~System~Snapshot~Service *Name StatusDescriptions[] Status"
    " OtherEnabledState *SystemCreationClassName=Msvm_ComputerSystem *SystemName"
    " *CreationClassName=Msvm_VirtualSystemSnapshotService"
    " PrimaryOwnerName PrimaryOwnerContact StartMode"
    "\ndatetime InstallDate TimeOfLastStateChange"
    "\nuint16 OperationalStatus[]=2 HealthState=5 CommunicationStatus DetailedStatus"
    " OperatingStatus PrimaryStatus EnabledState=5 RequestedState EnabledDefault"
    " AvailableRequestedStates[] TransitioningToState"
    "\nboolean Started=true",
    "Msvm_VirtualSystemSnapshotSettingData CIM_SettingData"
    "\nuint8 ConsistencyLevel GuestBackupType"
    "\nboolean IgnoreNonSnapshottableDisks",
    "Msvm_ImageManagementService CIM_Service"
    "\nstring InstanceID Caption=Hyper-V~Image~Management~Service"
    " Description=Hyper-V~Image~Management~Service ElementName=Hyper-V~Image~Management~Service"
    " StatusDescriptions[] Status"
    " OtherEnabledState *SystemCreationClassName=Msvm_ComputerSystem *SystemName"
    " *CreationClassName=Msvm_ImageManagementService *Name"
    " PrimaryOwnerName PrimaryOwnerContact StartMode"
    "\ndatetime InstallDate TimeOfLastStateChange"
    "\nuint16 OperationalStatus[]=2 HealthState=5 CommunicationStatus DetailedStatus"
    " OperatingStatus PrimaryStatus EnabledState=5 RequestedState EnabledDefault"
    " AvailableRequestedStates[] TransitioningToState"
    "\nboolean Started=true",
    "Msvm_TerminalService CIM_Service"
    "\nstring InstanceID Caption=Hyper-V~Terminal~Service Description=Microsoft~Virtual~Terminal~Service"
    " ElementName=Hyper-V~Terminal~Service *Name Status=OK"
    " *SystemCreationClassName=Msvm_ComputerSystem *SystemName *CreationClassName=Msvm_TerminalService"
    "\nuint16 OperationalStatus[]=2 HealthState=5"
    "\nboolean Started=true",
    "Msvm_TerminalServiceSettingData CIM_SettingData"
    "\nstring *InstanceID Caption=Hyper-V~Terminal~Service~Settings"
    " Description=Settings~for~the~Hyper-V~Terminal~Service"
    " ElementName=Hyper-V~Terminal~Service~Settings TrustedIssuerCertificateHashes[] AllowedHashAlgorithms[]"
    "\nuint32 ListenerPort=2179"
    "\nboolean DisableSelfSignedCertificateGeneration=false"
    "\nuint8 AuthCertificateHash[]",
    "Msvm_SecurityService CIM_SecurityService"
    "\nstring *SystemCreationClassName=Msvm_ComputerSystem *SystemName *CreationClassName=Msvm_SecurityService *Name ElementName=Hyper-V~Security~Service"
    "\nuint16 EnabledState=5 HealthState=5\nboolean Started=true",
    "Msvm_BootSourceSettingData CIM_SettingData"
    "\nstring Description=Boot~Source Caption=Boot~Source *InstanceID ElementName OtherLocation"
    " FirmwareDevicePath"
    " BootSourceDescription"
    "\nuint32 BootSourceType=0"
    "\nuint8 OptionalData[]",
    "Msvm_ResourcePool CIM_ResourcePool"
    "\nstring *InstanceID Caption Description ElementName Name StatusDescriptions[] Status"
    " PoolID OtherResourceType ResourceSubType AllocationUnits ConsumedResourceUnits"
    "\ndatetime InstallDate"
    "\nuint16 OperationalStatus[] HealthState CommunicationStatus DetailedStatus"
    " OperatingStatus PrimaryStatus ResourceType"
    "\nboolean Primordial"
    "\nuint64 Capacity Reserved CurrentlyConsumedResource MaxConsumableResource",
    "Msvm_VirtualSystemCapabilities CIM_EnabledLogicalElementCapabilities"
    "\nstring *InstanceID Caption Description ElementName ElementNameMask"
    "\nboolean ElementNameEditSupported"
    "\nobject MaxElementNameLen RequestedStatesSupported[]",
    "Msvm_KvpExchangeComponent CIM_LogicalDevice"
    "\nstring InstanceID Caption Description ElementName Name StatusDescriptions[] Status"
    " OtherEnabledState *SystemCreationClassName *SystemName *CreationClassName *DeviceID"
    " ErrorDescription OtherIdentifyingInfo[] IdentifyingDescriptions[] GuestExchangeItems[]"
    " GuestIntrinsicExchangeItems[]"
    "\ndatetime InstallDate TimeOfLastStateChange"
    "\nuint16 OperationalStatus[] HealthState CommunicationStatus DetailedStatus"
    " OperatingStatus PrimaryStatus EnabledState RequestedState EnabledDefault"
    " AvailableRequestedStates[] TransitioningToState PowerManagementCapabilities[]"
    " Availability StatusInfo AdditionalAvailability[]"
    "\nboolean PowerManagementSupported ErrorCleared"
    "\nuint32 LastErrorCode"
    "\nuint64 PowerOnHours TotalPowerOnHours MaxQuiesceTime",
    "Msvm_Error CIM_Error"
    "\nuint16 ErrorType PerceivedSeverity ProbableCause ErrorSourceFormat"
    "\nstring OtherErrorType OwningEntity MessageID Message MessageArguments[]"
    " ProbableCauseDescription RecommendedActions[] ErrorSource OtherErrorSourceFormat"
    " CIMStatusCodeDescription"
    "\nuint32 CIMStatusCode",
    "Msvm_SyntheticDisplayControllerSettingData CIM_ResourceAllocationSettingData"
    "\nuint8 ResolutionType"
    "\nuint16 HorizontalResolution VerticalResolution",
    "Msvm_VirtualSystemManagementCapabilities CIM_VirtualSystemManagementCapabilities"
    "\nstring *InstanceID Caption Description ElementName ElementNameMask"
    " VirtualSystemTypesSupported[]"
    "\nboolean ElementNameEditSupported"
    "\nobject MaxElementNameLen RequestedStatesSupported[]"
    "\nuint16 SynchronousMethodsSupported[] AsynchronousMethodsSupported[]"
    " IndicationsSupported[]",
    "__InstanceCreationEvent __InstanceOperationEvent\nobject TargetInstance\nuint64 TIME_CREATED\nuint8 SECURITY_DESCRIPTOR[]",
    "__InstanceDeletionEvent __InstanceOperationEvent\nobject TargetInstance\nuint64 TIME_CREATED\nuint8 SECURITY_DESCRIPTOR[]",
    "__InstanceModificationEvent __InstanceOperationEvent"
    "\nobject TargetInstance PreviousInstance\nuint64 TIME_CREATED\nuint8 SECURITY_DESCRIPTOR[]",
    "Msvm_SecuritySettingData CIM_SettingData"
    "\nstring *InstanceID Caption=Security~Settings Description=Security~Settings ElementName=Security~Settings"
    "\nboolean TpmEnabled=false KsdEnabled=false ShieldingRequested=false DataProtectionRequested=false"
    " EncryptStateAndVmMigrationTraffic=false VirtualizationBasedSecurityOptOut=false",
    "Msvm_SerialPortSettingData CIM_ResourceAllocationSettingData"
    "\nstring *InstanceID Caption=Serial~Port Description=Settings~for~Microsoft~Virtual~Serial~Port. ElementName"
    " OtherResourceType ResourceSubType=Microsoft:Hyper-V:Serial~Port PoolID= HostResource[] AllocationUnits=count"
    " Parent Connection[] Address AddressOnParent VirtualQuantityUnits=count"
    "\nuint16 ResourceType=21 ConsumerVisibility=3 MappingBehavior"
    "\nuint64 VirtualQuantity=1 Reservation=1 Limit=1"
    "\nuint32 Weight=0"
    "\nboolean AutomaticAllocation=true AutomaticDeallocation=true DebuggerMode=false",
    "Msvm_SnapshotOfVirtualSystem CIM_SnapshotOfVirtualSystem"
    "\nref *Antecedent *Dependent",
    "Msvm_MostCurrentSnapshotInBranch CIM_MostCurrentSnapshotInBranch"
    "\nref *Antecedent *Dependent",
    "Msvm_LastAppliedSnapshot CIM_LastAppliedSnapshot"
    "\nref *Antecedent *Dependent",
    "Msvm_SettingsDefineState CIM_SettingsDefineState"
    "\nref *ManagedElement *SettingData",
    "Msvm_SystemDevice CIM_SystemDevice"
    "\nref *GroupComponent *PartComponent",
    "Msvm_VideoHeadOnController CIM_VideoHeadOnController"
    "\nref *Antecedent *Dependent",
    "Msvm_VirtualSystemSettingDataComponent CIM_VirtualSystemSettingDataComponent"
    "\nref *GroupComponent *PartComponent",
    "Msvm_SettingsDefineCapabilities CIM_SettingsDefineCapabilities"
    "\nref *GroupComponent *PartComponent\nuint16 SupportStatement PropertyPolicy=0 ValueRole=3 ValueRange=0",
    "Msvm_ElementCapabilities CIM_ElementCapabilities"
    "\nref *Capabilities *ManagedElement\nuint16 Characteristics[]",
    "Msvm_ElementSettingData CIM_ElementSettingData"
    "\nref *ManagedElement *SettingData\nuint16 IsDefault=0 IsCurrent=0 IsNext=0",
    "Msvm_AffectedJobElement CIM_AffectedJobElement"
    "\nref *AffectedElement *AffectingElement\nuint16 ElementEffects[]\nstring OtherElementEffectsDescriptions[]",
    "Msvm_HostedResourcePool CIM_SystemComponent"
    "\nref *GroupComponent *PartComponent",
    "Msvm_HostedService CIM_HostedService"
    "\nref *Antecedent *Dependent",
    "Msvm_BootSourceComponent CIM_Component"
    "\nref *GroupComponent *PartComponent",
    "Msvm_LogicalIdentity CIM_LogicalIdentity"
    "\nref *SameElement *SystemElement",
    NULL,
};

/* Win32_* and CIM_DataFile: the properties that matter here, from the reference of the CIM WMI providers. */
const char *const hv_schema_cimv2[] = {
    "Win32_ComputerSystem CIM_UnitaryComputerSystem"
    "\nstring *Name Caption Description CreationClassName=Win32_ComputerSystem Domain Manufacturer Model Status"
    " SystemType DNSHostName UserName"
    "\nboolean HypervisorPresent=true PartOfDomain=false"
    "\nuint32 NumberOfProcessors NumberOfLogicalProcessors"
    "\nuint64 TotalPhysicalMemory",
    "Win32_OperatingSystem CIM_OperatingSystem"
    "\nstring *Name Caption Version BuildNumber CSName OSArchitecture SystemDrive WindowsDirectory Status SerialNumber"
    " CreationClassName=Win32_OperatingSystem"
    "\nuint32 ProductType OperatingSystemSKU OSLanguage NumberOfProcesses"
    "\nuint64 FreePhysicalMemory TotalVisibleMemorySize FreeVirtualMemory TotalVirtualMemorySize"
    "\nsint16 CurrentTimeZone"
    "\ndatetime LastBootUpTime LocalDateTime InstallDate",
    "Win32_Processor CIM_Processor"
    "\nstring *DeviceID Name Caption Manufacturer SocketDesignation Status CreationClassName=Win32_Processor"
    "\nuint32 NumberOfCores NumberOfLogicalProcessors MaxClockSpeed CurrentClockSpeed"
    "\nuint16 Architecture AddressWidth DataWidth LoadPercentage"
    "\nboolean VirtualizationFirmwareEnabled VMMonitorModeExtensions SecondLevelAddressTranslationExtensions",
    "Win32_LogicalDisk CIM_LogicalDisk"
    "\nstring *DeviceID Name Caption Description FileSystem VolumeName VolumeSerialNumber ProviderName"
    " CreationClassName=Win32_LogicalDisk"
    "\nuint32 DriveType MediaType"
    "\nuint64 Size FreeSpace"
    "\nboolean Compressed",
    "CIM_DataFile CIM_LogicalFile"
    "\nstring *Name Caption Description CreationClassName=CIM_DataFile Drive Path FileName Extension FileType EightDotThreeFileName"
    " FSName FSCreationClassName=Win32_FileSystem CSName CSCreationClassName=Win32_ComputerSystem Status Version"
    "\nuint64 FileSize InUseCount"
    "\nuint32 AccessMask"
    "\nboolean Archive Compressed Encrypted Hidden Readable System Writeable"
    "\ndatetime CreationDate LastAccessed LastModified InstallDate",
    "Win32_Directory CIM_Directory"
    "\nstring *Name Caption Description CreationClassName=Win32_Directory Drive Path FileName Extension FileType FSName CSName Status"
    "\nuint64 FileSize InUseCount"
    "\nuint32 AccessMask"
    "\nboolean Archive Compressed Encrypted Hidden Readable System Writeable"
    "\ndatetime CreationDate LastAccessed LastModified InstallDate",
    "__InstanceCreationEvent __InstanceOperationEvent\nobject TargetInstance\nuint64 TIME_CREATED\nuint8 SECURITY_DESCRIPTOR[]",
    "__InstanceDeletionEvent __InstanceOperationEvent\nobject TargetInstance\nuint64 TIME_CREATED\nuint8 SECURITY_DESCRIPTOR[]",
    "__InstanceModificationEvent __InstanceOperationEvent"
    "\nobject TargetInstance PreviousInstance\nuint64 TIME_CREATED\nuint8 SECURITY_DESCRIPTOR[]",
    NULL,
};

/* What has no instances: a class and its parent, as the CIM schema has them. */
const char *const hv_schema_parents[] = {
    "CIM_ManagedSystemElement", "CIM_ManagedElement",
    "CIM_LogicalElement", "CIM_ManagedSystemElement",
    "CIM_EnabledLogicalElement", "CIM_LogicalElement",
    "CIM_System", "CIM_EnabledLogicalElement",
    "CIM_ComputerSystem", "CIM_System",
    "CIM_UnitaryComputerSystem", "CIM_ComputerSystem",
    "CIM_LogicalDevice", "CIM_EnabledLogicalElement",
    "CIM_UserDevice", "CIM_LogicalDevice",
    "CIM_Keyboard", "CIM_UserDevice",
    "CIM_PointingDevice", "CIM_UserDevice",
    "CIM_Display", "CIM_UserDevice",
    "CIM_Controller", "CIM_LogicalDevice",
    "CIM_DisplayController", "CIM_Controller",
    "CIM_VideoHead", "CIM_EnabledLogicalElement",
    "CIM_Processor", "CIM_LogicalDevice",
    "CIM_StorageExtent", "CIM_LogicalDevice",
    "CIM_LogicalDisk", "CIM_StorageExtent",
    "CIM_LogicalFile", "CIM_LogicalElement",
    "CIM_Directory", "CIM_LogicalFile",
    "CIM_OperatingSystem", "CIM_LogicalElement",
    "CIM_Service", "CIM_EnabledLogicalElement",
    "CIM_VirtualSystemManagementService", "CIM_Service",
    "CIM_VirtualSystemSnapshotService", "CIM_Service",
    "CIM_SecurityService", "CIM_Service",
    "CIM_ResourcePool", "CIM_LogicalElement",
    "CIM_Job", "CIM_LogicalElement",
    "CIM_ConcreteJob", "CIM_Job",
    "CIM_SettingData", "CIM_ManagedElement",
    "CIM_VirtualSystemSettingData", "CIM_SettingData",
    "CIM_ResourceAllocationSettingData", "CIM_SettingData",
    "CIM_StorageAllocationSettingData", "CIM_ResourceAllocationSettingData",
    "CIM_EthernetPortAllocationSettingData", "CIM_ResourceAllocationSettingData",
    "CIM_Capabilities", "CIM_ManagedElement",
    "CIM_AllocationCapabilities", "CIM_Capabilities",
    "CIM_VirtualSystemManagementCapabilities", "CIM_Capabilities",
    "CIM_EnabledLogicalElementCapabilities", "CIM_Capabilities",
    "CIM_Component", "",
    "CIM_SystemComponent", "CIM_Component",
    "CIM_SystemDevice", "CIM_SystemComponent",
    "CIM_VirtualSystemSettingDataComponent", "CIM_Component",
    "CIM_SettingsDefineCapabilities", "CIM_Component",
    "CIM_ElementSettingData", "",
    "CIM_SettingsDefineState", "CIM_ElementSettingData",
    "CIM_ElementCapabilities", "",
    "CIM_AffectedJobElement", "",
    "CIM_Dependency", "",
    "CIM_SnapshotOfVirtualSystem", "CIM_Dependency",
    "CIM_MostCurrentSnapshotInBranch", "CIM_Dependency",
    "CIM_LastAppliedSnapshot", "CIM_Dependency",
    "CIM_VideoHeadOnController", "CIM_Dependency",
    "CIM_HostedService", "CIM_Dependency",
    "__InstanceOperationEvent", "__Event",
    NULL,
};

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/hyperv/avb-hyperv-spec.h"

G_BEGIN_DECLS

/* The drives and network adapters of a machine, as the reading and the planning of a spec see them. */

/* ResourceType and ResourceSubType: page "Msvm_ResourceAllocationSettingData" and CIM's own list. */
#define AVB_HYPERV_TYPE_IDE 5
#define AVB_HYPERV_TYPE_SCSI 6
#define AVB_HYPERV_TYPE_ETHERNET 10
#define AVB_HYPERV_TYPE_DVD 16
#define AVB_HYPERV_TYPE_DISK 17
#define AVB_HYPERV_TYPE_STORAGE 31
#define AVB_HYPERV_TYPE_CONNECTION 33

#define AVB_HYPERV_SUB_IDE "Microsoft:Hyper-V:Emulated IDE Controller"
#define AVB_HYPERV_SUB_SCSI "Microsoft:Hyper-V:Synthetic SCSI Controller"
#define AVB_HYPERV_SUB_ETHERNET "Microsoft:Hyper-V:Synthetic Ethernet Port"
#define AVB_HYPERV_SUB_EMULATED_ETHERNET "Microsoft:Hyper-V:Emulated Ethernet Port"
#define AVB_HYPERV_SUB_CONNECTION "Microsoft:Hyper-V:Ethernet Connection"
#define AVB_HYPERV_SUB_DVD "Microsoft:Hyper-V:Synthetic DVD Drive"
#define AVB_HYPERV_SUB_DISK "Microsoft:Hyper-V:Synthetic Disk Drive"
#define AVB_HYPERV_SUB_VHD "Microsoft:Hyper-V:Virtual Hard Disk"
#define AVB_HYPERV_SUB_ISO "Microsoft:Hyper-V:Virtual CD/DVD Disk"

#define AVB_HYPERV_RASD "Msvm_ResourceAllocationSettingData"
#define AVB_HYPERV_SASD "Msvm_StorageAllocationSettingData"
#define AVB_HYPERV_EPASD "Msvm_EthernetPortAllocationSettingData"
#define AVB_HYPERV_SEPSD "Msvm_SyntheticEthernetPortSettingData"

#define AVB_HYPERV_IDE_SLOTS 2
#define AVB_HYPERV_SCSI_SLOTS 64
#define AVB_HYPERV_MAX_SCSI 4

typedef struct {
  gboolean      scsi;
  guint         number; /* of its kind */
  AvbWmiObject *object;
} AvbHypervController;

typedef struct {
  gboolean      scsi;
  guint         controller;
  guint         slot;
  gboolean      dvd;
  AvbWmiObject *object;
  AvbWmiObject *medium; /* (nullable) */
  guint         boot;   /* from 1, as the host has it; 0: not in the order */
} AvbHypervDrive;

typedef struct {
  AvbWmiObject *object;
  AvbWmiObject *connection; /* (nullable) */
} AvbHypervAdapter;

gboolean    avb_hyperv_is_resource   (AvbWmiObject *object, guint type, const char *sub_type);
const char *avb_hyperv_get_id        (AvbWmiObject *object); /* InstanceID, never NULL */
/* (transfer full) (nullable): the InstanceID in a path as Parent holds it */
char       *avb_hyperv_dup_path_id   (const char *path);
char       *avb_hyperv_dup_path_text (AvbWmiObject *object); /* of an instance with an InstanceID */

/* (transfer full): sorted, borrowing the objects of @config */
GPtrArray  *avb_hyperv_list_controllers (AvbHypervConfig *config);
GPtrArray  *avb_hyperv_list_drives      (AvbHypervConfig *config, GPtrArray *controllers);
GPtrArray  *avb_hyperv_list_adapters    (AvbHypervConfig *config);
char       *avb_hyperv_drive_dup_place  (const AvbHypervDrive *drive); /* "scsi0:3" */
const char *avb_hyperv_drive_get_path   (const AvbHypervDrive *drive); /* (nullable): the medium */
char       *avb_hyperv_adapter_dup_guid (const AvbHypervAdapter *adapter);
/* (nullable): of the boot source of a drive */
AvbWmiObject *avb_hyperv_find_boot_source (AvbHypervConfig *config, const AvbHypervDrive *drive, GPtrArray *controllers);

/* (transfer full): what a drive and an adapter are in our words, without the notes */
AvbDiskSpec      *avb_hyperv_drive_read   (const AvbHypervDrive *drive);
AvbInterfaceSpec *avb_hyperv_adapter_read (AvbHypervConfig *config, const AvbHypervAdapter *adapter);
/* (nullable) (transfer none): the switch that an interface means */
AvbHypervSwitch  *avb_hyperv_find_switch  (GPtrArray *switches, const AvbInterfaceSpec *nic);

/* "vhdx", "vpc", "raw" by the end of the name; @dvd: discs are "raw" */
const char *avb_hyperv_format_of (const char *path, gboolean dvd);

/* What the notes say of the drives: their places in order, with bus and boot order. (nullable): not needed. */
char      *avb_hyperv_drives_to_word   (GPtrArray *drives, GPtrArray *disks);
/* (transfer full): AvbDiskSpec in order; @order (out, nullable): the AvbHypervDrive that each is of. @word: (nullable) */
GPtrArray *avb_hyperv_drives_read      (AvbHypervConfig *config, GPtrArray *drives, const char *word, GPtrArray **order);
char      *avb_hyperv_adapters_to_word (GPtrArray *ordered);
/* (transfer full): the adapters in the order of @word (nullable) */
GPtrArray *avb_hyperv_adapters_sort    (GPtrArray *adapters, const char *word);

/* Page "Msvm_BootSourceSettingData", BootSourceType */
#define AVB_HYPERV_BOOT_DRIVE 1

/* BootOrder of generation 1: which kind of device a drive is; G_MAXUINT: one that is not started from */
#define AVB_HYPERV_BOOT_CD 1
#define AVB_HYPERV_BOOT_IDE 2
guint avb_hyperv_drive_boot_kind (const AvbHypervDrive *drive);
/* Whether the host starts from the drives as @wished (AvbHypervDrive, the first one first) says. */
gboolean avb_hyperv_boot_agrees (AvbHypervConfig *config, GPtrArray *drives, GPtrArray *wished);

/* (transfer full): of @order, the drives that @disks, one for each, are started from, the first one first */
GPtrArray *avb_hyperv_list_wished (GPtrArray *disks, GPtrArray *order);

/* As the notes call them; %NULL for what is no wish. */
extern const char *const avb_hyperv_extra_names[AVB_N_EXTRAS];

G_END_DECLS

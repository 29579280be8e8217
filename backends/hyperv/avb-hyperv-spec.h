/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-machine-spec.h"
#include "backends/hyperv/avb-hyperv-notes.h"
#include "backends/hyperv/avb-wmi-object.h"

G_BEGIN_DECLS

/* A machine of Hyper-V as our words, and back: pure, without a host. The classes are those of Microsoft's reference
 * "Hyper-V WMI provider (V2)", learn.microsoft.com/windows/win32/hyperv_v2/; the pages are named where each is used.
 *
 * How a spec comes back as it was made:
 *
 * | In the spec            | At the host                                                                               |
 * | ---------------------- | ----------------------------------------------------------------------------------------- |
 * | name                   | ElementName; at most 100 characters                                                       |
 * | description            | the user's part of Notes                                                                  |
 * | firmware               | VirtualSystemSubType: generation 1 is BIOS, 2 is UEFI; SecureBootEnabled                  |
 * | tpm                    | Msvm_SecuritySettingData.TpmEnabled; generation 2                                         |
 * | cpus, memory           | Msvm_ProcessorSettingData, Msvm_MemorySettingData; memory in steps of 2 MiB               |
 * | disks                  | drives and media; generation 2: SCSI; generation 1: IDE, SCSI for disks of that bus       |
 * | a disk's bus and place | the notes ("disks"), where the drives alone do not say it                                 |
 * | boot order             | BootSourceOrder, BootOrder; the notes, as long as they agree with it                      |
 * | interfaces             | synthetic adapters; their order in the notes ("nics") where their identifiers do not say it |
 * | os-id, extras, no display, settings | the notes                                                                    |
 *
 * Extras are wishes: there is no device for them here, so that they change nothing, but a machine that came from another
 * host, or goes to one, has them. The setup channel is no wish, it is counted on, and so refused, as are a serial port
 * into a file, a kernel from outside, transient and emulated machines, shared folders, floppy disks, disks that are
 * read-only, USB disks, and formats other than "vhdx", "vpc" (VHD) and discs. */

/* A virtual switch: Msvm_VirtualEthernetSwitch. */
typedef struct {
  char    *name;     /* ElementName */
  char    *id;       /* Name: a GUID */
  char    *path;     /* as HostResource holds it */
  gboolean external; /* connected to a network card of the host */
} AvbHypervSwitch;

AvbHypervSwitch *avb_hyperv_switch_new  (const char *name, const char *id, const char *path, gboolean external);
void             avb_hyperv_switch_free (AvbHypervSwitch *self);

/* The switch that every Windows client has, which gives addresses and NAT: "Default Switch" has this identifier in every
 * language. */
#define AVB_HYPERV_DEFAULT_SWITCH "c08cb7b8-9b3c-408e-8e30-5e16a3aeb444"

/**
 * AvbHypervConfig:
 *
 * What the host says of one machine. Reference-counted boxed.
 */
typedef struct {
  AvbWmiObject *settings;     /* Msvm_VirtualSystemSettingData, realized */
  GPtrArray    *components;   /* AvbWmiObject: …SettingData of its resources */
  GPtrArray    *boot_sources; /* AvbWmiObject: Msvm_BootSourceSettingData; empty for generation 1 */
  GHashTable   *boot_drives;  /* InstanceID of a boot source: that of its drive, where the host was asked */
  AvbWmiObject *security;     /* (nullable) Msvm_SecuritySettingData */
  GPtrArray    *switches;     /* AvbHypervSwitch, of the host */
  char         *architecture; /* (nullable) of the host: "x86_64" */
} AvbHypervConfig;

/* Whether what a boot source says of itself is not enough to find its drive. */
gboolean avb_hyperv_config_is_ambiguous (AvbHypervConfig *self, AvbWmiObject *source);

#define AVB_TYPE_HYPERV_CONFIG (avb_hyperv_config_get_type ())
GType            avb_hyperv_config_get_type (void);
/* @settings: (transfer full) */
AvbHypervConfig *avb_hyperv_config_new      (AvbWmiObject *settings);
AvbHypervConfig *avb_hyperv_config_ref      (AvbHypervConfig *self);
void             avb_hyperv_config_unref    (AvbHypervConfig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbHypervConfig, avb_hyperv_config_unref)

guint           avb_hyperv_config_get_generation (AvbHypervConfig *self);
char           *avb_hyperv_config_dup_notes      (AvbHypervConfig *self);
AvbHypervNotes *avb_hyperv_config_parse_notes    (AvbHypervConfig *self);
/* (nullable) (transfer none): the first component of this class */
AvbWmiObject   *avb_hyperv_config_find           (AvbHypervConfig *self, const char *class_name);
/* (transfer full): paths of the files of the hard disks, strings */
GPtrArray      *avb_hyperv_config_dup_disk_paths (AvbHypervConfig *self);

/* Notes as the property is: an array of lines or one text. */
char *avb_hyperv_settings_dup_notes (AvbWmiObject *settings);
void  avb_hyperv_settings_set_notes (AvbWmiObject *settings, const char *notes);

/* (transfer full) */
AvbMachineSpec *avb_hyperv_spec_read (AvbHypervConfig *config);

/**
 * avb_hyperv_spec_check:
 * @config: (nullable): the machine that is to become so; %NULL: a new one
 * @switches: of AvbHypervSwitch
 * @architecture: (nullable): the host's
 *
 * Returns: %FALSE with %AVB_ERROR_NOT_SUPPORTED and why Hyper-V cannot do this, or %AVB_ERROR_INVALID
 */
gboolean avb_hyperv_spec_check (AvbMachineSpec  *spec,
                                AvbHypervConfig *config,
                                GPtrArray       *switches,
                                const char      *architecture,
                                GError         **error);

/* (transfer full): what DefineSystem gets for a new machine. @mark: in its notes until it is whole */
AvbWmiObject *avb_hyperv_spec_new_settings (AvbMachineSpec *spec, const char *mark);

/**
 * AvbHypervStep:
 *
 * One call that brings a machine nearer to what it should be. What it makes has names that only the host gives, and what
 * comes next needs them: so the machine is read again after each, until there is none.
 */
typedef enum {
  AVB_HYPERV_STEP_NONE,     /* it is as it should be */
  AVB_HYPERV_STEP_SYSTEM,   /* ModifySystemSettings (objects[0]) */
  AVB_HYPERV_STEP_SECURITY, /* Msvm_SecurityService.ModifySecuritySettings (objects[0]) */
  AVB_HYPERV_STEP_MODIFY,   /* ModifyResourceSettings (objects) */
  AVB_HYPERV_STEP_ADD,      /* AddResourceSettings (objects) */
  AVB_HYPERV_STEP_REMOVE,   /* RemoveResourceSettings (parts), then RemoveResourceSettings (wholes) */
} AvbHypervStepKind;

typedef struct {
  AvbHypervStepKind kind;
  GPtrArray        *objects;   /* AvbWmiObject */
  GPtrArray        *parts;     /* AvbWmiPath: media in drives, connections of adapters */
  GPtrArray        *wholes;    /* AvbWmiPath: drives, adapters */
} AvbHypervStep;

/* The most that bring any machine to any spec, with some to spare: more than these is a host that does not keep what it
 * is told. */
#define AVB_HYPERV_MAX_STEPS 16

/* Whether the host makes such changes to a machine that is off only: processors, firmware, TPM, drives at IDE. */
gboolean       avb_hyperv_spec_needs_off (AvbHypervConfig *config, AvbMachineSpec *spec);

void           avb_hyperv_step_free      (AvbHypervStep *self);
/* Only what differs is in it; other properties of what is modified are as they were read. */
AvbHypervStep *avb_hyperv_spec_next_step (AvbHypervConfig *config, AvbMachineSpec *spec, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbHypervStep, avb_hyperv_step_free)

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

#include "backends/avb-share-spec.h"

G_BEGIN_DECLS

/**
 * AvbFirmware:
 * @AVB_FIRMWARE_BIOS: SeaBIOS or what the host has like it.
 * @AVB_FIRMWARE_UEFI: OVMF, without enforced Secure Boot.
 * @AVB_FIRMWARE_UEFI_SECURE: OVMF with Secure Boot and enrolled keys.
 */
typedef enum {
  AVB_FIRMWARE_BIOS,
  AVB_FIRMWARE_UEFI,
  AVB_FIRMWARE_UEFI_SECURE,
} AvbFirmware;

#define AVB_TYPE_FIRMWARE (avb_firmware_get_type ())
GType avb_firmware_get_type (void);

/**
 * AvbDiskDevice:
 * @AVB_DISK_DEVICE_DISK: a hard disk.
 * @AVB_DISK_DEVICE_CDROM: a read-only removable medium; its path may be %NULL: an empty drive.
 * @AVB_DISK_DEVICE_FLOPPY: a floppy disk.
 */
typedef enum {
  AVB_DISK_DEVICE_DISK,
  AVB_DISK_DEVICE_CDROM,
  AVB_DISK_DEVICE_FLOPPY,
} AvbDiskDevice;

typedef enum {
  AVB_DISK_BUS_VIRTIO,
  AVB_DISK_BUS_SATA,
  AVB_DISK_BUS_SCSI,
  AVB_DISK_BUS_USB,
  AVB_DISK_BUS_IDE,
  AVB_DISK_BUS_FDC,
} AvbDiskBus;

/**
 * AvbDiskSource:
 * @AVB_DISK_SOURCE_FILE: a file or a block device.
 * @AVB_DISK_SOURCE_NBD: a program of the host serves it by the protocol of network block devices, behind the
 *   socket at the disk's path: it must run before the machine starts (%AVB_FEATURE_SERVED_DISKS).
 */
typedef enum {
  AVB_DISK_SOURCE_FILE,
  AVB_DISK_SOURCE_NBD,
} AvbDiskSource;

/**
 * AvbDiskSpec:
 *
 * One disk of a machine. A plain value: avb_disk_spec_new(), fields, avb_disk_spec_free().
 */
typedef struct {
  AvbDiskDevice device;
  AvbDiskBus    bus;
  AvbDiskSource source;
  char         *path;       /* on the host of the connection; %NULL: an empty drive */
  char         *export_name; /* for NBD: which of those that are served there; %NULL: the default one */
  char         *format;     /* "qcow2", "raw", …; stated always, never guessed by the hypervisor */
  gboolean      read_only;
  guint         boot_order; /* from 1; 0: not booted from */
} AvbDiskSpec;

#define AVB_TYPE_DISK_SPEC (avb_disk_spec_get_type ())
GType        avb_disk_spec_get_type (void);
AvbDiskSpec *avb_disk_spec_new      (AvbDiskDevice device,
                                     AvbDiskBus    bus,
                                     const char   *path,
                                     const char   *format);
AvbDiskSpec *avb_disk_spec_copy     (const AvbDiskSpec *disk);
void         avb_disk_spec_free     (AvbDiskSpec *disk);
gboolean     avb_disk_spec_equal    (const AvbDiskSpec *a, const AvbDiskSpec *b);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbDiskSpec, avb_disk_spec_free)

/**
 * AvbInterfaceKind:
 * @AVB_INTERFACE_USER: NAT without any privilege (passt or slirp).
 * @AVB_INTERFACE_NETWORK: one of the host's virtual networks, by name.
 * @AVB_INTERFACE_BRIDGE: a bridge of the host, by name.
 */
typedef enum {
  AVB_INTERFACE_USER,
  AVB_INTERFACE_NETWORK,
  AVB_INTERFACE_BRIDGE,
} AvbInterfaceKind;

typedef struct {
  AvbInterfaceKind kind;
  char            *source; /* network or bridge; %NULL for user */
  char            *model;  /* "virtio", "e1000e", …; %NULL: the hypervisor's default */
  char            *mac;    /* "52:54:00:…"; %NULL: the hypervisor chooses */
} AvbInterfaceSpec;

#define AVB_TYPE_INTERFACE_SPEC (avb_interface_spec_get_type ())
GType             avb_interface_spec_get_type (void);
AvbInterfaceSpec *avb_interface_spec_new      (AvbInterfaceKind kind,
                                               const char      *source,
                                               const char      *model);
AvbInterfaceSpec *avb_interface_spec_copy     (const AvbInterfaceSpec *nic);
void              avb_interface_spec_free     (AvbInterfaceSpec *nic);
gboolean          avb_interface_spec_equal    (const AvbInterfaceSpec *a, const AvbInterfaceSpec *b);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbInterfaceSpec, avb_interface_spec_free)

/**
 * AvbExtra:
 * @AVB_EXTRA_GUEST_AGENT: a channel for QEMU's agent in the guest: addresses, clean freeze.
 * @AVB_EXTRA_DISPLAY_AGENT: a channel for SPICE's agent: clipboard, files, resizing.
 * @AVB_EXTRA_USB_REDIRECTION: ports for USB devices of the computer that shows the display.
 * @AVB_EXTRA_SOUND: a sound card, heard where the display is.
 * @AVB_EXTRA_FOLDER_CHANNEL: a channel for folders of the computer that shows the display (WebDAV).
 * @AVB_EXTRA_SETUP_CHANNEL: a channel "org.alphavbox.setup.0" on which the guest tells how its first
 *   boot or its installation gets on; see avb-guest-channel.h.
 *
 * Devices that make a machine convenient. All but the first and the last ride on the display's connection: a
 * machine without a display has none of them.
 */
typedef enum {
  AVB_EXTRA_GUEST_AGENT,
  AVB_EXTRA_DISPLAY_AGENT,
  AVB_EXTRA_USB_REDIRECTION,
  AVB_EXTRA_SOUND,
  AVB_EXTRA_FOLDER_CHANNEL,
  AVB_EXTRA_SETUP_CHANNEL,
  AVB_N_EXTRAS,
} AvbExtra;

/**
 * AvbMachineSpec:
 *
 * What a machine should be, in words that no hypervisor owns. A backend translates it; a spec read
 * back from a machine equals the spec that made it.
 *
 * Properties, all readable and writable and notifying: `name` (string), `description` (string,
 * nullable), `os-id` (string, nullable: libosinfo's URI, "http://debian.org/debian/12"),
 * `architecture` (string, nullable: the host's), `cpus` (uint), `memory-mib` (uint64), `firmware`
 * (#AvbFirmware), `tpm` (boolean: an emulated TPM 2.0), `accelerated` (boolean: hardware
 * virtualisation; where it is %FALSE the machine is emulated), `graphics` (boolean: a display with
 * SPICE, a tablet and a keyboard), `serial` (string, nullable: a file that gets what the guest
 * writes to its first serial port; %NULL: a pseudo-terminal), `kernel`, `initrd` (strings, nullable: files of the
 * host that are started instead of what is on the disks) and `kernel-arguments` (string, nullable), `transient`
 * (boolean: created running, known to nobody once it is off: avb_connection_create_machine() starts it), and one
 * for each #AvbExtra: `guest-agent`, `display-agent`, `usb-redirection`, `sound`, `folder-channel` (booleans, %TRUE
 * in a new spec; %FALSE without `graphics`, but for the first) and `setup-channel` (boolean, %FALSE in a new spec).
 *
 * Thread: one at a time.
 */
#define AVB_TYPE_MACHINE_SPEC (avb_machine_spec_get_type ())
G_DECLARE_FINAL_TYPE (AvbMachineSpec, avb_machine_spec, AVB, MACHINE_SPEC, GObject)

AvbMachineSpec *avb_machine_spec_new   (void);
AvbMachineSpec *avb_machine_spec_copy  (AvbMachineSpec *self);
gboolean        avb_machine_spec_equal (AvbMachineSpec *a, AvbMachineSpec *b);

/**
 * avb_machine_spec_validate:
 *
 * Checks what can be checked without a hypervisor: a name of 1 to 255 bytes without control
 * characters, slashes or the names "." and "..", at least one CPU, memory of at least 16 MiB,
 * absolute paths, formats that are known.
 *
 * Returns: %TRUE, or %FALSE with %AVB_ERROR_INVALID
 */
gboolean avb_machine_spec_validate (AvbMachineSpec *self, GError **error);

/**
 * avb_machine_spec_set_setting:
 * @value: (nullable)
 *
 * A setting, see avb_machine_set_setting(), that a new machine has from its first moment: there is none at which it
 * could be lost. For its creation only: what is read of a machine has none, and two specs are equal without them.
 */
void        avb_machine_spec_set_setting  (AvbMachineSpec *self, const char *key, const char *value);
GHashTable *avb_machine_spec_get_settings (AvbMachineSpec *self); /* of strings */

/* (transfer none); the owner of the spec may change the elements. */
GPtrArray *avb_machine_spec_get_disks      (AvbMachineSpec *self); /* AvbDiskSpec */
GPtrArray *avb_machine_spec_get_interfaces (AvbMachineSpec *self); /* AvbInterfaceSpec */
GPtrArray *avb_machine_spec_get_shares     (AvbMachineSpec *self); /* AvbShareSpec, by virtiofs */
void       avb_machine_spec_add_share      (AvbMachineSpec *self, AvbShareSpec *share /* full */);
void       avb_machine_spec_add_disk       (AvbMachineSpec *self, AvbDiskSpec *disk /* full */);
void       avb_machine_spec_add_interface  (AvbMachineSpec *self, AvbInterfaceSpec *nic /* full */);

const char  *avb_machine_spec_get_name         (AvbMachineSpec *self);
void         avb_machine_spec_set_name         (AvbMachineSpec *self, const char *name);
const char  *avb_machine_spec_get_description  (AvbMachineSpec *self);
void         avb_machine_spec_set_description  (AvbMachineSpec *self, const char *description);
const char  *avb_machine_spec_get_os_id        (AvbMachineSpec *self);
void         avb_machine_spec_set_os_id        (AvbMachineSpec *self, const char *os_id);
const char  *avb_machine_spec_get_architecture (AvbMachineSpec *self);
void         avb_machine_spec_set_architecture (AvbMachineSpec *self, const char *architecture);
guint        avb_machine_spec_get_cpus         (AvbMachineSpec *self);
void         avb_machine_spec_set_cpus         (AvbMachineSpec *self, guint cpus);
guint64      avb_machine_spec_get_memory_mib   (AvbMachineSpec *self);
void         avb_machine_spec_set_memory_mib   (AvbMachineSpec *self, guint64 memory_mib);
AvbFirmware  avb_machine_spec_get_firmware     (AvbMachineSpec *self);
void         avb_machine_spec_set_firmware     (AvbMachineSpec *self, AvbFirmware firmware);
gboolean     avb_machine_spec_get_tpm          (AvbMachineSpec *self);
void         avb_machine_spec_set_tpm          (AvbMachineSpec *self, gboolean tpm);
gboolean     avb_machine_spec_get_accelerated  (AvbMachineSpec *self);
void         avb_machine_spec_set_accelerated  (AvbMachineSpec *self, gboolean accelerated);
gboolean     avb_machine_spec_get_graphics     (AvbMachineSpec *self);
void         avb_machine_spec_set_graphics     (AvbMachineSpec *self, gboolean graphics);
const char  *avb_machine_spec_get_serial       (AvbMachineSpec *self);
void         avb_machine_spec_set_serial       (AvbMachineSpec *self, const char *path);
const char  *avb_machine_spec_get_kernel       (AvbMachineSpec *self);
void         avb_machine_spec_set_kernel       (AvbMachineSpec *self, const char *path);
const char  *avb_machine_spec_get_initrd       (AvbMachineSpec *self);
void         avb_machine_spec_set_initrd       (AvbMachineSpec *self, const char *path);
const char  *avb_machine_spec_get_kernel_arguments (AvbMachineSpec *self);
void         avb_machine_spec_set_kernel_arguments (AvbMachineSpec *self, const char *arguments);
gboolean     avb_machine_spec_get_transient    (AvbMachineSpec *self);
void         avb_machine_spec_set_transient    (AvbMachineSpec *self, gboolean transient);
gboolean     avb_machine_spec_get_extra        (AvbMachineSpec *self, AvbExtra extra);
void         avb_machine_spec_set_extra        (AvbMachineSpec *self, AvbExtra extra, gboolean wanted);

G_END_DECLS

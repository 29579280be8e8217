/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/avb-appliance.h"

G_BEGIN_DECLS

/**
 * AvbMediumKind:
 * @AVB_MEDIUM_ISO: an installer or live image for the optical drive.
 * @AVB_MEDIUM_DISK: a disk image with something on it, or an empty one.
 * @AVB_MEDIUM_APPLIANCE: a whole machine as OVF: its description, alone or in an OVA with its disks.
 * @AVB_MEDIUM_DEFINITION: a machine's definition in the language of a hypervisor: libvirt's domain XML.
 */
typedef enum {
  AVB_MEDIUM_ISO,
  AVB_MEDIUM_DISK,
  AVB_MEDIUM_APPLIANCE,
  AVB_MEDIUM_DEFINITION,
} AvbMediumKind;

#define AVB_TYPE_MEDIUM_KIND (avb_medium_kind_get_type ())
GType avb_medium_kind_get_type (void);

/**
 * AvbMedium:
 *
 * A file that a machine can be made from, after it was looked at. Immutable.
 *
 * Properties: `kind` (#AvbMediumKind), `file` (#GFile), `path` (string), `format` (string: "raw", "qcow2", "vmdk",
 * "vdi", "vhdx", "vpc"; "raw" for an ISO, "xml" for a definition), `size` (uint64, bytes of the file), `allocated` (uint64, bytes
 * that it takes: fewer where it is sparse), `capacity` (uint64,
 * bytes as a guest sees it), `label` (string: what to call it: OS name, volume id or file name),
 * `os-id` (string, nullable), `os-name` (string, nullable), `architecture` (string, nullable: not
 * known), `compression` (string, nullable: "gz", "xz", "zst": of a disk image; `format` and `capacity` are those of what is
 * in it), `cloud` (boolean: a disk image that waits for cloud-init's data at its first boot), `bootable` (boolean), `boots-bios`, `boots-uefi` (boolean), `live` (boolean).
 */
#define AVB_TYPE_MEDIUM (avb_medium_get_type ())
G_DECLARE_FINAL_TYPE (AvbMedium, avb_medium, AVB, MEDIUM, GObject)

/**
 * avb_medium_inspect:
 * @file: what the user dropped, chose or named
 *
 * Looks at a file without trusting it: its head is read by this program, an ISO's volume is matched
 * with libosinfo's database, a disk image is read by `qemu-img info` in a sandbox with limits on
 * time and memory.
 *
 * Returns: (transfer full): resolves to an #AvbMedium, or rejects with %AVB_ERROR_NOT_FOUND,
 *   %AVB_ERROR_PERMISSION, %AVB_ERROR_INVALID (not an image, empty, truncated, a directory, a
 *   backing file or external data file, encrypted), … and a sentence that says which and why
 */
DexFuture *avb_medium_inspect (GFile *file) G_GNUC_WARN_UNUSED_RESULT;

AvbMediumKind  avb_medium_get_kind         (AvbMedium *self);
GFile         *avb_medium_get_file         (AvbMedium *self);
const char    *avb_medium_get_path         (AvbMedium *self);
const char    *avb_medium_get_format       (AvbMedium *self);
guint64        avb_medium_get_size         (AvbMedium *self);
guint64        avb_medium_get_allocated    (AvbMedium *self);
guint64        avb_medium_get_capacity     (AvbMedium *self);
const char    *avb_medium_get_label        (AvbMedium *self);
const char    *avb_medium_get_os_id        (AvbMedium *self);
const char    *avb_medium_get_os_name      (AvbMedium *self);
const char    *avb_medium_get_architecture (AvbMedium *self);
const char    *avb_medium_get_compression  (AvbMedium *self);
gboolean       avb_medium_get_cloud        (AvbMedium *self);
/* (nullable): for %AVB_MEDIUM_APPLIANCE */
AvbAppliance  *avb_medium_get_appliance    (AvbMedium *self);
/* (nullable): for %AVB_MEDIUM_DEFINITION, its text */
GBytes        *avb_medium_get_definition   (AvbMedium *self);
gboolean       avb_medium_get_bootable     (AvbMedium *self);
gboolean       avb_medium_get_boots_bios   (AvbMedium *self);
gboolean       avb_medium_get_boots_uefi   (AvbMedium *self);
gboolean       avb_medium_get_live         (AvbMedium *self);

G_END_DECLS

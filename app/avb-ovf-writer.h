/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-machine-spec.h"

G_BEGIN_DECLS

/* A file beside the description that holds one disk. A plain value. */
typedef struct {
  char       *file;     /* its name, without folders */
  guint64     size;     /* bytes of the file */
  guint64     capacity; /* bytes, as the guest sees it */
  AvbDiskBus  bus;
} AvbOvfDisk;

AvbOvfDisk *avb_ovf_disk_new  (const char *file, guint64 size, guint64 capacity, AvbDiskBus bus);
void        avb_ovf_disk_free (AvbOvfDisk *disk);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbOvfDisk, avb_ovf_disk_free)

/**
 * avb_ovf_write:
 * @spec: what the machine is; its hard disks are not looked at
 * @disks: (element-type AvbOvfDisk): in the machine's order
 *
 * Describes a machine as DSP0243 (OVF 1.1, with the envelope of 1.0) does, in the dialect that both VirtualBox and
 * VMware take: the CIM schema's resource types, disks as stream-optimized VMDK, no resource that one of them
 * refuses. A virtio disk becomes one on an AHCI controller and a virtio card an E1000: every system has drivers for these.
 *
 * Thread: any.
 *
 * Returns: (transfer full): UTF-8 text of an .ovf file
 */
char *avb_ovf_write (AvbMachineSpec *spec, GPtrArray *disks);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-machine-spec.h"

G_BEGIN_DECLS

/* Specs of every kind. */

#define DISK AVB_DISK_DEVICE_DISK
#define CD AVB_DISK_DEVICE_CDROM

typedef struct {
  const char *name;
  AvbMachineSpec *(*make) (void);
} HypervSpec;

/* Ends with a %NULL name. */
extern const HypervSpec hyperv_specs[];
guint hyperv_specs_count (void);

AvbMachineSpec *hyperv_spec_plain    (void);
AvbMachineSpec *hyperv_spec_linux    (void);
AvbMachineSpec *hyperv_spec_new      (const char *name, AvbFirmware firmware);
/* (transfer none). @path is nullable; @boot: its place in the order, or 0 */
AvbDiskSpec    *hyperv_spec_add_disk (AvbMachineSpec *spec,
                                      AvbDiskDevice   device,
                                      AvbDiskBus      bus,
                                      const char     *path,
                                      guint           boot);
void            hyperv_spec_add_nic  (AvbMachineSpec *spec, AvbInterfaceKind kind, const char *source, const char *mac);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/hyperv/avb-hyperv-devices.h"

G_BEGIN_DECLS

/* Which drive is which disk of a spec, and which adapter which interface. */

typedef struct {
  GPtrArray *controllers;
  GPtrArray *drives;
  GPtrArray *adapters;
  GPtrArray *disks;         /* for each disk of the spec its AvbHypervDrive, or NULL */
  GPtrArray *unused_drives; /* borrowed: those that must go */
  GPtrArray *nics;          /* for each interface its AvbHypervAdapter, or NULL */
  GPtrArray *unused_adapters;
} AvbHypervMatch;

AvbHypervMatch *avb_hyperv_match_new  (AvbHypervConfig *config, AvbMachineSpec *spec);
void            avb_hyperv_match_free (AvbHypervMatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbHypervMatch, avb_hyperv_match_free)

/* Where a disk of the spec belongs. */
gboolean avb_hyperv_wants_scsi (AvbHypervConfig *config, const AvbDiskSpec *disk);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <json-glib/json-glib.h>

#include "backends/avb-machine.h"

G_BEGIN_DECLS

/* Where a machine’s definition says which of its disks are served by whom: a setting of the machine. */
#define AVB_SETTING_SERVED_DISKS "served-disks"
#define AVB_SERVED_DISKS_MAX 16

/**
 * AvbServedDisk:
 *
 * A disk of a machine that an extension serves. A boxed value.
 */
typedef struct {
  char       *extension; /* id */
  char       *target;    /* id of its storage contribution */
  char       *volume;    /* (nullable): id that the extension gave it */
  char       *path;      /* on this computer, as the machine's definition has it */
  gboolean    read_only; /* it was asked for like this */
  JsonObject *options;   /* (nullable): what the user chose */
} AvbServedDisk;

#define AVB_TYPE_SERVED_DISK (avb_served_disk_get_type ())
GType          avb_served_disk_get_type (void);
AvbServedDisk *avb_served_disk_copy     (const AvbServedDisk *self);
void           avb_served_disk_free     (AvbServedDisk *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbServedDisk, avb_served_disk_free)

/* (transfer full) (element-type AvbServedDisk): those that the machine's setting names; hostile, what is not understood is
 * left out. Known once the machine has details. */
GPtrArray *avb_served_disks_read (AvbMachine *machine);

/* Keeps them; none: no setting any more. Resolves to %TRUE. %AVB_ERROR_INVALID if they are too many, or say too much. */
DexFuture *avb_served_disks_write (AvbMachine *machine, GPtrArray *disks) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/avb-appliance.h"
#include "app/avb-draft-private.h"

G_BEGIN_DECLS

typedef struct _AvbRemains AvbRemains;

/**
 * AvbCreation:
 *
 * The making of a machine out of a draft, while it goes on. Those who make a part of it (disks, what the guest
 * is told at its first boot) add to @spec, in the creation's fiber; what they make is removed by itself if the creation
 * fails or is cancelled.
 */
typedef struct {
  AvbDraft       *draft;
  AvbConnection  *connection;
  AvbOperation   *operation;
  AvbMachineSpec *spec;  /* a copy of the draft's: what will be defined */
  gboolean        start;
  AvbRemains     *remains;
} AvbCreation;

gboolean avb_creation_check_cancelled (AvbCreation *self, GError **error);

/* A name for a volume, after the machine's; the connection makes it unique. @suffix: ".qcow2". (transfer full) */
char *avb_creation_make_volume_name (AvbCreation *self, const char *suffix);

/* In the fiber. (transfer full) (nullable): the path of the new volume. */
char *avb_creation_make_volume (AvbCreation *self, const AvbVolumeSpec *volume, GError **error);

/* What a copy of a disk of @capacity bytes is enlarged to; 0: it stays as large as it is. */
guint64 avb_creation_grow (AvbCreation *self, guint64 capacity);

/* The next disk of the machine, on the bus that suits the OS; the first is started from. */
void avb_creation_add_disk (AvbCreation *self, const char *path, const char *format);

/* In the fiber: all drives of an appliance. */
gboolean avb_creation_import_appliance (AvbCreation *self, AvbAppliance *appliance, GError **error);
/* In the fiber: the disk in a compressed disk image. */
gboolean avb_creation_import_packed (AvbCreation *self, AvbMedium *medium, GError **error);

G_END_DECLS

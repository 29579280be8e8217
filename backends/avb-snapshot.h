/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-machine.h"

G_BEGIN_DECLS

/**
 * AvbSnapshot:
 *
 * A state of a machine that can be gone back to. A plain value.
 */
typedef struct {
  char    *name;        /* the hypervisor's, unique for the machine */
  char    *description; /* (nullable) */
  char    *parent;      /* (nullable): the name of the one before it */
  gint64   created;     /* Unix seconds */
  gboolean running;     /* with the memory of the running machine */
  gboolean current;     /* what the machine's disks began with since then */
} AvbSnapshot;

#define AVB_TYPE_SNAPSHOT (avb_snapshot_get_type ())
GType        avb_snapshot_get_type (void);
AvbSnapshot *avb_snapshot_copy     (const AvbSnapshot *self);
void         avb_snapshot_free     (AvbSnapshot *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbSnapshot, avb_snapshot_free)

/* Resolves to a #GPtrArray (boxed) of #AvbSnapshot, the oldest first. */
DexFuture *avb_machine_list_snapshots  (AvbMachine *self) G_GNUC_WARN_UNUSED_RESULT;
/* Of disks, and of the memory if it runs. @operation is finished by this call, as with the next two.
 * Resolves to %TRUE. %AVB_ERROR_EXISTS, %AVB_ERROR_NOT_SUPPORTED where a disk's format has none. */
DexFuture *avb_machine_take_snapshot   (AvbMachine   *self,
                                        const char   *name,
                                        const char   *description, /* (nullable) */
                                        AvbOperation *operation) G_GNUC_WARN_UNUSED_RESULT;
/* What was since then is lost, of the definition too. %AVB_ERROR_NOT_FOUND. */
DexFuture *avb_machine_revert_snapshot (AvbMachine   *self,
                                        const char   *name,
                                        AvbOperation *operation) G_GNUC_WARN_UNUSED_RESULT;
/* The machine stays as it is. Gone already is no error. */
DexFuture *avb_machine_delete_snapshot (AvbMachine   *self,
                                        const char   *name,
                                        AvbOperation *operation) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

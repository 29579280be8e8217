/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

#include "app/avb-first-boot.h"
#include "app/avb-library.h"
#include "app/avb-machine-template.h"
#include "app/avb-medium.h"
#include "app/avb-obstacle.h"

G_BEGIN_DECLS

/**
 * AvbDraftSize:
 *
 * The presets of the new-machine sheet, against libosinfo's minimum and recommendation and against
 * half of the host; @AVB_DRAFT_SIZE_CUSTOM once a number was set by hand.
 */
typedef enum {
  AVB_DRAFT_SIZE_SMALL,
  AVB_DRAFT_SIZE_MEDIUM,
  AVB_DRAFT_SIZE_LARGE,
  AVB_DRAFT_SIZE_CUSTOM,
} AvbDraftSize;

#define AVB_TYPE_DRAFT_SIZE (avb_draft_size_get_type ())
GType avb_draft_size_get_type (void);

/**
 * AvbDraft:
 *
 * A machine that is about to be made from a medium, prefilled. The new-machine sheet binds to it.
 * Main thread only.
 *
 * Properties, notifying: `library`, `connection`, `medium` (construct-only; medium nullable: an
 * empty machine), `template` (#AvbMachineTemplate, nullable, read-only: what it was made from), `spec` (#AvbMachineSpec, read-only object, its properties writable; disks and
 * network card are added when it is created), `first-boot` (#AvbFirstBoot, the same), `size`
 * (#AvbDraftSize, read-write), `disk-size` (uint64, bytes, read-write; 0: no new disk),
 * `copy-disk` (boolean, read-write: for a disk image, copy it (default) or use it where it is),
 * `max-cpus`, `max-memory-mib` (half of the host, at least what the OS needs as far as there is),
 * `max-disk-size` (uint64, bytes free), `free-memory-mib`, `obstacles` (#GListModel of #AvbObstacle: what stands
 * in the way, the worst first), `problem` (string, nullable, translated: the first obstacle that is no mere note:
 * why it cannot be created now: name taken or invalid, no space, wrong architecture, …),
 * `problem-is-fatal` (boolean: %FALSE: a warning, creation is possible), `can-create` (boolean).
 */
#define AVB_TYPE_DRAFT (avb_draft_get_type ())
G_DECLARE_FINAL_TYPE (AvbDraft, avb_draft, AVB, DRAFT, GObject)

/* Resolves to an #AvbDraft: waits for the link, and reads what the host has left, first. Rejects with
 * %AVB_ERROR_UNAVAILABLE without a link, %AVB_ERROR_NOT_SUPPORTED where nothing can be created. */
DexFuture *avb_draft_new (AvbLibrary    *library,
                          AvbConnection *connection,
                          AvbMedium     *medium) G_GNUC_WARN_UNUSED_RESULT;

/* The same, with what @template says filled in as far as this computer has it; the rest is among the obstacles. What is
 * known of @medium, which is nullable here too, goes before what is said of its system. */
DexFuture *avb_draft_new_from_template (AvbLibrary         *library,
                                        AvbConnection      *connection,
                                        AvbMedium          *medium,
                                        AvbMachineTemplate *template) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_draft_create:
 * @operation: progress and cancel; finished by this call, and added to the library's jobs. Title:
 *   avb_draft_dup_job_title()
 * @start: start the machine once it exists
 *
 * Makes disks and machine. When it fails or is cancelled, everything it made is removed; a machine
 * that was made but does not start stays, and the error says so.
 *
 * Returns: (transfer full): resolves to the #AvbMachine
 */
DexFuture *avb_draft_create (AvbDraft     *self,
                             AvbOperation *operation,
                             gboolean      start) G_GNUC_WARN_UNUSED_RESULT;

/* "Creating “Debian 13”"; (transfer full) */
char           *avb_draft_dup_job_title        (AvbDraft *self);

AvbMachineSpec *avb_draft_get_spec             (AvbDraft *self);
AvbFirstBoot   *avb_draft_get_first_boot       (AvbDraft *self);
AvbConnection  *avb_draft_get_connection       (AvbDraft *self);
AvbMedium      *avb_draft_get_medium           (AvbDraft *self); /* (nullable) */
AvbMachineTemplate *avb_draft_get_template     (AvbDraft *self); /* (nullable) */
AvbDraftSize    avb_draft_get_size             (AvbDraft *self);
void            avb_draft_set_size             (AvbDraft *self, AvbDraftSize size);
guint64         avb_draft_get_disk_size        (AvbDraft *self);
void            avb_draft_set_disk_size        (AvbDraft *self, guint64 bytes);
gboolean        avb_draft_get_copy_disk        (AvbDraft *self);
void            avb_draft_set_copy_disk        (AvbDraft *self, gboolean copy);
guint           avb_draft_get_max_cpus         (AvbDraft *self);
guint64         avb_draft_get_max_memory_mib   (AvbDraft *self);
guint64         avb_draft_get_max_disk_size    (AvbDraft *self);
guint64         avb_draft_get_free_memory_mib  (AvbDraft *self);
const char     *avb_draft_get_problem          (AvbDraft *self); /* (nullable) */
gboolean        avb_draft_get_problem_is_fatal (AvbDraft *self);
gboolean        avb_draft_get_can_create       (AvbDraft *self);
GListModel     *avb_draft_get_obstacles        (AvbDraft *self); /* of #AvbObstacle */
/* Does what the button of an obstacle offers. */
void            avb_draft_mend                 (AvbDraft *self, AvbMend mend);

G_END_DECLS

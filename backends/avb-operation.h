/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/**
 * AvbOperationState:
 * @AVB_OPERATION_RUNNING: under way.
 * @AVB_OPERATION_DONE: ended well.
 * @AVB_OPERATION_FAILED: ended with an error: see avb_operation_get_error().
 * @AVB_OPERATION_CANCELLED: ended because somebody asked for it.
 */
typedef enum {
  AVB_OPERATION_RUNNING,
  AVB_OPERATION_DONE,
  AVB_OPERATION_FAILED,
  AVB_OPERATION_CANCELLED,
} AvbOperationState;

#define AVB_TYPE_OPERATION_STATE (avb_operation_state_get_type ())
GType avb_operation_state_get_type (void);

/**
 * AvbOperation:
 *
 * Long work that somebody may watch and cancel: a copy, a save, a creation.
 *
 * The setters may be called from any thread. Properties notify on the main context only, gathered
 * to at most ten times a second, so that a worker may report each block it writes. Getters are for
 * the main thread and return what was last notified.
 *
 * Properties: `title` (string, construct-only), `status` (string, what it does right now),
 * `fraction` (double, 0…1, or -1 while unknown), `done` and `total` (uint64, bytes, 0 if it does
 * not count bytes), `rate` (uint64, bytes a second, over the last seconds), `remaining` (uint64,
 * seconds, 0 while unknown), `state` (#AvbOperationState), `can-cancel` (boolean).
 */
#define AVB_TYPE_OPERATION (avb_operation_get_type ())
G_DECLARE_FINAL_TYPE (AvbOperation, avb_operation, AVB, OPERATION, GObject)

/**
 * avb_operation_new:
 * @title: translated, e.g. "Creating “debian”"
 *
 * Returns: (transfer full): a running operation
 */
AvbOperation *avb_operation_new (const char *title);

/* Any thread. */
void avb_operation_set_status   (AvbOperation *self, const char *status);
void avb_operation_set_fraction (AvbOperation *self, double fraction);
void avb_operation_set_bytes    (AvbOperation *self, guint64 done, guint64 total);
/* From here on a cancel is refused: the last step cannot be taken back. */
void avb_operation_set_can_cancel (AvbOperation *self, gboolean can_cancel);

/**
 * avb_operation_finish:
 * @error: (nullable): why it failed; %G_IO_ERROR_CANCELLED makes it %AVB_OPERATION_CANCELLED
 *
 * Ends the operation; later calls change nothing. Thread: any.
 */
void avb_operation_finish (AvbOperation *self, const GError *error);

/**
 * avb_operation_cancel:
 *
 * Asks the work to stop; it ends as %AVB_OPERATION_CANCELLED once everything it made is removed.
 * Thread: any.
 */
void avb_operation_cancel (AvbOperation *self);

/**
 * avb_operation_get_cancellable:
 *
 * Returns: (transfer none): fires at avb_operation_cancel(). Thread: any.
 */
GCancellable *avb_operation_get_cancellable (AvbOperation *self);

const char        *avb_operation_get_title      (AvbOperation *self);
const char        *avb_operation_get_status     (AvbOperation *self);
double             avb_operation_get_fraction   (AvbOperation *self);
guint64            avb_operation_get_done       (AvbOperation *self);
guint64            avb_operation_get_total      (AvbOperation *self);
guint64            avb_operation_get_rate       (AvbOperation *self);
guint64            avb_operation_get_remaining  (AvbOperation *self);
gboolean           avb_operation_get_can_cancel (AvbOperation *self);
AvbOperationState  avb_operation_get_state      (AvbOperation *self);
/* (nullable) (transfer none) */
const GError      *avb_operation_get_error      (AvbOperation *self);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

#include "backends/avb-operation.h"

G_BEGIN_DECLS

/**
 * AvbJobQueue:
 *
 * Lets several operations run at once within a limit; those that come later wait, and say so in
 * their `status`. Main thread only.
 *
 * Properties: `limit` (uint, 1 to 64).
 */
#define AVB_TYPE_JOB_QUEUE (avb_job_queue_get_type ())
G_DECLARE_FINAL_TYPE (AvbJobQueue, avb_job_queue, AVB, JOB_QUEUE, GObject)

AvbJobQueue *avb_job_queue_new (guint limit);

guint avb_job_queue_get_limit (AvbJobQueue *self);
void  avb_job_queue_set_limit (AvbJobQueue *self, guint limit);

/**
 * avb_job_queue_enter:
 * @operation: running; its place is free again as soon as it is finished
 *
 * To be awaited before the work of @operation begins. Whoever holds a place must not wait for another
 * operation in the same queue.
 *
 * Returns: (transfer full): resolves to %TRUE at its turn, first come first served; rejects with
 *   %G_IO_ERROR_CANCELLED if the operation is cancelled before that (the caller finishes it)
 */
DexFuture *avb_job_queue_enter (AvbJobQueue *self, AvbOperation *operation) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

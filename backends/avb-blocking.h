/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/**
 * AvbBlockingFunc:
 * @data: what avb_blocking_run() was given
 *
 * Runs on a worker thread and may block. It must return a future that is completed already, and
 * map the error of its library before it returns (libvirt keeps the last error per thread).
 *
 * Returns: (transfer full): dex_future_new_for_…() or dex_future_new_true()
 */
typedef DexFuture *(*AvbBlockingFunc) (gpointer data);

/**
 * avb_blocking_run:
 * @func: the blocking work
 * @data: (nullable): for @func, which owns nothing of it
 * @destroy: (nullable): frees @data, on the caller's scheduler, after the future was completed
 *
 * Runs @func on one of four worker threads. The future is resolved, and @data is freed, on the
 * scheduler that called, never on the worker: objects of the main thread may ride in @data.
 * Dropping the future does not stop @func.
 *
 * Thread: one that has a #DexScheduler.
 *
 * Returns: (transfer full): what @func returned
 */
DexFuture *avb_blocking_run (AvbBlockingFunc func,
                             gpointer        data,
                             GDestroyNotify  destroy) G_GNUC_WARN_UNUSED_RESULT;

/* The same for work of seconds or minutes that is waited for: it gets a thread of its own, because
 * the calls that report its progress and cancel it must not queue behind it. */
DexFuture *avb_blocking_run_long (AvbBlockingFunc func,
                                  gpointer        data,
                                  GDestroyNotify  destroy) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_future_finish:
 * @future: (transfer full): the end of a chain
 * @what: (not nullable): what was tried, for the log, untranslated
 *
 * Ends a chain whose failure interests only a log reader. Cancelled futures are silent. Use this
 * instead of a bare dex_future_disown().
 */
void avb_future_finish (DexFuture *future, const char *what);

/**
 * avb_fiber_spawn:
 * @func: the fiber; it returns a future, never %NULL
 * @data: (nullable): for @func
 * @destroy: (nullable): frees @data, once the fiber has ended
 *
 * Runs @func in a fiber on the caller's scheduler: the one way to begin a fiber. Unlike that of dex_scheduler_spawn(), the future
 * is not the fiber: to drop it changes nothing for the fiber, which goes on to its end. libdex would cancel it; in libdex 0.10.0,
 * where what such a fiber awaits is completed before it runs again, other fibers are never continued, because it is taken out of
 * another queue than the one it is in (dex_fiber_discard(), dex_fiber_propagate()); and a fiber that waits for something in a loop
 * would never sleep again. What can be stopped takes a #GCancellable or an #AvbOperation.
 *
 * Returns: (transfer full): completed as what @func returned
 */
DexFuture *avb_fiber_spawn (DexFiberFunc   func,
                            gpointer       data,
                            GDestroyNotify destroy) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-blocking.h"

#include "backends/avb-error.h"

#define N_WORKERS 4
#define N_LONG_WORKERS 32

typedef struct {
  AvbBlockingFunc func;
  gpointer        data;
  GDestroyNotify  destroy;
  DexScheduler   *scheduler;
  DexPromise     *promise;
  DexFuture      *result;
} BlockingCall;

/* @result: what is completed already */
static void
complete (DexPromise *promise, DexFuture *result)
{
  GError       *error = NULL;
  const GValue *value = dex_future_get_value (result, &error);

  if (value != NULL)
    dex_promise_resolve (promise, value);
  else
    dex_promise_reject (promise, error);
}

/* On the caller's scheduler. Resolving on the worker instead would often drop the last reference
 * to the data, or to the value, there. */
static void
blocking_call_complete (gpointer data)
{
  BlockingCall *call = data;

  complete (call->promise, call->result);
  if (call->destroy != NULL)
    call->destroy (call->data);
  dex_clear (&call->result);
  dex_clear (&call->promise);
  dex_clear (&call->scheduler);
  g_free (call);
}

static void
blocking_call_thread (gpointer data, gpointer user_data)
{
  BlockingCall *call = data;
  /* Once pushed, the call may be gone before dex_scheduler_push() returns. */
  DexScheduler *scheduler = dex_ref (call->scheduler);

  call->result = call->func (call->data);
  if (call->result == NULL || dex_future_is_pending (call->result))
    g_error ("A blocking function must return a completed future");
  dex_scheduler_push (scheduler, blocking_call_complete, call);
  dex_unref (scheduler);
}

static GThreadPool *
get_pool (gboolean is_long)
{
  static GThreadPool *pools[2];

  if (g_once_init_enter_pointer (&pools[is_long]))
    g_once_init_leave_pointer (
        &pools[is_long],
        g_thread_pool_new (
            blocking_call_thread, NULL, is_long ? N_LONG_WORKERS : N_WORKERS, FALSE, NULL));
  return pools[is_long];
}

static DexFuture *
run (AvbBlockingFunc func, gpointer data, GDestroyNotify destroy, gboolean is_long)
{
  BlockingCall *call = g_new0 (BlockingCall, 1);
  DexFuture    *future;

  call->func = func;
  call->data = data;
  call->destroy = destroy;
  call->scheduler = dex_scheduler_ref_thread_default ();
  call->promise = dex_promise_new ();
  future = dex_ref (DEX_FUTURE (call->promise));

  /* A thread that cannot be started leaves the call queued: an idle one will take it. */
  g_thread_pool_push (get_pool (is_long), call, NULL);

  return future;
}

DexFuture *
avb_blocking_run (AvbBlockingFunc func, gpointer data, GDestroyNotify destroy)
{
  g_return_val_if_fail (func != NULL, NULL);
  g_return_val_if_fail (dex_scheduler_get_thread_default () != NULL, NULL);

  return run (func, data, destroy, FALSE);
}

DexFuture *
avb_blocking_run_long (AvbBlockingFunc func, gpointer data, GDestroyNotify destroy)
{
  g_return_val_if_fail (func != NULL, NULL);
  g_return_val_if_fail (dex_scheduler_get_thread_default () != NULL, NULL);

  return run (func, data, destroy, TRUE);
}

static DexFuture *
finish_cb (DexFuture *future, gpointer what)
{
  g_autoptr (GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL && !avb_error_is_cancelled (error))
    g_info ("%s: %s", (const char *) what, error->message);

  return dex_future_new_true ();
}

void
avb_future_finish (DexFuture *future, const char *what)
{
  g_return_if_fail (future != NULL);
  g_return_if_fail (what != NULL);

  dex_future_disown (dex_future_finally (future, finish_cb, g_strdup (what), g_free));
}

typedef struct {
  DexFiberFunc   func;
  gpointer       data;
  GDestroyNotify destroy;
  DexPromise    *promise;
} Fiber;

static void
fiber_free (gpointer data)
{
  Fiber *self = data;

  if (self->destroy != NULL)
    self->destroy (self->data);
  dex_unref (self->promise);
  g_free (self);
}

static DexFuture *
promised_fiber (gpointer data)
{
  Fiber     *self = data;
  DexFuture *result = self->func (self->data);

  if (result == NULL)
    g_error ("A fiber must return a future");
  dex_await (dex_ref (result), NULL);
  complete (self->promise, result);
  dex_unref (result);
  return dex_future_new_true ();
}

DexFuture *
avb_fiber_spawn (DexFiberFunc func, gpointer data, GDestroyNotify destroy)
{
  Fiber     *self;
  DexFuture *future;

  g_return_val_if_fail (func != NULL, NULL);

  self = g_new0 (Fiber, 1);
  self->func = func;
  self->data = data;
  self->destroy = destroy;
  self->promise = dex_promise_new ();
  future = dex_ref (DEX_FUTURE (self->promise));
  /* The scheduler holds it until its end. */
  dex_unref (dex_scheduler_spawn (NULL, 0, promised_fiber, self, fiber_free));
  return future;
}

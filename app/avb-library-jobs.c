/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Long work: how much at once, and at the end of the program. */

#include "config.h"

#include "app/avb-library.h"
#include "backends/avb-blocking.h"

static GPtrArray *
list_under_way (AvbLibrary *self)
{
  GListModel *jobs = avb_library_get_jobs (self);
  GPtrArray *under_way = g_ptr_array_new_with_free_func (g_object_unref);
  guint length = g_list_model_get_n_items (jobs);

  for (guint i = 0; i < length; i++)
    {
      g_autoptr (AvbOperation) job = g_list_model_get_item (jobs, i);

      if (avb_operation_get_state (job) == AVB_OPERATION_RUNNING)
        g_ptr_array_add (under_way, g_steal_pointer (&job));
    }
  return under_way;
}

guint
avb_library_count_jobs (AvbLibrary *self)
{
  g_autoptr (GPtrArray) under_way = NULL;

  g_return_val_if_fail (AVB_IS_LIBRARY (self), 0);

  under_way = list_under_way (self);
  return under_way->len;
}

static void
ended_cb (AvbOperation *job, GParamSpec *pspec, DexPromise *promise)
{
  if (avb_operation_get_state (job) != AVB_OPERATION_RUNNING && dex_future_is_pending (DEX_FUTURE (promise)))
    dex_promise_resolve_boolean (promise, TRUE);
}

/* In a fiber. */
static void
await_end (AvbOperation *job)
{
  DexPromise *promise = dex_promise_new ();
  gulong handler = g_signal_connect (job, "notify::state", G_CALLBACK (ended_cb), promise);

  ended_cb (job, NULL, promise);
  dex_await (dex_ref (promise), NULL);
  g_signal_handler_disconnect (job, handler);
  dex_unref (promise);
}

typedef struct {
  AvbLibrary *library;
  gboolean    cancel;
} AwaitCall;

static void
await_call_free (gpointer data)
{
  AwaitCall *call = data;

  g_object_unref (call->library);
  g_free (call);
}

static DexFuture *
await_jobs_fiber (gpointer data)
{
  AwaitCall *call = data;

  /* One that ends may have begun another. */
  for (;;)
    {
      g_autoptr (GPtrArray) under_way = list_under_way (call->library);

      if (under_way->len == 0)
        return dex_future_new_true ();
      for (guint i = 0; call->cancel && i < under_way->len; i++)
        avb_operation_cancel (g_ptr_array_index (under_way, i));
      for (guint i = 0; i < under_way->len; i++)
        await_end (g_ptr_array_index (under_way, i));
    }
}

static DexFuture *
await_jobs (AvbLibrary *self, gboolean cancel)
{
  AwaitCall *call = g_new0 (AwaitCall, 1);

  call->library = g_object_ref (self);
  call->cancel = cancel;
  return avb_fiber_spawn (await_jobs_fiber, call, await_call_free);
}

DexFuture *
avb_library_await_jobs (AvbLibrary *self)
{
  dex_return_error_if_fail (AVB_IS_LIBRARY (self));

  return await_jobs (self, FALSE);
}

DexFuture *
avb_library_cancel_jobs (AvbLibrary *self)
{
  dex_return_error_if_fail (AVB_IS_LIBRARY (self));

  return await_jobs (self, TRUE);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-job-queue.h"

#include <glib/gi18n-lib.h>

#define MAX_LIMIT 64

struct _AvbJobQueue {
  GObject parent_instance;

  guint   limit;
  guint   n_running;
  GQueue  waiting; /* of Waiting */
};

G_DEFINE_FINAL_TYPE (AvbJobQueue, avb_job_queue, G_TYPE_OBJECT)

enum { PROP_0, PROP_LIMIT, N_PROPS };

static GParamSpec *properties[N_PROPS];

typedef struct {
  gatomicrefcount ref_count;
  AvbJobQueue    *queue;
  AvbOperation   *operation;
  DexPromise     *promise;
} Waiting;

static void let_in (AvbJobQueue *self);

static void
waiting_unref (gpointer data)
{
  Waiting *waiting = data;

  if (!g_atomic_ref_count_dec (&waiting->ref_count))
    return;
  g_object_unref (waiting->queue);
  g_object_unref (waiting->operation);
  dex_unref (waiting->promise);
  g_free (waiting);
}

/* While it runs, the handler holds the operation and the queue. */
static void
ended_cb (AvbOperation *operation, GParamSpec *pspec, AvbJobQueue *self)
{
  if (avb_operation_get_state (operation) == AVB_OPERATION_RUNNING)
    return;
  g_signal_handlers_disconnect_by_func (operation, ended_cb, self);
  self->n_running--;
  let_in (self);
  g_object_unref (operation);
  g_object_unref (self);
}

static void
let_in (AvbJobQueue *self)
{
  while (self->n_running < self->limit && !g_queue_is_empty (&self->waiting))
    {
      Waiting *waiting = g_queue_pop_head (&self->waiting);
      AvbOperation *operation = waiting->operation;

      if (avb_operation_get_state (operation) == AVB_OPERATION_RUNNING)
        {
          self->n_running++;
          g_object_ref (self);
          g_signal_connect (g_object_ref (operation), "notify::state", G_CALLBACK (ended_cb), self);
        }
      avb_operation_set_status (operation, "");
      dex_promise_resolve_boolean (waiting->promise, TRUE);
      waiting_unref (waiting);
    }
}

static DexFuture *
entered_cb (DexFuture *future, gpointer user_data)
{
  Waiting *waiting = user_data;

  if (g_queue_remove (&waiting->queue->waiting, waiting))
    waiting_unref (waiting);
  if (g_cancellable_is_cancelled (avb_operation_get_cancellable (waiting->operation)))
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled");
  return dex_ref (future);
}

static void
avb_job_queue_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_LIMIT)
    g_value_set_uint (value, AVB_JOB_QUEUE (object)->limit);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_job_queue_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_LIMIT)
    avb_job_queue_set_limit (AVB_JOB_QUEUE (object), g_value_get_uint (value));
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_job_queue_class_init (AvbJobQueueClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = avb_job_queue_get_property;
  object_class->set_property = avb_job_queue_set_property;
  properties[PROP_LIMIT] =
      g_param_spec_uint ("limit", NULL, NULL, 1, MAX_LIMIT, 1,
                         G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_job_queue_init (AvbJobQueue *self)
{
  self->limit = 1;
  g_queue_init (&self->waiting);
}

AvbJobQueue *
avb_job_queue_new (guint limit)
{
  return g_object_new (AVB_TYPE_JOB_QUEUE, "limit", limit, NULL);
}

guint
avb_job_queue_get_limit (AvbJobQueue *self)
{
  g_return_val_if_fail (AVB_IS_JOB_QUEUE (self), 1);

  return self->limit;
}

void
avb_job_queue_set_limit (AvbJobQueue *self, guint limit)
{
  g_return_if_fail (AVB_IS_JOB_QUEUE (self));
  g_return_if_fail (limit > 0 && limit <= MAX_LIMIT);

  if (limit == self->limit)
    return;
  self->limit = limit;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LIMIT]);
  let_in (self);
}

DexFuture *
avb_job_queue_enter (AvbJobQueue *self, AvbOperation *operation)
{
  Waiting *waiting;
  DexFuture *first;

  dex_return_error_if_fail (AVB_IS_JOB_QUEUE (self));
  dex_return_error_if_fail (AVB_IS_OPERATION (operation));

  waiting = g_new0 (Waiting, 1);
  /* One for the list, one for the future. */
  g_atomic_ref_count_init (&waiting->ref_count);
  g_atomic_ref_count_inc (&waiting->ref_count);
  waiting->queue = g_object_ref (self);
  waiting->operation = g_object_ref (operation);
  waiting->promise = dex_promise_new ();
  if (self->n_running >= self->limit)
    avb_operation_set_status (operation, _("Waiting for other jobs to end"));
  g_queue_push_tail (&self->waiting, waiting);
  first = dex_future_first (
      dex_ref (DEX_FUTURE (waiting->promise)),
      dex_cancellable_new_from_cancellable (avb_operation_get_cancellable (operation)), NULL);
  let_in (self);
  return dex_future_finally (first, entered_cb, waiting, waiting_unref);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-operation.h"

#include "backends/avb-error.h"

#define NOTIFY_INTERVAL_US (100 * G_TIME_SPAN_MILLISECOND)
#define RATE_WINDOW_US (5 * G_TIME_SPAN_SECOND)
#define MAX_SAMPLES 64

G_DEFINE_ENUM_TYPE (AvbOperationState,
                    avb_operation_state,
                    G_DEFINE_ENUM_VALUE (AVB_OPERATION_RUNNING, "running"),
                    G_DEFINE_ENUM_VALUE (AVB_OPERATION_DONE, "done"),
                    G_DEFINE_ENUM_VALUE (AVB_OPERATION_FAILED, "failed"),
                    G_DEFINE_ENUM_VALUE (AVB_OPERATION_CANCELLED, "cancelled"))

typedef struct {
  char             *status;
  double            fraction;
  guint64           done;
  guint64           total;
  guint64           rate;
  guint64           remaining;
  gboolean          can_cancel;
  AvbOperationState state;
  GError           *error;
} Values;

typedef struct {
  gint64  time;
  guint64 done;
} Sample;

/* `pending` is what workers set, under the lock; `shown` is what the main thread was told. A
 * source on the main context copies the one to the other and notifies. */
struct _AvbOperation {
  GObject parent_instance;

  char         *title;
  GCancellable *cancellable;
  Values        shown;

  GMutex   lock;
  Values   pending;
  GSource *source;
  gint64   last_flush;
  Sample   samples[MAX_SAMPLES];
  guint    n_samples;
};

G_DEFINE_FINAL_TYPE (AvbOperation, avb_operation, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_TITLE,
  PROP_STATUS,
  PROP_FRACTION,
  PROP_DONE,
  PROP_TOTAL,
  PROP_RATE,
  PROP_REMAINING,
  PROP_STATE,
  PROP_CAN_CANCEL,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

/* Keeps one sample a RATE_WINDOW / MAX_SAMPLES, and computes rate and rest. Locked. */
static void
take_sample (AvbOperation *self, gint64 now)
{
  Values *values = &self->pending;
  guint64 bytes;
  gint64  elapsed;
  guint   old = 0;

  if (values->state != AVB_OPERATION_RUNNING)
    {
      values->rate = values->remaining = 0;
      return;
    }
  while (old < self->n_samples && self->samples[old].time < now - RATE_WINDOW_US)
    old++;
  /* A second pass starts over: its bytes have nothing to do with those before. */
  if (self->n_samples > 0 && self->samples[self->n_samples - 1].done > values->done)
    old = self->n_samples;
  if (old > 0)
    {
      memmove (self->samples, self->samples + old, (self->n_samples - old) * sizeof (Sample));
      self->n_samples -= old;
    }
  if (self->n_samples < MAX_SAMPLES)
    self->samples[self->n_samples++] = (Sample) { now, values->done };

  elapsed = now - self->samples[0].time;
  bytes = values->done - self->samples[0].done;
  values->rate = elapsed > 0 ? (guint64) ((double) bytes * G_USEC_PER_SEC / elapsed) : 0;
  values->remaining = values->rate > 0 && values->total > values->done
                          ? (values->total - values->done + values->rate - 1) / values->rate
                          : 0;
}

static void
avb_operation_flush (AvbOperation *self)
{
  gboolean      changed[N_PROPS] = { FALSE };
  Values       *shown = &self->shown;
  const Values *pending = &self->pending;

  g_mutex_lock (&self->lock);
  if (self->source != NULL)
    g_source_destroy (self->source);
  g_clear_pointer (&self->source, g_source_unref);
  self->last_flush = g_get_monotonic_time ();
  if (pending->total > 0)
    take_sample (self, self->last_flush);

  changed[PROP_STATUS] = g_set_str (&shown->status, pending->status);
  changed[PROP_FRACTION] = shown->fraction != pending->fraction;
  changed[PROP_DONE] = shown->done != pending->done;
  changed[PROP_TOTAL] = shown->total != pending->total;
  changed[PROP_RATE] = shown->rate != pending->rate;
  changed[PROP_REMAINING] = shown->remaining != pending->remaining;
  changed[PROP_STATE] = shown->state != pending->state;
  changed[PROP_CAN_CANCEL] = shown->can_cancel != pending->can_cancel;
  shown->fraction = pending->fraction;
  shown->done = pending->done;
  shown->total = pending->total;
  shown->rate = pending->rate;
  shown->remaining = pending->remaining;
  shown->state = pending->state;
  shown->can_cancel = pending->can_cancel;
  if (shown->error == NULL && pending->error != NULL)
    shown->error = g_error_copy (pending->error);
  g_mutex_unlock (&self->lock);

  g_object_freeze_notify (G_OBJECT (self));
  for (guint i = 1; i < N_PROPS; i++)
    if (changed[i])
      g_object_notify_by_pspec (G_OBJECT (self), properties[i]);
  g_object_thaw_notify (G_OBJECT (self));
}

static gboolean
avb_operation_flush_cb (gpointer data)
{
  g_autoptr (AvbOperation) self = g_object_ref (data);

  avb_operation_flush (self);

  return G_SOURCE_REMOVE;
}

/* Locked. At @delay_us at most; an earlier one stays. */
static void
avb_operation_schedule (AvbOperation *self, gboolean at_once)
{
  gint64 now = g_get_monotonic_time ();
  gint64 due = at_once ? now : MAX (now, self->last_flush + NOTIFY_INTERVAL_US);

  if (self->source != NULL)
    {
      if (at_once)
        g_source_set_ready_time (self->source, 0);
      return;
    }
  self->source = g_timeout_source_new (MAX (0, due - now) / 1000);
  g_source_set_static_name (self->source, "[avb] operation");
  g_source_set_callback (self->source, avb_operation_flush_cb, g_object_ref (self), g_object_unref);
  g_source_attach (self->source, NULL);
}

static void
values_clear (Values *values)
{
  g_clear_pointer (&values->status, g_free);
  g_clear_error (&values->error);
}

static void
avb_operation_finalize (GObject *object)
{
  AvbOperation *self = AVB_OPERATION (object);

  g_assert (self->source == NULL);
  values_clear (&self->shown);
  values_clear (&self->pending);
  g_free (self->title);
  g_object_unref (self->cancellable);
  g_mutex_clear (&self->lock);

  G_OBJECT_CLASS (avb_operation_parent_class)->finalize (object);
}

static void
avb_operation_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  AvbOperation *self = AVB_OPERATION (object);

  switch (prop_id)
    {
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_STATUS:
      g_value_set_string (value, self->shown.status);
      break;
    case PROP_FRACTION:
      g_value_set_double (value, self->shown.fraction);
      break;
    case PROP_DONE:
      g_value_set_uint64 (value, self->shown.done);
      break;
    case PROP_TOTAL:
      g_value_set_uint64 (value, self->shown.total);
      break;
    case PROP_RATE:
      g_value_set_uint64 (value, self->shown.rate);
      break;
    case PROP_REMAINING:
      g_value_set_uint64 (value, self->shown.remaining);
      break;
    case PROP_STATE:
      g_value_set_enum (value, self->shown.state);
      break;
    case PROP_CAN_CANCEL:
      g_value_set_boolean (value, self->shown.can_cancel);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
avb_operation_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  AvbOperation *self = AVB_OPERATION (object);

  switch (prop_id)
    {
    case PROP_TITLE:
      self->title = g_value_dup_string (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
avb_operation_class_init (AvbOperationClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->finalize = avb_operation_finalize;
  object_class->get_property = avb_operation_get_property;
  object_class->set_property = avb_operation_set_property;

  properties[PROP_TITLE]
      = g_param_spec_string ("title",
                             NULL,
                             NULL,
                             NULL,
                             G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_STATUS] = g_param_spec_string ("status", NULL, NULL, NULL, flags);
  properties[PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, -1, 1, -1, flags);
  properties[PROP_DONE] = g_param_spec_uint64 ("done", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_TOTAL] = g_param_spec_uint64 ("total", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_RATE] = g_param_spec_uint64 ("rate", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_REMAINING]
      = g_param_spec_uint64 ("remaining", NULL, NULL, 0, G_MAXUINT64, 0, flags);
  properties[PROP_STATE] = g_param_spec_enum (
      "state", NULL, NULL, AVB_TYPE_OPERATION_STATE, AVB_OPERATION_RUNNING, flags);
  properties[PROP_CAN_CANCEL] = g_param_spec_boolean ("can-cancel", NULL, NULL, TRUE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_operation_init (AvbOperation *self)
{
  g_mutex_init (&self->lock);
  self->cancellable = g_cancellable_new ();
  self->pending.fraction = self->shown.fraction = -1;
  self->pending.can_cancel = self->shown.can_cancel = TRUE;
}

AvbOperation *
avb_operation_new (const char *title)
{
  g_return_val_if_fail (title != NULL, NULL);

  return g_object_new (AVB_TYPE_OPERATION, "title", title, NULL);
}

void
avb_operation_set_status (AvbOperation *self, const char *status)
{
  g_return_if_fail (AVB_IS_OPERATION (self));

  g_mutex_lock (&self->lock);
  if (self->pending.state == AVB_OPERATION_RUNNING && g_set_str (&self->pending.status, status))
    avb_operation_schedule (self, FALSE);
  g_mutex_unlock (&self->lock);
}

void
avb_operation_set_fraction (AvbOperation *self, double fraction)
{
  g_return_if_fail (AVB_IS_OPERATION (self));

  /* Written so that a NaN counts as unknown, too. */
  fraction = fraction >= 0 ? MIN (fraction, 1) : -1;
  g_mutex_lock (&self->lock);
  if (self->pending.state == AVB_OPERATION_RUNNING && self->pending.fraction != fraction)
    {
      self->pending.fraction = fraction;
      avb_operation_schedule (self, FALSE);
    }
  g_mutex_unlock (&self->lock);
}

void
avb_operation_set_bytes (AvbOperation *self, guint64 done, guint64 total)
{
  g_return_if_fail (AVB_IS_OPERATION (self));

  g_mutex_lock (&self->lock);
  if (self->pending.state == AVB_OPERATION_RUNNING)
    {
      self->pending.done = total > 0 ? MIN (done, total) : done;
      self->pending.total = total;
      self->pending.fraction = total > 0 ? (double) self->pending.done / total : -1;
      avb_operation_schedule (self, FALSE);
    }
  g_mutex_unlock (&self->lock);
}

void
avb_operation_set_can_cancel (AvbOperation *self, gboolean can_cancel)
{
  g_return_if_fail (AVB_IS_OPERATION (self));

  g_mutex_lock (&self->lock);
  if (self->pending.state == AVB_OPERATION_RUNNING && self->pending.can_cancel != !!can_cancel)
    {
      self->pending.can_cancel = !!can_cancel;
      avb_operation_schedule (self, FALSE);
    }
  g_mutex_unlock (&self->lock);
}

void
avb_operation_finish (AvbOperation *self, const GError *error)
{
  g_autoptr (AvbOperation) hold = NULL;
  gboolean flush_here = g_main_context_is_owner (g_main_context_default ());

  g_return_if_fail (AVB_IS_OPERATION (self));

  hold = g_object_ref (self);
  g_mutex_lock (&self->lock);
  if (self->pending.state != AVB_OPERATION_RUNNING)
    {
      g_mutex_unlock (&self->lock);
      return;
    }
  if (error == NULL)
    {
      self->pending.state = AVB_OPERATION_DONE;
      self->pending.fraction = 1;
      self->pending.done = self->pending.total;
    }
  else
    {
      self->pending.state
          = avb_error_is_cancelled (error) ? AVB_OPERATION_CANCELLED : AVB_OPERATION_FAILED;
      self->pending.error = g_error_copy (error);
    }
  self->pending.can_cancel = FALSE;
  self->pending.rate = self->pending.remaining = 0;
  if (!flush_here)
    avb_operation_schedule (self, TRUE);
  g_mutex_unlock (&self->lock);

  /* Who finishes it on the main thread finds it finished right after. */
  if (flush_here)
    avb_operation_flush (self);
}

void
avb_operation_cancel (AvbOperation *self)
{
  gboolean allowed;

  g_return_if_fail (AVB_IS_OPERATION (self));

  g_mutex_lock (&self->lock);
  allowed = self->pending.state == AVB_OPERATION_RUNNING && self->pending.can_cancel;
  g_mutex_unlock (&self->lock);

  if (allowed)
    g_cancellable_cancel (self->cancellable);
}

GCancellable *
avb_operation_get_cancellable (AvbOperation *self)
{
  g_return_val_if_fail (AVB_IS_OPERATION (self), NULL);

  return self->cancellable;
}

const char *
avb_operation_get_title (AvbOperation *self)
{
  g_return_val_if_fail (AVB_IS_OPERATION (self), NULL);

  return self->title;
}

const char *
avb_operation_get_status (AvbOperation *self)
{
  g_return_val_if_fail (AVB_IS_OPERATION (self), NULL);

  return self->shown.status;
}

double
avb_operation_get_fraction (AvbOperation *self)
{
  g_return_val_if_fail (AVB_IS_OPERATION (self), -1);

  return self->shown.fraction;
}

guint64
avb_operation_get_done (AvbOperation *self)
{
  g_return_val_if_fail (AVB_IS_OPERATION (self), 0);

  return self->shown.done;
}

guint64
avb_operation_get_total (AvbOperation *self)
{
  g_return_val_if_fail (AVB_IS_OPERATION (self), 0);

  return self->shown.total;
}

guint64
avb_operation_get_rate (AvbOperation *self)
{
  g_return_val_if_fail (AVB_IS_OPERATION (self), 0);

  return self->shown.rate;
}

guint64
avb_operation_get_remaining (AvbOperation *self)
{
  g_return_val_if_fail (AVB_IS_OPERATION (self), 0);

  return self->shown.remaining;
}

gboolean
avb_operation_get_can_cancel (AvbOperation *self)
{
  g_return_val_if_fail (AVB_IS_OPERATION (self), FALSE);

  return self->shown.can_cancel;
}

AvbOperationState
avb_operation_get_state (AvbOperation *self)
{
  g_return_val_if_fail (AVB_IS_OPERATION (self), AVB_OPERATION_FAILED);

  return self->shown.state;
}

const GError *
avb_operation_get_error (AvbOperation *self)
{
  g_return_val_if_fail (AVB_IS_OPERATION (self), NULL);

  return self->shown.error;
}

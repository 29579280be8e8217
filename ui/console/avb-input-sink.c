/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-input-sink.h"

G_DEFINE_ABSTRACT_TYPE (AvbInputSink, avb_input_sink, G_TYPE_OBJECT)

enum { LOCKS, N_SIGNALS };
static guint signals[N_SIGNALS];

static guint
avb_input_sink_no_locks (AvbInputSink *self)
{
  return 0;
}

static void
avb_input_sink_ignore_locks (AvbInputSink *self, guint locks)
{
}

static void
avb_input_sink_class_init (AvbInputSinkClass *klass)
{
  klass->get_locks = avb_input_sink_no_locks;
  klass->set_locks = avb_input_sink_ignore_locks;

  signals[LOCKS] = g_signal_new (
      "locks", AVB_TYPE_INPUT_SINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
avb_input_sink_init (AvbInputSink *self)
{
}

gboolean
avb_input_sink_can_send (AvbInputSink *self)
{
  g_return_val_if_fail (AVB_IS_INPUT_SINK (self), FALSE);
  return AVB_INPUT_SINK_GET_CLASS (self)->can_send (self);
}

void
avb_input_sink_key (AvbInputSink *self, guint scancode, gboolean press)
{
  g_return_if_fail (AVB_IS_INPUT_SINK (self));
  AVB_INPUT_SINK_GET_CLASS (self)->key (self, scancode, press);
}

void
avb_input_sink_position (AvbInputSink *self, int x, int y, int monitor, guint buttons)
{
  g_return_if_fail (AVB_IS_INPUT_SINK (self));
  AVB_INPUT_SINK_GET_CLASS (self)->position (self, x, y, monitor, buttons);
}

void
avb_input_sink_motion (AvbInputSink *self, int dx, int dy, guint buttons)
{
  g_return_if_fail (AVB_IS_INPUT_SINK (self));
  AVB_INPUT_SINK_GET_CLASS (self)->motion (self, dx, dy, buttons);
}

void
avb_input_sink_button (AvbInputSink *self, AvbInputButton button, gboolean press, guint buttons)
{
  g_return_if_fail (AVB_IS_INPUT_SINK (self));
  AVB_INPUT_SINK_GET_CLASS (self)->button (self, button, press, buttons);
}

guint
avb_input_sink_get_locks (AvbInputSink *self)
{
  g_return_val_if_fail (AVB_IS_INPUT_SINK (self), 0);
  return AVB_INPUT_SINK_GET_CLASS (self)->get_locks (self);
}

void
avb_input_sink_set_locks (AvbInputSink *self, guint locks)
{
  g_return_if_fail (AVB_IS_INPUT_SINK (self));
  AVB_INPUT_SINK_GET_CLASS (self)->set_locks (self, locks);
}

void
avb_input_sink_emit_locks (AvbInputSink *self)
{
  g_return_if_fail (AVB_IS_INPUT_SINK (self));
  g_signal_emit (self, signals[LOCKS], 0);
}

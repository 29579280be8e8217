/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-spice-sink.h"

#include "ui/console/avb-keymap.h"

struct _AvbSpiceSink {
  AvbInputSink parent_instance;

  SpiceInputsChannel *channel;
};

G_DEFINE_FINAL_TYPE (AvbSpiceSink, avb_spice_sink, AVB_TYPE_INPUT_SINK)

/* Buttons are counted from 1 there, their masks as here. */
G_STATIC_ASSERT (SPICE_MOUSE_BUTTON_LEFT == AVB_INPUT_LEFT + 1);
G_STATIC_ASSERT (SPICE_MOUSE_BUTTON_EXTRA == AVB_INPUT_EXTRA + 1);
G_STATIC_ASSERT (SPICE_MOUSE_BUTTON_MASK_EXTRA == 1 << AVB_INPUT_EXTRA);
G_STATIC_ASSERT (SPICE_INPUTS_SCROLL_LOCK == AVB_INPUT_SCROLL_LOCK);
G_STATIC_ASSERT (SPICE_INPUTS_NUM_LOCK == AVB_INPUT_NUM_LOCK);
G_STATIC_ASSERT (SPICE_INPUTS_CAPS_LOCK == AVB_INPUT_CAPS_LOCK);

static gboolean
avb_spice_sink_can_send (AvbInputSink *sink)
{
  g_autoptr (GSocket) socket = NULL;

  /* A channel whose connection just went has not told yet, and complains when used. */
  g_object_get (AVB_SPICE_SINK (sink)->channel, "socket", &socket, NULL);
  return socket != NULL;
}

static void
send_key (SpiceInputsChannel *channel, guint scancode, gboolean press)
{
  if (press)
    spice_inputs_channel_key_press (channel, scancode);
  else
    spice_inputs_channel_key_release (channel, scancode);
}

static void
avb_spice_sink_key (AvbInputSink *sink, guint scancode, gboolean press)
{
  AvbSpiceSink *self = AVB_SPICE_SINK (sink);

  send_key (self->channel, scancode, press);
  if (scancode == AVB_SCANCODE_PAUSE)
    send_key (self->channel, AVB_SCANCODE_NUM_LOCK, press);
}

static void
avb_spice_sink_position (AvbInputSink *sink, int x, int y, int monitor, guint buttons)
{
  spice_inputs_channel_position (AVB_SPICE_SINK (sink)->channel, x, y, monitor, (int) buttons);
}

static void
avb_spice_sink_motion (AvbInputSink *sink, int dx, int dy, guint buttons)
{
  spice_inputs_channel_motion (AVB_SPICE_SINK (sink)->channel, dx, dy, (int) buttons);
}

static void
avb_spice_sink_button (AvbInputSink *sink, AvbInputButton button, gboolean press, guint buttons)
{
  AvbSpiceSink *self = AVB_SPICE_SINK (sink);

  if (press)
    spice_inputs_channel_button_press (self->channel, (int) button + 1, (int) buttons);
  else
    spice_inputs_channel_button_release (self->channel, (int) button + 1, (int) buttons);
}

static guint
avb_spice_sink_get_locks (AvbInputSink *sink)
{
  int locks = 0;

  g_object_get (AVB_SPICE_SINK (sink)->channel, "key-modifiers", &locks, NULL);
  return (guint) locks;
}

static void
avb_spice_sink_set_locks (AvbInputSink *sink, guint locks)
{
  spice_inputs_channel_set_key_locks (AVB_SPICE_SINK (sink)->channel, locks);
}

static void
modifiers_cb (SpiceInputsChannel *channel, AvbSpiceSink *self)
{
  avb_input_sink_emit_locks (AVB_INPUT_SINK (self));
}

static void
avb_spice_sink_dispose (GObject *object)
{
  AvbSpiceSink *self = AVB_SPICE_SINK (object);

  if (self->channel != NULL)
    g_signal_handlers_disconnect_by_data (self->channel, self);
  g_clear_object (&self->channel);
  G_OBJECT_CLASS (avb_spice_sink_parent_class)->dispose (object);
}

static void
avb_spice_sink_class_init (AvbSpiceSinkClass *klass)
{
  AvbInputSinkClass *sink_class = AVB_INPUT_SINK_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_spice_sink_dispose;
  sink_class->can_send = avb_spice_sink_can_send;
  sink_class->key = avb_spice_sink_key;
  sink_class->position = avb_spice_sink_position;
  sink_class->motion = avb_spice_sink_motion;
  sink_class->button = avb_spice_sink_button;
  sink_class->get_locks = avb_spice_sink_get_locks;
  sink_class->set_locks = avb_spice_sink_set_locks;
}

static void
avb_spice_sink_init (AvbSpiceSink *self)
{
}

AvbInputSink *
avb_spice_sink_new (SpiceInputsChannel *channel)
{
  AvbSpiceSink *self;

  g_return_val_if_fail (SPICE_IS_INPUTS_CHANNEL (channel), NULL);

  self = g_object_new (AVB_TYPE_SPICE_SINK, NULL);
  self->channel = g_object_ref (channel);
  g_signal_connect (channel, "inputs-modifiers", G_CALLBACK (modifiers_cb), self);
  return AVB_INPUT_SINK (self);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-picture-sink.h"

#include "backends/avb-blocking.h"
#include "backends/avb-machine-display.h"
#include "ui/console/avb-keymap.h"

/* A host that takes nothing gets no more presses than this; keys that are down are let go of in any case. */
#define MAX_WAITING 256
#define MAX_BYTES 4096

/* Either keys or the pointer. */
typedef struct {
  GByteArray *scancodes;
  AvbPointer  pointer;
} Message;

struct _AvbPictureSink {
  AvbInputSink parent_instance;

  AvbMachine *machine;
  guint       width;
  guint       height;
  guint       x;
  guint       y;
  GQueue      waiting; /* of Message */
  gboolean    sending;
  gboolean    closed;
};

G_DEFINE_FINAL_TYPE (AvbPictureSink, avb_picture_sink, AVB_TYPE_INPUT_SINK)

enum { USED, FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_STATIC_ASSERT ((int) AVB_POINTER_LEFT == 1 << AVB_INPUT_LEFT);
G_STATIC_ASSERT ((int) AVB_POINTER_MIDDLE == 1 << AVB_INPUT_MIDDLE);
G_STATIC_ASSERT ((int) AVB_POINTER_RIGHT == 1 << AVB_INPUT_RIGHT);

static void avb_picture_sink_send_next (AvbPictureSink *self);

static void
message_free (gpointer data)
{
  Message *message = data;

  g_clear_pointer (&message->scancodes, g_byte_array_unref);
  g_free (message);
}

static DexFuture *
sent_cb (DexFuture *future, gpointer data)
{
  AvbPictureSink *self = data;
  g_autoptr (GError) error = NULL;

  self->sending = FALSE;
  if (self->closed)
    return dex_future_new_true ();
  if (dex_future_get_value (future, &error) == NULL)
    g_signal_emit (self, signals[FAILED], 0, error);
  avb_picture_sink_send_next (self);
  return dex_future_new_true ();
}

static void
avb_picture_sink_send_next (AvbPictureSink *self)
{
  Message   *message = self->sending ? NULL : g_queue_pop_head (&self->waiting);
  DexFuture *future;

  if (message == NULL)
    return;
  self->sending = TRUE;
  future = message->scancodes != NULL
               ? avb_machine_send_scancodes (
                     self->machine, message->scancodes->data, message->scancodes->len)
               : avb_machine_send_pointer (self->machine, &message->pointer);
  message_free (message);
  avb_future_finish (dex_future_finally (future, sent_cb, g_object_ref (self), g_object_unref),
                     "send what was typed");
}

static gboolean
avb_picture_sink_can_send (AvbInputSink *sink)
{
  return !AVB_PICTURE_SINK (sink)->closed;
}

/* What a keyboard sends. Returns: the number of bytes */
static gsize
encode (guint scancode, gboolean press, guint8 bytes[3])
{
  guint8 bit = press ? 0 : 0x80;

  if (scancode == AVB_SCANCODE_PAUSE)
    {
      bytes[0] = 0xe1;
      bytes[1] = 0x1d | bit;
      bytes[2] = 0x45 | bit;
      return 3;
    }
  if (scancode >= 0x100)
    {
      bytes[0] = 0xe0;
      bytes[1] = (guint8) (scancode & 0x7f) | bit;
      return 2;
    }
  bytes[0] = (guint8) scancode | bit;
  return 1;
}

static void
avb_picture_sink_key (AvbInputSink *sink, guint scancode, gboolean press)
{
  AvbPictureSink *self = AVB_PICTURE_SINK (sink);
  Message        *last = g_queue_peek_tail (&self->waiting);
  guint8          bytes[3];
  gsize           n_bytes = encode (scancode, press, bytes);

  if (press && (self->waiting.length >= MAX_WAITING
                || (last != NULL && last->scancodes != NULL && last->scancodes->len >= MAX_BYTES)))
    return;
  if (last == NULL || last->scancodes == NULL)
    {
      last = g_new0 (Message, 1);
      last->scancodes = g_byte_array_new ();
      g_queue_push_tail (&self->waiting, last);
    }
  g_byte_array_append (last->scancodes, bytes, (guint) n_bytes);
  avb_picture_sink_send_next (self);
  g_signal_emit (self, signals[USED], 0);
}

static void
avb_picture_sink_point (AvbPictureSink *self, guint buttons, int wheel)
{
  Message   *last = g_queue_peek_tail (&self->waiting);
  AvbPointer pointer = {
    .x = self->x,
    .y = self->y,
    .width = self->width,
    .height = self->height,
    .buttons = (AvbPointerButtons) (buttons & (AVB_POINTER_LEFT | AVB_POINTER_MIDDLE | AVB_POINTER_RIGHT)),
    .wheel = wheel,
  };

  if (self->width == 0 || self->waiting.length >= 2 * MAX_WAITING)
    return;
  if (last != NULL && last->scancodes == NULL && last->pointer.buttons == pointer.buttons
      && ABS (last->pointer.wheel) < 100)
    {
      pointer.wheel += last->pointer.wheel;
      last->pointer = pointer;
    }
  else
    {
      last = g_new0 (Message, 1);
      last->pointer = pointer;
      g_queue_push_tail (&self->waiting, last);
    }
  avb_picture_sink_send_next (self);
  g_signal_emit (self, signals[USED], 0);
}

static void
avb_picture_sink_position (AvbInputSink *sink, int x, int y, int monitor, guint buttons)
{
  AvbPictureSink *self = AVB_PICTURE_SINK (sink);

  if (self->width == 0)
    return;
  self->x = (guint) CLAMP (x, 0, (int) self->width - 1);
  self->y = (guint) CLAMP (y, 0, (int) self->height - 1);
  avb_picture_sink_point (self, buttons, 0);
}

/* The pointer is always absolute. */
static void
avb_picture_sink_motion (AvbInputSink *sink, int dx, int dy, guint buttons)
{
}

static void
avb_picture_sink_button (AvbInputSink *sink, AvbInputButton button, gboolean press, guint buttons)
{
  AvbPictureSink *self = AVB_PICTURE_SINK (sink);

  if (button <= AVB_INPUT_RIGHT)
    avb_picture_sink_point (self, buttons, 0);
  else if (press && (button == AVB_INPUT_UP || button == AVB_INPUT_DOWN))
    avb_picture_sink_point (self, buttons, button == AVB_INPUT_UP ? 1 : -1);
}

static void
avb_picture_sink_finalize (GObject *object)
{
  AvbPictureSink *self = AVB_PICTURE_SINK (object);

  g_queue_clear_full (&self->waiting, message_free);
  g_clear_object (&self->machine);
  G_OBJECT_CLASS (avb_picture_sink_parent_class)->finalize (object);
}

static void
avb_picture_sink_class_init (AvbPictureSinkClass *klass)
{
  AvbInputSinkClass *sink_class = AVB_INPUT_SINK_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = avb_picture_sink_finalize;
  sink_class->can_send = avb_picture_sink_can_send;
  sink_class->key = avb_picture_sink_key;
  sink_class->position = avb_picture_sink_position;
  sink_class->motion = avb_picture_sink_motion;
  sink_class->button = avb_picture_sink_button;

  signals[USED] = g_signal_new (
      "used", AVB_TYPE_PICTURE_SINK, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[FAILED] = g_signal_new ("failed",
                                  AVB_TYPE_PICTURE_SINK,
                                  G_SIGNAL_RUN_LAST,
                                  0,
                                  NULL,
                                  NULL,
                                  NULL,
                                  G_TYPE_NONE,
                                  1,
                                  G_TYPE_ERROR);
}

static void
avb_picture_sink_init (AvbPictureSink *self)
{
  g_queue_init (&self->waiting);
}

AvbPictureSink *
avb_picture_sink_new (AvbMachine *machine)
{
  AvbPictureSink *self;

  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);

  self = g_object_new (AVB_TYPE_PICTURE_SINK, NULL);
  self->machine = g_object_ref (machine);
  return self;
}

void
avb_picture_sink_set_size (AvbPictureSink *self, guint width, guint height)
{
  g_return_if_fail (AVB_IS_PICTURE_SINK (self));

  self->width = width;
  self->height = height;
}

void
avb_picture_sink_close (AvbPictureSink *self)
{
  g_return_if_fail (AVB_IS_PICTURE_SINK (self));

  self->closed = TRUE;
  g_queue_clear_full (&self->waiting, message_free);
}

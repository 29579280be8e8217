/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-rdp-sink.h"

#include <freerdp/input.h>

#include "ui/console/avb-keymap.h"

/* One notch of a wheel, and its sign as two's complement of nine bits (MS-RDPBCGR 2.2.8.1.1.3.1.1.3). */
#define NOTCH 120
#define WHEEL_UP (PTR_FLAGS_WHEEL | NOTCH)
#define WHEEL_DOWN (PTR_FLAGS_WHEEL | PTR_FLAGS_WHEEL_NEGATIVE | (0x100 - NOTCH))

struct _AvbRdpSink {
  AvbInputSink parent_instance;

  AvbRdpLink *link;
  guint8      down[0x200]; /* by scancode */
  guint16     x;           /* where the pointer was sent last */
  guint16     y;
};

G_DEFINE_FINAL_TYPE (AvbRdpSink, avb_rdp_sink, AVB_TYPE_INPUT_SINK)

G_STATIC_ASSERT ((int) KBD_SYNC_SCROLL_LOCK == (int) AVB_INPUT_SCROLL_LOCK);
G_STATIC_ASSERT ((int) KBD_SYNC_NUM_LOCK == (int) AVB_INPUT_NUM_LOCK);
G_STATIC_ASSERT ((int) KBD_SYNC_CAPS_LOCK == (int) AVB_INPUT_CAPS_LOCK);

static gboolean
avb_rdp_sink_can_send (AvbInputSink *sink)
{
  return TRUE;
}

static void
avb_rdp_sink_key (AvbInputSink *sink, guint scancode, gboolean press)
{
  AvbRdpSink *self = AVB_RDP_SINK (sink);
  AvbRdpInput input = { .kind = AVB_RDP_KEY, .code = scancode, .press = press };

  if (scancode == AVB_SCANCODE_PAUSE)
    {
      /* Both at once. */
      input.kind = AVB_RDP_PAUSE;
      if (press)
        avb_rdp_link_send (self->link, &input);
      return;
    }
  if (scancode < G_N_ELEMENTS (self->down))
    {
      input.repeat = press && self->down[scancode];
      self->down[scancode] = press;
    }
  avb_rdp_link_send (self->link, &input);
}

static void
send_mouse (AvbRdpSink *self, AvbRdpInputKind kind, guint flags)
{
  const AvbRdpInput input
      = { .kind = kind, .flags = (guint16) flags, .x = self->x, .y = self->y };

  avb_rdp_link_send (self->link, &input);
}

static void
avb_rdp_sink_position (AvbInputSink *sink, int x, int y, int monitor, guint buttons)
{
  AvbRdpSink *self = AVB_RDP_SINK (sink);

  self->x = (guint16) CLAMP (x, 0, G_MAXUINT16);
  self->y = (guint16) CLAMP (y, 0, G_MAXUINT16);
  send_mouse (self, AVB_RDP_MOUSE, PTR_FLAGS_MOVE);
}

/* The pointer is always absolute. */
static void
avb_rdp_sink_motion (AvbInputSink *sink, int dx, int dy, guint buttons)
{
}

static void
avb_rdp_sink_button (AvbInputSink *sink, AvbInputButton button, gboolean press, guint buttons)
{
  AvbRdpSink *self = AVB_RDP_SINK (sink);
  guint       down = press ? PTR_FLAGS_DOWN : 0;

  switch (button)
    {
    case AVB_INPUT_LEFT:
      send_mouse (self, AVB_RDP_MOUSE, PTR_FLAGS_BUTTON1 | down);
      break;
    case AVB_INPUT_RIGHT:
      send_mouse (self, AVB_RDP_MOUSE, PTR_FLAGS_BUTTON2 | down);
      break;
    case AVB_INPUT_MIDDLE:
      send_mouse (self, AVB_RDP_MOUSE, PTR_FLAGS_BUTTON3 | down);
      break;
    case AVB_INPUT_UP:
    case AVB_INPUT_DOWN:
      if (press)
        send_mouse (self, AVB_RDP_MOUSE, button == AVB_INPUT_UP ? WHEEL_UP : WHEEL_DOWN);
      break;
    case AVB_INPUT_SIDE:
    case AVB_INPUT_EXTRA:
    default:
      send_mouse (self,
                  AVB_RDP_EXTENDED_MOUSE,
                  (button == AVB_INPUT_SIDE ? PTR_XFLAGS_BUTTON1 : PTR_XFLAGS_BUTTON2)
                      | (press ? PTR_XFLAGS_DOWN : 0));
      break;
    }
}

static guint
avb_rdp_sink_get_locks (AvbInputSink *sink)
{
  return (guint) MAX (avb_rdp_link_get_locks (AVB_RDP_SINK (sink)->link), 0);
}

/* The protocol says how they are to be, so nothing need be pressed. */
static void
avb_rdp_sink_set_locks (AvbInputSink *sink, guint locks)
{
  const AvbRdpInput input = { .kind = AVB_RDP_LOCKS, .flags = (guint16) (locks & 7) };

  avb_rdp_link_send (AVB_RDP_SINK (sink)->link, &input);
}

static void
locks_cb (AvbRdpLink *link, AvbRdpSink *self)
{
  avb_input_sink_emit_locks (AVB_INPUT_SINK (self));
}

static void
avb_rdp_sink_dispose (GObject *object)
{
  AvbRdpSink *self = AVB_RDP_SINK (object);

  if (self->link != NULL)
    g_signal_handlers_disconnect_by_data (self->link, self);
  g_clear_object (&self->link);
  G_OBJECT_CLASS (avb_rdp_sink_parent_class)->dispose (object);
}

static void
avb_rdp_sink_class_init (AvbRdpSinkClass *klass)
{
  AvbInputSinkClass *sink_class = AVB_INPUT_SINK_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_rdp_sink_dispose;
  sink_class->can_send = avb_rdp_sink_can_send;
  sink_class->key = avb_rdp_sink_key;
  sink_class->position = avb_rdp_sink_position;
  sink_class->motion = avb_rdp_sink_motion;
  sink_class->button = avb_rdp_sink_button;
  sink_class->get_locks = avb_rdp_sink_get_locks;
  sink_class->set_locks = avb_rdp_sink_set_locks;
}

static void
avb_rdp_sink_init (AvbRdpSink *self)
{
}

AvbInputSink *
avb_rdp_sink_new (AvbRdpLink *link)
{
  AvbRdpSink *self;

  g_return_val_if_fail (AVB_IS_RDP_LINK (link), NULL);

  self = g_object_new (AVB_TYPE_RDP_SINK, NULL);
  self->link = g_object_ref (link);
  g_signal_connect (link, "locks", G_CALLBACK (locks_cb), self);
  return AVB_INPUT_SINK (self);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-vnc-sink.h"

#include "ui/console/avb-keymap.h"

/* QEMU's number of the Pause key, which is one key there. */
#define QNUM_PAUSE 0xc6
/* In relative mode this is no motion. */
#define RELATIVE_ZERO 0x7fff

#define LEFT_SHIFT 0x2a
#define RIGHT_SHIFT 0x36

struct _AvbVncSink {
  AvbInputSink parent_instance;

  VncConnection *connection;
  guint          shifts; /* a bit for each that is down */
  int            x;      /* where the pointer was sent last */
  int            y;
};

G_DEFINE_FINAL_TYPE (AvbVncSink, avb_vnc_sink, AVB_TYPE_INPUT_SINK)

/* The buttons that the protocol has, masks as here. */
#define BUTTONS \
  (1u << AVB_INPUT_LEFT | 1u << AVB_INPUT_MIDDLE | 1u << AVB_INPUT_RIGHT | 1u << AVB_INPUT_UP \
   | 1u << AVB_INPUT_DOWN)

G_STATIC_ASSERT ((int) VNC_LEDSTATE_SCROLL_LOCK == (int) AVB_INPUT_SCROLL_LOCK);
G_STATIC_ASSERT ((int) VNC_LEDSTATE_NUM_LOCK == (int) AVB_INPUT_NUM_LOCK);
G_STATIC_ASSERT ((int) VNC_LEDSTATE_CAPS_LOCK == (int) AVB_INPUT_CAPS_LOCK);

static gboolean
avb_vnc_sink_can_send (AvbInputSink *sink)
{
  AvbVncSink *self = AVB_VNC_SINK (sink);

  return vnc_connection_is_open (self->connection)
         && vnc_connection_is_initialized (self->connection)
         && !vnc_connection_has_error (self->connection);
}

static void
follow_shift (AvbVncSink *self, guint scancode, gboolean press)
{
  guint bit = scancode == LEFT_SHIFT ? 1 : scancode == RIGHT_SHIFT ? 2 : 0;

  self->shifts = press ? self->shifts | bit : self->shifts & ~bit;
}

static void
avb_vnc_sink_key (AvbInputSink *sink, guint scancode, gboolean press)
{
  AvbVncSink *self = AVB_VNC_SINK (sink);
  guint       number = scancode == AVB_SCANCODE_PAUSE ? QNUM_PAUSE
                       : scancode >= 0x100            ? (scancode & 0x7f) | 0x80
                                                      : scancode;
  guint       keyval = avb_keymap_to_keyval (scancode, self->shifts != 0);

  follow_shift (self, scancode, press);
  vnc_connection_key_event (self->connection, press, keyval, (guint16) number);
}

static void
send_pointer (AvbVncSink *self, guint buttons)
{
  gboolean absolute = vnc_connection_get_abs_pointer (self->connection);

  vnc_connection_pointer_event (self->connection,
                                (guint8) (buttons & BUTTONS),
                                (guint16) (absolute ? self->x : RELATIVE_ZERO),
                                (guint16) (absolute ? self->y : RELATIVE_ZERO));
}

static void
avb_vnc_sink_position (AvbInputSink *sink, int x, int y, int monitor, guint buttons)
{
  AvbVncSink *self = AVB_VNC_SINK (sink);

  self->x = CLAMP (x, 0, G_MAXUINT16);
  self->y = CLAMP (y, 0, G_MAXUINT16);
  send_pointer (self, buttons);
}

static void
avb_vnc_sink_motion (AvbInputSink *sink, int dx, int dy, guint buttons)
{
  AvbVncSink *self = AVB_VNC_SINK (sink);

  vnc_connection_pointer_event (self->connection,
                                (guint8) (buttons & BUTTONS),
                                (guint16) (RELATIVE_ZERO + CLAMP (dx, -RELATIVE_ZERO, RELATIVE_ZERO)),
                                (guint16) (RELATIVE_ZERO + CLAMP (dy, -RELATIVE_ZERO, RELATIVE_ZERO)));
}

static void
avb_vnc_sink_button (AvbInputSink *sink, AvbInputButton button, gboolean press, guint buttons)
{
  guint bit = 1u << button;

  if ((bit & BUTTONS) != 0)
    send_pointer (AVB_VNC_SINK (sink), press ? buttons | bit : buttons & ~bit);
}

/* A server that never told says -1. */
static guint
avb_vnc_sink_get_locks (AvbInputSink *sink)
{
  return (guint) MAX (vnc_connection_get_ledstate (AVB_VNC_SINK (sink)->connection), 0);
}

static void
avb_vnc_sink_set_locks (AvbInputSink *sink, guint locks)
{
  static const struct {
    AvbInputLocks lock;
    guint         scancode;
  } keys[] = {
    { AVB_INPUT_SCROLL_LOCK, 0x46 },
    { AVB_INPUT_NUM_LOCK, AVB_SCANCODE_NUM_LOCK },
    { AVB_INPUT_CAPS_LOCK, 0x3a },
  };
  int now = vnc_connection_get_ledstate (AVB_VNC_SINK (sink)->connection);

  /* Not knowing how they are, nobody can tell which to press. */
  for (gsize i = 0; now >= 0 && i < G_N_ELEMENTS (keys); i++)
    if ((((guint) now ^ locks) & keys[i].lock) != 0)
      {
        avb_vnc_sink_key (sink, keys[i].scancode, TRUE);
        avb_vnc_sink_key (sink, keys[i].scancode, FALSE);
      }
}

static void
led_state_cb (VncConnection *connection, AvbVncSink *self)
{
  avb_input_sink_emit_locks (AVB_INPUT_SINK (self));
}

static void
avb_vnc_sink_dispose (GObject *object)
{
  AvbVncSink *self = AVB_VNC_SINK (object);

  if (self->connection != NULL)
    g_signal_handlers_disconnect_by_data (self->connection, self);
  g_clear_object (&self->connection);
  G_OBJECT_CLASS (avb_vnc_sink_parent_class)->dispose (object);
}

static void
avb_vnc_sink_class_init (AvbVncSinkClass *klass)
{
  AvbInputSinkClass *sink_class = AVB_INPUT_SINK_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_vnc_sink_dispose;
  sink_class->can_send = avb_vnc_sink_can_send;
  sink_class->key = avb_vnc_sink_key;
  sink_class->position = avb_vnc_sink_position;
  sink_class->motion = avb_vnc_sink_motion;
  sink_class->button = avb_vnc_sink_button;
  sink_class->get_locks = avb_vnc_sink_get_locks;
  sink_class->set_locks = avb_vnc_sink_set_locks;
}

static void
avb_vnc_sink_init (AvbVncSink *self)
{
}

AvbInputSink *
avb_vnc_sink_new (VncConnection *connection)
{
  AvbVncSink *self;
  GClosure   *closure;

  g_return_val_if_fail (VNC_IS_CONNECTION (connection), NULL);

  self = g_object_new (AVB_TYPE_VNC_SINK, NULL);
  self->connection = g_object_ref (connection);
  /* gvnc 1.3 gives this signal a marshaller for a parameter that it does not have. */
  closure = g_cclosure_new (G_CALLBACK (led_state_cb), self, NULL);
  g_closure_set_marshal (closure, g_cclosure_marshal_VOID__VOID);
  g_signal_connect_closure (connection, "vnc-led-state", closure, FALSE);
  return AVB_INPUT_SINK (self);
}

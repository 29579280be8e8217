/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-guest-keyboard.h"

#include "ui/console/avb-keymap.h"

#define BIT_WORDS ((AVB_SCANCODES + 63) / 64)

typedef enum {
  CHORD_NONE,     /* nothing pressed that could become the chord */
  CHORD_PARTIAL,  /* Ctrl or Alt alone */
  CHORD_COMPLETE, /* both were down, and nothing else */
  CHORD_SPOILED,  /* another key or button: it is a shortcut of the guest */
} Chord;

struct _AvbGuestKeyboard {
  AvbInputSink *sink;
  guint64       pressed[BIT_WORDS];
  Chord         chord;
};

static gboolean
is_pressed (AvbGuestKeyboard *self, guint scancode)
{
  return (self->pressed[scancode / 64] >> (scancode % 64)) & 1;
}

static gboolean
any_pressed (AvbGuestKeyboard *self)
{
  for (int i = 0; i < BIT_WORDS; i++)
    if (self->pressed[i] != 0)
      return TRUE;
  return FALSE;
}

static void
send_press (AvbGuestKeyboard *self, guint scancode)
{
  self->pressed[scancode / 64] |= G_GUINT64_CONSTANT (1) << (scancode % 64);
  avb_input_sink_key (self->sink, scancode, TRUE);
}

static void
send_release (AvbGuestKeyboard *self, guint scancode)
{
  self->pressed[scancode / 64] &= ~(G_GUINT64_CONSTANT (1) << (scancode % 64));
  avb_input_sink_key (self->sink, scancode, FALSE);
}

static gboolean
is_chord_key (guint scancode)
{
  return scancode == 0x1d || scancode == 0x11d || scancode == 0x38 || scancode == 0x138;
}

/* After a press: how far the way out is typed. */
static void
follow_chord (AvbGuestKeyboard *self, guint scancode)
{
  gboolean control = is_pressed (self, 0x1d) || is_pressed (self, 0x11d);
  gboolean alt = is_pressed (self, 0x38) || is_pressed (self, 0x138);

  if (!is_chord_key (scancode))
    self->chord = CHORD_SPOILED;
  else if (self->chord != CHORD_SPOILED)
    self->chord = control && alt ? CHORD_COMPLETE : CHORD_PARTIAL;
}

AvbGuestKeyboard *
avb_guest_keyboard_new (void)
{
  return g_new0 (AvbGuestKeyboard, 1);
}

void
avb_guest_keyboard_free (AvbGuestKeyboard *self)
{
  g_clear_object (&self->sink);
  g_free (self);
}

void
avb_guest_keyboard_set_sink (AvbGuestKeyboard *self, AvbInputSink *sink)
{
  g_set_object (&self->sink, sink);
  memset (self->pressed, 0, sizeof self->pressed);
  self->chord = CHORD_NONE;
}

gboolean
avb_guest_keyboard_can_send (AvbGuestKeyboard *self)
{
  return self->sink != NULL && avb_input_sink_can_send (self->sink);
}

void
avb_guest_keyboard_press (AvbGuestKeyboard *self, guint scancode)
{
  g_return_if_fail (scancode > 0 && scancode < AVB_SCANCODES);

  if (!avb_guest_keyboard_can_send (self))
    return;
  if (!any_pressed (self))
    self->chord = CHORD_NONE;
  send_press (self, scancode);
  follow_chord (self, scancode);
}

gboolean
avb_guest_keyboard_release (AvbGuestKeyboard *self, guint scancode)
{
  gboolean was_chord;

  g_return_val_if_fail (scancode < AVB_SCANCODES, FALSE);

  /* Its press went elsewhere, or it was let go of already. */
  if (!avb_guest_keyboard_can_send (self) || !is_pressed (self, scancode))
    return FALSE;
  send_release (self, scancode);
  if (any_pressed (self))
    return FALSE;
  was_chord = self->chord == CHORD_COMPLETE;
  self->chord = CHORD_NONE;
  return was_chord;
}

void
avb_guest_keyboard_spoil (AvbGuestKeyboard *self)
{
  self->chord = CHORD_SPOILED;
}

void
avb_guest_keyboard_let_go (AvbGuestKeyboard *self)
{
  self->chord = CHORD_NONE;
  if (avb_guest_keyboard_can_send (self))
    for (guint scancode = 0; scancode < AVB_SCANCODES; scancode++)
      if (is_pressed (self, scancode))
        send_release (self, scancode);
  memset (self->pressed, 0, sizeof self->pressed);
}

void
avb_guest_keyboard_type (AvbGuestKeyboard *self, const guint *keyvals, gsize n_keyvals)
{
  g_autofree guint *scancodes = g_new0 (guint, n_keyvals);

  if (!avb_guest_keyboard_can_send (self))
    return;
  /* What the user holds down would change the meaning. */
  avb_guest_keyboard_let_go (self);
  for (gsize i = 0; i < n_keyvals; i++)
    {
      scancodes[i] = avb_keymap_from_keyval (keyvals[i]);
      if (scancodes[i] != 0)
        send_press (self, scancodes[i]);
    }
  for (gsize i = n_keyvals; i > 0; i--)
    if (scancodes[i - 1] != 0 && is_pressed (self, scancodes[i - 1]))
      send_release (self, scancodes[i - 1]);
}

void
avb_guest_keyboard_sync_locks (AvbGuestKeyboard *self, GdkDevice *device)
{
  guint locks = 0;

  if (!avb_guest_keyboard_can_send (self))
    return;
  if (gdk_device_get_caps_lock_state (device))
    locks |= AVB_INPUT_CAPS_LOCK;
  if (gdk_device_get_num_lock_state (device))
    locks |= AVB_INPUT_NUM_LOCK;
  if (gdk_device_get_scroll_lock_state (device))
    locks |= AVB_INPUT_SCROLL_LOCK;
  avb_input_sink_set_locks (self->sink, locks);
}

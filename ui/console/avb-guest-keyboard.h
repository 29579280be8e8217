/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gdk/gdk.h>

#include "ui/console/avb-input-sink.h"

G_BEGIN_DECLS

/**
 * AvbGuestKeyboard:
 *
 * Which keys the guest believes to be pressed: a press can be repeated, a release happens once and
 * only after a press. Also watches for Ctrl+Alt, pressed and released without anything else.
 */
typedef struct _AvbGuestKeyboard AvbGuestKeyboard;

AvbGuestKeyboard *avb_guest_keyboard_new  (void);
void              avb_guest_keyboard_free (AvbGuestKeyboard *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbGuestKeyboard, avb_guest_keyboard_free)

/* @sink is nullable. Keys are not released on the old one: see avb_guest_keyboard_let_go(). */
void     avb_guest_keyboard_set_sink (AvbGuestKeyboard *self, AvbInputSink *sink);
/* Whether the sink takes messages; without that all the below does nothing. */
gboolean avb_guest_keyboard_can_send    (AvbGuestKeyboard *self);

void     avb_guest_keyboard_press   (AvbGuestKeyboard *self, guint scancode);
/* Returns: whether this was the end of Ctrl+Alt alone */
gboolean avb_guest_keyboard_release (AvbGuestKeyboard *self, guint scancode);
/* Something else happened while keys are down: they are not Ctrl+Alt alone. */
void     avb_guest_keyboard_spoil   (AvbGuestKeyboard *self);
void     avb_guest_keyboard_let_go  (AvbGuestKeyboard *self);
/* Presses the keys in order, and releases them in reverse order. */
void     avb_guest_keyboard_type    (AvbGuestKeyboard *self, const guint *keyvals, gsize n_keyvals);
/* The guest's lock keys follow @device's; keys are pressed where they differ. */
void     avb_guest_keyboard_sync_locks (AvbGuestKeyboard *self, GdkDevice *device);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gdk/gdk.h>

G_BEGIN_DECLS

/* XT scancodes (set 1) as SPICE wants them: 0x100 is set where the byte e0 goes first, 0x200 where
 * it is e1. The Pause key is AVB_SCANCODE_PAUSE followed by AVB_SCANCODE_NUM_LOCK. */
#define AVB_SCANCODE_PAUSE 0x21d
#define AVB_SCANCODE_NUM_LOCK 0x45
/* One more than the largest. */
#define AVB_SCANCODES 0x300

/**
 * avb_keymap_from_linux:
 * @code: a key of linux/input-event-codes.h
 *
 * Returns: its scancode, 0 if a PC keyboard has no such key
 */
guint avb_keymap_from_linux (guint code);

/**
 * avb_keymap_from_macos:
 * @code: `keyCode` of an NSEvent: a place on the keyboard. 0 is one, too
 *
 * Returns: its scancode, 0 if a PC keyboard has no such key
 */
guint avb_keymap_from_macos (guint code);

/**
 * avb_keymap_from_windows:
 * @code: a virtual key (VK_…), left and right told apart as GDK does
 * @scancode: what the layout in use says of it (MapVirtualKey()), 0 if it says nothing: letters and signs are elsewhere on
 *   each layout, and a guest needs their place
 *
 * Returns: its scancode, 0 if a PC keyboard has no such key
 */
guint avb_keymap_from_windows (guint code, guint scancode);

/**
 * avb_keymap_from_keyval:
 * @keyval: a GDK key value
 *
 * Returns: the scancode of the key that has @keyval, shifted or not, on an American keyboard; 0 if
 *   there is none
 */
guint avb_keymap_from_keyval (guint keyval);

/**
 * avb_keymap_to_keyval:
 *
 * Returns: what an American keyboard has on the key of @scancode; %GDK_KEY_VoidSymbol where it has none
 */
guint avb_keymap_to_keyval (guint scancode, gboolean shift);

/**
 * avb_keymap_from_event:
 * @display: where the event came from
 * @keycode: the event's hardware key code
 * @keyval: the event's key value, for displays whose key codes are not known
 *
 * Returns: the scancode, or 0
 */
guint avb_keymap_from_event (GdkDisplay *display, guint keycode, guint keyval);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>
#include <spice-client.h>

G_BEGIN_DECLS

/**
 * AvbGuestCursor:
 *
 * The guest's mouse pointer, from a SPICE cursor channel or from whoever tells its shape. Signal `changed`: shape, visibility or position.
 */
#define AVB_TYPE_GUEST_CURSOR (avb_guest_cursor_get_type ())
G_DECLARE_FINAL_TYPE (AvbGuestCursor, avb_guest_cursor, AVB, GUEST_CURSOR, GObject)

AvbGuestCursor *avb_guest_cursor_new (void);

/* @channel is nullable; another channel forgets the shape. */
void avb_guest_cursor_set_channel (AvbGuestCursor *self, SpiceCursorChannel *channel);

/* @rgba: (nullable): straight RGBA, byte by byte, without gaps; without one the guest leaves the pointer to us */
void avb_guest_cursor_set_shape (AvbGuestCursor *self,
                                 int             width,
                                 int             height,
                                 int             hot_x,
                                 int             hot_y,
                                 gconstpointer   rgba);

/**
 * avb_guest_cursor_create:
 * @zoom: device pixels of a guest's pixel
 *
 * Returns: (transfer full) (nullable): the pointer for the desktop to show: invisible if the guest
 *   hides it; %NULL if the guest left it to us
 */
GdkCursor *avb_guest_cursor_create (AvbGuestCursor *self, double zoom);

/* Draws the pointer where the guest put it, in device pixels. */
void avb_guest_cursor_append (AvbGuestCursor *self, GtkSnapshot *snapshot, double zoom);

G_END_DECLS

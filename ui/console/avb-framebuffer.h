/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * AvbPixelFormat:
 * @AVB_PIXELS_XRGB8888: 32 bits in host order; the upper byte is garbage.
 * @AVB_PIXELS_XRGB1555: 16 bits in host order.
 * @AVB_PIXELS_RGB565: 16 bits in host order.
 */
typedef enum {
  AVB_PIXELS_XRGB8888,
  AVB_PIXELS_XRGB1555,
  AVB_PIXELS_RGB565,
} AvbPixelFormat;

/**
 * AvbFramebuffer:
 *
 * A guest's picture as a #GdkPaintable. It reads a surface that somebody else owns and may free at
 * any time after avb_framebuffer_detach(), and copies what was invalidated, so that what was drawn may
 * outlive the surface.
 *
 * Between two drawings any number of invalidations costs one #GdkPaintable::invalidate-contents.
 */
#define AVB_TYPE_FRAMEBUFFER (avb_framebuffer_get_type ())
G_DECLARE_FINAL_TYPE (AvbFramebuffer, avb_framebuffer, AVB, FRAMEBUFFER, GObject)

/* The largest edge, in pixels, and the largest picture, in bytes, that are shown. */
#define AVB_FRAMEBUFFER_MAX_EDGE 16384
#define AVB_FRAMEBUFFER_MAX_BYTES (256 * 1024 * 1024)

AvbFramebuffer *avb_framebuffer_new (void);

/* (nullable): what will draw it. Cairo, GL and others are each given what they draw with the least
 * work; without one, it is drawn as for cairo. Any renderer draws it rightly. */
void avb_framebuffer_set_renderer (AvbFramebuffer *self, GskRenderer *renderer);

/**
 * avb_framebuffer_attach:
 * @stride: bytes from one row to the next
 * @data: @height times @stride bytes that stay until avb_framebuffer_detach(),
 *   avb_framebuffer_clear() or the last reference is gone
 *
 * Shows another surface from now on, all of it invalid. A size of 0, one beyond the limits above or
 * a stride that is too small is refused with %AVB_ERROR_INVALID, and what was shown stays.
 *
 * Returns: whether it is shown
 */
gboolean avb_framebuffer_attach (AvbFramebuffer  *self,
                                 AvbPixelFormat   format,
                                 int              width,
                                 int              height,
                                 int              stride,
                                 gconstpointer    data,
                                 GError         **error);

/* Copies what is still invalid; afterwards the surface is not touched any more and the picture
 * stays as it is. */
void avb_framebuffer_detach (AvbFramebuffer *self);

/* Forgets the picture as well. */
void avb_framebuffer_clear (AvbFramebuffer *self);

/* Any rectangle: what lies outside the surface is ignored. */
void avb_framebuffer_invalidate (AvbFramebuffer *self, int x, int y, int width, int height);

int avb_framebuffer_get_width  (AvbFramebuffer *self); /* 0 without a picture */
int avb_framebuffer_get_height (AvbFramebuffer *self);

/**
 * avb_framebuffer_append:
 * @width: how wide to show it
 * @height: how high to show it
 *
 * Draws at the origin of a @snapshot whose units are device pixels. At the picture's own size each
 * of its pixels is one device pixel; zoomed, there are no seams.
 */
void avb_framebuffer_append (AvbFramebuffer *self, GtkSnapshot *snapshot, int width, int height);

/* (nullable) (transfer full): a copy of the picture as it is now */
GdkTexture *avb_framebuffer_dup_texture (AvbFramebuffer *self);

G_END_DECLS

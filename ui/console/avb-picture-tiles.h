/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Pixels that somebody else owns: 32 bits each in host order, the upper byte garbage. */
typedef struct {
  const guint8 *data;
  int           width;
  int           height;
  int           stride; /* bytes from one row to the next */
} AvbPixels;

/* Makes GDK_MEMORY_DEFAULT of a row of them. */
void avb_pixels_copy_row (const AvbPixels *pixels, int x, int y, int n, guint32 *target);

/**
 * AvbPictureTiles:
 *
 * Shows pixels as a grid of textures, of which only those are made anew whose pixels changed. For
 * any renderer and any zoom. Private to #AvbFramebuffer.
 */
typedef struct _AvbPictureTiles AvbPictureTiles;

/* @pixels: they outlive this
 * @opaque: whether textures have no alpha, which is what GL and Vulkan draw fastest, but the cairo
 *   renderer would convert it again and again */
AvbPictureTiles *avb_picture_tiles_new  (const AvbPixels *pixels, gboolean opaque);
void             avb_picture_tiles_free (AvbPictureTiles *self);

void avb_picture_tiles_damage (AvbPictureTiles *self, const cairo_rectangle_int_t *area);
/* Draws at the origin of a @snapshot whose units are device pixels. */
void avb_picture_tiles_append (AvbPictureTiles *self, GtkSnapshot *snapshot, int width, int height);

/* How pixels are filtered at a size. */
GskScalingFilter avb_picture_choose_filter (int width, int height, int shown_width, int shown_height);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbPictureTiles, avb_picture_tiles_free)

G_END_DECLS

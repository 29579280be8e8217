/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "ui/console/avb-picture-tiles.h"

G_BEGIN_DECLS

/**
 * AvbLivePicture:
 *
 * Shows pixels at one size with as little work as the cairo renderer allows: one render node that
 * stays the same from frame to frame and draws from memory that changes, and beside it what tells
 * GSK which part of that memory to draw again. Private to #AvbFramebuffer.
 */
typedef struct _AvbLivePicture AvbLivePicture;

/* Whether a picture of this size is worth the memory that it may need. */
gboolean avb_live_picture_is_feasible (int shown_width, int shown_height);

/* @pixels: what may change, and stays until this is freed; nodes that live on then have a copy
 * @shown_width: in device pixels */
AvbLivePicture *avb_live_picture_new (const AvbPixels *pixels, int shown_width, int shown_height);
void            avb_live_picture_free (AvbLivePicture *self);

gboolean avb_live_picture_has_size (AvbLivePicture *self, int shown_width, int shown_height);
void     avb_live_picture_damage   (AvbLivePicture *self, const cairo_region_t *region);
/* Draws at the origin of a @snapshot whose units are device pixels. */
void     avb_live_picture_append   (AvbLivePicture *self, GtkSnapshot *snapshot);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbLivePicture, avb_live_picture_free)

G_END_DECLS

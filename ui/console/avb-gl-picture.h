/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "ui/console/avb-picture-tiles.h"

G_BEGIN_DECLS

/**
 * AvbGlPicture:
 *
 * Shows pixels as one texture of GSK's GL renderer, into which only what changed is uploaded.
 * Private to #AvbFramebuffer.
 */
typedef struct _AvbGlPicture AvbGlPicture;

/* (nullable): without GL, or where it lacks what this needs; then tiles do
 * @pixels: they outlive this */
AvbGlPicture *avb_gl_picture_new  (const AvbPixels *pixels, GdkDisplay *display);
void          avb_gl_picture_free (AvbGlPicture *self);

void avb_gl_picture_damage (AvbGlPicture *self, const cairo_region_t *region);
/* Draws at the origin of a @snapshot whose units are device pixels. */
void avb_gl_picture_append (AvbGlPicture *self, GtkSnapshot *snapshot, int width, int height);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbGlPicture, avb_gl_picture_free)

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * AvbScanout:
 *
 * A guest's picture that its host has drawn with OpenGL: a buffer that is shown without a copy, as a
 * #GdkPaintable. The guest's next frame waits until this one is done with. Main thread.
 *
 * Signal `done`: emitted once for each avb_scanout_draw(): after a viewer has painted it, at once
 * where nobody looks or it can't be shown, and after 100 ms in any case.
 */
#define AVB_TYPE_SCANOUT (avb_scanout_get_type ())
G_DECLARE_FINAL_TYPE (AvbScanout, avb_scanout, AVB, SCANOUT, GObject)

AvbScanout *avb_scanout_new (void);

/**
 * avb_scanout_set_buffer:
 * @fd: of a dma-buf, or of a memfd that can't shrink; duplicated. -1: no buffer any more
 * @stride: bytes from one row to the next
 * @fourcc: of drm_fourcc.h; its alpha is ignored
 * @top_down: whether the first row is the upper one
 *
 * What the next frames are drawn in. Everything is checked, as the buffer is read as it is described:
 * %AVB_ERROR_INVALID.
 */
gboolean avb_scanout_set_buffer (AvbScanout *self,
                                 int         fd,
                                 guint       width,
                                 guint       height,
                                 guint       stride,
                                 guint32     fourcc,
                                 gboolean    top_down,
                                 GError    **error);

/* Shows the buffer as it is now. Without a good one, or where this computer can't import it:
 * %AVB_ERROR_NOT_SUPPORTED. Leads to `done` either way. */
gboolean avb_scanout_draw  (AvbScanout *self, GError **error);
/* Forgets the buffer and keeps the picture; nobody waits any more for what is not done. */
void     avb_scanout_detach (AvbScanout *self);
/* Forgets the picture and keeps the buffer. Leads to `done` for what is not done. */
void     avb_scanout_clear (AvbScanout *self);

int  avb_scanout_get_width  (AvbScanout *self); /* of what is shown; 0 without a picture */
int  avb_scanout_get_height (AvbScanout *self);

/* Somebody who paints, until the same is taken away. */
void avb_scanout_add_viewer    (AvbScanout *self);
void avb_scanout_remove_viewer (AvbScanout *self);
/* A viewer has painted. */
void avb_scanout_painted       (AvbScanout *self);

/* (nullable) (transfer full): a copy of the picture as it is now */
GdkTexture *avb_scanout_dup_texture (AvbScanout *self);

G_END_DECLS

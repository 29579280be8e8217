/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>
#include <libdex.h>

G_BEGIN_DECLS

/**
 * AvbMedia:
 *
 * A picture of an extension that is on its way: until it is there, and where it can't be shown, an icon stands for it.
 * It keeps its size, so that nothing jumps when the picture comes.
 */
#define AVB_TYPE_MEDIA (avb_media_get_type ())
G_DECLARE_FINAL_TYPE (AvbMedia, avb_media, AVB, MEDIA, GtkWidget)

/* @size: of the square that it is, in pixels; 0: a screenshot, of the proportion 16:10, as wide as it may be */
GtkWidget  *avb_media_new           (int size, const char *icon_name);
void        avb_media_set_icon_name (AvbMedia *self, const char *icon_name);
/* @bytes: (transfer full) (nullable): a future that resolves to #GBytes (boxed); what was shown before goes at once */
void        avb_media_load          (AvbMedia *self, DexFuture *bytes);
/* (nullable) (transfer none): what is shown */
GdkTexture *avb_media_get_texture   (AvbMedia *self);
/* There is nothing to wait for any more. */
gboolean    avb_media_get_settled   (AvbMedia *self);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>
#include <libdex.h>

G_BEGIN_DECLS

/**
 * AvbGallery:
 *
 * Pictures beside each other, one at a time. Each is a button that shows it large; arrow keys and two buttons go to the next
 * one. A picture is loaded when it, or the one before it, is looked at.
 */
#define AVB_TYPE_GALLERY (avb_gallery_get_type ())
G_DECLARE_FINAL_TYPE (AvbGallery, avb_gallery, AVB, GALLERY, GtkWidget)

/* (transfer full): a future of #GBytes for the picture with this number */
typedef DexFuture *(*AvbGalleryLoad) (guint picture, gpointer user_data);

GtkWidget *avb_gallery_new   (void);
/**
 * avb_gallery_fill:
 * @captions: what each picture shows, text; "" where nobody said it
 * @load: called on the main thread as long as the gallery has these pictures
 * @destroy: (nullable): frees @user_data
 */
void       avb_gallery_fill  (AvbGallery        *self,
                              const char *const *captions,
                              AvbGalleryLoad     load,
                              gpointer           user_data,
                              GDestroyNotify     destroy);
guint      avb_gallery_get_n_pictures (AvbGallery *self);
guint      avb_gallery_get_position   (AvbGallery *self);

G_END_DECLS

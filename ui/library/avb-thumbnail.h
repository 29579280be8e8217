/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "backends/avb-machine.h"

G_BEGIN_DECLS

/**
 * AvbThumbnail:
 *
 * The picture of a machine: its screen while it runs, else the tile of its operating system; with
 * a ring while long work is under way. Draws all of that itself: a library shows many of them.
 *
 * Properties: `machine` (#AvbMachine, nullable, read-write), `texture` (#GdkTexture, nullable,
 * read-write: its screen).
 */
#define AVB_TYPE_THUMBNAIL (avb_thumbnail_get_type ())
G_DECLARE_FINAL_TYPE (AvbThumbnail, avb_thumbnail, AVB, THUMBNAIL, GtkWidget)

void avb_thumbnail_set_machine (AvbThumbnail *self, AvbMachine *machine);
void avb_thumbnail_set_texture (AvbThumbnail *self, GdkTexture *texture);

G_END_DECLS

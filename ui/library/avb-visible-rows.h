/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "backends/avb-machine.h"
#include "ui/library/avb-thumbnail.h"

G_BEGIN_DECLS

/**
 * AvbVisibleRows:
 *
 * Does for the rows that can be seen, and for no others, what costs something: reads a machine's
 * details once, and keeps the thumbnails of running machines alive, each at most once a second.
 * Sleeps without a timer while nothing that runs is in sight.
 */
#define AVB_TYPE_VISIBLE_ROWS (avb_visible_rows_get_type ())
G_DECLARE_FINAL_TYPE (AvbVisibleRows, avb_visible_rows, AVB, VISIBLE_ROWS, GObject)

/* @view: the library; rows outside of it are not seen. Not owned; must dispose of this first. */
AvbVisibleRows *avb_visible_rows_new    (GtkWidget *view);
/* @thumbnail: (nullable): for rows without a picture. */
void            avb_visible_rows_add    (AvbVisibleRows *self,
                                         GtkWidget      *row,
                                         AvbMachine     *machine,
                                         AvbThumbnail   *thumbnail);
void            avb_visible_rows_remove (AvbVisibleRows *self, GtkWidget *row);
/* Something moved: look again soon. */
void            avb_visible_rows_check  (AvbVisibleRows *self);

G_END_DECLS

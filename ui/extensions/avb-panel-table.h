/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "app/extensions/avb-panel.h"

G_BEGIN_DECLS

/* A table of a panel, which scrolls where it is too wide; (transfer full). */
GtkWidget *avb_panel_table_new  (void);
/* Shows what @node has now. Widgets of cells that stay are kept. */
void       avb_panel_table_show (GtkWidget *table, AvbPanelNode *node);

G_END_DECLS

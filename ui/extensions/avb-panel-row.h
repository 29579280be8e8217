/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/extensions/avb-panel.h"

G_BEGIN_DECLS

/* The user did something with @node. */
typedef void (*AvbPanelUsed) (AvbPanelNode *node, gpointer user_data);

/**
 * avb_panel_row_new:
 * @node: anything but a group
 * @used: called as long as the row is there
 *
 * Returns: (transfer full): a row for a boxed list that follows @node. Its texts are shown as they are, never as markup.
 */
GtkWidget *avb_panel_row_new (AvbPanelNode *node, AvbPanelUsed used, gpointer user_data);

G_END_DECLS

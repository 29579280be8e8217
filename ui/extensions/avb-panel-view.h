/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/extensions/avb-panel.h"

G_BEGIN_DECLS

/**
 * AvbPanelView:
 *
 * Shows the nodes of a panel as rows and groups, and follows them. What is used is told to the panel. Within a group, rows
 * come before groups.
 */
#define AVB_TYPE_PANEL_VIEW (avb_panel_view_get_type ())
G_DECLARE_FINAL_TYPE (AvbPanelView, avb_panel_view, AVB, PANEL_VIEW, AdwBin)

/* Shows @panel, and closes it when it goes. */
GtkWidget *avb_panel_view_new              (AvbPanel *panel);
/* Only the controls of a question: what is chosen stays in them. @nodes: of AvbPanelNode */
GtkWidget *avb_panel_view_new_for_controls (GListModel *nodes);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "ui/extensions/avb-extension-jobs.h"

G_BEGIN_DECLS

/**
 * AvbBrowseView:
 *
 * What the marketplaces have: searched, filtered, as tiles. Only tiles that can be seen exist. Activates
 * "extensions.open" with the ID of an extension.
 */
#define AVB_TYPE_BROWSE_VIEW (avb_browse_view_get_type ())
G_DECLARE_FINAL_TYPE (AvbBrowseView, avb_browse_view, AVB, BROWSE_VIEW, AdwBin)

void avb_browse_view_set_jobs    (AvbBrowseView *self, AvbExtensionJobs *jobs);
void avb_browse_view_focus_search (AvbBrowseView *self);
/* What is typed anywhere in @widget is searched for. */
void avb_browse_view_set_key_capture (AvbBrowseView *self, GtkWidget *widget);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "ui/extensions/avb-extension-jobs.h"

G_BEGIN_DECLS

/**
 * AvbUpdatesView:
 *
 * Newer versions of what is installed. One that asks for more than before waits until somebody looks at it.
 */
#define AVB_TYPE_UPDATES_VIEW (avb_updates_view_get_type ())
G_DECLARE_FINAL_TYPE (AvbUpdatesView, avb_updates_view, AVB, UPDATES_VIEW, AdwBin)

void avb_updates_view_set_jobs (AvbUpdatesView *self, AvbExtensionJobs *jobs);

G_END_DECLS

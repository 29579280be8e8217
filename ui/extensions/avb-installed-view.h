/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "ui/extensions/avb-extension-jobs.h"

G_BEGIN_DECLS

/**
 * AvbInstalledView:
 *
 * What is installed, how each gets on, and a switch for it.
 */
#define AVB_TYPE_INSTALLED_VIEW (avb_installed_view_get_type ())
G_DECLARE_FINAL_TYPE (AvbInstalledView, avb_installed_view, AVB, INSTALLED_VIEW, AdwBin)

void avb_installed_view_set_jobs (AvbInstalledView *self, AvbExtensionJobs *jobs);

G_END_DECLS

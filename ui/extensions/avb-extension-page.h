/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "ui/extensions/avb-extension-jobs.h"

G_BEGIN_DECLS

/**
 * AvbExtensionPage:
 *
 * All about one extension: from the marketplace that has it, from what is installed, or from both. What it may do stands above
 * the button that installs it.
 */
#define AVB_TYPE_EXTENSION_PAGE (avb_extension_page_get_type ())
G_DECLARE_FINAL_TYPE (AvbExtensionPage, avb_extension_page, AVB, EXTENSION_PAGE, AdwNavigationPage)

AdwNavigationPage *avb_extension_page_new    (AvbExtensionJobs *jobs, const char *id);
const char        *avb_extension_page_get_id (AvbExtensionPage *self);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "ui/extensions/avb-extension-jobs.h"
#include "ui/extensions/avb-log-page.h"

G_BEGIN_DECLS

/* What an extension wrote. (nullable): NULL for one that does not run here */
AdwNavigationPage *avb_extension_log_page_new (AvbExtensionJobs *jobs, const char *id);
/* What extensions asked the program for, and what came of it. */
AdwNavigationPage *avb_audit_page_new         (AvbExtensionJobs *jobs);

G_END_DECLS

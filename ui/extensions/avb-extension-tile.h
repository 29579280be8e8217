/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "ui/extensions/avb-extension-jobs.h"

G_BEGIN_DECLS

/* Makes tiles for #AvbMarketEntry: icon, name, summary, and whether it is installed. (transfer full) */
GtkListItemFactory *avb_extension_tile_factory_new (AvbExtensionJobs *jobs);

G_END_DECLS

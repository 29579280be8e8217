/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "app/avb-catalog.h"

G_BEGIN_DECLS

/* A factory of tiles for #AvbCatalogEntry: logo, name, what it is, and a star to keep it in front. (transfer full) */
GtkListItemFactory *avb_system_tile_factory_new (AvbCatalog *catalog);

G_END_DECLS

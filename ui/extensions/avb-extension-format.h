/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>
#include <libdex.h>

#include "app/marketplace/avb-marketplace.h"

G_BEGIN_DECLS

/* Facts of extensions as text for people: translated, pure, without markup. */

/* Of the words that catalogues use; others are not shown. */
gboolean    avb_extension_category_is_known (const char *category);
const char *avb_extension_format_category   (const char *category);
/* "Monitoring, Storage"; "" (transfer full) */
char       *avb_extension_format_categories (const char *const *categories);

/* "28 November 2026"; "" for 0. (transfer full) */
char       *avb_extension_format_date       (gint64 time);
/* An icon for who has none */
const char *avb_extension_fallback_icon     (gboolean is_code);

/* The picture of an entry, or of what is installed: a future of #GBytes. (nullable) (transfer full) */
DexFuture  *avb_extension_icon_of_entry     (AvbMarketplace *marketplace, AvbMarketEntry *entry);
DexFuture  *avb_extension_icon_of_installed (AvbInstalled *installed);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/marketplace/avb-marketplace.h"

G_BEGIN_DECLS

/**
 * AvbAddSourcePage:
 *
 * Adds a marketplace by its address: it is asked for its keys, the user compares them, and only then is it one.
 */
#define AVB_TYPE_ADD_SOURCE_PAGE (avb_add_source_page_get_type ())
G_DECLARE_FINAL_TYPE (AvbAddSourcePage, avb_add_source_page, AVB, ADD_SOURCE_PAGE, AdwNavigationPage)

AdwNavigationPage *avb_add_source_page_new (AvbMarketplace *marketplace);

G_END_DECLS

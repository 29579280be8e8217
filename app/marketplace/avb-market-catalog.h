/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/marketplace/avb-market-entry.h"

G_BEGIN_DECLS

#define AVB_MARKET_MAX_ENTRIES 20000

/**
 * avb_market_catalog_parse:
 * @payload: of `N.catalog.json.zst`
 * @source: ID of the source
 *
 * Entries that cannot be read are left out; of two with one ID the first stays. Thread: any; takes a while.
 *
 * Returns: (transfer full) (nullable) (element-type AvbMarketEntry): by name; %AVB_ERROR_INVALID
 */
GPtrArray *avb_market_catalog_parse (GBytes *payload, const char *source, GError **error);

G_END_DECLS

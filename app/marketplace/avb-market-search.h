/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/marketplace/avb-market-entry.h"

G_BEGIN_DECLS

/**
 * AvbMarketSearch:
 *
 * The entries of a list that fit what somebody types, best first: names that begin with it, then names that have it, then
 * the rest; every word must be there, case and accents do not matter. A #GListModel of #AvbMarketEntry. A longer query looks only
 * through what the shorter one found. Main thread only.
 *
 * Properties: `query` (string, ""), `category` (string, nullable: any), `code` (int: 1 programs only, 0 content only, -1
 * both), `n-items` (uint, read-only), `filtered` (boolean, read-only: one of these leaves something out).
 */
#define AVB_TYPE_MARKET_SEARCH (avb_market_search_get_type ())
G_DECLARE_FINAL_TYPE (AvbMarketSearch, avb_market_search, AVB, MARKET_SEARCH, GObject)

/* @entries: (transfer none): of AvbMarketEntry; it may change */
AvbMarketSearch *avb_market_search_new (GListModel *entries);

void        avb_market_search_set_query    (AvbMarketSearch *self, const char *query);
const char *avb_market_search_get_query    (AvbMarketSearch *self);
void        avb_market_search_set_category (AvbMarketSearch *self, const char *category);
void        avb_market_search_set_code     (AvbMarketSearch *self, int code);
/* Query, category and code as they were at first */
void        avb_market_search_clear        (AvbMarketSearch *self);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/marketplace/avb-market-source.h"

G_BEGIN_DECLS

/* Where this source's own files are */
const char   *avb_market_source_get_folder        (AvbMarketSource *self);
const char   *avb_market_source_get_cache         (AvbMarketSource *self);
GTlsDatabase *avb_market_source_get_tls_database  (AvbMarketSource *self);
guint         avb_market_source_get_stall_seconds (AvbMarketSource *self);
GBytes       *avb_market_source_get_root          (AvbMarketSource *self);

/* Keeps its pictures within bounds. Resolves to %TRUE. */
DexFuture    *avb_market_source_sweep             (AvbMarketSource *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

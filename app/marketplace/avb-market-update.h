/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/extensions/avb-extension-store.h"
#include "app/marketplace/avb-market-entry.h"

G_BEGIN_DECLS

/**
 * AvbMarketUpdate:
 *
 * A newer version of what is installed. Immutable. Main thread only.
 *
 * Properties, read-only: `installed` (#AvbInstalled), `entry` (#AvbMarketEntry), `version` (#AvbMarketVersion), `widens` (boolean:
 * it asks for more than was granted, became a program, or goes to other hosts: the user has to look at it).
 */
#define AVB_TYPE_MARKET_UPDATE (avb_market_update_get_type ())
G_DECLARE_FINAL_TYPE (AvbMarketUpdate, avb_market_update, AVB, MARKET_UPDATE, GObject)

/* Seconds after its release at which an update may be installed without being asked for. */
#define AVB_MARKET_UPDATE_DELAY (72 * 60 * 60)

/* (nullable) (transfer full): the newest version of @entry that can run here, if it is newer than @installed */
AvbMarketUpdate  *avb_market_update_find (AvbInstalled *installed, AvbMarketEntry *entry);

AvbInstalled     *avb_market_update_get_installed (AvbMarketUpdate *self);
AvbMarketEntry   *avb_market_update_get_entry     (AvbMarketUpdate *self);
AvbMarketVersion *avb_market_update_get_version   (AvbMarketUpdate *self);
gboolean          avb_market_update_get_widens    (AvbMarketUpdate *self);
/* Whether it may be installed by itself at @now, seconds since 1970 */
gboolean          avb_market_update_is_due        (AvbMarketUpdate *self, gint64 now);

G_END_DECLS

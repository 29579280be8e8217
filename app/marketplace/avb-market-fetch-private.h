/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/marketplace/avb-market-fetch.h"

G_BEGIN_DECLS

/* An open file of the tree: where it begins, and how long the server says that it is. */
typedef struct {
  GInputStream *stream;
  guint64       start;
  gint64        length; /* of the rest; -1: not said */
  gboolean      same;   /* the ETag is still right: no stream */
} AvbMarketBody;

void avb_market_body_clear (AvbMarketBody *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AvbMarketBody, avb_market_body_clear)

/* @start: the first byte that is wanted; what comes may begin earlier. */
gboolean avb_market_fetch_open (AvbMarketFetch *self,
                                const char     *name,
                                guint64         start,
                                char          **etag,
                                AvbMarketBody  *body,
                                GError        **error);

GCancellable *avb_market_fetch_get_cancellable (AvbMarketFetch *self);

/* Takes an error of a read, a write or the network; in our words. */
GError *avb_market_fetch_translate (AvbMarketFetch *self, GError *error);

G_END_DECLS

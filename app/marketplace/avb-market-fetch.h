/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

#include "backends/avb-operation.h"

G_BEGIN_DECLS

/**
 * AvbMarketFetch:
 *
 * Takes files from the tree of a marketplace: over https, with at most three redirects, each to https; or from a local folder.
 * It blocks, for worker threads; one at a time.
 *
 * Errors: %AVB_ERROR_NOT_FOUND and %AVB_ERROR_PERMISSION (the server does not give this file), %AVB_ERROR_UNAVAILABLE
 * (network, server, a body that breaks off), %AVB_ERROR_INVALID (more than may be, a redirect to elsewhere, a server that
 * cannot prove who it is, another hash), %AVB_ERROR_NO_SPACE.
 */
typedef struct _AvbMarketFetch AvbMarketFetch;

/* Seconds without a byte; and for a whole file of metadata, however busily it drips */
#define AVB_MARKET_STALL_SECONDS 30
#define AVB_MARKET_METADATA_SECONDS 300

/* Whether @uri can be that of a marketplace: https with a host, or file:// and an absolute path; neither user, query nor
 * fragment. %AVB_ERROR_INVALID */
gboolean avb_market_fetch_check_uri (const char *uri, GError **error);

/* @tls_database: (nullable): who may vouch for servers; NULL: as the system says. @cancellable: (nullable) */
AvbMarketFetch *avb_market_fetch_new  (const char *uri, GTlsDatabase *tls_database, GCancellable *cancellable);
void            avb_market_fetch_free (AvbMarketFetch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbMarketFetch, avb_market_fetch_free)

void            avb_market_fetch_set_stall_seconds (AvbMarketFetch *self, guint seconds);

/**
 * avb_market_fetch_bytes:
 * @name: below the tree
 * @max_length: more is refused as soon as it is known or has come
 * @etag: (inout) (nullable): of what the caller has; replaced by that of the answer
 *
 * Returns: (transfer full) (nullable): %NULL without @error: what the caller has is still that
 */
GBytes *avb_market_fetch_bytes (AvbMarketFetch *self,
                                const char     *name,
                                gsize           max_length,
                                char          **etag,
                                GError        **error);

/**
 * avb_market_fetch_file:
 * @path: that does not exist; the folder does
 * @operation: (nullable): progress
 *
 * Nothing is at @path, or beside it, unless the whole file with this hash is. Where a server breaks off, the rest is asked
 * for, a few times.
 */
gboolean avb_market_fetch_file (AvbMarketFetch *self,
                                const char     *name,
                                const char     *path,
                                guint64         size,
                                const char     *sha256,
                                AvbOperation   *operation,
                                GError        **error);

/* Removes what avb_market_fetch_file() left below @folder when its program was killed. */
void avb_market_fetch_sweep (const char *folder);
/* Removes files right in @folder until the others have no more than @max bytes: those that were changed last stay. */
void avb_market_fetch_bound (const char *folder, guint64 max);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

#include "app/marketplace/avb-market-entry.h"
#include "app/marketplace/avb-revocation.h"
#include "app/marketplace/avb-trust.h"
#include "backends/avb-operation.h"

G_BEGIN_DECLS

/**
 * AvbMarketSourceState:
 * @AVB_MARKET_SOURCE_LOADING: nothing is known of it yet.
 * @AVB_MARKET_SOURCE_READY: all is well.
 * @AVB_MARKET_SOURCE_OFFLINE: it could not be reached; what is shown is of `checked`.
 * @AVB_MARKET_SOURCE_EXPIRED: its owners have to renew it: nothing can be installed.
 * @AVB_MARKET_SOURCE_UNTRUSTED: something was not as it must be: nothing can be installed.
 * @AVB_MARKET_SOURCE_BLOCKED: the policy of this computer does not allow it.
 */
typedef enum {
  AVB_MARKET_SOURCE_LOADING,
  AVB_MARKET_SOURCE_READY,
  AVB_MARKET_SOURCE_OFFLINE,
  AVB_MARKET_SOURCE_EXPIRED,
  AVB_MARKET_SOURCE_UNTRUSTED,
  AVB_MARKET_SOURCE_BLOCKED,
} AvbMarketSourceState;

#define AVB_TYPE_MARKET_SOURCE_STATE (avb_market_source_state_get_type ())
GType avb_market_source_state_get_type (void);

typedef enum {
  AVB_MARKET_ORIGIN_BUILTIN, /* came with the program */
  AVB_MARKET_ORIGIN_POLICY,  /* of whoever looks after this computer */
  AVB_MARKET_ORIGIN_USER,    /* added by the user, who compared the fingerprints */
} AvbMarketOrigin;

#define AVB_TYPE_MARKET_ORIGIN (avb_market_origin_get_type ())
GType avb_market_origin_get_type (void);

/**
 * AvbMarketSource:
 *
 * One marketplace. Main thread only.
 *
 * Properties, read-only: `id` (string: the address, or "builtin": what extensions are pinned to), `uri`, `title` (string: what
 * it calls itself, or its address), `origin` (#AvbMarketOrigin), `state` (#AvbMarketSourceState), `message` (string, nullable:
 * a sentence that says what is wrong), `checked` (int64: when it was asked last and answered well; seconds since 1970, 0: never),
 * `busy` (boolean: it is being asked), `can-install` (boolean), `entries` (#GListModel of AvbMarketEntry, by name).
 */
#define AVB_TYPE_MARKET_SOURCE (avb_market_source_get_type ())
G_DECLARE_FINAL_TYPE (AvbMarketSource, avb_market_source, AVB, MARKET_SOURCE, GObject)

/**
 * avb_market_source_new:
 * @id: (nullable): %NULL: @uri without a slash at its end
 * @root: the root that is trusted
 * @folder: below which is kept what was accepted; (nullable): of this user
 * @cache: below which packages and pictures lie for a while; (nullable): of this user
 */
AvbMarketSource *avb_market_source_new (const char     *id,
                                        const char     *uri,
                                        AvbMarketOrigin origin,
                                        GBytes         *root,
                                        const char     *folder,
                                        const char     *cache);

const char           *avb_market_source_get_id          (AvbMarketSource *self);
const char           *avb_market_source_get_uri         (AvbMarketSource *self);
const char           *avb_market_source_get_title       (AvbMarketSource *self);
AvbMarketOrigin       avb_market_source_get_origin      (AvbMarketSource *self);
AvbMarketSourceState  avb_market_source_get_state       (AvbMarketSource *self);
const char           *avb_market_source_get_message     (AvbMarketSource *self);
gint64                avb_market_source_get_checked     (AvbMarketSource *self);
gboolean              avb_market_source_get_can_install (AvbMarketSource *self);
GListModel           *avb_market_source_get_entries     (AvbMarketSource *self);
AvbMarketEntry       *avb_market_source_find            (AvbMarketSource *self, const char *id);
/* What the last look found; %AVB_TRUST_OK also where the network failed. For tests and details. */
AvbTrustVerdict       avb_market_source_get_verdict     (AvbMarketSource *self);
guint                 avb_market_source_get_version     (AvbMarketSource *self, AvbMetadataKind kind);
/* (nullable): see avb_revocations_find() */
const AvbRevocation  *avb_market_source_find_revocation (AvbMarketSource *self,
                                                         const char      *id,
                                                         const char      *version,
                                                         const char      *sha256);

/* Whether something may be installed from it right now: metadata is trusted, and not expired meanwhile. Sets the error
 * that says why not. */
gboolean avb_market_source_check_install (AvbMarketSource *self, GError **error);

/* (nullable): who may vouch for its server; NULL: as the system says */
void avb_market_source_set_tls_database  (AvbMarketSource *self, GTlsDatabase *database);
/* (nullable): what it is called, whatever it says itself */
void avb_market_source_set_title         (AvbMarketSource *self, const char *title);
/* The time it takes for now, in seconds since 1970; 0: the clock. Seconds without a byte; 0: as usual. For tests. */
void avb_market_source_set_now           (AvbMarketSource *self, gint64 now);
void avb_market_source_set_stall_seconds (AvbMarketSource *self, guint seconds);
/* The policy does not allow it: @reason. */
void avb_market_source_block             (AvbMarketSource *self, const char *reason);

/**
 * avb_market_source_load:
 *
 * Shows what is kept, without the network. Returns: (transfer full): resolves to %TRUE whatever there is.
 */
DexFuture *avb_market_source_load    (AvbMarketSource *self) G_GNUC_WARN_UNUSED_RESULT;
/**
 * avb_market_source_refresh:
 *
 * Asks the marketplace. One that is under way is joined.
 *
 * Returns: (transfer full): resolves to %TRUE, or rejects with what `message` says. What was known stays then.
 */
DexFuture *avb_market_source_refresh (AvbMarketSource *self) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_market_source_fetch_package:
 * @operation: progress and cancel; not finished by this call
 *
 * Returns: (transfer full): resolves to the path (string) of the whole package with the right hash, which is the caller's to
 *   remove; rejects as avb_market_fetch_file()
 */
DexFuture *avb_market_source_fetch_package (AvbMarketSource  *self,
                                            AvbMarketVersion *version,
                                            AvbOperation     *operation) G_GNUC_WARN_UNUSED_RESULT;

/* A picture by its hash, from the cache or the marketplace: at most 4 MiB of bytes that nobody has looked into: for glycin.
 * Returns: (transfer full): resolves to #GBytes (boxed) */
DexFuture *avb_market_source_fetch_media (AvbMarketSource *self, const char *sha256) G_GNUC_WARN_UNUSED_RESULT;

/* Forgets all that is kept of it, when it was removed. Returns: (transfer full): resolves to %TRUE */
DexFuture *avb_market_source_forget (AvbMarketSource *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

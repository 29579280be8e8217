/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/marketplace/avb-market-version.h"

G_BEGIN_DECLS

/* A picture of an entry: a file of the marketplace, called by its hash. */
typedef struct {
  char  *sha256;
  char  *caption; /* one line, perhaps ""; what it shows, for who cannot see it */
  guint  width;   /* pixels; 0: not said */
  guint  height;
} AvbMarketPicture;

/**
 * AvbMarketEntry:
 *
 * An extension that a marketplace has. All text is somebody's, one line without control characters (the description: several
 * lines), and no markup. Made on any thread, then for the main thread; immutable but for `source`.
 *
 * Properties, read-only: `id`, `name`, `summary`, `description`, `publisher` (the name that it gives itself), `license`,
 * `homepage` (string, nullable: https), `code` (boolean: a program; else content), `categories` (strv), `icon` (string,
 * nullable: SHA-256), `version` (string: of the version for this computer), `source` (string: ID of the source).
 */
#define AVB_TYPE_MARKET_ENTRY (avb_market_entry_get_type ())
G_DECLARE_FINAL_TYPE (AvbMarketEntry, avb_market_entry, AVB, MARKET_ENTRY, GObject)

/* (nullable): %AVB_ERROR_INVALID; versions that cannot be read are left out, but not all of them */
AvbMarketEntry *avb_market_entry_new (JsonObject *object, const char *source, GError **error);

const char        *avb_market_entry_get_id          (AvbMarketEntry *self);
const char        *avb_market_entry_get_name        (AvbMarketEntry *self);
const char        *avb_market_entry_get_summary     (AvbMarketEntry *self);
const char        *avb_market_entry_get_description (AvbMarketEntry *self);
const char        *avb_market_entry_get_publisher   (AvbMarketEntry *self);
const char        *avb_market_entry_get_license     (AvbMarketEntry *self);
const char        *avb_market_entry_get_homepage    (AvbMarketEntry *self);
gboolean           avb_market_entry_get_code        (AvbMarketEntry *self);
const char *const *avb_market_entry_get_categories  (AvbMarketEntry *self);
const char        *avb_market_entry_get_icon        (AvbMarketEntry *self);
const char        *avb_market_entry_get_source      (AvbMarketEntry *self);
/* (element-type AvbMarketPicture) (transfer none) */
GPtrArray         *avb_market_entry_get_screenshots (AvbMarketEntry *self);
/* (transfer none): of AvbMarketVersion, newest first, never empty */
GListModel        *avb_market_entry_get_versions    (AvbMarketEntry *self);
/* (transfer none): the newest one that can run here, else the newest. Main thread. */
AvbMarketVersion  *avb_market_entry_get_best        (AvbMarketEntry *self);
/* (transfer none) (nullable) */
AvbMarketVersion  *avb_market_entry_find_version    (AvbMarketEntry *self, const char *version);

/* For avb-market-search: folded; the second has name, ID, summary, publisher and categories, a line each. */
const char        *avb_market_entry_get_folded_name (AvbMarketEntry *self);
const char        *avb_market_entry_get_folded      (AvbMarketEntry *self);

G_END_DECLS

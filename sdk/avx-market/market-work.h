/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/marketplace/avb-metadata.h"

G_BEGIN_DECLS

/**
 * MarketWork:
 *
 * The private folder of who runs a marketplace:
 *
 *   market.json           title and the versions given out so far
 *   keys/NAME.key         root-1 … root-3, catalog, timestamp; root keys may be elsewhere
 *   roots/N.root.json     all roots
 *   entries.json          what the catalogue has
 *   revocations.json      what was taken back
 *   pkgs/ media/          files by their hash
 */
typedef struct {
  char       *folder;
  JsonNode   *market;      /* market.json */
  JsonNode   *entries;     /* an object with `entries` */
  JsonNode   *revocations; /* an object with `revocations` */
} MarketWork;

#define MARKET_ROOT_KEYS 3
#define MARKET_ROOT_THRESHOLD 2

MarketWork *market_work_init (const char *folder, const char *title, gint64 now, guint root_days, GError **error);
MarketWork *market_work_open (const char *folder, GError **error);
gboolean    market_work_save (MarketWork *self, GError **error);
void        market_work_free (MarketWork *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MarketWork, market_work_free)

/* (transfer full): a file in the folder */
char       *market_work_path (MarketWork *self, const char *folder, const char *name);
/* The version of a kind that was given out last, 0: none; and the next one, which is noted. */
guint       market_work_get_version  (MarketWork *self, AvbMetadataKind kind);
guint       market_work_next_version (MarketWork *self, AvbMetadataKind kind);
/* (nullable) (transfer full): keys/NAME.key */
AvbSigningKey *market_work_load_key  (MarketWork *self, const char *name, GError **error);

/* `role`: "root" (its first key goes, a new one comes), "catalog", "timestamp", or "none": only a new term. */
gboolean    market_work_rotate (MarketWork *self, const char *role, gint64 now, guint root_days, GError **error);

/* Takes in a package with its signature, and its pictures. */
gboolean    market_work_add    (MarketWork *self, const char *package, AvbSigningKey *publisher, gint64 released, GError **error);
gboolean    market_work_revoke (MarketWork *self,
                                const char *id,
                                const char *versions,
                                const char *sha256,
                                const char *reason,
                                const char *severity,
                                gint64      now,
                                GError    **error);

/* Writes a tree: all of it, or only the timestamp anew. */
gboolean    market_work_build     (MarketWork *self, const char *tree, gint64 now, guint catalog_days, guint timestamp_days,
                                   GError **error);
gboolean    market_work_timestamp (MarketWork *self, const char *tree, gint64 now, guint timestamp_days, GError **error);

/* Looks at a tree as the program would, and at every file of it; says on stdout what it found. */
gboolean    market_check (const char *tree, const char *root, gint64 now, GError **error);

/* --- small things that all of this needs --- */

gboolean  market_fail         (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* (nullable) (transfer full) */
GBytes   *market_read         (const char *path, GError **error);
gboolean  market_write        (const char *path, GBytes *bytes, GError **error);
gboolean  market_write_text   (const char *path, const char *text, GError **error);
gboolean  market_make_folder  (const char *path, GError **error);
void      market_remove       (const char *path);
/* (transfer full): an envelope around @payload, signed by the keys (NULL at the end) */
GBytes   *market_sign         (JsonObject *payload, AvbSigningKey *first, ...) G_GNUC_NULL_TERMINATED;
/* (transfer full): a payload with its head */
JsonObject *market_payload_new (AvbMetadataKind kind, guint version, gint64 now, guint days);

G_END_DECLS

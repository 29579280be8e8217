/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/marketplace/avb-metadata.h"
#include "app/marketplace/avb-signing-key.h"

G_BEGIN_DECLS

#define DAY (24 * 60 * 60)
/* 2026-11-28T12:00:00Z: the time of all tests, unless they say otherwise */
#define MARKET_NOW G_GINT64_CONSTANT (1795867200)

/**
 * MarketRig:
 *
 * A marketplace in memory, whose owners do whatever a test wants. Fields are there to be changed, and what is published
 * from there on is so.
 */
typedef struct {
  gint64         now; /* when things are issued */
  GPtrArray     *root_keys; /* of AvbSigningKey: three */
  guint          root_threshold;
  AvbSigningKey *catalog_key;
  AvbSigningKey *timestamp_key;
  AvbSigningKey *publisher;
  guint          versions[AVB_METADATA_N_KINDS]; /* given out last */
  gint64         days[AVB_METADATA_N_KINDS]; /* how long from `now`; may be less than nothing */
  JsonArray     *entries;
  JsonArray     *revocations;
  GHashTable    *files; /* name → GBytes: the tree */
  GBytes        *first_root;
} MarketRig;

/* With an empty catalogue, published. */
MarketRig *market_rig_new  (void);
void       market_rig_free (MarketRig *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MarketRig, market_rig_free)

/* A payload with its head, `version` as given. */
JsonObject *market_rig_payload (MarketRig *self, AvbMetadataKind kind, guint version);
/* Signs and takes @payload; keys end with NULL. (transfer full) */
GBytes *market_rig_sign (JsonObject *payload, ...) G_GNUC_NULL_TERMINATED;

void    market_rig_set (MarketRig *self, const char *name, GBytes *bytes);
GBytes *market_rig_get (MarketRig *self, const char *name);

/* The next root, signed by all root keys and @old (nullable). */
void market_rig_publish_root (MarketRig *self, AvbSigningKey *old);
/* The payload of a root as the rig is. */
JsonObject *market_rig_root (MarketRig *self, guint version);
/* The next catalogue and revocations, and the next timestamp. */
void market_rig_publish      (MarketRig *self);
/* Only that: names what is there. */
void market_rig_publish_timestamp (MarketRig *self);
/* The timestamp's payload: with what is there as the latest of both. */
JsonObject *market_rig_timestamp  (MarketRig *self, guint version);

/* A package of content, or of code if @more has "platforms", into the tree and the list of entries. @more: members of the manifest, or
 * NULL. @key: (nullable): of the publisher; NULL: the rig's. (transfer full): SHA-256 */
char *market_rig_add (MarketRig *self, const char *id, const char *version, const char *more, AvbSigningKey *key);
/* The same as a file. (transfer full): its path */
char *market_rig_make_package (const char *folder, const char *id, const char *version, const char *more);
void  market_rig_revoke (MarketRig *self, const char *id, const char *versions, const char *reason);
/* (transfer none): an entry's version, to be changed before it is published */
JsonObject *market_rig_find (MarketRig *self, const char *id, guint i);

/* Writes the tree; (transfer full): its address */
char *market_rig_write (MarketRig *self, const char *folder);

/* Random bytes into a picture of the tree. (transfer full): SHA-256 */
char *market_rig_add_media (MarketRig *self, gsize length);

G_END_DECLS

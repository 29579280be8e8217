/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/marketplace/avb-marketplace.h"

G_BEGIN_DECLS

struct _AvbMarketplace {
  GObject parent_instance;

  AvbExtensionStore  *store;
  AvbExtensionPolicy *policy;
  char               *folder; /* (nullable) */
  char               *cache;  /* (nullable) */
  char               *builtin_uri;
  GBytes             *builtin_root; /* (nullable) */
  GTlsDatabase       *tls_database; /* (nullable) */
  gint64              now; /* 0: the clock */

  GListStore *sources;
  GListStore *entries;
  GListStore *updates;
  gboolean    automatic;
  DexFuture  *refreshing; /* (nullable) */
  guint       timer;
  guint       idle; /* the list of updates is to be made anew */
  GPtrArray  *watched; /* of AvbInstalled */
};

gint64           avb_marketplace_get_now      (AvbMarketplace *self);
/* Appends a source, or blocks it by the policy. @title: (nullable): instead of what it calls itself */
AvbMarketSource *avb_marketplace_append       (AvbMarketplace *self,
                                               const char     *id,
                                               const char     *uri,
                                               const char     *title,
                                               AvbMarketOrigin origin,
                                               GBytes         *root);
void             avb_marketplace_find_updates (AvbMarketplace *self);

/* avb-marketplace-sources.c: fibers' parts. Those of the policy and of the user. */
void             avb_marketplace_read_sources (AvbMarketplace *self);

/* avb-marketplace-updates.c */
/* To be awaited: quarantines what its source took back, and lets go what it no longer takes back. */
DexFuture       *avb_marketplace_apply_revocations (AvbMarketplace *self) G_GNUC_WARN_UNUSED_RESULT;
/* Installs those that may be by themselves. */
DexFuture       *avb_marketplace_run_automatic     (AvbMarketplace *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/marketplace/avb-metadata.h"

G_BEGIN_DECLS

/**
 * AvbMarketKept:
 *
 * What is known of one marketplace, on the disk: its root as it was embedded or confirmed, the metadata that was accepted last,
 * and what goes with it. Each file is whole or not there; one that was spoiled counts as not there, for it is verified
 * again each time. For worker threads, one at a time: the folder is locked.
 */
typedef struct {
  char  *folder;
  int    lock;
  /* Written by avb_market_kept_write_state(): */
  gint64 clock_floor;
  gint64 checked; /* when the marketplace was asked last and said something right; seconds since 1970 */
  char  *etag;    /* (nullable): of timestamp.json */
} AvbMarketKept;

/* (nullable): makes the folder; %AVB_ERROR_BUSY if another program has it, %AVB_ERROR_NO_SPACE, %AVB_ERROR_FAILED */
AvbMarketKept *avb_market_kept_open (const char *folder, GError **error);
void           avb_market_kept_free (AvbMarketKept *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbMarketKept, avb_market_kept_free)

/* (nullable) (transfer full) */
GBytes  *avb_market_kept_read         (AvbMarketKept *self, AvbMetadataKind kind);
gboolean avb_market_kept_write        (AvbMarketKept *self, AvbMetadataKind kind, GBytes *bytes, GError **error);
gboolean avb_market_kept_write_state  (AvbMarketKept *self, GError **error);
/* The root to begin with: if another one was embedded since, what followed from the former is dropped. */
gboolean avb_market_kept_set_anchor   (AvbMarketKept *self, GBytes *anchor, GError **error);
/* (nullable) (transfer full): of a folder that need not be open */
GBytes  *avb_market_kept_read_anchor  (const char *folder);

G_END_DECLS

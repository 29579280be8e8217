/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/marketplace/avb-trust.h"

G_BEGIN_DECLS

/**
 * AvbMarketLook:
 *
 * One look at a marketplace, from its files to entries: what avb-trust wants is fetched, or read from the disk; what it accepts
 * is kept there. Blocks, for worker threads.
 */
typedef struct {
  /* What to look at. */
  char         *id;     /* of the source */
  char         *uri;
  char         *folder; /* where what was accepted is kept */
  GBytes       *anchor;
  GTlsDatabase *tls_database; /* (nullable) */
  GCancellable *cancellable;  /* (nullable) */
  gint64        now;
  guint         stall_seconds; /* 0: as usual */
  gboolean      offline;       /* only what is kept */

  /* What came of it. */
  AvbTrustVerdict verdict;
  GError         *error;       /* (nullable): also without a verdict: network, disk */
  GPtrArray      *entries;     /* (nullable) of AvbMarketEntry: what can be shown */
  GPtrArray      *revocations; /* (nullable) of AvbRevocation */
  char           *title;       /* (nullable) */
  gint64          issued;      /* of the timestamp; 0: none */
  gint64          expires;     /* the first of all; 0: something is missing */
  gint64          checked;
  guint           versions[AVB_METADATA_N_KINDS]; /* that count now; 0: none */
} AvbMarketLook;

void avb_market_look_free (AvbMarketLook *self);
void avb_market_look_run  (AvbMarketLook *self);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "tests/marketplace/market-rig.h"

G_BEGIN_DECLS

typedef enum {
  MARKET_SERVER_WELL,
  MARKET_SERVER_STATUS,     /* answers with `status` */
  MARKET_SERVER_REDIRECT,   /* sends to `location` */
  MARKET_SERVER_TRUNCATED,  /* says how long it is, and closes in the middle */
  MARKET_SERVER_CHUNKED_CUT, /* does not say, and closes in the middle */
  MARKET_SERVER_CLAIMS_LESS, /* says that it is shorter, and ends there */
  MARKET_SERVER_ENDLESS,    /* never stops */
  MARKET_SERVER_DRIPS,      /* stops sending in the middle and stays */
  MARKET_SERVER_LIES,       /* a byte is another one */
  MARKET_SERVER_WRONG_RANGE, /* breaks off, then answers with another range than asked for */
} MarketServerManner;

/**
 * MarketServer:
 *
 * Serves a rig's tree over https on loopback, with a certificate of a CA of its own. Files whose names begin with `victim`
 * get `manner`; all others are served well.
 */
typedef struct {
  MarketRig         *rig;
  char              *address; /* "https://127.0.0.1:12345/" */
  GTlsDatabase      *database; /* that trusts its CA */
  const char        *victim;
  MarketServerManner manner;
  guint              status;
  char              *location; /* (nullable) */
  guint              breaks; /* so many answers of TRUNCATED, then it serves well; 0: all */
  guint              n_requests;
  guint              n_unmodified;
  guint              n_ranges;
  gpointer           priv;
} MarketServer;

/* @good: else its certificate is of a CA that nobody knows */
MarketServer *market_server_new  (MarketRig *rig, gboolean good);
void          market_server_free (MarketServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MarketServer, market_server_free)

G_END_DECLS

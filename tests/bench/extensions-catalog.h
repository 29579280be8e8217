/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <json-glib/json-glib.h>

#include "tests/marketplace/market-rig.h"

G_BEGIN_DECLS

#define EXTENSIONS_CATALOG_LARGE 5000

/* (transfer full): a marketplace with so many entries, published */
MarketRig *extensions_catalog_make (guint n_entries);

/* A catalogue of 5,000 entries: how long it takes to be there, and how long a key is searched for. Prints it; (transfer full): the
 * same as numbers. */
JsonObject *extensions_catalog_measure (guint n_runs);

G_END_DECLS

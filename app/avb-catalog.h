/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

#include "app/avb-catalog-entry.h"

G_BEGIN_DECLS

/**
 * AvbCatalog:
 *
 * The operating systems that can be downloaded: a #GListModel of #AvbCatalogEntry, those of all
 * providers, in the order of the providers. One for the program: avb_library_get_catalog(). Main
 * thread only.
 *
 * A provider is any #GListModel of #AvbCatalogEntry: libosinfo's database is one (added by
 * avb_catalog_new()); extensions add theirs. To search and to sort: avb_catalog_entry_matches() and
 * avb_catalog_entry_compare().
 *
 * Properties: `loading` (boolean, read-only: libosinfo's part is being read), `favorites` (strv: ids
 * of entries, also of such as are not there; to be bound to a setting).
 */
#define AVB_TYPE_CATALOG (avb_catalog_get_type ())
G_DECLARE_FINAL_TYPE (AvbCatalog, avb_catalog, AVB, CATALOG, GObject)

AvbCatalog *avb_catalog_new (void);

/**
 * avb_catalog_load:
 *
 * Reads libosinfo's database on a worker thread, at the first call; later calls change nothing.
 *
 * Returns: (transfer full): resolves to %TRUE once its entries are there
 */
DexFuture *avb_catalog_load (AvbCatalog *self) G_GNUC_WARN_UNUSED_RESULT;

/* @provider: (element-type AvbCatalogEntry): may change at any time */
void avb_catalog_add_provider    (AvbCatalog *self, GListModel *provider);
void avb_catalog_remove_provider (AvbCatalog *self, GListModel *provider);

void avb_catalog_set_favorite (AvbCatalog *self, AvbCatalogEntry *entry, gboolean favorite);

/* (nullable) (transfer none): the first with this id */
AvbCatalogEntry *avb_catalog_find (AvbCatalog *self, const char *id);

G_END_DECLS

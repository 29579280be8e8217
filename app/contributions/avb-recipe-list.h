/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/avb-catalog.h"
#include "app/avb-download-cache.h"
#include "app/extensions/avb-contributions.h"
#include "backends/avb-operation.h"

G_BEGIN_DECLS

/**
 * AvbRecipeList:
 *
 * The recipes of all extensions as entries of the catalogue: a provider for avb_catalog_add_provider(), a #GListModel of
 * #AvbCatalogEntry whose ids are "org.example.pack/recipe". Main thread.
 */
#define AVB_TYPE_RECIPE_LIST (avb_recipe_list_get_type ())
G_DECLARE_FINAL_TYPE (AvbRecipeList, avb_recipe_list, AVB, RECIPE_LIST, GObject)

AvbRecipeList *avb_recipe_list_new (AvbContributions *contributions);

/**
 * avb_recipe_list_find:
 * @pack: (nullable): whose recipe goes before those of others
 * @recipe: the plain id of a recipe
 *
 * Returns: (transfer full) (nullable)
 */
AvbCatalogEntry *avb_recipe_list_find (AvbRecipeList *self, const char *pack, const char *recipe);

/**
 * avb_recipe_list_download:
 * @entry: of this list, or of any other: then this is avb_download_entry()
 * @operation: as avb_download_entry() has it
 *
 * Gets what a recipe names. An extension with code is asked for the addresses now, and each is tried in turn. A recipe that
 * names a file of this computer gives that file, if it is the right one.
 *
 * Returns: (transfer full): resolves to the path (string), and rejects as avb_download()
 */
DexFuture *avb_recipe_list_download (AvbRecipeList    *self,
                                     AvbDownloadCache *cache,
                                     AvbCatalogEntry  *entry,
                                     AvbOperation     *operation) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

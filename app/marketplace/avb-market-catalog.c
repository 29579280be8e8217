/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/marketplace/avb-market-catalog.h"

#include "app/extensions/avb-json.h"
#include "app/marketplace/avb-metadata.h"

static int
compare_names (gconstpointer a, gconstpointer b)
{
  AvbMarketEntry *one = *(AvbMarketEntry *const *) a;
  AvbMarketEntry *other = *(AvbMarketEntry *const *) b;
  int order = g_strcmp0 (avb_market_entry_get_folded_name (one), avb_market_entry_get_folded_name (other));

  return order != 0 ? order : g_strcmp0 (avb_market_entry_get_id (one), avb_market_entry_get_id (other));
}

GPtrArray *
avb_market_catalog_parse (GBytes *payload, const char *source, GError **error)
{
  AvbMetadataHead head;
  g_autoptr (JsonNode) node = avb_metadata_parse (payload, AVB_METADATA_CATALOG, &head, error);
  g_autoptr (GPtrArray) entries = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  JsonArray *array
      = node != NULL ? avb_json_get_array (json_node_get_object (node), "entries", AVB_MARKET_MAX_ENTRIES, error) : NULL;

  if (array == NULL)
    return NULL;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonObject *object = avb_json_get_element_object (array, i, NULL);
      g_autoptr (GError) failure = NULL;
      g_autoptr (AvbMarketEntry) entry = object != NULL ? avb_market_entry_new (object, source, &failure) : NULL;

      if (entry == NULL)
        g_debug ("Left out an entry of %s: %s", source, failure != NULL ? failure->message : "no object");
      else if (g_hash_table_add (seen, (gpointer) avb_market_entry_get_id (entry)))
        g_ptr_array_add (entries, g_steal_pointer (&entry));
    }
  g_ptr_array_sort (entries, compare_names);
  return g_steal_pointer (&entries);
}

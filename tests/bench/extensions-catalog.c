/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/bench/extensions-catalog.h"

#include <string.h>

#include "app/extensions/avb-json.h"
#include "app/marketplace/avb-market-catalog.h"
#include "app/marketplace/avb-market-look.h"
#include "app/marketplace/avb-market-search.h"
#include "tests/avb-test.h"

static const char *const words[] = { "network", "disk",    "template", "monitor", "Kubernetes", "Läufer",  "backup", "cluster",
                                     "metrics", "console", "firewall", "storage", "sandbox",    "recipes", "router", "Windows" };

static void
add_entry (MarketRig *rig, guint i)
{
  const char *one = words[i % G_N_ELEMENTS (words)];
  const char *other = words[i / 7 % G_N_ELEMENTS (words)];
  g_autofree char *text = g_strdup_printf (
      "{\"id\":\"org.example.pack-%u\",\"icon\":\"%064x\",\"versions\":[{\"manifest\":{\"schema\":1,\"id\":\"org.example.pack-%u\","
      "\"version\":\"1.%u.0\",\"kind\":\"content\",\"license\":\"MIT\",\"publisher\":\"Publisher %u\",\"name\":\"%s %s %u\","
      "\"summary\":{\"en\":\"What a %s needs for its %s, and more\",\"de\":\"Was man braucht\"},\"description\":\"%s\\n%s\","
      "\"categories\":[\"%s\"],\"engines\":{\"host\":\">=0.1\"}},\"sha256\":\"%064x\",\"size\":%u,\"key\":\"ed25519:%064x\","
      "\"released\":\"2026-01-01T00:00:00Z\",\"signature\":\"%s\"}]}",
      i, i, i, i % 20, i % 300, one, other, i, one, other, one, other, i % 2 == 0 ? "tools" : "machines", i, 1000 + i, i,
      "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==");
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = json_from_string (text, &error);

  g_assert_no_error (error);
  json_array_add_object_element (rig->entries, json_node_dup_object (node));
}

static double
milliseconds (gint64 from)
{
  return (g_get_monotonic_time () - from) / 1000.0;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double one = *(const double *) a;
  double other = *(const double *) b;

  return one < other ? -1 : one > other;
}

static void
report (JsonObject *result, const char *name, GArray *values)
{
  g_autofree char *worst = g_strconcat (name, "-worst", NULL);

  g_array_sort (values, compare);
  json_object_set_double_member (result, name, g_array_index (values, double, values->len / 2));
  json_object_set_double_member (result, worst, g_array_index (values, double, values->len - 1));
  g_print ("catalogue of %d  %-10s %8.2f ms  (worst of %u: %.2f)\n", EXTENSIONS_CATALOG_LARGE, name,
           g_array_index (values, double, values->len / 2), values->len, g_array_index (values, double, values->len - 1));
}

static AvbMarketLook *
look (MarketRig *rig, const char *uri, const char *folder, gboolean offline)
{
  AvbMarketLook *self = g_new0 (AvbMarketLook, 1);

  self->id = g_strdup ("bench");
  self->uri = g_strdup (uri);
  self->folder = g_strdup (folder);
  self->anchor = g_bytes_ref (rig->first_root);
  self->now = MARKET_NOW;
  self->offline = offline;
  avb_market_look_run (self);
  g_assert_nonnull (self->entries);
  g_assert_cmpuint (self->entries->len, ==, EXTENSIONS_CATALOG_LARGE);
  return self;
}

static void
measure_start (MarketRig *rig, guint n_runs, JsonObject *result, GListStore *store)
{
  g_autofree char *tree = avb_test_make_folder ();
  g_autofree char *kept = avb_test_make_folder ();
  g_autofree char *uri = market_rig_write (rig, tree);
  g_autoptr (GArray) start = g_array_new (FALSE, FALSE, sizeof (double));
  g_autoptr (GArray) show = g_array_new (FALSE, FALSE, sizeof (double));

  avb_market_look_free (look (rig, uri, kept, FALSE));
  for (guint i = 0; i < n_runs; i++)
    {
      gint64 from = g_get_monotonic_time ();
      /* On a worker: read, verify, parse */
      AvbMarketLook *found = look (rig, uri, kept, TRUE);
      double value = milliseconds (from);

      g_array_append_val (start, value);
      /* On the main thread */
      from = g_get_monotonic_time ();
      g_list_store_splice (store, 0, g_list_model_get_n_items (G_LIST_MODEL (store)), found->entries->pdata, found->entries->len);
      value = milliseconds (from);
      g_array_append_val (show, value);
      avb_market_look_free (found);
    }
  report (result, "start", start);
  report (result, "show", show);
  avb_test_remove_folder (tree);
  avb_test_remove_folder (kept);
}

/* Key by key, as somebody types, and back again. */
static void
measure_search (GListStore *store, guint n_runs, JsonObject *result)
{
  static const char *const typed[] = { "kubernetes", "laufer disk", "org.example.pack-42", "e", "xyz" };
  g_autoptr (AvbMarketSearch) search = avb_market_search_new (G_LIST_MODEL (store));
  g_autoptr (GArray) keys = g_array_new (FALSE, FALSE, sizeof (double));

  for (guint run = 0; run < n_runs; run++)
    for (guint i = 0; i < G_N_ELEMENTS (typed); i++)
      {
        gsize length = strlen (typed[i]);

        for (gsize n = 1; n <= 2 * length; n++)
          {
            g_autofree char *query = g_strndup (typed[i], n <= length ? n : 2 * length - n);
            gint64 from = g_get_monotonic_time ();
            double value;

            avb_market_search_set_query (search, query);
            value = milliseconds (from);
            g_array_append_val (keys, value);
          }
      }
  report (result, "search", keys);
}

MarketRig *
extensions_catalog_make (guint n_entries)
{
  MarketRig *rig = market_rig_new ();

  for (guint i = 0; i < n_entries; i++)
    add_entry (rig, i);
  market_rig_publish (rig);
  return rig;
}

JsonObject *
extensions_catalog_measure (guint n_runs)
{
  JsonObject *result = json_object_new ();
  g_autoptr (MarketRig) rig = extensions_catalog_make (EXTENSIONS_CATALOG_LARGE);
  g_autoptr (GListStore) store = g_list_store_new (AVB_TYPE_MARKET_ENTRY);

  measure_start (rig, n_runs, result, store);
  measure_search (store, n_runs, result);
  return result;
}

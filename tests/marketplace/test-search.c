/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <string.h>

#include "app/marketplace/avb-market-catalog.h"
#include "app/marketplace/avb-market-search.h"
#include "backends/avb-error.h"
#include "tests/avb-test.h"

#define ENTRY(id, name, kind, category)                                                                                   \
  "{\"id\":\"org.example." id "\",\"versions\":[{\"manifest\":{\"id\":\"org.example." id "\",\"version\":\"1.0.0\",\"kind\":\"" kind \
  "\",\"name\":\"" name "\",\"summary\":\"It is for machines\",\"publisher\":\"Müller\",\"categories\":[\"" category "\"]},"      \
  "\"sha256\":\"ab00000000000000000000000000000000000000000000000000000000000000\",\"size\":1,"                            \
  "\"key\":\"ed25519:ab00000000000000000000000000000000000000000000000000000000000000\",\"signature\":\""                 \
  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==\"}]}"

#define CATALOG(entries)                                                                                               \
  "{\"type\":\"catalog\",\"format\":1,\"version\":1,\"issued\":\"2026-01-01T00:00:00Z\",\"expires\":\"2026-02-01T00:00:00Z\"," \
  "\"entries\":[" entries "]}"

static GListStore *
make_store (const char *text)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = avb_market_catalog_parse (bytes, "test", &error);
  GListStore *store = g_list_store_new (AVB_TYPE_MARKET_ENTRY);

  g_assert_no_error (error);
  g_list_store_splice (store, 0, 0, entries->pdata, entries->len);
  return store;
}

/* The names that are found, joined */
static char *
found (AvbMarketSearch *search)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (search)); i++)
    {
      g_autoptr (AvbMarketEntry) entry = g_list_model_get_item (G_LIST_MODEL (search), i);

      g_string_append_printf (text, "%s%s", i > 0 ? "," : "", avb_market_entry_get_name (entry));
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
assert_query (AvbMarketSearch *search, const char *query, const char *expected)
{
  g_autofree char *names = NULL;

  avb_market_search_set_query (search, query);
  names = found (search);
  g_assert_cmpstr (names, ==, expected);
}

static void
test_search (void)
{
  g_autoptr (GListStore) store = make_store (CATALOG (ENTRY ("a", "Disk tools", "code", "storage") "," ENTRY (
      "b", "Big disk", "content", "storage") "," ENTRY ("c", "Läufer", "code", "machines") "," ENTRY ("disk", "Other", "content", "machines")));
  g_autoptr (AvbMarketSearch) search = avb_market_search_new (G_LIST_MODEL (store));

  assert_query (search, "", "Big disk,Disk tools,Läufer,Other");
  assert_query (search, "D", "Disk tools,Big disk,Other");
  assert_query (search, "Disk", "Disk tools,Big disk,Other");
  assert_query (search, "disk b", "Big disk");
  assert_query (search, "disk", "Disk tools,Big disk,Other");
  assert_query (search, "LAUFER", "Läufer");
  assert_query (search, "muller machines", "Big disk,Disk tools,Läufer,Other");
  assert_query (search, "  ", "Big disk,Disk tools,Läufer,Other");
  assert_query (search, "nothing", "");
  avb_market_search_clear (search);
  avb_market_search_set_code (search, 1);
  assert_query (search, "disk", "Disk tools");
  avb_market_search_set_code (search, -1);
  avb_market_search_set_category (search, "machines");
  assert_query (search, "disk", "Other");
  avb_market_search_clear (search);
  assert_query (search, "", "Big disk,Disk tools,Läufer,Other");
  /* What the list loses is lost here too. */
  avb_market_search_set_query (search, "disk");
  g_list_store_remove (store, 0);
  assert_query (search, "disk", "Disk tools,Other");
}

/* What cannot be read is left out alone. */
static void
test_left_out (void)
{
  g_autoptr (GListStore) store = make_store (
      CATALOG (ENTRY ("a", "Good", "code", "x") ",{},1,{\"id\":\"org.example.b\",\"versions\":[]}," ENTRY (
          "a", "Again", "code", "x") "," ENTRY ("../../b", "Path", "code", "x") "," ENTRY ("n", "Two\\nlines\\u202e", "code", "x")));
  g_autoptr (AvbMarketSearch) search = avb_market_search_new (G_LIST_MODEL (store));
  g_autofree char *names = found (search);

  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (search)), ==, 2);
  g_assert_true (g_str_has_prefix (names, "Good,Two"));
  g_assert_null (strchr (names, '\n'));
  g_assert_null (strstr (names, "\u202e"));
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  g_test_add_func ("/Avb/MarketSearch/search", test_search);
  g_test_add_func ("/Avb/MarketSearch/left-out", test_left_out);
  return g_test_run ();
}

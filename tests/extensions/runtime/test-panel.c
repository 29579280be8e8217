/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Panels as extensions send them, and as they should not. */

#include "config.h"

#include <string.h>

#include "app/extensions/avb-contribution-calls.h"
#include "app/extensions/avb-extension-limits.h"
#include "app/extensions/avb-json.h"
#include "app/extensions/avb-panel.h"
#include "backends/avb-error.h"
#include "tests/avb-test.h"

static JsonNode *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = avb_json_parse (text, strlen (text), 16 * 1024 * 1024, &error);

  g_assert_no_error (error);
  return node;
}

static AvbPanelNode *
read_panel (const char *text, GError **error)
{
  g_autoptr (JsonNode) node = parse (text);
  guint nodes = 0;

  return avb_panel_node_new (json_node_get_object (node), &nodes, error);
}

static void
test_reads (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbPanelNode) root = read_panel (
      "{\"kind\":\"group\",\"label\":\"A\",\"children\":["
      "{\"kind\":\"row\",\"label\":\"Load\",\"value\":\"0.5\"},"
      "{\"kind\":\"switch\",\"id\":\"s\",\"label\":\"S\",\"value\":true},"
      "{\"kind\":\"entry\",\"id\":\"e\",\"label\":\"E\",\"value\":\"text\",\"secret\":true},"
      "{\"kind\":\"combo\",\"id\":\"c\",\"label\":\"C\",\"options\":[{\"id\":\"a\",\"label\":\"One\"},{\"id\":\"b\",\"label\":\"Two\"}],\"value\":\"b\"},"
      "{\"kind\":\"progress\",\"label\":\"P\",\"value\":0.25,\"text\":\"a quarter\"},"
      "{\"kind\":\"table\",\"columns\":[{\"label\":\"X\"},{\"label\":\"Y\",\"align\":\"end\"}],\"rows\":[[\"a\",1],[\"b\",2.5]]},"
      "{\"kind\":\"sparkline\",\"values\":[1,2,3.5],\"min\":0},"
      "{\"kind\":\"button\",\"id\":\"b\",\"label\":\"Do\",\"style\":\"destructive\"}]}",
      &error);
  g_autoptr (AvbPanelNode) table = NULL;
  g_autoptr (AvbPanelNode) line = NULL;
  g_autoptr (JsonNode) value = NULL;
  AvbPanelNode *combo;
  double min, max;
  guint n;
  gboolean at_end;

  g_assert_no_error (error);
  g_assert_cmpuint (g_list_model_get_n_items (avb_panel_node_get_children (root)), ==, 8);
  g_assert_true (avb_panel_node_get_active (avb_panel_node_find (root, "s")));
  g_assert_true (avb_panel_node_get_secret (avb_panel_node_find (root, "e")));
  combo = avb_panel_node_find (root, "c");
  g_assert_cmpstr (avb_panel_node_get_value (combo), ==, "b");
  g_assert_cmpstr (avb_panel_node_get_option_labels (combo)[1], ==, "Two");
  value = avb_panel_node_dup_value (combo);
  g_assert_cmpstr (json_node_get_string (value), ==, "b");
  table = g_list_model_get_item (avb_panel_node_get_children (root), 5);
  g_assert_cmpuint (avb_panel_node_get_n_rows (table), ==, 2);
  g_assert_cmpstr (avb_panel_node_get_cell (table, 1, 1), ==, "2.5");
  g_assert_cmpstr (avb_panel_node_get_column (table, 1, &at_end), ==, "Y");
  g_assert_true (at_end);
  line = g_list_model_get_item (avb_panel_node_get_children (root), 6);
  g_assert_cmpfloat (avb_panel_node_get_values (line, &n, &min, &max)[2], ==, 3.5);
  g_assert_cmpuint (n, ==, 3);
  g_assert_cmpfloat (min, ==, 0);
  g_assert_cmpfloat (max, ==, 3.5);
  g_assert_cmpint (avb_panel_node_get_style (avb_panel_node_find (root, "b")), ==, AVB_PANEL_STYLE_DESTRUCTIVE);
}

/* What looks like markup is text, and stays as it is; what turns lines around or ends them goes. */
static void
test_markup (void)
{
  g_autoptr (AvbPanelNode) root = read_panel ("{\"kind\":\"row\",\"label\":\"<b>A &amp; B</b>\",\"value\":\"a\\u202eb\\nc\\u0007\"}", NULL);

  g_assert_cmpstr (avb_panel_node_get_label (root), ==, "<b>A &amp; B</b>");
  g_assert_null (strstr (avb_panel_node_get_value (root), "\xe2\x80\xae"));
  g_assert_null (strchr (avb_panel_node_get_value (root), '\n'));
  g_assert_null (strchr (avb_panel_node_get_value (root), '\a'));
}

static void
test_refuses (void)
{
  static const char *const wrong[] = {
    "{}",
    "{\"kind\":\"webview\"}",
    "{\"kind\":5}",
    "{\"kind\":\"row\",\"label\":{\"en\":\"x\"}}",
    "{\"kind\":\"switch\",\"label\":\"without an id\"}",
    "{\"kind\":\"button\",\"id\":\"a b\",\"label\":\"x\"}",
    "{\"kind\":\"button\",\"id\":\"\",\"label\":\"x\"}",
    "{\"kind\":\"combo\",\"id\":\"c\",\"options\":[{\"id\":\"a\",\"label\":\"A\"}],\"value\":\"z\"}",
    "{\"kind\":\"combo\",\"id\":\"c\"}",
    "{\"kind\":\"progress\",\"value\":1.5}",
    "{\"kind\":\"progress\",\"value\":\"half\"}",
    "{\"kind\":\"table\",\"columns\":[],\"rows\":[]}",
    "{\"kind\":\"table\",\"columns\":[{\"label\":\"X\"}],\"rows\":[[\"a\",\"b\"]]}",
    "{\"kind\":\"table\",\"columns\":[{\"label\":\"X\"}],\"rows\":[[{}]]}",
    "{\"kind\":\"sparkline\",\"values\":[\"a\"]}",
    "{\"kind\":\"sparkline\",\"values\":[1],\"min\":5,\"max\":1}",
    "{\"kind\":\"group\",\"children\":[5]}",
    "{\"kind\":\"group\",\"children\":[{\"kind\":\"group\",\"children\":[{\"kind\":\"nothing\"}]}]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (read_panel (wrong[i], &error));
      g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
    }
}

static char *
repeat (const char *before, const char *item, guint n, const char *after)
{
  g_autoptr (GString) text = g_string_new (before);

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? "," : "", item);
  g_string_append (text, after);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static void
test_too_much (void)
{
  g_autofree char *megabyte = g_strnfill (1 << 20, 'x');
  g_autofree char *label = g_strdup_printf ("{\"kind\":\"row\",\"label\":\"%s\"}", megabyte);
  g_autofree char *rows = repeat ("{\"kind\":\"table\",\"columns\":[{\"label\":\"X\"}],\"rows\":[", "[1]", 10000, "]}");
  g_autofree char *nodes = repeat ("{\"kind\":\"group\",\"children\":[", "{\"kind\":\"row\",\"label\":\"x\"}", 200, "]}");
  g_autofree char *just = repeat ("{\"kind\":\"group\",\"children\":[", "{\"kind\":\"row\",\"label\":\"x\"}", 199, "]}");
  g_autofree char *values = repeat ("{\"kind\":\"sparkline\",\"values\":[", "1", 301, "]}");
  g_autofree char *deep = repeat ("", "{\"kind\":\"group\",\"children\":[", 1, "");
  const char *const texts[] = { label, rows, nodes, values };
  g_autoptr (GString) nested = g_string_new (NULL);
  g_autoptr (GError) too_deep = NULL;
  g_autoptr (AvbPanelNode) fits = read_panel (just, NULL);

  g_assert_nonnull (fits);
  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (read_panel (texts[i], &error));
      g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
      g_assert_cmpuint (strlen (error->message), <, 400);
    }
  for (guint i = 0; i < 20; i++)
    g_string_append (nested, deep);
  for (guint i = 0; i < 20; i++)
    g_string_append (nested, "]}");
  g_assert_null (read_panel (nested->str, &too_deep));
  g_assert_error (too_deep, AVB_ERROR, AVB_ERROR_INVALID);
}

static void
count_cb (gpointer object, guint *n)
{
  (*n)++;
}

/* What has not changed stays the same object: the entry that somebody types in does not lose its focus. */
static DexFuture *
test_updates (gpointer data)
{
  g_autoptr (AvbPanelNode) root = read_panel ("{\"kind\":\"group\",\"children\":[{\"kind\":\"row\",\"label\":\"A\",\"value\":\"1\"},"
                                              "{\"kind\":\"entry\",\"id\":\"e\",\"label\":\"E\"}]}", NULL);
  g_autoptr (AvbPanel) panel = avb_panel_new ("p", root, NULL, NULL, NULL, NULL);
  g_autoptr (AvbPanelNode) row = g_list_model_get_item (avb_panel_node_get_children (root), 0);
  AvbPanelNode *entry = avb_panel_node_find (root, "e");
  g_autoptr (JsonNode) wrong = parse ("{\"kind\":\"nothing\"}");
  guint rows = 0, entries = 0;

  avb_extension_limits_scale (0.4);
  g_signal_connect (row, "changed", G_CALLBACK (count_cb), &rows);
  g_signal_connect (entry, "changed", G_CALLBACK (count_cb), &entries);
  /* A hundred at once are few. */
  for (guint i = 0; i < 100; i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"kind\":\"group\",\"children\":[{\"kind\":\"row\",\"label\":\"A\",\"value\":\"%u\"},"
                                               "{\"kind\":\"entry\",\"id\":\"e\",\"label\":\"E\"}]}", i + 2);
      g_autoptr (JsonNode) json = parse (text);

      avb_panel_update (panel, json);
    }
  avb_test_until_true (g_strcmp0 (avb_panel_node_get_value (row), "101") == 0);
  g_assert_cmpuint (rows, <=, 2);
  g_assert_cmpuint (entries, ==, 0);
  g_assert_true (avb_panel_node_find (avb_panel_get_root (panel), "e") == entry);
  g_assert_null (avb_panel_get_error (panel));
  avb_panel_update (panel, wrong);
  avb_test_until_true (avb_panel_get_error (panel) != NULL);
  /* What was there is still there. */
  g_assert_cmpstr (avb_panel_node_get_value (row), ==, "101");
  avb_panel_end (panel);
  avb_test_await_error (avb_panel_action (panel, entry), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  avb_extension_limits_scale (1);
  return NULL;
}

/* What extensions answer. */
static const struct { const char *method; const char *result; gboolean fine; } results[] = {
  { "recipe/resolve", "{\"urls\":[\"https://a.org/x.iso\"],\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"size\":5}", TRUE },
  { "recipe/resolve", "{\"urls\":[\"http://a.org/x.iso\"],\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"size\":5}", FALSE },
  { "recipe/resolve", "{\"urls\":[\"file:///etc/passwd\"],\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"size\":5}", FALSE },
  { "recipe/resolve", "{\"urls\":[],\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"size\":5}", FALSE },
  { "recipe/resolve", "{\"urls\":[\"https://a.org/x\"],\"sha256\":\"00\",\"size\":5}", FALSE },
  { "recipe/resolve", "{\"urls\":[\"https://a.org/x\"],\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\"}", FALSE },
  { "recipe/resolve", "{\"urls\":[\"https://a.org/x\"],\"sha256\":\"0000000000000000000000000000000000000000000000000000000000000000\",\"size\":5,\"name\":\"../x\"}", FALSE },
  { "storage/attach", "{\"kind\":\"nbd-unix\",\"path\":\"/run/avb/s\",\"format\":\"raw\"}", TRUE },
  { "storage/attach", "{\"kind\":\"nbd-unix\",\"path\":\"/run/avb/s\"}", FALSE },
  { "storage/attach", "{\"kind\":\"tcp\",\"path\":\"/run/avb/s\",\"format\":\"raw\"}", FALSE },
  { "storage/attach", "{\"kind\":\"file\",\"path\":\"/run/avb/s\",\"format\":\"vmdk\"}", FALSE },
  { "network/attach", "{\"kind\":\"isolated\",\"name\":\"lab-1\",\"subnet\":\"192.168.7.0/24\"}", TRUE },
  { "network/attach", "{\"kind\":\"isolated\",\"name\":\"lab 1\"}", FALSE },
  { "network/attach", "{\"kind\":\"nat\",\"name\":\"x\",\"subnet\":\"8.8.8.0/24\"}", FALSE },
  { "network/attach", "{\"kind\":\"nat\",\"name\":\"x\",\"subnet\":\"10.0.0.0/8\"}", FALSE },
  { "network/list", "{\"instances\":[{\"instance\":\"a\",\"title\":\"A\",\"text\":\"10.8.1.0/24\",\"name\":\"avb-a\"}]}", TRUE },
  { "network/list", "{\"instances\":[{\"instance\":\"a\",\"title\":\"A\"}]}", TRUE },
  { "network/list", "{\"instances\":[{\"title\":\"A\"}]}", FALSE },
  { "network/list", "{\"instances\":[{\"instance\":\"a\",\"title\":\"A\",\"name\":\"../a\"}]}", FALSE },
  { "network/list", "{}", FALSE },
  { "template/render", "{\"spec\":{\"cpus\":2}}", TRUE },
  { "template/render", "{\"xml\":\"<domain/>\"}", FALSE },
  { "storage/list", "{\"volumes\":[{\"id\":\"a\",\"title\":\"A\",\"size\":1,\"format\":\"raw\"}]}", TRUE },
  { "storage/list", "{\"volumes\":[{\"id\":\"a\",\"title\":\"A\",\"size\":-1,\"format\":\"raw\"}]}", FALSE },
  { "storage/probe", "{}", FALSE },
  { "storage/probe", "{\"usable\":true}", TRUE },
  { "lab/check", "{\"result\":\"maybe\"}", FALSE },
  { "lab/check", "{\"result\":\"passed\"}", TRUE },
  { "panel/open", "{}", FALSE },
  { "panel/open", "{\"root\":{\"kind\":\"row\",\"label\":\"x\"}}", TRUE },
  { "command/run", "[]", FALSE },
  { "command/run", "{\"text\":\"done\"}", TRUE },
};

static void
test_results (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (results); i++)
    {
      g_autoptr (JsonNode) node = parse (results[i].result);
      g_autoptr (GError) error = NULL;

      if (avb_extension_check_result (results[i].method, node, &error) != results[i].fine)
        g_error ("%s: %s: %s", results[i].method, results[i].result, error != NULL ? error->message : "taken");
      if (!results[i].fine)
        g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
    }
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  g_test_add_func ("/Avb/Extensions/Panel/reads", test_reads);
  g_test_add_func ("/Avb/Extensions/Panel/markup", test_markup);
  g_test_add_func ("/Avb/Extensions/Panel/refuses", test_refuses);
  g_test_add_func ("/Avb/Extensions/Panel/too-much", test_too_much);
  avb_test_add_fiber ("/Avb/Extensions/Panel/updates", test_updates);
  g_test_add_func ("/Avb/Extensions/Results", test_results);
  return g_test_run ();
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <string.h>

#include "app/extensions/avb-contributes.h"
#include "app/extensions/avb-extension-manifest.h"
#include "app/extensions/avb-json.h"
#include "backends/avb-error.h"
#include "tests/avb-test.h"

#define CONTENT \
  "{\"schema\":1,\"id\":\"org.example.recipes\",\"version\":\"1.2.3\",\"kind\":\"content\",\"license\":\"MIT\"," \
  "\"publisher\":\"Example\",\"name\":\"Recipes\",\"summary\":{\"en\":\"Some\",\"de\":\"Einige\"},\"engines\":{}}"

#define CODE \
  "{\"schema\":1,\"id\":\"org.example.tool\",\"version\":\"1.0.0\",\"kind\":\"code\",\"license\":\"MIT OR Apache-2.0\"," \
  "\"publisher\":\"Example\",\"name\":\"Tool\",\"summary\":\"Does it\",\"engines\":{\"host\":\">=0.1\",\"protocol\":1}," \
  "\"platforms\":{\"linux-any\":{\"exec\":\"bin/tool\"}}}"

static AvbExtensionManifest *
read_text (const char *text, GError **error)
{
  g_autoptr (GBytes) bytes = g_bytes_new (text, strlen (text));

  return avb_extension_manifest_new_from_bytes (bytes, error);
}

/* @base with members put in its place, or added: "{…}". A member that is null there is taken away. */
static char *
merge (const char *base, const char *changes)
{
  g_autoptr (JsonNode) to = json_from_string (base, NULL);
  g_autoptr (JsonNode) from = json_from_string (changes, NULL);
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  g_assert_nonnull (to);
  if (from == NULL)
    g_error ("Not JSON: %s", changes);
  json_object_iter_init (&iter, json_node_get_object (from));
  while (json_object_iter_next (&iter, &name, &node))
    if (JSON_NODE_HOLDS_NULL (node))
      json_object_remove_member (json_node_get_object (to), name);
    else
      json_object_set_member (json_node_get_object (to), name, json_node_copy (node));
  return json_to_string (to, FALSE);
}

static AvbExtensionManifest *
take (const char *base, const char *changes)
{
  g_autofree char *text = merge (base, changes);
  g_autoptr (GError) error = NULL;
  AvbExtensionManifest *manifest = read_text (text, &error);

  if (error != NULL)
    g_error ("%s: %s", changes, error->message);
  g_assert_nonnull (manifest);
  return manifest;
}

static void
refuse (const char *base, const char *changes)
{
  g_autofree char *text = merge (base, changes);
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbExtensionManifest) manifest = read_text (text, &error);

  if (manifest != NULL)
    g_error ("This was taken: %s", changes);
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (error->message, "manifest.json: "));
}

static void
content (void)
{
  g_autoptr (AvbExtensionManifest) manifest = take (CONTENT, "{}");
  g_autoptr (GError) error = NULL;

  g_assert_cmpstr (avb_extension_manifest_get_id (manifest), ==, "org.example.recipes");
  g_assert_cmpstr (avb_extension_manifest_get_version (manifest), ==, "1.2.3");
  g_assert_cmpint (avb_extension_manifest_get_kind (manifest), ==, AVB_EXTENSION_CONTENT);
  g_assert_cmpstr (avb_extension_manifest_get_name (manifest), ==, "Recipes");
  g_assert_cmpstr (avb_extension_manifest_get_summary (manifest), ==, "Some");
  g_assert_null (avb_extension_manifest_get_description (manifest));
  g_assert_null (avb_extension_manifest_get_exec (manifest));
  g_assert_cmpuint (g_list_model_get_n_items (avb_extension_manifest_get_permissions (manifest)), ==, 0);
  g_assert_true (avb_extension_manifest_check_host (manifest, &error));
  g_assert_no_error (error);
}

static void
code (void)
{
  g_autoptr (AvbExtensionManifest) manifest =
      take (CODE, "{\"permissions\":[{\"id\":\"network.fetch\",\"args\":[\"b.org\",\"a.org\",\"b.org\"],\"reason\":\"Why\"},"
                  "{\"id\":\"secrets\",\"optional\":true}],\"limits\":{\"memory_mb\":256,\"timeout_s\":20},"
                  "\"activation\":[\"startup\",\"action:x\"],\"x-mine\":{\"a\":[]}}");
  GListModel *permissions = avb_extension_manifest_get_permissions (manifest);
  g_autoptr (AvbPermission) fetch = g_list_model_get_item (permissions, 0);
  g_autoptr (AvbPermission) secrets = g_list_model_get_item (permissions, 1);
  g_autofree char *sentence = avb_permission_dup_sentence (fetch);
  guint min;
  guint max;

  g_assert_cmpuint (g_list_model_get_n_items (permissions), ==, 2);
  g_assert_cmpstr (sentence, ==, "Contact a.org, b.org");
  g_assert_cmpstr (avb_permission_get_reason (fetch), ==, "Why");
  g_assert_true (avb_permission_get_required (fetch));
  g_assert_false (avb_permission_get_required (secrets));
  g_assert_cmpstr (avb_extension_manifest_get_exec (manifest), ==, "bin/tool");
  g_assert_cmpuint (avb_extension_manifest_get_memory_mb (manifest), ==, 256);
  g_assert_cmpuint (avb_extension_manifest_get_timeout_s (manifest), ==, 20);
  g_assert_cmpstr (avb_extension_manifest_get_activation (manifest)[1], ==, "action:x");
  avb_extension_manifest_get_protocol (manifest, &min, &max);
  g_assert_cmpuint (min, ==, 1);
  g_assert_cmpuint (max, ==, 1);
}

/* Whatever is missing or of another kind. */
static void
each_member (void)
{
  static const char *const needed[] = { "schema", "id", "version", "kind", "license", "publisher", "name", "summary", "engines" };
  static const char *const values[] = { "null", "[]", "true", "\"\"", "{\"a\":1}", "-1", "1.5", "[{}]" };
  static const char *const others[] = { "description", "homepage",    "icon",        "categories", "screenshots", "changelog", "platforms",
                                        "runtime",     "activation", "contributes", "permissions", "limits" };

  for (guint i = 0; i < G_N_ELEMENTS (needed); i++)
    {
      g_autofree char *gone = g_strdup_printf ("{\"%s\":null}", needed[i]);

      refuse (CODE, gone);
      for (guint j = 1; j < G_N_ELEMENTS (values); j++)
        {
          g_autofree char *wrong = g_strdup_printf ("{\"%s\":%s}", needed[i], values[j]);

          refuse (CODE, wrong);
        }
    }
  for (guint i = 0; i < G_N_ELEMENTS (others); i++)
    {
      g_autofree char *wrong = g_strdup_printf ("{\"%s\":-1.5}", others[i]);

      refuse (CODE, wrong);
    }
}

static void
hostile_values (void)
{
  static const char *const changes[] = {
    "{\"id\":\"org.example\"}", "{\"id\":\"Org.example.x\"}", "{\"id\":\"org.example.\"}", "{\"id\":\"org..x.y\"}",
    "{\"id\":\"org-a.b.c\"}", "{\"id\":\"../../../etc\"}", "{\"id\":\"org.example.x/y\"}", "{\"id\":\"con.a.b\"}",
    "{\"id\":\"org.example.ünicode\"}", "{\"id\":\"org.example.x_y\"}",
    "{\"version\":\"1.0\"}", "{\"version\":\"1.0.0/../..\"}", "{\"version\":\"latest\"}", "{\"kind\":\"Code\"}",
    "{\"license\":\"<b>\"}", "{\"license\":\" MIT\"}", "{\"homepage\":\"http://a.org\"}", "{\"homepage\":\"javascript:x\"}",
    "{\"homepage\":\"https://\"}", "{\"homepage\":\"https://user:pw@a.org/\"}", "{\"icon\":\"../x.png\"}",
    "{\"icon\":\"/x.png\"}", "{\"screenshots\":[\"a/../b\"]}", "{\"categories\":[\"A b\"]}",
    "{\"name\":\"a\\u202eb\"}", "{\"name\":\"a\\nb\"}", "{\"summary\":{\"de\":\"kein Englisch\"}}", "{\"permision\":[]}",
    "{\"engines\":{\"host\":\"new\",\"protocol\":1}}", "{\"engines\":{\"host\":\"*\"}}", "{\"engines\":{\"protocol\":0}}",
    "{\"engines\":{\"protocol\":\">=100\"}}", "{\"engines\":{\"protocol\":1,\"cpu\":1}}", "{\"platforms\":{}}",
    "{\"platforms\":{\"linux-any\":{}}}", "{\"platforms\":{\"linux-any\":{\"exec\":\"/bin/sh\"}}}",
    "{\"platforms\":{\"linux-any\":{\"exec\":\"../sh\"}}}", "{\"platforms\":{\"Linux\":{\"exec\":\"x\"}}}",
    "{\"platforms\":{\"linux-any\":{\"exec\":\"x\",\"args\":[]}}}", "{\"runtime\":{\"python\":\"3.x\"}}",
    "{\"runtime\":{\"ruby\":\"*\"}}", "{\"activation\":[\"a b\"]}", "{\"activation\":[\":x\"]}",
    "{\"limits\":{\"memory_mb\":1000000}}", "{\"limits\":{\"memory_mb\":1}}", "{\"limits\":{\"timeout_s\":0}}",
    "{\"limits\":{\"cpu\":1}}", "{\"install\":\"sh x\"}", "{\"dependencies\":[]}", "{\"scripts\":{}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    refuse (CODE, changes[i]);
}

static void
permissions (void)
{
  static const char *const wrong[] = {
    "[{\"id\":\"root\"}]", "[{\"id\":\"\"}]", "[{}]", "[\"secrets\"]", "[{\"id\":\"secrets\",\"args\":[\"x\"]}]",
    "[{\"id\":\"network.fetch\"}]", "[{\"id\":\"network.fetch\",\"args\":[]}]", "[{\"id\":\"secrets\",\"also\":1}]",
    "[{\"id\":\"network.fetch\",\"args\":[\"*\"]}]", "[{\"id\":\"network.fetch\",\"args\":[\"*.org\"]}]",
    "[{\"id\":\"network.fetch\",\"args\":[\"127.0.0.1\"]}]", "[{\"id\":\"network.fetch\",\"args\":[\"localhost\"]}]",
    "[{\"id\":\"network.fetch\",\"args\":[\"a.localhost\"]}]", "[{\"id\":\"network.fetch\",\"args\":[\"nas.local\"]}]",
    "[{\"id\":\"network.fetch\",\"args\":[\"[::1]\"]}]", "[{\"id\":\"network.fetch\",\"args\":[\"a.org/x\"]}]",
    "[{\"id\":\"network.fetch\",\"args\":[\"a.org:0\"]}]", "[{\"id\":\"network.fetch\",\"args\":[\"a.org:443\"]}]",
    "[{\"id\":\"network.fetch\",\"args\":[\"a.org:x\"]}]", "[{\"id\":\"network.fetch\",\"args\":[\"A.org\"]}]",
    "[{\"id\":\"network.fetch\",\"args\":[\"a..org\"]}]", "[{\"id\":\"network.fetch\",\"args\":[\"user@a.org\"]}]",
    "[{\"id\":\"network.fetch\",\"args\":[\"-a.org\"]}]", "[{\"id\":\"network.fetch\",\"args\":[\"https://a.org\"]}]",
    "[{\"id\":\"network.fetch\",\"args\":[\"a.*.org\"]}]", "[{\"id\":\"network.fetch\",\"args\":[\"2130706433\"]}]",
    "[{\"id\":\"network.fetch\",\"args\":[\"0x7f.1\"]}]", "[{\"id\":\"secrets\",\"reason\":\"a\\nb\"}]",
    "[{\"id\":\"secrets\"},{\"id\":\"secrets\"}]", "[{\"id\":\"secrets\",\"optional\":1}]",
  };
  static const char *const ids[] = { "machines.read", "machines.control", "machines.hardware", "guest.exec", "storage.serve",
                                     "network.attach", "network.unrestricted", "secrets" };

  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *changes = g_strdup_printf ("{\"permissions\":%s}", wrong[i]);

      refuse (CODE, changes);
    }
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AvbPermission) permission = avb_permission_new (ids[i], NULL, NULL, TRUE, &error);
      g_autofree char *sentence = NULL;

      g_assert_no_error (error);
      sentence = avb_permission_dup_sentence (permission);
      g_assert_cmpuint (strlen (sentence), >, 10);
      g_assert_true (avb_permission_allows (permission, ids[i], NULL));
      g_assert_false (avb_permission_allows (permission, "other", NULL));
    }
}

static void
hosts (void)
{
  static const char *const args[] = { "example.org", "*.cdn.org", "api.example.org:8443", NULL };
  static const struct {
    const char *host;
    gboolean    allowed;
  } rows[] = {
    { "example.org", TRUE },
    { "EXAMPLE.org", TRUE },
    { "www.example.org", FALSE },
    { "example.org:8443", FALSE },
    { "api.example.org", FALSE },
    { "api.example.org:8443", TRUE },
    { "a.cdn.org", TRUE },
    { "a.b.cdn.org", TRUE },
    { "cdn.org", FALSE },
    { ".cdn.org", FALSE },
    { "evilcdn.org", FALSE },
    { "a.cdn.org:80", FALSE },
    { "a.cdn.org.evil.org", FALSE },
    { "example.org.", FALSE },
    { "", FALSE },
    { NULL, FALSE },
  };
  g_autoptr (GListStore) granted = g_list_store_new (AVB_TYPE_PERMISSION);
  g_autoptr (AvbPermission) permission = avb_permission_new ("network.fetch", args, NULL, TRUE, NULL);

  g_list_store_append (granted, permission);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_test_message ("%s", rows[i].host);
      g_assert_cmpint (avb_permissions_allow (G_LIST_MODEL (granted), "network.fetch", rows[i].host), ==, rows[i].allowed);
    }
}

static void
contributes (void)
{
#define ITEM(more) "{\"id\":\"a\",\"title\":\"A\"" more "}"
#define RECIPE(url, sum, size) \
  ITEM (",\"os\":\"x\",\"arch\":\"x86_64\",\"variant\":\"cloud\",\"url\":\"" url "\",\"sha256\":\"" sum "\",\"size\":" size)
#define SUM "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
  static const char *const right[] = {
    "{}",
    "{\"recipes\":[" RECIPE ("https://a.org/x", SUM, "1") "]}",
    "{\"recipes\":[" RECIPE ("http://127.0.0.1:1234/x", SUM, "1") "]}",
    "{\"recipes\":[" RECIPE ("file:///srv/x", SUM, "1") "]}",
    "{\"recipes\":{\"file\":\"r/recipes.json\"}}",
    "{\"templates\":[" ITEM (",\"spec\":{},\"icon\":\"i.png\",\"recipe\":\"b\"") "]}",
    "{\"actions\":[" ITEM (",\"where\":\"machine\",\"states\":[\"running\"]") "]}",
    "{\"monitors\":[" ITEM (",\"panel\":true") "],\"storage\":[" ITEM (",\"options\":[{}]") "]}",
    "{\"networks\":[" ITEM ("") "],\"consoleTools\":[" ITEM ("") "],\"labChecks\":[" ITEM ("") "]}",
  };
  static const char *const wrong[] = {
    "{\"other\":[]}",
    "{\"recipes\":[{}]}",
    "{\"recipes\":1}",
    "{\"recipes\":[" RECIPE ("ftp://a.org/x", SUM, "1") "]}",
    "{\"recipes\":[" RECIPE ("javascript:alert", SUM, "1") "]}",
    "{\"recipes\":[" RECIPE ("https://u:p@a.org/x", SUM, "1") "]}",
    "{\"recipes\":[" RECIPE ("https://a.org/x", "abc", "1") "]}",
    "{\"recipes\":[" RECIPE ("https://a.org/x", SUM, "0") "]}",
    "{\"recipes\":[" RECIPE ("https://a.org/x", SUM, "99999999999999") "]}",
    "{\"recipes\":{\"file\":\"../x\"}}",
    "{\"recipes\":{\"file\":\"x\",\"url\":\"y\"}}",
    "{\"actions\":{\"file\":\"x\"}}",
    "{\"templates\":[" ITEM ("") "]}",
    "{\"templates\":[" ITEM (",\"spec\":{},\"icon\":\"/etc/passwd\"") "]}",
    "{\"actions\":[" ITEM (",\"where\":\"everywhere\"") "]}",
    "{\"actions\":[" ITEM (",\"where\":\"app\"") "," ITEM (",\"where\":\"app\"") "]}",
    "{\"monitors\":[{\"id\":\"../x\",\"title\":\"A\"}]}",
    "{\"monitors\":[{\"id\":\"a\"}]}",
    "{\"monitors\":[{\"id\":\"a\",\"title\":\"\"}]}",
    "{\"storage\":[" ITEM (",\"options\":[1]") "]}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (right); i++)
    {
      g_autofree char *changes = g_strdup_printf ("{\"contributes\":%s}", right[i]);
      g_autoptr (AvbExtensionManifest) manifest = take (CODE, changes);
    }
  for (guint i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autofree char *changes = g_strdup_printf ("{\"contributes\":%s}", wrong[i]);

      refuse (CODE, changes);
    }
  refuse (CONTENT, "{\"contributes\":{\"actions\":[]}}");
#undef ITEM
#undef RECIPE
#undef SUM
}

/* Data that would be a program. */
static void
content_is_data (void)
{
  static const char *const changes[] = {
    "{\"platforms\":{\"linux-any\":{\"exec\":\"x\"}}}", "{\"runtime\":{\"python\":\"*\"}}", "{\"activation\":[]}",
    "{\"permissions\":[]}", "{\"limits\":{}}",
  };

  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    refuse (CONTENT, changes[i]);
}

static void
host_is_checked (void)
{
  static const struct {
    const char *changes;
    const char *word; /* in the sentence */
  } rows[] = {
    { "{\"engines\":{\"host\":\">=99\",\"protocol\":1}}", ">=99" },
    { "{\"engines\":{\"protocol\":\">=2\"}}", "another version" },
    { "{\"platforms\":{\"plan-mips\":{\"exec\":\"x\"}}}", "kind of computer" },
    { "{\"runtime\":{\"python\":\">=99\"}}", "Python" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (AvbExtensionManifest) manifest = take (CODE, rows[i].changes);
      g_autoptr (GError) error = NULL;

      g_assert_false (avb_extension_manifest_check_host (manifest, &error));
      g_assert_error (error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
      g_assert_nonnull (strstr (error->message, rows[i].word));
    }
}

static void
newer_schema (void)
{
  g_autofree char *text = merge (CONTENT, "{\"schema\":2,\"news\":[]}");
  g_autoptr (GError) error = NULL;

  g_assert_null (read_text (text, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
}

static void
sizes (void)
{
  g_autofree char *filler = g_strnfill (AVB_EXTENSION_MANIFEST_MAX, ' ');
  g_autofree char *text = g_strconcat (CONTENT, filler, NULL);
  g_autofree char *name = g_strnfill (81, 'x');
  g_autofree char *changes = g_strdup_printf ("{\"name\":\"%s\"}", name);
  g_autofree char *long_id = g_strnfill (90, 'x');
  g_autofree char *ids = g_strdup_printf ("{\"id\":\"org.example.%s\"}", long_id);
  g_autoptr (GError) error = NULL;

  g_assert_null (read_text (text, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  refuse (CONTENT, changes);
  refuse (CONTENT, ids);
}

static void
widens (void)
{
#define FETCH(hosts) "{\"id\":\"network.fetch\",\"args\":[" hosts "]}"
  static const struct {
    const char *older;
    const char *newer;
    gboolean    widens;
  } rows[] = {
    { "[]", "[]", FALSE },
    { "[{\"id\":\"secrets\"}]", "[]", FALSE },
    { "[{\"id\":\"secrets\"}]", "[{\"id\":\"secrets\",\"reason\":\"Other words\"}]", FALSE },
    { "[]", "[{\"id\":\"secrets\"}]", TRUE },
    { "[]", "[{\"id\":\"secrets\",\"optional\":true}]", TRUE },
    { "[{\"id\":\"secrets\",\"optional\":true}]", "[{\"id\":\"secrets\"}]", TRUE },
    { "[{\"id\":\"secrets\"}]", "[{\"id\":\"secrets\",\"optional\":true}]", FALSE },
    { "[" FETCH ("\"a.org\",\"b.org\"") "]", "[" FETCH ("\"b.org\"") "]", FALSE },
    { "[" FETCH ("\"a.org\"") "]", "[" FETCH ("\"a.org\",\"b.org\"") "]", TRUE },
    { "[" FETCH ("\"*.a.org\"") "]", "[" FETCH ("\"x.a.org\"") "]", FALSE },
    { "[" FETCH ("\"x.a.org\"") "]", "[" FETCH ("\"*.a.org\"") "]", TRUE },
    { "[" FETCH ("\"a.org\"") "]", "[" FETCH ("\"a.org:8443\"") "]", TRUE },
    { "[" FETCH ("\"a.org\"") "," FETCH ("\"b.org\"") "]", "[" FETCH ("\"a.org\",\"b.org\"") "]", FALSE },
  };
  g_autoptr (AvbExtensionManifest) plain = take (CODE, "{}");
  g_autoptr (AvbExtensionManifest) other = take (CODE, "{\"publisher\":\"Somebody\"}");
  g_autoptr (AvbExtensionManifest) data = take (CONTENT, "{\"id\":\"org.example.tool\"}");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *before = g_strdup_printf ("{\"permissions\":%s}", rows[i].older);
      g_autofree char *after = g_strdup_printf ("{\"permissions\":%s}", rows[i].newer);
      g_autoptr (AvbExtensionManifest) older = take (CODE, before);
      g_autoptr (AvbExtensionManifest) newer = take (CODE, after);

      g_test_message ("%s → %s", rows[i].older, rows[i].newer);
      g_assert_cmpint (avb_extension_manifest_widens (newer, older), ==, rows[i].widens);
    }
  g_assert_true (avb_extension_manifest_widens (other, plain));
  g_assert_true (avb_extension_manifest_widens (plain, data));
  g_assert_false (avb_extension_manifest_widens (data, plain));
#undef FETCH
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  g_test_add_func ("/Avb/Manifest/content", content);
  g_test_add_func ("/Avb/Manifest/code", code);
  g_test_add_func ("/Avb/Manifest/each-member", each_member);
  g_test_add_func ("/Avb/Manifest/hostile-values", hostile_values);
  g_test_add_func ("/Avb/Manifest/permissions", permissions);
  g_test_add_func ("/Avb/Manifest/hosts", hosts);
  g_test_add_func ("/Avb/Manifest/contributes", contributes);
  g_test_add_func ("/Avb/Manifest/content-is-data", content_is_data);
  g_test_add_func ("/Avb/Manifest/host-is-checked", host_is_checked);
  g_test_add_func ("/Avb/Manifest/newer-schema", newer_schema);
  g_test_add_func ("/Avb/Manifest/sizes", sizes);
  g_test_add_func ("/Avb/Manifest/widens", widens);
  return g_test_run ();
}

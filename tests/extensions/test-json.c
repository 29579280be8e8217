/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <string.h>

#include "app/extensions/avb-json.h"
#include "app/extensions/avb-localized.h"
#include "backends/avb-error.h"
#include "tests/avb-test.h"

#define MAX (1024 * 1024)

static JsonNode *
parse (const char *text)
{
  g_autoptr (GError) error = NULL;
  JsonNode *node = avb_json_parse (text, strlen (text), MAX, &error);

  g_assert_no_error (error);
  g_assert_nonnull (node);
  return node;
}

static void
refused_full (const char *text, gsize length)
{
  g_autofree char *shown = g_strescape (text, NULL);
  g_autoptr (GError) error = NULL;

  g_test_message ("%.60s", shown);
  g_assert_null (avb_json_parse (text, length, MAX, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  g_assert_cmpint (strlen (error->message), >, 0);
}

static void
refused (const char *text)
{
  refused_full (text, strlen (text));
}

static void
taken (void)
{
  static const char *const texts[] = {
    "{}",
    "[]",
    " \t\r\n{ \"a\" : [ 1 , 2.5e-3 , -0 , true , false , null , \"x\" ] } \n",
    "\"\\u00e4 \\ud83d\\ude00 \\\" \\\\ \\/ \\b\\f\\n\\r\\t\"",
    "9223372036854775807",
    "-9223372036854775808",
    "1e308",
    "[[[[]]],{},{\"a\":{\"a\":{}}}]",
    "{\"\":1}",
    "\"\xf0\x9f\x98\x80\"",
    "0",
    "-0.0",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      g_autoptr (JsonNode) node = parse (texts[i]);

      g_assert_nonnull (node);
    }
}

static void
not_json (void)
{
  static const char *const texts[] = {
    "", " ", "{", "}", "[", "]", "[1,]", "{\"a\":1,}", "{a:1}", "{'a':1}", "{\"a\" 1}", "[1 2]", "// c\n{}", "/* c */{}",
    "{}x", "{}{}", "nul", "True", "NaN", "-NaN", "[NaN]", "Infinity", "-Infinity", "{\"a\":Infinity}", "+1", "01", "-01", "-",
    "1.", ".5", "1e", "1e+", "0x10", "\"a", "\"\\x\"", "\"\\", "\"\\u12\"", "\"\\u12g4\"", "\"a\nb\"", "\"\t\"", "'a'",
    "[1,,2]", "[,1]", "{,}", "{\"a\":}", "{\"a\"}", "[}", "{]", "[1}", "{\"a\":1]", "var a = 1;", "\xef\xbb\xbf{}", "nullx",
  };

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    refused (texts[i]);
  refused_full ("{\"a\":1}\0", 8);
  refused_full ("{\"a\0\":1}", 8);
}

static void
not_text (void)
{
  refused ("\"\xff\"");
  refused ("\"\xc0\x80\"");
  refused ("\"\xed\xa0\x80\""); /* a surrogate in bytes */
  refused ("\"\xf4\x90\x80\x80\"");
  refused ("{\"\xc3\":1}");
}

static void
surrogates (void)
{
  refused ("\"\\ud800\"");
  refused ("\"\\udc00\"");
  refused ("\"\\ud800x\"");
  refused ("\"\\ud800\\n\"");
  refused ("\"\\ud800\\u0041\"");
  refused ("\"\\ud800\\ud800\"");
  refused ("\"\\udc00\\ud800\"");
  refused ("{\"\\ud83d\":1}");
}

static void
nul (void)
{
  refused ("\"a\\u0000b\"");
  refused ("{\"a\\u0000\":1}");
}

static void
numbers (void)
{
  g_autofree char *digits = g_strnfill (200, '1');
  g_autofree char *fraction = g_strdup_printf ("0.%s", digits);

  refused ("9223372036854775808");
  refused ("-9223372036854775809");
  refused ("1e309");
  refused ("-1e999");
  refused (digits);
  refused (fraction);
}

static void
twice (void)
{
  refused ("{\"a\":1,\"a\":1}");
  refused ("{\"a\":1,\"\\u0061\":2}");
  refused ("[{\"b\":{\"a\":1,\"c\":2,\"a\":3}}]");
  /* The same name in two objects is fine. */
  json_node_unref (parse ("[{\"a\":1},{\"a\":{\"a\":1}}]"));
}

static char *
nest (guint depth, const char *open, const char *close)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < depth; i++)
    g_string_append (text, open);
  g_string_append (text, "1");
  for (guint i = 0; i < depth; i++)
    g_string_append (text, close);
  return g_string_free_and_steal (text);
}

static void
depth (void)
{
  g_autofree char *most = nest (AVB_JSON_MAX_DEPTH, "[", "]");
  g_autofree char *more = nest (AVB_JSON_MAX_DEPTH + 1, "[", "]");
  g_autofree char *objects = nest (AVB_JSON_MAX_DEPTH + 1, "{\"a\":", "}");
  g_autofree char *deep = nest (100000, "[", "]");
  g_autofree char *deep_objects = nest (100000, "{\"a\":", "}");

  json_node_unref (parse (most));
  refused (more);
  refused (objects);
  refused (deep);
  refused (deep_objects);
}

static void
limits (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = NULL;

  g_assert_null (avb_json_parse ("[1,2]", 5, 4, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_null (avb_json_parse_capped ("[1,2]", 5, 5, 2, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  g_clear_error (&error);
  node = avb_json_parse_capped ("[1,2]", 5, 5, 3, &error);
  g_assert_no_error (error);
}

static void
canonical (void)
{
  static const struct {
    const char *text;
    const char *canonical;
  } rows[] = {
    { "{ \"b\" : 1, \"a\" : [ true , null ] }", "{\"a\":[true,null],\"b\":1}" },
    { "{\"a\":1,\"A\":2,\"aa\":3,\"\\u00e4\":4}", "{\"A\":2,\"a\":1,\"aa\":3,\"ä\":4}" },
    { "\"\\u0041\\u000a\\u0001\\/\\\"\\\\\"", "\"A\\n\\u0001/\\\"\\\\\"" },
    { "[1.50, 100.0, 1e2, 0.1, -7, 1e300]", "[1.5,1e+02,1e+02,0.1,-7,1e+300]" },
    { "[123456.75, 0.30000000000000004]", "[123456.75,0.30000000000000004]" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (JsonNode) node = parse (rows[i].text);
      g_autofree char *text = avb_json_canonical (node);
      g_autoptr (JsonNode) again = parse (text);
      g_autofree char *same = avb_json_canonical (again);

      g_assert_cmpstr (text, ==, rows[i].canonical);
      g_assert_cmpstr (text, ==, same);
      g_assert_true (json_node_equal (node, again));
    }
}

static void
members (void)
{
  static const char *const known[] = { "s", "i", "o", "a", "b", "n", "d", NULL };
  g_autoptr (JsonNode) node = parse ("{\"s\":\"text\",\"i\":7,\"o\":{},\"a\":[1,\"x\"],\"b\":true,\"n\":null,\"d\":1.5,\"x-mine\":1}");
  g_autoptr (GError) error = NULL;
  JsonObject *object = avb_json_get_root (node, &error);
  const char *text = "before";
  gint64 number = 0;
  gboolean flag = FALSE;
  double fraction = 0;

#define FAILS(call) \
  G_STMT_START \
  { \
    g_assert_false ((call)); \
    g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID); \
    g_clear_error (&error); \
  } \
  G_STMT_END

  g_assert_cmpstr (avb_json_get_string (object, "s", 4, &error), ==, "text");
  FAILS (avb_json_get_string (object, "s", 3, &error));
  FAILS (avb_json_get_string (object, "i", 3, &error));
  FAILS (avb_json_get_string (object, "n", 3, &error));
  FAILS (avb_json_get_string (object, "o", 3, &error));
  FAILS (avb_json_get_string (object, "gone", 3, &error));
  g_assert_true (avb_json_get_int (object, "i", 7, 7, &number, &error));
  g_assert_cmpint (number, ==, 7);
  FAILS (avb_json_get_int (object, "i", 8, 9, &number, &error));
  FAILS (avb_json_get_int (object, "d", 0, 9, &number, &error));
  FAILS (avb_json_get_int (object, "b", 0, 9, &number, &error));
  FAILS (avb_json_get_object (object, "a", &error) != NULL);
  FAILS (avb_json_get_array (object, "o", 9, &error) != NULL);
  FAILS (avb_json_get_array (object, "a", 1, &error) != NULL);
  FAILS (avb_json_dup_strv (object, "a", 9, 9, &error) != NULL);
  FAILS (avb_json_find_string (object, "n", 9, &text, &error));
  FAILS (avb_json_find_bool (object, "s", &flag, &error));
  FAILS (avb_json_find_double (object, "s", 0, 9, &fraction, &error));
  FAILS (avb_json_find_double (object, "d", 2, 9, &fraction, &error));
  g_assert_true (avb_json_find_string (object, "gone", 9, &text, &error));
  g_assert_cmpstr (text, ==, "before");
  g_assert_true (avb_json_find_double (object, "i", 0, 9, &fraction, &error));
  g_assert_cmpfloat (fraction, ==, 7);
  g_assert_true (avb_json_check_members (object, known, &error));
#undef FAILS
}

static void
unknown_members (void)
{
  static const char *const known[] = { "a", NULL };
  g_autoptr (JsonNode) node = parse ("{\"a\":1,\"permision\":2}");
  g_autoptr (GError) error = NULL;

  g_assert_false (avb_json_check_members (json_node_get_object (node), known, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  g_assert_nonnull (strstr (error->message, "permision"));
}

static void
localized (void)
{
  static const char *const bad[] = {
    "{\"t\":\"\"}", "{\"t\":\"  \"}", "{\"t\":\"a\\u202eb\"}", "{\"t\":\"a\\nb\"}", "{\"t\":\"a\\u0007\"}", "{\"t\":{}}",
    "{\"t\":{\"de\":\"nur\"}}", "{\"t\":{\"en\":\"a\",\"x\":\"b\"}}", "{\"t\":{\"en\":\"a\",\"de\":1}}", "{\"t\":null}",
    "{\"t\":{\"en\":\"a\",\"de\":\"\\u2066\"}}", "{\"t\":\"123456789012\"}", "{}", "{\"t\":{\"en\":\"a\",\"../de\":\"b\"}}",
  };
  g_autoptr (JsonNode) plain = parse ("{\"t\":\"Text\"}");
  g_autoptr (JsonNode) two = parse ("{\"t\":{\"de\":\"Deutsch\",\"en\":\"English\"}}");
  g_autofree char *text = NULL;

  g_assert_true (avb_localized_read (json_node_get_object (plain), "t", 10, FALSE, TRUE, &text, NULL));
  g_assert_cmpstr (text, ==, "Text");
  g_clear_pointer (&text, g_free);
  g_assert_true (avb_localized_read (json_node_get_object (two), "t", 10, FALSE, TRUE, &text, NULL));
  g_assert_cmpstr (text, ==, "English");
  g_clear_pointer (&text, g_free);
  g_assert_true (avb_localized_read (json_node_get_object (two), "gone", 10, FALSE, FALSE, &text, NULL));
  g_assert_null (text);
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (JsonNode) node = parse (bad[i]);
      g_autoptr (GError) error = NULL;

      g_test_message ("%s", bad[i]);
      g_assert_false (avb_localized_read (json_node_get_object (node), "t", 10, FALSE, TRUE, &text, &error));
      g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
    }
}

/* The user's language is that of the environment: asked for in a program of its own. */
static void
localized_german (void)
{
  if (g_test_subprocess ())
    {
      g_autoptr (JsonNode) two = parse ("{\"t\":{\"de\":\"Deutsch\",\"en\":\"English\"}}");
      g_autoptr (JsonNode) tag = parse ("{\"t\":{\"de-AT\":\"Jänner\",\"en\":\"January\"}}");
      g_autofree char *text = NULL;
      g_autofree char *month = NULL;

      g_setenv ("LANGUAGE", "de_AT", TRUE);
      g_setenv ("LC_ALL", "de_AT.UTF-8", TRUE);
      g_assert_true (avb_localized_read (json_node_get_object (two), "t", 10, FALSE, TRUE, &text, NULL));
      g_assert_cmpstr (text, ==, "Deutsch");
      g_assert_true (avb_localized_read (json_node_get_object (tag), "t", 10, FALSE, TRUE, &month, NULL));
      g_assert_cmpstr (month, ==, "Jänner");
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  g_test_add_func ("/Avb/Json/taken", taken);
  g_test_add_func ("/Avb/Json/not-json", not_json);
  g_test_add_func ("/Avb/Json/not-text", not_text);
  g_test_add_func ("/Avb/Json/surrogates", surrogates);
  g_test_add_func ("/Avb/Json/nul", nul);
  g_test_add_func ("/Avb/Json/numbers", numbers);
  g_test_add_func ("/Avb/Json/twice", twice);
  g_test_add_func ("/Avb/Json/depth", depth);
  g_test_add_func ("/Avb/Json/limits", limits);
  g_test_add_func ("/Avb/Json/canonical", canonical);
  g_test_add_func ("/Avb/Json/members", members);
  g_test_add_func ("/Avb/Json/unknown-members", unknown_members);
  g_test_add_func ("/Avb/Localized/read", localized);
  g_test_add_func ("/Avb/Localized/german", localized_german);
  return g_test_run ();
}

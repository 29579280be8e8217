/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Histories of metadata at random, of which python-tuf has said what each step is worth: we say the same, and keep the same. */

#include "config.h"

#include <json-glib/json-glib.h>

#include "app/marketplace/avb-market-kept.h"
#include "app/marketplace/avb-market-look.h"
#include "app/marketplace/avb-zstd.h"
#include "backends/avb-error.h"
#include "tests/avb-test.h"

#define N_HISTORIES "200"

static const char *seed = "1";

static GBytes *
decode (const char *text)
{
  gsize length;
  guchar *data = g_base64_decode (text, &length);

  return g_bytes_new_take (data, length);
}

/* (transfer full): the address of a new folder with the files */
static char *
write_files (JsonObject *files, const char *folder)
{
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init (&iter, files);
  while (json_object_iter_next (&iter, &name, &node))
    {
      g_autoptr (GBytes) bytes = decode (json_node_get_string (node));
      g_autofree char *path = g_build_filename (folder, name, NULL);

      g_assert_true (g_file_set_contents (path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL));
    }
  return g_filename_to_uri (folder, NULL, NULL);
}

/* Which version of @kind is on the disk, 0: none */
static guint
read_version (AvbMarketKept *kept, AvbMetadataKind kind)
{
  g_autoptr (GBytes) bytes = avb_market_kept_read (kept, kind);
  g_autoptr (GBytes) unpacked = NULL;
  g_autoptr (AvbEnvelope) envelope = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;
  AvbMetadataHead head;

  if (bytes == NULL)
    return 0;
  unpacked = kind == AVB_METADATA_CATALOG ? avb_zstd_decompress (bytes, AVB_METADATA_MAX_CATALOG_UNPACKED, &error)
                                          : g_bytes_ref (bytes);
  g_assert_no_error (error);
  envelope = avb_envelope_parse (unpacked, AVB_METADATA_MAX_CATALOG_UNPACKED, &error);
  g_assert_no_error (error);
  node = avb_metadata_parse (avb_envelope_get_payload (envelope), kind, &head, &error);
  g_assert_no_error (error);
  return head.version;
}

static const char *
get_cause (const AvbMarketLook *look)
{
  if (look->verdict != AVB_TRUST_OK || look->error == NULL)
    return avb_trust_verdict_to_text (look->verdict);
  return "fetch";
}

static gboolean
is_one_of (JsonArray *causes, const char *cause)
{
  for (guint i = 0; i < json_array_get_length (causes); i++)
    if (g_str_equal (json_array_get_string_element (causes, i), cause))
      return TRUE;
  return FALSE;
}

static void
check_kept (const char *folder, JsonObject *expected, const char *where)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbMarketKept) kept = avb_market_kept_open (folder, &error);

  g_assert_no_error (error);
  for (AvbMetadataKind kind = AVB_METADATA_ROOT; kind < AVB_METADATA_N_KINDS; kind++)
    {
      const char *name = avb_metadata_kind_to_text (kind);
      guint version = read_version (kept, kind);

      /* The first root is not among what was accepted. */
      if (kind == AVB_METADATA_ROOT && version == 0)
        version = 1;
      if (version != json_object_get_int_member (expected, name))
        g_error ("%s: we keep %s %u, and python-tuf %d", where, name, version,
                 (int) json_object_get_int_member (expected, name));
    }
}

static void
check_step (JsonObject *step, GBytes *root, const char *folder, const char *where, guint counts[AVB_TRUST_MISSING + 1])
{
  g_autofree char *tree = avb_test_make_folder ();
  AvbMarketLook *look = g_new0 (AvbMarketLook, 1);
  const char *cause;

  look->id = g_strdup ("oracle");
  look->uri = write_files (json_object_get_object_member (step, "files"), tree);
  look->folder = g_strdup (folder);
  look->anchor = g_bytes_ref (root);
  look->now = json_object_get_int_member (step, "now");
  avb_market_look_run (look);
  cause = get_cause (look);
  if (!is_one_of (json_object_get_array_member (step, "causes"), cause))
    g_error ("%s: we say %s (%s), and python-tuf %s", where, cause, look->error != NULL ? avb_error_get_details (look->error) : "",
             json_array_get_string_element (json_object_get_array_member (step, "causes"), 0));
  counts[look->verdict]++;
  check_kept (folder, json_object_get_object_member (step, "kept"), where);
  avb_market_look_free (look);
  avb_test_remove_folder (tree);
}

static void
check_history (const char *path, guint counts[AVB_TRUST_MISSING + 1])
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *name = g_path_get_basename (path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) root = NULL;
  JsonObject *history;
  JsonArray *steps;

  json_parser_load_from_file (parser, path, &error);
  g_assert_no_error (error);
  history = json_node_get_object (json_parser_get_root (parser));
  root = decode (json_object_get_string_member (history, "root"));
  steps = json_object_get_array_member (history, "steps");
  for (guint i = 0; i < json_array_get_length (steps); i++)
    {
      JsonObject *step = json_array_get_object_element (steps, i);
      g_autofree char *where
          = g_strdup_printf ("seed %s, %s, step %u (%s)", seed, name, i, json_object_get_string_member (step, "act"));

      check_step (step, root, folder, where, counts);
    }
  avb_test_remove_folder (folder);
}

static void
test_histories (void)
{
  g_autofree char *folder = avb_test_make_folder ();
  const char *argv[] = { "python3", g_getenv ("AVB_MAKE_HISTORIES"), folder, N_HISTORIES, seed, NULL };
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  guint counts[AVB_TRUST_MISSING + 1] = { 0 };
  guint n = 0;

  process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_NONE, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (process, NULL, &error));
  for (guint i = 0; i < 200; i++)
    {
      g_autofree char *name = g_strdup_printf ("%03u.json", i);
      g_autofree char *path = g_build_filename (folder, name, NULL);

      check_history (path, counts);
    }
  for (guint i = 0; i < G_N_ELEMENTS (counts); i++)
    {
      g_test_message ("%s: %u", avb_trust_verdict_to_text (i), counts[i]);
      n += counts[i];
    }
  /* Each kind came up, or the histories are poor. */
  g_assert_cmpuint (n, >, 1000);
  g_assert_cmpuint (counts[AVB_TRUST_OK], >, 200);
  for (AvbTrustVerdict verdict = AVB_TRUST_MALFORMED; verdict <= AVB_TRUST_MISSING; verdict++)
    if (verdict != AVB_TRUST_TOO_LARGE && verdict != AVB_TRUST_CLOCK)
      g_assert_cmpuint (counts[verdict], >, 0);
  avb_test_remove_folder (folder);
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  /* Another number finds other histories. */
  if (g_getenv ("AVB_ORACLE_SEED") != NULL)
    seed = g_getenv ("AVB_ORACLE_SEED");
  g_test_add_func ("/Avb/MarketOracle/histories", test_histories);
  return g_test_run ();
}

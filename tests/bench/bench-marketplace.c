/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* ./dev bench marketplace: the part of the extensions' benchmark that needs no extension. Medians, and the worst. */

#include "config.h"

#include "tests/avb-test.h"
#include "tests/bench/extensions-catalog.h"

static char *json_path;
static char *ignored_program;
static int   n_runs = 10;

static const GOptionEntry options[] = {
  { "json", 0, 0, G_OPTION_ARG_FILENAME, &json_path, "Where to write the numbers", "FILE" },
  { "program", 0, 0, G_OPTION_ARG_FILENAME, &ignored_program, NULL, "PATH" },
  { "runs", 0, 0, G_OPTION_ARG_INT, &n_runs, "How often", "N" },
  { NULL },
};

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = json_node_alloc ();
  g_autofree char *text = NULL;
  JsonObject *result;

  g_option_context_add_main_entries (context, options, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }
  avb_test_init (&argc, &argv);
  result = extensions_catalog_measure (MAX (n_runs, 1));
  json_node_take_object (node, result);
  text = json_to_string (node, TRUE);
  if (json_path != NULL && !g_file_set_contents (json_path, text, -1, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  return 0;
}

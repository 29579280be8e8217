/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <json-glib/json-glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* contract-table FOLDER: makes contract-table.md of what the contract's tests wrote there, a line of JSON each, and
 * prints it. It fails, in TAP, where a behaviour failed or is not spoken of. */

typedef struct {
  char       *title;
  char       *kind;
  GHashTable *cells; /* behaviour → text */
} Host;

static void
host_free (gpointer data)
{
  Host *host = data;

  g_free (host->title);
  g_free (host->kind);
  g_hash_table_unref (host->cells);
  g_free (host);
}

static const char *
get (JsonObject *object, const char *name)
{
  return json_object_get_string_member_with_default (object, name, "");
}

/* A cell of Markdown holds no line end and no bar. */
static char *
make_cell (const char *kind, const char *outcome, const char *note)
{
  g_autoptr (GString) text = g_string_new (NULL);

  if (g_str_equal (outcome, "works"))
    g_string_append (text, kind);
  else
    g_string_append (text, outcome);
  if (*note != '\0')
    g_string_append_printf (text, ": %s", note);
  g_string_replace (text, "|", "\\|", 0);
  g_string_replace (text, "<", "\\<", 0);
  g_string_replace (text, "\n", " ", 0);
  return g_strdup (text->str);
}

/* (nullable) */
static Host *
read_host (const char *path, GPtrArray *rows)
{
  g_autofree char *content = NULL;
  g_auto (GStrv) lines = NULL;
  Host *host = NULL;

  if (!g_file_get_contents (path, &content, NULL, NULL))
    return NULL;
  lines = g_strsplit (content, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autoptr (JsonNode) node = json_from_string (lines[i], NULL);
      JsonObject *object;
      const char *behaviour;

      if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
        continue;
      object = json_node_get_object (node);
      if (host == NULL)
        {
          host = g_new0 (Host, 1);
          host->title = g_strdup (get (object, "title"));
          host->kind = g_strdup (get (object, "kind"));
          host->cells = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
          continue;
        }
      behaviour = get (object, "behaviour");
      if (!g_ptr_array_find_with_equal_func (rows, behaviour, g_str_equal, NULL))
        g_ptr_array_add (rows, g_strdup (behaviour));
      g_hash_table_insert (host->cells,
                           g_strdup (behaviour),
                           make_cell (host->kind, get (object, "outcome"), get (object, "note")));
    }
  return host;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static GPtrArray *
read_hosts (const char *folder, GPtrArray *rows)
{
  GPtrArray *hosts = g_ptr_array_new_with_free_func (host_free);
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_prefix (name, "contract-") && g_str_has_suffix (name, ".jsonl"))
      g_ptr_array_add (paths, g_build_filename (folder, name, NULL));
  g_ptr_array_sort (paths, compare_names);
  for (guint i = 0; i < paths->len; i++)
    {
      Host *host = read_host (paths->pdata[i], rows);

      if (host != NULL)
        g_ptr_array_add (hosts, host);
    }
  return hosts;
}

int
main (int argc, char **argv)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) hosts = NULL;
  g_autoptr (GString) table = g_string_new ("| Behaviour |");
  g_autofree char *path = NULL;
  guint n_bad = 0;

  if (argc != 2)
    {
      fputs ("usage: contract-table FOLDER\n", stderr);
      return EXIT_FAILURE;
    }
  hosts = read_hosts (argv[1], rows);
  for (guint i = 0; i < hosts->len; i++)
    g_string_append_printf (table, " %s |", ((Host *) hosts->pdata[i])->title);
  g_string_append (table, "\n| --- |");
  for (guint i = 0; i < hosts->len; i++)
    g_string_append (table, " --- |");
  g_string_append_c (table, '\n');
  for (guint r = 0; r < rows->len; r++)
    {
      g_string_append_printf (table, "| %s |", (char *) rows->pdata[r]);
      for (guint i = 0; i < hosts->len; i++)
        {
          Host       *host = hosts->pdata[i];
          const char *cell = g_hash_table_lookup (host->cells, rows->pdata[r]);

          n_bad += cell == NULL || g_str_has_prefix (cell, "FAILED");
          g_string_append_printf (table, " %s |", cell != NULL ? cell : "not run");
        }
      g_string_append_c (table, '\n');
    }
  path = g_build_filename (argv[1], "contract-table.md", NULL);
  if (!g_file_set_contents (path, table->str, -1, NULL))
    n_bad++;
  puts ("TAP version 14\n1..1");
  {
    g_auto (GStrv) lines = g_strsplit (table->str, "\n", -1);

    for (guint i = 0; lines[i] != NULL; i++)
      printf ("# %s\n", lines[i]);
  }
  printf ("%s 1 - %u behaviours of %u hosts\n",
          n_bad == 0 && rows->len > 0 ? "ok" : "not ok",
          rows->len,
          hosts->len);
  return EXIT_SUCCESS;
}

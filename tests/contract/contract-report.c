/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <json-glib/json-glib.h>
#include <stdio.h>

#include "tests/contract/contract.h"

/* One line for each behaviour of a host; a later one about the same takes its place. */

static char *
dup_path (const ContractHost *host)
{
  const char      *folder = g_getenv ("AVB_CONTRACT_RESULTS");
  g_autofree char *file = g_strdup_printf ("contract-%s.jsonl", host->name);

  return folder != NULL ? g_build_filename (folder, file, NULL) : NULL;
}

static void
add (JsonBuilder *builder, const char *name, const char *value)
{
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value != NULL ? value : "");
}

static void
write_line (const ContractHost *host, const char *mode, JsonBuilder *builder)
{
  g_autofree char *path = dup_path (host);
  g_autoptr (JsonNode) node = json_builder_get_root (builder);
  g_autofree char *line = json_to_string (node, FALSE);
  FILE            *file;

  if (path == NULL)
    return;
  file = fopen (path, mode);
  g_assert_nonnull (file);
  g_assert_cmpint (fprintf (file, "%s\n", line), >, 0);
  g_assert_cmpint (fclose (file), ==, 0);
}

void
contract_report_begin (const ContractHost *host)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  add (builder, "host", host->name);
  add (builder, "title", host->title);
  add (builder, "kind", host->kind);
  json_builder_end_object (builder);
  write_line (host, "w", builder);
}

void
contract_report (const ContractHost *host,
                 const char         *behaviour,
                 const char         *outcome,
                 const char         *note)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();

  json_builder_begin_object (builder);
  add (builder, "behaviour", behaviour);
  add (builder, "outcome", outcome);
  add (builder, "note", note);
  json_builder_end_object (builder);
  write_line (host, "a", builder);
}

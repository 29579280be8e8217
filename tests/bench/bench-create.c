/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* How machines come into being, beside what one would take instead: by a drop, by a clone, out of an
 * archive. */

#include "config.h"

#include "create-bench.h"

#include <libdex.h>
#include <locale.h>
#include <stdio.h>

typedef gboolean (*CreateCase) (CreateBench *self, GError **error);

/* The drop comes first: its clients look at all machines there are. */
static const struct {
  const char *name;
  CreateCase  run;
} cases[] = {
  { "drop", create_bench_drop },
  { "clone", create_bench_clone },
  { "ova", create_bench_ova },
};

static char *json_path;
static char **only;

static gboolean
is_wanted (const char *name)
{
  return only == NULL || g_strv_contains ((const char *const *) only, name);
}

static gboolean
run_all (CreateBench *self, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    if (is_wanted (cases[i].name) && !cases[i].run (self, error))
      return FALSE;
  return TRUE;
}

static gboolean
check_only (GError **error)
{
  for (guint i = 0; only != NULL && only[i] != NULL; i++)
    {
      gboolean known = FALSE;

      for (guint j = 0; j < G_N_ELEMENTS (cases); j++)
        known = known || g_str_equal (only[i], cases[j].name);
      if (known)
        continue;
      g_set_error (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "There is no case “%s”", only[i]);
      return FALSE;
    }
  return TRUE;
}

int
main (int argc, char **argv)
{
  CreateBench self = { 0 };
  int n_runs = 3;
  const GOptionEntry entries[] = {
    { "program", 0, 0, G_OPTION_ARG_FILENAME, &self.program, "Ours", "FILE" },
    { "iso", 0, 0, G_OPTION_ARG_FILENAME, &self.iso, "The test guest's disc image", "FILE" },
    { "drag", 0, 0, G_OPTION_ARG_FILENAME, &self.drag_source, "The drag source", "FILE" },
    { "json", 0, 0, G_OPTION_ARG_FILENAME, &json_path, "Where the results go too", "FILE" },
    { "runs", 0, 0, G_OPTION_ARG_INT, &n_runs, "Counted runs (3)", "N" },
    { "only", 0, 0, G_OPTION_ARG_STRING_ARRAY, &only, "Only this: drop, clone, ova (again for more)", "NAME" },
    { NULL },
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);
  g_autoptr (GError) error = NULL;
  gboolean ok;

  /* For what libvirt and Boxes say. */
  setlocale (LC_CTYPE, "");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error) || !check_only (&error) || self.program == NULL
      || self.iso == NULL || self.drag_source == NULL || n_runs < 1)
    {
      g_printerr ("%s\n", error != NULL ? error->message
                                        : "bench-create needs --program, --iso, --drag, and 1 run at least");
      return 2;
    }
  setvbuf (stdout, NULL, _IOLBF, 0);
  dex_init ();
  self.n_runs = n_runs;
  self.report = avb_report_new ();
  ok = run_all (&self, &error);
  if (!ok)
    g_printerr ("%s\n", error->message);
  if (ok && json_path != NULL && !avb_report_save (self.report, json_path, &error))
    {
      g_printerr ("%s\n", error->message);
      ok = FALSE;
    }
  avb_report_free (self.report);
  return ok ? 0 : 1;
}

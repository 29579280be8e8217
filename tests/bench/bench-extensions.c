/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* ./dev bench extensions: from the start of a process in its sandbox to its first answer, calls a second, and the memory of
 * an extension; then the catalogue. Medians, and the worst. */

#include "config.h"

#include <string.h>

#include "app/extensions/avb-extension-process.h"
#include "app/extensions/avb-sandbox.h"
#include "tests/avb-test.h"
#include "tests/bench/extensions-catalog.h"
#include "tests/bench/extensions-pane.h"
#include "tests/ui/avb-ui-test.h"

#define N_CALLS 10000
#define AT_ONCE 32

static char *json_path;
static char *ignored_program;
static int   n_runs = 10;

static const GOptionEntry options[] = {
  { "json", 0, 0, G_OPTION_ARG_FILENAME, &json_path, "Where to write the numbers", "FILE" },
  { "program", 0, 0, G_OPTION_ARG_FILENAME, &ignored_program, NULL, "PATH" },
  { "runs", 0, 0, G_OPTION_ARG_INT, &n_runs, "How often", "N" },
  { NULL },
};

/* The least that an extension in Python is. */
static const char script[]
    = "#!/usr/bin/env python3\n"
      "import json, sys\n"
      "source, sink = sys.stdin.buffer, sys.stdout.buffer\n"
      "while True:\n"
      "    length = 0\n"
      "    while (line := source.readline().strip()):\n"
      "        length = int(line.split(b':')[1])\n"
      "    if not length: break\n"
      "    message = json.loads(source.read(length))\n"
      "    if message['method'] == 'exit': break\n"
      "    if 'id' not in message: continue\n"
      "    result = {'protocol': 1} if message['method'] == 'initialize' else {'text': ''}\n"
      "    body = json.dumps({'jsonrpc': '2.0', 'id': message['id'], 'result': result}).encode()\n"
      "    sink.write(b'Content-Length: %d\\r\\n\\r\\n' % len(body) + body)\n"
      "    sink.flush()\n";

static int
compare (gconstpointer a, gconstpointer b)
{
  double one = *(const double *) a, other = *(const double *) b;

  return (one > other) - (one < other);
}

static void
report (JsonObject *result, const char *name, const char *unit, GArray *values)
{
  JsonObject *object = json_object_new ();
  double median, first, last;

  g_array_sort (values, compare);
  median = g_array_index (values, double, values->len / 2);
  first = g_array_index (values, double, 0);
  last = g_array_index (values, double, values->len - 1);
  g_print ("%-48s %10.2f %-10s (%.2f … %.2f)\n", name, median, unit, first, last);
  json_object_set_double_member (object, "median", median);
  json_object_set_double_member (object, "least", first);
  json_object_set_double_member (object, "most", last);
  json_object_set_string_member (object, "unit", unit);
  json_object_set_object_member (result, name, object);
}

static DexFuture *
call (AvbExtensionProcess *process)
{
  JsonNode *params = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "argument", "x");
  json_node_take_object (params, object);
  return avb_extension_process_call (process, "echo", params, NULL, AVB_RPC_INTERACTIVE);
}

/* Calls a second. */
static double
measure_calls (AvbExtensionProcess *process, guint at_once)
{
  gint64 start = g_get_monotonic_time ();

  for (guint done = 0; done < N_CALLS; done += at_once)
    {
      DexFuture *calls[AT_ONCE];

      for (guint i = 0; i < at_once; i++)
        calls[i] = call (process);
      for (guint i = 0; i < at_once; i++)
        avb_test_await (calls[i]);
    }
  return N_CALLS * (double) G_USEC_PER_SEC / (g_get_monotonic_time () - start);
}

typedef struct {
  const char *name;
  GBytes     *program;
  JsonObject *result;
} Subject;

static void
measure_run (AvbExtensionProcess *process, GArray *start, GArray *serial, GArray *parallel, GArray *memory)
{
  gint64 begin = g_get_monotonic_time ();
  double value;

  avb_test_await (call (process));
  value = (g_get_monotonic_time () - begin) / 1000.0;
  g_array_append_val (start, value);
  value = measure_calls (process, 1);
  g_array_append_val (serial, value);
  value = measure_calls (process, AT_ONCE);
  g_array_append_val (parallel, value);
  value = avb_sandbox_measure_memory (avb_extension_process_get_pid (process), NULL) / 1048576.0;
  g_array_append_val (memory, value);
  avb_test_await (avb_extension_process_stop (process));
}

static DexFuture *
measure_fiber (gpointer data)
{
  Subject *subject = data;
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *app = g_build_filename (folder, "app", NULL);
  g_autofree char *path = g_build_filename (app, "program", NULL);
  g_autofree char *files = g_build_filename (folder, "data", NULL);
  AvbProcessSpec spec = { .id = "org.example.bench", .app_dir = app, .exec = "program", .data_dir = files };
  const char *names[] = { "start to first answer", "calls a second, one after the other", "calls a second, 32 at once", "memory of its own" };
  const char *units[] = { "ms", "calls/s", "calls/s", "MiB" };
  GArray *values[G_N_ELEMENTS (names)];

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    values[i] = g_array_new (FALSE, FALSE, sizeof (double));
  g_assert_no_errno (g_mkdir_with_parents (app, 0700));
  g_assert_true (g_file_set_contents_full (path, g_bytes_get_data (subject->program, NULL), g_bytes_get_size (subject->program),
                                           G_FILE_SET_CONTENTS_NONE, 0755, NULL));
  /* Once for a run of the program; it is not part of a start. */
  avb_test_await (avb_sandbox_self_test ());
  for (int i = 0; i < MAX (n_runs, 1); i++)
    {
      g_autoptr (AvbExtensionProcess) process = avb_extension_process_new (&spec);

      measure_run (process, values[0], values[1], values[2], values[3]);
    }
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *name = g_strdup_printf ("%s: %s", subject->name, names[i]);

      report (subject->result, name, units[i], values[i]);
      g_array_unref (values[i]);
    }
  avb_test_remove_folder (folder);
  return NULL;
}

static void
measure (JsonObject *result)
{
  Subject subjects[] = { { "C", NULL, result }, { "Python", g_bytes_new_static (script, strlen (script)), result } };
  g_autoptr (GMappedFile) file = g_mapped_file_new (AVB_MISBEHAVE, FALSE, NULL);

  g_assert_nonnull (file);
  subjects[0].program = g_mapped_file_get_bytes (file);
  for (guint i = 0; i < G_N_ELEMENTS (subjects); i++)
    {
      avb_test_run_fiber (measure_fiber, &subjects[i]);
      g_bytes_unref (subjects[i].program);
    }
}

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
  avb_ui_test_init (&argc, &argv);
  json_node_init (node, JSON_NODE_OBJECT);
  result = json_object_new ();
  measure (result);
  json_object_set_object_member (result, "catalogue", extensions_catalog_measure (MAX (n_runs, 1)));
  json_object_set_object_member (result, "pane", extensions_pane_measure (MAX (n_runs, 1)));
  json_node_take_object (node, result);
  text = json_to_string (node, TRUE);
  if (json_path != NULL && !g_file_set_contents (json_path, text, -1, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  return 0;
}

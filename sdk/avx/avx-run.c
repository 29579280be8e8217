/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* avx run: the extension in its sandbox, and a program that is made up. */

#include "config.h"

#include "sdk/avx/avx.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/extensions/avb-extension-process.h"
#include "app/extensions/avb-json.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "sdk/avx-market/market-work.h"
#include "sdk/avx/avx-world.h"

#define MAX_SHOWN 2000
#define MAX_PARAMS (4 * 1024 * 1024)

typedef struct {
  AvbExtensionProcess *process;
  AvxWorld            *world;
  char               **calls; /* borrowed; NULL: standard input */
  FILE                *trace; /* (nullable) */
  gint64               begin;
  guint                failures;
  char                *folder; /* of its own, removed at the end */
  char                *data;
  char                *runtime;
  GMainLoop           *loop;
  GError              *error;
} Run;

/* --- what is seen --- */

/* What an extension sends is shown on a terminal, which takes some characters for orders. */
static char *
make_shown (const char *text, gsize length)
{
  g_autofree char *valid = g_utf8_make_valid (text, (gssize) MIN (length, MAX_SHOWN));
  GString *shown = g_string_new (NULL);

  for (const char *c = valid; *c != '\0'; c = g_utf8_next_char (c))
    if (g_unichar_isprint (g_utf8_get_char (c)))
      g_string_append_unichar (shown, g_utf8_get_char (c));
    else
      g_string_append_printf (shown, "\\u%04x", g_utf8_get_char (c));
  if (length > MAX_SHOWN)
    g_string_append (shown, "…");
  return g_string_free (shown, FALSE);
}

/* One line of JSON, whatever it was; what is none at all becomes a string. (transfer full) */
static char *
make_line (const char *text, gsize length)
{
  g_autoptr (JsonNode) node = avb_json_parse (text, length, MAX_PARAMS, NULL);

  if (node == NULL)
    {
      g_autofree char *valid = g_utf8_make_valid (text, (gssize) length);

      node = json_node_init_string (json_node_alloc (), valid);
    }
  return avb_json_canonical (node);
}

static void
trace_cb (AvbRpcPeer *peer, gboolean outgoing, const char *text, gsize length, gpointer data)
{
  Run *run = data;
  double seconds = (double) (g_get_monotonic_time () - run->begin) / G_USEC_PER_SEC;
  g_autofree char *shown = make_shown (text, length);

  if (run->trace != NULL)
    {
      char time[G_ASCII_DTOSTR_BUF_SIZE];
      g_autofree char *line = make_line (text, length);

      g_ascii_formatd (time, sizeof time, "%.6f", seconds);
      fprintf (run->trace, "{\"time\":%s,\"from\":\"%s\",\"message\":%s}\n", time, outgoing ? "host" : "extension", line);
    }
  g_print ("%8.3f %s %s\n", seconds, outgoing ? "→" : "←", shown);
}

/* What it logs, a line each. */
static void
log_changed_cb (GListModel *log, guint position, guint removed, guint added, Run *run)
{
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (AvbLogLine) line = g_list_model_get_item (log, i);

      g_print ("         · %s\n", avb_log_line_get_text (line));
    }
}

static DexFuture *
request_cb (AvbRpcPeer *peer, const char *method, JsonNode *params, gpointer data)
{
  Run *run = data;

  return avx_world_answer (run->world, method, params);
}

static void
notify_cb (AvbRpcPeer *peer, const char *method, JsonNode *params, gpointer data)
{
  /* It is in the trace. */
}

/* --- calls --- */

static gboolean
is_long (const char *method)
{
  static const char *const methods[] = { "storage/create", "storage/clone",  "storage/resize", "storage/snapshot",
                                         "storage/delete", "command/run",    "lab/check",      NULL };

  return g_strv_contains (methods, method);
}

/* One word of @line, which goes on behind it. (transfer full) (nullable) */
static char *
take_word (const char **line)
{
  const char *begin = *line + strspn (*line, " \t");
  gsize length = strcspn (begin, " \t");

  *line = begin + length + strspn (begin + length, " \t");
  return length > 0 ? g_strndup (begin, length) : NULL;
}

static gboolean
take_seconds (const char **line, double *seconds, GError **error)
{
  g_autofree char *word = take_word (line);
  char *end = NULL;

  *seconds = word != NULL ? g_ascii_strtod (word, &end) : 0;
  if (word != NULL && *end == '\0' && *seconds >= 0 && *seconds <= 3600)
    return TRUE;
  avx_fail (error, "“%s” is no number of seconds", word != NULL ? word : "");
  return FALSE;
}

static int
cancel_cb (gpointer data)
{
  avb_operation_cancel (data);
  return G_SOURCE_REMOVE;
}

/* Runs in the fiber. @cancel_after: seconds; < 0: never */
static gboolean
call (Run *run, const char *line, double cancel_after, GError **error)
{
  g_autofree char *method = take_word (&line);
  g_autoptr (AvbOperation) operation = avb_operation_new (method != NULL ? method : "");
  g_autoptr (JsonNode) params = NULL;
  g_autoptr (GError) failure = NULL;
  g_autoptr (JsonNode) answer = NULL;
  guint source = 0;

  if (method == NULL)
    return avx_fail (error, "there is no method in “%s”", line) == AVX_OK;
  params = avb_json_parse (*line != '\0' ? line : "{}", *line != '\0' ? strlen (line) : 2, MAX_PARAMS, error);
  if (params == NULL)
    return FALSE;
  if (cancel_after >= 0)
    source = g_timeout_add_full (G_PRIORITY_DEFAULT, (guint) (cancel_after * 1000), cancel_cb, g_object_ref (operation), g_object_unref);
  answer = dex_await_boxed (avb_extension_process_call (run->process, method, g_steal_pointer (&params), operation,
                                                        is_long (method) ? AVB_RPC_LONG : AVB_RPC_INTERACTIVE),
                            &failure);
  if (source != 0 && g_main_context_find_source_by_id (NULL, source) != NULL)
    g_source_remove (source);
  if (answer != NULL)
    return TRUE;
  /* That it is cancelled is what was asked for. */
  if (cancel_after >= 0 && avb_error_is_cancelled (failure))
    return TRUE;
  run->failures++;
  g_printerr ("avx: %s: %s\n", method, failure->message);
  return TRUE;
}

/* %FALSE: the line is not understood. Runs in the fiber. */
static gboolean
run_line (Run *run, const char *line, GError **error)
{
  const char *rest = line;
  g_autofree char *word = take_word (&rest);
  double seconds;

  if (word == NULL || *word == '#')
    return TRUE;
  if (g_str_equal (word, "wait"))
    {
      if (!take_seconds (&rest, &seconds, error))
        return FALSE;
      dex_await (dex_timeout_new_usec ((gint64) (seconds * G_USEC_PER_SEC)), NULL);
      return TRUE;
    }
  if (g_str_equal (word, "cancel"))
    return take_seconds (&rest, &seconds, error) && call (run, rest, seconds, error);
  return call (run, line, -1, error);
}

static DexFuture *
read_line_thread (gpointer data)
{
  g_autofree char *line = NULL;
  size_t size = 0;
  ssize_t length = getline (&line, &size, stdin);

  if (length < 0)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CLOSED, "closed");
  if (length > 0 && line[length - 1] == '\n')
    line[length - 1] = '\0';
  return dex_future_new_take_string (g_strdup (line));
}

static gboolean
run_calls (Run *run, GError **error)
{
  for (guint i = 0; run->calls != NULL && run->calls[i] != NULL; i++)
    if (!run_line (run, run->calls[i], error))
      return FALSE;
  while (run->calls == NULL)
    {
      g_autofree char *line = dex_await_string (avb_blocking_run_long (read_line_thread, NULL, NULL), NULL);

      if (line == NULL)
        return TRUE;
      if (!run_line (run, line, error))
        return FALSE;
    }
  return TRUE;
}

static DexFuture *
run_fiber (gpointer data)
{
  Run *run = data;

  if (dex_await (avb_extension_process_start (run->process), &run->error))
    run_calls (run, &run->error);
  dex_await (avb_extension_process_stop (run->process), NULL);
  g_main_loop_quit (run->loop);
  return dex_future_new_true ();
}

/* --- around it --- */

/* What is asked for, without what is denied. (nullable) (transfer full) */
static GListModel *
make_granted (AvbExtensionManifest *manifest, char **deny, GError **error)
{
  GListModel *asked = avb_extension_manifest_get_permissions (manifest);
  g_autoptr (GListStore) granted = g_list_store_new (AVB_TYPE_PERMISSION);
  guint n_denied = 0;

  for (guint i = 0; i < g_list_model_get_n_items (asked); i++)
    {
      g_autoptr (AvbPermission) permission = g_list_model_get_item (asked, i);

      if (deny != NULL && g_strv_contains ((const char *const *) deny, avb_permission_get_id (permission)))
        n_denied++;
      else
        g_list_store_append (granted, permission);
    }
  if (n_denied == (deny != NULL ? g_strv_length (deny) : 0))
    return G_LIST_MODEL (g_steal_pointer (&granted));
  avx_fail (error, "what is denied is not asked for: see “permissions” in the manifest");
  return NULL;
}

static gboolean
make_folders (Run *run, const char *data, GError **error)
{
  run->folder = g_dir_make_tmp ("avx-run-XXXXXX", error);
  if (run->folder == NULL)
    return FALSE;
  run->data = data != NULL ? g_canonicalize_filename (data, NULL) : g_build_filename (run->folder, "data", NULL);
  run->runtime = g_build_filename (run->folder, "runtime", NULL);
  return TRUE;
}

static void
run_clear (Run *run)
{
  if (run->folder != NULL)
    market_remove (run->folder);
  if (run->trace != NULL)
    fclose (run->trace);
  g_clear_object (&run->process);
  g_clear_pointer (&run->world, avx_world_free);
  g_clear_pointer (&run->loop, g_main_loop_unref);
  g_clear_error (&run->error);
  g_free (run->folder);
  g_free (run->data);
  g_free (run->runtime);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static int
end (Run *run, GError **error)
{
  if (run->error != NULL)
    {
      int result = g_error_matches (run->error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED) ? AVX_UNSUPPORTED : AVX_FAILED;

      g_propagate_error (error, g_steal_pointer (&run->error));
      return result;
    }
  return run->failures > 0 ? AVX_FAILED : AVX_OK;
}

static gboolean
prepare (Run *run, AvbExtensionManifest *manifest, const char *app, const AvxOptions *options, GError **error)
{
  g_autoptr (GListModel) granted = make_granted (manifest, options->deny, error);
  const char *role = options->role != NULL ? options->role : "administrator";
  AvbProcessSpec spec = { 0 };

  if (granted == NULL || !make_folders (run, options->data, error))
    return FALSE;
  run->world = avx_world_new (options->world, granted, role, error);
  if (run->world == NULL)
    return FALSE;
  if (options->trace != NULL && (run->trace = fopen (options->trace, "we")) == NULL)
    return avx_fail (error, "%s: %s", options->trace, g_strerror (errno)) == AVX_OK;
  spec.id = avb_extension_manifest_get_id (manifest);
  spec.version = avb_extension_manifest_get_version (manifest);
  spec.app_dir = app;
  spec.exec = avb_extension_manifest_get_exec (manifest);
  spec.data_dir = run->data;
  spec.runtime_dir = run->runtime;
  spec.memory_mb = avb_extension_manifest_get_memory_mb (manifest);
  spec.granted = granted;
  spec.role = role;
  run->process = avb_extension_process_new (&spec);
  avb_extension_process_set_handlers (run->process, request_cb, notify_cb, run);
  avb_extension_process_set_trace (run->process, trace_cb, run);
  g_signal_connect (avb_extension_process_get_log (run->process), "items-changed", G_CALLBACK (log_changed_cb), run);
  return TRUE;
}

/* The folder may be left out: a call has a "/" in its method, and may be a folder too, but then one with a manifest. */
static gboolean
is_folder (const char *argument)
{
  return argument != NULL && g_file_test (argument, G_FILE_TEST_IS_DIR);
}

int
avx_run (char **arguments, const AvxOptions *options, GError **error)
{
  gboolean named = is_folder (arguments[0]);
  g_autofree char *pack = avx_find_pack (named ? arguments[0] : ".", error);
  g_autofree char *app = pack != NULL ? g_canonicalize_filename (pack, NULL) : NULL;
  g_autoptr (AvbExtensionManifest) manifest = pack != NULL ? avx_load_manifest (pack, error) : NULL;
  g_auto (Run) run = { .begin = g_get_monotonic_time () };

  if (manifest == NULL)
    return AVX_FAILED;
  if (options->role != NULL && !g_strv_contains ((const char *const[]) { "viewer", "operator", "administrator", NULL }, options->role))
    {
      avx_fail (error, "“%s” is no role: viewer, operator, administrator", options->role);
      return AVX_USAGE;
    }
  if (avb_extension_manifest_get_kind (manifest) == AVB_EXTENSION_CONTENT)
    return avx_fail (error, "%s is content: there is nothing to run", avb_extension_manifest_get_id (manifest));
  if (!avb_extension_manifest_check_host (manifest, error))
    return AVX_UNSUPPORTED;
  run.calls = arguments[named ? 1 : 0] != NULL ? arguments + (named ? 1 : 0) : NULL;
  if (!prepare (&run, manifest, app, options, error))
    return AVX_FAILED;
  run.loop = g_main_loop_new (NULL, FALSE);
  avb_future_finish (dex_scheduler_spawn (NULL, 0, run_fiber, &run, NULL), "run an extension");
  g_main_loop_run (run.loop);
  return end (&run, error);
}

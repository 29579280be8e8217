/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The life of an extension, in the real sandbox. */

#include "config.h"

#include <signal.h>
#include <string.h>

#include "app/extensions/avb-extension-limits.h"
#include "app/extensions/avb-sandbox.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "tests/avb-test.h"
#include "tests/extensions/runtime/runtime-rig.h"

/* A tenth of each time: hangs are found within seconds. */
#define FAST 0.1

/* What it misbehaves with must neither make the program large nor keep it from answering. Slow computers and sanitizers get
 * more time, and their own memory. */
#ifdef __SANITIZE_ADDRESS__
#define MAX_GROWTH (256 * 1024 * 1024)
#define MAX_BLOCKED_US (2000 * 1000)
#else
#define MAX_GROWTH (16 * 1024 * 1024)
#define MAX_BLOCKED_US (100 * 1000)
#endif

static void
check_watch (LoopWatch *watch, const char *what)
{
  gint64 growth;

  loop_watch_stop (watch);
  growth = loop_watch_growth (watch);
  g_test_message ("%s: the main loop did nothing else for %.1f ms at most; the program grew by %.1f MiB", what, watch->worst_us / 1000.0,
                  growth / 1048576.0);
  g_assert_cmpint (growth, <, MAX_GROWTH);
  g_assert_cmpint (watch->worst_us, <, MAX_BLOCKED_US);
}

static gboolean
has_state (RuntimeRig *rig, AvbProcessState state)
{
  return avb_extension_process_get_state (rig->process) == state;
}

static DexFuture *
test_life (gpointer data)
{
  g_autoptr (RuntimeRig) rig = runtime_rig_new (NULL, 0, 0);
  g_autofree char *echo = NULL;

  g_assert_true (has_state (rig, AVB_PROCESS_STOPPED));
  avb_test_await (avb_extension_process_start (rig->process));
  g_assert_true (has_state (rig, AVB_PROCESS_RUNNING));
  g_assert_cmpint (json_object_get_int_member (avb_extension_process_get_answer (rig->process), "protocol"), ==, 1);
  echo = runtime_rig_ask (rig, "echo", "hello");
  g_assert_cmpstr (echo, ==, "hello");
  avb_test_await (avb_extension_process_stop (rig->process));
  g_assert_true (has_state (rig, AVB_PROCESS_STOPPED));
  g_assert_cmpint (avb_extension_process_get_pid (rig->process), ==, 0);
  /* A call starts it again. */
  g_clear_pointer (&echo, g_free);
  echo = runtime_rig_ask (rig, "echo", "again");
  g_assert_cmpstr (echo, ==, "again");
  g_assert_cmpuint (avb_extension_process_get_restarts (rig->process), ==, 0);
  return NULL;
}

/* Nothing of it is left when it is stopped, however stubborn it is. */
static DexFuture *
test_stubborn (gpointer data)
{
  g_autoptr (RuntimeRig) rig = NULL;
  GPid pid;

  avb_extension_limits_scale (FAST);
  rig = runtime_rig_new (NULL, 0, 0);
  avb_test_await (avb_extension_process_start (rig->process));
  pid = avb_extension_process_get_pid (rig->process);
  g_assert_cmpint (kill (pid, 0), ==, 0);
  avb_future_finish (runtime_rig_call (rig, "bad/ignore-term", NULL), "a call that is not answered");
  avb_test_await (avb_extension_process_stop (rig->process));
  g_assert_cmpint (kill (pid, 0), ==, -1);
  avb_extension_limits_scale (1);
  return NULL;
}

/* Each ends the extension, fails the call at once, and leaves the program as it was. */
static const struct {
  const char *method;
  guint       memory_mb;
  guint64     disk;
} rows[] = {
  { "bad/hang", 0, 0 },
  { "bad/fork-bomb", 0, 0 },
  { "bad/many-memory", 128, 0 },
  { "bad/disk", 0, 32 << 20 },
  { "bad/flood", 0, 0 },
  { "bad/messages", 0, 0 },
  { "bad/depth", 0, 0 },
  { "bad/values", 0, 0 },
  { "bad/unknown-id", 0, 0 },
  { "bad/nan", 0, 0 },
  { "bad/surrogate", 0, 0 },
  { "bad/length", 0, 0 },
  { "bad/half", 0, 0 },
  { "bad/crash", 0, 0 },
  { "bad/exit", 0, 0 },
  { "bad/close", 0, 0 },
};

static DexFuture *
misbehave_fiber (gpointer data)
{
  guint i = GPOINTER_TO_UINT (data);
  g_autoptr (RuntimeRig) rig = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *echo = NULL;
  LoopWatch watch;

  avb_extension_limits_scale (FAST);
  rig = runtime_rig_new (NULL, rows[i].memory_mb, rows[i].disk);
  avb_test_await (avb_extension_process_start (rig->process));
  loop_watch_start (&watch);
  g_assert_false (dex_await (runtime_rig_call (rig, rows[i].method, NULL), &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  avb_test_until_true (avb_extension_process_get_restarts (rig->process) == 1);
  g_test_message ("%s", avb_extension_process_get_reason (rig->process));
  g_assert_nonnull (avb_extension_process_get_reason (rig->process));
  /* It comes back by itself. */
  avb_test_until_true (has_state (rig, AVB_PROCESS_RUNNING));
  check_watch (&watch, rows[i].method);
  echo = runtime_rig_ask (rig, "echo", "well");
  g_assert_cmpstr (echo, ==, "well");
  avb_extension_limits_scale (1);
  return NULL;
}

static void
test_misbehave (gconstpointer data)
{
  avb_test_run_fiber (misbehave_fiber, (gpointer) data);
}

/* 8 GiB: it does not get them, and lives. */
static DexFuture *
test_memory (gpointer data)
{
  g_autoptr (RuntimeRig) rig = runtime_rig_new (NULL, 64, 0);
  g_autofree char *answer = NULL;
  LoopWatch watch;

  avb_test_await (avb_extension_process_start (rig->process));
  loop_watch_start (&watch);
  answer = runtime_rig_ask (rig, "bad/memory", NULL);
  check_watch (&watch, "8 GiB");
  g_assert_true (g_str_has_prefix (answer, "refused"));
  return NULL;
}

static DexFuture *
test_stderr (gpointer data)
{
  g_autoptr (RuntimeRig) rig = runtime_rig_new (NULL, 0, 0);
  g_autofree char *answer = NULL;
  GListModel *log = G_LIST_MODEL (avb_extension_process_get_log (rig->process));
  gboolean escaped = FALSE;
  gsize size = 0;
  LoopWatch watch;

  avb_test_await (avb_extension_process_start (rig->process));
  loop_watch_start (&watch);
  answer = runtime_rig_ask (rig, "bad/stderr", NULL);
  check_watch (&watch, "16 MiB of stderr");
  g_assert_cmpstr (answer, ==, "done");
  g_assert_cmpuint (g_list_model_get_n_items (log), >, 100);
  for (guint i = 0; i < g_list_model_get_n_items (log); i++)
    {
      g_autoptr (AvbLogLine) line = g_list_model_get_item (log, i);
      const char *text = avb_log_line_get_text (line);

      g_assert_true (g_utf8_validate (text, -1, NULL));
      g_assert_null (strchr (text, '\033'));
      escaped |= strstr (text, "\\x1b[31mred\\x1b[0m \\xff") != NULL;
      size += strlen (text);
    }
  g_assert_true (escaped);
  g_assert_cmpuint (size, <=, AVB_EXTENSION_MAX_STDERR + 4 * 4096);
  return NULL;
}

static void
remember_cb (AvbExtensionProcess *process, GParamSpec *pspec, GArray *states)
{
  AvbProcessState state = avb_extension_process_get_state (process);

  g_array_append_val (states, state);
}

/* Five crashes: it is off, says so, and only a person starts it again. */
static DexFuture *
test_gives_up (gpointer data)
{
  g_autoptr (RuntimeRig) rig = NULL;
  g_autoptr (GArray) states = g_array_new (FALSE, FALSE, sizeof (AvbProcessState));
  g_autofree char *mode = NULL;
  guint starts = 0;

  avb_extension_limits_scale (0.02);
  rig = runtime_rig_new ("crash", 0, 0);
  g_signal_connect (rig->process, "notify::state", G_CALLBACK (remember_cb), states);
  avb_test_await_error (avb_extension_process_start (rig->process), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  avb_test_until_true (has_state (rig, AVB_PROCESS_GIVEN_UP));
  for (guint i = 0; i < states->len; i++)
    starts += g_array_index (states, AvbProcessState, i) == AVB_PROCESS_STARTING;
  g_assert_cmpuint (starts, ==, 5);
  g_assert_nonnull (avb_extension_process_get_reason (rig->process));
  avb_test_await_error (runtime_rig_call (rig, "echo", "x"), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  /* What was wrong was mended. */
  mode = g_build_filename (rig->app, "mode", NULL);
  g_assert_true (g_file_set_contents (mode, "good", -1, NULL));
  avb_test_await (avb_extension_process_try_again (rig->process));
  g_assert_true (has_state (rig, AVB_PROCESS_RUNNING));
  g_assert_cmpuint (avb_extension_process_get_restarts (rig->process), ==, 0);
  g_signal_handlers_disconnect_by_data (rig->process, states);
  avb_extension_limits_scale (1);
  return NULL;
}

static DexFuture *
start_fails_fiber (gpointer data)
{
  g_autoptr (RuntimeRig) rig = NULL;

  avb_extension_limits_scale (0.05);
  rig = runtime_rig_new (data, 0, 0);
  g_assert_false (dex_await (avb_extension_process_start (rig->process), NULL));
  avb_test_until_true (avb_extension_process_get_restarts (rig->process) > 0);
  g_test_message ("%s", avb_extension_process_get_reason (rig->process));
  avb_test_await (avb_extension_process_stop (rig->process));
  g_assert_true (has_state (rig, AVB_PROCESS_STOPPED));
  avb_extension_limits_scale (1);
  return NULL;
}

static void
test_start_fails (gconstpointer data)
{
  avb_test_run_fiber (start_fails_fiber, (gpointer) data);
}

/* A change whose outcome is not known says so; a question does not. */
static DexFuture *
test_outcome (gpointer data)
{
  g_autoptr (RuntimeRig) rig = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) other = NULL;
  DexFuture *change, *question, *crash;

  avb_extension_limits_scale (FAST);
  rig = runtime_rig_new (NULL, 0, 0);
  avb_test_await (avb_extension_process_start (rig->process));
  /* It answers one call after the other: these two are in flight when it crashes. */
  crash = runtime_rig_call (rig, "bad/crash", NULL);
  change = runtime_rig_call (rig, "storage/create", NULL);
  question = runtime_rig_call (rig, "storage/list", NULL);
  g_assert_false (dex_await (crash, NULL));
  g_assert_false (dex_await (change, &error));
  g_assert_false (dex_await (question, &other));
  g_assert_true (avb_rpc_error_is_outcome_unknown (error));
  g_assert_false (avb_rpc_error_is_outcome_unknown (other));
  g_assert_error (other, AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  avb_extension_limits_scale (1);
  return NULL;
}

static DexFuture *
cancel_fiber (gpointer data)
{
  AvbOperation *operation = data;

  dex_await (dex_timeout_new_msec (50), NULL);
  avb_operation_cancel (operation);
  return dex_future_new_true ();
}

/* A call that is cancelled and goes on nevertheless: TERM, KILL. */
static DexFuture *
test_cancel_of_stubborn (gpointer data)
{
  g_autoptr (RuntimeRig) rig = NULL;
  g_autoptr (AvbOperation) operation = avb_operation_new ("x");
  g_autoptr (GError) error = NULL;
  GPid pid;

  avb_extension_limits_scale (FAST);
  rig = runtime_rig_new (NULL, 0, 0);
  avb_test_await (avb_extension_process_start (rig->process));
  pid = avb_extension_process_get_pid (rig->process);
  avb_future_finish (dex_scheduler_spawn (NULL, 0, cancel_fiber, g_object_ref (operation), g_object_unref), "cancel");
  g_assert_false (dex_await (avb_extension_process_call (rig->process, "bad/ignore-term", NULL, operation, AVB_RPC_LONG), &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  avb_test_until_true (avb_extension_process_get_restarts (rig->process) == 1);
  g_assert_cmpint (kill (pid, 0), ==, -1);
  avb_extension_limits_scale (1);
  return NULL;
}

static DexFuture *
test_unsupported (gpointer data)
{
  g_autoptr (RuntimeRig) rig = runtime_rig_new (NULL, 0, 0);

  avb_sandbox_reset_for_test ("/bin/false");
  avb_test_await_error (avb_extension_process_start (rig->process), AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
  g_assert_true (has_state (rig, AVB_PROCESS_UNSUPPORTED));
  avb_sandbox_reset_for_test (NULL);
  return NULL;
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  avb_test_add_fiber ("/Avb/Extensions/Process/life", test_life);
  avb_test_add_fiber ("/Avb/Extensions/Process/stubborn", test_stubborn);
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/Avb/Extensions/Process/misbehaves/", strchr (rows[i].method, '/') + 1, NULL);

      g_test_add_data_func (path, GUINT_TO_POINTER (i), test_misbehave);
    }
  avb_test_add_fiber ("/Avb/Extensions/Process/memory", test_memory);
  avb_test_add_fiber ("/Avb/Extensions/Process/stderr", test_stderr);
  avb_test_add_fiber ("/Avb/Extensions/Process/gives-up", test_gives_up);
  g_test_add_data_func ("/Avb/Extensions/Process/start/hangs", "hang", test_start_fails);
  g_test_add_data_func ("/Avb/Extensions/Process/start/version", "version", test_start_fails);
  avb_test_add_fiber ("/Avb/Extensions/Process/outcome-unknown", test_outcome);
  avb_test_add_fiber ("/Avb/Extensions/Process/cancel", test_cancel_of_stubborn);
  avb_test_add_fiber ("/Avb/Extensions/Process/unsupported", test_unsupported);
  return g_test_run ();
}

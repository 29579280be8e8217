/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "backends/avb-error.h"
#include "tests/avb-test.h"
#include "tests/backends/hyperv/hyperv-rig.h"

/* What the host tells, and what it costs. */

static DexFuture *
test_events (gpointer data)
{
  HypervRig rig;
  HypervSimulator *host = hyperv_rig_new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "seen", 2, HYPERV_STATE_DISABLED);
  g_autofree char *other = NULL;
  g_autoptr (AvbMachine) machine = NULL;

  hyperv_rig_begin (&rig, host);
  machine = g_object_ref (hyperv_rig_find (rig.connection, "seen"));
  hyperv_simulator_set_machine_state (host, id, HYPERV_STATE_ENABLED);
  until_state (machine, AVB_MACHINE_RUNNING);
  hyperv_simulator_set_machine_state (host, id, HYPERV_STATE_SAVED);
  until_state (machine, AVB_MACHINE_SAVED);
  hyperv_simulator_rename_machine (host, id, "renamed");
  avb_test_until_true (g_strcmp0 (avb_machine_get_name (machine), "renamed") == 0);
  other = hyperv_simulator_add_machine (host, "seen", 1, HYPERV_STATE_QUIESCE);
  avb_test_until_true (hyperv_rig_count (rig.connection) == 2);
  until_state (hyperv_rig_find (rig.connection, "seen"), AVB_MACHINE_PAUSED);
  hyperv_simulator_remove_machine (host, id);
  avb_test_until_true (hyperv_rig_count (rig.connection) == 1);
  g_assert_false (avb_machine_get_available (machine));
  hyperv_rig_end (&rig);
  return NULL;
}

#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__)
/* KiB, of proc_pid_status(5) */
static guint64
read_memory (const char *what)
{
  g_autofree char *text = NULL;
  const char      *line;

  g_assert_true (g_file_get_contents ("/proc/self/status", &text, NULL, NULL));
  line = strstr (text, what);
  g_assert_nonnull (line);
  return g_ascii_strtoull (line + strlen (what), NULL, 10);
}

/* How high it went since this was called last. The simulated host is in the same process, and counts. */
static guint64
read_growth (void)
{
  static guint64 before;
  guint64        growth = read_memory ("VmHWM:") - before;
  FILE          *clear = fopen ("/proc/self/clear_refs", "w");

  g_assert_nonnull (clear);
  fputs ("5", clear);
  g_assert_cmpint (fclose (clear), ==, 0);
  before = read_memory ("VmRSS:");
  return growth;
}
#else
static guint64
read_growth (void)
{
  return 0;
}
#endif

/* One of a thousand changes: what it costs does not depend on the others. */
static DexFuture *
test_thousand (gpointer data)
{
  HypervRig rig;
  HypervSimulator *host = hyperv_rig_new_host ();
  g_autofree char *id = NULL;
  guint            n[2];
  guint64          growth;

  hyperv_simulator_add_machines (host, "crowd", 1000);
  read_growth ();
  hyperv_rig_begin (&rig, host);
  growth = read_growth ();
  g_test_message ("memory grew by %" G_GUINT64_FORMAT " KiB", growth);
  g_assert_cmpuint (growth, <, 32 * 1024);
  g_assert_cmpuint (hyperv_rig_count (rig.connection), ==, 1000);
  /* One enumeration, whatever the pages are. */
  g_assert_cmpuint (hyperv_simulator_get_n_requests (host, "GetSummaryInformation"), ==, 0);
  g_assert_cmpuint (hyperv_simulator_get_n_requests (host, "Get"), ==, 0);
  id = hyperv_simulator_find_machine (host, "crowd 0500");
  for (guint i = 0; i < 2; i++)
    {
      AvbMachine *machine = hyperv_rig_find (rig.connection, "crowd 0500");

      hyperv_simulator_reset_counts (host);
      hyperv_simulator_set_machine_state (host, id, i == 0 ? HYPERV_STATE_ENABLED : HYPERV_STATE_DISABLED);
      until_state (machine, i == 0 ? AVB_MACHINE_RUNNING : AVB_MACHINE_OFF);
      n[i] = hyperv_simulator_get_n_requests (host, "Get");
      g_assert_cmpuint (hyperv_simulator_get_n_requests (host, "Enumerate"), ==, 0);
      g_assert_cmpuint (hyperv_simulator_get_bytes_sent (host), <, 128 * 1024);
    }
  g_assert_cmpuint (n[0], <=, 2);
  g_assert_cmpuint (n[1], <=, 2);
  hyperv_rig_end (&rig);
  return NULL;
}

static void
noop_cb (void)
{
}

static DexFuture *
test_without_events (gpointer data)
{
  HypervRig rig;
  HypervSimulator *host = hyperv_rig_new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "quiet", 2, HYPERV_STATE_DISABLED);
  AvbMachine *machine;
  gulong      handler;
  guint       n;

  hyperv_simulator_set_events (host, FALSE);
  hyperv_rig_begin (&rig, host);
  machine = hyperv_rig_find (rig.connection, "quiet");
  /* Its own verbs are seen at once. */
  avb_test_await (avb_machine_start (machine));
  until_state (machine, AVB_MACHINE_RUNNING);
  /* Nobody looks: nothing is asked. */
  n = hyperv_simulator_get_n_requests (host, NULL);
  dex_await (dex_timeout_new_seconds (7), NULL);
  g_assert_cmpuint (hyperv_simulator_get_n_requests (host, NULL), <=, n + 1);
  handler = g_signal_connect (avb_connection_get_machines (rig.connection), "items-changed", G_CALLBACK (noop_cb), NULL);
  hyperv_simulator_set_machine_state (host, id, HYPERV_STATE_DISABLED);
  until_state (machine, AVB_MACHINE_OFF);
  g_signal_handler_disconnect (avb_connection_get_machines (rig.connection), handler);
  hyperv_rig_end (&rig);
  return NULL;
}

int
main (int argc, char **argv)
{
  static const HypervRigTest tests[] = {
    { "events", test_events },
    { "thousand", test_thousand },
    { "without-events", test_without_events },
    { NULL, NULL },
  };

  return hyperv_rig_main (argc, argv, tests);
}

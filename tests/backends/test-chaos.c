/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <signal.h>

#include "backends/avb-error.h"
#include "tests/avb-test.h"
#include "tests/backends/avb-session-test.h"

#define N_KILLS 20
/* The window's promise is 100 ms; the tests' computer may be busy with something else. */
#define MAX_GAP_MS 1000

/* The session's daemon is killed at random moments while machines are created, started, stopped and
 * deleted. Nothing may crash, nothing may be left over, and nothing may be lost. */

typedef struct {
  gint64 last;
  gint64 worst;
} Ticker;

static gboolean
tick_cb (gpointer data)
{
  Ticker *ticker = data;
  gint64  now = g_get_monotonic_time ();

  ticker->worst = MAX (ticker->worst, now - ticker->last);
  ticker->last = now;
  return G_SOURCE_CONTINUE;
}

static gboolean stop_killing;
static guint    n_kills;

static DexFuture *
killer_fiber (gpointer data)
{
  while (!stop_killing && n_kills < N_KILLS)
    {
      GPid pid;

      dex_await (dex_timeout_new_msec (g_test_rand_int_range (20, 900)), NULL);
      pid = avb_session_test_daemon_pid ();
      if (pid > 1 && kill (pid, SIGKILL) == 0)
        n_kills++;
    }
  return dex_future_new_true ();
}

static gboolean
may_fail (const GError *error)
{
  return error == NULL || error->domain == AVB_ERROR || avb_error_is_cancelled (error);
}

static void
try (DexFuture *future)
{
  g_autoptr (GError) error = NULL;

  dex_await (future, &error);
  g_assert_true (may_fail (error));
}

static AvbMachine *
find_machine (AvbConnection *connection, const char *name)
{
  GListModel *machines = avb_connection_get_machines (connection);

  for (guint i = 0; i < g_list_model_get_n_items (machines); i++)
    {
      g_autoptr (AvbMachine) machine = g_list_model_get_item (machines, i);

      if (g_strcmp0 (avb_machine_get_name (machine), name) == 0)
        return g_steal_pointer (&machine);
    }
  return NULL;
}

static void
wait_for_link (AvbConnection *connection)
{
  avb_test_until_true (avb_connection_get_link (connection) == AVB_LINK_UP);
}

/* One round of what a user does; each step may be hit. */
static void
live (AvbConnection *connection)
{
  g_autoptr (AvbMachineSpec) spec = NULL;
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbOperation) operation = avb_operation_new ("Creating");
  AvbVolumeSpec    volume = { .name = "chaos", .format = "qcow2", .capacity = 16 << 20 };
  g_autofree char *disk = NULL;

  wait_for_link (connection);
  disk = dex_await_string (avb_connection_create_volume (connection, &volume, operation), NULL);
  if (disk == NULL)
    return;
  spec = avb_session_test_spec ("chaos", disk);
  machine = dex_await_object (avb_connection_create_machine (connection, spec), NULL);
  if (machine == NULL)
    {
      /* It may have been defined and the answer lost: then it is in the list after the link. */
      wait_for_link (connection);
      machine = find_machine (connection, "chaos");
    }
  if (machine != NULL)
    {
      try (avb_machine_start (machine));
      try (avb_machine_pause (machine));
      try (avb_machine_force_off (machine));
    }
  while (machine != NULL)
    {
      g_clear_object (&machine);
      wait_for_link (connection);
      machine = find_machine (connection, "chaos");
      if (machine == NULL)
        break;
      if (avb_machine_can_force_off (machine))
        try (avb_machine_force_off (machine));
      else if (avb_machine_can_delete (machine))
        try (avb_machine_delete (machine, AVB_DELETE_DISKS));
      avb_test_pass_time ();
    }
  /* A definition that went without its answer leaves the disk to who made it. */
  wait_for_link (connection);
  while (!dex_await (avb_connection_delete_volume (connection, disk), NULL))
    wait_for_link (connection);
}

static guint
count_files (const char *folder, const char *suffix)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;
  guint       n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    n += g_str_has_suffix (name, suffix);
  return n;
}

/* QEMUs of this test's home: their command line names its folders. */
static guint
count_qemus (const char *name)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc", 0, NULL);
  g_autofree char *guest = g_strdup_printf ("guest=%s,", name);
  const char      *entry;
  guint            n = 0;

  while ((entry = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc", entry, "cmdline", NULL);
      g_autofree char *text = NULL;
      gsize            length = 0;
      gboolean         qemu = FALSE, ours = FALSE;

      if (!g_ascii_isdigit (*entry) || !g_file_get_contents (path, &text, &length, NULL))
        continue;
      for (gsize i = 0; i < length; i += strlen (text + i) + 1)
        {
          qemu |= g_str_has_prefix (text + i, guest);
          ours |= strstr (text + i, g_get_user_config_dir ()) != NULL;
        }
      n += qemu && ours;
    }
  return n;
}

static DexFuture *
chaos_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autoptr (AvbMachineSpec) stays_spec = avb_session_test_spec ("stays", NULL);
  g_autoptr (AvbMachine) stays
      = avb_test_await_object (avb_connection_create_machine (connection, stays_spec));
  g_autofree char *disks = g_build_filename (g_get_user_data_dir (), "alpha-vbox", "disks", NULL);
  g_autofree char *definitions
      = g_build_filename (g_get_user_config_dir (), "libvirt", "qemu", NULL);
  GListModel *machines = avb_connection_get_machines (connection);
  Ticker      ticker = { g_get_monotonic_time (), 0 };
  guint       source;
  DexFuture  *killer;
  guint       rounds = 0;

  /* The first calls start the daemon and read the capabilities. */
  avb_session_test_wait_capabilities (connection);
  source = g_timeout_add (5, tick_cb, &ticker);
  killer = dex_scheduler_spawn (NULL, 0, killer_fiber, NULL, NULL);
  for (; n_kills < N_KILLS; rounds++)
    live (connection);
  stop_killing = TRUE;
  avb_test_await (killer);
  wait_for_link (connection);
  live (connection);
  wait_for_link (connection);
  g_source_remove (source);
  g_test_message ("%u kills in %u rounds; longest gap of the main loop %.1f ms",
                  n_kills,
                  rounds,
                  ticker.worst / 1000.0);
  g_assert_cmpint (ticker.worst / 1000, <, MAX_GAP_MS);

  /* Not lost, not doubled, and still the same object. */
  avb_test_until_true (g_list_model_get_n_items (machines) == 1);
  {
    g_autoptr (AvbMachine) same = g_list_model_get_item (machines, 0);

    g_assert_true (same == stays);
  }
  g_assert_true (avb_machine_get_available (stays));
  g_assert_cmpuint (count_files (disks, ""), ==, 0);
  g_assert_cmpuint (count_files (definitions, ".xml"), ==, 1);
  avb_test_until_true (count_qemus ("chaos") == 0);
  avb_test_await (avb_machine_delete (stays, AVB_DELETE_KEEP_DISKS));
  avb_test_until_true (g_list_model_get_n_items (machines) == 0);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  avb_test_add_fiber ("/Avb/Chaos/daemon-killed-twenty-times", chaos_fiber);
  return g_test_run ();
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-error.h"
#include "backends/avb-machine-link.h"
#include "tests/avb-test.h"
#include "tests/backends/avb-session-test.h"

/* The network cables of a machine, while it runs and while it does not. */

static int
read_link (AvbMachine *machine)
{
  g_autoptr (GError) error = NULL;
  int link = dex_await_int (avb_machine_read_network_link (machine), &error);

  g_assert_no_error (error);
  return link;
}

static DexFuture *
link_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec ("link", NULL);
  g_autoptr (AvbMachineSpec) read = NULL;
  g_autoptr (AvbMachine) machine
      = avb_test_await_object (avb_connection_create_machine (connection, spec));

  g_assert_cmpint (read_link (machine), ==, AVB_NETWORK_LINK_UP);
  avb_test_await (avb_machine_start (machine));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING);

  /* While it runs. */
  avb_test_await (avb_machine_set_network_link (machine, FALSE));
  g_assert_cmpint (read_link (machine), ==, AVB_NETWORK_LINK_DOWN);
  avb_test_await (avb_machine_set_network_link (machine, TRUE));
  g_assert_cmpint (read_link (machine), ==, AVB_NETWORK_LINK_UP);
  avb_test_await (avb_machine_set_network_link (machine, FALSE));

  /* And at the next start; nothing else of the definition has changed. */
  avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_OFF);
  g_assert_cmpint (read_link (machine), ==, AVB_NETWORK_LINK_DOWN);
  read = avb_test_await_object (avb_machine_read_spec (machine));
  g_assert_true (avb_machine_spec_equal (spec, read));
  avb_test_await (avb_machine_set_network_link (machine, TRUE));
  g_assert_cmpint (read_link (machine), ==, AVB_NETWORK_LINK_UP);
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_KEEP_DISKS));
  return NULL;
}

/* libvirt's test driver has them, and cannot change them. */
static DexFuture *
refused_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("test:///default");
  GListModel *machines = avb_connection_get_machines (connection);
  g_autoptr (AvbMachine) machine = g_list_model_get_item (machines, 0);

  g_assert_nonnull (machine);
  g_assert_cmpint (read_link (machine), ==, AVB_NETWORK_LINK_UP);
  avb_test_await_error (
      avb_machine_set_network_link (machine, FALSE), AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
  g_assert_cmpint (read_link (machine), ==, AVB_NETWORK_LINK_UP);
  return NULL;
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  avb_test_add_fiber ("/Avb/Link/cable-in-and-out", link_fiber);
  avb_test_add_fiber ("/Avb/Link/refused-by-the-test-driver", refused_fiber);
  return g_test_run ();
}

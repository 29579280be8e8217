/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <string.h>

#include "backends/avb-error.h"
#include "tests/avb-test.h"
#include "tests/backends/hyperv/hyperv-rig.h"

/* Machines of a simulated host: their list, their verbs, their definitions. */

static DexFuture *
test_list (gpointer data)
{
  HypervRig rig;
  HypervSimulator *host = hyperv_rig_new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "runs", 2, HYPERV_STATE_ENABLED);
  g_autofree char *other = hyperv_simulator_add_machine (host, "Zürich <&> 中文", 1, HYPERV_STATE_SAVED);
  AvbMachine      *machine;

  hyperv_rig_begin (&rig, host);
  g_assert_cmpuint (hyperv_rig_count (rig.connection), ==, 2);
  machine = hyperv_rig_find (rig.connection, "runs");
  g_assert_cmpint (avb_machine_get_state (machine), ==, AVB_MACHINE_RUNNING);
  g_assert_true (avb_machine_get_available (machine));
  g_assert_true (avb_machine_can_save (machine));
  g_assert_false (avb_machine_get_has_details (machine));
  avb_test_await (avb_machine_load_details (machine));
  g_assert_cmpuint (avb_machine_get_cpus (machine), ==, 2);
  g_assert_cmpuint (avb_machine_get_memory_mib (machine), ==, 2048);
  machine = hyperv_rig_find (rig.connection, "Zürich <&> 中文");
  g_assert_cmpint (avb_machine_get_state (machine), ==, AVB_MACHINE_SAVED);
  g_assert_cmpstr (avb_connection_get_name (rig.connection), ==, "127.0.0.1");
  g_assert_false (avb_connection_get_is_local (rig.connection));
  hyperv_rig_end (&rig);
  return NULL;
}

static DexFuture *
test_capabilities (gpointer data)
{
  HypervRig rig;
  AvbCapabilities *caps;

  hyperv_rig_begin (&rig, hyperv_rig_new_host ());
  caps = avb_connection_get_capabilities (rig.connection);
  for (guint i = 0; i < AVB_N_FEATURES; i++)
    {
      gboolean refused = i == AVB_FEATURE_SHARED_FOLDERS || i == AVB_FEATURE_CLONE || i == AVB_FEATURE_EXPORT
                         || i == AVB_FEATURE_FREEZE || i == AVB_FEATURE_SERVED_DISKS
                         || i == AVB_FEATURE_NETWORKS || i == AVB_FEATURE_GUEST_COMMANDS;

      g_assert_cmpint (avb_capabilities_can (caps, i), ==, !refused);
      if (refused)
        g_assert_nonnull (strstr (avb_capabilities_get_reason (caps, i), "Hyper-V"));
    }
  g_assert_cmpstr (avb_capabilities_get_architecture (caps), ==, "x86_64");
  g_assert_cmpstr (avb_capabilities_get_disk_format (caps), ==, "vhdx");
  g_assert_cmpuint (avb_capabilities_get_cpus (caps), >, 0);
  g_assert_cmpuint (avb_capabilities_get_memory_mib (caps), >, 0);
  {
    AvbHostFree *host = avb_test_await_boxed (avb_connection_read_free (rig.connection));

    g_assert_cmpuint (host->disk_bytes, >, 190 * GIB);
    g_assert_cmpuint (host->memory_mib, >, 0);
    g_assert_nonnull (host->disk_path);
    avb_host_free_free (host);
  }
  hyperv_rig_end (&rig);
  return NULL;
}

static DexFuture *
test_life (gpointer data)
{
  HypervRig rig;
  g_autoptr (AvbMachineSpec) spec = hyperv_rig_new_spec ("life");
  g_autoptr (AvbMachine) machine = NULL;
  g_autofree char *id = NULL;

  hyperv_rig_begin (&rig, hyperv_rig_new_host ());
  machine = avb_test_await_object (avb_connection_create_machine (rig.connection, spec));
  id = hyperv_rig_dup_id (machine);
  avb_test_await (avb_machine_start (machine));
  until_state (machine, AVB_MACHINE_RUNNING);
  g_assert_cmpint (hyperv_simulator_get_machine_state (rig.host, id), ==, HYPERV_STATE_ENABLED);
  avb_test_await_error (avb_machine_start (machine), AVB_ERROR, AVB_ERROR_BUSY);
  avb_test_await (avb_machine_pause (machine));
  until_state (machine, AVB_MACHINE_PAUSED);
  avb_test_await_error (avb_machine_shut_down (machine), AVB_ERROR, AVB_ERROR_BUSY);
  avb_test_await (avb_machine_resume (machine));
  until_state (machine, AVB_MACHINE_RUNNING);
  avb_test_await (avb_machine_reset (machine));
  until_state (machine, AVB_MACHINE_RUNNING);
  avb_test_await (avb_machine_save (machine, NULL));
  until_state (machine, AVB_MACHINE_SAVED);
  avb_test_await (avb_machine_start (machine));
  until_state (machine, AVB_MACHINE_RUNNING);
  avb_test_await (avb_machine_save (machine, NULL));
  until_state (machine, AVB_MACHINE_SAVED);
  avb_test_await (avb_machine_discard_saved (machine));
  until_state (machine, AVB_MACHINE_OFF);
  avb_test_await (avb_machine_start (machine));
  until_state (machine, AVB_MACHINE_RUNNING);
  avb_test_await (avb_machine_reboot (machine));
  until_state (machine, AVB_MACHINE_RUNNING);
  avb_test_await_error (avb_machine_delete (machine, AVB_DELETE_DISKS), AVB_ERROR, AVB_ERROR_BUSY);
  avb_test_await (avb_machine_shut_down (machine));
  until_state (machine, AVB_MACHINE_OFF);
  avb_test_await (avb_machine_start (machine));
  until_state (machine, AVB_MACHINE_RUNNING);
  avb_test_await (avb_machine_force_off (machine));
  until_state (machine, AVB_MACHINE_OFF);
  avb_test_await (avb_machine_rename (machine, "other life"));
  avb_test_until_true (g_strcmp0 (avb_machine_get_name (machine), "other life") == 0);
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
  avb_test_until_true (hyperv_rig_count (rig.connection) == 0);
  g_assert_cmpuint (hyperv_simulator_get_n_machines (rig.host), ==, 0);
  g_assert_false (hyperv_simulator_has_file (rig.host, DISK));
  g_assert_true (hyperv_simulator_has_file (rig.host, DISC));
  avb_test_await_error (avb_machine_start (machine), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  hyperv_rig_end (&rig);
  return NULL;
}

static DexFuture *
test_deaf_guest (gpointer data)
{
  HypervRig rig;
  HypervSimulator *host = hyperv_rig_new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "deaf", 2, HYPERV_STATE_ENABLED);

  hyperv_simulator_set_guests_deaf (host, TRUE);
  hyperv_rig_begin (&rig, host);
  avb_test_await_error (avb_machine_shut_down (hyperv_rig_find (rig.connection, "deaf")), AVB_ERROR, AVB_ERROR_BUSY);
  g_assert_cmpint (hyperv_simulator_get_machine_state (host, id), ==, HYPERV_STATE_ENABLED);
  hyperv_rig_end (&rig);
  return NULL;
}

/* A disk that two machines have stays when one goes. */
static DexFuture *
test_delete_keeps_shared_disks (gpointer data)
{
  HypervRig rig;
  g_autoptr (AvbMachineSpec) spec = hyperv_rig_new_spec ("one");
  g_autoptr (AvbMachine) one = NULL;
  g_autoptr (AvbMachine) two = NULL;

  hyperv_rig_begin (&rig, hyperv_rig_new_host ());
  one = avb_test_await_object (avb_connection_create_machine (rig.connection, spec));
  avb_machine_spec_set_name (spec, "two");
  two = avb_test_await_object (avb_connection_create_machine (rig.connection, spec));
  avb_test_await (avb_machine_delete (one, AVB_DELETE_DISKS));
  g_assert_true (hyperv_simulator_has_file (rig.host, DISK));
  avb_test_await (avb_machine_delete (two, AVB_DELETE_KEEP_DISKS));
  g_assert_true (hyperv_simulator_has_file (rig.host, DISK));
  avb_test_until_true (hyperv_rig_count (rig.connection) == 0);
  hyperv_rig_end (&rig);
  return NULL;
}

static DexFuture *
test_apply_spec (gpointer data)
{
  HypervRig rig;
  g_autoptr (AvbMachineSpec) spec = hyperv_rig_new_spec ("changes");
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbMachineSpec) read = NULL;
  guint n;

  hyperv_rig_begin (&rig, hyperv_rig_new_host ());
  machine = avb_test_await_object (avb_connection_create_machine (rig.connection, spec));
  avb_test_await (avb_machine_load_details (machine));
  /* Nothing differs: nothing is called. */
  hyperv_simulator_reset_counts (rig.host);
  g_assert_cmpint (dex_await_int (avb_machine_apply_spec (machine, spec), NULL), ==, AVB_APPLIED_NOW);
  n = hyperv_simulator_get_n_requests (rig.host, "ModifySystemSettings")
      + hyperv_simulator_get_n_requests (rig.host, "ModifyResourceSettings")
      + hyperv_simulator_get_n_requests (rig.host, "AddResourceSettings")
      + hyperv_simulator_get_n_requests (rig.host, "RemoveResourceSettings");
  g_assert_cmpuint (n, ==, 0);
  avb_machine_spec_set_cpus (spec, 2);
  avb_machine_spec_set_memory_mib (spec, 2048);
  avb_machine_spec_set_description (spec, NULL);
  g_clear_pointer (&((AvbDiskSpec *) avb_machine_spec_get_disks (spec)->pdata[1])->path, g_free);
  avb_machine_spec_add_interface (spec, avb_interface_spec_new (AVB_INTERFACE_USER, NULL, NULL));
  g_assert_cmpint (dex_await_int (avb_machine_apply_spec (machine, spec), NULL), ==, AVB_APPLIED_NOW);
  read = avb_test_await_object (avb_machine_read_spec (machine));
  g_assert_true (avb_machine_spec_equal (spec, read));
  avb_test_until_true (avb_machine_get_cpus (machine) == 2);
  g_assert_cmpstr (avb_machine_get_setting (machine, "group"), ==, "tests");
  /* While it runs: a disc, and no processors. */
  avb_test_await (avb_machine_start (machine));
  until_state (machine, AVB_MACHINE_RUNNING);
  g_set_str (&((AvbDiskSpec *) avb_machine_spec_get_disks (spec)->pdata[1])->path, DISC);
  g_set_str (&((AvbDiskSpec *) avb_machine_spec_get_disks (spec)->pdata[1])->format, "raw");
  avb_test_await (avb_machine_apply_spec (machine, spec));
  avb_machine_spec_set_cpus (spec, 4);
  avb_test_await_error (avb_machine_apply_spec (machine, spec), AVB_ERROR, AVB_ERROR_BUSY);
  hyperv_rig_end (&rig);
  return NULL;
}

static DexFuture *
test_settings (gpointer data)
{
  HypervRig rig;
  HypervSimulator *host = hyperv_rig_new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "set", 2, HYPERV_STATE_DISABLED);
  g_autoptr (AvbMachineSpec) spec = NULL;
  g_autofree char *notes = NULL;
  AvbMachine      *machine;
  DexFuture       *first, *second;

  hyperv_rig_begin (&rig, host);
  machine = hyperv_rig_find (rig.connection, "set");
  avb_test_await (avb_machine_load_details (machine));
  spec = avb_test_await_object (avb_machine_read_spec (machine));
  avb_machine_spec_set_description (spec, "mine");
  avb_test_await (avb_machine_apply_spec (machine, spec));
  first = avb_machine_set_setting (machine, "scale", "1");
  second = avb_machine_set_setting (machine, "scale", "2");
  avb_test_await (avb_machine_set_setting (machine, "other", "ü"));
  avb_test_await (first);
  avb_test_await (second);
  g_assert_cmpstr (avb_machine_get_setting (machine, "scale"), ==, "2");
  notes = hyperv_simulator_dup_property (host, "Msvm_VirtualSystemSettingData", id, "Notes");
  g_assert_true (g_str_has_prefix (notes, "mine\n\n["));
  g_assert_nonnull (strstr (notes, "set.scale=2\n"));
  g_assert_nonnull (strstr (notes, "set.other=ü\n"));
  avb_test_await (avb_machine_set_setting (machine, "scale", NULL));
  g_free (notes);
  notes = hyperv_simulator_dup_property (host, "Msvm_VirtualSystemSettingData", id, "Notes");
  g_assert_null (strstr (notes, "scale"));
  hyperv_rig_end (&rig);
  return NULL;
}

static DexFuture *
test_network_link (gpointer data)
{
  HypervRig rig;
  HypervSimulator *host = hyperv_rig_new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "net", 2, HYPERV_STATE_ENABLED);
  AvbMachine      *machine;

  hyperv_rig_begin (&rig, host);
  machine = hyperv_rig_find (rig.connection, "net");
  g_assert_cmpint (dex_await_int (avb_machine_read_network_link (machine), NULL), ==, AVB_NETWORK_LINK_UP);
  avb_test_await (avb_machine_set_network_link (machine, FALSE));
  g_assert_cmpint (dex_await_int (avb_machine_read_network_link (machine), NULL), ==, AVB_NETWORK_LINK_DOWN);
  avb_test_await (avb_machine_set_network_link (machine, TRUE));
  g_assert_cmpint (dex_await_int (avb_machine_read_network_link (machine), NULL), ==, AVB_NETWORK_LINK_UP);
  hyperv_rig_end (&rig);
  return NULL;
}

int
main (int argc, char **argv)
{
  static const HypervRigTest tests[] = {
    { "list", test_list },
    { "capabilities", test_capabilities },
    { "life", test_life },
    { "deaf-guest", test_deaf_guest },
    { "delete-keeps-shared-disks", test_delete_keeps_shared_disks },
    { "apply-spec", test_apply_spec },
    { "settings", test_settings },
    { "network-link", test_network_link },
    { NULL, NULL },
  };

  return hyperv_rig_main (argc, argv, tests);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <string.h>

#include "backends/avb-error.h"
#include "tests/avb-test.h"
#include "tests/backends/hyperv/hyperv-rig.h"

/* Machines come into being, or leave nothing. */

static DexFuture *
test_create (gpointer data)
{
  HypervRig rig;
  g_autoptr (AvbMachineSpec) spec = hyperv_rig_new_spec ("new");
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbMachineSpec) read = NULL;

  hyperv_rig_begin (&rig, hyperv_rig_new_host ());
  machine = avb_test_await_object (avb_connection_create_machine (rig.connection, spec));
  g_assert_true (hyperv_rig_find (rig.connection, "new") == machine);
  g_assert_cmpint (avb_machine_get_state (machine), ==, AVB_MACHINE_OFF);
  read = avb_test_await_object (avb_machine_read_spec (machine));
  g_assert_true (avb_machine_spec_equal (spec, read));
  avb_test_await (avb_machine_load_details (machine));
  g_assert_cmpstr (avb_machine_get_os_id (machine), ==, "http://debian.org/debian/13");
  g_assert_cmpuint (avb_machine_get_cpus (machine), ==, 3);
  g_assert_cmpstr (avb_machine_get_setting (machine, "group"), ==, "tests");
  avb_test_await_error (avb_connection_create_machine (rig.connection, spec), AVB_ERROR, AVB_ERROR_EXISTS);
  hyperv_rig_end (&rig);
  return NULL;
}

static DexFuture *
test_create_bios (gpointer data)
{
  HypervRig rig;
  g_autoptr (AvbMachineSpec) spec = hyperv_rig_new_spec ("old");
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbMachineSpec) read = NULL;

  avb_machine_spec_set_firmware (spec, AVB_FIRMWARE_BIOS);
  avb_machine_spec_set_tpm (spec, FALSE);
  hyperv_rig_begin (&rig, hyperv_rig_new_host ());
  machine = avb_test_await_object (avb_connection_create_machine (rig.connection, spec));
  read = avb_test_await_object (avb_machine_read_spec (machine));
  g_assert_true (avb_machine_spec_equal (spec, read));
  hyperv_rig_end (&rig);
  return NULL;
}

/* Nothing is left of a machine that cannot be made. */
static DexFuture *
test_create_fails (gpointer data)
{
  static const char *const methods[] = { "DefineSystem", "ModifyResourceSettings", "AddResourceSettings", "ModifySystemSettings" };
  HypervRig rig;
  g_autoptr (AvbMachineSpec) spec = hyperv_rig_new_spec ("never");

  hyperv_rig_begin (&rig, hyperv_rig_new_host ());
  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      hyperv_simulator_return_next (rig.host, methods[i], 32768);
      avb_test_await_error (avb_connection_create_machine (rig.connection, spec), AVB_ERROR, AVB_ERROR_FAILED);
      avb_test_until_true (hyperv_simulator_get_n_machines (rig.host) == 0);
      g_assert_cmpuint (hyperv_rig_count (rig.connection), ==, 0);
    }
  hyperv_simulator_fail_next_job (rig.host, 32768, "No luck today.");
  {
    g_autoptr (GError) error = NULL;

    g_assert_false (dex_await (avb_connection_create_machine (rig.connection, spec), &error));
    g_assert_error (error, AVB_ERROR, AVB_ERROR_FAILED);
    g_assert_nonnull (strstr (avb_error_get_details (error), "No luck today."));
  }
  g_assert_cmpuint (hyperv_simulator_get_n_machines (rig.host), ==, 0);
  g_set_str (&((AvbDiskSpec *) avb_machine_spec_get_disks (spec)->pdata[0])->path, "C:\\not-there.vhdx");
  avb_test_await_error (avb_connection_create_machine (rig.connection, spec), AVB_ERROR, AVB_ERROR_NOT_FOUND);
  g_assert_cmpuint (hyperv_simulator_get_n_machines (rig.host), ==, 0);
  g_assert_cmpuint (hyperv_rig_count (rig.connection), ==, 0);
  avb_machine_spec_set_transient (spec, TRUE);
  avb_test_await_error (avb_connection_create_machine (rig.connection, spec), AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
  hyperv_rig_end (&rig);
  return NULL;
}

/* One that was made halfway when the host went is taken away when it is back. */
static DexFuture *
test_reboot_while_creating (gpointer data)
{
  HypervRig rig;
  g_autoptr (AvbMachineSpec) spec = hyperv_rig_new_spec ("halfway");
  DexFuture *future;

  hyperv_rig_begin (&rig, hyperv_rig_new_host ());
  hyperv_simulator_delay_next (rig.host, "AddResourceSettings", 60000);
  future = avb_connection_create_machine (rig.connection, spec);
  avb_test_until_true (hyperv_simulator_get_n_requests (rig.host, "AddResourceSettings") > 0);
  g_assert_cmpuint (hyperv_simulator_get_n_machines (rig.host), ==, 1);
  hyperv_simulator_reboot (rig.host, 300, TRUE);
  avb_test_await_error (future, AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  avb_test_until (hyperv_rig_is_up, rig.connection);
  avb_test_until_true (hyperv_simulator_get_n_machines (rig.host) == 0);
  avb_test_until_true (hyperv_rig_count (rig.connection) == 0);
  hyperv_rig_end (&rig);
  return NULL;
}

/* The request that fails may be one of those that look after a machine of before: then once more. (transfer full) */
static GError *
fail_to_create (HypervRig *rig, AvbMachineSpec *spec, const char *action, HypervFail kind)
{
  for (guint i = 0; i < 10; i++)
    {
      g_autoptr (AvbMachine) machine = NULL;
      GError *error = NULL;

      hyperv_simulator_fail_next (rig->host, action, kind);
      machine = dex_await_object (avb_connection_create_machine (rig->connection, spec), &error);
      hyperv_simulator_fail_never (rig->host);
      if (machine == NULL)
        return error;
      avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
      avb_test_until_true (hyperv_rig_is_up (rig->connection) && hyperv_rig_count (rig->connection) == 0);
    }
  g_assert_not_reached ();
}

/* Whatever it is that fails once the machine is defined. */
static DexFuture *
test_create_fails_late (gpointer data)
{
  static const struct {
    const char *action;
    HypervFail  kind;
  } cases[] = {
    { "DefineSystem", HYPERV_FAIL_WRONG_RELATES_TO },
    { "DefineSystem", HYPERV_FAIL_WRONG_NAMESPACES },
    { "DefineSystem", HYPERV_FAIL_CUT },
    { "ModifyResourceSettings", HYPERV_FAIL_FAULT },
    { "Get", HYPERV_FAIL_FAULT },
    { "Get", HYPERV_FAIL_GARBAGE },
  };
  HypervRig rig;

  hyperv_rig_begin (&rig, hyperv_rig_new_host ());
  hyperv_simulator_set_synchronous (rig.host, TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AvbMachineSpec) spec = hyperv_rig_new_spec ("late");
      g_autoptr (GError) error = NULL;
      guint before = hyperv_simulator_get_n_requests (rig.host, "DefineSystem");
      guint destroyed = hyperv_simulator_get_n_requests (rig.host, "DestroySystem");

      g_test_message ("%s fails with %d", cases[i].action, cases[i].kind);
      error = fail_to_create (&rig, spec, cases[i].action, cases[i].kind);
      g_assert_true (error->domain == AVB_ERROR);
      g_assert_cmpuint (hyperv_simulator_get_n_requests (rig.host, "DefineSystem"), >, before);
      /* It was there. */
      avb_test_until_true (hyperv_simulator_get_n_requests (rig.host, "DestroySystem") > destroyed);
      avb_test_until_true (hyperv_simulator_get_n_machines (rig.host) == 0);
      avb_test_until_true (hyperv_rig_is_up (rig.connection) && hyperv_rig_count (rig.connection) == 0);
    }
  hyperv_rig_end (&rig);
  return NULL;
}

/* The host does not say which machine it made, and does not take it back before it was away. */
static DexFuture *
test_create_answer_is_lost (gpointer data)
{
  HypervRig rig;
  g_autoptr (AvbMachineSpec) spec = hyperv_rig_new_spec ("lost");
  g_autoptr (GError) error = NULL;
  g_autofree char *namesake = NULL;

  hyperv_rig_begin (&rig, hyperv_rig_new_host ());
  hyperv_simulator_set_synchronous (rig.host, TRUE);
  hyperv_simulator_fail_next (rig.host, "DefineSystem", HYPERV_FAIL_WRONG_NAMESPACES);
  hyperv_simulator_fail_next (rig.host, "DestroySystem", HYPERV_FAIL_FAULT);
  g_assert_null (dex_await_object (avb_connection_create_machine (rig.connection, spec), &error));
  g_assert_true (error->domain == AVB_ERROR);
  g_assert_cmpuint (hyperv_simulator_get_n_requests (rig.host, "DestroySystem"), ==, 1);
  g_assert_cmpuint (hyperv_simulator_get_n_machines (rig.host), ==, 1);
  namesake = hyperv_simulator_add_machine (rig.host, "lost", 2, HYPERV_STATE_DISABLED);
  hyperv_simulator_reboot (rig.host, 300, TRUE);
  avb_test_until_true (hyperv_simulator_get_n_requests (rig.host, "DestroySystem") == 2);
  avb_test_until_true (hyperv_simulator_get_n_machines (rig.host) == 1);
  avb_test_until_true (hyperv_rig_count (rig.connection) == 1);
  /* Ours went, not somebody else's of the same name. */
  g_assert_cmpint (hyperv_simulator_get_machine_state (rig.host, namesake), ==, HYPERV_STATE_DISABLED);
  hyperv_rig_end (&rig);
  return NULL;
}

int
main (int argc, char **argv)
{
  static const HypervRigTest tests[] = {
    { "create", test_create },
    { "create-bios", test_create_bios },
    { "create-fails", test_create_fails },
    { "reboot-while-creating", test_reboot_while_creating },
    { "create-fails-late", test_create_fails_late },
    { "create-answer-is-lost", test_create_answer_is_lost },
    { NULL, NULL },
  };

  return hyperv_rig_main (argc, argv, tests);
}

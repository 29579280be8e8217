/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <string.h>

#include "backends/avb-error.h"
#include "tests/avb-test.h"
#include "tests/backends/hyperv/hyperv-rig.h"

/* The host goes and comes back, and says what it should not. */

static DexFuture *
test_reboot (gpointer data)
{
  HypervRig rig;
  HypervSimulator *host = hyperv_rig_new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "stays", 2, HYPERV_STATE_ENABLED);
  g_autofree char *gone = hyperv_simulator_add_machine (host, "goes", 2, HYPERV_STATE_DISABLED);
  g_autoptr (AvbMachine) machine = NULL;

  hyperv_rig_begin (&rig, host);
  machine = g_object_ref (hyperv_rig_find (rig.connection, "stays"));
  hyperv_simulator_reboot (host, 1500, FALSE);
  avb_test_until (hyperv_rig_is_lost, rig.connection);
  g_assert_cmpuint (hyperv_rig_count (rig.connection), ==, 2);
  g_assert_false (avb_machine_get_available (machine));
  g_assert_nonnull (avb_connection_get_link_error (rig.connection));
  avb_test_await_error (avb_machine_pause (machine), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  hyperv_simulator_remove_machine (host, gone);
  avb_test_until (hyperv_rig_is_up, rig.connection);
  g_assert_true (hyperv_rig_find (rig.connection, "stays") == machine);
  g_assert_true (avb_machine_get_available (machine));
  g_assert_cmpint (avb_machine_get_state (machine), ==, AVB_MACHINE_OFF);
  g_assert_cmpuint (hyperv_rig_count (rig.connection), ==, 1);
  hyperv_simulator_set_machine_state (host, id, HYPERV_STATE_ENABLED);
  until_state (machine, AVB_MACHINE_RUNNING);
  hyperv_rig_end (&rig);
  return NULL;
}

static DexFuture *
test_reboot_in_a_job (gpointer data)
{
  HypervRig rig;
  HypervSimulator *host = hyperv_rig_new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "job", 2, HYPERV_STATE_ENABLED);
  g_autoptr (AvbOperation) operation = avb_operation_new ("save");
  DexFuture *future;

  hyperv_rig_begin (&rig, host);
  hyperv_simulator_hang_next_job (host);
  future = avb_machine_save (hyperv_rig_find (rig.connection, "job"), operation);
  avb_test_until_true (avb_operation_get_fraction (operation) > 0);
  hyperv_simulator_reboot (host, 500, TRUE);
  avb_test_await_error (future, AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  avb_test_until (hyperv_rig_is_up, rig.connection);
  until_state (hyperv_rig_find (rig.connection, "job"), AVB_MACHINE_RUNNING);
  g_assert_null (avb_machine_get_operation (hyperv_rig_find (rig.connection, "job")));
  hyperv_rig_end (&rig);
  return NULL;
}

static DexFuture *
test_subscription_is_gone (gpointer data)
{
  HypervRig rig;
  HypervSimulator *host = hyperv_rig_new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "events", 2, HYPERV_STATE_DISABLED);

  hyperv_rig_begin (&rig, host);
  hyperv_simulator_drop_connections (host);
  hyperv_simulator_set_machine_state (host, id, HYPERV_STATE_ENABLED);
  avb_test_until_true (hyperv_rig_is_up (rig.connection)
                       && avb_machine_get_state (hyperv_rig_find (rig.connection, "events")) == AVB_MACHINE_RUNNING);
  hyperv_rig_end (&rig);
  return NULL;
}

static DexFuture *
test_bad_answers (gpointer data)
{
  static const HypervFail kinds[]
      = { HYPERV_FAIL_FAULT, HYPERV_FAIL_FAULT_WITHOUT_DETAIL, HYPERV_FAIL_UNAVAILABLE, HYPERV_FAIL_SERVER_ERROR,
          HYPERV_FAIL_CUT,   HYPERV_FAIL_GARBAGE,              HYPERV_FAIL_EMPTY,       HYPERV_FAIL_ENTITIES,
          HYPERV_FAIL_HUGE,  HYPERV_FAIL_DEEP,                 HYPERV_FAIL_REDIRECT,    HYPERV_FAIL_WRONG_NAMESPACES };

  for (gsize i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      HypervRig rig;
      HypervSimulator *host = hyperv_rig_new_host ();
      g_autofree char *id = hyperv_simulator_add_machine (host, "bad", 2, HYPERV_STATE_ENABLED);
      g_autoptr (GError) error = NULL;

      hyperv_rig_begin (&rig, host);
      hyperv_simulator_fail_next (host, "RequestStateChange", kinds[i]);
      g_assert_false (dex_await (avb_machine_pause (hyperv_rig_find (rig.connection, "bad")), &error));
      g_assert_cmpint (error->domain, ==, AVB_ERROR);
      g_assert_true (g_str_has_suffix (error->message, "."));
      hyperv_simulator_fail_never (host);
      avb_test_until (hyperv_rig_is_up, rig.connection);
      /* It may have been done for all that. */
      avb_test_until_true (avb_machine_can_pause (hyperv_rig_find (rig.connection, "bad"))
                           == (hyperv_simulator_get_machine_state (host, id) == HYPERV_STATE_ENABLED));
      if (avb_machine_can_pause (hyperv_rig_find (rig.connection, "bad")))
        avb_test_await (avb_machine_pause (hyperv_rig_find (rig.connection, "bad")));
      until_state (hyperv_rig_find (rig.connection, "bad"), AVB_MACHINE_PAUSED);
      hyperv_rig_end (&rig);
    }
  return NULL;
}

int
main (int argc, char **argv)
{
  static const HypervRigTest tests[] = {
    { "reboot", test_reboot },
    { "reboot-in-a-job", test_reboot_in_a_job },
    { "subscription-is-gone", test_subscription_is_gone },
    { "bad-answers", test_bad_answers },
    { NULL, NULL },
  };

  return hyperv_rig_main (argc, argv, tests);
}

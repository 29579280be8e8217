/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/contract/contract.h"

/* What somebody else does at the host arrives without being asked for. */

static void
made_elsewhere (Contract *c)
{
  c->host->other (CONTRACT_OTHER_CREATES, "contract-others", NULL);
  {
    g_autoptr (AvbMachine) machine = NULL;

    avb_test_until_true ((machine = contract_find (c->connection, "contract-others")) != NULL);
    avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_OFF);
    g_assert_true (avb_machine_get_available (machine));
    avb_test_await (avb_machine_load_details (machine));
    c->host->other (CONTRACT_OTHER_DELETES, avb_machine_get_uuid (machine), NULL);
    avb_test_until_true (!contract_has (c->connection, "contract-others"));
    g_assert_false (avb_machine_get_available (machine));
  }
}

static void
state_elsewhere (Contract *c)
{
  g_autoptr (AvbMachine) machine = contract_create (c, "contract-state");
  const char *uuid = avb_machine_get_uuid (machine);
  gint64 before = g_get_real_time () / G_USEC_PER_SEC;

  c->host->other (CONTRACT_OTHER_STARTS, uuid, NULL);
  contract_until_state (machine, AVB_MACHINE_RUNNING);
  g_assert_true (avb_machine_can_force_off (machine));
  g_assert_cmpint (avb_machine_get_state_since (machine), >=, before - 1);
  if (contract_reason (c, AVB_FEATURE_PAUSE) == NULL)
    {
      c->host->other (CONTRACT_OTHER_PAUSES, uuid, NULL);
      contract_until_state (machine, AVB_MACHINE_PAUSED);
    }
  c->host->other (CONTRACT_OTHER_TURNS_OFF, uuid, NULL);
  contract_until_state (machine, AVB_MACHINE_OFF);
  g_assert_true (avb_machine_can_start (machine));
}

static void
renamed_elsewhere (Contract *c)
{
  g_autoptr (AvbMachine) machine = contract_create (c, "contract-old");
  g_autoptr (AvbMachine) found = NULL;

  c->host->other (
      CONTRACT_OTHER_RENAMES, avb_machine_get_uuid (machine), "contract-new & <b> \xe2\x80\xae" "x");
  avb_test_until_true (
      g_strcmp0 (avb_machine_get_name (machine), "contract-new & <b> \xe2\x80\xae" "x") == 0);
  /* Not a machine that went and one that came. */
  found = contract_find (c->connection, avb_machine_get_name (machine));
  g_assert_true (found == machine);
}

/* Another program of ours: settings and details too. */
static void
changed_elsewhere (Contract *c)
{
  g_autoptr (AvbMachine) machine = contract_create (c, "contract-both");
  g_autoptr (AvbConnection) second = c->host->connect ();
  g_autoptr (AvbMachine) same = contract_find (second, "contract-both");
  g_autoptr (AvbMachineSpec) spec = contract_read_spec (machine);

  g_assert_true (same != NULL && same != machine);
  avb_test_await (avb_machine_load_details (machine));
  avb_test_await (avb_machine_load_details (same));
  avb_test_await (avb_machine_set_setting (same, "display", "theirs"));
  avb_test_until_true (
      g_strcmp0 (avb_machine_get_setting (machine, "display"), "theirs") == 0);
  avb_machine_spec_set_cpus (spec, 2);
  avb_machine_spec_set_memory_mib (spec, avb_machine_spec_get_memory_mib (spec) + 64);
  avb_test_await (avb_machine_apply_spec (same, spec));
  avb_test_until_true (avb_machine_get_cpus (machine) == 2);
  avb_test_until_true (avb_machine_get_memory_mib (machine)
                       == avb_machine_spec_get_memory_mib (spec));

  /* What is gone there is gone here. */
  contract_bring (same, AVB_MACHINE_RUNNING);
  contract_until_state (machine, AVB_MACHINE_RUNNING);
  contract_bring (machine, AVB_MACHINE_OFF);
  contract_until_state (same, AVB_MACHINE_OFF);
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_KEEP_DISKS));
  avb_test_until_true (!contract_has (second, "contract-both"));
  contract_close (g_steal_pointer (&second));
}

const ContractBehaviour contract_event_behaviours[] = {
  { "event-made-and-deleted-elsewhere", made_elsewhere },
  { "event-state-elsewhere", state_elsewhere },
  { "event-renamed-elsewhere", renamed_elsewhere },
  { "event-changed-elsewhere", changed_elsewhere },
  { NULL, NULL },
};

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-snapshot.h"
#include "tests/contract/contract.h"

static gboolean
has_none (Contract *c)
{
  const char *reason = contract_reason (c, AVB_FEATURE_SNAPSHOTS);

  /* That each verb says so is tested with the feature. */
  if (reason != NULL)
    contract_refused (c, reason);
  return reason != NULL;
}

static GPtrArray *
list (AvbMachine *machine)
{
  return avb_test_await_boxed (avb_machine_list_snapshots (machine));
}

static void
take (AvbMachine *machine, const char *name)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Snapshot");

  avb_test_await (avb_machine_take_snapshot (machine, name, "Before & <after>\nü", operation));
  g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_DONE);
  g_assert_null (avb_machine_get_operation (machine));
}

typedef DexFuture *(*Verb) (AvbMachine *machine, const char *name, AvbOperation *operation);

static DexFuture *
take_verb (AvbMachine *machine, const char *name, AvbOperation *operation)
{
  return avb_machine_take_snapshot (machine, name, NULL, operation);
}

static void
act (AvbMachine *machine, Verb verb, const char *name)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Snapshot");

  avb_test_await (verb (machine, name, operation));
  g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_DONE);
}

static void
refuse (AvbMachine *machine, Verb verb, const char *name, AvbError code)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Snapshot");

  avb_test_await_error (verb (machine, name, operation), AVB_ERROR, code);
  g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_FAILED);
  g_assert_null (avb_machine_get_operation (machine));
}

static const AvbSnapshot *
find (GPtrArray *snapshots, const char *name)
{
  for (guint i = 0; i < snapshots->len; i++)
    if (g_strcmp0 (((AvbSnapshot *) snapshots->pdata[i])->name, name) == 0)
      return snapshots->pdata[i];
  return NULL;
}

static void
tree (Contract *c)
{
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (GPtrArray) two = NULL;
  g_autoptr (GPtrArray) three = NULL;
  g_autoptr (GPtrArray) left = NULL;
  const AvbSnapshot *first, *second;
  gint64 begin = g_get_real_time () / G_USEC_PER_SEC;

  if (has_none (c))
    return;
  machine = contract_create_with_disk (c, "contract-tree");
  none = list (machine);
  g_assert_cmpuint (none->len, ==, 0);
  take (machine, "Fresh & <clean> ü");
  take (machine, "second");
  two = list (machine);
  g_assert_cmpuint (two->len, ==, 2);
  first = two->pdata[0];
  second = two->pdata[1];
  g_assert_cmpstr (first->name, ==, "Fresh & <clean> ü");
  g_assert_cmpstr (first->description, ==, "Before & <after>\nü");
  g_assert_null (first->parent);
  g_assert_false (first->running);
  g_assert_false (first->current);
  g_assert_cmpint (ABS (first->created - begin), <, 24 * 3600);
  g_assert_cmpstr (second->name, ==, "second");
  g_assert_cmpstr (second->parent, ==, first->name);
  g_assert_true (second->current);

  /* A branch beside the second. */
  act (machine, avb_machine_revert_snapshot, first->name);
  take (machine, "branch");
  three = list (machine);
  g_assert_cmpuint (three->len, ==, 3);
  g_assert_cmpstr (find (three, "branch")->parent, ==, first->name);
  g_assert_true (find (three, "branch")->current);
  g_assert_false (find (three, "second")->current);

  act (machine, avb_machine_revert_snapshot, "second");
  act (machine, avb_machine_delete_snapshot, "branch");
  act (machine, avb_machine_delete_snapshot, first->name);
  left = list (machine);
  g_assert_cmpuint (left->len, ==, 1);
  g_assert_nonnull (find (left, "second"));
  g_assert_null (find (left, "second")->parent);
  contract_bring (machine, AVB_MACHINE_RUNNING);
}

static void
refusals (Contract *c)
{
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (GPtrArray) one = NULL;

  if (has_none (c))
    return;
  machine = contract_create_with_disk (c, "contract-refusals");
  take (machine, "taken");
  refuse (machine, take_verb, "taken", AVB_ERROR_EXISTS);
  refuse (machine, take_verb, "", AVB_ERROR_INVALID);
  refuse (machine, take_verb, "a\nb", AVB_ERROR_INVALID);
  refuse (machine, take_verb, "not UTF-8 \xff", AVB_ERROR_INVALID);
  refuse (machine, avb_machine_revert_snapshot, "missing", AVB_ERROR_NOT_FOUND);
  /* Gone already is what was asked for. */
  act (machine, avb_machine_delete_snapshot, "missing");
  one = list (machine);
  g_assert_cmpuint (one->len, ==, 1);
}

/* Where its disk lies, a snapshot may change. */
static void
assert_but_disks (AvbMachine *machine, AvbMachineSpec *expected)
{
  g_autoptr (AvbMachineSpec) now = contract_read_spec (machine);
  g_autoptr (AvbMachineSpec) moved = avb_machine_spec_copy (expected);
  GPtrArray *disks = avb_machine_spec_get_disks (now);
  GPtrArray *wanted = avb_machine_spec_get_disks (moved);

  g_assert_cmpuint (disks->len, ==, wanted->len);
  for (guint i = 0; i < disks->len; i++)
    g_set_str (&((AvbDiskSpec *) wanted->pdata[i])->path, ((AvbDiskSpec *) disks->pdata[i])->path);
  contract_assert_spec (machine, moved);
}

/* Of the settings too: what the machine was then it is again. */
static void
reverts_settings (Contract *c)
{
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbMachineSpec) before = NULL;
  g_autoptr (AvbMachineSpec) spec = NULL;
  g_autoptr (GPtrArray) two = NULL;

  if (has_none (c))
    return;
  machine = contract_create_with_disk (c, "contract-settings");
  before = contract_read_spec (machine);
  spec = avb_machine_spec_copy (before);
  take (machine, "one processor");
  avb_machine_spec_set_cpus (spec, 2);
  avb_test_await (avb_machine_apply_spec (machine, spec));
  take (machine, "two processors");
  act (machine, avb_machine_revert_snapshot, "one processor");
  assert_but_disks (machine, before);
  act (machine, avb_machine_revert_snapshot, "two processors");
  assert_but_disks (machine, spec);
}

static void
of_running (Contract *c)
{
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (GPtrArray) one = NULL;
  const AvbSnapshot *snapshot;

  if (has_none (c))
    return;
  machine = contract_create_with_disk (c, "contract-memory");
  contract_bring (machine, AVB_MACHINE_RUNNING);
  take (machine, "running");
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING);
  one = list (machine);
  snapshot = find (one, "running");
  g_assert_nonnull (snapshot);
  contract_bring (machine, AVB_MACHINE_OFF);
  act (machine, avb_machine_revert_snapshot, "running");
  /* With its memory it goes on; without, it is off. Hosts that keep it differently have it saved. */
  if (snapshot->running)
    {
      avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING
                           || avb_machine_get_state (machine) == AVB_MACHINE_SAVED);
      contract_remark (c, "with memory; afterwards it is %s",
                       contract_state_name (avb_machine_get_state (machine)));
      contract_bring (machine, AVB_MACHINE_RUNNING);
    }
  else
    {
      contract_until_state (machine, AVB_MACHINE_OFF);
      contract_remark (c, "of the disks only");
    }
}

/* What belongs to snapshots goes with the machine. */
static void
gone_with_machine (Contract *c)
{
  g_autoptr (AvbMachine) machine = NULL;

  if (has_none (c))
    return;
  machine = contract_create_with_disk (c, "contract-goes");
  take (machine, "first");
  take (machine, "second");
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
  avb_test_until_true (!contract_has (c->connection, "contract-goes"));
  avb_test_until_true (c->host->count_volumes () == 0);
}

const ContractBehaviour contract_snapshot_behaviours[] = {
  { "snapshot-tree", tree },
  { "snapshot-refusals", refusals },
  { "snapshot-of-settings", reverts_settings },
  { "snapshot-while-it-runs", of_running },
  { "snapshots-go-with-the-machine", gone_with_machine },
  { NULL, NULL },
};

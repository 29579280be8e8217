/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-blocking.h"
#include "tests/contract/contract.h"

/* The link to the host is lost and comes back, or is closed for good. */

static void
assert_no_verb (Contract *c, AvbMachine *machine, AvbMachineSpec *spec)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Disk");
  AvbVolumeSpec volume
      = { .name = "contract", .format = c->host->volume_format, .capacity = 1 << 20 };

  g_assert_false (avb_machine_get_available (machine));
  g_assert_false (avb_machine_can_start (machine));
  g_assert_false (avb_machine_can_force_off (machine));
  g_assert_false (avb_machine_can_edit (machine));
  g_assert_false (avb_machine_has_console (machine));
  avb_test_await_error (avb_machine_force_off (machine), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  avb_test_await_error (avb_machine_read_spec (machine), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  avb_test_await_error (avb_machine_apply_spec (machine, spec), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  avb_test_await_error (
      avb_connection_create_machine (c->connection, spec), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  avb_test_await_error (avb_connection_create_volume (c->connection, &volume, operation),
                        AVB_ERROR,
                        AVB_ERROR_UNAVAILABLE);
  avb_test_await_error (avb_connection_read_free (c->connection), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
}

typedef struct {
  Contract       *c;
  AvbMachine     *machine;
  AvbMachineSpec *spec;
  guint           n_lost;
} Loss;

/* At once, before it is back. None of these waits: all are refused without asking the host. */
static void
link_cb (AvbConnection *connection, GParamSpec *pspec, Loss *loss)
{
  if (avb_connection_get_link (connection) != AVB_LINK_LOST)
    return;
  loss->n_lost++;
  g_assert_nonnull (avb_connection_get_link_error (connection));
}

static void
lost_link (Contract *c)
{
  g_autoptr (AvbMachine) machine = contract_create (c, "contract-link");
  g_autoptr (AvbMachine) off = contract_create (c, "contract-off");
  g_autoptr (AvbMachineSpec) spec = contract_read_spec (machine);
  g_autoptr (AvbMachine) same = NULL;
  Loss  loss = { c, machine, spec, 0 };
  guint n = contract_count (c->connection);

  contract_bring (machine, AVB_MACHINE_RUNNING);
  g_signal_connect (c->connection, "notify::link", G_CALLBACK (link_cb), &loss);
  c->host->break_link (c->connection);
  avb_test_until_true (loss.n_lost > 0);
  if (avb_connection_get_link (c->connection) == AVB_LINK_LOST)
    {
      g_assert_cmpuint (contract_count (c->connection), ==, n);
      assert_no_verb (c, machine, spec);
    }
  avb_test_until_true (avb_connection_get_link (c->connection) == AVB_LINK_UP);
  g_assert_null (avb_connection_get_link_error (c->connection));
  same = contract_find (c->connection, "contract-link");
  g_assert_true (same == machine);
  g_assert_cmpuint (contract_count (c->connection), ==, n);
  avb_test_until_true (avb_machine_get_available (machine));
  contract_until_state (machine, AVB_MACHINE_RUNNING);
  g_assert_true (avb_machine_can_force_off (machine));

  /* Events arrive over the new one. */
  c->host->other (CONTRACT_OTHER_STARTS, avb_machine_get_uuid (off), NULL);
  contract_until_state (off, AVB_MACHINE_RUNNING);
  g_signal_handlers_disconnect_by_data (c->connection, &loss);
}

/* What went while nobody listened is gone, and what came is there. */
static void
changed_meanwhile (Contract *c)
{
  g_autoptr (AvbMachine) stays = contract_create (c, "contract-stays");
  g_autoptr (AvbMachine) goes = contract_create (c, "contract-goes");
  g_autofree char *uuid = g_strdup (avb_machine_get_uuid (goes));
  Loss loss = { c, stays, NULL, 0 };

  g_signal_connect (c->connection, "notify::link", G_CALLBACK (link_cb), &loss);
  c->host->break_link (c->connection);
  avb_test_until_true (loss.n_lost > 0);
  c->host->other (CONTRACT_OTHER_DELETES, uuid, NULL);
  c->host->other (CONTRACT_OTHER_CREATES, "contract-came", NULL);
  c->host->other (CONTRACT_OTHER_STARTS, avb_machine_get_uuid (stays), NULL);
  avb_test_until_true (avb_connection_get_link (c->connection) == AVB_LINK_UP);
  avb_test_until_true (!contract_has (c->connection, "contract-goes"));
  {
    g_autoptr (AvbMachine) came = NULL;

    avb_test_until_true ((came = contract_find (c->connection, "contract-came")) != NULL);
  }
  contract_until_state (stays, AVB_MACHINE_RUNNING);
  g_assert_false (avb_machine_get_available (goes));
  g_signal_handlers_disconnect_by_data (c->connection, &loss);
}

static void
close_link (Contract *c)
{
  g_autoptr (AvbMachine) machine = contract_create (c, "contract-close");
  g_autoptr (AvbMachineSpec) spec = contract_read_spec (machine);
  g_autoptr (AvbConnection) later = NULL;
  g_autoptr (AvbMachine) seen = NULL;

  contract_bring (machine, AVB_MACHINE_RUNNING);
  /* So that what was closed is not the last that knows of it. */
  later = c->host->connect ();
  avb_test_await (avb_connection_close (c->connection));
  g_assert_cmpint (avb_connection_get_link (c->connection), ==, AVB_LINK_CLOSED);
  assert_no_verb (c, machine, spec);
  avb_test_await (avb_connection_close (c->connection));
  /* It stays closed. */
  avb_connection_retry (c->connection);
  g_assert_cmpint (avb_connection_get_link (c->connection), ==, AVB_LINK_CLOSED);

  /* Machines go on running. */
  seen = contract_find (later, "contract-close");
  g_assert_nonnull (seen);
  contract_until_state (seen, AVB_MACHINE_RUNNING);
  avb_test_await (avb_machine_force_off (seen));
  contract_until_state (seen, AVB_MACHINE_OFF);
  avb_test_await (avb_machine_delete (seen, AVB_DELETE_KEEP_DISKS));
  avb_test_until_true (!contract_has (later, "contract-close"));
  contract_close (g_steal_pointer (&later));
}

/* Dropped with calls under way, a connection goes all the same. */
static void
dropped (Contract *c)
{
  AvbConnection *connection = c->host->connect ();
  g_autoptr (AvbMachine) machine = contract_create (c, "contract-dropped");
  gpointer weak = connection;
  AvbMachine *seen;

  avb_test_until_true ((seen = contract_find (connection, "contract-dropped")) != NULL);
  avb_future_finish (avb_machine_load_details (seen), "test");
  avb_future_finish (avb_machine_read_spec (seen), "test");
  avb_future_finish (avb_connection_read_free (connection), "test");
  g_object_add_weak_pointer (G_OBJECT (connection), &weak);
  g_object_unref (seen);
  g_object_unref (connection);
  avb_test_until_true (weak == NULL);
}

const ContractBehaviour contract_link_behaviours[] = {
  { "lost-link", lost_link },
  { "changed-while-the-link-was-lost", changed_meanwhile },
  { "close", close_link },
  { "dropped-with-calls-under-way", dropped },
  { NULL, NULL },
};

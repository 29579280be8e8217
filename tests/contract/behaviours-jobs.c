/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <glib/gstdio.h>

#include "backends/avb-snapshot.h"
#include "tests/contract/contract.h"

/* Long work: it is watched, cancelled, and fails with what the host said. */

static void
cancel_cb (AvbOperation *operation, GParamSpec *pspec, gpointer data)
{
  if (avb_operation_get_total (operation) > 0 || avb_operation_get_fraction (operation) > 0)
    avb_operation_cancel (operation);
}

/* A cancelled copy leaves nothing, whenever the cancel comes. */
static void
cancelled_volume (Contract *c)
{
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *source = g_build_filename (folder, "source.img", NULL);
  g_autoptr (AvbOperation) before = avb_operation_new ("Disk");
  g_autoptr (AvbOperation) during = avb_operation_new ("Disk");
  g_autoptr (AvbOperation) hint = avb_operation_new ("Disk");
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  DexFuture *creation;
  AvbVolumeSpec volume
      = { .name = "contract", .format = c->host->volume_format, .capacity = 64 << 20 };

  avb_operation_cancel (before);
  avb_test_await_error (avb_connection_create_volume (c->connection, &volume, before),
                        G_IO_ERROR,
                        G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (c->host->count_volumes (), ==, 0);

  c->host->slow_down (TRUE, &volume, source);
  g_signal_connect (during, "notify", G_CALLBACK (cancel_cb), NULL);
  creation = avb_connection_create_volume (c->connection, &volume, during);
  /* Some hosts tell nothing of how far they are. */
  dex_await (dex_timeout_new_msec (100), NULL);
  avb_operation_cancel (during);
  path = dex_await_string (creation, &error);
  c->host->slow_down (FALSE, &volume, source);
  /* Too quick to be heard: then it is whole. */
  if (path == NULL)
    {
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      contract_remark (c, "cancelled in its middle");
    }
  else
    {
      avb_test_await (avb_connection_delete_volume (c->connection, path));
      contract_remark (c, "it was done before it heard");
    }
  avb_test_until_true (c->host->count_volumes () == 0);
  avb_test_remove_folder (folder);
}

/* What fails says what the host said, and leaves nothing. */
static void
failed_volume (Contract *c)
{
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *source = g_build_filename (folder, "source.img", NULL);
  g_autoptr (AvbOperation) operation = avb_operation_new ("Disk");
  g_autoptr (GError) error = NULL;
  g_autofree char *path = NULL;
  AvbVolumeSpec volume
      = { .name = "contract", .format = c->host->volume_format, .capacity = 64 << 20 };

  c->host->spoil (&volume, source);
  path = dex_await_string (avb_connection_create_volume (c->connection, &volume, operation), &error);
  g_assert_null (path);
  g_assert_true (error->domain == AVB_ERROR);
  g_assert_true (*error->message != '\0');
  g_assert_nonnull (avb_error_get_details (error));
  contract_remark (c, "%s", error->message);
  avb_test_until_true (c->host->count_volumes () == 0);
  avb_test_remove_folder (folder);
}

static void
operation_cb (AvbMachine *machine, GParamSpec *pspec, GPtrArray *seen)
{
  AvbOperation *operation = avb_machine_get_operation (machine);

  g_ptr_array_add (seen, operation != NULL ? g_object_ref (operation) : NULL);
}

/* The machine's operation, while it is saved: nothing else can be done to it. */
static void
saving (Contract *c)
{
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbOperation) operation = avb_operation_new ("Saving");
  g_autoptr (AvbOperation) refused = avb_operation_new ("Snapshot");
  g_autoptr (GPtrArray) seen = g_ptr_array_new ();
  DexFuture *save;
  const char *reason = contract_reason (c, AVB_FEATURE_SAVE);

  if (reason != NULL)
    {
      contract_refused (c, reason);
      return;
    }
  machine = contract_create (c, "contract-saving");
  contract_bring (machine, AVB_MACHINE_RUNNING);
  g_signal_connect (machine, "notify::operation", G_CALLBACK (operation_cb), seen);
  save = avb_machine_save (machine, operation);
  g_assert_true (avb_machine_get_operation (machine) == operation);
  g_assert_false (avb_machine_can_save (machine));
  g_assert_false (avb_machine_can_pause (machine));
  g_assert_false (avb_machine_can_delete (machine));
  avb_test_await_error (avb_machine_save (machine, NULL), AVB_ERROR, AVB_ERROR_BUSY);
  avb_test_await_error (avb_machine_delete (machine, AVB_DELETE_KEEP_DISKS), AVB_ERROR, AVB_ERROR_BUSY);
  if (contract_reason (c, AVB_FEATURE_SNAPSHOTS) == NULL)
    {
      avb_test_await_error (avb_machine_take_snapshot (machine, "busy", NULL, refused),
                            AVB_ERROR,
                            AVB_ERROR_BUSY);
      g_assert_cmpint (avb_operation_get_state (refused), ==, AVB_OPERATION_FAILED);
    }
  avb_test_await (save);
  g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_DONE);
  g_assert_null (avb_machine_get_operation (machine));
  g_assert_cmpuint (seen->len, ==, 2);
  g_assert_true (seen->pdata[0] == operation && seen->pdata[1] == NULL);
  g_object_unref (seen->pdata[0]);
  contract_until_state (machine, AVB_MACHINE_SAVED);
  g_signal_handlers_disconnect_by_data (machine, seen);
}

static void
count_state_cb (AvbMachine *machine, GParamSpec *pspec, guint *count)
{
  (*count)++;
}

/* What was cancelled before does not begin: not even for a moment. */
static void
cancelled_before (AvbMachine *machine)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Saving");
  guint count = 0;

  g_signal_connect (machine, "notify::state", G_CALLBACK (count_state_cb), &count);
  avb_operation_cancel (operation);
  avb_test_await_error (avb_machine_save (machine, operation), G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_CANCELLED);
  /* Whatever the host may have to tell has arrived by then. */
  g_object_unref (contract_read_spec (machine));
  g_assert_cmpuint (count, ==, 0);
  g_assert_cmpint (avb_machine_get_state (machine), ==, AVB_MACHINE_RUNNING);
  g_signal_handlers_disconnect_by_data (machine, &count);
}

/* It may be saved before it is heard; what the operation says is what is. */
static void
cancelled_amid (AvbMachine *machine, guint after_ms)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Saving");
  g_autoptr (GError) error = NULL;
  DexFuture *save = avb_machine_save (machine, operation);

  if (after_ms > 0)
    dex_await (dex_timeout_new_msec (after_ms), NULL);
  avb_operation_cancel (operation);
  if (dex_await (save, &error))
    {
      g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_DONE);
      contract_until_state (machine, AVB_MACHINE_SAVED);
    }
  else
    {
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_CANCELLED);
      contract_until_state (machine, AVB_MACHINE_RUNNING);
    }
  g_assert_null (avb_machine_get_operation (machine));
}

static void
save_cancelled (Contract *c)
{
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbOperation) wrong = avb_operation_new ("Saving");
  const char *reason = contract_reason (c, AVB_FEATURE_SAVE);

  if (reason != NULL)
    {
      contract_refused (c, reason);
      return;
    }
  machine = contract_create (c, "contract-cancel");
  /* Refused, an operation has an end too. */
  avb_test_await_error (avb_machine_save (machine, wrong), AVB_ERROR, AVB_ERROR_BUSY);
  g_assert_cmpint (avb_operation_get_state (wrong), ==, AVB_OPERATION_FAILED);
  contract_bring (machine, AVB_MACHINE_RUNNING);
  cancelled_before (machine);
  cancelled_amid (machine, 0);
  contract_bring (machine, AVB_MACHINE_RUNNING);
  cancelled_amid (machine, 10);
}

static void
count_cb (AvbOperation *operation, GParamSpec *pspec, guint *count)
{
  double fraction = avb_operation_get_fraction (operation);

  g_assert_true (fraction == -1 || (fraction >= 0 && fraction <= 1));
  g_assert_true (avb_operation_get_total (operation) == 0
                 || avb_operation_get_done (operation) <= avb_operation_get_total (operation));
  (*count)++;
}

/* Whatever is told of how far it is, is in bounds. */
static void
progress (Contract *c)
{
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *source = g_build_filename (folder, "source.img", NULL);
  g_autoptr (AvbOperation) operation = avb_operation_new ("Disk");
  g_autofree char *path = NULL;
  guint count = 0;
  AvbVolumeSpec volume
      = { .name = "contract", .format = c->host->volume_format, .capacity = 64 << 20 };

  c->host->slow_down (TRUE, &volume, source);
  g_signal_connect (operation, "notify", G_CALLBACK (count_cb), &count);
  path = avb_test_await_string (avb_connection_create_volume (c->connection, &volume, operation));
  c->host->slow_down (FALSE, &volume, source);
  g_signal_handlers_disconnect_by_data (operation, &count);
  contract_remark (c, count > 0 ? "it is told how far it is" : "done, without a word in between");
  avb_test_await (avb_connection_delete_volume (c->connection, path));
  avb_test_remove_folder (folder);
}

const ContractBehaviour contract_job_behaviours[] = {
  { "job-progress", progress },
  { "job-cancelled-leaves-nothing", cancelled_volume },
  { "job-failed-keeps-details", failed_volume },
  { "job-is-the-machines-operation", saving },
  { "save-cancelled", save_cancelled },
  { NULL, NULL },
};

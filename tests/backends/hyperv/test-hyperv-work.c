/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <string.h>

#include "backends/avb-error.h"
#include "backends/hyperv/avb-hyperv-connection.h"
#include "tests/avb-test.h"
#include "tests/backends/hyperv/hyperv-rig.h"

/* What belongs to machines: console, snapshots, volumes; and the jobs of the host. */

/* --- Console --- */

static DexFuture *
test_console (gpointer data)
{
  HypervRig rig;
  HypervSimulator *host = hyperv_rig_new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "shows", 2, HYPERV_STATE_ENABLED);
  g_autoptr (AvbConsoleEndpoint) endpoint = NULL;
  g_autoptr (AvbPicture) picture = NULL;
  g_autoptr (AvbPicture) other = NULL;
  g_autoptr (AvbScreenshot) screenshot = NULL;
  g_autofree char *input = NULL;
  const guint8     codes[] = { 0x1e, 0x9e, 0xe0, 0x48 };
  AvbPointer       pointer = { 50, 100, 512, 384, AVB_POINTER_LEFT, 0 };
  AvbMachine      *machine;
  DexFuture       *first, *second;

  hyperv_rig_begin (&rig, host);
  machine = hyperv_rig_find (rig.connection, "shows");
  endpoint = avb_test_await_boxed (avb_machine_find_console (machine));
  g_assert_cmpint (endpoint->kind, ==, AVB_CONSOLE_PICTURES);
  g_assert_nonnull (endpoint->reason);
  picture = avb_test_await_boxed (avb_machine_read_picture (machine));
  g_assert_cmpuint (picture->width, ==, 1024);
  g_assert_cmpuint (picture->height, ==, 768);
  screenshot = avb_test_await_boxed (avb_machine_take_screenshot (machine));
  g_assert_cmpstr (screenshot->mime_type, ==, "image/x-portable-pixmap");
  g_assert_cmpuint (g_bytes_get_size (screenshot->bytes), ==, strlen ("P6\n1024 768\n255\n") + 1024 * 768 * 3);
  first = avb_machine_send_scancodes (machine, codes, 2);
  second = avb_machine_send_scancodes (machine, codes + 2, 2);
  avb_test_await (avb_machine_send_pointer (machine, &pointer));
  avb_test_await (first);
  avb_test_await (second);
  pointer.buttons = 0;
  pointer.wheel = -1;
  avb_test_await (avb_machine_send_pointer (machine, &pointer));
  input = hyperv_simulator_dup_input (host, id);
  g_assert_cmpstr (input, ==,
                   "scancodes 1e 9e\nscancodes e0 48\nmove 100 200\nbutton 1 down\nmove 100 200\nbutton 1 up\n"
                   "scroll -1\n");
  other = avb_test_await_boxed (avb_machine_read_picture (machine));
  g_assert_false (g_bytes_equal (picture->bytes, other->bytes));
  avb_test_await (avb_machine_force_off (machine));
  until_state (machine, AVB_MACHINE_OFF);
  avb_test_await_error (avb_machine_read_picture (machine), AVB_ERROR, AVB_ERROR_BUSY);
  hyperv_rig_end (&rig);
  return NULL;
}

/* --- Snapshots --- */

static DexFuture *
test_snapshots (gpointer data)
{
  HypervRig rig;
  HypervSimulator *host = hyperv_rig_new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "snaps", 2, HYPERV_STATE_DISABLED);
  g_autoptr (AvbOperation) operation = avb_operation_new ("first");
  g_autoptr (AvbOperation) again = avb_operation_new ("again");
  g_autoptr (AvbOperation) second = avb_operation_new ("second");
  g_autoptr (AvbOperation) back = avb_operation_new ("back");
  g_autoptr (AvbOperation) none = avb_operation_new ("none");
  g_autoptr (AvbOperation) away = avb_operation_new ("away");
  g_autoptr (GPtrArray) list = NULL;
  AvbMachine  *machine;
  AvbSnapshot *snapshot;

  hyperv_rig_begin (&rig, host);
  machine = hyperv_rig_find (rig.connection, "snaps");
  avb_test_await (avb_machine_take_snapshot (machine, "before <ü>", "why\nnot", operation));
  g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_DONE);
  avb_test_await_error (avb_machine_take_snapshot (machine, "before <ü>", NULL, again), AVB_ERROR, AVB_ERROR_EXISTS);
  avb_test_await (avb_machine_start (machine));
  until_state (machine, AVB_MACHINE_RUNNING);
  avb_test_await (avb_machine_take_snapshot (machine, "running", NULL, second));
  list = avb_test_await_boxed (avb_machine_list_snapshots (machine));
  g_assert_cmpuint (list->len, ==, 2);
  snapshot = list->pdata[0];
  g_assert_cmpstr (snapshot->name, ==, "before <ü>");
  g_assert_cmpstr (snapshot->description, ==, "why\nnot");
  g_assert_null (snapshot->parent);
  g_assert_false (snapshot->running);
  g_assert_cmpint (ABS (snapshot->created - g_get_real_time () / G_USEC_PER_SEC), <, 3600);
  snapshot = list->pdata[1];
  g_assert_cmpstr (snapshot->parent, ==, "before <ü>");
  g_assert_true (snapshot->current);
  avb_test_await (avb_machine_revert_snapshot (machine, "before <ü>", back));
  until_state (machine, AVB_MACHINE_OFF);
  avb_test_await_error (avb_machine_revert_snapshot (machine, "nothing", none), AVB_ERROR, AVB_ERROR_NOT_FOUND);
  avb_test_await (avb_machine_delete_snapshot (machine, "running", away));
  g_assert_cmpuint (hyperv_simulator_get_n_snapshots (host, id), ==, 1);
  /* With its disks, and the snapshot's. */
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
  g_assert_cmpuint (hyperv_simulator_get_n_machines (host), ==, 0);
  avb_test_until_true (hyperv_rig_count (rig.connection) == 0);
  hyperv_rig_end (&rig);
  return NULL;
}

/* --- Volumes --- */

static DexFuture *
test_volumes (gpointer data)
{
  HypervRig rig;
  AvbVolumeSpec volume = { .name = "a/b: c.vhdx", .format = "vhdx", .capacity = 5 * GIB + 1 };
  g_autoptr (AvbOperation) operation = avb_operation_new ("disk");
  g_autofree char *path = NULL;
  g_autofree char *second = NULL;
  g_autofree char *overlay = NULL;

  hyperv_rig_begin (&rig, hyperv_rig_new_host ());
  path = avb_test_await_string (avb_connection_create_volume (rig.connection, &volume, operation));
  g_assert_true (g_str_has_suffix (path, "\\a-b- c.vhdx"));
  g_assert_cmpuint (hyperv_simulator_get_file_capacity (rig.host, path), ==, 5 * GIB + 4096);
  second = avb_test_await_string (avb_connection_create_volume (rig.connection, &volume, operation));
  g_assert_true (g_str_has_suffix (second, "\\a-b- c-2.vhdx"));
  volume.backing = path;
  volume.backing_format = "vhdx";
  volume.capacity = 0;
  overlay = avb_test_await_string (avb_connection_create_volume (rig.connection, &volume, operation));
  g_assert_cmpuint (hyperv_simulator_get_file_capacity (rig.host, overlay), ==, 5 * GIB + 4096);
  /* One that is to be smaller: nothing is left of it. */
  volume.capacity = GIB;
  avb_test_await_error (avb_connection_create_volume (rig.connection, &volume, operation), AVB_ERROR, AVB_ERROR_INVALID);
  {
    g_autofree char *left = g_strdup (overlay);

    *strrchr (left, '-') = '\0';
    left = g_realloc (left, strlen (left) + 8);
    strcat (left, "-4.vhdx");
    g_assert_false (hyperv_simulator_has_file (rig.host, left));
  }
  avb_test_await (avb_connection_delete_volume (rig.connection, second));
  g_assert_false (hyperv_simulator_has_file (rig.host, second));
  avb_test_await (avb_connection_delete_volume (rig.connection, second));
  volume.backing = NULL;
  volume.capacity = 5 * GIB;
  hyperv_simulator_set_free_space (rig.host, 1024);
  avb_test_await_error (avb_connection_create_volume (rig.connection, &volume, operation), AVB_ERROR, AVB_ERROR_NO_SPACE);
  volume.format = "qcow2";
  avb_test_await_error (avb_connection_create_volume (rig.connection, &volume, operation), AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
  volume.format = "vhdx";
  volume.source = "/somewhere";
  volume.source_format = "vhdx";
  avb_test_await_error (avb_connection_create_volume (rig.connection, &volume, operation), AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
  hyperv_rig_end (&rig);
  return NULL;
}

/* --- Jobs --- */

static DexFuture *
test_job_fails (gpointer data)
{
  HypervRig rig;
  HypervSimulator *host = hyperv_rig_new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "job", 2, HYPERV_STATE_DISABLED);
  g_autoptr (GError) error = NULL;
  AvbMachine *machine;

  hyperv_rig_begin (&rig, host);
  machine = hyperv_rig_find (rig.connection, "job");
  hyperv_simulator_fail_next_job (host, 32768, "Not enough memory in the system.");
  g_assert_false (dex_await (avb_machine_start (machine), &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_FAILED);
  g_assert_nonnull (strstr (avb_error_get_details (error), "Not enough memory"));
  until_state (machine, AVB_MACHINE_OFF);
  avb_test_await (avb_machine_start (machine));
  until_state (machine, AVB_MACHINE_RUNNING);
  hyperv_rig_end (&rig);
  return NULL;
}

static DexFuture *
test_job_is_cancelled (gpointer data)
{
  HypervRig rig;
  HypervSimulator *host = hyperv_rig_new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "cancel", 2, HYPERV_STATE_ENABLED);
  g_autoptr (AvbOperation) before = avb_operation_new ("save");
  g_autoptr (AvbOperation) operation = avb_operation_new ("save");
  AvbMachine *machine;
  DexFuture  *future;

  hyperv_rig_begin (&rig, host);
  machine = hyperv_rig_find (rig.connection, "cancel");
  avb_operation_cancel (before);
  avb_test_await_error (avb_machine_save (machine, before), G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (hyperv_simulator_get_n_requests (host, "RequestStateChange"), ==, 0);

  hyperv_simulator_hang_next_job (host);
  future = avb_machine_save (machine, operation);
  avb_test_until_true (avb_operation_get_fraction (operation) > 0);
  avb_operation_cancel (operation);
  avb_test_await_error (future, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_CANCELLED);
  until_state (machine, AVB_MACHINE_RUNNING);
  g_assert_cmpint (hyperv_simulator_get_machine_state (host, id), ==, HYPERV_STATE_ENABLED);
  hyperv_rig_end (&rig);
  return NULL;
}

static DexFuture *
test_job_never_ends (gpointer data)
{
  HypervRig rig;
  HypervSimulator *host = hyperv_rig_new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "hangs", 2, HYPERV_STATE_ENABLED);

  hyperv_rig_begin (&rig, host);
  avb_hyperv_connection_set_job_silence (AVB_HYPERV_CONNECTION (rig.connection), 300);
  hyperv_simulator_hang_next_job (host);
  avb_test_await_error (avb_machine_pause (hyperv_rig_find (rig.connection, "hangs")), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  avb_test_pass_time ();
  g_assert_true (hyperv_rig_is_up (rig.connection));
  hyperv_rig_end (&rig);
  return NULL;
}

static DexFuture *
test_job_is_forgotten (gpointer data)
{
  HypervRig rig;
  HypervSimulator *host = hyperv_rig_new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "forgets", 2, HYPERV_STATE_ENABLED);

  hyperv_rig_begin (&rig, host);
  hyperv_simulator_set_job_linger (host, 1);
  hyperv_simulator_set_job_duration (host, 1);
  hyperv_simulator_delay_next (host, "Get", 300);
  avb_test_await_error (avb_machine_pause (hyperv_rig_find (rig.connection, "forgets")), AVB_ERROR, AVB_ERROR_FAILED);
  until_state (hyperv_rig_find (rig.connection, "forgets"), AVB_MACHINE_PAUSED);
  hyperv_rig_end (&rig);
  return NULL;
}

static DexFuture *
test_without_jobs (gpointer data)
{
  HypervRig rig;
  HypervSimulator *host = hyperv_rig_new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "at once", 2, HYPERV_STATE_ENABLED);
  AvbMachine *machine;

  hyperv_simulator_set_synchronous (host, TRUE);
  hyperv_rig_begin (&rig, host);
  machine = hyperv_rig_find (rig.connection, "at once");
  avb_test_await (avb_machine_pause (machine));
  until_state (machine, AVB_MACHINE_PAUSED);
  hyperv_rig_end (&rig);
  return NULL;
}

int
main (int argc, char **argv)
{
  static const HypervRigTest tests[] = {
    { "console", test_console },
    { "snapshots", test_snapshots },
    { "volumes", test_volumes },
    { "job-fails", test_job_fails },
    { "job-is-cancelled", test_job_is_cancelled },
    { "job-never-ends", test_job_never_ends },
    { "job-is-forgotten", test_job_is_forgotten },
    { "without-jobs", test_without_jobs },
    { NULL, NULL },
  };

  return hyperv_rig_main (argc, argv, tests);
}

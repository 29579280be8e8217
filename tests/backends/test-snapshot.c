/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <glib/gstdio.h>

#include "backends/avb-error.h"
#include "backends/avb-machine-clone.h"
#include "backends/avb-snapshot.h"
#include "tests/avb-test.h"
#include "tests/backends/avb-session-test.h"

/* Snapshots on real libvirt and QEMU. Run in tests/tools/with-home. */

static GPtrArray *
list (AvbMachine *machine)
{
  return avb_test_await_boxed (avb_machine_list_snapshots (machine));
}

typedef DexFuture *(*Verb) (AvbMachine *machine, const char *name, AvbOperation *operation);

static void
act (AvbMachine *machine, Verb verb, const char *name)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Snapshot");

  avb_test_await (verb (machine, name, operation));
  g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_DONE);
  g_assert_null (avb_machine_get_operation (machine));
}

static DexFuture *
take_named (AvbMachine *machine, const char *name, AvbOperation *operation)
{
  return avb_machine_take_snapshot (machine, name, "Before the update & <after>", operation);
}

static void
refuse (AvbMachine *machine, Verb verb, const char *name, AvbError code)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Snapshot");

  avb_test_await_error (verb (machine, name, operation), AVB_ERROR, code);
  g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_FAILED);
}

static guint
count_files (const char *name)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "alpha-vbox", name, NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
io (const char *disk, const char *command, gboolean expected)
{
  const char *arguments[] = { "qemu-io", "-f", "qcow2", "-c", command, disk, NULL };
  g_autofree char *output = NULL;
  g_autoptr (GError) error = NULL;

  g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, NULL,
                NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (output, "65536/65536"));
  g_assert_cmpint (strstr (output, "verification failed") == NULL, ==, expected);
}

static DexFuture *
off_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autofree char *disk = avb_session_test_create_disk (connection, "off");
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec ("off", disk);
  g_autoptr (AvbMachine) machine
      = avb_test_await_object (avb_connection_create_machine (connection, spec));
  g_autoptr (GPtrArray) none = list (machine);
  g_autoptr (GPtrArray) two = NULL;
  g_autoptr (GPtrArray) one = NULL;
  const AvbSnapshot *first, *second;

  g_assert_cmpuint (none->len, ==, 0);
  io (disk, "write -P 0x21 1M 64k", TRUE);
  act (machine, take_named, "Fresh & <clean> ü");
  io (disk, "write -P 0x42 1M 64k", TRUE);
  act (machine, take_named, "second");
  refuse (machine, take_named, "second", AVB_ERROR_EXISTS);
  refuse (machine, take_named, "a/b", AVB_ERROR_INVALID);
  refuse (machine, take_named, "", AVB_ERROR_INVALID);
  refuse (machine, avb_machine_revert_snapshot, "third", AVB_ERROR_NOT_FOUND);

  two = list (machine);
  g_assert_cmpuint (two->len, ==, 2);
  first = two->pdata[0];
  second = two->pdata[1];
  g_assert_cmpstr (first->name, ==, "Fresh & <clean> ü");
  g_assert_cmpstr (first->description, ==, "Before the update & <after>");
  g_assert_null (first->parent);
  g_assert_false (first->running);
  g_assert_false (first->current);
  g_assert_cmpint (first->created, >, 0);
  g_assert_cmpstr (second->parent, ==, first->name);
  g_assert_true (second->current);

  act (machine, avb_machine_revert_snapshot, first->name);
  io (disk, "read -P 0x21 1M 64k", TRUE);
  act (machine, avb_machine_revert_snapshot, second->name);
  io (disk, "read -P 0x42 1M 64k", TRUE);
  act (machine, avb_machine_delete_snapshot, first->name);
  act (machine, avb_machine_delete_snapshot, first->name);
  one = list (machine);
  g_assert_cmpuint (one->len, ==, 1);
  io (disk, "read -P 0x42 1M 64k", TRUE);

  /* A template takes none, and stays. */
  avb_test_await (avb_machine_load_details (machine));
  avb_test_await (avb_machine_set_template (machine, TRUE));
  refuse (machine, take_named, "of a template", AVB_ERROR_NOT_SUPPORTED);
  refuse (machine, avb_machine_revert_snapshot, "second", AVB_ERROR_NOT_SUPPORTED);
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
  g_assert_cmpuint (count_files ("disks"), ==, 0);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

/* With its memory, inside of the disk, or with UEFI in files beside it. */
static void
run_and_revert (AvbFirmware firmware, const char *name)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autofree char *disk = avb_session_test_create_disk (connection, name);
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec (name, disk);
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (GPtrArray) one = NULL;
  const AvbSnapshot *snapshot;
  const gboolean external = firmware != AVB_FIRMWARE_BIOS;

  avb_machine_spec_set_firmware (spec, firmware);
  machine = avb_test_await_object (avb_connection_create_machine (connection, spec));
  avb_test_await (avb_machine_start (machine));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING);
  act (machine, take_named, "running");
  g_assert_cmpuint (count_files ("snapshots"), ==, external ? 1 : 0);
  g_assert_cmpuint (count_files ("disks"), ==, external ? 2 : 1);
  one = list (machine);
  g_assert_cmpuint (one->len, ==, 1);
  snapshot = one->pdata[0];
  g_assert_true (snapshot->running);
  avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_OFF);

  act (machine, avb_machine_revert_snapshot, "running");
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING);
  avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_OFF);

  /* The files of a snapshot go with the machine. */
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
  g_assert_cmpuint (count_files ("disks"), ==, 0);
  g_assert_cmpuint (count_files ("snapshots"), ==, 0);
  avb_test_await (avb_connection_close (connection));
}

static DexFuture *
running_fiber (gpointer data)
{
  run_and_revert (AVB_FIRMWARE_BIOS, "bios");
  return NULL;
}

static DexFuture *
uefi_fiber (gpointer data)
{
  run_and_revert (AVB_FIRMWARE_UEFI, "uefi");
  return NULL;
}

/* An overlay for the raw disk, and no chain once it is deleted. */
static DexFuture *
raw_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autoptr (AvbOperation) operation = avb_operation_new ("Creating");
  AvbVolumeSpec volume = { .name = "raw", .format = "raw", .capacity = 16 << 20 };
  g_autofree char *disk
      = avb_test_await_string (avb_connection_create_volume (connection, &volume, operation));
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec ("raw", NULL);
  g_autoptr (AvbMachine) machine = NULL;

  avb_machine_spec_add_disk (
      spec, avb_disk_spec_new (AVB_DISK_DEVICE_DISK, AVB_DISK_BUS_VIRTIO, disk, "raw"));
  machine = avb_test_await_object (avb_connection_create_machine (connection, spec));
  act (machine, take_named, "raw");
  g_assert_cmpuint (count_files ("disks"), ==, 2);
  act (machine, avb_machine_revert_snapshot, "raw");
  avb_test_await (avb_machine_start (machine));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING);
  avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_OFF);
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
  g_assert_cmpuint (count_files ("disks"), ==, 0);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

int
main (int argc, char *argv[])
{
  avb_test_init (&argc, &argv);

  avb_test_add_fiber ("/Avb/Snapshot/of-a-machine-that-is-off", off_fiber);
  avb_test_add_fiber ("/Avb/Snapshot/with-memory", running_fiber);
  avb_test_add_fiber ("/Avb/Snapshot/with-memory-and-uefi", uefi_fiber);
  avb_test_add_fiber ("/Avb/Snapshot/of-a-raw-disk", raw_fiber);
  return g_test_run ();
}

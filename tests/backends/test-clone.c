/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backends/avb-error.h"
#include "backends/avb-machine-clone.h"
#include "backends/libvirt/avb-libvirt-chain.h"
#include "tests/avb-test.h"
#include "tests/backends/avb-session-test.h"

/* Clones and templates on real libvirt. Run in tests/tools/with-home. */

static AvbMachine *
clone_machine (AvbMachine *machine, const char *name, gboolean linked)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Cloning");
  AvbCloneSpec spec = { .name = name, .linked = linked };
  AvbMachine  *clone = avb_test_await_object (avb_machine_clone (machine, &spec, operation));

  g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_DONE);
  g_assert_null (avb_machine_get_operation (machine));
  return clone;
}

static void
refuse_clone (AvbMachine *machine, const char *name, gboolean linked, AvbError code)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Cloning");
  AvbCloneSpec spec = { .name = name, .linked = linked };

  avb_test_await_error (avb_machine_clone (machine, &spec, operation), AVB_ERROR, code);
  g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_FAILED);
  g_assert_null (avb_machine_get_operation (machine));
}

static char *
dup_disk (AvbMachine *machine)
{
  g_autoptr (AvbMachineSpec) spec = avb_test_await_object (avb_machine_read_spec (machine));
  GPtrArray *disks = avb_machine_spec_get_disks (spec);

  g_assert_cmpuint (disks->len, >=, 1);
  return g_strdup (((AvbDiskSpec *) disks->pdata[0])->path);
}

static void
run_tool (const char *first, ...)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_autoptr (GError) error = NULL;
  va_list list;
  int     status;

  va_start (list, first);
  for (const char *argument = first; argument != NULL; argument = va_arg (list, const char *))
    g_ptr_array_add (arguments, (char *) argument);
  va_end (list);
  g_ptr_array_add (arguments, NULL);
  g_spawn_sync (NULL, (char **) arguments->pdata, NULL,
                G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL, NULL,
                NULL, &status, &error);
  g_assert_no_error (error);
  g_spawn_check_wait_status (status, &error);
  g_assert_no_error (error);
}

static void
write_pattern (const char *disk, const char *pattern)
{
  g_autofree char *command = g_strdup_printf ("write -P %s 1M 64k", pattern);

  run_tool ("qemu-io", "-f", "qcow2", "-c", command, disk, NULL);
}

static void
assert_pattern (const char *disk, const char *pattern)
{
  g_autofree char *command = g_strdup_printf ("read -P %s 1M 64k", pattern);
  g_autofree char *output = NULL;
  const char      *arguments[] = { "qemu-io", "-f", "qcow2", "-r", "-c", command, disk, NULL };
  g_autoptr (GError) error = NULL;

  g_spawn_sync (NULL, (char **) arguments, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &output, NULL,
                NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (output, "read 65536/65536"));
  g_assert_null (strstr (output, "verification failed"));
}

static guint
count_volumes (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_data_dir (), "alpha-vbox", "disks", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static guint
count_clones (AvbMachine *machine)
{
  g_autoptr (GError) error = NULL;
  guint n = dex_await_uint (avb_machine_count_clones (machine), &error);

  g_assert_no_error (error);
  return n;
}

static gboolean
is_off (AvbMachine *machine)
{
  return avb_machine_get_state (machine) == AVB_MACHINE_OFF;
}

static DexFuture *
full_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autofree char *disk = avb_session_test_create_disk (connection, "full");
  g_autofree char *copy = NULL;
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec ("full", disk);
  g_autoptr (AvbMachineSpec) before = NULL;
  g_autoptr (AvbMachineSpec) after = NULL;
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbMachine) clone = NULL;
  GListModel *machines = avb_connection_get_machines (connection);
  const AvbInterfaceSpec *first, *second;
  guint                   volumes;

  write_pattern (disk, "0x5a");
  machine = avb_test_await_object (avb_connection_create_machine (connection, spec));
  avb_test_await (avb_machine_load_details (machine));
  avb_test_await (avb_machine_set_setting (machine, "clipboard", "off"));
  volumes = count_volumes ();
  refuse_clone (machine, "full", FALSE, AVB_ERROR_EXISTS);
  refuse_clone (machine, "a/b", FALSE, AVB_ERROR_INVALID);
  refuse_clone (machine, "linked", TRUE, AVB_ERROR_INVALID);
  g_assert_cmpuint (count_volumes (), ==, volumes);

  clone = clone_machine (machine, "copy & <more>", FALSE);
  g_assert_cmpuint (g_list_model_get_n_items (machines), ==, 2);
  g_assert_cmpstr (avb_machine_get_name (clone), ==, "copy & <more>");
  g_assert_cmpstr (avb_machine_get_uuid (clone), !=, avb_machine_get_uuid (machine));
  copy = dup_disk (clone);
  g_assert_cmpstr (copy, !=, disk);
  g_assert_null (avb_libvirt_chain_read_backing (copy));
  assert_pattern (copy, "0x5a");
  avb_test_await (avb_machine_load_details (clone));
  g_assert_cmpstr (avb_machine_get_setting (clone, "clipboard"), ==, "off");
  before = avb_test_await_object (avb_machine_read_spec (machine));
  after = avb_test_await_object (avb_machine_read_spec (clone));
  first = avb_machine_spec_get_interfaces (before)->pdata[0];
  second = avb_machine_spec_get_interfaces (after)->pdata[0];
  g_assert_nonnull (first->mac);
  g_assert_nonnull (second->mac);
  g_assert_cmpstr (first->mac, !=, second->mac);
  g_assert_cmpuint (count_clones (machine), ==, 0);

  /* One that runs cannot be cloned, and both can run. */
  avb_test_await (avb_machine_start (machine));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING);
  refuse_clone (machine, "third", FALSE, AVB_ERROR_BUSY);
  avb_test_await (avb_machine_start (clone));
  avb_test_until_true (avb_machine_get_state (clone) == AVB_MACHINE_RUNNING);
  avb_test_await (avb_machine_force_off (clone));
  avb_test_await (avb_machine_force_off (machine));
  avb_test_until (is_off, machine);
  avb_test_until (is_off, clone);

  avb_test_await (avb_machine_delete (clone, AVB_DELETE_DISKS));
  avb_test_until_true (g_list_model_get_n_items (machines) == 1);
  g_assert_false (g_file_test (copy, G_FILE_TEST_EXISTS));
  g_assert_true (g_file_test (disk, G_FILE_TEST_EXISTS));
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
  avb_test_until_true (g_list_model_get_n_items (machines) == 0);
  g_assert_cmpuint (count_volumes (), ==, 0);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

static DexFuture *
template_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autofree char *disk = avb_session_test_create_disk (connection, "template");
  g_autofree char *overlay = NULL;
  g_autofree char *base = NULL;
  g_autofree char *whole = NULL;
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec ("template", disk);
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbMachine) clone = NULL;
  g_autoptr (AvbMachine) second = NULL;
  g_autoptr (AvbMachine) copy = NULL;
  GListModel *machines = avb_connection_get_machines (connection);
  struct stat info;

  write_pattern (disk, "0x77");
  machine = avb_test_await_object (avb_connection_create_machine (connection, spec));
  avb_test_await (avb_machine_load_details (machine));
  g_assert_false (avb_machine_get_is_template (machine));
  avb_test_await (avb_machine_set_template (machine, TRUE));
  g_assert_true (avb_machine_get_is_template (machine));
  g_assert_false (avb_machine_can_start (machine));
  avb_test_await_error (avb_machine_start (machine), AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
  g_assert_no_errno (g_stat (disk, &info));
  g_assert_cmpuint (info.st_mode & 0222, ==, 0);

  /* As a program leaves it that was killed after it had said that this is a template. */
  g_assert_no_errno (g_chmod (disk, 0600));
  clone = clone_machine (machine, "first", TRUE);
  g_assert_no_errno (g_stat (disk, &info));
  g_assert_cmpuint (info.st_mode & 0222, ==, 0);
  second = clone_machine (machine, "second", TRUE);
  overlay = dup_disk (clone);
  base = avb_libvirt_chain_read_backing (overlay);
  g_assert_cmpstr (base, ==, disk);
  avb_test_await (avb_machine_load_details (clone));
  g_assert_false (avb_machine_get_is_template (clone));
  g_assert_cmpuint (count_clones (machine), ==, 2);
  g_assert_cmpuint (count_clones (clone), ==, 0);
  avb_test_await (avb_machine_start (clone));
  avb_test_await (avb_machine_start (second));
  avb_test_until_true (avb_machine_get_state (clone) == AVB_MACHINE_RUNNING);
  avb_test_until_true (avb_machine_get_state (second) == AVB_MACHINE_RUNNING);
  avb_test_await (avb_machine_force_off (clone));
  avb_test_await (avb_machine_force_off (second));
  avb_test_until (is_off, clone);
  avb_test_until (is_off, second);

  /* A whole copy of a linked clone stands on nothing. */
  write_pattern (overlay, "0x11");
  assert_pattern (disk, "0x77");
  copy = clone_machine (clone, "whole", FALSE);
  whole = dup_disk (copy);
  g_assert_null (avb_libvirt_chain_read_backing (whole));
  assert_pattern (whole, "0x11");

  /* From under them it cannot go. */
  avb_test_await_error (
      avb_machine_delete (machine, AVB_DELETE_DISKS), AVB_ERROR, AVB_ERROR_BUSY);
  avb_test_await_error (
      avb_machine_delete (machine, AVB_DELETE_KEEP_DISKS), AVB_ERROR, AVB_ERROR_BUSY);
  avb_test_await_error (avb_machine_set_template (machine, FALSE), AVB_ERROR, AVB_ERROR_BUSY);
  g_assert_true (g_file_test (disk, G_FILE_TEST_EXISTS));

  avb_test_await (avb_machine_delete (clone, AVB_DELETE_DISKS));
  avb_test_await (avb_machine_delete (second, AVB_DELETE_DISKS));
  avb_test_await (avb_machine_delete (copy, AVB_DELETE_DISKS));
  avb_test_until_true (g_list_model_get_n_items (machines) == 1);
  g_assert_true (g_file_test (disk, G_FILE_TEST_EXISTS));

  /* An ordinary one again, and once more a template, which can go with its disk. */
  avb_test_await (avb_machine_set_template (machine, FALSE));
  g_assert_true (avb_machine_can_start (machine));
  g_assert_no_errno (g_stat (disk, &info));
  g_assert_cmpuint (info.st_mode & S_IWUSR, !=, 0);
  avb_test_await (avb_machine_set_template (machine, TRUE));
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
  avb_test_until_true (g_list_model_get_n_items (machines) == 0);
  g_assert_cmpuint (count_volumes (), ==, 0);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

static char *
state_path (const char *uuid)
{
  return g_build_filename (g_get_user_config_dir (), "libvirt", "qemu", "swtpm", uuid, "tpm2",
                           "tpm2-00.permall", NULL);
}

static char *
nvram_path (const char *name)
{
  g_autofree char *file = g_strconcat (name, "_VARS.fd", NULL);

  return g_build_filename (g_get_user_config_dir (), "libvirt", "qemu", "nvram", file, NULL);
}

static void
write_state (const char *path, const char *text)
{
  g_autofree char *folder = g_path_get_dirname (path);
  g_autoptr (GError) error = NULL;

  g_assert_no_errno (g_mkdir_with_parents (folder, 0700));
  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static void
assert_state (const char *path, const char *text)
{
  g_autofree char *content = NULL;
  g_autoptr (GError) error = NULL;

  g_file_get_contents (path, &content, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (content, ==, text);
}

/* What a machine keeps besides its disks comes along; the seed of its first boot does not. */
static DexFuture *
state_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autofree char *disk = avb_session_test_create_disk (connection, "state");
  g_autofree char *seed = g_build_filename (g_get_tmp_dir (), "seed.iso", NULL);
  g_autofree char *head = g_malloc0 (40960);
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec ("state", disk);
  g_autoptr (AvbMachineSpec) after = NULL;
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbMachine) clone = NULL;
  g_autofree char *vars = nvram_path ("state");
  g_autofree char *vars_after = nvram_path ("twin");
  g_autofree char *tpm = NULL;
  g_autofree char *tpm_after = NULL;
  AvbDiskSpec     *drive;
  g_autoptr (GError) error = NULL;

  memcpy (head + 32768 + 40, "CIDATA                          ", 32);
  g_file_set_contents (seed, head, 40960, &error);
  g_assert_no_error (error);
  drive = avb_disk_spec_new (AVB_DISK_DEVICE_CDROM, AVB_DISK_BUS_SATA, seed, "raw");
  drive->read_only = TRUE;
  avb_machine_spec_add_disk (spec, drive);
  avb_machine_spec_set_firmware (spec, AVB_FIRMWARE_UEFI);
  avb_machine_spec_set_tpm (spec, TRUE);
  machine = avb_test_await_object (avb_connection_create_machine (connection, spec));
  tpm = state_path (avb_machine_get_uuid (machine));
  write_state (tpm, "what the TPM knows");
  write_state (vars, "what the firmware knows");

  clone = clone_machine (machine, "twin", FALSE);
  tpm_after = state_path (avb_machine_get_uuid (clone));
  assert_state (tpm_after, "what the TPM knows");
  assert_state (vars_after, "what the firmware knows");
  after = avb_test_await_object (avb_machine_read_spec (clone));
  g_assert_cmpuint (avb_machine_spec_get_disks (after)->len, ==, 1);
  g_assert_cmpint (avb_machine_spec_get_firmware (after), ==, AVB_FIRMWARE_UEFI);
  g_assert_true (avb_machine_spec_get_tpm (after));

  avb_test_await (avb_machine_delete (clone, AVB_DELETE_DISKS));
  g_assert_false (g_file_test (vars_after, G_FILE_TEST_EXISTS));
  assert_state (vars, "what the firmware knows");
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
  g_assert_true (g_file_test (seed, G_FILE_TEST_EXISTS));
  avb_test_until_true (g_list_model_get_n_items (avb_connection_get_machines (connection)) == 0);
  g_assert_cmpuint (count_volumes (), ==, 0);
  g_unlink (seed);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

/* Cancelled in the middle of its copy. */
static DexFuture *
cancel_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autofree char *disk = avb_session_test_create_disk (connection, "cancel");
  g_autoptr (AvbMachineSpec) spec = avb_session_test_spec ("cancel", disk);
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbOperation) operation = avb_operation_new ("Cloning");
  AvbCloneSpec clone = { .name = "never" };
  DexFuture   *future;
  const guint  volumes = count_volumes ();

  machine = avb_test_await_object (avb_connection_create_machine (connection, spec));
  future = avb_machine_clone (machine, &clone, operation);
  avb_operation_cancel (operation);
  avb_test_await_error (future, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (avb_operation_get_state (operation), ==, AVB_OPERATION_CANCELLED);
  g_assert_cmpuint (count_volumes (), ==, volumes);
  g_assert_cmpuint (g_list_model_get_n_items (avb_connection_get_machines (connection)), ==, 1);
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

/* Heads of files that say anything. */
static void
test_chain (void)
{
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "a.qcow2", NULL);
  g_autofree char *loop = NULL;
  g_autofree char *backing = NULL;
  g_autoptr (GHashTable) bases = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint8 head[128] = { 'Q', 'F', 'I', 0xfb, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 104, 0, 0, 0, 7 };
  g_autoptr (GError) error = NULL;

  memcpy (head + 104, "a.qcow2", 7);
  g_file_set_contents (path, (char *) head, sizeof head, &error);
  g_assert_no_error (error);
  /* It stands on itself: that ends too. */
  backing = avb_libvirt_chain_read_backing (path);
  g_assert_cmpstr (backing, ==, path);
  avb_libvirt_chain_add_bases (path, bases);
  g_assert_true (g_hash_table_contains (bases, path));

  head[8] = 0xff;
  g_file_set_contents (path, (char *) head, sizeof head, &error);
  g_assert_null (avb_libvirt_chain_read_backing (path));
  head[8] = 0;
  head[16] = 0xff;
  g_file_set_contents (path, (char *) head, sizeof head, &error);
  g_assert_null (avb_libvirt_chain_read_backing (path));
  g_file_set_contents (path, "QFI", 3, &error);
  g_assert_null (avb_libvirt_chain_read_backing (path));
  g_assert_null (avb_libvirt_chain_read_backing (folder));
  loop = g_build_filename (folder, "none", NULL);
  g_assert_null (avb_libvirt_chain_read_backing (loop));
  avb_test_remove_folder (folder);
}

int
main (int argc, char *argv[])
{
  avb_test_init (&argc, &argv);

  g_test_add_func ("/Avb/Clone/chains-of-hostile-files", test_chain);
  avb_test_add_fiber ("/Avb/Clone/full", full_fiber);
  avb_test_add_fiber ("/Avb/Clone/template-and-linked", template_fiber);
  avb_test_add_fiber ("/Avb/Clone/firmware-tpm-and-seed", state_fiber);
  avb_test_add_fiber ("/Avb/Clone/cancelled-leaves-nothing", cancel_fiber);
  return g_test_run ();
}

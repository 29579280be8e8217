/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "backends/avb-certificate-request.h"
#include "backends/avb-error.h"
#include "backends/avb-password-request.h"
#include "backends/hyperv/avb-hyperv-backend.h"
#include "backends/hyperv/avb-hyperv-connection.h"
#include "backends/hyperv/avb-hyperv-machine.h"
#include "tests/avb-test.h"
#include "tests/hyperv/hyperv-simulator.h"

/* The backend against a simulated host. */

#define DISK "C:\\VMs\\test.vhdx"
#define DISC "C:\\ISO\\debian.iso"
#define GIB (1024ull * 1024 * 1024)

typedef struct {
  HypervSimulator *host;
  AvbConnection   *connection;
} Rig;

static HypervSimulator *
new_host (void)
{
  HypervSimulator *host = hyperv_simulator_new ();

  hyperv_simulator_add_file (host, DISK, 4 * 1024 * 1024, 16 * GIB);
  hyperv_simulator_add_file (host, DISC, 700 * 1024 * 1024, 0);
  return host;
}

static AvbConnection *
connect_as (HypervSimulator *host, const char *user, gboolean tls)
{
  g_autofree char *uri = g_strdup_printf ("hyperv://%s127.0.0.1:%u%s", user, hyperv_simulator_get_port (host),
                                          tls ? "" : "?transport=http");

  return avb_hyperv_connection_new (uri);
}

static gboolean
is_up (AvbConnection *connection)
{
  return avb_connection_get_link (connection) == AVB_LINK_UP;
}

static gboolean
is_lost (AvbConnection *connection)
{
  return avb_connection_get_link (connection) == AVB_LINK_LOST;
}

static void
start (HypervSimulator *host)
{
  g_autoptr (GError) error = NULL;

  hyperv_simulator_start (host, &error);
  g_assert_no_error (error);
}

static void
rig_begin (Rig *rig, HypervSimulator *host)
{
  rig->host = host;
  start (host);
  rig->connection = connect_as (host, "", FALSE);
  avb_test_until (is_up, rig->connection);
}

static void
rig_end (Rig *rig)
{
  gpointer gone = rig->connection;

  avb_test_await (avb_connection_close (rig->connection));
  /* Nothing holds it once it is closed. */
  g_object_add_weak_pointer (G_OBJECT (rig->connection), &gone);
  g_clear_object (&rig->connection);
  avb_test_until_true (gone == NULL);
  g_clear_pointer (&rig->host, hyperv_simulator_free);
}

static guint
count (AvbConnection *connection)
{
  return g_list_model_get_n_items (avb_connection_get_machines (connection));
}

/* (nullable) (transfer none) */
static AvbMachine *
find (AvbConnection *connection, const char *name)
{
  GListModel *machines = avb_connection_get_machines (connection);

  for (guint i = 0; i < g_list_model_get_n_items (machines); i++)
    {
      g_autoptr (AvbMachine) machine = g_list_model_get_item (machines, i);

      if (g_strcmp0 (avb_machine_get_name (machine), name) == 0)
        return machine;
    }
  return NULL;
}

static char *
dup_id (AvbMachine *machine)
{
  return g_ascii_strup (avb_machine_get_uuid (machine), -1);
}

#define until_state(machine, wanted) avb_test_until_true (avb_machine_get_state (machine) == (wanted))

static AvbMachineSpec *
new_spec (const char *name)
{
  AvbMachineSpec *spec = avb_machine_spec_new ();
  AvbDiskSpec    *disk = avb_disk_spec_new (AVB_DISK_DEVICE_DISK, AVB_DISK_BUS_VIRTIO, DISK, "vhdx");
  AvbDiskSpec    *disc = avb_disk_spec_new (AVB_DISK_DEVICE_CDROM, AVB_DISK_BUS_SATA, DISC, "raw");

  disk->boot_order = 2;
  disc->boot_order = 1;
  avb_machine_spec_set_name (spec, name);
  avb_machine_spec_set_description (spec, "For a test.");
  avb_machine_spec_set_os_id (spec, "http://debian.org/debian/13");
  avb_machine_spec_set_firmware (spec, AVB_FIRMWARE_UEFI_SECURE);
  avb_machine_spec_set_tpm (spec, TRUE);
  avb_machine_spec_set_cpus (spec, 3);
  avb_machine_spec_set_memory_mib (spec, 3072);
  avb_machine_spec_add_disk (spec, disk);
  avb_machine_spec_add_disk (spec, disc);
  avb_machine_spec_add_interface (spec, avb_interface_spec_new (AVB_INTERFACE_USER, NULL, "virtio"));
  avb_machine_spec_set_setting (spec, "group", "tests");
  return spec;
}

/* --- Machines --- */

static DexFuture *
test_list (gpointer data)
{
  Rig              rig;
  HypervSimulator *host = new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "runs", 2, HYPERV_STATE_ENABLED);
  g_autofree char *other = hyperv_simulator_add_machine (host, "Zürich <&> 中文", 1, HYPERV_STATE_SAVED);
  AvbMachine      *machine;

  rig_begin (&rig, host);
  g_assert_cmpuint (count (rig.connection), ==, 2);
  machine = find (rig.connection, "runs");
  g_assert_cmpint (avb_machine_get_state (machine), ==, AVB_MACHINE_RUNNING);
  g_assert_true (avb_machine_get_available (machine));
  g_assert_true (avb_machine_can_save (machine));
  g_assert_false (avb_machine_get_has_details (machine));
  avb_test_await (avb_machine_load_details (machine));
  g_assert_cmpuint (avb_machine_get_cpus (machine), ==, 2);
  g_assert_cmpuint (avb_machine_get_memory_mib (machine), ==, 2048);
  machine = find (rig.connection, "Zürich <&> 中文");
  g_assert_cmpint (avb_machine_get_state (machine), ==, AVB_MACHINE_SAVED);
  g_assert_cmpstr (avb_connection_get_name (rig.connection), ==, "127.0.0.1");
  g_assert_false (avb_connection_get_is_local (rig.connection));
  rig_end (&rig);
  return NULL;
}

static DexFuture *
test_capabilities (gpointer data)
{
  Rig              rig;
  AvbCapabilities *caps;

  rig_begin (&rig, new_host ());
  caps = avb_connection_get_capabilities (rig.connection);
  for (guint i = 0; i < AVB_N_FEATURES; i++)
    {
      gboolean refused = i == AVB_FEATURE_SHARED_FOLDERS || i == AVB_FEATURE_CLONE || i == AVB_FEATURE_EXPORT
                         || i == AVB_FEATURE_FREEZE;

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
  rig_end (&rig);
  return NULL;
}

static DexFuture *
test_create (gpointer data)
{
  Rig rig;
  g_autoptr (AvbMachineSpec) spec = new_spec ("new");
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbMachineSpec) read = NULL;

  rig_begin (&rig, new_host ());
  machine = avb_test_await_object (avb_connection_create_machine (rig.connection, spec));
  g_assert_true (find (rig.connection, "new") == machine);
  g_assert_cmpint (avb_machine_get_state (machine), ==, AVB_MACHINE_OFF);
  read = avb_test_await_object (avb_machine_read_spec (machine));
  g_assert_true (avb_machine_spec_equal (spec, read));
  avb_test_await (avb_machine_load_details (machine));
  g_assert_cmpstr (avb_machine_get_os_id (machine), ==, "http://debian.org/debian/13");
  g_assert_cmpuint (avb_machine_get_cpus (machine), ==, 3);
  g_assert_cmpstr (avb_machine_get_setting (machine, "group"), ==, "tests");
  avb_test_await_error (avb_connection_create_machine (rig.connection, spec), AVB_ERROR, AVB_ERROR_EXISTS);
  rig_end (&rig);
  return NULL;
}

static DexFuture *
test_create_bios (gpointer data)
{
  Rig rig;
  g_autoptr (AvbMachineSpec) spec = new_spec ("old");
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbMachineSpec) read = NULL;

  avb_machine_spec_set_firmware (spec, AVB_FIRMWARE_BIOS);
  avb_machine_spec_set_tpm (spec, FALSE);
  rig_begin (&rig, new_host ());
  machine = avb_test_await_object (avb_connection_create_machine (rig.connection, spec));
  read = avb_test_await_object (avb_machine_read_spec (machine));
  g_assert_true (avb_machine_spec_equal (spec, read));
  rig_end (&rig);
  return NULL;
}

/* Nothing is left of a machine that cannot be made. */
static DexFuture *
test_create_fails (gpointer data)
{
  static const char *const methods[] = { "DefineSystem", "ModifyResourceSettings", "AddResourceSettings", "ModifySystemSettings" };
  Rig rig;
  g_autoptr (AvbMachineSpec) spec = new_spec ("never");

  rig_begin (&rig, new_host ());
  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    {
      hyperv_simulator_return_next (rig.host, methods[i], 32768);
      avb_test_await_error (avb_connection_create_machine (rig.connection, spec), AVB_ERROR, AVB_ERROR_FAILED);
      avb_test_until_true (hyperv_simulator_get_n_machines (rig.host) == 0);
      g_assert_cmpuint (count (rig.connection), ==, 0);
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
  g_assert_cmpuint (count (rig.connection), ==, 0);
  avb_machine_spec_set_transient (spec, TRUE);
  avb_test_await_error (avb_connection_create_machine (rig.connection, spec), AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
  rig_end (&rig);
  return NULL;
}

static DexFuture *
test_life (gpointer data)
{
  Rig rig;
  g_autoptr (AvbMachineSpec) spec = new_spec ("life");
  g_autoptr (AvbMachine) machine = NULL;
  g_autofree char *id = NULL;

  rig_begin (&rig, new_host ());
  machine = avb_test_await_object (avb_connection_create_machine (rig.connection, spec));
  id = dup_id (machine);
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
  avb_test_until_true (count (rig.connection) == 0);
  g_assert_cmpuint (hyperv_simulator_get_n_machines (rig.host), ==, 0);
  g_assert_false (hyperv_simulator_has_file (rig.host, DISK));
  g_assert_true (hyperv_simulator_has_file (rig.host, DISC));
  avb_test_await_error (avb_machine_start (machine), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  rig_end (&rig);
  return NULL;
}

static DexFuture *
test_deaf_guest (gpointer data)
{
  Rig              rig;
  HypervSimulator *host = new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "deaf", 2, HYPERV_STATE_ENABLED);

  hyperv_simulator_set_guests_deaf (host, TRUE);
  rig_begin (&rig, host);
  avb_test_await_error (avb_machine_shut_down (find (rig.connection, "deaf")), AVB_ERROR, AVB_ERROR_BUSY);
  g_assert_cmpint (hyperv_simulator_get_machine_state (host, id), ==, HYPERV_STATE_ENABLED);
  rig_end (&rig);
  return NULL;
}

/* A disk that two machines have stays when one goes. */
static DexFuture *
test_delete_keeps_shared_disks (gpointer data)
{
  Rig rig;
  g_autoptr (AvbMachineSpec) spec = new_spec ("one");
  g_autoptr (AvbMachine) one = NULL;
  g_autoptr (AvbMachine) two = NULL;

  rig_begin (&rig, new_host ());
  one = avb_test_await_object (avb_connection_create_machine (rig.connection, spec));
  avb_machine_spec_set_name (spec, "two");
  two = avb_test_await_object (avb_connection_create_machine (rig.connection, spec));
  avb_test_await (avb_machine_delete (one, AVB_DELETE_DISKS));
  g_assert_true (hyperv_simulator_has_file (rig.host, DISK));
  avb_test_await (avb_machine_delete (two, AVB_DELETE_KEEP_DISKS));
  g_assert_true (hyperv_simulator_has_file (rig.host, DISK));
  avb_test_until_true (count (rig.connection) == 0);
  rig_end (&rig);
  return NULL;
}

static DexFuture *
test_apply_spec (gpointer data)
{
  Rig rig;
  g_autoptr (AvbMachineSpec) spec = new_spec ("changes");
  g_autoptr (AvbMachine) machine = NULL;
  g_autoptr (AvbMachineSpec) read = NULL;
  guint n;

  rig_begin (&rig, new_host ());
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
  rig_end (&rig);
  return NULL;
}

static DexFuture *
test_settings (gpointer data)
{
  Rig              rig;
  HypervSimulator *host = new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "set", 2, HYPERV_STATE_DISABLED);
  g_autoptr (AvbMachineSpec) spec = NULL;
  g_autofree char *notes = NULL;
  AvbMachine      *machine;
  DexFuture       *first, *second;

  rig_begin (&rig, host);
  machine = find (rig.connection, "set");
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
  rig_end (&rig);
  return NULL;
}

static DexFuture *
test_network_link (gpointer data)
{
  Rig              rig;
  HypervSimulator *host = new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "net", 2, HYPERV_STATE_ENABLED);
  AvbMachine      *machine;

  rig_begin (&rig, host);
  machine = find (rig.connection, "net");
  g_assert_cmpint (dex_await_int (avb_machine_read_network_link (machine), NULL), ==, AVB_NETWORK_LINK_UP);
  avb_test_await (avb_machine_set_network_link (machine, FALSE));
  g_assert_cmpint (dex_await_int (avb_machine_read_network_link (machine), NULL), ==, AVB_NETWORK_LINK_DOWN);
  avb_test_await (avb_machine_set_network_link (machine, TRUE));
  g_assert_cmpint (dex_await_int (avb_machine_read_network_link (machine), NULL), ==, AVB_NETWORK_LINK_UP);
  rig_end (&rig);
  return NULL;
}

/* --- Console --- */

static DexFuture *
test_console (gpointer data)
{
  Rig              rig;
  HypervSimulator *host = new_host ();
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

  rig_begin (&rig, host);
  machine = find (rig.connection, "shows");
  endpoint = avb_test_await_boxed (avb_machine_find_console (machine));
  g_assert_cmpint (endpoint->kind, ==, AVB_CONSOLE_PICTURES);
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
  rig_end (&rig);
  return NULL;
}

/* --- Snapshots --- */

static DexFuture *
test_snapshots (gpointer data)
{
  Rig              rig;
  HypervSimulator *host = new_host ();
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

  rig_begin (&rig, host);
  machine = find (rig.connection, "snaps");
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
  avb_test_until_true (count (rig.connection) == 0);
  rig_end (&rig);
  return NULL;
}

/* --- Volumes --- */

static DexFuture *
test_volumes (gpointer data)
{
  Rig rig;
  AvbVolumeSpec volume = { .name = "a/b: c.vhdx", .format = "vhdx", .capacity = 5 * GIB + 1 };
  g_autoptr (AvbOperation) operation = avb_operation_new ("disk");
  g_autofree char *path = NULL;
  g_autofree char *second = NULL;
  g_autofree char *overlay = NULL;

  rig_begin (&rig, new_host ());
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
  rig_end (&rig);
  return NULL;
}

/* --- Jobs --- */

static DexFuture *
test_job_fails (gpointer data)
{
  Rig              rig;
  HypervSimulator *host = new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "job", 2, HYPERV_STATE_DISABLED);
  g_autoptr (GError) error = NULL;
  AvbMachine *machine;

  rig_begin (&rig, host);
  machine = find (rig.connection, "job");
  hyperv_simulator_fail_next_job (host, 32768, "Not enough memory in the system.");
  g_assert_false (dex_await (avb_machine_start (machine), &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_FAILED);
  g_assert_nonnull (strstr (avb_error_get_details (error), "Not enough memory"));
  until_state (machine, AVB_MACHINE_OFF);
  avb_test_await (avb_machine_start (machine));
  until_state (machine, AVB_MACHINE_RUNNING);
  rig_end (&rig);
  return NULL;
}

static DexFuture *
test_job_is_cancelled (gpointer data)
{
  Rig              rig;
  HypervSimulator *host = new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "cancel", 2, HYPERV_STATE_ENABLED);
  g_autoptr (AvbOperation) before = avb_operation_new ("save");
  g_autoptr (AvbOperation) operation = avb_operation_new ("save");
  AvbMachine *machine;
  DexFuture  *future;

  rig_begin (&rig, host);
  machine = find (rig.connection, "cancel");
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
  rig_end (&rig);
  return NULL;
}

static DexFuture *
test_job_never_ends (gpointer data)
{
  Rig              rig;
  HypervSimulator *host = new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "hangs", 2, HYPERV_STATE_ENABLED);

  rig_begin (&rig, host);
  avb_hyperv_connection_set_job_silence (AVB_HYPERV_CONNECTION (rig.connection), 300);
  hyperv_simulator_hang_next_job (host);
  avb_test_await_error (avb_machine_pause (find (rig.connection, "hangs")), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  avb_test_pass_time ();
  g_assert_true (is_up (rig.connection));
  rig_end (&rig);
  return NULL;
}

static DexFuture *
test_job_is_forgotten (gpointer data)
{
  Rig              rig;
  HypervSimulator *host = new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "forgets", 2, HYPERV_STATE_ENABLED);

  rig_begin (&rig, host);
  hyperv_simulator_set_job_linger (host, 1);
  hyperv_simulator_set_job_duration (host, 1);
  hyperv_simulator_delay_next (host, "Get", 300);
  avb_test_await_error (avb_machine_pause (find (rig.connection, "forgets")), AVB_ERROR, AVB_ERROR_FAILED);
  until_state (find (rig.connection, "forgets"), AVB_MACHINE_PAUSED);
  rig_end (&rig);
  return NULL;
}

static DexFuture *
test_without_jobs (gpointer data)
{
  Rig              rig;
  HypervSimulator *host = new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "at once", 2, HYPERV_STATE_ENABLED);
  AvbMachine *machine;

  hyperv_simulator_set_synchronous (host, TRUE);
  rig_begin (&rig, host);
  machine = find (rig.connection, "at once");
  avb_test_await (avb_machine_pause (machine));
  until_state (machine, AVB_MACHINE_PAUSED);
  rig_end (&rig);
  return NULL;
}

/* --- Events --- */

static DexFuture *
test_events (gpointer data)
{
  Rig              rig;
  HypervSimulator *host = new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "seen", 2, HYPERV_STATE_DISABLED);
  g_autofree char *other = NULL;
  g_autoptr (AvbMachine) machine = NULL;

  rig_begin (&rig, host);
  machine = g_object_ref (find (rig.connection, "seen"));
  hyperv_simulator_set_machine_state (host, id, HYPERV_STATE_ENABLED);
  until_state (machine, AVB_MACHINE_RUNNING);
  hyperv_simulator_set_machine_state (host, id, HYPERV_STATE_SAVED);
  until_state (machine, AVB_MACHINE_SAVED);
  hyperv_simulator_rename_machine (host, id, "renamed");
  avb_test_until_true (g_strcmp0 (avb_machine_get_name (machine), "renamed") == 0);
  other = hyperv_simulator_add_machine (host, "seen", 1, HYPERV_STATE_QUIESCE);
  avb_test_until_true (count (rig.connection) == 2);
  until_state (find (rig.connection, "seen"), AVB_MACHINE_PAUSED);
  hyperv_simulator_remove_machine (host, id);
  avb_test_until_true (count (rig.connection) == 1);
  g_assert_false (avb_machine_get_available (machine));
  rig_end (&rig);
  return NULL;
}

#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__)
/* KiB, of proc_pid_status(5) */
static guint64
read_memory (const char *what)
{
  g_autofree char *text = NULL;
  const char      *line;

  g_assert_true (g_file_get_contents ("/proc/self/status", &text, NULL, NULL));
  line = strstr (text, what);
  g_assert_nonnull (line);
  return g_ascii_strtoull (line + strlen (what), NULL, 10);
}

/* How high it went since this was called last. The simulated host is in the same process, and counts. */
static guint64
read_growth (void)
{
  static guint64 before;
  guint64        growth = read_memory ("VmHWM:") - before;
  FILE          *clear = fopen ("/proc/self/clear_refs", "w");

  g_assert_nonnull (clear);
  fputs ("5", clear);
  g_assert_cmpint (fclose (clear), ==, 0);
  before = read_memory ("VmRSS:");
  return growth;
}
#else
static guint64
read_growth (void)
{
  return 0;
}
#endif

/* One of a thousand changes: what it costs does not depend on the others. */
static DexFuture *
test_thousand (gpointer data)
{
  Rig              rig;
  HypervSimulator *host = new_host ();
  g_autofree char *id = NULL;
  guint            n[2];
  guint64          growth;

  hyperv_simulator_add_machines (host, "crowd", 1000);
  read_growth ();
  rig_begin (&rig, host);
  growth = read_growth ();
  g_test_message ("memory grew by %" G_GUINT64_FORMAT " KiB", growth);
  g_assert_cmpuint (growth, <, 32 * 1024);
  g_assert_cmpuint (count (rig.connection), ==, 1000);
  /* One enumeration, whatever the pages are. */
  g_assert_cmpuint (hyperv_simulator_get_n_requests (host, "GetSummaryInformation"), ==, 0);
  g_assert_cmpuint (hyperv_simulator_get_n_requests (host, "Get"), ==, 0);
  id = hyperv_simulator_find_machine (host, "crowd 0500");
  for (guint i = 0; i < 2; i++)
    {
      AvbMachine *machine = find (rig.connection, "crowd 0500");

      hyperv_simulator_reset_counts (host);
      hyperv_simulator_set_machine_state (host, id, i == 0 ? HYPERV_STATE_ENABLED : HYPERV_STATE_DISABLED);
      until_state (machine, i == 0 ? AVB_MACHINE_RUNNING : AVB_MACHINE_OFF);
      n[i] = hyperv_simulator_get_n_requests (host, "Get");
      g_assert_cmpuint (hyperv_simulator_get_n_requests (host, "Enumerate"), ==, 0);
      g_assert_cmpuint (hyperv_simulator_get_bytes_sent (host), <, 128 * 1024);
    }
  g_assert_cmpuint (n[0], <=, 2);
  g_assert_cmpuint (n[1], <=, 2);
  rig_end (&rig);
  return NULL;
}

static void
noop_cb (void)
{
}

static DexFuture *
test_without_events (gpointer data)
{
  Rig              rig;
  HypervSimulator *host = new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "quiet", 2, HYPERV_STATE_DISABLED);
  AvbMachine *machine;
  gulong      handler;
  guint       n;

  hyperv_simulator_set_events (host, FALSE);
  rig_begin (&rig, host);
  machine = find (rig.connection, "quiet");
  /* Its own verbs are seen at once. */
  avb_test_await (avb_machine_start (machine));
  until_state (machine, AVB_MACHINE_RUNNING);
  /* Nobody looks: nothing is asked. */
  n = hyperv_simulator_get_n_requests (host, NULL);
  dex_await (dex_timeout_new_seconds (7), NULL);
  g_assert_cmpuint (hyperv_simulator_get_n_requests (host, NULL), <=, n + 1);
  handler = g_signal_connect (avb_connection_get_machines (rig.connection), "items-changed", G_CALLBACK (noop_cb), NULL);
  hyperv_simulator_set_machine_state (host, id, HYPERV_STATE_DISABLED);
  until_state (machine, AVB_MACHINE_OFF);
  g_signal_handler_disconnect (avb_connection_get_machines (rig.connection), handler);
  rig_end (&rig);
  return NULL;
}

/* --- The link --- */

static DexFuture *
test_reboot (gpointer data)
{
  Rig              rig;
  HypervSimulator *host = new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "stays", 2, HYPERV_STATE_ENABLED);
  g_autofree char *gone = hyperv_simulator_add_machine (host, "goes", 2, HYPERV_STATE_DISABLED);
  g_autoptr (AvbMachine) machine = NULL;

  rig_begin (&rig, host);
  machine = g_object_ref (find (rig.connection, "stays"));
  hyperv_simulator_reboot (host, 1500, FALSE);
  avb_test_until (is_lost, rig.connection);
  g_assert_cmpuint (count (rig.connection), ==, 2);
  g_assert_false (avb_machine_get_available (machine));
  g_assert_nonnull (avb_connection_get_link_error (rig.connection));
  avb_test_await_error (avb_machine_pause (machine), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  hyperv_simulator_remove_machine (host, gone);
  avb_test_until (is_up, rig.connection);
  g_assert_true (find (rig.connection, "stays") == machine);
  g_assert_true (avb_machine_get_available (machine));
  g_assert_cmpint (avb_machine_get_state (machine), ==, AVB_MACHINE_OFF);
  g_assert_cmpuint (count (rig.connection), ==, 1);
  hyperv_simulator_set_machine_state (host, id, HYPERV_STATE_ENABLED);
  until_state (machine, AVB_MACHINE_RUNNING);
  rig_end (&rig);
  return NULL;
}

static DexFuture *
test_reboot_in_a_job (gpointer data)
{
  Rig              rig;
  HypervSimulator *host = new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "job", 2, HYPERV_STATE_ENABLED);
  g_autoptr (AvbOperation) operation = avb_operation_new ("save");
  DexFuture *future;

  rig_begin (&rig, host);
  hyperv_simulator_hang_next_job (host);
  future = avb_machine_save (find (rig.connection, "job"), operation);
  avb_test_until_true (avb_operation_get_fraction (operation) > 0);
  hyperv_simulator_reboot (host, 500, TRUE);
  avb_test_await_error (future, AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  avb_test_until (is_up, rig.connection);
  until_state (find (rig.connection, "job"), AVB_MACHINE_RUNNING);
  g_assert_null (avb_machine_get_operation (find (rig.connection, "job")));
  rig_end (&rig);
  return NULL;
}

/* One that was made halfway when the host went is taken away when it is back. */
static DexFuture *
test_reboot_while_creating (gpointer data)
{
  Rig rig;
  g_autoptr (AvbMachineSpec) spec = new_spec ("halfway");
  DexFuture *future;

  rig_begin (&rig, new_host ());
  hyperv_simulator_delay_next (rig.host, "AddResourceSettings", 60000);
  future = avb_connection_create_machine (rig.connection, spec);
  avb_test_until_true (hyperv_simulator_get_n_requests (rig.host, "AddResourceSettings") > 0);
  g_assert_cmpuint (hyperv_simulator_get_n_machines (rig.host), ==, 1);
  hyperv_simulator_reboot (rig.host, 300, TRUE);
  avb_test_await_error (future, AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  avb_test_until (is_up, rig.connection);
  avb_test_until_true (hyperv_simulator_get_n_machines (rig.host) == 0);
  avb_test_until_true (count (rig.connection) == 0);
  rig_end (&rig);
  return NULL;
}

static DexFuture *
test_subscription_is_gone (gpointer data)
{
  Rig              rig;
  HypervSimulator *host = new_host ();
  g_autofree char *id = hyperv_simulator_add_machine (host, "events", 2, HYPERV_STATE_DISABLED);

  rig_begin (&rig, host);
  hyperv_simulator_drop_connections (host);
  hyperv_simulator_set_machine_state (host, id, HYPERV_STATE_ENABLED);
  avb_test_until_true (is_up (rig.connection)
                       && avb_machine_get_state (find (rig.connection, "events")) == AVB_MACHINE_RUNNING);
  rig_end (&rig);
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
      Rig              rig;
      HypervSimulator *host = new_host ();
      g_autofree char *id = hyperv_simulator_add_machine (host, "bad", 2, HYPERV_STATE_ENABLED);
      g_autoptr (GError) error = NULL;

      rig_begin (&rig, host);
      hyperv_simulator_fail_next (host, "RequestStateChange", kinds[i]);
      g_assert_false (dex_await (avb_machine_pause (find (rig.connection, "bad")), &error));
      g_assert_cmpint (error->domain, ==, AVB_ERROR);
      g_assert_true (g_str_has_suffix (error->message, "."));
      hyperv_simulator_fail_never (host);
      avb_test_until (is_up, rig.connection);
      /* It may have been done for all that. */
      avb_test_until_true (avb_machine_can_pause (find (rig.connection, "bad"))
                           == (hyperv_simulator_get_machine_state (host, id) == HYPERV_STATE_ENABLED));
      if (avb_machine_can_pause (find (rig.connection, "bad")))
        avb_test_await (avb_machine_pause (find (rig.connection, "bad")));
      until_state (find (rig.connection, "bad"), AVB_MACHINE_PAUSED);
      rig_end (&rig);
    }
  return NULL;
}

/* --- Requests to the user --- */

static AvbRequest *
wait_for_request (AvbConnection *connection)
{
  avb_test_until_true (avb_connection_get_request (connection) != NULL);
  return avb_connection_get_request (connection);
}

static void
give_password (AvbConnection *connection, guint attempt, const char *password)
{
  AvbPasswordRequest *request;

  avb_test_until_true (avb_connection_get_request (connection) != NULL
                       && !avb_request_is_answered (avb_connection_get_request (connection))
                       && AVB_IS_PASSWORD_REQUEST (avb_connection_get_request (connection)));
  request = AVB_PASSWORD_REQUEST (avb_connection_get_request (connection));
  g_assert_cmpstr (avb_password_request_get_user (request), ==, "admin");
  g_assert_cmpstr (avb_request_get_host (AVB_REQUEST (request)), ==, "127.0.0.1");
  g_assert_cmpuint (avb_password_request_get_attempt (request), ==, attempt);
  g_assert_cmpint (avb_password_request_get_wrong (request), ==, attempt > 1);
  avb_password_request_give (request, password, FALSE);
}

static DexFuture *
test_password (gpointer data)
{
  g_autoptr (HypervSimulator) host = new_host ();
  g_autoptr (AvbConnection) connection = NULL;

  hyperv_simulator_set_auth (host, HYPERV_SIMULATOR_AUTH_NTLM | HYPERV_SIMULATOR_AUTH_BASIC, "admin", "sesam");
  start (host);
  connection = connect_as (host, "admin@", FALSE);
  give_password (connection, 1, "wrong");
  give_password (connection, 2, "sesam");
  avb_test_until (is_up, connection);
  g_assert_null (avb_connection_get_request (connection));
  /* It is known from here on. */
  hyperv_simulator_reboot (host, 300, TRUE);
  avb_test_until (is_lost, connection);
  avb_test_until (is_up, connection);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

static DexFuture *
test_password_is_refused (gpointer data)
{
  g_autoptr (HypervSimulator) host = new_host ();
  g_autoptr (AvbConnection) connection = NULL;
  guint n;

  hyperv_simulator_set_auth (host, HYPERV_SIMULATOR_AUTH_BASIC, "admin", "sesam");
  start (host);
  connection = connect_as (host, "admin@", FALSE);
  for (guint i = 1; i <= 3; i++)
    give_password (connection, i, "wrong");
  avb_test_until (is_lost, connection);
  g_assert_nonnull (avb_connection_get_link_error (connection));
  n = hyperv_simulator_get_n_requests (host, NULL);
  dex_await (dex_timeout_new_msec (1500), NULL);
  g_assert_cmpuint (hyperv_simulator_get_n_requests (host, NULL), ==, n);
  g_assert_null (avb_connection_get_request (connection));
  /* The user wants to: from the beginning. */
  avb_connection_retry (connection);
  give_password (connection, 1, "sesam");
  avb_test_until (is_up, connection);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

static DexFuture *
test_password_is_cancelled (gpointer data)
{
  g_autoptr (HypervSimulator) host = new_host ();
  g_autoptr (AvbConnection) connection = NULL;
  g_autoptr (AvbConnection) nobody = NULL;
  g_autoptr (AvbConnection) closed = NULL;

  hyperv_simulator_set_auth (host, HYPERV_SIMULATOR_AUTH_BASIC, "admin", "sesam");
  start (host);
  connection = connect_as (host, "admin@", FALSE);
  avb_request_cancel (wait_for_request (connection));
  avb_test_until (is_lost, connection);
  avb_test_await (avb_connection_close (connection));
  /* Who nobody said to be is not asked for. */
  nobody = connect_as (host, "", FALSE);
  avb_test_until (is_lost, nobody);
  g_assert_nonnull (strstr (avb_connection_get_link_error (nobody), "user@host"));
  avb_test_await (avb_connection_close (nobody));
  closed = connect_as (host, "admin@", FALSE);
  wait_for_request (closed);
  avb_test_await (avb_connection_close (closed));
  avb_test_until_true (avb_connection_get_request (closed) == NULL);
  return NULL;
}

static void
trust (AvbConnection *connection, gboolean changed)
{
  AvbCertificateRequest *request;

  avb_test_until_true (avb_connection_get_request (connection) != NULL
                       && !avb_request_is_answered (avb_connection_get_request (connection))
                       && AVB_IS_CERTIFICATE_REQUEST (avb_connection_get_request (connection)));
  request = AVB_CERTIFICATE_REQUEST (avb_connection_get_request (connection));
  g_assert_cmpint (avb_certificate_request_get_changed (request), ==, changed);
  avb_certificate_request_trust (request);
}

static DexFuture *
test_certificate (gpointer data)
{
  g_autoptr (HypervSimulator) host = new_host ();
  g_autoptr (AvbConnection) connection = NULL;

  hyperv_simulator_set_tls (host, TRUE);
  hyperv_simulator_set_auth (host, HYPERV_SIMULATOR_AUTH_BASIC, "admin", "sesam");
  start (host);
  connection = connect_as (host, "admin@", TRUE);
  trust (connection, FALSE);
  give_password (connection, 1, "sesam");
  avb_test_until (is_up, connection);
  /* Another one: it is asked again, and says so; the password goes nowhere meanwhile. */
  hyperv_simulator_change_certificate (host, HYPERV_SIMULATOR_CERTIFICATE_EXPIRED);
  trust (connection, TRUE);
  avb_test_until (is_up, connection);
  hyperv_simulator_change_certificate (host, HYPERV_SIMULATOR_CERTIFICATE_FOREIGN);
  avb_request_cancel (wait_for_request (connection));
  avb_test_until (is_lost, connection);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

/* --- Addresses --- */

static DexFuture *
test_addresses (gpointer data)
{
  static const char *const bad[] = { "hyperv://",           "hyperv://host/path",          "hyperv://user:secret@host",
                                     "hyperv://host?x=y",   "hyperv://host?transport=ftp", "hyperv://host?transport=http&x=1",
                                     "hyperv://host:port",  "hyperv://[::1" };
  g_autoptr (AvbBackend) backend = avb_hyperv_backend_new ();
  g_autoptr (AvbConnection) connection = NULL;

  g_assert_cmpstr (avb_backend_get_id (backend), ==, "hyperv");
  g_assert_null (avb_backend_get_default_uri (backend));
  g_assert_true (avb_backend_handles_uri (backend, "hyperv://a@b"));
  g_assert_false (avb_backend_handles_uri (backend, "qemu:///session"));
  avb_test_await (avb_backend_probe (backend));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (AvbConnection) wrong = avb_backend_connect (backend, bad[i]);

      g_assert_true (is_lost (wrong));
      g_assert_nonnull (avb_connection_get_link_error (wrong));
      avb_connection_retry (wrong);
      avb_test_await (avb_connection_close (wrong));
    }
  /* Nobody is there. */
  connection = avb_backend_connect (backend, "hyperv://127.0.0.1:9?transport=http");
  avb_test_until (is_lost, connection);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

static DexFuture *
test_no_hyperv (gpointer data)
{
  g_autoptr (HypervSimulator) host = new_host ();
  g_autoptr (AvbConnection) connection = NULL;

  start (host);
  hyperv_simulator_set_wrong_namespaces (host, TRUE);
  connection = connect_as (host, "", FALSE);
  avb_test_until (is_lost, connection);
  hyperv_simulator_set_wrong_namespaces (host, FALSE);
  avb_test_until (is_up, connection);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

int
main (int argc, char **argv)
{
  static const struct {
    const char  *path;
    DexFiberFunc func;
  } tests[] = {
    { "list", test_list },
    { "capabilities", test_capabilities },
    { "create", test_create },
    { "create-bios", test_create_bios },
    { "create-fails", test_create_fails },
    { "life", test_life },
    { "deaf-guest", test_deaf_guest },
    { "delete-keeps-shared-disks", test_delete_keeps_shared_disks },
    { "apply-spec", test_apply_spec },
    { "settings", test_settings },
    { "network-link", test_network_link },
    { "console", test_console },
    { "snapshots", test_snapshots },
    { "volumes", test_volumes },
    { "job-fails", test_job_fails },
    { "job-is-cancelled", test_job_is_cancelled },
    { "job-never-ends", test_job_never_ends },
    { "job-is-forgotten", test_job_is_forgotten },
    { "without-jobs", test_without_jobs },
    { "events", test_events },
    { "thousand", test_thousand },
    { "without-events", test_without_events },
    { "reboot", test_reboot },
    { "reboot-in-a-job", test_reboot_in_a_job },
    { "reboot-while-creating", test_reboot_while_creating },
    { "subscription-is-gone", test_subscription_is_gone },
    { "bad-answers", test_bad_answers },
    { "password", test_password },
    { "password-is-refused", test_password_is_refused },
    { "password-is-cancelled", test_password_is_cancelled },
    { "certificate", test_certificate },
    { "addresses", test_addresses },
    { "no-hyperv", test_no_hyperv },
  };

  avb_test_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (tests); i++)
    {
      g_autofree char *path = g_strdup_printf ("/Avb/Hyperv/%s", tests[i].path);

      avb_test_add_fiber (path, tests[i].func);
    }
  {
    int result = g_test_run ();

    /* What was closed last comes to its end. */
    for (guint i = 0; i < 50; i++)
      avb_test_pass_time ();
    return result;
  }
}

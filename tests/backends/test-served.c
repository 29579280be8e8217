/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <gio/gio.h>
#include <string.h>

#include "backends/avb-error.h"
#include "backends/avb-machine-stats.h"
#include "tests/avb-boot-sector.h"
#include "tests/avb-test.h"
#include "tests/backends/avb-session-test.h"

/* A machine of real QEMU starts from a disk that nbdkit serves, packed, behind a socket; what must be done before a
 * start is done; and what it uses is counted. */

#define GREETING "served by a program"

static GSubprocess *
serve (const char *image, const char *socket)
{
  g_autoptr (GError) error = NULL;
  GSubprocess *nbdkit = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "nbdkit", "--foreground", "--exit-with-parent",
                                          "--unix", socket, "--readonly", "--filter=xz", "file", image, NULL);

  g_assert_no_error (error);
  avb_test_until_true (g_file_test (socket, G_FILE_TEST_EXISTS));
  return nbdkit;
}

static void
run_tool (const char *tool, const char *argument)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, tool, argument, NULL);

  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (process, NULL, NULL));
}

static AvbMachineSpec *
make_spec (const char *socket, const char *serial)
{
  AvbMachineSpec *spec = avb_session_test_spec ("served", NULL);
  AvbDiskSpec *disk = avb_disk_spec_new (AVB_DISK_DEVICE_DISK, AVB_DISK_BUS_VIRTIO, socket, "raw");

  disk->source = AVB_DISK_SOURCE_NBD;
  disk->read_only = TRUE;
  disk->boot_order = 1;
  avb_machine_spec_add_disk (spec, disk);
  avb_machine_spec_set_serial (spec, serial);
  return spec;
}

static gboolean
has_greeting (const char *path)
{
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) && strstr (text, GREETING) != NULL;
}

typedef struct {
  const char  *image;
  const char  *socket;
  GSubprocess *nbdkit;
  gboolean     refuse;
} Guard;

static DexFuture *
guard_fiber (gpointer data)
{
  Guard *guard = data;

  if (guard->refuse)
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_UNAVAILABLE, NULL, "Nobody serves it."));
  guard->nbdkit = serve (guard->image, guard->socket);
  return dex_future_new_true ();
}

static DexFuture *
guard_cb (AvbMachine *machine, gpointer data)
{
  return dex_scheduler_spawn (NULL, 0, guard_fiber, data, NULL);
}

static gboolean
has_read (AvbMachine *machine)
{
  g_autoptr (AvbMachineStats) stats = avb_test_await_boxed (avb_machine_read_stats (machine));
  guint64 value = 0;

  return avb_machine_stats_get (stats, AVB_STAT_DISK_READ_BYTES, &value) && value >= 512;
}

static guint
count_live_disks (const char *name)
{
  g_autofree char *output = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) virsh = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, "virsh", "--quiet", "--connect",
                                                    "qemu:///session", "domblklist", name, NULL);
  g_auto (GStrv) lines = NULL;

  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (virsh, NULL, NULL, &output, NULL, NULL));
  lines = g_strsplit (g_strstrip (output), "\n", -1);
  return g_strv_length (lines);
}

/* While it runs: a second disk behind the same socket’s folder comes, and goes in the definition at least; whether the
 * guest gives it back is the guest’s affair, and this one does not look. */
static void
plug_in_and_out (AvbMachine *machine, const char *socket)
{
  g_autoptr (AvbMachineSpec) spec = avb_test_await_object (avb_machine_read_spec (machine));
  g_autoptr (AvbMachineSpec) without = avb_machine_spec_copy (spec);
  g_autofree char *second = g_strconcat (socket, ".2", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) nbdkit = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "nbdkit", "--foreground",
                                                     "--exit-with-parent", "--unix", second, "memory", "1M", NULL);
  AvbDiskSpec *disk = avb_disk_spec_new (AVB_DISK_DEVICE_DISK, AVB_DISK_BUS_VIRTIO, second, "raw");

  g_assert_no_error (error);
  avb_test_until_true (g_file_test (second, G_FILE_TEST_EXISTS));
  disk->source = AVB_DISK_SOURCE_NBD;
  avb_machine_spec_add_disk (spec, disk);
  g_assert_cmpuint (count_live_disks ("served"), ==, 1);
  g_assert_cmpint (dex_await_int (avb_machine_apply_spec (machine, spec), &error), ==, AVB_APPLIED_NOW);
  g_assert_no_error (error);
  g_assert_cmpuint (count_live_disks ("served"), ==, 2);
  dex_await_int (avb_machine_apply_spec (machine, without), &error);
  g_assert_no_error (error);
  g_subprocess_force_exit (nbdkit);
}

static DexFuture *
served_fiber (gpointer data)
{
  g_autoptr (AvbConnection) connection = avb_session_test_connect ("qemu:///session");
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *image = g_build_filename (folder, "boot.img", NULL);
  g_autofree char *packed = g_strconcat (image, ".xz", NULL);
  g_autofree char *socket = g_build_filename (folder, "a & b.sock", NULL);
  g_autofree char *serial = g_build_filename (folder, "serial.log", NULL);
  g_autoptr (AvbMachineSpec) spec = make_spec (socket, serial);
  g_autoptr (AvbMachineSpec) read = NULL;
  g_autoptr (AvbMachineStats) off = NULL;
  g_autoptr (AvbMachineStats) on = NULL;
  g_autoptr (AvbMachine) machine = NULL;
  Guard guard = { .image = packed, .socket = socket, .refuse = TRUE };
  guint64 cpu = 0, memory = 0;

  avb_test_write_boot_sector (image, GREETING);
  run_tool ("xz", image);
  machine = avb_test_await_object (avb_connection_create_machine (connection, spec));
  read = avb_test_await_object (avb_machine_read_spec (machine));
  g_assert_true (avb_machine_spec_equal (spec, read));
  off = avb_test_await_boxed (avb_machine_read_stats (machine));
  g_assert_cmpuint (off->known, ==, 0);

  /* Without it the machine does not start, and its own sentence says why. */
  avb_test_await_error (avb_machine_start (machine), AVB_ERROR, AVB_ERROR_FAILED);
  avb_machine_set_start_guard (machine, guard_cb, &guard, NULL);
  avb_test_await_error (avb_machine_start (machine), AVB_ERROR, AVB_ERROR_UNAVAILABLE);
  g_assert_null (guard.nbdkit);

  guard.refuse = FALSE;
  avb_test_await (avb_machine_start (machine));
  g_assert_nonnull (guard.nbdkit);
  avb_test_until_true (has_greeting (serial));
  avb_test_until_true (has_read (machine));
  on = avb_test_await_boxed (avb_machine_read_stats (machine));
  g_assert_true (avb_machine_stats_get (on, AVB_STAT_CPU_TIME_NS, &cpu));
  g_assert_true (avb_machine_stats_get (on, AVB_STAT_MEMORY_USED_MIB, &memory));
  g_assert_cmpuint (cpu, >, 0);
  g_assert_cmpuint (memory, >, 0);

  plug_in_and_out (machine, socket);
  avb_test_await (avb_machine_force_off (machine));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_OFF);
  avb_test_await (avb_machine_delete (machine, AVB_DELETE_DISKS));
  g_assert_true (g_file_test (packed, G_FILE_TEST_EXISTS));
  g_subprocess_force_exit (guard.nbdkit);
  g_clear_object (&guard.nbdkit);
  avb_test_await (avb_connection_close (connection));
  avb_test_remove_folder (folder);
  return NULL;
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  avb_test_add_fiber ("/Avb/Served/boots", served_fiber);
  return g_test_run ();
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/backends/avb-session-test.h"

#include <signal.h>

#include "backends/libvirt/avb-libvirt-connection.h"
#include "tests/avb-test.h"

AvbConnection *
avb_session_test_connect (const char *uri)
{
  AvbConnection *connection = avb_libvirt_connection_new (uri);

  avb_test_until_true (avb_connection_get_link (connection) == AVB_LINK_UP);
  return connection;
}

static gboolean
tpm_is_known (AvbConnection *connection)
{
  return avb_capabilities_is_known (avb_connection_get_capabilities (connection), AVB_FEATURE_TPM);
}

void
avb_session_test_wait_capabilities (AvbConnection *connection)
{
  avb_test_until (tpm_is_known, connection);
}

AvbMachineSpec *
avb_session_test_spec (const char *name, const char *disk)
{
  AvbMachineSpec *spec = avb_machine_spec_new ();

  avb_machine_spec_set_name (spec, name);
  avb_machine_spec_set_memory_mib (spec, 64);
  avb_machine_spec_set_accelerated (spec, FALSE);
  avb_machine_spec_set_graphics (spec, FALSE);
  if (disk != NULL)
    avb_machine_spec_add_disk (
        spec, avb_disk_spec_new (AVB_DISK_DEVICE_DISK, AVB_DISK_BUS_VIRTIO, disk, "qcow2"));
  avb_machine_spec_add_interface (spec,
                                  avb_interface_spec_new (AVB_INTERFACE_USER, NULL, "virtio"));
  return spec;
}

char *
avb_session_test_create_disk (AvbConnection *connection, const char *name)
{
  g_autoptr (AvbOperation) operation = avb_operation_new ("Creating");
  AvbVolumeSpec volume = { .name = name, .format = "qcow2", .capacity = 16 << 20 };

  return avb_test_await_string (avb_connection_create_volume (connection, &volume, operation));
}

static GPid
read_pid (const char *path)
{
  g_autofree char *text = NULL;

  return g_file_get_contents (path, &text, NULL, NULL) ? (GPid) g_ascii_strtoll (text, NULL, 10)
                                                       : 0;
}

GPid
avb_session_test_daemon_pid (void)
{
  g_autofree char *path
      = g_build_filename (g_get_user_runtime_dir (), "libvirt", "libvirtd.pid", NULL);

  return read_pid (path);
}

void
avb_session_test_kill_daemon (void)
{
  GPid pid = avb_session_test_daemon_pid ();

  g_assert_cmpint (pid, >, 1);
  g_assert_no_errno (kill (pid, SIGKILL));
}

GPid
avb_session_test_qemu_pid (const char *name)
{
  g_autofree char *file = g_strconcat (name, ".pid", NULL);
  g_autofree char *path
      = g_build_filename (g_get_user_runtime_dir (), "libvirt", "qemu", "run", file, NULL);
  GPid pid = read_pid (path);

  g_assert_cmpint (pid, >, 1);
  return pid;
}

guint
avb_session_test_count_files (void)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), "alpha-vbox", "disks", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <signal.h>

#include "tests/backends/avb-session-test.h"
#include "tests/contract/contract-libvirt.h"

/* Real libvirt and QEMU of this user, emulated. Run in tests/tools/with-home. */

#define URI "qemu:///session"
#define MIB (1024 * 1024)

static AvbConnection *
connect_host (void)
{
  AvbConnection *connection = avb_session_test_connect (URI);

  avb_session_test_wait_capabilities (connection);
  return connection;
}

static AvbMachineSpec *
make_spec (const char *name)
{
  return avb_session_test_spec (name, NULL);
}

static gboolean
volume_exists (const char *path)
{
  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static char *
make_stranger (void)
{
  char *path = g_build_filename (g_get_user_data_dir (), "stranger.qcow2", NULL);

  g_assert_true (g_file_set_contents (path, "somebody else's", -1, NULL));
  return path;
}

static void
other (ContractDeed deed, const char *target, const char *argument)
{
  contract_libvirt_other (URI, deed, target, argument);
}

static void
break_link (AvbConnection *connection)
{
  avb_session_test_kill_daemon ();
}

static void
crash (AvbMachine *machine)
{
  g_assert_no_errno (kill (avb_session_test_qemu_pid (avb_machine_get_name (machine)), SIGKILL));
}

static void
slow_down (gboolean slow, AvbVolumeSpec *volume, const char *source)
{
  g_autofree char *content = NULL;

  if (!slow)
    return;
  content = g_malloc (64 * MIB);
  for (gsize i = 0; i < 64 * MIB; i++)
    content[i] = i >> 9 ^ i;
  g_assert_true (g_file_set_contents (source, content, 64 * MIB, NULL));
  volume->source = source;
  volume->source_format = "raw";
}

static void
spoil (AvbVolumeSpec *volume, const char *source)
{
  g_assert_true (g_file_set_contents (source, "no such disk", -1, NULL));
  volume->source = source;
  volume->source_format = "vmdk";
}

int
main (int argc, char **argv)
{
  static const ContractNote refused[] = {
    { "disk-ide", "The machines that are made here have no IDE." },
    { NULL, NULL },
  };
  static const ContractHost host = {
    .name = "qemu-session",
    .title = "libvirt and QEMU of the user",
    .kind = "real",
    .volume_format = "qcow2",
    .disk_bus = AVB_DISK_BUS_VIRTIO,
    .bridge = "br0",
    .connect = connect_host,
    .make_spec = make_spec,
    .volume_exists = volume_exists,
    .count_volumes = avb_session_test_count_files,
    .make_stranger = make_stranger,
    .other = other,
    .break_link = break_link,
    .crash = crash,
    .slow_down = slow_down,
    .spoil = spoil,
    .refused = refused,
  };

  return contract_main (argc, argv, &host);
}

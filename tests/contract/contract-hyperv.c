/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-connection.h"
#include "tests/contract/contract.h"
#include "tests/hyperv/hyperv-simulator.h"

/* Hyper-V, simulated on loopback. What somebody else does there is done past all clients. */

static HypervSimulator *simulator;

static void
set_up (void)
{
  g_autoptr (GError) error = NULL;

  simulator = hyperv_simulator_new ();
  hyperv_simulator_start (simulator, &error);
  g_assert_no_error (error);
}

static void
tear_down (void)
{
  hyperv_simulator_free (g_steal_pointer (&simulator));
}

static AvbConnection *
connect_host (void)
{
  g_autofree char *uri
      = g_strdup_printf ("hyperv://127.0.0.1:%u/?transport=http", hyperv_simulator_get_port (simulator));
  AvbConnection *connection = avb_hyperv_connection_new (uri);

  avb_test_until_true (avb_connection_get_link (connection) == AVB_LINK_UP);
  return connection;
}

static AvbMachineSpec *
make_spec (const char *name)
{
  AvbMachineSpec *spec = avb_machine_spec_new ();

  avb_machine_spec_set_name (spec, name);
  avb_machine_spec_set_memory_mib (spec, 512);
  avb_machine_spec_set_firmware (spec, AVB_FIRMWARE_UEFI);
  avb_machine_spec_set_accelerated (spec, TRUE);
  avb_machine_spec_add_interface (spec, avb_interface_spec_new (AVB_INTERFACE_USER, NULL, NULL));
  return spec;
}

static gboolean
volume_exists (const char *path)
{
  return hyperv_simulator_has_file (simulator, path);
}

static guint
count_volumes (void)
{
  return hyperv_simulator_count_files (simulator, "vhdx");
}

static char *
make_stranger (void)
{
  hyperv_simulator_add_file (simulator, "C:\\Elsewhere\\stranger.img", 4096, 1 << 20);
  return g_strdup ("C:\\Elsewhere\\stranger.img");
}

static void
other (ContractDeed deed, const char *target, const char *argument)
{
  g_autofree char *id = g_ascii_strup (target, -1);

  switch (deed)
    {
    case CONTRACT_OTHER_CREATES:
      g_free (hyperv_simulator_add_machine (simulator, target, 2, HYPERV_STATE_DISABLED));
      break;
    case CONTRACT_OTHER_RENAMES:
      hyperv_simulator_rename_machine (simulator, id, argument);
      break;
    case CONTRACT_OTHER_DELETES:
      hyperv_simulator_remove_machine (simulator, id);
      break;
    case CONTRACT_OTHER_STARTS:
      hyperv_simulator_set_machine_state (simulator, id, HYPERV_STATE_ENABLED);
      break;
    case CONTRACT_OTHER_PAUSES:
      hyperv_simulator_set_machine_state (simulator, id, HYPERV_STATE_QUIESCE);
      break;
    case CONTRACT_OTHER_TURNS_OFF:
      hyperv_simulator_set_machine_state (simulator, id, HYPERV_STATE_DISABLED);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
break_link (AvbConnection *connection)
{
  hyperv_simulator_reboot (simulator, 1000, TRUE);
}

static void
slow_down (gboolean slow, AvbVolumeSpec *volume, const char *source)
{
  hyperv_simulator_set_job_duration (simulator, slow ? 1000 : 20);
}

static void
spoil (AvbVolumeSpec *volume, const char *source)
{
  hyperv_simulator_fail_next_job (simulator, 32768, "The disk broke in its middle.");
}

int
main (int argc, char **argv)
{
  static const ContractNote refused[] = {
    { "serial-file", "" },
    { "kernel", "" },
    { "extras", "" },
    { "disk-usb", "" },
    { "disk-read-only", "" },
    { "floppy", "" },
    { NULL, NULL },
  };
  static const ContractNote lacks[] = {
    { "crashed", "A machine whose process died is off, and the host says no more." },
    { NULL, NULL },
  };
  static const ContractHost host = {
    .name = "hyperv-simulated",
    .title = "Hyper-V",
    .kind = "simulated",
    .volume_format = "vhdx",
    .disk_bus = AVB_DISK_BUS_SCSI,
    .set_up = set_up,
    .tear_down = tear_down,
    .connect = connect_host,
    .make_spec = make_spec,
    .volume_exists = volume_exists,
    .count_volumes = count_volumes,
    .make_stranger = make_stranger,
    .other = other,
    .break_link = break_link,
    .slow_down = slow_down,
    .spoil = spoil,
    .refused = refused,
    .lacks = lacks,
  };

  return contract_main (argc, argv, &host);
}

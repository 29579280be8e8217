/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/backends/hyperv/hyperv-rig.h"

#include "backends/hyperv/avb-hyperv-connection.h"
#include "tests/avb-test.h"

HypervSimulator *
hyperv_rig_new_host (void)
{
  HypervSimulator *host = hyperv_simulator_new ();

  hyperv_simulator_add_file (host, DISK, 4 * 1024 * 1024, 16 * GIB);
  hyperv_simulator_add_file (host, DISC, 700 * 1024 * 1024, 0);
  return host;
}

AvbConnection *
hyperv_rig_connect_as (HypervSimulator *host, const char *user, gboolean tls)
{
  g_autofree char *uri = g_strdup_printf ("hyperv://%s127.0.0.1:%u%s", user, hyperv_simulator_get_port (host),
                                          tls ? "" : "?transport=http");

  return avb_hyperv_connection_new (uri);
}

gboolean
hyperv_rig_is_up (AvbConnection *connection)
{
  return avb_connection_get_link (connection) == AVB_LINK_UP;
}

gboolean
hyperv_rig_is_lost (AvbConnection *connection)
{
  return avb_connection_get_link (connection) == AVB_LINK_LOST;
}

void
hyperv_rig_start (HypervSimulator *host)
{
  g_autoptr (GError) error = NULL;

  avb_test_forgive_soup_server ();
  hyperv_simulator_start (host, &error);
  g_assert_no_error (error);
}

void
hyperv_rig_begin (HypervRig *rig, HypervSimulator *host)
{
  rig->host = host;
  hyperv_rig_start (host);
  rig->connection = hyperv_rig_connect_as (host, "", FALSE);
  avb_test_until (hyperv_rig_is_up, rig->connection);
}

void
hyperv_rig_end (HypervRig *rig)
{
  gpointer gone = rig->connection;

  avb_test_await (avb_connection_close (rig->connection));
  /* Nothing holds it once it is closed. */
  g_object_add_weak_pointer (G_OBJECT (rig->connection), &gone);
  g_clear_object (&rig->connection);
  avb_test_until_true (gone == NULL);
  g_clear_pointer (&rig->host, hyperv_simulator_free);
}

guint
hyperv_rig_count (AvbConnection *connection)
{
  return g_list_model_get_n_items (avb_connection_get_machines (connection));
}

/* (nullable) (transfer none) */
AvbMachine *
hyperv_rig_find (AvbConnection *connection, const char *name)
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

char *
hyperv_rig_dup_id (AvbMachine *machine)
{
  return g_ascii_strup (avb_machine_get_uuid (machine), -1);
}

AvbMachineSpec *
hyperv_rig_new_spec (const char *name)
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

int
hyperv_rig_main (int argc, char **argv, const HypervRigTest *tests)
{
  int result;

  avb_test_init (&argc, &argv);
  for (; tests->name != NULL; tests++)
    {
      g_autofree char *path = g_strdup_printf ("/Avb/Hyperv/%s", tests->name);

      avb_test_add_fiber (path, tests->func);
    }
  result = g_test_run ();
  /* What was closed last comes to its end. */
  for (guint i = 0; i < 50; i++)
    avb_test_pass_time ();
  return result;
}

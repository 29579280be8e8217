/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-connection-private.h"
#include "tests/backends/avb-session-test.h"
#include "tests/contract/contract-libvirt.h"

/* libvirt's test driver: all of libvirt's own machinery, and a hypervisor that is made up. It lives in this process, and
 * as long as somebody is connected to it. */

#define URI "test:///default"
#define POOL "default-pool"

static virConnect *keeper;

static void
set_up (void)
{
  avb_libvirt_init ();
  keeper = virConnectOpen (URI);
  g_assert_nonnull (keeper);
}

static void
tear_down (void)
{
  virConnectClose (g_steal_pointer (&keeper));
}

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
  AvbMachineSpec *spec = avb_session_test_spec (name, NULL);

  /* Its machines are of no other kind. */
  avb_machine_spec_set_accelerated (spec, TRUE);
  return spec;
}

static gboolean
volume_exists (const char *path)
{
  virStorageVol *volume = virStorageVolLookupByPath (keeper, path);
  gboolean       exists = volume != NULL;

  if (exists)
    virStorageVolFree (volume);
  return exists;
}

static guint
count_volumes (void)
{
  virStoragePool *pool = virStoragePoolLookupByName (keeper, POOL);
  int             n = virStoragePoolNumOfVolumes (pool);

  g_assert_cmpint (n, >=, 0);
  virStoragePoolFree (pool);
  return n;
}

static void
other (ContractDeed deed, const char *target, const char *argument)
{
  contract_libvirt_other (URI, deed, target, argument);
}

/* There is nothing that could break: as if there were. */
static void
break_link (AvbConnection *connection)
{
  avb_libvirt_connection_lose (AVB_LIBVIRT_CONNECTION (connection), "The link is cut.");
}

static void
slow_down (gboolean slow, AvbVolumeSpec *volume, const char *source)
{
}

/* It takes no files. */
static void
spoil (AvbVolumeSpec *volume, const char *source)
{
  g_assert_true (g_file_set_contents (source, "disk", -1, NULL));
  volume->source = source;
  volume->source_format = "raw";
}

int
main (int argc, char **argv)
{
  static const ContractNote lacks[] = {
    { "crashed", "Its machines have no process that could die." },
    { "volume-of-others-stays", "It has no files but those of its pool." },
    { "unknown-network", "It starts machines whatever their networks are." },
    { "event-renamed-elsewhere", "Its machines cannot be renamed by anybody." },
    { NULL, NULL },
  };
  static const ContractHost host = {
    .name = "libvirt-test",
    .title = "libvirt's test driver",
    .kind = "simulated",
    .volume_format = "qcow2",
    .disk_bus = AVB_DISK_BUS_VIRTIO,
    .bridge = "br0",
    .set_up = set_up,
    .tear_down = tear_down,
    .connect = connect_host,
    .make_spec = make_spec,
    .volume_exists = volume_exists,
    .count_volumes = count_volumes,
    .other = other,
    .break_link = break_link,
    .slow_down = slow_down,
    .spoil = spoil,
    .lacks = lacks,
  };

  return contract_main (argc, argv, &host);
}

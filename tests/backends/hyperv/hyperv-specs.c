/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/backends/hyperv/hyperv-specs.h"

#include "backends/hyperv/avb-hyperv-devices.h"
#include "tests/backends/hyperv/hyperv-model.h"

AvbMachineSpec *
hyperv_spec_new (const char *name, AvbFirmware firmware)
{
  AvbMachineSpec *spec = avb_machine_spec_new ();

  avb_machine_spec_set_name (spec, name);
  avb_machine_spec_set_firmware (spec, firmware);
  return spec;
}

AvbDiskSpec *
hyperv_spec_add_disk (AvbMachineSpec *spec, AvbDiskDevice device, AvbDiskBus bus, const char *path, guint boot)
{
  AvbDiskSpec *disk = avb_disk_spec_new (
      device, bus, path, path != NULL ? avb_hyperv_format_of (path, device == AVB_DISK_DEVICE_CDROM) : NULL);

  disk->boot_order = boot;
  avb_machine_spec_add_disk (spec, disk);
  return disk;
}

void
hyperv_spec_add_nic (AvbMachineSpec *spec, AvbInterfaceKind kind, const char *source, const char *mac)
{
  AvbInterfaceSpec *nic = avb_interface_spec_new (kind, source, "virtio");

  nic->mac = g_strdup (mac);
  avb_machine_spec_add_interface (spec, nic);
}

AvbMachineSpec *
hyperv_spec_plain (void)
{
  return hyperv_spec_new ("plain", AVB_FIRMWARE_UEFI);
}

static AvbMachineSpec *
spec_plain_bios (void)
{
  return hyperv_spec_new ("plain", AVB_FIRMWARE_BIOS);
}

AvbMachineSpec *
hyperv_spec_linux (void)
{
  AvbMachineSpec *spec = hyperv_spec_new ("debian", AVB_FIRMWARE_UEFI_SECURE);

  avb_machine_spec_set_os_id (spec, "http://debian.org/debian/13");
  avb_machine_spec_set_cpus (spec, 4);
  avb_machine_spec_set_memory_mib (spec, 4096);
  hyperv_spec_add_disk (spec, DISK, AVB_DISK_BUS_VIRTIO, "C:\\VMs\\debian.vhdx", 2);
  hyperv_spec_add_disk (spec, CD, AVB_DISK_BUS_SATA, "D:\\ISO\\debian 13.iso", 1);
  hyperv_spec_add_nic (spec, AVB_INTERFACE_USER, NULL, NULL);
  return spec;
}

static AvbMachineSpec *
spec_windows (void)
{
  AvbMachineSpec *spec = hyperv_spec_new ("Windows 11", AVB_FIRMWARE_UEFI_SECURE);

  avb_machine_spec_set_os_id (spec, "http://microsoft.com/win/11");
  avb_machine_spec_set_tpm (spec, TRUE);
  avb_machine_spec_set_memory_mib (spec, 8192);
  hyperv_spec_add_disk (spec, DISK, AVB_DISK_BUS_SCSI, "C:\\VMs\\win.vhdx", 1);
  hyperv_spec_add_nic (spec, AVB_INTERFACE_BRIDGE, "LAN", "52:54:00:aa:bb:cc");
  return spec;
}

static AvbMachineSpec *
spec_tpm_without_secure_boot (void)
{
  AvbMachineSpec *spec = hyperv_spec_new ("tpm", AVB_FIRMWARE_UEFI);

  avb_machine_spec_set_tpm (spec, TRUE);
  return spec;
}

static AvbMachineSpec *
spec_old (void)
{
  AvbMachineSpec *spec = hyperv_spec_new ("Windows XP", AVB_FIRMWARE_BIOS);

  avb_machine_spec_set_memory_mib (spec, 512);
  hyperv_spec_add_disk (spec, DISK, AVB_DISK_BUS_IDE, "C:\\VMs\\xp.vhd", 2);
  hyperv_spec_add_disk (spec, CD, AVB_DISK_BUS_IDE, "C:\\ISO\\xp.iso", 1);
  hyperv_spec_add_nic (spec, AVB_INTERFACE_NETWORK, "inside", NULL);
  return spec;
}

static AvbMachineSpec *
spec_old_disk_first (void)
{
  AvbMachineSpec *spec = hyperv_spec_new ("disk first", AVB_FIRMWARE_BIOS);

  hyperv_spec_add_disk (spec, CD, AVB_DISK_BUS_SATA, "C:\\ISO\\xp.iso", 0);
  hyperv_spec_add_disk (spec, DISK, AVB_DISK_BUS_VIRTIO, "C:\\VMs\\xp.vhd", 1);
  return spec;
}

static AvbMachineSpec *
spec_old_full (void)
{
  AvbMachineSpec *spec = hyperv_spec_new ("full", AVB_FIRMWARE_BIOS);

  hyperv_spec_add_disk (spec, DISK, AVB_DISK_BUS_SCSI, "C:\\VMs\\data.vhdx", 0);
  hyperv_spec_add_disk (spec, DISK, AVB_DISK_BUS_IDE, "C:\\VMs\\a.vhdx", 1);
  hyperv_spec_add_disk (spec, CD, AVB_DISK_BUS_IDE, NULL, 0);
  hyperv_spec_add_disk (spec, DISK, AVB_DISK_BUS_IDE, "C:\\VMs\\b.vhdx", 0);
  hyperv_spec_add_disk (spec, CD, AVB_DISK_BUS_IDE, "C:\\ISO\\c.iso", 2);
  return spec;
}

static AvbMachineSpec *
spec_empty_drive (void)
{
  AvbMachineSpec *spec = hyperv_spec_new ("empty drive", AVB_FIRMWARE_UEFI);

  hyperv_spec_add_disk (spec, CD, AVB_DISK_BUS_SCSI, NULL, 0);
  return spec;
}

static AvbMachineSpec *
spec_many_disks (void)
{
  AvbMachineSpec *spec = hyperv_spec_new ("many disks", AVB_FIRMWARE_UEFI);

  for (guint i = 0; i < 130; i++)
    {
      g_autofree char *path = g_strdup_printf ("C:\\VMs\\%u.vhdx", i);

      hyperv_spec_add_disk (spec, DISK, i % 3 == 0 ? AVB_DISK_BUS_VIRTIO : AVB_DISK_BUS_SCSI, path, i == 100 ? 1 : 0);
    }
  return spec;
}

static AvbMachineSpec *
spec_boot_last (void)
{
  AvbMachineSpec *spec = hyperv_spec_new ("boot last", AVB_FIRMWARE_UEFI);

  hyperv_spec_add_disk (spec, DISK, AVB_DISK_BUS_SCSI, "C:\\1.vhdx", 3);
  hyperv_spec_add_disk (spec, DISK, AVB_DISK_BUS_SCSI, "C:\\2.vhdx", 2);
  hyperv_spec_add_disk (spec, DISK, AVB_DISK_BUS_SCSI, "C:\\3.vhdx", 1);
  return spec;
}

static AvbMachineSpec *
spec_no_boot (void)
{
  AvbMachineSpec *spec = hyperv_spec_new ("no boot", AVB_FIRMWARE_UEFI);

  hyperv_spec_add_disk (spec, DISK, AVB_DISK_BUS_SCSI, "C:\\1.vhdx", 0);
  return spec;
}

static AvbMachineSpec *
spec_gaps_in_boot (void)
{
  AvbMachineSpec *spec = hyperv_spec_new ("gaps", AVB_FIRMWARE_UEFI);

  hyperv_spec_add_disk (spec, DISK, AVB_DISK_BUS_SCSI, "C:\\1.vhdx", 7);
  hyperv_spec_add_disk (spec, DISK, AVB_DISK_BUS_SCSI, "C:\\2.vhdx", 0);
  hyperv_spec_add_disk (spec, CD, AVB_DISK_BUS_IDE, "C:\\3.iso", 5);
  return spec;
}

static AvbMachineSpec *
spec_unc (void)
{
  AvbMachineSpec *spec = hyperv_spec_new ("on a share", AVB_FIRMWARE_UEFI);

  hyperv_spec_add_disk (spec, DISK, AVB_DISK_BUS_SCSI, "\\\\nas\\disks\\Zürich \"1\".vhdx", 1);
  return spec;
}

static AvbMachineSpec *
spec_nics (void)
{
  AvbMachineSpec *spec = hyperv_spec_new ("nics", AVB_FIRMWARE_UEFI);

  hyperv_spec_add_nic (spec, AVB_INTERFACE_NETWORK, "inside", NULL);
  hyperv_spec_add_nic (spec, AVB_INTERFACE_USER, NULL, "00:15:5d:01:02:03");
  hyperv_spec_add_nic (spec, AVB_INTERFACE_BRIDGE, "LAN", NULL);
  hyperv_spec_add_nic (spec, AVB_INTERFACE_NETWORK, "LAN", "AA:BB:CC:DD:EE:FF");
  hyperv_spec_add_nic (spec, AVB_INTERFACE_NETWORK, "inside", NULL);
  return spec;
}

static AvbMachineSpec *
spec_description (void)
{
  AvbMachineSpec *spec = hyperv_spec_new ("described", AVB_FIRMWARE_UEFI);

  avb_machine_spec_set_description (spec, "For the accounts.\n\n\tRestart on Sundays only.\n");
  avb_machine_spec_set_os_id (spec, "http://fedoraproject.org/fedora/42");
  return spec;
}

static AvbMachineSpec *
spec_description_like_a_block (void)
{
  AvbMachineSpec *spec = hyperv_spec_new ("sly", AVB_FIRMWARE_UEFI);

  avb_machine_spec_set_description (spec, "a\n[Alpha VBox 1.0]\nos=http://nowhere\n[/Alpha VBox]\nb");
  for (guint i = 0; i < AVB_N_EXTRAS; i++)
    avb_machine_spec_set_extra (spec, i, FALSE);
  return spec;
}

static AvbMachineSpec *
spec_name_in_many_scripts (void)
{
  AvbMachineSpec *spec = hyperv_spec_new ("<Zürich & \"中文\"> \\ العربية 🎉 'x'", AVB_FIRMWARE_UEFI);

  avb_machine_spec_set_description (spec, "مرحبا <b>&amp;</b>");
  return spec;
}

static AvbMachineSpec *
spec_no_extras (void)
{
  AvbMachineSpec *spec = hyperv_spec_new ("no extras", AVB_FIRMWARE_UEFI);

  for (guint i = 0; i < AVB_N_EXTRAS; i++)
    avb_machine_spec_set_extra (spec, i, FALSE);
  return spec;
}

static AvbMachineSpec *
spec_some_extras (void)
{
  AvbMachineSpec *spec = spec_no_extras ();

  avb_machine_spec_set_extra (spec, AVB_EXTRA_SOUND, TRUE);
  avb_machine_spec_set_extra (spec, AVB_EXTRA_GUEST_AGENT, TRUE);
  return spec;
}

static AvbMachineSpec *
spec_no_display (void)
{
  AvbMachineSpec *spec = hyperv_spec_new ("no display", AVB_FIRMWARE_UEFI);

  avb_machine_spec_set_graphics (spec, FALSE);
  return spec;
}

static AvbMachineSpec *
spec_architecture (void)
{
  AvbMachineSpec *spec = hyperv_spec_new ("host's own", AVB_FIRMWARE_UEFI);

  avb_machine_spec_set_architecture (spec, "x86_64");
  return spec;
}

static AvbMachineSpec *
spec_large (void)
{
  AvbMachineSpec *spec = hyperv_spec_new ("large", AVB_FIRMWARE_UEFI);

  avb_machine_spec_set_cpus (spec, 240);
  avb_machine_spec_set_memory_mib (spec, 12ull * 1024 * 1024);
  return spec;
}

static AvbMachineSpec *
spec_settings (void)
{
  AvbMachineSpec *spec = hyperv_spec_new ("settings", AVB_FIRMWARE_UEFI);

  avb_machine_spec_set_setting (spec, "group", "work=1; [x]");
  avb_machine_spec_set_setting (spec, "display-scale", "2");
  return spec;
}

const HypervSpec hyperv_specs[] = {
  { "plain", hyperv_spec_plain },
  { "plain-bios", spec_plain_bios },
  { "linux", hyperv_spec_linux },
  { "windows", spec_windows },
  { "tpm-without-secure-boot", spec_tpm_without_secure_boot },
  { "old", spec_old },
  { "old-disk-first", spec_old_disk_first },
  { "old-full", spec_old_full },
  { "empty-drive", spec_empty_drive },
  { "many-disks", spec_many_disks },
  { "boot-last", spec_boot_last },
  { "no-boot", spec_no_boot },
  { "gaps-in-boot", spec_gaps_in_boot },
  { "unc", spec_unc },
  { "nics", spec_nics },
  { "description", spec_description },
  { "description-like-a-block", spec_description_like_a_block },
  { "name-in-many-scripts", spec_name_in_many_scripts },
  { "no-extras", spec_no_extras },
  { "some-extras", spec_some_extras },
  { "no-display", spec_no_display },
  { "architecture", spec_architecture },
  { "large", spec_large },
  { "settings", spec_settings },
  { NULL, NULL },
};

guint
hyperv_specs_count (void)
{
  return G_N_ELEMENTS (hyperv_specs) - 1;
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/backends/hvf/hvf-specs.h"

#include "backends/hvf/avb-hvf-host.h"

#define DISKS "/Users/anna/Library/Application Support/alpha-vbox/disks/"
#define APPLE "aarch64"
#define INTEL "x86_64"

static AvbDiskSpec *
add_disk (AvbMachineSpec *spec, AvbDiskBus bus, const char *path, const char *format)
{
  AvbDiskSpec *disk = avb_disk_spec_new (AVB_DISK_DEVICE_DISK, bus, path, format);

  avb_machine_spec_add_disk (spec, disk);
  return disk;
}

static AvbDiskSpec *
add_drive (AvbMachineSpec *spec, AvbDiskDevice device, AvbDiskBus bus, const char *path)
{
  AvbDiskSpec *disk = avb_disk_spec_new (device, bus, path, path != NULL ? "raw" : NULL);

  disk->read_only = device == AVB_DISK_DEVICE_CDROM;
  avb_machine_spec_add_disk (spec, disk);
  return disk;
}

static void
add_interface (AvbMachineSpec *spec, AvbInterfaceKind kind, const char *source, const char *model, const char *mac)
{
  AvbInterfaceSpec *nic = avb_interface_spec_new (kind, source, model);

  nic->mac = g_strdup (mac);
  avb_machine_spec_add_interface (spec, nic);
}

static void
no_extras (AvbMachineSpec *spec)
{
  for (guint i = 0; i < AVB_N_EXTRAS; i++)
    avb_machine_spec_set_extra (spec, i, i == AVB_EXTRA_GUEST_AGENT);
}

/* What most have. */
static void
fill_plain (AvbMachineSpec *spec)
{
  no_extras (spec);
  avb_machine_spec_set_firmware (spec, AVB_FIRMWARE_UEFI);
  add_disk (spec, AVB_DISK_BUS_VIRTIO, DISKS "plain.qcow2", "qcow2")->boot_order = 1;
  add_interface (spec, AVB_INTERFACE_USER, NULL, "virtio", "52:54:00:00:00:01");
}

static void
fill_headless (AvbMachineSpec *spec)
{
  fill_plain (spec);
  avb_machine_spec_set_graphics (spec, FALSE);
}

static void
fill_tpm (AvbMachineSpec *spec)
{
  fill_plain (spec);
  avb_machine_spec_set_tpm (spec, TRUE);
}

static void
fill_disks (AvbMachineSpec *spec)
{
  fill_plain (spec);
  add_disk (spec, AVB_DISK_BUS_VIRTIO, DISKS "second.img", "raw");
  add_disk (spec, AVB_DISK_BUS_SATA, DISKS "third.vdi", "vdi");
  add_disk (spec, AVB_DISK_BUS_SCSI, DISKS "fourth.qcow2", "qcow2")->read_only = TRUE;
  add_disk (spec, AVB_DISK_BUS_USB, "/dev/disk4", "raw");
}

static void
fill_empty_drive (AvbMachineSpec *spec)
{
  fill_plain (spec);
  add_drive (spec, AVB_DISK_DEVICE_CDROM, AVB_DISK_BUS_USB, NULL);
}

static void
fill_install (AvbMachineSpec *spec)
{
  fill_plain (spec);
  avb_machine_spec_set_os_id (spec, "http://debian.org/debian/13");
  add_drive (spec, AVB_DISK_DEVICE_CDROM, AVB_DISK_BUS_SATA, "/Users/anna/Downloads/debian 13.iso")->boot_order = 2;
}

static void
fill_shared (AvbMachineSpec *spec)
{
  no_extras (spec);
  avb_machine_spec_set_firmware (spec, AVB_FIRMWARE_UEFI);
  add_interface (spec, AVB_INTERFACE_NETWORK, "shared", "virtio", "52:54:00:00:00:02");
}

static void
fill_networks (AvbMachineSpec *spec)
{
  fill_plain (spec);
  add_interface (spec, AVB_INTERFACE_NETWORK, "host", "virtio", "52:54:00:00:00:03");
  add_interface (spec, AVB_INTERFACE_BRIDGE, "en0", "e1000e", "52:54:00:00:00:04");
}

static void
fill_extras (AvbMachineSpec *spec)
{
  fill_plain (spec);
  for (guint i = 0; i < AVB_N_EXTRAS; i++)
    avb_machine_spec_set_extra (spec, i, TRUE);
}

static void
fill_channels (AvbMachineSpec *spec)
{
  fill_plain (spec);
  avb_machine_spec_set_extra (spec, AVB_EXTRA_SETUP_CHANNEL, TRUE);
}

static void
fill_kernel (AvbMachineSpec *spec)
{
  fill_plain (spec);
  avb_machine_spec_set_kernel (spec, DISKS "linux & more");
  avb_machine_spec_set_initrd (spec, DISKS "initrd.gz");
  avb_machine_spec_set_kernel_arguments (spec, "console=ttyAMA0 auto=true -- quiet");
}

static void
fill_serial (AvbMachineSpec *spec)
{
  fill_plain (spec);
  avb_machine_spec_set_serial (spec, "/Users/anna/Library/Logs/serial <1>.log");
}

static void
fill_windows (AvbMachineSpec *spec)
{
  fill_tpm (spec);
  avb_machine_spec_set_os_id (spec, "http://microsoft.com/win/11");
  avb_machine_spec_set_cpus (spec, 4);
  avb_machine_spec_set_memory_mib (spec, 8192);
}

static void
fill_windows_bios (AvbMachineSpec *spec)
{
  fill_plain (spec);
  avb_machine_spec_set_firmware (spec, AVB_FIRMWARE_BIOS);
  avb_machine_spec_set_os_id (spec, "http://microsoft.com/win/10");
}

static void
fill_foreign (AvbMachineSpec *spec)
{
  fill_plain (spec);
  avb_machine_spec_set_architecture (spec, INTEL);
  avb_machine_spec_set_accelerated (spec, FALSE);
  avb_machine_spec_set_firmware (spec, AVB_FIRMWARE_BIOS);
}

static void
fill_emulated (AvbMachineSpec *spec)
{
  fill_plain (spec);
  avb_machine_spec_set_accelerated (spec, FALSE);
}

static void
fill_bios (AvbMachineSpec *spec)
{
  fill_plain (spec);
  avb_machine_spec_set_firmware (spec, AVB_FIRMWARE_BIOS);
}

static void
fill_floppy (AvbMachineSpec *spec)
{
  fill_bios (spec);
  add_drive (spec, AVB_DISK_DEVICE_FLOPPY, AVB_DISK_BUS_FDC, DISKS "drivers.img");
  add_drive (spec, AVB_DISK_DEVICE_CDROM, AVB_DISK_BUS_SATA, DISKS "old.iso");
}

static void
fill_bridged (AvbMachineSpec *spec)
{
  fill_shared (spec);
  add_interface (spec, AVB_INTERFACE_BRIDGE, "en7", "rtl8139", "52:54:00:00:00:05");
}

static void
fill_names (AvbMachineSpec *spec)
{
  fill_plain (spec);
  avb_machine_spec_set_name (spec, "Ä “b” & <c> مثال");
  avb_machine_spec_set_description (spec, "first line\nsecond & last");
}

const HvfCase hvf_cases[] = {
  { "arm64-plain", APPLE, TRUE, TRUE, FALSE, fill_plain },
  { "arm64-named-firmware", APPLE, TRUE, FALSE, FALSE, fill_plain },
  { "arm64-vnc", APPLE, FALSE, TRUE, FALSE, fill_plain },
  { "arm64-headless", APPLE, TRUE, TRUE, FALSE, fill_headless },
  { "arm64-tpm", APPLE, TRUE, FALSE, FALSE, fill_tpm },
  { "arm64-disks", APPLE, TRUE, TRUE, FALSE, fill_disks },
  { "arm64-empty-drive", APPLE, TRUE, TRUE, FALSE, fill_empty_drive },
  { "arm64-install", APPLE, TRUE, TRUE, FALSE, fill_install },
  { "arm64-vmnet-shared", APPLE, TRUE, TRUE, TRUE, fill_shared },
  { "arm64-networks", APPLE, TRUE, TRUE, TRUE, fill_networks },
  { "arm64-extras", APPLE, TRUE, TRUE, FALSE, fill_extras },
  { "arm64-vnc-channels", APPLE, FALSE, FALSE, FALSE, fill_channels },
  { "arm64-kernel", APPLE, TRUE, TRUE, FALSE, fill_kernel },
  { "arm64-serial", APPLE, TRUE, TRUE, FALSE, fill_serial },
  { "arm64-windows", APPLE, TRUE, FALSE, FALSE, fill_windows },
  { "arm64-runs-x86", APPLE, TRUE, TRUE, FALSE, fill_foreign },
  { "arm64-emulated", APPLE, TRUE, TRUE, FALSE, fill_emulated },
  { "x86-bios", INTEL, TRUE, TRUE, FALSE, fill_bios },
  { "x86-uefi", INTEL, TRUE, TRUE, FALSE, fill_plain },
  { "x86-named-firmware", INTEL, TRUE, FALSE, FALSE, fill_plain },
  { "x86-vnc", INTEL, FALSE, TRUE, FALSE, fill_bios },
  { "x86-tpm", INTEL, TRUE, TRUE, FALSE, fill_tpm },
  { "x86-windows", INTEL, TRUE, TRUE, FALSE, fill_windows_bios },
  { "x86-floppy", INTEL, TRUE, TRUE, FALSE, fill_floppy },
  { "x86-extras", INTEL, TRUE, TRUE, FALSE, fill_extras },
  { "x86-emulated", INTEL, TRUE, TRUE, FALSE, fill_emulated },
  { "x86-bridged", INTEL, FALSE, FALSE, TRUE, fill_bridged },
  { "x86-names", INTEL, TRUE, TRUE, FALSE, fill_names },
};
const guint hvf_n_cases = G_N_ELEMENTS (hvf_cases);

AvbMachineSpec *
hvf_case_make_spec (const HvfCase *test)
{
  AvbMachineSpec *spec = avb_machine_spec_new ();

  avb_machine_spec_set_name (spec, test->name);
  avb_machine_spec_set_architecture (spec, test->architecture);
  avb_machine_spec_set_cpus (spec, 2);
  avb_machine_spec_set_memory_mib (spec, 2048);
  avb_machine_spec_set_accelerated (spec, TRUE);
  avb_machine_spec_set_graphics (spec, TRUE);
  test->fill (spec);
  return spec;
}

/* As libvirt and avb_hvf_refine() have it; the firmware's files are those of Homebrew. */
AvbDomainTraits
hvf_case_make_traits (const HvfCase *test)
{
  gboolean        is_apple = g_str_equal (test->architecture, APPLE);
  AvbDomainTraits traits = {
    .architecture = test->architecture,
    .spice = test->spice,
    .virtio_video = TRUE,
    .maximum_cpu = TRUE,
    .free_page_reporting = TRUE,
    .hyperv = (1 << AVB_DOMAIN_N_HYPERV) - 1,
    .accelerator = "hvf",
  };

  avb_hvf_refine (&traits, test->architecture, NULL, AVB_HVF_MAY_VIRTUALIZE, test->autoselect, test->privileged);
  if (!test->autoselect)
    {
      traits.loader = is_apple ? "/opt/homebrew/share/qemu/edk2-aarch64-code.fd"
                               : "/usr/local/share/qemu/edk2-x86_64-code.fd";
      traits.nvram_template = is_apple ? "/opt/homebrew/share/qemu/edk2-arm-vars.fd"
                                       : "/usr/local/share/qemu/edk2-i386-vars.fd";
    }
  return traits;
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-devices.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "backends/avb-error.h"

/* What Hyper-V cannot do, in a sentence each. */

#define MAX_NAME 100 /* page "Msvm_VirtualSystemSettingData", ElementName */
#define MIN_MEMORY_MIB 32
#define MAX_MEMORY_MIB (240ull * 1024 * 1024)
#define MAX_CPUS 2048
#define MAX_NICS 8 /* synthetic ones */

static const char *
refuse_kind (AvbMachineSpec *spec, const char *architecture)
{
  const char *wanted = avb_machine_spec_get_architecture (spec);

  if (!avb_machine_spec_get_accelerated (spec))
    return _ ("Hyper-V does not emulate processors: a machine always runs with hardware virtualization.");
  if (wanted != NULL && architecture != NULL && !g_str_equal (wanted, architecture))
    return _ ("Hyper-V runs machines of the host’s own architecture only.");
  if (avb_machine_spec_get_transient (spec))
    return _ ("Hyper-V keeps every machine until it is deleted: there are no transient ones.");
  if (avb_machine_spec_get_kernel (spec) != NULL || avb_machine_spec_get_initrd (spec) != NULL
      || avb_machine_spec_get_kernel_arguments (spec) != NULL)
    return _ ("Hyper-V starts what is on the disks: it cannot be given a kernel.");
  if (avb_machine_spec_get_serial (spec) != NULL)
    return _ ("Hyper-V cannot write a serial port to a file.");
  if (avb_machine_spec_get_extra (spec, AVB_EXTRA_SETUP_CHANNEL))
    return _ ("Hyper-V has no channel on which a guest could tell how its setup gets on.");
  if (avb_machine_spec_get_shares (spec)->len > 0)
    return _ ("Hyper-V cannot share folders with a guest.");
  return NULL;
}

static const char *
refuse_size (AvbMachineSpec *spec)
{
  guint64 memory = avb_machine_spec_get_memory_mib (spec);

  if (g_utf8_strlen (avb_machine_spec_get_name (spec), -1) > MAX_NAME)
    return _ ("The name of a machine of Hyper-V can have 100 characters at most.");
  if (memory < MIN_MEMORY_MIB || memory > MAX_MEMORY_MIB || memory % 2 != 0)
    return _ ("Hyper-V gives a machine memory in steps of 2 MiB, and at least 32 MiB.");
  if (avb_machine_spec_get_cpus (spec) > MAX_CPUS)
    return _ ("Hyper-V does not give a machine so many processors.");
  if (avb_machine_spec_get_tpm (spec) && avb_machine_spec_get_firmware (spec) == AVB_FIRMWARE_BIOS)
    return _ ("Hyper-V has a TPM only for machines with UEFI.");
  if (avb_machine_spec_get_interfaces (spec)->len > MAX_NICS)
    return _ ("A machine of Hyper-V can have eight network adapters at most.");
  return NULL;
}

static gboolean
is_format (const char *path, const char *format, gboolean is_disc)
{
  return g_strcmp0 (avb_hyperv_format_of (path, is_disc), format) == 0;
}

static const char *
refuse_disk (const AvbDiskSpec *disk)
{
  gboolean    is_disc = disk->device == AVB_DISK_DEVICE_CDROM;
  const char *dot = disk->path != NULL ? strrchr (disk->path, '.') : NULL;

  /* The sentence of AVB_FEATURE_SERVED_DISKS. */
  if (disk->source != AVB_DISK_SOURCE_FILE)
    return _ ("Hyper-V uses disks that are files only; extensions cannot serve it any.");
  if (disk->device == AVB_DISK_DEVICE_FLOPPY || disk->bus == AVB_DISK_BUS_FDC)
    return _ ("Floppy disks cannot be used with Hyper-V here.");
  if (disk->bus == AVB_DISK_BUS_USB)
    return _ ("Hyper-V has no USB disks.");
  if (disk->path != NULL && (dot == NULL || !is_format (disk->path, disk->format, is_disc)
                             || (!is_disc && g_ascii_strcasecmp (dot, ".vhd") != 0
                                 && g_ascii_strcasecmp (dot, ".vhdx") != 0
                                 && g_ascii_strcasecmp (dot, ".avhd") != 0
                                 && g_ascii_strcasecmp (dot, ".avhdx") != 0)))
    return _ ("Hyper-V uses disks in the formats VHDX and VHD, and discs as ISO images.");
  if (!is_disc && disk->read_only)
    return _ ("Hyper-V cannot protect a disk from being written to.");
  return NULL;
}

/* What the machine has already works, whatever it is. */
static gboolean
has_disk (const AvbDiskSpec *disk, AvbMachineSpec *before)
{
  GPtrArray *disks = before != NULL ? avb_machine_spec_get_disks (before) : NULL;

  for (guint i = 0; disks != NULL && i < disks->len; i++)
    if (avb_disk_spec_equal (disk, disks->pdata[i]))
      return TRUE;
  return FALSE;
}

static const char *
refuse_disks (AvbMachineSpec *spec, AvbMachineSpec *before)
{
  GPtrArray *disks = avb_machine_spec_get_disks (spec);
  gboolean   bios = avb_machine_spec_get_firmware (spec) == AVB_FIRMWARE_BIOS;
  guint      n_ide = 0, n_scsi = 0;

  for (guint i = 0; i < disks->len; i++)
    {
      const AvbDiskSpec *disk = disks->pdata[i];
      const char        *problem = has_disk (disk, before) ? NULL : refuse_disk (disk);

      if (problem != NULL)
        return problem;
      if (bios && (disk->device == AVB_DISK_DEVICE_CDROM || disk->bus != AVB_DISK_BUS_SCSI))
        n_ide++;
      else
        n_scsi++;
    }
  if (n_ide > 2 * AVB_HYPERV_IDE_SLOTS)
    return _ ("A machine of Hyper-V with BIOS has room for four disks and discs; more disks can be connected by SCSI.");
  if (n_scsi > AVB_HYPERV_MAX_SCSI * AVB_HYPERV_SCSI_SLOTS)
    return _ ("A machine of Hyper-V has no room for so many disks.");
  return NULL;
}

/* An adapter that is as it was is not looked at: its switch may be gone. */
static gboolean
is_known (const AvbInterfaceSpec *nic, AvbMachineSpec *before)
{
  GPtrArray *interfaces = before != NULL ? avb_machine_spec_get_interfaces (before) : NULL;

  for (guint i = 0; interfaces != NULL && i < interfaces->len; i++)
    if (avb_interface_spec_equal (nic, interfaces->pdata[i]))
      return TRUE;
  return FALSE;
}

static gboolean
check_interfaces (AvbMachineSpec *spec, AvbMachineSpec *before, GPtrArray *switches, GError **error)
{
  GPtrArray *interfaces = avb_machine_spec_get_interfaces (spec);

  for (guint i = 0; i < interfaces->len; i++)
    {
      const AvbInterfaceSpec *nic = interfaces->pdata[i];

      if (is_known (nic, before) || avb_hyperv_find_switch (switches, nic) != NULL)
        continue;
      if (nic->kind == AVB_INTERFACE_USER)
        g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL,
                                                 _ ("The host has no “Default Switch”: choose one of its networks.")));
      else if (nic->kind == AVB_INTERFACE_BRIDGE)
        g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, nic->source,
                                                 _ ("The host has no external virtual switch of this name.")));
      else
        g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, nic->source,
                                                 _ ("The host has no internal virtual switch of this name.")));
      return FALSE;
    }
  return TRUE;
}

gboolean
avb_hyperv_spec_check (AvbMachineSpec  *spec,
                       AvbHypervConfig *config,
                       GPtrArray       *switches,
                       const char      *architecture,
                       GError         **error)
{
  g_autoptr (AvbMachineSpec) before = config != NULL ? avb_hyperv_spec_read (config) : NULL;
  const char *problem = refuse_kind (spec, architecture);

  if (problem == NULL)
    problem = refuse_size (spec);
  if (problem == NULL)
    problem = refuse_disks (spec, before);
  if (problem == NULL && config != NULL
      && (avb_machine_spec_get_firmware (spec) == AVB_FIRMWARE_BIOS)
             != (avb_hyperv_config_get_generation (config) == 1))
    problem = _ ("Hyper-V cannot change a machine from BIOS to UEFI, or back.");
  if (problem != NULL)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL, "%s", problem));
      return FALSE;
    }
  return check_interfaces (spec, before, switches, error);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-machine-spec.h"

AvbDiskSpec *
avb_disk_spec_new (AvbDiskDevice device, AvbDiskBus bus, const char *path, const char *format)
{
  AvbDiskSpec *disk = g_new0 (AvbDiskSpec, 1);

  disk->device = device;
  disk->bus = bus;
  disk->path = g_strdup (path);
  disk->format = g_strdup (format);
  disk->read_only = device == AVB_DISK_DEVICE_CDROM;

  return disk;
}

AvbDiskSpec *
avb_disk_spec_copy (const AvbDiskSpec *disk)
{
  AvbDiskSpec *copy;

  g_return_val_if_fail (disk != NULL, NULL);

  copy = g_memdup2 (disk, sizeof *disk);
  copy->path = g_strdup (disk->path);
  copy->export_name = g_strdup (disk->export_name);
  copy->format = g_strdup (disk->format);
  return copy;
}

void
avb_disk_spec_free (AvbDiskSpec *disk)
{
  g_return_if_fail (disk != NULL);

  g_free (disk->path);
  g_free (disk->export_name);
  g_free (disk->format);
  g_free (disk);
}

gboolean
avb_disk_spec_equal (const AvbDiskSpec *a, const AvbDiskSpec *b)
{
  return a->device == b->device && a->bus == b->bus && a->source == b->source
         && !a->read_only == !b->read_only && g_strcmp0 (a->export_name, b->export_name) == 0
         && a->boot_order == b->boot_order && g_strcmp0 (a->path, b->path) == 0 &&
         /* An empty drive has no format, whatever a hypervisor writes there. */
         (a->path == NULL || g_strcmp0 (a->format, b->format) == 0);
}

AvbInterfaceSpec *
avb_interface_spec_new (AvbInterfaceKind kind, const char *source, const char *model)
{
  AvbInterfaceSpec *nic = g_new0 (AvbInterfaceSpec, 1);

  nic->kind = kind;
  nic->source = g_strdup (source);
  nic->model = g_strdup (model);

  return nic;
}

AvbInterfaceSpec *
avb_interface_spec_copy (const AvbInterfaceSpec *nic)
{
  AvbInterfaceSpec *copy;

  g_return_val_if_fail (nic != NULL, NULL);

  copy = g_memdup2 (nic, sizeof *nic);
  copy->source = g_strdup (nic->source);
  copy->model = g_strdup (nic->model);
  copy->mac = g_strdup (nic->mac);
  return copy;
}

void
avb_interface_spec_free (AvbInterfaceSpec *nic)
{
  g_return_if_fail (nic != NULL);

  g_free (nic->source);
  g_free (nic->model);
  g_free (nic->mac);
  g_free (nic);
}

gboolean
avb_interface_spec_equal (const AvbInterfaceSpec *a, const AvbInterfaceSpec *b)
{
  /* What is left to the hypervisor equals what it chose; hardware addresses have two spellings. */
  return a->kind == b->kind && g_strcmp0 (a->source, b->source) == 0
         && (a->model == NULL || b->model == NULL || g_str_equal (a->model, b->model))
         && (a->mac == NULL || b->mac == NULL || g_ascii_strcasecmp (a->mac, b->mac) == 0);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-ovf-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "app/avb-qemu-img.h"
#include "app/avb-text.h"

#define MAX_DRIVES 64

/* Only files that lie in the package itself. */
static gboolean
is_plain_name (const char *name)
{
  if (g_str_equal (name, ".") || g_str_equal (name, "..") || strlen (name) > 255)
    return FALSE;
  for (const char *c = name; *c != '\0'; c++)
    if (*c == '/' || *c == '\\' || g_ascii_iscntrl (*c))
      return FALSE;
  return strstr (name, ":") == NULL;
}

/* oVirt's export domains tell a file by its name. */
static xmlNode *
find_file (AvbOvfReader *reader, const char *id, gboolean *twice)
{
  xmlNode *node = avb_ovf_find_by_id (reader, reader->references, "File", "id", id, twice);

  if (node == NULL && !*twice)
    node = avb_ovf_find_by_id (reader, reader->references, "File", "href", id, twice);
  return node;
}

/* The file of the package with this id. */
static gboolean
take_file (AvbOvfReader *reader, const char *id, AvbOvfDrive *drive)
{
  gboolean twice = FALSE;
  xmlNode *node = find_file (reader, id, &twice);
  g_autofree char *href = avb_ovf_attribute (node, "href");
  g_autofree char *compression = avb_ovf_attribute (node, "compression");
  g_autofree char *chunk = avb_ovf_attribute (node, "chunkSize");
  g_autofree char *unescaped = href != NULL ? g_uri_unescape_string (href, NULL) : NULL;

  if (twice)
    return FALSE;
  if (node == NULL)
    return avb_ovf_refuse (reader, AVB_ERROR_INVALID, _("“%s” needs a file that it does not name."), reader->name);
  if (href == NULL || unescaped == NULL || !g_utf8_validate (unescaped, -1, NULL) ||
      !is_plain_name (href) || !is_plain_name (unescaped))
    return avb_ovf_refuse (reader, AVB_ERROR_INVALID,
                   _("“%s” names a file outside of the appliance, which is refused."), reader->name);
  if (chunk != NULL)
    return avb_ovf_refuse (reader, AVB_ERROR_NOT_SUPPORTED, _("“%s” has disks in several pieces, which is not supported."),
                   reader->name);
  if (compression != NULL && !g_str_equal (compression, "identity") && !g_str_equal (compression, "gzip"))
    return avb_ovf_refuse (reader, AVB_ERROR_NOT_SUPPORTED, _("“%s” has disks that are compressed in an unknown way."),
                   reader->name);
  drive->gzip = g_strcmp0 (compression, "gzip") == 0;
  drive->file = g_steal_pointer (&unescaped);
  return TRUE;
}

static gboolean
take_capacity (AvbOvfReader *reader, xmlNode *disk, AvbOvfDrive *drive)
{
  g_autofree char *capacity = avb_ovf_attribute (disk, "capacity");
  g_autofree char *units = avb_ovf_attribute (disk, "capacityAllocationUnits");
  guint64 value;

  if (capacity != NULL && capacity[0] == '$')
    {
      char *property = avb_ovf_dup_property (reader, capacity);

      g_free (capacity);
      capacity = property;
    }
  /* The file has its own size. */
  if (capacity == NULL)
    return TRUE;
  if (!avb_ovf_number (capacity, &value) ||
      !avb_ovf_multiply (value, units != NULL ? avb_ovf_unit_bytes (units) : 1, AVB_QEMU_IMG_MAX_CAPACITY, &drive->capacity))
    return avb_ovf_refuse (reader, AVB_ERROR_INVALID, _("“%s” claims a size that a disk cannot have."), reader->name);
  return TRUE;
}

/* oVirt has no controllers: each disk says what it is connected to. */
static void
take_disk_interface (xmlNode *disk, AvbOvfDrive *drive)
{
  g_autofree char *interface = avb_ovf_attribute (disk, "disk-interface");

  if (interface == NULL)
    return;
  if (g_ascii_strcasecmp (interface, "VirtIO") == 0)
    drive->bus = AVB_DISK_BUS_VIRTIO;
  else if (g_ascii_strcasecmp (interface, "VirtIO_SCSI") == 0)
    drive->bus = AVB_DISK_BUS_SCSI;
}

static gboolean
take_disk_node (AvbOvfReader *reader, xmlNode *node, AvbOvfDrive *drive)
{
  g_autofree char *file = avb_ovf_attribute (node, "fileRef");
  g_autofree char *parent = avb_ovf_attribute (node, "parentRef");

  if (parent != NULL)
    return avb_ovf_refuse (reader, AVB_ERROR_NOT_SUPPORTED,
                   _("“%s” has disks that are only the difference to others, which is not supported."),
                   reader->name);
  take_disk_interface (node, drive);
  if (!take_capacity (reader, node, drive))
    return FALSE;
  if (file != NULL)
    return take_file (reader, file, drive);
  if (drive->capacity == 0)
    return avb_ovf_refuse (reader, AVB_ERROR_INVALID, _("“%s” has a disk without a size."), reader->name);
  return TRUE;
}

static gboolean
take_disk (AvbOvfReader *reader, const char *id, AvbOvfDrive *drive)
{
  gboolean twice = FALSE;
  xmlNode *node = avb_ovf_find_by_id (reader, reader->disks, "Disk", "diskId", id, &twice);

  if (twice)
    return FALSE;
  if (node == NULL)
    return avb_ovf_refuse (reader, AVB_ERROR_INVALID, _("“%s” needs a disk that it does not describe."), reader->name);
  return take_disk_node (reader, node, drive);
}

/* "ovf:/disk/vmdisk1", "/file/file1" */
static gboolean
take_host_resource (AvbOvfReader *reader, const char *host, AvbOvfDrive *drive)
{
  const char *path = g_str_has_prefix (host, "ovf:") ? host + strlen ("ovf:") : host;

  gboolean twice = FALSE;
  xmlNode *node;

  /* "ovf://disk/vmdisk1" is of the drafts. */
  if (g_str_has_prefix (path, "//"))
    path++;
  if (g_str_has_prefix (path, "/disk/"))
    return take_disk (reader, path + strlen ("/disk/"), drive);
  if (g_str_has_prefix (path, "/file/"))
    return take_file (reader, path + strlen ("/file/"), drive);
  /* 0.9 */
  if (g_str_has_prefix (path, "disk/"))
    return take_disk (reader, path + strlen ("disk/"), drive);
  /* oVirt: what its disk names as its file */
  node = avb_ovf_find_by_id (reader, reader->disks, "Disk", "fileRef", path, &twice);
  if (twice)
    return FALSE;
  if (node != NULL)
    return take_disk_node (reader, node, drive);
  return avb_ovf_refuse (reader, AVB_ERROR_INVALID, _("“%s” names a file outside of the appliance, which is refused."),
                 reader->name);
}

const AvbOvfItem *
avb_ovf_find_item (AvbOvfReader *reader, const char *id)
{
  for (guint i = 0; id != NULL && i < reader->items->len; i++)
    {
      const AvbOvfItem *item = reader->items->pdata[i];

      if (g_strcmp0 (item->id, id) == 0)
        return item;
    }
  return NULL;
}

gboolean
avb_ovf_has_sub_type (const AvbOvfItem *item, const char *part)
{
  return item->sub_type != NULL && strstr (item->sub_type, part) != NULL;
}

/* Which bus it has here: what the guest has a driver for since it was made. */
static AvbDiskBus
find_bus (AvbOvfReader *reader, const AvbOvfItem *drive)
{
  const AvbOvfItem *controller = avb_ovf_find_item (reader, drive->parent);

  if (drive->resource == RESOURCE_FLOPPY)
    return AVB_DISK_BUS_FDC;
  if (controller == NULL)
    return AVB_DISK_BUS_SATA;
  if (avb_ovf_has_sub_type (controller, "virtio"))
    return controller->resource == RESOURCE_SCSI || avb_ovf_has_sub_type (controller, "scsi") ? AVB_DISK_BUS_SCSI
                                                                                     : AVB_DISK_BUS_VIRTIO;
  /* Machines of today have no IDE; and a guest with a driver for LSI Logic's or VMware's SCSI, or for NVMe, has one for
   * AHCI, but perhaps none for virtio. */
  return AVB_DISK_BUS_SATA;
}

static gboolean
is_disk (const AvbOvfItem *item)
{
  return item->resource == RESOURCE_DISK || item->resource == RESOURCE_LOGICAL_DISK;
}

gboolean
avb_ovf_add_drive (AvbOvfReader *reader, const AvbOvfItem *item)
{
  AvbOvfDrive *drive = g_new0 (AvbOvfDrive, 1);

  if (reader->ovf->drives->len == MAX_DRIVES)
    {
      avb_ovf_drive_free (drive);
      return avb_ovf_refuse (reader, AVB_ERROR_INVALID, _("“%s” has more drives than a machine can have."), reader->name);
    }
  g_ptr_array_add (reader->ovf->drives, drive);
  drive->device = is_disk (item)                      ? AVB_DISK_DEVICE_DISK
                  : item->resource == RESOURCE_FLOPPY ? AVB_DISK_DEVICE_FLOPPY
                                                      : AVB_DISK_DEVICE_CDROM;
  drive->bus = find_bus (reader, item);
  if (item->host != NULL)
    return take_host_resource (reader, item->host, drive);
  if (drive->device == AVB_DISK_DEVICE_DISK)
    return avb_ovf_refuse (reader, AVB_ERROR_INVALID, _("“%s” has a disk without a size."), reader->name);
  return TRUE;
}

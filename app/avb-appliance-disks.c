/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The disks of an imported machine: each is converted out of the archive where it lies, while its checksum is computed
 * beside that. */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "app/avb-creation.h"
#include "app/avb-image-head.h"
#include "app/avb-qemu-img.h"
#include "app/avb-text.h"
#include "app/avb-unpack.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/avb-posix.h"

/* An image as it is about to be copied. */
typedef struct {
  char       *path;
  guint64     offset;
  guint64     length;
  char       *name;
  const char *format; /* once it is known */
  char       *unpacked; /* (nullable): the file that goes in the end */
  int         fd;
} Image;

static void
image_clear (gpointer data)
{
  Image *image = data;

  g_free (image->path);
  g_free (image->name);
  g_free (image->unpacked);
}

static void
image_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, image_clear);
}

static gssize
read_at (gpointer data, guint8 *buffer, gsize count, guint64 offset, GError **error)
{
  Image *image = data;
  gsize done = 0;

  if (offset >= image->length)
    return 0;
  count = MIN (count, image->length - offset);
  while (done < count)
    {
      gssize n = pread (image->fd, buffer + done, count - done, image->offset + offset + done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          g_propagate_error (error, avb_error_new (AVB_ERROR_FAILED, g_strerror (errno),
                                                   _("“%s” cannot be read, or is too long."), image->name));
          return -1;
        }
      if (n == 0)
        break;
      done += n;
    }
  return done;
}

/* Descriptions are often wrong about it: the image says itself what it is. */
static DexFuture *
format_thread (gpointer data)
{
  Image *image = data;
  AvbImageHead head = { 0 };
  GError *error = NULL;
  g_autofd int fd = open (image->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);

  if (fd < 0)
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_NOT_FOUND, g_strerror (errno),
                                                    _("“%s” cannot be read, or is too long."), image->name));
  image->fd = fd;
  if (!avb_image_head_read (read_at, image, image->length, image->name, TRUE, &head, &error))
    return dex_future_new_for_error (error);
  image->format = avb_image_format_get_name (head.format);
  return dex_future_new_true ();
}

static Image *
image_new (const AvbApplianceMember *member)
{
  Image *image = g_atomic_rc_box_new0 (Image);

  image->path = g_strdup (member->path);
  image->offset = member->offset;
  image->length = member->length;
  image->name = avb_text_make_line (member->name, 80);
  return image;
}

/* In the fiber. */
static gboolean
unpack (AvbCreation *self, Image *image, guint64 capacity, GError **error)
{
  /* Formats need a little more than what they hold. */
  guint64 limit = capacity > 0 ? MIN (capacity + capacity / 16 + (64 << 20), AVB_UNPACK_MAX_LENGTH) : AVB_UNPACK_MAX_LENGTH;
  GStatBuf info;

  avb_operation_set_status (self->operation, _("Unpacking a disk"));
  image->unpacked = dex_await_string (
      avb_unpack_file (image->path, image->offset, image->length, limit, image->name, self->operation), error);
  if (image->unpacked == NULL)
    return FALSE;
  g_set_str (&image->path, image->unpacked);
  image->offset = 0;
  image->length = g_stat (image->path, &info) == 0 ? info.st_size : 0;
  if (image->length > 0)
    return TRUE;
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, _("“%s” is empty."), image->name));
  return FALSE;
}

/* In the fiber. (transfer full) (nullable) */
static char *
convert (AvbCreation *self, Image *image, gboolean grow, GError **error)
{
  g_autofree char *name = avb_creation_make_volume_name (self, ".qcow2");
  AvbVolumeSpec volume = { .name = name, .format = "qcow2", .source = image->path, .source_offset = image->offset,
                           .source_length = image->length };
  guint64 capacity = image->length;

  if (!dex_await (avb_blocking_run (format_thread, g_atomic_rc_box_acquire (image), image_unref), error))
    return NULL;
  if (g_strcmp0 (image->format, "raw") != 0)
    {
      capacity = dex_await_uint64 (
          avb_qemu_img_info_part (image->path, image->offset, image->length, image->format, image->name), error);
      if (capacity == 0)
        return NULL;
    }
  volume.source_format = image->format;
  volume.capacity = grow ? avb_creation_grow (self, capacity) : 0;
  avb_operation_set_status (self->operation, _("Copying the disk"));
  return avb_creation_make_volume (self, &volume, error);
}

/* In the fiber. (transfer full) (nullable) */
static char *
import_image (AvbCreation *self, Image *image, gboolean packed, gboolean grow, guint64 capacity, GError **error)
{
  char *path = NULL;

  if (!packed || unpack (self, image, capacity, error))
    path = convert (self, image, grow, error);
  if (image->unpacked != NULL)
    dex_await (avb_unpack_remove (image->unpacked), NULL);
  return path;
}

/* In the fiber. */
static char *
import_member (AvbCreation *self, AvbAppliance *appliance, const AvbOvfDrive *drive, GError **error)
{
  const AvbApplianceMember *member = avb_appliance_find (appliance, drive->file);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Image *image = image_new (member);
  DexFuture *check = avb_appliance_check (appliance, member, cancellable);
  char *path = import_image (self, image, drive->gzip, FALSE, drive->capacity, error);

  image_unref (image);
  if (path == NULL)
    g_cancellable_cancel (cancellable);
  else
    avb_operation_set_status (self->operation, _("Checking what was copied"));
  if (!dex_await (check, path != NULL ? error : NULL))
    g_clear_pointer (&path, g_free);
  return path;
}

/* In the fiber. (transfer full) (nullable): an optical drive keeps its disc as it is. */
static char *
copy_disc (AvbCreation *self, AvbAppliance *appliance, const AvbOvfDrive *drive, GError **error)
{
  const AvbApplianceMember *member = avb_appliance_find (appliance, drive->file);
  g_autofree char *name = avb_creation_make_volume_name (self, AVB_VOLUME_DISC_COPY);
  AvbVolumeSpec volume = { .name = name, .format = "raw", .source = member->path, .source_format = "raw",
                           .source_offset = member->offset, .source_length = member->length };

  avb_operation_set_status (self->operation, _("Copying the disc image to the hypervisor"));
  return avb_creation_make_volume (self, &volume, error);
}

/* In the fiber. */
static char *
make_empty (AvbCreation *self, const AvbOvfDrive *drive, GError **error)
{
  g_autofree char *name = avb_creation_make_volume_name (self, ".qcow2");
  AvbVolumeSpec volume = { .name = name, .format = "qcow2", .capacity = drive->capacity };

  avb_operation_set_status (self->operation, _("Making a disk"));
  return avb_creation_make_volume (self, &volume, error);
}

/* Started from the first disk, and from the first disc where nothing is on that yet. */
static void
add_drive (AvbCreation *self, const AvbOvfDrive *drive, const char *path, gboolean *has_disk, gboolean *has_disc)
{
  gboolean is_disk = drive->device == AVB_DISK_DEVICE_DISK;
  gboolean is_disc = drive->device == AVB_DISK_DEVICE_CDROM;
  AvbDiskSpec *disk = avb_disk_spec_new (drive->device, drive->bus, path, is_disk ? "qcow2" : "raw");

  disk->read_only = is_disc;
  if (is_disk && !*has_disk)
    disk->boot_order = 1;
  else if (is_disc && path != NULL && !*has_disc)
    disk->boot_order = 2;
  *has_disk |= is_disk;
  *has_disc |= is_disc && path != NULL;
  avb_machine_spec_add_disk (self->spec, disk);
}

gboolean
avb_creation_import_appliance (AvbCreation *self, AvbAppliance *appliance, GError **error)
{
  const AvbOvf *ovf = avb_appliance_get_ovf (appliance);
  gboolean has_disk = FALSE, has_disc = FALSE;

  for (guint i = 0; i < ovf->drives->len; i++)
    {
      const AvbOvfDrive *drive = ovf->drives->pdata[i];
      g_autofree char *path = NULL;

      /* A floppy drive without a disk is nothing that a guest of today looks for. */
      if (drive->device == AVB_DISK_DEVICE_FLOPPY && drive->file == NULL)
        continue;
      if (drive->file == NULL && drive->device == AVB_DISK_DEVICE_DISK)
        path = make_empty (self, drive, error);
      else if (drive->file != NULL)
        path = drive->device == AVB_DISK_DEVICE_DISK ? import_member (self, appliance, drive, error)
                                                     : copy_disc (self, appliance, drive, error);
      if (path == NULL && (drive->file != NULL || drive->device == AVB_DISK_DEVICE_DISK))
        return FALSE;
      add_drive (self, drive, path, &has_disk, &has_disc);
    }
  return TRUE;
}

gboolean
avb_creation_import_packed (AvbCreation *self, AvbMedium *medium, GError **error)
{
  g_autofree char *name = avb_text_dup_file_name (avb_medium_get_file (medium));
  AvbApplianceMember member = { .name = name, .path = (char *) avb_medium_get_path (medium),
                                .length = avb_medium_get_size (medium) };
  Image *image = image_new (&member);
  g_autofree char *path = import_image (self, image, TRUE, TRUE, avb_medium_get_capacity (medium), error);

  image_unref (image);
  if (path != NULL)
    avb_creation_add_disk (self, path, "qcow2");
  return path != NULL;
}

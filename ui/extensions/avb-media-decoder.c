/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-media-decoder.h"

#include <glib/gi18n-lib.h>
#if AVB_GLYCIN
#include <errno.h>
#include <glib/gstdio.h>
#include <sys/mman.h>
#include <unistd.h>
#if __has_include(<glycin.h>)
#include <glycin.h>
#else
#include <glycin-1/glycin.h>
#endif
#endif

#include "backends/avb-blocking.h"
#include "backends/avb-error.h"

#if AVB_GLYCIN

#define MAX_BYTES (8 * 1024 * 1024)

typedef struct {
  GBytes *bytes;
  guint   max_side;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_bytes_unref (job->bytes);
  g_free (job);
}

static DexFuture *
refuse (const char *details)
{
  return dex_future_new_for_error (avb_error_new (AVB_ERROR_INVALID, details, _("The picture can’t be shown.")));
}

/* By what it begins with: the name of a file, and what its server says, are the stranger's too. */
static gboolean
is_picture (const guint8 *head, gsize length)
{
  static const guint8 png[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n' };
  static const guint8 jpeg[] = { 0xff, 0xd8, 0xff };

  return (length >= sizeof png && memcmp (head, png, sizeof png) == 0) ||
         (length >= sizeof jpeg && memcmp (head, jpeg, sizeof jpeg) == 0) ||
         (length >= 12 && memcmp (head, "RIFF", 4) == 0 && memcmp (head + 8, "WEBP", 4) == 0);
}

static DexFuture *
load_image (GFile *file)
{
  g_autoptr (GlyLoader) loader = gly_loader_new (file);

  return dex_async_pair_new (loader, &DEX_ASYNC_PAIR_INFO_OBJECT (gly_loader_load_async, gly_loader_load_finish));
}

static DexFuture *
next_frame (GlyImage *image)
{
  return dex_async_pair_new (image, &DEX_ASYNC_PAIR_INFO_OBJECT (gly_image_next_frame_async, gly_image_next_frame_finish));
}

/* Both list them by their order in memory. */
static const struct {
  GlyMemoryFormat from;
  GdkMemoryFormat to;
} formats[] = {
  { GLY_MEMORY_B8G8R8A8_PREMULTIPLIED, GDK_MEMORY_B8G8R8A8_PREMULTIPLIED },
  { GLY_MEMORY_A8R8G8B8_PREMULTIPLIED, GDK_MEMORY_A8R8G8B8_PREMULTIPLIED },
  { GLY_MEMORY_R8G8B8A8_PREMULTIPLIED, GDK_MEMORY_R8G8B8A8_PREMULTIPLIED },
  { GLY_MEMORY_B8G8R8A8, GDK_MEMORY_B8G8R8A8 },
  { GLY_MEMORY_A8R8G8B8, GDK_MEMORY_A8R8G8B8 },
  { GLY_MEMORY_R8G8B8A8, GDK_MEMORY_R8G8B8A8 },
  { GLY_MEMORY_A8B8G8R8, GDK_MEMORY_A8B8G8R8 },
  { GLY_MEMORY_R8G8B8, GDK_MEMORY_R8G8B8 },
  { GLY_MEMORY_B8G8R8, GDK_MEMORY_B8G8R8 },
  { GLY_MEMORY_R16G16B16, GDK_MEMORY_R16G16B16 },
  { GLY_MEMORY_R16G16B16A16_PREMULTIPLIED, GDK_MEMORY_R16G16B16A16_PREMULTIPLIED },
  { GLY_MEMORY_R16G16B16A16, GDK_MEMORY_R16G16B16A16 },
  { GLY_MEMORY_G8A8_PREMULTIPLIED, GDK_MEMORY_G8A8_PREMULTIPLIED },
  { GLY_MEMORY_G8A8, GDK_MEMORY_G8A8 },
  { GLY_MEMORY_G8, GDK_MEMORY_G8 },
  { GLY_MEMORY_G16A16_PREMULTIPLIED, GDK_MEMORY_G16A16_PREMULTIPLIED },
  { GLY_MEMORY_G16A16, GDK_MEMORY_G16A16 },
  { GLY_MEMORY_G16, GDK_MEMORY_G16 },
};

static DexFuture *
make_texture (GlyFrame *frame, guint max_side)
{
  GlyMemoryFormat format = gly_frame_get_memory_format (frame);
  GBytes *bytes = gly_frame_get_buf_bytes (frame);
  guint64 width = gly_frame_get_width (frame);
  guint64 height = gly_frame_get_height (frame);
  guint64 stride = gly_frame_get_stride (frame);

  if (bytes == NULL || width == 0 || height == 0 || width > max_side || height > max_side)
    return refuse ("The frame has another size than the picture.");
  if (g_bytes_get_size (bytes) < stride * height)
    return refuse ("The frame is shorter than its size.");
  for (gsize i = 0; i < G_N_ELEMENTS (formats); i++)
    if (formats[i].from == format)
      return dex_future_new_take_object (
          gdk_memory_texture_new ((int) width, (int) height, formats[i].to, bytes, (gsize) stride));
  return refuse ("The frame has a format that is not known.");
}

/* glycin takes files: this one is in memory, and gone with its descriptor. -1: @error */
static int
make_file (GBytes *bytes, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  int fd = memfd_create ("avb-media", MFD_CLOEXEC);
  gsize written = 0;

  while (fd >= 0 && written < size)
    {
      gssize n = write (fd, data + written, size - written);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        break;
      written += (gsize) n;
    }
  if (fd < 0 || written < size)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_FAILED, g_strerror (errno), _("The picture can’t be shown.")));
      if (fd >= 0)
        g_close (fd, NULL);
      return -1;
    }
  return fd;
}

static DexFuture *
decode_fiber (gpointer data)
{
  Job *job = data;
  g_autofd int fd = -1;
  g_autofree char *path = NULL;
  g_autoptr (GFile) file = NULL;
  g_autoptr (GlyImage) image = NULL;
  g_autoptr (GlyFrame) frame = NULL;
  g_autoptr (GError) error = NULL;

  if (g_bytes_get_size (job->bytes) > MAX_BYTES)
    return refuse ("The file is too large.");
  if (!is_picture (g_bytes_get_data (job->bytes, NULL), g_bytes_get_size (job->bytes)))
    return refuse ("The file is neither PNG, JPEG nor WebP.");
  fd = make_file (job->bytes, &error);
  if (fd < 0)
    return dex_future_new_for_error (g_steal_pointer (&error));
  path = g_strdup_printf ("/proc/self/fd/%d", fd);
  file = g_file_new_for_path (path);
  image = dex_await_object (load_image (file), &error);
  if (image == NULL)
    return refuse (error->message);
  /* A bomb is told by its head, before its pixels are unpacked. */
  if (gly_image_get_width (image) > job->max_side || gly_image_get_height (image) > job->max_side)
    return refuse ("The picture is too large.");
  frame = dex_await_object (next_frame (image), &error);
  if (frame == NULL)
    return refuse (error->message);
  return make_texture (frame, job->max_side);
}

DexFuture *
avb_media_decode (GBytes *bytes, guint max_side)
{
  Job *job;

  g_return_val_if_fail (bytes != NULL, NULL);

  job = g_new0 (Job, 1);
  job->bytes = g_bytes_ref (bytes);
  job->max_side = max_side;
  return avb_fiber_spawn (decode_fiber, job, job_free);
}

#else /* AVB_GLYCIN */

DexFuture *
avb_media_decode (GBytes *bytes, guint max_side)
{
  g_return_val_if_fail (bytes != NULL, NULL);

  return dex_future_new_for_error (
      avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL, _("This program was built without a decoder for pictures.")));
}

#endif

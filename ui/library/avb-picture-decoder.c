/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-picture-decoder.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-blocking.h"
#include "backends/avb-error.h"

#define MAX_PIXELS (64 * 1000 * 1000)

typedef struct {
  AvbScreenshot *screenshot;
  int            max_width;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  avb_screenshot_free (job->screenshot);
  g_free (job);
}

static gboolean
size_is_sane (guint64 width, guint64 height)
{
  return width > 0 && height > 0 && width <= 16384 && height <= 16384 &&
         width * height <= MAX_PIXELS;
}

static GdkTexture *
fail (GError **error)
{
  g_propagate_error (error,
                     avb_error_new (AVB_ERROR_INVALID, NULL, _("The screenshot is damaged.")));
  return NULL;
}

/* The next number of a PPM header: white space and comments before it. */
static gboolean
read_number (const guint8 *data, gsize size, gsize *position, guint *number)
{
  gsize i = *position;
  guint value = 0;
  guint digits = 0;

  while (i < size && (g_ascii_isspace (data[i]) || data[i] == '#'))
    {
      if (data[i] == '#')
        while (i < size && data[i] != '\n')
          i++;
      else
        i++;
    }
  for (; i < size && g_ascii_isdigit (data[i]) && digits < 6; i++, digits++)
    value = value * 10 + (data[i] - '0');
  *position = i;
  *number = value;
  return digits > 0;
}

static GdkTexture *
decode_ppm (GBytes *bytes, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  gsize position = 2;
  guint width, height, depth;
  g_autoptr (GBytes) pixels = NULL;

  if (size < 8 || data[0] != 'P' || data[1] != '6' ||
      !read_number (data, size, &position, &width) ||
      !read_number (data, size, &position, &height) ||
      !read_number (data, size, &position, &depth) || depth != 255 ||
      !size_is_sane (width, height))
    return fail (error);
  position++;
  if (position > size || size - position < (gsize) width * height * 3)
    return fail (error);
  pixels = g_bytes_new_from_bytes (bytes, position, (gsize) width * height * 3);
  return gdk_memory_texture_new ((int) width, (int) height, GDK_MEMORY_R8G8B8, pixels,
                                 (gsize) width * 3);
}

static GdkTexture *
decode_png (GBytes *bytes, GError **error)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  guint32 width, height;
  GdkTexture *texture;

  /* Width and height stand at a fixed place: refuse a bomb before it is unpacked. */
  if (size < 33 || memcmp (data, "\x89PNG\r\n\x1a\n", 8) != 0 || memcmp (data + 12, "IHDR", 4) != 0)
    return fail (error);
  memcpy (&width, data + 16, 4);
  memcpy (&height, data + 20, 4);
  if (!size_is_sane (GUINT32_FROM_BE (width), GUINT32_FROM_BE (height)))
    return fail (error);
  texture = gdk_texture_new_from_bytes (bytes, NULL);
  return texture != NULL ? texture : fail (error);
}

/* Averages whole blocks of pixels: cheap, and even text stays recognisable. */
static GdkTexture *
shrink (GdkTexture *texture, int max_width)
{
  int width = gdk_texture_get_width (texture);
  int height = gdk_texture_get_height (texture);
  int n = (width + max_width - 1) / max_width;
  int small_width = MAX (width / n, 1);
  int small_height = MAX (height / n, 1);
  g_autoptr (GdkTextureDownloader) downloader = gdk_texture_downloader_new (texture);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) small = NULL;
  const guint8 *from;
  guint8 *to;
  gsize stride;

  gdk_texture_downloader_set_format (downloader, GDK_MEMORY_R8G8B8);
  bytes = gdk_texture_downloader_download_bytes (downloader, &stride);
  from = g_bytes_get_data (bytes, NULL);
  to = g_malloc ((gsize) small_width * small_height * 3);
  for (int y = 0; y < small_height; y++)
    for (int x = 0; x < small_width; x++)
      {
        guint sum[3] = { 0, 0, 0 };
        int rows = MIN (n, height - y * n);
        int columns = MIN (n, width - x * n);
        guint8 *pixel = to + ((gsize) y * small_width + x) * 3;

        for (int j = 0; j < rows; j++)
          for (int i = 0; i < columns; i++)
            {
              const guint8 *p = from + (gsize) (y * n + j) * stride + (gsize) (x * n + i) * 3;

              sum[0] += p[0];
              sum[1] += p[1];
              sum[2] += p[2];
            }
        for (int k = 0; k < 3; k++)
          pixel[k] = (guint8) (sum[k] / (guint) (rows * columns));
      }
  small = g_bytes_new_take (to, (gsize) small_width * small_height * 3);
  return gdk_memory_texture_new (small_width, small_height, GDK_MEMORY_R8G8B8, small,
                                 (gsize) small_width * 3);
}

GdkTexture *
avb_picture_decode_sync (const char *mime_type, GBytes *bytes, int max_width, GError **error)
{
  g_autoptr (GdkTexture) texture = NULL;

  g_return_val_if_fail (bytes != NULL, NULL);

  if (g_strcmp0 (mime_type, "image/png") == 0)
    texture = decode_png (bytes, error);
  else if (g_strcmp0 (mime_type, "image/x-portable-pixmap") == 0)
    texture = decode_ppm (bytes, error);
  else
    return fail (error);
  if (texture == NULL)
    return NULL;
  if (max_width > 0 && gdk_texture_get_width (texture) > max_width)
    return shrink (texture, max_width);
  return g_steal_pointer (&texture);
}

static DexFuture *
decode_thread (gpointer data)
{
  Job *job = data;
  GError *error = NULL;
  GdkTexture *texture = avb_picture_decode_sync (
      job->screenshot->mime_type, job->screenshot->bytes, job->max_width, &error);

  if (texture == NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_take_object (texture);
}

DexFuture *
avb_picture_decode (const AvbScreenshot *screenshot, int max_width)
{
  Job *job = g_new0 (Job, 1);

  job->screenshot = avb_screenshot_copy (screenshot);
  job->max_width = max_width;
  return avb_blocking_run (decode_thread, job, job_free);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-picture.h"

#include <string.h>

#define MAX_SIDE 16384
#define MAX_PIXELS (64u * 1024 * 1024 / 4)

/* The upper bits are repeated in the lower ones, so that white is white. */
static guint32
widen (guint16 pixel)
{
  guint32 red = pixel >> 11, green = (pixel >> 5) & 0x3f, blue = pixel & 0x1f;

  return (red << 3 | red >> 2) << 16 | (green << 2 | green >> 4) << 8 | (blue << 3 | blue >> 2);
}

AvbPicture *
avb_hyperv_picture_from_565 (const guint8 *data, gsize length, guint width, guint height)
{
  gsize    n = (gsize) width * height;
  guint32 *pixels;

  if (width == 0 || height == 0 || width > MAX_SIDE || height > MAX_SIDE || n > MAX_PIXELS || length < n * 2)
    return NULL;
  pixels = g_new (guint32, n);
  for (gsize i = 0; i < n; i++)
    pixels[i] = widen ((guint16) (data[2 * i] | data[2 * i + 1] << 8));
  return avb_picture_new (width, height, (gsize) width * 4, g_bytes_new_take (pixels, n * 4));
}

AvbScreenshot *
avb_hyperv_picture_to_screenshot (const AvbPicture *picture)
{
  g_autofree char *head = g_strdup_printf ("P6\n%u %u\n255\n", picture->width, picture->height);
  gsize            offset = strlen (head);
  gsize            size = offset + (gsize) picture->width * picture->height * 3;
  const guint8    *line = g_bytes_get_data (picture->bytes, NULL);
  guint8          *data = g_malloc (size);
  g_autoptr (GBytes) bytes = NULL;

  memcpy (data, head, offset);
  for (guint y = 0; y < picture->height; y++, line += picture->stride)
    for (guint x = 0; x < picture->width; x++)
      {
        guint32 pixel;

        memcpy (&pixel, line + 4 * (gsize) x, sizeof pixel);
        data[offset++] = (guint8) (pixel >> 16);
        data[offset++] = (guint8) (pixel >> 8);
        data[offset++] = (guint8) pixel;
      }
  bytes = g_bytes_new_take (data, size);
  return avb_screenshot_new ("image/x-portable-pixmap", bytes);
}

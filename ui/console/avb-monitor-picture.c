/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-monitor-picture.h"

#include <math.h>

/* A last picture without colors tells that it is one. */
#define GREY_CONTRAST 0.5f

static AvbFramebuffer *
get_framebuffer (AvbGuestMonitor *monitor)
{
  return avb_guest_display_get_framebuffer (avb_guest_monitor_get_display (monitor));
}

static AvbScanout *
get_scanout (AvbGuestMonitor *monitor)
{
  return avb_guest_display_get_scanout (avb_guest_monitor_get_display (monitor));
}

static void
push_grey (GtkSnapshot *snapshot)
{
  const float r = 0.2126f * GREY_CONTRAST, g = 0.7152f * GREY_CONTRAST,
              b = 0.0722f * GREY_CONTRAST;
  graphene_matrix_t grey;
  graphene_vec4_t   offset;

  graphene_matrix_init_from_float (
      &grey, (const float[16]) { r, r, r, 0, g, g, g, 0, b, b, b, 0, 0, 0, 0, 1 });
  gtk_snapshot_push_color_matrix (snapshot, &grey, graphene_vec4_init (&offset, 0, 0, 0, 0));
}

/* Everything of the surface but the monitor's part is cut off; then its origin is the surface's. */
static void
push_area (GtkSnapshot                 *snapshot,
           const AvbConsoleGeometry    *geometry,
           const cairo_rectangle_int_t *area)
{
  double zoom_x = (double) geometry->picture_width / geometry->guest_width;
  double zoom_y = (double) geometry->picture_height / geometry->guest_height;

  gtk_snapshot_push_clip (
      snapshot,
      &GRAPHENE_RECT_INIT (0, 0, (float) geometry->picture_width, (float) geometry->picture_height));
  gtk_snapshot_translate (snapshot,
                          &GRAPHENE_POINT_INIT ((float) -round (area->x * zoom_x),
                                                (float) -round (area->y * zoom_y)));
}

static void
append_surface (AvbGuestMonitor          *monitor,
                GtkSnapshot              *snapshot,
                const AvbConsoleGeometry *geometry)
{
  AvbFramebuffer       *framebuffer = get_framebuffer (monitor);
  int                   width = avb_framebuffer_get_width (framebuffer);
  int                   height = avb_framebuffer_get_height (framebuffer);
  cairo_rectangle_int_t area;

  avb_guest_monitor_get_area (monitor, &area);
  if (area.width == width && area.height == height)
    {
      avb_framebuffer_append (
          framebuffer, snapshot, geometry->picture_width, geometry->picture_height);
      return;
    }
  push_area (snapshot, geometry, &area);
  avb_framebuffer_append (
      framebuffer,
      snapshot,
      MAX ((int) round ((double) width * geometry->picture_width / area.width), 1),
      MAX ((int) round ((double) height * geometry->picture_height / area.height), 1));
  gtk_snapshot_pop (snapshot);
}

gboolean
avb_monitor_picture_is_scanout (AvbGuestMonitor *monitor)
{
  return monitor != NULL && avb_scanout_get_width (get_scanout (monitor)) > 0;
}

void
avb_monitor_picture_append (AvbGuestMonitor          *monitor,
                            GtkSnapshot              *snapshot,
                            const AvbConsoleGeometry *geometry,
                            gboolean                  grey)
{
  if (monitor == NULL)
    return;
  if (grey)
    push_grey (snapshot);
  if (avb_monitor_picture_is_scanout (monitor))
    gdk_paintable_snapshot (GDK_PAINTABLE (get_scanout (monitor)),
                            snapshot,
                            geometry->picture_width,
                            geometry->picture_height);
  else
    append_surface (monitor, snapshot, geometry);
  if (grey)
    gtk_snapshot_pop (snapshot);
}

void
avb_monitor_picture_append_cursor (AvbGuestMonitor          *monitor,
                                   GtkSnapshot              *snapshot,
                                   const AvbConsoleGeometry *geometry)
{
  cairo_rectangle_int_t area;

  if (monitor == NULL)
    return;
  avb_guest_monitor_get_area (monitor, &area);
  push_area (snapshot, geometry, &area);
  avb_guest_cursor_append (avb_guest_display_get_cursor (avb_guest_monitor_get_display (monitor)),
                           snapshot,
                           avb_console_geometry_get_zoom (geometry));
  gtk_snapshot_pop (snapshot);
}

/* (transfer full) */
static GdkTexture *
crop (GdkTexture *texture, const cairo_rectangle_int_t *area)
{
  gsize         stride;
  const guint8 *pixels;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) part = NULL;
  g_autoptr (GdkTextureDownloader) downloader = gdk_texture_downloader_new (texture);

  gdk_texture_downloader_set_format (downloader, GDK_MEMORY_DEFAULT);
  bytes = gdk_texture_downloader_download_bytes (downloader, &stride);
  pixels = g_bytes_get_data (bytes, NULL);
  part = g_bytes_new (pixels + (gsize) area->y * stride + (gsize) area->x * 4,
                      (gsize) (area->height - 1) * stride + (gsize) area->width * 4);
  return gdk_memory_texture_new (area->width, area->height, GDK_MEMORY_DEFAULT, part, stride);
}

GdkTexture *
avb_monitor_picture_dup_texture (AvbGuestMonitor *monitor)
{
  cairo_rectangle_int_t area;
  g_autoptr (GdkTexture) texture = NULL;

  if (monitor == NULL)
    return NULL;
  texture = avb_monitor_picture_is_scanout (monitor)
                ? avb_scanout_dup_texture (get_scanout (monitor))
                : avb_framebuffer_dup_texture (get_framebuffer (monitor));
  avb_guest_monitor_get_area (monitor, &area);
  if (texture == NULL
      || (area.width == gdk_texture_get_width (texture)
          && area.height == gdk_texture_get_height (texture)))
    return g_steal_pointer (&texture);
  return crop (texture, &area);
}

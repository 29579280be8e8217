/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-framebuffer.h"

#include <glib/gi18n.h>
#include <gsk/gl/gskglrenderer.h>

#include "backends/avb-error.h"
#include "ui/console/avb-gl-picture.h"
#include "ui/console/avb-large-blocks.h"
#include "ui/console/avb-live-picture.h"
#include "ui/console/avb-picture-tiles.h"

/* More rectangles than this are not worth to be told apart. */
#define MAX_RECTANGLES 32

/* Damage of so many pixels needs blocks of memory that are worth to be kept. */
#define LARGE_DAMAGE (256 * 256)

/* Consoles of one machine in windows of several sizes. */
#define MAX_LIVE 4

struct _AvbFramebuffer {
  GObject parent_instance;

  AvbPixelFormat format;
  int            width;
  int            height;
  int            stride;
  const guint8  *data; /* not owned; NULL while detached */

  guint32        *copy;  /* of 32 bits, where the surface has less or is gone; without padding */
  cairo_region_t *dirty; /* what changed since it was drawn, or copied, last */

  GskRenderer     *renderer; /* (nullable) */
  gboolean         no_gl;    /* for this picture */
  AvbLivePicture  *live[MAX_LIVE]; /* the one that was shown last first */
  AvbGlPicture    *gl;
  AvbPictureTiles *tiles; /* where neither can be had */
};

static void paintable_iface_init (GdkPaintableInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AvbFramebuffer,
                               avb_framebuffer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GDK_TYPE_PAINTABLE, paintable_iface_init))

static void
avb_framebuffer_free_views (AvbFramebuffer *self)
{
  for (guint i = 0; i < MAX_LIVE; i++)
    g_clear_pointer (&self->live[i], avb_live_picture_free);
  g_clear_pointer (&self->gl, avb_gl_picture_free);
  g_clear_pointer (&self->tiles, avb_picture_tiles_free);
  self->no_gl = FALSE;
}

/* Without one, for the cairo renderer. */
static gboolean
avb_framebuffer_is_for_cairo (AvbFramebuffer *self)
{
  return self->renderer == NULL || GSK_IS_CAIRO_RENDERER (self->renderer);
}

static inline guint32
expand (guint32 value, int bits)
{
  return (value << (8 - bits)) | (value >> (2 * bits - 8));
}

static void
convert_row (AvbPixelFormat format, const guint8 *source, int x, int n, guint32 *target)
{
  const guint16 *pixels = (const guint16 *) (gconstpointer) source + x;

  if (format == AVB_PIXELS_XRGB1555)
    for (int i = 0; i < n; i++)
      target[i] = 0xff000000u | expand ((pixels[i] >> 10) & 0x1f, 5) << 16
                  | expand ((pixels[i] >> 5) & 0x1f, 5) << 8 | expand (pixels[i] & 0x1f, 5);
  else
    for (int i = 0; i < n; i++)
      target[i] = 0xff000000u | expand (pixels[i] >> 11, 5) << 16
                  | expand ((pixels[i] >> 5) & 0x3f, 6) << 8 | expand (pixels[i] & 0x1f, 5);
}

/* What is drawn: the surface itself if that can be. */
static AvbPixels
avb_framebuffer_get_pixels (AvbFramebuffer *self)
{
  if (self->copy != NULL)
    return (AvbPixels) {
      (const guint8 *) self->copy, self->width, self->height, self->width * 4
    };
  return (AvbPixels) { self->data, self->width, self->height, self->stride };
}

static void
avb_framebuffer_forget_damage (AvbFramebuffer *self)
{
  cairo_region_destroy (self->dirty);
  self->dirty = cairo_region_create ();
}

/* Passes on what changed. */
static void
avb_framebuffer_refresh (AvbFramebuffer *self)
{
  if (self->data == NULL || cairo_region_is_empty (self->dirty))
    return;
  for (int i = 0; i < cairo_region_num_rectangles (self->dirty); i++)
    {
      cairo_rectangle_int_t area;

      cairo_region_get_rectangle (self->dirty, i, &area);
      for (int y = area.y; self->copy != NULL && y < area.y + area.height; y++)
        convert_row (self->format,
                     self->data + (gsize) y * self->stride,
                     area.x,
                     area.width,
                     self->copy + (gsize) y * self->width + area.x);
      if (self->tiles != NULL)
        avb_picture_tiles_damage (self->tiles, &area);
    }
  for (guint i = 0; i < MAX_LIVE; i++)
    if (self->live[i] != NULL)
      avb_live_picture_damage (self->live[i], self->dirty);
  if (self->gl != NULL)
    avb_gl_picture_damage (self->gl, self->dirty);
  avb_framebuffer_forget_damage (self);
}

/* The one of this size, which is made if need be, first in line. */
static AvbLivePicture *
avb_framebuffer_get_live (AvbFramebuffer *self, int width, int height)
{
  AvbPixels       pixels = avb_framebuffer_get_pixels (self);
  AvbLivePicture *live;
  guint           i = 0;

  while (i < MAX_LIVE - 1 && self->live[i] != NULL
         && !avb_live_picture_has_size (self->live[i], width, height))
    i++;
  live = self->live[i];
  if (live == NULL || !avb_live_picture_has_size (live, width, height))
    {
      g_clear_pointer (&live, avb_live_picture_free);
      live = avb_live_picture_new (&pixels, width, height);
    }
  memmove (&self->live[1], &self->live[0], i * sizeof self->live[0]);
  self->live[0] = live;
  return live;
}

/* (nullable) */
static AvbGlPicture *
avb_framebuffer_get_gl (AvbFramebuffer *self)
{
  AvbPixels pixels = avb_framebuffer_get_pixels (self);

  if (self->gl == NULL && !self->no_gl && GSK_IS_GL_RENDERER (self->renderer))
    {
      self->gl = avb_gl_picture_new (&pixels, gdk_display_get_default ());
      self->no_gl = self->gl == NULL;
    }
  return self->gl;
}

static AvbPictureTiles *
avb_framebuffer_get_tiles (AvbFramebuffer *self)
{
  AvbPixels pixels = avb_framebuffer_get_pixels (self);

  if (self->tiles == NULL)
    self->tiles = avb_picture_tiles_new (&pixels, !avb_framebuffer_is_for_cairo (self));
  return self->tiles;
}

static void
avb_framebuffer_paintable_snapshot (GdkPaintable *paintable,
                                    GdkSnapshot  *snapshot,
                                    double        width,
                                    double        height)
{
  AvbFramebuffer *self = AVB_FRAMEBUFFER (paintable);

  if (self->width == 0)
    return;
  gtk_snapshot_save (snapshot);
  gtk_snapshot_scale (snapshot, (float) (width / self->width), (float) (height / self->height));
  avb_framebuffer_append (self, snapshot, self->width, self->height);
  gtk_snapshot_restore (snapshot);
}

static int
avb_framebuffer_get_intrinsic_width (GdkPaintable *paintable)
{
  return AVB_FRAMEBUFFER (paintable)->width;
}

static int
avb_framebuffer_get_intrinsic_height (GdkPaintable *paintable)
{
  return AVB_FRAMEBUFFER (paintable)->height;
}

static void
paintable_iface_init (GdkPaintableInterface *iface)
{
  iface->snapshot = avb_framebuffer_paintable_snapshot;
  iface->get_intrinsic_width = avb_framebuffer_get_intrinsic_width;
  iface->get_intrinsic_height = avb_framebuffer_get_intrinsic_height;
}

static void
avb_framebuffer_finalize (GObject *object)
{
  AvbFramebuffer *self = AVB_FRAMEBUFFER (object);

  avb_framebuffer_free_views (self);
  g_clear_object (&self->renderer);
  g_free (self->copy);
  cairo_region_destroy (self->dirty);
  G_OBJECT_CLASS (avb_framebuffer_parent_class)->finalize (object);
}

static void
avb_framebuffer_class_init (AvbFramebufferClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = avb_framebuffer_finalize;
  avb_large_blocks_keep ();
}

static void
avb_framebuffer_init (AvbFramebuffer *self)
{
  self->dirty = cairo_region_create ();
}

AvbFramebuffer *
avb_framebuffer_new (void)
{
  return g_object_new (AVB_TYPE_FRAMEBUFFER, NULL);
}

void
avb_framebuffer_set_renderer (AvbFramebuffer *self, GskRenderer *renderer)
{
  g_return_if_fail (AVB_IS_FRAMEBUFFER (self));
  g_return_if_fail (renderer == NULL || GSK_IS_RENDERER (renderer));

  /* Windows that show the same machine have one each, but of one kind. */
  if (renderer != NULL && self->renderer != NULL
      && G_OBJECT_TYPE (renderer) == G_OBJECT_TYPE (self->renderer)
      && gsk_renderer_is_realized (self->renderer))
    return;
  avb_framebuffer_free_views (self);
  g_set_object (&self->renderer, renderer);
}

gboolean
avb_framebuffer_attach (AvbFramebuffer *self,
                        AvbPixelFormat  format,
                        int             width,
                        int             height,
                        int             stride,
                        gconstpointer   data,
                        GError        **error)
{
  int      pixel = format == AVB_PIXELS_XRGB8888 ? 4 : 2;
  gboolean resized = width != self->width || height != self->height;

  g_return_val_if_fail (AVB_IS_FRAMEBUFFER (self), FALSE);

  if (width <= 0 || height <= 0 || data == NULL)
    {
      g_propagate_error (
          error, avb_error_new (AVB_ERROR_INVALID, NULL, _ ("The guest’s display has no pixels.")));
      return FALSE;
    }
  if (width > AVB_FRAMEBUFFER_MAX_EDGE || height > AVB_FRAMEBUFFER_MAX_EDGE
      || (gint64) width * height * 4 > AVB_FRAMEBUFFER_MAX_BYTES)
    {
      g_propagate_error (
          error,
          avb_error_new (AVB_ERROR_INVALID,
                         NULL,
                         _ ("The guest’s display of %d × %d pixels is too large to be shown."),
                         width,
                         height));
      return FALSE;
    }
  if (stride / pixel < width || stride % pixel != 0)
    {
      g_autofree char *details = g_strdup_printf ("stride %d for %d pixels", stride, width);

      g_propagate_error (error,
                         avb_error_new (AVB_ERROR_INVALID,
                                        details,
                                        _ ("The guest’s display is described wrongly.")));
      return FALSE;
    }

  avb_framebuffer_free_views (self);
  g_clear_pointer (&self->copy, g_free);
  if (format != AVB_PIXELS_XRGB8888)
    self->copy = g_new0 (guint32, (gsize) width * height);
  self->format = format;
  self->width = width;
  self->height = height;
  self->stride = stride;
  self->data = data;
  avb_framebuffer_forget_damage (self);
  avb_framebuffer_invalidate (self, 0, 0, width, height);
  if (resized)
    gdk_paintable_invalidate_size (GDK_PAINTABLE (self));
  return TRUE;
}

void
avb_framebuffer_detach (AvbFramebuffer *self)
{
  g_return_if_fail (AVB_IS_FRAMEBUFFER (self));

  if (self->data == NULL)
    return;
  avb_framebuffer_refresh (self);
  if (self->copy == NULL)
    {
      AvbPixels pixels = avb_framebuffer_get_pixels (self);
      guint32  *copy = g_new (guint32, (gsize) self->width * self->height);

      for (int y = 0; y < self->height; y++)
        avb_pixels_copy_row (&pixels, 0, y, self->width, copy + (gsize) y * self->width);
      avb_framebuffer_free_views (self);
      self->copy = copy;
      gdk_paintable_invalidate_contents (GDK_PAINTABLE (self));
    }
  self->data = NULL;
}

void
avb_framebuffer_clear (AvbFramebuffer *self)
{
  g_return_if_fail (AVB_IS_FRAMEBUFFER (self));

  self->data = NULL;
  avb_framebuffer_forget_damage (self);
  if (self->width == 0)
    return;
  avb_framebuffer_free_views (self);
  g_clear_pointer (&self->copy, g_free);
  self->width = 0;
  self->height = 0;
  gdk_paintable_invalidate_size (GDK_PAINTABLE (self));
  gdk_paintable_invalidate_contents (GDK_PAINTABLE (self));
}

void
avb_framebuffer_invalidate (AvbFramebuffer *self, int x, int y, int width, int height)
{
  gint64                x0 = MAX ((gint64) x, 0);
  gint64                y0 = MAX ((gint64) y, 0);
  gint64                x1 = MIN ((gint64) x + width, self->width);
  gint64                y1 = MIN ((gint64) y + height, self->height);
  cairo_rectangle_int_t area;
  gboolean              first;

  g_return_if_fail (AVB_IS_FRAMEBUFFER (self));

  if (self->data == NULL || x0 >= x1 || y0 >= y1)
    return;
  first = cairo_region_is_empty (self->dirty);
  area = (cairo_rectangle_int_t) { (int) x0, (int) y0, (int) (x1 - x0), (int) (y1 - y0) };
  if (area.width * area.height >= LARGE_DAMAGE)
    avb_large_blocks_touch ();
  cairo_region_union_rectangle (self->dirty, &area);
  if (cairo_region_num_rectangles (self->dirty) > MAX_RECTANGLES)
    {
      cairo_region_get_extents (self->dirty, &area);
      cairo_region_union_rectangle (self->dirty, &area);
    }
  if (first)
    gdk_paintable_invalidate_contents (GDK_PAINTABLE (self));
}

int
avb_framebuffer_get_width (AvbFramebuffer *self)
{
  g_return_val_if_fail (AVB_IS_FRAMEBUFFER (self), 0);
  return self->width;
}

int
avb_framebuffer_get_height (AvbFramebuffer *self)
{
  g_return_val_if_fail (AVB_IS_FRAMEBUFFER (self), 0);
  return self->height;
}

void
avb_framebuffer_append (AvbFramebuffer *self, GtkSnapshot *snapshot, int width, int height)
{
  g_return_if_fail (AVB_IS_FRAMEBUFFER (self));

  if (self->width == 0 || width <= 0 || height <= 0)
    return;
  avb_framebuffer_refresh (self);
  if (avb_framebuffer_is_for_cairo (self) && avb_live_picture_is_feasible (width, height))
    avb_live_picture_append (avb_framebuffer_get_live (self, width, height), snapshot);
  else if (avb_framebuffer_get_gl (self) != NULL)
    avb_gl_picture_append (self->gl, snapshot, width, height);
  else
    avb_picture_tiles_append (avb_framebuffer_get_tiles (self), snapshot, width, height);
}

GdkTexture *
avb_framebuffer_dup_texture (AvbFramebuffer *self)
{
  g_autoptr (GBytes) bytes = NULL;
  AvbPixels pixels;
  gsize     stride;
  guint32  *copy;

  g_return_val_if_fail (AVB_IS_FRAMEBUFFER (self), NULL);

  if (self->width == 0)
    return NULL;
  avb_framebuffer_refresh (self);
  pixels = avb_framebuffer_get_pixels (self);
  stride = (gsize) self->width * 4;
  copy = g_malloc (stride * self->height);
  bytes = g_bytes_new_take (copy, stride * self->height);
  for (int y = 0; y < self->height; y++)
    avb_pixels_copy_row (&pixels, 0, y, self->width, copy + (gsize) y * self->width);
  return gdk_memory_texture_new (self->width, self->height, GDK_MEMORY_DEFAULT, bytes, stride);
}

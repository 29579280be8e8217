/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-framebuffer.h"

#include <glib/gi18n.h>
#include <math.h>

#include "backends/avb-error.h"

/* Tiles of this edge cost the least for small damage as well as for full screens. Each texture
 * also holds one pixel of its neighbours on every side: linear filtering then gives the same at a
 * tile's edge as inside. */
#define TILE 128
#define GUTTER 1

typedef struct {
  GBytes        *bytes;   /* GDK_MEMORY_DEFAULT, opaque, gutter included */
  GdkTexture    *texture; /* over bytes */
  GskRenderNode *node;    /* for the size that it was drawn at last */
  gboolean       dirty;
} Tile;

struct _AvbFramebuffer {
  GObject parent_instance;

  AvbPixelFormat format;
  int            width;
  int            height;
  int            stride;
  const guint8  *data; /* not owned; NULL while detached */

  Tile *tiles;
  int   columns;
  int   rows;

  gboolean opaque; /* of textures */
  gboolean any_dirty;
  int      node_width; /* the size that tiles' nodes are for */
  int      node_height;
};

static void paintable_iface_init (GdkPaintableInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AvbFramebuffer,
                               avb_framebuffer,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GDK_TYPE_PAINTABLE, paintable_iface_init))

static void
tile_clear (Tile *tile)
{
  g_clear_pointer (&tile->node, gsk_render_node_unref);
  g_clear_object (&tile->texture);
  g_clear_pointer (&tile->bytes, g_bytes_unref);
}

static void
avb_framebuffer_free_tiles (AvbFramebuffer *self)
{
  for (int i = 0; i < self->columns * self->rows; i++)
    tile_clear (&self->tiles[i]);
  g_clear_pointer (&self->tiles, g_free);
  self->columns = 0;
  self->rows = 0;
}

/* The pixels that a tile shows, and with its gutter what its texture holds. */
static cairo_rectangle_int_t
avb_framebuffer_tile_area (AvbFramebuffer *self, int column, int row, int gutter)
{
  int x0 = MAX (column * TILE - gutter, 0);
  int y0 = MAX (row * TILE - gutter, 0);
  int x1 = MIN ((column + 1) * TILE + gutter, self->width);
  int y1 = MIN ((row + 1) * TILE + gutter, self->height);

  return (cairo_rectangle_int_t) { x0, y0, x1 - x0, y1 - y0 };
}

static inline guint32
expand (guint32 value, int bits)
{
  return (value << (8 - bits)) | (value >> (2 * bits - 8));
}

static void
convert_row (AvbPixelFormat format, const guint8 *source, int x, int n, guint32 *target)
{
  const guint32 *wide = (const guint32 *) (gconstpointer) source + x;
  const guint16 *narrow = (const guint16 *) (gconstpointer) source + x;

  switch (format)
    {
    case AVB_PIXELS_XRGB8888:
      for (int i = 0; i < n; i++)
        target[i] = wide[i] | 0xff000000u;
      break;
    case AVB_PIXELS_XRGB1555:
      for (int i = 0; i < n; i++)
        target[i] = 0xff000000u | expand ((narrow[i] >> 10) & 0x1f, 5) << 16
                    | expand ((narrow[i] >> 5) & 0x1f, 5) << 8 | expand (narrow[i] & 0x1f, 5);
      break;
    case AVB_PIXELS_RGB565:
      for (int i = 0; i < n; i++)
        target[i] = 0xff000000u | expand (narrow[i] >> 11, 5) << 16
                    | expand ((narrow[i] >> 5) & 0x3f, 6) << 8 | expand (narrow[i] & 0x1f, 5);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
avb_framebuffer_make_texture (AvbFramebuffer *self, int column, int row)
{
  Tile                 *tile = &self->tiles[row * self->columns + column];
  cairo_rectangle_int_t area = avb_framebuffer_tile_area (self, column, row, GUTTER);
  GdkMemoryFormat       format = GDK_MEMORY_DEFAULT;

  if (self->opaque)
    format = G_BYTE_ORDER == G_LITTLE_ENDIAN ? GDK_MEMORY_B8G8R8X8 : GDK_MEMORY_X8R8G8B8;
  g_clear_pointer (&tile->node, gsk_render_node_unref);
  g_clear_object (&tile->texture);
  tile->texture = gdk_memory_texture_new (
      area.width, area.height, format, tile->bytes, (gsize) area.width * 4);
}

static void
avb_framebuffer_copy_tile (AvbFramebuffer *self, int column, int row)
{
  Tile                 *tile = &self->tiles[row * self->columns + column];
  cairo_rectangle_int_t area = avb_framebuffer_tile_area (self, column, row, GUTTER);
  gsize                 size = (gsize) area.width * area.height * 4;
  guint32              *pixels = g_malloc (size);

  for (int y = 0; y < area.height; y++)
    convert_row (self->format,
                 self->data + (gsize) (area.y + y) * self->stride,
                 area.x,
                 area.width,
                 pixels + (gsize) y * area.width);

  tile_clear (tile);
  tile->bytes = g_bytes_new_take (pixels, size);
  tile->dirty = FALSE;
  avb_framebuffer_make_texture (self, column, row);
}

static void
avb_framebuffer_refresh (AvbFramebuffer *self)
{
  if (!self->any_dirty || self->data == NULL)
    return;
  self->any_dirty = FALSE;
  for (int row = 0; row < self->rows; row++)
    for (int column = 0; column < self->columns; column++)
      if (self->tiles[row * self->columns + column].dirty)
        avb_framebuffer_copy_tile (self, column, row);
}

/* Where the edge of a tile lies on the device's grid. Rounded, so that the middle of each device
 * pixel lies in its tile, and linear filtering reaches no further than the gutter. */
static int
snap (int edge, int size, int shown)
{
  return (int) floor ((double) edge * shown / size + 0.5);
}

static GskRenderNode *
avb_framebuffer_make_node (AvbFramebuffer *self, int column, int row, int width, int height)
{
  Tile                 *tile = &self->tiles[row * self->columns + column];
  cairo_rectangle_int_t held = avb_framebuffer_tile_area (self, column, row, GUTTER);
  cairo_rectangle_int_t area = avb_framebuffer_tile_area (self, column, row, 0);
  double                zx = (double) width / self->width;
  double                zy = (double) height / self->height;
  int                   x0 = snap (area.x, self->width, width);
  int                   y0 = snap (area.y, self->height, height);
  int                   x1 = snap (area.x + area.width, self->width, width);
  int                   y1 = snap (area.y + area.height, self->height, height);
  g_autoptr (GskRenderNode) scaled = NULL;
  GskScalingFilter filter;

  /* Also at the picture's own size: unlike a plain texture node, the cairo renderer skips this one,
   * and the copy that it makes of each texture, where nothing changed. */
  if (width % self->width == 0 && height % self->height == 0)
    filter = GSK_SCALING_FILTER_NEAREST;
  else if (MIN (zx, zy) < 0.5)
    filter = GSK_SCALING_FILTER_TRILINEAR;
  else
    filter = GSK_SCALING_FILTER_LINEAR;
  scaled = gsk_texture_scale_node_new (
      tile->texture,
      &GRAPHENE_RECT_INIT (held.x * zx, held.y * zy, held.width * zx, held.height * zy),
      filter);
  return gsk_clip_node_new (scaled, &GRAPHENE_RECT_INIT (x0, y0, x1 - x0, y1 - y0));
}

static void
avb_framebuffer_drop_nodes (AvbFramebuffer *self)
{
  for (int i = 0; i < self->columns * self->rows; i++)
    g_clear_pointer (&self->tiles[i].node, gsk_render_node_unref);
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
  avb_framebuffer_free_tiles (AVB_FRAMEBUFFER (object));
  G_OBJECT_CLASS (avb_framebuffer_parent_class)->finalize (object);
}

static void
avb_framebuffer_class_init (AvbFramebufferClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = avb_framebuffer_finalize;
}

static void
avb_framebuffer_init (AvbFramebuffer *self)
{
}

AvbFramebuffer *
avb_framebuffer_new (void)
{
  return g_object_new (AVB_TYPE_FRAMEBUFFER, NULL);
}

void
avb_framebuffer_set_opaque (AvbFramebuffer *self, gboolean opaque)
{
  g_return_if_fail (AVB_IS_FRAMEBUFFER (self));

  opaque = !!opaque;
  if (self->opaque == opaque)
    return;
  self->opaque = opaque;
  for (int i = 0; i < self->columns * self->rows; i++)
    if (self->tiles[i].bytes != NULL)
      avb_framebuffer_make_texture (self, i % self->columns, i / self->columns);
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

  if (resized)
    {
      avb_framebuffer_free_tiles (self);
      self->columns = (width + TILE - 1) / TILE;
      self->rows = (height + TILE - 1) / TILE;
      self->tiles = g_new0 (Tile, (gsize) self->columns * self->rows);
    }
  self->format = format;
  self->width = width;
  self->height = height;
  self->stride = stride;
  self->data = data;
  self->any_dirty = FALSE;
  avb_framebuffer_invalidate (self, 0, 0, width, height);
  if (resized)
    gdk_paintable_invalidate_size (GDK_PAINTABLE (self));
  return TRUE;
}

void
avb_framebuffer_detach (AvbFramebuffer *self)
{
  g_return_if_fail (AVB_IS_FRAMEBUFFER (self));

  avb_framebuffer_refresh (self);
  self->data = NULL;
}

void
avb_framebuffer_clear (AvbFramebuffer *self)
{
  g_return_if_fail (AVB_IS_FRAMEBUFFER (self));

  self->data = NULL;
  self->any_dirty = FALSE;
  if (self->width == 0)
    return;
  avb_framebuffer_free_tiles (self);
  self->width = 0;
  self->height = 0;
  gdk_paintable_invalidate_size (GDK_PAINTABLE (self));
  gdk_paintable_invalidate_contents (GDK_PAINTABLE (self));
}

void
avb_framebuffer_invalidate (AvbFramebuffer *self, int x, int y, int width, int height)
{
  gint64 x0 = MAX ((gint64) x, 0);
  gint64 y0 = MAX ((gint64) y, 0);
  gint64 x1 = MIN ((gint64) x + width, self->width);
  gint64 y1 = MIN ((gint64) y + height, self->height);

  g_return_if_fail (AVB_IS_FRAMEBUFFER (self));

  if (self->data == NULL || x0 >= x1 || y0 >= y1)
    return;

  /* The gutters of the neighbours show these pixels too. */
  for (gint64 row = MAX (y0 - GUTTER, 0) / TILE;
       row <= MIN (y1 - 1 + GUTTER, self->height - 1) / TILE;
       row++)
    for (gint64 column = MAX (x0 - GUTTER, 0) / TILE;
         column <= MIN (x1 - 1 + GUTTER, self->width - 1) / TILE;
         column++)
      self->tiles[row * self->columns + column].dirty = TRUE;

  if (!self->any_dirty)
    {
      self->any_dirty = TRUE;
      gdk_paintable_invalidate_contents (GDK_PAINTABLE (self));
    }
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
  if (width != self->node_width || height != self->node_height)
    {
      avb_framebuffer_drop_nodes (self);
      self->node_width = width;
      self->node_height = height;
    }
  /* A node that did not change is the same object in both frames: the renderer skips it. */
  for (int i = 0; i < self->columns * self->rows; i++)
    {
      Tile *tile = &self->tiles[i];

      if (tile->texture == NULL)
        continue;
      if (tile->node == NULL)
        tile->node
            = avb_framebuffer_make_node (self, i % self->columns, i / self->columns, width, height);
      gtk_snapshot_append_node (snapshot, tile->node);
    }
}

GdkTexture *
avb_framebuffer_dup_texture (AvbFramebuffer *self)
{
  gsize stride = (gsize) self->width * 4;
  g_autoptr (GBytes) bytes = NULL;
  guint8 *pixels;

  g_return_val_if_fail (AVB_IS_FRAMEBUFFER (self), NULL);

  if (self->width == 0)
    return NULL;
  avb_framebuffer_refresh (self);
  pixels = g_malloc (stride * self->height);
  bytes = g_bytes_new_take (pixels, stride * self->height);
  for (int i = 0; i < self->columns * self->rows; i++)
    {
      cairo_rectangle_int_t area
          = avb_framebuffer_tile_area (self, i % self->columns, i / self->columns, GUTTER);
      const guint8 *tile = g_bytes_get_data (self->tiles[i].bytes, NULL);

      for (int y = 0; y < area.height; y++)
        memcpy (pixels + (gsize) (area.y + y) * stride + (gsize) area.x * 4,
                tile + (gsize) y * area.width * 4,
                (gsize) area.width * 4);
    }
  return gdk_memory_texture_new (self->width, self->height, GDK_MEMORY_DEFAULT, bytes, stride);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-picture-tiles.h"

#include <math.h>

/* Tiles of this edge cost the least for small damage as well as for full screens. Each texture
 * also holds one pixel of its neighbours on every side: linear filtering then gives the same at a
 * tile's edge as inside. */
#define TILE 128
#define GUTTER 1

typedef struct {
  GdkTexture    *texture; /* gutter included */
  GskRenderNode *node;    /* for the size that it was drawn at last */
  gboolean       dirty;
} Tile;

struct _AvbPictureTiles {
  AvbPixels pixels;
  gboolean  opaque;

  Tile *tiles;
  int   columns;
  int   rows;
  int   node_width; /* the size that tiles' nodes are for */
  int   node_height;
};

/* A vector at a time, which the compiler does not do by itself at the usual level. */
typedef guint32 Vector __attribute__ ((vector_size (32)));

void
avb_pixels_copy_row (const AvbPixels *pixels, int x, int y, int n, guint32 *target)
{
  const guint8 *source = pixels->data + (gsize) y * pixels->stride + (gsize) x * 4;
  const int     step = sizeof (Vector) / 4;
  guint32       pixel;
  Vector        vector;
  int           i = 0;

  for (; i + step <= n; i += step)
    {
      memcpy (&vector, source + (gsize) i * 4, sizeof vector);
      vector |= 0xff000000u;
      memcpy (target + i, &vector, sizeof vector);
    }
  for (; i < n; i++)
    {
      memcpy (&pixel, source + (gsize) i * 4, sizeof pixel);
      target[i] = pixel | 0xff000000u;
    }
}

/* The pixels that a tile shows, and with its gutter what its texture holds. */
static cairo_rectangle_int_t
avb_picture_tiles_get_area (AvbPictureTiles *self, int column, int row, int gutter)
{
  int x0 = MAX (column * TILE - gutter, 0);
  int y0 = MAX (row * TILE - gutter, 0);
  int x1 = MIN ((column + 1) * TILE + gutter, self->pixels.width);
  int y1 = MIN ((row + 1) * TILE + gutter, self->pixels.height);

  return (cairo_rectangle_int_t) { x0, y0, x1 - x0, y1 - y0 };
}

static void
avb_picture_tiles_copy (AvbPictureTiles *self, int column, int row)
{
  Tile                 *tile = &self->tiles[row * self->columns + column];
  cairo_rectangle_int_t area = avb_picture_tiles_get_area (self, column, row, GUTTER);
  gsize                 size = (gsize) area.width * area.height * 4;
  guint32              *copy = g_malloc (size);
  GdkMemoryFormat       format = GDK_MEMORY_DEFAULT;
  g_autoptr (GBytes) bytes = NULL;

  for (int y = 0; y < area.height; y++)
    avb_pixels_copy_row (
        &self->pixels, area.x, area.y + y, area.width, copy + (gsize) y * area.width);
  bytes = g_bytes_new_take (copy, size);

  if (self->opaque)
    format = G_BYTE_ORDER == G_LITTLE_ENDIAN ? GDK_MEMORY_B8G8R8X8 : GDK_MEMORY_X8R8G8B8;
  g_clear_pointer (&tile->node, gsk_render_node_unref);
  g_clear_object (&tile->texture);
  tile->texture
      = gdk_memory_texture_new (area.width, area.height, format, bytes, (gsize) area.width * 4);
  tile->dirty = FALSE;
}

/* Where the edge of a tile lies on the device's grid. Rounded, so that the middle of each device
 * pixel lies in its tile, and linear filtering reaches no further than the gutter. */
static int
snap (int edge, int size, int shown)
{
  return (int) floor ((double) edge * shown / size + 0.5);
}

static GskRenderNode *
avb_picture_tiles_make_node (AvbPictureTiles *self, int column, int row, int width, int height)
{
  Tile                 *tile = &self->tiles[row * self->columns + column];
  cairo_rectangle_int_t held = avb_picture_tiles_get_area (self, column, row, GUTTER);
  cairo_rectangle_int_t area = avb_picture_tiles_get_area (self, column, row, 0);
  double                zx = (double) width / self->pixels.width;
  double                zy = (double) height / self->pixels.height;
  int                   x0 = snap (area.x, self->pixels.width, width);
  int                   y0 = snap (area.y, self->pixels.height, height);
  int                   x1 = snap (area.x + area.width, self->pixels.width, width);
  int                   y1 = snap (area.y + area.height, self->pixels.height, height);
  g_autoptr (GskRenderNode) scaled = NULL;

  /* Also at the picture's own size: unlike a plain texture node, the cairo renderer skips this one,
   * and the copy that it makes of each texture, where nothing changed. */
  scaled = gsk_texture_scale_node_new (
      tile->texture,
      &GRAPHENE_RECT_INIT (held.x * zx, held.y * zy, held.width * zx, held.height * zy),
      avb_picture_choose_filter (self->pixels.width, self->pixels.height, width, height));
  return gsk_clip_node_new (scaled, &GRAPHENE_RECT_INIT (x0, y0, x1 - x0, y1 - y0));
}

GskScalingFilter
avb_picture_choose_filter (int width, int height, int shown_width, int shown_height)
{
  if (shown_width % width == 0 && shown_height % height == 0)
    return GSK_SCALING_FILTER_NEAREST;
  if (2 * (gint64) shown_width < width || 2 * (gint64) shown_height < height)
    return GSK_SCALING_FILTER_TRILINEAR;
  return GSK_SCALING_FILTER_LINEAR;
}

AvbPictureTiles *
avb_picture_tiles_new (const AvbPixels *pixels, gboolean opaque)
{
  AvbPictureTiles *self = g_new0 (AvbPictureTiles, 1);

  self->pixels = *pixels;
  self->opaque = opaque;
  self->columns = (pixels->width + TILE - 1) / TILE;
  self->rows = (pixels->height + TILE - 1) / TILE;
  self->tiles = g_new0 (Tile, (gsize) self->columns * self->rows);
  for (int i = 0; i < self->columns * self->rows; i++)
    self->tiles[i].dirty = TRUE;
  return self;
}

void
avb_picture_tiles_free (AvbPictureTiles *self)
{
  for (int i = 0; i < self->columns * self->rows; i++)
    {
      g_clear_pointer (&self->tiles[i].node, gsk_render_node_unref);
      g_clear_object (&self->tiles[i].texture);
    }
  g_free (self->tiles);
  g_free (self);
}

void
avb_picture_tiles_damage (AvbPictureTiles *self, const cairo_rectangle_int_t *area)
{
  /* The gutters of the neighbours show these pixels too. */
  int first_row = MAX (area->y - GUTTER, 0) / TILE;
  int last_row = MIN (area->y + area->height - 1 + GUTTER, self->pixels.height - 1) / TILE;
  int first_column = MAX (area->x - GUTTER, 0) / TILE;
  int last_column = MIN (area->x + area->width - 1 + GUTTER, self->pixels.width - 1) / TILE;

  for (int row = first_row; row <= last_row; row++)
    for (int column = first_column; column <= last_column; column++)
      self->tiles[row * self->columns + column].dirty = TRUE;
}

void
avb_picture_tiles_append (AvbPictureTiles *self, GtkSnapshot *snapshot, int width, int height)
{
  gboolean resized = width != self->node_width || height != self->node_height;

  self->node_width = width;
  self->node_height = height;
  /* A node that did not change is the same object in both frames: the renderer skips it. */
  for (int i = 0; i < self->columns * self->rows; i++)
    {
      Tile *tile = &self->tiles[i];

      if (resized)
        g_clear_pointer (&tile->node, gsk_render_node_unref);
      if (tile->dirty)
        avb_picture_tiles_copy (self, i % self->columns, i / self->columns);
      if (tile->node == NULL)
        tile->node = avb_picture_tiles_make_node (
            self, i % self->columns, i / self->columns, width, height);
      gtk_snapshot_append_node (snapshot, tile->node);
    }
}

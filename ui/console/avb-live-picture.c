/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-live-picture.h"

#include <math.h>

#include "ui/console/avb-picture-tiles.h"

/* Damage is told in blocks of this edge, in pixels of the guest. */
#define BLOCK 8

/* What filtering reaches beyond a changed pixel, in pixels of the device and of the guest. */
#define REACH 2

/* A scaled copy may become this large. */
#define MAX_SCALED_EDGE 16384
#define MAX_SCALED_PIXELS (32 * 1024 * 1024)

struct _AvbLivePicture {
  AvbPixels pixels;
  int       shown_width;
  int       shown_height;
  guint32  *scaled; /* NULL at the picture's own size */

  cairo_surface_t *surface; /* what is shown; never drawn to through cairo: see the node */
  GskRenderNode   *node;

  cairo_region_t *damage; /* blocks that changed since append () */
  GBytes         *zeros;
  GdkTexture     *mark;
  GskPath        *nowhere;
  GskRenderNode  *mark_node;
};

/* Cairo does not look at the upper byte of such a surface. */
static cairo_surface_t *
wrap_pixels (const AvbPixels *pixels)
{
  return cairo_image_surface_create_for_data (
      (guchar *) pixels->data, CAIRO_FORMAT_RGB24, pixels->width, pixels->height, pixels->stride);
}

static cairo_surface_t *
wrap_scaled (AvbLivePicture *self)
{
  return cairo_image_surface_create_for_data ((guchar *) self->scaled,
                                              CAIRO_FORMAT_RGB24,
                                              self->shown_width,
                                              self->shown_height,
                                              self->shown_width * 4);
}

/* Recorded once and replayed in each frame. The recording holds a snapshot of the surface, which
 * cairo copies only when the surface is changed through cairo, or goes: that is how nodes survive
 * their pixels. Our changes go to the memory directly, so what is replayed is what is there then. */
static GskRenderNode *
avb_live_picture_make_node (AvbLivePicture *self)
{
  GskRenderNode *node
      = gsk_cairo_node_new (&GRAPHENE_RECT_INIT (0, 0, self->shown_width, self->shown_height));
  cairo_t *cr = gsk_cairo_node_get_draw_context (node);

  cairo_set_source_surface (cr, self->surface, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), CAIRO_FILTER_NEAREST);
  cairo_set_operator (cr, CAIRO_OPERATOR_SOURCE);
  cairo_paint (cr);
  cairo_destroy (cr);
  return node;
}

/* GSK draws again where the trees of two frames differ, and finds out for textures by the update
 * regions that they were built with. So a texture that is drawn nowhere, for it fills a path
 * without an area, has one pixel for each block, and its successors tell what changed. */
static void
avb_live_picture_make_mark (AvbLivePicture *self)
{
  int                         columns = (self->pixels.width + BLOCK - 1) / BLOCK;
  int                         rows = (self->pixels.height + BLOCK - 1) / BLOCK;
  double                      zx = (double) self->shown_width / self->pixels.width;
  double                      zy = (double) self->shown_height / self->pixels.height;
  g_autoptr (GdkMemoryTextureBuilder) builder = gdk_memory_texture_builder_new ();
  g_autoptr (GdkTexture) mark = NULL;
  g_autoptr (GskRenderNode) texture = NULL;

  gdk_memory_texture_builder_set_bytes (builder, self->zeros);
  gdk_memory_texture_builder_set_format (builder, GDK_MEMORY_A8);
  gdk_memory_texture_builder_set_stride (builder, (gsize) columns);
  gdk_memory_texture_builder_set_width (builder, columns);
  gdk_memory_texture_builder_set_height (builder, rows);
  if (self->mark != NULL)
    {
      gdk_memory_texture_builder_set_update_texture (builder, self->mark);
      gdk_memory_texture_builder_set_update_region (builder, self->damage);
    }
  mark = gdk_memory_texture_builder_build (builder);
  texture = gsk_texture_scale_node_new (
      mark,
      &GRAPHENE_RECT_INIT (0, 0, (float) (columns * BLOCK * zx), (float) (rows * BLOCK * zy)),
      GSK_SCALING_FILTER_NEAREST);
  g_clear_pointer (&self->mark_node, gsk_render_node_unref);
  self->mark_node = gsk_fill_node_new (texture, self->nowhere, GSK_FILL_RULE_WINDING);
  g_set_object (&self->mark, mark);
}

/* Also for what lies a little outside: a pixel of the guest may reach there. */
static void
avb_live_picture_scale (AvbLivePicture *self, const cairo_region_t *region)
{
  cairo_surface_t *target = wrap_scaled (self);
  cairo_surface_t *source = wrap_pixels (&self->pixels);
  cairo_t         *cr = cairo_create (target);
  double           zx = (double) self->shown_width / self->pixels.width;
  double           zy = (double) self->shown_height / self->pixels.height;
  cairo_filter_t   filter = CAIRO_FILTER_BILINEAR;

  for (int i = 0; i < cairo_region_num_rectangles (region); i++)
    {
      cairo_rectangle_int_t area;
      double                x0, y0, x1, y1;

      cairo_region_get_rectangle (region, i, &area);
      x0 = floor ((area.x - REACH) * zx) - REACH;
      y0 = floor ((area.y - REACH) * zy) - REACH;
      x1 = ceil ((area.x + area.width + REACH) * zx) + REACH;
      y1 = ceil ((area.y + area.height + REACH) * zy) + REACH;
      cairo_rectangle (cr, x0, y0, x1 - x0, y1 - y0);
    }
  cairo_clip (cr);

  switch (
      avb_picture_choose_filter (self->pixels.width, self->pixels.height, self->shown_width, self->shown_height))
    {
    case GSK_SCALING_FILTER_NEAREST:
      filter = CAIRO_FILTER_NEAREST;
      break;
    case GSK_SCALING_FILTER_TRILINEAR:
      filter = CAIRO_FILTER_GOOD;
      break;
    case GSK_SCALING_FILTER_LINEAR:
    default:
      break;
    }
  cairo_scale (cr, zx, zy);
  cairo_set_source_surface (cr, source, 0, 0);
  cairo_pattern_set_filter (cairo_get_source (cr), filter);
  cairo_pattern_set_extend (cairo_get_source (cr), CAIRO_EXTEND_PAD);
  cairo_set_operator (cr, CAIRO_OPERATOR_SOURCE);
  cairo_paint (cr);
  cairo_destroy (cr);
  cairo_surface_destroy (source);
  cairo_surface_destroy (target);
}

static int
blocks_before (int edge)
{
  return (edge + BLOCK - 1) / BLOCK;
}

gboolean
avb_live_picture_is_feasible (int shown_width, int shown_height)
{
  return shown_width <= MAX_SCALED_EDGE && shown_height <= MAX_SCALED_EDGE
         && (gint64) shown_width * shown_height <= MAX_SCALED_PIXELS;
}

AvbLivePicture *
avb_live_picture_new (const AvbPixels *pixels, int shown_width, int shown_height)
{
  AvbLivePicture *self = g_new0 (AvbLivePicture, 1);
  gsize           n_blocks = (gsize) blocks_before (pixels->width) * blocks_before (pixels->height);
  g_autoptr (GskPathBuilder) path = gsk_path_builder_new ();

  self->pixels = *pixels;
  self->shown_width = shown_width;
  self->shown_height = shown_height;
  self->damage = cairo_region_create ();
  self->zeros = g_bytes_new_take (g_malloc0 (n_blocks), n_blocks);
  /* Along straight lines and back: cairo sees at once that nothing is in there. */
  gsk_path_builder_move_to (path, 0, 0);
  gsk_path_builder_line_to (path, (float) shown_width, 0);
  gsk_path_builder_line_to (path, (float) shown_width, (float) shown_height);
  gsk_path_builder_line_to (path, (float) shown_width, 0);
  gsk_path_builder_close (path);
  self->nowhere = gsk_path_builder_to_path (path);

  if (shown_width != pixels->width || shown_height != pixels->height)
    {
      cairo_region_t *all = cairo_region_create_rectangle (
          &(cairo_rectangle_int_t) { 0, 0, pixels->width, pixels->height });

      self->scaled = g_new (guint32, (gsize) shown_width * shown_height);
      avb_live_picture_scale (self, all);
      cairo_region_destroy (all);
    }
  self->surface = self->scaled != NULL ? wrap_scaled (self) : wrap_pixels (pixels);
  self->node = avb_live_picture_make_node (self);
  avb_live_picture_make_mark (self);
  return self;
}

void
avb_live_picture_free (AvbLivePicture *self)
{
  g_clear_pointer (&self->node, gsk_render_node_unref);
  /* If that was not the last of it, cairo copies the pixels for it now. */
  cairo_surface_finish (self->surface);
  cairo_surface_destroy (self->surface);
  g_clear_pointer (&self->mark_node, gsk_render_node_unref);
  g_clear_object (&self->mark);
  gsk_path_unref (self->nowhere);
  g_bytes_unref (self->zeros);
  cairo_region_destroy (self->damage);
  g_free (self->scaled);
  g_free (self);
}

gboolean
avb_live_picture_has_size (AvbLivePicture *self, int shown_width, int shown_height)
{
  return self->shown_width == shown_width && self->shown_height == shown_height;
}

void
avb_live_picture_damage (AvbLivePicture *self, const cairo_region_t *region)
{
  int reach = self->scaled != NULL ? REACH + (int) ceil (REACH * (double) self->pixels.width / self->shown_width) : 0;

  if (self->scaled != NULL)
    avb_live_picture_scale (self, region);
  for (int i = 0; i < cairo_region_num_rectangles (region); i++)
    {
      cairo_rectangle_int_t area, blocks;

      cairo_region_get_rectangle (region, i, &area);
      blocks.x = MAX (area.x - reach, 0) / BLOCK;
      blocks.y = MAX (area.y - reach, 0) / BLOCK;
      blocks.width = blocks_before (MIN (area.x + area.width + reach, self->pixels.width)) - blocks.x;
      blocks.height = blocks_before (MIN (area.y + area.height + reach, self->pixels.height)) - blocks.y;
      cairo_region_union_rectangle (self->damage, &blocks);
    }
}

void
avb_live_picture_append (AvbLivePicture *self, GtkSnapshot *snapshot)
{
  if (!cairo_region_is_empty (self->damage))
    {
      avb_live_picture_make_mark (self);
      cairo_region_destroy (self->damage);
      self->damage = cairo_region_create ();
    }
  gtk_snapshot_append_node (snapshot, self->node);
  gtk_snapshot_append_node (snapshot, self->mark_node);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <gsk/gl/gskglrenderer.h>

#include "backends/avb-error.h"
#include "ui/console/avb-framebuffer.h"
#include "ui/console/avb-picture-tiles.h"

#define GUARD 0x5a

static guint32
next (guint32 *seed)
{
  *seed = *seed * 1664525u + 1013904223u;
  return *seed ^ (*seed >> 13);
}

static guint32 *
make_noise (int width, int height, guint32 seed)
{
  guint32 *pixels = g_new (guint32, (gsize) width * height);

  for (int i = 0; i < width * height; i++)
    pixels[i] = next (&seed);
  return pixels;
}

static guint32 *
download (GdkTexture *texture)
{
  gsize    stride = (gsize) gdk_texture_get_width (texture) * 4;
  guint32 *pixels = g_malloc (stride * gdk_texture_get_height (texture));

  gdk_texture_download (texture, (guchar *) pixels, stride);
  return pixels;
}

static guint32 *
render_node (GskRenderNode *node, int width, int height)
{
  g_autoptr (GskRenderer) renderer = gsk_cairo_renderer_new ();
  g_autoptr (GdkTexture) texture = NULL;
  g_autoptr (GError) error = NULL;
  guint32 *pixels;

  gsk_renderer_realize_for_display (renderer, gdk_display_get_default (), &error);
  g_assert_no_error (error);
  texture = gsk_renderer_render_texture (renderer, node, &GRAPHENE_RECT_INIT (0, 0, width, height));
  pixels = download (texture);
  gsk_renderer_unrealize (renderer);
  return pixels;
}

static GskRenderNode *
make_node (AvbFramebuffer *framebuffer, int width, int height)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();

  avb_framebuffer_append (framebuffer, snapshot, width, height);
  return gtk_snapshot_free_to_node (snapshot);
}

static guint32 *
render (AvbFramebuffer *framebuffer, int width, int height)
{
  g_autoptr (GskRenderNode) node = make_node (framebuffer, width, height);

  g_assert_nonnull (node);
  return render_node (node, width, height);
}

static guint32 *
render_tiles (AvbPictureTiles *tiles, int width, int height)
{
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;

  avb_picture_tiles_append (tiles, snapshot, width, height);
  node = gtk_snapshot_free_to_node (snapshot);
  return render_node (node, width, height);
}

/* How many pixels differ in color; all of the rendered ones must be opaque. */
static int
count_wrong (const guint32 *rendered, const guint32 *expected, gsize n)
{
  int wrong = 0;

  for (gsize i = 0; i < n; i++)
    wrong += rendered[i] != (expected[i] | 0xff000000u);
  return wrong;
}

static void
attach (AvbFramebuffer *framebuffer, int width, int height, const guint32 *pixels)
{
  g_autoptr (GError) error = NULL;

  avb_framebuffer_attach (
      framebuffer, AVB_PIXELS_XRGB8888, width, height, width * 4, pixels, &error);
  g_assert_no_error (error);
}

static void
test_exact (void)
{
  static const int sizes[][2] = { { 1, 1 }, { 127, 3 }, { 128, 128 }, { 129, 257 }, { 641, 479 } };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      int width = sizes[i][0], height = sizes[i][1];
      g_autofree guint32 *pixels = make_noise (width, height, 1);
      g_autoptr (AvbFramebuffer) framebuffer = avb_framebuffer_new ();
      g_autofree guint32 *rendered = NULL;
      g_autofree guint32 *copied = NULL;
      g_autoptr (GskRenderer) gl = gsk_gl_renderer_new ();
      g_autoptr (GdkTexture) copy = NULL;

      attach (framebuffer, width, height, pixels);
      rendered = render (framebuffer, width, height);
      g_assert_cmpint (count_wrong (rendered, pixels, (gsize) width * height), ==, 0);
      g_clear_pointer (&rendered, g_free);
      avb_framebuffer_set_renderer (framebuffer, gl);
      rendered = render (framebuffer, width, height);
      g_assert_cmpint (count_wrong (rendered, pixels, (gsize) width * height), ==, 0);
      copy = avb_framebuffer_dup_texture (framebuffer);
      copied = download (copy);
      g_assert_cmpint (count_wrong (copied, pixels, (gsize) width * height), ==, 0);
    }
}

static void
test_formats (void)
{
  static const struct {
    AvbPixelFormat format;
    guint16        pixel;
    guint32        color;
  } cases[] = {
    { AVB_PIXELS_XRGB1555, 0x7fff, 0xffffff }, { AVB_PIXELS_XRGB1555, 0x8000, 0x000000 },
    { AVB_PIXELS_XRGB1555, 0x7c00, 0xff0000 }, { AVB_PIXELS_XRGB1555, 0x0200, 0x008400 },
    { AVB_PIXELS_XRGB1555, 0x0001, 0x000008 }, { AVB_PIXELS_RGB565, 0xffff, 0xffffff },
    { AVB_PIXELS_RGB565, 0xf800, 0xff0000 },   { AVB_PIXELS_RGB565, 0x07e0, 0x00ff00 },
    { AVB_PIXELS_RGB565, 0x0020, 0x000400 },   { AVB_PIXELS_RGB565, 0x0010, 0x000084 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree guint16 *pixels = g_new0 (guint16, 3 * 2 * 2);
      g_autoptr (AvbFramebuffer) framebuffer = avb_framebuffer_new ();
      g_autoptr (GError) error = NULL;
      g_autofree guint32 *rendered = NULL;

      /* Rows are as wide as those of 32 bits would be. */
      pixels[2] = cases[i].pixel;
      pixels[6] = cases[i].pixel;
      avb_framebuffer_attach (framebuffer, cases[i].format, 3, 2, 12, pixels, &error);
      g_assert_no_error (error);
      rendered = render (framebuffer, 3, 2);
      g_assert_cmphex (rendered[0], ==, 0xff000000u);
      g_assert_cmphex (rendered[2], ==, 0xff000000u | cases[i].color);
      g_assert_cmphex (rendered[3], ==, 0xff000000u | cases[i].color);
      g_assert_cmphex (rendered[5], ==, 0xff000000u);
    }
}

static void
test_partial_damage (void)
{
  const int width = 403, height = 301;
  g_autofree guint32 *pixels = make_noise (width, height, 2);
  g_autoptr (AvbFramebuffer) framebuffer = avb_framebuffer_new ();
  guint32             seed = 3;

  attach (framebuffer, width, height, pixels);
  for (int round = 0; round < 40; round++)
    {
      g_autofree guint32 *rendered = NULL;

      for (int i = 0; i < 5; i++)
        {
          int x = (int) (next (&seed) % width), y = (int) (next (&seed) % height);
          int w = (int) (next (&seed) % 90) + 1, h = (int) (next (&seed) % 90) + 1;

          for (int row = y; row < MIN (y + h, height); row++)
            for (int column = x; column < MIN (x + w, width); column++)
              pixels[row * width + column] = next (&seed);
          avb_framebuffer_invalidate (framebuffer, x, y, w, h);
        }
      rendered = render (framebuffer, width, height);
      g_assert_cmpint (count_wrong (rendered, pixels, (gsize) width * height), ==, 0);
    }
}

static int
count_white (const guint32 *pixels, int n)
{
  int white = 0;

  for (int i = 0; i < n; i++)
    white += pixels[i] == 0xffffffffu;
  return white;
}

/* A GPU is not given again what was not invalidated: only then is damage worth anything. */
static void
test_uploads_only_damage (void)
{
  const int width = 512, height = 512;
  g_autofree guint32 *pixels = g_new0 (guint32, (gsize) width * height);
  AvbPixels           source = { (const guint8 *) pixels, width, height, width * 4 };
  g_autoptr (AvbFramebuffer) framebuffer = avb_framebuffer_new ();
  g_autoptr (AvbPictureTiles) tiles = avb_picture_tiles_new (&source, TRUE);
  g_autoptr (GskRenderer) gl = gsk_gl_renderer_new ();
  g_autofree guint32 *by_gl = NULL;
  g_autofree guint32 *by_tiles = NULL;

  avb_framebuffer_set_renderer (framebuffer, gl);
  attach (framebuffer, width, height, pixels);
  g_free (render (framebuffer, width, height));
  g_free (render_tiles (tiles, width, height));
  memset (pixels, 0xff, (gsize) width * height * 4);
  avb_framebuffer_invalidate (framebuffer, 40, 40, 16, 16);
  avb_picture_tiles_damage (tiles, &(cairo_rectangle_int_t) { 40, 40, 16, 16 });

  /* Where there is no GL, these are tiles as well. */
  by_gl = render (framebuffer, width, height);
  g_assert_cmpint (count_white (by_gl, width * height), >=, 16 * 16);
  g_assert_cmpint (count_white (by_gl, width * height), <=, 130 * 130);
  by_tiles = render_tiles (tiles, width, height);
  g_assert_cmpint (count_white (by_tiles, width * height), >=, 16 * 16);
  g_assert_cmpint (count_white (by_tiles, width * height), <=, 130 * 130);
}

/* Windows of several sizes show one picture, each of them as it is now. */
static void
test_several_sizes (void)
{
  static const double zooms[] = { 1, 2, 1, 3, 0.5, 1.5, 4, 1, 2 };
  const int           width = 203, height = 101;
  g_autofree guint32 *pixels = make_noise (width, height, 9);
  g_autoptr (AvbFramebuffer) framebuffer = avb_framebuffer_new ();
  guint32             seed = 10;

  attach (framebuffer, width, height, pixels);
  for (gsize i = 0; i < G_N_ELEMENTS (zooms); i++)
    {
      int zoom = (int) zooms[i];
      int shown_width = (int) (width * zooms[i]), shown_height = (int) (height * zooms[i]);
      g_autofree guint32 *rendered = NULL;

      for (int x = 20; x < 90; x++)
        pixels[50 * width + x] = next (&seed);
      avb_framebuffer_invalidate (framebuffer, 20, 50, 70, 1);
      rendered = render (framebuffer, shown_width, shown_height);
      if (zoom != zooms[i])
        continue;
      for (int y = 0; y < shown_height; y++)
        for (int x = 0; x < shown_width; x++)
          g_assert_cmphex (rendered[y * shown_width + x],
                           ==,
                           pixels[y / zoom * width + x / zoom] | 0xff000000u);
    }
}

/* A small part of a wide picture may be shown at a great zoom: that takes no more memory. */
static void
test_great_zoom (void)
{
  const int           width = 16384, height = 2, zoom = 400;
  g_autofree guint32 *pixels = make_noise (width, height, 11);
  g_autoptr (AvbFramebuffer) framebuffer = avb_framebuffer_new ();
  g_autoptr (GskRenderNode) node = NULL;
  g_autofree guint32 *rendered = NULL;

  attach (framebuffer, width, height, pixels);
  node = make_node (framebuffer, width * zoom, height * zoom);
  rendered = render_node (node, 64, 64);
  for (int i = 0; i < 64 * 64; i++)
    g_assert_cmphex (rendered[i], ==, pixels[0] | 0xff000000u);
}

static void
test_outside (void)
{
  static const int rectangles[][4] = {
    { -5, -5, 10, 10 },
    { 90, 90, 1000, 1000 },
    { G_MININT, 0, G_MAXINT, 4 },
    { G_MAXINT, G_MAXINT, G_MAXINT, G_MAXINT },
    { 0, 0, -4, -4 },
    { 100, 100, 1, 1 },
    { 5, 5, 0, 5 },
    { G_MININT, G_MININT, G_MININT, G_MININT },
    { -1, -1, G_MAXINT, G_MAXINT },
  };
  g_autofree guint32 *pixels = make_noise (100, 100, 4);
  g_autoptr (AvbFramebuffer) framebuffer = avb_framebuffer_new ();
  g_autofree guint32 *rendered = NULL;

  avb_framebuffer_invalidate (framebuffer, 0, 0, 10, 10);
  attach (framebuffer, 100, 100, pixels);
  for (gsize i = 0; i < G_N_ELEMENTS (rectangles); i++)
    avb_framebuffer_invalidate (
        framebuffer, rectangles[i][0], rectangles[i][1], rectangles[i][2], rectangles[i][3]);
  rendered = render (framebuffer, 100, 100);
  g_assert_cmpint (count_wrong (rendered, pixels, 100 * 100), ==, 0);
}

static void
test_refuses (void)
{
  static const int shapes[][3] = {
    { 0, 0, 0 },
    { 0, 10, 40 },
    { 10, 0, 40 },
    { -1, 10, 40 },
    { 32768, 32768, 4 * 32768 },
    { 16385, 1, 4 * 16385 },
    { 1, 16385, 4 },
    { 16384, 16384, 4 * 16384 },
    { 100, 100, 399 },
    { 100, 100, 396 },
    { 100, 100, 0 },
    { 100, 100, -400 },
    { 100, 100, 402 },
    { G_MAXINT, G_MAXINT, G_MAXINT },
  };
  g_autofree guint32 *pixels = make_noise (10, 10, 5);
  g_autoptr (AvbFramebuffer) framebuffer = avb_framebuffer_new ();

  attach (framebuffer, 10, 10, pixels);
  for (gsize i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (avb_framebuffer_attach (framebuffer,
                                              AVB_PIXELS_XRGB8888,
                                              shapes[i][0],
                                              shapes[i][1],
                                              shapes[i][2],
                                              pixels,
                                              &error));
      g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
      g_assert_cmpint (avb_framebuffer_get_width (framebuffer), ==, 10);
    }
}

static void
count_cb (GdkPaintable *paintable, int *count)
{
  (*count)++;
}

static void
test_one_redraw (void)
{
  g_autofree guint32 *pixels = make_noise (500, 500, 6);
  g_autoptr (AvbFramebuffer) framebuffer = avb_framebuffer_new ();
  int                 count = 0;

  attach (framebuffer, 500, 500, pixels);
  g_free (render (framebuffer, 500, 500));
  g_signal_connect (framebuffer, "invalidate-contents", G_CALLBACK (count_cb), &count);
  for (int i = 0; i < 100000; i++)
    avb_framebuffer_invalidate (framebuffer, i % 500, (i / 3) % 500, 3, 3);
  g_assert_cmpint (count, ==, 1);
  g_free (render (framebuffer, 500, 500));
  g_assert_cmpint (count, ==, 1);
  avb_framebuffer_invalidate (framebuffer, 1, 1, 1, 1);
  g_assert_cmpint (count, ==, 2);
}

/* SPICE frees a surface right after it said so, while nodes and textures live on. */
static void
test_outlives_surface (void)
{
  const int width = 200, height = 150;
  g_autoptr (AvbFramebuffer) framebuffer = avb_framebuffer_new ();

  for (int i = 0; i < 1000; i++)
    {
      g_autofree guint32 *pixels = make_noise (width, height, (guint32) i);
      guint32            *surface = g_memdup2 (pixels, (gsize) width * height * 4);
      g_autoptr (GdkTexture) texture = NULL;
      g_autofree guint32 *kept = NULL;

      attach (framebuffer, width, height, surface);
      if (i % 3 == 0)
        g_free (render (framebuffer, width, height));
      if (i % 3 == 1)
        texture = avb_framebuffer_dup_texture (framebuffer);
      avb_framebuffer_detach (framebuffer);
      memset (surface, GUARD, (gsize) width * height * 4);
      g_free (surface);

      avb_framebuffer_invalidate (framebuffer, 0, 0, width, height);
      if (texture == NULL)
        texture = avb_framebuffer_dup_texture (framebuffer);
      kept = download (texture);
      g_assert_cmpint (count_wrong (kept, pixels, (gsize) width * height), ==, 0);
      if (i % 100 == 0)
        {
          g_autofree guint32 *rendered = render (framebuffer, width, height);

          g_assert_cmpint (count_wrong (rendered, pixels, (gsize) width * height), ==, 0);
        }
    }
}

/* Whoever keeps a node keeps the picture that was there when the surface went. */
static void
test_nodes_outlive_surface (void)
{
  static const int zooms[] = { 1, 2 };
  const int        width = 150, height = 90;
  g_autoptr (GskRenderer) gl = gsk_gl_renderer_new ();

  for (int by_gl = 0; by_gl < 2; by_gl++)
    for (gsize i = 0; i < G_N_ELEMENTS (zooms); i++)
      {
        int                 zoom = zooms[i];
        g_autofree guint32 *pixels = make_noise (width, height, (guint32) i);
        guint32            *surface = g_memdup2 (pixels, (gsize) width * height * 4);
        AvbFramebuffer     *framebuffer = avb_framebuffer_new ();
        g_autoptr (GskRenderNode) node = NULL;
        g_autofree guint32 *rendered = NULL;

        if (by_gl)
          avb_framebuffer_set_renderer (framebuffer, gl);
        attach (framebuffer, width, height, surface);
        node = make_node (framebuffer, width * zoom, height * zoom);
        avb_framebuffer_detach (framebuffer);
        memset (surface, GUARD, (gsize) width * height * 4);
        g_free (surface);
        if (zoom == 1)
          avb_framebuffer_clear (framebuffer);
        g_assert_finalize_object (framebuffer);
        rendered = render_node (node, width * zoom, height * zoom);
        for (int y = 0; y < height * zoom; y++)
          for (int x = 0; x < width * zoom; x++)
            g_assert_cmphex (rendered[y * width * zoom + x],
                             ==,
                             pixels[y / zoom * width + x / zoom] | 0xff000000u);
      }
}

/* Weights have steps of 1/128 on each axis and may be rounded differently; a seam is far more. */
static int
count_seams (const guint32 *rendered, const guint32 *expected, gsize n)
{
  int seams = 0;

  for (gsize p = 0; p < n; p++)
    for (int shift = 0; shift < 32; shift += 8)
      if (ABS ((int) ((rendered[p] >> shift) & 0xff) - (int) ((expected[p] >> shift) & 0xff)) > 4)
        {
          seams++;
          break;
        }
  return seams;
}

/* Zoomed, a picture, and tiles together, are what one texture of all would be. */
static void
test_seams (void)
{
  static const double zooms[] = { 0.75, 1.37, 1.5, 2, 3, 0.5 };
  const int           width = 517, height = 391;
  g_autofree guint32 *pixels = make_noise (width, height, 7);
  AvbPixels           source = { (const guint8 *) pixels, width, height, width * 4 };
  g_autoptr (AvbFramebuffer) framebuffer = avb_framebuffer_new ();
  g_autoptr (AvbPictureTiles) tiles = avb_picture_tiles_new (&source, FALSE);

  attach (framebuffer, width, height, pixels);
  for (gsize i = 0; i < G_N_ELEMENTS (zooms); i++)
    {
      int shown_width = (int) (width * zooms[i] + 0.5),
          shown_height = (int) (height * zooms[i] + 0.5);
      gboolean nearest = zooms[i] == 2 || zooms[i] == 3;
      g_autoptr (GdkTexture) whole = avb_framebuffer_dup_texture (framebuffer);
      g_autoptr (GskRenderNode) node = gsk_texture_scale_node_new (
          whole,
          &GRAPHENE_RECT_INIT (0, 0, shown_width, shown_height),
          nearest ? GSK_SCALING_FILTER_NEAREST : GSK_SCALING_FILTER_LINEAR);
      g_autofree guint32 *expected = render_node (node, shown_width, shown_height);
      g_autofree guint32 *live = render (framebuffer, shown_width, shown_height);
      g_autofree guint32 *tiled = render_tiles (tiles, shown_width, shown_height);

      g_assert_cmpint (count_seams (live, expected, (gsize) shown_width * shown_height), ==, 0);
      g_assert_cmpint (count_seams (tiled, expected, (gsize) shown_width * shown_height), ==, 0);
    }
}

static void
test_clear (void)
{
  g_autofree guint32 *pixels = make_noise (10, 10, 8);
  g_autoptr (AvbFramebuffer) framebuffer = avb_framebuffer_new ();

  g_assert_null (avb_framebuffer_dup_texture (framebuffer));
  attach (framebuffer, 10, 10, pixels);
  g_assert_cmpint (gdk_paintable_get_intrinsic_width (GDK_PAINTABLE (framebuffer)), ==, 10);
  avb_framebuffer_clear (framebuffer);
  g_assert_cmpint (avb_framebuffer_get_height (framebuffer), ==, 0);
  g_assert_null (avb_framebuffer_dup_texture (framebuffer));
  avb_framebuffer_invalidate (framebuffer, 0, 0, 10, 10);
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv);
  g_test_add_func ("/Avb/Framebuffer/exact", test_exact);
  g_test_add_func ("/Avb/Framebuffer/formats", test_formats);
  g_test_add_func ("/Avb/Framebuffer/partial-damage", test_partial_damage);
  g_test_add_func ("/Avb/Framebuffer/uploads-only-damage", test_uploads_only_damage);
  g_test_add_func ("/Avb/Framebuffer/several-sizes", test_several_sizes);
  g_test_add_func ("/Avb/Framebuffer/great-zoom", test_great_zoom);
  g_test_add_func ("/Avb/Framebuffer/outside", test_outside);
  g_test_add_func ("/Avb/Framebuffer/refuses", test_refuses);
  g_test_add_func ("/Avb/Framebuffer/one-redraw", test_one_redraw);
  g_test_add_func ("/Avb/Framebuffer/outlives-surface", test_outlives_surface);
  g_test_add_func ("/Avb/Framebuffer/nodes-outlive-surface", test_nodes_outlive_surface);
  g_test_add_func ("/Avb/Framebuffer/seams", test_seams);
  g_test_add_func ("/Avb/Framebuffer/clear", test_clear);
  return g_test_run ();
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/avb-test.h"
#include "ui/avb-format.h"
#include "ui/library/avb-library-model.h"
#include "ui/library/avb-picture-decoder.h"

static void
test_os_id (void)
{
  static const struct {
    const char *id;
    const char *name;
  } cases[] = {
    { "http://debian.org/debian/12", "Debian 12" },
    { "http://microsoft.com/win/11", "Windows 11" },
    { "http://archlinux.org/archlinux/rolling", "Arch Linux rolling" },
    { "http://example.org/unknown", "Unknown" },
    { "not a uri", "not a uri" },
    { "", "Unknown system" },
    { NULL, "Unknown system" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = avb_format_os_id (cases[i].id);

      g_assert_cmpstr (name, ==, cases[i].name);
    }
}

static void
test_counts (void)
{
  g_autofree char *one = avb_format_cpus (1);
  g_autofree char *four = avb_format_cpus (4);
  g_autofree char *left = avb_format_remaining (130);
  g_autofree char *none = avb_format_remaining (0);
  g_autofree char *just = avb_format_since (1000, 1030);
  g_autofree char *minutes = avb_format_since (1000, 1000 + 300);
  g_autofree char *never = avb_format_since (0, 1000);

  g_assert_cmpstr (one, ==, "1 CPU");
  g_assert_cmpstr (four, ==, "4 CPUs");
  g_assert_cmpstr (left, ==, "2 minutes left");
  g_assert_cmpstr (none, ==, "");
  g_assert_cmpstr (just, ==, "Just now");
  g_assert_cmpstr (minutes, ==, "5 minutes ago");
  g_assert_cmpstr (never, ==, "");
}

static void
test_lines (void)
{
  const GtkTextDirection direction = gtk_widget_get_default_direction ();
  g_autofree char *plain = NULL;
  g_autofree char *left = NULL;
  g_autofree char *right = NULL;

  gtk_widget_set_default_direction (GTK_TEXT_DIR_LTR);
  plain = avb_format_lines ("one", "", "two\nthree", "4", NULL);
  left = avb_format_lines ("one", "ثلاثة", NULL);
  gtk_widget_set_default_direction (GTK_TEXT_DIR_RTL);
  right = avb_format_lines ("ثلاثة", "two\nثلاثة", "4", NULL);
  gtk_widget_set_default_direction (direction);
  g_assert_cmpstr (plain, ==, "one\ntwo\nthree\n4");
  g_assert_cmpstr (left, ==, "one\n\xe2\x80\x8eثلاثة");
  g_assert_cmpstr (right, ==, "ثلاثة\n\xe2\x80\x8ftwo\nثلاثة\n4");
}

static void
test_fold (void)
{
  g_autofree char *a = avb_fold ("Ubuntu ＤＥＳＫＴＯＰ Ä");
  g_autofree char *b = avb_fold ("ubuntu desktop a");
  g_autofree char *broken = avb_fold ("\xff\xfe");

  g_assert_cmpstr (a, ==, b);
  g_assert_nonnull (broken);
}

static GdkTexture *
decode (const char *mime_type, const void *data, gsize size, int max_width)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  GdkTexture *texture = avb_picture_decode_sync (mime_type, bytes, max_width, &error);

  g_assert_true ((texture != NULL) == (error == NULL));
  return texture;
}

static void
test_ppm (void)
{
  static const char header[] = "P6\n# a comment\n4 2\n255\n";
  guint8 picture[sizeof header - 1 + 24];
  g_autoptr (GdkTexture) texture = NULL;
  g_autoptr (GdkTexture) small = NULL;
  guint8 pixels[2 * 4];

  memcpy (picture, header, sizeof header - 1);
  for (guint i = 0; i < 24; i++)
    picture[sizeof header - 1 + i] = i < 6 || (i >= 12 && i < 18) ? 200 : 100;
  texture = decode ("image/x-portable-pixmap", picture, sizeof picture, 0);
  g_assert_nonnull (texture);
  g_assert_cmpint (gdk_texture_get_width (texture), ==, 4);
  g_assert_cmpint (gdk_texture_get_height (texture), ==, 2);
  /* Made half as wide, each pixel is the mean of four. */
  small = decode ("image/x-portable-pixmap", picture, sizeof picture, 2);
  g_assert_nonnull (small);
  g_assert_cmpint (gdk_texture_get_width (small), ==, 2);
  g_assert_cmpint (gdk_texture_get_height (small), ==, 1);
  gdk_texture_download (small, pixels, 8);
  g_assert_cmpint (pixels[1], ==, 200);
  g_assert_cmpint (pixels[5], ==, 100);
  /* Any cut is refused, and none reads past the end. */
  for (gsize size = 0; size < sizeof picture; size++)
    g_assert_null (decode ("image/x-portable-pixmap", picture, size, 2));
}

static void
test_hostile_pictures (void)
{
  static const char huge[] = "P6\n999999 999999\n255\n";
  static const char zero[] = "P6\n0 10\n255\n";
  static const char words[] = "P6\nwide high\n255\n";
  static const guint8 bomb[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0,    0,    0,
                                 13,   'I', 'H', 'D', 'R',  0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
                                 0xff, 0xff, 8,  6,   0,    0,    0,    0,    0,    0,    0 };
  static const guint8 garbage[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0,
                                    13,   'I', 'H', 'D', 'R',  0,    0,    0,    4, 0, 0,
                                    0,    4,   8,   6,   0,    0,    0,    0,    0, 0, 0 };

  g_assert_null (decode ("image/x-portable-pixmap", huge, sizeof huge, 0));
  g_assert_null (decode ("image/x-portable-pixmap", zero, sizeof zero, 0));
  g_assert_null (decode ("image/x-portable-pixmap", words, sizeof words, 0));
  g_assert_null (decode ("image/png", bomb, sizeof bomb, 0));
  g_assert_null (decode ("image/png", garbage, sizeof garbage, 0));
  g_assert_null (decode ("image/svg+xml", "<svg/>", 6, 0));
  g_assert_null (decode (NULL, "", 0, 0));
}

int
main (int argc, char *argv[])
{
  avb_test_init (&argc, &argv);
  g_test_add_func ("/Avb/Format/os-id", test_os_id);
  g_test_add_func ("/Avb/Format/counts", test_counts);
  g_test_add_func ("/Avb/Format/lines", test_lines);
  g_test_add_func ("/Avb/Format/fold", test_fold);
  g_test_add_func ("/Avb/Picture/ppm", test_ppm);
  g_test_add_func ("/Avb/Picture/hostile", test_hostile_pictures);
  return g_test_run ();
}

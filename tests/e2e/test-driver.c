/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-driver.h"

#include <X11/keysym.h>

static const char *sample, *drag_source;

static AvbDriver *
start_sample (void)
{
  const char *argv[] = { sample, NULL };
  const AvbArea area = { 20, 20, 500, 400 };
  g_autoptr (GError) error = NULL;
  AvbDriver *driver = avb_driver_new (argv, &area, &error);

  g_assert_no_error (error);
  return driver;
}

static void
test_types_and_clicks (void)
{
  g_autoptr (AvbDriver) driver = start_sample ();
  g_autoptr (GError) error = NULL;
  g_autofree char *png = g_build_filename (g_get_user_cache_dir (), "sample.png", NULL);

  avb_driver_click (driver, "text|entry", NULL, 60, &error);
  g_assert_no_error (error);
  avb_screen_type (driver->screen, "echo $((6*7)) > /dev/ttyS0");
  avb_driver_click (driver, "button|push button", "Apply", 60, &error);
  g_assert_no_error (error);
  avb_driver_expect (driver, "label", "echo $((6*7)) > /dev/ttyS0", 60, &error);
  g_assert_no_error (error);

  g_assert_true (avb_node_wait_gone (driver->pid, "label", "nothing", 60));
  avb_driver_settle (driver, 30);
  avb_screen_save_png (driver->screen, &driver->area, png, &error);
  g_assert_no_error (error);
  g_assert_true (g_file_test (png, G_FILE_TEST_IS_REGULAR));
}

static void
test_says_what_it_sees (void)
{
  g_autoptr (AvbDriver) driver = start_sample ();
  g_autoptr (GError) error = NULL;

  g_assert_false (avb_driver_click (driver, "button|push button", "No such button", 1, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_nonnull (strstr (error->message, "\"Apply\""));
}

static void
test_drops_a_file (void)
{
  g_autoptr (AvbDriver) driver = start_sample ();
  g_autoptr (AvbNode) label = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (g_get_user_cache_dir (), "an image ü.iso", NULL);
  AvbArea area;

  g_file_set_contents (path, "x", 1, &error);
  g_assert_no_error (error);
  label = avb_node_wait (driver->pid, "label", "nothing", 60);
  g_assert_nonnull (label);
  g_assert_true (avb_node_get_area (label, driver->screen, driver->window, &area));
  avb_driver_drop_file (driver, drag_source, path, &area, &error);
  g_assert_no_error (error);
  avb_driver_expect (driver, "label", "an image ü.iso", 60, &error);
  g_assert_no_error (error);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 3);
  sample = argv[1];
  drag_source = argv[2];
  avb_node_init ();
  g_test_add_func ("/Avb/E2e/Driver/types-and-clicks", test_types_and_clicks);
  g_test_add_func ("/Avb/E2e/Driver/says-what-it-sees", test_says_what_it_sees);
  g_test_add_func ("/Avb/E2e/Driver/drops-a-file", test_drops_a_file);
  return g_test_run ();
}

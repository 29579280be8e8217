/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/avb-downloads-page.h"

#include <glib/gstdio.h>

#include "tests/ui/avb-ui-test.h"
#include "ui/avb-preferences.h"

/* As if it had been downloaded: what the page shows is read from the disk. (transfer full): its path */
static char *
put_file (AvbUiTest *test, const char *folder_name, const char *name)
{
  const char *cache = avb_download_cache_get_folder (avb_library_get_downloads (test->library));
  g_autofree char *folder = g_build_filename (cache, folder_name, NULL);
  g_autofree char *about = g_build_filename (folder, ".about", NULL);
  g_autofree char *text = g_strdup_printf ("[File]\nURL=https://example.org/%s\nName=%s\nComplete=true\nTotal=5\n", name,
                                           name);
  char *path = g_build_filename (folder, name, NULL);

  g_assert_no_errno (g_mkdir_with_parents (folder, 0755));
  g_assert_true (g_file_set_contents (about, text, -1, NULL));
  g_assert_true (g_file_set_contents (path, "12345", -1, NULL));
  return path;
}

static void
test_empty (void)
{
  AvbUiTest test = { 0 };
  AdwDialog *preferences;
  GtkWidget *page;
  g_autofree char *one = NULL;
  g_autofree char *other = NULL;

  avb_ui_test_set_up (&test, NULL);
  one = put_file (&test, "0123456789abcdef0123456789abcdef", "a_b &amp; c.iso");
  other = put_file (&test, "0123456789abcdef0123456789abcde0", "second.qcow2");
  preferences = avb_preferences_new (test.library);
  adw_dialog_present (preferences, GTK_WIDGET (test.window));
  avb_test_until_true (gtk_widget_get_mapped (GTK_WIDGET (preferences)));
  adw_preferences_dialog_set_visible_page_name (ADW_PREFERENCES_DIALOG (preferences), "downloads");
  avb_test_until_true ((page = avb_ui_find_type (GTK_WIDGET (preferences), AVB_TYPE_DOWNLOADS_PAGE)) != NULL &&
                       gtk_widget_get_mapped (page));
  avb_test_until_true (avb_ui_find_text (page, "2 files, ") != NULL);
  avb_ui_check_names (page);

  avb_ui_click (page, "Empty…");
  avb_ui_click (GTK_WIDGET (test.window), "Cancel");
  g_assert_true (g_file_test (one, G_FILE_TEST_EXISTS));
  avb_test_until_true (avb_ui_find_button (GTK_WIDGET (test.window), "Remove") == NULL);
  avb_ui_click (page, "Empty…");
  avb_ui_click (GTK_WIDGET (test.window), "Remove");
  avb_test_until_true (avb_ui_find_text (page, "Nothing") != NULL);
  g_assert_false (g_file_test (one, G_FILE_TEST_EXISTS));
  g_assert_false (g_file_test (other, G_FILE_TEST_EXISTS));
  adw_dialog_force_close (preferences);
  avb_ui_test_tear_down (&test);
}

static void
test_limits (void)
{
  AvbUiTest test = { 0 };
  g_autoptr (GSettings) settings = g_settings_new (AVB_APPLICATION_ID);
  AdwDialog *preferences;
  GtkWidget *page;
  GtkWidget *row;

  avb_ui_test_set_up (&test, NULL);
  preferences = avb_preferences_new (test.library);
  adw_dialog_present (preferences, GTK_WIDGET (test.window));
  adw_preferences_dialog_set_visible_page_name (ADW_PREFERENCES_DIALOG (preferences), "downloads");
  avb_test_until_true ((page = avb_ui_find_type (GTK_WIDGET (preferences), AVB_TYPE_DOWNLOADS_PAGE)) != NULL &&
                       gtk_widget_get_mapped (page));
  row = avb_ui_find_type (page, ADW_TYPE_SPIN_ROW);
  g_assert_cmpfloat (adw_spin_row_get_value (ADW_SPIN_ROW (row)), ==, 2);
  adw_spin_row_set_value (ADW_SPIN_ROW (row), 7);
  g_assert_cmpuint (g_settings_get_uint (settings, "parallel-downloads"), ==, 7);
  g_settings_reset (settings, "parallel-downloads");
  adw_dialog_force_close (preferences);
  avb_ui_test_tear_down (&test);
}

int
main (int argc, char **argv)
{
  avb_ui_test_init (&argc, &argv);
  g_test_add_func ("/Avb/Downloads/empty", test_empty);
  g_test_add_func ("/Avb/Downloads/limits", test_limits);
  return g_test_run ();
}

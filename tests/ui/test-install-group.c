/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-ui-test.h"

#include "ui/create/avb-install-group.h"

/* The rows of "Install for me": what is typed is what the installer is told. */

typedef struct {
  AvbFirstBoot *first_boot;
  GtkWidget    *window;
  GtkWidget    *group;
} Rig;

static void
set_up (Rig *rig, const AvbUnattended *unattended)
{
  rig->first_boot = avb_first_boot_new ();
  g_object_set (rig->first_boot, "user", "ada", "full-name", "Ada", "language", "de_DE", "keyboard", "de", "time-zone",
                "Europe/Berlin", NULL);
  rig->group = avb_install_group_new (rig->first_boot, unattended);
  rig->window = gtk_window_new ();
  gtk_window_set_child (GTK_WINDOW (rig->window), rig->group);
  gtk_window_present (GTK_WINDOW (rig->window));
  avb_test_until_true (gtk_widget_get_mapped (rig->group));
}

static void
tear_down (Rig *rig)
{
  gpointer group = rig->group;

  g_object_add_weak_pointer (group, &group);
  gtk_window_destroy (GTK_WINDOW (rig->window));
  avb_test_until_true (group == NULL);
  g_assert_finalize_object (rig->first_boot);
}

static void
test_wishes (void)
{
  const AvbUnattended debian = { .installer = AVB_INSTALLER_PRESEED, .desktop = TRUE, .minimal = TRUE, .time_zone = TRUE,
                                 .keyboard = TRUE, .needs_internet = TRUE };
  Rig rig;
  AvbInstallGroup *group;
  AdwComboRow *language;

  set_up (&rig, &debian);
  group = AVB_INSTALL_GROUP (rig.group);
  g_assert_cmpstr (avb_install_group_get_problem (group), ==, "Choose a password.");
  g_assert_cmpstr (gtk_editable_get_text (avb_ui_find_row (rig.group, "User Name")), ==, "ada");
  gtk_editable_set_text (avb_ui_find_row (rig.group, "Password"), "secret");
  g_assert_cmpstr (avb_first_boot_get_password (rig.first_boot), ==, "secret");
  g_assert_cmpstr (avb_install_group_get_problem (group), ==, NULL);
  gtk_editable_set_text (avb_ui_find_row (rig.group, "User Name"), "root");
  g_assert_nonnull (avb_install_group_get_problem (group));
  gtk_editable_set_text (avb_ui_find_row (rig.group, "User Name"), "grace");
  g_assert_cmpstr (avb_first_boot_get_user (rig.first_boot), ==, "grace");

  language = avb_ui_find_row (rig.group, "Language");
  g_assert_cmpstr (gtk_string_object_get_string (adw_combo_row_get_selected_item (language)), ==, "Deutsch");
  adw_combo_row_set_selected (language, 0);
  g_assert_cmpstr (avb_first_boot_get_language (rig.first_boot), ==, "ar_EG");
  g_assert_cmpstr (avb_first_boot_get_keyboard (rig.first_boot), ==, "de");
  g_assert_cmpstr (avb_first_boot_get_time_zone (rig.first_boot), ==, "Europe/Berlin");

  adw_switch_row_set_active (avb_ui_find_row (rig.group, "Desktop"), FALSE);
  g_assert_false (avb_first_boot_get_desktop (rig.first_boot));
  g_assert_false (gtk_widget_get_visible (avb_ui_find_row (rig.group, "Product Key")));
  g_assert_false (gtk_widget_get_visible (avb_ui_find_row (rig.group, "Drivers for Virtual Devices")));
  avb_ui_check_names (rig.group);
  tear_down (&rig);
}

static void
test_windows (void)
{
  const AvbUnattended windows = { .installer = AVB_INSTALLER_WINDOWS, .desktop = TRUE, .product_key = TRUE,
                                  .product_key_format = (char *) "$$$-$$$", .drivers = TRUE };
  Rig rig;

  set_up (&rig, &windows);
  gtk_editable_set_text (avb_ui_find_row (rig.group, "Password"), "secret");
  g_assert_true (gtk_widget_get_visible (avb_ui_find_row (rig.group, "Product Key")));
  g_assert_true (gtk_widget_get_visible (avb_ui_find_row (rig.group, "Drivers for Virtual Devices")));
  g_assert_false (gtk_widget_get_visible (avb_ui_find_row (rig.group, "Time Zone")));
  g_assert_false (gtk_widget_get_visible (avb_ui_find_row (rig.group, "Desktop")));
  g_assert_null (avb_install_group_get_problem (AVB_INSTALL_GROUP (rig.group)));
  gtk_editable_set_text (avb_ui_find_row (rig.group, "Product Key"), "ABC-12");
  g_assert_nonnull (avb_install_group_get_problem (AVB_INSTALL_GROUP (rig.group)));
  gtk_editable_set_text (avb_ui_find_row (rig.group, "Product Key"), "ABC-123");
  g_assert_null (avb_install_group_get_problem (AVB_INSTALL_GROUP (rig.group)));
  tear_down (&rig);
}

int
main (int argc, char **argv)
{
  avb_ui_test_init (&argc, &argv);
  g_test_add_func ("/Avb/InstallGroup/wishes", test_wishes);
  g_test_add_func ("/Avb/InstallGroup/windows", test_windows);
  return g_test_run ();
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-ui-test.h"

#include <glib/gstdio.h>

#include "app/avb-setup.h"
#include "ui/create/avb-cloud-group.h"
#include "ui/machine/avb-machine-page.h"
#include "ui/machine/avb-setup-banner.h"

/* What cloud-init is told, and what the window tells of it. */

#define KEY "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEbHbyZwDY/IA+gtaecDsevzJN7TXi9mUiLxBrK1E+kG"

typedef struct {
  AvbFirstBoot *first_boot;
  GtkWidget    *window;
  GtkWidget    *group;
} Rig;

static char *
write_file (const char *name, const char *text)
{
  g_autofree char *folder = g_build_filename (g_get_home_dir (), ".ssh", NULL);
  char *path = g_build_filename (folder, name, NULL);

  g_mkdir_with_parents (folder, 0700);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  return path;
}

static void
set_up (Rig *rig, AvbFirstBootMode mode)
{
  rig->first_boot = avb_first_boot_new ();
  g_object_set (rig->first_boot, "mode", mode, "user", "ada", NULL);
  rig->group = avb_cloud_group_new (rig->first_boot);
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

/* Without a key there must be a password; the own user-data takes the place of both. */
static void
test_wishes (void)
{
  Rig rig = { 0 };
  AvbCloudGroup *group;
  AdwEntryRow *password;
  g_autofree char *path = write_file ("user-data", "#cloud-config\npackages: [vim]\n");
  g_autoptr (GFile) file = g_file_new_for_path (path);

  set_up (&rig, AVB_FIRST_BOOT_CLOUD);
  group = AVB_CLOUD_GROUP (rig.group);
  password = avb_ui_find_row (rig.group, "Password");
  g_assert_true (gtk_widget_get_visible (GTK_WIDGET (password)));
  g_assert_nonnull (avb_cloud_group_get_problem (group));
  gtk_editable_set_text (GTK_EDITABLE (password), "secret");
  g_assert_null (avb_cloud_group_get_problem (group));
  g_assert_cmpstr (avb_first_boot_get_password (rig.first_boot), ==, "secret");

  gtk_editable_set_text (avb_ui_find_row (rig.group, "Packages to Install, with Spaces Between"), "vim  g++,htop");
  g_assert_cmpuint (g_strv_length ((GStrv) avb_first_boot_get_packages (rig.first_boot)), ==, 3);
  gtk_editable_set_text (avb_ui_find_row (rig.group, "Packages to Install, with Spaces Between"), "--help");
  g_assert_nonnull (avb_cloud_group_get_problem (group));

  avb_cloud_group_take_file (group, file);
  avb_test_until_true (avb_first_boot_get_user_data (rig.first_boot) != NULL);
  g_assert_null (avb_cloud_group_get_problem (group));
  g_assert_false (gtk_widget_get_visible (GTK_WIDGET (password)));
  g_assert_cmpstr (adw_action_row_get_subtitle (avb_ui_find_row (rig.group, "Own User-Data")), ==, "user-data");
  tear_down (&rig);
  g_unlink (path);
}

static void
test_switched_off (void)
{
  Rig rig = { 0 };
  AdwSwitchRow *cloud;

  set_up (&rig, AVB_FIRST_BOOT_MANUAL);
  cloud = avb_ui_find_row (rig.group, "Set Up with cloud-init");
  g_assert_false (adw_switch_row_get_active (cloud));
  g_assert_null (avb_cloud_group_get_problem (AVB_CLOUD_GROUP (rig.group)));
  g_assert_false (gtk_widget_get_visible (avb_ui_find_row (rig.group, "User Name")));
  adw_switch_row_set_active (cloud, TRUE);
  g_assert_cmpint (avb_first_boot_get_mode (rig.first_boot), ==, AVB_FIRST_BOOT_CLOUD);
  g_assert_true (gtk_widget_get_visible (avb_ui_find_row (rig.group, "User Name")));
  tear_down (&rig);
}

/* Keys of the user are offered, the first is chosen; others can be dropped; what is none is said. */
static void
test_keys (void)
{
  Rig rig = { 0 };
  g_autofree char *own = write_file ("id_ed25519.pub", KEY " ada@laptop\n");
  g_autofree char *path = write_file ("other.key", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAbHbyZwDY/IA+gtaecDsevzJN7TXi9mUiLxBrK1E+kG <b>x\n");
  g_autofree char *wrong = write_file ("letter", "Dear reader,\n");
  g_autoptr (GFile) other = g_file_new_for_path (path);
  g_autoptr (GFile) letter = g_file_new_for_path (wrong);
  const char *const *keys;

  set_up (&rig, AVB_FIRST_BOOT_CLOUD);
  avb_test_until_true (avb_first_boot_get_ssh_keys (rig.first_boot) != NULL);
  g_assert_cmpstr (avb_first_boot_get_ssh_keys (rig.first_boot)[0], ==, KEY " ada@laptop");
  g_assert_null (avb_cloud_group_get_problem (AVB_CLOUD_GROUP (rig.group)));
  avb_cloud_group_take_file (AVB_CLOUD_GROUP (rig.group), other);
  avb_test_until_true (g_strv_length ((GStrv) avb_first_boot_get_ssh_keys (rig.first_boot)) == 2);
  /* Twice is once. */
  avb_cloud_group_take_file (AVB_CLOUD_GROUP (rig.group), other);
  avb_cloud_group_take_file (AVB_CLOUD_GROUP (rig.group), letter);
  avb_test_until_true (avb_ui_find_text (rig.window, "first line") != NULL);
  keys = avb_first_boot_get_ssh_keys (rig.first_boot);
  g_assert_cmpuint (g_strv_length ((GStrv) keys), ==, 2);
  g_assert_nonnull (avb_ui_find_row (rig.group, "<b>x"));
  avb_ui_check_names (rig.group);
  tear_down (&rig);
  g_unlink (own);
  g_unlink (path);
  g_unlink (wrong);
}

static AvbSetupBanner *
find_banner (AvbUiTest *test)
{
  return AVB_SETUP_BANNER (avb_ui_find_type (GTK_WIDGET (test->window), AVB_TYPE_SETUP_BANNER));
}

static void
set (AvbMachine *machine, const char *key, const char *value)
{
  g_autoptr (GError) error = NULL;

  avb_test_spin (avb_machine_set_setting (machine, key, value), &error);
  g_assert_no_error (error);
}

/* Above the machine, for as long as there is something to say; waiting can be ended. */
static void
test_banner (void)
{
  AvbUiTest test = { 0 };
  AvbMachine *machine;
  AvbSetupBanner *banner;

  avb_ui_test_set_up (&test, NULL);
  machine = avb_ui_test_machine (&test, "test");
  gtk_widget_activate_action (GTK_WIDGET (test.window), "win.open-machine", "s", avb_machine_get_uuid (machine));
  avb_test_until_true (find_banner (&test) != NULL);
  banner = find_banner (&test);
  g_assert_null (avb_setup_banner_get_text (banner));
  set (machine, AVB_SETUP_SETTING, "cloud");
  avb_test_until_true (g_strcmp0 (avb_setup_banner_get_text (banner), "The guest is setting itself up.") == 0);
  avb_ui_click (GTK_WIDGET (banner), "Stop Waiting");
  avb_test_until_true (g_strcmp0 (avb_setup_banner_get_text (banner), "The guest is ready.") == 0);
  avb_test_until_true (avb_ui_find_button (GTK_WIDGET (banner), "Open SSH") != NULL);
  avb_ui_check_names (GTK_WIDGET (test.window));
  /* Off, all of it comes to its end. */
  avb_test_spin (avb_machine_force_off (machine), NULL);
  avb_test_until_true (avb_setup_banner_get_text (banner) == NULL);
  avb_test_until_true (avb_machine_get_setting (machine, AVB_SETUP_SETTING) == NULL);
  avb_ui_test_tear_down (&test);
}

int
main (int argc, char **argv)
{
  avb_ui_test_init (&argc, &argv);
  g_test_add_func ("/Avb/FirstStart/wishes", test_wishes);
  g_test_add_func ("/Avb/FirstStart/switched-off", test_switched_off);
  g_test_add_func ("/Avb/FirstStart/keys", test_keys);
  g_test_add_func ("/Avb/FirstStart/banner", test_banner);
  return g_test_run ();
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The new-machine sheet: real files, looked at by the real readers; machines of libvirt's test
 * driver. */

#include "config.h"

#include "avb-ui-test.h"

#include "ui/create/avb-create-dialog.h"
#include "ui/create/avb-new-dialog.h"

static AvbCreateDialog *
open_sheet (AvbUiTest *test, GFile *file)
{
  AvbCreateDialog *sheet = avb_create_dialog_new (test->library, test->connection, file);

  adw_dialog_present (ADW_DIALOG (sheet), GTK_WIDGET (test->window));
  avb_test_until_true (!g_str_equal (avb_create_dialog_get_shown (sheet), "inspecting"));
  return sheet;
}

static GFile *
make_file (const char *name, const char *content)
{
  g_autofree char *folder = g_dir_make_tmp (NULL, NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  g_assert_true (g_file_set_contents (path, content, -1, NULL));
  return g_file_new_for_path (path);
}

static void
test_refuses (void)
{
  AvbUiTest test = { 0 };
  g_autoptr (GFile) empty = make_file ("empty.iso", "");
  g_autoptr (GFile) text = make_file ("a <b>text<b>\n&.iso", "hello");
  g_autoptr (GFile) missing = g_file_new_for_path ("/nowhere/at/all.iso");
  g_autoptr (GFile) folder = g_file_new_for_path (g_get_tmp_dir ());
  GFile *files[] = { empty, text, missing, folder };

  avb_ui_test_set_up (&test, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      AvbCreateDialog *sheet = open_sheet (&test, files[i]);
      const char *problem = avb_create_dialog_get_problem (sheet);

      g_assert_cmpstr (avb_create_dialog_get_shown (sheet), ==, "refused");
      g_assert_nonnull (problem);
      avb_test_until_true (avb_ui_find_text (GTK_WIDGET (sheet), problem) != NULL);
      g_assert_null (avb_ui_find_button (GTK_WIDGET (sheet), "Create and Start"));
      avb_ui_check_names (GTK_WIDGET (sheet));
      adw_dialog_force_close (ADW_DIALOG (sheet));
    }
  g_assert_cmpuint (g_list_model_get_n_items (avb_library_get_machines (test.library)), ==, 1);
  avb_ui_test_tear_down (&test);
}

/* A machine of elsewhere, as it will be; and one whose disk did not come along. */
static void
test_definition (void)
{
  AvbUiTest test = { 0 };
  g_autoptr (GFile) good = make_file (
      "moved.xml", "<domain type='test'><name>Moved &lt;Here&gt;</name><description>D</description><memory unit='MiB'>96</memory>"
                   "<vcpu>1</vcpu><os><type arch='i686'>hvm</type></os></domain>");
  g_autoptr (GFile) bad = make_file (
      "lacking.xml", "<domain type='test'><name>Lacking</name><memory unit='MiB'>96</memory><os><type arch='i686'>hvm</type></os>"
                     "<devices><disk type='file'><source file='/nowhere/gone.img'/><target dev='vda'/></disk></devices></domain>");
  AvbCreateDialog *sheet;
  AvbMachineSpec *spec;

  avb_ui_test_set_up (&test, NULL);
  sheet = open_sheet (&test, good);
  g_assert_cmpstr (avb_create_dialog_get_shown (sheet), ==, "form");
  spec = avb_draft_get_spec (avb_create_dialog_get_draft (sheet));
  g_assert_cmpstr (avb_machine_spec_get_name (spec), ==, "Moved <Here>");
  g_assert_cmpuint (avb_machine_spec_get_memory_mib (spec), ==, 96);
  avb_test_until_true (avb_ui_find_text (GTK_WIDGET (sheet), "Copy the Disk Image") != NULL);
  avb_ui_check_names (GTK_WIDGET (sheet));
  g_assert_cmpstr (avb_create_dialog_get_problem (sheet), ==, NULL);
  avb_ui_click (GTK_WIDGET (sheet), "Create and Start");
  avb_test_until_true (g_list_model_get_n_items (avb_library_get_machines (test.library)) == 2);

  sheet = open_sheet (&test, bad);
  avb_test_until_true (avb_ui_find_text (GTK_WIDGET (sheet), "The file “gone.img” does not exist.") != NULL);
  g_assert_false (gtk_widget_is_sensitive (avb_ui_find_button (GTK_WIDGET (sheet), "Create and Start")));
  adw_dialog_force_close (ADW_DIALOG (sheet));
  avb_ui_test_tear_down (&test);
}

static void
test_taken_name (void)
{
  AvbUiTest test = { 0 };
  AvbCreateDialog *sheet;
  AvbMachineSpec *spec;
  g_autofree char *taken = NULL;

  avb_ui_test_set_up (&test, NULL);
  sheet = open_sheet (&test, NULL);
  g_assert_cmpstr (avb_create_dialog_get_shown (sheet), ==, "form");
  spec = avb_draft_get_spec (avb_create_dialog_get_draft (sheet));
  avb_machine_spec_set_name (spec, "test");
  avb_test_until_true (avb_create_dialog_get_problem (sheet) != NULL);
  avb_test_until_true (
      avb_ui_find_text (GTK_WIDGET (sheet), avb_create_dialog_get_problem (sheet)) != NULL);
  g_assert_false (
      gtk_widget_is_sensitive (avb_ui_find_button (GTK_WIDGET (sheet), "Create and Start")));
  taken = g_strdup (avb_create_dialog_get_problem (sheet));
  avb_machine_spec_set_name (spec, "another");
  avb_test_until_true (g_strcmp0 (avb_create_dialog_get_problem (sheet), taken) != 0);
  avb_ui_check_names (GTK_WIDGET (sheet));
  adw_dialog_force_close (ADW_DIALOG (sheet));
  avb_ui_test_tear_down (&test);
}

static void
test_sizes (void)
{
  AvbUiTest test = { 0 };
  AvbCreateDialog *sheet;
  AvbDraft *draft;
  AdwToggleGroup *size;

  avb_ui_test_set_up (&test, NULL);
  sheet = open_sheet (&test, NULL);
  draft = avb_create_dialog_get_draft (sheet);
  size = ADW_TOGGLE_GROUP (avb_ui_find_type (GTK_WIDGET (sheet), ADW_TYPE_TOGGLE_GROUP));
  adw_toggle_group_set_active_name (size, "small");
  g_assert_cmpint (avb_draft_get_size (draft), ==, AVB_DRAFT_SIZE_SMALL);
  adw_toggle_group_set_active_name (size, "large");
  g_assert_cmpint (avb_draft_get_size (draft), ==, AVB_DRAFT_SIZE_LARGE);
  /* A number set by hand is no preset, and choosing none changes nothing. */
  avb_machine_spec_set_memory_mib (avb_draft_get_spec (draft), 777);
  g_assert_cmpint (avb_draft_get_size (draft), ==, AVB_DRAFT_SIZE_CUSTOM);
  g_assert_cmpuint (avb_machine_spec_get_memory_mib (avb_draft_get_spec (draft)), ==, 777);
  g_assert_null (adw_toggle_group_get_active_name (size));
  avb_test_until_true (avb_ui_find_text (GTK_WIDGET (sheet), "777 MiB") != NULL);
  adw_dialog_force_close (ADW_DIALOG (sheet));
  avb_ui_test_tear_down (&test);
}

static void
test_closed_while_looking (void)
{
  AvbUiTest test = { 0 };
  g_autoptr (GFile) file = make_file ("some.iso", "hello");
  gpointer sheet;

  avb_ui_test_set_up (&test, NULL);
  sheet = avb_create_dialog_new (test.library, test.connection, file);
  g_object_add_weak_pointer (sheet, &sheet);
  adw_dialog_present (ADW_DIALOG (sheet), GTK_WIDGET (test.window));
  adw_dialog_force_close (ADW_DIALOG (sheet));
  avb_ui_test_tear_down (&test);
  avb_test_until_true (sheet == NULL);
}

static void
test_iso (void)
{
  AvbUiTest test = { 0 };
  const char *path = g_getenv ("AVB_TEST_ISO");
  g_autoptr (GFile) file = NULL;
  AvbCreateDialog *sheet;

  if (path == NULL)
    {
      g_test_skip ("no test ISO on this kind of computer");
      return;
    }
  file = g_file_new_for_path (path);
  avb_ui_test_set_up (&test, NULL);
  sheet = open_sheet (&test, file);
  g_assert_cmpstr (avb_create_dialog_get_shown (sheet), ==, "form");
  avb_test_until_true (avb_ui_find_text (GTK_WIDGET (sheet), "alpha-vbox-test.iso") != NULL);
  g_assert_true (avb_medium_get_bootable (
      avb_draft_get_medium (avb_create_dialog_get_draft (sheet))));
  g_assert_cmpstr (
      avb_machine_spec_get_name (avb_draft_get_spec (avb_create_dialog_get_draft (sheet))), !=, "");
  adw_dialog_force_close (ADW_DIALOG (sheet));
  avb_ui_test_tear_down (&test);
}

/* The obstacle goes by the button beside it, and the machine can be made. */
static void
test_mends (void)
{
  AvbUiTest test = { 0 };
  AvbCreateDialog *sheet;
  AvbDraft *draft;
  AvbMachineSpec *spec;

  avb_ui_test_set_up (&test, NULL);
  sheet = open_sheet (&test, NULL);
  draft = avb_create_dialog_get_draft (sheet);
  spec = avb_draft_get_spec (draft);
  avb_machine_spec_set_name (spec, "test");
  g_assert_false (avb_draft_get_can_create (draft));
  avb_ui_click (GTK_WIDGET (sheet), "Use Another Name");
  g_assert_cmpstr (avb_machine_spec_get_name (spec), ==, "test 2");
  avb_test_until_true (avb_ui_find_button (GTK_WIDGET (sheet), "Use Another Name") == NULL);
  /* libvirt's test driver has no space for disks. */
  if (avb_draft_get_max_disk_size (draft) == 0)
    avb_ui_click (GTK_WIDGET (sheet), "Without a Disk");
  g_assert_true (avb_draft_get_can_create (draft));

  avb_machine_spec_set_memory_mib (spec, G_GUINT64_CONSTANT (1) << 30);
  g_assert_false (avb_draft_get_can_create (draft));
  avb_ui_click (GTK_WIDGET (sheet), "Less Memory");
  g_assert_true (avb_draft_get_can_create (draft));
  avb_ui_check_names (GTK_WIDGET (sheet));
  adw_dialog_force_close (ADW_DIALOG (sheet));
  avb_ui_test_tear_down (&test);
}

static AdwDialog *
get_dialog (AvbUiTest *test)
{
  return adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (test->window));
}

/* One field for addresses, files and names; what was chosen goes to the sheet. */
static void
test_surface (void)
{
  AvbUiTest test = { 0 };
  g_autoptr (GFile) file = make_file ("some.iso", "hello");
  GtkWidget *surface;
  GtkEditable *search;

  avb_ui_test_set_up (&test, NULL);
  gtk_widget_activate_action (GTK_WIDGET (test.window), "win.new-machine", NULL);
  avb_test_until_true (AVB_IS_NEW_DIALOG (get_dialog (&test)));
  surface = GTK_WIDGET (get_dialog (&test));
  search = GTK_EDITABLE (avb_ui_find_type (surface, GTK_TYPE_SEARCH_ENTRY));
  avb_ui_check_names (surface);
  gtk_editable_set_text (search, "https://images.invalid/a%20system.iso");
  avb_test_until_true (avb_ui_find_button (surface, "Download") != NULL);
  g_assert_nonnull (avb_ui_find_text (surface, "a system.iso"));
  gtk_editable_set_text (search, "no system has such a name");
  avb_test_until_true (avb_ui_find_text (surface, "Nothing Found") != NULL);
  avb_ui_click (surface, "Clear Search");
  avb_test_until_true (avb_ui_find_button (surface, "Empty Machine…") != NULL);
  gtk_editable_set_text (search, g_file_peek_path (file));
  avb_ui_click (surface, "Use This File");
  avb_test_until_true (AVB_IS_CREATE_DIALOG (get_dialog (&test)));
  adw_dialog_force_close (get_dialog (&test));
  avb_ui_test_tear_down (&test);
}

int
main (int argc, char *argv[])
{
  avb_ui_test_init (&argc, &argv);
  g_test_add_func ("/Avb/CreateDialog/refuses-with-a-reason", test_refuses);
  g_test_add_func ("/Avb/CreateDialog/definition", test_definition);
  g_test_add_func ("/Avb/CreateDialog/taken-name", test_taken_name);
  g_test_add_func ("/Avb/CreateDialog/mends", test_mends);
  g_test_add_func ("/Avb/NewDialog/one-field", test_surface);
  g_test_add_func ("/Avb/CreateDialog/sizes", test_sizes);
  g_test_add_func ("/Avb/CreateDialog/closed-while-looking", test_closed_while_looking);
  g_test_add_func ("/Avb/CreateDialog/test-iso", test_iso);
  return g_test_run ();
}

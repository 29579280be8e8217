/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-ui-test.h"

#include "ui/machine/avb-export-dialog.h"

/* Emulated, without a disk. */
static AvbMachine *
create_running (AvbUiTest *test)
{
  g_autoptr (AvbMachineSpec) spec = avb_machine_spec_new ();
  g_autoptr (GError) error = NULL;
  AvbMachine *machine;

  avb_machine_spec_set_name (spec, "test");
  avb_machine_spec_set_memory_mib (spec, 64);
  avb_machine_spec_set_accelerated (spec, FALSE);
  avb_machine_spec_set_graphics (spec, FALSE);
  avb_test_spin (avb_connection_create_machine (test->connection, spec), &error);
  g_assert_no_error (error);
  machine = avb_ui_test_machine (test, "test");
  avb_test_spin (avb_machine_start (machine), &error);
  g_assert_no_error (error);
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING);
  return machine;
}

/* What stands in the way is said, and goes; then one click makes the files, and a toast says so. */
static void
test_life (void)
{
  AvbUiTest test = { 0 };
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *ova = g_build_filename (folder, "test.ova", NULL);
  g_autofree char *sums = g_build_filename (folder, "test.ova.sha256", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (folder);
  g_autoptr (GError) error = NULL;
  AvbMachine *machine;
  AdwDialog *dialog;
  GtkWidget *button;

  avb_ui_test_set_up (&test, "qemu:///session");
  machine = create_running (&test);
  dialog = avb_export_dialog_new (test.library, machine);
  adw_dialog_present (dialog, GTK_WIDGET (test.window));
  avb_test_until_true (avb_ui_find_text (GTK_WIDGET (dialog), "The machine must be off.") != NULL);
  avb_test_until_true (avb_ui_find_text (GTK_WIDGET (dialog), "for VirtualBox") != NULL);
  avb_ui_check_names (GTK_WIDGET (dialog));
  button = avb_ui_find_button (GTK_WIDGET (dialog), "Export");
  g_assert_false (gtk_widget_get_sensitive (button));

  avb_test_spin (avb_machine_force_off (machine), &error);
  g_assert_no_error (error);
  avb_test_until_true (gtk_widget_get_sensitive (button));
  avb_export_dialog_set_folder (AVB_EXPORT_DIALOG (dialog), file);
  avb_ui_click (GTK_WIDGET (dialog), "Export");
  avb_test_until_true (g_file_test (ova, G_FILE_TEST_EXISTS) && g_file_test (sums, G_FILE_TEST_EXISTS));
  avb_test_until_true (avb_ui_find_text (GTK_WIDGET (test.window), "Exported “test”") != NULL);
  g_assert_cmpuint (avb_library_count_jobs (test.library), ==, 0);
  avb_test_spin (avb_machine_delete (machine, AVB_DELETE_DISKS), &error);
  g_assert_no_error (error);
  avb_ui_test_tear_down (&test);
  avb_test_remove_folder (folder);
}

/* A host that cannot says so, and there is nothing to click. */
static void
test_refused (void)
{
  AvbUiTest   test = { 0 };
  AvbMachine *machine;
  AdwDialog  *dialog;

  avb_ui_test_set_up (&test, NULL);
  machine = avb_ui_test_machine (&test, "test");
  dialog = avb_export_dialog_new (test.library, machine);
  adw_dialog_present (dialog, GTK_WIDGET (test.window));
  avb_test_until_true (avb_ui_find_text (GTK_WIDGET (dialog), "Only machines of this computer can be exported") != NULL);
  g_assert_false (gtk_widget_get_sensitive (avb_ui_find_button (GTK_WIDGET (dialog), "Export")));
  avb_ui_test_tear_down (&test);
}

int
main (int argc, char **argv)
{
  avb_ui_test_init (&argc, &argv);

  g_test_add_func ("/Avb/Ui/Export/life", test_life);
  g_test_add_func ("/Avb/Ui/Export/refused", test_refused);

  return g_test_run ();
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Long work in the window: saving and deleting at the end, and the list of jobs. */

#include "config.h"

#include "avb-ui-test.h"

#include "ui/avb-closing.h"
#include "ui/avb-jobs-button.h"

typedef struct {
  gboolean called;
  gboolean go_on;
} Answer;

static void
done_cb (gboolean go_on, gpointer user_data)
{
  Answer *answer = user_data;

  g_assert_false (answer->called);
  answer->called = TRUE;
  answer->go_on = go_on;
}

static AvbMachine *
set_up_used (AvbUiTest *test)
{
  AvbMachine *machine;

  avb_ui_test_set_up (test, NULL);
  avb_test_until_true ((machine = avb_ui_test_machine (test, "test")) != NULL);
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING);
  /* libvirt's test driver counts as a host elsewhere, whose machines are left alone. */
  avb_connection_set_is_local (test->connection, TRUE);
  avb_library_mark_used (test->library, machine);
  return machine;
}

static void
test_leaves (void)
{
  AvbUiTest test = { 0 };
  AvbMachine *machine = set_up_used (&test);
  Answer answer = { 0 };

  avb_closing_run (GTK_WIDGET (test.window), test.library, NULL, FALSE, done_cb, &answer);
  avb_test_until_true (answer.called);
  g_assert_true (answer.go_on);
  g_assert_cmpint (avb_machine_get_state (machine), ==, AVB_MACHINE_RUNNING);
  avb_ui_test_tear_down (&test);
}

static void
test_saves (void)
{
  AvbUiTest test = { 0 };
  AvbMachine *machine = set_up_used (&test);
  Answer answer = { 0 };

  g_assert_cmpuint (avb_library_count_running (test.library), ==, 1);
  avb_closing_run (GTK_WIDGET (test.window), test.library, NULL, TRUE, done_cb, &answer);
  avb_test_until_true (answer.called);
  g_assert_true (answer.go_on);
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_SAVED);
  avb_ui_test_tear_down (&test);
}

static void
test_deletes_what_waits (void)
{
  AvbUiTest test = { 0 };
  AvbMachine *machine = set_up_used (&test);
  GListModel *machines = avb_connection_get_machines (test.connection);
  Answer answer = { 0 };

  g_assert_true (avb_test_spin (avb_machine_force_off (machine), NULL));
  avb_test_until_true (avb_machine_can_delete (machine));
  avb_library_delete_later (test.library, machine, AVB_DELETE_KEEP_DISKS);
  g_assert_cmpuint (g_list_model_get_n_items (machines), ==, 1);
  avb_closing_run (GTK_WIDGET (test.window), test.library, NULL, TRUE, done_cb, &answer);
  avb_test_until_true (answer.called);
  g_assert_true (answer.go_on);
  avb_test_until_true (g_list_model_get_n_items (machines) == 0);
  avb_ui_test_tear_down (&test);
}

/* The jobs button: there while there is work, with progress, Cancel, and the error at the end. */
static void
test_jobs (void)
{
  AvbUiTest test = { 0 };
  g_autoptr (AvbOperation) operation = NULL;
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "Disk full.");
  GtkWidget *button;
  GtkWidget *row;

  avb_ui_test_set_up (&test, NULL);
  g_assert_null (avb_ui_find_button (GTK_WIDGET (test.window), "Cancel"));
  operation = avb_operation_new ("Copying <much>");
  avb_library_add_job (test.library, operation);
  avb_test_until_true (
      (button = avb_ui_find_type (GTK_WIDGET (test.window), AVB_TYPE_JOBS_BUTTON)) != NULL &&
      gtk_widget_get_mapped (button));
  gtk_menu_button_popup (GTK_MENU_BUTTON (adw_bin_get_child (ADW_BIN (button))));
  avb_test_until_true (avb_ui_find_text (button, "Copying <much>") != NULL);
  avb_operation_set_bytes (operation, 25, 100);
  avb_test_until_true (
      (row = avb_ui_find_type (button, GTK_TYPE_PROGRESS_BAR)) != NULL &&
      gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (row)) == 0.25);
  avb_ui_click (button, "Cancel");
  g_assert_true (g_cancellable_is_cancelled (avb_operation_get_cancellable (operation)));
  avb_operation_finish (operation, error);
  avb_test_until_true (avb_ui_find_text (button, "Disk full.") != NULL);
  avb_ui_click (button, "Dismiss");
  avb_test_until_true (avb_ui_find_type (GTK_WIDGET (test.window), AVB_TYPE_JOBS_BUTTON) == NULL);
  avb_ui_test_tear_down (&test);
}

int
main (int argc, char *argv[])
{
  avb_ui_test_init (&argc, &argv);
  g_test_add_func ("/Avb/Leaving/leaves-machines", test_leaves);
  g_test_add_func ("/Avb/Leaving/saves-machines", test_saves);
  g_test_add_func ("/Avb/Leaving/deletes-what-waits", test_deletes_what_waits);
  g_test_add_func ("/Avb/Jobs/button", test_jobs);
  return g_test_run ();
}

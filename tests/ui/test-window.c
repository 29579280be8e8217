/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The real window with libvirt's test driver: one machine, "test", that runs. */

#include "config.h"

#include "avb-ui-test.h"

#include "backends/avb-error.h"
#include "ui/avb-feedback.h"
#include "ui/avb-preferences.h"
#include "ui/create/avb-create-dialog.h"
#include "ui/library/avb-library-view.h"
#include "ui/machine/avb-machine-page.h"

#define URI NULL

static AvbLibraryView *
view_of (AvbUiTest *test)
{
  return AVB_LIBRARY_VIEW (avb_ui_find_type (GTK_WIDGET (test->window), AVB_TYPE_LIBRARY_VIEW));
}

static const char *
shown (AvbUiTest *test)
{
  return avb_library_view_get_shown (view_of (test));
}

static void
select_first (AvbUiTest *test)
{
  gtk_selection_model_select_item (
      avb_library_model_get_selection (avb_window_get_model (test->window)), 0, TRUE);
}

static void
test_shows_machines (void)
{
  AvbUiTest test = { 0 };

  avb_ui_test_set_up (&test, URI);
  avb_test_until_true (avb_library_model_get_n_shown (avb_window_get_model (test.window)) == 1);
  g_assert_cmpstr (shown (&test), ==, "grid");
  avb_test_until_true (avb_ui_find_text (GTK_WIDGET (view_of (&test)), "test") != NULL);
  g_assert_nonnull (avb_ui_find_text (GTK_WIDGET (view_of (&test)), "Running"));
  avb_ui_test_tear_down (&test);
}

static void
test_search (void)
{
  AvbUiTest test = { 0 };
  AvbLibraryModel *model;

  avb_ui_test_set_up (&test, URI);
  model = avb_window_get_model (test.window);
  avb_test_until_true (avb_library_model_get_n_shown (model) == 1);
  gtk_editable_set_text (
      GTK_EDITABLE (avb_ui_find_type (GTK_WIDGET (test.window), GTK_TYPE_SEARCH_ENTRY)), "nothing");
  avb_test_until_true (g_str_equal (shown (&test), "nothing-found"));
  avb_ui_click (GTK_WIDGET (view_of (&test)), "Clear Search");
  avb_test_until_true (g_str_equal (shown (&test), "grid"));
  avb_library_model_set_search (model, "  TÉS ");
  g_assert_cmpuint (avb_library_model_get_n_shown (model), ==, 1);
  avb_ui_test_tear_down (&test);
}

static void
test_list_view (void)
{
  AvbUiTest test = { 0 };

  avb_ui_test_set_up (&test, URI);
  avb_test_until_true (avb_library_model_get_n_shown (avb_window_get_model (test.window)) == 1);
  g_object_set (view_of (&test), "list", TRUE, NULL);
  g_assert_cmpstr (shown (&test), ==, "list");
  avb_test_until_true (avb_ui_find_text (GTK_WIDGET (view_of (&test)), "CPU") != NULL);
  g_object_set (view_of (&test), "list", FALSE, NULL);
  g_assert_cmpstr (shown (&test), ==, "grid");
  avb_ui_test_tear_down (&test);
}

static gboolean
enabled (AvbUiTest *test, const char *name)
{
  GtkWidget *view = GTK_WIDGET (view_of (test));
  GtkWidget *button = gtk_button_new ();
  gboolean sensitive;

  /* An actionable widget inside shows what a menu would. */
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), name);
  gtk_widget_set_parent (button, view);
  sensitive = gtk_widget_get_sensitive (button);
  gtk_widget_unparent (button);
  return sensitive;
}

static void
test_actions_follow_state (void)
{
  AvbUiTest test = { 0 };
  AvbMachine *machine;

  avb_ui_test_set_up (&test, URI);
  avb_test_until_true ((machine = avb_ui_test_machine (&test, "test")) != NULL);
  g_assert_false (enabled (&test, "machine.pause"));
  avb_test_until_true (avb_library_model_get_n_shown (avb_window_get_model (test.window)) == 1);
  select_first (&test);
  avb_test_until_true (enabled (&test, "machine.pause"));
  g_assert_false (enabled (&test, "machine.start"));
  g_assert_false (enabled (&test, "machine.resume"));
  g_assert_false (enabled (&test, "machine.delete"));
  g_assert_true (enabled (&test, "machine.open"));

  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (view_of (&test)), "machine.pause", NULL));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_PAUSED);
  avb_test_until_true (enabled (&test, "machine.resume"));
  g_assert_false (enabled (&test, "machine.pause"));
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (view_of (&test)), "machine.resume", NULL));
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING);

  /* Forcing off asks first. */
  g_assert_true (
      gtk_widget_activate_action (GTK_WIDGET (view_of (&test)), "machine.force-off", NULL));
  avb_ui_click (GTK_WIDGET (test.window), "Force Off");
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_OFF);
  avb_test_until_true (enabled (&test, "machine.delete"));
  avb_ui_test_tear_down (&test);
}

static void
delete_it (AvbUiTest *test)
{
  AvbMachine *machine;

  avb_test_until_true ((machine = avb_ui_test_machine (test, "test")) != NULL);
  g_assert_true (avb_test_spin (avb_machine_force_off (machine), NULL));
  avb_test_until_true (avb_machine_can_delete (machine));
  avb_test_until_true (avb_library_model_get_n_shown (avb_window_get_model (test->window)) == 1);
  select_first (test);
  avb_test_until_true (enabled (test, "machine.delete"));
  gtk_widget_activate_action (GTK_WIDGET (view_of (test)), "machine.delete", NULL);
  avb_ui_click (GTK_WIDGET (test->window), "Delete");
  avb_test_until_true (avb_library_model_get_n_all (avb_window_get_model (test->window)) == 0);
}

static void
test_delete_and_undo (void)
{
  AvbUiTest test = { 0 };

  avb_ui_test_set_up (&test, URI);
  delete_it (&test);
  avb_test_until_true (g_str_equal (shown (&test), "empty"));
  avb_ui_click (GTK_WIDGET (test.window), "Undo");
  avb_test_until_true (avb_library_model_get_n_shown (avb_window_get_model (test.window)) == 1);
  g_assert_cmpuint (
      g_list_model_get_n_items (avb_connection_get_machines (test.connection)), ==, 1);
  avb_ui_test_tear_down (&test);
}

static void
test_delete_for_good (void)
{
  AvbUiTest test = { 0 };
  GListModel *machines;

  avb_ui_test_set_up (&test, URI);
  machines = avb_connection_get_machines (test.connection);
  delete_it (&test);
  g_assert_cmpuint (g_list_model_get_n_items (machines), ==, 1);
  /* The toast goes by itself; nothing was deleted before that. */
  avb_test_until_true (g_list_model_get_n_items (machines) == 0);
  avb_ui_test_tear_down (&test);
}

static void
test_machine_page (void)
{
  AvbUiTest test = { 0 };
  AvbMachine *machine;
  GtkWidget *page;

  avb_ui_test_set_up (&test, URI);
  avb_test_until_true ((machine = avb_ui_test_machine (&test, "test")) != NULL);
  g_assert_true (avb_test_spin (avb_machine_force_off (machine), NULL));
  avb_test_until_true (avb_machine_can_start (machine));
  avb_window_open_machine (test.window, machine);
  avb_test_until_true (
      (page = avb_ui_find_type (GTK_WIDGET (test.window), AVB_TYPE_MACHINE_PAGE)) != NULL &&
      gtk_widget_get_mapped (page));
  g_assert_true (avb_machine_page_get_machine (AVB_MACHINE_PAGE (page)) == machine);
  g_assert_cmpuint (avb_ui_check_names (page), >, 3);
  avb_ui_click (page, "Start");
  avb_test_until_true (avb_machine_get_state (machine) == AVB_MACHINE_RUNNING);
  avb_test_until_true (avb_ui_find_button (page, "Shut Down") != NULL);
  avb_ui_test_tear_down (&test);
}

static void
test_names (void)
{
  AvbUiTest test = { 0 };
  AdwDialog *preferences;

  avb_ui_test_set_up (&test, URI);
  avb_test_until_true (avb_library_model_get_n_shown (avb_window_get_model (test.window)) == 1);
  avb_test_until_true (avb_ui_find_text (GTK_WIDGET (view_of (&test)), "Running") != NULL);
  g_assert_cmpuint (avb_ui_check_names (GTK_WIDGET (test.window)), >, 2);
  preferences = avb_preferences_new (test.library);
  adw_dialog_present (preferences, GTK_WIDGET (test.window));
  avb_test_until_true (gtk_widget_get_mapped (GTK_WIDGET (preferences)));
  avb_ui_check_names (GTK_WIDGET (preferences));
  adw_dialog_force_close (preferences);
  avb_ui_test_tear_down (&test);
}

static void
test_error_has_details (void)
{
  AvbUiTest test = { 0 };
  g_autoptr (GError) error = avb_error_new (AVB_ERROR_FAILED, "native <text>", "It <b>failed</b>.");
  g_autoptr (GError) cancelled =
      g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Nobody sees this");

  avb_ui_test_set_up (&test, URI);
  avb_feedback_error (GTK_WIDGET (view_of (&test)), cancelled);
  avb_feedback_error (GTK_WIDGET (view_of (&test)), error);
  avb_test_until_true (avb_ui_find_text (GTK_WIDGET (test.window), "It <b>failed</b>.") != NULL);
  avb_ui_click (GTK_WIDGET (test.window), "Details");
  avb_test_until_true (avb_ui_find_text (GTK_WIDGET (test.window), "native <text>") != NULL);
  g_assert_null (avb_ui_find_text (GTK_WIDGET (test.window), "Nobody sees this"));
  avb_ui_test_tear_down (&test);
}

static void
test_no_hypervisor (void)
{
  AvbUiTest test = { 0 };
  g_autoptr (GListModel) backends = avb_builtin_backends ();

  test.library = avb_library_new (backends);
  test.window = avb_window_new (NULL, test.library);
  gtk_window_present (GTK_WINDOW (test.window));
  test.connection = avb_library_open (test.library, "test:///this/file/is/not/there.xml", NULL);
  g_assert_nonnull (test.connection);
  avb_test_until_true (avb_connection_get_link (test.connection) == AVB_LINK_LOST);
  avb_test_until_true (g_str_equal (shown (&test), "unavailable"));
  g_assert_nonnull (avb_connection_get_link_error (test.connection));
  avb_test_until_true (avb_ui_find_text (GTK_WIDGET (view_of (&test)),
                                         avb_connection_get_link_error (test.connection)) != NULL);
  avb_test_until_true (avb_ui_find_button (GTK_WIDGET (view_of (&test)), "Retry") != NULL);
  avb_ui_test_tear_down (&test);
}

static void
test_window_is_freed (void)
{
  AvbUiTest test = { 0 };
  AvbMachine *machine;
  gpointer window;

  avb_ui_test_set_up (&test, URI);
  avb_test_until_true ((machine = avb_ui_test_machine (&test, "test")) != NULL);
  avb_window_open_machine (test.window, machine);
  g_object_set (view_of (&test), "list", TRUE, NULL);
  window = test.window;
  g_object_add_weak_pointer (window, &window);
  avb_ui_test_tear_down (&test);
  avb_test_until_true (window == NULL);
}

int
main (int argc, char *argv[])
{
  avb_ui_test_init (&argc, &argv);
  g_test_add_func ("/Avb/Window/shows-machines", test_shows_machines);
  g_test_add_func ("/Avb/Window/search", test_search);
  g_test_add_func ("/Avb/Window/list-view", test_list_view);
  g_test_add_func ("/Avb/Window/actions-follow-state", test_actions_follow_state);
  g_test_add_func ("/Avb/Window/delete-and-undo", test_delete_and_undo);
  g_test_add_func ("/Avb/Window/delete-for-good", test_delete_for_good);
  g_test_add_func ("/Avb/Window/machine-page", test_machine_page);
  g_test_add_func ("/Avb/Window/buttons-have-names", test_names);
  g_test_add_func ("/Avb/Window/error-has-details", test_error_has_details);
  g_test_add_func ("/Avb/Window/no-hypervisor", test_no_hypervisor);
  g_test_add_func ("/Avb/Window/is-freed", test_window_is_freed);
  return g_test_run ();
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/avb-closing.h"

#include "backends/avb-error.h"
#include "tests/ui/avb-ui-test.h"

typedef struct {
  gboolean called;
  gboolean go_on;
} Answer;

static void
done_cb (gboolean go_on, gpointer data)
{
  Answer *answer = data;

  g_assert_false (answer->called);
  answer->called = TRUE;
  answer->go_on = go_on;
}

/* Work that takes a moment to end once it is canceled. */
static void
cancelled_cb (GCancellable *cancellable, gpointer data)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled");

  avb_operation_finish (data, error);
}

static void
test_jobs (void)
{
  AvbUiTest test = { 0 };
  Answer answer = { FALSE, FALSE };
  g_autoptr (AvbOperation) job = avb_operation_new ("Copying");

  avb_ui_test_set_up (&test, NULL);
  g_signal_connect (avb_operation_get_cancellable (job), "cancelled", G_CALLBACK (cancelled_cb), job);
  avb_library_add_job (test.library, job);

  avb_closing_run (GTK_WIDGET (test.window), test.library, NULL, FALSE, done_cb, &answer);
  avb_test_until_true (avb_ui_find_text (GTK_WIDGET (test.window), "1 task is under way") != NULL);
  avb_ui_click (GTK_WIDGET (test.window), "Keep Open");
  avb_test_until_true (answer.called);
  g_assert_false (answer.go_on);
  g_assert_cmpint (avb_operation_get_state (job), ==, AVB_OPERATION_RUNNING);

  answer.called = FALSE;
  avb_test_until_true (avb_ui_find_text (GTK_WIDGET (test.window), "1 task is under way") == NULL);
  avb_closing_run (GTK_WIDGET (test.window), test.library, NULL, FALSE, done_cb, &answer);
  avb_ui_click (GTK_WIDGET (test.window), "Cancel Work and Close");
  avb_test_until_true (answer.called);
  g_assert_true (answer.go_on);
  g_assert_cmpint (avb_operation_get_state (job), ==, AVB_OPERATION_CANCELLED);
  avb_ui_test_tear_down (&test);
}

/* The window goes, the work goes on to its end, and then the program may end. */
static void
test_background (void)
{
  AvbUiTest test = { 0 };
  Answer answer = { FALSE, FALSE };
  g_autoptr (AvbOperation) job = avb_operation_new ("Copying");

  avb_ui_test_set_up (&test, NULL);
  avb_library_add_job (test.library, job);
  avb_closing_run (GTK_WIDGET (test.window), test.library, NULL, FALSE, done_cb, &answer);
  avb_ui_click (GTK_WIDGET (test.window), "Go On in the Background");
  avb_test_until_true (!gtk_widget_get_visible (GTK_WIDGET (test.window)));
  for (guint i = 0; i < 10; i++)
    avb_test_pass_time ();
  g_assert_false (answer.called);
  g_assert_cmpint (avb_operation_get_state (job), ==, AVB_OPERATION_RUNNING);

  avb_operation_finish (job, NULL);
  avb_test_until_true (answer.called);
  g_assert_true (answer.go_on);
  avb_ui_test_tear_down (&test);
}

static void
test_back_from_background (void)
{
  AvbUiTest test = { 0 };
  Answer answer = { FALSE, FALSE };
  g_autoptr (AvbOperation) job = avb_operation_new ("Copying");

  avb_ui_test_set_up (&test, NULL);
  avb_library_add_job (test.library, job);
  avb_closing_run (GTK_WIDGET (test.window), test.library, NULL, FALSE, done_cb, &answer);
  avb_ui_click (GTK_WIDGET (test.window), "Go On in the Background");
  avb_test_until_true (!gtk_widget_get_visible (GTK_WIDGET (test.window)));
  gtk_window_present (GTK_WINDOW (test.window));
  avb_test_until_true (answer.called);
  g_assert_false (answer.go_on);
  g_assert_cmpint (avb_operation_get_state (job), ==, AVB_OPERATION_RUNNING);
  avb_operation_finish (job, NULL);
  avb_ui_test_tear_down (&test);
}

static void
test_nothing_to_do (void)
{
  AvbUiTest test = { 0 };
  Answer answer = { FALSE, FALSE };

  avb_ui_test_set_up (&test, NULL);
  avb_closing_run (GTK_WIDGET (test.window), test.library, NULL, FALSE, done_cb, &answer);
  avb_test_until_true (answer.called);
  g_assert_true (answer.go_on);
  avb_ui_test_tear_down (&test);
}

int
main (int argc, char **argv)
{
  avb_ui_test_init (&argc, &argv);
  g_test_add_func ("/Avb/Closing/jobs", test_jobs);
  g_test_add_func ("/Avb/Closing/background", test_background);
  g_test_add_func ("/Avb/Closing/back-from-background", test_back_from_background);
  g_test_add_func ("/Avb/Closing/nothing-to-do", test_nothing_to_do);
  return g_test_run ();
}

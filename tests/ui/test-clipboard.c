/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What the machine's page does with the clipboard and with files. */

#include "config.h"

#include <glib/gstdio.h>

#include "backends/avb-blocking.h"
#include "tests/console/console-rig.h"
#include "tests/ui/avb-ui-test.h"
#include "ui/console/avb-console-settings.h"
#include "ui/console/avb-spice-session.h"
#include "ui/machine/avb-files-drop.h"
#include "ui/machine/avb-machine-page.h"
#include "ui/machine/avb-sharing-dialog.h"
#include "ui/machine/avb-typing-dialog.h"

typedef struct {
  AvbUiTest ui;
  RigServer *server;
  AvbMachine *machine;
  AdwNavigationPage *page;
  GtkWindow *window;
} Test;

static AvbSpiceSession *
session_of (Test *test)
{
  return AVB_SPICE_SESSION (avb_console_get_session (
      AVB_CONSOLE (avb_ui_find_type (GTK_WIDGET (test->page), AVB_TYPE_CONSOLE))));
}

static gboolean
has_inputs (gpointer session)
{
  return avb_spice_session_get_inputs (session) != NULL;
}

static gboolean
has_agent (gpointer session)
{
  return avb_console_session_get_agent_connected (AVB_CONSOLE_SESSION (session));
}

static void
set_up (Test *test, gconstpointer data)
{
  GtkWidget *navigation = adw_navigation_view_new ();

  avb_ui_test_set_up (&test->ui, NULL);
  test->server = rig_server_new ();
  test->machine = rig_machine_new (rig_server_get_socket (test->server));
  rig_server_command (test->server, "noise 0 0 640 480 1");
  rig_machine_set_running (test->machine, TRUE);
  test->page = avb_machine_page_new (test->ui.library, test->machine);
  adw_navigation_view_push (ADW_NAVIGATION_VIEW (navigation), test->page);
  test->window = rig_window_new (navigation, 700, 600);
  rig_wait (has_inputs, session_of (test), "the machine has a keyboard");
}

static void
tear_down (Test *test, gconstpointer data)
{
  gdk_clipboard_set_content (gtk_widget_get_clipboard (GTK_WIDGET (test->window)), NULL);
  gtk_window_destroy (test->window);
  rig_server_free (test->server);
  avb_ui_test_tear_down (&test->ui);
  g_assert_finalize_object (test->machine);
}

static void
copy_text (Test *test, const char *text)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (test->window)), text);
}

/* (nullable): it has a window of its own where the page's is a plain one */
static GtkWidget *
find_dialog_of (GType type)
{
  GListModel *windows = gtk_window_get_toplevels ();
  GtkWidget *dialog = NULL;

  for (guint i = 0; dialog == NULL && i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      dialog = avb_ui_find_type (window, type);
    }
  return dialog;
}

static GtkWidget *
find_dialog (void)
{
  return find_dialog_of (AVB_TYPE_TYPING_DIALOG);
}

static gboolean
is_shared (gpointer data)
{
  return find_dialog_of (AVB_TYPE_SHARING_DIALOG) != NULL;
}

static gboolean
is_there (gpointer data)
{
  return find_dialog () != NULL;
}

static GtkWidget *
open_dialog (Test *test)
{
  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (test->page), "clipboard.type", NULL));
  rig_wait (is_there, NULL, "the dialog is there");
  return find_dialog ();
}

static gboolean
is_gone (gpointer window)
{
  return find_dialog () == NULL;
}

static gboolean
has_no_jobs (gpointer library)
{
  return avb_library_count_jobs (library) == 0;
}

static void
test_types (Test *test, gconstpointer data)
{
  GtkWidget *dialog, *row;

  copy_text (test, "zb");
  dialog = open_dialog (test);
  avb_ui_click (dialog, "Type");
  rig_wait (is_gone, test->window, "the dialog is gone");
  g_assert_cmpuint (avb_library_count_jobs (test->ui.library), ==, 1);
  rig_wait (has_no_jobs, test->ui.library, "the text is typed");
  rig_server_expect (test->server, "key", "key 2c; key ac; key 30; key b0");
  rig_server_forget (test->server);

  /* A German keyboard in the guest, as chosen before. */
  avb_future_finish (avb_machine_set_setting (test->machine, "typing-layout", "de"),
                     "choose a layout");
  dialog = open_dialog (test);
  row = avb_ui_find_type (dialog, ADW_TYPE_COMBO_ROW);
  g_assert_cmpuint (adw_combo_row_get_selected (ADW_COMBO_ROW (row)), >, 0);
  avb_ui_click (dialog, "Type");
  rig_wait (has_no_jobs, test->ui.library, "the text is typed");
  rig_server_expect (test->server, "key", "key 15; key 95; key 30; key b0");
  rig_wait (is_gone, test->window, "the dialog is gone");

  /* And chosen anew. */
  dialog = open_dialog (test);
  row = avb_ui_find_type (dialog, ADW_TYPE_COMBO_ROW);
  adw_combo_row_set_selected (ADW_COMBO_ROW (row), 0);
  g_assert_null (avb_machine_get_setting (test->machine, "typing-layout"));
  adw_dialog_force_close (ADW_DIALOG (dialog));
  rig_wait (is_gone, test->window, "the dialog is gone");
}

typedef struct {
  GtkWidget *root;
  const char *text;
} Text;

static gboolean
has_text (gpointer data)
{
  Text *text = data;

  return avb_ui_find_text (text->root, text->text) != NULL;
}

static void
wait_for_text (GtkWidget *root, const char *text)
{
  Text wanted = { root, text };

  rig_wait (has_text, &wanted, text);
}

static void
test_warns (Test *test, gconstpointer data)
{
  g_autofree char *long_text = g_strnfill (65 * 1024, 'x');
  GtkWidget *dialog;

  copy_text (test, "echo \346\227\245\nls\n");
  dialog = open_dialog (test);
  wait_for_text (dialog, "\346\227\245");
  g_assert_nonnull (avb_ui_find_text (dialog, "2 line ends"));
  avb_ui_check_names (dialog);
  adw_dialog_force_close (ADW_DIALOG (dialog));
  rig_wait (is_gone, test->window, "the dialog is gone");

  copy_text (test, long_text);
  dialog = open_dialog (test);
  wait_for_text (dialog, "too long");
  g_assert_false (gtk_widget_get_sensitive (avb_ui_find_button (dialog, "Type")));
  adw_dialog_force_close (ADW_DIALOG (dialog));
  rig_wait (is_gone, test->window, "the dialog is gone");

  long_text[4000] = '\0';
  copy_text (test, long_text);
  dialog = open_dialog (test);
  wait_for_text (dialog, "2 minutes");
  adw_dialog_force_close (ADW_DIALOG (dialog));
  rig_wait (is_gone, test->window, "the dialog is gone");

  gdk_clipboard_set_content (gtk_widget_get_clipboard (GTK_WIDGET (test->window)), NULL);
  dialog = open_dialog (test);
  wait_for_text (dialog, "no text");
  adw_dialog_force_close (ADW_DIALOG (dialog));
  rig_wait (is_gone, test->window, "the dialog is gone");
  rig_server_expect (test->server, "key", "");
}

static void
test_files (Test *test, gconstpointer data)
{
  g_autofree char *path = g_build_filename (g_get_tmp_dir (), "a file to send", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  GdkFileList *list = gdk_file_list_new_from_array (&file, 1);
  g_autoptr (GFile) folder = g_file_new_for_path (g_get_tmp_dir ());
  GdkFileList *folders = gdk_file_list_new_from_array (&folder, 1);
  g_autoptr (GError) error = NULL;
  AvbFilesDrop *drop;
  GtkWidget *area = gtk_widget_get_ancestor (
      avb_ui_find_type (GTK_WIDGET (test->page), AVB_TYPE_CONSOLE), GTK_TYPE_OVERLAY);
  GtkWidget *child;

  g_file_set_contents (path, "contents", -1, &error);
  g_assert_no_error (error);
  for (child = gtk_widget_get_first_child (area); !AVB_IS_FILES_DROP (child);)
    child = gtk_widget_get_next_sibling (child);
  drop = AVB_FILES_DROP (child);

  /* Nobody there who takes them; but a folder can be shared. */
  g_signal_emit_by_name (drop, "dropped", list);
  g_assert_cmpuint (avb_library_count_jobs (test->ui.library), ==, 0);
  g_signal_emit_by_name (drop, "dropped", folders);
  rig_wait (is_shared, NULL, "the folder is shared instead");
  adw_dialog_force_close (ADW_DIALOG (find_dialog_of (AVB_TYPE_SHARING_DIALOG)));

  rig_server_command (test->server, "agent on");
  rig_wait (has_agent, session_of (test), "the agent is there");
  g_signal_emit_by_name (drop, "dropped", list);
  g_assert_cmpuint (avb_library_count_jobs (test->ui.library), ==, 1);
  rig_wait (has_no_jobs, test->ui.library, "the file is sent");
  rig_server_expect (test->server, "agent-file-status", "");

  gdk_clipboard_set (gtk_widget_get_clipboard (GTK_WIDGET (test->window)),
                     GDK_TYPE_FILE_LIST, list);
  rig_server_forget (test->server);
  g_assert_true (
      gtk_widget_activate_action (GTK_WIDGET (test->page), "clipboard.send-copied", NULL));
  avb_test_until_true (avb_library_count_jobs (test->ui.library) == 1);
  rig_wait (has_no_jobs, test->ui.library, "the file is sent");
  g_unlink (path);
  g_boxed_free (GDK_TYPE_FILE_LIST, list);
  g_boxed_free (GDK_TYPE_FILE_LIST, folders);
}

static void
test_switch (Test *test, gconstpointer data)
{
  g_autoptr (AvbConsoleSettings) settings = avb_console_settings_for_machine (test->machine);
  gboolean shared;

  g_assert_true (gtk_widget_activate_action (GTK_WIDGET (test->page), "clipboard.share", NULL));
  g_object_get (settings, "clipboard", &shared, NULL);
  g_assert_false (shared);
}

#define ADD(path, func) g_test_add (path, Test, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  gtk_disable_setlocale ();
  avb_ui_test_init (&argc, &argv);
  ADD ("/Avb/UiClipboard/types", test_types);
  ADD ("/Avb/UiClipboard/warns", test_warns);
  ADD ("/Avb/UiClipboard/files", test_files);
  ADD ("/Avb/UiClipboard/switch", test_switch);
  return g_test_run ();
}

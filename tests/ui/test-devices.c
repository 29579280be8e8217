/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What the machine's page says of what the guest has, and how it is taken away. */

#include "config.h"

#include "tests/console/console-rig.h"
#include "tests/ui/avb-ui-test.h"
#include "ui/console/avb-console-audio.h"
#include "ui/console/avb-console-settings.h"
#include "ui/console/avb-console-usb.h"
#include "ui/machine/avb-keys-dialog.h"
#include "ui/machine/avb-machine-page.h"
#include "ui/machine/avb-privacy-button.h"
#include "ui/machine/avb-usb-dialog.h"

typedef struct {
  AvbUiTest ui;
  RigServer *server;
  AvbMachine *machine;
  AdwNavigationPage *page;
  GtkWindow *window;
  AvbConsoleAudio *audio;
  AvbConsoleUsb *usb;
} Test;

static gboolean
can_record (gpointer audio)
{
  return avb_console_audio_get_can_record (audio);
}

static gboolean
is_ready (gpointer usb)
{
  return avb_console_usb_get_ready (usb);
}

static void
set_up (Test *test, gconstpointer data)
{
  GtkWidget *navigation = adw_navigation_view_new ();
  AvbSpiceSession *session;

  avb_ui_test_set_up (&test->ui, NULL);
  test->server = rig_server_new ();
  if (GPOINTER_TO_INT (data) > 0)
    rig_server_command (test->server, "usb-ports %d", GPOINTER_TO_INT (data));
  test->machine = rig_machine_new (rig_server_get_socket (test->server));
  rig_server_command (test->server, "noise 0 0 640 480 1");
  rig_machine_set_running (test->machine, TRUE);
  test->page = avb_machine_page_new (test->ui.library, test->machine);
  adw_navigation_view_push (ADW_NAVIGATION_VIEW (navigation), test->page);
  test->window = rig_window_new (navigation, 700, 600);
  session = AVB_SPICE_SESSION (avb_console_get_session (
      AVB_CONSOLE (avb_ui_find_type (GTK_WIDGET (test->page), AVB_TYPE_CONSOLE))));
  test->audio = avb_console_audio_for_session (session);
  test->usb = avb_console_usb_for_session (session);
  rig_wait (can_record, test->audio, "the guest has a microphone");
  rig_wait (is_ready, test->usb, "the display is shown");
}

static void
tear_down (Test *test, gconstpointer data)
{
  gtk_window_destroy (test->window);
  rig_server_free (test->server);
  avb_ui_test_tear_down (&test->ui);
  g_assert_finalize_object (test->machine);
}

typedef struct {
  GType type;
  GtkWidget *found;
} Search;

/* A dialog has a window of its own where the page's is a plain one. */
static gboolean
is_shown (gpointer data)
{
  Search *search = data;
  GListModel *windows = gtk_window_get_toplevels ();

  search->found = NULL;
  for (guint i = 0; search->found == NULL && i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      search->found = avb_ui_find_type (window, search->type);
    }
  return search->found != NULL;
}

static GtkWidget *
wait_for (GType type)
{
  Search search = { type, NULL };

  rig_wait (is_shown, &search, g_type_name (type));
  return search.found;
}

static gboolean
is_decided (gpointer audio)
{
  return avb_console_audio_get_microphone (audio) != AVB_MICROPHONE_ASK;
}

static const char *
get_tooltip (Test *test)
{
  GtkWidget *button = avb_ui_find_type (GTK_WIDGET (test->page), AVB_TYPE_PRIVACY_BUTTON);

  return gtk_widget_get_tooltip_text (avb_ui_find_type (button, GTK_TYPE_MENU_BUTTON));
}

/* The question, the light, and the way back. */
static void
test_microphone (Test *test, gconstpointer data)
{
  GtkWidget *dialog;

  g_assert_null (strstr (get_tooltip (test), "microphone"));
  rig_server_command (test->server, "record");
  dialog = wait_for (ADW_TYPE_ALERT_DIALOG);
  g_assert_cmpstr (adw_alert_dialog_get_default_response (ADW_ALERT_DIALOG (dialog)), ==, "refuse");
  g_assert_false (avb_console_audio_get_recording (test->audio));
  avb_ui_click (dialog, "Allow");
  rig_wait (is_decided, test->audio, "the question is answered");
  g_assert_cmpint (avb_console_audio_get_microphone (test->audio), ==, AVB_MICROPHONE_ALLOWED);
  g_assert_true (avb_console_audio_get_recording (test->audio));
  g_assert_nonnull (strstr (get_tooltip (test), "microphone"));

  gtk_widget_activate_action (GTK_WIDGET (test->page), "devices.microphone", NULL);
  g_assert_cmpint (avb_console_audio_get_microphone (test->audio), ==, AVB_MICROPHONE_REFUSED);
  g_assert_false (avb_console_audio_get_recording (test->audio));
  g_assert_null (strstr (get_tooltip (test), "microphone"));
}

static void
test_clipboard (Test *test, gconstpointer data)
{
  g_autoptr (AvbConsoleSettings) settings = avb_console_settings_for_machine (test->machine);
  AdwSwitchRow *row;
  gboolean shared;

  gtk_widget_activate_action (GTK_WIDGET (test->page), "page.privacy", NULL);
  row = ADW_SWITCH_ROW (wait_for (ADW_TYPE_SWITCH_ROW)); /* the first one */
  g_assert_true (adw_switch_row_get_active (row));
  adw_switch_row_set_active (row, FALSE);
  g_object_get (settings, "clipboard", &shared, NULL);
  g_assert_false (shared);
  g_object_set (settings, "clipboard", TRUE, NULL);
  g_assert_true (adw_switch_row_get_active (row));
  g_assert_cmpuint (avb_ui_check_names (GTK_WIDGET (test->page)), >, 0);
}

static void
test_no_ports (Test *test, gconstpointer data)
{
  GtkWidget *dialog;

  gtk_widget_activate_action (GTK_WIDGET (test->page), "devices.usb", NULL);
  dialog = wait_for (AVB_TYPE_USB_DIALOG);
  g_assert_nonnull (avb_ui_find_text (dialog, "No USB Ports"));
  g_assert_nonnull (avb_ui_find_button (dialog, "Add USB Ports"));
  avb_ui_check_names (dialog);
  adw_dialog_force_close (ADW_DIALOG (dialog));
}

static gboolean
has_ports (gpointer dialog)
{
  return avb_ui_find_text (dialog, "No USB Ports") == NULL;
}

static void
test_ports (Test *test, gconstpointer data)
{
  GtkWidget *dialog;

  gtk_widget_activate_action (GTK_WIDGET (test->page), "devices.usb", NULL);
  dialog = wait_for (AVB_TYPE_USB_DIALOG);
  rig_wait (has_ports, dialog, "the ports are there");
  adw_dialog_force_close (ADW_DIALOG (dialog));
}

static void
test_keys (Test *test, gconstpointer data)
{
  GtkWidget *dialog;

  gtk_widget_activate_action (GTK_WIDGET (test->page), "keys.edit", NULL);
  dialog = wait_for (AVB_TYPE_KEYS_DIALOG);
  g_assert_nonnull (avb_ui_find_button (dialog, "Press Keys"));
  avb_ui_check_names (dialog);
  adw_dialog_force_close (ADW_DIALOG (dialog));
}

#define ADD(path, ports, func) \
  g_test_add (path, Test, GINT_TO_POINTER (ports), set_up, func, tear_down)

int
main (int argc, char **argv)
{
  avb_ui_test_init (&argc, &argv);
  ADD ("/Avb/Devices/microphone", 0, test_microphone);
  ADD ("/Avb/Devices/clipboard", 0, test_clipboard);
  ADD ("/Avb/Devices/no-ports", 0, test_no_ports);
  ADD ("/Avb/Devices/ports", 2, test_ports);
  ADD ("/Avb/Devices/keys", 0, test_keys);
  return g_test_run ();
}

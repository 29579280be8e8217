/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* A guest with several monitors: a window for each, and the bars of full screen. */

#include "config.h"

#include <linux/input-event-codes.h>

#include "tests/console/console-rig.h"
#include "tests/ui/avb-ui-test.h"
#include "ui/console/avb-guest-layout.h"
#include "ui/machine/avb-machine-page.h"
#include "ui/machine/avb-monitor-window.h"

typedef struct {
  AvbUiTest ui;
  RigServer *server;
  AvbMachine *machine;
  AdwNavigationPage *page;
  GtkWindow *window;
} Test;

static AvbConsole *
find_console (gpointer root)
{
  GtkWidget *console = avb_ui_find_type (GTK_WIDGET (root), AVB_TYPE_CONSOLE);

  g_assert_nonnull (console);
  return AVB_CONSOLE (console);
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
  test->window = rig_window_new (navigation, 700, 560);
  rig_wait_status (find_console (test->page), AVB_CONSOLE_CONNECTED);
}

static void
tear_down (Test *test, gconstpointer data)
{
  gtk_window_destroy (test->window);
  rig_server_free (test->server);
  avb_ui_test_tear_down (&test->ui);
  g_assert_finalize_object (test->machine);
}

/* What the agent was told last of the second monitor: (transfer full) (nullable) */
static char *
told_of_second (Test *test)
{
  g_autofree char *events = rig_server_events (test->server, "agent-monitors");
  const char *last = strrchr (events, ';');
  g_auto (GStrv) words = g_strsplit (last != NULL ? last + 2 : events, " ", -1);

  return g_strv_length (words) > 3 ? g_strdup (words[3]) : NULL;
}

static gboolean
is_wanted (gpointer test)
{
  g_autofree char *told = told_of_second (test);

  return told != NULL && !g_str_has_prefix (told, "0x0");
}

static gboolean
is_unwanted (gpointer test)
{
  g_autofree char *told = told_of_second (test);

  return told != NULL && g_str_has_prefix (told, "0x0");
}

static gboolean
has_picture (gpointer console)
{
  int width;

  g_object_get (console, "guest-width", &width, NULL);
  return width == 340;
}

static gboolean
has_no_window (gpointer machine)
{
  return avb_monitor_window_find (machine, 1) == NULL;
}

static gboolean
can_arrange (gpointer layout)
{
  return avb_guest_layout_get_can_arrange (layout);
}

/* Another monitor is a window, and closing it is the end of the monitor. */
static void
test_windows (Test *test, gconstpointer data)
{
  GtkWidget *page = GTK_WIDGET (test->page);
  AvbConsole *console = find_console (page);
  g_autoptr (AvbGuestLayout) layout =
      avb_guest_layout_for_session (avb_console_get_session (console));
  g_autoptr (AvbConsoleSettings) settings = avb_console_settings_for_machine (test->machine);
  AvbDisplayMode mode;
  AvbMonitorWindow *window;
  GtkWidget *menu;

  /* Without an agent nobody could be asked. */
  rig_server_command (test->server, "monitors 2 1 640 480 0 0");
  gtk_widget_activate_action (page, "display.add-monitor", NULL);
  g_assert_null (avb_monitor_window_find (test->machine, 1));

  rig_server_command (test->server, "agent on");
  rig_wait (can_arrange, layout, "the agent can arrange monitors");
  rig_server_command (test->server, "noise 0 0 9 9 2");
  rig_wait_texture (console, test->server, 640, 480);
  gtk_widget_activate_action (page, "display.add-monitor", NULL);
  window = avb_monitor_window_find (test->machine, 1);
  g_assert_nonnull (window);
  rig_wait (is_wanted, test, "the guest is asked for a second monitor");
  g_assert_nonnull (avb_ui_find_text (GTK_WIDGET (window), "does not use this monitor yet"));
  g_assert_cmpuint (avb_ui_check_names (GTK_WIDGET (window)), >, 0);

  /* There is only one more. */
  gtk_widget_activate_action (page, "display.add-monitor", NULL);
  g_assert_null (avb_monitor_window_find (test->machine, 2));

  rig_server_command (test->server, "monitors 2 2 300 480 0 0 340 480 300 0");
  rig_wait (has_picture, find_console (window), "the second window has a picture");
  g_assert_null (avb_ui_find_text (GTK_WIDGET (window), "does not use this monitor yet"));
  /* What its menu offers is there. */
  menu = avb_ui_find_type (GTK_WIDGET (window), GTK_TYPE_MENU_BUTTON);
  g_assert_true (gtk_widget_activate_action (menu, "display.mode", "s", "scale"));
  g_object_get (settings, "display-mode", &mode, NULL);
  g_assert_cmpint (mode, ==, AVB_DISPLAY_SCALE);
  g_assert_true (gtk_widget_activate_action (menu, "display.mode", "s", "resize"));
  g_assert_true (gtk_widget_activate_action (menu, "monitor.send-keys", "s", "Super_L"));
  rig_server_expect (test->server, "key", "key e0; key 5b; key e0; key db");
  /* Shown again, it is the same. */
  gtk_widget_activate_action (page, "display.show-monitor", "u", 1);
  g_assert_true (avb_monitor_window_find (test->machine, 1) == window);

  gtk_window_close (GTK_WINDOW (window));
  rig_wait (has_no_window, test->machine, "the window closes");
  rig_wait (is_unwanted, test, "the guest is asked to turn the monitor off");
  rig_server_command (test->server, "monitors 2 1 640 480 0 0");

  gtk_widget_activate_action (page, "display.show-monitor", "u", 1);
  g_assert_nonnull (avb_monitor_window_find (test->machine, 1));
  rig_wait (is_wanted, test, "the guest is asked for a second monitor");
  rig_machine_set_running (test->machine, FALSE);
  g_assert_null (avb_monitor_window_find (test->machine, 1));
}

static gboolean
is_revealed (gpointer toolbar)
{
  return adw_toolbar_view_get_reveal_top_bars (toolbar);
}

static gboolean
is_hidden (gpointer toolbar)
{
  return !adw_toolbar_view_get_reveal_top_bars (toolbar);
}

static gboolean
is_captured (gpointer console)
{
  return avb_console_get_captured (console);
}

/* In full screen the bars come with the pointer, and with the keyboard. */
static void
test_slides_in (Test *test, gconstpointer data)
{
  GtkWidget *toolbar = avb_ui_find_type (GTK_WIDGET (test->page), ADW_TYPE_TOOLBAR_VIEW);
  AvbConsole *console = find_console (test->page);

  rig_move (300, 300);
  avb_machine_page_set_fullscreen (AVB_MACHINE_PAGE (test->page), TRUE);
  g_assert_true (is_hidden (toolbar));
  rig_move (300, 0);
  rig_wait (is_revealed, toolbar, "the bar comes to the pointer");
  rig_move (300, 300);
  rig_wait (is_hidden, toolbar, "the bar goes");

  rig_button (1, TRUE);
  rig_button (1, FALSE);
  rig_wait (is_captured, console, "the keyboard is captured");
  g_assert_true (is_hidden (toolbar));
  rig_key (KEY_LEFTCTRL, TRUE);
  rig_key (KEY_LEFTALT, TRUE);
  rig_key (KEY_LEFTALT, FALSE);
  rig_key (KEY_LEFTCTRL, FALSE);
  rig_wait (is_revealed, toolbar, "the bar comes with the keyboard");
  avb_machine_page_set_fullscreen (AVB_MACHINE_PAGE (test->page), FALSE);
  g_assert_true (is_revealed (toolbar));
}

#define ADD(path, func) g_test_add (path, Test, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  avb_ui_test_init (&argc, &argv);
  ADD ("/Avb/Monitors/windows", test_windows);
  ADD ("/Avb/Monitors/slides-in", test_slides_in);
  return g_test_run ();
}

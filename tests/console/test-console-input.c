/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What the guest gets of a person's keys and pointer. */

#include "config.h"

#include <linux/input-event-codes.h>

#include "tests/avb-test.h"
#include "tests/console/console-rig.h"

#define WIDTH 600
#define HEIGHT 480

typedef struct {
  RigServer  *server;
  AvbMachine *machine;
  AvbConsole *console;
  GtkWindow  *window;
  GtkWidget  *button; /* another widget that can have the focus */
  int         quits;  /* how often the window's own shortcut was used */
} Rig;

static gboolean
quit_cb (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  Rig *rig = data;

  rig->quits++;
  return TRUE;
}

static gboolean
has_focus (gpointer widget)
{
  return gtk_widget_has_focus (widget);
}

static gboolean
is_captured (gpointer console)
{
  return avb_console_get_captured (console);
}

static gboolean
is_released (gpointer console)
{
  return !avb_console_get_captured (console);
}

static gboolean
has_no_cursor (gpointer console)
{
  return gtk_widget_get_cursor (console) == NULL;
}

static gboolean
has_shape (gpointer console)
{
  GdkCursor *cursor = gtk_widget_get_cursor (console);

  return cursor != NULL && gdk_cursor_get_name (cursor) == NULL;
}

/* Main, display, inputs and cursor. */
static gboolean
has_channels (gpointer server)
{
  g_autofree char *events = rig_server_events (server, "connected");

  return strlen (events) >= strlen ("connected 1; connected 2; connected 3; connected 4");
}

static void
measure_box (GtkWidget     *box,
             GtkOrientation orientation,
             int            for_size,
             int           *minimum,
             int           *natural,
             int           *minimum_baseline,
             int           *natural_baseline)
{
  int size = orientation == GTK_ORIENTATION_HORIZONTAL ? WIDTH : HEIGHT;

  *minimum = *natural = (int) (size / rig_scale ()) + 60;
}

/* The console has the same device pixels at each scale, whatever the guest's size; the button is
 * below it. */
static void
allocate_box (GtkWidget *box, int width, int height, int baseline)
{
  GtkWidget *console = gtk_widget_get_first_child (box);
  GtkWidget *button = gtk_widget_get_last_child (box);
  int        console_height = (int) (HEIGHT / rig_scale ());
  int        unused;

  gtk_widget_measure (button, GTK_ORIENTATION_HORIZONTAL, -1, &unused, NULL, NULL, NULL);
  gtk_widget_measure (console, GTK_ORIENTATION_HORIZONTAL, -1, &unused, NULL, NULL, NULL);
  gtk_widget_size_allocate (
      console, &(GtkAllocation) { 0, 0, (int) (WIDTH / rig_scale ()), console_height }, -1);
  gtk_widget_size_allocate (button, &(GtkAllocation) { 0, console_height, 200, 60 }, -1);
}

static void
set_up (Rig *rig, gconstpointer data)
{
  GtkWidget          *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkEventController *shortcuts = gtk_shortcut_controller_new ();

  rig->server = rig_server_new ();
  rig->machine = rig_machine_new (rig_server_get_socket (rig->server));
  rig->console = AVB_CONSOLE (avb_console_new ());
  rig->button = gtk_button_new_with_label ("Button");
  gtk_widget_set_layout_manager (box, gtk_custom_layout_new (NULL, measure_box, allocate_box));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (rig->console));
  gtk_box_append (GTK_BOX (box), rig->button);
  rig_server_command (rig->server, "mode %d %d 32", WIDTH, HEIGHT);
  rig_server_command (rig->server, "noise 0 0 %d %d 1", WIDTH, HEIGHT);
  avb_console_set_machine (rig->console, rig->machine);

  rig_move (1100, 900);
  rig->window
      = rig_window_new (box, (int) (WIDTH / rig_scale ()), (int) (HEIGHT / rig_scale ()) + 60);
  gtk_event_controller_set_propagation_phase (shortcuts, GTK_PHASE_CAPTURE);
  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (shortcuts),
      gtk_shortcut_new (gtk_keyval_trigger_new (GDK_KEY_F10, 0),
                        gtk_callback_action_new (quit_cb, rig, NULL)));
  gtk_widget_add_controller (GTK_WIDGET (rig->window), shortcuts);

  rig_machine_set_running (rig->machine, TRUE);
  rig_wait_status (rig->console, AVB_CONSOLE_CONNECTED);
  rig_wait_screen (rig->server, WIDTH, HEIGHT, 0, 0);
  rig_wait (has_channels, rig->server, "all channels are there");
  rig_server_command (rig->server, "cursor 8 8 0 0 0000ffff");
  rig_wait (has_shape, rig->console, "the pointer is the tablet’s");
  gtk_widget_grab_focus (GTK_WIDGET (rig->console));
  rig_wait (has_focus, rig->console, "the console has the focus");
  rig_server_forget (rig->server);
}

static void
tear_down (Rig *rig, gconstpointer data)
{
  gtk_window_destroy (rig->window);
  rig_server_free (rig->server);
  g_assert_finalize_object (rig->machine);
}

static void
type (guint code)
{
  rig_key (code, TRUE);
  rig_key (code, FALSE);
}

static void
click (Rig *rig, int x, int y)
{
  rig_move (x, y);
  rig_button (1, TRUE);
  rig_button (1, FALSE);
}

static void
capture (Rig *rig)
{
  click (rig, 100, 100);
  rig_wait (is_captured, rig->console, "a click captures");
  rig_server_expect (rig->server, "buttons", "buttons 1; buttons 0");
  rig_server_forget (rig->server);
}

static void
test_scancodes (Rig *rig, gconstpointer captured)
{
  static const struct {
    guint       code;
    const char *bytes;
  } cases[] = {
    { KEY_A, "key 1e; key 9e" },
    { KEY_PAGEUP, "key e0; key 49; key e0; key c9" },
    { KEY_PAUSE, "key e1; key 1d; key 45; key e1; key 9d; key c5" },
    { KEY_LEFTMETA, "key e0; key 5b; key e0; key db" },
    { KEY_RIGHTALT, "key e0; key 38; key e0; key b8" },
    { KEY_KPENTER, "key e0; key 1c; key e0; key 9c" },
    { KEY_SYSRQ, "key e0; key 37; key e0; key b7" },
    { KEY_102ND, "key 56; key d6" },
    { KEY_F11, "key 57; key d7" },
    { KEY_ESC, "key 01; key 81" },
  };

  if (captured != NULL)
    capture (rig);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      type (cases[i].code);
      rig_server_expect (rig->server, "key", cases[i].bytes);
      rig_server_forget (rig->server);
    }
}

/* Keys that the window itself would use. */
static void
test_shortcuts (Rig *rig, gconstpointer data)
{
  type (KEY_F10);
  type (KEY_A);
  rig_server_expect (rig->server, "key", "key 1e; key 9e");
  g_assert_cmpint (rig->quits, ==, 1);
  rig_server_forget (rig->server);

  capture (rig);
  type (KEY_F10);
  type (KEY_TAB);
  rig_server_expect (rig->server, "key", "key 44; key c4; key 0f; key 8f");
  g_assert_cmpint (rig->quits, ==, 1);
  g_assert_true (gtk_widget_has_focus (GTK_WIDGET (rig->console)));
}

/* Insert and what is pressed with it stay here while a screen reader keeps its keys. */
static void
test_screen_reader (Rig *rig, gconstpointer data)
{
  g_autoptr (GSettings) settings = g_settings_new (AVB_APPLICATION_ID);

  capture (rig);
  type (KEY_INSERT);
  rig_server_expect (rig->server, "key", "key e0; key 52; key e0; key d2");
  rig_server_forget (rig->server);

  g_settings_set_boolean (settings, "screen-reader-keys", TRUE);
  rig_key (KEY_INSERT, TRUE);
  type (KEY_PAGEUP);
  rig_key (KEY_INSERT, FALSE);
  type (KEY_A);
  rig_server_expect (rig->server, "key", "key 1e; key 9e");
  g_settings_reset (settings, "screen-reader-keys");
}

static void
test_tab_leaves (Rig *rig, gconstpointer data)
{
  type (KEY_TAB);
  rig_wait (has_focus, rig->button, "Tab leaves the console");
  g_autofree char *keys = rig_server_events (rig->server, "key");
  g_assert_cmpstr (keys, ==, "");
}

static void
test_chord (Rig *rig, gconstpointer data)
{
  capture (rig);
  rig_key (KEY_LEFTCTRL, TRUE);
  rig_key (KEY_LEFTALT, TRUE);
  type (KEY_DELETE);
  rig_key (KEY_LEFTALT, FALSE);
  rig_key (KEY_LEFTCTRL, FALSE);
  rig_server_expect (
      rig->server, "key", "key 1d; key 38; key e0; key 53; key e0; key d3; key b8; key 9d");
  g_assert_true (avb_console_get_captured (rig->console));
  rig_server_forget (rig->server);

  rig_key (KEY_LEFTCTRL, TRUE);
  rig_key (KEY_LEFTALT, TRUE);
  rig_key (KEY_LEFTCTRL, FALSE);
  rig_key (KEY_LEFTALT, FALSE);
  rig_wait (is_released, rig->console, "Ctrl+Alt releases");
  rig_server_expect (rig->server, "key", "key 1d; key 38; key 9d; key b8");
  g_assert_true (gtk_widget_has_focus (GTK_WIDGET (rig->console)));
}

/* No key hangs in the guest when the keyboard goes elsewhere. */
static void
test_focus_loss (Rig *rig, gconstpointer captured)
{
  if (captured != NULL)
    capture (rig);
  rig_key (KEY_LEFTSHIFT, TRUE);
  rig_key (KEY_A, TRUE);
  rig_server_expect (rig->server, "key", "key 2a; key 1e");
  rig_focus (rig->window, FALSE);
  rig_server_expect (rig->server, "key", "key 2a; key 1e; key 9e; key aa");
  rig_key (KEY_A, FALSE);
  rig_key (KEY_LEFTSHIFT, FALSE);
  g_assert_false (avb_console_get_captured (rig->console));
  rig_focus (rig->window, TRUE);
  rig_server_forget (rig->server);
  /* What was released elsewhere is not released again. */
  type (KEY_B);
  rig_server_expect (rig->server, "key", "key 30; key b0");
}

static void
test_hidden (Rig *rig, gconstpointer data)
{
  capture (rig);
  rig_key (KEY_A, TRUE);
  rig_server_expect (rig->server, "key", "key 1e");
  gtk_widget_set_visible (GTK_WIDGET (rig->console), FALSE);
  rig_server_expect (rig->server, "key", "key 1e; key 9e");
  g_assert_false (avb_console_get_captured (rig->console));
  rig_key (KEY_A, FALSE);
}

static void
test_send_keys (Rig *rig, gconstpointer data)
{
  static const guint keyvals[] = { GDK_KEY_Control_L, GDK_KEY_Alt_L, GDK_KEY_F2 };

  avb_console_send_keys (rig->console, keyvals, G_N_ELEMENTS (keyvals));
  rig_server_expect (rig->server, "key", "key 1d; key 38; key 3c; key bc; key b8; key 9d");
  rig_server_forget (rig->server);
  g_assert_true (gtk_widget_activate_action (
      GTK_WIDGET (rig->console), "console.send-keys", "s", "Control_L Alt_L nonsense Delete"));
  rig_server_expect (
      rig->server, "key", "key 1d; key 38; key e0; key 53; key e0; key d3; key b8; key 9d");
}

/* The corners of what is shown are the corners of the guest, to the pixel. */
static void
test_corners (Rig *rig, gconstpointer data)
{
  static const struct {
    int x, y;
  } places[]
      = { { 0, 0 }, { WIDTH - 1, 0 }, { WIDTH - 1, HEIGHT - 1 }, { 0, HEIGHT - 1 }, { 301, 17 } };

  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *expected = NULL;

      rig_server_forget (rig->server);
      rig_move (places[i].x, places[i].y);
      expected = g_strdup_printf ("position %d %d 0", places[i].x, places[i].y);
      rig_server_expect (rig->server, "position", expected);
      rig_server_forget (rig->server);
    }
}

/* The same where the picture is scaled: 1200 × 960 guest pixels on 600 × 480 of the screen. */
static void
test_scaled_corners (Rig *rig, gconstpointer data)
{
  static const struct {
    int x, y, guest_x, guest_y;
  } places[] = {
    { 0, 0, 0, 0 },
    { WIDTH - 1, 0, 1199, 0 },
    { WIDTH - 1, HEIGHT - 1, 1199, 959 },
    { 0, HEIGHT - 1, 0, 959 },
  };

  rig_server_command (rig->server, "mode 1200 960 32");
  rig_server_command (rig->server, "noise 0 0 1200 960 4");
  rig_wait_texture (rig->console, rig->server, 1200, 960);
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++)
    {
      g_autofree char *expected
          = g_strdup_printf ("position %d %d 0", places[i].guest_x, places[i].guest_y);

      rig_server_forget (rig->server);
      rig_move (places[i].x, places[i].y);
      rig_server_expect (rig->server, "position", expected);
    }
}

static void
test_buttons (Rig *rig, gconstpointer data)
{
  capture (rig);
  rig_button (3, TRUE);
  rig_button (1, TRUE);
  rig_button (3, FALSE);
  rig_button (2, TRUE);
  rig_button (2, FALSE);
  rig_button (1, FALSE);
  /* As a tablet counts them: 1 left, 2 right, 4 middle. */
  rig_server_expect (
      rig->server, "buttons", "buttons 2; buttons 3; buttons 1; buttons 5; buttons 1; buttons 0");
}

static void
test_wheel (Rig *rig, gconstpointer data)
{
  rig_move (200, 200);
  rig_server_expect (rig->server, "position", "position 200 200 0");
  rig_wheel (1);
  rig_server_expect (rig->server, "wheel", "wheel 1 0");
  rig_wheel (-1);
  rig_server_expect (rig->server, "wheel", "wheel 1 0; wheel -1 0");
  rig_wheel (3);
  rig_server_expect (
      rig->server, "wheel", "wheel 1 0; wheel -1 0; wheel 1 0; wheel 1 0; wheel 1 0");
}

static gboolean
is_hidden_cursor (gpointer console)
{
  GdkCursor *cursor = gtk_widget_get_cursor (console);

  return cursor != NULL && g_strcmp0 (gdk_cursor_get_name (cursor), "none") == 0;
}

static gboolean
has_pointer (gpointer motion)
{
  return gtk_event_controller_motion_contains_pointer (motion);
}

/* Without a tablet the guest is told how far the pointer moved, and draws its own. */
static void
test_server_mouse (Rig *rig, gconstpointer data)
{
  GtkEventController *motion = gtk_event_controller_motion_new ();

  gtk_widget_add_controller (GTK_WIDGET (rig->console), motion);
  rig_server_command (rig->server, "tablet off");
  rig_wait (is_hidden_cursor, rig->console, "the desktop’s pointer hides");
  rig_move (100, 100);
  /* Events of one frame become one. */
  rig_wait (has_pointer, motion, "the pointer enters");
  rig_move (110, 95);
  rig_server_expect (rig->server, "motion", "motion 10 -5 0 0");
  rig_move (109, 100);
  rig_server_expect (rig->server, "motion", "motion 10 -5 0 0; motion -1 5 0 0");
}

static gboolean
is_locked (gpointer console)
{
  return avb_console_get_pointer_locked (console);
}

static gboolean
is_unlocked (gpointer console)
{
  return !avb_console_get_pointer_locked (console);
}

typedef struct {
  RigServer *server;
  int        dx;
  int        dy;
} Way;

/* Motions that come quickly may be told as one. */
static gboolean
has_gone (gpointer data)
{
  Way             *way = data;
  g_autofree char *events = rig_server_events (way->server, "motion");
  g_auto (GStrv) motions = g_strsplit (events, "; ", -1);
  int x = 0, y = 0;

  for (char **motion = motions; *motion != NULL; motion++)
    {
      int dx, dy;

      if (sscanf (*motion, "motion %d %d 0 0", &dx, &dy) != 2)
        continue;
      x += dx;
      y += dy;
    }
  return x == way->dx && y == way->dy;
}

/* Captured, the pointer does not end at the edge of anything. */
static void
test_relative (Rig *rig, gconstpointer data)
{
  Way way = { rig->server, 40 * -50, 40 * 30 };

  rig_server_command (rig->server, "tablet off");
  rig_wait (is_hidden_cursor, rig->console, "the desktop’s pointer hides");
  rig_move (100, 100);
  for (int round = 0; round < 2; round++)
    {
      g_assert_false (avb_console_get_pointer_locked (rig->console));
      rig_button (1, TRUE);
      rig_button (1, FALSE);
      rig_wait (is_locked, rig->console, "the pointer is locked");
      rig_server_expect (rig->server, "buttons", "buttons 0");
      rig_server_forget (rig->server);
      rig_move_by (7, -3);
      rig_server_expect (rig->server, "motion", "motion 7 -3 0 0");
      rig_server_forget (rig->server);
      for (int i = 0; i < 40; i++)
        rig_move_by (-50, 30);
      rig_wait (has_gone, &way, "the guest’s pointer has gone all the way");
      rig_server_forget (rig->server);
      rig_button (3, TRUE);
      rig_button (3, FALSE);
      /* A press is a motion that went nowhere. */
      rig_server_expect (rig->server, "motion buttons", "motion 0 0 0 2; buttons 0");

      rig_key (KEY_LEFTCTRL, TRUE);
      rig_key (KEY_LEFTALT, TRUE);
      rig_key (KEY_LEFTALT, FALSE);
      rig_key (KEY_LEFTCTRL, FALSE);
      rig_wait (is_unlocked, rig->console, "the pointer is free");
      g_assert_false (avb_console_get_captured (rig->console));
      rig_move (100 + round, 100);
      rig_server_forget (rig->server);
    }

  /* A tablet ends it as well. */
  rig_button (1, TRUE);
  rig_button (1, FALSE);
  rig_wait (is_locked, rig->console, "the pointer is locked");
  rig_server_command (rig->server, "tablet on");
  rig_wait (is_unlocked, rig->console, "the pointer is free");
  g_assert_true (avb_console_get_captured (rig->console));
}

static void
test_cursor (Rig *rig, gconstpointer data)
{
  rig_server_command (rig->server, "cursor-hide");
  rig_wait (is_hidden_cursor, rig->console, "the pointer hides");
  rig_server_command (rig->server, "cursor 16 24 3 5 00ff00ff");
  rig_wait (has_shape, rig->console, "the pointer is back");
  rig_machine_set_running (rig->machine, FALSE);
  rig_wait (has_no_cursor, rig->console, "without a guest the pointer is the desktop’s");
}

/* The guest's pixels are device pixels here, whatever the scale. */
static gboolean
is_red_pointer (gpointer data)
{
  int                 width, height, hot_x, hot_y;
  g_autofree guint32 *pixels = rig_pointer (&width, &height, &hot_x, &hot_y);

  if (width != 16 || height != 24 || hot_x != 4 || hot_y != 6)
    return FALSE;
  for (int i = 0; i < width * height; i++)
    if (pixels[i] != 0xffff0000u)
      return FALSE;
  return TRUE;
}

static void
test_pointer (Rig *rig, gconstpointer data)
{
  rig_server_command (rig->server, "cursor 16 24 4 6 ff0000ff");
  rig_move (100, 100);
  rig_wait (is_red_pointer, NULL, "the desktop shows the guest’s pointer");
}

/* In server mode the pointer is in the picture, where the guest put it. */
static gboolean
shows_red_at_50_40 (gpointer data)
{
  g_autofree guint32 *pixels = rig_screenshot (WIDTH, HEIGHT);

  return (pixels[40 * WIDTH + 50] & 0xffffff) == 0xff0000
         && (pixels[(40 + 7) * WIDTH + 50 + 7] & 0xffffff) == 0xff0000;
}

static void
test_drawn_cursor (Rig *rig, gconstpointer data)
{
  rig_server_command (rig->server, "tablet off");
  rig_wait (is_hidden_cursor, rig->console, "the desktop’s pointer hides");
  rig_server_command (rig->server, "cursor 8 8 2 1 ff0000ff");
  rig_server_command (rig->server, "cursor-move 52 41");
  rig_wait_shown (shows_red_at_50_40, NULL, "the pointer is drawn");
}

/* The lock keys of the guest follow those of the desktop. */
static void
test_locks (Rig *rig, gconstpointer data)
{
  rig_focus (rig->window, FALSE);
  type (KEY_CAPSLOCK);
  rig_focus (rig->window, TRUE);
  rig_server_expect (rig->server, "key", "key 3a; key ba");
  rig_server_command (rig->server, "leds 4");
  rig_server_forget (rig->server);

  rig_focus (rig->window, FALSE);
  type (KEY_CAPSLOCK);
  rig_focus (rig->window, TRUE);
  rig_server_expect (rig->server, "key", "key 3a; key ba");
}

/* Unless the user wants them to be the guest's own. */
static void
test_no_locks (Rig *rig, gconstpointer data)
{
  g_autoptr (AvbConsoleSettings) settings = avb_console_settings_for_machine (rig->machine);

  g_object_set (settings, "lock-keys", FALSE, NULL);
  rig_focus (rig->window, FALSE);
  type (KEY_CAPSLOCK);
  rig_focus (rig->window, TRUE);
  /* What was typed afterwards is all there is. */
  type (KEY_A);
  rig_server_expect (rig->server, "key", "key 1e; key 9e");
  g_object_set (settings, "lock-keys", TRUE, NULL);
  rig_server_expect (rig->server, "key", "key 1e; key 9e; key 3a; key ba");
  type (KEY_CAPSLOCK);
}

static void
test_accessible (Rig *rig, gconstpointer data)
{
  GtkAccessible *accessible = GTK_ACCESSIBLE (rig->console);

  gtk_test_accessible_assert_role (accessible, GTK_ACCESSIBLE_ROLE_APPLICATION);
  gtk_test_accessible_assert_property (
      accessible, GTK_ACCESSIBLE_PROPERTY_LABEL, "Console of rig, press Ctrl+Alt to release");
  avb_machine_set_name (rig->machine, "Ä <b>");
  gtk_test_accessible_assert_property (
      accessible, GTK_ACCESSIBLE_PROPERTY_LABEL, "Console of Ä <b>, press Ctrl+Alt to release");
}

#define ADD(path, data, func) g_test_add (path, Rig, data, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  gtk_disable_setlocale ();
  avb_test_init (&argc, &argv);
  gtk_init ();
  ADD ("/Avb/ConsoleInput/scancodes", NULL, test_scancodes);
  ADD ("/Avb/ConsoleInput/scancodes-captured", GINT_TO_POINTER (1), test_scancodes);
  ADD ("/Avb/ConsoleInput/shortcuts", NULL, test_shortcuts);
  ADD ("/Avb/ConsoleInput/screen-reader-keys", NULL, test_screen_reader);
  ADD ("/Avb/ConsoleInput/tab-leaves", NULL, test_tab_leaves);
  ADD ("/Avb/ConsoleInput/chord-releases", NULL, test_chord);
  ADD ("/Avb/ConsoleInput/focus-loss", NULL, test_focus_loss);
  ADD ("/Avb/ConsoleInput/focus-loss-captured", GINT_TO_POINTER (1), test_focus_loss);
  ADD ("/Avb/ConsoleInput/hidden", NULL, test_hidden);
  ADD ("/Avb/ConsoleInput/send-keys", NULL, test_send_keys);
  ADD ("/Avb/ConsoleInput/corners", NULL, test_corners);
  ADD ("/Avb/ConsoleInput/scaled-corners", NULL, test_scaled_corners);
  ADD ("/Avb/ConsoleInput/buttons", NULL, test_buttons);
  ADD ("/Avb/ConsoleInput/wheel", NULL, test_wheel);
  ADD ("/Avb/ConsoleInput/server-mouse", NULL, test_server_mouse);
  ADD ("/Avb/ConsoleInput/relative-pointer", NULL, test_relative);
  ADD ("/Avb/ConsoleInput/cursor", NULL, test_cursor);
  ADD ("/Avb/ConsoleInput/drawn-cursor", NULL, test_drawn_cursor);
  /* The virtual keyboard of Wayland does not lock, and there is no accessibility bus there. */
  if (g_strcmp0 (g_getenv ("GDK_BACKEND"), "x11") == 0)
    {
      ADD ("/Avb/ConsoleInput/locks", NULL, test_locks);
      ADD ("/Avb/ConsoleInput/own-lock-keys", NULL, test_no_locks);
      ADD ("/Avb/ConsoleInput/pointer", NULL, test_pointer);
      ADD ("/Avb/ConsoleInput/accessible", NULL, test_accessible);
    }
  return g_test_run ();
}

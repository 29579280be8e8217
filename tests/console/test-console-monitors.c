/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The guest's monitors: which there are, what shows them, and how large they are asked to be. */

#include "config.h"

#include "tests/avb-test.h"
#include "tests/console/console-rig.h"
#include "ui/console/avb-guest-layout.h"

#define WIDTH 640
#define HEIGHT 480

typedef struct {
  RigServer  *server;
  AvbMachine *machine;
  AvbConsole *console;
  GtkWindow  *window;
} Rig;

static void
set_up (Rig *rig, gconstpointer data)
{
  rig->server = rig_server_new ();
  rig->machine = rig_machine_new (rig_server_get_socket (rig->server));
  rig->console = AVB_CONSOLE (avb_console_new ());
  rig_server_command (rig->server, "noise 0 0 %d %d 1", WIDTH, HEIGHT);
  avb_console_set_machine (rig->console, rig->machine);
  rig->window = rig_window_new (GTK_WIDGET (rig->console), WIDTH, HEIGHT);
  /* On Wayland the pointer is part of the picture of the screen. */
  rig_move (WIDTH + 300, HEIGHT + 300);
}

static void
tear_down (Rig *rig, gconstpointer data)
{
  gtk_window_destroy (rig->window);
  rig_server_free (rig->server);
  g_assert_finalize_object (rig->machine);
}

static void
connect (Rig *rig)
{
  rig_machine_set_running (rig->machine, TRUE);
  rig_wait_status (rig->console, AVB_CONSOLE_CONNECTED);
}

static AvbGuestMonitors *
get_monitors (Rig *rig)
{
  return avb_console_session_get_monitors (avb_console_get_session (rig->console));
}

static char *
describe (AvbGuestMonitors *monitors)
{
  GString *text = g_string_new (NULL);
  guint    n = g_list_model_get_n_items (G_LIST_MODEL (monitors));

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (AvbGuestMonitor) monitor = g_list_model_get_item (G_LIST_MODEL (monitors), i);
      cairo_rectangle_int_t area;

      avb_guest_monitor_get_area (monitor, &area);
      g_string_append_printf (text,
                              "%s%u:%dx%d+%d+%d",
                              i > 0 ? " " : "",
                              avb_guest_monitor_get_number (monitor),
                              area.width,
                              area.height,
                              area.x,
                              area.y);
    }
  return g_string_free (text, FALSE);
}

typedef struct {
  AvbGuestMonitors *monitors;
  const char       *expected;
} Expected;

static gboolean
are_as_expected (gpointer data)
{
  Expected        *expected = data;
  g_autofree char *now = describe (expected->monitors);

  return g_str_equal (now, expected->expected);
}

static void
expect_monitors (Rig *rig, const char *description)
{
  Expected         expected = { get_monitors (rig), description };
  g_autofree char *what = g_strdup_printf ("the monitors are %s", description);

  rig_wait (are_as_expected, &expected, what);
}

/* Several monitors on one surface; each keeps its object as long as the guest keeps it. */
static void
test_lists (Rig *rig, gconstpointer data)
{
  g_autoptr (AvbGuestMonitor) first = NULL;
  g_autoptr (AvbGuestMonitor) again = NULL;

  connect (rig);
  expect_monitors (rig, "0:640x480+0+0");
  first = g_list_model_get_item (G_LIST_MODEL (get_monitors (rig)), 0);
  rig_server_command (rig->server, "monitors 4 2 400 480 0 0 240 300 400 100");
  expect_monitors (rig, "0:400x480+0+0 1:240x300+400+100");
  g_assert_cmpuint (avb_guest_monitors_find_free (get_monitors (rig), 1), ==, 2);
  again = g_list_model_get_item (G_LIST_MODEL (get_monitors (rig)), 0);
  g_assert_true (first == again);
  rig_server_command (rig->server, "monitors 2 1 640 480 0 0");
  expect_monitors (rig, "0:640x480+0+0");
  rig_server_command (rig->server, "monitors 1 1 640 480 0 0");
  rig_server_command (rig->server, "noise 1 1 10 10 3");
  rig_wait_texture (rig->console, rig->server, WIDTH, HEIGHT);
  g_assert_cmpuint (avb_guest_monitors_find_free (get_monitors (rig), 1), ==, AVB_MAX_MONITORS);
}

/* Nothing of what is said outside the surface is believed. */
static void
test_hostile (Rig *rig, gconstpointer data)
{
  connect (rig);
  rig_server_command (rig->server,
                      "monitors 9 6 9999 9999 100 100 10 10 640 0 10 10 0 480 "
                      "4294967295 4294967295 639 479 5 5 4294967295 4294967295 7 8 2 3");
  expect_monitors (rig, "0:540x380+100+100 3:1x1+639+479 5:7x8+2+3");
  /* All of them out of reach: then there is at least what was drawn. */
  rig_server_command (rig->server, "monitors 2 2 10 10 9999 9999 10 10 4294967295 0");
  expect_monitors (rig, "0:640x480+0+0");
  rig_server_command (rig->server, "monitors 10000 10000 640 480 0 0");
  rig_server_command (rig->server, "noise 0 0 640 480 2");
  expect_monitors (rig,
                   "0:640x480+0+0 1:1x1+0+0 2:1x1+0+0 3:1x1+0+0 4:1x1+0+0 5:1x1+0+0 6:1x1+0+0 "
                   "7:1x1+0+0 8:1x1+0+0 9:1x1+0+0 10:1x1+0+0 11:1x1+0+0 12:1x1+0+0 13:1x1+0+0 "
                   "14:1x1+0+0 15:1x1+0+0");
  rig_wait_texture (rig->console, rig->server, WIDTH, HEIGHT);
  /* A smaller surface under monitors that were larger. */
  rig_server_command (rig->server, "monitors 2 2 320 480 0 0 320 480 320 0");
  expect_monitors (rig, "0:320x480+0+0 1:320x480+320+0");
  rig_server_command (rig->server, "mode 200 100 32");
  rig_server_command (rig->server, "noise 0 0 200 100 3");
  expect_monitors (rig, "0:200x100+0+0");
}

typedef struct {
  guint32 *expected; /* of the whole surface */
  int      stride;
  int      x, y, width, height; /* what of it is shown in the upper left corner */
} Part;

static gboolean
shows_part (gpointer data)
{
  Part               *part = data;
  g_autofree guint32 *pixels = rig_screenshot (part->width, part->height);

  for (int y = 0; y < part->height; y++)
    for (int x = 0; x < part->width; x++)
      if (((pixels[y * part->width + x]
            ^ part->expected[(part->y + y) * part->stride + part->x + x])
           & 0xffffff)
          != 0)
        return FALSE;
  return TRUE;
}

static gboolean
points_there (gpointer server)
{
  g_autofree char *events = rig_server_events (server, "position");

  return g_str_has_suffix (events, "position 320 70 0");
}

/* A console shows one monitor to the pixel, points at it, and copies it. */
static void
test_shows_one (Rig *rig, gconstpointer data)
{
  GtkWidget *widget = GTK_WIDGET (rig->console);
  Part       part = { .stride = WIDTH, .x = 300, .y = 60, .width = 280, .height = 360 };
  g_autoptr (GdkTexture) texture = NULL;

  rig_set_display_mode (rig->machine, AVB_DISPLAY_EXACT);
  gtk_widget_set_halign (widget, GTK_ALIGN_START);
  gtk_widget_set_valign (widget, GTK_ALIGN_START);
  avb_console_set_monitor (rig->console, 1);
  connect (rig);
  rig_server_command (rig->server, "monitors 2 2 300 480 0 0 280 360 300 60");
  expect_monitors (rig, "0:300x480+0+0 1:280x360+300+60");
  part.expected = rig_server_dump (rig->server, WIDTH, HEIGHT);
  rig_wait_shown (shows_part, &part, "the second monitor is shown");
  g_free (part.expected);

  rig_server_command (rig->server, "noise 310 70 100 100 5");
  part.expected = rig_server_dump (rig->server, WIDTH, HEIGHT);
  rig_wait_shown (shows_part, &part, "what was drawn on the second monitor is shown");
  g_free (part.expected);
  texture = avb_console_dup_texture (rig->console);
  g_assert_cmpint (gdk_texture_get_width (texture), ==, 280);
  g_assert_cmpint (gdk_texture_get_height (texture), ==, 360);

  /* Without an agent, a tablet points at the surface. */
  rig_move (30, 40);
  rig_move (20, 10);
  rig_wait (points_there, rig->server, "the pointer is at 20, 10 of the monitor");

  rig_server_command (rig->server, "monitors 2 1 640 480 0 0");
  expect_monitors (rig, "0:640x480+0+0");
  g_assert_null (avb_console_dup_texture (rig->console));
}

/* A card with a channel for each monitor. */
static void
test_second_channel (Rig *rig, gconstpointer data)
{
  GtkWidget *other = avb_console_new ();
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());
  g_autoptr (GdkTexture) texture = NULL;
  guint32 pixel = 0;

  connect (rig);
  rig_server_command (rig->server, "second 320 200 336699");
  expect_monitors (rig, "0:640x480+0+0 1:320x200+0+0");
  avb_console_set_monitor (AVB_CONSOLE (other), 1);
  avb_console_set_machine (AVB_CONSOLE (other), rig->machine);
  gtk_window_set_child (window, other);
  texture = avb_console_dup_texture (AVB_CONSOLE (other));
  g_assert_cmpint (gdk_texture_get_width (texture), ==, 320);
  g_assert_cmpint (avb_console_get_status (AVB_CONSOLE (other)), ==, AVB_CONSOLE_CONNECTED);
  {
    g_autofree guint32 *pixels = g_new (guint32, 320 * 200);

    gdk_texture_download (texture, (guchar *) pixels, 320 * 4);
    pixel = pixels[199 * 320 + 319];
  }
  g_assert_cmphex (pixel & 0xffffff, ==, 0x336699);
  gtk_window_destroy (window);

  /* Both come back with the connection. */
  rig_server_kill (rig->server);
  rig_wait_status (rig->console, AVB_CONSOLE_LOST);
  expect_monitors (rig, "0:640x480+0+0 1:320x200+0+0");
  rig_server_start (rig->server);
  rig_server_command (rig->server, "second 400 300 112233");
  rig_server_command (rig->server, "noise 0 0 640 480 2");
  rig_wait_status (rig->console, AVB_CONSOLE_CONNECTED);
  expect_monitors (rig, "0:640x480+0+0 1:400x300+0+0");
  rig_machine_set_running (rig->machine, FALSE);
  expect_monitors (rig, "");
}

typedef struct {
  RigServer  *server;
  const char *monitors;
} Told;

static gboolean
was_told (gpointer data)
{
  Told            *told = data;
  g_autofree char *events = rig_server_events (told->server, "agent-monitors");
  g_autofree char *expected = g_strdup_printf ("agent-monitors 3 %s", told->monitors);

  /* All that could be there are listed. */
  while (g_str_has_suffix (events, " 0x0+0+0"))
    events[strlen (events) - strlen (" 0x0+0+0")] = '\0';
  return g_str_equal (events, expected);
}

/* Told once, and nothing else. */
static void
expect_told (Rig *rig, const char *monitors)
{
  Told             told = { rig->server, monitors };
  g_autofree char *what = g_strdup_printf ("the agent is told %s", monitors);

  rig_wait (was_told, &told, what);
}

static gboolean
can_arrange (gpointer layout)
{
  return avb_guest_layout_get_can_arrange (layout);
}

static gboolean
can_not_arrange (gpointer layout)
{
  return !avb_guest_layout_get_can_arrange (layout);
}

static char *
device_size (Rig *rig)
{
  double s = gdk_surface_get_scale (gtk_native_get_surface (GTK_NATIVE (rig->window)));
  int    width = (int) (gtk_widget_get_width (GTK_WIDGET (rig->console)) * s + 0.5);
  int    height = (int) (gtk_widget_get_height (GTK_WIDGET (rig->console)) * s + 0.5);

  return g_strdup_printf ("%dx%d+0+0", width & ~1, height);
}

static gboolean
done_cb (gpointer done)
{
  *(gboolean *) done = TRUE;
  return G_SOURCE_REMOVE;
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

/* Gives what should not happen the time to happen. */
static void
rest (void)
{
  gboolean done = FALSE;

  g_timeout_add (700, done_cb, &done);
  rig_wait (is_true, &done, "time passes");
}

/* The guest is asked for the widget's device pixels; once, whatever it answers. */
static void
test_resizes (Rig *rig, gconstpointer data)
{
  g_autoptr (AvbGuestLayout) layout = NULL;
  g_autofree char *size = NULL;
  g_autofree char *larger = NULL;

  connect (rig);
  layout = avb_guest_layout_for_session (avb_console_get_session (rig->console));
  rig_server_command (rig->server, "agent on");
  rig_wait (can_arrange, layout, "the agent can arrange monitors");
  size = device_size (rig);
  expect_told (rig, size);

  /* The guest's own idea of it is not answered. */
  rig_server_command (rig->server, "mode 504 376 32");
  rig_server_command (rig->server, "noise 0 0 504 376 3");
  rig_wait_texture (rig->console, rig->server, 504, 376);
  rest ();
  expect_told (rig, size);

  /* Sizes on the way to the last one are not asked for. */
  rig_server_forget (rig->server);
  for (int i = 1; i <= 10; i++)
    {
      gtk_widget_set_margin_end (GTK_WIDGET (rig->console), i * 8);
      g_main_context_iteration (NULL, FALSE);
    }
  rest ();
  larger = device_size (rig);
  expect_told (rig, larger);

  /* Another agent knows nothing of it yet. */
  rig_server_command (rig->server, "agent off");
  rig_wait (can_not_arrange, layout, "no agent");
  rig_server_forget (rig->server);
  rig_server_command (rig->server, "agent on");
  expect_told (rig, larger);

  /* Nor does the next connection. */
  rig_server_forget (rig->server);
  rig_server_kill (rig->server);
  rig_wait_status (rig->console, AVB_CONSOLE_LOST);
  rig_server_start (rig->server);
  rig_server_command (rig->server, "agent on");
  rig_server_command (rig->server, "noise 0 0 640 480 2");
  rig_wait_status (rig->console, AVB_CONSOLE_CONNECTED);
  expect_told (rig, larger);
}

/* What is not to be resized, is not. */
static void
test_leaves_alone (Rig *rig, gconstpointer data)
{
  g_autoptr (AvbGuestLayout) layout = NULL;

  rig_set_display_mode (rig->machine, AVB_DISPLAY_SCALE);
  connect (rig);
  layout = avb_guest_layout_for_session (avb_console_get_session (rig->console));
  rig_server_command (rig->server, "agent on");
  rig_wait (can_arrange, layout, "the agent can arrange monitors");
  rig_set_display_mode (rig->machine, AVB_DISPLAY_EXACT);
  rest ();
  rig_server_expect (rig->server, "agent-monitors", "");

  rig_set_display_mode (rig->machine, AVB_DISPLAY_RESIZE);
  {
    g_autofree char *size = device_size (rig);

    expect_told (rig, size);
  }

  /* An agent without the capability is not asked. */
  rig_server_command (rig->server, "agent off");
  rig_server_command (rig->server, "agent on 3 5");
  rest ();
  g_assert_false (avb_guest_layout_get_can_arrange (layout));
}

/* Limits, and monitors next to each other. */
static void
test_arranges (Rig *rig, gconstpointer data)
{
  g_autoptr (AvbGuestLayout) layout = NULL;

  rig_set_display_mode (rig->machine, AVB_DISPLAY_SCALE);
  connect (rig);
  layout = avb_guest_layout_for_session (avb_console_get_session (rig->console));
  rig_server_command (rig->server, "agent on");
  rig_wait (can_arrange, layout, "the agent can arrange monitors");
  avb_guest_layout_want (layout, 1, 801, 601);
  expect_told (rig, "640x480+0+0 800x601+640+0");
  rig_server_forget (rig->server);
  avb_guest_layout_want (layout, 1, 1, 1);
  avb_guest_layout_want (layout, 2, G_MAXINT, G_MAXINT);
  expect_told (rig, "640x480+0+0 320x200+640+0 16384x4096+960+0");
  rig_server_forget (rig->server);
  avb_guest_layout_forget (layout, 2);
  avb_guest_layout_turn_off (layout, 1);
  expect_told (rig, "640x480+0+0");
  /* The last monitor stays. */
  rig_server_forget (rig->server);
  avb_guest_layout_turn_off (layout, 0);
  rest ();
  rig_server_expect (rig->server, "agent-monitors", "");
}

#define ADD(path, func) g_test_add (path, Rig, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  gtk_disable_setlocale ();
  avb_test_init (&argc, &argv);
  gtk_init ();
  ADD ("/Avb/ConsoleMonitors/lists", test_lists);
  ADD ("/Avb/ConsoleMonitors/hostile", test_hostile);
  ADD ("/Avb/ConsoleMonitors/shows-one", test_shows_one);
  ADD ("/Avb/ConsoleMonitors/second-channel", test_second_channel);
  ADD ("/Avb/ConsoleMonitors/resizes-the-guest", test_resizes);
  ADD ("/Avb/ConsoleMonitors/leaves-alone", test_leaves_alone);
  ADD ("/Avb/ConsoleMonitors/arranges", test_arranges);
  return g_test_run ();
}

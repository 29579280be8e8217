/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What the screen shows, on X11 and Wayland at the scale that the display was started with. */

#include "config.h"

#include "tests/avb-test.h"
#include "tests/console/console-rig.h"
#include "ui/console/avb-spice-session.h"

typedef struct {
  RigServer  *server;
  AvbMachine *machine;
  AvbConsole *console;
  GtkWindow  *window;
} Rig;

/* At every scale that is tested, this is a whole number of logical pixels. */
#define WIDTH 600
#define HEIGHT 480

static void
set_up (Rig *rig, gconstpointer data)
{
  rig->server = rig_server_new ();
  rig->machine = rig_machine_new (rig_server_get_socket (rig->server));
  rig->console = AVB_CONSOLE (avb_console_new ());
  rig_server_command (rig->server, "mode %d %d 32", WIDTH, HEIGHT);
  rig_server_command (rig->server, "noise 0 0 %d %d 1", WIDTH, HEIGHT);
  avb_console_set_machine (rig->console, rig->machine);
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

static int
device (double logical)
{
  return (int) (logical * rig_scale () + 0.5);
}

static void
test_exact (Rig *rig, gconstpointer data)
{
  static const int offsets[][2] = { { 0, 0 }, { 13, 7 }, { 1, 3 }, { 2, 1 } };
  static const int formats[] = { 32, 565, 555 };
  GtkWidget       *widget = GTK_WIDGET (rig->console);
  guint            seed = 2;

  rig_set_display_mode (rig->machine, AVB_DISPLAY_EXACT);
  gtk_widget_set_halign (widget, GTK_ALIGN_START);
  gtk_widget_set_valign (widget, GTK_ALIGN_START);
  rig->window = rig_window_new (widget, device (WIDTH / rig_scale ()), HEIGHT);
  connect (rig);
  rig_wait_texture (rig->console, rig->server, WIDTH, HEIGHT);

  for (gsize f = 0; f < G_N_ELEMENTS (formats); f++)
    {
      rig_server_command (rig->server, "mode %d %d %d", WIDTH - (int) f, HEIGHT, formats[f]);
      rig_server_command (rig->server, "noise 0 0 %d %d %u", WIDTH, HEIGHT, seed++);
      for (gsize i = 0; i < G_N_ELEMENTS (offsets); i++)
        {
          gtk_widget_set_margin_start (widget, offsets[i][0]);
          gtk_widget_set_margin_top (widget, offsets[i][1]);
          rig_wait_screen (
              rig->server, WIDTH - (int) f, HEIGHT, device (offsets[i][0]), device (offsets[i][1]));
          for (int n = 0; n < 6; n++)
            rig_server_command (rig->server,
                                "noise %d %d %d %d %u",
                                n * 97 + 1,
                                n * 71 + 3,
                                37 + n * 5,
                                29 + n * 3,
                                seed++);
          rig_wait_screen (
              rig->server, WIDTH - (int) f, HEIGHT, device (offsets[i][0]), device (offsets[i][1]));
        }
    }
}

static guint8 *
get_surface (Rig *rig, gsize *size)
{
  SpiceSession       *spice = avb_spice_session_get_spice (AVB_SPICE_SESSION (avb_console_get_session (rig->console)));
  SpiceDisplayPrimary primary = { 0 };
  GList              *channels = spice_session_get_channels (spice);

  for (GList *l = channels; l != NULL; l = l->next)
    if (SPICE_IS_DISPLAY_CHANNEL (l->data))
      spice_display_channel_get_primary (l->data, 0, &primary);
  g_list_free (channels);
  g_assert_nonnull (primary.data);
  *size = (gsize) primary.stride * primary.height;
  return primary.data;
}

/* The square of EDGE × EDGE pixels at EDGE, EDGE. */
#define EDGE 40

static gboolean
is_square_black (gpointer data)
{
  g_autofree guint32 *pixels = rig_screenshot (WIDTH, HEIGHT);

  for (int y = EDGE; y < 2 * EDGE; y++)
    for (int x = EDGE; x < 2 * EDGE; x++)
      if ((pixels[y * WIDTH + x] & 0xffffff) != 0)
        return FALSE;
  return TRUE;
}

/* What the guest did not draw is not drawn again: made white behind the guest's back, it does not
 * show. Not on Wayland, where what is drawn again also depends on the compositor's buffers. */
static void
test_draws_only_damage (Rig *rig, gconstpointer data)
{
  GtkWidget *widget = GTK_WIDGET (rig->console);
  guint8    *surface;
  gsize      size;
  int        white = 0;
  g_autofree guint32 *pixels = NULL;

  rig_set_display_mode (rig->machine, AVB_DISPLAY_EXACT);
  gtk_widget_set_halign (widget, GTK_ALIGN_START);
  gtk_widget_set_valign (widget, GTK_ALIGN_START);
  rig->window = rig_window_new (widget, device (WIDTH / rig_scale ()), HEIGHT);
  connect (rig);
  rig_wait_screen (rig->server, WIDTH, HEIGHT, 0, 0);

  surface = get_surface (rig, &size);
  memset (surface, 0xff, size);
  rig_server_command (rig->server, "black %d %d %d %d", EDGE, EDGE, EDGE, EDGE);
  rig_wait_shown (is_square_black, NULL, "the screen shows the black square");
  pixels = rig_screenshot (WIDTH, HEIGHT);
  for (int i = 0; i < WIDTH * HEIGHT; i++)
    white += (pixels[i] & 0xffffff) == 0xffffff;
  g_test_message ("%d white pixels", white);
  g_assert_cmpint (white, <=, 2 * EDGE * 2 * EDGE);
}

/* Scaled to fit, a picture of the widget's own size is not scaled at all. */
static void
test_fits (Rig *rig, gconstpointer data)
{
  rig->window = rig_window_new (
      GTK_WIDGET (rig->console), (int) (WIDTH / rig_scale ()), (int) (HEIGHT / rig_scale ()));
  gtk_widget_set_halign (GTK_WIDGET (rig->console), GTK_ALIGN_START);
  gtk_widget_set_valign (GTK_WIDGET (rig->console), GTK_ALIGN_START);
  gtk_widget_set_size_request (
      GTK_WIDGET (rig->console), (int) (WIDTH / rig_scale ()), (int) (HEIGHT / rig_scale ()));
  connect (rig);
  rig_wait_screen (rig->server, WIDTH, HEIGHT, 0, 0);
}

static void
count_cb (GdkFrameClock *clock, int *count)
{
  (*count)++;
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

static void
test_idle (Rig *rig, gconstpointer data)
{
  GdkFrameClock *clock;
  gboolean       done = FALSE;
  int            frames = 0;

  rig->window = rig_window_new (GTK_WIDGET (rig->console), WIDTH, HEIGHT);
  connect (rig);
  rig_wait_texture (rig->console, rig->server, WIDTH, HEIGHT);
  clock = gtk_widget_get_frame_clock (GTK_WIDGET (rig->window));
  /* What is still under way. */
  g_timeout_add (1000, done_cb, &done);
  rig_wait (is_true, &done, "time passes");
  done = FALSE;
  g_signal_connect (clock, "paint", G_CALLBACK (count_cb), &frames);
  g_timeout_add (1500, done_cb, &done);
  rig_wait (is_true, &done, "time passes");
  g_assert_cmpint (frames, ==, 0);

  rig_server_command (rig->server, "noise 10 10 5 5 9");
  rig_wait_texture (rig->console, rig->server, WIDTH, HEIGHT);
  g_signal_handlers_disconnect_by_data (clock, &frames);
}

static gboolean
beat_cb (gpointer beats)
{
  (*(int *) beats)++;
  return G_SOURCE_CONTINUE;
}

/* A guest that draws as fast as it can starves neither the frames nor the rest of the program. */
static void
test_flood (Rig *rig, gconstpointer data)
{
  GdkFrameClock *clock;
  int            beats = 0, frames = 0;
  guint          source;

  rig->window = rig_window_new (GTK_WIDGET (rig->console), WIDTH, HEIGHT);
  connect (rig);
  rig_wait_texture (rig->console, rig->server, WIDTH, HEIGHT);
  clock = gtk_widget_get_frame_clock (GTK_WIDGET (rig->window));
  g_signal_connect (clock, "after-paint", G_CALLBACK (count_cb), &frames);
  source = g_timeout_add (10, beat_cb, &beats);
  rig_server_command (rig->server, "flood 40000");
  rig_wait_texture (rig->console, rig->server, WIDTH, HEIGHT);
  g_source_remove (source);
  g_signal_handlers_disconnect_by_data (clock, &frames);
  g_test_message ("%d frames, %d beats", frames, beats);
  g_assert_cmpint (beats, >, 5);
  g_assert_cmpint (frames, <, 20000);
}

static gboolean
is_grey (gpointer data)
{
  g_autofree guint32 *pixels = rig_screenshot (WIDTH, HEIGHT);
  guint32             brightest = 0;

  for (int i = 0; i < WIDTH * HEIGHT; i++)
    {
      int red = (pixels[i] >> 16) & 0xff, green = (pixels[i] >> 8) & 0xff, blue = pixels[i] & 0xff;

      if (ABS (red - green) > 1 || ABS (blue - green) > 1)
        return FALSE;
      brightest = MAX (brightest, (guint32) green);
    }
  return brightest > 60;
}

/* Grey is the last picture of a display that went. */
static void
test_greyed (Rig *rig, gconstpointer data)
{
  rig->window = rig_window_new (GTK_WIDGET (rig->console), WIDTH, HEIGHT);
  connect (rig);
  rig_wait_texture (rig->console, rig->server, WIDTH, HEIGHT);
  rig_server_kill (rig->server);
  rig_wait_status (rig->console, AVB_CONSOLE_LOST);
  g_assert_nonnull (avb_console_get_message (rig->console));
  rig_wait_shown (is_grey, NULL, "the last picture is grey");

  rig_server_start (rig->server);
  rig_server_command (rig->server, "noise 0 0 640 480 5");
  rig_wait_status (rig->console, AVB_CONSOLE_CONNECTED);
  rig_wait_texture (rig->console, rig->server, 640, 480);
}

int
main (int argc, char **argv)
{
  gtk_disable_setlocale ();
  avb_test_init (&argc, &argv);
  gtk_init ();
  g_test_add ("/Avb/Console/exact-pixels", Rig, NULL, set_up, test_exact, tear_down);
  if (!g_str_equal (G_OBJECT_TYPE_NAME (gdk_display_get_default ()), "GdkWaylandDisplay"))
    g_test_add (
        "/Avb/Console/draws-only-damage", Rig, NULL, set_up, test_draws_only_damage, tear_down);
  g_test_add ("/Avb/Console/fits-exactly", Rig, NULL, set_up, test_fits, tear_down);
  g_test_add ("/Avb/Console/idle-draws-nothing", Rig, NULL, set_up, test_idle, tear_down);
  g_test_add ("/Avb/Console/survives-a-flood", Rig, NULL, set_up, test_flood, tear_down);
  g_test_add ("/Avb/Console/greys-the-last-picture", Rig, NULL, set_up, test_greyed, tear_down);
  return g_test_run ();
}

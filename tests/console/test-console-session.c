/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Connections that come and go, and displays that nobody should trust. */

#include "config.h"

#include "backends/avb-error.h"
#include "tests/avb-test.h"
#include "tests/console/console-rig.h"
#include "ui/console/avb-guest-display.h"

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
  rig_server_command (rig->server, "noise 0 0 640 480 1");
  avb_console_set_machine (rig->console, rig->machine);
  rig->window = rig_window_new (GTK_WIDGET (rig->console), 640, 480);
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
  rig_wait_texture (rig->console, rig->server, 640, 480);
}

static void
test_follows_machine (Rig *rig, gconstpointer data)
{
  int width;

  g_assert_cmpint (avb_console_get_status (rig->console), ==, AVB_CONSOLE_IDLE);
  g_assert_null (avb_console_dup_texture (rig->console));
  for (int i = 0; i < 5; i++)
    {
      rig_machine_set_running (rig->machine, TRUE);
      g_assert_cmpint (avb_console_get_status (rig->console), ==, AVB_CONSOLE_CONNECTING);
      rig_wait_status (rig->console, AVB_CONSOLE_CONNECTED);
      g_object_get (rig->console, "guest-width", &width, NULL);
      g_assert_cmpint (width, ==, 640);
      g_assert_null (avb_console_get_message (rig->console));
      rig_machine_set_running (rig->machine, FALSE);
      g_assert_cmpint (avb_console_get_status (rig->console), ==, AVB_CONSOLE_IDLE);
      g_object_get (rig->console, "guest-width", &width, NULL);
      g_assert_cmpint (width, ==, 0);
    }
}

/* The hypervisor's daemon is restarted: the guest goes on, and so does its display. */
static void
test_link_lost (Rig *rig, gconstpointer data)
{
  guint opened;

  connect (rig);
  opened = rig_machine_get_n_opened (rig->machine);
  avb_machine_set_available (rig->machine, FALSE);
  g_assert_false (avb_machine_has_console (rig->machine));
  rig_server_command (rig->server, "noise 1 1 50 50 9");
  rig_wait_texture (rig->console, rig->server, 640, 480);
  g_assert_cmpint (avb_console_get_status (rig->console), ==, AVB_CONSOLE_CONNECTED);
  avb_machine_set_available (rig->machine, TRUE);
  rig_server_command (rig->server, "noise 2 2 50 50 10");
  rig_wait_texture (rig->console, rig->server, 640, 480);
  g_assert_cmpuint (rig_machine_get_n_opened (rig->machine), ==, opened);

  /* The guest ends meanwhile. */
  avb_machine_set_available (rig->machine, FALSE);
  rig_server_kill (rig->server);
  rig_wait_status (rig->console, AVB_CONSOLE_LOST);
  rig_machine_set_running (rig->machine, FALSE);
  avb_machine_set_available (rig->machine, TRUE);
  g_assert_cmpint (avb_console_get_status (rig->console), ==, AVB_CONSOLE_IDLE);
}

/* Switched off at once, and at every moment of the connection. */
static void
test_changes_mind (Rig *rig, gconstpointer data)
{
  for (int i = 0; i < 60; i++)
    {
      rig_machine_set_running (rig->machine, TRUE);
      for (int n = 0; n < i; n++)
        g_main_context_iteration (NULL, FALSE);
      rig_machine_set_running (rig->machine, FALSE);
      g_assert_cmpint (avb_console_get_status (rig->console), ==, AVB_CONSOLE_IDLE);
    }
  connect (rig);
}

static void
test_reconnects (Rig *rig, gconstpointer data)
{
  connect (rig);
  rig_server_kill (rig->server);
  rig_wait_status (rig->console, AVB_CONSOLE_LOST);
  g_assert_nonnull (avb_console_get_message (rig->console));
  rig_server_start (rig->server);
  rig_server_command (rig->server, "noise 3 5 100 100 7");
  rig_wait_status (rig->console, AVB_CONSOLE_CONNECTED);
  g_assert_null (avb_console_get_message (rig->console));
  rig_wait_texture (rig->console, rig->server, 640, 480);
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

static gboolean
done_cb (gpointer done)
{
  *(gboolean *) done = TRUE;
  return G_SOURCE_REMOVE;
}

/* Without a server it is tried again, but not in a hurry. */
static void
test_backs_off (Rig *rig, gconstpointer data)
{
  gboolean done = FALSE;
  guint    opened;

  connect (rig);
  opened = rig_machine_get_n_opened (rig->machine);
  rig_server_kill (rig->server);
  rig_wait_status (rig->console, AVB_CONSOLE_LOST);
  g_timeout_add (1500, done_cb, &done);
  rig_wait (is_true, &done, "time passes");
  g_assert_cmpint (avb_console_get_status (rig->console), ==, AVB_CONSOLE_LOST);
  g_assert_cmpuint (rig_machine_get_n_opened (rig->machine), ==, opened);
  rig_server_start (rig->server);
  rig_server_command (rig->server, "noise 0 0 640 480 2");
  rig_wait_status (rig->console, AVB_CONSOLE_CONNECTED);
  rig_wait_texture (rig->console, rig->server, 640, 480);
}

/* A server that dies each time. */
static void
test_gives_in (Rig *rig, gconstpointer data)
{
  connect (rig);
  for (int i = 0; i < 4; i++)
    {
      rig_server_kill (rig->server);
      rig_wait_status (rig->console, AVB_CONSOLE_LOST);
      rig_server_start (rig->server);
      rig_server_command (rig->server, "noise 0 0 640 480 %d", i);
      rig_wait_status (rig->console, AVB_CONSOLE_CONNECTED);
    }
  rig_server_kill (rig->server);
  rig_wait_status (rig->console, AVB_CONSOLE_FAILED);
  g_assert_nonnull (avb_console_get_message (rig->console));
  rig_server_start (rig->server);
  rig_server_command (rig->server, "noise 0 0 640 480 9");
  avb_console_reconnect (rig->console);
  rig_wait_status (rig->console, AVB_CONSOLE_CONNECTED);
}

static void
test_no_console (Rig *rig, gconstpointer data)
{
  g_autoptr (AvbConsoleEndpoint) endpoint = avb_console_endpoint_new (AVB_CONSOLE_NONE);

  endpoint->reason = g_strdup ("No graphics here.");
  rig_machine_set_endpoint (rig->machine, endpoint);
  rig_machine_set_running (rig->machine, TRUE);
  rig_wait_status (rig->console, AVB_CONSOLE_FAILED);
  g_assert_cmpstr (avb_console_get_message (rig->console), ==, "No graphics here.");
}

static gboolean
has_message (gpointer console)
{
  return avb_console_get_message (console) != NULL;
}

/* A host that listens on nothing. */
static void
test_remote_refused (Rig *rig, gconstpointer data)
{
  g_autoptr (AvbConsoleEndpoint) endpoint = avb_console_endpoint_new (AVB_CONSOLE_SPICE_HOST);

  endpoint->host = g_strdup ("127.0.0.1");
  endpoint->port = 1;
  rig_machine_set_endpoint (rig->machine, endpoint);
  rig_machine_set_running (rig->machine, TRUE);
  rig_wait (has_message, rig->console, "the console says that it can’t connect");
  g_assert_cmpint (avb_console_get_status (rig->console), ==, AVB_CONSOLE_CONNECTING);
}

/* Freed in the middle of everything. */
static void
test_unrefed (Rig *rig, gconstpointer data)
{
  rig_machine_set_running (rig->machine, TRUE);
  for (int i = 0; i < 40; i++)
    {
      AvbConsole *console = g_object_ref_sink (AVB_CONSOLE (avb_console_new ()));

      avb_console_set_machine (console, rig->machine);
      for (int n = 0; n < i; n++)
        g_main_context_iteration (NULL, FALSE);
      g_assert_finalize_object (console);
    }
}

/* Displays as no honest server describes them, straight from a channel. */

typedef struct {
  int        pictures;
  GPtrArray *problems;
} Outcome;

static void
picture_cb (AvbGuestDisplay *display, Outcome *outcome)
{
  outcome->pictures++;
}

static void
problem_cb (AvbGuestDisplay *display, const char *message, Outcome *outcome)
{
  g_ptr_array_add (outcome->problems, g_strdup (message));
}

static void
test_hostile (void)
{
  static const struct {
    int format, width, height, stride;
  } shapes[] = {
    { SPICE_SURFACE_FMT_32_xRGB, 0, 0, 0 },
    { SPICE_SURFACE_FMT_32_xRGB, 0, 480, 0 },
    { SPICE_SURFACE_FMT_32_xRGB, -640, -480, -2560 },
    { SPICE_SURFACE_FMT_32_xRGB, 32768, 32768, 131072 },
    { SPICE_SURFACE_FMT_32_xRGB, G_MAXINT, 1, G_MAXINT },
    { SPICE_SURFACE_FMT_32_xRGB, 640, 480, 640 },
    { SPICE_SURFACE_FMT_16_565, 640, 480, 640 },
    { SPICE_SURFACE_FMT_1_A, 640, 480, 2560 },
    { SPICE_SURFACE_FMT_8_A, 640, 480, 2560 },
    { 77, 640, 480, 2560 },
  };
  SpiceSession *session = spice_session_new ();
  SpiceChannel *channel = spice_channel_new (session, SPICE_CHANNEL_DISPLAY, 0);
  g_autoptr (AvbFramebuffer) framebuffer = avb_framebuffer_new ();
  g_autoptr (AvbGuestDisplay) display = avb_guest_display_new (framebuffer);
  g_autofree guint32 *good = g_new0 (guint32, 64 * 64);
  Outcome             outcome = { 0, g_ptr_array_new_with_free_func (g_free) };

  g_signal_connect (display, "picture", G_CALLBACK (picture_cb), &outcome);
  g_signal_connect (display, "problem", G_CALLBACK (problem_cb), &outcome);
  avb_guest_display_set_channel (display, SPICE_DISPLAY_CHANNEL (channel));

  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      /* Nothing of it may be read: a page would not even be there. */
      g_signal_emit_by_name (channel,
                             "display-primary-create",
                             shapes[i].format,
                             shapes[i].width,
                             shapes[i].height,
                             shapes[i].stride,
                             -1,
                             GINT_TO_POINTER (8));
      g_signal_emit_by_name (channel, "display-invalidate", 0, 0, G_MAXINT, G_MAXINT);
      g_signal_emit_by_name (channel, "display-mark", TRUE);
      g_assert_cmpuint (outcome.problems->len, ==, i + 1);
      g_assert_cmpint (outcome.pictures, ==, (int) i);
      g_assert_null (avb_framebuffer_dup_texture (framebuffer));
      g_signal_emit_by_name (channel, "display-primary-destroy");

      g_signal_emit_by_name (
          channel, "display-primary-create", SPICE_SURFACE_FMT_32_xRGB, 64, 64, 256, -1, good);
      g_signal_emit_by_name (channel, "display-invalidate", -10, -10, 20, 20);
      g_signal_emit_by_name (channel, "display-invalidate", 60, 60, G_MAXINT, G_MAXINT);
      g_signal_emit_by_name (channel, "display-mark", TRUE);
      g_assert_cmpint (outcome.pictures, ==, (int) i + 1);
      g_assert_cmpint (avb_framebuffer_get_width (framebuffer), ==, 64);
      g_signal_emit_by_name (channel, "display-primary-destroy");
    }
  /* Out of order. */
  g_signal_emit_by_name (channel, "display-primary-destroy");
  g_signal_emit_by_name (channel, "display-invalidate", 0, 0, 10, 10);
  g_signal_emit_by_name (channel, "display-mark", TRUE);
  g_signal_emit_by_name (channel, "display-mark", FALSE);

  avb_guest_display_set_channel (display, NULL);
  g_ptr_array_unref (outcome.problems);
  spice_session_disconnect (session);
  g_object_unref (session);
}

#define ADD(path, func) g_test_add (path, Rig, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  gtk_disable_setlocale ();
  avb_test_init (&argc, &argv);
  gtk_init ();
  ADD ("/Avb/ConsoleSession/follows-the-machine", test_follows_machine);
  ADD ("/Avb/ConsoleSession/link-lost", test_link_lost);
  ADD ("/Avb/ConsoleSession/changes-its-mind", test_changes_mind);
  ADD ("/Avb/ConsoleSession/reconnects", test_reconnects);
  ADD ("/Avb/ConsoleSession/backs-off", test_backs_off);
  ADD ("/Avb/ConsoleSession/gives-in", test_gives_in);
  ADD ("/Avb/ConsoleSession/no-console", test_no_console);
  ADD ("/Avb/ConsoleSession/remote-refused", test_remote_refused);
  ADD ("/Avb/ConsoleSession/freed-at-any-moment", test_unrefed);
  g_test_add_func ("/Avb/ConsoleSession/hostile-displays", test_hostile);
  return g_test_run ();
}

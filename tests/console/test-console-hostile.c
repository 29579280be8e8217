/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* A guest that means harm: the program stays responsive, its memory bounded, and the console works
 * again afterwards. And connections that come and go for a long time: nothing is left of them. */

#include "config.h"

#include <stdio.h>

#include "tests/avb-test.h"
#include "tests/console/console-rig.h"
#include "ui/console/avb-spice-session.h"

/* What no person would wait for; far above what is seen, because tests run on slow computers too. */
#define MAX_GAP_US (30 * G_USEC_PER_SEC)
#define MAX_GROWTH_KIB (1024 * 1024)

typedef struct {
  RigServer  *server;
  AvbMachine *machine;
  AvbConsole *console;
  GtkWindow  *window;
  guint       watch;
  gint64      looked_at; /* by the watch */
  gint64      longest_gap;
  gint64      memory;
} Rig;

/* The second number of the line of /proc/self/status that begins with @key. */
static gint64
read_status (const char *key)
{
  g_autofree char *text = NULL;
  const char      *line;

  g_assert_true (g_file_get_contents ("/proc/self/status", &text, NULL, NULL));
  line = strstr (text, key);
  g_assert_nonnull (line);
  return g_ascii_strtoll (line + strlen (key), NULL, 10);
}

static guint
count_files (void)
{
  g_autoptr (GDir) directory = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (directory) != NULL)
    n++;
  return n;
}

static gboolean
watch_cb (gpointer data)
{
  Rig   *rig = data;
  gint64 now = g_get_monotonic_time ();

  rig->longest_gap = MAX (rig->longest_gap, now - rig->looked_at);
  rig->looked_at = now;
  return G_SOURCE_CONTINUE;
}

static void
connect (Rig *rig)
{
  rig_machine_set_running (rig->machine, TRUE);
  rig_wait_status (rig->console, AVB_CONSOLE_CONNECTED);
  rig_wait_texture (rig->console, rig->server, 640, 480);
}

static void
set_up (Rig *rig, gconstpointer data)
{
  rig->server = rig_server_new ();
  rig->machine = rig_machine_new (rig_server_get_socket (rig->server));
  rig->console = AVB_CONSOLE (avb_console_new ());
  rig_server_command (rig->server, "noise 0 0 640 480 1");
  avb_console_set_machine (rig->console, rig->machine);
  rig->window = rig_window_new (GTK_WIDGET (rig->console), 640, 480);
  connect (rig);
  rig->looked_at = g_get_monotonic_time ();
  rig->longest_gap = 0;
  rig->watch = g_timeout_add_full (G_PRIORITY_HIGH, 10, watch_cb, rig, NULL);
  rig->memory = read_status ("VmRSS:");
}

static void
tear_down (Rig *rig, gconstpointer data)
{
  gint64 growth;

  /* An honest guest takes over. */
  rig_server_command (rig->server, "mode 640 480 32");
  rig_server_command (rig->server, "noise 0 0 640 480 77");
  rig_wait_texture (rig->console, rig->server, 640, 480);
  rig_wait_status (rig->console, AVB_CONSOLE_CONNECTED);
  g_assert_null (avb_console_get_message (rig->console));

  growth = read_status ("VmRSS:") - rig->memory;
  g_test_message ("longest gap %" G_GINT64_FORMAT " ms, %" G_GINT64_FORMAT " KiB more",
                  rig->longest_gap / 1000,
                  growth);
  g_assert_cmpint (rig->longest_gap, <, MAX_GAP_US);
  g_assert_cmpint (growth, <, MAX_GROWTH_KIB);
  g_source_remove (rig->watch);
  gtk_window_destroy (rig->window);
  rig_server_free (rig->server);
  g_assert_finalize_object (rig->machine);
}

/* 10⁵ and more invalidates, as fast as the server can. */
static void
test_invalidates (Rig *rig, gconstpointer data)
{
  for (int i = 0; i < 3; i++)
    rig_server_command (rig->server, "flood 40000");
  rig_wait_texture (rig->console, rig->server, 640, 480);
}

static void
test_formats (Rig *rig, gconstpointer data)
{
  static const int formats[] = { 32, 555, 565 };

  for (int i = 0; i < 60; i++)
    {
      int width = 640 - (i % 5) * 64;

      rig_server_command (rig->server, "mode %d 480 %d", width, formats[i % 3]);
      rig_server_command (rig->server, "noise 0 0 %d 480 %d", width, i);
      rig_server_command (rig->server, "flood 50");
    }
}

/* As large and as flat as libspice-server lets through: what can't be shown is said, and nothing is kept. */
static void
test_surfaces (Rig *rig, gconstpointer data)
{
  static const int sizes[][2] = { { 1, 1 }, { 1, 16384 }, { 16384, 1 }, { 8192, 4320 }, { 32768, 16 } };

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      rig_server_command (rig->server, "mode %d %d 32", sizes[i][0], sizes[i][1]);
      rig_server_command (rig->server, "noise 0 0 %d %d %u", MIN (sizes[i][0], 64), MIN (sizes[i][1], 64), i);
    }
}

/* Outside of the surface, larger than it, and more than there may be. */
static void
test_monitors (Rig *rig, gconstpointer data)
{
  static const char *const layouts[] = {
    "1 1 640 480 10000 10000",
    "1 1 60000 60000 0 0",
    "4 2 640 480 0 0 4000000000 4000000000 4000000000 4000000000",
    "16 16",
    "256 64",
    "1 1 0 0 0 0",
    "1 1 640 480 0 0",
  };

  for (int round = 0; round < 5; round++)
    for (guint i = 0; i < G_N_ELEMENTS (layouts); i++)
      {
        rig_server_command (rig->server, "monitors %s", layouts[i]);
        rig_server_command (rig->server, "noise 0 0 64 64 %u", i);
      }
}

static void
test_cursors (Rig *rig, gconstpointer data)
{
  static const int sizes[] = { 1, 511, 512, 513, 2048, 4096 };

  for (int round = 0; round < 4; round++)
    for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
      {
        rig_server_command (rig->server, "cursor %d %d %d %d 11223380", sizes[i], sizes[i], sizes[i], 0);
        rig_server_command (rig->server, "cursor-move %d %d", 32767 - round, -32768);
      }
  for (int i = 0; i < 200; i++)
    rig_server_command (rig->server, "cursor-move %d %d", i % 640, i % 480);
}

static gboolean
has_many_frames (gpointer server)
{
  g_autofree char *events = rig_server_events (server, "gl-done");

  return strstr (events, "gl-done 300") != NULL;
}

/* Each is answered, however many there are. */
static void
test_gl (Rig *rig, gconstpointer data)
{
  rig_server_forget (rig->server);
  rig_server_command (rig->server, "gl 300");
  rig_wait (has_many_frames, rig->server, "every frame is answered");
}

static gboolean
is_over (gpointer console)
{
  AvbConsoleStatus status = avb_console_get_status (console);

  return status == AVB_CONSOLE_TAKEN || status == AVB_CONSOLE_LOST;
}

/* All channels end again and again, also those that just begin. */
static void
test_ends (Rig *rig, gconstpointer data)
{
  for (int i = 0; i < 16; i++)
    {
      rig_server_command (rig->server, "kick");
      rig_wait (is_over, rig->console, "the console sees the end");
      g_assert_nonnull (avb_console_get_message (rig->console));
      avb_console_reconnect (rig->console);
      rig_wait_status (rig->console, AVB_CONSOLE_CONNECTED);
    }
}

/* A guest with an agent that floods, and one that never answers. */
static void
test_agent (Rig *rig, gconstpointer data)
{
  static const char *const abuses[]
      = { "agent on", "agent flood caps 3000", "agent flood grab 30000", "agent off", "agent on" };

  for (guint i = 0; i < G_N_ELEMENTS (abuses); i++)
    rig_server_command (rig->server, "%s", abuses[i]);
}

/* The number of rounds is AVB_TEST_ROUNDS. */
static void
test_rounds (Rig *rig, gconstpointer data)
{
  const char *given = g_getenv ("AVB_TEST_ROUNDS");
  guint       n = given != NULL ? (guint) atoi (given) : 50;
  guint       files = 0;
  gint64      threads = 0, memory = 0;

  for (guint i = 0; i < n; i++)
    {
      rig_machine_set_running (rig->machine, FALSE);
      rig_machine_set_running (rig->machine, TRUE);
      rig_wait_status (rig->console, AVB_CONSOLE_CONNECTED);
      /* By then everything that is made once is there. */
      if (i == 20)
        {
          files = count_files ();
          threads = read_status ("Threads:");
          memory = read_status ("VmRSS:");
        }
    }
  g_test_message ("%u rounds: files %u, then %u; threads %d, then %d; %d KiB more",
                  n,
                  files,
                  count_files (),
                  (int) threads,
                  (int) read_status ("Threads:"),
                  (int) (read_status ("VmRSS:") - memory));
  /* Some that just ended are still closing. */
  g_assert_cmpuint (count_files (), <=, files + 24);
  g_assert_cmpint (read_status ("Threads:"), <=, threads + 4);
}

#define ADD(path, func) g_test_add (path, Rig, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  gtk_disable_setlocale ();
  rig_allow_memfd ();
  avb_test_init (&argc, &argv);
  gtk_init ();
  ADD ("/Avb/ConsoleHostile/invalidates", test_invalidates);
  ADD ("/Avb/ConsoleHostile/formats", test_formats);
  ADD ("/Avb/ConsoleHostile/surfaces", test_surfaces);
  ADD ("/Avb/ConsoleHostile/monitors", test_monitors);
  ADD ("/Avb/ConsoleHostile/cursors", test_cursors);
  ADD ("/Avb/ConsoleHostile/gl", test_gl);
  ADD ("/Avb/ConsoleHostile/ends", test_ends);
  ADD ("/Avb/ConsoleHostile/agent", test_agent);
  ADD ("/Avb/ConsoleHostile/connects-and-disconnects", test_rounds);
  return g_test_run ();
}

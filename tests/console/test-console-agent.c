/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The session sees the agent come and go, and lives through what a bad one says. */

#include "config.h"

#include <spice/vd_agent.h>

#include "tests/avb-test.h"
#include "tests/console/console-rig.h"
#include "ui/console/avb-spice-session.h"

typedef struct {
  RigServer       *server;
  AvbMachine      *machine;
  AvbSpiceSession *session;
} Rig;

static void
set_up (Rig *rig, gconstpointer data)
{
  rig->server = rig_server_new ();
  rig->machine = rig_machine_new (rig_server_get_socket (rig->server));
  rig->session = AVB_SPICE_SESSION (avb_console_session_hold (rig->machine));
  rig_machine_set_running (rig->machine, TRUE);
}

static void
tear_down (Rig *rig, gconstpointer data)
{
  avb_console_session_release (AVB_CONSOLE_SESSION (rig->session));
  rig_server_free (rig->server);
  g_assert_finalize_object (rig->machine);
}

static gboolean
has_agent (gpointer data)
{
  SpiceMainChannel *main = avb_spice_session_get_main (data);

  return main != NULL && avb_console_session_get_agent_connected (AVB_CONSOLE_SESSION (data))
         && spice_main_channel_agent_test_capability (main, VD_AGENT_CAP_CLIPBOARD_BY_DEMAND);
}

static gboolean
has_no_agent (gpointer data)
{
  return !avb_console_session_get_agent_connected (AVB_CONSOLE_SESSION (data));
}

static void
test_comes_and_goes (Rig *rig, gconstpointer data)
{
  SpiceMainChannel *main;

  for (int i = 0; i < 3; i++)
    {
      rig_server_command (rig->server, "agent on");
      rig_wait (has_agent, rig->session, "the agent is there");
      main = avb_spice_session_get_main (rig->session);
      g_assert_true (
          spice_main_channel_agent_test_capability (main, VD_AGENT_CAP_CLIPBOARD_SELECTION));
      g_assert_false (
          spice_main_channel_agent_test_capability (main, VD_AGENT_CAP_GUEST_LINEEND_CRLF));
      rig_server_command (rig->server, "agent off");
      rig_wait (has_no_agent, rig->session, "the agent is gone");
    }
}

static gboolean
is_connected (gpointer data)
{
  return avb_console_session_get_status (AVB_CONSOLE_SESSION (data)) == AVB_CONSOLE_CONNECTED;
}

static gboolean
is_fatal_cb (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  return g_strcmp0 (domain, "GSpice") != 0;
}

static void
log_cb (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  g_test_message ("%s: %s", domain, message);
}

/* What no agent says; the session lives on, or connects again where the server hangs up. */
static void
test_nonsense (Rig *rig, gconstpointer data)
{
  static const char *const nonsense[] = {
    "raw 99 4 00000000",
    "raw 4 8 0000000001000000",
    "raw 7 4 00000000",
    "raw 8 8 0000000063000000",
    "raw 11 8 ffffffff03000000",
    "raw 11 8 ffffffff63000000",
    "flood caps 200",
    "flood grab 10000",
    "flood release 10000",
    "raw 4 2147483647 0000000001000000",
    "garbage 0102030405060708",
  };

  /* spice-client-glib criticizes itself for what a guest says. */
  g_test_log_set_fatal_handler (is_fatal_cb, NULL);
  g_log_set_handler ("GSpice", G_LOG_LEVEL_CRITICAL | G_LOG_FLAG_FATAL, log_cb, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (nonsense); i++)
    {
      rig_server_command (rig->server, "agent on");
      rig_wait (has_agent, rig->session, "the agent is there");
      rig_server_command (rig->server, "agent %s", nonsense[i]);
      rig_server_command (rig->server, "agent off");
      rig_wait (has_no_agent, rig->session, "the agent is gone");
      rig_wait (is_connected, rig->session, "the session goes on");
    }
}

#define ADD(path, func) g_test_add (path, Rig, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  gtk_disable_setlocale ();
  avb_test_init (&argc, &argv);
  gtk_init ();
  ADD ("/Avb/ConsoleAgent/comes-and-goes", test_comes_and_goes);
  ADD ("/Avb/ConsoleAgent/nonsense", test_nonsense);
  return g_test_run ();
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-simulator.h"

#include <glib-unix.h>

/* The simulated host alone, to see the window with it: prints its address and runs until it is stopped. */

static int port, machines = 5, speed = 1000, console_port;
static gboolean tls, ntlm;
static char *user, *password;

static const GOptionEntry entries[] = {
  { "port", 'p', 0, G_OPTION_ARG_INT, &port, "Port to listen on (any)", "PORT" },
  { "machines", 'n', 0, G_OPTION_ARG_INT, &machines, "How many machines there are", "N" },
  { "tls", 0, 0, G_OPTION_ARG_NONE, &tls, "HTTPS", NULL },
  { "ntlm", 0, 0, G_OPTION_ARG_NONE, &ntlm, "NTLM in place of Basic", NULL },
  { "user", 'u', 0, G_OPTION_ARG_STRING, &user, "Who may come in (anybody)", "NAME" },
  { "password", 0, 0, G_OPTION_ARG_STRING, &password, "Its password", "PASSWORD" },
  { "job-duration", 0, 0, G_OPTION_ARG_INT, &speed, "How long jobs take", "MS" },
  { "console-port", 0, 0, G_OPTION_ARG_INT, &console_port, "Where VMConnect is said to be (2179)", "PORT" },
  { NULL },
};

static void
add_machines (HypervSimulator *simulator)
{
  static const struct {
    const char *name;
    guint       generation;
    HypervState state;
  } few[] = {
    { "Debian 13", 2, HYPERV_STATE_ENABLED },
    { "Windows Server", 2, HYPERV_STATE_DISABLED },
    { "Old appliance", 1, HYPERV_STATE_SAVED },
    { "خادم الملفات", 2, HYPERV_STATE_QUIESCE },
    { "Überwachung", 2, HYPERV_STATE_ENABLED },
  };

  for (int i = 0; i < MIN (machines, (int) G_N_ELEMENTS (few)); i++)
    g_free (hyperv_simulator_add_machine (simulator, few[i].name, few[i].generation, few[i].state));
  if (machines > (int) G_N_ELEMENTS (few))
    hyperv_simulator_add_machines (simulator, "Machine", (guint) machines - G_N_ELEMENTS (few));
  hyperv_simulator_add_file (simulator, "C:\\ISO\\debian-13.iso", 700 * 1024 * 1024, 0);
}

static gboolean
stop_cb (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_CONTINUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("– a simulated Hyper-V host");
  g_autoptr (GError) error = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (HypervSimulator) simulator = NULL;

  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }
  simulator = hyperv_simulator_new ();
  hyperv_simulator_set_port (simulator, (guint16) port);
  hyperv_simulator_set_tls (simulator, tls);
  hyperv_simulator_set_job_duration (simulator, (guint) speed);
  if (user != NULL)
    hyperv_simulator_set_auth (simulator,
                               ntlm ? HYPERV_SIMULATOR_AUTH_NTLM | HYPERV_SIMULATOR_AUTH_NEGOTIATE : HYPERV_SIMULATOR_AUTH_BASIC,
                               user, password);
  if (console_port > 0)
    hyperv_simulator_set_console_port (simulator, (guint16) console_port);
  add_machines (simulator);
  if (!hyperv_simulator_start (simulator, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  g_print ("%s\n", hyperv_simulator_get_uri (simulator));
  g_unix_signal_add (SIGINT, stop_cb, loop);
  g_unix_signal_add (SIGTERM, stop_cb, loop);
  g_main_loop_run (loop);
  return 0;
}

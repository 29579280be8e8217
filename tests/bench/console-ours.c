/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* console-ours SOCKET WIDTH HEIGHT [alone]: our console in a window of the guest's size. */

#include "config.h"

#include <libdex.h>
#include <stdlib.h>

#include "console-probe.h"
#include "tests/console/console-rig.h"
#include "ui/console/avb-spice-session.h"

static void
prepare_cb (AvbSpiceSession *session, SpiceSession *spice, gpointer data)
{
  avb_probe_watch_session (spice);
}

/* The window is there: what is timed is the console's start, not the window's. */
static gboolean
connect_cb (gpointer machine)
{
  avb_probe_connecting ();
  rig_machine_set_running (machine, TRUE);
  return G_SOURCE_REMOVE;
}

int
main (int argc, char **argv)
{
  g_autoptr (AvbMachine) machine = NULL;
  GtkWidget *console;
  GtkWindow *window;

  if (argc < 4)
    return 2;
  gtk_init ();
  dex_init ();
  if (argc > 4)
    {
      /* What our program sets for the whole process, it sets here too. */
      g_type_class_ref (AVB_TYPE_FRAMEBUFFER);
      avb_probe_connect_alone (argv[1]);
      avb_probe_run ();
      return 0;
    }
  machine = rig_machine_new (argv[1]);
  console = avb_console_new ();
  avb_console_set_machine (AVB_CONSOLE (console), machine);
  g_signal_connect (
      avb_console_get_session (AVB_CONSOLE (console)), "prepare", G_CALLBACK (prepare_cb), NULL);
  window = GTK_WINDOW (gtk_window_new ());
  gtk_window_set_decorated (window, FALSE);
  gtk_window_set_default_size (window, atoi (argv[2]), atoi (argv[3]));
  gtk_window_set_child (window, console);
  gtk_window_present (window);
  avb_probe_watch_clock (G_OBJECT (gtk_widget_get_frame_clock (GTK_WIDGET (window))));
  g_timeout_add (500, connect_cb, machine);
  avb_probe_run ();
  gtk_window_destroy (window);
  return 0;
}

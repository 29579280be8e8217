/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* console-peer SOCKET WIDTH HEIGHT [alone]: spice-gtk's widget, on GTK 3, in the same window. */

#include "config.h"

#include <spice-client-gtk.h>
#include <stdlib.h>

#include "console-probe.h"

/* As virt-viewer does: the widget comes with its channel. */
static void
channel_new_cb (SpiceSession *session, SpiceChannel *channel, gpointer window)
{
  GtkWidget *display;

  if (!SPICE_IS_DISPLAY_CHANNEL (channel))
    return;
  display = GTK_WIDGET (spice_display_new (session, 0));
  gtk_container_add (GTK_CONTAINER (window), display);
  gtk_widget_show (display);
}

static gboolean
connect_cb (gpointer session)
{
  avb_probe_connecting ();
  spice_session_connect (session);
  return G_SOURCE_REMOVE;
}

int
main (int argc, char **argv)
{
  SpiceSession *session;
  GtkWidget    *window;

  if (argc < 4)
    return 2;
  gtk_init (NULL, NULL);
  if (argc > 4)
    {
      avb_probe_connect_alone (argv[1]);
      avb_probe_run ();
      return 0;
    }
  session = spice_session_new ();
  g_object_set (
      session, "unix-path", argv[1], "enable-audio", FALSE, "enable-usbredir", FALSE, NULL);
  avb_probe_watch_session (session);
  window = gtk_window_new (GTK_WINDOW_TOPLEVEL);
  g_signal_connect (session, "channel-new", G_CALLBACK (channel_new_cb), window);
  gtk_window_set_decorated (GTK_WINDOW (window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (window), atoi (argv[2]), atoi (argv[3]));
  gtk_widget_show (window);
  avb_probe_watch_clock (G_OBJECT (gdk_window_get_frame_clock (gtk_widget_get_window (window))));
  g_timeout_add (500, connect_cb, session);
  avb_probe_run ();
  gtk_widget_destroy (window);
  g_object_unref (session);
  return 0;
}

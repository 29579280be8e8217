/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* clipboard-source TEXT: has TEXT in the clipboard as long as it runs; says "copied" once it is there. */

#include "config.h"

#include <gtk/gtk.h>

static void
changed_cb (GdkClipboard *clipboard)
{
  if (gdk_clipboard_is_local (clipboard))
    g_print ("copied\n");
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  GdkClipboard *clipboard;

  gtk_init ();
  setvbuf (stdout, NULL, _IOLBF, 0);
  clipboard = gdk_display_get_clipboard (gdk_display_get_default ());
  g_signal_connect (clipboard, "changed", G_CALLBACK (changed_cb), NULL);
  gdk_clipboard_set_text (clipboard, argc > 1 ? argv[1] : "");
  g_main_loop_run (loop);
  return 0;
}

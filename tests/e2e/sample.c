/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* A small program to prove the driver on: what is typed, clicked and dropped becomes the text of a label. */

#include "config.h"

#include <gtk/gtk.h>

static void
apply_cb (GtkButton *button, gpointer user_data)
{
  GtkEditable *entry = g_object_get_data (G_OBJECT (button), "entry");

  gtk_label_set_text (user_data, gtk_editable_get_text (entry));
}

static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, gpointer user_data)
{
  GSList *files = g_value_get_boxed (value);
  g_autofree char *name = g_file_get_basename (files->data);

  gtk_label_set_text (user_data, name);
  return TRUE;
}

int
main (int argc, char **argv)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  GtkWidget *window, *box, *entry, *button, *label;
  GtkDropTarget *target;

  gtk_init ();
  window = gtk_window_new ();
  gtk_window_set_title (GTK_WINDOW (window), "Sample");
  gtk_window_set_default_size (GTK_WINDOW (window), 500, 400);
  box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  entry = gtk_entry_new ();
  button = gtk_button_new_with_label ("Apply");
  label = gtk_label_new ("nothing");
  gtk_widget_set_vexpand (label, TRUE);
  gtk_box_append (GTK_BOX (box), entry);
  gtk_box_append (GTK_BOX (box), button);
  gtk_box_append (GTK_BOX (box), label);
  g_object_set_data (G_OBJECT (button), "entry", entry);
  g_signal_connect (button, "clicked", G_CALLBACK (apply_cb), label);
  target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);
  g_signal_connect (target, "drop", G_CALLBACK (drop_cb), label);
  gtk_widget_add_controller (label, GTK_EVENT_CONTROLLER (target));
  gtk_window_set_child (GTK_WINDOW (window), box);
  g_signal_connect_swapped (window, "destroy", G_CALLBACK (g_main_loop_quit), loop);
  gtk_window_present (GTK_WINDOW (window));
  g_main_loop_run (loop);
  return 0;
}

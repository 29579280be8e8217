/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-disposable-actions.h"

#include <glib/gi18n-lib.h>

#include "app/avb-disposable.h"
#include "backends/avb-error.h"
#include "ui/avb-feedback.h"

typedef struct {
  GtkWindow  *window; /* weak */
  AvbLibrary *library;
} Wish;

static Wish *
wish_new (GtkWindow *window, AvbLibrary *library)
{
  Wish *wish = g_new0 (Wish, 1);

  wish->library = g_object_ref (library);
  g_set_weak_pointer (&wish->window, window);
  return wish;
}

static void
wish_free (gpointer data)
{
  Wish *wish = data;

  g_clear_weak_pointer (&wish->window);
  g_object_unref (wish->library);
  g_free (wish);
}

/* This user's own hypervisor on this computer: (transfer full) (nullable) */
static AvbConnection *
find_connection (AvbLibrary *library)
{
  GListModel *connections = avb_library_get_connections (library);

  for (guint i = 0; i < g_list_model_get_n_items (connections); i++)
    {
      g_autoptr (AvbConnection) connection = g_list_model_get_item (connections, i);

      if (g_str_has_suffix (avb_connection_get_uri (connection), "/session"))
        return g_steal_pointer (&connection);
    }
  return NULL;
}

static DexFuture *
opened_cb (DexFuture *future, gpointer user_data)
{
  Wish *wish = user_data;
  AvbMachine *machine = g_value_get_object (dex_future_get_value (future, NULL));

  avb_library_mark_used (wish->library, machine);
  if (wish->window != NULL)
    gtk_widget_activate_action (GTK_WIDGET (wish->window), "win.open-machine", "s",
                                avb_machine_get_uuid (machine));
  return dex_future_new_true ();
}

void
avb_disposable_open_file (GtkWindow *window, AvbLibrary *library, GFile *file)
{
  g_autoptr (AvbConnection) connection = find_connection (library);
  g_autofree char *name = g_file_get_basename (file);
  g_autofree char *shown = g_filename_display_name (name != NULL ? name : "");
  /* Translators: %s is the name of a file. */
  g_autofree char *title = g_strdup_printf (_("Opening “%s” in a Disposable Machine"), shown);
  g_autoptr (AvbOperation) operation = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (GTK_IS_WINDOW (window));
  g_return_if_fail (AVB_IS_LIBRARY (library));
  g_return_if_fail (G_IS_FILE (file));

  if (connection == NULL)
    {
      error = avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL,
                             _("A disposable machine needs this computer’s own hypervisor, which is not connected."));
      avb_feedback_error (GTK_WIDGET (window), error);
      return;
    }
  operation = avb_operation_new (title);
  avb_feedback_watch (GTK_WIDGET (window),
                      dex_future_then (avb_disposable_open (library, connection, file, operation), opened_cb,
                                       wish_new (window, library), wish_free));
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Wish *wish = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, &error);

  if (wish->window != NULL && file != NULL)
    avb_disposable_open_file (wish->window, wish->library, file);
  else if (wish->window != NULL && !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED) &&
           !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_CANCELLED))
    avb_feedback_error (GTK_WIDGET (wish->window), error);
  wish_free (wish);
}

void
avb_disposable_choose (GtkWindow *window, AvbLibrary *library)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();

  gtk_file_dialog_set_title (dialog, _("Choose a Disc or a Disk Image"));
  gtk_file_dialog_open (dialog, window, NULL, chosen_cb, wish_new (window, library));
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-file-saver.h"

#include "backends/avb-blocking.h"
#include "ui/avb-feedback.h"

typedef struct {
  GtkWidget *window;
  GFile     *file;
  GBytes    *bytes;
  char      *saved;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_object_unref (job->window);
  g_clear_object (&job->file);
  g_bytes_unref (job->bytes);
  g_free (job->saved);
  g_free (job);
}

/* The file appears complete or not at all. */
static DexFuture *
write_thread (gpointer data)
{
  Job *job = data;
  GError *error = NULL;

  if (!g_file_replace_contents (job->file, g_bytes_get_data (job->bytes, NULL),
                                g_bytes_get_size (job->bytes), NULL, FALSE,
                                G_FILE_CREATE_REPLACE_DESTINATION, NULL, NULL, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_true ();
}

static DexFuture *
written_cb (DexFuture *future, gpointer user_data)
{
  Job *job = user_data;
  g_autoptr (GError) error = NULL;

  if (dex_future_get_value (future, &error) != NULL)
    avb_feedback_message (job->window, job->saved);
  else
    avb_feedback_error (job->window, error);
  return dex_future_new_true ();
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Job *job = user_data;
  g_autoptr (GError) error = NULL;

  job->file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, &error);
  if (job->file == NULL)
    {
      if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED) &&
          !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_CANCELLED))
        avb_feedback_error (job->window, error);
      job_free (job);
      return;
    }
  avb_future_finish (
      dex_future_finally (avb_blocking_run (write_thread, job, NULL), written_cb, job, job_free),
      "Saving a file");
}

void
avb_file_save (GtkWidget *widget, const char *title, const char *name, GBytes *bytes,
               const char *saved)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autofree char *initial = g_strdelimit (g_strdup (name), "/\\", '-');
  Job *job = g_new0 (Job, 1);

  job->window = g_object_ref (GTK_WIDGET (gtk_widget_get_root (widget)));
  job->bytes = g_bytes_ref (bytes);
  job->saved = g_strdup (saved);
  gtk_file_dialog_set_title (dialog, title);
  gtk_file_dialog_set_initial_name (dialog, initial);
  gtk_file_dialog_save (dialog, GTK_WINDOW (job->window), NULL, chosen_cb, job);
}

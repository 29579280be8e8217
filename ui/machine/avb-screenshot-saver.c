/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-screenshot-saver.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-blocking.h"
#include "ui/avb-feedback.h"
#include "ui/library/avb-picture-decoder.h"

typedef struct {
  GtkWidget  *window;
  GFile      *file;
  GdkTexture *texture;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_clear_object (&job->window);
  g_clear_object (&job->file);
  g_clear_object (&job->texture);
  g_free (job);
}

/* The file appears complete or not at all. */
static DexFuture *
write_thread (gpointer data)
{
  Job *job = data;
  g_autoptr (GBytes) bytes = gdk_texture_save_to_png_bytes (job->texture);
  GError *error = NULL;

  if (!g_file_replace_contents (job->file, g_bytes_get_data (bytes, NULL),
                                g_bytes_get_size (bytes), NULL, FALSE,
                                G_FILE_CREATE_REPLACE_DESTINATION, NULL, NULL, &error))
    return dex_future_new_for_error (error);
  return dex_future_new_true ();
}

static DexFuture *
written_cb (DexFuture *future, gpointer user_data)
{
  avb_feedback_message (user_data, _("Screenshot saved"));
  return dex_future_new_true ();
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Job *job = user_data;
  g_autoptr (GError) error = NULL;
  GtkWidget *window = job->window;
  DexFuture *future;

  job->file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, &error);
  if (job->file == NULL)
    {
      if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED) &&
          !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_CANCELLED))
        avb_feedback_error (window, error);
      job_free (job);
      return;
    }
  future = avb_blocking_run (write_thread, job, job_free);
  future = dex_future_then (future, written_cb, g_object_ref (window), g_object_unref);
  avb_feedback_watch (window, future);
}

typedef struct {
  GtkWidget *window;
  char      *name;
} Request;

static void
request_free (gpointer data)
{
  Request *request = data;

  g_object_unref (request->window);
  g_free (request->name);
  g_free (request);
}

static void
ask (Request *request, GdkTexture *texture)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *when = g_date_time_format (now, "%Y-%m-%d %H-%M-%S");
  g_autofree char *name = g_strdup_printf ("%s %s.png", request->name, when);
  Job *job = g_new0 (Job, 1);

  job->window = g_object_ref (request->window);
  job->texture = g_object_ref (texture);
  gtk_file_dialog_set_title (dialog, _("Save Screenshot"));
  gtk_file_dialog_set_initial_name (dialog, g_strdelimit (name, "/\\", '-'));
  gtk_file_dialog_save (dialog, GTK_WINDOW (request->window), NULL, chosen_cb, job);
}

static DexFuture *
decode_cb (DexFuture *future, gpointer user_data)
{
  return avb_picture_decode (g_value_get_boxed (dex_future_get_value (future, NULL)), 0);
}

static DexFuture *
decoded_cb (DexFuture *future, gpointer user_data)
{
  ask (user_data, g_value_get_object (dex_future_get_value (future, NULL)));
  return dex_future_new_true ();
}

void
avb_screenshot_save (GtkWidget *widget, AvbMachine *machine, GdkTexture *texture)
{
  Request *request = g_new0 (Request, 1);
  DexFuture *future;

  request->window = g_object_ref (GTK_WIDGET (gtk_widget_get_root (widget)));
  request->name = g_strdup (avb_machine_get_name (machine));
  if (texture != NULL)
    {
      ask (request, texture);
      request_free (request);
      return;
    }
  future = dex_future_then (avb_machine_take_screenshot (machine), decode_cb, NULL, NULL);
  future = dex_future_then (future, decoded_cb, request, request_free);
  avb_feedback_watch (widget, future);
}

static void
copy (GtkWidget *window, GdkTexture *texture)
{
  gdk_clipboard_set_texture (gtk_widget_get_clipboard (window), texture);
  avb_feedback_message (window, _("Screenshot copied"));
}

static DexFuture *
decoded_to_copy_cb (DexFuture *future, gpointer user_data)
{
  copy (user_data, g_value_get_object (dex_future_get_value (future, NULL)));
  return dex_future_new_true ();
}

void
avb_screenshot_copy_picture (GtkWidget *widget, AvbMachine *machine, GdkTexture *texture)
{
  GtkWidget *window = GTK_WIDGET (gtk_widget_get_root (widget));
  DexFuture *future;

  if (texture != NULL)
    {
      copy (window, texture);
      return;
    }
  future = dex_future_then (avb_machine_take_screenshot (machine), decode_cb, NULL, NULL);
  future = dex_future_then (future, decoded_to_copy_cb, g_object_ref (window), g_object_unref);
  avb_feedback_watch (widget, future);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-closing.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-error.h"
#include "ui/avb-feedback.h"
#include "ui/avb-jobs-button.h"

typedef struct {
  GtkWidget      *window;
  AvbLibrary     *library;
  AvbOperation   *operation;
  AdwDialog      *dialog;
  AvbClosingFunc  done;
  gpointer        user_data;
} Closing;

static void
finish (Closing *closing, gboolean go_on)
{
  if (closing->dialog != NULL)
    {
      adw_dialog_force_close (closing->dialog);
      g_clear_object (&closing->dialog);
    }
  closing->done (go_on, closing->user_data);
  g_clear_object (&closing->operation);
  g_clear_object (&closing->library);
  g_clear_object (&closing->window);
  g_free (closing);
}

static void
leave_response_cb (AdwAlertDialog *dialog, const char *response, Closing *closing)
{
  finish (closing, g_str_equal (response, "leave"));
}

/* Some could not be saved: leaving them running loses nothing, but it is not what was asked for. */
static void
ask_to_leave (Closing *closing, const char *message)
{
  AdwDialog *dialog = adw_alert_dialog_new (_("Not Every Machine Could Be Saved"), message);

  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _("_Cancel"), "leave",
                                  _("_Leave Them Running"), NULL);
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "cancel");
  g_signal_connect (dialog, "response", G_CALLBACK (leave_response_cb), closing);
  adw_dialog_present (dialog, closing->window);
}

static DexFuture *
saved_cb (DexFuture *future, gpointer user_data)
{
  Closing *closing = user_data;
  g_autoptr (GError) error = NULL;

  if (dex_future_get_value (future, &error) != NULL)
    {
      finish (closing, TRUE);
      return dex_future_new_true ();
    }
  if (closing->dialog != NULL)
    {
      adw_dialog_force_close (closing->dialog);
      g_clear_object (&closing->dialog);
    }
  if (avb_error_is_cancelled (error))
    finish (closing, FALSE);
  else
    ask_to_leave (closing, error->message);
  return dex_future_new_true ();
}

static void
cancel_cb (Closing *closing)
{
  avb_operation_cancel (closing->operation);
}

static void
show_progress (Closing *closing)
{
  guint n = avb_library_count_running (closing->library);
  g_autofree char *heading =
      g_strdup_printf (ngettext ("Saving %u Machine", "Saving %u Machines", n), n);
  GtkWidget *view = adw_toolbar_view_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  GtkWidget *title = gtk_label_new (heading);
  GtkWidget *body = gtk_label_new (_("They go on from here at their next start."));
  GtkWidget *cancel = gtk_button_new_with_mnemonic (_("_Cancel"));

  closing->dialog = g_object_ref_sink (adw_dialog_new ());
  adw_dialog_set_title (closing->dialog, heading);
  adw_dialog_set_content_width (closing->dialog, 380);
  adw_dialog_set_can_close (closing->dialog, FALSE);
  gtk_widget_add_css_class (title, "title-2");
  gtk_label_set_wrap (GTK_LABEL (body), TRUE);
  gtk_label_set_justify (GTK_LABEL (body), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (cancel, "pill");
  gtk_widget_set_halign (cancel, GTK_ALIGN_CENTER);
  g_signal_connect_swapped (cancel, "clicked", G_CALLBACK (cancel_cb), closing);
  g_signal_connect_object (closing->dialog, "close-attempt", G_CALLBACK (gtk_widget_grab_focus),
                           cancel, G_CONNECT_SWAPPED);
  gtk_widget_set_margin_top (box, 24);
  gtk_widget_set_margin_bottom (box, 24);
  gtk_widget_set_margin_start (box, 24);
  gtk_widget_set_margin_end (box, 24);
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), body);
  gtk_box_append (GTK_BOX (box), avb_job_row_new (closing->library, closing->operation));
  gtk_box_append (GTK_BOX (box), cancel);
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), box);
  adw_dialog_set_child (closing->dialog, view);
  adw_dialog_present (closing->dialog, closing->window);
}

static DexFuture *
deleted_cb (DexFuture *future, gpointer user_data)
{
  Closing *closing = user_data;

  if (closing->operation == NULL)
    {
      finish (closing, TRUE);
      return dex_future_new_true ();
    }
  show_progress (closing);
  return dex_future_finally (avb_library_save_running (closing->library, closing->operation),
                             saved_cb, closing, NULL);
}

void
avb_closing_run (GtkWidget      *window,
                 AvbLibrary     *library,
                 gboolean        save,
                 AvbClosingFunc  done,
                 gpointer        user_data)
{
  Closing *closing = g_new0 (Closing, 1);

  g_return_if_fail (GTK_IS_WINDOW (window));
  g_return_if_fail (AVB_IS_LIBRARY (library));

  closing->window = g_object_ref (window);
  closing->library = g_object_ref (library);
  closing->done = done;
  closing->user_data = user_data;
  if (save && avb_library_count_running (library) > 0)
    closing->operation = avb_operation_new (_("Saving running machines"));
  avb_feedback_watch (window, dex_future_finally (avb_library_delete_pending (library), deleted_cb,
                                                  closing, NULL));
}

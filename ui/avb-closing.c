/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-closing.h"

#include <glib/gi18n-lib.h>

#include "app/avb-disposable.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "ui/avb-background.h"
#include "ui/avb-feedback.h"
#include "ui/avb-jobs-button.h"

typedef struct {
  GtkWidget      *window;
  AvbLibrary     *library;
  AvbServedDisks *served; /* (nullable) */
  AvbOperation   *operation;
  AdwDialog      *dialog;
  gboolean        save;
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
  g_clear_object (&closing->served);
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
  gtk_window_present (GTK_WINDOW (closing->window));
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

  /* Only now: a machine that was being created may run by this time. */
  if (closing->save && avb_library_count_running (closing->library) > 0)
    closing->operation = avb_operation_new (_("Saving running machines"));
  if (closing->operation == NULL)
    {
      finish (closing, TRUE);
      return dex_future_new_true ();
    }
  if (gtk_widget_get_visible (closing->window))
    show_progress (closing);
  return dex_future_finally (avb_library_save_running (closing->library, closing->operation),
                             saved_cb, closing, NULL);
}

static DexFuture *
disposed_cb (DexFuture *future, gpointer user_data)
{
  Closing *closing = user_data;

  return dex_future_finally (avb_library_delete_pending (closing->library), deleted_cb, closing, NULL);
}

/* Where machines are put away, those that cannot be end here: they were made for that. */
static DexFuture *
jobs_ended_cb (DexFuture *future, gpointer user_data)
{
  Closing *closing = user_data;

  return dex_future_finally (closing->save ? avb_disposable_end_all (closing->library) : dex_future_new_true (),
                             disposed_cb, closing, NULL);
}

static void
close_now (Closing *closing)
{
  avb_feedback_watch (closing->window, dex_future_finally (avb_library_cancel_jobs (closing->library),
                                                           jobs_ended_cb, closing, NULL));
}

/* --- without a window --- */

static void
shown_cb (GtkWidget *window, GParamSpec *pspec, DexPromise *shown)
{
  if (gtk_widget_get_visible (window) && dex_future_is_pending (DEX_FUTURE (shown)))
    dex_promise_resolve_boolean (shown, TRUE);
}

/* In a fiber. Until the jobs have ended, or somebody opened the window again: then nothing is closed. */
static DexFuture *
background_fiber (gpointer data)
{
  Closing *closing = data;
  DexPromise *shown = dex_promise_new ();
  g_autoptr (GError) error = NULL;
  gulong handler;

  if (!dex_await (avb_background_request (GTK_WINDOW (closing->window)), &error))
    {
      avb_feedback_error (closing->window, error);
      finish (closing, FALSE);
      dex_unref (shown);
      return dex_future_new_true ();
    }
  gtk_widget_set_visible (closing->window, FALSE);
  handler = g_signal_connect (closing->window, "notify::visible", G_CALLBACK (shown_cb), shown);
  dex_await (dex_future_first (avb_library_await_jobs (closing->library), dex_ref (DEX_FUTURE (shown)), NULL), NULL);
  g_signal_handler_disconnect (closing->window, handler);
  dex_unref (shown);
  if (gtk_widget_get_visible (closing->window))
    finish (closing, FALSE);
  else
    close_now (closing);
  return dex_future_new_true ();
}

/* --- disks that go with the program --- */

static void
served_response_cb (AdwAlertDialog *dialog, const char *response, Closing *closing)
{
  if (g_str_equal (response, "keep"))
    {
      finish (closing, FALSE);
      return;
    }
  closing->save = g_str_equal (response, "save");
  close_now (closing);
}

/* Machines that would be left running, and stand still without what serves their disks. */
static void
ask_about_served (Closing *closing, guint n)
{
  g_autofree char *body =
      g_strdup_printf (ngettext ("%u machine has a disk that an extension serves. Without this program it stands still as "
                                 "soon as it needs that disk, and goes on when the program is open again.",
                                 "%u machines have disks that extensions serve. Without this program they stand still as "
                                 "soon as they need those disks, and go on when the program is open again.",
                                 n),
                       n);
  AdwDialog *dialog = adw_alert_dialog_new (_("Close While Disks Are Served?"), body);

  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "keep", _("_Keep Open"), "close", _("_Close Anyway"),
                                  "save", _("_Save All Machines and Close"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "close", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "keep");
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "keep");
  g_signal_connect (dialog, "response", G_CALLBACK (served_response_cb), closing);
  adw_dialog_present (dialog, closing->window);
}

static void
close_or_ask (Closing *closing)
{
  guint n = closing->served != NULL && !closing->save ? avb_served_disks_count (closing->served, NULL) : 0;

  if (n > 0)
    ask_about_served (closing, n);
  else
    close_now (closing);
}

/* --- jobs --- */

static void
jobs_response_cb (AdwAlertDialog *dialog, const char *response, Closing *closing)
{
  if (g_str_equal (response, "stop"))
    close_or_ask (closing);
  else if (g_str_equal (response, "background"))
    avb_feedback_watch (closing->window, avb_fiber_spawn (background_fiber, closing, NULL));
  else
    finish (closing, FALSE);
}

/* What is half made would be lost: that is for the user to say. */
static void
ask_to_stop_jobs (Closing *closing, guint n)
{
  g_autofree char *body =
      g_strdup_printf (ngettext ("%u task is under way. It can go on without the window, or be canceled: then what it "
                                 "made so far is removed.",
                                 "%u tasks are under way. They can go on without the window, or be canceled: then what "
                                 "they made so far is removed.",
                                 n),
                       n);
  AdwDialog *dialog = adw_alert_dialog_new (_("Close While Work Is Under Way?"), body);

  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "go-on", _("_Keep Open"), "stop",
                                  _("_Cancel Work and Close"), "background", _("_Go On in the Background"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "stop", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "go-on");
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "go-on");
  g_signal_connect (dialog, "response", G_CALLBACK (jobs_response_cb), closing);
  adw_dialog_present (dialog, closing->window);
}

void
avb_closing_run (GtkWidget      *window,
                 AvbLibrary     *library,
                 AvbServedDisks *served,
                 gboolean        save,
                 AvbClosingFunc  done,
                 gpointer        user_data)
{
  Closing *closing = g_new0 (Closing, 1);
  guint n_jobs;

  g_return_if_fail (GTK_IS_WINDOW (window));
  g_return_if_fail (AVB_IS_LIBRARY (library));
  g_return_if_fail (served == NULL || AVB_IS_SERVED_DISKS (served));

  closing->window = g_object_ref (window);
  closing->library = g_object_ref (library);
  g_set_object (&closing->served, served);
  closing->done = done;
  closing->user_data = user_data;
  closing->save = save;
  n_jobs = avb_library_count_jobs (library);
  if (n_jobs > 0)
    ask_to_stop_jobs (closing, n_jobs);
  else
    close_or_ask (closing);
}

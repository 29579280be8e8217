/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-feedback.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-error.h"
#include "ui/avb-window.h"

void
avb_feedback_toast (GtkWidget *widget, AdwToast *toast)
{
  GtkRoot *root = widget != NULL ? gtk_widget_get_root (widget) : NULL;
  GtkWidget *preferences = widget != NULL ? gtk_widget_get_ancestor (widget, ADW_TYPE_PREFERENCES_DIALOG) : NULL;
  GtkWidget *content = ADW_IS_APPLICATION_WINDOW (root)
                           ? adw_application_window_get_content (ADW_APPLICATION_WINDOW (root))
                           : NULL;

  if (preferences != NULL)
    adw_preferences_dialog_add_toast (ADW_PREFERENCES_DIALOG (preferences), toast);
  else if (AVB_IS_WINDOW (root))
    avb_window_add_toast (AVB_WINDOW (root), toast);
  else if (ADW_IS_TOAST_OVERLAY (content))
    adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (content), toast);
  else
    g_object_unref (g_object_ref_sink (toast));
}

void
avb_feedback_message (GtkWidget *widget, const char *message)
{
  AdwToast *toast = adw_toast_new (message);

  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_title (toast, message);
  avb_feedback_toast (widget, toast);
}

static void
details_response_cb (AdwAlertDialog *dialog, const char *response, const char *details)
{
  if (g_str_equal (response, "copy"))
    gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (dialog)), details);
}

static void
free_closure_data (gpointer data, GClosure *closure)
{
  g_free (data);
}

void
avb_feedback_details (GtkWidget *widget, const char *message, const char *details)
{
  AdwDialog *dialog = adw_alert_dialog_new (_("Details"), message);
  GtkWidget *label = gtk_label_new (details);
  GtkWidget *scrolled = gtk_scrolled_window_new ();

  gtk_label_set_selectable (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "monospace");
  gtk_widget_add_css_class (label, "details");
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), label);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), 240);
  gtk_widget_add_css_class (scrolled, "card");
  adw_alert_dialog_set_extra_child (ADW_ALERT_DIALOG (dialog), scrolled);
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "copy", _("_Copy"), "close",
                                  _("Cl_ose"), NULL);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "close");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "close");
  g_signal_connect_data (dialog, "response", G_CALLBACK (details_response_cb), g_strdup (details),
                         free_closure_data, 0);
  adw_dialog_present (dialog, widget);
}

typedef struct {
  char *message;
  char *details;
} Report;

static void
report_free (gpointer data, GClosure *closure)
{
  Report *report = data;

  g_free (report->message);
  g_free (report->details);
  g_free (report);
}

static void
toast_details_cb (AdwToast *toast, Report *report)
{
  GtkWidget *window = g_object_get_data (G_OBJECT (toast), "avb-window");

  avb_feedback_details (window, report->message, report->details);
}

void
avb_feedback_error (GtkWidget *widget, const GError *error)
{
  const char *details;
  AdwToast *toast;

  g_return_if_fail (error != NULL);

  if (avb_error_is_cancelled (error))
    return;
  toast = adw_toast_new ("");
  adw_toast_set_use_markup (toast, FALSE);
  adw_toast_set_title (toast, error->message);
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  adw_toast_set_timeout (toast, 10);
  details = avb_error_get_details (error);
  if (details != NULL && *details != '\0')
    {
      Report *report = g_new0 (Report, 1);

      report->message = g_strdup (error->message);
      report->details = g_strdup (details);
      adw_toast_set_button_label (toast, _("_Details"));
      /* Toasts live in the window, so this pointer never outlives it. */
      g_object_set_data (G_OBJECT (toast), "avb-window", gtk_widget_get_root (widget));
      g_signal_connect_data (toast, "button-clicked", G_CALLBACK (toast_details_cb), report,
                             report_free, 0);
    }
  avb_feedback_toast (widget, toast);
}

static void
weak_ref_free (gpointer data)
{
  GWeakRef *ref = data;

  g_weak_ref_clear (ref);
  g_free (ref);
}

static DexFuture *
watch_cb (DexFuture *future, gpointer user_data)
{
  g_autoptr (GtkWidget) root = g_weak_ref_get (user_data);
  g_autoptr (GError) error = NULL;

  if (dex_future_get_value (future, &error) != NULL)
    return NULL;
  if (root != NULL)
    avb_feedback_error (root, error);
  else if (!avb_error_is_cancelled (error))
    g_warning ("Failed after its window closed: %s", error->message);
  return dex_future_new_true ();
}

void
avb_feedback_watch (GtkWidget *widget, DexFuture *future)
{
  GWeakRef *ref = g_new0 (GWeakRef, 1);

  /* The window, not the widget: a card is recycled, a menu goes, before the answer comes. */
  g_weak_ref_init (ref, gtk_widget_get_root (widget));
  dex_future_disown (dex_future_catch (future, watch_cb, ref, weak_ref_free));
}

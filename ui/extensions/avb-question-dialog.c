/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-question-dialog.h"

#include <adwaita.h>
#include <glib/gi18n-lib.h>

#include "ui/extensions/avb-panel-view.h"

static void
response_cb (AdwAlertDialog *dialog, const char *response, AvbExtensionQuestion *question)
{
  avb_extension_question_answer (question, g_str_equal (response, "accept"));
}

/* It does not want to know any more. */
static void
answered_cb (AdwDialog *dialog, GParamSpec *pspec, AvbExtensionQuestion *question)
{
  if (avb_extension_question_get_answered (question))
    adw_dialog_force_close (dialog);
}

static GtkWidget *
make_body (AvbExtensionQuestion *question)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkWidget *from = gtk_label_new (NULL);
  const char *text = avb_extension_question_get_text (question);
  GListModel *controls = avb_extension_question_get_controls (question);
  /* Translators: %s is the name of an extension. */
  g_autofree char *asks = g_strdup_printf (_("Asked by the extension “%s”"),
                                           avb_extension_get_name (avb_extension_question_get_extension (question)));

  gtk_label_set_label (GTK_LABEL (from), asks);
  gtk_label_set_wrap (GTK_LABEL (from), TRUE);
  gtk_label_set_justify (GTK_LABEL (from), GTK_JUSTIFY_CENTER);
  gtk_widget_add_css_class (from, "dimmed");
  gtk_widget_add_css_class (from, "caption");
  gtk_box_append (GTK_BOX (box), from);
  if (text != NULL)
    {
      GtkWidget *label = gtk_label_new (text);

      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
      gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
      gtk_box_append (GTK_BOX (box), label);
    }
  if (g_list_model_get_n_items (controls) > 0)
    gtk_box_append (GTK_BOX (box), avb_panel_view_new_for_controls (controls));
  return box;
}

static gboolean
ask_cb (GtkWidget *window, AvbExtensionQuestion *question, AvbExtensionHost *host)
{
  const char *accept = avb_extension_question_get_accept (question);
  AdwDialog *dialog;

  if (!gtk_widget_get_mapped (window))
    return FALSE;
  dialog = adw_alert_dialog_new (avb_extension_question_get_title (question), NULL);
  adw_alert_dialog_set_extra_child (ADW_ALERT_DIALOG (dialog), make_body (question));
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _("_Cancel"), "accept",
                                  accept != NULL ? "" : _("_OK"), NULL);
  if (accept != NULL)
    {
      /* Its text, in which nothing is underlined. */
      g_auto (GStrv) parts = g_strsplit (accept, "_", -1);
      g_autofree char *label = g_strjoinv ("__", parts);

      adw_alert_dialog_set_response_label (ADW_ALERT_DIALOG (dialog), "accept", label);
    }
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "accept",
                                            avb_extension_question_get_destructive (question)
                                                ? ADW_RESPONSE_DESTRUCTIVE
                                                : ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  /* It comes unasked: whoever types on does not accept. */
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "cancel");
  g_object_set_data_full (G_OBJECT (dialog), "avb-question", g_object_ref (question), g_object_unref);
  g_signal_connect_object (dialog, "response", G_CALLBACK (response_cb), question, 0);
  g_signal_connect_object (question, "notify::answered", G_CALLBACK (answered_cb), dialog, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, window);
  return TRUE;
}

void
avb_question_dialog_serve (GtkWidget *window, AvbExtensionHost *host)
{
  g_return_if_fail (GTK_IS_WIDGET (window));
  g_return_if_fail (AVB_IS_EXTENSION_HOST (host));

  g_signal_connect_object (host, "ask", G_CALLBACK (ask_cb), window, G_CONNECT_SWAPPED);
}

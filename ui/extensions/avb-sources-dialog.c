/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-sources-dialog.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-text-line.h"
#include "ui/avb-feedback.h"
#include "ui/avb-format.h"
#include "ui/extensions/avb-add-source-page.h"

struct _AvbSourcesDialog {
  AdwPreferencesDialog parent_instance;

  AvbMarketplace      *marketplace;
  GPtrArray           *rows;

  AdwPreferencesGroup *group;
  AdwPreferencesGroup *add_group;
  GtkWidget           *add;
};

G_DEFINE_FINAL_TYPE (AvbSourcesDialog, avb_sources_dialog, ADW_TYPE_PREFERENCES_DIALOG)

const char *
avb_market_source_format_state (AvbMarketSourceState state)
{
  switch (state)
    {
    case AVB_MARKET_SOURCE_LOADING:
      return C_("marketplace", "Loading");
    case AVB_MARKET_SOURCE_OFFLINE:
      return C_("marketplace", "Out of reach");
    case AVB_MARKET_SOURCE_EXPIRED:
      return C_("marketplace", "Expired");
    case AVB_MARKET_SOURCE_UNTRUSTED:
      return C_("marketplace", "Not trusted");
    case AVB_MARKET_SOURCE_BLOCKED:
      return C_("marketplace", "Blocked by policy");
    case AVB_MARKET_SOURCE_READY:
    default:
      return C_("marketplace", "Ready");
    }
}

/* --- one row --- */

static const char *
format_origin (AvbMarketOrigin origin)
{
  switch (origin)
    {
    case AVB_MARKET_ORIGIN_BUILTIN:
      return _("Came with this program");
    case AVB_MARKET_ORIGIN_POLICY:
      return _("Set by the policy of this computer");
    case AVB_MARKET_ORIGIN_USER:
    default:
      return _("Added by you");
    }
}

static void
show_source (AdwActionRow *row, GParamSpec *pspec, AvbMarketSource *source)
{
  const char *message = avb_market_source_get_message (source);
  g_autofree char *uri = avb_text_make_line (avb_market_source_get_uri (source), 300);
  GtkWidget *busy = g_object_get_data (G_OBJECT (row), "avb-busy");
  GtkWidget *refresh = g_object_get_data (G_OBJECT (row), "avb-refresh");
  g_autofree char *state = NULL;
  g_autofree char *text = NULL;
  gboolean is_busy;

  state = g_strdup_printf ("%s · %s", format_origin (avb_market_source_get_origin (source)),
                           avb_market_source_format_state (avb_market_source_get_state (source)));
  text = avb_format_lines (uri, state, message != NULL ? message : "", NULL);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), avb_market_source_get_title (source));
  adw_action_row_set_subtitle (row, text);
  g_object_get (source, "busy", &is_busy, NULL);
  gtk_widget_set_visible (busy, is_busy);
  gtk_widget_set_sensitive (refresh, !is_busy);
}

static void
refresh_cb (GtkWidget *button, AvbMarketSource *source)
{
  avb_feedback_watch (button, avb_market_source_refresh (source));
}

static void
remove_response_cb (AdwAlertDialog *dialog, const char *response, AvbSourcesDialog *self)
{
  AvbMarketSource *source = g_object_get_data (G_OBJECT (dialog), "avb-source");

  if (g_str_equal (response, "remove"))
    avb_feedback_watch (GTK_WIDGET (self), avb_marketplace_remove_source (self->marketplace, source));
}

static void
remove_cb (GtkWidget *button, AvbSourcesDialog *self)
{
  AvbMarketSource *source = g_object_get_data (G_OBJECT (button), "avb-source");
  g_autofree char *title = g_strdup_printf (_("Remove “%s”?"), avb_market_source_get_title (source));
  AdwDialog *dialog = adw_alert_dialog_new (title, NULL);

  adw_alert_dialog_set_body (ADW_ALERT_DIALOG (dialog), _("What was installed from it stays, and gets no more updates."));
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _("_Cancel"), "remove", _("_Remove"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "remove", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "cancel");
  g_object_set_data_full (G_OBJECT (dialog), "avb-source", g_object_ref (source), g_object_unref);
  g_signal_connect_object (dialog, "response", G_CALLBACK (remove_response_cb), self, 0);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static GtkWidget *
icon_button (const char *icon, const char *label)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_set_tooltip_text (button, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  return button;
}

static GtkWidget *
create_row (AvbSourcesDialog *self, AvbMarketSource *source)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *refresh = icon_button ("view-refresh-symbolic", _("Ask Again"));
  GtkWidget *busy = adw_spinner_new ();

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), busy);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), refresh);
  g_object_set_data (G_OBJECT (row), "avb-busy", busy);
  g_object_set_data (G_OBJECT (row), "avb-refresh", refresh);
  g_signal_connect_object (refresh, "clicked", G_CALLBACK (refresh_cb), source, 0);
  if (avb_market_source_get_origin (source) == AVB_MARKET_ORIGIN_USER)
    {
      GtkWidget *button = icon_button ("user-trash-symbolic", _("Remove…"));

      g_object_set_data_full (G_OBJECT (button), "avb-source", g_object_ref (source), g_object_unref);
      g_signal_connect_object (button, "clicked", G_CALLBACK (remove_cb), self, 0);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
    }
  g_signal_connect_object (source, "notify", G_CALLBACK (show_source), row, G_CONNECT_SWAPPED);
  show_source (ADW_ACTION_ROW (row), NULL, source);
  return row;
}

static void
rebuild (AvbSourcesDialog *self)
{
  GListModel *sources = avb_marketplace_get_sources (self->marketplace);

  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (self->group, self->rows->pdata[i]);
  g_ptr_array_set_size (self->rows, 0);
  for (guint i = 0; i < g_list_model_get_n_items (sources); i++)
    {
      g_autoptr (AvbMarketSource) source = g_list_model_get_item (sources, i);
      GtkWidget *row = create_row (self, source);

      adw_preferences_group_add (self->group, row);
      g_ptr_array_add (self->rows, row);
    }
}

static void
add_cb (AvbSourcesDialog *self)
{
  adw_preferences_dialog_push_subpage (ADW_PREFERENCES_DIALOG (self), avb_add_source_page_new (self->marketplace));
}

static void
avb_sources_dialog_dispose (GObject *object)
{
  AvbSourcesDialog *self = AVB_SOURCES_DIALOG (object);

  g_clear_pointer (&self->rows, g_ptr_array_unref);
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_SOURCES_DIALOG);
  g_clear_object (&self->marketplace);
  G_OBJECT_CLASS (avb_sources_dialog_parent_class)->dispose (object);
}

static void
avb_sources_dialog_class_init (AvbSourcesDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_sources_dialog_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/alphavbox/AlphaVBox/ui/extensions/avb-sources-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbSourcesDialog, group);
  gtk_widget_class_bind_template_child (widget_class, AvbSourcesDialog, add_group);
  gtk_widget_class_bind_template_child (widget_class, AvbSourcesDialog, add);
  gtk_widget_class_bind_template_callback (widget_class, add_cb);
}

static void
avb_sources_dialog_init (AvbSourcesDialog *self)
{
  self->rows = g_ptr_array_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwDialog *
avb_sources_dialog_new (AvbMarketplace *marketplace)
{
  AvbSourcesDialog *self;
  g_autoptr (GError) error = NULL;

  g_return_val_if_fail (AVB_IS_MARKETPLACE (marketplace), NULL);

  self = g_object_new (AVB_TYPE_SOURCES_DIALOG, NULL);
  self->marketplace = g_object_ref (marketplace);
  g_signal_connect_object (avb_marketplace_get_sources (marketplace), "items-changed", G_CALLBACK (rebuild), self,
                           G_CONNECT_SWAPPED);
  rebuild (self);
  if (!avb_extension_policy_check_user_sources (avb_marketplace_get_policy (marketplace), &error))
    {
      gtk_widget_set_sensitive (self->add, FALSE);
      adw_preferences_group_set_description (self->add_group, error->message);
    }
  return ADW_DIALOG (self);
}

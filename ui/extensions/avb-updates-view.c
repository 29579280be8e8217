/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-updates-view.h"

#include <glib/gi18n-lib.h>

#include "app/avb-text.h"
#include "ui/avb-format.h"
#include "ui/extensions/avb-extension-format.h"
#include "ui/extensions/avb-media.h"

struct _AvbUpdatesView {
  AdwBin            parent_instance;

  AvbExtensionJobs *jobs;

  GtkStack         *stack;
  GtkLabel         *summary;
  GtkWidget        *update_all;
  GtkListBox       *list;
  AdwSwitchRow     *automatic;
  AdwStatusPage    *none;
};

G_DEFINE_FINAL_TYPE (AvbUpdatesView, avb_updates_view, ADW_TYPE_BIN)

static AvbMarketplace *
get_marketplace (AvbUpdatesView *self)
{
  return avb_extension_jobs_get_marketplace (self->jobs);
}

/* --- rows --- */

static const char *
get_id (AvbMarketUpdate *update)
{
  return avb_installed_get_id (avb_market_update_get_installed (update));
}

static void
update_clicked_cb (GtkWidget *button, AvbExtensionJobs *jobs)
{
  avb_extension_jobs_update (jobs, button, g_object_get_data (G_OBJECT (button), "avb-update"));
}

static void
cancel_clicked_cb (GtkWidget *button, AvbExtensionJobs *jobs)
{
  AvbMarketUpdate *update = g_object_get_data (G_OBJECT (button), "avb-update");
  AvbOperation *operation = avb_extension_jobs_find (jobs, get_id (update));

  if (operation != NULL)
    avb_operation_cancel (operation);
}

static char *
dup_subtitle (AvbMarketUpdate *update)
{
  AvbMarketVersion *version = avb_market_update_get_version (update);
  const char *from = avb_installed_get_version (avb_market_update_get_installed (update));
  g_autofree char *size = avb_format_size (avb_market_version_get_size (version));
  /* Translators: from one version to another, and how much that is to download: "1.0.0 → 1.1.0 · 3 MB". */
  g_autofree char *text = g_strdup_printf (_("%1$s → %2$s · %3$s"), from, avb_market_version_get_version (version), size);

  if (avb_market_update_get_widens (update))
    return avb_format_lines (text, _("The new version asks for more than the old one."), NULL);
  if (avb_market_version_get_changelog (version) != NULL)
    return avb_format_lines (text, avb_market_version_get_changelog (version), NULL);
  return g_steal_pointer (&text);
}

static GtkWidget *
add_button (GtkWidget *row, AvbExtensionJobs *jobs, AvbMarketUpdate *update, const char *label, GCallback callback)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (label);
  const char *name = avb_market_entry_get_name (avb_market_update_get_entry (update));

  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, name, -1);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_object_set_data_full (G_OBJECT (button), "avb-update", g_object_ref (update), g_object_unref);
  g_signal_connect_object (button, "clicked", callback, jobs, 0);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  return button;
}

static void
show_progress (GtkWidget *row, GParamSpec *pspec, AvbOperation *operation)
{
  g_autofree char *text = avb_format_operation (operation);

  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), text);
}

static void
show_busy (GtkWidget *row)
{
  AvbExtensionJobs *jobs = g_object_get_data (G_OBJECT (row), "avb-jobs");
  AvbMarketUpdate *update = g_object_get_data (G_OBJECT (row), "avb-update");
  AvbOperation *operation = avb_extension_jobs_find (jobs, get_id (update));
  AvbOperation *shown = g_object_get_data (G_OBJECT (row), "avb-operation");

  gtk_widget_set_visible (g_object_get_data (G_OBJECT (row), "avb-start"), operation == NULL);
  gtk_widget_set_visible (g_object_get_data (G_OBJECT (row), "avb-cancel"), operation != NULL);
  if (operation != NULL && operation == shown)
    return;
  if (shown != NULL)
    g_signal_handlers_disconnect_by_func (shown, show_progress, row);
  g_object_set_data_full (G_OBJECT (row), "avb-operation", operation != NULL ? g_object_ref (operation) : NULL, g_object_unref);
  if (operation != NULL)
    {
      g_signal_connect_object (operation, "notify", G_CALLBACK (show_progress), row, G_CONNECT_SWAPPED);
      show_progress (row, NULL, operation);
    }
  else
    {
      g_autofree char *subtitle = dup_subtitle (update);

      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
    }
}

static void
changed_cb (GtkWidget *row, const char *id, AvbExtensionJobs *jobs)
{
  show_busy (row);
}

static GtkWidget *
create_row_cb (gpointer item, gpointer user_data)
{
  AvbUpdatesView *self = user_data;
  AvbMarketUpdate *update = item;
  AvbMarketEntry *entry = avb_market_update_get_entry (update);
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *icon = avb_media_new (40, avb_extension_fallback_icon (avb_market_entry_get_code (entry)));

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), avb_market_entry_get_name (entry));
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 4);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  avb_media_load (AVB_MEDIA (icon), avb_extension_icon_of_entry (get_marketplace (self), entry));
  adw_action_row_add_prefix (ADW_ACTION_ROW (row), icon);
  g_object_set_data (G_OBJECT (row), "avb-jobs", self->jobs);
  g_object_set_data_full (G_OBJECT (row), "avb-update", g_object_ref (update), g_object_unref);
  g_object_set_data (G_OBJECT (row), "avb-start",
                     add_button (row, self->jobs, update,
                                 avb_market_update_get_widens (update) ? _("_Review…") : C_("verb", "_Update"),
                                 G_CALLBACK (update_clicked_cb)));
  g_object_set_data (G_OBJECT (row), "avb-cancel",
                     add_button (row, self->jobs, update, _("_Cancel"), G_CALLBACK (cancel_clicked_cb)));
  g_signal_connect_object (self->jobs, "changed", G_CALLBACK (changed_cb), row, G_CONNECT_SWAPPED);
  show_busy (row);
  return row;
}

static void
row_activated_cb (AvbUpdatesView *self, GtkListBoxRow *row)
{
  AvbMarketUpdate *update = g_object_get_data (G_OBJECT (row), "avb-update");

  gtk_widget_activate_action (GTK_WIDGET (self), "extensions.open", "s", get_id (update));
}

/* --- the whole --- */

static void
count (AvbUpdatesView *self, guint *n, guint *n_wide)
{
  GListModel *updates = avb_marketplace_get_updates (get_marketplace (self));

  *n = g_list_model_get_n_items (updates);
  *n_wide = 0;
  for (guint i = 0; i < *n; i++)
    {
      g_autoptr (AvbMarketUpdate) update = g_list_model_get_item (updates, i);

      *n_wide += avb_market_update_get_widens (update);
    }
}

/* When the marketplace that was asked longest ago was asked. */
static char *
dup_checked (AvbUpdatesView *self)
{
  GListModel *sources = avb_marketplace_get_sources (get_marketplace (self));
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  gint64 oldest = 0;
  g_autofree char *since = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (sources); i++)
    {
      g_autoptr (AvbMarketSource) source = g_list_model_get_item (sources, i);
      gint64 checked = avb_market_source_get_checked (source);

      if (checked > 0 && (oldest == 0 || checked < oldest))
        oldest = checked;
    }
  since = avb_format_since (oldest, now);
  /* Translators: %s is a time, such as "5 minutes ago". */
  return *since != '\0' ? g_strdup_printf (_("Last checked: %s."), since) : g_strdup ("");
}

static void
show (AvbUpdatesView *self)
{
  guint n, n_wide;
  g_autofree char *checked = dup_checked (self);
  g_autofree char *text = NULL;

  count (self, &n, &n_wide);
  text = n_wide == 0 ? g_strdup_printf (ngettext ("%u Update", "%u Updates", n), n)
         /* Translators: %1$u is how many there are, %2$u how many of them ask for more than before. */
         : g_strdup_printf (ngettext ("%1$u Update, %2$u to Review", "%1$u Updates, %2$u to Review", n), n, n_wide);
  gtk_label_set_label (self->summary, text);
  gtk_widget_set_visible (self->update_all, n > n_wide);
  adw_status_page_set_description (self->none, checked);
  gtk_stack_set_visible_child_name (self->stack, n > 0 ? "updates" : "none");
}

static void
jobs_changed_cb (AvbUpdatesView *self)
{
  show (self);
}

static void
avb_updates_view_map (GtkWidget *widget)
{
  AvbUpdatesView *self = AVB_UPDATES_VIEW (widget);

  GTK_WIDGET_CLASS (avb_updates_view_parent_class)->map (widget);
  if (self->jobs != NULL)
    show (self);
}

static void
avb_updates_view_dispose (GObject *object)
{
  AvbUpdatesView *self = AVB_UPDATES_VIEW (object);

  if (self->jobs != NULL)
    avb_extension_jobs_disconnect (self->jobs, self);
  if (self->list != NULL)
    gtk_list_box_bind_model (self->list, NULL, NULL, NULL, NULL);
  /* Its child has a name, and would be unparented behind its back. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_UPDATES_VIEW);
  g_clear_object (&self->jobs);
  G_OBJECT_CLASS (avb_updates_view_parent_class)->dispose (object);
}

static void
avb_updates_view_class_init (AvbUpdatesViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_updates_view_dispose;
  widget_class->map = avb_updates_view_map;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/alphavbox/AlphaVBox/ui/extensions/avb-updates-view.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbUpdatesView, stack);
  gtk_widget_class_bind_template_child (widget_class, AvbUpdatesView, summary);
  gtk_widget_class_bind_template_child (widget_class, AvbUpdatesView, update_all);
  gtk_widget_class_bind_template_child (widget_class, AvbUpdatesView, list);
  gtk_widget_class_bind_template_child (widget_class, AvbUpdatesView, automatic);
  gtk_widget_class_bind_template_child (widget_class, AvbUpdatesView, none);
  gtk_widget_class_bind_template_callback (widget_class, row_activated_cb);
}

static void
avb_updates_view_init (AvbUpdatesView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
avb_updates_view_set_jobs (AvbUpdatesView *self, AvbExtensionJobs *jobs)
{
  AvbMarketplace *marketplace;

  g_return_if_fail (AVB_IS_UPDATES_VIEW (self));
  g_return_if_fail (self->jobs == NULL);

  self->jobs = g_object_ref (jobs);
  marketplace = get_marketplace (self);
  gtk_list_box_bind_model (self->list, avb_marketplace_get_updates (marketplace), create_row_cb, self, NULL);
  g_object_bind_property (marketplace, "automatic", self->automatic, "active",
                          G_BINDING_SYNC_CREATE | G_BINDING_BIDIRECTIONAL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->automatic), avb_marketplace_can_set_automatic (marketplace));
  if (!avb_marketplace_can_set_automatic (marketplace))
    adw_action_row_set_subtitle (ADW_ACTION_ROW (self->automatic), _("The policy of this computer decides."));
  g_signal_connect_object (jobs, "changed", G_CALLBACK (jobs_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (marketplace, "notify::busy", G_CALLBACK (jobs_changed_cb), self, G_CONNECT_SWAPPED);
  show (self);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-extensions-pane.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-blocking.h"
#include "ui/avb-feedback.h"
#include "ui/avb-focus-keeper.h"
#include "ui/avb-format.h"
#include "ui/extensions/avb-browse-view.h"
#include "ui/extensions/avb-extension-link.h"
#include "ui/extensions/avb-extension-logs.h"
#include "ui/extensions/avb-extension-page.h"
#include "ui/extensions/avb-installed-view.h"
#include "ui/extensions/avb-sources-dialog.h"
#include "ui/extensions/avb-updates-view.h"

struct _AvbExtensionsPane {
  AdwBin             parent_instance;

  AvbExtensionJobs  *jobs;

  AdwNavigationView *navigation;
  AdwNavigationPage *list_page;
  GtkWidget         *busy;
  AdwBanner         *banner;
  AdwViewStack      *stack;
  AvbBrowseView     *browse;
  AvbInstalledView  *installed;
  AvbUpdatesView    *updates;
  AdwViewStackPage  *updates_page;
  GtkRevealer       *drop_revealer;
};

G_DEFINE_FINAL_TYPE (AvbExtensionsPane, avb_extensions_pane, ADW_TYPE_BIN)

static AvbMarketplace *
get_marketplace (AvbExtensionsPane *self)
{
  return avb_extension_jobs_get_marketplace (self->jobs);
}

/* --- what is wrong with the marketplaces --- */

/* The gravest comes first. */
static int
weigh (AvbMarketSourceState state)
{
  switch (state)
    {
    case AVB_MARKET_SOURCE_UNTRUSTED:
      return 4;
    case AVB_MARKET_SOURCE_EXPIRED:
      return 3;
    case AVB_MARKET_SOURCE_BLOCKED:
      return 2;
    case AVB_MARKET_SOURCE_OFFLINE:
      return 1;
    case AVB_MARKET_SOURCE_LOADING:
    case AVB_MARKET_SOURCE_READY:
    default:
      return 0;
    }
}

/* (transfer full) */
static char *
describe_offline (AvbMarketSource *source)
{
  gint64 now = g_get_real_time () / G_USEC_PER_SEC;
  g_autofree char *since = avb_format_since (avb_market_source_get_checked (source), now);

  if (*since == '\0')
    return g_strdup_printf (_("“%s” is out of reach."), avb_market_source_get_title (source));
  /* Translators: %1$s is a marketplace, %2$s a time, such as "3 days ago". */
  return g_strdup_printf (_("“%1$s” is out of reach. Last checked: %2$s."), avb_market_source_get_title (source),
                          since);
}

/* (transfer full) */
static char *
describe_source (AvbMarketSource *source)
{
  const char *message = avb_market_source_get_message (source);

  if (avb_market_source_get_state (source) == AVB_MARKET_SOURCE_OFFLINE)
    return describe_offline (source);
  /* Translators: %1$s is a marketplace, %2$s a sentence that says what is wrong with it. */
  return g_strdup_printf (_("“%1$s”: %2$s"), avb_market_source_get_title (source), message != NULL ? message : "");
}

static void
show_banner (AvbExtensionsPane *self)
{
  GListModel *sources = avb_marketplace_get_sources (get_marketplace (self));
  g_autoptr (AvbMarketSource) worst = NULL;
  g_autofree char *text = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (sources); i++)
    {
      g_autoptr (AvbMarketSource) source = g_list_model_get_item (sources, i);
      int weight = weigh (avb_market_source_get_state (source));

      if (weight > 0 && (worst == NULL || weight > weigh (avb_market_source_get_state (worst))))
        g_set_object (&worst, source);
    }
  if (worst != NULL)
    {
      gboolean retry = avb_market_source_get_state (worst) != AVB_MARKET_SOURCE_BLOCKED;

      text = describe_source (worst);
      adw_banner_set_title (self->banner, text);
      adw_banner_set_button_label (self->banner, retry ? _("_Retry") : _("_Marketplaces"));
    }
  adw_banner_set_revealed (self->banner, worst != NULL);
}

static void
banner_clicked_cb (AvbExtensionsPane *self)
{
  if (g_str_equal (adw_banner_get_button_label (self->banner), _("_Retry")))
    avb_extension_jobs_refresh (self->jobs, GTK_WIDGET (self));
  else
    gtk_widget_activate_action (GTK_WIDGET (self), "extensions.sources", NULL);
}

static void
sources_changed_cb (AvbExtensionsPane *self, guint position, guint removed, guint added, GListModel *sources)
{
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (AvbMarketSource) source = g_list_model_get_item (sources, position + i);

      g_signal_connect_object (source, "notify", G_CALLBACK (show_banner), self, G_CONNECT_SWAPPED);
    }
  show_banner (self);
}

static void
updates_changed_cb (AvbExtensionsPane *self)
{
  guint n = g_list_model_get_n_items (avb_marketplace_get_updates (get_marketplace (self)));

  adw_view_stack_page_set_badge_number (self->updates_page, n);
}

static void
jobs_changed_cb (AvbExtensionsPane *self)
{
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "extensions.update-all",
                                 avb_extension_jobs_find (self->jobs, "") == NULL);
}

/* --- actions --- */

static void
open_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  avb_extensions_pane_open (AVB_EXTENSIONS_PANE (widget), g_variant_get_string (parameter, NULL));
}

static void
show_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  avb_extensions_pane_show (AVB_EXTENSIONS_PANE (widget), g_variant_get_string (parameter, NULL));
}

static void
refresh_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  avb_extension_jobs_refresh (AVB_EXTENSIONS_PANE (widget)->jobs, widget);
}

static void
update_all_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  avb_extension_jobs_update_all (AVB_EXTENSIONS_PANE (widget)->jobs, widget);
}

static void
sources_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  adw_dialog_present (avb_sources_dialog_new (get_marketplace (AVB_EXTENSIONS_PANE (widget))), widget);
}

static void
log_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AvbExtensionsPane *self = AVB_EXTENSIONS_PANE (widget);
  AdwNavigationPage *page = avb_extension_log_page_new (self->jobs, g_variant_get_string (parameter, NULL));

  if (page != NULL)
    adw_navigation_view_push (self->navigation, page);
}

static void
audit_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AvbExtensionsPane *self = AVB_EXTENSIONS_PANE (widget);

  adw_navigation_view_push (self->navigation, avb_audit_page_new (self->jobs));
}

static void
file_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (AvbExtensionsPane) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, &error);

  if (self->jobs == NULL)
    return;
  if (file != NULL)
    avb_extensions_pane_install_file (self, file);
  else if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED) &&
           !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_CANCELLED))
    avb_feedback_error (GTK_WIDGET (self), error);
}

static void
install_file_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();
  g_autoptr (GListStore) filters = g_list_store_new (GTK_TYPE_FILE_FILTER);
  GtkRoot *root = gtk_widget_get_root (widget);

  gtk_file_filter_set_name (filter, _("Extensions"));
  gtk_file_filter_add_suffix (filter, "avx");
  g_list_store_append (filters, filter);
  gtk_file_dialog_set_title (dialog, _("Choose an Extension"));
  gtk_file_dialog_set_filters (dialog, G_LIST_MODEL (filters));
  gtk_file_dialog_open (dialog, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL, file_chosen_cb,
                        g_object_ref (widget));
}

/* --- dropping a package --- */

static GdkDragAction
drop_enter_cb (AvbExtensionsPane *self)
{
  gtk_revealer_set_reveal_child (self->drop_revealer, TRUE);
  return GDK_ACTION_COPY;
}

static void
drop_leave_cb (AvbExtensionsPane *self)
{
  gtk_revealer_set_reveal_child (self->drop_revealer, FALSE);
}

static gboolean
drop_cb (AvbExtensionsPane *self, const GValue *value)
{
  g_autoptr (GSList) files = NULL;

  drop_leave_cb (self);
  if (!G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    return FALSE;
  files = gdk_file_list_get_files (g_value_get_boxed (value));
  if (files == NULL || files->next != NULL || !avb_extension_link_is_package (files->data))
    {
      avb_feedback_message (GTK_WIDGET (self), _("Drop one file here whose name ends with “.avx”."));
      return FALSE;
    }
  avb_extensions_pane_install_file (self, files->data);
  return TRUE;
}

static void
add_drop_target (AvbExtensionsPane *self)
{
  GtkDropTarget *drop = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  g_signal_connect_object (drop, "enter", G_CALLBACK (drop_enter_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drop, "leave", G_CALLBACK (drop_leave_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drop, "drop", G_CALLBACK (drop_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop));
}

/* --- the pane --- */

static void
avb_extensions_pane_dispose (GObject *object)
{
  AvbExtensionsPane *self = AVB_EXTENSIONS_PANE (object);

  if (self->jobs != NULL)
    avb_extension_jobs_disconnect (self->jobs, self);
  /* Its child has a name, and would be unparented behind its back. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_EXTENSIONS_PANE);
  g_clear_object (&self->jobs);
  G_OBJECT_CLASS (avb_extensions_pane_parent_class)->dispose (object);
}

static void
avb_extensions_pane_class_init (AvbExtensionsPaneClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  g_type_ensure (AVB_TYPE_BROWSE_VIEW);
  g_type_ensure (AVB_TYPE_INSTALLED_VIEW);
  g_type_ensure (AVB_TYPE_UPDATES_VIEW);
  G_OBJECT_CLASS (klass)->dispose = avb_extensions_pane_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/alphavbox/AlphaVBox/ui/extensions/avb-extensions-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionsPane, navigation);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionsPane, list_page);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionsPane, busy);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionsPane, banner);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionsPane, stack);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionsPane, browse);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionsPane, installed);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionsPane, updates);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionsPane, updates_page);
  gtk_widget_class_bind_template_child (widget_class, AvbExtensionsPane, drop_revealer);
  gtk_widget_class_bind_template_callback (widget_class, banner_clicked_cb);
  gtk_widget_class_install_action (widget_class, "extensions.open", "s", open_action);
  gtk_widget_class_install_action (widget_class, "extensions.show", "s", show_action);
  gtk_widget_class_install_action (widget_class, "extensions.log", "s", log_action);
  gtk_widget_class_install_action (widget_class, "extensions.refresh", NULL, refresh_action);
  gtk_widget_class_install_action (widget_class, "extensions.update-all", NULL, update_all_action);
  gtk_widget_class_install_action (widget_class, "extensions.install-file", NULL, install_file_action);
  gtk_widget_class_install_action (widget_class, "extensions.sources", NULL, sources_action);
  gtk_widget_class_install_action (widget_class, "extensions.audit", NULL, audit_action);
}

static void
avb_extensions_pane_init (AvbExtensionsPane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  avb_focus_keeper_watch (GTK_WIDGET (self));
  add_drop_target (self);
}

GtkWidget *
avb_extensions_pane_new (AvbExtensionSet *set)
{
  AvbExtensionsPane *self;
  AvbMarketplace *marketplace;
  GListModel *sources;
  GListModel *updates;

  g_return_val_if_fail (AVB_IS_EXTENSION_SET (set), NULL);

  self = g_object_new (AVB_TYPE_EXTENSIONS_PANE, NULL);
  self->jobs = avb_extension_jobs_new (set);
  marketplace = avb_extension_set_get_marketplace (set);
  avb_browse_view_set_jobs (self->browse, self->jobs);
  avb_browse_view_set_key_capture (self->browse, GTK_WIDGET (self->browse));
  avb_installed_view_set_jobs (self->installed, self->jobs);
  avb_updates_view_set_jobs (self->updates, self->jobs);
  g_object_bind_property (marketplace, "busy", self->busy, "visible", G_BINDING_SYNC_CREATE);
  sources = avb_marketplace_get_sources (marketplace);
  updates = avb_marketplace_get_updates (marketplace);
  g_signal_connect_object (sources, "items-changed", G_CALLBACK (sources_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (updates, "items-changed", G_CALLBACK (updates_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->jobs, "changed", G_CALLBACK (jobs_changed_cb), self, G_CONNECT_SWAPPED);
  sources_changed_cb (self, 0, 0, g_list_model_get_n_items (sources), sources);
  updates_changed_cb (self);
  avb_future_finish (avb_extension_set_look (set), "look at marketplaces");
  return GTK_WIDGET (self);
}

void
avb_extensions_pane_open (AvbExtensionsPane *self, const char *id)
{
  AdwNavigationPage *page;

  g_return_if_fail (AVB_IS_EXTENSIONS_PANE (self));
  g_return_if_fail (id != NULL);

  page = adw_navigation_view_get_visible_page (self->navigation);
  if (AVB_IS_EXTENSION_PAGE (page) && g_str_equal (avb_extension_page_get_id (AVB_EXTENSION_PAGE (page)), id))
    return;
  if (page != self->list_page)
    adw_navigation_view_pop_to_page (self->navigation, self->list_page);
  adw_navigation_view_push (self->navigation, avb_extension_page_new (self->jobs, id));
}

void
avb_extensions_pane_install_file (AvbExtensionsPane *self, GFile *file)
{
  g_return_if_fail (AVB_IS_EXTENSIONS_PANE (self));
  g_return_if_fail (G_IS_FILE (file));

  avb_extension_jobs_install_file (self->jobs, GTK_WIDGET (self), file);
}

void
avb_extensions_pane_show (AvbExtensionsPane *self, const char *view)
{
  g_return_if_fail (AVB_IS_EXTENSIONS_PANE (self));

  adw_navigation_view_pop_to_page (self->navigation, self->list_page);
  adw_view_stack_set_visible_child_name (self->stack, view);
}

void
avb_extensions_pane_focus (AvbExtensionsPane *self)
{
  g_return_if_fail (AVB_IS_EXTENSIONS_PANE (self));

  if (adw_navigation_view_get_visible_page (self->navigation) == self->list_page &&
      g_strcmp0 (adw_view_stack_get_visible_child_name (self->stack), "browse") == 0)
    avb_browse_view_focus_search (self->browse);
  else
    gtk_widget_child_focus (GTK_WIDGET (self), GTK_DIR_TAB_FORWARD);
}

void
avb_extensions_pane_search (AvbExtensionsPane *self)
{
  g_return_if_fail (AVB_IS_EXTENSIONS_PANE (self));

  avb_extensions_pane_show (self, "browse");
  avb_browse_view_focus_search (self->browse);
}

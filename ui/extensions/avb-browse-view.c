/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-browse-view.h"

#include <glib/gi18n-lib.h>

#include "app/marketplace/avb-market-search.h"
#include "ui/extensions/avb-extension-format.h"
#include "ui/extensions/avb-extension-tile.h"

struct _AvbBrowseView {
  AdwBin            parent_instance;

  AvbExtensionJobs *jobs;
  AvbMarketSearch  *model;
  GPtrArray        *categories; /* of the filter's items from N_KINDS on */
  gboolean          filling;

  GtkSearchEntry   *search;
  GtkDropDown      *filter;
  GtkStack         *stack;
  GtkGridView      *entries;
  AdwStatusPage    *empty;
};

G_DEFINE_FINAL_TYPE (AvbBrowseView, avb_browse_view, ADW_TYPE_BIN)

/* The first items of the filter. */
enum { KIND_ALL, KIND_PROGRAMS, KIND_CONTENT, N_KINDS };

static AvbMarketplace *
get_marketplace (AvbBrowseView *self)
{
  return avb_extension_jobs_get_marketplace (self->jobs);
}

/* --- which page --- */

/* (nullable) (transfer none): of the first source that has something to say */
static const char *
get_message (AvbBrowseView *self, gboolean *loading)
{
  GListModel *sources = avb_marketplace_get_sources (get_marketplace (self));
  const char *message = NULL;

  *loading = FALSE;
  for (guint i = 0; i < g_list_model_get_n_items (sources); i++)
    {
      g_autoptr (AvbMarketSource) source = g_list_model_get_item (sources, i);

      if (avb_market_source_get_state (source) == AVB_MARKET_SOURCE_LOADING)
        *loading = TRUE;
      if (message == NULL)
        message = avb_market_source_get_message (source);
    }
  return message;
}

static void
show_page (AvbBrowseView *self)
{
  gboolean loading;
  const char *message = get_message (self, &loading);
  g_autofree char *escaped = g_markup_escape_text (message != NULL ? message : _("The marketplaces have nothing yet."), -1);
  const char *page;

  if (g_list_model_get_n_items (avb_marketplace_get_entries (get_marketplace (self))) == 0)
    page = loading ? "loading" : "empty";
  else
    page = g_list_model_get_n_items (G_LIST_MODEL (self->model)) == 0 ? "nothing" : "entries";
  adw_status_page_set_description (self->empty, escaped);
  gtk_stack_set_visible_child_name (self->stack, page);
}

/* --- what is shown --- */

static void
search_changed_cb (AvbBrowseView *self)
{
  if (self->model == NULL)
    return;
  avb_market_search_set_query (self->model, gtk_editable_get_text (GTK_EDITABLE (self->search)));
  /* The best come first: look at them. */
  if (g_list_model_get_n_items (G_LIST_MODEL (self->model)) > 0)
    gtk_grid_view_scroll_to (self->entries, 0, GTK_LIST_SCROLL_NONE, NULL);
  show_page (self);
}

static void
filter_changed_cb (AvbBrowseView *self)
{
  guint selected = gtk_drop_down_get_selected (self->filter);

  if (self->model == NULL || self->filling || selected == GTK_INVALID_LIST_POSITION)
    return;
  avb_market_search_set_code (self->model, selected == KIND_PROGRAMS ? 1 : selected == KIND_CONTENT ? 0 : -1);
  avb_market_search_set_category (self->model,
                                  selected >= N_KINDS ? self->categories->pdata[selected - N_KINDS] : NULL);
  show_page (self);
}

static void
clear_cb (AvbBrowseView *self)
{
  gtk_drop_down_set_selected (self->filter, KIND_ALL);
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  avb_market_search_clear (self->model);
  show_page (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

static int
compare_titles (gconstpointer a, gconstpointer b)
{
  return g_utf8_collate (avb_extension_format_category (*(const char *const *) a),
                         avb_extension_format_category (*(const char *const *) b));
}

/* The categories that there are, by what they are called here. */
static void
collect_categories (AvbBrowseView *self)
{
  GListModel *entries = avb_marketplace_get_entries (get_marketplace (self));
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  guint n = g_list_model_get_n_items (entries);

  g_ptr_array_set_size (self->categories, 0);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (AvbMarketEntry) entry = g_list_model_get_item (entries, i);
      const char *const *categories = avb_market_entry_get_categories (entry);

      for (guint j = 0; categories != NULL && categories[j] != NULL; j++)
        if (avb_extension_category_is_known (categories[j]) &&
            g_hash_table_add (seen, (gpointer) g_intern_string (categories[j])))
          g_ptr_array_add (self->categories, g_strdup (categories[j]));
    }
  g_ptr_array_sort (self->categories, compare_titles);
}

static void
fill_filter (AvbBrowseView *self)
{
  g_autoptr (GtkStringList) titles = gtk_string_list_new (NULL);
  guint selected = gtk_drop_down_get_selected (self->filter);
  g_autofree char *category = NULL;

  if (selected != GTK_INVALID_LIST_POSITION && selected >= N_KINDS && selected - N_KINDS < self->categories->len)
    category = g_strdup (self->categories->pdata[selected - N_KINDS]);
  self->filling = TRUE;
  collect_categories (self);
  gtk_string_list_append (titles, C_("extensions", "All"));
  gtk_string_list_append (titles, _("Programs"));
  gtk_string_list_append (titles, _("Content"));
  for (guint i = 0; i < self->categories->len; i++)
    {
      gtk_string_list_append (titles, avb_extension_format_category (self->categories->pdata[i]));
      if (g_strcmp0 (category, self->categories->pdata[i]) == 0)
        selected = N_KINDS + i;
    }
  gtk_drop_down_set_model (self->filter, G_LIST_MODEL (titles));
  gtk_drop_down_set_selected (self->filter, selected < g_list_model_get_n_items (G_LIST_MODEL (titles)) ? selected : 0);
  self->filling = FALSE;
  filter_changed_cb (self);
}

static void
entries_changed_cb (AvbBrowseView *self)
{
  fill_filter (self);
  show_page (self);
}

/* --- going on --- */

static void
open_position (AvbBrowseView *self, guint position)
{
  g_autoptr (AvbMarketEntry) entry = g_list_model_get_item (G_LIST_MODEL (self->model), position);

  if (entry != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "extensions.open", "s", avb_market_entry_get_id (entry));
}

static void
activated_cb (AvbBrowseView *self, guint position)
{
  open_position (self, position);
}

/* Enter opens the only one that is left, or goes to the first. */
static void
search_activate_cb (AvbBrowseView *self)
{
  if (self->model == NULL)
    return;
  search_changed_cb (self);
  if (g_list_model_get_n_items (G_LIST_MODEL (self->model)) == 1)
    open_position (self, 0);
  else
    gtk_widget_child_focus (GTK_WIDGET (self->stack), GTK_DIR_TAB_FORWARD);
}

static void
search_stop_cb (AvbBrowseView *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  gtk_widget_child_focus (GTK_WIDGET (self->stack), GTK_DIR_TAB_FORWARD);
}

static void
source_added_cb (AvbBrowseView *self, guint position, guint removed, guint added, GListModel *sources)
{
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (AvbMarketSource) source = g_list_model_get_item (sources, position + i);

      g_signal_connect_object (source, "notify::state", G_CALLBACK (show_page), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (source, "notify::message", G_CALLBACK (show_page), self, G_CONNECT_SWAPPED);
    }
  show_page (self);
}

static void
avb_browse_view_dispose (GObject *object)
{
  AvbBrowseView *self = AVB_BROWSE_VIEW (object);

  if (self->jobs != NULL)
    avb_extension_jobs_disconnect (self->jobs, self);
  if (self->entries != NULL)
    gtk_grid_view_set_model (self->entries, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_BROWSE_VIEW);
  g_clear_object (&self->model);
  g_clear_object (&self->jobs);
  g_clear_pointer (&self->categories, g_ptr_array_unref);
  G_OBJECT_CLASS (avb_browse_view_parent_class)->dispose (object);
}

static void
avb_browse_view_class_init (AvbBrowseViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_browse_view_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/alphavbox/AlphaVBox/ui/extensions/avb-browse-view.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbBrowseView, search);
  gtk_widget_class_bind_template_child (widget_class, AvbBrowseView, filter);
  gtk_widget_class_bind_template_child (widget_class, AvbBrowseView, stack);
  gtk_widget_class_bind_template_child (widget_class, AvbBrowseView, entries);
  gtk_widget_class_bind_template_child (widget_class, AvbBrowseView, empty);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_stop_cb);
  gtk_widget_class_bind_template_callback (widget_class, filter_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, clear_cb);
}

static void
avb_browse_view_init (AvbBrowseView *self)
{
  self->categories = g_ptr_array_new_with_free_func (g_free);
  gtk_widget_init_template (GTK_WIDGET (self));
}

void
avb_browse_view_set_jobs (AvbBrowseView *self, AvbExtensionJobs *jobs)
{
  AvbMarketplace *marketplace = avb_extension_jobs_get_marketplace (jobs);
  GListModel *sources = avb_marketplace_get_sources (marketplace);
  g_autoptr (GtkListItemFactory) factory = avb_extension_tile_factory_new (jobs);
  g_autoptr (GtkSelectionModel) selection = NULL;

  g_return_if_fail (AVB_IS_BROWSE_VIEW (self));
  g_return_if_fail (self->jobs == NULL);

  self->jobs = g_object_ref (jobs);
  self->model = avb_market_search_new (avb_marketplace_get_entries (marketplace));
  selection = GTK_SELECTION_MODEL (gtk_no_selection_new (g_object_ref (G_LIST_MODEL (self->model))));
  gtk_grid_view_set_factory (self->entries, factory);
  gtk_grid_view_set_model (self->entries, selection);
  g_signal_connect_object (avb_marketplace_get_entries (marketplace), "items-changed", G_CALLBACK (entries_changed_cb),
                           self, G_CONNECT_SWAPPED);
  g_signal_connect_object (sources, "items-changed", G_CALLBACK (source_added_cb), self, G_CONNECT_SWAPPED);
  fill_filter (self);
  source_added_cb (self, 0, 0, g_list_model_get_n_items (sources), sources);
}

void
avb_browse_view_focus_search (AvbBrowseView *self)
{
  g_return_if_fail (AVB_IS_BROWSE_VIEW (self));

  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

void
avb_browse_view_set_key_capture (AvbBrowseView *self, GtkWidget *widget)
{
  g_return_if_fail (AVB_IS_BROWSE_VIEW (self));

  gtk_search_entry_set_key_capture_widget (self->search, widget);
}

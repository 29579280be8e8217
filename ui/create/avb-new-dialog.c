/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-new-dialog.h"

#include <glib/gi18n-lib.h>

#include "app/avb-download.h"
#include "app/avb-text.h"
#include "app/extensions/avb-contributions.h"
#include "ui/avb-feedback.h"
#include "ui/create/avb-system-tile.h"

struct _AvbNewDialog {
  AdwDialog      parent_instance;

  AvbLibrary    *library;
  char          *architecture; /* (nullable): of the host */
  char          *query;
  GDate          today;
  GtkFilter     *filter;
  DexFuture     *loading;
  gboolean       loaded;
  GListModel    *template_list; /* (nullable) */

  GtkSearchEntry *search;
  GtkWidget      *drop_zone;
  GtkWidget      *templates_zone;
  GtkBox         *templates;
  GtkStack       *stack;
  GtkGridView    *systems;
  AdwStatusPage  *place;
  GtkButton      *place_button;
};

G_DEFINE_FINAL_TYPE (AvbNewDialog, avb_new_dialog, ADW_TYPE_DIALOG)

static void
choose (AvbNewDialog *self, const char *action, const char *target)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  g_autoptr (GtkWidget) window = root != NULL ? g_object_ref (GTK_WIDGET (root)) : NULL;

  if (window == NULL)
    return;
  adw_dialog_force_close (ADW_DIALOG (self));
  if (target != NULL)
    gtk_widget_activate_action (window, action, "s", target);
  else
    gtk_widget_activate_action (window, action, NULL);
}

/* What was typed may be a place instead of a name. (transfer full) (nullable) */
static char *
dup_uri (AvbNewDialog *self, gboolean *remote)
{
  const char *text = self->query;

  *remote = FALSE;
  if (avb_download_check_url (text, NULL))
    {
      *remote = TRUE;
      return g_strdup (text);
    }
  if (g_str_has_prefix (text, "file://"))
    return g_strdup (text);
  if (g_str_has_prefix (text, "~/"))
    {
      g_autofree char *path = g_build_filename (g_get_home_dir (), text + 2, NULL);

      return g_filename_to_uri (path, NULL, NULL);
    }
  return g_path_is_absolute (text) ? g_filename_to_uri (text, NULL, NULL) : NULL;
}

static gboolean
runs_here (AvbNewDialog *self, gconstpointer entry)
{
  return self->architecture == NULL ||
         g_strcmp0 (avb_catalog_entry_get_architecture ((AvbCatalogEntry *) entry), self->architecture) == 0;
}

/* Without a search, what is of use here today; with one, everything that has the name. */
static gboolean
filter_cb (gpointer item, gpointer user_data)
{
  AvbNewDialog *self = user_data;
  AvbCatalogEntry *entry = item;

  if (*self->query != '\0')
    return avb_catalog_entry_matches (entry, self->query);
  if (avb_catalog_entry_get_favorite (entry))
    return TRUE;
  return !avb_catalog_entry_get_prerelease (entry) && !avb_catalog_entry_is_retired (entry, &self->today) &&
         runs_here (self, entry);
}

/* What the host's processor does not run by itself comes last. */
static int
sort_cb (gconstpointer a, gconstpointer b, gpointer user_data)
{
  int order = runs_here (user_data, b) - runs_here (user_data, a);

  return order != 0 ? order : avb_catalog_entry_compare (a, b);
}

static void
show_place (AvbNewDialog *self, const char *uri, gboolean remote)
{
  g_autofree char *name = NULL;
  g_autofree char *escaped = NULL;

  if (remote)
    name = avb_download_dup_name (uri);
  else
    {
      g_autoptr (GFile) file = g_file_new_for_uri (uri);

      name = avb_text_dup_file_name (file);
    }
  escaped = g_markup_escape_text (name, -1);
  adw_status_page_set_title (self->place, remote ? _("Download a File") : _("Use a File"));
  adw_status_page_set_description (self->place, escaped);
  adw_status_page_set_icon_name (self->place, remote ? "folder-download-symbolic" : "document-open-symbolic");
  gtk_button_set_label (self->place_button, remote ? _("_Download") : _("_Use This File"));
  gtk_stack_set_visible_child_name (self->stack, "place");
}

static void
update_page (AvbNewDialog *self)
{
  gboolean remote;
  g_autofree char *uri = dup_uri (self, &remote);
  GListModel *model = G_LIST_MODEL (gtk_grid_view_get_model (self->systems));

  gtk_widget_set_visible (self->drop_zone, *self->query == '\0');
  if (uri != NULL)
    show_place (self, uri, remote);
  else if (!self->loaded)
    gtk_stack_set_visible_child_name (self->stack, "loading");
  else
    gtk_stack_set_visible_child_name (self->stack,
                                      g_list_model_get_n_items (model) > 0 || *self->query == '\0' ? "systems"
                                                                                                    : "nothing");
}

static void update_templates (AvbNewDialog *self);

static void
search_changed_cb (AvbNewDialog *self)
{
  g_autofree char *query = g_strstrip (g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->search))));

  g_set_str (&self->query, query);
  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
  update_templates (self);
  update_page (self);
}

static void
take_system (AvbNewDialog *self, guint position)
{
  g_autoptr (AvbCatalogEntry) entry =
      g_list_model_get_item (G_LIST_MODEL (gtk_grid_view_get_model (self->systems)), position);

  if (entry != NULL)
    choose (self, "win.new-from-catalog", avb_catalog_entry_get_id (entry));
}

static void
system_activated_cb (AvbNewDialog *self, guint position)
{
  take_system (self, position);
}

/* Enter takes the place that was typed, or the only system that has the name. */
static void
activated_cb (AvbNewDialog *self)
{
  gboolean remote;
  g_autofree char *uri = NULL;

  search_changed_cb (self);
  uri = dup_uri (self, &remote);
  if (uri != NULL)
    choose (self, "win.new-from-uri", uri);
  else if (*self->query != '\0' &&
           g_list_model_get_n_items (G_LIST_MODEL (gtk_grid_view_get_model (self->systems))) == 1)
    take_system (self, 0);
  else
    gtk_widget_child_focus (GTK_WIDGET (self->stack), GTK_DIR_TAB_FORWARD);
}

static void
choose_cb (AvbNewDialog *self)
{
  choose (self, "win.new-from-file", NULL);
}

static void
empty_cb (AvbNewDialog *self)
{
  choose (self, "win.new-empty", NULL);
}

static void
clear_cb (AvbNewDialog *self)
{
  gtk_editable_set_text (GTK_EDITABLE (self->search), "");
  gtk_widget_grab_focus (GTK_WIDGET (self->search));
}

/* --- what extensions thought of --- */

static void
template_clicked_cb (AvbNewDialog *self, GtkWidget *button)
{
  AvbContribution *template = g_object_get_data (G_OBJECT (button), "avb-template");
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  g_autoptr (GtkWidget) window = root != NULL ? g_object_ref (GTK_WIDGET (root)) : NULL;
  const char *extension = avb_extension_get_id (avb_contribution_get_extension (template));
  g_autoptr (GVariant) target = g_variant_ref_sink (g_variant_new ("(ss)", extension,
                                                                   avb_contribution_get_id (template)));

  if (window == NULL)
    return;
  adw_dialog_force_close (ADW_DIALOG (self));
  gtk_widget_activate_action_variant (window, "win.new-from-template", target);
}

static GtkWidget *
make_template_label (const char *text, const char *style, int lines)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  if (lines > 1)
    {
      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_label_set_lines (GTK_LABEL (label), lines);
    }
  gtk_widget_add_css_class (label, style);
  return label;
}

static GtkWidget *
make_template (AvbNewDialog *self, AvbContribution *template)
{
  const char *description = avb_contribution_get_description (template);
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);

  gtk_widget_set_size_request (box, 190, -1);
  gtk_box_append (GTK_BOX (box), make_template_label (avb_contribution_get_title (template), "heading", 1));
  if (description != NULL)
    {
      GtkWidget *label = make_template_label (description, "caption", 2);

      gtk_label_set_max_width_chars (GTK_LABEL (label), 28);
      gtk_widget_add_css_class (label, "dimmed");
      gtk_box_append (GTK_BOX (box), label);
      gtk_widget_set_tooltip_text (button, description);
    }
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "card");
  gtk_widget_add_css_class (button, "template");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  avb_contribution_get_title (template), -1);
  g_object_set_data_full (G_OBJECT (button), "avb-template", g_object_ref (template), g_object_unref);
  g_signal_connect_object (button, "clicked", G_CALLBACK (template_clicked_cb), self, G_CONNECT_SWAPPED);
  return button;
}

/* With a search, those that have it. */
static void
update_templates (AvbNewDialog *self)
{
  guint n = self->template_list != NULL ? g_list_model_get_n_items (self->template_list) : 0;
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->templates))) != NULL)
    gtk_box_remove (self->templates, child);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (AvbContribution) template = g_list_model_get_item (self->template_list, i);

      if (*self->query == '\0' || g_str_match_string (self->query, avb_contribution_get_title (template), TRUE))
        gtk_box_append (self->templates, make_template (self, template));
    }
  gtk_widget_set_visible (self->templates_zone, gtk_widget_get_first_child (GTK_WIDGET (self->templates)) != NULL);
}

static gboolean
drop_cb (AvbNewDialog *self, const GValue *value)
{
  g_autofree char *uri = NULL;

  if (G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    {
      g_autoptr (GSList) files = gdk_file_list_get_files (g_value_get_boxed (value));

      if (files != NULL && files->next != NULL)
        avb_feedback_message (GTK_WIDGET (self),
                              _("Several files were dropped. Drop one to make a machine from it."));
      else if (files != NULL)
        uri = g_file_get_uri (files->data);
    }
  else if (G_VALUE_HOLDS_STRING (value))
    {
      uri = g_strstrip (g_strdup (g_value_get_string (value)));
      if (!avb_download_check_url (uri, NULL))
        return FALSE;
    }
  if (uri == NULL)
    return FALSE;
  choose (self, "win.new-from-uri", uri);
  return TRUE;
}

static DexFuture *
loaded_cb (DexFuture *future, gpointer user_data)
{
  AvbNewDialog *self = user_data;

  self->loaded = TRUE;
  if (self->library != NULL)
    update_page (self);
  return dex_future_new_true ();
}

static void
fill (AvbNewDialog *self)
{
  AvbCatalog *catalog = avb_library_get_catalog (self->library);
  GtkSorter *sorter = GTK_SORTER (gtk_custom_sorter_new (sort_cb, self, NULL));
  GtkFilterListModel *filtered;
  GtkSortListModel *sorted;
  g_autoptr (GtkListItemFactory) factory = avb_system_tile_factory_new (catalog);
  g_autoptr (GtkSelectionModel) selection = NULL;

  self->filter = GTK_FILTER (gtk_custom_filter_new (filter_cb, self, NULL));
  filtered = gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (catalog)), g_object_ref (self->filter));
  sorted = gtk_sort_list_model_new (G_LIST_MODEL (filtered), sorter);
  selection = GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (sorted)));
  gtk_grid_view_set_factory (self->systems, factory);
  gtk_grid_view_set_model (self->systems, selection);
  self->loading = dex_future_finally (avb_catalog_load (catalog), loaded_cb, g_object_ref (self), g_object_unref);
  update_page (self);
}

static void
avb_new_dialog_dispose (GObject *object)
{
  AvbNewDialog *self = AVB_NEW_DIALOG (object);

  dex_clear (&self->loading);
  if (self->systems != NULL)
    gtk_grid_view_set_model (self->systems, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_NEW_DIALOG);
  g_clear_object (&self->template_list);
  g_clear_object (&self->filter);
  g_clear_object (&self->library);
  g_clear_pointer (&self->architecture, g_free);
  g_clear_pointer (&self->query, g_free);
  G_OBJECT_CLASS (avb_new_dialog_parent_class)->dispose (object);
}

static void
avb_new_dialog_closed (AdwDialog *dialog)
{
  dex_clear (&AVB_NEW_DIALOG (dialog)->loading);
}

static void
avb_new_dialog_class_init (AvbNewDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_new_dialog_dispose;
  ADW_DIALOG_CLASS (klass)->closed = avb_new_dialog_closed;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/alphavbox/AlphaVBox/ui/create/avb-new-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbNewDialog, search);
  gtk_widget_class_bind_template_child (widget_class, AvbNewDialog, drop_zone);
  gtk_widget_class_bind_template_child (widget_class, AvbNewDialog, templates_zone);
  gtk_widget_class_bind_template_child (widget_class, AvbNewDialog, templates);
  gtk_widget_class_bind_template_child (widget_class, AvbNewDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, AvbNewDialog, systems);
  gtk_widget_class_bind_template_child (widget_class, AvbNewDialog, place);
  gtk_widget_class_bind_template_child (widget_class, AvbNewDialog, place_button);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, system_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, choose_cb);
  gtk_widget_class_bind_template_callback (widget_class, empty_cb);
  gtk_widget_class_bind_template_callback (widget_class, clear_cb);
}

static void
avb_new_dialog_init (AvbNewDialog *self)
{
  GType types[] = { GDK_TYPE_FILE_LIST, G_TYPE_STRING };
  GtkDropTarget *drop = gtk_drop_target_new (G_TYPE_INVALID, GDK_ACTION_COPY);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();

  self->query = g_strdup ("");
  g_date_clear (&self->today, 1);
  g_date_set_dmy (&self->today, (GDateDay) g_date_time_get_day_of_month (now),
                  (GDateMonth) g_date_time_get_month (now), (GDateYear) g_date_time_get_year (now));
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_drop_target_set_gtypes (drop, types, G_N_ELEMENTS (types));
  g_signal_connect_object (drop, "drop", G_CALLBACK (drop_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop));
}

AvbNewDialog *
avb_new_dialog_new (AvbLibrary *library, AvbConnection *connection)
{
  AvbNewDialog *self;
  AvbCapabilities *capabilities;

  g_return_val_if_fail (AVB_IS_LIBRARY (library), NULL);
  g_return_val_if_fail (AVB_IS_CONNECTION (connection), NULL);

  self = g_object_new (AVB_TYPE_NEW_DIALOG, NULL);
  self->library = g_object_ref (library);
  capabilities = avb_connection_get_capabilities (connection);
  if (capabilities != NULL)
    self->architecture = g_strdup (avb_capabilities_get_architecture (capabilities));
  fill (self);
  return self;
}

void
avb_new_dialog_set_templates (AvbNewDialog *self, GListModel *templates)
{
  g_return_if_fail (AVB_IS_NEW_DIALOG (self));
  g_return_if_fail (G_IS_LIST_MODEL (templates));
  g_return_if_fail (self->template_list == NULL);

  self->template_list = g_object_ref (templates);
  g_signal_connect_object (templates, "items-changed", G_CALLBACK (update_templates), self, G_CONNECT_SWAPPED);
  update_templates (self);
}

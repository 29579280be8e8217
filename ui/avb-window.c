/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-window.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-error.h"
#include "ui/avb-feedback.h"
#include "ui/avb-jobs-button.h"
#include "ui/avb-sidebar-row.h"
#include "ui/create/avb-new-actions.h"
#include "ui/extensions/avb-extension-actions.h"
#include "ui/extensions/avb-extension-menu.h"
#include "ui/extensions/avb-extensions-pane.h"
#include "ui/extensions/avb-question-dialog.h"
#include "ui/hosts/avb-add-host-dialog.h"
#include "ui/hosts/avb-host-prompts.h"
#include "ui/hosts/avb-hosts.h"
#include "ui/library/avb-library-view.h"
#include "ui/machine/avb-machine-page.h"

struct _AvbWindow {
  AdwApplicationWindow   parent_instance;

  AvbLibrary            *library;
  AvbLibraryModel       *model;
  GSettings             *settings;
  AvbLibraryView        *view;
  AvbHostPrompts        *prompts;
  AvbExtensionSet       *extensions; /* (nullable) */
  AvbExtensionsPane     *pane;        /* (nullable): made when first shown */
  AvbSidebarRow         *extensions_row; /* (nullable) */

  AdwToastOverlay       *toasts;
  AdwNavigationView     *navigation;
  AdwNavigationSplitView *split;
  AdwNavigationPage     *library_page;
  AdwNavigationPage     *content_page;
  GtkListBox            *sidebar;
  GtkSearchEntry        *sidebar_search;
  GtkSearchBar          *search_bar;
  GtkSearchEntry        *bar_search;
  GtkWidget             *search_toggle;
  AdwToggleGroup        *view_switch;
  GtkStack              *content_stack;
  AdwBin                *library_bin;
  GMenu                 *extension_section; /* of the main menu */
  GtkWidget             *jobs;
};

G_DEFINE_FINAL_TYPE (AvbWindow, avb_window, ADW_TYPE_APPLICATION_WINDOW)

enum { PROP_0, PROP_LIBRARY, N_PROPS };

static GParamSpec *properties[N_PROPS];

/* --- the sidebar --- */

static void
sidebar_header_cb (GtkListBoxRow *row, GtkListBoxRow *before, gpointer user_data)
{
  AvbSidebarKind kind = avb_sidebar_row_get_kind (AVB_SIDEBAR_ROW (row));
  GtkWidget *label;

  if (kind != AVB_SIDEBAR_CONNECTION || before == NULL ||
      avb_sidebar_row_get_kind (AVB_SIDEBAR_ROW (before)) == AVB_SIDEBAR_CONNECTION)
    {
      gtk_list_box_row_set_header (row, NULL);
      return;
    }
  label = gtk_label_new (_("Hosts"));
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "heading");
  gtk_widget_add_css_class (label, "dimmed");
  gtk_widget_add_css_class (label, "sidebar-heading");
  gtk_list_box_row_set_header (row, label);
}

static gboolean
shows_extensions (AvbWindow *self)
{
  return g_strcmp0 (gtk_stack_get_visible_child_name (self->content_stack), "extensions") == 0;
}

/* What is typed anywhere goes to the search of what is shown. */
static void
capture_keys (AvbWindow *self)
{
  gboolean library = !shows_extensions (self);
  gboolean narrow = adw_navigation_split_view_get_collapsed (self->split);
  GtkWidget *page = library ? GTK_WIDGET (self->library_page) : NULL;

  gtk_search_entry_set_key_capture_widget (self->sidebar_search, narrow ? NULL : page);
  gtk_search_bar_set_key_capture_widget (self->search_bar, narrow ? page : NULL);
}

static void
show_extensions (AvbWindow *self)
{
  if (self->pane == NULL)
    {
      self->pane = AVB_EXTENSIONS_PANE (avb_extensions_pane_new (self->extensions));
      gtk_stack_add_named (self->content_stack, GTK_WIDGET (self->pane), "extensions");
    }
  gtk_stack_set_visible_child_name (self->content_stack, "extensions");
  adw_navigation_page_set_title (self->content_page, _("Extensions"));
  capture_keys (self);
}

static void
show_place (AvbWindow *self, AvbSidebarRow *row)
{
  AvbSidebarKind kind = avb_sidebar_row_get_kind (row);
  AvbConnection *connection = avb_sidebar_row_get_connection (row);

  if (kind == AVB_SIDEBAR_EXTENSIONS)
    {
      show_extensions (self);
      return;
    }
  gtk_stack_set_visible_child_name (self->content_stack, "library");
  capture_keys (self);
  avb_library_model_set_running_only (self->model, kind == AVB_SIDEBAR_RUNNING);
  avb_library_model_set_connection (self->model, connection);
  adw_navigation_page_set_title (self->content_page,
                                 connection != NULL           ? avb_connection_get_name (connection)
                                 : kind == AVB_SIDEBAR_RUNNING ? C_("machines that run", "Running")
                                                               : _("All Machines"));
}

static void
sidebar_activated_cb (AvbWindow *self, GtkListBoxRow *row)
{
  show_place (self, AVB_SIDEBAR_ROW (row));
  adw_navigation_split_view_set_show_content (self->split, TRUE);
}

/* Rows of connections follow the fixed ones. */
static int
first_connection_row (AvbWindow *self)
{
  return self->extensions_row != NULL ? 3 : 2;
}

static void
connections_changed_cb (AvbWindow  *self,
                        guint       position,
                        guint       removed,
                        guint       added,
                        GListModel *connections)
{
  const int first = first_connection_row (self);

  for (guint i = 0; i < removed; i++)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->sidebar, first + (int) position);
      gboolean selected = gtk_list_box_row_is_selected (row);

      gtk_list_box_remove (self->sidebar, GTK_WIDGET (row));
      if (selected)
        {
          row = gtk_list_box_get_row_at_index (self->sidebar, 0);
          gtk_list_box_select_row (self->sidebar, row);
          show_place (self, AVB_SIDEBAR_ROW (row));
        }
    }
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (AvbConnection) connection = g_list_model_get_item (connections, position + i);

      gtk_list_box_insert (
          self->sidebar, avb_sidebar_row_new (AVB_SIDEBAR_CONNECTION, self->model, connection),
          first + (int) (position + i));
    }
}

static void
fill_sidebar (AvbWindow *self)
{
  GListModel *connections = avb_library_get_connections (self->library);

  gtk_list_box_append (self->sidebar, avb_sidebar_row_new (AVB_SIDEBAR_ALL, self->model, NULL));
  gtk_list_box_append (self->sidebar, avb_sidebar_row_new (AVB_SIDEBAR_RUNNING, self->model, NULL));
  gtk_list_box_set_header_func (self->sidebar, sidebar_header_cb, NULL, NULL);
  gtk_list_box_select_row (self->sidebar, gtk_list_box_get_row_at_index (self->sidebar, 0));
  g_signal_connect_object (connections, "items-changed", G_CALLBACK (connections_changed_cb), self,
                           G_CONNECT_SWAPPED);
  connections_changed_cb (self, 0, 0, g_list_model_get_n_items (connections), connections);
}

/* --- searching --- */

/* Machines are searched from wherever one is. */
static void
search_changed_cb (AvbWindow *self)
{
  GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->sidebar, 0);

  if (!shows_extensions (self) || *avb_library_model_get_search (self->model) == '\0')
    return;
  gtk_list_box_select_row (self->sidebar, row);
  show_place (self, AVB_SIDEBAR_ROW (row));
}

static void
search_activate_cb (AvbWindow *self)
{
  adw_navigation_split_view_set_show_content (self->split, TRUE);
  avb_library_view_focus (self->view);
}

static void
stop_search_cb (AvbWindow *self)
{
  avb_library_model_set_search (self->model, "");
  avb_library_view_focus (self->view);
}

static void
search_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AvbWindow *self = AVB_WINDOW (widget);

  if (adw_navigation_view_get_visible_page (self->navigation) != self->library_page)
    return;
  if (shows_extensions (self))
    avb_extensions_pane_search (self->pane);
  else if (adw_navigation_split_view_get_collapsed (self->split))
    {
      adw_navigation_split_view_set_show_content (self->split, TRUE);
      gtk_search_bar_set_search_mode (self->search_bar, TRUE);
      gtk_widget_grab_focus (GTK_WIDGET (self->bar_search));
    }
  else
    gtk_widget_grab_focus (GTK_WIDGET (self->sidebar_search));
}

static void
narrow_apply_cb (AvbWindow *self)
{
  avb_library_view_set_narrow (self->view, TRUE);
  capture_keys (self);
}

static void
narrow_unapply_cb (AvbWindow *self)
{
  capture_keys (self);
  gtk_search_bar_set_search_mode (self->search_bar, FALSE);
  avb_library_view_set_narrow (self->view, FALSE);
}

/* --- pages --- */

static AvbMachinePage *
visible_machine_page (AvbWindow *self)
{
  AdwNavigationPage *page = adw_navigation_view_get_visible_page (self->navigation);

  return AVB_IS_MACHINE_PAGE (page) ? AVB_MACHINE_PAGE (page) : NULL;
}

/* The machine whose page is shown was deleted, here or elsewhere. */
static void
machines_changed_cb (AvbWindow *self)
{
  AvbMachinePage *page = visible_machine_page (self);
  AvbMachine *machine = page != NULL ? avb_machine_page_get_machine (page) : NULL;

  if (machine != NULL && avb_library_find (self->library, avb_machine_get_uuid (machine)) != machine)
    adw_navigation_view_pop (self->navigation);
}

static void
popped_cb (AvbWindow *self, AdwNavigationPage *page)
{
  if (gtk_window_is_fullscreen (GTK_WINDOW (self)))
    gtk_window_unfullscreen (GTK_WINDOW (self));
}

static void
open_machine_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AvbWindow *self = AVB_WINDOW (widget);
  AvbMachine *machine = avb_library_find (self->library, g_variant_get_string (parameter, NULL));

  if (machine != NULL)
    avb_window_open_machine (self, machine);
}

static void
fullscreen_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkWindow *window = GTK_WINDOW (widget);

  if (gtk_window_is_fullscreen (window))
    gtk_window_unfullscreen (window);
  else
    gtk_window_fullscreen (window);
}

static void
select_all_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_selection_model_select_all (avb_library_model_get_selection (AVB_WINDOW (widget)->model));
}

/* --- hosts --- */

static void
add_host_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  adw_dialog_present (avb_add_host_dialog_new (AVB_WINDOW (widget)->library), widget);
}

/* (nullable) (transfer none) */
static AvbConnection *
find_host (AvbWindow *self, GVariant *uri)
{
  GListModel *connections = avb_library_get_connections (self->library);

  for (guint i = 0; i < g_list_model_get_n_items (connections); i++)
    {
      g_autoptr (AvbConnection) connection = g_list_model_get_item (connections, i);

      if (g_str_equal (avb_connection_get_uri (connection), g_variant_get_string (uri, NULL)))
        return connection; /* the list holds it */
    }
  return NULL;
}

static void
remove_host_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AvbWindow *self = AVB_WINDOW (widget);
  AvbConnection *connection = find_host (self, parameter);

  if (connection != NULL)
    avb_window_add_toast (self, avb_hosts_remove (self->library, connection));
}

static void
retry_host_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AvbConnection *connection = find_host (AVB_WINDOW (widget), parameter);

  if (connection != NULL)
    avb_connection_retry (connection);
}

/* --- extensions --- */

static gboolean
go_to_extensions (AvbWindow *self)
{
  if (self->extensions_row == NULL)
    return FALSE;
  adw_navigation_view_pop_to_page (self->navigation, self->library_page);
  gtk_list_box_select_row (self->sidebar, GTK_LIST_BOX_ROW (self->extensions_row));
  show_extensions (self);
  adw_navigation_split_view_set_show_content (self->split, TRUE);
  avb_extensions_pane_focus (self->pane);
  return TRUE;
}

static void
extensions_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  go_to_extensions (AVB_WINDOW (widget));
}

static void
use_contribution_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AvbWindow *self = AVB_WINDOW (widget);

  if (self->extensions != NULL)
    avb_extension_actions_use (widget, self->extensions, parameter);
}

static void
open_extension_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  avb_window_open_extension (AVB_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
updates_changed_cb (AvbWindow *self)
{
  avb_sidebar_row_set_count (self->extensions_row,
                             g_list_model_get_n_items (avb_marketplace_get_updates (
                                 avb_extension_set_get_marketplace (self->extensions))));
}

/* --- the window itself --- */

static gboolean
list_to_mode (GValue *value, GVariant *variant, gpointer user_data)
{
  g_value_set_boolean (value, g_str_equal (g_variant_get_string (variant, NULL), "list"));
  return TRUE;
}

static gboolean
sort_from_setting (GValue *value, GVariant *variant, gpointer user_data)
{
  const char *nick = g_variant_get_string (variant, NULL);

  g_value_set_int (value, g_str_equal (nick, "state")     ? AVB_SORT_STATE
                          : g_str_equal (nick, "recent") ? AVB_SORT_CHANGED
                                                          : AVB_SORT_NAME);
  return TRUE;
}

static void
fullscreened_cb (AvbWindow *self)
{
  AvbMachinePage *page = visible_machine_page (self);

  if (page != NULL)
    avb_machine_page_set_fullscreen (page, gtk_window_is_fullscreen (GTK_WINDOW (self)));
}

static void
avb_window_constructed (GObject *object)
{
  AvbWindow *self = AVB_WINDOW (object);
  g_autoptr (GAction) sort = NULL;
  g_autoptr (GAction) view = NULL;

  G_OBJECT_CLASS (avb_window_parent_class)->constructed (object);

  self->model = avb_library_model_new (self->library);
  self->view = AVB_LIBRARY_VIEW (avb_library_view_new (self->model));
  adw_bin_set_child (self->library_bin, GTK_WIDGET (self->view));
  fill_sidebar (self);

  self->settings = g_settings_new (AVB_APPLICATION_ID);
  gtk_window_set_default_size (GTK_WINDOW (self),
                               g_settings_get_int (self->settings, "window-width"),
                               g_settings_get_int (self->settings, "window-height"));
  if (g_settings_get_boolean (self->settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
  sort = g_settings_create_action (self->settings, "sort");
  g_action_map_add_action (G_ACTION_MAP (self), sort);
  view = g_settings_create_action (self->settings, "view");
  g_action_map_add_action (G_ACTION_MAP (self), view);
  g_settings_bind_with_mapping (self->settings, "sort", self->model, "sort",
                                G_SETTINGS_BIND_GET, sort_from_setting, NULL, NULL, NULL);
  g_settings_bind_with_mapping (self->settings, "view", self->view, "list",
                                G_SETTINGS_BIND_GET, list_to_mode, NULL, NULL, NULL);
  g_settings_bind (self->settings, "view", self->view_switch, "active-name",
                   G_SETTINGS_BIND_DEFAULT);
  g_object_bind_property (self->model, "search", self->sidebar_search, "text",
                          G_BINDING_BIDIRECTIONAL);
  g_object_bind_property (self->model, "search", self->bar_search, "text",
                          G_BINDING_BIDIRECTIONAL);
  gtk_search_bar_connect_entry (self->search_bar, GTK_EDITABLE (self->bar_search));
  capture_keys (self);
  g_signal_connect_object (self->model, "notify::search", G_CALLBACK (search_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (avb_library_get_machines (self->library), "items-changed",
                           G_CALLBACK (machines_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect (self, "notify::fullscreened", G_CALLBACK (fullscreened_cb), NULL);
  self->prompts = avb_host_prompts_new (GTK_WIDGET (self), self->library);
}

static void
remember_size (AvbWindow *self)
{
  int width, height;

  if (gtk_window_is_fullscreen (GTK_WINDOW (self)))
    return;
  gtk_window_get_default_size (GTK_WINDOW (self), &width, &height);
  g_settings_set_int (self->settings, "window-width", MAX (width, 360));
  g_settings_set_int (self->settings, "window-height", MAX (height, 294));
  g_settings_set_boolean (self->settings, "window-maximized",
                          gtk_window_is_maximized (GTK_WINDOW (self)));
}

static gboolean
avb_window_close_request (GtkWindow *window)
{
  AvbWindow *self = AVB_WINDOW (window);
  GtkApplication *application = gtk_window_get_application (window);

  remember_size (self);
  /* The application saves what runs, and closes the window when that is done. */
  if (application != NULL && g_action_group_has_action (G_ACTION_GROUP (application), "quit"))
    {
      g_action_group_activate_action (G_ACTION_GROUP (application), "quit", NULL);
      return GDK_EVENT_STOP;
    }
  return GTK_WINDOW_CLASS (avb_window_parent_class)->close_request (window);
}

static void
avb_window_dispose (GObject *object)
{
  AvbWindow *self = AVB_WINDOW (object);

  if (self->prompts != NULL)
    g_object_run_dispose (G_OBJECT (self->prompts));
  g_clear_object (&self->prompts);
  self->pane = NULL;
  self->extensions_row = NULL;
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_WINDOW);
  g_clear_object (&self->model);
  g_clear_object (&self->settings);
  g_clear_object (&self->extensions);
  g_clear_object (&self->library);
  G_OBJECT_CLASS (avb_window_parent_class)->dispose (object);
}

static void
avb_window_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_LIBRARY)
    g_value_set_object (value, AVB_WINDOW (object)->library);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_window_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  if (id == PROP_LIBRARY)
    AVB_WINDOW (object)->library = g_value_dup_object (value);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_window_class_init (AvbWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = avb_window_constructed;
  object_class->dispose = avb_window_dispose;
  object_class->get_property = avb_window_get_property;
  object_class->set_property = avb_window_set_property;
  GTK_WINDOW_CLASS (klass)->close_request = avb_window_close_request;

  properties[PROP_LIBRARY] =
      g_param_spec_object ("library", NULL, NULL, AVB_TYPE_LIBRARY,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (AVB_TYPE_JOBS_BUTTON);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/org/alphavbox/AlphaVBox/ui/avb-window.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, AvbWindow, navigation);
  gtk_widget_class_bind_template_child (widget_class, AvbWindow, split);
  gtk_widget_class_bind_template_child (widget_class, AvbWindow, library_page);
  gtk_widget_class_bind_template_child (widget_class, AvbWindow, content_page);
  gtk_widget_class_bind_template_child (widget_class, AvbWindow, sidebar);
  gtk_widget_class_bind_template_child (widget_class, AvbWindow, sidebar_search);
  gtk_widget_class_bind_template_child (widget_class, AvbWindow, search_bar);
  gtk_widget_class_bind_template_child (widget_class, AvbWindow, bar_search);
  gtk_widget_class_bind_template_child (widget_class, AvbWindow, search_toggle);
  gtk_widget_class_bind_template_child (widget_class, AvbWindow, view_switch);
  gtk_widget_class_bind_template_child (widget_class, AvbWindow, content_stack);
  gtk_widget_class_bind_template_child (widget_class, AvbWindow, library_bin);
  gtk_widget_class_bind_template_child (widget_class, AvbWindow, extension_section);
  gtk_widget_class_bind_template_child (widget_class, AvbWindow, jobs);
  gtk_widget_class_bind_template_callback (widget_class, sidebar_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, stop_search_cb);
  gtk_widget_class_bind_template_callback (widget_class, narrow_apply_cb);
  gtk_widget_class_bind_template_callback (widget_class, narrow_unapply_cb);
  gtk_widget_class_bind_template_callback (widget_class, popped_cb);

  gtk_widget_class_install_action (widget_class, "win.search", NULL, search_action);
  gtk_widget_class_install_action (widget_class, "win.open-machine", "s", open_machine_action);
  gtk_widget_class_install_action (widget_class, "win.fullscreen", NULL, fullscreen_action);
  gtk_widget_class_install_action (widget_class, "win.select-all", NULL, select_all_action);
  gtk_widget_class_install_action (widget_class, "win.add-host", NULL, add_host_action);
  gtk_widget_class_install_action (widget_class, "win.remove-host", "s", remove_host_action);
  gtk_widget_class_install_action (widget_class, "win.retry-host", "s", retry_host_action);
  gtk_widget_class_install_action (widget_class, "win.extensions", NULL, extensions_action);
  gtk_widget_class_install_action (widget_class, "win.open-extension", "s", open_extension_action);
  gtk_widget_class_install_action (widget_class, "win.use-contribution", "(isss)", use_contribution_action);
  avb_new_actions_install (widget_class);
}

static void
avb_window_init (AvbWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.extensions", FALSE);
}

AvbWindow *
avb_window_new (GtkApplication *application, AvbLibrary *library)
{
  g_return_val_if_fail (AVB_IS_LIBRARY (library), NULL);

  return g_object_new (AVB_TYPE_WINDOW, "application", application, "library", library, NULL);
}

AvbLibrary *
avb_window_get_library (AvbWindow *self)
{
  g_return_val_if_fail (AVB_IS_WINDOW (self), NULL);

  return self->library;
}

AvbLibraryModel *
avb_window_get_model (AvbWindow *self)
{
  g_return_val_if_fail (AVB_IS_WINDOW (self), NULL);

  return self->model;
}

void
avb_window_add_toast (AvbWindow *self, AdwToast *toast)
{
  g_return_if_fail (AVB_IS_WINDOW (self));

  adw_toast_overlay_add_toast (self->toasts, toast);
}

void
avb_window_open_machine (AvbWindow *self, AvbMachine *machine)
{
  AvbMachinePage *page;

  g_return_if_fail (AVB_IS_WINDOW (self));
  g_return_if_fail (AVB_IS_MACHINE (machine));

  page = visible_machine_page (self);
  if (page != NULL && avb_machine_page_get_machine (page) == machine)
    return;
  adw_navigation_view_pop_to_page (self->navigation, self->library_page);
  adw_navigation_view_push (self->navigation, avb_machine_page_new (self->library, machine));
}

void
avb_window_set_extensions (AvbWindow *self, AvbExtensionSet *extensions)
{
  GListModel *updates;

  g_return_if_fail (AVB_IS_WINDOW (self));
  g_return_if_fail (AVB_IS_EXTENSION_SET (extensions));
  g_return_if_fail (self->extensions == NULL);

  self->extensions = g_object_ref (extensions);
  self->extensions_row = AVB_SIDEBAR_ROW (avb_sidebar_row_new (AVB_SIDEBAR_EXTENSIONS, self->model, NULL));
  gtk_list_box_insert (self->sidebar, GTK_WIDGET (self->extensions_row), 2);
  updates = avb_marketplace_get_updates (avb_extension_set_get_marketplace (extensions));
  g_signal_connect_object (updates, "items-changed", G_CALLBACK (updates_changed_cb), self, G_CONNECT_SWAPPED);
  updates_changed_cb (self);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "win.extensions", TRUE);
  avb_extension_menu_watch (GTK_WIDGET (self->library_bin), self->extension_section, NULL);
  avb_question_dialog_serve (GTK_WIDGET (self), avb_extension_set_get_host (extensions));
}

AvbExtensionSet *
avb_window_get_extensions (AvbWindow *self)
{
  g_return_val_if_fail (AVB_IS_WINDOW (self), NULL);

  return self->extensions;
}

void
avb_window_open_extension (AvbWindow *self, const char *id)
{
  g_return_if_fail (AVB_IS_WINDOW (self));
  g_return_if_fail (id != NULL);

  if (go_to_extensions (self))
    avb_extensions_pane_open (self->pane, id);
}

void
avb_window_install_extension (AvbWindow *self, GFile *file)
{
  g_return_if_fail (AVB_IS_WINDOW (self));
  g_return_if_fail (G_IS_FILE (file));

  if (go_to_extensions (self))
    avb_extensions_pane_install_file (self->pane, file);
}

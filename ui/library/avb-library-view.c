/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-library-view.h"

#include <glib/gi18n-lib.h>

#include "app/avb-text.h"
#include "ui/avb-feedback.h"
#include "ui/avb-format.h"
#include "ui/avb-window.h"
#include "ui/extensions/avb-extension-link.h"
#include "ui/extensions/avb-extension-menu.h"
#include "ui/library/avb-library-columns.h"
#include "ui/library/avb-machine-card.h"
#include "ui/library/avb-visible-rows.h"
#include "ui/machine/avb-machine-actions.h"

struct _AvbLibraryView {
  AdwBin             parent_instance;

  AvbLibraryModel   *model;
  AvbMachineActions *actions;
  AvbVisibleRows    *rows;
  GtkWidget         *context_menu;
  AvbConnection     *lost; /* what the banner and Retry are about */
  gboolean           as_list;
  gboolean           narrow;

  AdwBanner         *banner;
  GtkStack          *stack;
  GtkGridView       *grid;
  GtkColumnView     *list;
  AdwStatusPage     *connecting;
  AdwStatusPage     *empty;
  AdwStatusPage     *nothing;
  AdwStatusPage     *unavailable;
  GtkWidget         *clear_search;
  GtkRevealer       *drop_revealer;
  GtkLabel          *drop_label;
  GtkActionBar      *action_bar;
  GtkLabel          *selected_label;
  GMenuModel        *machine_menu;
  GMenu             *extension_section;
};

G_DEFINE_FINAL_TYPE (AvbLibraryView, avb_library_view, ADW_TYPE_BIN)

enum { PROP_0, PROP_MODEL, PROP_LIST, N_PROPS };

static GParamSpec *properties[N_PROPS];

/* The connection that is down and whose machines belong to what is shown. */
static AvbConnection *
find_lost (AvbLibraryView *self, gboolean *connecting)
{
  GListModel *connections = avb_library_get_connections (avb_library_model_get_library (self->model));
  AvbConnection *only = avb_library_model_get_connection (self->model);
  AvbConnection *lost = NULL;

  *connecting = FALSE;
  for (guint i = 0; i < g_list_model_get_n_items (connections); i++)
    {
      g_autoptr (AvbConnection) connection = g_list_model_get_item (connections, i);
      AvbLink link = avb_connection_get_link (connection);

      if (only != NULL && connection != only)
        continue;
      if (link == AVB_LINK_CONNECTING)
        *connecting = TRUE;
      else if (link == AVB_LINK_LOST && lost == NULL)
        lost = connection;
    }
  return lost;
}

/* (nullable) (transfer none): one whose machines cannot run for want of what can be named */
static AvbConnection *
find_lacking (AvbLibraryView *self)
{
  GListModel *connections
      = avb_library_get_connections (avb_library_model_get_library (self->model));
  AvbConnection *only = avb_library_model_get_connection (self->model);

  for (guint i = 0; i < g_list_model_get_n_items (connections); i++)
    {
      g_autoptr (AvbConnection) connection = g_list_model_get_item (connections, i);

      if (avb_connection_get_problem (connection) != NULL
          && avb_connection_get_create_refusal (connection) != NULL
          && (only == NULL || connection == only))
        return connection; /* the list holds it */
    }
  return NULL;
}

static const char *
choose_page (AvbLibraryView *self, AvbConnection *lost, gboolean connecting)
{
  const char *search = avb_library_model_get_search (self->model);

  if (avb_library_model_get_n_shown (self->model) > 0)
    return self->as_list ? "list" : "grid";
  if (search != NULL && *search != '\0' && avb_library_model_get_n_all (self->model) > 0)
    return "nothing-found";
  if (avb_library_model_get_running_only (self->model) &&
      avb_library_model_get_n_all (self->model) > 0)
    return "nothing-found";
  if (connecting)
    return "connecting";
  return lost != NULL ? "unavailable" : "empty";
}

static void
update_page (AvbLibraryView *self)
{
  const char *search = avb_library_model_get_search (self->model);
  gboolean searching = search != NULL && *search != '\0';
  gboolean connecting;
  const char *page;

  g_set_object (&self->lost, find_lost (self, &connecting));
  page = choose_page (self, self->lost, connecting);
  if (g_str_equal (page, "nothing-found"))
    {
      adw_status_page_set_title (self->nothing,
                                 searching ? _("Nothing Found") : _("No Machine Is Running"));
      adw_status_page_set_description (
          self->nothing, searching ? _("No machine’s name contains what you searched for.")
                                   : _("Machines that run or are paused show up here."));
      gtk_widget_set_visible (self->clear_search, searching);
    }
  if (g_str_equal (page, "unavailable"))
    {
      g_autofree char *escaped = NULL;
      const char      *reason = avb_connection_get_problem (self->lost);

      if (reason == NULL)
        reason = avb_connection_get_link_error (self->lost);

      /* A status page reads its description as markup. */
      escaped = g_markup_escape_text (reason != NULL ? reason : _("The host does not answer."), -1);
      adw_status_page_set_description (self->unavailable, escaped);
      adw_status_page_set_title (self->unavailable, avb_connection_get_is_local (self->lost)
                                                        ? _("No Hypervisor to Talk To")
                                                        : _("The Host Can’t Be Reached"));
    }
  gtk_stack_set_visible_child_name (self->stack, page);
  if (self->lost != NULL && !g_str_equal (page, "unavailable"))
    {
      g_autofree char *title = g_strdup_printf (
          /* Translators: %s is the name of a host. */
          _("The connection to %s was lost. It is being tried again."),
          avb_connection_get_name (self->lost));

      adw_banner_set_use_markup (self->banner, FALSE);
      adw_banner_set_title (self->banner, title);
      adw_banner_set_revealed (self->banner, TRUE);
    }
  else if (self->lost == NULL && find_lacking (self) != NULL)
    {
      adw_banner_set_use_markup (self->banner, FALSE);
      adw_banner_set_title (self->banner, avb_connection_get_problem (find_lacking (self)));
      adw_banner_set_revealed (self->banner, TRUE);
    }
  else
    adw_banner_set_revealed (self->banner, FALSE);
  avb_visible_rows_check (self->rows);
}

static void
connections_changed_cb (AvbLibraryView *self,
                        guint           position,
                        guint           removed,
                        guint           added,
                        GListModel     *connections)
{
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (AvbConnection) connection = g_list_model_get_item (connections, position + i);

      g_signal_connect_object (connection, "notify::link", G_CALLBACK (update_page), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (connection, "notify::link-error", G_CALLBACK (update_page), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (
          connection, "notify::problem", G_CALLBACK (update_page), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (
          connection, "notify::capabilities", G_CALLBACK (update_page), self, G_CONNECT_SWAPPED);
      g_signal_connect_object (connection, "notify::capabilities",
                               G_CALLBACK (avb_visible_rows_check), self->rows, G_CONNECT_SWAPPED);
    }
  update_page (self);
}

static void
selected_cb (AvbLibraryView *self)
{
  g_autoptr (GPtrArray) machines = avb_library_model_dup_selected (self->model);
  g_autofree char *text = NULL;

  avb_machine_actions_set_targets (self->actions, machines);
  text = g_strdup_printf (ngettext ("%u machine selected", "%u machines selected", machines->len),
                          machines->len);
  if (machines->len > 1)
    gtk_label_set_label (self->selected_label, text);
  gtk_action_bar_set_revealed (self->action_bar, machines->len > 1);
}

static void
activate_cb (AvbLibraryView *self, guint position)
{
  g_autoptr (AvbMachine) machine = g_list_model_get_item (
      G_LIST_MODEL (avb_library_model_get_selection (self->model)), position);

  if (machine != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.open-machine", "s",
                                avb_machine_get_uuid (machine));
}

static void
retry_cb (AvbLibraryView *self)
{
  AvbConnection *connection = self->lost != NULL ? self->lost : find_lacking (self);

  if (connection != NULL)
    avb_connection_retry (connection);
}

static void
clear_search_cb (AvbLibraryView *self)
{
  avb_library_model_set_search (self->model, "");
}

static void
clear_selection_cb (AvbLibraryView *self)
{
  gtk_selection_model_unselect_all (avb_library_model_get_selection (self->model));
}

/* --- the context menu: one for all rows --- */

/* They do one thing with one machine. */
static void
fill_extension_section (AvbLibraryView *self)
{
  g_autoptr (GPtrArray) machines = avb_library_model_dup_selected (self->model);
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (AVB_IS_WINDOW (root) && machines->len == 1)
    avb_extension_menu_fill (self->extension_section, avb_window_get_extensions (AVB_WINDOW (root)), machines->pdata[0]);
  else
    g_menu_remove_all (self->extension_section);
}

static void
popup_menu_at (AvbLibraryView *self, GtkWidget *widget, const graphene_rect_t *area)
{
  graphene_rect_t bounds;
  GdkRectangle at;

  if (self->context_menu == NULL)
    {
      self->context_menu = gtk_popover_menu_new_from_model (self->machine_menu);
      gtk_popover_set_has_arrow (GTK_POPOVER (self->context_menu), FALSE);
      gtk_widget_set_halign (self->context_menu, GTK_ALIGN_START);
      gtk_widget_set_parent (self->context_menu, GTK_WIDGET (self));
    }
  if (area != NULL)
    bounds = *area;
  else if (!gtk_widget_compute_bounds (widget, GTK_WIDGET (self), &bounds))
    return;
  at = (GdkRectangle){ (int) bounds.origin.x, (int) bounds.origin.y, (int) bounds.size.width,
                       (int) bounds.size.height };
  fill_extension_section (self);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->context_menu), &at);
  gtk_popover_popup (GTK_POPOVER (self->context_menu));
}

static gboolean
select_for_menu (AvbLibraryView *self, guint position)
{
  GtkSelectionModel *selection = avb_library_model_get_selection (self->model);

  if (position >= g_list_model_get_n_items (G_LIST_MODEL (selection)))
    return FALSE;
  if (!gtk_selection_model_is_selected (selection, position))
    gtk_selection_model_select_item (selection, position, TRUE);
  return TRUE;
}

/* The row under a widget: cards and cells know the list item that holds them. */
static guint
position_of (GtkWidget *widget)
{
  for (GtkWidget *w = widget; w != NULL; w = gtk_widget_get_parent (w))
    {
      gpointer item = g_object_get_data (G_OBJECT (w), "avb-item");
      GtkWidget *child = gtk_widget_get_first_child (w);

      if (item == NULL && child != NULL && w != widget)
        item = g_object_get_data (G_OBJECT (child), "avb-item");
      if (GTK_IS_LIST_ITEM (item))
        return gtk_list_item_get_position (item);
      if (GTK_IS_COLUMN_VIEW_CELL (item))
        return gtk_column_view_cell_get_position (item);
    }
  return GTK_INVALID_LIST_POSITION;
}

static void
right_click_cb (AvbLibraryView *self, int n_press, double x, double y, GtkGesture *gesture)
{
  GtkWidget *widget = gtk_widget_pick (GTK_WIDGET (self), x, y, GTK_PICK_DEFAULT);
  graphene_rect_t area = GRAPHENE_RECT_INIT ((float) x, (float) y, 1, 1);

  if (widget == NULL || !select_for_menu (self, position_of (widget)))
    return;
  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  popup_menu_at (self, NULL, &area);
}

static void
card_menu_cb (AvbLibraryView *self, GtkWidget *button, AvbMachineCard *card)
{
  if (select_for_menu (self, position_of (GTK_WIDGET (card))))
    popup_menu_at (self, button, NULL);
}

static void
menu_key_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AvbLibraryView *self = AVB_LIBRARY_VIEW (widget);
  g_autoptr (GPtrArray) machines = avb_library_model_dup_selected (self->model);
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  if (machines->len > 0 && focus != NULL && gtk_widget_is_ancestor (focus, widget))
    popup_menu_at (self, focus, NULL);
}

/* --- the cards --- */

static void
card_setup_cb (AvbLibraryView *self, GtkListItem *item)
{
  GtkWidget *card = avb_machine_card_new ();

  g_object_set_data (G_OBJECT (card), "avb-item", item);
  g_signal_connect_object (card, "menu-requested", G_CALLBACK (card_menu_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_list_item_set_child (item, card);
}

static void
card_label_cb (GtkListItem *item)
{
  AvbMachine *machine = gtk_list_item_get_item (item);

  gtk_list_item_set_accessible_label (item, avb_machine_get_name (machine));
  gtk_list_item_set_accessible_description (item,
                                            avb_format_state (avb_machine_get_state (machine)));
}

static void
card_bind_cb (AvbLibraryView *self, GtkListItem *item)
{
  AvbMachineCard *card = AVB_MACHINE_CARD (gtk_list_item_get_child (item));
  AvbMachine *machine = gtk_list_item_get_item (item);

  avb_machine_card_set_machine (card, machine);
  g_signal_connect_swapped (machine, "notify::name", G_CALLBACK (card_label_cb), item);
  g_signal_connect_swapped (machine, "notify::state", G_CALLBACK (card_label_cb), item);
  card_label_cb (item);
  avb_visible_rows_add (self->rows, GTK_WIDGET (card), machine,
                        avb_machine_card_get_thumbnail (card));
}

static void
card_unbind_cb (AvbLibraryView *self, GtkListItem *item)
{
  AvbMachineCard *card = AVB_MACHINE_CARD (gtk_list_item_get_child (item));
  AvbMachine *machine = gtk_list_item_get_item (item);

  if (machine != NULL)
    g_signal_handlers_disconnect_by_func (machine, card_label_cb, item);
  avb_visible_rows_remove (self->rows, GTK_WIDGET (card));
  avb_machine_card_set_machine (card, NULL);
}

/* --- dropping files --- */

static char *
describe_drop (GtkDropTarget *target)
{
  const GValue *value = gtk_drop_target_get_value (target);
  g_autoptr (GSList) files = NULL;
  g_autofree char *name = NULL;
  guint n;

  if (value == NULL || !G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    return g_strdup (_("Make a new machine"));
  files = gdk_file_list_get_files (g_value_get_boxed (value));
  n = g_slist_length (files);
  if (n == 0)
    return g_strdup (_("Make a new machine"));
  if (n > 1)
    return g_strdup (_("Drop one file at a time to make a new machine"));
  name = avb_text_dup_file_name (files->data);
  /* Translators: %s is a file's name. */
  if (avb_extension_link_is_package (files->data))
    return g_strdup_printf (_("Look at the extension “%s”"), name);
  /* Translators: %s is a file's name. */
  return g_strdup_printf (_("Make a new machine from “%s”"), name);
}

static void
drop_value_cb (AvbLibraryView *self, GParamSpec *pspec, GtkDropTarget *target)
{
  g_autofree char *text = describe_drop (target);

  gtk_label_set_label (self->drop_label, text);
}

static GdkDragAction
drop_enter_cb (AvbLibraryView *self, double x, double y, GtkDropTarget *target)
{
  drop_value_cb (self, NULL, target);
  gtk_revealer_set_reveal_child (self->drop_revealer, TRUE);
  return GDK_ACTION_COPY;
}

static void
drop_leave_cb (AvbLibraryView *self)
{
  gtk_revealer_set_reveal_child (self->drop_revealer, FALSE);
}

static gboolean
drop_cb (AvbLibraryView *self, const GValue *value, double x, double y, GtkDropTarget *target)
{
  g_autoptr (GSList) files = NULL;
  g_autofree char *uri = NULL;

  gtk_revealer_set_reveal_child (self->drop_revealer, FALSE);
  if (!G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    return FALSE;
  files = gdk_file_list_get_files (g_value_get_boxed (value));
  if (files == NULL)
    return FALSE;
  if (files->next != NULL)
    {
      avb_feedback_message (GTK_WIDGET (self),
                            _("Several files were dropped. Drop one to make a machine from it."));
      return FALSE;
    }
  uri = g_file_get_uri (files->data);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.new-from-uri", "s", uri);
  return TRUE;
}

static void
add_controllers (AvbLibraryView *self)
{
  GtkDropTarget *drop = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_drop_target_set_preload (drop, TRUE);
  g_signal_connect_object (drop, "enter", G_CALLBACK (drop_enter_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drop, "leave", G_CALLBACK (drop_leave_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drop, "drop", G_CALLBACK (drop_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (drop, "notify::value", G_CALLBACK (drop_value_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (drop));

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (click), GTK_PHASE_CAPTURE);
  g_signal_connect_object (click, "pressed", G_CALLBACK (right_click_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}

/* Only the view that is shown has the model: two would hold twice the rows. */
static void
connect_view (AvbLibraryView *self)
{
  GtkSelectionModel *selection = avb_library_model_get_selection (self->model);

  gtk_grid_view_set_model (self->grid, self->as_list ? NULL : selection);
  if (self->as_list &&
      g_list_model_get_n_items (gtk_column_view_get_columns (self->list)) == 0)
    avb_library_columns_fill (self->list, self->rows);
  if (self->as_list)
    avb_library_columns_set_narrow (self->list, self->narrow);
  gtk_column_view_set_model (self->list, self->as_list ? selection : NULL);
}

static void
watch_scrolling (AvbLibraryView *self, GtkWidget *view)
{
  GtkAdjustment *adjustment = gtk_scrollable_get_vadjustment (GTK_SCROLLABLE (view));

  g_signal_connect_object (adjustment, "value-changed", G_CALLBACK (avb_visible_rows_check),
                           self->rows, G_CONNECT_SWAPPED);
  g_signal_connect_object (adjustment, "changed", G_CALLBACK (avb_visible_rows_check), self->rows,
                           G_CONNECT_SWAPPED);
}

static void
suspended_cb (AvbLibraryView *self)
{
  avb_visible_rows_check (self->rows);
}

static void
avb_library_view_map (GtkWidget *widget)
{
  AvbLibraryView *self = AVB_LIBRARY_VIEW (widget);
  GtkRoot *root = gtk_widget_get_root (widget);

  GTK_WIDGET_CLASS (avb_library_view_parent_class)->map (widget);
  if (GTK_IS_WINDOW (root))
    g_signal_connect_object (root, "notify::suspended", G_CALLBACK (suspended_cb), self,
                             G_CONNECT_SWAPPED);
  avb_visible_rows_check (self->rows);
}

static void
avb_library_view_unmap (GtkWidget *widget)
{
  GtkRoot *root = gtk_widget_get_root (widget);

  if (root != NULL)
    g_signal_handlers_disconnect_by_func (root, suspended_cb, widget);
  GTK_WIDGET_CLASS (avb_library_view_parent_class)->unmap (widget);
}

static void
avb_library_view_constructed (GObject *object)
{
  AvbLibraryView *self = AVB_LIBRARY_VIEW (object);
  AvbLibrary *library = avb_library_model_get_library (self->model);
  GListModel *connections = avb_library_get_connections (library);
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  G_OBJECT_CLASS (avb_library_view_parent_class)->constructed (object);

  self->rows = avb_visible_rows_new (GTK_WIDGET (self));
  self->actions = avb_machine_actions_new (GTK_WIDGET (self), library);
  g_signal_connect_object (factory, "setup", G_CALLBACK (card_setup_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "bind", G_CALLBACK (card_bind_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (card_unbind_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_grid_view_set_factory (self->grid, factory);
  connect_view (self);
  watch_scrolling (self, GTK_WIDGET (self->grid));
  watch_scrolling (self, GTK_WIDGET (self->list));
  add_controllers (self);

  g_signal_connect_object (self->model, "notify::n-selected", G_CALLBACK (selected_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->model, "notify::n-shown", G_CALLBACK (update_page), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->model, "notify::n-all", G_CALLBACK (update_page), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->model, "notify::search", G_CALLBACK (update_page), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->model, "notify::connection", G_CALLBACK (update_page), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->model, "notify::running-only", G_CALLBACK (update_page), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (connections, "items-changed", G_CALLBACK (connections_changed_cb), self,
                           G_CONNECT_SWAPPED);
  connections_changed_cb (self, 0, 0, g_list_model_get_n_items (connections), connections);
}

static void
avb_library_view_dispose (GObject *object)
{
  AvbLibraryView *self = AVB_LIBRARY_VIEW (object);

  if (self->grid != NULL)
    gtk_grid_view_set_model (self->grid, NULL);
  if (self->list != NULL)
    gtk_column_view_set_model (self->list, NULL);
  g_clear_pointer (&self->context_menu, gtk_widget_unparent);
  if (self->actions != NULL)
    g_object_run_dispose (G_OBJECT (self->actions));
  g_clear_object (&self->actions);
  if (self->rows != NULL)
    g_object_run_dispose (G_OBJECT (self->rows));
  g_clear_object (&self->lost);
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_LIBRARY_VIEW);
  g_clear_object (&self->rows);
  g_clear_object (&self->model);
  G_OBJECT_CLASS (avb_library_view_parent_class)->dispose (object);
}

static void
avb_library_view_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbLibraryView *self = AVB_LIBRARY_VIEW (object);

  if (id == PROP_MODEL)
    g_value_set_object (value, self->model);
  else if (id == PROP_LIST)
    g_value_set_boolean (value, self->as_list);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_library_view_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AvbLibraryView *self = AVB_LIBRARY_VIEW (object);

  if (id == PROP_MODEL)
    self->model = g_value_dup_object (value);
  else if (id == PROP_LIST)
    {
      if (self->as_list == g_value_get_boolean (value))
        return;
      self->as_list = g_value_get_boolean (value);
      if (self->rows != NULL)
        {
          connect_view (self);
          update_page (self);
        }
      g_object_notify_by_pspec (object, properties[PROP_LIST]);
    }
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_library_view_class_init (AvbLibraryViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->constructed = avb_library_view_constructed;
  object_class->dispose = avb_library_view_dispose;
  object_class->get_property = avb_library_view_get_property;
  object_class->set_property = avb_library_view_set_property;
  widget_class->map = avb_library_view_map;
  widget_class->unmap = avb_library_view_unmap;

  properties[PROP_MODEL] =
      g_param_spec_object ("model", NULL, NULL, AVB_TYPE_LIBRARY_MODEL,
                           G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  properties[PROP_LIST] =
      g_param_spec_boolean ("list", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/alphavbox/AlphaVBox/ui/library/avb-library-view.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbLibraryView, banner);
  gtk_widget_class_bind_template_child (widget_class, AvbLibraryView, stack);
  gtk_widget_class_bind_template_child (widget_class, AvbLibraryView, grid);
  gtk_widget_class_bind_template_child (widget_class, AvbLibraryView, list);
  gtk_widget_class_bind_template_child (widget_class, AvbLibraryView, connecting);
  gtk_widget_class_bind_template_child (widget_class, AvbLibraryView, empty);
  gtk_widget_class_bind_template_child (widget_class, AvbLibraryView, nothing);
  gtk_widget_class_bind_template_child (widget_class, AvbLibraryView, unavailable);
  gtk_widget_class_bind_template_child (widget_class, AvbLibraryView, clear_search);
  gtk_widget_class_bind_template_child (widget_class, AvbLibraryView, drop_revealer);
  gtk_widget_class_bind_template_child (widget_class, AvbLibraryView, drop_label);
  gtk_widget_class_bind_template_child (widget_class, AvbLibraryView, action_bar);
  gtk_widget_class_bind_template_child (widget_class, AvbLibraryView, selected_label);
  gtk_widget_class_bind_template_child (widget_class, AvbLibraryView, machine_menu);
  gtk_widget_class_bind_template_child (widget_class, AvbLibraryView, extension_section);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, retry_cb);
  gtk_widget_class_bind_template_callback (widget_class, clear_search_cb);
  gtk_widget_class_bind_template_callback (widget_class, clear_selection_cb);

  gtk_widget_class_install_action (widget_class, "library.menu", NULL, menu_key_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Menu, 0, "library.menu", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, "library.menu",
                                       NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_Delete, 0, "machine.delete", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_F2, 0, "machine.rename", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_d, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "machine.clone", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_t, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "machine.snapshots", NULL);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_e, GDK_CONTROL_MASK, "machine.export", NULL);
}

static void
avb_library_view_init (AvbLibraryView *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
avb_library_view_new (AvbLibraryModel *model)
{
  g_return_val_if_fail (AVB_IS_LIBRARY_MODEL (model), NULL);

  return g_object_new (AVB_TYPE_LIBRARY_VIEW, "model", model, NULL);
}

const char *
avb_library_view_get_shown (AvbLibraryView *self)
{
  g_return_val_if_fail (AVB_IS_LIBRARY_VIEW (self), NULL);

  return gtk_stack_get_visible_child_name (self->stack);
}

void
avb_library_view_focus (AvbLibraryView *self)
{
  g_return_if_fail (AVB_IS_LIBRARY_VIEW (self));

  gtk_widget_grab_focus (gtk_stack_get_visible_child (self->stack));
}

void
avb_library_view_set_narrow (AvbLibraryView *self, gboolean narrow)
{
  g_return_if_fail (AVB_IS_LIBRARY_VIEW (self));

  self->narrow = narrow;
  /* Two columns on a narrow window; comfortable cards on a wide one. */
  if (narrow)
    gtk_widget_add_css_class (GTK_WIDGET (self->grid), "narrow");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->grid), "narrow");
  avb_library_columns_set_narrow (self->list, narrow);
}

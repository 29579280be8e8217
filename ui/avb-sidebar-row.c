/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-sidebar-row.h"

#include <glib/gi18n-lib.h>

#include "ui/avb-format.h"

struct _AvbSidebarRow {
  GtkListBoxRow  parent_instance;

  AvbSidebarKind kind;
  AvbConnection *connection;

  GtkWidget     *title;
  GtkWidget     *trailing; /* a count, or the link's icon */
  GtkWidget     *menu;     /* (nullable): of a host */
};

G_DEFINE_FINAL_TYPE (AvbSidebarRow, avb_sidebar_row, GTK_TYPE_LIST_BOX_ROW)

static gboolean
count_to_text (GBinding *binding, const GValue *from, GValue *to, gpointer user_data)
{
  g_value_take_string (to, g_strdup_printf ("%u", g_value_get_uint (from)));
  return TRUE;
}

static gboolean
local_to_icon (GBinding *binding, const GValue *from, GValue *to, gpointer user_data)
{
  g_value_set_static_string (to, g_value_get_boolean (from) ? "computer-symbolic"
                                                            : "network-server-symbolic");
  return TRUE;
}

static void
link_cb (AvbSidebarRow *self)
{
  AvbLink link = avb_connection_get_link (self->connection);
  const char *error = avb_connection_get_link_error (self->connection);
  g_autofree char *tooltip = NULL;

  tooltip = error != NULL ? g_strdup_printf ("%s\n%s", avb_format_link (link), error)
                          : g_strdup (avb_format_link (link));
  gtk_image_set_from_icon_name (GTK_IMAGE (self->trailing),
                                link == AVB_LINK_CONNECTING ? "content-loading-symbolic"
                                                            : "network-error-symbolic");
  gtk_widget_set_visible (self->trailing, link != AVB_LINK_UP);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), tooltip);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  avb_format_link (link), -1);
}

/* --- what can be done with a host --- */

static void
popup_menu (AvbSidebarRow *self, double x, double y)
{
  g_autoptr (GMenu) menu = g_menu_new ();
  g_autoptr (GMenuItem) retry = g_menu_item_new (_("_Try Again"), NULL);
  g_autoptr (GMenuItem) removal = g_menu_item_new (_("_Remove Host"), NULL);
  const char *uri = avb_connection_get_uri (self->connection);

  g_menu_item_set_action_and_target (retry, "win.retry-host", "s", uri);
  g_menu_item_set_action_and_target (removal, "win.remove-host", "s", uri);
  if (avb_connection_get_link (self->connection) == AVB_LINK_LOST)
    g_menu_append_item (menu, retry);
  g_menu_append_item (menu, removal);
  g_clear_pointer (&self->menu, gtk_widget_unparent);
  self->menu = gtk_popover_menu_new_from_model (G_MENU_MODEL (menu));
  gtk_popover_set_has_arrow (GTK_POPOVER (self->menu), FALSE);
  gtk_widget_set_halign (self->menu, GTK_ALIGN_START);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->menu),
                               &(GdkRectangle){ (int) x, (int) y, 1, 1 });
  gtk_widget_set_parent (self->menu, GTK_WIDGET (self));
  gtk_popover_popup (GTK_POPOVER (self->menu));
}

static void
pressed_cb (GtkGestureClick *gesture, int n, double x, double y, AvbSidebarRow *self)
{
  gtk_gesture_set_state (GTK_GESTURE (gesture), GTK_EVENT_SEQUENCE_CLAIMED);
  popup_menu (self, x, y);
}

static void
long_pressed_cb (GtkGestureLongPress *gesture, double x, double y, AvbSidebarRow *self)
{
  popup_menu (self, x, y);
}

static gboolean
menu_key_cb (GtkWidget *widget, GVariant *arguments, gpointer user_data)
{
  popup_menu (AVB_SIDEBAR_ROW (widget), 0, gtk_widget_get_height (widget));
  return TRUE;
}

static gboolean
delete_key_cb (GtkWidget *widget, GVariant *arguments, gpointer user_data)
{
  return gtk_widget_activate_action (widget, "win.remove-host", "s",
                                     avb_connection_get_uri (AVB_SIDEBAR_ROW (widget)->connection));
}

static void
add_menu (AvbSidebarRow *self)
{
  GtkGesture         *click = gtk_gesture_click_new ();
  GtkGesture         *press = gtk_gesture_long_press_new ();
  GtkEventController *keys = gtk_shortcut_controller_new ();

  gtk_gesture_single_set_button (GTK_GESTURE_SINGLE (click), GDK_BUTTON_SECONDARY);
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_gesture_single_set_touch_only (GTK_GESTURE_SINGLE (press), TRUE);
  g_signal_connect (press, "pressed", G_CALLBACK (long_pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (press));
  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (keys),
      gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("Menu|<Shift>F10"),
                        gtk_callback_action_new (menu_key_cb, NULL, NULL)));
  gtk_shortcut_controller_add_shortcut (
      GTK_SHORTCUT_CONTROLLER (keys),
      gtk_shortcut_new (gtk_shortcut_trigger_parse_string ("Delete"),
                        gtk_callback_action_new (delete_key_cb, NULL, NULL)));
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_HAS_POPUP, TRUE, -1);
}

static void
avb_sidebar_row_dispose (GObject *object)
{
  AvbSidebarRow *self = AVB_SIDEBAR_ROW (object);

  g_clear_pointer (&self->menu, gtk_widget_unparent);
  g_clear_object (&self->connection);
  G_OBJECT_CLASS (avb_sidebar_row_parent_class)->dispose (object);
}

static void
avb_sidebar_row_class_init (AvbSidebarRowClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_sidebar_row_dispose;
}

static void
avb_sidebar_row_init (AvbSidebarRow *self)
{
}

GtkWidget *
avb_sidebar_row_new (AvbSidebarKind kind, AvbLibraryModel *model, AvbConnection *connection)
{
  AvbSidebarRow *self = g_object_new (AVB_TYPE_SIDEBAR_ROW, NULL);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *image = gtk_image_new ();
  const char *icon = kind == AVB_SIDEBAR_ALL          ? "view-app-grid-symbolic"
                     : kind == AVB_SIDEBAR_RUNNING    ? "media-playback-start-symbolic"
                     : kind == AVB_SIDEBAR_EXTENSIONS ? "application-x-addon-symbolic"
                                                      : "computer-symbolic";

  self->kind = kind;
  self->connection = connection != NULL ? g_object_ref (connection) : NULL;
  self->title = gtk_label_new (kind == AVB_SIDEBAR_ALL          ? _("All Machines")
                               : kind == AVB_SIDEBAR_EXTENSIONS ? _("Extensions")
                                                                : C_("machines that run", "Running"));
  gtk_label_set_xalign (GTK_LABEL (self->title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->title), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (self->title, TRUE);
  if (connection == NULL)
    {
      self->trailing = gtk_label_new (NULL);
      gtk_widget_add_css_class (self->trailing, "dimmed");
      gtk_widget_add_css_class (self->trailing, "count");
      if (kind != AVB_SIDEBAR_EXTENSIONS)
        g_object_bind_property_full (model, kind == AVB_SIDEBAR_ALL ? "n-all" : "n-running",
                                     self->trailing, "label", G_BINDING_SYNC_CREATE, count_to_text,
                                     NULL, NULL, NULL);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      gtk_label_get_label (GTK_LABEL (self->title)), -1);
    }
  else
    {
      self->trailing = gtk_image_new ();
      g_object_bind_property_full (connection, "name", self->title, "label", G_BINDING_SYNC_CREATE,
                                   avb_format_name_binding, NULL, NULL, NULL);
      add_menu (self);
      g_signal_connect_object (connection, "notify::link", G_CALLBACK (link_cb), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (connection, "notify::link-error", G_CALLBACK (link_cb), self,
                               G_CONNECT_SWAPPED);
      link_cb (self);
      gtk_accessible_update_relation (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_RELATION_LABELLED_BY,
                                      self->title, NULL, -1);
    }
  gtk_image_set_from_icon_name (GTK_IMAGE (image), icon);
  if (connection != NULL)
    g_object_bind_property_full (connection, "is-local", image, "icon-name", G_BINDING_SYNC_CREATE,
                                 local_to_icon, NULL, NULL, NULL);
  gtk_box_append (GTK_BOX (box), image);
  gtk_box_append (GTK_BOX (box), self->title);
  gtk_box_append (GTK_BOX (box), self->trailing);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (self), box);
  return GTK_WIDGET (self);
}

AvbSidebarKind
avb_sidebar_row_get_kind (AvbSidebarRow *self)
{
  g_return_val_if_fail (AVB_IS_SIDEBAR_ROW (self), AVB_SIDEBAR_ALL);

  return self->kind;
}

AvbConnection *
avb_sidebar_row_get_connection (AvbSidebarRow *self)
{
  g_return_val_if_fail (AVB_IS_SIDEBAR_ROW (self), NULL);

  return self->connection;
}

void
avb_sidebar_row_set_count (AvbSidebarRow *self, guint count)
{
  g_autofree char *text = g_strdup_printf ("%u", count);
  g_autofree char *description = NULL;

  g_return_if_fail (AVB_IS_SIDEBAR_ROW (self));
  g_return_if_fail (self->kind == AVB_SIDEBAR_EXTENSIONS);

  description = g_strdup_printf (ngettext ("%u update", "%u updates", count), count);
  gtk_label_set_label (GTK_LABEL (self->trailing), count > 0 ? text : "");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  count > 0 ? description : "", -1);
}

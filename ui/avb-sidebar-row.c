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
};

G_DEFINE_FINAL_TYPE (AvbSidebarRow, avb_sidebar_row, GTK_TYPE_LIST_BOX_ROW)

static gboolean
count_to_text (GBinding *binding, const GValue *from, GValue *to, gpointer user_data)
{
  g_value_take_string (to, g_strdup_printf ("%u", g_value_get_uint (from)));
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

static void
avb_sidebar_row_dispose (GObject *object)
{
  AvbSidebarRow *self = AVB_SIDEBAR_ROW (object);

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
  const char *icon = kind == AVB_SIDEBAR_ALL       ? "view-app-grid-symbolic"
                     : kind == AVB_SIDEBAR_RUNNING ? "media-playback-start-symbolic"
                                                   : "computer-symbolic";

  self->kind = kind;
  self->connection = connection != NULL ? g_object_ref (connection) : NULL;
  self->title = gtk_label_new (kind == AVB_SIDEBAR_ALL ? _("All Machines")
                                                        : C_("machines that run", "Running"));
  gtk_label_set_xalign (GTK_LABEL (self->title), 0);
  gtk_label_set_ellipsize (GTK_LABEL (self->title), PANGO_ELLIPSIZE_END);
  gtk_widget_set_hexpand (self->title, TRUE);
  if (connection == NULL)
    {
      self->trailing = gtk_label_new (NULL);
      gtk_widget_add_css_class (self->trailing, "dimmed");
      gtk_widget_add_css_class (self->trailing, "count");
      g_object_bind_property_full (model, kind == AVB_SIDEBAR_ALL ? "n-all" : "n-running",
                                   self->trailing, "label", G_BINDING_SYNC_CREATE, count_to_text,
                                   NULL, NULL, NULL);
      gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      gtk_label_get_label (GTK_LABEL (self->title)), -1);
    }
  else
    {
      self->trailing = gtk_image_new ();
      g_object_bind_property (connection, "name", self->title, "label", G_BINDING_SYNC_CREATE);
      g_signal_connect_object (connection, "notify::link", G_CALLBACK (link_cb), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (connection, "notify::link-error", G_CALLBACK (link_cb), self,
                               G_CONNECT_SWAPPED);
      link_cb (self);
      gtk_accessible_update_relation (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_RELATION_LABELLED_BY,
                                      self->title, NULL, -1);
    }
  gtk_box_append (GTK_BOX (box), gtk_image_new_from_icon_name (icon));
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

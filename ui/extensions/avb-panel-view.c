/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-panel-view.h"

#include <glib/gi18n-lib.h>

#include "ui/avb-feedback.h"
#include "ui/extensions/avb-panel-row.h"

struct _AvbPanelView {
  AdwBin    parent_instance;

  AvbPanel *panel; /* (nullable): of controls */
};

G_DEFINE_FINAL_TYPE (AvbPanelView, avb_panel_view, ADW_TYPE_BIN)

/* --- what the user does --- */

static DexFuture *
answered_cb (DexFuture *future, gpointer user_data)
{
  GWeakRef *ref = user_data;
  g_autoptr (GtkWidget) self = g_weak_ref_get (ref);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (self == NULL)
    return dex_future_new_true ();
  if (value == NULL)
    avb_feedback_error (self, error);
  else if (G_VALUE_HOLDS_STRING (value) && g_value_get_string (value) != NULL && *g_value_get_string (value) != '\0')
    avb_feedback_message (self, g_value_get_string (value));
  return dex_future_new_true ();
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
used_cb (AvbPanelNode *node, gpointer user_data)
{
  AvbPanelView *self = user_data;
  GWeakRef *ref;

  if (self->panel == NULL || avb_panel_get_closed (self->panel))
    return;
  ref = g_new0 (GWeakRef, 1);
  g_weak_ref_init (ref, self);
  avb_feedback_watch (GTK_WIDGET (self), dex_future_finally (avb_panel_action (self->panel, node), answered_cb, ref,
                                                             weak_ref_free));
}

/* --- groups --- */

static gboolean
is_group (gpointer item, gpointer user_data)
{
  return avb_panel_node_get_kind (item) == AVB_PANEL_GROUP;
}

static gboolean
is_row (gpointer item, gpointer user_data)
{
  return !is_group (item, user_data);
}

static GListModel *
filter (GListModel *nodes, GtkCustomFilterFunc func)
{
  return G_LIST_MODEL (gtk_filter_list_model_new (g_object_ref (nodes),
                                                  GTK_FILTER (gtk_custom_filter_new (func, NULL, NULL))));
}

static GtkWidget *make_nodes (AvbPanelView *self, GListModel *nodes);

static GtkWidget *
create_row_cb (gpointer item, gpointer user_data)
{
  return avb_panel_row_new (item, used_cb, user_data);
}

static void
rows_changed_cb (GtkWidget *list, guint position, guint removed, guint added, GListModel *rows)
{
  gtk_widget_set_visible (list, g_list_model_get_n_items (rows) > 0);
}

static void
show_heading (GtkWidget *group)
{
  AvbPanelNode *node = g_object_get_data (G_OBJECT (group), "avb-node");
  const char *description = avb_panel_node_get_description (node);
  g_autofree char *title = g_markup_escape_text (avb_panel_node_get_label (node), -1);
  g_autofree char *text = description != NULL ? g_markup_escape_text (description, -1) : NULL;

  /* These two take markup, and have no switch for it. */
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (group), text);
  gtk_widget_set_sensitive (group, avb_panel_node_get_sensitive (node));
}

static GtkWidget *
make_group (AvbPanelView *self, AvbPanelNode *node)
{
  GtkWidget *group = adw_preferences_group_new ();

  g_object_set_data_full (G_OBJECT (group), "avb-node", g_object_ref (node), g_object_unref);
  adw_preferences_group_add (ADW_PREFERENCES_GROUP (group), make_nodes (self, avb_panel_node_get_children (node)));
  g_signal_connect_object (node, "changed", G_CALLBACK (show_heading), group, G_CONNECT_SWAPPED);
  show_heading (group);
  return group;
}

/* Groups are few: those that are new are made, the others stay where they are. */
static void
groups_changed_cb (GtkWidget *box, guint position, guint removed, guint added, GListModel *groups)
{
  AvbPanelView *self = g_object_get_data (G_OBJECT (box), "avb-view");
  GtkWidget *before = NULL;
  GtkWidget *child = gtk_widget_get_first_child (box);

  for (guint i = 0; i < position && child != NULL; i++)
    {
      before = child;
      child = gtk_widget_get_next_sibling (child);
    }
  for (guint i = 0; i < removed && child != NULL; i++)
    {
      GtkWidget *next = gtk_widget_get_next_sibling (child);

      gtk_box_remove (GTK_BOX (box), child);
      child = next;
    }
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (AvbPanelNode) node = g_list_model_get_item (groups, position + i);
      GtkWidget *group = make_group (self, node);

      gtk_box_insert_child_after (GTK_BOX (box), group, before);
      before = group;
    }
  gtk_widget_set_visible (box, g_list_model_get_n_items (groups) > 0);
}

static GtkWidget *
make_nodes (AvbPanelView *self, GListModel *nodes)
{
  GtkWidget *whole = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  GtkWidget *list = gtk_list_box_new ();
  GtkWidget *groups = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  g_autoptr (GListModel) row_nodes = filter (nodes, is_row);
  g_autoptr (GListModel) group_nodes = filter (nodes, is_group);

  gtk_list_box_set_selection_mode (GTK_LIST_BOX (list), GTK_SELECTION_NONE);
  gtk_widget_add_css_class (list, "boxed-list");
  gtk_list_box_bind_model (GTK_LIST_BOX (list), row_nodes, create_row_cb, self, NULL);
  g_signal_connect_object (row_nodes, "items-changed", G_CALLBACK (rows_changed_cb), list, G_CONNECT_SWAPPED);
  rows_changed_cb (list, 0, 0, 0, row_nodes);
  g_object_set_data (G_OBJECT (groups), "avb-view", self);
  g_object_set_data_full (G_OBJECT (groups), "avb-model", g_object_ref (group_nodes), g_object_unref);
  g_signal_connect_object (group_nodes, "items-changed", G_CALLBACK (groups_changed_cb), groups, G_CONNECT_SWAPPED);
  groups_changed_cb (groups, 0, 0, g_list_model_get_n_items (group_nodes), group_nodes);
  gtk_box_append (GTK_BOX (whole), list);
  gtk_box_append (GTK_BOX (whole), groups);
  return whole;
}

/* --- the panel --- */

static void
root_changed_cb (AvbPanelView *self)
{
  AvbPanelNode *root = avb_panel_get_root (self->panel);
  GtkWidget *child;

  if (avb_panel_node_get_kind (root) == AVB_PANEL_GROUP)
    child = make_group (self, root);
  else
    {
      g_autoptr (GListStore) one = g_list_store_new (AVB_TYPE_PANEL_NODE);

      g_list_store_append (one, root);
      child = make_nodes (self, G_LIST_MODEL (one));
    }
  adw_bin_set_child (ADW_BIN (self), child);
}

static void
closed_cb (AvbPanelView *self)
{
  gtk_widget_set_sensitive (GTK_WIDGET (self), !avb_panel_get_closed (self->panel));
}

static void
avb_panel_view_dispose (GObject *object)
{
  AvbPanelView *self = AVB_PANEL_VIEW (object);

  if (self->panel != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->panel, self);
      avb_panel_close (self->panel);
    }
  g_clear_object (&self->panel);
  G_OBJECT_CLASS (avb_panel_view_parent_class)->dispose (object);
}

static void
avb_panel_view_class_init (AvbPanelViewClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_panel_view_dispose;
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "panel-view");
}

static void
avb_panel_view_init (AvbPanelView *self)
{
}

GtkWidget *
avb_panel_view_new (AvbPanel *panel)
{
  AvbPanelView *self;

  g_return_val_if_fail (AVB_IS_PANEL (panel), NULL);

  self = g_object_new (AVB_TYPE_PANEL_VIEW, NULL);
  self->panel = g_object_ref (panel);
  g_signal_connect_object (panel, "notify::root", G_CALLBACK (root_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (panel, "notify::closed", G_CALLBACK (closed_cb), self, G_CONNECT_SWAPPED);
  root_changed_cb (self);
  closed_cb (self);
  return GTK_WIDGET (self);
}

GtkWidget *
avb_panel_view_new_for_controls (GListModel *nodes)
{
  AvbPanelView *self;

  g_return_val_if_fail (G_IS_LIST_MODEL (nodes), NULL);

  self = g_object_new (AVB_TYPE_PANEL_VIEW, NULL);
  adw_bin_set_child (ADW_BIN (self), make_nodes (self, nodes));
  return GTK_WIDGET (self);
}

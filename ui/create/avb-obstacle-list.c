/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-obstacle-list.h"

#include <glib/gi18n-lib.h>

struct _AvbObstacleList {
  AdwBin      parent_instance;

  AvbDraft   *draft;
  GListModel *model; /* those that are shown here */
  GtkListBox *list;
};

G_DEFINE_FINAL_TYPE (AvbObstacleList, avb_obstacle_list, ADW_TYPE_BIN)

static const struct {
  const char *icon;
  const char *style;
} looks[] = {
  [AVB_OBSTACLE_FATAL] = { "dialog-error-symbolic", "error" },
  [AVB_OBSTACLE_WARNING] = { "dialog-warning-symbolic", "warning" },
  [AVB_OBSTACLE_NOTE] = { "dialog-information-symbolic", "dimmed" },
};

static void
mend_cb (AvbObstacleList *self, GtkWidget *button)
{
  g_autoptr (AvbObstacle) obstacle = g_object_ref (g_object_get_data (G_OBJECT (button), "avb-obstacle"));

  if (self->draft != NULL)
    avb_draft_mend (self->draft, avb_obstacle_get_mend (obstacle));
}

static GtkWidget *
make_button (AvbObstacleList *self, AvbObstacle *obstacle)
{
  GtkWidget *button = gtk_button_new_with_mnemonic (avb_obstacle_get_label (obstacle));

  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_halign (button, GTK_ALIGN_START);
  g_object_set_data_full (G_OBJECT (button), "avb-obstacle", g_object_ref (obstacle), g_object_unref);
  /* A screen reader that comes to the button alone says what it is for. */
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  avb_obstacle_get_text (obstacle), -1);
  g_signal_connect_object (button, "clicked", G_CALLBACK (mend_cb), self, G_CONNECT_SWAPPED);
  return button;
}

static GtkWidget *
make_row (gpointer item, gpointer user_data)
{
  AvbObstacleList *self = user_data;
  AvbObstacle *obstacle = item;
  AvbObstacleWeight weight = avb_obstacle_get_weight (obstacle);
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 9);
  GtkWidget *icon = gtk_image_new_from_icon_name (looks[weight].icon);
  GtkWidget *label = gtk_label_new (avb_obstacle_get_text (obstacle));

  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), FALSE);
  gtk_widget_set_focusable (row, FALSE);
  gtk_widget_add_css_class (box, "obstacle");
  gtk_widget_set_valign (icon, GTK_ALIGN_START);
  gtk_widget_add_css_class (icon, looks[weight].style);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (column, TRUE);
  gtk_box_append (GTK_BOX (column), label);
  if (avb_obstacle_get_label (obstacle) != NULL)
    gtk_box_append (GTK_BOX (column), make_button (self, obstacle));
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), column);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  return row;
}

static void
changed_cb (AvbObstacleList *self)
{
  g_autoptr (AvbObstacle) worst = g_list_model_get_item (self->model, 0);

  gtk_widget_set_visible (GTK_WIDGET (self), worst != NULL);
  if (worst != NULL && avb_obstacle_get_weight (worst) != AVB_OBSTACLE_NOTE)
    gtk_accessible_announce (GTK_ACCESSIBLE (self), avb_obstacle_get_text (worst),
                             GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

static void
avb_obstacle_list_dispose (GObject *object)
{
  AvbObstacleList *self = AVB_OBSTACLE_LIST (object);

  if (self->list != NULL)
    gtk_list_box_bind_model (self->list, NULL, NULL, NULL, NULL);
  self->list = NULL;
  g_clear_object (&self->model);
  g_clear_object (&self->draft);
  G_OBJECT_CLASS (avb_obstacle_list_parent_class)->dispose (object);
}

static void
avb_obstacle_list_class_init (AvbObstacleListClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_obstacle_list_dispose;
}

static void
avb_obstacle_list_init (AvbObstacleList *self)
{
  self->list = GTK_LIST_BOX (gtk_list_box_new ());
  gtk_list_box_set_selection_mode (self->list, GTK_SELECTION_NONE);
  gtk_widget_add_css_class (GTK_WIDGET (self->list), "boxed-list");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Obstacles"), -1);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->list));
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

static gboolean
is_note (gpointer item, gpointer user_data)
{
  return (avb_obstacle_get_weight (item) == AVB_OBSTACLE_NOTE) == GPOINTER_TO_INT (user_data);
}

void
avb_obstacle_list_set_draft (AvbObstacleList *self, AvbDraft *draft, gboolean notes)
{
  g_return_if_fail (AVB_IS_OBSTACLE_LIST (self));
  g_return_if_fail (AVB_IS_DRAFT (draft));
  g_return_if_fail (self->draft == NULL);

  self->draft = g_object_ref (draft);
  self->model = G_LIST_MODEL (gtk_filter_list_model_new (
      g_object_ref (avb_draft_get_obstacles (draft)),
      GTK_FILTER (gtk_custom_filter_new (is_note, GINT_TO_POINTER (!!notes), NULL))));
  gtk_list_box_bind_model (self->list, self->model, make_row, self, NULL);
  g_signal_connect_object (self->model, "items-changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  changed_cb (self);
}

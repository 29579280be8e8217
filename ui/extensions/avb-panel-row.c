/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-panel-row.h"

#include "ui/avb-label.h"
#include "ui/extensions/avb-panel-table.h"
#include "ui/extensions/avb-sparkline.h"

#define KEY "avb-panel-row"

typedef struct {
  GtkWidget    *row;
  AvbPanelNode *node;
  AvbPanelUsed  used;
  gpointer      user_data;
  gboolean      showing; /* what changes is not the user's doing */
  GtkWidget    *content; /* (nullable): what a kind shows within */
  GtkWidget    *label;
  GtkWidget    *text;
} Row;

static void
row_free (gpointer data)
{
  Row *row = data;

  g_object_unref (row->node);
  g_free (row);
}

static void
use (Row *row)
{
  if (!row->showing)
    row->used (row->node, row->user_data);
}

/* --- one line of text --- */

static void
show_titles (Row *row)
{
  const char *description = avb_panel_node_get_description (row->node);

  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row->row), avb_panel_node_get_label (row->node));
  if (ADW_IS_ACTION_ROW (row->row))
    adw_action_row_set_subtitle (ADW_ACTION_ROW (row->row), description != NULL ? description : "");
}

static void
child_clicked_cb (GtkWidget *button, Row *row)
{
  row->used (g_object_get_data (G_OBJECT (button), "avb-node"), row->user_data);
}

static void
style_button (GtkWidget *button, AvbPanelStyle style)
{
  gtk_widget_remove_css_class (button, "suggested-action");
  gtk_widget_remove_css_class (button, "destructive-action");
  if (style == AVB_PANEL_STYLE_SUGGESTED)
    gtk_widget_add_css_class (button, "suggested-action");
  else if (style == AVB_PANEL_STYLE_DESTRUCTIVE)
    gtk_widget_add_css_class (button, "destructive-action");
}

static void
show_child_button (GtkWidget *button)
{
  AvbPanelNode *node = g_object_get_data (G_OBJECT (button), "avb-node");

  gtk_button_set_label (GTK_BUTTON (button), avb_panel_node_get_label (node));
  gtk_widget_set_sensitive (button, avb_panel_node_get_sensitive (node));
  style_button (button, avb_panel_node_get_style (node));
}

/* A row may have buttons; whatever else is in it is left out. */
static void
children_changed_cb (GtkWidget *box, guint position, guint removed, guint added, GListModel *children)
{
  Row *row = g_object_get_data (G_OBJECT (box), KEY);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (box)) != NULL)
    gtk_box_remove (GTK_BOX (box), child);
  for (guint i = 0; i < g_list_model_get_n_items (children); i++)
    {
      g_autoptr (AvbPanelNode) node = g_list_model_get_item (children, i);
      GtkWidget *button;

      if (avb_panel_node_get_kind (node) != AVB_PANEL_BUTTON)
        continue;
      button = gtk_button_new ();
      gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
      g_object_set_data_full (G_OBJECT (button), "avb-node", g_object_ref (node), g_object_unref);
      g_signal_connect (button, "clicked", G_CALLBACK (child_clicked_cb), row);
      g_signal_connect_object (node, "changed", G_CALLBACK (show_child_button), button, G_CONNECT_SWAPPED);
      show_child_button (button);
      gtk_box_append (GTK_BOX (box), button);
    }
}

static GtkWidget *
make_line (Row *row)
{
  GListModel *children = avb_panel_node_get_children (row->node);
  GtkWidget *line = adw_action_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  row->text = gtk_label_new (NULL);
  gtk_label_set_wrap (GTK_LABEL (row->text), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (row->text), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_xalign (GTK_LABEL (row->text), 1);
  gtk_label_set_justify (GTK_LABEL (row->text), GTK_JUSTIFY_RIGHT);
  gtk_label_set_max_width_chars (GTK_LABEL (row->text), 30);
  gtk_widget_add_css_class (row->text, "dimmed");
  gtk_widget_add_css_class (row->text, "numeric");
  adw_action_row_add_suffix (ADW_ACTION_ROW (line), row->text);
  adw_action_row_add_suffix (ADW_ACTION_ROW (line), box);
  g_object_set_data (G_OBJECT (box), KEY, row);
  g_signal_connect_object (children, "items-changed", G_CALLBACK (children_changed_cb), box, G_CONNECT_SWAPPED);
  children_changed_cb (box, 0, 0, 0, children);
  return line;
}

static void
show_line (Row *row)
{
  const char *value = avb_panel_node_get_value (row->node);

  gtk_label_set_label (GTK_LABEL (row->text), value != NULL ? value : "");
  /* It breaks only where it is long. */
  gtk_label_set_width_chars (GTK_LABEL (row->text), value != NULL ? (int) MIN (g_utf8_strlen (value, -1), 16) : 0);
}

/* --- controls --- */

static void
switched_cb (AdwSwitchRow *control, GParamSpec *pspec, Row *row)
{
  if (row->showing)
    return;
  avb_panel_node_set_active (row->node, adw_switch_row_get_active (control));
  use (row);
}

static void
applied_cb (AdwEntryRow *entry, Row *row)
{
  avb_panel_node_set_value (row->node, gtk_editable_get_text (GTK_EDITABLE (entry)));
  use (row);
}

static void
show_entry (Row *row)
{
  const char *value = avb_panel_node_get_value (row->node);

  /* Not under the fingers of who types. */
  if (gtk_widget_get_focus_child (row->row) == NULL &&
      g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (row->row)), value != NULL ? value : "") != 0)
    gtk_editable_set_text (GTK_EDITABLE (row->row), value != NULL ? value : "");
}

static void
selected_cb (AdwComboRow *combo, GParamSpec *pspec, Row *row)
{
  const char *const *ids = avb_panel_node_get_option_ids (row->node);
  guint selected = adw_combo_row_get_selected (combo);

  if (row->showing || selected >= g_strv_length ((char **) ids))
    return;
  avb_panel_node_set_value (row->node, ids[selected]);
  use (row);
}

static void
show_combo (Row *row)
{
  const char *const *ids = avb_panel_node_get_option_ids (row->node);
  const char *const *labels = avb_panel_node_get_option_labels (row->node);
  const char *value = avb_panel_node_get_value (row->node);
  GListModel *old = adw_combo_row_get_model (ADW_COMBO_ROW (row->row));
  guint n = g_strv_length ((char **) labels);
  gboolean same = old != NULL && g_list_model_get_n_items (old) == n;

  for (guint i = 0; same && i < n; i++)
    same = g_strcmp0 (gtk_string_list_get_string (GTK_STRING_LIST (old), i), labels[i]) == 0;
  if (!same)
    {
      g_autoptr (GtkStringList) model = gtk_string_list_new (labels);

      adw_combo_row_set_model (ADW_COMBO_ROW (row->row), G_LIST_MODEL (model));
    }
  for (guint i = 0; ids[i] != NULL; i++)
    if (g_strcmp0 (ids[i], value) == 0)
      adw_combo_row_set_selected (ADW_COMBO_ROW (row->row), i);
}

static void
activated_cb (GtkWidget *widget, Row *row)
{
  use (row);
}

/* --- pictures of numbers --- */

/* A row with a line of text and, below, what has the room. */
static GtkWidget *
make_tall (Row *row, GtkWidget *content)
{
  GtkWidget *tall = adw_preferences_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *head = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);

  row->content = content;
  row->label = avb_label_new_wrapped (NULL);
  row->text = avb_label_new_wrapped ("dimmed");
  gtk_widget_add_css_class (row->text, "numeric");
  gtk_widget_set_hexpand (row->label, TRUE);
  gtk_box_append (GTK_BOX (head), row->label);
  gtk_box_append (GTK_BOX (head), row->text);
  gtk_box_append (GTK_BOX (box), head);
  gtk_box_append (GTK_BOX (box), content);
  gtk_widget_set_margin_top (box, 12);
  gtk_widget_set_margin_bottom (box, 12);
  gtk_widget_set_margin_start (box, 12);
  gtk_widget_set_margin_end (box, 12);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (tall), box);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (tall), FALSE);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (content), GTK_ACCESSIBLE_RELATION_LABELLED_BY, row->label, NULL, -1);
  return tall;
}

static void
show_tall (Row *row)
{
  const char *text = avb_panel_node_get_text (row->node);
  const char *label = avb_panel_node_get_label (row->node);

  gtk_label_set_label (GTK_LABEL (row->label), label);
  gtk_label_set_label (GTK_LABEL (row->text), text != NULL ? text : "");
  gtk_widget_set_visible (gtk_widget_get_parent (row->label), *label != '\0' || text != NULL);
}

static void
show_progress (Row *row)
{
  double fraction = avb_panel_node_get_fraction (row->node);

  show_tall (row);
  if (fraction >= 0)
    gtk_progress_bar_set_fraction (GTK_PROGRESS_BAR (row->content), fraction);
  else
    gtk_progress_bar_pulse (GTK_PROGRESS_BAR (row->content));
}

static void
show_sparkline (Row *row)
{
  guint n;
  double lowest, highest;
  const double *values = avb_panel_node_get_values (row->node, &n, &lowest, &highest);

  show_tall (row);
  avb_sparkline_set_values (AVB_SPARKLINE (row->content), values, n, lowest, highest);
}

/* --- all kinds --- */

static void
show_row (Row *row)
{
  row->showing = TRUE;
  show_titles (row);
  gtk_widget_set_sensitive (row->row, avb_panel_node_get_sensitive (row->node));
  switch (avb_panel_node_get_kind (row->node))
    {
    case AVB_PANEL_SWITCH:
      adw_switch_row_set_active (ADW_SWITCH_ROW (row->row), avb_panel_node_get_active (row->node));
      break;
    case AVB_PANEL_ENTRY:
      show_entry (row);
      break;
    case AVB_PANEL_COMBO:
      show_combo (row);
      break;
    case AVB_PANEL_PROGRESS:
      show_progress (row);
      break;
    case AVB_PANEL_SPARKLINE:
      show_sparkline (row);
      break;
    case AVB_PANEL_TABLE:
      show_tall (row);
      avb_panel_table_show (row->content, row->node);
      break;
    case AVB_PANEL_BUTTON:
      style_button (row->row, avb_panel_node_get_style (row->node));
      break;
    case AVB_PANEL_ROW:
      show_line (row);
      break;
    case AVB_PANEL_GROUP:
    default:
      break;
    }
  row->showing = FALSE;
}

static GtkWidget *
make_row (Row *row)
{
  GtkWidget *widget;

  switch (avb_panel_node_get_kind (row->node))
    {
    case AVB_PANEL_SWITCH:
      widget = adw_switch_row_new ();
      g_signal_connect (widget, "notify::active", G_CALLBACK (switched_cb), row);
      return widget;
    case AVB_PANEL_ENTRY:
      widget = avb_panel_node_get_secret (row->node) ? adw_password_entry_row_new () : adw_entry_row_new ();
      adw_entry_row_set_show_apply_button (ADW_ENTRY_ROW (widget), TRUE);
      g_signal_connect (widget, "apply", G_CALLBACK (applied_cb), row);
      return widget;
    case AVB_PANEL_COMBO:
      widget = adw_combo_row_new ();
      g_signal_connect (widget, "notify::selected", G_CALLBACK (selected_cb), row);
      return widget;
    case AVB_PANEL_PROGRESS:
      return make_tall (row, gtk_progress_bar_new ());
    case AVB_PANEL_SPARKLINE:
      return make_tall (row, avb_sparkline_new ());
    case AVB_PANEL_TABLE:
      return make_tall (row, avb_panel_table_new ());
    case AVB_PANEL_BUTTON:
      widget = adw_button_row_new ();
      g_signal_connect (widget, "activated", G_CALLBACK (activated_cb), row);
      return widget;
    case AVB_PANEL_ROW:
    case AVB_PANEL_GROUP:
    default:
      return make_line (row);
    }
}

static void
node_changed_cb (GtkWidget *widget)
{
  show_row (g_object_get_data (G_OBJECT (widget), KEY));
}

GtkWidget *
avb_panel_row_new (AvbPanelNode *node, AvbPanelUsed used, gpointer user_data)
{
  Row *row = g_new0 (Row, 1);

  row->node = g_object_ref (node);
  row->used = used;
  row->user_data = user_data;
  /* What a new row is filled with is not the user's doing. */
  row->showing = TRUE;
  row->row = make_row (row);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row->row), FALSE);
  g_object_set_data_full (G_OBJECT (row->row), KEY, row, row_free);
  g_signal_connect_object (node, "changed", G_CALLBACK (node_changed_cb), row->row, G_CONNECT_SWAPPED);
  show_row (row);
  return row->row;
}

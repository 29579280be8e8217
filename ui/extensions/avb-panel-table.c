/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-panel-table.h"

#define MAX_CHARS 40

static void
set_cell (GtkGrid *grid, guint row, guint column, const char *text, gboolean at_end, gboolean heading)
{
  GtkWidget *label = gtk_grid_get_child_at (grid, (int) column, (int) row);

  if (label == NULL)
    {
      label = gtk_label_new (NULL);
      gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
      gtk_label_set_max_width_chars (GTK_LABEL (label), MAX_CHARS);
      gtk_widget_set_hexpand (label, TRUE);
      gtk_widget_add_css_class (label, heading ? "heading" : "numeric");
      gtk_grid_attach (grid, label, (int) column, (int) row, 1, 1);
    }
  gtk_label_set_xalign (GTK_LABEL (label), at_end ? 1 : 0);
  gtk_label_set_label (GTK_LABEL (label), text);
  gtk_widget_set_tooltip_text (label, g_utf8_strlen (text, -1) > MAX_CHARS ? text : NULL);
}

static void
cut (GtkGrid *grid, guint n_rows, guint n_columns)
{
  GtkWidget *next;

  for (GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (grid)); child != NULL; child = next)
    {
      int column, row;

      next = gtk_widget_get_next_sibling (child);
      gtk_grid_query_child (grid, child, &column, &row, NULL, NULL);
      if ((guint) row >= n_rows || (guint) column >= n_columns)
        gtk_grid_remove (grid, child);
    }
}

GtkWidget *
avb_panel_table_new (void)
{
  GtkWidget *scrolled = gtk_scrolled_window_new ();
  GtkWidget *grid = gtk_grid_new ();

  gtk_grid_set_column_spacing (GTK_GRID (grid), 18);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 6);
  gtk_widget_add_css_class (grid, "panel-table");
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), grid);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_AUTOMATIC, GTK_POLICY_NEVER);
  g_object_set_data (G_OBJECT (scrolled), "avb-grid", grid);
  return scrolled;
}

void
avb_panel_table_show (GtkWidget *table, AvbPanelNode *node)
{
  GtkGrid *grid = g_object_get_data (G_OBJECT (table), "avb-grid");
  guint n_columns = avb_panel_node_get_n_columns (node);
  guint n_rows = avb_panel_node_get_n_rows (node);

  cut (grid, n_rows + 1, n_columns);
  for (guint column = 0; column < n_columns; column++)
    {
      gboolean at_end;
      const char *title = avb_panel_node_get_column (node, column, &at_end);

      set_cell (grid, 0, column, title, at_end, TRUE);
      for (guint row = 0; row < n_rows; row++)
        set_cell (grid, row + 1, column, avb_panel_node_get_cell (node, row, column), at_end, FALSE);
    }
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-library-columns.h"

#include <glib/gi18n-lib.h>

#include "app/avb-text.h"
#include "backends/avb-connection.h"
#include "ui/avb-format.h"

typedef struct {
  const char *title;
  const char *properties[4]; /* of a machine: the text follows them */
  char     *(*format) (AvbMachine *machine);
  gboolean    expand;
  gboolean    narrow; /* is there on a narrow window too */
} Column;

static char *
format_name (AvbMachine *machine)
{
  return g_strdup (avb_machine_get_name (machine));
}

static char *
format_state (AvbMachine *machine)
{
  AvbOperation *operation = avb_machine_get_operation (machine);

  if (avb_machine_get_available (machine) && operation != NULL)
    return g_strdup (avb_operation_get_title (operation));
  return g_strdup (avb_format_reachable_state (avb_machine_get_state (machine),
                                               avb_machine_get_available (machine)));
}

static char *
format_os (AvbMachine *machine)
{
  if (!avb_machine_get_has_details (machine) || avb_machine_get_os_id (machine) == NULL)
    return g_strdup ("");
  return avb_format_os_id (avb_machine_get_os_id (machine));
}

static char *
format_cpus (AvbMachine *machine)
{
  return avb_machine_get_has_details (machine) ? avb_format_cpus (avb_machine_get_cpus (machine))
                                               : g_strdup ("");
}

static char *
format_memory (AvbMachine *machine)
{
  return avb_machine_get_has_details (machine)
             ? avb_format_memory (avb_machine_get_memory_mib (machine))
             : g_strdup ("");
}

static char *
format_host (AvbMachine *machine)
{
  g_autoptr (AvbConnection) connection = avb_machine_dup_connection (machine);

  return g_strdup (connection != NULL ? avb_connection_get_name (connection) : "");
}

static char *
format_changed (AvbMachine *machine)
{
  return avb_format_since (avb_machine_get_state_since (machine),
                           g_get_real_time () / G_USEC_PER_SEC);
}

static const Column columns[] = {
  { N_("Name"), { "notify::name" }, format_name, TRUE, TRUE },
  { N_("State"), { "notify::state", "notify::available", "notify::operation" }, format_state, FALSE,
    TRUE },
  { N_("System"), { "notify::os-id", "notify::has-details" }, format_os, FALSE, FALSE },
  { N_("CPUs"), { "notify::cpus", "notify::has-details" }, format_cpus, FALSE, FALSE },
  { N_("Memory"), { "notify::memory-mib", "notify::has-details" }, format_memory, FALSE, FALSE },
  { N_("Host"), { NULL }, format_host, FALSE, FALSE },
  { N_("Changed"), { "notify::state", "notify::state-since" }, format_changed, FALSE, FALSE },
};

static void
update_label (GtkLabel *label)
{
  const Column *column = g_object_get_data (G_OBJECT (label), "avb-column");
  AvbMachine *machine = g_object_get_data (G_OBJECT (label), "avb-machine");
  g_autofree char *text = column->format (machine);

  gtk_label_set_label (label, text);
  if (column->format == format_state)
    {
      const char *classes[] = { "state", NULL, NULL };

      classes[1] = avb_machine_get_available (machine)
                       ? avb_format_state_class (avb_machine_get_state (machine))
                       : "off";
      gtk_widget_set_css_classes (GTK_WIDGET (label), classes);
    }
}

static void
setup_cb (GtkListItemFactory *factory, GtkColumnViewCell *cell, const Column *column)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  g_object_set_data (G_OBJECT (label), "avb-column", (gpointer) column);
  g_object_set_data (G_OBJECT (label), "avb-item", cell);
  gtk_column_view_cell_set_child (cell, label);
}

static void
bind_cb (GtkListItemFactory *factory, GtkColumnViewCell *cell, const Column *column)
{
  GtkWidget *label = gtk_column_view_cell_get_child (cell);
  AvbMachine *machine = gtk_column_view_cell_get_item (cell);
  AvbVisibleRows *rows = g_object_get_data (G_OBJECT (factory), "avb-rows");

  g_object_set_data_full (G_OBJECT (label), "avb-machine", g_object_ref (machine), g_object_unref);
  for (guint i = 0; i < G_N_ELEMENTS (column->properties) && column->properties[i] != NULL; i++)
    g_signal_connect_swapped (machine, column->properties[i], G_CALLBACK (update_label), label);
  update_label (GTK_LABEL (label));
  if (column->format == format_name)
    avb_visible_rows_add (rows, label, machine, NULL);
}

static void
unbind_cb (GtkListItemFactory *factory, GtkColumnViewCell *cell, const Column *column)
{
  GtkWidget *label = gtk_column_view_cell_get_child (cell);
  AvbMachine *machine = g_object_get_data (G_OBJECT (label), "avb-machine");
  AvbVisibleRows *rows = g_object_get_data (G_OBJECT (factory), "avb-rows");

  if (machine != NULL)
    g_signal_handlers_disconnect_by_func (machine, update_label, label);
  g_object_set_data (G_OBJECT (label), "avb-machine", NULL);
  avb_visible_rows_remove (rows, label);
}

static void
row_setup_cb (GtkListItemFactory *factory, GtkColumnViewRow *row)
{
}

static void
row_bind_cb (GtkListItemFactory *factory, GtkColumnViewRow *row)
{
  AvbMachine *machine = gtk_column_view_row_get_item (row);

  gtk_column_view_row_set_accessible_label (row, avb_machine_get_name (machine));
  gtk_column_view_row_set_accessible_description (
      row, avb_format_state (avb_machine_get_state (machine)));
}

void
avb_library_columns_fill (GtkColumnView *view, AvbVisibleRows *rows)
{
  g_autoptr (GtkListItemFactory) row_factory = gtk_signal_list_item_factory_new ();

  for (guint i = 0; i < G_N_ELEMENTS (columns); i++)
    {
      GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();
      g_autoptr (GtkColumnViewColumn) column = NULL;

      g_object_set_data_full (G_OBJECT (factory), "avb-rows", g_object_ref (rows), g_object_unref);
      g_signal_connect (factory, "setup", G_CALLBACK (setup_cb), (gpointer) &columns[i]);
      g_signal_connect (factory, "bind", G_CALLBACK (bind_cb), (gpointer) &columns[i]);
      g_signal_connect (factory, "unbind", G_CALLBACK (unbind_cb), (gpointer) &columns[i]);
      column = gtk_column_view_column_new (_(columns[i].title), factory);
      gtk_column_view_column_set_expand (column, columns[i].expand);
      gtk_column_view_column_set_resizable (column, TRUE);
      gtk_column_view_append_column (view, column);
    }
  g_signal_connect (row_factory, "setup", G_CALLBACK (row_setup_cb), NULL);
  g_signal_connect (row_factory, "bind", G_CALLBACK (row_bind_cb), NULL);
  gtk_column_view_set_row_factory (view, row_factory);
}

void
avb_library_columns_set_narrow (GtkColumnView *view, gboolean narrow)
{
  GListModel *all = gtk_column_view_get_columns (view);

  for (guint i = 0; i < g_list_model_get_n_items (all) && i < G_N_ELEMENTS (columns); i++)
    {
      g_autoptr (GtkColumnViewColumn) column = g_list_model_get_item (all, i);

      gtk_column_view_column_set_visible (column, !narrow || columns[i].narrow);
    }
}

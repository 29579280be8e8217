/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-extension-tile.h"

#include <glib/gi18n-lib.h>

#include "ui/avb-label.h"
#include "ui/extensions/avb-extension-format.h"
#include "ui/extensions/avb-extension-status.h"
#include "ui/extensions/avb-media.h"

#define KEY "avb-tile"

typedef struct {
  AvbExtensionJobs *jobs; /* borrowed: the factory holds it */
  AvbMedia         *icon;
  GtkLabel         *name;
  GtkLabel         *summary;
  GtkLabel         *status;
} Tile;

/* (nullable): what is to be said of it beside its name */
static const char *
get_status (Tile *tile, AvbMarketEntry *entry, const char **style)
{
  const char *id = avb_market_entry_get_id (entry);
  AvbExtensionStatus status = avb_extension_status_get (tile->jobs, id, NULL);

  *style = NULL;
  if (avb_extension_jobs_find (tile->jobs, id) != NULL)
    return _("Working…");
  if (status == AVB_EXTENSION_STATUS_NONE)
    return NULL;
  if (avb_extension_status_to_text (status) != NULL)
    {
      *style = avb_extension_status_to_style (status);
      return avb_extension_status_to_text (status);
    }
  if (avb_marketplace_find_update (avb_extension_jobs_get_marketplace (tile->jobs), id) != NULL)
    {
      *style = "accent";
      return C_("extension", "Update");
    }
  return C_("extension", "Installed");
}

static void
show_status (GtkListItem *item)
{
  Tile *tile = g_object_get_data (G_OBJECT (item), KEY);
  AvbMarketEntry *entry = gtk_list_item_get_item (item);
  const char *style;
  const char *status = get_status (tile, entry, &style);
  g_autofree char *description = NULL;

  gtk_label_set_label (tile->status, status != NULL ? status : "");
  gtk_widget_set_visible (GTK_WIDGET (tile->status), status != NULL);
  for (const char *const *other = (const char *const[]){ "error", "warning", "accent", NULL }; *other != NULL; other++)
    gtk_widget_remove_css_class (GTK_WIDGET (tile->status), *other);
  if (style != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (tile->status), style);
  description = status != NULL ? g_strdup_printf ("%s, %s", status, avb_market_entry_get_summary (entry))
                               : g_strdup (avb_market_entry_get_summary (entry));
  gtk_list_item_set_accessible_description (item, description);
}

static void
job_changed_cb (GtkListItem *item, const char *id)
{
  AvbMarketEntry *entry = gtk_list_item_get_item (item);

  if (entry != NULL && (id == NULL || g_strcmp0 (avb_market_entry_get_id (entry), id) == 0))
    show_status (item);
}

static void
setup_cb (AvbExtensionJobs *jobs, GtkListItem *item)
{
  Tile *tile = g_new0 (Tile, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);

  tile->jobs = jobs;
  tile->icon = AVB_MEDIA (avb_media_new (48, "application-x-addon-symbolic"));
  tile->name = GTK_LABEL (avb_label_new_line ("heading"));
  gtk_widget_set_hexpand (GTK_WIDGET (tile->name), TRUE);
  tile->summary = GTK_LABEL (avb_label_new_wrapped ("caption"));
  gtk_label_set_lines (tile->summary, 2);
  gtk_label_set_ellipsize (tile->summary, PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (GTK_WIDGET (tile->summary), "dimmed");
  tile->status = GTK_LABEL (gtk_label_new (NULL));
  gtk_widget_add_css_class (GTK_WIDGET (tile->status), "extension-badge");
  gtk_widget_set_valign (GTK_WIDGET (tile->status), GTK_ALIGN_CENTER);
  gtk_widget_set_size_request (box, 250, -1);
  gtk_widget_set_hexpand (column, TRUE);
  gtk_widget_set_valign (column, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (line), GTK_WIDGET (tile->name));
  gtk_box_append (GTK_BOX (line), GTK_WIDGET (tile->status));
  gtk_box_append (GTK_BOX (column), line);
  gtk_box_append (GTK_BOX (column), GTK_WIDGET (tile->summary));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (tile->icon));
  gtk_box_append (GTK_BOX (box), column);
  g_object_set_data_full (G_OBJECT (item), KEY, tile, g_free);
  gtk_list_item_set_child (item, box);
}

static void
bind_cb (AvbExtensionJobs *jobs, GtkListItem *item)
{
  Tile *tile = g_object_get_data (G_OBJECT (item), KEY);
  AvbMarketEntry *entry = gtk_list_item_get_item (item);

  gtk_label_set_label (tile->name, avb_market_entry_get_name (entry));
  gtk_label_set_label (tile->summary, avb_market_entry_get_summary (entry));
  gtk_list_item_set_accessible_label (item, avb_market_entry_get_name (entry));
  avb_media_set_icon_name (tile->icon, avb_extension_fallback_icon (avb_market_entry_get_code (entry)));
  avb_media_load (tile->icon, avb_extension_icon_of_entry (avb_extension_jobs_get_marketplace (jobs), entry));
  g_signal_connect_object (jobs, "changed", G_CALLBACK (job_changed_cb), item, G_CONNECT_SWAPPED);
  show_status (item);
}

static void
unbind_cb (AvbExtensionJobs *jobs, GtkListItem *item)
{
  Tile *tile = g_object_get_data (G_OBJECT (item), KEY);

  avb_media_load (tile->icon, NULL);
  g_signal_handlers_disconnect_by_func (jobs, job_changed_cb, item);
}

GtkListItemFactory *
avb_extension_tile_factory_new (AvbExtensionJobs *jobs)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect_object (factory, "setup", G_CALLBACK (setup_cb), jobs, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), jobs, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (unbind_cb), jobs, G_CONNECT_SWAPPED);
  return factory;
}

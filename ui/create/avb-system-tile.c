/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-system-tile.h"

#include <glib/gi18n-lib.h>

#include "app/avb-text.h"
#include "ui/avb-label.h"

typedef struct {
  GtkWidget  *logo;
  GtkLabel   *name;
  GtkLabel   *detail;
  GtkWidget  *star;
  AvbCatalog *catalog; /* borrowed: the factory holds it */
} Tile;

static const char *
get_variant (AvbCatalogEntry *entry)
{
  switch (avb_catalog_entry_get_variant (entry))
    {
    case AVB_CATALOG_LIVE:
      return _("Live");
    case AVB_CATALOG_CLOUD:
      return _("Cloud image");
    case AVB_CATALOG_INSTALLER:
    default:
      return _("Installer");
    }
}

/* "Installer · Netinst · x86_64 · 3.7 GB · 2025": the parts that are known. */
static char *
dup_detail (AvbCatalogEntry *entry)
{
  g_autoptr (GString) text = g_string_new (get_variant (entry));
  const char *detail = avb_catalog_entry_get_detail (entry);
  const char *architecture = avb_catalog_entry_get_architecture (entry);
  const GDate *released = avb_catalog_entry_get_release_date (entry);
  g_autoptr (GDateTime) now = g_date_time_new_now_local ();
  g_autofree char *size = NULL;
  GDate today;

  g_date_clear (&today, 1);
  g_date_set_dmy (&today, (GDateDay) g_date_time_get_day_of_month (now),
                  (GDateMonth) g_date_time_get_month (now), (GDateYear) g_date_time_get_year (now));
  /* Some databases call the variant what it is. */
  if (detail != NULL && *detail != '\0' && g_ascii_strcasecmp (detail, "live") != 0)
    g_string_append_printf (text, " · %s", detail);
  if (architecture != NULL)
    g_string_append_printf (text, " · %s", architecture);
  if (avb_catalog_entry_get_size (entry) > 0)
    {
      size = avb_format_size (avb_catalog_entry_get_size (entry));
      g_string_append_printf (text, " · %s", size);
    }
  if (avb_catalog_entry_is_retired (entry, &today))
    g_string_append_printf (text, " · %s", _("no longer maintained"));
  else if (released != NULL && g_date_valid (released))
    g_string_append_printf (text, " · %u", g_date_get_year (released));
  return g_string_free_and_steal (g_steal_pointer (&text));
}

static void
show_star (Tile *tile, AvbCatalogEntry *entry)
{
  gboolean favorite = avb_catalog_entry_get_favorite (entry);
  const char *label = favorite ? _("Remove from Favorites") : _("Add to Favorites");

  gtk_button_set_icon_name (GTK_BUTTON (tile->star), favorite ? "starred-symbolic" : "non-starred-symbolic");
  gtk_widget_set_tooltip_text (tile->star, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (tile->star), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
show_entry (GtkListItem *item)
{
  Tile *tile = g_object_get_data (G_OBJECT (item), "avb-tile");
  AvbCatalogEntry *entry = gtk_list_item_get_item (item);
  g_autofree char *detail = dup_detail (entry);

  gtk_image_set_from_gicon (GTK_IMAGE (tile->logo), avb_catalog_entry_get_logo (entry));
  gtk_label_set_label (tile->name, avb_catalog_entry_get_name (entry));
  gtk_label_set_label (tile->detail, detail);
  gtk_widget_set_tooltip_text (gtk_list_item_get_child (item), detail);
  gtk_list_item_set_accessible_label (item, avb_catalog_entry_get_name (entry));
  gtk_list_item_set_accessible_description (item, detail);
  show_star (tile, entry);
}

static void
star_cb (GtkListItem *item)
{
  Tile *tile = g_object_get_data (G_OBJECT (item), "avb-tile");
  AvbCatalogEntry *entry = gtk_list_item_get_item (item);

  if (entry != NULL)
    avb_catalog_set_favorite (tile->catalog, entry, !avb_catalog_entry_get_favorite (entry));
}

static void
setup_cb (AvbCatalog *catalog, GtkListItem *item)
{
  Tile *tile = g_new0 (Tile, 1);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *column = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);

  tile->catalog = catalog;
  tile->logo = gtk_image_new ();
  gtk_image_set_pixel_size (GTK_IMAGE (tile->logo), 40);
  tile->name = GTK_LABEL (avb_label_new_line ("heading"));
  tile->detail = GTK_LABEL (avb_label_new_line ("caption"));
  gtk_widget_add_css_class (GTK_WIDGET (tile->detail), "dimmed");
  tile->star = gtk_button_new ();
  gtk_widget_set_valign (tile->star, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (tile->star, "flat");
  gtk_widget_add_css_class (tile->star, "circular");
  g_signal_connect_object (tile->star, "clicked", G_CALLBACK (star_cb), item, G_CONNECT_SWAPPED);
  /* Narrower ones would say nothing: then there are fewer beside each other. */
  gtk_widget_set_size_request (box, 250, -1);
  gtk_widget_set_hexpand (column, TRUE);
  gtk_widget_set_valign (column, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (column), GTK_WIDGET (tile->name));
  gtk_box_append (GTK_BOX (column), GTK_WIDGET (tile->detail));
  gtk_box_append (GTK_BOX (box), tile->logo);
  gtk_box_append (GTK_BOX (box), column);
  gtk_box_append (GTK_BOX (box), tile->star);
  g_object_set_data_full (G_OBJECT (item), "avb-tile", tile, g_free);
  gtk_list_item_set_child (item, box);
}

static void
bind_cb (AvbCatalog *catalog, GtkListItem *item)
{
  AvbCatalogEntry *entry = gtk_list_item_get_item (item);

  g_signal_connect_swapped (entry, "notify::favorite", G_CALLBACK (show_entry), item);
  g_signal_connect_swapped (entry, "notify::size", G_CALLBACK (show_entry), item);
  show_entry (item);
}

static void
unbind_cb (AvbCatalog *catalog, GtkListItem *item)
{
  g_signal_handlers_disconnect_by_func (gtk_list_item_get_item (item), show_entry, item);
}

GtkListItemFactory *
avb_system_tile_factory_new (AvbCatalog *catalog)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  g_signal_connect_object (factory, "setup", G_CALLBACK (setup_cb), catalog, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "bind", G_CALLBACK (bind_cb), catalog, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (unbind_cb), catalog, G_CONNECT_SWAPPED);
  return factory;
}

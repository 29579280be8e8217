/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What the page of an extension shows of its catalogue entry and its manifest. All of it is somebody's text. */

#include "config.h"

#include "avb-extension-page-private.h"

#include <glib/gi18n-lib.h>

#include "app/avb-text.h"
#include "ui/avb-feedback.h"
#include "ui/avb-format.h"
#include "ui/extensions/avb-extension-format.h"
#include "ui/extensions/avb-media.h"
#include "ui/extensions/avb-permission-rows.h"

static AvbMarketplace *
get_marketplace (AvbExtensionPage *self)
{
  return avb_extension_jobs_get_marketplace (self->jobs);
}

/* --- facts --- */

static GtkWidget *
add_fact (AvbExtensionPage *self, const char *title, const char *value)
{
  GtkWidget *row;

  if (value == NULL || *value == '\0')
    return NULL;
  row = adw_action_row_new ();
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), title);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), value);
  adw_action_row_set_subtitle_selectable (ADW_ACTION_ROW (row), TRUE);
  gtk_widget_add_css_class (row, "property");
  adw_preferences_group_add (self->details, row);
  g_ptr_array_add (self->detail_rows, row);
  return row;
}

static void
launched_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkWidget) widget = user_data;
  g_autoptr (GError) error = NULL;

  if (!gtk_uri_launcher_launch_finish (GTK_URI_LAUNCHER (source), result, &error) &&
      !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    avb_feedback_error (widget, error);
}

static void
homepage_cb (GtkWidget *row, gpointer user_data)
{
  g_autoptr (GtkUriLauncher) launcher = gtk_uri_launcher_new (adw_action_row_get_subtitle (ADW_ACTION_ROW (row)));
  GtkRoot *root = gtk_widget_get_root (row);

  gtk_uri_launcher_launch (launcher, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL, launched_cb,
                           g_object_ref (row));
}

static void
add_homepage (AvbExtensionPage *self, const char *homepage)
{
  GtkWidget *row = add_fact (self, _("Website"), homepage);

  if (row == NULL)
    return;
  adw_action_row_set_subtitle_selectable (ADW_ACTION_ROW (row), FALSE);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), gtk_image_new_from_icon_name ("web-browser-symbolic"));
  g_signal_connect (row, "activated", G_CALLBACK (homepage_cb), NULL);
}

static char *
dup_source (AvbExtensionPage *self)
{
  const char *id = self->installed != NULL ? avb_installed_get_source (self->installed)
                                           : avb_market_entry_get_source (self->entry);
  AvbMarketSource *source = avb_marketplace_find_source (get_marketplace (self), id);

  if (g_strcmp0 (id, AVB_INSTALL_SOURCE_FILE) == 0)
    return g_strdup (_("A file: no marketplace vouches for it"));
  if (source == NULL)
    return g_strdup (id);
  /* Translators: the name of a marketplace, and its address. */
  return g_strdup_printf (_("%1$s · %2$s"), avb_market_source_get_title (source), avb_market_source_get_uri (source));
}

static void
add_version_facts (AvbExtensionPage *self, AvbMarketVersion *version)
{
  g_autofree char *released = avb_extension_format_date (avb_market_version_get_released (version));
  g_autofree char *size = avb_format_size (avb_market_version_get_size (version));
  g_autofree char *unpacked = avb_format_size (avb_market_version_get_unpacked (version));
  g_autofree char *both = avb_market_version_get_unpacked (version) > 0
                              /* Translators: the size of a download, and what it takes on the disk. */
                              ? g_strdup_printf (_("%1$s to download, %2$s on the disk"), size, unpacked)
                              : g_strdup (size);

  add_fact (self, _("Released"), released);
  add_fact (self, _("Size"), both);
}

static void
fill_details (AvbExtensionPage *self, AvbExtensionManifest *manifest, AvbMarketVersion *version)
{
  gboolean is_code = avb_extension_manifest_get_kind (manifest) == AVB_EXTENSION_CODE;
  g_autofree char *categories = avb_extension_format_categories (avb_extension_manifest_get_categories (manifest));
  g_autofree char *source = dup_source (self);

  for (guint i = 0; i < self->detail_rows->len; i++)
    adw_preferences_group_remove (self->details, self->detail_rows->pdata[i]);
  g_ptr_array_set_size (self->detail_rows, 0);
  add_fact (self, _("Version"), avb_extension_manifest_get_version (manifest));
  if (version != NULL)
    add_version_facts (self, version);
  add_fact (self, _("Kind"), is_code ? _("A program, in a sandbox") : _("Content: nothing of it is executed"));
  add_fact (self, _("Categories"), categories);
  add_fact (self, _("License"), avb_extension_manifest_get_license (manifest));
  add_fact (self, _("Publisher"), avb_extension_manifest_get_publisher (manifest));
  if (self->installed != NULL)
    add_fact (self, _("Publisher’s Key"), avb_installed_get_publisher_key (self->installed));
  add_fact (self, _("Comes From"), source);
  add_homepage (self, avb_extension_manifest_get_homepage (manifest));
  add_fact (self, _("ID"), self->id);
}

/* --- versions --- */

static void
add_version (AvbExtensionPage *self, AvbMarketVersion *version)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *released = avb_extension_format_date (avb_market_version_get_released (version));
  g_autofree char *size = avb_format_size (avb_market_version_get_size (version));
  g_autoptr (GString) text = g_string_new (released);
  const char *changelog = avb_market_version_get_changelog (version);
  g_autofree char *lines = NULL;

  g_string_append_printf (text, "%s%s", text->len > 0 ? " · " : "", size);
  lines = avb_format_lines (text->str, changelog != NULL ? changelog : "", NULL);
  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), avb_market_version_get_version (version));
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), lines);
  adw_expander_row_add_row (self->versions, row);
  g_ptr_array_add (self->version_rows, row);
  if (self->installed != NULL &&
      g_str_equal (avb_installed_get_version (self->installed), avb_market_version_get_version (version)))
    adw_action_row_add_suffix (ADW_ACTION_ROW (row), avb_badge_new (C_("extension", "Installed"), NULL));
}

static void
fill_versions (AvbExtensionPage *self)
{
  GListModel *versions = self->entry != NULL ? avb_market_entry_get_versions (self->entry) : NULL;
  guint n = versions != NULL ? g_list_model_get_n_items (versions) : 0;
  g_autofree char *subtitle = g_strdup_printf (ngettext ("%u version", "%u versions", n), n);

  for (guint i = 0; i < self->version_rows->len; i++)
    adw_expander_row_remove (self->versions, self->version_rows->pdata[i]);
  g_ptr_array_set_size (self->version_rows, 0);
  for (guint i = 0; i < MIN (n, 50); i++)
    {
      g_autoptr (AvbMarketVersion) version = g_list_model_get_item (versions, i);

      add_version (self, version);
    }
  adw_expander_row_set_subtitle (self->versions, subtitle);
  gtk_widget_set_visible (self->versions_group, n > 0);
}

/* --- pictures --- */

typedef struct {
  AvbMarketplace *marketplace;
  AvbMarketEntry *entry;
  AvbInstalled   *installed;
} Pictures;

static void
pictures_free (gpointer data)
{
  Pictures *pictures = data;

  g_object_unref (pictures->marketplace);
  g_clear_object (&pictures->entry);
  g_clear_object (&pictures->installed);
  g_free (pictures);
}

static DexFuture *
load_picture (guint number, gpointer user_data)
{
  Pictures *pictures = user_data;

  if (pictures->entry != NULL)
    {
      AvbMarketPicture *picture = avb_market_entry_get_screenshots (pictures->entry)->pdata[number];
      AvbMarketSource *source =
          avb_marketplace_find_source (pictures->marketplace, avb_market_entry_get_source (pictures->entry));

      return source != NULL ? avb_market_source_fetch_media (source, picture->sha256) : NULL;
    }
  else
    {
      AvbExtensionManifest *manifest = avb_installed_get_manifest (pictures->installed);
      g_autoptr (GFile) file = g_file_new_build_filename (avb_installed_get_dir (pictures->installed),
                                                          avb_extension_manifest_get_screenshots (manifest)[number],
                                                          NULL);

      return dex_file_load_contents_bytes (file);
    }
}

static void
fill_pictures (AvbExtensionPage *self, AvbExtensionManifest *manifest)
{
  g_autoptr (GStrvBuilder) captions = g_strv_builder_new ();
  g_auto (GStrv) texts = NULL;
  Pictures *pictures = g_new0 (Pictures, 1);

  pictures->marketplace = g_object_ref (get_marketplace (self));
  if (self->entry != NULL)
    {
      GPtrArray *screenshots = avb_market_entry_get_screenshots (self->entry);

      pictures->entry = g_object_ref (self->entry);
      for (guint i = 0; i < screenshots->len; i++)
        g_strv_builder_add (captions, ((AvbMarketPicture *) screenshots->pdata[i])->caption);
    }
  else
    {
      const char *const *names = avb_extension_manifest_get_screenshots (manifest);

      pictures->installed = g_object_ref (self->installed);
      for (guint i = 0; names != NULL && names[i] != NULL; i++)
        g_strv_builder_add (captions, "");
    }
  texts = g_strv_builder_end (captions);
  gtk_widget_set_visible (GTK_WIDGET (self->gallery_bin), texts[0] != NULL);
  avb_gallery_fill (self->gallery, (const char *const *) texts, load_picture, pictures, pictures_free);
}

static void
fill_icon (AvbExtensionPage *self, AvbExtensionManifest *manifest)
{
  gboolean is_code = avb_extension_manifest_get_kind (manifest) == AVB_EXTENSION_CODE;

  avb_media_set_icon_name (AVB_MEDIA (self->icon), avb_extension_fallback_icon (is_code));
  avb_media_load (AVB_MEDIA (self->icon),
                  self->entry != NULL ? avb_extension_icon_of_entry (get_marketplace (self), self->entry)
                                      : avb_extension_icon_of_installed (self->installed));
}

static void
fill_news (AvbExtensionPage *self, AvbExtensionManifest *manifest, AvbMarketVersion *version)
{
  const char *changelog = version != NULL ? avb_market_version_get_changelog (version)
                                          : avb_extension_manifest_get_changelog (manifest);
  const char *number = version != NULL ? avb_market_version_get_version (version)
                                       : avb_extension_manifest_get_version (manifest);
  /* Translators: %s is a version. */
  g_autofree char *title = g_strdup_printf (_("What Is New in %s"), number);

  adw_preferences_group_set_title (self->news, title);
  gtk_label_set_label (self->changelog, changelog != NULL ? changelog : "");
  gtk_widget_set_visible (GTK_WIDGET (self->news), changelog != NULL && *changelog != '\0');
}

void
avb_extension_page_fill (AvbExtensionPage *self)
{
  AvbExtensionManifest *manifest = avb_extension_page_get_manifest (self);
  AvbMarketVersion *version = self->entry != NULL ? avb_market_entry_get_best (self->entry) : NULL;
  const char *description = avb_extension_manifest_get_description (manifest);
  g_autofree char *publisher = NULL;

  /* Translators: %s is who made an extension. */
  publisher = g_strdup_printf (_("by %s"), avb_extension_manifest_get_publisher (manifest));
  adw_navigation_page_set_title (ADW_NAVIGATION_PAGE (self), avb_extension_manifest_get_name (manifest));
  gtk_label_set_label (self->name, avb_extension_manifest_get_name (manifest));
  gtk_label_set_label (self->publisher, publisher);
  gtk_label_set_label (self->summary, avb_extension_manifest_get_summary (manifest));
  gtk_label_set_label (self->description, description != NULL ? description : "");
  gtk_widget_set_visible (GTK_WIDGET (self->description), description != NULL && *description != '\0');
  fill_icon (self, manifest);
  fill_pictures (self, manifest);
  fill_news (self, manifest, version);
  fill_details (self, manifest, version);
  fill_versions (self);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-extension-format.h"

#include <glib/gi18n-lib.h>

static const struct {
  const char *word;
  const char *title;
} categories[] = {
  { "console", N_ ("Console") },
  { "labs", N_ ("Labs") },
  { "machines", N_ ("Machines") },
  { "monitors", N_ ("Monitors") },
  { "networks", N_ ("Networks") },
  { "storage", N_ ("Storage") },
  { "systems", N_ ("Systems") },
  { "tools", N_ ("Tools") },
};

/* (nullable) */
static const char *
find_title (const char *category)
{
  for (gsize i = 0; i < G_N_ELEMENTS (categories); i++)
    if (g_str_equal (categories[i].word, category))
      return _(categories[i].title);
  return NULL;
}

gboolean
avb_extension_category_is_known (const char *category)
{
  return find_title (category) != NULL;
}

const char *
avb_extension_format_category (const char *category)
{
  const char *title = find_title (category);

  return title != NULL ? title : "";
}

char *
avb_extension_format_categories (const char *const *words)
{
  g_autoptr (GPtrArray) titles = g_ptr_array_new ();

  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    if (find_title (words[i]) != NULL)
      g_ptr_array_add (titles, (gpointer) find_title (words[i]));
  g_ptr_array_add (titles, NULL);
  return g_strjoinv (", ", (char **) titles->pdata);
}

char *
avb_extension_format_date (gint64 time)
{
  g_autoptr (GDateTime) date = time > 0 ? g_date_time_new_from_unix_local (time) : NULL;

  /* Translators: a date, for strftime(): "28 November 2026". */
  return date != NULL ? g_date_time_format (date, C_("date", "%-e %B %Y")) : g_strdup ("");
}

const char *
avb_extension_fallback_icon (gboolean is_code)
{
  return is_code ? "application-x-addon-symbolic" : "package-x-generic-symbolic";
}

DexFuture *
avb_extension_icon_of_entry (AvbMarketplace *marketplace, AvbMarketEntry *entry)
{
  const char *icon = avb_market_entry_get_icon (entry);
  AvbMarketSource *source = avb_marketplace_find_source (marketplace, avb_market_entry_get_source (entry));

  return icon != NULL && source != NULL ? avb_market_source_fetch_media (source, icon) : NULL;
}

DexFuture *
avb_extension_icon_of_installed (AvbInstalled *installed)
{
  const char *icon = avb_extension_manifest_get_icon (avb_installed_get_manifest (installed));
  g_autoptr (GFile) file = NULL;

  /* A name that was checked when the package was read. */
  if (icon == NULL)
    return NULL;
  file = g_file_new_build_filename (avb_installed_get_dir (installed), icon, NULL);
  return dex_file_load_contents_bytes (file);
}

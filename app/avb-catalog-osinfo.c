/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-catalog-osinfo.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "app/avb-catalog-entry.h"
#include "app/avb-download.h"
#include "app/avb-os-db-private.h"
#include "backends/avb-blocking.h"

typedef struct {
  OsinfoOs   *os;
  GPtrArray  *entries;
  GHashTable *ids; /* of all entries */
} Reading;

static const char *
get_product_text (OsinfoOs *os, const char *name)
{
  return osinfo_entity_get_param_value (OSINFO_ENTITY (os), name);
}

/* The first variant's name without that of the system: "Debian 13 (Generic Cloud)" is "Generic
 * Cloud" of Debian 13. (transfer full): may be empty */
static char *
dup_detail (OsinfoOs *os, OsinfoOsVariantList *variants, const char **variant_id)
{
  const char *name = osinfo_product_get_name (OSINFO_PRODUCT (os));
  OsinfoEntity *variant;
  const char *text;
  char *detail;
  gsize length;

  *variant_id = "";
  if (osinfo_list_get_length (OSINFO_LIST (variants)) == 0)
    return g_strdup ("");
  variant = osinfo_list_get_nth (OSINFO_LIST (variants), 0);
  *variant_id = osinfo_entity_get_id (variant);
  text = osinfo_os_variant_get_name (OSINFO_OS_VARIANT (variant));
  if (text == NULL || name == NULL)
    return g_strdup ("");
  if (g_str_has_prefix (text, name))
    text += strlen (name);
  detail = g_strstrip (g_strdup (text));
  length = strlen (detail);
  if (length > 2 && detail[0] == '(' && detail[length - 1] == ')')
    {
      detail[length - 1] = '\0';
      memmove (detail, detail + 1, length - 1);
    }
  return detail;
}

/* Where the database does not tell apart what comes whole and what fetches the rest while it
 * installs, the file's name does. */
static const char *
guess_detail (const char *url)
{
  g_autofree char *name = g_ascii_strdown (strrchr (url, '/') + 1, -1);

  if (strstr (name, "netinst") != NULL || strstr (name, "netboot") != NULL || strstr (name, "-net.") != NULL ||
      strstr (name, "boot.iso") != NULL || strstr (name, "bootonly") != NULL)
    return _("Network Installer");
  if (strstr (name, "dvd") != NULL)
    return _("DVD");
  if (strstr (name, "minimal") != NULL)
    return _("Minimal");
  return "";
}

/* A file or icon of the database; never fetched from elsewhere. */
static GIcon *
create_logo (OsinfoOs *os)
{
  const char *logo = osinfo_product_get_logo (OSINFO_PRODUCT (os));
  g_autoptr (GFile) file = NULL;

  if (logo == NULL)
    return NULL;
  if (!g_path_is_absolute (logo) && !g_str_has_prefix (logo, "file:///"))
    return NULL;
  file = g_path_is_absolute (logo) ? g_file_new_for_path (logo) : g_file_new_for_uri (logo);
  return g_file_icon_new (file);
}

/* Some entries of the database differ in nothing but their address. */
static char *
make_id (Reading *reading, AvbCatalogVariant variant, const char *architecture, const char *variant_id, const char *url)
{
  static const char *const nicks[] = { "installer", "live", "cloud" };
  g_autofree char *id = g_strjoin ("|", osinfo_entity_get_id (OSINFO_ENTITY (reading->os)), nicks[variant],
                                   architecture != NULL ? architecture : "", variant_id, NULL);

  if (!g_hash_table_contains (reading->ids, id))
    return g_steal_pointer (&id);
  return g_strjoin ("|", id, strrchr (url, '/') + 1, NULL);
}

static void
add_entry (Reading             *reading,
           AvbCatalogVariant    variant,
           const char          *architecture,
           const char          *url,
           guint64              size,
           OsinfoOsVariantList *variants)
{
  OsinfoProduct *product = OSINFO_PRODUCT (reading->os);
  g_autoptr (GDate) release_date = osinfo_product_get_release_date (product);
  g_autoptr (GDate) eol_date = osinfo_product_get_eol_date (product);
  g_autoptr (GIcon) logo = create_logo (reading->os);
  const char *variant_id;
  g_autofree char *detail = dup_detail (reading->os, variants, &variant_id);
  int status = osinfo_os_get_release_status (reading->os);
  char *id;

  if (url == NULL || !avb_download_check_url (url, NULL) || strrchr (url, '/') == NULL)
    return;
  id = make_id (reading, variant, architecture, variant_id, url);
  if (!g_hash_table_add (reading->ids, id))
    return;
  g_ptr_array_add (
      reading->entries,
      g_object_new (AVB_TYPE_CATALOG_ENTRY, "id", id, "os-id", osinfo_entity_get_id (OSINFO_ENTITY (reading->os)),
                    "name", osinfo_product_get_name (product), "detail", *detail != '\0' ? detail : guess_detail (url),
                    "version", osinfo_product_get_version (product), "codename", osinfo_product_get_codename (product),
                    "vendor", osinfo_product_get_vendor (product), "family",
                    get_product_text (reading->os, OSINFO_OS_PROP_FAMILY), "distro",
                    get_product_text (reading->os, OSINFO_OS_PROP_DISTRO), "architecture", architecture, "variant",
                    variant, "url", url, "release-date", release_date, "eol-date", eol_date, "prerelease",
                    status == OSINFO_RELEASE_STATUS_PRERELEASE || status == OSINFO_RELEASE_STATUS_SNAPSHOT, "logo",
                    logo, "size", size, NULL));
}

static void
read_media (Reading *reading)
{
  g_autoptr (OsinfoMediaList) list = osinfo_os_get_media_list (reading->os);
  int length = osinfo_list_get_length (OSINFO_LIST (list));

  for (int i = 0; i < length; i++)
    {
      OsinfoMedia *media = OSINFO_MEDIA (osinfo_list_get_nth (OSINFO_LIST (list), i));
      g_autoptr (OsinfoOsVariantList) variants = osinfo_media_get_os_variants (media);

      add_entry (reading, osinfo_media_get_live (media) ? AVB_CATALOG_LIVE : AVB_CATALOG_INSTALLER,
                 osinfo_media_get_architecture (media), osinfo_media_get_url (media),
                 MAX (osinfo_media_get_volume_size (media), 0), variants);
    }
}

static void
read_images (Reading *reading)
{
  g_autoptr (OsinfoImageList) list = osinfo_os_get_image_list (reading->os);
  int length = osinfo_list_get_length (OSINFO_LIST (list));

  for (int i = 0; i < length; i++)
    {
      OsinfoImage *image = OSINFO_IMAGE (osinfo_list_get_nth (OSINFO_LIST (list), i));
      g_autoptr (OsinfoOsVariantList) variants = osinfo_image_get_os_variants (image);
      const char *format = osinfo_image_get_format (image);

      /* The same system is there as qcow2 wherever it is there as something else. */
      if (osinfo_image_get_cloud_init (image) &&
          (g_strcmp0 (format, "qcow2") == 0 || g_strcmp0 (format, "raw") == 0))
        add_entry (reading, AVB_CATALOG_CLOUD, osinfo_image_get_architecture (image), osinfo_image_get_url (image), 0,
                   variants);
    }
}

/* The entries are made here and belong to nobody yet, so that the main thread has nothing to do. */
static DexFuture *
load_thread (gpointer data)
{
  g_autoptr (GHashTable) ids = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  GPtrArray *entries = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (OsinfoOsList) systems = osinfo_db_get_os_list (avb_os_db_lock ());
  int length = osinfo_list_get_length (OSINFO_LIST (systems));

  for (int i = 0; i < length; i++)
    {
      Reading reading = { OSINFO_OS (osinfo_list_get_nth (OSINFO_LIST (systems), i)), entries, ids };

      if (osinfo_product_get_name (OSINFO_PRODUCT (reading.os)) == NULL)
        continue;
      read_images (&reading);
      read_media (&reading);
    }
  avb_os_db_unlock ();
  g_ptr_array_sort_values (entries, avb_catalog_entry_compare);
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, entries);
}

DexFuture *
avb_catalog_osinfo_load (void)
{
  return avb_blocking_run (load_thread, NULL, NULL);
}

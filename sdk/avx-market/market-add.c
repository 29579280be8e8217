/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Packages into a marketplace. */

#include "config.h"

#include "sdk/avx-market/market-work.h"

#include <string.h>

#include "app/extensions/avb-json.h"
#include "app/extensions/avb-package.h"
#include "app/marketplace/avb-market-entry.h"
#include "app/marketplace/avb-package-signature.h"

#define MAX_PICTURE (4 * 1024 * 1024)

/* --- pictures --- */

static gboolean
is_picture (GBytes *bytes)
{
  static const guint8 png[] = { 0x89, 'P', 'N', 'G' };
  static const guint8 jpeg[] = { 0xff, 0xd8, 0xff };
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  return length > 12 && length <= MAX_PICTURE &&
         (memcmp (data, png, sizeof png) == 0 || memcmp (data, jpeg, sizeof jpeg) == 0 ||
          (memcmp (data, "RIFF", 4) == 0 && memcmp (data + 8, "WEBP", 4) == 0));
}

/* (nullable) (transfer full): its hash; NULL without @error: it is left out. */
static char *
add_picture (MarketWork *self, const char *folder, const char *name, GError **error)
{
  g_autofree char *from = g_build_filename (folder, name, NULL);
  g_autoptr (GBytes) bytes = market_read (from, error);
  g_autofree char *sha256 = NULL;
  g_autofree char *to = NULL;

  if (bytes == NULL)
    return NULL;
  if (!is_picture (bytes))
    {
      /* Pictures from elsewhere are bitmaps: programs that draw SVG do too much. */
      g_printerr ("%s: is no PNG, JPEG or WebP of at most 4 MiB, and is not shown\n", name);
      return NULL;
    }
  sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  to = market_work_path (self, "media", sha256);
  return market_write (to, bytes, error) ? g_steal_pointer (&sha256) : NULL;
}

static gboolean
add_pictures (MarketWork *self, JsonObject *entry, AvbExtensionManifest *manifest, const char *folder, GError **error)
{
  const char *icon = avb_extension_manifest_get_icon (manifest);
  const char *const *names = avb_extension_manifest_get_screenshots (manifest);
  JsonArray *pictures = json_array_new ();
  g_autoptr (GError) failure = NULL;

  json_object_set_array_member (entry, "screenshots", pictures);
  json_object_remove_member (entry, "icon");
  if (icon != NULL)
    {
      g_autofree char *sha256 = add_picture (self, folder, icon, &failure);

      if (sha256 != NULL)
        json_object_set_string_member (entry, "icon", sha256);
    }
  for (guint i = 0; failure == NULL && names[i] != NULL; i++)
    {
      g_autofree char *sha256 = add_picture (self, folder, names[i], &failure);
      JsonObject *picture;

      if (sha256 == NULL)
        continue;
      picture = json_object_new ();
      json_object_set_string_member (picture, "sha256", sha256);
      json_array_add_object_element (pictures, picture);
    }
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* --- signatures --- */

static gboolean
get_signature (const char *path, AvbSigningKey *publisher, const char *sha256, AvbPackageSignature *signature, GError **error)
{
  g_autofree char *beside = g_strconcat (path, ".sig", NULL);
  g_autoptr (GBytes) bytes = NULL;

  if (publisher != NULL)
    {
      avb_package_signature_make (signature, publisher, sha256);
      return TRUE;
    }
  bytes = market_read (beside, error);
  if (bytes == NULL ||
      !avb_package_signature_parse (signature, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), error))
    return FALSE;
  return avb_package_signature_verify (signature, sha256) || market_fail (error, "%s: is of another package", beside);
}

/* --- entries --- */

static JsonObject *
find_entry (MarketWork *self, const char *id)
{
  JsonArray *entries = json_object_get_array_member (json_node_get_object (self->entries), "entries");
  JsonObject *entry;

  for (guint i = 0; i < json_array_get_length (entries); i++)
    {
      entry = json_array_get_object_element (entries, i);
      if (g_strcmp0 (json_object_get_string_member_with_default (entry, "id", NULL), id) == 0)
        return entry;
    }
  entry = json_object_new ();
  json_object_set_string_member (entry, "id", id);
  json_object_set_array_member (entry, "versions", json_array_new ());
  json_array_add_object_element (entries, entry);
  return entry;
}

static gboolean
has_version (JsonObject *entry, const char *version)
{
  JsonArray *versions = json_object_get_array_member (entry, "versions");

  for (guint i = 0; i < json_array_get_length (versions); i++)
    {
      JsonObject *one = json_array_get_object_element (versions, i);
      JsonObject *manifest = json_object_get_object_member (one, "manifest");

      if (g_strcmp0 (json_object_get_string_member_with_default (manifest, "version", NULL), version) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
add_version (JsonObject *entry, AvbPackage *package, const AvbPackageSignature *signature, gint64 released)
{
  JsonObject *version = json_object_new ();
  g_autofree char *key = avb_public_key_dup_text (&signature->key);
  g_autofree char *text = avb_package_signature_dup_signature (signature);
  g_autofree char *date = avb_metadata_format_time (released);

  json_object_set_object_member (version, "manifest",
                                 json_object_ref (avb_extension_manifest_get_json (avb_package_get_manifest (package))));
  json_object_set_string_member (version, "sha256", avb_package_get_sha256 (package));
  json_object_set_int_member (version, "size", avb_package_get_length (package));
  json_object_set_int_member (version, "unpacked", avb_package_get_unpacked (package));
  json_object_set_string_member (version, "released", date);
  json_object_set_string_member (version, "key", key);
  json_object_set_string_member (version, "signature", text);
  json_array_add_object_element (json_object_get_array_member (entry, "versions"), version);
}

static gboolean
copy_package (MarketWork *self, const char *path, const char *sha256, GError **error)
{
  g_autofree char *name = g_strconcat (sha256, ".avx", NULL);
  g_autofree char *to = market_work_path (self, "pkgs", name);
  g_autoptr (GBytes) bytes = market_read (path, error);

  return bytes != NULL && market_write (to, bytes, error);
}

static gboolean
add_unpacked (MarketWork    *self,
              const char    *path,
              const char    *folder,
              AvbSigningKey *publisher,
              gint64         released,
              GError       **error)
{
  g_autoptr (AvbPackage) package = avb_package_read (path, folder, NULL, NULL, error);
  AvbExtensionManifest *manifest = package != NULL ? avb_package_get_manifest (package) : NULL;
  AvbPackageSignature signature;
  JsonObject *entry;

  if (package == NULL || !get_signature (path, publisher, avb_package_get_sha256 (package), &signature, error))
    return FALSE;
  entry = find_entry (self, avb_extension_manifest_get_id (manifest));
  if (has_version (entry, avb_extension_manifest_get_version (manifest)))
    return market_fail (error, "%s %s is in it already", avb_extension_manifest_get_id (manifest),
                        avb_extension_manifest_get_version (manifest));
  if (!add_pictures (self, entry, manifest, folder, error) ||
      !copy_package (self, path, avb_package_get_sha256 (package), error))
    return FALSE;
  add_version (entry, package, &signature, released);
  return TRUE;
}

gboolean
market_work_add (MarketWork *self, const char *path, AvbSigningKey *publisher, gint64 released, GError **error)
{
  g_autofree char *folder = g_dir_make_tmp ("avx-market-XXXXXX", error);
  gboolean done;

  if (folder == NULL)
    return FALSE;
  done = add_unpacked (self, path, folder, publisher, released, error);
  market_remove (folder);
  if (!done)
    g_prefix_error (error, "%s: ", path);
  return done && market_work_save (self, error);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The tree that everybody can read. */

#include "config.h"

#include "sdk/avx-market/market-work.h"

#include "app/marketplace/avb-zstd.h"

static gboolean
copy_folder (MarketWork *self, const char *name, const char *tree, const char *below, GError **error)
{
  g_autofree char *from = market_work_path (self, NULL, name);
  g_autofree char *to = below != NULL ? g_build_filename (tree, below, NULL) : g_strdup (tree);
  g_autoptr (GDir) dir = g_dir_open (from, 0, error);
  const char *file;

  if (dir == NULL || !market_make_folder (to, error))
    return FALSE;
  while ((file = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *source = g_build_filename (from, file, NULL);
      g_autofree char *target = g_build_filename (to, file, NULL);
      g_autoptr (GBytes) bytes = NULL;

      /* Files by their hash stay as they are; roots too. */
      if (g_file_test (target, G_FILE_TEST_EXISTS))
        continue;
      bytes = market_read (source, error);
      if (bytes == NULL || !market_write (target, bytes, error))
        return FALSE;
    }
  return TRUE;
}

static void
move_array (JsonObject *payload, JsonNode *from, const char *name)
{
  json_object_set_member (payload, name, json_node_copy (json_object_get_member (json_node_get_object (from), name)));
}

static char *
dup_name (AvbMetadataKind kind, guint version)
{
  return g_strdup_printf ("%u.%s.json%s", version, avb_metadata_kind_to_text (kind),
                          kind == AVB_METADATA_CATALOG ? ".zst" : "");
}

static gboolean
write_list (MarketWork *self, AvbMetadataKind kind, const char *tree, gint64 now, guint days, GError **error)
{
  guint version = market_work_next_version (self, kind);
  g_autoptr (JsonObject) payload = market_payload_new (kind, version, now, days);
  g_autoptr (AvbSigningKey) key = market_work_load_key (self, "catalog", error);
  g_autofree char *name = dup_name (kind, version);
  g_autofree char *path = g_build_filename (tree, name, NULL);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) packed = NULL;

  if (key == NULL)
    return FALSE;
  if (kind == AVB_METADATA_CATALOG)
    move_array (payload, self->entries, "entries");
  else
    move_array (payload, self->revocations, "revocations");
  bytes = market_sign (payload, key, NULL);
  packed = kind == AVB_METADATA_CATALOG ? avb_zstd_compress (bytes, error) : g_bytes_ref (bytes);
  return packed != NULL && market_write (path, packed, error);
}

static gboolean
describe (MarketWork *self, JsonObject *meta, AvbMetadataKind kind, const char *tree, GError **error)
{
  guint version = market_work_get_version (self, kind);
  g_autofree char *name = dup_name (kind, version);
  g_autofree char *path = g_build_filename (tree, name, NULL);
  g_autoptr (GBytes) bytes = market_read (path, error);
  g_autofree char *sha256 = bytes != NULL ? g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes) : NULL;
  JsonObject *file;

  if (bytes == NULL)
    return FALSE;
  file = json_object_new ();
  json_object_set_int_member (file, "version", version);
  json_object_set_int_member (file, "length", g_bytes_get_size (bytes));
  json_object_set_string_member (file, "sha256", sha256);
  json_object_set_object_member (meta, avb_metadata_kind_to_text (kind), file);
  return TRUE;
}

gboolean
market_work_timestamp (MarketWork *self, const char *tree, gint64 now, guint days, GError **error)
{
  guint version = market_work_next_version (self, AVB_METADATA_TIMESTAMP);
  g_autoptr (JsonObject) payload = market_payload_new (AVB_METADATA_TIMESTAMP, version, now, days);
  g_autoptr (AvbSigningKey) key = market_work_load_key (self, "timestamp", error);
  g_autofree char *path = g_build_filename (tree, "timestamp.json", NULL);
  JsonObject *meta = json_object_new ();
  g_autoptr (GBytes) bytes = NULL;

  json_object_set_object_member (payload, "meta", meta);
  if (key == NULL || !describe (self, meta, AVB_METADATA_CATALOG, tree, error) ||
      !describe (self, meta, AVB_METADATA_REVOCATIONS, tree, error))
    return FALSE;
  bytes = market_sign (payload, key, NULL);
  /* Noted first: a version must not be given out twice. */
  return market_work_save (self, error) && market_write (path, bytes, error);
}

/* What a timestamp names is there before the timestamp is. */
gboolean
market_work_build (MarketWork *self, const char *tree, gint64 now, guint catalog_days, guint timestamp_days, GError **error)
{
  return market_make_folder (tree, error) && copy_folder (self, "pkgs", tree, "pkgs", error) &&
         copy_folder (self, "media", tree, "media", error) && copy_folder (self, "roots", tree, NULL, error) &&
         write_list (self, AVB_METADATA_CATALOG, tree, now, catalog_days, error) &&
         write_list (self, AVB_METADATA_REVOCATIONS, tree, now, catalog_days, error) &&
         market_work_timestamp (self, tree, now, timestamp_days, error);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/marketplace/market-rig.h"

#include <glib/gstdio.h>
#include <string.h>

#include "app/extensions/avb-json.h"
#include "app/extensions/avb-package.h"
#include "app/marketplace/avb-package-signature.h"
#include "app/marketplace/avb-zstd.h"
#include "tests/avb-test.h"

static void
key_free (gpointer data)
{
  avb_signing_key_free (data);
}

MarketRig *
market_rig_new (void)
{
  MarketRig *self = g_new0 (MarketRig, 1);

  self->now = MARKET_NOW - 3600;
  self->root_keys = g_ptr_array_new_with_free_func (key_free);
  for (guint i = 0; i < 3; i++)
    g_ptr_array_add (self->root_keys, avb_signing_key_generate ());
  self->root_threshold = 2;
  self->catalog_key = avb_signing_key_generate ();
  self->timestamp_key = avb_signing_key_generate ();
  self->publisher = avb_signing_key_generate ();
  self->days[AVB_METADATA_ROOT] = 365;
  self->days[AVB_METADATA_CATALOG] = self->days[AVB_METADATA_REVOCATIONS] = 30;
  self->days[AVB_METADATA_TIMESTAMP] = 7;
  self->entries = json_array_new ();
  self->revocations = json_array_new ();
  self->files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  market_rig_publish_root (self, NULL);
  self->first_root = g_bytes_ref (market_rig_get (self, "1.root.json"));
  market_rig_publish (self);
  return self;
}

void
market_rig_free (MarketRig *self)
{
  g_ptr_array_unref (self->root_keys);
  avb_signing_key_free (self->catalog_key);
  avb_signing_key_free (self->timestamp_key);
  avb_signing_key_free (self->publisher);
  json_array_unref (self->entries);
  json_array_unref (self->revocations);
  g_hash_table_unref (self->files);
  g_bytes_unref (self->first_root);
  g_free (self);
}

JsonObject *
market_rig_payload (MarketRig *self, AvbMetadataKind kind, guint version)
{
  JsonObject *payload = json_object_new ();
  g_autofree char *issued = avb_metadata_format_time (self->now);
  g_autofree char *expires = avb_metadata_format_time (self->now + self->days[kind] * DAY);

  json_object_set_string_member (payload, "type", avb_metadata_kind_to_text (kind));
  json_object_set_int_member (payload, "format", AVB_METADATA_FORMAT);
  json_object_set_int_member (payload, "version", version);
  json_object_set_string_member (payload, "issued", issued);
  json_object_set_string_member (payload, "expires", expires);
  return payload;
}

static GBytes *
to_bytes (JsonObject *object)
{
  g_autoptr (JsonNode) node = json_node_init_object (json_node_alloc (), object);
  char *text = avb_json_canonical (node);

  return g_bytes_new_take (text, strlen (text));
}

GBytes *
market_rig_sign (JsonObject *payload, ...)
{
  g_autoptr (GBytes) bytes = to_bytes (payload);
  g_autoptr (AvbEnvelope) envelope = avb_envelope_new (bytes);
  AvbSigningKey *key;
  va_list keys;

  va_start (keys, payload);
  while ((key = va_arg (keys, AvbSigningKey *)) != NULL)
    avb_envelope_sign (envelope, key);
  va_end (keys);
  json_object_unref (payload);
  return avb_envelope_to_bytes (envelope);
}

void
market_rig_set (MarketRig *self, const char *name, GBytes *bytes)
{
  g_hash_table_insert (self->files, g_strdup (name), g_bytes_ref (bytes));
}

GBytes *
market_rig_get (MarketRig *self, const char *name)
{
  return g_hash_table_lookup (self->files, name);
}

/* --- roots --- */

static void
add_role (JsonObject *roles, JsonObject *keys, const char *name, guint threshold, AvbSigningKey **all, guint n)
{
  JsonObject *role = json_object_new ();
  JsonArray *ids = json_array_new ();

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = avb_public_key_dup_id (avb_signing_key_get_public (all[i]));
      g_autofree char *hex = avb_public_key_dup_hex (avb_signing_key_get_public (all[i]));
      JsonObject *key = json_object_new ();

      json_object_set_string_member (key, "type", "ed25519");
      json_object_set_string_member (key, "public", hex);
      json_object_set_object_member (keys, id, key);
      json_array_add_string_element (ids, id);
    }
  json_object_set_array_member (role, "keyids", ids);
  json_object_set_int_member (role, "threshold", threshold);
  json_object_set_object_member (roles, name, role);
}

JsonObject *
market_rig_root (MarketRig *self, guint version)
{
  JsonObject *payload = market_rig_payload (self, AVB_METADATA_ROOT, version);
  JsonObject *keys = json_object_new ();
  JsonObject *roles = json_object_new ();

  add_role (roles, keys, "root", self->root_threshold, (AvbSigningKey **) self->root_keys->pdata, self->root_keys->len);
  add_role (roles, keys, "catalog", 1, &self->catalog_key, 1);
  add_role (roles, keys, "timestamp", 1, &self->timestamp_key, 1);
  json_object_set_object_member (payload, "keys", keys);
  json_object_set_object_member (payload, "roles", roles);
  json_object_set_string_member (payload, "title", "Test");
  return payload;
}

void
market_rig_publish_root (MarketRig *self, AvbSigningKey *old)
{
  guint version = ++self->versions[AVB_METADATA_ROOT];
  g_autofree char *name = g_strdup_printf ("%u.root.json", version);
  g_autoptr (GBytes) bytes
      = market_rig_sign (market_rig_root (self, version), g_ptr_array_index (self->root_keys, 0),
                         g_ptr_array_index (self->root_keys, 1), g_ptr_array_index (self->root_keys, 2), old, NULL);

  market_rig_set (self, name, bytes);
}

/* --- lists and timestamps --- */

static char *
dup_name (MarketRig *self, AvbMetadataKind kind)
{
  return g_strdup_printf ("%u.%s.json%s", self->versions[kind], avb_metadata_kind_to_text (kind),
                          kind == AVB_METADATA_CATALOG ? ".zst" : "");
}

static void
publish_list (MarketRig *self, AvbMetadataKind kind, const char *member, JsonArray *array)
{
  JsonObject *payload = market_rig_payload (self, kind, ++self->versions[kind]);
  g_autofree char *name = dup_name (self, kind);
  g_autoptr (JsonNode) node = json_node_init_array (json_node_alloc (), array);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) packed = NULL;

  json_object_set_member (payload, member, json_node_copy (node));
  bytes = market_rig_sign (payload, self->catalog_key, NULL);
  packed = kind == AVB_METADATA_CATALOG ? avb_zstd_compress (bytes, NULL) : g_bytes_ref (bytes);
  market_rig_set (self, name, packed);
}

static void
describe (MarketRig *self, JsonObject *meta, AvbMetadataKind kind)
{
  g_autofree char *name = dup_name (self, kind);
  GBytes *bytes = market_rig_get (self, name);
  g_autofree char *sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  JsonObject *file = json_object_new ();

  json_object_set_int_member (file, "version", self->versions[kind]);
  json_object_set_int_member (file, "length", g_bytes_get_size (bytes));
  json_object_set_string_member (file, "sha256", sha256);
  json_object_set_object_member (meta, avb_metadata_kind_to_text (kind), file);
}

JsonObject *
market_rig_timestamp (MarketRig *self, guint version)
{
  JsonObject *payload = market_rig_payload (self, AVB_METADATA_TIMESTAMP, version);
  JsonObject *meta = json_object_new ();

  describe (self, meta, AVB_METADATA_CATALOG);
  describe (self, meta, AVB_METADATA_REVOCATIONS);
  json_object_set_object_member (payload, "meta", meta);
  return payload;
}

void
market_rig_publish_timestamp (MarketRig *self)
{
  g_autoptr (GBytes) bytes = market_rig_sign (market_rig_timestamp (self, ++self->versions[AVB_METADATA_TIMESTAMP]),
                                              self->timestamp_key, NULL);

  market_rig_set (self, "timestamp.json", bytes);
}

void
market_rig_publish (MarketRig *self)
{
  publish_list (self, AVB_METADATA_CATALOG, "entries", self->entries);
  publish_list (self, AVB_METADATA_REVOCATIONS, "revocations", self->revocations);
  market_rig_publish_timestamp (self);
}

void
market_rig_revoke (MarketRig *self, const char *id, const char *versions, const char *reason)
{
  JsonObject *object = json_object_new ();
  g_autofree char *date = avb_metadata_format_time (self->now);

  json_object_set_string_member (object, "id", id);
  json_object_set_string_member (object, "reason", reason);
  json_object_set_string_member (object, "severity", "high");
  json_object_set_string_member (object, "date", date);
  if (versions != NULL)
    json_object_set_string_member (object, "versions", versions);
  json_array_add_object_element (self->revocations, object);
}

/* --- packages --- */

char *
market_rig_make_package (const char *folder, const char *id, const char *version, const char *more)
{
  g_autofree char *inside = avb_test_make_folder ();
  g_autofree char *manifest = g_build_filename (inside, "manifest.json", NULL);
  g_autofree char *payload = g_build_filename (inside, "payload", NULL);
  g_autofree char *name = g_strdup_printf ("%s-%s.avx", id, version);
  char *path = g_build_filename (folder, name, NULL);
  g_autofree char *text
      = g_strdup_printf ("{\"schema\":1,\"id\":\"%s\",\"version\":\"%s\",\"kind\":\"%s\",\"license\":\"MIT\","
                         "\"publisher\":\"Example\",\"name\":\"%s\",\"summary\":\"A test\",\"engines\":{%s}%s%s}",
                         id, version, more != NULL && strstr (more, "platforms") != NULL ? "code" : "content", id,
                         more != NULL && strstr (more, "platforms") != NULL ? "\"protocol\":1" : "", more != NULL ? "," : "",
                         more != NULL ? more : "");
  g_autoptr (GError) error = NULL;

  g_file_set_contents (manifest, text, -1, &error);
  g_assert_no_error (error);
  g_file_set_contents (payload, version, -1, &error);
  g_assert_no_error (error);
  avb_package_write (inside, path, &error);
  g_assert_no_error (error);
  avb_test_remove_folder (inside);
  return path;
}

static JsonArray *
find_versions (MarketRig *self, const char *id)
{
  JsonObject *entry;

  for (guint i = 0; i < json_array_get_length (self->entries); i++)
    {
      entry = json_array_get_object_element (self->entries, i);
      if (g_str_equal (json_object_get_string_member (entry, "id"), id))
        return json_object_get_array_member (entry, "versions");
    }
  entry = json_object_new ();
  json_object_set_string_member (entry, "id", id);
  json_object_set_array_member (entry, "versions", json_array_new ());
  json_array_add_object_element (self->entries, entry);
  return json_object_get_array_member (entry, "versions");
}

JsonObject *
market_rig_find (MarketRig *self, const char *id, guint i)
{
  return json_array_get_object_element (find_versions (self, id), i);
}

char *
market_rig_add (MarketRig *self, const char *id, const char *version, const char *more, AvbSigningKey *key)
{
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *path = market_rig_make_package (folder, id, version, more);
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbPackage) package = avb_package_read (path, NULL, NULL, NULL, &error);
  JsonObject *object = json_object_new ();
  AvbPackageSignature signature;
  g_autofree char *public = NULL;
  g_autofree char *sig = NULL;
  g_autofree char *name = NULL;
  g_autofree char *released = avb_metadata_format_time (self->now);
  g_autoptr (GBytes) bytes = NULL;
  char *text;
  gsize length;

  g_assert_no_error (error);
  avb_package_signature_make (&signature, key != NULL ? key : self->publisher, avb_package_get_sha256 (package));
  public = avb_public_key_dup_text (&signature.key);
  sig = avb_package_signature_dup_signature (&signature);
  json_object_set_object_member (object, "manifest",
                                 json_object_ref (avb_extension_manifest_get_json (avb_package_get_manifest (package))));
  json_object_set_string_member (object, "sha256", avb_package_get_sha256 (package));
  json_object_set_int_member (object, "size", avb_package_get_length (package));
  json_object_set_string_member (object, "released", released);
  json_object_set_string_member (object, "key", public);
  json_object_set_string_member (object, "signature", sig);
  json_array_add_object_element (find_versions (self, id), object);
  g_file_get_contents (path, &text, &length, &error);
  g_assert_no_error (error);
  bytes = g_bytes_new_take (text, length);
  name = g_strdup_printf ("pkgs/%s.avx", avb_package_get_sha256 (package));
  market_rig_set (self, name, bytes);
  avb_test_remove_folder (folder);
  return g_strdup (avb_package_get_sha256 (package));
}

char *
market_rig_add_media (MarketRig *self, gsize length)
{
  guint8 *data = g_malloc (length);
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *name = NULL;
  char *sha256;

  for (gsize i = 0; i < length; i++)
    data[i] = g_test_rand_int ();
  bytes = g_bytes_new_take (data, length);
  sha256 = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  name = g_strconcat ("media/", sha256, NULL);
  market_rig_set (self, name, bytes);
  return sha256;
}

char *
market_rig_write (MarketRig *self, const char *folder)
{
  GHashTableIter iter;
  gpointer name;
  gpointer bytes;

  g_hash_table_iter_init (&iter, self->files);
  while (g_hash_table_iter_next (&iter, &name, &bytes))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *parent = g_path_get_dirname (path);
      g_autoptr (GError) error = NULL;

      g_mkdir_with_parents (parent, 0755);
      g_file_set_contents (path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), &error);
      g_assert_no_error (error);
    }
  return g_filename_to_uri (folder, NULL, NULL);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "sdk/avx-market/market-work.h"

#include <glib/gstdio.h>
#include <string.h>

#include "app/extensions/avb-json.h"
#include "app/extensions/avb-semver.h"
#include "app/marketplace/avb-revocation.h"

#define MAX_FILE (64 * 1024 * 1024)

static const char *const folders[] = { "keys", "roots", "pkgs", "media" };

char *
market_work_path (MarketWork *self, const char *folder, const char *name)
{
  return folder != NULL ? g_build_filename (self->folder, folder, name, NULL) : g_build_filename (self->folder, name, NULL);
}

void
market_work_free (MarketWork *self)
{
  g_free (self->folder);
  g_clear_pointer (&self->market, json_node_unref);
  g_clear_pointer (&self->entries, json_node_unref);
  g_clear_pointer (&self->revocations, json_node_unref);
  g_free (self);
}

/* --- files --- */

static JsonNode *
read_json (MarketWork *self, const char *name, const char *array, GError **error)
{
  g_autofree char *path = market_work_path (self, NULL, name);
  g_autoptr (GBytes) bytes = market_read (path, error);
  g_autoptr (JsonNode) node = NULL;

  if (bytes != NULL)
    node = avb_json_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), MAX_FILE, error);
  if (node == NULL || avb_json_get_root (node, error) == NULL ||
      (array != NULL && avb_json_get_array (json_node_get_object (node), array, G_MAXUINT, error) == NULL))
    {
      g_prefix_error (error, "%s: ", path);
      return NULL;
    }
  return g_steal_pointer (&node);
}

static gboolean
write_json (MarketWork *self, const char *name, JsonNode *node, GError **error)
{
  g_autofree char *path = market_work_path (self, NULL, name);
  g_autofree char *text = json_to_string (node, TRUE);
  g_autofree char *line = g_strconcat (text, "\n", NULL);

  return market_write_text (path, line, error);
}

MarketWork *
market_work_open (const char *folder, GError **error)
{
  g_autoptr (MarketWork) self = g_new0 (MarketWork, 1);

  self->folder = g_strdup (folder);
  self->market = read_json (self, "market.json", NULL, error);
  self->entries = self->market != NULL ? read_json (self, "entries.json", "entries", error) : NULL;
  self->revocations = self->entries != NULL ? read_json (self, "revocations.json", "revocations", error) : NULL;
  return self->revocations != NULL ? g_steal_pointer (&self) : NULL;
}

gboolean
market_work_save (MarketWork *self, GError **error)
{
  return write_json (self, "entries.json", self->entries, error) &&
         write_json (self, "revocations.json", self->revocations, error) &&
         write_json (self, "market.json", self->market, error);
}

guint
market_work_get_version (MarketWork *self, AvbMetadataKind kind)
{
  return json_object_get_int_member_with_default (json_node_get_object (self->market), avb_metadata_kind_to_text (kind), 0);
}

guint
market_work_next_version (MarketWork *self, AvbMetadataKind kind)
{
  guint version = market_work_get_version (self, kind) + 1;

  json_object_set_int_member (json_node_get_object (self->market), avb_metadata_kind_to_text (kind), version);
  return version;
}

AvbSigningKey *
market_work_load_key (MarketWork *self, const char *name, GError **error)
{
  g_autofree char *file = g_strconcat (name, ".key", NULL);
  g_autofree char *path = market_work_path (self, "keys", file);

  return avb_signing_key_load (path, error);
}

/* --- roots --- */

static void
add_role (JsonObject *roles, JsonObject *keys, const char *name, guint threshold, AvbSigningKey **signers, guint n)
{
  JsonObject *role = json_object_new ();
  JsonArray *ids = json_array_new ();

  for (guint i = 0; i < n; i++)
    {
      const AvbPublicKey *public = avb_signing_key_get_public (signers[i]);
      g_autofree char *id = avb_public_key_dup_id (public);
      g_autofree char *hex = avb_public_key_dup_hex (public);
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

typedef struct {
  AvbSigningKey *root[MARKET_ROOT_KEYS];
  AvbSigningKey *catalog;
  AvbSigningKey *timestamp;
} Keys;

static void
keys_clear (Keys *self)
{
  for (guint i = 0; i < MARKET_ROOT_KEYS; i++)
    g_clear_pointer (&self->root[i], avb_signing_key_free);
  g_clear_pointer (&self->catalog, avb_signing_key_free);
  g_clear_pointer (&self->timestamp, avb_signing_key_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Keys, keys_clear)

static gboolean
load_keys (MarketWork *self, Keys *keys, GError **error)
{
  for (guint i = 0; i < MARKET_ROOT_KEYS; i++)
    {
      g_autofree char *name = g_strdup_printf ("root-%u", i + 1);

      keys->root[i] = market_work_load_key (self, name, error);
      if (keys->root[i] == NULL)
        return FALSE;
    }
  keys->catalog = market_work_load_key (self, "catalog", error);
  keys->timestamp = keys->catalog != NULL ? market_work_load_key (self, "timestamp", error) : NULL;
  return keys->timestamp != NULL;
}

static gboolean
save_key (MarketWork *self, const char *name, AvbSigningKey *key, GError **error)
{
  g_autofree char *file = g_strconcat (name, ".key", NULL);
  g_autofree char *path = market_work_path (self, "keys", file);

  return avb_signing_key_save (key, path, error);
}

/* @old: (nullable): a root key that is no longer one, and has to sign all the same */
static gboolean
write_root (MarketWork *self, Keys *keys, AvbSigningKey *old, gint64 now, guint days, GError **error)
{
  guint version = market_work_next_version (self, AVB_METADATA_ROOT);
  g_autoptr (JsonObject) payload = market_payload_new (AVB_METADATA_ROOT, version, now, days);
  JsonObject *all = json_object_new ();
  JsonObject *roles = json_object_new ();
  g_autofree char *name = g_strdup_printf ("%u.root.json", version);
  g_autofree char *path = market_work_path (self, "roots", name);
  g_autoptr (GBytes) bytes = NULL;

  add_role (roles, all, "root", MARKET_ROOT_THRESHOLD, keys->root, MARKET_ROOT_KEYS);
  add_role (roles, all, "catalog", 1, &keys->catalog, 1);
  add_role (roles, all, "timestamp", 1, &keys->timestamp, 1);
  json_object_set_object_member (payload, "keys", all);
  json_object_set_object_member (payload, "roles", roles);
  json_object_set_string_member (payload, "title",
                                 json_object_get_string_member (json_node_get_object (self->market), "title"));
  bytes = market_sign (payload, keys->root[0], keys->root[1], keys->root[2], old, NULL);
  return market_write (path, bytes, error);
}

static JsonNode *
new_list (const char *name)
{
  JsonNode *node = json_node_alloc ();
  JsonObject *object = json_object_new ();

  json_object_set_array_member (object, name, json_array_new ());
  json_node_init_object (node, object);
  json_object_unref (object);
  return node;
}

MarketWork *
market_work_init (const char *folder, const char *title, gint64 now, guint root_days, GError **error)
{
  g_autoptr (MarketWork) self = g_new0 (MarketWork, 1);
  g_auto (Keys) keys = { 0 };
  g_autoptr (JsonObject) market = json_object_new ();

  self->folder = g_strdup (folder);
  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = market_work_path (self, NULL, folders[i]);

      if (!market_make_folder (path, error))
        return NULL;
    }
  json_object_set_string_member (market, "title", title);
  self->market = json_node_init_object (json_node_alloc (), market);
  self->entries = new_list ("entries");
  self->revocations = new_list ("revocations");
  for (guint i = 0; i < MARKET_ROOT_KEYS; i++)
    {
      g_autofree char *name = g_strdup_printf ("root-%u", i + 1);

      keys.root[i] = avb_signing_key_generate ();
      if (!save_key (self, name, keys.root[i], error))
        return NULL;
    }
  keys.catalog = avb_signing_key_generate ();
  keys.timestamp = avb_signing_key_generate ();
  if (!save_key (self, "catalog", keys.catalog, error) || !save_key (self, "timestamp", keys.timestamp, error) ||
      !write_root (self, &keys, NULL, now, root_days, error) || !market_work_save (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

/* The new key takes the place of the old one, which is kept beside it. */
static gboolean
replace_key (MarketWork *self, const char *name, AvbSigningKey *key, GError **error)
{
  g_autofree char *file = g_strconcat (name, ".key", NULL);
  g_autofree char *retired = g_strdup_printf ("%s.retired-%u", file, market_work_get_version (self, AVB_METADATA_ROOT));
  g_autofree char *from = market_work_path (self, "keys", file);
  g_autofree char *to = market_work_path (self, "keys", retired);

  if (g_rename (from, to) != 0)
    return market_fail (error, "%s can't be renamed", from);
  return avb_signing_key_save (key, from, error);
}

gboolean
market_work_rotate (MarketWork *self, const char *role, gint64 now, guint root_days, GError **error)
{
  g_auto (Keys) keys = { 0 };
  g_autoptr (AvbSigningKey) old = NULL;
  AvbSigningKey **place;
  const char *name = g_str_equal (role, "root") ? "root-1" : role;

  if (!load_keys (self, &keys, error))
    return FALSE;
  place = g_str_equal (role, "root")        ? &keys.root[0]
          : g_str_equal (role, "catalog")   ? &keys.catalog
          : g_str_equal (role, "timestamp") ? &keys.timestamp
                                            : NULL;
  if (place == NULL && !g_str_equal (role, "none"))
    return market_fail (error, "There is no role “%s”", role);
  if (place != NULL)
    {
      old = *place;
      *place = avb_signing_key_generate ();
      if (!replace_key (self, name, *place, error))
        return FALSE;
    }
  return write_root (self, &keys, g_str_equal (role, "root") ? old : NULL, now, root_days, error) &&
         market_work_save (self, error);
}

/* --- revocations --- */

gboolean
market_work_revoke (MarketWork *self,
                    const char *id,
                    const char *versions,
                    const char *sha256,
                    const char *reason,
                    const char *severity,
                    gint64      now,
                    GError    **error)
{
  JsonArray *all = json_object_get_array_member (json_node_get_object (self->revocations), "revocations");
  JsonObject *object;
  AvbRevocationSeverity grade;
  g_autofree char *date = avb_metadata_format_time (now);

  if (versions != NULL && !avb_semver_range_is_valid (versions))
    return market_fail (error, "“%s” is no range of versions", versions);
  if (sha256 != NULL && !avb_metadata_is_sha256 (sha256))
    return market_fail (error, "“%s” is no SHA-256", sha256);
  if (!avb_revocation_severity_parse (severity, &grade))
    return market_fail (error, "“%s” is none of low, medium, high, critical", severity);
  object = json_object_new ();
  json_object_set_string_member (object, "id", id);
  json_object_set_string_member (object, "reason", reason);
  json_object_set_string_member (object, "severity", severity);
  json_object_set_string_member (object, "date", date);
  if (versions != NULL)
    json_object_set_string_member (object, "versions", versions);
  if (sha256 != NULL)
    {
      JsonArray *hashes = json_array_new ();

      json_array_add_string_element (hashes, sha256);
      json_object_set_array_member (object, "sha256", hashes);
    }
  json_array_add_object_element (all, object);
  return market_work_save (self, error);
}

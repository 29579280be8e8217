/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/marketplace/avb-metadata.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "app/extensions/avb-json.h"
#include "backends/avb-error.h"

#define MAX_KEYS 64

/* 0001-01-01 … 9999-12-31: what GDateTime knows */
#define TIME_LENGTH 20

static const char *const kinds[AVB_METADATA_N_KINDS] = { "root", "timestamp", "catalog", "revocations" };

const char *
avb_metadata_kind_to_text (AvbMetadataKind kind)
{
  g_assert (kind < AVB_METADATA_N_KINDS);

  return kinds[kind];
}

static void set_invalid (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
set_invalid (GError **error, const char *format, ...)
{
  g_autofree char *details = NULL;
  va_list list;

  va_start (list, format);
  details = g_strdup_vprintf (format, list);
  va_end (list);
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, details,
                                           _("The metadata of this marketplace is not as it must be.")));
}

gboolean
avb_metadata_is_sha256 (const char *text)
{
  return text != NULL && strlen (text) == 64 && strspn (text, "0123456789abcdef") == 64;
}

gboolean
avb_metadata_parse_time (const char *text, gint64 *time)
{
  g_autoptr (GDateTime) date = NULL;

  if (text == NULL || strlen (text) != TIME_LENGTH || text[10] != 'T' || text[TIME_LENGTH - 1] != 'Z')
    return FALSE;
  date = g_date_time_new_from_iso8601 (text, NULL);
  if (date == NULL)
    return FALSE;
  *time = g_date_time_to_unix (date);
  return TRUE;
}

char *
avb_metadata_format_time (gint64 time)
{
  g_autoptr (GDateTime) date = g_date_time_new_from_unix_utc (time);

  return date != NULL ? g_date_time_format (date, "%Y-%m-%dT%H:%M:%SZ") : NULL;
}

static gboolean
get_time (JsonObject *object, const char *member, gint64 *time, GError **error)
{
  if (avb_metadata_parse_time (avb_json_get_string (object, member, TIME_LENGTH, NULL), time))
    return TRUE;
  set_invalid (error, "%s is no time", member);
  return FALSE;
}

JsonNode *
avb_metadata_parse (GBytes *payload, AvbMetadataKind kind, AvbMetadataHead *head, GError **error)
{
  gsize length;
  const char *text = g_bytes_get_data (payload, &length);
  g_autoptr (JsonNode) node = avb_json_parse (text, length, AVB_METADATA_MAX_CATALOG_UNPACKED, error);
  JsonObject *object;
  gint64 version;
  gint64 format;

  if (node == NULL)
    return NULL;
  object = avb_json_get_root (node, NULL);
  if (object == NULL || g_strcmp0 (avb_json_get_string (object, "type", 32, NULL), kinds[kind]) != 0)
    {
      set_invalid (error, "this is no %s", kinds[kind]);
      return NULL;
    }
  if (!avb_json_get_int (object, "format", AVB_METADATA_FORMAT, AVB_METADATA_FORMAT, &format, error) ||
      !avb_json_get_int (object, "version", 1, AVB_METADATA_MAX_VERSION, &version, error) ||
      !get_time (object, "issued", &head->issued, error) || !get_time (object, "expires", &head->expires, error))
    return NULL;
  head->version = version;
  return g_steal_pointer (&node);
}

/* --- root --- */

/* The key that @id is the ID of; FALSE without @error: one of an algorithm that nobody knows here. */
static gboolean
find_key (JsonObject *keys, const char *id, AvbPublicKey *key, GError **error)
{
  JsonObject *object = avb_json_get_object (keys, id, NULL);
  const char *type = object != NULL ? avb_json_get_string (object, "type", 64, NULL) : NULL;
  g_autofree char *real_id = NULL;

  if (type == NULL)
    {
      set_invalid (error, "a role has a key that is not there");
      return FALSE;
    }
  if (!g_str_equal (type, "ed25519"))
    return FALSE;
  if (!avb_public_key_parse (key, avb_json_get_string (object, "public", AVB_PUBLIC_KEY_BYTES * 2, NULL)))
    {
      set_invalid (error, "a key is malformed");
      return FALSE;
    }
  /* Else one key could have two names, and count twice. */
  real_id = avb_public_key_dup_id (key);
  if (g_str_equal (real_id, id))
    return TRUE;
  set_invalid (error, "a key has a wrong ID");
  return FALSE;
}

static AvbKeyRing *
parse_role (JsonObject *object, const char *name, GError **error)
{
  JsonObject *roles = avb_json_get_object (object, "roles", NULL);
  JsonObject *keys = avb_json_get_object (object, "keys", NULL);
  JsonObject *role = roles != NULL ? avb_json_get_object (roles, name, NULL) : NULL;
  JsonArray *ids = role != NULL ? avb_json_get_array (role, "keyids", MAX_KEYS, NULL) : NULL;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (AvbKeyRing) ring = NULL;
  gint64 threshold;

  if (keys == NULL || ids == NULL ||
      !avb_json_get_int (role, "threshold", 1, MAX_KEYS, &threshold, NULL))
    {
      set_invalid (error, "the role %s is malformed", name);
      return NULL;
    }
  ring = avb_key_ring_new (threshold);
  for (guint i = 0; i < json_array_get_length (ids); i++)
    {
      const char *id = avb_json_get_element_string (ids, i, 64, NULL);
      g_autoptr (GError) failure = NULL;
      AvbPublicKey key;

      if (id == NULL || !g_hash_table_add (seen, (gpointer) id))
        {
          set_invalid (error, "the role %s names a key twice", name);
          return NULL;
        }
      if (find_key (keys, id, &key, &failure))
        avb_key_ring_add (ring, &key);
      else if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
    }
  return g_steal_pointer (&ring);
}

AvbRoot *
avb_root_parse (GBytes *payload, GError **error)
{
  g_autoptr (AvbRoot) self = g_new0 (AvbRoot, 1);
  g_autoptr (JsonNode) node = avb_metadata_parse (payload, AVB_METADATA_ROOT, &self->head, error);
  JsonObject *object;

  if (node == NULL)
    return NULL;
  object = json_node_get_object (node);
  self->title = g_strdup (avb_json_get_string (object, "title", 256, NULL));
  self->root = parse_role (object, "root", error);
  self->catalog = self->root != NULL ? parse_role (object, "catalog", error) : NULL;
  self->timestamp = self->catalog != NULL ? parse_role (object, "timestamp", error) : NULL;
  return self->timestamp != NULL ? g_steal_pointer (&self) : NULL;
}

void
avb_root_free (AvbRoot *self)
{
  g_clear_pointer (&self->root, avb_key_ring_free);
  g_clear_pointer (&self->catalog, avb_key_ring_free);
  g_clear_pointer (&self->timestamp, avb_key_ring_free);
  g_free (self->title);
  g_free (self);
}

/* --- timestamp --- */

static gboolean
parse_file (AvbFileMeta *self, JsonObject *meta, const char *name, gint64 max_length, GError **error)
{
  JsonObject *file = meta != NULL ? avb_json_get_object (meta, name, NULL) : NULL;
  const char *sha256 = file != NULL ? avb_json_get_string (file, "sha256", 64, NULL) : NULL;
  gint64 version;
  gint64 length;

  if (!avb_metadata_is_sha256 (sha256) || !avb_json_get_int (file, "version", 1, AVB_METADATA_MAX_VERSION, &version, NULL) ||
      !avb_json_get_int (file, "length", 1, max_length, &length, NULL))
    {
      set_invalid (error, "the timestamp does not say which %s there is", name);
      return FALSE;
    }
  self->version = version;
  self->length = length;
  memcpy (self->sha256, sha256, sizeof self->sha256);
  return TRUE;
}

gboolean
avb_timestamp_parse (AvbTimestamp *self, GBytes *payload, GError **error)
{
  g_autoptr (JsonNode) node = avb_metadata_parse (payload, AVB_METADATA_TIMESTAMP, &self->head, error);
  JsonObject *meta = node != NULL ? avb_json_get_object (json_node_get_object (node), "meta", NULL) : NULL;

  return node != NULL && parse_file (&self->catalog, meta, "catalog", AVB_METADATA_MAX_CATALOG, error) &&
         parse_file (&self->revocations, meta, "revocations", AVB_METADATA_MAX_REVOCATIONS, error);
}

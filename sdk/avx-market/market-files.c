/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "sdk/avx-market/market-work.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "app/extensions/avb-json.h"
#include "backends/avb-error.h"

#define DAY (24 * 60 * 60)

gboolean
market_fail (GError **error, const char *format, ...)
{
  va_list list;

  va_start (list, format);
  if (error != NULL)
    *error = g_error_new_valist (AVB_ERROR, AVB_ERROR_INVALID, format, list);
  va_end (list);
  return FALSE;
}

GBytes *
market_read (const char *path, GError **error)
{
  char *text;
  gsize length;

  return g_file_get_contents (path, &text, &length, error) ? g_bytes_new_take (text, length) : NULL;
}

gboolean
market_write (const char *path, GBytes *bytes, GError **error)
{
  gsize length;
  const void *data = g_bytes_get_data (bytes, &length);

  return g_file_set_contents_full (path, data, length, G_FILE_SET_CONTENTS_CONSISTENT, 0644, error);
}

gboolean
market_write_text (const char *path, const char *text, GError **error)
{
  return g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT, 0644, error);
}

gboolean
market_make_folder (const char *path, GError **error)
{
  return g_mkdir_with_parents (path, 0755) == 0 || market_fail (error, "%s: %s", path, g_strerror (errno));
}

void
market_remove (const char *path)
{
  g_autoptr (GDir) dir = g_file_test (path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_unlink (child) != 0)
        market_remove (child);
    }
  g_rmdir (path);
}

GBytes *
market_sign (JsonObject *payload, AvbSigningKey *first, ...)
{
  g_autoptr (JsonNode) node = json_node_alloc ();
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (AvbEnvelope) envelope = NULL;
  AvbSigningKey *key;
  char *text;
  va_list keys;

  json_node_init_object (node, payload);
  text = avb_json_canonical (node);
  bytes = g_bytes_new_take (text, strlen (text));
  envelope = avb_envelope_new (bytes);
  va_start (keys, first);
  for (key = first; key != NULL; key = va_arg (keys, AvbSigningKey *))
    avb_envelope_sign (envelope, key);
  va_end (keys);
  return avb_envelope_to_bytes (envelope);
}

JsonObject *
market_payload_new (AvbMetadataKind kind, guint version, gint64 now, guint days)
{
  JsonObject *payload = json_object_new ();
  g_autofree char *issued = avb_metadata_format_time (now);
  g_autofree char *expires = avb_metadata_format_time (now + (gint64) days * DAY);

  json_object_set_string_member (payload, "type", avb_metadata_kind_to_text (kind));
  json_object_set_int_member (payload, "format", AVB_METADATA_FORMAT);
  json_object_set_int_member (payload, "version", version);
  json_object_set_string_member (payload, "issued", issued);
  json_object_set_string_member (payload, "expires", expires);
  return payload;
}

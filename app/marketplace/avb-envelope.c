/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/marketplace/avb-envelope.h"

#include <glib/gi18n-lib.h>
#include <sodium.h>
#include <string.h>

#include "app/extensions/avb-json.h"
#include "app/marketplace/avb-envelope-private.h"
#include "app/marketplace/avb-metadata.h"
#include "backends/avb-error.h"

#define ED25519 "ed25519"

typedef struct {
  char   *key_id;
  char   *algorithm;
  guint8 *bytes;
  gsize   length;
} Signature;

struct _AvbEnvelope {
  GBytes    *payload;
  GPtrArray *signatures; /* of Signature */
};

static void
signature_free (gpointer data)
{
  Signature *self = data;

  g_free (self->key_id);
  g_free (self->algorithm);
  g_free (self->bytes);
  g_free (self);
}

guint8 *
avb_base64_decode (const char *text, gsize length, gsize *out_length)
{
  gsize size = length / 4 * 3 + 3;
  guint8 *bytes = g_malloc (size);

  /* Strict on purpose: g_base64_decode() takes anything, and one signature would have many spellings. */
  if (sodium_base642bin (bytes, size, text, length, NULL, out_length, NULL, sodium_base64_VARIANT_ORIGINAL) == 0)
    return bytes;
  g_free (bytes);
  return NULL;
}

AvbKeyRing *
avb_key_ring_new (guint threshold)
{
  AvbKeyRing *self = g_new0 (AvbKeyRing, 1);

  self->keys = g_ptr_array_new_with_free_func (g_free);
  self->threshold = threshold;
  return self;
}

void
avb_key_ring_free (AvbKeyRing *self)
{
  g_ptr_array_unref (self->keys);
  g_free (self);
}

gboolean
avb_key_ring_add (AvbKeyRing *self, const AvbPublicKey *key)
{
  if (g_ptr_array_find_with_equal_func (self->keys, key, (GEqualFunc) avb_public_key_equal, NULL))
    return FALSE;
  g_ptr_array_add (self->keys, g_memdup2 (key, sizeof *key));
  return TRUE;
}

AvbEnvelope *
avb_envelope_new (GBytes *payload)
{
  AvbEnvelope *self = g_new0 (AvbEnvelope, 1);

  self->payload = g_bytes_ref (payload);
  self->signatures = g_ptr_array_new_with_free_func (signature_free);
  return self;
}

void
avb_envelope_free (AvbEnvelope *self)
{
  g_bytes_unref (self->payload);
  g_ptr_array_unref (self->signatures);
  g_free (self);
}

GBytes *
avb_envelope_get_payload (AvbEnvelope *self)
{
  return self->payload;
}

static void
set_invalid (GError **error, const char *details)
{
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, details, _("This file holds no signed metadata.")));
}

static Signature *
find_signature (AvbEnvelope *self, const char *key_id)
{
  for (guint i = 0; i < self->signatures->len; i++)
    {
      Signature *signature = g_ptr_array_index (self->signatures, i);

      if (g_str_equal (signature->key_id, key_id))
        return signature;
    }
  return NULL;
}

static gboolean
add_signature (AvbEnvelope *self, JsonObject *object, GError **error)
{
  const char *key_id = object != NULL ? avb_json_get_string (object, "keyid", 64, NULL) : NULL;
  const char *algorithm = object != NULL ? avb_json_get_string (object, "alg", 64, NULL) : NULL;
  const char *text = object != NULL ? avb_json_get_string (object, "sig", 16384, NULL) : NULL;
  Signature *signature;

  if (key_id == NULL || algorithm == NULL || text == NULL || !avb_metadata_is_sha256 (key_id))
    {
      set_invalid (error, "a signature has no keyid, alg or sig");
      return FALSE;
    }
  if (find_signature (self, key_id) != NULL)
    {
      set_invalid (error, "the same key is there twice");
      return FALSE;
    }
  signature = g_new0 (Signature, 1);
  signature->key_id = g_strdup (key_id);
  signature->algorithm = g_strdup (algorithm);
  g_ptr_array_add (self->signatures, signature);
  signature->bytes = avb_base64_decode (text, strlen (text), &signature->length);
  if (signature->bytes == NULL)
    set_invalid (error, "a signature is not base64");
  return signature->bytes != NULL;
}

AvbEnvelope *
avb_envelope_parse (GBytes *bytes, gsize max_length, GError **error)
{
  g_autoptr (AvbEnvelope) self = NULL;
  g_autoptr (GBytes) payload = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object;
  JsonArray *array;
  const char *text;
  guint8 *data;
  gsize length;

  if (g_bytes_get_size (bytes) > max_length)
    {
      set_invalid (error, "too large");
      return NULL;
    }
  node = avb_json_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), max_length, error);
  if (node == NULL)
    return NULL;
  object = avb_json_get_root (node, NULL);
  array = object != NULL ? avb_json_get_array (object, "signatures", AVB_ENVELOPE_MAX_SIGNATURES, NULL) : NULL;
  text = array != NULL ? avb_json_get_string (object, "payload", max_length, NULL) : NULL;
  data = text != NULL ? avb_base64_decode (text, strlen (text), &length) : NULL;
  if (data == NULL)
    {
      set_invalid (error, "no payload, or not as many signatures");
      return NULL;
    }
  payload = g_bytes_new_take (data, length);
  self = avb_envelope_new (payload);
  for (guint i = 0; i < json_array_get_length (array); i++)
    if (!add_signature (self, avb_json_get_element_object (array, i, NULL), error))
      return NULL;
  return g_steal_pointer (&self);
}

static gboolean
is_signed_by (AvbEnvelope *self, const AvbPublicKey *key)
{
  g_autofree char *key_id = avb_public_key_dup_id (key);
  Signature *signature = find_signature (self, key_id);
  gsize length;
  const void *data = g_bytes_get_data (self->payload, &length);

  return signature != NULL && g_str_equal (signature->algorithm, ED25519) &&
         avb_public_key_verify (key, data, length, signature->bytes, signature->length);
}

guint
avb_envelope_count_signed (AvbEnvelope *self, AvbKeyRing *ring)
{
  guint n = 0;

  for (guint i = 0; i < ring->keys->len; i++)
    n += is_signed_by (self, g_ptr_array_index (ring->keys, i));
  return n;
}

gboolean
avb_envelope_verify (AvbEnvelope *self, AvbKeyRing *ring)
{
  return ring->threshold > 0 && avb_envelope_count_signed (self, ring) >= ring->threshold;
}

void
avb_envelope_sign (AvbEnvelope *self, AvbSigningKey *key)
{
  g_autofree char *key_id = avb_public_key_dup_id (avb_signing_key_get_public (key));
  Signature *signature = find_signature (self, key_id);
  gsize length;
  const void *data = g_bytes_get_data (self->payload, &length);

  if (signature == NULL)
    {
      signature = g_new0 (Signature, 1);
      signature->key_id = g_steal_pointer (&key_id);
      g_ptr_array_add (self->signatures, signature);
    }
  g_set_str (&signature->algorithm, ED25519);
  g_free (signature->bytes);
  signature->length = AVB_SIGNATURE_BYTES;
  signature->bytes = g_malloc (AVB_SIGNATURE_BYTES);
  avb_signing_key_sign (key, data, length, signature->bytes);
}

GBytes *
avb_envelope_to_bytes (AvbEnvelope *self)
{
  g_autoptr (JsonNode) node = json_node_alloc ();
  JsonObject *object = json_object_new ();
  JsonArray *array = json_array_new ();
  gsize length;
  const guint8 *data = g_bytes_get_data (self->payload, &length);
  g_autofree char *payload = g_base64_encode (data, length);
  char *text;

  json_object_set_string_member (object, "payload", payload);
  for (guint i = 0; i < self->signatures->len; i++)
    {
      Signature *signature = g_ptr_array_index (self->signatures, i);
      JsonObject *item = json_object_new ();
      g_autofree char *sig = g_base64_encode (signature->bytes, signature->length);

      json_object_set_string_member (item, "keyid", signature->key_id);
      json_object_set_string_member (item, "alg", signature->algorithm);
      json_object_set_string_member (item, "sig", sig);
      json_array_add_object_element (array, item);
    }
  json_object_set_array_member (object, "signatures", array);
  json_node_init_object (node, object);
  json_object_unref (object);
  text = avb_json_canonical (node);
  return g_bytes_new_take (text, strlen (text));
}

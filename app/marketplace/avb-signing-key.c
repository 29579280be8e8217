/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/marketplace/avb-signing-key.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>

#include "app/extensions/avb-json.h"
#include "backends/avb-error.h"
#include "backends/avb-posix.h"

#define PREFIX "ed25519:"
#define MAX_FILE 4096

G_STATIC_ASSERT (AVB_PUBLIC_KEY_BYTES == crypto_sign_PUBLICKEYBYTES);
G_STATIC_ASSERT (AVB_SIGNATURE_BYTES == crypto_sign_BYTES);

struct _AvbSigningKey {
  AvbPublicKey public;
  guint8       secret[crypto_sign_SECRETKEYBYTES];
};

static void
start (void)
{
  /* Also where another thread did; fails only where there is no randomness, and then it aborts by itself. */
  if (sodium_init () < 0)
    g_error ("libsodium does not start");
}

static char *
to_hex (const guint8 *bytes, gsize length)
{
  char *text = g_malloc (length * 2 + 1);

  return sodium_bin2hex (text, length * 2 + 1, bytes, length);
}

static gboolean
from_hex (const char *text, guint8 *bytes, gsize length)
{
  if (strlen (text) != length * 2 || strspn (text, "0123456789abcdef") != length * 2)
    return FALSE;
  return sodium_hex2bin (bytes, length, text, length * 2, NULL, NULL, NULL) == 0;
}

gboolean
avb_public_key_parse (AvbPublicKey *self, const char *text)
{
  if (text == NULL)
    return FALSE;
  if (g_str_has_prefix (text, PREFIX))
    text += strlen (PREFIX);
  return from_hex (text, self->bytes, sizeof self->bytes);
}

char *
avb_public_key_dup_hex (const AvbPublicKey *self)
{
  return to_hex (self->bytes, sizeof self->bytes);
}

char *
avb_public_key_dup_text (const AvbPublicKey *self)
{
  g_autofree char *hex = avb_public_key_dup_hex (self);

  return g_strconcat (PREFIX, hex, NULL);
}

char *
avb_public_key_dup_id (const AvbPublicKey *self)
{
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, self->bytes, sizeof self->bytes);
}

char *
avb_public_key_dup_fingerprint (const AvbPublicKey *self)
{
  g_autofree char *id = avb_public_key_dup_id (self);
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < 32; i += 4)
    g_string_append_printf (text, "%s%.4s", i > 0 ? " " : "", id + i);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

gboolean
avb_public_key_equal (const AvbPublicKey *a, const AvbPublicKey *b)
{
  return memcmp (a->bytes, b->bytes, sizeof a->bytes) == 0;
}

gboolean
avb_public_key_verify (const AvbPublicKey *self,
                       const void         *data,
                       gsize               length,
                       const guint8       *signature,
                       gsize               signature_length)
{
  start ();
  return signature_length == crypto_sign_BYTES &&
         crypto_sign_verify_detached (signature, data, length, self->bytes) == 0;
}

AvbSigningKey *
avb_signing_key_generate (void)
{
  AvbSigningKey *self = g_new0 (AvbSigningKey, 1);

  start ();
  crypto_sign_keypair (self->public.bytes, self->secret);
  return self;
}

void
avb_signing_key_free (AvbSigningKey *self)
{
  if (self == NULL)
    return;
  sodium_memzero (self, sizeof *self);
  g_free (self);
}

const AvbPublicKey *
avb_signing_key_get_public (AvbSigningKey *self)
{
  return &self->public;
}

void
avb_signing_key_sign (AvbSigningKey *self, const void *data, gsize length, guint8 signature[AVB_SIGNATURE_BYTES])
{
  start ();
  crypto_sign_detached (signature, NULL, data, length, self->secret);
}

static AvbSigningKey *
parse (const char *text, gsize length, GError **error)
{
  g_autoptr (AvbSigningKey) self = g_new0 (AvbSigningKey, 1);
  g_autoptr (JsonNode) node = avb_json_parse (text, length, MAX_FILE, error);
  guint8 seed[crypto_sign_SEEDBYTES];
  JsonObject *object;
  const char *type;
  const char *secret;

  if (node == NULL)
    return NULL;
  object = avb_json_get_root (node, NULL);
  type = object != NULL ? avb_json_get_string (object, "type", 32, NULL) : NULL;
  secret = object != NULL ? avb_json_get_string (object, "secret", sizeof seed * 2, NULL) : NULL;
  if (g_strcmp0 (type, "ed25519") != 0 || secret == NULL || !from_hex (secret, seed, sizeof seed))
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, _("This file holds no key of this kind.")));
      return NULL;
    }
  start ();
  crypto_sign_seed_keypair (self->public.bytes, self->secret, seed);
  sodium_memzero (seed, sizeof seed);
  return g_steal_pointer (&self);
}

AvbSigningKey *
avb_signing_key_load (const char *path, GError **error)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) native = NULL;
  AvbSigningKey *self;
  gsize length;

  if (!g_file_get_contents (path, &text, &length, &native))
    {
      g_propagate_error (error, avb_error_new (g_error_matches (native, G_FILE_ERROR, G_FILE_ERROR_NOENT)
                                                   ? AVB_ERROR_NOT_FOUND
                                                   : AVB_ERROR_FAILED,
                                               native->message, _("The key “%s” can't be read."), path));
      return NULL;
    }
  self = parse (text, length, error);
  sodium_memzero (text, length);
  return self;
}

gboolean
avb_signing_key_save (AvbSigningKey *self, const char *path, GError **error)
{
  guint8 seed[crypto_sign_SEEDBYTES];
  g_autofree char *public = avb_public_key_dup_hex (&self->public);
  g_autofree char *secret = NULL;
  g_autofree char *text = NULL;
  int fd = open (path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  int code = fd >= 0 ? 0 : errno;
  gsize length;

  crypto_sign_ed25519_sk_to_seed (seed, self->secret);
  secret = to_hex (seed, sizeof seed);
  text = g_strdup_printf ("{\"public\":\"%s\",\"secret\":\"%s\",\"type\":\"ed25519\"}\n", public, secret);
  length = strlen (text);
  if (fd >= 0)
    {
      if (write (fd, text, length) != (ssize_t) length || g_fsync (fd) != 0)
        code = errno != 0 ? errno : ENOSPC;
      close (fd);
    }
  sodium_memzero (seed, sizeof seed);
  sodium_memzero (secret, strlen (secret));
  sodium_memzero (text, length);
  if (code == 0)
    return TRUE;
  g_propagate_error (error, avb_error_new (code == EEXIST ? AVB_ERROR_EXISTS : AVB_ERROR_FAILED, g_strerror (code),
                                           _("The key “%s” can't be written."), path));
  return FALSE;
}

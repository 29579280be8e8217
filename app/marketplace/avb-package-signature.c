/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/marketplace/avb-package-signature.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "app/extensions/avb-json.h"
#include "app/marketplace/avb-envelope-private.h"
#include "backends/avb-error.h"

#define MAX_FILE 1024

static char *
dup_message (const char *sha256)
{
  return g_strdup_printf ("alpha-vbox package 1\n%s\n", sha256);
}

void
avb_package_signature_make (AvbPackageSignature *self, AvbSigningKey *key, const char *sha256)
{
  g_autofree char *message = dup_message (sha256);

  self->key = *avb_signing_key_get_public (key);
  avb_signing_key_sign (key, message, strlen (message), self->bytes);
}

gboolean
avb_package_signature_verify (const AvbPackageSignature *self, const char *sha256)
{
  g_autofree char *message = dup_message (sha256);

  return avb_public_key_verify (&self->key, message, strlen (message), self->bytes, sizeof self->bytes);
}

gboolean
avb_package_signature_set (AvbPackageSignature *self, const char *key, const char *signature, GError **error)
{
  gsize length = 0;
  g_autofree guint8 *bytes = signature != NULL ? avb_base64_decode (signature, strlen (signature), &length) : NULL;

  if (!avb_public_key_parse (&self->key, key) || bytes == NULL || length != sizeof self->bytes)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL,
                                               _("What should be the publisher's signature is none.")));
      return FALSE;
    }
  memcpy (self->bytes, bytes, sizeof self->bytes);
  return TRUE;
}

gboolean
avb_package_signature_parse (AvbPackageSignature *self, const char *text, gsize length, GError **error)
{
  g_autoptr (JsonNode) node = avb_json_parse (text, length, MAX_FILE, error);
  JsonObject *object = node != NULL ? avb_json_get_root (node, NULL) : NULL;
  const char *key = object != NULL ? avb_json_get_string (object, "key", 128, NULL) : NULL;
  const char *signature = object != NULL ? avb_json_get_string (object, "signature", 128, NULL) : NULL;

  return node != NULL && avb_package_signature_set (self, key, signature, error);
}

char *
avb_package_signature_dup_signature (const AvbPackageSignature *self)
{
  return g_base64_encode (self->bytes, sizeof self->bytes);
}

char *
avb_package_signature_dup_text (const AvbPackageSignature *self)
{
  g_autofree char *key = avb_public_key_dup_text (&self->key);
  g_autofree char *signature = avb_package_signature_dup_signature (self);

  return g_strdup_printf ("{\"key\":\"%s\",\"signature\":\"%s\"}\n", key, signature);
}

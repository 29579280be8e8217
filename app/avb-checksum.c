/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-checksum.h"

#include <gnutls/crypto.h>

#define MAX_DIGEST 64

struct _AvbChecksum {
  gnutls_digest_algorithm_t algorithm;
  gnutls_hash_hd_t          hash; /* (nullable): it is closed */
  char                      text[2 * MAX_DIGEST + 1];
};

AvbChecksum *
avb_checksum_new (GChecksumType type)
{
  static const gnutls_digest_algorithm_t algorithms[] = {
    [G_CHECKSUM_SHA1] = GNUTLS_DIG_SHA1,     [G_CHECKSUM_SHA256] = GNUTLS_DIG_SHA256,
    [G_CHECKSUM_SHA384] = GNUTLS_DIG_SHA384, [G_CHECKSUM_SHA512] = GNUTLS_DIG_SHA512,
  };
  AvbChecksum *self;

  g_return_val_if_fail (type < G_N_ELEMENTS (algorithms) && algorithms[type] != GNUTLS_DIG_UNKNOWN, NULL);

  self = g_new0 (AvbChecksum, 1);
  self->algorithm = algorithms[type];
  /* It fails only without memory, where GLib ends a program. */
  if (gnutls_hash_init (&self->hash, self->algorithm) != 0)
    g_error ("GnuTLS lacks a checksum");
  return self;
}

void
avb_checksum_free (AvbChecksum *self)
{
  if (self->hash != NULL)
    gnutls_hash_deinit (self->hash, NULL);
  g_free (self);
}

void
avb_checksum_update (AvbChecksum *self, const void *data, gsize length)
{
  g_return_if_fail (self != NULL && self->hash != NULL);

  gnutls_hash (self->hash, data, length);
}

const char *
avb_checksum_get_string (AvbChecksum *self)
{
  guint8 digest[MAX_DIGEST];
  guint length;

  g_return_val_if_fail (self != NULL, NULL);

  if (self->hash == NULL)
    return self->text;
  length = gnutls_hash_get_len (self->algorithm);
  gnutls_hash_deinit (self->hash, digest);
  self->hash = NULL;
  for (guint i = 0; i < length; i++)
    g_snprintf (self->text + 2 * i, 3, "%02x", digest[i]);
  return self->text;
}

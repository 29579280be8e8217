/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define AVB_PUBLIC_KEY_BYTES 32
#define AVB_SIGNATURE_BYTES 64

/* Ed25519 (RFC 8032) by libsodium. Everything here may be called on any thread. */

typedef struct {
  guint8 bytes[AVB_PUBLIC_KEY_BYTES];
} AvbPublicKey;

/* "ed25519:" and 64 hexadecimal digits, or the digits alone; lower case only, so that one key has one spelling. */
gboolean avb_public_key_parse    (AvbPublicKey *self, const char *text);
/* (transfer full): the 64 digits. avb_public_key_dup_text() puts "ed25519:" before them. */
char    *avb_public_key_dup_hex  (const AvbPublicKey *self);
char    *avb_public_key_dup_text (const AvbPublicKey *self);
/* (transfer full): SHA-256 of the key's 32 bytes in hexadecimal: what metadata calls it by. */
char    *avb_public_key_dup_id   (const AvbPublicKey *self);
/* (transfer full): for people to compare: the first 32 digits of its ID in groups of four. */
char    *avb_public_key_dup_fingerprint (const AvbPublicKey *self);
gboolean avb_public_key_equal    (const AvbPublicKey *a, const AvbPublicKey *b);
gboolean avb_public_key_verify   (const AvbPublicKey *self,
                                  const void         *data,
                                  gsize               length,
                                  const guint8       *signature,
                                  gsize               signature_length);

/* A key pair. Freeing it overwrites the secret. */
typedef struct _AvbSigningKey AvbSigningKey;

AvbSigningKey      *avb_signing_key_generate   (void);
/* (nullable): from what avb_signing_key_save() wrote; %AVB_ERROR_INVALID, %AVB_ERROR_NOT_FOUND. Blocks. */
AvbSigningKey      *avb_signing_key_load       (const char *path, GError **error);
/* Mode 0600; never over a file that is there: %AVB_ERROR_EXISTS. Blocks. */
gboolean            avb_signing_key_save       (AvbSigningKey *self, const char *path, GError **error);
void                avb_signing_key_free       (AvbSigningKey *self);
const AvbPublicKey *avb_signing_key_get_public (AvbSigningKey *self);
void                avb_signing_key_sign       (AvbSigningKey *self,
                                                const void    *data,
                                                gsize          length,
                                                guint8         signature[AVB_SIGNATURE_BYTES]);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbSigningKey, avb_signing_key_free)

G_END_DECLS

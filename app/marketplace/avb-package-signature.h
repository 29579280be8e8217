/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/marketplace/avb-signing-key.h"

G_BEGIN_DECLS

/**
 * AvbPackageSignature:
 *
 * That a publisher stands for a package. What is signed is text that names its purpose and the package's SHA-256, so that
 * no signature of anything else can be taken for it. Beside a package it is a file PACKAGE.sig:
 *
 *   {"key":"ed25519:<64 digits>","signature":"<base64>"}
 *
 * A catalogue's entry holds the same two values. Any thread.
 */
typedef struct {
  AvbPublicKey key;
  guint8       bytes[AVB_SIGNATURE_BYTES];
} AvbPackageSignature;

/* @sha256: 64 digits in lower case */
void     avb_package_signature_make   (AvbPackageSignature *self, AvbSigningKey *key, const char *sha256);
gboolean avb_package_signature_verify (const AvbPackageSignature *self, const char *sha256);

/* @key and @signature as they stand in the file; %AVB_ERROR_INVALID */
gboolean avb_package_signature_set    (AvbPackageSignature *self,
                                       const char          *key,
                                       const char          *signature,
                                       GError             **error);
gboolean avb_package_signature_parse  (AvbPackageSignature *self, const char *text, gsize length, GError **error);
/* (transfer full): the file's text, with a newline at its end */
char    *avb_package_signature_dup_text      (const AvbPackageSignature *self);
/* (transfer full): the base64 of `bytes` */
char    *avb_package_signature_dup_signature (const AvbPackageSignature *self);

G_END_DECLS

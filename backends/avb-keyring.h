/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>
#include <libsecret/secret.h>

G_BEGIN_DECLS

/* Passwords in the desktop's keyring, as futures. Main thread. A desktop without a keyring rejects with
 * %AVB_ERROR_UNAVAILABLE. @attributes: (transfer full), as secret_attributes_build() makes them. */

/* Resolves to a string, %NULL if none is kept. */
DexFuture *avb_keyring_find   (const SecretSchema *schema, GHashTable *attributes) G_GNUC_WARN_UNUSED_RESULT;
/* @label: for who looks into the keyring. Resolves to %TRUE, as the next. */
DexFuture *avb_keyring_keep   (const SecretSchema *schema,
                               GHashTable         *attributes,
                               const char         *label,
                               const char         *password) G_GNUC_WARN_UNUSED_RESULT;
/* Not there already is no error. */
DexFuture *avb_keyring_forget (const SecretSchema *schema, GHashTable *attributes) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

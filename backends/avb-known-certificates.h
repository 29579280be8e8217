/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/* Certificates that the user trusts though nobody vouches for them: one for each host and port, by their
 * fingerprint (SHA-256 in lower-case hexadecimal), in a file of the user's. */

/* Resolves to a string: the fingerprint, %NULL if none is known. */
DexFuture *avb_known_certificates_find (const char *host, guint port) G_GNUC_WARN_UNUSED_RESULT;
/* In place of one that is known. */
DexFuture *avb_known_certificates_keep (const char *host,
                                        guint       port,
                                        const char *fingerprint) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

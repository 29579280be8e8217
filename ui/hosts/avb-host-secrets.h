/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/* Passwords of accounts at hosts in the desktop's keyring. Main thread. A desktop without a keyring rejects with
 * %AVB_ERROR_UNAVAILABLE. */

/* Resolves to a string, %NULL if none is kept. */
DexFuture *avb_host_secrets_find   (const char *host, const char *user) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_host_secrets_keep   (const char *host,
                                    const char *user,
                                    const char *password) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_host_secrets_forget (const char *host, const char *user) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

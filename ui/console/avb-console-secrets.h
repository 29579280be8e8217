/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/* Passwords of displays in the desktop's keyring, one for each machine and host. Main thread. A desktop
 * without a keyring rejects with %AVB_ERROR_UNAVAILABLE. @host is nullable: a machine of this computer. */

/* Resolves to a string, %NULL if none is kept. */
DexFuture *avb_console_secrets_find   (const char *uuid, const char *host) G_GNUC_WARN_UNUSED_RESULT;
/* @machine_name: for who looks into the keyring */
DexFuture *avb_console_secrets_keep   (const char *uuid,
                                       const char *host,
                                       const char *machine_name,
                                       const char *password) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_console_secrets_forget (const char *uuid, const char *host) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

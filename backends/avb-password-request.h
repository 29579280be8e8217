/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-request.h"

G_BEGIN_DECLS

/**
 * AvbPasswordRequest:
 *
 * A display, or a host, asks for a password.
 *
 * Properties, read-only, beside those of #AvbRequest: `attempt` (uint: 1 the first time the user is
 * asked), `wrong` (boolean: the display refused what it was given before), `can-remember` (boolean: there
 * is a keyring), `user` (string, nullable: the account at the host whose password it is; displays know no
 * accounts).
 */
#define AVB_TYPE_PASSWORD_REQUEST (avb_password_request_get_type ())
G_DECLARE_FINAL_TYPE (AvbPasswordRequest, avb_password_request, AVB, PASSWORD_REQUEST, AvbRequest)

AvbPasswordRequest *avb_password_request_new (const char *machine_name,
                                              const char *host,
                                              guint       attempt,
                                              gboolean    wrong,
                                              gboolean    can_remember);
/* @user is asked for by @host itself, not by a machine's display */
AvbPasswordRequest *avb_password_request_new_for_host (const char *user,
                                                       const char *host,
                                                       guint       attempt,
                                                       gboolean    wrong);

guint       avb_password_request_get_attempt      (AvbPasswordRequest *self);
gboolean    avb_password_request_get_wrong        (AvbPasswordRequest *self);
gboolean    avb_password_request_get_can_remember (AvbPasswordRequest *self);

const char *avb_password_request_get_user         (AvbPasswordRequest *self); /* (nullable) */
/* The longest password that can be carried: 60 for SPICE. */
gsize       avb_password_request_get_max_bytes    (AvbPasswordRequest *self);

/* @password: not too long. @remember: keep it in the keyring if it is right. */
void        avb_password_request_give             (AvbPasswordRequest *self,
                                                   const char         *password,
                                                   gboolean            remember);
/* (nullable): what was given */
const char *avb_password_request_get_password     (AvbPasswordRequest *self);
gboolean    avb_password_request_get_remember     (AvbPasswordRequest *self);

G_END_DECLS

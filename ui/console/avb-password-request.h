/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "ui/console/avb-console-request.h"

G_BEGIN_DECLS

/* The longest password that SPICE can carry, in bytes. */
#define AVB_PASSWORD_MAX_BYTES 60

/**
 * AvbPasswordRequest:
 *
 * A display asks for a password.
 *
 * Properties, read-only, beside those of #AvbConsoleRequest: `attempt` (uint: 1 the first time the user is
 * asked), `wrong` (boolean: the display refused what it was given before), `can-remember` (boolean: there
 * is a keyring).
 */
#define AVB_TYPE_PASSWORD_REQUEST (avb_password_request_get_type ())
G_DECLARE_FINAL_TYPE (AvbPasswordRequest, avb_password_request, AVB, PASSWORD_REQUEST, AvbConsoleRequest)

AvbPasswordRequest *avb_password_request_new (const char *machine_name,
                                              const char *host,
                                              guint       attempt,
                                              gboolean    wrong,
                                              gboolean    can_remember);

guint       avb_password_request_get_attempt      (AvbPasswordRequest *self);
gboolean    avb_password_request_get_wrong        (AvbPasswordRequest *self);
gboolean    avb_password_request_get_can_remember (AvbPasswordRequest *self);

/* @password: at most %AVB_PASSWORD_MAX_BYTES. @remember: keep it in the keyring if it is right. */
void        avb_password_request_give             (AvbPasswordRequest *self,
                                                   const char         *password,
                                                   gboolean            remember);
/* (nullable): what was given */
const char *avb_password_request_get_password     (AvbPasswordRequest *self);
gboolean    avb_password_request_get_remember     (AvbPasswordRequest *self);

G_END_DECLS

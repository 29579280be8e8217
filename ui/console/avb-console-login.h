/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "ui/console/avb-console-session.h"

G_BEGIN_DECLS

/**
 * AvbConsoleLogin:
 *
 * The password of one machine's display, over all attempts to connect: its definition's own where that is
 * known, then the one in the keyring, then what the user gives. A kept one that is refused is forgotten.
 * Main thread.
 *
 * Signals: `ready`: there is another password to try; `asks` (#AvbPasswordRequest): the user must be
 * asked; `cancelled`: the user does not know it.
 */
#define AVB_TYPE_CONSOLE_LOGIN (avb_console_login_get_type ())
G_DECLARE_FINAL_TYPE (AvbConsoleLogin, avb_console_login, AVB, CONSOLE_LOGIN, GObject)

/* For the machine of @session, which connects again with another password and passes the questions on until
 * it is disposed of. @cancelled: of its kind: (#AvbConsoleLogin, @session) */
AvbConsoleLogin *avb_console_login_new      (AvbConsoleSession *session, GCallback cancelled);

/* (nullable): what to try with @endpoint now */
const char    *avb_console_login_choose   (AvbConsoleLogin *self, const AvbConsoleEndpoint *endpoint);
/* The display refused it, or asks for one and none was given: a signal follows. */
void           avb_console_login_refused  (AvbConsoleLogin *self);
/* It was right. */
void           avb_console_login_accepted (AvbConsoleLogin *self);
/* A request that is not answered is withdrawn; the next refusal begins from the start. */
void           avb_console_login_reset    (AvbConsoleLogin *self);

G_END_DECLS

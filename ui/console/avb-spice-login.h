/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-machine.h"
#include "backends/avb-password-request.h"

G_BEGIN_DECLS

/**
 * AvbSpiceLogin:
 *
 * The password of one machine's display, over all attempts to connect: its definition's own where that is
 * known, then the one in the keyring, then what the user gives. A kept one that is refused is forgotten.
 * Main thread.
 *
 * Signals: `ready`: there is another password to try; `asks` (#AvbPasswordRequest): the user must be
 * asked; `cancelled`: the user does not know it.
 */
#define AVB_TYPE_SPICE_LOGIN (avb_spice_login_get_type ())
G_DECLARE_FINAL_TYPE (AvbSpiceLogin, avb_spice_login, AVB, SPICE_LOGIN, GObject)

AvbSpiceLogin *avb_spice_login_new      (AvbMachine *machine);

/* (nullable): what to try with @endpoint now */
const char    *avb_spice_login_choose   (AvbSpiceLogin *self, const AvbConsoleEndpoint *endpoint);
/* The display refused it, or asks for one and none was given: a signal follows. */
void           avb_spice_login_refused  (AvbSpiceLogin *self);
/* It was right. */
void           avb_spice_login_accepted (AvbSpiceLogin *self);
/* A request that is not answered is withdrawn; the next refusal begins from the start. */
void           avb_spice_login_reset    (AvbSpiceLogin *self);

G_END_DECLS

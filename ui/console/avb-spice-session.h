/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <spice-client.h>

#include "ui/console/avb-console.h"
#include "ui/console/avb-framebuffer.h"
#include "ui/console/avb-guest-cursor.h"

G_BEGIN_DECLS

/**
 * AvbSpiceSession:
 *
 * The connection to one machine's display for as long as it is wanted: connects when the machine
 * has a console, and again, with growing pauses, when the connection is lost. Each attempt is a new
 * #SpiceSession. Main thread, from main-loop callbacks.
 *
 * Properties, read-only and notifying: `status` (#AvbConsoleStatus), `message` (string, nullable,
 * translated), `inputs` (#SpiceInputsChannel, nullable), `server-mouse` (boolean: the guest has no
 * absolute pointer).
 */
#define AVB_TYPE_SPICE_SESSION (avb_spice_session_get_type ())
G_DECLARE_FINAL_TYPE (AvbSpiceSession, avb_spice_session, AVB, SPICE_SESSION, GObject)

AvbSpiceSession *avb_spice_session_new (AvbMachine *machine);

/* Disconnects for good. To be called before the last reference goes. */
void avb_spice_session_close     (AvbSpiceSession *self);
void avb_spice_session_reconnect (AvbSpiceSession *self);

AvbConsoleStatus    avb_spice_session_get_status       (AvbSpiceSession *self);
const char         *avb_spice_session_get_message      (AvbSpiceSession *self); /* (nullable) */
SpiceInputsChannel *avb_spice_session_get_inputs       (AvbSpiceSession *self); /* (nullable) */
gboolean            avb_spice_session_get_server_mouse (AvbSpiceSession *self);
AvbFramebuffer     *avb_spice_session_get_framebuffer  (AvbSpiceSession *self);
AvbGuestCursor     *avb_spice_session_get_cursor       (AvbSpiceSession *self);

G_END_DECLS

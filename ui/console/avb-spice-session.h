/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <spice-client.h>

#include "backends/avb-request.h"
#include "ui/console/avb-console.h"
#include "ui/console/avb-guest-monitors.h"

G_BEGIN_DECLS

/**
 * AvbSpiceSession:
 *
 * The connection to one machine's display for as long as somebody holds it: connects when the machine
 * has a console, and again, with growing pauses, when the connection is lost. Each attempt is a new
 * #SpiceSession. Main thread, from main-loop callbacks.
 *
 * Everything that shows or serves the machine shares one session: windows of several monitors, the
 * clipboard, USB devices, sound. What uses a channel of its own is a client: it listens to `prepare`
 * and `channel`, and to `notify::main` for what the agent does.
 *
 * Properties, read-only and notifying: `status` (#AvbConsoleStatus), `message` (string, nullable,
 * translated), `inputs` (#SpiceInputsChannel, nullable), `server-mouse` (boolean: the guest has no
 * absolute pointer), `main` (#SpiceMainChannel, nullable: there once it is open, gone when this attempt ends),
 * `agent-connected` (boolean: an agent runs in the guest), `request` (#AvbRequest, nullable: what the user
 * must answer before it goes on, while `status` is %AVB_CONSOLE_ASKING).
 *
 * Signals: `prepare` (#SpiceSession): another attempt begins, nothing is connected yet; `channel`
 * (#SpiceChannel): the server offers a channel that the session itself does not use; see
 * avb_spice_session_take_channel(). `ended`: this attempt's #SpiceSession is being disconnected: drop it and its channels.
 */
#define AVB_TYPE_SPICE_SESSION (avb_spice_session_get_type ())
G_DECLARE_FINAL_TYPE (AvbSpiceSession, avb_spice_session, AVB, SPICE_SESSION, GObject)

/**
 * avb_spice_session_hold:
 *
 * Returns: (transfer full): the machine's session, which is made if nobody holds one; give it back
 *   with avb_spice_session_release()
 */
AvbSpiceSession *avb_spice_session_hold    (AvbMachine *machine);
/* (transfer full): disconnects when nobody else holds it. */
void             avb_spice_session_release (AvbSpiceSession *self);

void avb_spice_session_reconnect (AvbSpiceSession *self);

/* Connects a channel that the session does not use itself. What happens to it later is the taker's
 * business (`channel-event`); the session goes on without it. */
void avb_spice_session_take_channel (AvbSpiceSession *self, SpiceChannel *channel);

AvbMachine         *avb_spice_session_get_machine      (AvbSpiceSession *self);
/* (nullable): of the present attempt */
SpiceSession       *avb_spice_session_get_spice        (AvbSpiceSession *self);
SpiceMainChannel   *avb_spice_session_get_main         (AvbSpiceSession *self); /* (nullable) */
gboolean            avb_spice_session_get_agent_connected (AvbSpiceSession *self);
AvbConsoleStatus    avb_spice_session_get_status       (AvbSpiceSession *self);
const char         *avb_spice_session_get_message      (AvbSpiceSession *self); /* (nullable) */
AvbRequest  *avb_spice_session_get_request      (AvbSpiceSession *self); /* (nullable) */
SpiceInputsChannel *avb_spice_session_get_inputs       (AvbSpiceSession *self); /* (nullable) */
gboolean            avb_spice_session_get_server_mouse (AvbSpiceSession *self);
AvbGuestMonitors   *avb_spice_session_get_monitors     (AvbSpiceSession *self);

G_END_DECLS

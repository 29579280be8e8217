/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <spice-client.h>

#include "ui/console/avb-console-session.h"

G_BEGIN_DECLS

/**
 * AvbSpiceSession:
 *
 * A display that is reached by SPICE. Each attempt to connect is a new #SpiceSession. Main thread, from main-loop
 * callbacks.
 *
 * What uses a channel of its own is a client: it listens to `prepare`
 * and `channel`, and to `notify::main` for what the agent does.
 *
 * Properties, read-only and notifying, beside those of #AvbConsoleSession: `inputs` (#SpiceInputsChannel, nullable),
 * `main` (#SpiceMainChannel, nullable: there once it is open, gone when this attempt ends).
 *
 * Signals: `prepare` (#SpiceSession): another attempt begins, nothing is connected yet; `channel`
 * (#SpiceChannel): the server offers a channel that the session itself does not use; see
 * avb_spice_session_take_channel(). `ended`: this attempt's #SpiceSession is being disconnected: drop it and its channels.
 */
#define AVB_TYPE_SPICE_SESSION (avb_spice_session_get_type ())
G_DECLARE_FINAL_TYPE (AvbSpiceSession, avb_spice_session, AVB, SPICE_SESSION, AvbConsoleSession)

/* Connects a channel that the session does not use itself. What happens to it later is the taker's
 * business (`channel-event`); the session goes on without it. */
void avb_spice_session_take_channel (AvbSpiceSession *self, SpiceChannel *channel);

/* (nullable): of the present attempt */
SpiceSession       *avb_spice_session_get_spice  (AvbSpiceSession *self);
SpiceMainChannel   *avb_spice_session_get_main   (AvbSpiceSession *self); /* (nullable) */
SpiceInputsChannel *avb_spice_session_get_inputs (AvbSpiceSession *self); /* (nullable) */

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <spice-client.h>

#include "backends/avb-machine.h"
#include "backends/avb-certificate-request.h"
#include "ui/console/avb-console-login.h"

G_BEGIN_DECLS

/**
 * AvbSpiceAttempt:
 *
 * One connection to a machine's display, from finding it to its end: makes the #SpiceSession, and opens
 * what each channel talks through. It does not know what the channels are for. Main thread.
 *
 * Signals: `prepare` (#SpiceSession): nothing is connected yet; `channel` (#SpiceChannel): the server
 * offers one; `opened`: the server let us in. How it ends: `lost` (string, translated): another
 * attempt may go better; `failed` (string, translated): another one would end the same way; `refused`: the
 * password was wrong, or there was none; `untrusted` (#AvbCertificateRequest): so is the host; `taken`: the server, which is still there, ended it: so it
 * does to a viewer when another one comes; `other` (int: #AvbConsoleKind): the display is not a SPICE display. The attempt may be ended from within these.
 */
#define AVB_TYPE_SPICE_ATTEMPT (avb_spice_attempt_get_type ())
G_DECLARE_FINAL_TYPE (AvbSpiceAttempt, avb_spice_attempt, AVB, SPICE_ATTEMPT, GObject)

AvbSpiceAttempt *avb_spice_attempt_new   (AvbMachine *machine, AvbConsoleLogin *login);
/* Finds the display and connects to it. */
void             avb_spice_attempt_start (AvbSpiceAttempt *self);
/* No signal comes any more. */
void             avb_spice_attempt_end   (AvbSpiceAttempt *self);

/* To be called with the events of the channels that matter. Returns: whether the attempt is over; it says how
 * once the channel's signal is done with, because a channel must not lose its session there */
gboolean         avb_spice_attempt_channel_event   (AvbSpiceAttempt  *self,
                                                    SpiceChannel     *channel,
                                                    SpiceChannelEvent event);
/* (nullable): while there is one */
SpiceSession    *avb_spice_attempt_get_spice       (AvbSpiceAttempt *self);

G_END_DECLS

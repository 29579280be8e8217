/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <spice-client.h>

G_BEGIN_DECLS

/**
 * AvbAgentGuard:
 *
 * spice-client-glib gathers a message of the guest's agent in memory until it is complete, up to the 4 GiB
 * that a guest may announce, and asks nobody. This watches how much came since the last complete message.
 * Main thread.
 *
 * Signal `exceeded`: it is more than any message that we take has. Once for each channel, from the main
 * loop; the memory is given back with the connection.
 */
#define AVB_TYPE_AGENT_GUARD (avb_agent_guard_get_type ())
G_DECLARE_FINAL_TYPE (AvbAgentGuard, avb_agent_guard, AVB, AGENT_GUARD, GObject)

AvbAgentGuard *avb_agent_guard_new         (void);
/* @channel is nullable. */
void           avb_agent_guard_set_channel (AvbAgentGuard *self, SpiceMainChannel *channel);

G_END_DECLS

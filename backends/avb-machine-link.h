/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-machine.h"

G_BEGIN_DECLS

/**
 * AvbNetworkLink:
 * @AVB_NETWORK_LINK_NONE: the machine has no network interface.
 * @AVB_NETWORK_LINK_DOWN: every interface is as one without its cable.
 * @AVB_NETWORK_LINK_UP: at least one has its cable.
 */
typedef enum {
  AVB_NETWORK_LINK_NONE,
  AVB_NETWORK_LINK_DOWN,
  AVB_NETWORK_LINK_UP,
} AvbNetworkLink;

/* Resolves to an int: #AvbNetworkLink, of the machine as it runs, or of its definition if it is off. */
DexFuture *avb_machine_read_network_link (AvbMachine *self) G_GNUC_WARN_UNUSED_RESULT;
/* Plugs the cables of all interfaces in, or pulls them: at once, and at the next start too. Other
 * settings of the interfaces stay. */
DexFuture *avb_machine_set_network_link  (AvbMachine *self, gboolean up) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

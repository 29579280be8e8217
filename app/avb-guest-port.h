/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

#include "backends/avb-machine.h"

G_BEGIN_DECLS

/**
 * avb_guest_port_reach:
 * @port: a TCP port of the running guest
 *
 * Finds out how a port of a guest can be connected to from this computer: by its own address, or where it has none that
 * others see, by a port of the loopback (see avb_machine_forward_port()). Whether anybody listens in the guest is not
 * asked.
 *
 * Returns: (transfer full): resolves to a #GNetworkAddress, or rejects with %AVB_ERROR_NOT_SUPPORTED,
 *   %AVB_ERROR_NOT_FOUND if nobody knows the guest's address yet, … and a sentence that says why
 */
DexFuture *avb_guest_port_reach (AvbMachine *machine, guint port) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

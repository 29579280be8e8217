/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/extensions/avb-extension-host.h"

G_BEGIN_DECLS

/**
 * avb_attached_network_connect:
 * @contribution: a network of an extension
 * @instance: (nullable): which of its networks, as `network/create` named it; %NULL: the usual one
 * @options: (nullable): what the user chose
 *
 * Connects @machine to a network of an extension: asks which it is, makes it where the host does not have it, and adds a
 * network interface to the machine's definition.
 *
 * Returns: (transfer full): resolves to an int: #AvbApplied. Rejects as avb_extension_call(), avb_connection_ensure_network()
 *   and avb_machine_apply_spec() do, and with %AVB_ERROR_NOT_SUPPORTED for sockets of vhost-user
 */
DexFuture *avb_attached_network_connect (AvbMachine      *machine,
                                         AvbContribution *contribution,
                                         const char      *instance,
                                         JsonObject      *options) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-machine.h"

G_BEGIN_DECLS

/**
 * AVB_SETUP_CHANNEL:
 *
 * The channel of %AVB_EXTRA_SETUP_CHANNEL. The guest, which is not trusted, writes lines of UTF-8 to it:
 * "progress TEXT", "address IP-ADDRESS", "ready" and "failed TEXT". In a Linux guest it is /dev/virtio-ports/ and this name.
 */
#define AVB_SETUP_CHANNEL "org.alphavbox.setup.0"

/**
 * avb_machine_open_guest_channel:
 * @name: of a channel that the machine's definition has, e.g. %AVB_SETUP_CHANNEL
 *
 * Connects to a channel between the host and a program in the running guest. What the guest wrote before may
 * be lost. End of file: the machine is off, or somebody else took the channel.
 *
 * Returns: (transfer full): resolves to an int, a socket that the caller owns; rejects with %AVB_ERROR_NOT_FOUND if
 *   there is no such channel, %AVB_ERROR_BUSY if the machine is off or somebody has the channel
 */
DexFuture *avb_machine_open_guest_channel (AvbMachine *self, const char *name) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_machine_forward_port:
 * @port: a TCP port of the running guest
 *
 * Guests in a network without privilege (%AVB_INTERFACE_USER) cannot be reached from outside: this has the hypervisor
 * listen on the loopback of its host and hand on what comes there, until the machine is off. Asked again it gives the
 * same port.
 *
 * Returns: (transfer full): resolves to a uint, the port at 127.0.0.1; rejects with %AVB_ERROR_NOT_SUPPORTED if the
 *   machine has no such network or it was made by something that cannot, %AVB_ERROR_BUSY if the machine is off
 */
DexFuture *avb_machine_forward_port (AvbMachine *self, guint port) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

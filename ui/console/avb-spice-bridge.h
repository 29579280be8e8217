/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* @error is %NULL where the server closed its end in order. */
typedef void (*AvbSpiceBridgeEnded) (GObject *owner, const GError *error);

/**
 * avb_spice_bridge_start:
 * @server: a connection to a server, TLS or not
 * @owner: (nullable): @ended is called with it once, if it still lives when the server's end closes
 *
 * Makes a socket for one channel of spice-client-glib, and carries bytes between it and @server until either
 * ends; see #AvbSpiceWire for what is not carried. Main thread.
 *
 * Returns: the socket, which the caller owns; -1 on error
 */
int avb_spice_bridge_start (GIOStream          *server,
                            GObject            *owner,
                            AvbSpiceBridgeEnded ended,
                            GError            **error);

G_END_DECLS

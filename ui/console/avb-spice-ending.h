/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <spice-client.h>

G_BEGIN_DECLS

/* Ends @session's channels, and @session itself when they have closed their sockets, at most five
 * seconds later. Holds it as long. Main thread; not from within a signal of one of its channels. */
void avb_spice_ending_start (SpiceSession *session);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>
#include <spice.h>

/* "usb-ports N": room for so many redirected devices; before a client comes.
 * Reports "usb-connect VVVV:PPPP" and "usb-disconnect". %FALSE: not for it */
gboolean server_usb_execute (SpiceServer *server, const char *line);

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>
#include <spice.h>

G_BEGIN_DECLS

/* The agent in the guest, as a test commands it. Each line begins with "agent":
 *
 *   on [linux|windows|CAP…]   starts; capabilities by number, or those that such a guest's agent has
 *   off                       ends
 *   grab SELECTION [TYPE…]    offers, types by number
 *   release SELECTION
 *   request SELECTION TYPE
 *   offer TYPE text TEXT      what a request for TYPE is answered with; C escapes in TEXT
 *   offer TYPE file FILE
 *   offer TYPE fill SIZE      so many bytes "x", made while they are sent
 *   answers normal|never|twice|wrong-type|empty|short     short: less than announced, and no more
 *   send SELECTION TYPE       the same answer without a request
 *   flood grab|request|release|clipboard|caps N    so many messages at once
 *   raw TYPE SIZE HEX         a message that announces SIZE bytes and has those of HEX
 *   garbage HEX               a chunk without a message's header
 *   files accept|silent       how file transfers are answered; silent: not at all
 *   files RESULT AFTER [FREE] with a VD_AGENT_FILE_XFER_STATUS_… once AFTER bytes have come; FREE is sent
 *                             as the free space of the disk
 *
 * and reports:
 *
 *   agent-caps REQUEST HEX | agent-grab SELECTION TYPE… | agent-request SELECTION TYPE |
 *   agent-release SELECTION | agent-data SELECTION TYPE SIZE TEXT (C escapes; SHA-256 if over 200 bytes) |
 *   agent-max-clipboard N | agent-monitors FLAGS WIDTHxHEIGHT+X+Y… | agent-display FLAGS DEPTH |
 *   agent-volume playback|record MUTE VOLUME… | agent-file-start ID SIZE NAME |
 *   agent-file-done ID SIZE SHA-256 | agent-file-status ID RESULT | agent-gone (the client) |
 *   agent-message TYPE SIZE (any other)
 */

void agent_init    (SpiceServer *server);
/* Ends the program if it does not know @line, which comes without the first word. */
void agent_execute (const char *line);

/* Of spice-server.c: writes a line. */
void report (const char *text, ...) G_GNUC_PRINTF (1, 2);

G_END_DECLS

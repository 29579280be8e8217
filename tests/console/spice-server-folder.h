/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>
#include <spice.h>

G_BEGIN_DECLS

/* The guest's end of the channel for folders. Each line begins with "folder":
 *
 *   on            the machine has the channel
 *   get PATH      asks for a file, or for what else is there
 *   put PATH      tries to write one
 *
 * and reports what came back: folder STATUS, such as "folder 200".
 */

void folder_init    (SpiceServer *server);
/* Ends the program if it does not know @line, which comes without the first word. */
void folder_execute (const char *line);

G_END_DECLS

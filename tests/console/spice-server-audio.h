/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>
#include <spice.h>

/* The guest's sound card. */
void     server_audio_add     (SpiceServer *server);
/* "play HZ", "play-stop", "guest-volume 0…65535", "guest-mute 0|1", "record", "record-stop"; while it
 * records, it reports "heard HZ LEVEL" twice a second if it hears anything at all, even silence.
 * %FALSE: not for it */
gboolean server_audio_execute (const char *line);

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <spice-client.h>

G_BEGIN_DECLS

/* What both programs that show a console have in common: they count and time alike, whatever their
 * toolkit, and are told by lines on standard input:
 *
 *   begin     counts from now on
 *   end N     once N updates were seen, and painted, or 3 s passed without another one: a line
 *             "end CPU_US FRAMES UPDATES LATENCY_US…" on standard output
 *
 * A line "picture US" tells when the first picture was painted, counted from avb_probe_connecting(). */

/* Counts the frames of a #GdkFrameClock of any GTK. Without one, updates count when they arrive. */
void avb_probe_watch_clock (GObject *clock);
/* Watches the display channel that this session will have. */
void avb_probe_watch_session (SpiceSession *session);
/* The channels alone, with nobody who shows them. */
void avb_probe_connect_alone (const char *socket);
void avb_probe_connecting (void);
/* Runs until standard input ends. */
void avb_probe_run (void);

G_END_DECLS

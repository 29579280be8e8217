/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>

/* A keyboard and a pointer on a wlroots compositor, over a connection of their own. */

/* @code: Linux key code */
void virtual_input_key    (guint code, gboolean press);
/* Device pixels of the only output. */
void virtual_input_move   (int x, int y);
/* How far a mouse moves. */
void virtual_input_move_by (int dx, int dy);
/* @button: as X11 counts them */
void virtual_input_button (guint button, gboolean press);
void virtual_input_wheel  (int notches);
/* Shows the workspace of the tests' window or an empty one. */
void virtual_input_focus  (gboolean focused);

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * avb_focus_keeper_watch:
 * @area: a part of a window
 *
 * What has the keyboard may vanish under it: a button that was used is replaced by another one, a row goes. The keyboard then
 * goes to what is nearest to it in @area, and not to the beginning of the window. Where the user went on purpose it stays.
 */
void avb_focus_keeper_watch (GtkWidget *area);

G_END_DECLS

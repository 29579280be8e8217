/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "backends/avb-text-console.h"
#include "ui/console/avb-text-session.h"

G_BEGIN_DECLS

/**
 * AvbTerminal:
 *
 * A text console of a machine: a terminal with scroll-back, search, links and zoom, which says what is
 * the matter while it is not connected. Nothing that the guest writes does anything but draw: no
 * clipboard, no title, no sound, no size; a link is opened by the user, and only on the web or to write
 * a mail.
 *
 * Actions on the widget's class, all without a parameter: `terminal.copy`, `terminal.paste`,
 * `terminal.select-all`, `terminal.find`, `terminal.zoom-in`, `terminal.zoom-out`,
 * `terminal.zoom-normal`, `terminal.reset`, `terminal.open-link` and `terminal.copy-link` (of the place
 * where the context menu was opened). The context menu also has `screen.save-output`, for whoever owns
 * this widget; see avb_terminal_dup_text().
 */
#define AVB_TYPE_TERMINAL (avb_terminal_get_type ())
G_DECLARE_FINAL_TYPE (AvbTerminal, avb_terminal, AVB, TERMINAL, GtkWidget)

GtkWidget      *avb_terminal_new         (AvbMachine *machine, const AvbTextConsole *console);
AvbTextSession *avb_terminal_get_session (AvbTerminal *self);
/* (transfer full): everything that can be scrolled to, as text */
GBytes         *avb_terminal_dup_text    (AvbTerminal *self);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "ui/console/avb-spice-session.h"

G_BEGIN_DECLS

/**
 * AvbConsoleClipboard:
 *
 * Lets a machine's guest and the desktop share a clipboard, where the guest has an agent and the user has not
 * switched it off (#AvbConsoleSettings `clipboard`). One for each session, whatever the number of its
 * windows. Main thread.
 *
 * Only while a console of the machine has the keyboard, the guest gets to know what the desktop's clipboard
 * has, and may put something there. What it was offered it may read until the desktop's clipboard changes. What
 * it has put there is asked for when somebody pastes, and is gone with its connection. The primary
 * selection is never shared.
 *
 * Signal `refused` (string): a translated sentence on what was not copied although a user may expect it.
 */
#define AVB_TYPE_CONSOLE_CLIPBOARD (avb_console_clipboard_get_type ())
G_DECLARE_FINAL_TYPE (AvbConsoleClipboard, avb_console_clipboard, AVB, CONSOLE_CLIPBOARD, GObject)

/* (transfer full): the same object for the same session, as long as somebody holds it */
AvbConsoleClipboard *avb_console_clipboard_for_session (AvbSpiceSession *session);

/* From now on the keyboard's focus in @widget counts as the machine's. */
void avb_console_clipboard_add_widget    (AvbConsoleClipboard *self, GtkWidget *widget);
void avb_console_clipboard_remove_widget (AvbConsoleClipboard *self, GtkWidget *widget);

G_END_DECLS

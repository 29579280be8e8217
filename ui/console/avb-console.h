/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "backends/avb-machine.h"
#include "ui/console/avb-console-session.h"

G_BEGIN_DECLS

/**
 * AvbConsole:
 *
 * The display of a machine: draws it, and sends keyboard and pointer. It follows the machine's
 * `has-console` by itself: connects when the display is there, shows the last picture greyed while
 * the connection is lost, and reconnects with back-off.
 *
 * Properties: `machine` (#AvbMachine, nullable, read-write), `status` (#AvbConsoleStatus,
 * read-only), `message` (string, nullable, translated, read-only: why it is not connected),
 * `session` (#AvbConsoleSession, nullable, read-only: while there is a machine; another one once its display proves to be of
 * another kind), `captured` (boolean, read-only: keyboard shortcuts go to the guest; Ctrl+Alt releases), `pointer-locked`
 * (boolean, read-only: captured, and the pointer's motions too, as the guest has no tablet), `monitor`
 * (uint, read-write, default 0: which of the guest's monitors it shows; 0 is the first one that
 * the guest has), `guest-width`, `guest-height` (int, read-only, guest pixels, 0 while the guest has
 * no such monitor).
 *
 * How the picture fills the widget is the machine's `display-mode`, see #AvbConsoleSettings. In
 * %AVB_DISPLAY_EXACT the widget's size request is the guest's.
 *
 * Actions on the widget's class: `console.release`, `console.send-keys` (string: GDK accelerator names
 * joined by space, e.g. "Control_L Alt_L Delete").
 */
#define AVB_TYPE_CONSOLE (avb_console_get_type ())
G_DECLARE_FINAL_TYPE (AvbConsole, avb_console, AVB, CONSOLE, GtkWidget)

GtkWidget        *avb_console_new         (void);
AvbMachine       *avb_console_get_machine (AvbConsole *self);
void              avb_console_set_machine (AvbConsole *self, AvbMachine *machine);
/* (nullable): while there is a machine */
AvbConsoleSession *avb_console_get_session (AvbConsole *self);
AvbConsoleStatus  avb_console_get_status  (AvbConsole *self);
const char       *avb_console_get_message (AvbConsole *self);
gboolean          avb_console_get_captured (AvbConsole *self);
gboolean          avb_console_get_pointer_locked (AvbConsole *self);
guint             avb_console_get_monitor (AvbConsole *self);
void              avb_console_set_monitor (AvbConsole *self, guint number);

/* Gives keyboard shortcuts back to the desktop. */
void       avb_console_release   (AvbConsole *self);
void       avb_console_reconnect (AvbConsole *self);
/* Presses @keyvals in order and releases them in reverse order. */
void       avb_console_send_keys (AvbConsole *self, const guint *keyvals, gsize n_keyvals);
/* (nullable) (transfer full): the guest's picture at its own size, exact pixels */
GdkTexture *avb_console_dup_texture (AvbConsole *self);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "backends/avb-machine.h"

G_BEGIN_DECLS

/**
 * AvbConsoleStatus:
 * @AVB_CONSOLE_IDLE: no machine, or one without a display to connect to now.
 * @AVB_CONSOLE_CONNECTING: connecting, or waiting for the guest's first picture.
 * @AVB_CONSOLE_CONNECTED: shows the guest.
 * @AVB_CONSOLE_LOST: the connection went; it is tried again while the machine runs.
 * @AVB_CONSOLE_FAILED: see `message`; avb_console_reconnect() tries again.
 * @AVB_CONSOLE_ASKING: waits for an answer of the user: see `request` of #AvbSpiceSession.
 * @AVB_CONSOLE_TAKEN: another viewer took the display over, and keeps it until avb_console_reconnect().
 */
typedef enum {
  AVB_CONSOLE_IDLE,
  AVB_CONSOLE_CONNECTING,
  AVB_CONSOLE_CONNECTED,
  AVB_CONSOLE_LOST,
  AVB_CONSOLE_FAILED,
  AVB_CONSOLE_ASKING,
  AVB_CONSOLE_TAKEN,
} AvbConsoleStatus;

#define AVB_TYPE_CONSOLE_STATUS (avb_console_status_get_type ())
GType avb_console_status_get_type (void);

typedef struct _AvbSpiceSession AvbSpiceSession;

/**
 * AvbConsole:
 *
 * The display of a machine: draws it, and sends keyboard and pointer. It follows the machine's
 * `has-console` by itself: connects when the display is there, shows the last picture greyed while
 * the connection is lost, and reconnects with back-off.
 *
 * Properties: `machine` (#AvbMachine, nullable, read-write), `status` (#AvbConsoleStatus,
 * read-only), `message` (string, nullable, translated, read-only: why it is not connected),
 * `captured` (boolean, read-only: keyboard shortcuts go to the guest; Ctrl+Alt releases), `pointer-locked`
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
AvbSpiceSession  *avb_console_get_session (AvbConsole *self);
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

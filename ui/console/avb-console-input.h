/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "ui/console/avb-input-sink.h"

G_BEGIN_DECLS

/**
 * AvbConsoleInputMap:
 * @x: in the widget's coordinates
 * @guest_x: (out): the guest's pixel there, or the nearest one
 *
 * Returns: %FALSE if there is no picture to point at
 */
typedef gboolean (*AvbConsoleInputMap) (GtkWidget *widget,
                                        double     x,
                                        double     y,
                                        int       *guest_x,
                                        int       *guest_y);

/**
 * AvbConsoleInput:
 *
 * Sends what is typed and pointed at on a widget to the guest. No key or button stays pressed in
 * the guest when the widget loses the focus, is hidden, or the connection goes.
 *
 * Property `captured` (boolean, read-only, notifying): all keys go to the guest, the desktop's
 * shortcuts too. A click captures; Ctrl and Alt pressed and released without another key release.
 *
 * Property `pointer-locked` (boolean, read-only, notifying): while captured, and the guest has no absolute
 * pointer: the desktop's pointer stays where it is, and every motion is the guest's.
 */
#define AVB_TYPE_CONSOLE_INPUT (avb_console_input_get_type ())
G_DECLARE_FINAL_TYPE (AvbConsoleInput, avb_console_input, AVB, CONSOLE_INPUT, GObject)

/* @widget owns the controllers and must outlive the result. */
AvbConsoleInput *avb_console_input_new (GtkWidget *widget, AvbConsoleInputMap map);

/* @sink is nullable: nowhere to send to. */
void avb_console_input_set_sink         (AvbConsoleInput *self, AvbInputSink *sink);
/* The guest has no absolute pointer: send how far it moved. */
void avb_console_input_set_server_mouse (AvbConsoleInput *self, gboolean server_mouse);

/* Whether the guest's lock keys follow the keyboard's; %TRUE at first. */
void avb_console_input_set_lock_keys    (AvbConsoleInput *self, gboolean lock_keys);
/* Which monitor the widget shows, as the agent counts them. */
void avb_console_input_set_display      (AvbConsoleInput *self, int display);

gboolean avb_console_input_get_captured (AvbConsoleInput *self);
void     avb_console_input_capture      (AvbConsoleInput *self);
void     avb_console_input_release      (AvbConsoleInput *self);
/* Lets go of all keys and buttons in the guest. */
void     avb_console_input_let_go       (AvbConsoleInput *self);

void avb_console_input_send_keys (AvbConsoleInput *self, const guint *keyvals, gsize n_keyvals);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-machine.h"

G_BEGIN_DECLS

/**
 * AvbTextConsoleKind:
 * @AVB_TEXT_CONSOLE_SERIAL: a serial port.
 * @AVB_TEXT_CONSOLE_VIRTIO: a paravirtual console, “hvc0” and on in Linux.
 * @AVB_TEXT_CONSOLE_OTHER: what other platforms have instead.
 */
typedef enum {
  AVB_TEXT_CONSOLE_SERIAL,
  AVB_TEXT_CONSOLE_VIRTIO,
  AVB_TEXT_CONSOLE_OTHER,
} AvbTextConsoleKind;

/**
 * AvbTextConsole:
 *
 * A port of a machine through which its guest and a terminal talk. A plain value.
 */
typedef struct {
  char              *name;   /* stays the same as long as the definition does; for opening it */
  AvbTextConsoleKind kind;
  char              *label;  /* translated: “Serial 1” */
  char              *reason; /* translated sentence: why it can't be opened now; %NULL if it can */
} AvbTextConsole;

#define AVB_TYPE_TEXT_CONSOLE (avb_text_console_get_type ())
GType           avb_text_console_get_type (void);
AvbTextConsole *avb_text_console_copy     (const AvbTextConsole *console);
void            avb_text_console_free     (AvbTextConsole *console);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbTextConsole, avb_text_console_free)

/**
 * avb_machine_list_text_consoles:
 *
 * What text consoles the machine has now, or as it would be started: serial ports first, each kind in
 * the order of its numbers.
 *
 * Returns: (transfer full): resolves to a %G_TYPE_PTR_ARRAY of #AvbTextConsole
 */
DexFuture *avb_machine_list_text_consoles (AvbMachine *self) G_GNUC_WARN_UNUSED_RESULT;

/**
 * avb_machine_open_text_console:
 * @name: of an #AvbTextConsole of this machine
 * @take_over: whether somebody who has it open now loses it
 *
 * Connects to a text console. One program at a time can have it open: %AVB_ERROR_BUSY if it is
 * another one and not @take_over.
 *
 * What the guest writes can be read from the socket, byte for byte; what is written there, the guest
 * reads as it likes: a guest that doesn't read makes the socket full. A reader that is slower than the
 * guest for more than some MiB loses the oldest of what it has not read, and finds a line that says
 * so. The socket ends when the machine stops, the link is lost or somebody else takes over. Close it
 * to end the connection.
 *
 * Returns: (transfer full): resolves to an int, a connected, non-blocking socket that the caller owns
 */
DexFuture *avb_machine_open_text_console (AvbMachine *self,
                                          const char *name,
                                          gboolean    take_over) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-text-console.h"
#include "ui/console/avb-console.h"

G_BEGIN_DECLS

/**
 * AvbTextSession:
 *
 * The connection to one text console of a machine: connects while the machine runs, and again, with
 * growing pauses, when the connection is lost. No widget. Main thread.
 *
 * Properties, read-only and notifying: `status` (#AvbConsoleStatus; %AVB_CONSOLE_TAKEN: another program
 * has it open; see avb_text_session_take_over()), `message` (string, nullable, translated: why it is
 * not connected).
 *
 * Signals: `begin`: connected, what comes now has nothing to do with what came before; `output`
 * (#GBytes): from the guest, as fast as a terminal can take it and no faster.
 */
#define AVB_TYPE_TEXT_SESSION (avb_text_session_get_type ())
G_DECLARE_FINAL_TYPE (AvbTextSession, avb_text_session, AVB, TEXT_SESSION, GObject)

/* @name: of an #AvbTextConsole. Connects at once, if the machine runs. */
AvbTextSession  *avb_text_session_new         (AvbMachine *machine, const char *name);

/* Sends @bytes to the guest. What a guest does not read is kept, up to 1 MiB; what would be more is
 * dropped: the terminal's own answers to a guest that asks without end must not fill the memory. */
void             avb_text_session_send        (AvbTextSession *self, const char *bytes, gsize length);
void             avb_text_session_reconnect   (AvbTextSession *self);
/* Connects, and takes the console away from whoever has it open. */
void             avb_text_session_take_over   (AvbTextSession *self);

AvbConsoleStatus avb_text_session_get_status  (AvbTextSession *self);
const char      *avb_text_session_get_message (AvbTextSession *self); /* (nullable) */

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-text-console.h"

G_BEGIN_DECLS

/* A machine with the text consoles “Serial 1”, which the test writes and reads, and “Serial 2”, which can't
 * be opened. It runs, without a display. */
#define TEXT_TYPE_MACHINE (text_machine_get_type ())
G_DECLARE_FINAL_TYPE (TextMachine, text_machine, TEXT, MACHINE, AvbMachine)

AvbMachine *text_machine_new         (void);
/* Whether another program has the console open; it loses it to who takes over. */
void        text_machine_set_taken   (AvbMachine *machine, gboolean taken);
/* The guest's end, not blocking; -1 if nobody has it open. Stays the machine's. */
int         text_machine_get_fd      (AvbMachine *machine);
/* The guest's end is closed. */
void        text_machine_hang_up     (AvbMachine *machine);
guint       text_machine_get_n_opened (AvbMachine *machine);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "ui/console/avb-console.h"

G_BEGIN_DECLS

/**
 * AvbConsolePrompt:
 *
 * Puts what a console's connection asks the user over the console, and is invisible while it asks
 * nothing.
 */
#define AVB_TYPE_CONSOLE_PROMPT (avb_console_prompt_get_type ())
G_DECLARE_FINAL_TYPE (AvbConsolePrompt, avb_console_prompt, AVB, CONSOLE_PROMPT, AdwBin)

/* To be called once @console has its machine. */
void avb_console_prompt_set_console (AvbConsolePrompt *self, AvbConsole *console);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <stddef.h>

/* Tries to get out of the sandbox, or too much of what is in it. Returns how that ended: it begins with "refused" where
 * nothing was got. */
const char *attack (const char *name, const char *argument);

void send_raw  (const char *data, size_t length);
void send_text (const char *text);

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* When a lost connection is tried again, and when not any more. A plain value, all zero at first. */
typedef struct {
  guint  failures;
  guint  short_lives;
  gint64 connected_at; /* monotonic µs; 0: not (yet) */
} AvbConsoleRetry;

/* The user wants it: nothing of the past counts. */
void     avb_console_retry_reset     (AvbConsoleRetry *self);
/* The guest's picture is there. */
void     avb_console_retry_connected (AvbConsoleRetry *self);
/* The attempt has ended. Returns: the pause before the next one in ms, 0: no other one */
guint    avb_console_retry_lost      (AvbConsoleRetry *self);

G_END_DECLS

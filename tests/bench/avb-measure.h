/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "avb-screen.h"

G_BEGIN_DECLS

/* What one start of a program showed. */
typedef struct {
  double first_frame; /* s until something is drawn in its window */
  double complete;    /* s until the last large change of its window */
  double memory;      /* MiB, proportional set size once it is idle */
  double idle;        /* percent of one core once it is idle */
} AvbStart;

/* Starts @argv and watches its window: it is complete when it has not changed for @still_seconds, which must be longer
 * than any pause of the program. Measures @idle_seconds after that and ends it. */
gboolean avb_measure_start (AvbScreen *screen, const char *const *argv, guint still_seconds, guint idle_seconds,
                            AvbStart *start, GError **error);

G_END_DECLS

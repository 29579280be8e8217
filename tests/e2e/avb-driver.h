/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

#include "avb-node.h"
#include "avb-screen.h"

G_BEGIN_DECLS

/**
 * AvbDriver:
 *
 * A program under test with its largest window, and the hands that work it.
 */
typedef struct {
  AvbScreen *screen;
  GSubprocess *process;
  GPid pid;
  gulong window;
  AvbArea area;
  gint64 dropped; /* when avb_driver_drop_file() let the file go, monotonic */
} AvbDriver;

/* Starts @argv and waits until its window is there and fills @area. */
AvbDriver *avb_driver_new  (const char *const *argv, const AvbArea *area, GError **error);
/* Ends the program if it still runs. */
void       avb_driver_free (AvbDriver *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbDriver, avb_driver_free)

gboolean avb_driver_running (AvbDriver *self);
/* Waits for the program to end by itself; FALSE if it does not, or not with 0. */
gboolean avb_driver_wait_end (AvbDriver *self, guint seconds);

/* Waits for the node and clicks it; sets @error, with the tree as seen, if there is none. */
gboolean avb_driver_click    (AvbDriver *self, const char *roles, const char *name, guint seconds, GError **error);
/* Goes to it with Tab and presses space. Exact where a click is not: GTK 4.18 tells positions that are off by the
 * paddings around, 30 pixels in a dialog. */
gboolean avb_driver_press    (AvbDriver *self, const char *roles, const char *name, guint seconds, GError **error);
/* The same for a button of the dialog that is open, whatever else has its name. */
gboolean avb_driver_answer   (AvbDriver *self, const char *name, guint seconds, GError **error);
/* Only goes there. */
gboolean avb_driver_focus    (AvbDriver *self, const char *roles, const char *name, guint seconds, GError **error);
gboolean avb_driver_activate (AvbDriver *self, const char *roles, const char *name, guint seconds, GError **error);
gboolean avb_driver_expect   (AvbDriver *self, const char *roles, const char *name, guint seconds, GError **error);
/* Drags @path from a window of @drag_source into the middle of @target. */
gboolean avb_driver_drop_file (AvbDriver *self, const char *drag_source, const char *path, const AvbArea *target,
                               GError **error);

/* Waits until two looks at @area, a moment apart, show the same. */
void     avb_driver_settle   (AvbDriver *self, guint seconds);
/* Runs the main context and checks @condition until it is TRUE or the time is over. */
typedef gboolean (*AvbCondition) (gpointer data);
gboolean avb_driver_wait     (AvbCondition condition, gpointer data, guint seconds);

G_END_DECLS

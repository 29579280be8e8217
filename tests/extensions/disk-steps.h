/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Each step that this program makes on the disk is counted: the functions of libc that change files are here. A step can be
 * the last of this program, or find the disk full. */
typedef enum {
  DISK_STEPS_COUNT,
  DISK_STEPS_KILL, /* before step N: SIGKILL */
  DISK_STEPS_FULL, /* from step N on nothing can be written; what is there can be removed */
  DISK_STEPS_ONCE, /* step N alone finds the disk full */
} DiskStepsMode;

/* From here on, for what is below @folder. */
void  disk_steps_begin (const char *folder, DiskStepsMode mode, guint step);
/* How many there were. */
guint disk_steps_end   (void);

G_END_DECLS

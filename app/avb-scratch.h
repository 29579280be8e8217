/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * AvbScratch:
 *
 * A folder below the user's cache for files on their way to the hypervisor; locked for as long as somebody works in it.
 * Everything here blocks: for worker threads.
 */
typedef struct {
  char *path;
  int   lock;
} AvbScratch;

/* Also removes what processes left that were killed. (nullable): %NULL with %AVB_ERROR_NO_SPACE, … */
AvbScratch *avb_scratch_new      (GError **error);
/* Removes the folder with the files in it. */
void        avb_scratch_free     (AvbScratch *self);
/* Removes what processes left that were killed. */
void        avb_scratch_clean_up (void);

G_END_DECLS

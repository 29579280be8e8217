/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * avb_scratch_make:
 *
 * Makes a folder below the user's cache, for files on their way to the hypervisor. What processes left there that were
 * killed is removed. Blocks: for worker threads.
 *
 * Returns: (transfer full) (nullable): its path, or %NULL with %AVB_ERROR_NO_SPACE, …
 */
char *avb_scratch_make   (GError **error);

/* With the files in it. Blocks. */
void  avb_scratch_remove (const char *folder);

G_END_DECLS

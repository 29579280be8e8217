/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Folders with what is in them, on disk. Worker threads. */

/* Removes @path and all below; links are removed, never followed. What denies access and belongs to the user goes too, and
 * so does what is nested deeper than names can be written. No @path is fine. */
gboolean avb_tree_remove (const char *path, GError **error);

/* Moves @path to a new name that begins with @prefix in the same folder, and removes it there: from outside it goes in one
 * step. What cannot be removed yet is left under that name. */
gboolean avb_tree_discard (const char *path, const char *prefix, GError **error);

/* Has what was renamed in a folder written to the disk. */
gboolean avb_tree_sync_folder (const char *path, GError **error);

/* An error of %AVB_ERROR for a number of errno. */
GError *avb_tree_error_new (int code, const char *path);
/* The same in words of GLib's. */
GError *avb_tree_error_from (const GError *error, const char *path);

G_END_DECLS

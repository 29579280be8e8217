/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "ui/console/avb-spice-session.h"

G_BEGIN_DECLS

/**
 * AvbConsoleFolder:
 *
 * A folder of this computer that the guest sees over the display's connection (WebDAV), wherever it runs. Only
 * a folder that the user named, only until the display is closed, and nothing of it is remembered. One
 * for each session. Main thread.
 *
 * Properties: `path` (string, nullable, read-only: the folder; %NULL: none is shared), `read-only` (boolean,
 * read-only, %TRUE), `available` (boolean, read-only: the machine has the channel for it).
 */
#define AVB_TYPE_CONSOLE_FOLDER (avb_console_folder_get_type ())
G_DECLARE_FINAL_TYPE (AvbConsoleFolder, avb_console_folder, AVB, CONSOLE_FOLDER, GObject)

/* (transfer full): the same object for the same session, as long as somebody holds it */
AvbConsoleFolder *avb_console_folder_for_session (AvbSpiceSession *session);

gboolean    avb_console_folder_get_available (AvbConsoleFolder *self);
const char *avb_console_folder_get_path      (AvbConsoleFolder *self); /* (nullable) */
gboolean    avb_console_folder_get_read_only (AvbConsoleFolder *self);

/* @path: absolute; %NULL ends it, also for a guest that reads there now. */
void avb_console_folder_share (AvbConsoleFolder *self, const char *path, gboolean read_only);

G_END_DECLS

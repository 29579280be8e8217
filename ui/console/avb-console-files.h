/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-operation.h"
#include "ui/console/avb-spice-session.h"

G_BEGIN_DECLS

/* More files at once are refused. */
#define AVB_CONSOLE_FILES_MAX 100

/**
 * AvbConsoleFiles:
 *
 * Sends files into a machine's guest, where the agent puts them into the user's downloads: a few at a time, the
 * others wait. One for each session. Main thread.
 *
 * Signal `folder` (#GFile): this is a folder; who listens has a way to share it, and its operation ends
 * silently. Without a listener it is refused.
 */
#define AVB_TYPE_CONSOLE_FILES (avb_console_files_get_type ())
G_DECLARE_FINAL_TYPE (AvbConsoleFiles, avb_console_files, AVB, CONSOLE_FILES, GObject)

/* (transfer full): the same object for the same session, as long as somebody holds it */
AvbConsoleFiles *avb_console_files_for_session (AvbSpiceSession *session);

/* Returns: (nullable): a translated sentence on why no file can be sent now; %NULL if it can */
const char *avb_console_files_get_problem (AvbConsoleFiles *self);

/**
 * avb_console_files_send:
 * @files: (element-type GFile): at most %AVB_CONSOLE_FILES_MAX are taken; what is no regular file is refused in
 *   its operation
 *
 * Returns: (transfer full) (element-type AvbOperation): one for each file
 */
GPtrArray *avb_console_files_send (AvbConsoleFiles *self, GSList *files);

G_END_DECLS

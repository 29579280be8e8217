/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

#include "backends/avb-operation.h"
#include "ui/console/avb-console-session.h"

G_BEGIN_DECLS

/**
 * AvbConsoleRecorder:
 *
 * Records the picture of the guest's first monitor as a film: WebM with VP8, without sound. Main thread.
 *
 * The film has the size that the picture has at the beginning; what is larger or smaller later is fitted into it.
 * Only pictures that differ are recorded, and when the computer does not keep up some are left out. The file gets
 * its name when it is complete; what can be saved of a recording that fails is kept.
 *
 * It holds the session, and ends by itself when the machine goes off.
 *
 * Property `recording` (boolean, read-only, notifying): until the file is complete.
 */
#define AVB_TYPE_CONSOLE_RECORDER (avb_console_recorder_get_type ())
G_DECLARE_FINAL_TYPE (AvbConsoleRecorder, avb_console_recorder, AVB, CONSOLE_RECORDER, GObject)

/**
 * avb_console_recorder_start:
 * @path: where the film goes; an older file of this name is replaced when the film is complete
 * @operation: gets the time as its status; its cancel stops the recording, and keeps it. It is finished by this.
 *
 * Returns: (transfer full): it lives until the film is complete, whether somebody holds it or not
 */
AvbConsoleRecorder *avb_console_recorder_start (AvbConsoleSession *session,
                                                const char      *path,
                                                AvbOperation    *operation);
void                avb_console_recorder_stop  (AvbConsoleRecorder *self);
gboolean            avb_console_recorder_get_recording (AvbConsoleRecorder *self);
/* (transfer none) (nullable): the one that records this session now */
AvbConsoleRecorder *avb_console_recorder_of_session (AvbConsoleSession *session);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/avb-library.h"
#include "ui/console/avb-console.h"

G_BEGIN_DECLS

/**
 * AvbCaptureActions:
 *
 * The screen as pictures and films: `capture.copy` (a screenshot to the clipboard) and `capture.record` (boolean
 * state: a film is being recorded) on a page, and a button that is there while it records.
 */
#define AVB_TYPE_CAPTURE_ACTIONS (avb_capture_actions_get_type ())
G_DECLARE_FINAL_TYPE (AvbCaptureActions, avb_capture_actions, AVB, CAPTURE_ACTIONS, GObject)

/* @owner is not owned, and owns the result; @button: shown while it records. */
AvbCaptureActions *avb_capture_actions_new         (GtkWidget  *owner,
                                                    AvbLibrary *library,
                                                    AvbMachine *machine,
                                                    GtkWidget  *button);
/* @console: (nullable): what shows the machine */
void               avb_capture_actions_set_console (AvbCaptureActions *self, AvbConsole *console);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-operation.h"
#include "ui/console/avb-console-session.h"
#include "ui/console/avb-typing-layout.h"

G_BEGIN_DECLS

/* So many strokes a second: a guest's keyboard controller keeps few, and loses what comes faster. */
#define AVB_TYPING_RATE 50

/**
 * avb_console_type:
 * @session: of the machine to type into
 * @strokes: (element-type AvbStroke): keys, see avb_typing_layout_plan()
 * @operation: tells how far it is, and takes its cancel
 *
 * Types as if somebody did, into whatever has the keyboard in the guest. It goes on without the caller until
 * @operation ends: well, cancelled, or with an error because the machine can't be typed into any more. No
 * key stays pressed. Needs no agent. Main thread.
 */
void avb_console_type (AvbConsoleSession *session, GArray *strokes, AvbOperation *operation);

G_END_DECLS

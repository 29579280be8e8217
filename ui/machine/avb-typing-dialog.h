/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/avb-library.h"
#include "ui/console/avb-console-session.h"

G_BEGIN_DECLS

/**
 * AvbTypingDialog:
 *
 * Shows the text of the clipboard, asks for the layout that the guest's keyboard has, tells what can't be
 * typed and what line ends do, and then types it, as a job of the library. The layout is kept with the machine.
 */
#define AVB_TYPE_TYPING_DIALOG (avb_typing_dialog_get_type ())
G_DECLARE_FINAL_TYPE (AvbTypingDialog, avb_typing_dialog, AVB, TYPING_DIALOG, AdwDialog)

AdwDialog *avb_typing_dialog_new (AvbLibrary *library, AvbConsoleSession *session);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/avb-library.h"
#include "ui/console/avb-console.h"

G_BEGIN_DECLS

/**
 * AvbClipboardActions:
 *
 * The clipboard and files of one machine, as actions `clipboard.…` of the widget that shows it, and files
 * dropped on its console. What was not copied is said in a toast.
 *
 * `clipboard.share` (the machine's setting), `clipboard.type`: the text of the clipboard as keys,
 * `clipboard.send-files`: asks for files, `clipboard.send-copied`: the files that were copied on the desktop.
 * `clipboard.share-folder`, `clipboard.stop-folder`: a folder over the display's connection, read-only, where the
 * machine has a channel for it.
 */
#define AVB_TYPE_CLIPBOARD_ACTIONS (avb_clipboard_actions_get_type ())
G_DECLARE_FINAL_TYPE (AvbClipboardActions, avb_clipboard_actions, AVB, CLIPBOARD_ACTIONS, GObject)

/* Inserts the actions into @owner, which must outlive the result. @area: around the console. */
AvbClipboardActions *avb_clipboard_actions_new (GtkWidget  *owner,
                                                AvbLibrary *library,
                                                AvbMachine *machine,
                                                GtkOverlay *area);

/* From when on there is something to show; nullable. */
void avb_clipboard_actions_set_console (AvbClipboardActions *self, AvbConsole *console);

G_END_DECLS

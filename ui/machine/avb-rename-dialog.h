/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "backends/avb-machine.h"

G_BEGIN_DECLS

/* Asks for a machine's new name; stays open, with the reason, while the name is refused. */
#define AVB_TYPE_RENAME_DIALOG (avb_rename_dialog_get_type ())
G_DECLARE_FINAL_TYPE (AvbRenameDialog, avb_rename_dialog, AVB, RENAME_DIALOG, AdwDialog)

AdwDialog *avb_rename_dialog_new (AvbMachine *machine);

G_END_DECLS

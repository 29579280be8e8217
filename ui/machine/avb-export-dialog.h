/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/avb-library.h"

G_BEGIN_DECLS

/**
 * AvbExportDialog:
 *
 * Asks how a machine is to be exported, and begins it as a job of the library. What stands in the way is said in the
 * dialog, and goes away by itself when it does.
 */
#define AVB_TYPE_EXPORT_DIALOG (avb_export_dialog_get_type ())
G_DECLARE_FINAL_TYPE (AvbExportDialog, avb_export_dialog, AVB, EXPORT_DIALOG, AdwDialog)

AdwDialog *avb_export_dialog_new        (AvbLibrary *library, AvbMachine *machine);
/* As if the user had chosen it. */
void       avb_export_dialog_set_folder (AvbExportDialog *self, GFile *folder);

G_END_DECLS

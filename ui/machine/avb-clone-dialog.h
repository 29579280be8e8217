/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/avb-library.h"

G_BEGIN_DECLS

/**
 * AvbCloneDialog:
 *
 * Asks how a machine is to be cloned: its name, and for a template whether the clone stands on it or is a whole copy.
 * The clone is then made as a job; what fails is told on the window.
 */
#define AVB_TYPE_CLONE_DIALOG (avb_clone_dialog_get_type ())
G_DECLARE_FINAL_TYPE (AvbCloneDialog, avb_clone_dialog, AVB, CLONE_DIALOG, AdwDialog)

AdwDialog *avb_clone_dialog_new (AvbLibrary *library, AvbMachine *machine);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "ui/extensions/avb-extension-set.h"

G_BEGIN_DECLS

/**
 * AvbServeDiskDialog:
 *
 * Adds a disk that an extension serves to a machine: one that the extension has, or a new one, with the choices that the
 * extension gives.
 */
#define AVB_TYPE_SERVE_DISK_DIALOG (avb_serve_disk_dialog_get_type ())
G_DECLARE_FINAL_TYPE (AvbServeDiskDialog, avb_serve_disk_dialog, AVB, SERVE_DISK_DIALOG, AdwDialog)

AdwDialog *avb_serve_disk_dialog_new (AvbExtensionSet *set, AvbContribution *target, AvbMachine *machine);

G_END_DECLS

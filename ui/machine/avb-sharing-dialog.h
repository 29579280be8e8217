/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "backends/avb-connection.h"

G_BEGIN_DECLS

/**
 * AvbSharingDialog:
 *
 * The folders that a machine shares with its guest: adding one, by a drop too, taking one back, whether
 * the guest may write there, and what to type in the guest.
 */
#define AVB_TYPE_SHARING_DIALOG (avb_sharing_dialog_get_type ())
G_DECLARE_FINAL_TYPE (AvbSharingDialog, avb_sharing_dialog, AVB, SHARING_DIALOG, AdwDialog)

AdwDialog *avb_sharing_dialog_new (AvbMachine *machine);

/* Shares @folder, read-only, or says why that cannot be. */
void avb_sharing_dialog_add_folder (AvbSharingDialog *self, GFile *folder);

G_END_DECLS

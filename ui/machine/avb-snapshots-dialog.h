/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/avb-library.h"

G_BEGIN_DECLS

/**
 * AvbSnapshotsDialog:
 *
 * The snapshots of a machine: take one, go back to one, delete one. Going back loses what was since then, so it asks.
 */
#define AVB_TYPE_SNAPSHOTS_DIALOG (avb_snapshots_dialog_get_type ())
G_DECLARE_FINAL_TYPE (AvbSnapshotsDialog, avb_snapshots_dialog, AVB, SNAPSHOTS_DIALOG, AdwDialog)

AdwDialog *avb_snapshots_dialog_new (AvbLibrary *library, AvbMachine *machine);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "backends/avb-share-spec.h"

G_BEGIN_DECLS

/**
 * AvbSharingRow:
 *
 * One shared folder: what it is, whether the guest may write there, and how the guest gets at it.
 *
 * Signals: `changed` (boolean: read-only), when the user has moved the switch; `copied`, when the
 * command is in the clipboard; `removed`, when the user wants it no longer shared.
 */
#define AVB_TYPE_SHARING_ROW (avb_sharing_row_get_type ())
G_DECLARE_FINAL_TYPE (AvbSharingRow, avb_sharing_row, AVB, SHARING_ROW, AdwExpanderRow)

GtkWidget          *avb_sharing_row_new       (const AvbShareSpec *share, gboolean windows);
const AvbShareSpec *avb_sharing_row_get_share (AvbSharingRow *self);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>
#include <libdex.h>

#include "app/extensions/avb-extension-policy.h"
#include "app/extensions/avb-installed.h"

G_BEGIN_DECLS

/**
 * AvbPermissionSheet:
 *
 * The question before an extension is installed or updated: a row for each permission, with its risk and the author's reason.
 * What is optional is not checked. There is no way to allow everything for ever.
 */
#define AVB_TYPE_PERMISSION_SHEET (avb_permission_sheet_get_type ())
G_DECLARE_FINAL_TYPE (AvbPermissionSheet, avb_permission_sheet, AVB, PERMISSION_SHEET, AdwDialog)

/**
 * avb_permission_sheet_ask:
 * @installed: (nullable): what is there: what @manifest asks beyond what that was granted is marked
 * @policy: what is optional and that it does not allow cannot be checked
 * @warning: (nullable): a sentence above all, e.g. that the file is of nobody who is known
 * @icon: (nullable) (transfer full): a future of #GBytes
 *
 * Returns: (transfer full): resolves to a #GListModel of #AvbPermission, the granted ones; rejects with
 *   %G_IO_ERROR_CANCELLED
 */
DexFuture *avb_permission_sheet_ask (GtkWidget            *parent,
                                     AvbExtensionManifest *manifest,
                                     AvbInstalled         *installed,
                                     AvbExtensionPolicy   *policy,
                                     const char           *warning,
                                     DexFuture            *icon) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

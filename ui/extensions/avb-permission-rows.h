/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/extensions/avb-permission.h"

G_BEGIN_DECLS

/**
 * avb_permission_row_new:
 * @choose: whether one that is optional has a box
 * @granted: whether that is checked: it was before
 * @is_new: whether it was not asked for before
 *
 * Returns: (transfer full): a row with the sentence, the risk in words, and what the author gives as the reason, as text.
 */
GtkWidget *avb_permission_row_new (AvbPermission *permission, gboolean choose, gboolean granted, gboolean is_new);
/* The policy does not allow it: it can't be checked, and @why is said. */
void       avb_permission_row_forbid (GtkWidget *row, const char *why);
/* Whether the permission would be granted. */
gboolean   avb_permission_row_get_granted (GtkWidget *row);
AvbPermission *avb_permission_row_get_permission (GtkWidget *row);

/* The gravest first. (transfer full) (element-type AvbPermission) */
GPtrArray *avb_permissions_sort (GListModel *permissions);

/**
 * avb_permission_rows_fill:
 * @rows: (element-type GtkWidget): those that are in @group; replaced
 * @granted: (nullable): what was granted; %NULL: nothing is installed
 *
 * Shows what an extension may do, or would ask for. One without permissions has a row that says so.
 */
void avb_permission_rows_fill (AdwPreferencesGroup *group, GPtrArray *rows, GListModel *permissions, GListModel *granted,
                               gboolean is_code);

/* A small text in a rounded frame: "High risk"; @style: (nullable): "error", "warning", "accent". */
GtkWidget *avb_badge_new (const char *text, const char *style);

G_END_DECLS

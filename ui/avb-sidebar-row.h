/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "ui/library/avb-library-model.h"

G_BEGIN_DECLS

typedef enum {
  AVB_SIDEBAR_ALL,
  AVB_SIDEBAR_RUNNING,
  AVB_SIDEBAR_EXTENSIONS,
  AVB_SIDEBAR_CONNECTION,
} AvbSidebarKind;

/**
 * AvbSidebarRow:
 *
 * A place of the sidebar: all machines, running ones, the extensions, or the machines of a connection with its link.
 */
#define AVB_TYPE_SIDEBAR_ROW (avb_sidebar_row_get_type ())
G_DECLARE_FINAL_TYPE (AvbSidebarRow, avb_sidebar_row, AVB, SIDEBAR_ROW, GtkListBoxRow)

/* @connection: (nullable): for %AVB_SIDEBAR_CONNECTION */
GtkWidget     *avb_sidebar_row_new            (AvbSidebarKind   kind,
                                               AvbLibraryModel *model,
                                               AvbConnection   *connection);
AvbSidebarKind avb_sidebar_row_get_kind       (AvbSidebarRow *self);
AvbConnection *avb_sidebar_row_get_connection (AvbSidebarRow *self);
/* Of the extensions: how many can be updated; 0 is not shown. */
void           avb_sidebar_row_set_count      (AvbSidebarRow *self, guint count);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "ui/library/avb-visible-rows.h"

G_BEGIN_DECLS

/* Gives @view the library's columns; the rows are told to @rows (which must outlive the view). */
void avb_library_columns_fill       (GtkColumnView *view, AvbVisibleRows *rows);
/* Only name and state, for a narrow window. */
void avb_library_columns_set_narrow (GtkColumnView *view, gboolean narrow);

G_END_DECLS

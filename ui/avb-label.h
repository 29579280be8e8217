/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Labels for rows that are made in C: they begin where the row begins. @style: (nullable): a CSS class */

/* One line, cut at its end where there is no room. */
GtkWidget *avb_label_new_line    (const char *style);
/* As many lines as it needs; long words are broken. */
GtkWidget *avb_label_new_wrapped (const char *style);

G_END_DECLS

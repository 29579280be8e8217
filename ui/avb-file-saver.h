/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* Asks for a file and writes @bytes there, completely or not at all; says @saved, or why not, in
 * @widget's window. @title: of the dialog; @name: what the file is called at first, in which slashes do no harm */
void avb_file_save (GtkWidget  *widget,
                    const char *title,
                    const char *name,
                    GBytes     *bytes,
                    const char *saved);

G_END_DECLS

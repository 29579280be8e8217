/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "app/avb-library.h"

G_BEGIN_DECLS

/* Disposable machines: see avb_disposable_open(). Both on behalf of @window, which tells what fails and shows the machine
 * once it runs. */

void avb_disposable_open_file (GtkWindow *window, AvbLibrary *library, GFile *file);
/* Asks for the file first. */
void avb_disposable_choose    (GtkWindow *window, AvbLibrary *library);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "app/extensions/avb-extension-host.h"

G_BEGIN_DECLS

/* Answers what extensions ask (`host/ui.ask`) in dialogs over @window, as long as that is there. Each says which extension
 * asks: it cannot look like a question of the program. */
void avb_question_dialog_serve (GtkWidget *window, AvbExtensionHost *host);

G_END_DECLS

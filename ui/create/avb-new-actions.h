/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "ui/avb-window.h"

G_BEGIN_DECLS

/* The actions `win.new-…`: new machines from wherever they come. For the class of #AvbWindow. */
void avb_new_actions_install (GtkWidgetClass *widget_class);

/* Opens the new-machine sheet. @file: (nullable): %NULL: an empty machine */
void avb_new_actions_present (AvbWindow *window, GFile *file);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "ui/extensions/avb-extension-set.h"

G_BEGIN_DECLS

/* What extensions add to menus. Items activate actions of the window, see avb-extension-actions.h; their labels are the authors',
 * in which nothing is underlined. */

/* @machine: (nullable): %NULL: the program's own menu. Replaces what is in @section. */
void avb_extension_menu_fill  (GMenu *section, AvbExtensionSet *set, AvbMachine *machine);

/* Fills @section, and again whenever extensions come or go or the machine changes its state, as long as @owner is there.
 * Where @owner is tells which extensions there are: those of its window. */
void avb_extension_menu_watch (GtkWidget *owner, GMenu *section, AvbMachine *machine);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "backends/avb-machine.h"

G_BEGIN_DECLS

/**
 * avb_screenshot_save:
 * @widget: whose window asks where to, and hears of failures
 * @texture: (nullable): the picture; %NULL: ask the hypervisor for one
 *
 * Asks for a place and writes the machine's screen there as PNG, without blocking.
 */
void avb_screenshot_save (GtkWidget *widget, AvbMachine *machine, GdkTexture *texture);

/* The same to the clipboard. */
void avb_screenshot_copy_picture (GtkWidget *widget, AvbMachine *machine, GdkTexture *texture);

G_END_DECLS

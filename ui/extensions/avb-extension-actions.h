/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "ui/extensions/avb-extension-set.h"

G_BEGIN_DECLS

/**
 * avb_extension_actions_use:
 * @window: where questions, notices and results are shown
 * @target: (isss): an #AvbContributionKind, the IDs of extension and contribution, the UUID of a machine or ""
 *
 * What a menu item of an extension does: runs an action or a console tool, offers a disk, or connects to a network.
 */
void avb_extension_actions_use (GtkWidget *window, AvbExtensionSet *set, GVariant *target);

/* Shows what a command answered. @text, @report: (nullable) */
void avb_extension_actions_show_report (GtkWidget *window, const char *title, const char *report);

G_END_DECLS

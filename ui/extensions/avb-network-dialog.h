/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "ui/extensions/avb-extension-set.h"

#include <adwaita.h>

G_BEGIN_DECLS

/**
 * AvbNetworkDialog:
 *
 * Which network of a kind that an extension has a machine is connected to: one of those that were made, or a new one. They are
 * removed here, too.
 */
#define AVB_TYPE_NETWORK_DIALOG (avb_network_dialog_get_type ())
G_DECLARE_FINAL_TYPE (AvbNetworkDialog, avb_network_dialog, AVB, NETWORK_DIALOG, AdwDialog)

/* @kind: a network contribution */
AdwDialog *avb_network_dialog_new    (AvbExtensionSet *set, AvbContribution *kind, AvbMachine *machine);
/* Whether there is anything to choose. */
gboolean   avb_network_dialog_is_for (AvbContribution *kind);
/* That a machine was connected, or not any more. @applied: #AvbApplied */
void       avb_network_dialog_tell   (GtkWidget *window, gboolean connected, const char *title, int applied);

G_END_DECLS

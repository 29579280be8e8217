/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "app/avb-library.h"

G_BEGIN_DECLS

/* What AvbMachineActions does about clones, templates and snapshots: whether it can be done to a machine now, and doing
 * it, on behalf of the widget @owner. */

gboolean avb_clone_actions_can_clone    (AvbMachine *machine);
gboolean avb_clone_actions_can_derive   (AvbMachine *machine); /* a machine from a template */
gboolean avb_clone_actions_can_freeze   (AvbMachine *machine); /* make it a template */
gboolean avb_clone_actions_can_release  (AvbMachine *machine); /* make a template an ordinary machine */
gboolean avb_clone_actions_can_snapshot (AvbMachine *machine);

void avb_clone_actions_clone    (GtkWidget *owner, AvbLibrary *library, AvbMachine *machine);
void avb_clone_actions_freeze   (GtkWidget *owner, AvbLibrary *library, AvbMachine *machine);
void avb_clone_actions_release  (GtkWidget *owner, AvbLibrary *library, AvbMachine *machine);
void avb_clone_actions_snapshot (GtkWidget *owner, AvbLibrary *library, AvbMachine *machine);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "app/avb-library.h"

G_BEGIN_DECLS

/**
 * AvbMachineActions:
 *
 * The `machine.*` actions of a widget: what can be done to one machine or to several at once.
 * Enabled as long as one of the targets can do it; those that cannot are left alone. Decisions
 * that lose data are asked for; a deletion can be undone from its toast.
 */
#define AVB_TYPE_MACHINE_ACTIONS (avb_machine_actions_get_type ())
G_DECLARE_FINAL_TYPE (AvbMachineActions, avb_machine_actions, AVB, MACHINE_ACTIONS, GObject)

/* Inserts the group "machine" into @owner, which must outlive it or dispose of it. */
AvbMachineActions *avb_machine_actions_new         (GtkWidget *owner, AvbLibrary *library);
/* @machines: (element-type AvbMachine) (transfer none) */
void               avb_machine_actions_set_targets (AvbMachineActions *self, GPtrArray *machines);

G_END_DECLS

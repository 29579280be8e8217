/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "backends/avb-machine.h"

G_BEGIN_DECLS

/**
 * AvbSharingActions:
 *
 * The way to a machine's shared folders, as actions `sharing.…` of the widget that shows the machine:
 * `sharing.open`, and `sharing.add` (string: the URI of a folder), which also shares it. A folder that is
 * dropped on the widget is shared as well.
 */
#define AVB_TYPE_SHARING_ACTIONS (avb_sharing_actions_get_type ())
G_DECLARE_FINAL_TYPE (AvbSharingActions, avb_sharing_actions, AVB, SHARING_ACTIONS, GObject)

/* Inserts the actions into @owner, which must outlive the result. */
AvbSharingActions *avb_sharing_actions_new (GtkWidget *owner, AvbMachine *machine);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "backends/avb-machine.h"

G_BEGIN_DECLS

/**
 * AvbGuestActions:
 *
 * What a guest with an agent can be asked for, as actions of the widget that shows the machine:
 * `guest.freeze` and `guest.thaw`, of the guest's file systems; enabled where that is possible now. And
 * the banner that shows while they are frozen.
 */
#define AVB_TYPE_GUEST_ACTIONS (avb_guest_actions_get_type ())
G_DECLARE_FINAL_TYPE (AvbGuestActions, avb_guest_actions, AVB, GUEST_ACTIONS, GObject)

/* Inserts the actions into @owner, which must outlive the result, and its banner into @toolbar. */
AvbGuestActions *avb_guest_actions_new (GtkWidget      *owner,
                                        AvbMachine     *machine,
                                        AdwToolbarView *toolbar);

G_END_DECLS

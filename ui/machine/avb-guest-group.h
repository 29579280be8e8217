/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "backends/avb-machine.h"

G_BEGIN_DECLS

/**
 * AvbGuestGroup:
 *
 * What the guest of a running machine tells of itself: addresses, host name, system, who is logged in; or, in
 * one sentence, why it does not. It asks when it is shown, when an agent comes or goes, and when told to.
 * Hides itself where the machine does not run. Property `machine` (#AvbMachine, nullable, read-write).
 */
#define AVB_TYPE_GUEST_GROUP (avb_guest_group_get_type ())
G_DECLARE_FINAL_TYPE (AvbGuestGroup, avb_guest_group, AVB, GUEST_GROUP, AdwPreferencesGroup)

void avb_guest_group_set_machine (AvbGuestGroup *self, AvbMachine *machine);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "ui/console/avb-console.h"
#include "ui/console/avb-console-audio.h"
#include "ui/console/avb-console-usb.h"

G_BEGIN_DECLS

/**
 * AvbDevicesActions:
 *
 * What a page does about the guest's sound, microphone and USB devices: the actions `devices.usb` (opens the
 * dialog), `devices.muted` and `devices.microphone` (boolean states) on its owner, the question when
 * the guest wants to hear the microphone, and the failures of USB devices as messages.
 */
#define AVB_TYPE_DEVICES_ACTIONS (avb_devices_actions_get_type ())
G_DECLARE_FINAL_TYPE (AvbDevicesActions, avb_devices_actions, AVB, DEVICES_ACTIONS, GObject)

/* @owner is not owned, and owns the result. */
AvbDevicesActions *avb_devices_actions_new         (GtkWidget *owner, AvbMachine *machine);
/* @console: (nullable): what shows the machine; with %NULL nothing can be done */
void               avb_devices_actions_set_console (AvbDevicesActions *self, AvbConsole *console);
/* (transfer floating): a slider for the loudness, to be put into a menu */
GtkWidget         *avb_devices_actions_create_volume (AvbDevicesActions *self);

G_END_DECLS

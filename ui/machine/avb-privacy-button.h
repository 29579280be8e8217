/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "ui/console/avb-console.h"

G_BEGIN_DECLS

/**
 * AvbPrivacyButton:
 *
 * What the guest has of this computer right now, as lights in the header bar: clipboard, microphone, USB
 * devices, network. Its popover has a row for each with the switch that takes it away at once.
 *
 * Property `compact` (boolean): only the gravest light, where the header is narrow.
 */
#define AVB_TYPE_PRIVACY_BUTTON (avb_privacy_button_get_type ())
G_DECLARE_FINAL_TYPE (AvbPrivacyButton, avb_privacy_button, AVB, PRIVACY_BUTTON, AdwBin)

void avb_privacy_button_set_machine (AvbPrivacyButton *self, AvbMachine *machine);
/* @console: (nullable): what shows the machine */
void avb_privacy_button_set_console (AvbPrivacyButton *self, AvbConsole *console);
void avb_privacy_button_popup       (AvbPrivacyButton *self);

G_END_DECLS

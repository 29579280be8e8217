/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/avb-library.h"
#include "ui/console/avb-console.h"

G_BEGIN_DECLS

/**
 * AvbDisplayActions:
 *
 * How one machine is shown, as actions `display.…` of the widget that shows it and as the changing part
 * of its menu.
 *
 * `display.mode` (string: "resize", "scale" or "exact"), `display.lock-keys`: the machine's settings;
 * `display.add-monitor`; `display.show-monitor` (uint32: the guest's number); `display.fullscreen-on`
 * (uint32: which of the host's monitors).
 */
#define AVB_TYPE_DISPLAY_ACTIONS (avb_display_actions_get_type ())
G_DECLARE_FINAL_TYPE (AvbDisplayActions, avb_display_actions, AVB, DISPLAY_ACTIONS, GObject)

/* Inserts the actions into @owner, which must outlive the result. @menu is filled, and kept up to
 * date, with what is possible now and why the rest is not. */
AvbDisplayActions *avb_display_actions_new (GtkWidget  *owner,
                                            AvbLibrary *library,
                                            AvbMachine *machine,
                                            GMenu      *menu);

/* From when on there is something to show. */
void avb_display_actions_set_console (AvbDisplayActions *self, AvbConsole *console);

G_END_DECLS

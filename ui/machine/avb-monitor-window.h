/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/avb-library.h"

G_BEGIN_DECLS

/**
 * AvbMonitorWindow:
 *
 * Shows one of the guest's other monitors. That there is a window is the wish that the guest uses
 * the monitor: closing it turns the monitor off in the guest. The window goes by itself when the
 * machine has no display any more.
 *
 * Actions: `win.fullscreen`, `monitor.send-keys` (string, see #AvbConsole).
 */
#define AVB_TYPE_MONITOR_WINDOW (avb_monitor_window_get_type ())
G_DECLARE_FINAL_TYPE (AvbMonitorWindow, avb_monitor_window, AVB, MONITOR_WINDOW, AdwApplicationWindow)

/* Brings the window of that monitor to the front; makes it if there is none. @application is nullable. */
AvbMonitorWindow *avb_monitor_window_present (GtkApplication *application,
                                              AvbLibrary     *library,
                                              AvbMachine     *machine,
                                              guint           number);
/* (nullable) */
AvbMonitorWindow *avb_monitor_window_find    (AvbMachine *machine, guint number);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/contributions/avb-monitor.h"
#include "app/extensions/avb-extension-host.h"

G_BEGIN_DECLS

/**
 * AvbMonitorList:
 *
 * The monitors of all extensions: a #GListModel of #AvbMonitor. Each is started as soon as its extension runs, and again
 * when that was restarted; an extension whose monitor is to watch from the beginning is started with the program
 * (`activation` "startup"). Main thread.
 */
#define AVB_TYPE_MONITOR_LIST (avb_monitor_list_get_type ())
G_DECLARE_FINAL_TYPE (AvbMonitorList, avb_monitor_list, AVB, MONITOR_LIST, GObject)

AvbMonitorList *avb_monitor_list_new  (AvbExtensionHost *host);
/* (transfer full) (nullable) */
AvbMonitor     *avb_monitor_list_find (AvbMonitorList *self, const char *extension, const char *id);

G_END_DECLS

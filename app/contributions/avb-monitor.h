/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/extensions/avb-contributions.h"

G_BEGIN_DECLS

/* How many values of each name are kept. */
#define AVB_MONITOR_HISTORY 120

/**
 * AvbMonitor:
 *
 * A monitor of an extension and what it told. Main thread.
 *
 * Properties, read-only and notifying: `contribution` (#AvbContribution), `running` (boolean: it was started and watches),
 * `sampled` (int64, Unix seconds: of the last sample; 0: none), `message` (string, nullable: the last event's text, the
 * extension's: text, not markup), `severity` (string, nullable: of that: "info", "warning", "critical").
 */
#define AVB_TYPE_MONITOR (avb_monitor_get_type ())
G_DECLARE_FINAL_TYPE (AvbMonitor, avb_monitor, AVB, MONITOR, GObject)

AvbMonitor *avb_monitor_new (AvbContribution *contribution);

AvbContribution *avb_monitor_get_contribution (AvbMonitor *self);
gboolean         avb_monitor_get_running      (AvbMonitor *self);
gint64           avb_monitor_get_sampled      (AvbMonitor *self);
const char      *avb_monitor_get_message      (AvbMonitor *self); /* (nullable) */
const char      *avb_monitor_get_severity     (AvbMonitor *self); /* (nullable) */
/* %FALSE if no sample had it. */
gboolean         avb_monitor_get_value        (AvbMonitor *self, const char *name, double *value);
/* (transfer none) (nullable): the oldest first */
const double    *avb_monitor_get_history      (AvbMonitor *self, const char *name, guint *length);

/* For the list. @params: checked, of the notifications. */
void avb_monitor_set_running (AvbMonitor *self, gboolean running);
void avb_monitor_take_sample (AvbMonitor *self, JsonObject *params);
void avb_monitor_take_event  (AvbMonitor *self, JsonObject *params);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "ui/console/avb-guest-display.h"

G_BEGIN_DECLS

/**
 * AvbGuestMonitor:
 *
 * A monitor that the guest uses: a part of a display's surface. Main thread.
 *
 * The same object as long as the guest keeps the monitor, whatever its size; afterwards the object
 * stays as it was, and nobody changes it any more.
 *
 * Signal: `changed`: it has another area.
 */
#define AVB_TYPE_GUEST_MONITOR (avb_guest_monitor_get_type ())
G_DECLARE_FINAL_TYPE (AvbGuestMonitor, avb_guest_monitor, AVB, GUEST_MONITOR, GObject)

/* @number: less than %AVB_MAX_MONITORS */
AvbGuestMonitor *avb_guest_monitor_new (AvbGuestDisplay *display, guint number);

AvbGuestDisplay *avb_guest_monitor_get_display (AvbGuestMonitor *self);
/* Counted as the guest's agent does; the first one has the smallest. */
guint            avb_guest_monitor_get_number  (AvbGuestMonitor *self);
/* In pixels of the display's surface; empty until it is known. */
void             avb_guest_monitor_get_area    (AvbGuestMonitor *self, cairo_rectangle_int_t *area);
void             avb_guest_monitor_set_area    (AvbGuestMonitor             *self,
                                                const cairo_rectangle_int_t *area);

G_END_DECLS

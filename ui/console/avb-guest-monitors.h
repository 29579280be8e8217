/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "ui/console/avb-guest-monitor.h"

G_BEGIN_DECLS

/**
 * AvbGuestMonitors:
 *
 * The monitors that the guest uses now, as a #GListModel of #AvbGuestMonitor sorted by number. They
 * come from display channels: a graphics card of several channels has a monitor on each, which is
 * counted as the channel is; one with a single channel may have several on it, which are counted as
 * the card does. Main thread.
 *
 * The first display is always there, so that its framebuffer and pointer can be used at any time.
 *
 * Signals: `picture`, `problem` (string, translated): of the first display, see #AvbGuestDisplay.
 */
#define AVB_TYPE_GUEST_MONITORS (avb_guest_monitors_get_type ())
G_DECLARE_FINAL_TYPE (AvbGuestMonitors, avb_guest_monitors, AVB, GUEST_MONITORS, GObject)

AvbGuestMonitors *avb_guest_monitors_new (void);

/* Uses a display or cursor channel; returns %FALSE for any other, and for more than can be shown. */
gboolean avb_guest_monitors_add_channel (AvbGuestMonitors *self, SpiceChannel *channel);
/* Lets go of all channels; the last pictures stay until avb_guest_monitors_clear(). */
void     avb_guest_monitors_detach      (AvbGuestMonitors *self);
void     avb_guest_monitors_clear       (AvbGuestMonitors *self);

AvbGuestDisplay *avb_guest_monitors_get_first_display (AvbGuestMonitors *self);
/* (transfer none) (nullable): the monitor of that number */
AvbGuestMonitor *avb_guest_monitors_find (AvbGuestMonitors *self, guint number);
/* The number that another monitor would have, @from or larger; %AVB_MAX_MONITORS where there can be no
 * more. */
guint            avb_guest_monitors_find_free (AvbGuestMonitors *self, guint from);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <spice-client.h>

#include "ui/console/avb-framebuffer.h"
#include "ui/console/avb-guest-cursor.h"
#include "ui/console/avb-scanout.h"

G_BEGIN_DECLS

/* So many monitors are known at most, of one channel and of all: more than the agent can arrange. */
#define AVB_MAX_MONITORS 16

/**
 * AvbMonitorArea:
 * @id: as the guest counts the monitors of this channel, less than %AVB_MAX_MONITORS
 * @area: the part of the surface that the monitor shows, in guest pixels, never empty and never
 *   beyond the surface
 */
typedef struct {
  guint                 id;
  cairo_rectangle_int_t area;
} AvbMonitorArea;

/**
 * AvbSpiceDisplay:
 *
 * Feeds a framebuffer from a display channel. The framebuffer keeps the last picture until the
 * guest has drawn into the next surface, so that nothing flashes when the guest changes its mode.
 *
 * A guest whose host draws with OpenGL has a scanout instead, from its first frame until its next
 * surface is drawn: then the framebuffer is empty.
 *
 * A surface is shown by one monitor, or by several next to each other. What the server says of them
 * is believed only as far as the surface reaches.
 *
 * Signals: `picture`: the guest drew, and it is shown; `problem` (string, translated): the guest's
 * display can't be shown now, `picture` comes when it can; `areas`: other monitors than before.
 */
#define AVB_TYPE_SPICE_DISPLAY (avb_spice_display_get_type ())
G_DECLARE_FINAL_TYPE (AvbSpiceDisplay, avb_spice_display, AVB, SPICE_DISPLAY, GObject)

AvbSpiceDisplay *avb_spice_display_new (AvbFramebuffer *framebuffer);

/* @channel is nullable. The old channel's surface is not touched any more. */
void avb_spice_display_set_channel (AvbSpiceDisplay *self, SpiceDisplayChannel *channel);
SpiceDisplayChannel *avb_spice_display_get_channel (AvbSpiceDisplay *self); /* (nullable) */

/* Forgets the last picture. */
void avb_spice_display_clear (AvbSpiceDisplay *self);

AvbFramebuffer *avb_spice_display_get_framebuffer (AvbSpiceDisplay *self);
AvbScanout     *avb_spice_display_get_scanout     (AvbSpiceDisplay *self);
AvbGuestCursor *avb_spice_display_get_cursor      (AvbSpiceDisplay *self);

/* (transfer none): by `id`; none without a picture */
const AvbMonitorArea *avb_spice_display_get_areas (AvbSpiceDisplay *self, guint *n_areas);
/* How many monitors the guest could have on this channel, at least 1. */
guint avb_spice_display_get_max_monitors (AvbSpiceDisplay *self);

G_END_DECLS

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
 * AvbGuestDisplay:
 *
 * A surface that the guest draws to, in a framebuffer: that of a SPICE display channel, or one that somebody else fills, see
 * avb_guest_display_show(). The framebuffer keeps the last picture until the
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
#define AVB_TYPE_GUEST_DISPLAY (avb_guest_display_get_type ())
G_DECLARE_FINAL_TYPE (AvbGuestDisplay, avb_guest_display, AVB, GUEST_DISPLAY, GObject)

AvbGuestDisplay *avb_guest_display_new (AvbFramebuffer *framebuffer);

/* @channel is nullable. The old channel's surface is not touched any more. */
void avb_guest_display_set_channel (AvbGuestDisplay *self, SpiceDisplayChannel *channel);
SpiceDisplayChannel *avb_guest_display_get_channel (AvbGuestDisplay *self); /* (nullable) */

/**
 * avb_guest_display_show:
 * @data: 32 bits a pixel, native byte order, the upper byte garbage; stays until avb_guest_display_drop()
 *
 * Shows a surface of the caller's, all of it new, for a display without a channel. What changes in it later is told with
 * avb_framebuffer_invalidate().
 *
 * Returns: %FALSE with %AVB_ERROR_INVALID where it is too large
 */
gboolean avb_guest_display_show (AvbGuestDisplay *self,
                                 int              width,
                                 int              height,
                                 int              stride,
                                 gconstpointer    data,
                                 GError         **error);
/* The surface goes; its last picture stays. */
void     avb_guest_display_drop (AvbGuestDisplay *self);

/* Forgets the last picture. */
void avb_guest_display_clear (AvbGuestDisplay *self);

AvbFramebuffer *avb_guest_display_get_framebuffer (AvbGuestDisplay *self);
AvbScanout     *avb_guest_display_get_scanout     (AvbGuestDisplay *self);
AvbGuestCursor *avb_guest_display_get_cursor      (AvbGuestDisplay *self);

/* (transfer none): by `id`; none without a picture */
const AvbMonitorArea *avb_guest_display_get_areas (AvbGuestDisplay *self, guint *n_areas);
/* How many monitors the guest could have on this channel, at least 1. */
guint avb_guest_display_get_max_monitors (AvbGuestDisplay *self);

G_END_DECLS

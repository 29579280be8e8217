/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <spice-client.h>

#include "ui/console/avb-framebuffer.h"

G_BEGIN_DECLS

/**
 * AvbSpiceDisplay:
 *
 * Feeds a framebuffer from a display channel. The framebuffer keeps the last picture until the
 * guest has drawn into the next surface, so that nothing flashes when the guest changes its mode.
 *
 * Signals: `picture`: the guest drew, and it is shown; `problem` (string, translated): the guest's
 * display can't be shown now, `picture` comes when it can.
 */
#define AVB_TYPE_SPICE_DISPLAY (avb_spice_display_get_type ())
G_DECLARE_FINAL_TYPE (AvbSpiceDisplay, avb_spice_display, AVB, SPICE_DISPLAY, GObject)

AvbSpiceDisplay *avb_spice_display_new (AvbFramebuffer *framebuffer);

/* @channel is nullable. The old channel's surface is not touched any more. */
void avb_spice_display_set_channel (AvbSpiceDisplay *self, SpiceDisplayChannel *channel);

G_END_DECLS

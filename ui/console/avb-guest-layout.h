/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "ui/console/avb-console-session.h"

G_BEGIN_DECLS

/**
 * AvbGuestLayout:
 *
 * What this program would like the guest's monitors to be: which ones there are and how large. They
 * lie next to each other in the order of their numbers. Main thread.
 *
 * Wishes are gathered for 150 ms and told to the guest's agent, and again whenever an agent comes.
 * What the guest makes of them is its business: an answer of another size is not a new wish, so the
 * two never run after each other. Monitors without a wish stay as the guest has them.
 *
 * A display that is not SPICE has no agent, and wishes stay wishes.
 *
 * Property `can-arrange` (boolean, read-only, notifying): an agent that can do this runs in the
 * guest.
 */
#define AVB_TYPE_GUEST_LAYOUT (avb_guest_layout_get_type ())
G_DECLARE_FINAL_TYPE (AvbGuestLayout, avb_guest_layout, AVB, GUEST_LAYOUT, GObject)

/* What is wished for at least and at most, in pixels. */
#define AVB_GUEST_LAYOUT_MIN_WIDTH 320
#define AVB_GUEST_LAYOUT_MIN_HEIGHT 200

/* (transfer full): the same object for the same session, as long as somebody holds it */
AvbGuestLayout *avb_guest_layout_for_session (AvbConsoleSession *session);

/**
 * avb_guest_layout_want:
 * @number: of the monitor, less than %AVB_MAX_MONITORS
 * @width: in guest pixels; made even and brought within what the console can show
 *
 * The guest shall use this monitor, at this size.
 */
void     avb_guest_layout_want     (AvbGuestLayout *self, guint number, int width, int height);
/* The guest shall not use this monitor; it is told at once. Ends when the guest has done so. */
void     avb_guest_layout_turn_off (AvbGuestLayout *self, guint number);
/* There is no wish any more. */
void     avb_guest_layout_forget   (AvbGuestLayout *self, guint number);
/* Whether there is a wish to use this monitor. */
gboolean avb_guest_layout_wants    (AvbGuestLayout *self, guint number);

gboolean avb_guest_layout_get_can_arrange (AvbGuestLayout *self);

G_END_DECLS

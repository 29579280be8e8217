/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>
#include <spice-client.h>

G_BEGIN_DECLS

/**
 * AvbGuestRequests:
 *
 * Asks a guest for what is in its clipboard. The protocol has no numbers that tell which answer belongs to
 * which question, so one question is asked after the other, and who asks the same meanwhile shares its
 * answer. Nothing is believed: an answer nobody waits for is dropped, one of another type too, one that is too
 * large is refused, and one that does not come on is given up after ten seconds. Main thread.
 *
 * Signal `refused` (string): a translated sentence on an answer that was not taken.
 */
#define AVB_TYPE_GUEST_REQUESTS (avb_guest_requests_get_type ())
G_DECLARE_FINAL_TYPE (AvbGuestRequests, avb_guest_requests, AVB, GUEST_REQUESTS, GObject)

AvbGuestRequests *avb_guest_requests_new (void);

/* @channel is nullable. Questions that were asked on another one have failed then. */
void avb_guest_requests_set_channel (AvbGuestRequests *self, SpiceMainChannel *channel);
/* All questions fail. */
void avb_guest_requests_cancel      (AvbGuestRequests *self);
/* Whether @channel has an agent that can be asked. */
gboolean avb_guest_requests_can_ask (AvbGuestRequests *self);

/**
 * avb_guest_requests_ask:
 * @type: of the guest's clipboard
 *
 * Returns: (transfer full): a #GBytes as the guest sent it; fails with %AVB_ERROR_UNAVAILABLE where it sent
 *   nothing, and %AVB_ERROR_INVALID where that was too much
 */
DexFuture *avb_guest_requests_ask (AvbGuestRequests *self, guint type) G_GNUC_WARN_UNUSED_RESULT;

/* What the guest has in its clipboard: for `main-clipboard-selection`. */
void avb_guest_requests_answer (AvbGuestRequests *self, guint type, const void *data, guint size);

G_END_DECLS

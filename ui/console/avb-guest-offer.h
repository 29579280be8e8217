/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "ui/console/avb-guest-requests.h"

#include <gdk/gdk.h>

G_BEGIN_DECLS

/**
 * AvbGuestOffer:
 *
 * What a guest has in its clipboard, as content of the desktop's. It is asked for when somebody pastes, and
 * not before. Nothing of it is kept, and no clipboard manager is asked to keep it: without the guest it is
 * nothing. Main thread.
 */
#define AVB_TYPE_GUEST_OFFER (avb_guest_offer_get_type ())
G_DECLARE_FINAL_TYPE (AvbGuestOffer, avb_guest_offer, AVB, GUEST_OFFER, GdkContentProvider)

/* @types: a set as in avb-clipboard-format.h. @crlf: how the guest ends lines. */
AvbGuestOffer    *avb_guest_offer_new          (AvbGuestRequests *requests, guint types, gboolean crlf);
AvbGuestRequests *avb_guest_offer_get_requests (AvbGuestOffer *self);

G_END_DECLS

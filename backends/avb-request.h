/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * AvbRequest:
 *
 * What a connection, to a host or to a machine's display, waits for: a decision that only the user can make. Abstract; see
 * #AvbPasswordRequest and #AvbCertificateRequest. It is answered once; what comes later does nothing.
 * Main thread.
 *
 * Properties, read-only: `machine-name` (string, nullable: %NULL where the host itself asks), `host` (string, nullable: %NULL for a machine of this
 * computer).
 *
 * Signals: `answered` (boolean: %FALSE if the user cancelled).
 */
#define AVB_TYPE_REQUEST (avb_request_get_type ())
G_DECLARE_DERIVABLE_TYPE (AvbRequest, avb_request, AVB, REQUEST, GObject)

struct _AvbRequestClass {
  GObjectClass parent_class;
};

const char *avb_request_get_machine_name (AvbRequest *self); /* (nullable) */
const char *avb_request_get_host         (AvbRequest *self); /* (nullable) */
/* The user does not want to answer. */
void        avb_request_cancel           (AvbRequest *self);

/* For the kinds of requests. */
void        avb_request_answer           (AvbRequest *self);
gboolean    avb_request_is_answered      (AvbRequest *self);

G_END_DECLS

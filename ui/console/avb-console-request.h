/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/**
 * AvbConsoleRequest:
 *
 * What a console's connection waits for: a decision that only the user can make. Abstract; see
 * #AvbPasswordRequest and #AvbCertificateRequest. It is answered once; what comes later does nothing.
 * Main thread.
 *
 * Properties, read-only: `machine-name` (string), `host` (string, nullable: %NULL for a machine of this
 * computer).
 *
 * Signals: `answered` (boolean: %FALSE if the user cancelled).
 */
#define AVB_TYPE_CONSOLE_REQUEST (avb_console_request_get_type ())
G_DECLARE_DERIVABLE_TYPE (AvbConsoleRequest, avb_console_request, AVB, CONSOLE_REQUEST, GObject)

struct _AvbConsoleRequestClass {
  GObjectClass parent_class;
};

const char *avb_console_request_get_machine_name (AvbConsoleRequest *self);
const char *avb_console_request_get_host         (AvbConsoleRequest *self); /* (nullable) */
/* The user does not want to answer. */
void        avb_console_request_cancel           (AvbConsoleRequest *self);

/* For the kinds of requests. */
void        avb_console_request_answer           (AvbConsoleRequest *self);
gboolean    avb_console_request_is_answered      (AvbConsoleRequest *self);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-connection.h"

G_BEGIN_DECLS

/**
 * AvbHypervConnection:
 *
 * A host with Hyper-V, by WS-Management: "hyperv://[user@]host[:port]". TLS at port 5986; "?transport=http" is without, at
 * port 5985: to this computer, or where the user wrote it so.
 *
 * Changes come as events of the host. Where it has none the list is read every five seconds, as long as somebody listens to
 * it (a handler is connected to `items-changed` of the list of machines), and not at all otherwise.
 */
#define AVB_TYPE_HYPERV_CONNECTION (avb_hyperv_connection_get_type ())
G_DECLARE_FINAL_TYPE (AvbHypervConnection, avb_hyperv_connection, AVB, HYPERV_CONNECTION, AvbConnection)

gboolean       avb_hyperv_handles_uri (const char *uri);
/* (transfer full): starts to connect at once; a URI that cannot be used is a lost link with a sentence */
AvbConnection *avb_hyperv_connection_new (const char *uri);

/* How long a job may be silent, in milliseconds; 0: the default. For tests. */
void avb_hyperv_connection_set_job_silence (AvbHypervConnection *self, guint milliseconds);

G_END_DECLS

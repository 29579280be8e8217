/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

#include "backends/avb-machine.h"

G_BEGIN_DECLS

/**
 * AvbSpiceTransport:
 *
 * Connections to a display on a host and port, one for each channel. Where there is a port for TLS nothing
 * else is used; the certificate must be for the host and have somebody's word whom this computer trusts (or
 * whom the endpoint names, or `~/.spicec/spice_truststore.pem`, as in other SPICE viewers), or be one that the user trusts.
 * TLS is GLib's and not spice-client-glib's, which can't pin a certificate that has a chain. Main thread.
 */
#define AVB_TYPE_SPICE_TRANSPORT (avb_spice_transport_get_type ())
G_DECLARE_FINAL_TYPE (AvbSpiceTransport, avb_spice_transport, AVB, SPICE_TRANSPORT, GObject)

AvbSpiceTransport *avb_spice_transport_new    (const AvbConsoleEndpoint *endpoint);
/* Resolves to an int: a socket for one channel, which the caller owns. %AVB_ERROR_PERMISSION for a certificate
 * that is not trusted, %AVB_ERROR_UNAVAILABLE where nobody answers. */
DexFuture         *avb_spice_transport_open   (AvbSpiceTransport *self) G_GNUC_WARN_UNUSED_RESULT;
/* What is not open yet never will be. */
void               avb_spice_transport_cancel (AvbSpiceTransport *self);

const char        *avb_spice_transport_get_host (AvbSpiceTransport *self);
guint              avb_spice_transport_get_port (AvbSpiceTransport *self);
/* Whether the server closed a connection in order. */
gboolean           avb_spice_transport_get_clean (AvbSpiceTransport *self);
/* (nullable): why the server was cut off: a sentence */
const char        *avb_spice_transport_get_problem (AvbSpiceTransport *self);
/* (nullable): the certificate that was not trusted. @changed: another one was. */
GTlsCertificate   *avb_spice_transport_get_untrusted (AvbSpiceTransport    *self,
                                                      GTlsCertificateFlags *errors,
                                                      gboolean             *changed);

G_END_DECLS

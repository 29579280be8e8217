/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gio/gio.h>

#include "backends/avb-request.h"

G_BEGIN_DECLS

/**
 * AvbCertificateRequest:
 *
 * A host shows a certificate that could not be verified. The user may trust this very certificate
 * for this host and port. What it says of itself is not verified either: it is text from the network, made
 * valid and cut, never markup.
 */
#define AVB_TYPE_CERTIFICATE_REQUEST (avb_certificate_request_get_type ())
G_DECLARE_FINAL_TYPE (AvbCertificateRequest, avb_certificate_request, AVB, CERTIFICATE_REQUEST, AvbRequest)

/* @changed: another one was trusted for this host and port */
AvbCertificateRequest *avb_certificate_request_new (const char          *machine_name,
                                                    const char          *host,
                                                    guint                port,
                                                    GTlsCertificate     *certificate,
                                                    GTlsCertificateFlags errors,
                                                    gboolean             changed);

guint      avb_certificate_request_get_port    (AvbCertificateRequest *self);
gboolean   avb_certificate_request_get_changed (AvbCertificateRequest *self);
/* Whoever knows which one was trusted found that it was another one. */
void       avb_certificate_request_set_changed (AvbCertificateRequest *self);
char      *avb_certificate_request_dup_subject (AvbCertificateRequest *self); /* (nullable) */
char      *avb_certificate_request_dup_issuer  (AvbCertificateRequest *self); /* (nullable) */
GDateTime *avb_certificate_request_dup_not_before (AvbCertificateRequest *self); /* (nullable) */
GDateTime *avb_certificate_request_dup_not_after  (AvbCertificateRequest *self); /* (nullable) */
/* Translated sentences, a line each: why it could not be verified */
char      *avb_certificate_request_dup_reasons (AvbCertificateRequest *self);
/* See avb_certificate_fingerprint(). */
const char *avb_certificate_request_get_fingerprint (AvbCertificateRequest *self);

void       avb_certificate_request_trust       (AvbCertificateRequest *self);

/* (transfer full): SHA-256 of the whole certificate, in lower-case hexadecimal */
char      *avb_certificate_fingerprint         (GTlsCertificate *certificate);

G_END_DECLS

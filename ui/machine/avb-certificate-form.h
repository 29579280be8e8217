/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "backends/avb-certificate-request.h"

G_BEGIN_DECLS

/* Shows a certificate that could not be verified; the user trusts it or does not. */
#define AVB_TYPE_CERTIFICATE_FORM (avb_certificate_form_get_type ())
G_DECLARE_FINAL_TYPE (AvbCertificateForm, avb_certificate_form, AVB, CERTIFICATE_FORM, AdwBin)

GtkWidget *avb_certificate_form_new (AvbCertificateRequest *request);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "backends/avb-password-request.h"

G_BEGIN_DECLS

/* Answers one request for a display's password. */
#define AVB_TYPE_PASSWORD_FORM (avb_password_form_get_type ())
G_DECLARE_FINAL_TYPE (AvbPasswordForm, avb_password_form, AVB, PASSWORD_FORM, AdwBin)

GtkWidget *avb_password_form_new (AvbPasswordRequest *request);

G_END_DECLS

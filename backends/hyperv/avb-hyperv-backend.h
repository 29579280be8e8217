/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-backend.h"

G_BEGIN_DECLS

/**
 * AvbHypervBackend:
 *
 * Hyper-V, by WS-Management: of this computer where it runs Windows, and of others from anywhere.
 */
#define AVB_TYPE_HYPERV_BACKEND (avb_hyperv_backend_get_type ())
G_DECLARE_FINAL_TYPE (AvbHypervBackend, avb_hyperv_backend, AVB, HYPERV_BACKEND, AvbBackend)

AvbBackend *avb_hyperv_backend_new (void);

G_END_DECLS

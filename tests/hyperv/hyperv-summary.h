/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "tests/hyperv/hyperv-host.h"

G_BEGIN_DECLS

guint32 hv_get_summary_information (HvInvoke *in);
guint32 hv_get_thumbnail_image     (HvInvoke *in);
/* RGB565, the low byte first */
guint8 *hv_draw_picture            (HvMachine *machine, guint width, guint height, gsize *size);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>
#include <libdex.h>

#include "backends/avb-machine.h"

G_BEGIN_DECLS

/**
 * avb_picture_decode:
 * @screenshot: what the hypervisor gave
 * @max_width: device pixels; a larger picture is made smaller
 *
 * Decodes a screenshot on a worker thread. The bytes come from a guest by way of a hypervisor and
 * are not trusted: only PNG and PPM, and no more than 64 million pixels.
 *
 * Returns: (transfer full): resolves to a #GdkTexture, or rejects with %AVB_ERROR_INVALID
 */
DexFuture  *avb_picture_decode (const AvbScreenshot *screenshot,
                                int                  max_width) G_GNUC_WARN_UNUSED_RESULT;

/* The same, blocking: for the worker and the tests. */
GdkTexture *avb_picture_decode_sync (const char *mime_type,
                                     GBytes     *bytes,
                                     int         max_width,
                                     GError    **error);

G_END_DECLS

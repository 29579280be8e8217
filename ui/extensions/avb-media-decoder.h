/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>
#include <libdex.h>

G_BEGIN_DECLS

/**
 * avb_media_decode:
 * @bytes: a picture that a stranger made: PNG, JPEG or WebP
 * @max_side: the most pixels in width and height
 *
 * Decodes in a process of its own without rights (glycin). What a file is, is told by its first bytes: anything else than
 * the three, SVG before all, does not get that far. Main thread.
 *
 * Returns: (transfer full): resolves to a #GdkTexture; %AVB_ERROR_INVALID for what is no such picture or too large,
 *   %AVB_ERROR_NOT_SUPPORTED where this program was built without glycin
 */
DexFuture *avb_media_decode (GBytes *bytes, guint max_side) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

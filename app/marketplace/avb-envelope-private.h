/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Base64 with its padding and without anything else; NULL if @text is not exactly that. (transfer full) */
guint8 *avb_base64_decode (const char *text, gsize length, gsize *out_length);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * avb_text_make_line:
 * @text: (nullable): any bytes
 * @max_chars: the longest that is kept; an ellipsis takes the place of the rest
 *
 * One line of valid UTF-8 without control or direction-changing characters, for names that somebody
 * else chose. It is text, not markup. Thread: any.
 *
 * Returns: (transfer full): perhaps ""
 */
char *avb_text_make_line (const char *text, guint max_chars);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* Texts of strangers: a string, or an object of them by language ("de", "pt_BR"; "en" where none fits). Any thread. */

/* One line, without control and direction-changing characters; "" where there is none. (transfer full) */
char *avb_market_text_dup_line  (JsonObject *object, const char *member, guint max_chars);
/* Several lines, cleaned in the same way; NULL where there is none. (transfer full) (nullable) */
char *avb_market_text_dup_lines (JsonObject *object, const char *member, guint max_chars);

/* For comparing: case and marks above and below letters are gone. (transfer full) */
char *avb_market_text_fold      (const char *text);

G_END_DECLS

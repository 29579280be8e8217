/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * avb_localized_read:
 * @object: of a manifest or of what an extension sent
 * @member: a plain string, or an object of languages that has "en": {"en": "…", "pt_BR": "…"}
 * @max: bytes that each may have
 * @lines: whether it may have several lines
 * @required: else a member that is not there gives %NULL in @out
 *
 * What the author wrote in the user's language, or in English. It is text that somebody else chose: not markup. Control
 * characters and those that change the direction are refused. Thread: any.
 *
 * Returns: %AVB_ERROR_INVALID
 */
gboolean avb_localized_read (JsonObject *object,
                             const char *member,
                             gsize       max,
                             gboolean    lines,
                             gboolean    required,
                             char      **out,
                             GError    **error);

G_END_DECLS

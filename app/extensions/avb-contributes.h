/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/**
 * avb_contributes_check:
 * @contributes: of a manifest, or of the answer to `initialize`; not trusted
 *
 * Whether it has the shape that everybody behind relies on: known kinds, at most 500 of each, each with an id of its own
 * within its kind and a title, and what its kind needs. Members that are not known here are left alone. Thread: any.
 *
 * Kinds: `recipes`, `templates`, `actions`, `monitors`, `storage`, `networks`, `consoleTools`, `labChecks`. `recipes` and
 * `templates` may be {"file": "recipes.json"} instead: a file of the package that has the array; see
 * avb_contributes_check_kind().
 *
 * Returns: %AVB_ERROR_INVALID with a sentence that begins with the path
 */
gboolean avb_contributes_check (JsonObject *contributes, GError **error);

/* The same for the array of one kind, e.g. what is in the file that `recipes` names. */
gboolean avb_contributes_check_kind (const char *kind, JsonArray *items, GError **error);

/* The file that @kind is in: (transfer none) (nullable), a checked name within the package. */
const char *avb_contributes_get_file (JsonObject *contributes, const char *kind);

G_END_DECLS

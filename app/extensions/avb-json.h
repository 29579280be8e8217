/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* More levels than anything that is sent to this program has. */
#define AVB_JSON_MAX_DEPTH 64
/* Values of one text. Each takes some 100 bytes of memory, however short it is written. */
#define AVB_JSON_MAX_VALUES 1000000

/**
 * avb_json_parse:
 * @text: (array length=length): not trusted
 * @max_length: more bytes are refused
 *
 * JSON as RFC 8259 has it, and as I-JSON (RFC 7493) narrows it: valid UTF-8, no lone surrogates, no member twice in an
 * object, numbers that are numbers. NUL in a string, numbers beyond int64 or double, more than %AVB_JSON_MAX_DEPTH levels
 * and more than %AVB_JSON_MAX_VALUES values are refused too. Thread: any.
 *
 * Returns: (transfer full) (nullable): the root; %AVB_ERROR_INVALID with a sentence that names the place
 */
JsonNode *avb_json_parse (const char *text,
                          gsize       length,
                          gsize       max_length,
                          GError    **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same with at most @max_values values: what a stranger may make this program hold. */
JsonNode *avb_json_parse_capped (const char *text,
                                 gsize       length,
                                 gsize       max_length,
                                 gsize       max_values,
                                 GError    **error) G_GNUC_WARN_UNUSED_RESULT;

/* The object that @node is; (transfer none) (nullable): %AVB_ERROR_INVALID. */
JsonObject *avb_json_get_root (JsonNode *node, GError **error);

/**
 * Members with their type. @member is named in the error, which is %AVB_ERROR_INVALID. What is given as @max is in bytes
 * for strings and in elements for arrays. Those called `find` take a member that is not there for well: they return %TRUE
 * and leave what they were given as it was; a null is not the same as nothing. (transfer none)
 */
const char *avb_json_get_string  (JsonObject *object, const char *member, gsize max, GError **error);
JsonObject *avb_json_get_object  (JsonObject *object, const char *member, GError **error);
JsonArray  *avb_json_get_array   (JsonObject *object, const char *member, guint max, GError **error);
gboolean    avb_json_get_int     (JsonObject *object, const char *member, gint64 min, gint64 max, gint64 *out, GError **error);
gboolean    avb_json_find_string (JsonObject *object, const char *member, gsize max, const char **out, GError **error);
gboolean    avb_json_find_object (JsonObject *object, const char *member, JsonObject **out, GError **error);
gboolean    avb_json_find_array  (JsonObject *object, const char *member, guint max, JsonArray **out, GError **error);
gboolean    avb_json_find_int    (JsonObject *object, const char *member, gint64 min, gint64 max, gint64 *out, GError **error);
gboolean    avb_json_find_double (JsonObject *object, const char *member, double min, double max, double *out, GError **error);
gboolean    avb_json_find_bool   (JsonObject *object, const char *member, gboolean *out, GError **error);

/* Elements: index is named in the error. */
const char *avb_json_get_element_string (JsonArray *array, guint index, gsize max, GError **error);
JsonObject *avb_json_get_element_object (JsonArray *array, guint index, GError **error);

/* An array of strings; without the member an empty one. (transfer full) (nullable) */
char **avb_json_dup_strv (JsonObject *object, const char *member, guint max, gsize max_string, GError **error);

/* Refuses members that are not in @known, a NULL-terminated array, unless they begin with "x-". */
gboolean avb_json_check_members (JsonObject *object, const char *const *known, GError **error);

/* Puts where it happened before the error's sentence: "contributes.recipes[2]: …". */
void avb_json_prefix_error (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

/**
 * avb_json_canonical:
 *
 * One text for all that mean the same: members sorted by the bytes of their names, no white space, the shortest escapes.
 * Thread: any.
 *
 * Returns: (transfer full)
 */
char *avb_json_canonical (JsonNode *node);

G_END_DECLS

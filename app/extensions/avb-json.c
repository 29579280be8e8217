/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-json.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "app/extensions/avb-json-private.h"
#include "backends/avb-error.h"

/* Members that are there: a name that is there twice makes one of the tree. */
static gsize
count_members (JsonNode *node)
{
  gsize n = 0;

  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObjectIter iter;
      JsonNode *child;

      json_object_iter_init (&iter, json_node_get_object (node));
      while (json_object_iter_next (&iter, NULL, &child))
        n += 1 + count_members (child);
    }
  else if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        n += count_members (json_array_get_element (array, i));
    }
  return n;
}

JsonNode *
avb_json_parse_capped (const char *text, gsize length, gsize max_length, gsize max_values, GError **error)
{
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GError) inner = NULL;
  JsonNode *root;
  gsize n_members = 0;

  g_return_val_if_fail (text != NULL || length == 0, NULL);

  if (length > max_length)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, _("This text is longer than it may be.")));
      return NULL;
    }
  if (!avb_json_guard (text, length, max_values, &n_members, error))
    return NULL;
  parser = json_parser_new_immutable ();
  if (!json_parser_load_from_data (parser, text, length, &inner))
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, inner->message, _("This is not JSON.")));
      return NULL;
    }
  root = json_parser_get_root (parser);
  if (count_members (root) != n_members)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, _("A name is there twice in one object.")));
      return NULL;
    }
  return json_node_ref (root);
}

JsonNode *
avb_json_parse (const char *text, gsize length, gsize max_length, GError **error)
{
  return avb_json_parse_capped (text, length, max_length, AVB_JSON_MAX_VALUES, error);
}

JsonObject *
avb_json_get_root (JsonNode *node, GError **error)
{
  g_return_val_if_fail (node != NULL, NULL);

  if (JSON_NODE_HOLDS_OBJECT (node))
    return json_node_get_object (node);
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, _("This is not an object of JSON.")));
  return NULL;
}

/* @format: one of the translated sentences below, which name @member. */
static void
refuse (GError **error, const char *member, const char *format)
{
  g_autofree char *details = g_strdup_printf ("member “%s”", member);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, details, format, member));
#pragma GCC diagnostic pop
}

/* (nullable): it is not there, or not of this kind */
static JsonNode *
find (JsonObject *object, const char *member, JsonNodeType type, GError **error)
{
  JsonNode *node = json_object_get_member (object, member);

  if (node != NULL && json_node_get_node_type (node) == type)
    return node;
  refuse (error, member, node == NULL ? _("“%s” is missing.") : _("“%s” is not of the kind that it should be."));
  return NULL;
}

static gboolean
check_string (JsonNode *node, const char *member, gsize max, const char **out, GError **error)
{
  if (node == NULL)
    return FALSE;
  if (json_node_get_value_type (node) != G_TYPE_STRING)
    refuse (error, member, _("“%s” is not a text."));
  else if (strlen (json_node_get_string (node)) > max)
    refuse (error, member, _("“%s” is longer than it may be."));
  else
    {
      *out = json_node_get_string (node);
      return TRUE;
    }
  return FALSE;
}

const char *
avb_json_get_string (JsonObject *object, const char *member, gsize max, GError **error)
{
  const char *value = NULL;

  check_string (find (object, member, JSON_NODE_VALUE, error), member, max, &value, error);
  return value;
}

JsonObject *
avb_json_get_object (JsonObject *object, const char *member, GError **error)
{
  JsonNode *node = find (object, member, JSON_NODE_OBJECT, error);

  return node != NULL ? json_node_get_object (node) : NULL;
}

JsonArray *
avb_json_get_array (JsonObject *object, const char *member, guint max, GError **error)
{
  JsonNode *node = find (object, member, JSON_NODE_ARRAY, error);

  if (node == NULL)
    return NULL;
  if (json_array_get_length (json_node_get_array (node)) <= max)
    return json_node_get_array (node);
  refuse (error, member, _("“%s” has more elements than it may have."));
  return NULL;
}

gboolean
avb_json_get_int (JsonObject *object, const char *member, gint64 min, gint64 max, gint64 *out, GError **error)
{
  JsonNode *node = find (object, member, JSON_NODE_VALUE, error);

  if (node == NULL)
    return FALSE;
  if (json_node_get_value_type (node) != G_TYPE_INT64)
    refuse (error, member, _("“%s” is not a whole number."));
  else if (json_node_get_int (node) < min || json_node_get_int (node) > max)
    refuse (error, member, _("“%s” is out of its range."));
  else
    {
      *out = json_node_get_int (node);
      return TRUE;
    }
  return FALSE;
}

gboolean
avb_json_find_string (JsonObject *object, const char *member, gsize max, const char **out, GError **error)
{
  return !json_object_has_member (object, member) ||
         check_string (find (object, member, JSON_NODE_VALUE, error), member, max, out, error);
}

gboolean
avb_json_find_object (JsonObject *object, const char *member, JsonObject **out, GError **error)
{
  JsonObject *found;

  if (!json_object_has_member (object, member))
    return TRUE;
  found = avb_json_get_object (object, member, error);
  if (found != NULL)
    *out = found;
  return found != NULL;
}

gboolean
avb_json_find_array (JsonObject *object, const char *member, guint max, JsonArray **out, GError **error)
{
  JsonArray *found;

  if (!json_object_has_member (object, member))
    return TRUE;
  found = avb_json_get_array (object, member, max, error);
  if (found != NULL)
    *out = found;
  return found != NULL;
}

gboolean
avb_json_find_int (JsonObject *object, const char *member, gint64 min, gint64 max, gint64 *out, GError **error)
{
  return !json_object_has_member (object, member) || avb_json_get_int (object, member, min, max, out, error);
}

gboolean
avb_json_find_double (JsonObject *object, const char *member, double min, double max, double *out, GError **error)
{
  JsonNode *node;
  GType type;

  if (!json_object_has_member (object, member))
    return TRUE;
  node = find (object, member, JSON_NODE_VALUE, error);
  if (node == NULL)
    return FALSE;
  type = json_node_get_value_type (node);
  if (type != G_TYPE_INT64 && type != G_TYPE_DOUBLE)
    refuse (error, member, _("“%s” is not a number."));
  else if (json_node_get_double (node) < min || json_node_get_double (node) > max)
    refuse (error, member, _("“%s” is out of its range."));
  else
    {
      *out = json_node_get_double (node);
      return TRUE;
    }
  return FALSE;
}

gboolean
avb_json_find_bool (JsonObject *object, const char *member, gboolean *out, GError **error)
{
  JsonNode *node;

  if (!json_object_has_member (object, member))
    return TRUE;
  node = find (object, member, JSON_NODE_VALUE, error);
  if (node == NULL)
    return FALSE;
  if (json_node_get_value_type (node) == G_TYPE_BOOLEAN)
    {
      *out = json_node_get_boolean (node);
      return TRUE;
    }
  refuse (error, member, _("“%s” is neither true nor false."));
  return FALSE;
}

const char *
avb_json_get_element_string (JsonArray *array, guint index, gsize max, GError **error)
{
  g_autofree char *name = g_strdup_printf ("[%u]", index);
  JsonNode *node = json_array_get_element (array, index);
  const char *value = NULL;

  if (!JSON_NODE_HOLDS_VALUE (node))
    refuse (error, name, _("“%s” is not a text."));
  else
    check_string (node, name, max, &value, error);
  return value;
}

JsonObject *
avb_json_get_element_object (JsonArray *array, guint index, GError **error)
{
  g_autofree char *name = g_strdup_printf ("[%u]", index);
  JsonNode *node = json_array_get_element (array, index);

  if (JSON_NODE_HOLDS_OBJECT (node))
    return json_node_get_object (node);
  refuse (error, name, _("“%s” is not of the kind that it should be."));
  return NULL;
}

char **
avb_json_dup_strv (JsonObject *object, const char *member, guint max, gsize max_string, GError **error)
{
  g_autoptr (GStrvBuilder) strings = g_strv_builder_new ();
  JsonArray *array = NULL;

  if (!avb_json_find_array (object, member, max, &array, error))
    return NULL;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      const char *string = avb_json_get_element_string (array, i, max_string, error);

      if (string == NULL)
        {
          avb_json_prefix_error (error, "%s", member);
          return NULL;
        }
      g_strv_builder_add (strings, string);
    }
  return g_strv_builder_end (strings);
}

gboolean
avb_json_check_members (JsonObject *object, const char *const *known, GError **error)
{
  JsonObjectIter iter;
  const char *name;

  json_object_iter_init (&iter, object);
  while (json_object_iter_next (&iter, &name, NULL))
    if (!g_str_has_prefix (name, "x-") && !g_strv_contains (known, name))
      {
        g_autofree char *shown = g_utf8_substring (name, 0, MIN (g_utf8_strlen (name, -1), 60));

        refuse (error, shown, _("“%s” is not known here."));
        return FALSE;
      }
  return TRUE;
}

void
avb_json_prefix_error (GError **error, const char *format, ...)
{
  g_autofree char *path = NULL;
  va_list args;

  if (error == NULL || *error == NULL)
    return;
  va_start (args, format);
  path = g_strdup_vprintf (format, args);
  va_end (args);
  g_prefix_error (error, "%s: ", path);
}

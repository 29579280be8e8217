/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-qemu-img.h"

#include <glib/gi18n-lib.h>
#include <json-glib/json-glib.h>

#include "backends/avb-error.h"

/* qemu-img itself nests to six. The parser recurses: this bounds its stack. */
#define MAX_DEPTH 32
#define MAX_LENGTH (1024 * 1024)

static gboolean
is_shallow (const char *json, gsize length)
{
  guint depth = 0;
  gboolean in_string = FALSE;

  for (gsize i = 0; i < length; i++)
    {
      if (in_string)
        {
          if (json[i] == '\\')
            i++;
          else if (json[i] == '"')
            in_string = FALSE;
        }
      else if (json[i] == '"')
        in_string = TRUE;
      else if (json[i] == '{' || json[i] == '[')
        {
          if (++depth > MAX_DEPTH)
            return FALSE;
        }
      else if ((json[i] == '}' || json[i] == ']') && depth > 0)
        depth--;
    }
  return TRUE;
}

static JsonObject *
get_object (JsonObject *object, const char *member)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;

  return node != NULL && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static JsonArray *
get_array (JsonObject *object, const char *member)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;

  return node != NULL && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static const char *
get_string (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);

  return node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static gboolean
has (JsonObject *object, const char *member)
{
  JsonNode *node = object != NULL ? json_object_get_member (object, member) : NULL;

  return node != NULL && !JSON_NODE_HOLDS_NULL (node);
}

/* An image that is one file has one child, "file". */
static gboolean
has_other_children (JsonObject *root)
{
  JsonArray *children = get_array (root, "children");
  guint length = children != NULL ? json_array_get_length (children) : 0;

  for (guint i = 0; i < length; i++)
    {
      JsonNode *node = json_array_get_element (children, i);
      JsonObject *child = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

      if (child == NULL || g_strcmp0 (get_string (child, "name"), "file") != 0)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_encrypted (JsonObject *root, JsonObject *specific)
{
  JsonNode *node = json_object_get_member (root, "encrypted");

  if (node != NULL && !JSON_NODE_HOLDS_NULL (node) &&
      !(JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_BOOLEAN &&
        !json_node_get_boolean (node)))
    return TRUE;
  return has (specific, "encrypt");
}

static GError *
check_references (JsonObject *root, JsonObject *specific, const char *name)
{
  JsonArray *extents = get_array (specific, "extents");

  if (has (root, "backing-filename") || has (root, "full-backing-filename") || has (root, "backing-image"))
    return avb_error_new (AVB_ERROR_INVALID, NULL,
                          _("“%s” is only the difference to another file, its backing file. Such images are "
                            "refused, because they could show a machine any file of this computer."),
                          name);
  if (has (specific, "data-file") || has_other_children (root) ||
      (extents != NULL && json_array_get_length (extents) > 1))
    return avb_error_new (AVB_ERROR_INVALID, NULL,
                          _("“%s” keeps its content in another file. Such images are refused, because they "
                            "could show a machine any file of this computer."),
                          name);
  if (is_encrypted (root, specific))
    return avb_error_new (AVB_ERROR_INVALID, NULL, _("“%s” is encrypted, which is not supported."), name);
  return NULL;
}

static GError *
check_size (JsonObject *root, const char *name, guint64 *capacity)
{
  JsonNode *node = json_object_get_member (root, "virtual-size");
  gint64 size = node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_INT64
                    ? json_node_get_int (node)
                    : -1;

  if (size <= 0 || (guint64) size > AVB_QEMU_IMG_MAX_CAPACITY)
    return avb_error_new (AVB_ERROR_INVALID, NULL, _("“%s” claims a size that a disk cannot have."), name);
  *capacity = size;
  return NULL;
}

gboolean
avb_qemu_img_parse_info (const char *json,
                         gsize       length,
                         const char *format,
                         const char *name,
                         guint64    *capacity,
                         GError    **error)
{
  g_autoptr (JsonParser) parser = NULL;
  g_autoptr (GError) local_error = NULL;
  JsonNode *node;
  JsonObject *root, *specific;
  GError *problem = NULL;

  g_return_val_if_fail (json != NULL || length == 0, FALSE);
  g_return_val_if_fail (format != NULL && name != NULL, FALSE);
  g_return_val_if_fail (capacity != NULL, FALSE);

  parser = json_parser_new_immutable ();
  if (length == 0 || length > MAX_LENGTH || !g_utf8_validate_len (json, length, NULL) ||
      !is_shallow (json, length) || !json_parser_load_from_data (parser, json, length, &local_error) ||
      (node = json_parser_get_root (parser)) == NULL || !JSON_NODE_HOLDS_OBJECT (node) ||
      g_strcmp0 (get_string (json_node_get_object (node), "format"), format) != 0)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID,
                                               local_error != NULL ? local_error->message : NULL,
                                               _("What “%s” contains could not be found out."), name));
      return FALSE;
    }

  root = json_node_get_object (node);
  specific = get_object (get_object (root, "format-specific"), "data");
  problem = check_references (root, specific, name);
  if (problem == NULL)
    problem = check_size (root, name, capacity);
  if (problem != NULL)
    {
      g_propagate_error (error, problem);
      return FALSE;
    }
  return TRUE;
}

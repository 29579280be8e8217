/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What extensions send as a panel. */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "app/extensions/avb-json.h"
#include "app/extensions/avb-panel-private.h"
#include "backends/avb-error.h"
#include "backends/avb-text-line.h"

#define MAX_ID 64

static gboolean
refuse (GError **error, const char *sentence)
{
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, "%s", sentence));
  return FALSE;
}

/* Longer than it may be is refused, what cannot be shown in a line is left out. */
static gboolean
read_text (JsonObject *json, const char *member, char **out, GError **error)
{
  const char *text = NULL;

  if (!avb_json_find_string (json, member, AVB_PANEL_MAX_TEXT, &text, error))
    return FALSE;
  if (text != NULL)
    *out = avb_text_make_line (text, AVB_PANEL_MAX_TEXT);
  return TRUE;
}

static gboolean
is_id (const char *id)
{
  return *id != '\0' && strspn (id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") == strlen (id);
}

static gboolean
read_id (AvbPanelNode *self, JsonObject *json, GError **error)
{
  gboolean needed = self->kind == AVB_PANEL_SWITCH || self->kind == AVB_PANEL_ENTRY || self->kind == AVB_PANEL_COMBO ||
                    self->kind == AVB_PANEL_BUTTON;
  const char *id = NULL;

  if (!avb_json_find_string (json, "id", MAX_ID, &id, error))
    return FALSE;
  if (id == NULL)
    return needed ? refuse (error, _("“id” is missing.")) : TRUE;
  if (!is_id (id))
    return refuse (error, _("“id” has other characters than it may have."));
  self->id = g_strdup (id);
  return TRUE;
}

static gboolean
read_kind (AvbPanelNode *self, JsonObject *json, GError **error)
{
  g_autoptr (GEnumClass) kinds = g_type_class_ref (AVB_TYPE_PANEL_KIND);
  const char *nick = avb_json_get_string (json, "kind", 16, error);
  GEnumValue *value = nick != NULL ? g_enum_get_value_by_nick (kinds, nick) : NULL;

  if (nick == NULL)
    return FALSE;
  if (value == NULL)
    return refuse (error, _("There is no such kind of element."));
  self->kind = value->value;
  return TRUE;
}

static gboolean
read_options (AvbPanelFacts *facts, JsonObject *json, GError **error)
{
  JsonArray *options = avb_json_get_array (json, "options", AVB_PANEL_MAX_OPTIONS, error);
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) labels = g_strv_builder_new ();

  for (guint i = 0; options != NULL && i < json_array_get_length (options); i++)
    {
      JsonObject *option = avb_json_get_element_object (options, i, error);
      const char *id = option != NULL ? avb_json_get_string (option, "id", MAX_ID, error) : NULL;
      const char *label = id != NULL ? avb_json_get_string (option, "label", AVB_PANEL_MAX_TEXT, error) : NULL;

      if (label == NULL)
        return FALSE;
      g_strv_builder_add (ids, id);
      g_strv_builder_take (labels, avb_text_make_line (label, AVB_PANEL_MAX_TEXT));
    }
  facts->option_ids = g_strv_builder_end (ids);
  facts->option_labels = g_strv_builder_end (labels);
  if (options == NULL)
    return FALSE;
  if (facts->value != NULL && !g_strv_contains ((const char *const *) facts->option_ids, facts->value))
    return refuse (error, _("“value” is none of the options."));
  return TRUE;
}

static gboolean
read_columns (AvbPanelFacts *facts, JsonObject *json, GError **error)
{
  JsonArray *columns = avb_json_get_array (json, "columns", AVB_PANEL_MAX_COLUMNS, error);
  g_autoptr (GStrvBuilder) labels = g_strv_builder_new ();

  for (guint i = 0; columns != NULL && i < json_array_get_length (columns); i++)
    {
      JsonObject *column = avb_json_get_element_object (columns, i, error);
      const char *label = column != NULL ? avb_json_get_string (column, "label", AVB_PANEL_MAX_TEXT, error) : NULL;
      const char *align = "start";

      if (label == NULL || !avb_json_find_string (column, "align", 8, &align, error))
        return FALSE;
      if (g_str_equal (align, "end"))
        facts->at_end |= 1u << i;
      g_strv_builder_take (labels, avb_text_make_line (label, AVB_PANEL_MAX_TEXT));
    }
  facts->columns = g_strv_builder_end (labels);
  return columns != NULL && (json_array_get_length (columns) > 0 || refuse (error, _("A table has no columns.")));
}

/* (transfer full) (nullable): a cell is a text or a number */
static char *
dup_cell (JsonNode *node, GError **error)
{
  GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;

  if (type == G_TYPE_STRING && strlen (json_node_get_string (node)) <= AVB_PANEL_MAX_TEXT)
    return avb_text_make_line (json_node_get_string (node), AVB_PANEL_MAX_TEXT);
  if (type == G_TYPE_INT64)
    return g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
  if (type == G_TYPE_DOUBLE)
    return g_strdup_printf ("%.6g", json_node_get_double (node));
  refuse (error, _("A cell of a table is neither a short text nor a number."));
  return NULL;
}

static gboolean
read_table (AvbPanelFacts *facts, JsonObject *json, GError **error)
{
  JsonArray *rows = avb_json_get_array (json, "rows", AVB_PANEL_MAX_ROWS, error);
  guint n_columns;

  if (rows == NULL || !read_columns (facts, json, error))
    return FALSE;
  n_columns = g_strv_length (facts->columns);
  facts->cells = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < json_array_get_length (rows); i++)
    {
      JsonNode *row = json_array_get_element (rows, i);
      JsonArray *cells = JSON_NODE_HOLDS_ARRAY (row) ? json_node_get_array (row) : NULL;

      if (cells == NULL || json_array_get_length (cells) != n_columns)
        return refuse (error, _("A row of a table has another number of cells than the table has columns."));
      for (guint j = 0; j < n_columns; j++)
        {
          char *cell = dup_cell (json_array_get_element (cells, j), error);

          if (cell == NULL)
            return FALSE;
          g_ptr_array_add (facts->cells, cell);
        }
    }
  return TRUE;
}

static gboolean
read_values (AvbPanelFacts *facts, JsonObject *json, GError **error)
{
  JsonArray *values = avb_json_get_array (json, "values", AVB_PANEL_MAX_VALUES, error);
  double low = INFINITY, high = -INFINITY;

  if (values == NULL)
    return FALSE;
  facts->values = g_array_new (FALSE, FALSE, sizeof (double));
  for (guint i = 0; i < json_array_get_length (values); i++)
    {
      JsonNode *node = json_array_get_element (values, i);
      GType type = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;
      double value;

      if (type != G_TYPE_DOUBLE && type != G_TYPE_INT64)
        return refuse (error, _("A value of a line is not a number."));
      value = json_node_get_double (node);
      low = MIN (low, value);
      high = MAX (high, value);
      g_array_append_val (facts->values, value);
    }
  facts->min = facts->values->len > 0 ? low : 0;
  facts->max = facts->values->len > 0 ? high : 0;
  if (!avb_json_find_double (json, "min", -G_MAXDOUBLE, G_MAXDOUBLE, &facts->min, error) ||
      !avb_json_find_double (json, "max", -G_MAXDOUBLE, G_MAXDOUBLE, &facts->max, error))
    return FALSE;
  return facts->min <= facts->max || refuse (error, _("“min” is more than “max”."));
}

static gboolean
read_style (AvbPanelFacts *facts, JsonObject *json, GError **error)
{
  const char *style = NULL;

  if (!avb_json_find_string (json, "style", 16, &style, error))
    return FALSE;
  if (g_strcmp0 (style, "suggested") == 0)
    facts->style = AVB_PANEL_STYLE_SUGGESTED;
  else if (g_strcmp0 (style, "destructive") == 0)
    facts->style = AVB_PANEL_STYLE_DESTRUCTIVE;
  return TRUE;
}

/* What is special about each kind. */
static gboolean
read_facts (AvbPanelNode *self, JsonObject *json, GError **error)
{
  AvbPanelFacts *facts = &self->facts;

  switch (self->kind)
    {
    case AVB_PANEL_ROW:
      return read_text (json, "value", &facts->value, error);
    case AVB_PANEL_SWITCH:
      return avb_json_find_bool (json, "value", &facts->active, error);
    case AVB_PANEL_ENTRY:
      return read_text (json, "value", &facts->value, error) && avb_json_find_bool (json, "secret", &facts->secret, error);
    case AVB_PANEL_COMBO:
      return read_text (json, "value", &facts->value, error) && read_options (facts, json, error);
    case AVB_PANEL_PROGRESS:
      return avb_json_find_double (json, "value", 0, 1, &facts->fraction, error) && read_text (json, "text", &facts->text, error);
    case AVB_PANEL_TABLE:
      return read_table (facts, json, error);
    case AVB_PANEL_SPARKLINE:
      return read_values (facts, json, error) && read_text (json, "text", &facts->text, error);
    case AVB_PANEL_BUTTON:
      return read_style (facts, json, error);
    case AVB_PANEL_GROUP:
    default:
      return TRUE;
    }
}

static AvbPanelNode *read_node (JsonObject *json, guint depth, guint *nodes, GError **error);

static gboolean
read_children (AvbPanelNode *self, JsonObject *json, guint depth, guint *nodes, GError **error)
{
  JsonArray *children = NULL;

  if (self->kind != AVB_PANEL_GROUP && self->kind != AVB_PANEL_ROW)
    return TRUE;
  if (!avb_json_find_array (json, "children", AVB_PANEL_MAX_NODES, &children, error))
    return FALSE;
  for (guint i = 0; children != NULL && i < json_array_get_length (children); i++)
    {
      JsonObject *object = avb_json_get_element_object (children, i, error);
      g_autoptr (AvbPanelNode) child = object != NULL ? read_node (object, depth + 1, nodes, error) : NULL;

      if (child == NULL)
        {
          avb_json_prefix_error (error, "children[%u]", i);
          return FALSE;
        }
      g_list_store_append (self->children, child);
    }
  return TRUE;
}

static AvbPanelNode *
read_node (JsonObject *json, guint depth, guint *nodes, GError **error)
{
  g_autoptr (AvbPanelNode) self = g_object_new (AVB_TYPE_PANEL_NODE, NULL);

  if (++*nodes > AVB_PANEL_MAX_NODES || depth > AVB_PANEL_MAX_DEPTH)
    {
      refuse (error, _("The panel has more elements, or more deeply nested ones, than a panel may have."));
      return NULL;
    }
  if (!read_kind (self, json, error) || !read_id (self, json, error) || !read_text (json, "label", &self->facts.label, error) ||
      !read_text (json, "description", &self->facts.description, error) ||
      !avb_json_find_bool (json, "sensitive", &self->facts.sensitive, error) || !read_facts (self, json, error) ||
      !read_children (self, json, depth, nodes, error))
    return NULL;
  return g_steal_pointer (&self);
}

AvbPanelNode *
avb_panel_node_new (JsonObject *json, guint *nodes, GError **error)
{
  g_return_val_if_fail (json != NULL && nodes != NULL, NULL);
  return read_node (json, 1, nodes, error);
}

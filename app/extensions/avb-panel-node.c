/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-panel.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "app/extensions/avb-json.h"
#include "app/extensions/avb-panel-private.h"
#include "backends/avb-error.h"
#include "backends/avb-text-line.h"

G_DEFINE_ENUM_TYPE (AvbPanelKind,
                    avb_panel_kind,
                    G_DEFINE_ENUM_VALUE (AVB_PANEL_GROUP, "group"),
                    G_DEFINE_ENUM_VALUE (AVB_PANEL_ROW, "row"),
                    G_DEFINE_ENUM_VALUE (AVB_PANEL_SWITCH, "switch"),
                    G_DEFINE_ENUM_VALUE (AVB_PANEL_ENTRY, "entry"),
                    G_DEFINE_ENUM_VALUE (AVB_PANEL_COMBO, "combo"),
                    G_DEFINE_ENUM_VALUE (AVB_PANEL_PROGRESS, "progress"),
                    G_DEFINE_ENUM_VALUE (AVB_PANEL_TABLE, "table"),
                    G_DEFINE_ENUM_VALUE (AVB_PANEL_SPARKLINE, "sparkline"),
                    G_DEFINE_ENUM_VALUE (AVB_PANEL_BUTTON, "button"))

G_DEFINE_FINAL_TYPE (AvbPanelNode, avb_panel_node, G_TYPE_OBJECT)

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

void
avb_panel_facts_clear (AvbPanelFacts *facts)
{
  g_clear_pointer (&facts->label, g_free);
  g_clear_pointer (&facts->description, g_free);
  g_clear_pointer (&facts->value, g_free);
  g_clear_pointer (&facts->text, g_free);
  g_clear_pointer (&facts->option_ids, g_strfreev);
  g_clear_pointer (&facts->option_labels, g_strfreev);
  g_clear_pointer (&facts->columns, g_strfreev);
  g_clear_pointer (&facts->cells, g_ptr_array_unref);
  g_clear_pointer (&facts->values, g_array_unref);
}

static void
avb_panel_node_finalize (GObject *object)
{
  AvbPanelNode *self = AVB_PANEL_NODE (object);

  avb_panel_facts_clear (&self->facts);
  g_free (self->id);
  g_object_unref (self->children);
  G_OBJECT_CLASS (avb_panel_node_parent_class)->finalize (object);
}

static void
avb_panel_node_class_init (AvbPanelNodeClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = avb_panel_node_finalize;
  signals[CHANGED] = g_signal_new ("changed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
avb_panel_node_init (AvbPanelNode *self)
{
  self->children = g_list_store_new (AVB_TYPE_PANEL_NODE);
  self->facts.sensitive = TRUE;
  self->facts.fraction = -1;
}

/* --- facts --- */

AvbPanelKind
avb_panel_node_get_kind (AvbPanelNode *self)
{
  g_return_val_if_fail (AVB_IS_PANEL_NODE (self), AVB_PANEL_GROUP);
  return self->kind;
}

const char *
avb_panel_node_get_id (AvbPanelNode *self)
{
  g_return_val_if_fail (AVB_IS_PANEL_NODE (self), NULL);
  return self->id;
}

const char *
avb_panel_node_get_label (AvbPanelNode *self)
{
  g_return_val_if_fail (AVB_IS_PANEL_NODE (self), NULL);
  return self->facts.label != NULL ? self->facts.label : "";
}

const char *
avb_panel_node_get_description (AvbPanelNode *self)
{
  g_return_val_if_fail (AVB_IS_PANEL_NODE (self), NULL);
  return self->facts.description;
}

gboolean
avb_panel_node_get_sensitive (AvbPanelNode *self)
{
  g_return_val_if_fail (AVB_IS_PANEL_NODE (self), FALSE);
  return self->facts.sensitive;
}

const char *
avb_panel_node_get_value (AvbPanelNode *self)
{
  g_return_val_if_fail (AVB_IS_PANEL_NODE (self), NULL);
  return self->facts.value;
}

const char *
avb_panel_node_get_text (AvbPanelNode *self)
{
  g_return_val_if_fail (AVB_IS_PANEL_NODE (self), NULL);
  return self->facts.text;
}

gboolean
avb_panel_node_get_active (AvbPanelNode *self)
{
  g_return_val_if_fail (AVB_IS_PANEL_NODE (self), FALSE);
  return self->facts.active;
}

double
avb_panel_node_get_fraction (AvbPanelNode *self)
{
  g_return_val_if_fail (AVB_IS_PANEL_NODE (self), -1);
  return self->facts.fraction;
}

gboolean
avb_panel_node_get_secret (AvbPanelNode *self)
{
  g_return_val_if_fail (AVB_IS_PANEL_NODE (self), FALSE);
  return self->facts.secret;
}

AvbPanelStyle
avb_panel_node_get_style (AvbPanelNode *self)
{
  g_return_val_if_fail (AVB_IS_PANEL_NODE (self), AVB_PANEL_STYLE_PLAIN);
  return self->facts.style;
}

GListModel *
avb_panel_node_get_children (AvbPanelNode *self)
{
  g_return_val_if_fail (AVB_IS_PANEL_NODE (self), NULL);
  return G_LIST_MODEL (self->children);
}

static const char *const nothing[] = { NULL };

const char *const *
avb_panel_node_get_option_ids (AvbPanelNode *self)
{
  g_return_val_if_fail (AVB_IS_PANEL_NODE (self), nothing);
  return self->facts.option_ids != NULL ? (const char *const *) self->facts.option_ids : nothing;
}

const char *const *
avb_panel_node_get_option_labels (AvbPanelNode *self)
{
  g_return_val_if_fail (AVB_IS_PANEL_NODE (self), nothing);
  return self->facts.option_labels != NULL ? (const char *const *) self->facts.option_labels : nothing;
}

const double *
avb_panel_node_get_values (AvbPanelNode *self, guint *n_values, double *min, double *max)
{
  g_return_val_if_fail (AVB_IS_PANEL_NODE (self), NULL);

  if (n_values != NULL)
    *n_values = self->facts.values != NULL ? self->facts.values->len : 0;
  if (min != NULL)
    *min = self->facts.min;
  if (max != NULL)
    *max = self->facts.max;
  return self->facts.values != NULL ? (const double *) (gpointer) self->facts.values->data : NULL;
}

guint
avb_panel_node_get_n_columns (AvbPanelNode *self)
{
  g_return_val_if_fail (AVB_IS_PANEL_NODE (self), 0);
  return self->facts.columns != NULL ? g_strv_length (self->facts.columns) : 0;
}

guint
avb_panel_node_get_n_rows (AvbPanelNode *self)
{
  guint n = avb_panel_node_get_n_columns (self);

  return n > 0 && self->facts.cells != NULL ? self->facts.cells->len / n : 0;
}

const char *
avb_panel_node_get_column (AvbPanelNode *self, guint column, gboolean *at_end)
{
  g_return_val_if_fail (AVB_IS_PANEL_NODE (self) && column < avb_panel_node_get_n_columns (self), NULL);

  if (at_end != NULL)
    *at_end = (self->facts.at_end & (1u << column)) != 0;
  return self->facts.columns[column];
}

const char *
avb_panel_node_get_cell (AvbPanelNode *self, guint row, guint column)
{
  guint n;

  g_return_val_if_fail (AVB_IS_PANEL_NODE (self), NULL);

  n = avb_panel_node_get_n_columns (self);
  g_return_val_if_fail (column < n && row < avb_panel_node_get_n_rows (self), NULL);
  return self->facts.cells->pdata[row * n + column];
}

/* --- what the user does --- */

void
avb_panel_node_set_active (AvbPanelNode *self, gboolean active)
{
  g_return_if_fail (AVB_IS_PANEL_NODE (self));

  if (self->facts.active == !!active)
    return;
  self->facts.active = !!active;
  g_signal_emit (self, signals[CHANGED], 0);
}

void
avb_panel_node_set_value (AvbPanelNode *self, const char *value)
{
  g_return_if_fail (AVB_IS_PANEL_NODE (self));

  if (g_set_str (&self->facts.value, value))
    g_signal_emit (self, signals[CHANGED], 0);
}

JsonNode *
avb_panel_node_dup_value (AvbPanelNode *self)
{
  JsonNode *node;

  g_return_val_if_fail (AVB_IS_PANEL_NODE (self), NULL);

  if (self->kind == AVB_PANEL_SWITCH)
    return json_node_init_boolean (json_node_alloc (), self->facts.active);
  if (self->kind != AVB_PANEL_ENTRY && self->kind != AVB_PANEL_COMBO)
    return NULL;
  node = json_node_alloc ();
  return json_node_init_string (node, self->facts.value != NULL ? self->facts.value : "");
}

AvbPanelNode *
avb_panel_node_find (AvbPanelNode *self, const char *id)
{
  g_return_val_if_fail (AVB_IS_PANEL_NODE (self) && id != NULL, NULL);

  if (g_strcmp0 (self->id, id) == 0)
    return self;
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->children)); i++)
    {
      g_autoptr (AvbPanelNode) child = g_list_model_get_item (G_LIST_MODEL (self->children), i);
      AvbPanelNode *found = avb_panel_node_find (child, id);

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* --- another state of the same --- */

static gboolean
equal_strv (char **a, char **b)
{
  return a == b || (a != NULL && b != NULL && g_strv_equal ((const char *const *) a, (const char *const *) b));
}

static gboolean
equal_cells (GPtrArray *a, GPtrArray *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (!g_str_equal (a->pdata[i], b->pdata[i]))
      return FALSE;
  return TRUE;
}

static gboolean
equal_values (GArray *a, GArray *b)
{
  if (a == NULL || b == NULL)
    return a == b;
  return a->len == b->len && (a->len == 0 || memcmp (a->data, b->data, a->len * sizeof (double)) == 0);
}

static gboolean
equal_facts (const AvbPanelFacts *a, const AvbPanelFacts *b)
{
  return g_strcmp0 (a->label, b->label) == 0 && g_strcmp0 (a->description, b->description) == 0 &&
         g_strcmp0 (a->value, b->value) == 0 && g_strcmp0 (a->text, b->text) == 0 && a->sensitive == b->sensitive &&
         a->active == b->active && a->secret == b->secret && a->style == b->style && a->fraction == b->fraction &&
         a->min == b->min && a->max == b->max && a->at_end == b->at_end && equal_strv (a->option_ids, b->option_ids) &&
         equal_strv (a->option_labels, b->option_labels) && equal_strv (a->columns, b->columns) &&
         equal_cells (a->cells, b->cells) && equal_values (a->values, b->values);
}

static void
sync_children (AvbPanelNode *self, AvbPanelNode *other)
{
  GListModel *mine = G_LIST_MODEL (self->children), *theirs = G_LIST_MODEL (other->children);
  guint n = g_list_model_get_n_items (theirs);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (AvbPanelNode) old = g_list_model_get_item (mine, i);
      g_autoptr (AvbPanelNode) new = g_list_model_get_item (theirs, i);

      if (old == NULL)
        g_list_store_append (self->children, new);
      else if (!avb_panel_node_sync (old, new))
        g_list_store_splice (self->children, i, 1, (gpointer *) &new, 1);
    }
  if (g_list_model_get_n_items (mine) > n)
    g_list_store_splice (self->children, n, g_list_model_get_n_items (mine) - n, NULL, 0);
}

gboolean
avb_panel_node_sync (AvbPanelNode *self, AvbPanelNode *other)
{
  g_return_val_if_fail (AVB_IS_PANEL_NODE (self) && AVB_IS_PANEL_NODE (other), FALSE);

  if (self->kind != other->kind || g_strcmp0 (self->id, other->id) != 0)
    return FALSE;
  if (!equal_facts (&self->facts, &other->facts))
    {
      AvbPanelFacts mine = self->facts;

      self->facts = other->facts;
      other->facts = mine;
      g_signal_emit (self, signals[CHANGED], 0);
    }
  sync_children (self, other);
  return TRUE;
}

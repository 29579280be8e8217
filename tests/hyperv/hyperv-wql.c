/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-wql-private.h"

#include <string.h>

/* What a query means. */

static gboolean
matches_like (const char *pattern, const char *text)
{
  if (*pattern == '\0')
    return *text == '\0';
  if (*pattern == '%')
    {
      for (;; text++)
        {
          if (matches_like (pattern + 1, text))
            return TRUE;
          if (*text == '\0')
            return FALSE;
        }
    }
  if (*text == '\0' || (*pattern != '_' && g_ascii_tolower (*pattern) != g_ascii_tolower (*text)))
    return FALSE;
  return matches_like (pattern + 1, text + 1);
}

static int
compare_values (const HvProperty *property, const char *value, const char *literal)
{
  if (g_str_has_prefix (property->type, "uint") || g_str_has_prefix (property->type, "sint"))
    {
      double left = g_ascii_strtod (value, NULL), right = g_ascii_strtod (literal, NULL);

      return left < right ? -1 : left > right;
    }
  if (g_str_equal (property->type, "boolean") && (g_str_equal (literal, "1") || g_str_equal (literal, "0")))
    return g_ascii_strcasecmp (value, *literal == '1' ? "true" : "false");
  return g_ascii_strcasecmp (value, literal);
}

static gboolean
compare (HvExpression *self, HvObject *object, const char *name)
{
  const HvProperty *property = hv_class_find_property (object->klass, name);
  const char *value = property != NULL ? hv_get (object, name) : NULL;
  g_autofree char *path = NULL;
  int order;

  if (property != NULL && g_str_equal (property->type, "ref") && hv_object_get_end (object, property) != NULL)
    value = path = hv_object_dup_path (hv_object_get_end (object, property));
  if (g_str_equal (self->comparison, "IS NULL"))
    return value == NULL;
  if (g_str_equal (self->comparison, "IS NOT NULL"))
    return value != NULL;
  if (value == NULL)
    return FALSE;
  if (g_str_equal (self->comparison, "LIKE"))
    return matches_like (self->literal, value);
  order = compare_values (property, value, self->literal);
  if (g_str_equal (self->comparison, "="))
    return order == 0;
  if (g_str_equal (self->comparison, "<>") || g_str_equal (self->comparison, "!="))
    return order != 0;
  if (g_str_equal (self->comparison, "<"))
    return order < 0;
  if (g_str_equal (self->comparison, ">"))
    return order > 0;
  return g_str_equal (self->comparison, "<=") ? order <= 0 : order >= 0;
}

static gboolean
holds (HvExpression *self, HvObject *object, HvObject *before, gboolean event)
{
  const char *name = self->name;

  if (self->op == HV_OP_OR)
    return holds (self->left, object, before, event) || holds (self->right, object, before, event);
  if (self->op == HV_OP_AND)
    return holds (self->left, object, before, event) && holds (self->right, object, before, event);
  if (self->op == HV_OP_NOT)
    return !holds (self->left, object, before, event);
  if (!event)
    return compare (self, object, name);
  if (g_ascii_strncasecmp (name, "PreviousInstance", strlen ("PreviousInstance")) == 0)
    {
      object = before;
      name += strlen ("PreviousInstance");
    }
  else if (g_ascii_strncasecmp (name, "TargetInstance", strlen ("TargetInstance")) == 0)
    name += strlen ("TargetInstance");
  else
    return FALSE;
  if (object == NULL)
    return FALSE;
  if (g_str_equal (self->comparison, "ISA"))
    return *name == '\0' && hv_class_is_a (object->klass, self->literal);
  return *name == '.' && compare (self, object, name + 1);
}

gboolean
hv_wql_matches (HvWql *self, HvObject *object, HvObject *before, gboolean event)
{
  return self->where == NULL || holds (self->where, object, before, event);
}

static const char *
find_isa (HvExpression *self)
{
  const char *found = NULL;

  if (self == NULL)
    return NULL;
  if (self->op == HV_OP_COMPARE)
    return g_str_equal (self->comparison, "ISA") ? self->literal : NULL;
  found = find_isa (self->left);
  return found != NULL ? found : find_isa (self->right);
}

const char *
hv_wql_get_isa (HvWql *self)
{
  return find_isa (self->where);
}

static gboolean
check_names (HvExpression *self, const HvClass *klass)
{
  if (self == NULL)
    return TRUE;
  if (self->op == HV_OP_COMPARE)
    return hv_class_find_property (klass, self->name) != NULL;
  return check_names (self->left, klass) && check_names (self->right, klass);
}

gboolean
hv_wql_check (HvWql *self, const HvClass *klass)
{
  for (guint i = 0; self->properties != NULL && self->properties[i] != NULL; i++)
    if (hv_class_find_property (klass, self->properties[i]) == NULL && !g_str_has_prefix (self->properties[i], "__"))
      return FALSE;
  return check_names (self->where, klass);
}

static gboolean
is_of (HvObject *object, const char *class_name)
{
  return class_name == NULL || hv_class_is_a (object->klass, class_name);
}

static gboolean
has_role (HvObject *link, HvObject *end, const char *role)
{
  const HvProperty *property = role != NULL ? hv_class_find_property (link->klass, role) : NULL;

  return role == NULL || (property != NULL && hv_object_get_end (link, property) == end);
}

GPtrArray *
hv_associators (HvObject *object, const char *assoc_class, const char *result_class, const char *role,
                const char *result_role, gboolean references)
{
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify) hv_object_unref);

  for (guint i = 0; object->links != NULL && i < object->links->len; i++)
    {
      HvObject *link = g_ptr_array_index (object->links, i);
      HvObject *other = link->ends[0] == object ? link->ends[1] : link->ends[0];
      HvObject *result = references ? link : other;

      if (is_of (link, assoc_class) && is_of (result, result_class) && has_role (link, object, role)
          && has_role (link, other, result_role) && !g_ptr_array_find (found, result, NULL))
        g_ptr_array_add (found, hv_object_ref (result));
    }
  return found;
}

GPtrArray *
hv_wql_run (HvWql *self, HvStore *store, const char *space)
{
  g_autoptr (GPtrArray) all = NULL;
  const HvClass *klass;
  HvObject *object;

  if (self->kind != HV_WQL_SELECT)
    {
      object = hv_store_find_path (store, self->path);
      if (object == NULL)
        return NULL;
      return hv_associators (object, self->assoc_class, self->result_class, self->role, self->result_role,
                             self->kind == HV_WQL_REFERENCES);
    }
  if (!hv_class_exists (space, self->class_name))
    return NULL;
  klass = hv_class_find (space, self->class_name);
  if (klass != NULL && !hv_wql_check (self, klass))
    return NULL;
  all = hv_store_collect (store, space, self->class_name);
  for (guint i = 0; i < all->len;)
    if (hv_wql_matches (self, g_ptr_array_index (all, i), NULL, FALSE))
      i++;
    else
      g_ptr_array_remove_index (all, i);
  return g_steal_pointer (&all);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-object.h"

#include <string.h>

typedef struct {
  guint  property; /* index into klass->properties */
  char **values;
} Value;

static void
clear_value (gpointer data)
{
  g_strfreev (((Value *) data)->values);
}

HvObject *
hv_object_new (const char *space, const char *class_name)
{
  HvObject *self = g_new0 (HvObject, 1);

  g_ref_count_init (&self->refs);
  self->klass = hv_class_find (space, class_name);
  if (self->klass == NULL)
    g_error ("no class %s in %s", class_name, space);
  self->values = g_array_new (FALSE, FALSE, sizeof (Value));
  g_array_set_clear_func (self->values, clear_value);
  return self;
}

HvObject *
hv_object_ref (HvObject *self)
{
  g_ref_count_inc (&self->refs);
  return self;
}

void
hv_object_unref (HvObject *self)
{
  if (!g_ref_count_dec (&self->refs))
    return;
  g_array_unref (self->values);
  g_clear_pointer (&self->links, g_ptr_array_unref);
  g_clear_pointer (&self->embedded, g_hash_table_unref);
  g_clear_pointer (&self->before, hv_object_unref);
  g_free (self);
}

/* Without its links: the state of something, not the thing. */
HvObject *
hv_object_copy (HvObject *self)
{
  HvObject *copy = hv_object_new (self->klass->space, self->klass->name);

  for (guint i = 0; i < self->values->len; i++)
    {
      const Value *value = &g_array_index (self->values, Value, i);
      Value other = { value->property, g_strdupv (value->values) };

      g_array_append_val (copy->values, other);
    }
  return copy;
}

static gboolean
find_property (const HvClass *klass, const char *name, guint *index)
{
  for (guint i = 0; i < klass->properties->len; i++)
    if (g_ascii_strcasecmp (((HvProperty *) g_ptr_array_index (klass->properties, i))->name, name) == 0)
      {
        *index = i;
        return TRUE;
      }
  return FALSE;
}

static Value *
find_value (HvObject *self, guint property)
{
  for (guint i = 0; i < self->values->len; i++)
    {
      Value *value = &g_array_index (self->values, Value, i);

      if (value->property == property)
        return value;
    }
  return NULL;
}

const char *const *
hv_get_list (HvObject *self, const char *name)
{
  guint property;
  Value *value;

  if (!find_property (self->klass, name, &property))
    return NULL;
  value = find_value (self, property);
  if (value != NULL)
    return (const char *const *) value->values;
  return (const char *const *) ((HvProperty *) g_ptr_array_index (self->klass->properties, property))->preset;
}

const char *
hv_get (HvObject *self, const char *name)
{
  const char *const *values = hv_get_list (self, name);

  return values != NULL ? values[0] : NULL;
}

guint64
hv_get_uint (HvObject *self, const char *name)
{
  const char *text = hv_get (self, name);

  return text != NULL ? g_ascii_strtoull (text, NULL, 10) : 0;
}

gboolean
hv_get_bool (HvObject *self, const char *name)
{
  const char *text = hv_get (self, name);

  return text != NULL && g_ascii_strcasecmp (text, "true") == 0;
}

/* So that an event can say what was. */
static void
remember (HvObject *self)
{
  if (self->before == NULL && self->store != NULL && hv_store_is_heard (self->store))
    self->before = hv_object_copy (self);
}

void
hv_set_list (HvObject *self, const char *name, const char *const *values)
{
  guint property;
  Value *value;

  if (!find_property (self->klass, name, &property))
    g_error ("%s has no %s", self->klass->name, name);
  remember (self);
  value = find_value (self, property);
  if (value == NULL)
    {
      Value other = { property, g_strdupv ((char **) values) };

      g_array_append_val (self->values, other);
      return;
    }
  g_strfreev (value->values);
  value->values = g_strdupv ((char **) values);
}

void
hv_set (HvObject *self, const char *name, const char *value)
{
  const char *values[] = { value, NULL };

  hv_set_list (self, name, value != NULL ? values : NULL);
}

void
hv_set_uint (HvObject *self, const char *name, guint64 value)
{
  char text[32];

  g_snprintf (text, sizeof text, "%" G_GUINT64_FORMAT, value);
  hv_set (self, name, text);
}

void
hv_set_bool (HvObject *self, const char *name, gboolean value)
{
  hv_set (self, name, value ? "true" : "false");
}

void
hv_embed (HvObject *self, const char *name, HvObject *object)
{
  GPtrArray *list;

  if (self->embedded == NULL)
    self->embedded = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  list = g_hash_table_lookup (self->embedded, name);
  if (list == NULL)
    {
      list = g_ptr_array_new_with_free_func ((GDestroyNotify) hv_object_unref);
      g_hash_table_insert (self->embedded, g_strdup (name), list);
    }
  g_ptr_array_add (list, hv_object_ref (object));
}

void
hv_take_over (HvObject *self, HvObject *from)
{
  for (guint i = 0; i < from->values->len; i++)
    {
      const Value *value = &g_array_index (from->values, Value, i);
      const HvProperty *property = g_ptr_array_index (from->klass->properties, value->property);

      if (!property->key)
        hv_set_list (self, property->name, (const char *const *) value->values);
    }
}

/* --- paths and keys ------------------------------------------------------------------------------ */

HvObject *
hv_object_get_end (HvObject *self, const HvProperty *property)
{
  for (guint i = 0; i < self->klass->properties->len; i++)
    {
      const HvProperty *other = g_ptr_array_index (self->klass->properties, i);

      if (g_str_equal (other->type, "ref"))
        return self->ends[other == property ? 0 : 1];
    }
  return NULL;
}

static const char *
get_key (HvObject *self, const HvProperty *property, char **owned)
{
  if (g_str_equal (property->type, "ref"))
    {
      *owned = hv_object_dup_path (hv_object_get_end (self, property));
      return *owned;
    }
  return hv_get (self, property->name);
}

char *
hv_object_dup_path (HvObject *self)
{
  GString *path = g_string_new ("\\\\HV-SIM\\");
  g_autofree char *space = g_strdelimit (g_strdup (self->klass->space), "/", '\\');
  gboolean first = TRUE;

  g_string_append_printf (path, "%s:%s", space, self->klass->name);
  for (guint i = 0; i < self->klass->properties->len; i++)
    {
      const HvProperty *property = g_ptr_array_index (self->klass->properties, i);
      g_autofree char *owned = NULL;
      const char *value;

      if (!property->key)
        continue;
      value = get_key (self, property, &owned);
      g_string_append_printf (path, "%c%s=\"", first ? '.' : ',', property->name);
      for (const char *c = value != NULL ? value : ""; *c != '\0'; c++)
        {
          if (*c == '\\' || *c == '"')
            g_string_append_c (path, '\\');
          g_string_append_c (path, *c);
        }
      g_string_append_c (path, '"');
      first = FALSE;
    }
  return g_string_free (path, FALSE);
}

/* The properties of a class are sorted, so its keys come in the same order everywhere. */
char *
hv_key_from_selectors (const HvClass *klass, GHashTable *selectors)
{
  GString *key = g_string_new (klass->name);
  guint used = 0;
  g_autofree char *text = NULL;

  for (guint i = 0; i < klass->properties->len; i++)
    {
      const HvProperty *property = g_ptr_array_index (klass->properties, i);
      const char *value = NULL;
      GHashTableIter iter;
      gpointer name, text_value;

      if (!property->key)
        continue;
      g_hash_table_iter_init (&iter, selectors);
      while (g_hash_table_iter_next (&iter, &name, &text_value))
        if (g_ascii_strcasecmp (name, property->name) == 0)
          value = text_value;
      if (value == NULL)
        {
          g_string_free (key, TRUE);
          return NULL;
        }
      used++;
      g_string_append_printf (key, "\n%s", value);
    }
  text = g_string_free (key, FALSE);
  return used == g_hash_table_size (selectors) ? g_utf8_strdown (text, -1) : NULL;
}

char *
hv_key_from_object (HvObject *self)
{
  g_autoptr (GHashTable) selectors = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);

  for (guint i = 0; i < self->klass->properties->len; i++)
    {
      const HvProperty *property = g_ptr_array_index (self->klass->properties, i);
      g_autofree char *owned = NULL;

      if (property->key)
        g_hash_table_insert (selectors, property->name, g_strdup (get_key (self, property, &owned)));
    }
  return hv_key_from_selectors (self->klass, selectors);
}

/* One "Key=\"value\"", with backslashes before quotes and backslashes. */
static const char *
read_named_key (const char *at, GHashTable *selectors)
{
  const char *equals = strchr (at, '=');
  g_autoptr (GString) value = g_string_new (NULL);
  const char *c;

  if (equals == NULL || equals[1] != '"')
    return NULL;
  for (c = equals + 2; *c != '"'; c++)
    {
      if (*c == '\\')
        c++;
      if (*c == '\0')
        return NULL;
      g_string_append_c (value, *c);
    }
  g_hash_table_insert (selectors, g_strndup (at, equals - at), g_strdup (value->str));
  return c + 1;
}

/* DSP0004 section 8.2.5 as WMI writes it: "\\host\space:Class.Key=\"…\",Key2=\"…\"", or from the class on. */
char *
hv_key_from_path (const char *path)
{
  g_autoptr (GHashTable) selectors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  const char *dot = strchr (path, '.');
  const char *at;
  const char *start = path;
  g_autofree char *space = g_strdup (HV_SPACE_VIRTUALIZATION);
  g_autofree char *name = NULL;
  const HvClass *klass;

  /* The host's name may be a dot. */
  if (g_str_has_prefix (path, "\\\\"))
    {
      const char *colon = strchr (path, ':');
      const char *slash = strchr (path + 2, '\\');

      if (colon == NULL || slash == NULL || slash > colon)
        return NULL;
      g_free (space);
      space = g_strdelimit (g_strndup (slash + 1, colon - slash - 1), "\\", '/');
      start = colon + 1;
      dot = strchr (start, '.');
    }
  if (dot == NULL)
    return NULL;
  name = g_strndup (start, dot - start);
  klass = hv_class_find (space, name);
  if (klass == NULL)
    return NULL;
  for (at = dot; at != NULL && *at != '\0';)
    at = read_named_key (at + 1, selectors);
  return at != NULL ? hv_key_from_selectors (klass, selectors) : NULL;
}

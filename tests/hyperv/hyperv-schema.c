/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-object.h"

#include <string.h>

/* The classes are written down as text (hyperv-schema-data.c), a line for each type:
 *
 *   Class Parent
 *   string *Key Name=preset Names[]
 */

static GHashTable *classes; /* "space:name", lower case → HvClass */
static GHashTable *parents; /* name → its parent */

static int
compare_properties (gconstpointer a, gconstpointer b)
{
  const HvProperty *first = *(const HvProperty *const *) a;
  const HvProperty *second = *(const HvProperty *const *) b;

  return g_ascii_strcasecmp (first->name, second->name);
}

static void
add_property (HvClass *klass, const char *type, const char *word)
{
  HvProperty *property = g_new0 (HvProperty, 1);
  const char *preset = strchr (word, '=');
  g_autofree char *name = NULL;

  property->type = g_intern_string (type);
  property->key = word[0] == '*';
  name = preset != NULL ? g_strndup (word, preset - word) : g_strdup (word);
  property->array = g_str_has_suffix (name, "[]");
  if (property->array)
    name[strlen (name) - 2] = '\0';
  property->name = g_strdup (name + (property->key ? 1 : 0));
  if (preset != NULL)
    {
      g_autofree char *text = g_strdelimit (g_strdup (preset + 1), "~", ' ');

      property->preset = g_strsplit (text, "|", -1);
    }
  g_ptr_array_add (klass->properties, property);
}

static void
add_class (const char *space, const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_auto (GStrv) head = g_strsplit (lines[0], " ", -1);
  HvClass *klass = g_new0 (HvClass, 1);
  g_autofree char *key = NULL;

  klass->name = g_strdup (head[0]);
  klass->parent = g_intern_string (head[1] != NULL ? head[1] : "");
  klass->space = space;
  klass->properties = g_ptr_array_new ();
  for (guint i = 1; lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], " ", -1);

      for (guint j = 1; words[j] != NULL; j++)
        if (*words[j] != '\0')
          add_property (klass, words[0], words[j]);
    }
  g_ptr_array_sort (klass->properties, compare_properties);
  key = g_strdup_printf ("%s:%s", space, klass->name);
  g_hash_table_insert (classes, g_ascii_strdown (key, -1), klass);
  g_hash_table_insert (parents, g_ascii_strdown (klass->name, -1), (gpointer) klass->parent);
}

static void
ensure_schema (void)
{
  static gsize once;

  if (!g_once_init_enter (&once))
    return;
  classes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  parents = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  for (guint i = 0; hv_schema_parents[i] != NULL; i += 2)
    g_hash_table_insert (parents, g_ascii_strdown (hv_schema_parents[i], -1), (gpointer) hv_schema_parents[i + 1]);
  for (guint i = 0; hv_schema_virtualization[i] != NULL; i++)
    add_class (HV_SPACE_VIRTUALIZATION, hv_schema_virtualization[i]);
  for (guint i = 0; hv_schema_cimv2[i] != NULL; i++)
    add_class (HV_SPACE_CIMV2, hv_schema_cimv2[i]);
  g_once_init_leave (&once, 1);
}

const HvClass *
hv_class_find (const char *space, const char *name)
{
  g_autofree char *key = g_strdup_printf ("%s:%s", space, name);
  g_autofree char *folded = g_ascii_strdown (key, -1);

  ensure_schema ();
  return g_hash_table_lookup (classes, folded);
}

const HvProperty *
hv_class_find_property (const HvClass *klass, const char *name)
{
  for (guint i = 0; i < klass->properties->len; i++)
    {
      HvProperty *property = g_ptr_array_index (klass->properties, i);

      if (g_ascii_strcasecmp (property->name, name) == 0)
        return property;
    }
  return NULL;
}

gboolean
hv_class_exists (const char *space, const char *name)
{
  g_autofree char *folded = g_ascii_strdown (name, -1);

  ensure_schema ();
  if (hv_class_find (space, name) != NULL)
    return TRUE;
  return g_str_has_prefix (folded, "cim_") && g_hash_table_contains (parents, folded);
}

gboolean
hv_class_is_a (const HvClass *klass, const char *ancestor)
{
  const char *name = klass->name;

  while (name != NULL && *name != '\0')
    {
      g_autofree char *folded = g_ascii_strdown (name, -1);

      if (g_ascii_strcasecmp (name, ancestor) == 0)
        return TRUE;
      name = g_hash_table_lookup (parents, folded);
    }
  return FALSE;
}

static gboolean
accepts_number (const char *type, const char *text)
{
  guint bits = (guint) g_ascii_strtoull (type + strlen ("uint"), NULL, 10);

  if (*type == 'u')
    return g_ascii_string_to_unsigned (text, 10, 0, bits == 64 ? G_MAXUINT64 : (G_GUINT64_CONSTANT (1) << bits) - 1,
                                       NULL, NULL);
  return g_ascii_string_to_signed (text, 10, -(G_GINT64_CONSTANT (1) << (bits - 1)),
                                   (G_GINT64_CONSTANT (1) << (bits - 1)) - 1, NULL, NULL);
}

gboolean
hv_property_accepts (const HvProperty *property, const char *text)
{
  if (g_str_has_prefix (property->type, "uint") || g_str_has_prefix (property->type, "sint"))
    return accepts_number (property->type, text);
  if (g_str_equal (property->type, "boolean"))
    return g_ascii_strcasecmp (text, "true") == 0 || g_ascii_strcasecmp (text, "false") == 0;
  return g_utf8_validate (text, -1, NULL);
}

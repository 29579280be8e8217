/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-ovf-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

gboolean
avb_ovf_refuse (AvbOvfReader *reader, AvbError code, const char *format, ...)
{
  g_autofree char *sentence = NULL;
  va_list args;

  va_start (args, format);
  sentence = g_strdup_vprintf (format, args);
  va_end (args);
  g_propagate_error (reader->error, avb_error_new (code, reader->name, "%s", sentence));
  return FALSE;
}

gboolean
avb_ovf_is_element (xmlNode *node, const char *name)
{
  return node->type == XML_ELEMENT_NODE && (name == NULL || xmlStrEqual (node->name, BAD_CAST name));
}

/* The next of its siblings, from @node on, that is called @name. */
xmlNode *
avb_ovf_find (xmlNode *node, const char *name)
{
  for (; node != NULL; node = node->next)
    if (avb_ovf_is_element (node, name))
      return node;
  return NULL;
}

xmlNode *
avb_ovf_child (xmlNode *node, const char *name)
{
  return node != NULL ? avb_ovf_find (node->children, name) : NULL;
}

/* OVF 0.9: <Section xsi:type="ovf:DiskSection_Type"> */
xmlNode *
avb_ovf_section (xmlNode *parent, const char *name)
{
  xmlNode *node = avb_ovf_child (parent, name);
  g_autofree char *type = g_strconcat (name, "_Type", NULL);

  if (node != NULL || parent == NULL)
    return node;
  for (node = avb_ovf_child (parent, "Section"); node != NULL; node = avb_ovf_find (node->next, "Section"))
    {
      xmlChar *value = xmlGetProp (node, BAD_CAST "type");
      gboolean is_it = value != NULL && g_str_has_suffix ((char *) value, type);

      xmlFree (value);
      if (is_it)
        return node;
    }
  return NULL;
}

/* Whatever its namespace. (transfer full) (nullable): without surrounding space, and not empty */
char *
avb_ovf_attribute (xmlNode *node, const char *name)
{
  xmlChar *value = node != NULL ? xmlGetProp (node, BAD_CAST name) : NULL;
  g_autofree char *copy = value != NULL ? g_strstrip (g_strdup ((char *) value)) : NULL;

  xmlFree (value);
  return copy != NULL && *copy != '\0' ? g_steal_pointer (&copy) : NULL;
}

char *
avb_ovf_text (xmlNode *node)
{
  xmlChar *value = node != NULL ? xmlNodeGetContent (node) : NULL;
  g_autofree char *copy = value != NULL ? g_strstrip (g_strdup ((char *) value)) : NULL;

  xmlFree (value);
  return copy != NULL && *copy != '\0' ? g_steal_pointer (&copy) : NULL;
}

gboolean
avb_ovf_number (const char *value, guint64 *result)
{
  return value != NULL && g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT64, result, NULL);
}

/* "byte * 2^20" (DSP0004), and what was written before there was that. 0: not understood */
guint64
avb_ovf_unit_bytes (const char *units)
{
  static const struct { const char *name; guint shift; } words[] = {
    { "byte", 0 },       { "bytes", 0 },     { "kilobytes", 10 }, { "kb", 10 },        { "kib", 10 },
    { "megabytes", 20 }, { "mb", 20 },       { "mib", 20 },       { "gigabytes", 30 }, { "gb", 30 },
    { "gib", 30 },       { "terabytes", 40 }, { "tb", 40 },        { "tib", 40 },
  };
  g_autofree char *word = NULL;
  const char *power;
  guint64 exponent;
  gsize length = 0;

  word = g_ascii_strdown (units, -1);
  for (const char *c = word; *c != '\0'; c++)
    if (!g_ascii_isspace (*c))
      word[length++] = *c;
  word[length] = '\0';
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_str_equal (word, words[i].name))
      return G_GUINT64_CONSTANT (1) << words[i].shift;
  power = g_str_has_prefix (word, "byte*2^")    ? word + strlen ("byte*2^")
          : g_str_has_prefix (word, "bytes*2^") ? word + strlen ("bytes*2^")
                                                : NULL;
  if (power != NULL && avb_ovf_number (power, &exponent) && exponent < 60)
    return G_GUINT64_CONSTANT (1) << exponent;
  power = g_str_has_prefix (word, "byte*10^") ? word + strlen ("byte*10^") : NULL;
  if (power != NULL && avb_ovf_number (power, &exponent) && exponent < 18)
    {
      guint64 bytes = 1;

      while (exponent-- > 0)
        bytes *= 10;
      return bytes;
    }
  return 0;
}

/* @multiplier of 0: not understood, as is what does not fit. */
gboolean
avb_ovf_multiply (guint64 value, guint64 multiplier, guint64 limit, guint64 *result)
{
  if (multiplier == 0 || value > limit / multiplier)
    return FALSE;
  *result = value * multiplier;
  return TRUE;
}

/* The @name of @parent whose @attribute is @id. Two of them would let somebody check one and get the other. */
xmlNode *
avb_ovf_find_by_id (AvbOvfReader *reader, xmlNode *parent, const char *name, const char *key, const char *id, gboolean *twice)
{
  xmlNode *found = NULL;

  for (xmlNode *node = avb_ovf_child (parent, name); node != NULL && !*twice; node = avb_ovf_find (node->next, name))
    {
      g_autofree char *own_id = avb_ovf_attribute (node, key);

      if (g_strcmp0 (own_id, id) != 0)
        continue;
      *twice = found != NULL;
      found = node;
    }
  if (*twice)
    avb_ovf_refuse (reader, AVB_ERROR_INVALID, _("“%s” gives one name to two things, which is refused."), reader->name);
  return *twice ? NULL : found;
}

/* The value that a property has while nobody is asked: "${size}" */
char *
avb_ovf_dup_property (AvbOvfReader *reader, const char *reference)
{
  xmlNode *const parents[] = { reader->system, reader->envelope };
  gsize length = strlen (reference);
  g_autofree char *key = NULL;

  if (!g_str_has_prefix (reference, "${") || reference[length - 1] != '}')
    return NULL;
  key = g_strndup (reference + 2, length - 3);
  for (guint i = 0; i < G_N_ELEMENTS (parents); i++)
    for (xmlNode *product = avb_ovf_child (parents[i], "ProductSection"); product != NULL;
         product = avb_ovf_find (product->next, "ProductSection"))
      for (xmlNode *node = avb_ovf_child (product, "Property"); node != NULL; node = avb_ovf_find (node->next, "Property"))
        {
          g_autofree char *own_key = avb_ovf_attribute (node, "key");

          if (g_strcmp0 (own_key, key) == 0)
            return avb_ovf_attribute (node, "value");
        }
  return NULL;
}

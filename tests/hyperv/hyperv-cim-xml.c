/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-wsman.h"

#include <libxml/parser.h>
#include <string.h>

/* Instances in parameters that are text (DSP0201 section 5.2.3), as Microsoft's reference asks for them:
 * "embedded instance". */

#define INVALID_PARAMETER   32773
#define INCORRECT_DATA_TYPE 32776

static gboolean
is_plain (xmlNode *node, const char *name)
{
  return node->type == XML_ELEMENT_NODE && g_str_equal ((const char *) node->name, name);
}

/* "20261128174514.000000+000" or "00000000000500.000000:000" (DSP0004 section 5.2.4) */
char *
hv_read_datetime (const char *text)
{
  if (strlen (text) != 25 || text[14] != '.')
    return NULL;
  for (guint i = 0; i < 14; i++)
    if (!g_ascii_isdigit (text[i]))
      return NULL;
  if (text[21] == ':')
    return g_strdup_printf ("P%.8sDT%.2sH%.2sM%.2sS", text, text + 8, text + 10, text + 12);
  return g_strdup_printf ("%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", text, text + 4, text + 6, text + 8, text + 10, text + 12);
}

/* The values of a PROPERTY or PROPERTY.ARRAY; NULL where it has none: it is not told. */
static char **
read_values (xmlNode *node, gboolean *wrong)
{
  xmlNode *from = node;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  gboolean told = FALSE;

  if (is_plain (node, "PROPERTY.ARRAY"))
    {
      from = NULL;
      for (xmlNode *child = node->children; child != NULL; child = child->next)
        if (is_plain (child, "VALUE.ARRAY"))
          from = child;
      told = from != NULL;
    }
  for (xmlNode *child = from != NULL ? from->children : NULL; child != NULL; child = child->next)
    {
      if (child->type != XML_ELEMENT_NODE || is_plain (child, "QUALIFIER"))
        continue;
      if (!is_plain (child, "VALUE"))
        {
          *wrong = TRUE;
          return NULL;
        }
      g_strv_builder_take (builder, hv_dup_text (child));
      told = TRUE;
    }
  return told ? g_strv_builder_end (builder) : NULL;
}

static guint32
check_values (const HvProperty *property, char **values)
{
  if (!property->array && g_strv_length (values) > 1)
    return INVALID_PARAMETER;
  for (guint i = 0; values[i] != NULL; i++)
    {
      if (g_str_equal (property->type, "datetime"))
        {
          char *time = hv_read_datetime (values[i]);

          if (time == NULL)
            return INCORRECT_DATA_TYPE;
          g_free (values[i]);
          values[i] = time;
        }
      else if (!hv_property_accepts (property, values[i]))
        return INCORRECT_DATA_TYPE;
      if (g_str_equal (property->type, "boolean"))
        {
          char *folded = g_ascii_strdown (values[i], -1);

          g_free (values[i]);
          values[i] = folded;
        }
    }
  return 0;
}

static guint32
read_property (HvObject *object, xmlNode *node)
{
  g_autofree char *name = hv_dup_attribute (node, NULL, "NAME");
  g_autofree char *type = hv_dup_attribute (node, NULL, "TYPE");
  const HvProperty *property = name != NULL ? hv_class_find_property (object->klass, name) : NULL;
  gboolean wrong = FALSE;
  g_auto (GStrv) values = NULL;
  guint32 code;

  /* What WMI itself writes into text, and ignores: "__PATH" and the like. */
  if (name != NULL && g_str_has_prefix (name, "__"))
    return 0;
  if (property == NULL || type == NULL)
    return INVALID_PARAMETER;
  if (g_ascii_strcasecmp (type, property->type) != 0)
    return INCORRECT_DATA_TYPE;
  if (property->array != is_plain (node, "PROPERTY.ARRAY"))
    return INCORRECT_DATA_TYPE;
  values = read_values (node, &wrong);
  if (wrong)
    return INVALID_PARAMETER;
  if (values == NULL)
    return 0;
  code = check_values (property, values);
  if (code == 0)
    hv_set_list (object, property->name, (const char *const *) values);
  return code;
}

static HvObject *
read_root (xmlNode *root, guint32 *code)
{
  g_autofree char *name = NULL;
  const HvClass *klass;
  g_autoptr (HvObject) object = NULL;

  *code = INVALID_PARAMETER;
  if (root == NULL || !is_plain (root, "INSTANCE"))
    return NULL;
  name = hv_dup_attribute (root, NULL, "CLASSNAME");
  klass = name != NULL ? hv_class_find (HV_SPACE_VIRTUALIZATION, name) : NULL;
  if (klass == NULL)
    return NULL;
  object = hv_object_new (klass->space, klass->name);
  for (xmlNode *child = root->children; child != NULL; child = child->next)
    {
      if (child->type != XML_ELEMENT_NODE || is_plain (child, "QUALIFIER"))
        continue;
      if (!is_plain (child, "PROPERTY") && !is_plain (child, "PROPERTY.ARRAY"))
        return NULL;
      *code = read_property (object, child);
      if (*code != 0)
        return NULL;
    }
  *code = 0;
  return g_steal_pointer (&object);
}

HvObject *
hv_read_instance (const char *text, guint32 *code)
{
  gsize size = strlen (text);
  xmlDoc *doc = size < 1024 * 1024 ? xmlReadMemory (text, (int) size, NULL, NULL,
                                                    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING
                                                        | XML_PARSE_NOCDATA)
                                   : NULL;
  HvObject *object = NULL;

  *code = INVALID_PARAMETER;
  if (doc != NULL && doc->intSubset == NULL)
    object = read_root (xmlDocGetRootElement (doc), code);
  if (doc != NULL)
    xmlFreeDoc (doc);
  return object;
}

static char *
write_datetime (const char *value)
{
  g_autoptr (GDateTime) time = *value != 'P' ? g_date_time_new_from_iso8601 (value, NULL) : NULL;
  gint64 seconds = time == NULL ? hv_parse_duration (value) / 1000 : 0;

  if (time != NULL)
    return g_date_time_format (time, "%Y%m%d%H%M%S.000000+000");
  return g_strdup_printf ("%08d%02d%02d%02d.000000:000", (int) (seconds / 86400), (int) (seconds / 3600 % 24),
                          (int) (seconds / 60 % 60), (int) (seconds % 60));
}

static void
append_cim_value (GString *out, const HvProperty *property, const char *value)
{
  g_autofree char *time = g_str_equal (property->type, "datetime") ? write_datetime (value) : NULL;

  hv_append_element (out, "VALUE", time != NULL ? time : value);
}

/* DSP0201 sections 5.2.4.1 and 5.2.4.2 */
char *
hv_instance_to_cim_xml (HvObject *object)
{
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "<INSTANCE CLASSNAME=\"%s\">", object->klass->name);
  for (guint i = 0; i < object->klass->properties->len; i++)
    {
      const HvProperty *property = g_ptr_array_index (object->klass->properties, i);
      const char *const *values = hv_get_list (object, property->name);
      const char *element = property->array ? "PROPERTY.ARRAY" : "PROPERTY";

      g_string_append_printf (out, "<%s NAME=\"%s\" TYPE=\"%s\">", element, property->name, property->type);
      if (values != NULL && property->array)
        g_string_append (out, "<VALUE.ARRAY>");
      for (guint j = 0; values != NULL && values[j] != NULL; j++)
        append_cim_value (out, property, values[j]);
      if (values != NULL && property->array)
        g_string_append (out, "</VALUE.ARRAY>");
      g_string_append_printf (out, "</%s>", element);
    }
  g_string_append (out, "</INSTANCE>");
  return g_string_free (out, FALSE);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Objects as WS-Management sends them: DSP0227 clause 7 and DSP0230 clause 9, of WMI as in MS-WSMV 4.1. */

#include "config.h"

#include <string.h>

#include "backends/hyperv/avb-wmi-private.h"
#include "backends/hyperv/avb-wsman-private.h"

#define MAX_NESTED 8

/* The class of a resource URI, and the namespace before it; FALSE if it is none. */
static gboolean
split_uri (const char *uri, char **name_space, char **class_name)
{
  g_autofree char *rest = NULL;
  char            *slash;

  if (g_ascii_strncasecmp (uri, AVB_WSMAN_WMI_PREFIX, strlen (AVB_WSMAN_WMI_PREFIX)) == 0)
    rest = g_strdup (uri + strlen (AVB_WSMAN_WMI_PREFIX));
  else if (g_ascii_strncasecmp (uri, AVB_WSMAN_CIM_PREFIX, strlen (AVB_WSMAN_CIM_PREFIX)) == 0)
    rest = g_strconcat (AVB_WMI_NAMESPACE "/", uri + strlen (AVB_WSMAN_CIM_PREFIX), NULL);
  slash = rest != NULL ? strrchr (rest, '/') : NULL;
  if (slash == NULL)
    return FALSE;
  *slash = '\0';
  *class_name = g_strdup (slash + 1);
  *name_space = g_steal_pointer (&rest);
  return TRUE;
}

/* Asked for each element of an array: nothing is copied where no name is wanted. */
gboolean
avb_wsman_is_class_ns (const char *ns, char **name)
{
  g_autofree char *name_space = NULL;
  g_autofree char *class_name = NULL;

  if (name == NULL)
    return g_ascii_strncasecmp (ns, AVB_WSMAN_WMI_PREFIX, strlen (AVB_WSMAN_WMI_PREFIX)) == 0 ||
           g_ascii_strncasecmp (ns, AVB_WSMAN_CIM_PREFIX, strlen (AVB_WSMAN_CIM_PREFIX)) == 0;
  if (!split_uri (ns, &name_space, &class_name))
    return FALSE;
  *name = avb_wmi_is_name (class_name) ? g_steal_pointer (&class_name) : NULL;
  return TRUE;
}

/* --- references --- */

void
avb_wsman_reference_clear (AvbWsmanReference *self)
{
  g_clear_pointer (&self->resource, g_free);
  g_clear_pointer (&self->identifier, g_free);
  g_clear_pointer (&self->keys, avb_wmi_path_unref);
}

/* A namespace becomes part of a URI and of XML. */
static gboolean
is_namespace (const char *name_space)
{
  g_auto (GStrv) parts = g_strsplit (name_space, "/", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (!avb_wmi_is_name (parts[i]))
      return FALSE;
  return TRUE;
}

AvbWmiPath *
avb_wsman_reference_to_path (AvbWsmanReference *self)
{
  g_autofree char *name_space = NULL;
  g_autofree char *class_name = NULL;
  AvbWmiPath      *path;

  if (self->resource == NULL || !split_uri (self->resource, &name_space, &class_name) ||
      !avb_wmi_is_name (class_name) || !is_namespace (name_space))
    return NULL;
  path = avb_wmi_path_new_bare (name_space, class_name);
  for (guint i = 0; self->keys != NULL && i < avb_wmi_path_get_n_keys (self->keys); i++)
    avb_wmi_path_add_key (path,
                          avb_wmi_path_get_key_name (self->keys, i),
                          avb_wmi_path_get_key_value (self->keys, i),
                          avb_wmi_path_key_is_reference (self->keys, i));
  return path;
}

/* w:Selector: a text, or a wsa:EndpointReference */
static gboolean
read_selector (AvbWsmanXml *xml, AvbWsmanReference *self, guint nested)
{
  g_autofree char *name = avb_wsman_xml_dup_attribute (xml, NULL, "Name");
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (AvbWmiPath) other = NULL;
  int depth = xml->depth;

  if (name == NULL || !avb_wmi_is_name (name))
    return avb_wsman_xml_refuse (xml, "a selector without a name");
  while (avb_wsman_xml_next (xml))
    {
      if (xml->at_text && xml->depth == depth)
        g_string_append (text, avb_wsman_xml_get_text (xml));
      else if (!xml->at_text && !xml->at_start && xml->depth <= depth)
        break;
      else if (!xml->at_text && xml->at_start && other == NULL &&
               avb_wsman_xml_is (xml, AVB_NS_ADDRESSING, "EndpointReference"))
        {
          g_auto (AvbWsmanReference) reference = { 0 };

          if (!avb_wsman_reference_read (&reference, xml, nested + 1))
            return FALSE;
          other = avb_wsman_reference_to_path (&reference);
        }
    }
  if (xml->problem != NULL)
    return FALSE;
  /* Says the namespace a second time (DSP0227 clause 6.3). */
  if (g_ascii_strcasecmp (name, "__cimnamespace") == 0)
    return TRUE;
  if (self->keys == NULL)
    self->keys = avb_wmi_path_new_bare ("", "");
  if (other != NULL)
    {
      g_autofree char *reference = avb_wmi_path_to_text (other);

      g_string_assign (text, reference);
    }
  if (!avb_wmi_path_add_key (self->keys, name, text->str, other != NULL))
    return avb_wsman_xml_refuse (xml, "too many selectors");
  return TRUE;
}

static gboolean
read_selectors (AvbWsmanXml *xml, AvbWsmanReference *self, guint nested)
{
  int depth = xml->depth;

  while (avb_wsman_xml_next_child (xml, depth))
    if (avb_wsman_xml_is (xml, AVB_NS_WSMAN, "Selector") && !read_selector (xml, self, nested))
      return FALSE;
  return xml->problem == NULL;
}

/* wsa:ReferenceParameters, or wsa:ReferenceProperties of older hosts */
static gboolean
read_parameters (AvbWsmanXml *xml, AvbWsmanReference *self, guint nested)
{
  int depth = xml->depth;

  while (avb_wsman_xml_next_child (xml, depth))
    {
      if (avb_wsman_xml_is (xml, AVB_NS_WSMAN, "ResourceURI") && self->resource == NULL)
        self->resource = avb_wsman_xml_dup_word (xml);
      else if (avb_wsman_xml_is (xml, AVB_NS_EVENTING, "Identifier") && self->identifier == NULL)
        self->identifier = avb_wsman_xml_dup_word (xml);
      else if (avb_wsman_xml_is (xml, AVB_NS_WSMAN, "SelectorSet") && !read_selectors (xml, self, nested))
        return FALSE;
    }
  return xml->problem == NULL;
}

static gboolean
is_parameters (AvbWsmanXml *xml)
{
  return avb_wsman_xml_is (xml, AVB_NS_ADDRESSING, "ReferenceParameters") ||
         avb_wsman_xml_is (xml, AVB_NS_ADDRESSING, "ReferenceProperties");
}

gboolean
avb_wsman_reference_read (AvbWsmanReference *self, AvbWsmanXml *xml, guint nested)
{
  int depth = xml->depth;

  if (nested > MAX_NESTED)
    return avb_wsman_xml_refuse (xml, "too many references inside each other");
  /* The address is not looked at: whatever it says, we talk to the one host that we know. */
  while (avb_wsman_xml_next_child (xml, depth))
    if (is_parameters (xml) && !read_parameters (xml, self, nested))
      return FALSE;
  return xml->problem == NULL;
}

/* --- fields --- */

/* One value while it is read */
typedef struct {
  GString          *text;
  gboolean          is_datetime;
  gboolean          is_reference;
  AvbWsmanReference reference;
  AvbWmiObject     *object; /* (nullable) */
} Value;

static void
value_clear (Value *value)
{
  g_string_free (value->text, TRUE);
  avb_wsman_reference_clear (&value->reference);
  g_clear_pointer (&value->object, avb_wmi_object_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Value, value_clear)

static gboolean read_field (AvbWsmanXml *xml, AvbWmiObject *object, guint nested);

/* xsi:nil (DSP0230 clause 9.1) */
static gboolean
is_nil (AvbWsmanXml *xml)
{
  g_autofree char *nil = avb_wsman_xml_dup_attribute (xml, AVB_NS_XSI, "nil");

  return nil != NULL && (g_str_equal (nil, "true") || g_str_equal (nil, "1"));
}

/* xsi:type="p:Msvm_SummaryInformation_Type" (DSP0230 clause 9.2.4); NULL for types of single values */
static char *
dup_class_of_type (AvbWsmanXml *xml)
{
  g_autofree char *type = avb_wsman_xml_dup_attribute (xml, AVB_NS_XSI, "type");
  const char      *name;

  if (type == NULL || !g_str_has_suffix (type, "_Type"))
    return NULL;
  type[strlen (type) - strlen ("_Type")] = '\0';
  name = strchr (type, ':') != NULL ? strchr (type, ':') + 1 : type;
  return avb_wmi_is_name (name) ? g_strdup (name) : NULL;
}

/* An element of WMI inside a value: a field of an embedded object, or such an object with its own element. */
static gboolean
read_embedded (AvbWsmanXml *xml, Value *value, const char *type_class, guint nested)
{
  g_autofree char *ns_class = NULL;

  if (nested >= MAX_NESTED)
    return avb_wsman_xml_refuse (xml, "too many objects inside each other");
  if (!avb_wsman_is_class_ns (avb_wsman_xml_get_ns (xml), &ns_class))
    return TRUE;
  if (value->object == NULL && type_class == NULL && g_strcmp0 (ns_class, avb_wsman_xml_get_name (xml)) == 0)
    {
      value->object = avb_wsman_object_read (xml, nested + 1);
      return value->object != NULL;
    }
  if (value->object == NULL)
    value->object = avb_wmi_object_new (type_class != NULL ? type_class : ns_class != NULL ? ns_class : "");
  return read_field (xml, value->object, nested + 1);
}

/* cim:Datetime, cim:Interval, cim:Date, cim:Time (DSP0230 clause 9.1), a part of a reference, or of an object */
static gboolean
read_inside (AvbWsmanXml *xml, Value *value, const char *type_class, guint nested)
{
  const char *ns = avb_wsman_xml_get_ns (xml);

  if (g_str_equal (ns, AVB_NS_CIM))
    {
      g_autofree char *text = avb_wsman_xml_dup_word (xml);

      value->is_datetime = TRUE;
      g_string_assign (value->text, text);
    }
  else if (avb_wsman_xml_is (xml, AVB_NS_ADDRESSING, "EndpointReference"))
    {
      value->is_reference = TRUE;
      return avb_wsman_reference_read (&value->reference, xml, nested + 1);
    }
  else if (g_str_equal (ns, AVB_NS_ADDRESSING))
    {
      value->is_reference = TRUE;
      return is_parameters (xml) ? read_parameters (xml, &value->reference, nested + 1) : TRUE;
    }
  else
    return read_embedded (xml, value, type_class, nested);
  return xml->problem == NULL;
}

/* To the end of the element at hand */
static gboolean
read_value (AvbWsmanXml *xml, Value *value, guint nested)
{
  g_autofree char *type_class = dup_class_of_type (xml);
  int              depth = xml->depth;
  gboolean         has_text = TRUE;

  while (avb_wsman_xml_next (xml))
    {
      if (xml->at_text)
        {
          if (has_text && xml->depth == depth)
            g_string_append (value->text, avb_wsman_xml_get_text (xml));
        }
      else if (xml->at_start && xml->depth == depth + 1)
        {
          /* What was before it is space. */
          has_text = FALSE;
          g_string_truncate (value->text, 0);
          if (!read_inside (xml, value, type_class, nested))
            return FALSE;
        }
      else if (!xml->at_start && xml->depth <= depth)
        break;
    }
  return xml->problem == NULL;
}

static gboolean
add_value (AvbWsmanXml *xml, AvbWmiObject *object, const char *name, Value *value)
{
  AvbWmiKind kind = AVB_WMI_TEXT;
  gpointer   data = NULL;

  if (value->object != NULL)
    {
      kind = AVB_WMI_OBJECT;
      data = g_steal_pointer (&value->object);
    }
  else if (value->is_reference)
    {
      data = avb_wsman_reference_to_path (&value->reference);
      /* To something that is no object of WMI */
      kind = data != NULL ? AVB_WMI_PATH : AVB_WMI_NIL;
    }
  else
    data = g_strdup (value->text->str);
  if (!avb_wmi_object_append (
          object, name, kind, value->is_datetime ? (int) AVB_WMI_DATETIME : AVB_WMI_UNKNOWN, data))
    return avb_wsman_xml_refuse (xml, "too many properties, or one of two kinds: %s", name);
  return TRUE;
}

static gboolean
read_field (AvbWsmanXml *xml, AvbWmiObject *object, guint nested)
{
  g_autofree char *name = g_strdup (avb_wsman_xml_get_name (xml));
  guint            n_fields = avb_wmi_object_get_n_fields (object);
  g_auto (Value) value = { .text = g_string_new (NULL) };

  if (!avb_wmi_is_name (name))
    return avb_wsman_xml_refuse (xml, "a property without a name");
  if (is_nil (xml))
    {
      if (!avb_wmi_object_append (object, name, AVB_WMI_NIL, AVB_WMI_UNKNOWN, NULL))
        return avb_wsman_xml_refuse (xml, "too many properties");
    }
  else if (!read_value (xml, &value, nested) || !add_value (xml, object, name, &value))
    return FALSE;
  if (avb_wmi_object_get_n_fields (object) > n_fields && ++xml->n_fields > AVB_WSMAN_MAX_FIELDS)
    return avb_wsman_xml_refuse (xml, "more than %d values", AVB_WSMAN_MAX_FIELDS);
  return TRUE;
}

/* What is not of WMI is no property: cim:Location says again where the object is. */
static gboolean
read_fields (AvbWsmanXml *xml, AvbWmiObject *object, guint nested)
{
  int depth = xml->depth;

  while (avb_wsman_xml_next_child (xml, depth))
    if (avb_wsman_is_class_ns (avb_wsman_xml_get_ns (xml), NULL) && !read_field (xml, object, nested))
      return FALSE;
  return xml->problem == NULL;
}

AvbWmiObject *
avb_wsman_object_read (AvbWsmanXml *xml, guint nested)
{
  const char *name = avb_wsman_xml_get_name (xml);
  g_autoptr (AvbWmiObject) object = NULL;

  if (!avb_wmi_is_name (name) || !avb_wsman_is_class_ns (avb_wsman_xml_get_ns (xml), NULL))
    {
      avb_wsman_xml_refuse (xml, "<%s> of “%s” is no object", name, avb_wsman_xml_get_ns (xml));
      return NULL;
    }
  object = avb_wmi_object_new (name);
  return read_fields (xml, object, nested) ? g_steal_pointer (&object) : NULL;
}

AvbWmiObject *
avb_wsman_fragment_read (AvbWsmanXml *xml)
{
  g_autoptr (AvbWmiObject) object = avb_wmi_object_new ("");

  return read_fields (xml, object, 0) ? g_steal_pointer (&object) : NULL;
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Objects as text: DSP0201 "Representation of CIM in XML", clause 5.2 (INSTANCE, PROPERTY, PROPERTY.ARRAY,
 * PROPERTY.REFERENCE, VALUE, VALUE.ARRAY, VALUE.REFERENCE, INSTANCEPATH, KEYBINDING), and what WMI has besides in its text
 * format "WMI DTD 2.0" (WbemObjectTextFormatEnum): PROPERTY.OBJECT, PROPERTY.OBJECTARRAY, VALUE.OBJECT. */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "backends/avb-error.h"
#include "backends/hyperv/avb-wmi-private.h"
#include "backends/hyperv/avb-wsman-xml.h"

#define MAX_TEXT (8 * 1024 * 1024)
#define MAX_NESTED 8

/* --- writing --- */

/* DSP0201 clause 5.2.4 (INSTANCEPATH and below) */
static void
write_reference (GString *out, AvbWmiPath *path)
{
  g_auto (GStrv) parts = g_strsplit (avb_wmi_path_get_namespace (path), "/", -1);

  g_string_append (out, "<VALUE.REFERENCE><INSTANCEPATH><NAMESPACEPATH><HOST>.</HOST><LOCALNAMESPACEPATH>");
  for (guint i = 0; parts[i] != NULL; i++)
    g_string_append_printf (out, "<NAMESPACE NAME=\"%s\"/>", parts[i]);
  g_string_append_printf (out,
                          "</LOCALNAMESPACEPATH></NAMESPACEPATH><INSTANCENAME CLASSNAME=\"%s\">",
                          avb_wmi_path_get_class (path));
  for (guint i = 0; i < avb_wmi_path_get_n_keys (path); i++)
    {
      g_string_append_printf (out, "<KEYBINDING NAME=\"%s\">", avb_wmi_path_get_key_name (path, i));
      avb_wsman_xml_write (out, "KEYVALUE", avb_wmi_path_get_key_value (path, i));
      g_string_append (out, "</KEYBINDING>");
    }
  g_string_append (out, "</INSTANCENAME></INSTANCEPATH></VALUE.REFERENCE>");
}

/* A moment is "20261128174500.000000+000" and a span "00000001020304.000000:000" (DSP0004 clause 5.2.4). What was read over
 * WS-Management has the form of XML Schema (DSP0230 clause 9.1), and is left out: a property that is not there stays as it is. */
static gboolean
is_cim_datetime (const char *text)
{
  return strlen (text) == 25 && text[14] == '.' && (text[21] == '+' || text[21] == '-' || text[21] == ':');
}

static void
write_value (GString *out, AvbWmiObject *object, guint index, const AvbWmiField *field, guint i)
{
  if (field->kind == AVB_WMI_TEXT)
    avb_wsman_xml_write (out, "VALUE", avb_wmi_object_get_nested_text (object, index, i));
  else if (field->kind == AVB_WMI_PATH)
    write_reference (out, avb_wmi_object_get_nested_path (object, index, i));
  else
    {
      g_autofree char *inner = avb_wmi_object_to_cim_xml (avb_wmi_object_get_nested (object, index, i));

      avb_wsman_xml_write (out, "VALUE", inner);
    }
}

static void
write_field (GString *out, AvbWmiObject *object, guint index)
{
  AvbWmiField field = avb_wmi_object_get_field (object, index);
  AvbWmiType  type = field.type == AVB_WMI_UNKNOWN ? avb_wmi_type_of_property (field.name) : (AvbWmiType) field.type;
  const char *element, *array = field.kind == AVB_WMI_PATH ? "VALUE.REFARRAY" : "VALUE.ARRAY";

  field.is_array |= field.kind == AVB_WMI_TEXT && avb_wmi_property_is_array (field.name);
  element = field.kind == AVB_WMI_PATH ? field.is_array ? "PROPERTY.REFARRAY" : "PROPERTY.REFERENCE"
            : field.is_array           ? "PROPERTY.ARRAY"
                                       : "PROPERTY";

  /* Nil and "is not there" are the same to a method that modifies: nothing is changed. */
  if (field.kind == AVB_WMI_NIL ||
      (type == AVB_WMI_DATETIME && field.kind == AVB_WMI_TEXT && field.count > 0 &&
       !is_cim_datetime (avb_wmi_object_get_nested_text (object, index, 0))))
    return;
  g_string_append_printf (out, "<%s NAME=\"%s\"", element, field.name);
  if (field.kind != AVB_WMI_PATH)
    g_string_append_printf (out, " TYPE=\"%s\"", avb_wmi_type_to_name (type));
  g_string_append (out, field.kind == AVB_WMI_OBJECT ? " EmbeddedObject=\"instance\">" : ">");
  if (field.is_array)
    g_string_append_printf (out, "<%s>", array);
  for (guint i = 0; i < field.count; i++)
    write_value (out, object, index, &field, i);
  if (field.is_array)
    g_string_append_printf (out, "</%s>", array);
  g_string_append_printf (out, "</%s>", element);
}

/* DSP0201 clause 5.2.5 (INSTANCE) */
char *
avb_wmi_object_to_cim_xml (AvbWmiObject *self)
{
  GString *out;

  g_return_val_if_fail (self != NULL, NULL);

  out = g_string_new ("<INSTANCE CLASSNAME=\"");
  avb_wsman_xml_escape (out, avb_wmi_object_get_class (self));
  g_string_append (out, "\">");
  for (guint i = 0; i < avb_wmi_object_get_n_fields (self); i++)
    write_field (out, self, i);
  g_string_append (out, "</INSTANCE>");
  return g_string_free (out, FALSE);
}

/* --- reading --- */

static AvbWmiObject *read_instance (AvbWsmanXml *xml, guint nested);

static gboolean
is_any (AvbWsmanXml *xml, const char *const *names)
{
  return *avb_wsman_xml_get_ns (xml) == '\0' && g_strv_contains (names, avb_wsman_xml_get_name (xml));
}

/* An attribute that is a name; refused if it is none. */
static char *
dup_name (AvbWsmanXml *xml, const char *attribute)
{
  g_autofree char *name = avb_wsman_xml_dup_attribute (xml, NULL, attribute);

  if (name != NULL && avb_wmi_is_name (name))
    return g_steal_pointer (&name);
  avb_wsman_xml_refuse (xml, "<%s> without a %s", avb_wsman_xml_get_name (xml), attribute);
  return NULL;
}

static AvbWmiPath *read_reference (AvbWsmanXml *xml, guint nested);

static gboolean
read_key (AvbWsmanXml *xml, AvbWmiPath *path, guint nested)
{
  g_autofree char *name = dup_name (xml, "NAME");
  int              depth = xml->depth;

  while (name != NULL && avb_wsman_xml_next_child (xml, depth))
    {
      g_autofree char *value = NULL;
      gboolean         is_reference = avb_wsman_xml_is (xml, "", "VALUE.REFERENCE");

      if (is_reference)
        {
          g_autoptr (AvbWmiPath) other = read_reference (xml, nested + 1);

          value = other != NULL ? avb_wmi_path_to_text (other) : NULL;
        }
      else if (avb_wsman_xml_is (xml, "", "KEYVALUE"))
        value = avb_wsman_xml_dup_content (xml);
      if (value != NULL && !avb_wmi_path_add_key (path, name, value, is_reference))
        return avb_wsman_xml_refuse (xml, "too many keys");
    }
  return xml->problem == NULL;
}

static AvbWmiPath *
read_instance_name (AvbWsmanXml *xml, const char *name_space, guint nested)
{
  g_autofree char *class_name = dup_name (xml, "CLASSNAME");
  g_autoptr (AvbWmiPath) path = NULL;
  int depth = xml->depth;

  if (class_name == NULL)
    return NULL;
  path = avb_wmi_path_new_bare (*name_space != '\0' ? name_space : AVB_WMI_NAMESPACE, class_name);
  while (avb_wsman_xml_next_child (xml, depth))
    if (avb_wsman_xml_is (xml, "", "KEYBINDING") && !read_key (xml, path, nested))
      return NULL;
  return xml->problem == NULL ? g_steal_pointer (&path) : NULL;
}

/* The element that has a path somewhere inside. NULL: nobody knows what it refers to, which is no problem. */
static AvbWmiPath *
read_reference (AvbWsmanXml *xml, guint nested)
{
  g_autoptr (GString) name_space = g_string_new (NULL);
  g_autoptr (AvbWmiPath) path = NULL;
  int depth = xml->depth;

  if (nested > MAX_NESTED)
    {
      avb_wsman_xml_refuse (xml, "too many references inside each other");
      return NULL;
    }
  while (avb_wsman_xml_next (xml))
    {
      if (!xml->at_text && !xml->at_start && xml->depth <= depth)
        break;
      if (xml->at_text || !xml->at_start)
        continue;
      if (avb_wsman_xml_is (xml, "", "NAMESPACE"))
        {
          g_autofree char *part = dup_name (xml, "NAME");

          g_string_append_printf (name_space, "%s%s", name_space->len > 0 ? "/" : "", part != NULL ? part : "");
        }
      else if (path == NULL && (avb_wsman_xml_is (xml, "", "INSTANCENAME") || avb_wsman_xml_is (xml, "", "CLASSNAME")))
        path = read_instance_name (xml, name_space->str, nested);
    }
  return g_steal_pointer (&path);
}

static gboolean
append (AvbWsmanXml *xml, AvbWmiObject *object, const char *name, AvbWmiKind kind, int type, gpointer value)
{
  if (kind != AVB_WMI_NIL && value == NULL)
    return xml->problem == NULL;
  if (!avb_wmi_object_append (object, name, kind, type, value))
    return avb_wsman_xml_refuse (xml, "too many properties, or one of two kinds: %s", name);
  return TRUE;
}

/* One of the elements that begin with VALUE. */
static gboolean
read_value (AvbWsmanXml *xml, AvbWmiObject *object, const char *name, int type, guint nested)
{
  if (avb_wsman_xml_is (xml, "", "VALUE"))
    return append (xml, object, name, AVB_WMI_TEXT, type, avb_wsman_xml_dup_content (xml));
  if (avb_wsman_xml_is (xml, "", "VALUE.REFERENCE"))
    return append (xml, object, name, AVB_WMI_PATH, type, read_reference (xml, nested + 1));
  if (avb_wsman_xml_is (xml, "", "VALUE.OBJECT"))
    {
      int depth = xml->depth;

      while (avb_wsman_xml_next_child (xml, depth))
        if (avb_wsman_xml_is (xml, "", "INSTANCE") &&
            !append (xml, object, name, AVB_WMI_OBJECT, type, read_instance (xml, nested + 1)))
          return FALSE;
    }
  return xml->problem == NULL;
}

static gboolean
read_property (AvbWsmanXml *xml, AvbWmiObject *object, guint nested)
{
  static const char *const arrays[] = { "VALUE.ARRAY", "VALUE.REFARRAY", "VALUE.OBJECTARRAY", NULL };
  g_autofree char *name = dup_name (xml, "NAME");
  g_autofree char *type_name = avb_wsman_xml_dup_attribute (xml, NULL, "TYPE");
  int              type = avb_wmi_type_from_name (type_name);
  int              depth = xml->depth;
  gboolean         is_array = strstr (avb_wsman_xml_get_name (xml), "ARRAY") != NULL;

  if (name == NULL)
    return FALSE;
  if (avb_wmi_object_has (object, name))
    return avb_wsman_xml_refuse (xml, "two of %s", name);
  while (avb_wsman_xml_next_child (xml, depth))
    {
      int inner = xml->depth;

      if (!is_any (xml, arrays))
        {
          if (!read_value (xml, object, name, type, nested))
            return FALSE;
          continue;
        }
      while (avb_wsman_xml_next_child (xml, inner))
        if (!read_value (xml, object, name, type, nested))
          return FALSE;
    }
  if (xml->problem == NULL && !avb_wmi_object_has (object, name))
    append (xml, object, name, AVB_WMI_NIL, type, NULL);
  if (is_array)
    avb_wmi_object_mark_array (object, name);
  return xml->problem == NULL;
}

/* (transfer full) (nullable) */
static AvbWmiObject *
read_instance (AvbWsmanXml *xml, guint nested)
{
  g_autofree char *class_name = dup_name (xml, "CLASSNAME");
  g_autoptr (AvbWmiObject) object = NULL;
  int depth = xml->depth;

  if (class_name == NULL || nested > MAX_NESTED)
    {
      avb_wsman_xml_refuse (xml, "too many objects inside each other");
      return NULL;
    }
  object = avb_wmi_object_new (class_name);
  while (avb_wsman_xml_next_child (xml, depth))
    if (*avb_wsman_xml_get_ns (xml) == '\0' && g_str_has_prefix (avb_wsman_xml_get_name (xml), "PROPERTY") &&
        !read_property (xml, object, nested))
      return NULL;
  return xml->problem == NULL ? g_steal_pointer (&object) : NULL;
}

/* An instance may come in a whole declaration (DSP0201 clause 5.2.2). */
static AvbWmiObject *
read_document (AvbWsmanXml *xml)
{
  static const char *const around[]
      = { "CIM",        "DECLARATION",        "DECLGROUP",  "DECLGROUP.WITHNAME", "DECLGROUP.WITHPATH", "VALUE.OBJECT",
          "VALUE.NAMEDOBJECT", "VALUE.NAMEDINSTANCE", NULL };
  g_autoptr (AvbWmiObject) object = NULL;

  while (object == NULL && avb_wsman_xml_next (xml))
    {
      if (xml->at_text || !xml->at_start)
        continue;
      if (avb_wsman_xml_is (xml, "", "INSTANCE"))
        object = read_instance (xml, 0);
      else if (!is_any (xml, around))
        avb_wsman_xml_refuse (xml, "<%s> is no instance", avb_wsman_xml_get_name (xml));
    }
  if (object == NULL)
    avb_wsman_xml_refuse (xml, "no instance");
  return avb_wsman_xml_finish (xml) ? g_steal_pointer (&object) : NULL;
}

AvbWmiObject *
avb_wmi_object_from_cim_xml (const char *text, gssize length, GError **error)
{
  g_auto (AvbWsmanXml) xml = { 0 };
  AvbWmiObject *object = NULL;
  gsize         n;

  g_return_val_if_fail (text != NULL, NULL);

  n = length < 0 ? strlen (text) : (gsize) length;
  while (n > 0 && g_ascii_isspace (*text))
    {
      text++;
      n--;
    }
  avb_wsman_xml_init (&xml, text, n <= MAX_TEXT ? n : G_MAXSIZE);
  if (xml.problem == NULL)
    object = read_document (&xml);
  if (object == NULL)
    g_propagate_error (
        error, avb_error_new (AVB_ERROR_INVALID, xml.problem, _("The description of an object could not be read.")));
  return object;
}

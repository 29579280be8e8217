/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-wsman.h"

#include <string.h>

void
hv_append_escaped (GString *out, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text != NULL ? text : "", -1);

  g_string_append (out, escaped);
}

void
hv_append_element (GString *out, const char *name, const char *text)
{
  g_string_append_printf (out, "<%s>", name);
  hv_append_escaped (out, text);
  g_string_append_printf (out, "</%s>", name);
}

/* DSP0230 section 7.3: NULL is an empty element with xsi:nil */
void
hv_append_nil (GString *out, const char *element)
{
  g_string_append_printf (out, "<%s xsi:nil=\"true\"/>", element);
}

void
hv_append_value (GString *out, const char *element, const char *type, const char *value)
{
  if (value == NULL)
    {
      hv_append_nil (out, element);
      return;
    }
  /* DSP0230 section 7.4 (cimDateTime): times and intervals are elements of their own. */
  if (g_str_equal (type, "datetime"))
    {
      const char *kind = *value == 'P' ? "cim:Interval" : "cim:Datetime";

      g_string_append_printf (out, "<%s><%s>%s</%s></%s>", element, kind, value, kind, element);
      return;
    }
  hv_append_element (out, element, value);
}

static char *
dup_resource (const HvClass *klass)
{
  return g_strdup_printf (HV_WMI "%s/%s", klass->space, klass->name);
}

/* DSP0226 section 5.4.2.1 and DSP0227 section 5.3 */
void
hv_append_epr_contents (GString *out, HvObject *object)
{
  g_autofree char *resource = dup_resource (object->klass);

  g_string_append (out, "<a:Address>" HV_ANONYMOUS "</a:Address><a:ReferenceParameters>");
  hv_append_element (out, "w:ResourceURI", resource);
  g_string_append (out, "<w:SelectorSet>");
  for (guint i = 0; i < object->klass->properties->len; i++)
    {
      const HvProperty *property = g_ptr_array_index (object->klass->properties, i);

      if (!property->key)
        continue;
      g_string_append_printf (out, "<w:Selector Name=\"%s\">", property->name);
      if (g_str_equal (property->type, "ref"))
        {
          g_string_append (out, "<a:EndpointReference>");
          hv_append_epr_contents (out, hv_object_get_end (object, property));
          g_string_append (out, "</a:EndpointReference>");
        }
      else
        hv_append_escaped (out, hv_get (object, property->name));
      g_string_append (out, "</w:Selector>");
    }
  g_string_append_printf (out, "<w:Selector Name=\"__cimnamespace\">%s</w:Selector>", object->klass->space);
  g_string_append (out, "</w:SelectorSet></a:ReferenceParameters>");
}

/* cimBase64Binary: what is uint8[] is one element. */
void
hv_append_bytes (GString *out, const char *element, const char *const *values)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autofree char *text = NULL;

  for (guint i = 0; values[i] != NULL; i++)
    {
      guint8 byte = (guint8) g_ascii_strtoull (values[i], NULL, 10);

      g_byte_array_append (bytes, &byte, 1);
    }
  text = g_base64_encode (bytes->data, bytes->len);
  hv_append_element (out, element, text);
}

static void
append_property (GString *out, HvObject *object, const HvProperty *property, guint depth)
{
  g_autofree char *element = depth == 0 ? g_strdup_printf ("p:%s", property->name)
                                        : g_strdup_printf ("p%u:%s", depth, property->name);
  const char *const *values = hv_get_list (object, property->name);
  GPtrArray *embedded = object->embedded != NULL ? g_hash_table_lookup (object->embedded, property->name) : NULL;

  if (g_str_equal (property->type, "ref") && hv_object_get_end (object, property) != NULL)
    {
      g_string_append_printf (out, "<%s>", element);
      hv_append_epr_contents (out, hv_object_get_end (object, property));
      g_string_append_printf (out, "</%s>", element);
    }
  else if (embedded != NULL)
    for (guint i = 0; i < embedded->len; i++)
      hv_append_embedded (out, element, g_ptr_array_index (embedded, i), depth + 1);
  else if (values == NULL || (values[0] == NULL && !property->array))
    hv_append_nil (out, element);
  /* DSP0230 section 7.2.2: an array is its element again and again, but of uint8 it is base64 */
  else if (property->array && g_str_equal (property->type, "uint8"))
    hv_append_bytes (out, element, values);
  else
    for (guint i = 0; values[i] != NULL; i++)
      hv_append_value (out, element, property->type, values[i]);
}

static gboolean
is_wanted (const char *const *names, const char *name)
{
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    if (g_ascii_strcasecmp (names[i], name) == 0)
      return TRUE;
  return names == NULL;
}

/* DSP0230 section 6.2: the element of a class; MS-WSMV section 4 shows xsi:type with "_Type" */
void
hv_append_instance (GString *out, HvObject *object, const char *const *names)
{
  g_autofree char *resource = dup_resource (object->klass);
  /* DSP0227 section 8.1: what is not whole is a fragment. */
  const char *element = names == NULL ? object->klass->name : NULL;

  if (element != NULL)
    g_string_append_printf (out,
                            "<p:%s xmlns:p=\"%s\" xmlns:xsi=\"" HV_NS_XSI "\" xmlns:cim=\"" HV_NS_CIM
                            "\" xsi:type=\"p:%s_Type\">",
                            element, resource, element);
  else
    g_string_append_printf (
        out, "<w:XmlFragment xmlns:p=\"%s\" xmlns:xsi=\"" HV_NS_XSI "\" xmlns:cim=\"" HV_NS_CIM "\">", resource);
  for (guint i = 0; i < object->klass->properties->len; i++)
    {
      const HvProperty *property = g_ptr_array_index (object->klass->properties, i);

      if (is_wanted (names, property->name))
        append_property (out, object, property, 0);
    }
  if (element != NULL)
    g_string_append_printf (out, "</p:%s>", element);
  else
    g_string_append (out, "</w:XmlFragment>");
}

/* DSP0230 section 7.5 (embedded objects): the type of the contents is told by xsi:type. */
void
hv_append_embedded (GString *out, const char *element, HvObject *object, guint depth)
{
  g_autofree char *resource = dup_resource (object->klass);

  depth = MAX (depth, 1);
  g_string_append_printf (out, "<%s xmlns:p%u=\"%s\" xsi:type=\"p%u:%s_Type\">", element, depth, resource, depth,
                          object->klass->name);
  for (guint i = 0; i < object->klass->properties->len; i++)
    append_property (out, object, g_ptr_array_index (object->klass->properties, i), depth);
  g_string_append_printf (out, "</%s>", element);
}

/* DSP0226 section 5.4: headers of an answer */
char *
hv_envelope (const char *action, const char *related, const char *body, const char *more_header)
{
  GString *out = g_string_new (NULL);
  g_autofree char *id = g_uuid_string_random ();
  g_autofree char *upper = g_ascii_strup (id, -1);

  g_string_append (out, "<s:Envelope xml:lang=\"en-US\" xmlns:s=\"" HV_NS_SOAP "\" xmlns:a=\"" HV_NS_WSA
                        "\" xmlns:n=\"" HV_NS_WSEN "\" xmlns:w=\"" HV_NS_WSMAN "\" xmlns:x=\"" HV_NS_WST
                        "\" xmlns:e=\"" HV_NS_WSE "\"><s:Header>");
  g_string_append_printf (out, "<a:Action>%s</a:Action><a:MessageID>uuid:%s</a:MessageID>", action, upper);
  g_string_append (out, "<a:To>" HV_ANONYMOUS "</a:To>");
  if (related != NULL)
    hv_append_element (out, "a:RelatesTo", related);
  if (more_header != NULL)
    g_string_append (out, more_header);
  g_string_append_printf (out, "</s:Header><s:Body>%s</s:Body></s:Envelope>", body);
  return g_string_free (out, FALSE);
}

static const char *
get_fault_action (HvFault *fault)
{
  if (g_strcmp0 (fault->space, HV_NS_WSMAN) == 0)
    return "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault";
  if (g_strcmp0 (fault->space, HV_NS_WSEN) == 0)
    return HV_NS_WSEN "/fault";
  if (g_strcmp0 (fault->space, HV_NS_WSE) == 0)
    return HV_NS_WSE "/fault";
  return HV_NS_WSA "/fault";
}

/* DSP0226 section 14.2: how a fault is encoded; MS-WSMV section 2.2.4.43 for the WSManFault in it */
char *
hv_fault_to_envelope (HvFault *fault, const char *related)
{
  g_autoptr (GString) out = g_string_new ("<s:Fault><s:Code>");

  g_string_append_printf (out, "<s:Value>s:%s</s:Value>", fault->code);
  if (fault->subcode != NULL)
    g_string_append_printf (out, "<s:Subcode><s:Value xmlns:q=\"%s\">q:%s</s:Value></s:Subcode>", fault->space,
                            fault->subcode);
  g_string_append (out, "</s:Code><s:Reason><s:Text xml:lang=\"en-US\">");
  hv_append_escaped (out, fault->reason);
  g_string_append (out, "</s:Text></s:Reason>");
  if (fault->detail != NULL || fault->number != 0)
    {
      g_string_append (out, "<s:Detail>");
      if (fault->detail != NULL)
        g_string_append_printf (out, "<w:FaultDetail>" HV_FAULT_DETAIL "%s</w:FaultDetail>", fault->detail);
      if (fault->number != 0)
        {
          g_string_append_printf (
              out, "<f:WSManFault xmlns:f=\"" HV_NS_FAULT "\" Code=\"%u\" Machine=\"HV-SIM\"><f:Message>", fault->number);
          hv_append_escaped (out, fault->reason);
          g_string_append (out, "</f:Message></f:WSManFault>");
        }
      g_string_append (out, "</s:Detail>");
    }
  g_string_append (out, "</s:Fault>");
  return hv_envelope (get_fault_action (fault), related, out->str, NULL);
}

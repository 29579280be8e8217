/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What is sent: SOAP 1.2 with the headers of DSP0226. */

#include "config.h"

#include "backends/hyperv/avb-wmi-private.h"
#include "backends/hyperv/avb-wsman-private.h"

#define ANONYMOUS "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"

/* The actions of DSP0226: clause 7 (transfer), 8 (enumeration), 10 (eventing). */
static const char *const actions[] = {
  [AVB_WSMAN_GET] = AVB_NS_TRANSFER "/Get",
  [AVB_WSMAN_ENUMERATE] = AVB_NS_ENUMERATION "/Enumerate",
  [AVB_WSMAN_PULL] = AVB_NS_ENUMERATION "/Pull",
  [AVB_WSMAN_RELEASE] = AVB_NS_ENUMERATION "/Release",
  [AVB_WSMAN_SUBSCRIBE] = AVB_NS_EVENTING "/Subscribe",
  [AVB_WSMAN_RENEW] = AVB_NS_EVENTING "/Renew",
  [AVB_WSMAN_UNSUBSCRIBE] = AVB_NS_EVENTING "/Unsubscribe",
};

char *
avb_wsman_resource_uri (const char *name_space, const char *class_name)
{
  return g_strconcat (AVB_WSMAN_WMI_PREFIX, name_space, "/", class_name, NULL);
}

/* DSP0226 clause 5.4.4, in the form that MS-WSMV 3.2.4.1.1 asks for */
static char *
new_message_id (void)
{
  g_autofree char *uuid = g_uuid_string_random ();
  g_autofree char *upper = g_ascii_strup (uuid, -1);

  return g_strconcat ("uuid:", upper, NULL);
}

static void write_selector (GString *out, AvbWmiPath *path, guint index);

/* DSP0226 clause 5.1.2.2; a value may be a reference of its own (rule R5.1.2.2-6). */
void
avb_wsman_write_selectors (GString *out, AvbWmiPath *path)
{
  if (avb_wmi_path_get_n_keys (path) == 0)
    return;
  g_string_append (out, "<w:SelectorSet>");
  for (guint i = 0; i < avb_wmi_path_get_n_keys (path); i++)
    write_selector (out, path, i);
  g_string_append (out, "</w:SelectorSet>");
}

/* DSP0226 clause 5.1.2: the address is ours to choose, the host knows its own. */
static void
write_reference (GString *out, AvbWmiPath *path)
{
  g_autofree char *resource
      = avb_wsman_resource_uri (avb_wmi_path_get_namespace (path), avb_wmi_path_get_class (path));

  avb_wsman_xml_write (out, "a:Address", ANONYMOUS);
  g_string_append (out, "<a:ReferenceParameters>");
  avb_wsman_xml_write (out, "w:ResourceURI", resource);
  avb_wsman_write_selectors (out, path);
  g_string_append (out, "</a:ReferenceParameters>");
}

static void
write_selector (GString *out, AvbWmiPath *path, guint index)
{
  const char *value = avb_wmi_path_get_key_value (path, index);
  g_autoptr (AvbWmiPath) other
      = avb_wmi_path_key_is_reference (path, index) ? avb_wmi_path_from_text (value, NULL) : NULL;

  g_string_append_printf (out, "<w:Selector Name=\"%s\">", avb_wmi_path_get_key_name (path, index));
  if (other != NULL)
    {
      g_string_append (out, "<a:EndpointReference>");
      write_reference (out, other);
      g_string_append (out, "</a:EndpointReference>");
    }
  else
    avb_wsman_xml_escape (out, value);
  g_string_append (out, "</w:Selector>");
}

/* DSP0226 clause 5.4 (To, ReplyTo, MessageID, Action), 5.1.2.1 (ResourceURI), 6.1 (OperationTimeout), 6.2 (MaxEnvelopeSize),
 * 6.3 (Locale: names and states are matched by number, so the text may come in any language that people read) */
static void
write_header (GString *out, const AvbWsmanRequest *self, const char *message_id)
{
  avb_wsman_xml_write (out, "a:To", self->to);
  if (self->resource != NULL)
    {
      g_string_append (out, "<w:ResourceURI s:mustUnderstand=\"true\">");
      avb_wsman_xml_escape (out, self->resource);
      g_string_append (out, "</w:ResourceURI>");
    }
  g_string_append (out,
                   "<a:ReplyTo><a:Address s:mustUnderstand=\"true\">" ANONYMOUS "</a:Address></a:ReplyTo>"
                   "<a:Action s:mustUnderstand=\"true\">");
  /* DSP0230 clause 10.3: the class and the method */
  if (self->verb == AVB_WSMAN_INVOKE)
    {
      avb_wsman_xml_escape (out, self->resource);
      g_string_append_printf (out, "/%s", self->method);
    }
  else
    g_string_append (out, actions[self->verb]);
  g_string_append (out, "</a:Action>");
  g_string_append_printf (
      out, "<w:MaxEnvelopeSize s:mustUnderstand=\"true\">%d</w:MaxEnvelopeSize>", AVB_WSMAN_MAX_ENVELOPE);
  avb_wsman_xml_write (out, "a:MessageID", message_id);
  g_string_append_printf (out, "<w:OperationTimeout>PT%u.000S</w:OperationTimeout>", self->timeout);
  if (self->path != NULL)
    avb_wsman_write_selectors (out, self->path);
  if (self->headers != NULL)
    g_string_append (out, self->headers);
}

char *
avb_wsman_request_to_xml (const AvbWsmanRequest *self, char **message_id)
{
  GString *out = g_string_new ("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                               "<s:Envelope xmlns:s=\"" AVB_NS_SOAP "\"");

  *message_id = new_message_id ();
  /* DSP0226 clause 11: no header, and no other namespace is needed. */
  if (self->verb == AVB_WSMAN_IDENTIFY)
    {
      g_string_append (out, "><s:Header/><s:Body><i:Identify xmlns:i=\"" AVB_NS_IDENTITY "\"/></s:Body></s:Envelope>");
      return g_string_free (out, FALSE);
    }
  g_string_append (out,
                   " xmlns:a=\"" AVB_NS_ADDRESSING "\" xmlns:w=\"" AVB_NS_WSMAN "\" xmlns:n=\"" AVB_NS_ENUMERATION
                   "\" xmlns:e=\"" AVB_NS_EVENTING "\" xmlns:xsi=\"" AVB_NS_XSI "\"><s:Header>");
  write_header (out, self, *message_id);
  g_string_append (out, "</s:Header><s:Body>");
  if (self->body != NULL)
    g_string_append (out, self->body);
  g_string_append (out, "</s:Body></s:Envelope>");
  return g_string_free (out, FALSE);
}

/* --- bodies --- */

/* DSP0226 clause 8.2 (Enumerate), 8.2.3 (OptimizeEnumeration, MaxElements), 8.3 (w:Filter) */
char *
avb_wsman_enumerate_body (const char *wql)
{
  GString *out = g_string_new ("<n:Enumerate><w:OptimizeEnumeration/>");

  g_string_append_printf (out, "<w:MaxElements>%d</w:MaxElements>", AVB_WSMAN_PAGE);
  g_string_append (out, "<w:Filter Dialect=\"" AVB_WSMAN_WQL "\">");
  avb_wsman_xml_escape (out, wql);
  g_string_append (out, "</w:Filter></n:Enumerate>");
  return g_string_free (out, FALSE);
}

/* DSP0226 clause 8.4 */
char *
avb_wsman_pull_body (const char *context)
{
  GString *out = g_string_new ("<n:Pull>");

  avb_wsman_xml_write (out, "n:EnumerationContext", context);
  g_string_append_printf (out, "<n:MaxElements>%d</n:MaxElements></n:Pull>", AVB_WSMAN_PAGE);
  return g_string_free (out, FALSE);
}

/* DSP0226 clause 8.5 */
char *
avb_wsman_release_body (const char *context)
{
  GString *out = g_string_new ("<n:Release>");

  avb_wsman_xml_write (out, "n:EnumerationContext", context);
  g_string_append (out, "</n:Release>");
  return g_string_free (out, FALSE);
}

static void
write_parameter (GString *out, AvbWmiObject *object, guint index, const AvbWmiField *field, guint i)
{
  g_string_append_printf (out, "<p:%s>", field->name);
  if (field->kind == AVB_WMI_TEXT)
    avb_wsman_xml_escape (out, avb_wmi_object_get_nested_text (object, index, i));
  else if (field->kind == AVB_WMI_PATH)
    write_reference (out, avb_wmi_object_get_nested_path (object, index, i));
  else
    {
      g_autofree char *text = avb_wmi_object_to_cim_xml (avb_wmi_object_get_nested (object, index, i));

      avb_wsman_xml_escape (out, text);
    }
  g_string_append_printf (out, "</p:%s>", field->name);
}

/* DSP0230 clause 10.3 (the element "method_INPUT"), 9.2.2 (an array is one element after the other), MS-WSMV 3.2.4.1.17 (nil
 * is said once) and 4.1.4 (an example) */
char *
avb_wsman_invoke_body (const char *resource, const char *method, AvbWmiObject *parameters)
{
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "<p:%s_INPUT xmlns:p=\"", method);
  avb_wsman_xml_escape (out, resource);
  g_string_append (out, "\">");
  for (guint i = 0; parameters != NULL && i < avb_wmi_object_get_n_fields (parameters); i++)
    {
      AvbWmiField field = avb_wmi_object_get_field (parameters, i);

      if (field.kind == AVB_WMI_NIL)
        g_string_append_printf (out, "<p:%s xsi:nil=\"true\"/>", field.name);
      for (guint k = 0; k < field.count; k++)
        write_parameter (out, parameters, i, &field, k);
    }
  g_string_append_printf (out, "</p:%s_INPUT>", method);
  return g_string_free (out, FALSE);
}

/* DSP0226 clause 10.2 (Subscribe), 10.2.9.5 (pull mode: no NotifyTo). A span, never a point in time: the clocks of the two
 * computers need not agree. */
char *
avb_wsman_subscribe_body (const char *wql, guint seconds)
{
  GString *out = g_string_new ("<e:Subscribe><e:Delivery Mode=\"" AVB_WSMAN_MODE_PULL "\"/>");

  g_string_append_printf (out, "<e:Expires>PT%u.000S</e:Expires>", seconds);
  g_string_append (out, "<w:Filter Dialect=\"" AVB_WSMAN_WQL "\">");
  avb_wsman_xml_escape (out, wql);
  g_string_append (out, "</w:Filter></e:Subscribe>");
  return g_string_free (out, FALSE);
}

/* DSP0226 clause 10.5 */
char *
avb_wsman_renew_body (guint seconds)
{
  return g_strdup_printf ("<e:Renew><e:Expires>PT%u.000S</e:Expires></e:Renew>", seconds);
}

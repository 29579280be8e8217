/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/simulator-client.h"

#include <libxml/parser.h>
#include <libxml/xpathInternals.h>
#include <string.h>

void
rig_init (Rig *rig, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  rig->sim = hyperv_simulator_new ();
  g_assert_true (hyperv_simulator_start (rig->sim, &error));
  g_assert_no_error (error);
  rig->session = soup_session_new ();
  soup_session_set_timeout (rig->session, 60);
  soup_session_set_proxy_resolver (rig->session, NULL);
}

void
rig_clear (Rig *rig, gconstpointer unused)
{
  g_clear_object (&rig->session);
  g_clear_pointer (&rig->sim, hyperv_simulator_free);
}

void
answer_free (Answer *self)
{
  if (self->doc != NULL)
    xmlFreeDoc (self->doc);
  g_free (self->text);
  g_free (self);
}

Answer *
post (Rig *rig, const char *body)
{
  g_autoptr (SoupMessage) message = soup_message_new ("POST", hyperv_simulator_get_uri (rig->sim));
  g_autoptr (GBytes) request = g_bytes_new (body, strlen (body));
  g_autoptr (GBytes) bytes = NULL;
  Answer *answer = g_new0 (Answer, 1);

  soup_message_add_flags (message, SOUP_MESSAGE_NO_REDIRECT);
  soup_message_set_request_body_from_bytes (message, "application/soap+xml;charset=UTF-8", request);
  bytes = soup_session_send_and_read (rig->session, message, NULL, NULL);
  if (bytes == NULL)
    return answer;
  answer->status = soup_message_get_status (message);
  answer->text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  if (g_bytes_get_size (bytes) > 0)
    answer->doc = xmlReadMemory (answer->text, (int) strlen (answer->text), NULL, NULL,
                                 XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_HUGE);
  return answer;
}

static void
append_selectors (GString *out, const char *selectors)
{
  g_auto (GStrv) pairs = g_strsplit (selectors != NULL ? selectors : "", ";", -1);

  if (pairs[0] == NULL)
    return;
  g_string_append (out, "<w:SelectorSet>");
  for (guint i = 0; pairs[i] != NULL; i++)
    {
      g_auto (GStrv) pair = g_strsplit (pairs[i], "=", 2);
      g_autofree char *value = g_markup_escape_text (pair[1], -1);

      g_string_append_printf (out, "<w:Selector Name=\"%s\">%s</w:Selector>", pair[0], value);
    }
  g_string_append (out, "</w:SelectorSet>");
}

/* DSP0226 sections 5.4 and 6 */
Answer *
ask (Rig *rig, const char *action, const char *resource, const char *selectors, const char *header, const char *body)
{
  g_autoptr (GString) out = g_string_new ("<s:Envelope xmlns:s=\"" NS_SOAP "\" xmlns:a=\"" NS_WSA "\" xmlns:w=\"" NS_WSM
                                          "\" xmlns:n=\"" NS_WSEN "\" xmlns:e=\"" NS_WSE "\"><s:Header>");
  g_autofree char *id = g_uuid_string_random ();

  g_string_append_printf (out, "<a:To>%s</a:To>", hyperv_simulator_get_uri (rig->sim));
  g_string_append_printf (out, "<a:Action s:mustUnderstand=\"true\">%s</a:Action>", action);
  g_string_append_printf (out, "<a:MessageID>uuid:%s</a:MessageID>", id);
  g_string_append (out, "<a:ReplyTo><a:Address>" NS_WSA "/role/anonymous</a:Address></a:ReplyTo>");
  if (resource != NULL)
    g_string_append_printf (out, "<w:ResourceURI s:mustUnderstand=\"true\">%s</w:ResourceURI>", resource);
  append_selectors (out, selectors);
  if (header == NULL || strstr (header, "OperationTimeout") == NULL)
    g_string_append (out, "<w:OperationTimeout>PT60.000S</w:OperationTimeout>");
  if (header == NULL || strstr (header, "MaxEnvelopeSize") == NULL)
    g_string_append (out, "<w:MaxEnvelopeSize s:mustUnderstand=\"true\">10000000</w:MaxEnvelopeSize>");
  g_string_append_printf (out, "%s</s:Header><s:Body>%s</s:Body></s:Envelope>", header != NULL ? header : "",
                          body != NULL ? body : "");
  return post (rig, out->str);
}

Answer *
get_instance (Rig *rig, const char *resource, const char *selectors)
{
  return ask (rig, NS_WST "/Get", resource, selectors, NULL, NULL);
}

Answer *
enumerate (Rig *rig, const char *resource, const char *query, guint max)
{
  g_autoptr (GString) body = g_string_new ("<n:Enumerate>");

  if (max > 0)
    g_string_append_printf (body, "<w:OptimizeEnumeration/><w:MaxElements>%u</w:MaxElements>", max);
  if (query != NULL)
    {
      g_autofree char *escaped = g_markup_escape_text (query, -1);

      g_string_append_printf (body, "<w:Filter Dialect=\"" WQL "\">%s</w:Filter>", escaped);
    }
  g_string_append (body, "</n:Enumerate>");
  return ask (rig, NS_WSEN "/Enumerate", resource, NULL, NULL, body->str);
}

Answer *
pull (Rig *rig, const char *context, guint max)
{
  g_autofree char *body = g_strdup_printf (
      "<n:Pull><n:EnumerationContext>%s</n:EnumerationContext><n:MaxElements>%u</n:MaxElements></n:Pull>", context, max);

  return ask (rig, NS_WSEN "/Pull", WMI_V2 "*", NULL, NULL, body);
}

guint
count_query (Rig *rig, const char *query, const char *name)
{
  g_autoptr (Answer) answer = enumerate (rig, WMI_V2 "*", query, 20);
  guint n = count_of (answer, name);

  g_assert_cmpuint (answer->status, ==, 200);
  while (count_of (answer, "EndOfSequence") == 0)
    {
      g_autofree char *context = text_of (answer, "EnumerationContext");

      g_assert_nonnull (context);
      g_clear_pointer (&answer, answer_free);
      answer = pull (rig, context, 20);
      g_assert_cmpuint (answer->status, ==, 200);
      n += count_of (answer, name);
    }
  return n;
}

Answer *
invoke (Rig *rig, const char *class_name, const char *selectors, const char *method, const char *arguments)
{
  gboolean cim = g_str_has_prefix (class_name, "CIM_");
  g_autofree char *resource = g_strconcat (cim ? WMI_CIM : WMI_V2, class_name, NULL);
  g_autofree char *action = g_strdup_printf ("%s/%s", resource, method);
  g_autofree char *body = g_strdup_printf ("<p:%s_INPUT xmlns:p=\"%s\">%s</p:%s_INPUT>", method, resource,
                                           arguments != NULL ? arguments : "", method);

  return ask (rig, action, resource, selectors, NULL, body);
}

/* --- reading ------------------------------------------------------------------------------------- */

static xmlXPathObject *
evaluate (Answer *self, const char *path)
{
  static const char *const spaces[] = {
    "s", NS_SOAP, "a", NS_WSA, "w", NS_WSM, "n", NS_WSEN, "e", NS_WSE,
    "xsi", "http://www.w3.org/2001/XMLSchema-instance", "cim", "http://schemas.dmtf.org/wbem/wscim/1/common", NULL,
  };
  xmlXPathContext *context;
  xmlXPathObject *object;

  if (self->doc == NULL)
    return NULL;
  context = xmlXPathNewContext (self->doc);
  for (guint i = 0; spaces[i] != NULL; i += 2)
    xmlXPathRegisterNs (context, (const xmlChar *) spaces[i], (const xmlChar *) spaces[i + 1]);
  object = xmlXPathEvalExpression ((const xmlChar *) path, context);
  g_assert_nonnull (object);
  xmlXPathFreeContext (context);
  return object;
}

char *
xpath_of (Answer *self, const char *path)
{
  g_autofree char *expression = g_strdup_printf ("string(%s)", path);
  xmlXPathObject *object = evaluate (self, expression);
  char *text;

  if (object == NULL)
    return NULL;
  text = g_strdup ((const char *) object->stringval);
  xmlXPathFreeObject (object);
  return text;
}

guint
count_of (Answer *self, const char *name)
{
  g_autofree char *expression = g_strdup_printf ("count(//*[local-name()='%s'])", name);
  xmlXPathObject *object = evaluate (self, expression);
  guint n = object != NULL ? (guint) object->floatval : 0;

  xmlXPathFreeObject (object);
  return n;
}

char *
text_of (Answer *self, const char *name)
{
  g_autofree char *expression = g_strdup_printf ("(//*[local-name()='%s'])[1]", name);

  return count_of (self, name) > 0 ? xpath_of (self, expression) : NULL;
}

void
assert_fault_full (Answer *self, const char *subcode, const char *location)
{
  g_autofree char *value = xpath_of (self, "/s:Envelope/s:Body/s:Fault/s:Code/s:Subcode/s:Value");
  const char *colon = value != NULL ? strchr (value, ':') : NULL;

  if (self->status != 500 || colon == NULL || !g_str_equal (colon + 1, subcode))
    g_error ("%s: this is no fault %s: %u %s", location, subcode, self->status, self->text);
}

void
assert_text_full (Answer *self, const char *name, const char *text, const char *location)
{
  g_autofree char *value = text_of (self, name);

  if (g_strcmp0 (value, text) != 0)
    g_error ("%s: %s is “%s”, not “%s”: %s", location, name, value, text, self->text);
}

void
assert_return_full (Answer *self, guint value, const char *location)
{
  g_autofree char *text = g_strdup_printf ("%u", value);

  assert_text_full (self, "ReturnValue", text, location);
}

guint
wait_job (Rig *rig, Answer *answer)
{
  g_autofree char *id = xpath_of (answer, "//*[local-name()='Job']//w:Selector[@Name='InstanceID']");
  g_autofree char *selectors = g_strdup_printf ("InstanceID=%s", id);
  guint state = 4;

  assert_return (answer, 4096);
  answer_free (answer);
  while (state == 4)
    {
      g_autoptr (Answer) job = get_instance (rig, WMI_V2 "Msvm_ConcreteJob", selectors);
      g_autofree char *text = text_of (job, "JobState");

      g_assert_nonnull (text);
      state = (guint) g_ascii_strtoull (text, NULL, 10);
      g_usleep (2000);
    }
  return state;
}

void
wait_state (Rig *rig, const char *id, HypervState state)
{
  gint64 end = g_get_monotonic_time () + 300 * G_USEC_PER_SEC;

  while (hyperv_simulator_get_machine_state (rig->sim, id) != state)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, end);
      g_usleep (2000);
    }
}

char *
epr (const char *parameter, const char *namespace_class, const char *class_name, const char *selectors)
{
  GString *out = g_string_new (NULL);

  g_string_append_printf (out, "<p:%s><a:Address>" NS_WSA "/role/anonymous</a:Address><a:ReferenceParameters>", parameter);
  g_string_append_printf (out, "<w:ResourceURI>%s%s</w:ResourceURI>", namespace_class, class_name);
  append_selectors (out, selectors);
  g_string_append_printf (out, "</a:ReferenceParameters></p:%s>", parameter);
  return g_string_free (out, FALSE);
}

static void
append_property (GString *out, const char *text)
{
  g_auto (GStrv) pair = g_strsplit (text, "=", 2);
  g_auto (GStrv) words = g_strsplit (pair[0], " ", 2);
  gboolean array = g_str_has_suffix (words[0], "[]");
  g_autofree char *type = g_strndup (words[0], strlen (words[0]) - (array ? 2 : 0));
  g_auto (GStrv) values = g_strsplit (pair[1], "|", -1);

  g_string_append_printf (out, array ? "<PROPERTY.ARRAY NAME=\"%s\" TYPE=\"%s\"><VALUE.ARRAY>" : "<PROPERTY NAME=\"%s\" TYPE=\"%s\">",
                          words[1], type);
  for (guint i = 0; values[i] != NULL; i++)
    {
      g_autofree char *escaped = g_markup_escape_text (values[i], -1);

      g_string_append_printf (out, "<VALUE>%s</VALUE>", escaped);
    }
  g_string_append (out, array ? "</VALUE.ARRAY></PROPERTY.ARRAY>" : "</PROPERTY>");
}

/* DSP0201 section 5.2.3, as text */
char *
instance_argument (const char *parameter, const char *class_name, const char *properties)
{
  g_autoptr (GString) xml = g_string_new (NULL);
  g_auto (GStrv) list = g_strsplit (properties, ";", -1);
  g_autofree char *escaped = NULL;

  g_string_append_printf (xml, "<INSTANCE CLASSNAME=\"%s\">", class_name);
  for (guint i = 0; list[i] != NULL; i++)
    append_property (xml, list[i]);
  g_string_append (xml, "</INSTANCE>");
  escaped = g_markup_escape_text (xml->str, -1);
  return g_strdup_printf ("<p:%s>%s</p:%s>", parameter, escaped, parameter);
}

char *
path_of (const char *class_name, const char *instance_id)
{
  g_auto (GStrv) parts = g_strsplit (instance_id, "\\", -1);
  g_autofree char *escaped = g_strjoinv ("\\\\", parts);

  return g_strdup_printf ("\\\\HV-SIM\\root\\virtualization\\v2:%s.InstanceID=\"%s\"", class_name, escaped);
}

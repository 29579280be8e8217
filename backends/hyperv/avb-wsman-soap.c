/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What is received: SOAP 1.2 with the bodies of DSP0226. */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "backends/hyperv/avb-wsman-private.h"

#define MAX_WORD (16 * 1024)

typedef struct {
  AvbWsmanXml     xml;
  AvbWsmanAnswer *answer;
  AvbWsmanVerb    verb;
  const char     *method;
  gboolean        has_body;
} Reader;

static AvbWsmanAnswer *
avb_wsman_answer_ref (AvbWsmanAnswer *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
answer_clear (gpointer data)
{
  AvbWsmanAnswer *self = data;

  g_clear_pointer (&self->fault, avb_wsman_fault_free);
  g_free (self->relates_to);
  g_free (self->context);
  g_ptr_array_unref (self->items);
  g_free (self->product);
  avb_wsman_reference_clear (&self->manager);
}

void
avb_wsman_answer_unref (AvbWsmanAnswer *self)
{
  g_atomic_rc_box_release_full (self, answer_clear);
}

G_DEFINE_BOXED_TYPE (AvbWsmanAnswer, avb_wsman_answer, avb_wsman_answer_ref, avb_wsman_answer_unref)

static gboolean
take_word (AvbWsmanXml *xml, char **place)
{
  g_autofree char *word = avb_wsman_xml_dup_word (xml);

  if (strlen (word) > MAX_WORD)
    return avb_wsman_xml_refuse (xml, "a word of more than %d characters", MAX_WORD);
  g_clear_pointer (place, g_free);
  if (*word != '\0')
    *place = g_steal_pointer (&word);
  return xml->problem == NULL;
}

/* --- items: DSP0226 clause 8.2.3, 8.4 and 10.2.9.5; DSP0227 clause 8.1 for w:XmlFragment (a query for some properties) --- */

static gboolean
read_item (Reader *self, guint wrapped)
{
  AvbWsmanXml  *xml = &self->xml;
  AvbWmiObject *object = NULL;

  if (wrapped == 0 && (avb_wsman_xml_is (xml, AVB_NS_WSMAN, "Item") || avb_wsman_xml_is (xml, AVB_NS_WSMAN, "Event")))
    {
      int depth = xml->depth;

      while (avb_wsman_xml_next_child (xml, depth))
        if (!read_item (self, wrapped + 1))
          return FALSE;
      return xml->problem == NULL;
    }
  if (self->answer->items->len >= AVB_WSMAN_MAX_OBJECTS)
    return avb_wsman_xml_refuse (xml, "more than %d objects", AVB_WSMAN_MAX_OBJECTS);
  object = avb_wsman_xml_is (xml, AVB_NS_WSMAN, "XmlFragment") ? avb_wsman_fragment_read (xml)
                                                               : avb_wsman_object_read (xml, 0);
  if (object != NULL)
    g_ptr_array_add (self->answer->items, object);
  return object != NULL;
}

static gboolean
read_items (Reader *self)
{
  int depth = self->xml.depth;

  while (avb_wsman_xml_next_child (&self->xml, depth))
    if (!read_item (self, 0))
      return FALSE;
  return self->xml.problem == NULL;
}

/* wsen:EnumerateResponse and wsen:PullResponse. The items of the first are in the namespace of WS-Management, those of the
 * second in that of WS-Enumeration, and so are their ends. */
static gboolean
read_page (Reader *self)
{
  AvbWsmanXml *xml = &self->xml;
  int          depth = xml->depth;

  while (avb_wsman_xml_next_child (xml, depth))
    {
      const char *ns = avb_wsman_xml_get_ns (xml);
      const char *name = avb_wsman_xml_get_name (xml);

      if (!g_str_equal (ns, AVB_NS_ENUMERATION) && !g_str_equal (ns, AVB_NS_WSMAN))
        continue;
      if (g_str_equal (name, "EnumerationContext"))
        take_word (xml, &self->answer->context);
      else if (g_str_equal (name, "EndOfSequence"))
        self->answer->end = TRUE;
      else if (g_str_equal (name, "Items") && !read_items (self))
        return FALSE;
    }
  return xml->problem == NULL;
}

/* --- eventing: DSP0226 clause 10.2 and 10.5 --- */

/* "P1DT2H3M4.5S" in seconds (XML Schema part 2 clause 3.2.6), 0 for what is none or has months or years. */
static guint
parse_duration (const char *text)
{
  gboolean in_time = FALSE;
  double   seconds = 0;

  if (*text++ != 'P')
    return 0;
  while (*text != '\0')
    {
      char  *end;
      double value;

      if (*text == 'T' && !in_time)
        {
          in_time = TRUE;
          text++;
          continue;
        }
      if (!g_ascii_isdigit (*text))
        return 0;
      value = g_ascii_strtod (text, &end);
      if (*end == 'D' && !in_time)
        seconds += value * 86400;
      else if (*end == 'H' && in_time)
        seconds += value * 3600;
      else if (*end == 'M' && in_time)
        seconds += value * 60;
      else if (*end == 'S' && in_time)
        seconds += value;
      else
        return 0;
      text = end + 1;
    }
  return seconds >= 0 && seconds < G_MAXINT ? (guint) seconds : G_MAXINT;
}

static gboolean
read_subscription (Reader *self)
{
  AvbWsmanXml *xml = &self->xml;
  int          depth = xml->depth;

  while (avb_wsman_xml_next_child (xml, depth))
    {
      if (avb_wsman_xml_is (xml, AVB_NS_EVENTING, "SubscriptionManager"))
        {
          if (!avb_wsman_reference_read (&self->answer->manager, xml, 0))
            return FALSE;
        }
      else if (avb_wsman_xml_is (xml, AVB_NS_EVENTING, "Expires"))
        {
          g_autofree char *text = avb_wsman_xml_dup_word (xml);

          self->answer->expires = parse_duration (text);
        }
      else if (avb_wsman_xml_is (xml, AVB_NS_ENUMERATION, "EnumerationContext"))
        take_word (xml, &self->answer->context);
    }
  return xml->problem == NULL;
}

/* --- identity: DSP0226 clause 11; MS-WSMV 2.2.1 spells the namespace otherwise --- */

static gboolean
is_identity (AvbWsmanXml *xml, const char *name)
{
  return avb_wsman_xml_is (xml, AVB_NS_IDENTITY, name) ||
         avb_wsman_xml_is (xml, "http://schemas.dmtf.org/wbem/wsman/identify/1/wsmanidentity.xsd", name);
}

static gboolean
read_identity (Reader *self)
{
  AvbWsmanXml     *xml = &self->xml;
  g_autofree char *vendor = NULL;
  g_autofree char *version = NULL;
  int              depth = xml->depth;

  while (avb_wsman_xml_next_child (xml, depth))
    {
      if (is_identity (xml, "ProductVendor"))
        take_word (xml, &vendor);
      else if (is_identity (xml, "ProductVersion"))
        take_word (xml, &version);
    }
  self->answer->product = g_strdup_printf (
      "%s%s%s", vendor != NULL ? vendor : "", vendor != NULL && version != NULL ? " " : "", version != NULL ? version : "");
  return xml->problem == NULL;
}

/* --- the envelope --- */

static gboolean
read_result (Reader *self)
{
  g_autofree char *output = self->method != NULL ? g_strconcat (self->method, "_OUTPUT", NULL) : NULL;

  if (self->verb == AVB_WSMAN_INVOKE && !g_str_equal (avb_wsman_xml_get_name (&self->xml), output))
    return avb_wsman_xml_refuse (&self->xml, "no <%s>", output);
  return read_item (self, 1);
}

static gboolean
is_expected (Reader *self)
{
  AvbWsmanXml *xml = &self->xml;

  switch (self->verb)
    {
    case AVB_WSMAN_IDENTIFY:
      return is_identity (xml, "IdentifyResponse");
    case AVB_WSMAN_ENUMERATE:
      return avb_wsman_xml_is (xml, AVB_NS_ENUMERATION, "EnumerateResponse");
    case AVB_WSMAN_PULL:
      return avb_wsman_xml_is (xml, AVB_NS_ENUMERATION, "PullResponse");
    case AVB_WSMAN_SUBSCRIBE:
      return avb_wsman_xml_is (xml, AVB_NS_EVENTING, "SubscribeResponse");
    case AVB_WSMAN_RENEW:
      return avb_wsman_xml_is (xml, AVB_NS_EVENTING, "RenewResponse");
    default:
      return TRUE;
    }
}

static gboolean
read_first_of_body (Reader *self)
{
  if (avb_wsman_xml_is (&self->xml, AVB_NS_SOAP, "Fault"))
    {
      self->answer->fault = avb_wsman_fault_read (&self->xml);
      return self->xml.problem == NULL;
    }
  if (!is_expected (self))
    return avb_wsman_xml_refuse (&self->xml,
                                 "<%s> of “%s” is no answer to this",
                                 avb_wsman_xml_get_name (&self->xml),
                                 avb_wsman_xml_get_ns (&self->xml));
  switch (self->verb)
    {
    case AVB_WSMAN_IDENTIFY:
      return read_identity (self);
    case AVB_WSMAN_GET:
    case AVB_WSMAN_INVOKE:
      return read_result (self);
    case AVB_WSMAN_ENUMERATE:
    case AVB_WSMAN_PULL:
      return read_page (self);
    case AVB_WSMAN_SUBSCRIBE:
    case AVB_WSMAN_RENEW:
      return read_subscription (self);
    case AVB_WSMAN_RELEASE:
    case AVB_WSMAN_UNSUBSCRIBE:
    default:
      return TRUE;
    }
}

static gboolean
read_body (Reader *self)
{
  int      depth = self->xml.depth;
  gboolean is_empty = TRUE;

  while (avb_wsman_xml_next_child (&self->xml, depth))
    {
      if (!is_empty)
        return avb_wsman_xml_refuse (&self->xml, "two bodies");
      is_empty = FALSE;
      if (!read_first_of_body (self))
        return FALSE;
    }
  /* Only these have nothing to say. */
  if (is_empty && self->verb != AVB_WSMAN_RELEASE && self->verb != AVB_WSMAN_UNSUBSCRIBE)
    return avb_wsman_xml_refuse (&self->xml, "an empty body");
  return self->xml.problem == NULL;
}

static gboolean
read_header (Reader *self)
{
  int depth = self->xml.depth;

  while (avb_wsman_xml_next_child (&self->xml, depth))
    if (avb_wsman_xml_is (&self->xml, AVB_NS_ADDRESSING, "RelatesTo"))
      take_word (&self->xml, &self->answer->relates_to);
  return self->xml.problem == NULL;
}

/* SOAP 1.2 part 1 clause 5.1: an optional header, then one body */
static gboolean
read_envelope (Reader *self)
{
  AvbWsmanXml *xml = &self->xml;

  if (!avb_wsman_xml_next (xml))
    return FALSE;
  if (!avb_wsman_xml_is (xml, AVB_NS_SOAP, "Envelope"))
    return avb_wsman_xml_refuse (
        xml, "<%s> of “%s” is no SOAP 1.2", avb_wsman_xml_get_name (xml), avb_wsman_xml_get_ns (xml));
  while (avb_wsman_xml_next_child (xml, 1))
    {
      if (avb_wsman_xml_is (xml, AVB_NS_SOAP, "Header") && !self->has_body)
        {
          if (!read_header (self))
            return FALSE;
        }
      else if (avb_wsman_xml_is (xml, AVB_NS_SOAP, "Body") && !self->has_body)
        {
          self->has_body = TRUE;
          if (!read_body (self))
            return FALSE;
        }
      else
        return avb_wsman_xml_refuse (xml, "<%s> where it must not be", avb_wsman_xml_get_name (xml));
    }
  if (!self->has_body)
    avb_wsman_xml_refuse (xml, "no body");
  return avb_wsman_xml_finish (xml);
}

AvbWsmanAnswer *
avb_wsman_answer_parse (const char *data, gsize length, AvbWsmanVerb verb, const char *method, GError **error)
{
  g_autoptr (AvbWsmanAnswer) answer = g_atomic_rc_box_new0 (AvbWsmanAnswer);
  Reader   reader = { .answer = answer, .verb = verb, .method = method };
  gboolean good;

  answer->items = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_wmi_object_unref);
  avb_wsman_xml_init (&reader.xml, data, length);
  good = reader.xml.problem == NULL && read_envelope (&reader) && reader.xml.problem == NULL;
  if (!good)
    g_propagate_error (
        error, avb_error_new (AVB_ERROR_INVALID, reader.xml.problem, _("The host sent an answer that cannot be read.")));
  avb_wsman_xml_clear (&reader.xml);
  return good ? g_steal_pointer (&answer) : NULL;
}

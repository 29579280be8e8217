/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* SOAP 1.2 part 1 clause 5.4 (Fault), DSP0226 clause 14 (faults of WS-Management), MS-WSMV 2.2.4.43 (WSManFault). */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "backends/hyperv/avb-wsman-private.h"

#define MAX_TEXT 4096

void
avb_wsman_fault_free (AvbWsmanFault *self)
{
  g_free (self->code);
  g_free (self->subcode_ns);
  g_free (self->subcode);
  g_free (self->reason);
  g_free (self->detail);
  g_free (self->message);
  g_free (self);
}

/* The word inside the element at hand, once: @place keeps what it has. */
static void
take_word (AvbWsmanXml *xml, char **place)
{
  g_autofree char *word = avb_wsman_xml_dup_word (xml);

  if (*place != NULL || *word == '\0')
    return;
  if (strlen (word) > MAX_TEXT)
    {
      g_autofree char *start = g_strndup (word, MAX_TEXT);

      *place = g_utf8_make_valid (start, -1);
    }
  else
    *place = g_steal_pointer (&word);
}

/* s:Value. Its prefix says the namespace; the example of MS-WSMV 4.10 has one that nobody declared. */
static void
read_code_value (AvbWsmanXml *xml, char **ns, char **name)
{
  int              depth = xml->depth;
  g_autofree char *qname = NULL;
  g_autofree char *local = NULL;

  g_clear_pointer (ns, g_free);
  g_clear_pointer (name, g_free);
  take_word (xml, &qname);
  if (qname == NULL || xml->problem != NULL || xml->depth != depth)
    return;
  *ns = avb_wsman_xml_dup_qname (xml, qname, name);
}

static void
read_code (AvbWsmanXml *xml, AvbWsmanFault *self)
{
  int              depth = xml->depth;
  g_autofree char *ns = NULL;

  while (avb_wsman_xml_next_child (xml, depth))
    {
      if (avb_wsman_xml_is (xml, AVB_NS_SOAP, "Value"))
        read_code_value (xml, &ns, &self->code);
      else if (avb_wsman_xml_is (xml, AVB_NS_SOAP, "Subcode"))
        {
          int inner = xml->depth;

          /* A subcode may have one more inside, which is narrower: DSP0226 has none. */
          while (avb_wsman_xml_next_child (xml, inner))
            if (self->subcode == NULL && avb_wsman_xml_is (xml, AVB_NS_SOAP, "Value"))
              read_code_value (xml, &self->subcode_ns, &self->subcode);
        }
    }
}

static void
read_reason (AvbWsmanXml *xml, AvbWsmanFault *self)
{
  int depth = xml->depth;

  while (avb_wsman_xml_next_child (xml, depth))
    if (avb_wsman_xml_is (xml, AVB_NS_SOAP, "Text"))
      take_word (xml, &self->reason);
}

/* f:WSManFault in f:Message in f:ProviderFault in f:WSManFault: what is said innermost is said by who knows best. */
static void
read_message (AvbWsmanXml *xml, AvbWsmanFault *self)
{
  int depth = xml->depth;
  g_autoptr (GString) text = g_string_new (NULL);

  while (avb_wsman_xml_next (xml))
    {
      if (xml->at_text && xml->depth == depth && text->len < MAX_TEXT)
        g_string_append (text, avb_wsman_xml_get_text (xml));
      else if (!xml->at_text && xml->at_start && avb_wsman_xml_is (xml, AVB_NS_WSMAN_FAULT, "WSManFault"))
        {
          g_autofree char *code = avb_wsman_xml_dup_attribute (xml, NULL, "Code");

          if (code != NULL)
            self->native = g_ascii_strtoull (code, NULL, 10);
        }
      else if (!xml->at_text && xml->at_start && avb_wsman_xml_is (xml, AVB_NS_WSMAN_FAULT, "Message"))
        read_message (xml, self);
      else if (!xml->at_text && !xml->at_start && xml->depth <= depth)
        break;
    }
  g_strstrip (text->str);
  if (*text->str != '\0' && self->message == NULL)
    self->message = g_strdup (text->str);
}

static void
read_detail (AvbWsmanXml *xml, AvbWsmanFault *self)
{
  int depth = xml->depth;

  while (avb_wsman_xml_next (xml))
    {
      if (!xml->at_text && !xml->at_start && xml->depth <= depth)
        break;
      if (xml->at_text || !xml->at_start)
        continue;
      if (avb_wsman_xml_is (xml, AVB_NS_WSMAN, "FaultDetail"))
        take_word (xml, &self->detail);
      else if (avb_wsman_xml_is (xml, AVB_NS_WSMAN_FAULT, "Message"))
        read_message (xml, self);
      else if (avb_wsman_xml_is (xml, AVB_NS_WSMAN_FAULT, "WSManFault"))
        {
          g_autofree char *code = avb_wsman_xml_dup_attribute (xml, NULL, "Code");

          if (code != NULL)
            self->native = g_ascii_strtoull (code, NULL, 10);
        }
    }
}

AvbWsmanFault *
avb_wsman_fault_read (AvbWsmanXml *xml)
{
  AvbWsmanFault *self = g_new0 (AvbWsmanFault, 1);
  int            depth = xml->depth;

  while (avb_wsman_xml_next_child (xml, depth))
    {
      if (avb_wsman_xml_is (xml, AVB_NS_SOAP, "Code"))
        read_code (xml, self);
      else if (avb_wsman_xml_is (xml, AVB_NS_SOAP, "Reason"))
        read_reason (xml, self);
      else if (avb_wsman_xml_is (xml, AVB_NS_SOAP, "Detail"))
        read_detail (xml, self);
    }
  if (self->code == NULL)
    avb_wsman_xml_refuse (xml, "a fault without a code");
  return self;
}

/* --- what it means --- */

/* HRESULTs of Windows and WMI: MS-ERREF 2.1.1, MS-WMI 2.2.11. They are more exact than "InternalError". */
static const struct {
  guint64  native;
  AvbError code;
} natives[] = {
  { 5, AVB_ERROR_PERMISSION },                                       /* ERROR_ACCESS_DENIED */
  { G_GUINT64_CONSTANT (0x80070005), AVB_ERROR_PERMISSION },         /* E_ACCESSDENIED */
  { G_GUINT64_CONSTANT (0x80041003), AVB_ERROR_PERMISSION },         /* WBEM_E_ACCESS_DENIED */
  { G_GUINT64_CONSTANT (0x80041002), AVB_ERROR_NOT_FOUND },          /* WBEM_E_NOT_FOUND */
  { G_GUINT64_CONSTANT (0x8004100e), AVB_ERROR_NOT_FOUND },          /* WBEM_E_INVALID_NAMESPACE */
  { G_GUINT64_CONSTANT (0x80041010), AVB_ERROR_NOT_FOUND },          /* WBEM_E_INVALID_CLASS */
  { G_GUINT64_CONSTANT (0x8004100c), AVB_ERROR_NOT_SUPPORTED },      /* WBEM_E_NOT_SUPPORTED */
  { G_GUINT64_CONSTANT (0x80041024), AVB_ERROR_NOT_SUPPORTED },      /* WBEM_E_PROVIDER_NOT_CAPABLE */
  { G_GUINT64_CONSTANT (0x80041019), AVB_ERROR_EXISTS },             /* WBEM_E_ALREADY_EXISTS */
  { G_GUINT64_CONSTANT (0x80041033), AVB_ERROR_UNAVAILABLE },        /* WBEM_E_SHUTTING_DOWN */
  { G_GUINT64_CONSTANT (0x8004106c), AVB_ERROR_UNAVAILABLE },        /* WBEM_E_QUOTA_VIOLATION */
};

/* DSP0226 clause 14.6, and the faults of WS-Addressing, WS-Enumeration and WS-Eventing that it lists. */
static const struct {
  const char *subcode;
  AvbError    code;
} subcodes[] = {
  { "AccessDenied", AVB_ERROR_PERMISSION },
  { "ActionNotSupported", AVB_ERROR_NOT_SUPPORTED },
  { "AlreadyExists", AVB_ERROR_EXISTS },
  { "Concurrency", AVB_ERROR_BUSY },
  { "DeliveryModeRequestedUnavailable", AVB_ERROR_NOT_SUPPORTED },
  { "DeliveryRefused", AVB_ERROR_NOT_SUPPORTED },
  { "DestinationUnreachable", AVB_ERROR_NOT_FOUND },
  { "EndpointUnavailable", AVB_ERROR_UNAVAILABLE },
  { "EventSourceUnableToProcess", AVB_ERROR_NOT_SUPPORTED },
  { "FilterDialectRequestedUnavailable", AVB_ERROR_NOT_SUPPORTED },
  { "FilteringNotSupported", AVB_ERROR_NOT_SUPPORTED },
  { "FilteringRequestedUnavailable", AVB_ERROR_NOT_SUPPORTED },
  { "FragmentDialectNotSupported", AVB_ERROR_NOT_SUPPORTED },
  { "InvalidEnumerationContext", AVB_ERROR_NOT_FOUND },
  { "InvalidSelectors", AVB_ERROR_NOT_FOUND },
  { "PolymorphismModeNotSupported", AVB_ERROR_NOT_SUPPORTED },
  { "QuotaLimit", AVB_ERROR_UNAVAILABLE },
  { "TimedOut", AVB_ERROR_UNAVAILABLE },
  { "UnableToRenew", AVB_ERROR_NOT_SUPPORTED },
  { "UnsupportedFeature", AVB_ERROR_NOT_SUPPORTED },
};

/* wsen:TimedOut is another. */
gboolean
avb_wsman_fault_is_timed_out (const AvbWsmanFault *self)
{
  return g_strcmp0 (self->subcode, "TimedOut") == 0 && g_strcmp0 (self->subcode_ns, AVB_NS_ENUMERATION) != 0;
}

static AvbError
get_error_code (const AvbWsmanFault *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (natives); i++)
    if (natives[i].native == self->native)
      return natives[i].code;
  /* The enumeration was not asked for anything for too long, and is no more. */
  if (g_strcmp0 (self->subcode, "TimedOut") == 0 && !avb_wsman_fault_is_timed_out (self))
    return AVB_ERROR_NOT_FOUND;
  for (guint i = 0; self->subcode != NULL && i < G_N_ELEMENTS (subcodes); i++)
    if (g_str_equal (subcodes[i].subcode, self->subcode))
      return subcodes[i].code;
  return AVB_ERROR_FAILED;
}

static const char *
get_sentence (AvbError code)
{
  switch (code)
    {
    case AVB_ERROR_PERMISSION:
      return _("The host does not allow this to the user.");
    case AVB_ERROR_NOT_FOUND:
      return _("The host does not have what was asked for.");
    case AVB_ERROR_NOT_SUPPORTED:
      return _("The host cannot do this.");
    case AVB_ERROR_EXISTS:
      return _("The host already has something of this name.");
    case AVB_ERROR_BUSY:
      return _("The host is at work on this already.");
    case AVB_ERROR_UNAVAILABLE:
      return _("The host is too busy to answer now.");
    default:
      return _("The host could not do this.");
    }
}

static char *
format_details (const AvbWsmanFault *self)
{
  GString *out = g_string_new (self->message != NULL ? self->message : self->reason);

  if (self->message != NULL && self->reason != NULL && !g_str_equal (self->message, self->reason))
    g_string_append_printf (out, "%s%s", out->len > 0 ? "\n" : "", self->reason);
  g_string_append_printf (
      out, "%s%s", out->len > 0 ? "\n" : "", self->subcode != NULL ? self->subcode : self->code);
  if (self->detail != NULL)
    g_string_append_printf (out, ", %s", self->detail);
  if (self->native != 0)
    g_string_append_printf (out, ", 0x%08" G_GINT64_MODIFIER "x", self->native);
  return g_string_free (out, FALSE);
}

GError *
avb_wsman_fault_to_error (const AvbWsmanFault *self)
{
  AvbError         code = get_error_code (self);
  g_autofree char *details = format_details (self);

  return avb_error_new (code, details, "%s", get_sentence (code));
}

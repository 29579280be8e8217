/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-wsman.h"

#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

HvFault *
hv_fault_new (const char *space, const char *subcode, const char *detail, guint32 number, const char *reason)
{
  HvFault *self = g_new0 (HvFault, 1);

  self->space = space;
  self->subcode = subcode;
  self->detail = detail;
  self->number = number;
  self->reason = g_strdup (reason);
  self->code = g_strcmp0 (subcode, "InternalError") == 0 || g_strcmp0 (subcode, "TimedOut") == 0
                       || g_strcmp0 (subcode, "EndpointUnavailable") == 0
                   ? "Receiver"
                   : "Sender";
  return self;
}

HvFault *
hv_fault_provider (guint32 hresult, const char *reason)
{
  HvFault *self = hv_fault_new (HV_NS_WSMAN, "InternalError", NULL, hresult, reason);

  self->code = "Receiver";
  return self;
}

void
hv_fault_free (HvFault *self)
{
  g_free (self->reason);
  g_free (self);
}

gboolean
hv_is_element (xmlNode *node, const char *space, const char *name)
{
  return node->type == XML_ELEMENT_NODE && node->ns != NULL && g_str_equal ((const char *) node->ns->href, space)
         && g_str_equal ((const char *) node->name, name);
}

xmlNode *
hv_find_child (xmlNode *node, const char *space, const char *name)
{
  for (xmlNode *child = node != NULL ? node->children : NULL; child != NULL; child = child->next)
    if (hv_is_element (child, space, name))
      return child;
  return NULL;
}

char *
hv_dup_text (xmlNode *node)
{
  xmlChar *content = xmlNodeGetContent (node);
  char *text = g_strdup (content != NULL ? (const char *) content : "");

  xmlFree (content);
  return text;
}

char *
hv_dup_child (xmlNode *node, const char *space, const char *name)
{
  xmlNode *child = hv_find_child (node, space, name);

  return child != NULL ? g_strstrip (hv_dup_text (child)) : NULL;
}

char *
hv_dup_attribute (xmlNode *node, const char *space, const char *name)
{
  xmlChar *value = space != NULL ? xmlGetNsProp (node, (const xmlChar *) name, (const xmlChar *) space)
                                 : xmlGetNoNsProp (node, (const xmlChar *) name);
  char *text = value != NULL ? g_strdup ((const char *) value) : NULL;

  xmlFree (value);
  return text;
}

/* XML Schema part 2, section 3.2.6; months and years are not taken (MS-WSMV section 3.1.4.1.7). */
gint64
hv_parse_duration (const char *text)
{
  double total = 0;
  gboolean in_time = FALSE;
  const char *at = text;

  if (at == NULL || *at++ != 'P' || *at == '\0')
    return -1;
  while (*at != '\0')
    {
      char *end;
      double number;

      if (*at == 'T')
        {
          in_time = TRUE;
          at++;
        }
      if (!g_ascii_isdigit (*at))
        return -1;
      number = g_ascii_strtod (at, &end);
      if (*end == 'D' && !in_time)
        total += number * 86400;
      else if (*end == 'H' && in_time)
        total += number * 3600;
      else if (*end == 'M' && in_time)
        total += number * 60;
      else if (*end == 'S' && in_time)
        total += number;
      else
        return -1;
      at = end + 1;
    }
  return total < 1e12 ? (gint64) (total * 1000) : -1;
}

/* DSP0226 section 5.4.2.2 */
static GHashTable *
read_selectors (xmlNode *set, char **space)
{
  GHashTable *selectors = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  for (xmlNode *child = set != NULL ? set->children : NULL; child != NULL; child = child->next)
    {
      g_autofree char *name = NULL;
      g_autofree char *value = NULL;

      if (!hv_is_element (child, HV_NS_WSMAN, "Selector"))
        continue;
      name = hv_dup_attribute (child, NULL, "Name");
      value = hv_dup_text (child);
      /* DSP0227 section 5.4: which namespace of CIM */
      if (g_strcmp0 (name, "__cimnamespace") == 0)
        {
          if (*space == NULL)
            *space = g_steal_pointer (&value);
        }
      else if (name != NULL)
        g_hash_table_insert (selectors, g_steal_pointer (&name), g_steal_pointer (&value));
    }
  return selectors;
}

static gboolean
split_resource (const char *resource, char **space, char **class_name)
{
  if (resource != NULL && g_ascii_strncasecmp (resource, HV_WMI, strlen (HV_WMI)) == 0)
    {
      const char *rest = resource + strlen (HV_WMI);
      const char *slash = strrchr (rest, '/');

      if (slash == NULL || slash[1] == '\0')
        return FALSE;
      *space = g_ascii_strdown (rest, slash - rest);
      *class_name = g_strdup (slash + 1);
      return TRUE;
    }
  if (resource != NULL && g_str_has_prefix (resource, HV_CIM))
    {
      *class_name = g_strdup (resource + strlen (HV_CIM));
      return **class_name != '\0';
    }
  return FALSE;
}

gboolean
hv_read_epr (xmlNode *node, char **space, char **class_name, GHashTable **selectors)
{
  xmlNode *parameters = hv_find_child (node, HV_NS_WSA, "ReferenceParameters");
  g_autofree char *resource = hv_dup_child (parameters, HV_NS_WSMAN, "ResourceURI");

  *space = *class_name = NULL;
  *selectors = NULL;
  if (hv_find_child (node, HV_NS_WSA, "Address") == NULL || !split_resource (resource, space, class_name))
    return FALSE;
  *selectors = read_selectors (hv_find_child (parameters, HV_NS_WSMAN, "SelectorSet"), space);
  if (*space == NULL)
    *space = g_strdup (HV_SPACE_CIMV2);
  return TRUE;
}

/* SOAP 1.2 part 1, section 5.2.3: what must be understood and is not */
static gboolean
is_known_header (xmlNode *node)
{
  static const char *const known[] = {
    HV_NS_WSA, "To", HV_NS_WSA, "Action", HV_NS_WSA, "MessageID", HV_NS_WSA, "ReplyTo", HV_NS_WSA, "FaultTo",
    HV_NS_WSA, "From", HV_NS_WSMAN, "ResourceURI", HV_NS_WSMAN, "SelectorSet", HV_NS_WSMAN, "OperationTimeout",
    HV_NS_WSMAN, "MaxEnvelopeSize", HV_NS_WSMAN, "Locale", HV_NS_WSMAN, "OptionSet",
    HV_NS_WSMAN, "RequestTotalItemsCountEstimate", HV_NS_WSE, "Identifier", HV_NS_MS, "DataLocale",
    HV_NS_MS, "SessionId", HV_NS_MS, "OperationID", HV_NS_MS, "OperationId", HV_NS_MS, "SequenceId", NULL,
  };

  for (guint i = 0; known[i] != NULL; i += 2)
    if (hv_is_element (node, known[i], known[i + 1]))
      return TRUE;
  return FALSE;
}

static gboolean
check_headers (xmlNode *header, HvFault **fault)
{
  for (xmlNode *child = header->children; child != NULL; child = child->next)
    {
      g_autofree char *must = NULL;

      if (child->type != XML_ELEMENT_NODE)
        continue;
      must = hv_dup_attribute (child, HV_NS_SOAP, "mustUnderstand");
      if (must != NULL && (g_str_equal (must, "true") || g_str_equal (must, "1")) && !is_known_header (child))
        {
          *fault = hv_fault_new (NULL, NULL, NULL, 0, "A header that must be understood is not.");
          (*fault)->code = "MustUnderstand";
          return FALSE;
        }
    }
  return TRUE;
}

/* DSP0226 section 5.4.3: To, Action, MessageID and an anonymous ReplyTo are required. */
static gboolean
read_addressing (HvRequest *self, xmlNode *header, HvFault **fault)
{
  g_autofree char *to = hv_dup_child (header, HV_NS_WSA, "To");
  g_autofree char *reply_to = hv_dup_child (hv_find_child (header, HV_NS_WSA, "ReplyTo"), HV_NS_WSA, "Address");
  const char *slash;

  self->message_id = hv_dup_child (header, HV_NS_WSA, "MessageID");
  self->action = hv_dup_child (header, HV_NS_WSA, "Action");
  if (self->action != NULL && (slash = strrchr (self->action, '/')) != NULL)
    self->short_action = g_strdup (slash + 1);
  if (self->action == NULL || self->short_action == NULL || self->message_id == NULL || to == NULL || reply_to == NULL)
    {
      *fault = hv_fault_new (HV_NS_WSA, "MessageInformationHeaderRequired", NULL, 0,
                             "A required header is missing: To, Action, MessageID or ReplyTo.");
      return FALSE;
    }
  if (!g_str_has_prefix (self->message_id, "uuid:") && !g_str_has_prefix (self->message_id, "urn:uuid:"))
    {
      *fault = hv_fault_new (HV_NS_WSA, "InvalidMessageInformationHeader", NULL, 0, "The MessageID is no uuid.");
      return FALSE;
    }
  if (!g_str_equal (reply_to, HV_ANONYMOUS))
    {
      *fault = hv_fault_new (HV_NS_WSMAN, "UnsupportedFeature", "AddressingMode", 0, "Answers go back only.");
      return FALSE;
    }
  return TRUE;
}

static gboolean
read_limits (HvRequest *self, xmlNode *header, HvFault **fault)
{
  g_autofree char *timeout = hv_dup_child (header, HV_NS_WSMAN, "OperationTimeout");
  g_autofree char *size = hv_dup_child (header, HV_NS_WSMAN, "MaxEnvelopeSize");
  guint64 number = 512000;

  self->timeout = timeout != NULL ? hv_parse_duration (timeout) : 60000;
  if (self->timeout < 0)
    {
      *fault = hv_fault_new (HV_NS_WSMAN, "InvalidParameter", NULL, 0, "OperationTimeout is no duration.");
      return FALSE;
    }
  /* DSP0226 section 6.2: less than 8192 may be refused */
  if (size != NULL && (!g_ascii_string_to_unsigned (size, 10, 8192, G_MAXUINT32, &number, NULL)))
    {
      *fault = hv_fault_new (HV_NS_WSMAN, "EncodingLimit", "MinimumEnvelopeLimit", 0, "MaxEnvelopeSize is too small.");
      return FALSE;
    }
  self->max_size = number;
  return TRUE;
}

static gboolean
read_header (HvRequest *self, xmlNode *header, HvFault **fault)
{
  if (!read_addressing (self, header, fault) || !check_headers (header, fault) || !read_limits (self, header, fault))
    return FALSE;
  self->resource = hv_dup_child (header, HV_NS_WSMAN, "ResourceURI");
  self->identifier = hv_dup_child (header, HV_NS_WSE, "Identifier");
  if (self->resource != NULL && !split_resource (self->resource, &self->space, &self->class_name))
    {
      *fault = hv_fault_new (HV_NS_WSA, "DestinationUnreachable", "InvalidResourceURI", 0,
                             "The resource URI is of no known form.");
      return FALSE;
    }
  self->selectors = read_selectors (hv_find_child (header, HV_NS_WSMAN, "SelectorSet"), &self->space);
  if (self->space == NULL)
    self->space = g_strdup (HV_SPACE_CIMV2);
  return TRUE;
}

static gboolean
read_envelope (HvRequest *self, HvFault **fault)
{
  xmlNode *root = self->doc != NULL ? xmlDocGetRootElement (self->doc) : NULL;
  xmlNode *header, *body;

  /* SOAP 1.2 part 1, section 5: no DTD, and an Envelope of this version */
  if (root == NULL || self->doc->intSubset != NULL || !hv_is_element (root, HV_NS_SOAP, "Envelope")
      || (body = hv_find_child (root, HV_NS_SOAP, "Body")) == NULL)
    {
      *fault = hv_fault_new (HV_NS_WSMAN, "SchemaValidationError", NULL, 0, "This is no SOAP 1.2 envelope.");
      return FALSE;
    }
  for (xmlNode *child = body->children; child != NULL && self->body == NULL; child = child->next)
    if (child->type == XML_ELEMENT_NODE)
      self->body = child;
  /* DSP0226 section 11: Identify has no headers of WS-Addressing. */
  if (self->body != NULL && hv_is_element (self->body, HV_NS_WSMID, "Identify"))
    {
      self->identify = TRUE;
      self->short_action = g_strdup ("Identify");
      return TRUE;
    }
  header = hv_find_child (root, HV_NS_SOAP, "Header");
  if (header == NULL)
    {
      *fault = hv_fault_new (HV_NS_WSA, "MessageInformationHeaderRequired", NULL, 0, "There is no Header.");
      return FALSE;
    }
  return read_header (self, header, fault);
}

HvRequest *
hv_request_new (GBytes *bytes, HvFault **fault)
{
  HvRequest *self = g_new0 (HvRequest, 1);
  gsize size;
  const char *data = g_bytes_get_data (bytes, &size);

  self->doc = size > 0 && size < G_MAXINT
                  ? xmlReadMemory (data, (int) size, NULL, NULL,
                                   XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA)
                  : NULL;
  read_envelope (self, fault);
  return self;
}

void
hv_request_free (HvRequest *self)
{
  g_clear_pointer (&self->doc, xmlFreeDoc);
  g_clear_pointer (&self->selectors, g_hash_table_unref);
  g_free (self->action);
  g_free (self->short_action);
  g_free (self->message_id);
  g_free (self->resource);
  g_free (self->space);
  g_free (self->class_name);
  g_free (self->identifier);
  g_free (self);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-wsman-xml.h"

#include <string.h>

/* Neither entities nor document types are loaded or replaced, nothing is fetched, and without XML_PARSE_HUGE the library's own
 * limits hold. */
#define OPTIONS (XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOCDATA | XML_PARSE_COMPACT)

/* Its problem is asked for where the reading failed, so nothing is to be printed. */
static void
silent_cb (void *data, const char *message, xmlParserSeverities severity, xmlTextReaderLocatorPtr locator)
{
  AvbWsmanXml *self = data;

  if (self->problem == NULL && severity == XML_PARSER_SEVERITY_ERROR)
    {
      self->problem = g_utf8_make_valid (message != NULL ? message : "?", -1);
      g_strchomp (self->problem);
    }
}

void
avb_wsman_xml_init (AvbWsmanXml *self, const char *data, gsize length)
{
  *self = (AvbWsmanXml) { 0 };
  if (length == 0 || length > G_MAXINT / 2)
    {
      avb_wsman_xml_refuse (self, "%s", length == 0 ? "empty" : "too long");
      return;
    }
  self->reader = xmlReaderForMemory (data, (int) length, NULL, NULL, OPTIONS);
  if (self->reader == NULL)
    avb_wsman_xml_refuse (self, "out of memory");
  else
    xmlTextReaderSetErrorHandler (self->reader, silent_cb, self);
}

void
avb_wsman_xml_clear (AvbWsmanXml *self)
{
  g_clear_pointer (&self->reader, xmlFreeTextReader);
  g_clear_pointer (&self->problem, g_free);
}

gboolean
avb_wsman_xml_refuse (AvbWsmanXml *self, const char *format, ...)
{
  va_list args;

  if (self->problem == NULL)
    {
      va_start (args, format);
      self->problem = g_strdup_vprintf (format, args);
      va_end (args);
    }
  return FALSE;
}

static gboolean
begin_element (AvbWsmanXml *self)
{
  self->depth++;
  self->at_start = TRUE;
  self->pending_end = xmlTextReaderIsEmptyElement (self->reader) == 1;
  if (self->depth > AVB_WSMAN_MAX_DEPTH)
    return avb_wsman_xml_refuse (self, "more than %d elements inside each other", AVB_WSMAN_MAX_DEPTH);
  if (++self->n_elements > AVB_WSMAN_MAX_ELEMENTS)
    return avb_wsman_xml_refuse (self, "more than %d elements", AVB_WSMAN_MAX_ELEMENTS);
  return TRUE;
}

/* Whether the node at hand is one to stop at. */
static gboolean
take_node (AvbWsmanXml *self)
{
  switch (xmlTextReaderNodeType (self->reader))
    {
    case XML_READER_TYPE_ELEMENT:
      return begin_element (self);
    case XML_READER_TYPE_END_ELEMENT:
      return TRUE;
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
    case XML_READER_TYPE_WHITESPACE:
    case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
      self->at_text = TRUE;
      return TRUE;
    case XML_READER_TYPE_DOCUMENT_TYPE:
    case XML_READER_TYPE_ENTITY:
    case XML_READER_TYPE_ENTITY_REFERENCE:
    case XML_READER_TYPE_NOTATION:
      return avb_wsman_xml_refuse (self, "a document type or an entity");
    case XML_READER_TYPE_PROCESSING_INSTRUCTION:
      return avb_wsman_xml_refuse (self, "a processing instruction");
    default:
      return FALSE;
    }
}

gboolean
avb_wsman_xml_next (AvbWsmanXml *self)
{
  /* The end that was stopped at is left now. */
  if (!self->at_start && !self->at_text && self->depth > 0)
    self->depth--;
  self->at_text = FALSE;
  if (self->problem == NULL && self->pending_end)
    {
      self->pending_end = FALSE;
      self->at_start = FALSE;
      return TRUE;
    }
  self->at_start = FALSE;
  while (self->problem == NULL)
    {
      int result = xmlTextReaderRead (self->reader);

      if (result == 0)
        return FALSE;
      if (result < 0)
        return avb_wsman_xml_refuse (self, "not well-formed");
      if (take_node (self))
        return TRUE;
    }
  return FALSE;
}

gboolean
avb_wsman_xml_next_child (AvbWsmanXml *self, int depth)
{
  while (avb_wsman_xml_next (self))
    {
      if (self->at_text)
        continue;
      if (self->at_start && self->depth == depth + 1)
        return TRUE;
      if (!self->at_start && self->depth <= depth)
        return FALSE;
    }
  return FALSE;
}

gboolean
avb_wsman_xml_finish (AvbWsmanXml *self)
{
  while (avb_wsman_xml_next (self))
    ;
  return self->problem == NULL;
}

const char *
avb_wsman_xml_get_name (AvbWsmanXml *self)
{
  const char *name = (const char *) xmlTextReaderConstLocalName (self->reader);

  return name != NULL ? name : "";
}

const char *
avb_wsman_xml_get_ns (AvbWsmanXml *self)
{
  const char *ns = (const char *) xmlTextReaderConstNamespaceUri (self->reader);

  return ns != NULL ? ns : "";
}

gboolean
avb_wsman_xml_is (AvbWsmanXml *self, const char *ns, const char *name)
{
  return g_str_equal (avb_wsman_xml_get_name (self), name) && g_str_equal (avb_wsman_xml_get_ns (self), ns);
}

const char *
avb_wsman_xml_get_text (AvbWsmanXml *self)
{
  const char *text = (const char *) xmlTextReaderConstValue (self->reader);

  return text != NULL ? text : "";
}

char *
avb_wsman_xml_dup_attribute (AvbWsmanXml *self, const char *ns, const char *name)
{
  xmlChar *value = ns != NULL ? xmlTextReaderGetAttributeNs (self->reader, BAD_CAST name, BAD_CAST ns)
                              : xmlTextReaderGetAttribute (self->reader, BAD_CAST name);
  char    *copy = g_strdup ((const char *) value);

  xmlFree (value);
  return copy;
}

char *
avb_wsman_xml_dup_content (AvbWsmanXml *self)
{
  int      depth = self->depth;
  GString *content = g_string_new (NULL);

  while (avb_wsman_xml_next (self))
    {
      if (self->at_text && self->depth == depth)
        g_string_append (content, avb_wsman_xml_get_text (self));
      else if (!self->at_text && !self->at_start && self->depth <= depth)
        break;
    }
  return g_string_free (content, FALSE);
}

char *
avb_wsman_xml_dup_word (AvbWsmanXml *self)
{
  return g_strstrip (avb_wsman_xml_dup_content (self));
}

char *
avb_wsman_xml_dup_qname (AvbWsmanXml *self, const char *qname, char **name)
{
  const char      *colon = strchr (qname, ':');
  g_autofree char *prefix = colon != NULL ? g_strndup (qname, colon - qname) : NULL;
  xmlChar         *ns = xmlTextReaderLookupNamespace (self->reader, BAD_CAST prefix);
  char            *copy = g_strdup ((const char *) ns);

  xmlFree (ns);
  *name = g_strdup (colon != NULL ? colon + 1 : qname);
  return copy;
}

/* XML 1.0 has no way to say most control characters: such a character becomes the one for "unknown". */
void
avb_wsman_xml_escape (GString *out, const char *text)
{
  for (const char *c = text; *c != '\0'; c++)
    switch (*c)
      {
      case '&':
        g_string_append (out, "&amp;");
        break;
      case '<':
        g_string_append (out, "&lt;");
        break;
      case '>':
        g_string_append (out, "&gt;");
        break;
      case '"':
        g_string_append (out, "&quot;");
        break;
      case '\r':
      case '\n':
      case '\t':
        g_string_append_printf (out, "&#%d;", *c);
        break;
      default:
        if ((guchar) *c < 0x20)
          g_string_append (out, "\357\277\275");
        else
          g_string_append_c (out, *c);
        break;
      }
}

void
avb_wsman_xml_write (GString *out, const char *tag, const char *text)
{
  g_string_append_printf (out, "<%s>", tag);
  avb_wsman_xml_escape (out, text);
  g_string_append_printf (out, "</%s>", tag);
}

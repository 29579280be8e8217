/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>
#include <libxml/xmlreader.h>

G_BEGIN_DECLS

/* --- reading ---
 *
 * Foreign XML, read forwards and once: no tree is ever made of it. A document type, an entity, a processing instruction
 * (SOAP 1.2 part 1 clause 5 forbids all three), too deep or too many elements end the reading. */

/* An answer is five deep before the objects begin; those of Hyper-V nest twice. */
#define AVB_WSMAN_MAX_DEPTH 48
/* A picture of a guest has an element for each byte. */
#define AVB_WSMAN_MAX_ELEMENTS (4 * 1000 * 1000)
/* Values that are not elements of an array cost more. */
#define AVB_WSMAN_MAX_FIELDS (1000 * 1000)

typedef struct {
  xmlTextReader *reader;
  guint          n_elements;
  guint          n_fields; /* counted by who makes them */
  int            depth;    /* of the element at hand; the root's is 1 */
  gboolean       at_start; /* of an element; else at its end or at a text */
  gboolean       at_text;
  gboolean       pending_end; /* of an element without content */
  char          *problem; /* (nullable): untranslated */
} AvbWsmanXml;

void     avb_wsman_xml_init  (AvbWsmanXml *self, const char *data, gsize length);
void     avb_wsman_xml_clear (AvbWsmanXml *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AvbWsmanXml, avb_wsman_xml_clear)

/* Always FALSE: whatever is tried later fails as well. The first problem stays. */
gboolean avb_wsman_xml_refuse (AvbWsmanXml *self, const char *format, ...) G_GNUC_PRINTF (2, 3);
/* To the beginning or the end of an element, or a text. FALSE at the end of all, or after a problem. */
gboolean avb_wsman_xml_next (AvbWsmanXml *self);
/* To the next element inside the one that began at @depth, past what is inside others; FALSE at that one's end. */
gboolean avb_wsman_xml_next_child (AvbWsmanXml *self, int depth);
/* What is left must be well-formed too: a cut answer is none. */
gboolean avb_wsman_xml_finish (AvbWsmanXml *self);

const char *avb_wsman_xml_get_name  (AvbWsmanXml *self); /* without its prefix */
const char *avb_wsman_xml_get_ns    (AvbWsmanXml *self); /* "" where it has none */
gboolean    avb_wsman_xml_is        (AvbWsmanXml *self, const char *ns, const char *name);
const char *avb_wsman_xml_get_text  (AvbWsmanXml *self); /* at_text */
/* @ns is nullable. (transfer full) (nullable) */
char       *avb_wsman_xml_dup_attribute (AvbWsmanXml *self, const char *ns, const char *name);
/* (transfer full): the text inside the element at hand, up to its end; what is in elements inside does not count */
char       *avb_wsman_xml_dup_content (AvbWsmanXml *self);
/* The same without space around it: for addresses, names and numbers. */
char       *avb_wsman_xml_dup_word    (AvbWsmanXml *self);
/* (transfer full) (nullable): the namespace of "prefix:name", and its name */
char       *avb_wsman_xml_dup_qname   (AvbWsmanXml *self, const char *qname, char **name);

/* --- writing --- */

/* Appends @text so that it is read as it was, also its line ends. */
void avb_wsman_xml_escape (GString *out, const char *text);
/* <@tag>@text</@tag> */
void avb_wsman_xml_write  (GString *out, const char *tag, const char *text);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libsoup/soup.h>
#include <libxml/tree.h>

#include "tests/hyperv/hyperv-object.h"

G_BEGIN_DECLS

/* Messages: reading them strictly, and writing them. */

/* Namespaces: DSP0226 annex A; MS-WSMV section 2.2.1. */
#define HV_NS_SOAP  "http://www.w3.org/2003/05/soap-envelope"
#define HV_NS_WSA   "http://schemas.xmlsoap.org/ws/2004/08/addressing"
#define HV_NS_WSMAN "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
#define HV_NS_WSEN  "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
#define HV_NS_WSE   "http://schemas.xmlsoap.org/ws/2004/08/eventing"
#define HV_NS_WST   "http://schemas.xmlsoap.org/ws/2004/09/transfer"
#define HV_NS_WSMB  "http://schemas.dmtf.org/wbem/wsman/1/cimbinding.xsd"
#define HV_NS_WSMID "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"
#define HV_NS_CIM   "http://schemas.dmtf.org/wbem/wscim/1/common"
#define HV_NS_XSI   "http://www.w3.org/2001/XMLSchema-instance"
#define HV_NS_FAULT "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"
#define HV_NS_MS    "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd"
#define HV_ANONYMOUS HV_NS_WSA "/role/anonymous"
/* MS-WSMV section 2.2.1: WMI classes as resources. */
#define HV_WMI      "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
/* DSP0227 section 5.2: classes of CIM, with "__cimnamespace" as selector. */
#define HV_CIM      "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
#define HV_FAULT_DETAIL "http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/"

/* What stands in the way of an answer. */
typedef struct {
  const char *space; /* of the subcode: HV_NS_WSA… */
  const char *subcode; /* "DestinationUnreachable"; NULL: @code is SOAP's own */
  const char *code; /* "Sender", "Receiver", "MustUnderstand" */
  const char *detail; /* (nullable): what follows HV_FAULT_DETAIL */
  char       *reason;
  guint32     number; /* Code of the WSManFault; 0: none */
} HvFault;

HvFault *hv_fault_new  (const char *space, const char *subcode, const char *detail, guint32 number, const char *reason);
/* One of the provider, MS-WSMV section 2.2.4.43: an HRESULT of WMI */
HvFault *hv_fault_provider (guint32 hresult, const char *reason);
void     hv_fault_free (HvFault *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvFault, hv_fault_free)

typedef struct {
  xmlDoc     *doc;
  xmlNode    *body; /* (nullable): the first element in the Body */
  char       *action; /* the whole URI */
  char       *short_action; /* its last part */
  char       *message_id;
  char       *resource; /* ResourceURI */
  char       *space; /* "root/virtualization/v2" */
  char       *class_name; /* "*" for all */
  char       *identifier; /* wse:Identifier */
  GHashTable *selectors; /* without __cimnamespace */
  gint64      timeout; /* ms */
  gsize       max_size; /* MaxEnvelopeSize */
  gboolean    identify;
} HvRequest;

/* (transfer full) (nullable): NULL with @fault; @request is filled as far as it could be read */
HvRequest *hv_request_new  (GBytes *body, HvFault **fault);
void       hv_request_free (HvRequest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (HvRequest, hv_request_free)

/* --- reading ------------------------------------------------------------------------------------- */

gboolean hv_is_element    (xmlNode *node, const char *space, const char *name);
xmlNode *hv_find_child    (xmlNode *node, const char *space, const char *name);
/* (transfer full) (nullable), without white space around */
char    *hv_dup_child     (xmlNode *node, const char *space, const char *name);
char    *hv_dup_text      (xmlNode *node);
char    *hv_dup_attribute (xmlNode *node, const char *space, const char *name);
/* xs:duration; -1 where it is none */
gint64   hv_parse_duration (const char *text);
/* The resource and selectors of an EPR, DSP0226 section 5.4.2 */
gboolean hv_read_epr      (xmlNode *node, char **space, char **class_name, GHashTable **selectors);
/* DSP0201 section 5.2.3: an INSTANCE in text. NULL with *code, a WMI ReturnValue. */
HvObject *hv_read_instance (const char *text, guint32 *code);
/* DSP0230 section 7.4 */
char    *hv_read_datetime (const char *text);

/* --- writing ------------------------------------------------------------------------------------- */

void  hv_append_escaped (GString *out, const char *text);
void  hv_append_element (GString *out, const char *name, const char *text);
/* An instance as WS-CIM has it, DSP0230 section 6; the element is the class, or @element */
void  hv_append_instance (GString *out, HvObject *object, const char *const *properties);
void  hv_append_embedded (GString *out, const char *element, HvObject *object, guint depth);
/* The same as text of CIM-XML, DSP0201. (transfer full) */
char *hv_instance_to_cim_xml (HvObject *object);
/* An EPR's contents, DSP0226 section 5.4.2 */
void  hv_append_epr_contents (GString *out, HvObject *object);
/* One value of a method's result or of an instance: "p:Name" */
void  hv_append_value (GString *out, const char *element, const char *type, const char *value);
void  hv_append_bytes (GString *out, const char *element, const char *const *values);
void  hv_append_nil   (GString *out, const char *element);
/* (transfer full): a whole envelope. @related: the message that is answered */
char *hv_envelope (const char *action, const char *related, const char *body, const char *more_header);
char *hv_fault_to_envelope (HvFault *fault, const char *related);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libsoup/soup.h>
#include <libxml/xpath.h>

#include "tests/hyperv/hyperv-simulator.h"

G_BEGIN_DECLS

/* Envelopes written by hand and sent as they are: what looks at the simulated host from outside. Blocks. */

#define NS_SOAP "http://www.w3.org/2003/05/soap-envelope"
#define NS_WSA  "http://schemas.xmlsoap.org/ws/2004/08/addressing"
#define NS_WSM  "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
#define NS_WSEN "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
#define NS_WSE  "http://schemas.xmlsoap.org/ws/2004/08/eventing"
#define NS_WST  "http://schemas.xmlsoap.org/ws/2004/09/transfer"
#define WMI_V2  "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2/"
#define WMI_CIM "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/"
#define WQL     "http://schemas.microsoft.com/wbem/wsman/1/WQL"

typedef struct {
  HypervSimulator *sim;
  SoupSession     *session;
} Rig;

typedef struct {
  guint   status; /* 0: no answer */
  char   *text; /* (nullable) */
  xmlDoc *doc; /* (nullable) */
} Answer;

void rig_init  (Rig *rig, gconstpointer unused);
void rig_clear (Rig *rig, gconstpointer unused);

Answer *post (Rig *rig, const char *body);
/* @header: more of it; @selectors: "Name=value;Name=value", or NULL */
Answer *ask  (Rig *rig, const char *action, const char *resource, const char *selectors, const char *header, const char *body);
Answer *get_instance (Rig *rig, const char *resource, const char *selectors);
/* @inside: of the Enumerate; @max: 0: not optimized */
Answer *enumerate (Rig *rig, const char *resource, const char *query, guint max);
Answer *pull      (Rig *rig, const char *context, guint max);
/* All items of a query, however many pages: the number of elements of that local name */
guint   count_query (Rig *rig, const char *query, const char *name);
Answer *invoke (Rig *rig, const char *class_name, const char *selectors, const char *method, const char *arguments);
void    answer_free (Answer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Answer, answer_free)

/* (transfer full) (nullable): the contents of the first element of that local name */
char *text_of  (Answer *self, const char *name);
guint count_of (Answer *self, const char *name);
/* XPath with namespaces s, a, w, n, e, p (of virtualization: no), xsi, cim; (transfer full) */
char *xpath_of (Answer *self, const char *path);
void  assert_fault_full (Answer *self, const char *subcode, const char *location);
#define assert_fault(answer, subcode) assert_fault_full ((answer), (subcode), G_STRLOC)
void  assert_return_full (Answer *self, guint value, const char *location);
#define assert_return(answer, value) assert_return_full ((answer), (value), G_STRLOC)
void  assert_text_full (Answer *self, const char *name, const char *text, const char *location);
#define assert_text(answer, name, text) assert_text_full ((answer), (name), (text), G_STRLOC)

/* Waits for the job of an answer; takes it. Returns its last state. */
guint wait_job (Rig *rig, Answer *answer);
#define assert_job(rig, answer) g_assert_cmpuint (wait_job ((rig), (answer)), ==, 7)
void  wait_state (Rig *rig, const char *id, HypervState state);
char *epr (const char *parameter, const char *namespace_class, const char *class_name, const char *selectors);
/* "<p:NAME>…</p:NAME>" with a CIM-XML instance in it; @properties: "string Name=value;uint16[] N=1|2" */
char *instance_argument (const char *parameter, const char *class_name, const char *properties);
char *path_of (const char *class_name, const char *instance_id);

void add_wsman_tests    (void);
void add_machine_tests  (void);
void add_resource_tests (void);
void add_image_tests    (void);
void add_event_tests    (void);
void add_trouble_tests  (void);
void add_auth_tests     (void);

#define ADD(path, func) g_test_add ("/Hyperv/Simulator/" path, Rig, NULL, rig_init, func, rig_clear)

G_END_DECLS

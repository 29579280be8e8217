/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-error.h"
#include "backends/hyperv/avb-wmi-object.h"
#include "backends/hyperv/avb-wsman-client.h"
#include "backends/hyperv/avb-wsman-xml.h"

G_BEGIN_DECLS

/* DSP0226 annex A.1, MS-WSMV 2.2.1 */
#define AVB_NS_SOAP "http://www.w3.org/2003/05/soap-envelope"
#define AVB_NS_XSI "http://www.w3.org/2001/XMLSchema-instance"
#define AVB_NS_ADDRESSING "http://schemas.xmlsoap.org/ws/2004/08/addressing"
#define AVB_NS_ENUMERATION "http://schemas.xmlsoap.org/ws/2004/09/enumeration"
#define AVB_NS_EVENTING "http://schemas.xmlsoap.org/ws/2004/08/eventing"
#define AVB_NS_TRANSFER "http://schemas.xmlsoap.org/ws/2004/09/transfer"
#define AVB_NS_WSMAN "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd"
#define AVB_NS_IDENTITY "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd"
#define AVB_NS_CIM "http://schemas.dmtf.org/wbem/wscim/1/common"
#define AVB_NS_WSMAN_FAULT "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault"

/* MS-WSMV 3.1.4.1.1 */
#define AVB_WSMAN_WMI_PREFIX "http://schemas.microsoft.com/wbem/wsman/1/wmi/"
#define AVB_WSMAN_CIM_PREFIX "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/"
/* MS-WSMV 3.1.4.1.13 */
#define AVB_WSMAN_WQL "http://schemas.microsoft.com/wbem/wsman/1/WQL"
/* DSP0226 clause 10.2.9.5 */
#define AVB_WSMAN_MODE_PULL "http://schemas.dmtf.org/wbem/wsman/1/wsman/Pull"

/* An answer, and what this host is told it may send (DSP0226 clause 6.2). */
#define AVB_WSMAN_MAX_ENVELOPE (32 * 1024 * 1024)
/* Objects of one page; the host sends fewer where they do not fit into its own largest envelope. */
#define AVB_WSMAN_PAGE 256
/* All objects of a query, however many pages. */
#define AVB_WSMAN_MAX_OBJECTS 100000
#define AVB_WSMAN_MAX_EMPTY_PAGES 16

typedef enum {
  AVB_WSMAN_IDENTIFY,
  AVB_WSMAN_GET,
  AVB_WSMAN_ENUMERATE,
  AVB_WSMAN_PULL,
  AVB_WSMAN_RELEASE,
  AVB_WSMAN_INVOKE,
  AVB_WSMAN_SUBSCRIBE,
  AVB_WSMAN_RENEW,
  AVB_WSMAN_UNSUBSCRIBE,
} AvbWsmanVerb;

/* --- requests --- */

typedef struct {
  AvbWsmanVerb verb;
  const char  *to;
  const char  *resource; /* (nullable): the resource's URI */
  AvbWmiPath  *path;     /* (nullable): its keys are the selectors */
  const char  *method;   /* of AVB_WSMAN_INVOKE */
  const char  *headers;  /* (nullable): XML */
  const char  *body;     /* (nullable): XML */
  guint        timeout;  /* seconds */
} AvbWsmanRequest;

/* (transfer full): the whole message; @message_id (out) */
char *avb_wsman_request_to_xml (const AvbWsmanRequest *self, char **message_id);
/* (transfer full): "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2/@class_name" */
char *avb_wsman_resource_uri   (const char *name_space, const char *class_name);
void  avb_wsman_write_selectors (GString *out, AvbWmiPath *path);
/* The bodies; (transfer full) */
char *avb_wsman_enumerate_body (const char *wql);
char *avb_wsman_pull_body      (const char *context);
char *avb_wsman_release_body   (const char *context);
char *avb_wsman_invoke_body    (const char *resource, const char *method, AvbWmiObject *parameters);
char *avb_wsman_subscribe_body (const char *wql, guint seconds);
char *avb_wsman_renew_body     (guint seconds);

/* --- faults --- */

typedef struct {
  char   *code;        /* "Sender", "Receiver", … */
  char   *subcode_ns;  /* (nullable) */
  char   *subcode;     /* (nullable): without its prefix */
  char   *reason;      /* (nullable) */
  char   *detail;      /* (nullable): the URI of w:FaultDetail */
  char   *message;     /* (nullable): of the innermost f:WSManFault */
  guint64 native;      /* its code, 0 where there is none */
} AvbWsmanFault;

void           avb_wsman_fault_free     (AvbWsmanFault *self);
/* @xml is at the beginning of s:Fault. Never NULL; what is wrong with it is a problem of @xml. */
AvbWsmanFault *avb_wsman_fault_read     (AvbWsmanXml *xml);
GError        *avb_wsman_fault_to_error (const AvbWsmanFault *self);
/* w:TimedOut: the operation took longer than it was given. Of a Pull of events: there were none. */
gboolean       avb_wsman_fault_is_timed_out (const AvbWsmanFault *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbWsmanFault, avb_wsman_fault_free)

/* --- values --- */

/* An endpoint reference as far as it means something to us (DSP0226 clause 5.1.2). */
typedef struct {
  char       *resource;   /* (nullable) */
  char       *identifier; /* (nullable): wse:Identifier */
  AvbWmiPath *keys;       /* (nullable): the selectors */
} AvbWsmanReference;

void        avb_wsman_reference_clear (AvbWsmanReference *self);
/* @xml is at the beginning of the element that has wsa:Address and wsa:ReferenceParameters inside. */
gboolean    avb_wsman_reference_read  (AvbWsmanReference *self, AvbWsmanXml *xml, guint nested);
/* (transfer full) (nullable): the object it refers to */
AvbWmiPath *avb_wsman_reference_to_path (AvbWsmanReference *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AvbWsmanReference, avb_wsman_reference_clear)

/* @xml is at the beginning of an object's element. (transfer full) (nullable) */
AvbWmiObject *avb_wsman_object_read (AvbWsmanXml *xml, guint nested);
/* The same for one without an element of its own: its fields are those of the element at hand. */
AvbWmiObject *avb_wsman_fragment_read (AvbWsmanXml *xml);
/* Whether @ns is that of a WMI class; @name (out) (transfer full) (nullable): its name */
gboolean      avb_wsman_is_class_ns (const char *ns, char **name);

/* --- answers --- */

typedef struct {
  AvbWsmanFault    *fault;      /* (nullable): then nothing of the rest */
  char             *relates_to; /* (nullable) */
  char             *context;    /* (nullable): wsen:EnumerationContext */
  gboolean          end;        /* wsen:EndOfSequence */
  GPtrArray        *items;      /* of AvbWmiObject */
  char             *product;    /* (nullable): of Identify */
  AvbWsmanReference manager;    /* of a subscription */
  guint             expires;    /* seconds, 0 where it was not said or is a point in time */
} AvbWsmanAnswer;

#define AVB_TYPE_WSMAN_ANSWER (avb_wsman_answer_get_type ())
GType           avb_wsman_answer_get_type (void);
/* @method: what was called, of AVB_WSMAN_INVOKE. Any thread. %NULL and %AVB_ERROR_INVALID if it is no answer to @verb. */
AvbWsmanAnswer *avb_wsman_answer_parse (const char *data, gsize length, AvbWsmanVerb verb, const char *method, GError **error);
void            avb_wsman_answer_unref (AvbWsmanAnswer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbWsmanAnswer, avb_wsman_answer_unref)

/* --- HTTP --- */

typedef struct _AvbWsmanHttp AvbWsmanHttp;
/* A certificate that is not accepted */
typedef void (*AvbWsmanCertificateFunc) (GTlsCertificate *certificate, GTlsCertificateFlags errors, gpointer data);

AvbWsmanHttp *avb_wsman_http_new       (const char *uri, AvbWsmanCertificateFunc func, gpointer data);
AvbWsmanHttp *avb_wsman_http_ref       (AvbWsmanHttp *self);
void          avb_wsman_http_unref     (AvbWsmanHttp *self);
/* @user is nullable, and so is @password. */
void          avb_wsman_http_set_login (AvbWsmanHttp *self, const char *user, const char *password);
void          avb_wsman_http_set_fingerprint (AvbWsmanHttp *self, const char *fingerprint);
const char   *avb_wsman_http_get_user  (AvbWsmanHttp *self);
const char   *avb_wsman_http_get_fingerprint (AvbWsmanHttp *self);
/* Calls reject with %G_IO_ERROR_CANCELLED, also later ones; @func is not called any more. */
void          avb_wsman_http_close     (AvbWsmanHttp *self);
/* Resolves to #GBytes: a SOAP message, which may be a fault. @seconds: for all of it. */
DexFuture    *avb_wsman_http_post      (AvbWsmanHttp *self, const char *xml, guint seconds) G_GNUC_WARN_UNUSED_RESULT;

/* --- the client's inside: fibers only --- */

/* (transfer full) (nullable): an answer that belongs to @request and is no fault. @fault (out) (optional): instead of an error
 * for it. */
AvbWsmanAnswer *avb_wsman_client_exchange (AvbWsmanClient *self, AvbWsmanRequest *request, AvbWsmanFault **fault, GError **error);
const char     *avb_wsman_client_get_namespace (AvbWsmanClient *self);
guint           avb_wsman_client_get_timeout   (AvbWsmanClient *self);
gboolean        avb_wsman_client_is_closed     (AvbWsmanClient *self);
GHashTable     *avb_wsman_client_get_subscriptions (AvbWsmanClient *self);
GHashTable     *avb_wsman_subscriptions_new (void);

/* What a fiber needs of a call. */
typedef struct {
  AvbWsmanClient *client;
  char           *text;       /* (nullable): WQL, a context or a method */
  AvbWmiPath     *path;       /* (nullable) */
  AvbWmiObject   *parameters; /* (nullable) */
  guint           limit;
} AvbWsmanWork;

AvbWsmanWork *avb_wsman_work_new (AvbWsmanClient *client, const char *text);
/* Takes @self. */
DexFuture    *avb_wsman_work_run (AvbWsmanWork *self, DexFiberFunc func) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-host.h"

#include <string.h>

void
hv_call_free (HvCall *self)
{
  g_clear_signal_handler (&self->finished_id, self->message);
  g_clear_signal_handler (&self->disconnected_id, self->message);
  g_clear_pointer (&self->request, hv_request_free);
  if (self->trouble != NULL)
    g_free (self->trouble->action);
  g_free (self->trouble);
  g_object_unref (self->message);
  g_free (self);
}

void
hv_call_pause (HvCall *self)
{
  if (!self->paused)
    soup_server_message_pause (self->message);
  self->paused = TRUE;
}

void
hv_call_finish (HvCall *call, guint status, const char *type, const char *body)
{
  if (!call->gone)
    {
      soup_server_message_set_status (call->message, status, NULL);
      if (body != NULL)
        {
          soup_server_message_set_response (call->message, type, SOUP_MEMORY_COPY, body, strlen (body));
          call->sim->sent += strlen (body);
        }
      if (call->paused)
        soup_server_message_unpause (call->message);
    }
  hv_call_free (call);
}

static void
answer_envelope (HvCall *call, guint status, const char *envelope)
{
  g_autofree char *wrong = NULL;

  if (call->trouble != NULL && call->trouble->kind == HV_TROUBLE_FAIL)
    {
      hv_spoil (call, call->trouble->value, envelope);
      return;
    }
  if (call->sim->wrong_namespaces)
    envelope = wrong = hv_spoil_namespaces (envelope);
  hv_call_finish (call, status, HV_SOAP_TYPE, envelope);
}

void
hv_call_answer (HvCall *call, const char *action, const char *body)
{
  g_autofree char *envelope = hv_envelope (action, call->request->message_id, body, NULL);

  /* DSP0226 section 6.2: no answer is larger than what was asked for */
  if (strlen (envelope) > call->request->max_size && call->request->max_size > 0)
    {
      hv_call_fault (call, hv_fault_new (HV_NS_WSMAN, "EncodingLimit", "MaxEnvelopeSizeExceeded", 0,
                                         "The answer is larger than MaxEnvelopeSize."));
      return;
    }
  answer_envelope (call, SOUP_STATUS_OK, envelope);
}

/* SOAP 1.2 part 2 section 7.5.2.2 has 400 for some; Windows answers 500 to all. */
void
hv_call_fault (HvCall *call, HvFault *fault)
{
  g_autofree char *envelope
      = hv_fault_to_envelope (fault, call->request != NULL ? call->request->message_id : NULL);

  hv_fault_free (fault);
  answer_envelope (call, SOUP_STATUS_INTERNAL_SERVER_ERROR, envelope);
}

/* Those that are faults, and so need no right answer. TRUE: it took @call. */
static gboolean
fail_at_once (HvCall *call)
{
  HvFault *fault = NULL;
  guint kind = call->trouble->value;

  if (call->trouble->kind == HV_TROUBLE_STATUS)
    {
      hv_call_finish (call, kind, NULL, NULL);
      return TRUE;
    }
  if (call->trouble->kind != HV_TROUBLE_FAIL)
    return FALSE;
  if (kind == HYPERV_FAIL_FAULT)
    fault = hv_fault_new (HV_NS_WSMAN, "InternalError", NULL, 2147749889, "Generic failure of the provider.");
  else if (kind == HYPERV_FAIL_FAULT_WITHOUT_DETAIL)
    fault = hv_fault_new (NULL, NULL, NULL, 0, "");
  else if (kind == HYPERV_FAIL_ACCESS_DENIED)
    fault = hv_fault_new (HV_NS_WSMAN, "AccessDenied", NULL, 5, "Access is denied.");
  else if (kind == HYPERV_FAIL_TIMED_OUT)
    fault = hv_fault_new (HV_NS_WSMAN, "TimedOut", NULL, 2150858793, "The operation has timed out.");
  else if (kind != HYPERV_FAIL_CUT && kind != HYPERV_FAIL_WRONG_NAMESPACES && kind != HYPERV_FAIL_WRONG_RELATES_TO)
    {
      /* What it would have been does not matter, and does not happen. */
      hv_spoil (call, kind, NULL);
      return TRUE;
    }
  if (fault == NULL)
    return FALSE;
  call->trouble->kind = HV_TROUBLE_DELAY;
  hv_call_fault (call, fault);
  return TRUE;
}

/* --- dispatch ------------------------------------------------------------------------------------ */

/* DSP0226 section 11 */
static void
identify (HvCall *call)
{
  g_autofree char *envelope
      = g_strdup ("<s:Envelope xml:lang=\"en-US\" xmlns:s=\"" HV_NS_SOAP "\"><s:Header/><s:Body>"
                  "<wsmid:IdentifyResponse xmlns:wsmid=\"" HV_NS_WSMID "\">"
                  "<wsmid:ProtocolVersion>" HV_NS_WSMAN "</wsmid:ProtocolVersion>"
                  "<wsmid:ProductVendor>Microsoft Corporation</wsmid:ProductVendor>"
                  "<wsmid:ProductVersion>OS: 10.0.20348 SP: 0.0 Stack: 3.0</wsmid:ProductVersion>"
                  "</wsmid:IdentifyResponse></s:Body></s:Envelope>");

  answer_envelope (call, SOUP_STATUS_OK, envelope);
}

static void
dispatch (HvCall *call)
{
  static const struct {
    const char *action;
    void (*func) (HvCall *call);
  } actions[] = {
    { HV_NS_WST "/Get", hv_get_instance },       { HV_NS_WSEN "/Enumerate", hv_enumerate },
    { HV_NS_WSEN "/Pull", hv_pull },             { HV_NS_WSEN "/Release", hv_release },
    { HV_NS_WSE "/Subscribe", hv_subscribe },    { HV_NS_WSE "/Renew", hv_renew },
    { HV_NS_WSE "/Unsubscribe", hv_unsubscribe },
  };
  HvRequest *request = call->request;

  if (request->identify)
    {
      identify (call);
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    if (g_str_equal (request->action, actions[i].action))
      {
        actions[i].func (call);
        return;
      }
  /* DSP0227 section 9: a method's action is the class with its name */
  if (request->resource != NULL && g_str_has_prefix (request->action, request->resource))
    hv_invoke (call);
  else
    hv_call_fault (call, hv_fault_new (HV_NS_WSA, "ActionNotSupported", NULL, 0, "The action is not supported."));
}

static void
dispatch_later (HypervSimulator *self, gpointer data)
{
  HvCall *call = g_steal_pointer ((HvCall **) data);

  if (call->gone)
    hv_call_free (call);
  else
    dispatch (call);
}

static void
holder_free (gpointer data)
{
  g_clear_pointer ((HvCall **) data, hv_call_free);
  g_free (data);
}

/* One that waits for this action; its count goes down. (transfer full) (nullable) */
static HvTrouble *
take_trouble (HypervSimulator *self, const char *action, gboolean of_return)
{
  for (guint i = 0; i < self->troubles->len; i++)
    {
      HvTrouble *trouble = g_ptr_array_index (self->troubles, i);
      HvTrouble *taken;

      if ((trouble->kind == HV_TROUBLE_RETURN) != of_return || (trouble->action != NULL && g_strcmp0 (trouble->action, action) != 0))
        continue;
      taken = g_new0 (HvTrouble, 1);
      *taken = *trouble;
      taken->action = g_strdup (trouble->action);
      if (trouble->n != G_MAXUINT && --trouble->n == 0)
        g_ptr_array_remove_index (self->troubles, i);
      return taken;
    }
  return NULL;
}

static void
count_request (HypervSimulator *self, const char *action)
{
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->counts, action));

  self->n_requests++;
  g_hash_table_insert (self->counts, g_strdup (action), GUINT_TO_POINTER (n + 1));
}

static void
message_gone_cb (HvCall *call)
{
  call->gone = TRUE;
}

static HvCall *
call_new (HypervSimulator *self, SoupServerMessage *message)
{
  HvCall *call = g_new0 (HvCall, 1);

  call->sim = self;
  call->message = g_object_ref (message);
  call->finished_id = g_signal_connect_swapped (message, "finished", G_CALLBACK (message_gone_cb), call);
  call->disconnected_id = g_signal_connect_swapped (message, "disconnected", G_CALLBACK (message_gone_cb), call);
  return call;
}

static void
handle (HypervSimulator *self, SoupServerMessage *message)
{
  g_autoptr (GBytes) body = soup_message_body_flatten (soup_server_message_get_request_body (message));
  HvCall *call;
  HvFault *fault = NULL;
  const char *action;

  self->received += g_bytes_get_size (body);
  if (!hv_auth_check (self, message))
    return;
  if (soup_server_message_get_method (message) != SOUP_METHOD_POST)
    {
      soup_server_message_set_status (message, SOUP_STATUS_METHOD_NOT_ALLOWED, NULL);
      return;
    }
  call = call_new (self, message);
  call->request = hv_request_new (body, &fault);
  action = call->request->short_action != NULL ? call->request->short_action : "";
  count_request (self, action);
  call->trouble = take_trouble (self, action, FALSE);
  if (call->trouble != NULL && fail_at_once (call))
    {
      g_clear_pointer (&fault, hv_fault_free);
      return;
    }
  if (fault != NULL)
    hv_call_fault (call, fault);
  else if (call->trouble != NULL && call->trouble->kind == HV_TROUBLE_DELAY)
    {
      HvCall **holder = g_new0 (HvCall *, 1);

      *holder = call;
      hv_call_pause (call);
      hv_timer_add (self, call->trouble->value, dispatch_later, holder, holder_free);
    }
  else
    dispatch (call);
}

/* A ReturnValue that a test asked for; G_MAXUINT: none. */
guint
hv_take_return (HypervSimulator *self, const char *method)
{
  HvTrouble *trouble = take_trouble (self, method, TRUE);
  guint value = trouble != NULL ? trouble->value : G_MAXUINT;

  if (trouble != NULL)
    g_free (trouble->action);
  g_free (trouble);
  return value;
}

static void
handle_cb (SoupServer *server, SoupServerMessage *message, const char *path, GHashTable *query, gpointer data)
{
  HypervSimulator *self = data;
  G_REC_MUTEX_AUTO_LOCK (&self->lock, locker);

  if (self->skew != 0)
    {
      g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
      g_autoptr (GDateTime) then = g_date_time_add_seconds (now, (gdouble) self->skew);
      g_autofree char *date = soup_date_time_to_string (then, SOUP_DATE_HTTP);

      soup_message_headers_replace (soup_server_message_get_response_headers (message), "Date", date);
    }
  handle (self, message);
}

void
hv_server_listen (HypervSimulator *self, GError **error)
{
  self->server = soup_server_new ("server-header", "Microsoft-HTTPAPI/2.0", NULL);
  soup_server_add_handler (self->server, "/wsman", handle_cb, self, NULL);
  if (self->tls)
    soup_server_set_tls_certificate (self->server, self->certificate);
  if (!soup_server_listen_local (self->server, self->port,
                                 SOUP_SERVER_LISTEN_IPV4_ONLY | (self->tls ? SOUP_SERVER_LISTEN_HTTPS : 0), error))
    {
      g_clear_object (&self->server);
      return;
    }
  if (self->port == 0)
    {
      GSList *uris = soup_server_get_uris (self->server);

      self->port = (guint16) g_uri_get_port (uris->data);
      g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
    }
  g_free (self->uri);
  self->uri = g_strdup_printf ("%s://127.0.0.1:%u/wsman", self->tls ? "https" : "http", self->port);
}

void
hv_server_close (HypervSimulator *self)
{
  g_hash_table_remove_all (self->connections);
  if (self->server != NULL)
    soup_server_disconnect (self->server);
  g_clear_object (&self->server);
}

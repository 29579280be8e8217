/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <string.h>

#include "tests/backends/hyperv/wsman-rig.h"

#define PREFIX "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2/"
#define SERVICE "Msvm_VirtualSystemManagementService"
#define SOAP "application/soap+xml"

/* The error of a call that must fail, with what the host said */
static void
fail (DexFuture *future, GQuark domain, int code, const char *details)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (dex_await (future, &error));
  g_test_message ("%s (%s)", error->message, avb_error_get_details (error));
  g_assert_error (error, domain, code);
  if (details != NULL)
    g_assert_nonnull (strstr (avb_error_get_details (error) != NULL ? avb_error_get_details (error) : "", details));
}

static DexFuture *
get (WsmanRig *rig)
{
  g_autoptr (AvbWmiPath) path = avb_wmi_path_new ("Msvm_ComputerSystem", "CreationClassName", "Msvm_ComputerSystem",
                                                  "Name", "a<b>&\"c\" é", NULL);

  return avb_wsman_client_get (rig->client, path);
}

static DexFuture *
define (WsmanRig *rig, AvbWmiObject *parameters)
{
  g_autoptr (AvbWmiPath) service
      = avb_wmi_path_new (SERVICE, "CreationClassName", SERVICE, "Name", "vmms", NULL);

  return avb_wsman_client_invoke (rig->client, service, "DefineSystem", parameters);
}

static DexFuture *
query (WsmanRig *rig, guint limit)
{
  return avb_wsman_client_query (rig->client, "SELECT * FROM Msvm_ComputerSystem WHERE A<'b' AND C='\"&'", limit);
}

/* --- what is sent --- */

static DexFuture *
get_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);
  g_autoptr (AvbWmiObject) machine = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;

  wsman_rig_add (rig, "get-machine");
  wsman_rig_add (rig, "get-machine");
  machine = avb_test_await_boxed (get (rig));
  g_assert_cmpstr (avb_wmi_object_get_class (machine), ==, "Msvm_ComputerSystem");
  wsman_rig_check (rig, 0, "/s:Envelope/s:Header/a:To", rig->address);
  wsman_rig_check (rig, 0, "/s:Envelope/s:Header/w:ResourceURI", PREFIX "Msvm_ComputerSystem");
  wsman_rig_check (rig, 0, "/s:Envelope/s:Header/w:ResourceURI/@s:mustUnderstand", "true");
  wsman_rig_check (rig, 0, "/s:Envelope/s:Header/a:Action", "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get");
  wsman_rig_check (rig, 0, "/s:Envelope/s:Header/a:ReplyTo/a:Address",
                   "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous");
  wsman_rig_check (rig, 0, "/s:Envelope/s:Header/w:OperationTimeout", "PT60.000S");
  wsman_rig_check (rig, 0, "/s:Envelope/s:Header/w:MaxEnvelopeSize", "33554432");
  wsman_rig_check (rig, 0, "count(/s:Envelope/s:Header/w:SelectorSet/w:Selector)", "2");
  wsman_rig_check (rig, 0, "/s:Envelope/s:Header/w:SelectorSet/w:Selector[@Name='Name']", "a<b>&\"c\" é");
  wsman_rig_check (rig, 0, "count(/s:Envelope/s:Body/*)", "0");
  g_clear_pointer (&machine, avb_wmi_object_unref);
  machine = avb_test_await_boxed (get (rig));
  first = wsman_rig_dup_value (rig, 0, "//a:MessageID");
  second = wsman_rig_dup_value (rig, 1, "//a:MessageID");
  g_assert_true (g_str_has_prefix (first, "uuid:"));
  g_assert_cmpstr (first, !=, second);
  return NULL;
}

static DexFuture *
identify_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);
  g_autofree char *product = NULL;

  wsman_rig_add (rig, "identify");
  product = avb_test_await_string (avb_wsman_client_identify (rig->client));
  g_assert_cmpstr (product, ==, "Microsoft Corporation OS: 10.0.20348 SP: 0.0 Stack: 3.0");
  wsman_rig_check (rig, 0, "count(/s:Envelope/s:Body/i:Identify)", "1");
  wsman_rig_check (rig, 0, "count(/s:Envelope/s:Header/*)", "0");
  return NULL;
}

static DexFuture *
invoke_fiber (gpointer data)
{
  static const guint64 numbers[] = { 1, 4, 105 };
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);
  g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new ("parameters");
  g_autoptr (AvbWmiObject) settings = avb_wmi_object_new ("Msvm_VirtualSystemSettingData");
  g_autoptr (AvbWmiPath) path = avb_wmi_path_new ("Msvm_ComputerSystem", "Name", "A&B", NULL);
  g_autoptr (AvbWmiObject) result = NULL;
  g_autofree char *text = NULL;
  g_autoptr (AvbWmiObject) sent = NULL;

  avb_wmi_object_set_string (settings, "ElementName", "<Ü> \u202e");
  avb_wmi_object_set_object (parameters, "SystemSettings", settings);
  avb_wmi_object_add_object (parameters, "ResourceSettings", settings);
  avb_wmi_object_add_object (parameters, "ResourceSettings", settings);
  avb_wmi_object_set_path (parameters, "AffectedSystem", path);
  avb_wmi_object_set_uints (parameters, "RequestedInformation", AVB_WMI_UINT32, numbers, G_N_ELEMENTS (numbers));
  avb_wmi_object_set_string (parameters, "ReferenceConfiguration", NULL);
  wsman_rig_add (rig, "invoke-job");
  result = avb_test_await_boxed (define (rig, parameters));
  g_assert_cmpuint (avb_wmi_object_get_uint (result, "ReturnValue", 0), ==, 4096);
  wsman_rig_check (rig, 0, "//a:Action", PREFIX SERVICE "/DefineSystem");
  wsman_rig_check (rig, 0, "//w:ResourceURI", PREFIX SERVICE);
  wsman_rig_check (rig, 0, "/s:Envelope/s:Header/w:SelectorSet/w:Selector[@Name='Name']", "vmms");
  wsman_rig_check (rig, 0, "count(/s:Envelope/s:Body/p:DefineSystem_INPUT/p:ResourceSettings)", "2");
  wsman_rig_check (rig, 0, "count(//p:RequestedInformation)", "3");
  wsman_rig_check (rig, 0, "//p:RequestedInformation[3]", "105");
  wsman_rig_check (rig, 0, "//p:ReferenceConfiguration/@xsi:nil", "true");
  wsman_rig_check (rig, 0, "//p:AffectedSystem/a:ReferenceParameters/w:ResourceURI", PREFIX "Msvm_ComputerSystem");
  wsman_rig_check (rig, 0, "//p:AffectedSystem/a:ReferenceParameters/w:SelectorSet/w:Selector[@Name='Name']", "A&B");
  text = wsman_rig_dup_value (rig, 0, "//p:SystemSettings");
  sent = avb_wmi_object_from_cim_xml (text, -1, NULL);
  g_assert_cmpstr (avb_wmi_object_get_string (sent, "ElementName"), ==, "<Ü> \u202e");
  g_assert_cmpstr (avb_wmi_object_get_class (sent), ==, "Msvm_VirtualSystemSettingData");
  return NULL;
}

/* --- enumeration --- */

static DexFuture *
pages_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);
  g_autoptr (GPtrArray) objects = NULL;

  wsman_rig_add (rig, "enumerate-first");
  wsman_rig_add (rig, "pull-middle");
  wsman_rig_add (rig, "pull-empty");
  wsman_rig_add (rig, "pull-last");
  objects = avb_test_await_boxed (query (rig, 0));
  g_assert_cmpuint (objects->len, ==, 4);
  g_assert_cmpstr (avb_wmi_object_get_string (objects->pdata[0], "ElementName"), ==, "one");
  g_assert_cmpstr (avb_wmi_object_get_string (objects->pdata[3], "ElementName"), ==, "four");
  g_assert_cmpuint (rig->requests->len, ==, 4);
  wsman_rig_check (rig, 0, "//w:ResourceURI", PREFIX "*");
  wsman_rig_check (rig, 0, "//a:Action", "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate");
  wsman_rig_check (rig, 0, "/s:Envelope/s:Body/n:Enumerate/w:Filter",
                   "SELECT * FROM Msvm_ComputerSystem WHERE A<'b' AND C='\"&'");
  wsman_rig_check (rig, 0, "//w:Filter/@Dialect", "http://schemas.microsoft.com/wbem/wsman/1/WQL");
  wsman_rig_check (rig, 0, "count(//n:Enumerate/w:OptimizeEnumeration)", "1");
  wsman_rig_check (rig, 0, "number(//n:Enumerate/w:MaxElements) > 1", "true");
  wsman_rig_check (rig, 1, "//a:Action", "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Pull");
  wsman_rig_check (rig, 1, "/s:Envelope/s:Body/n:Pull/n:EnumerationContext", "uuid:C1");
  /* A page may bring another context, and one without keeps the last. */
  wsman_rig_check (rig, 2, "//n:EnumerationContext", "uuid:C2");
  wsman_rig_check (rig, 3, "//n:EnumerationContext", "uuid:C1");
  return NULL;
}

static DexFuture *
one_page_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (GPtrArray) part = NULL;

  wsman_rig_add (rig, "enumerate-all");
  all = avb_test_await_boxed (query (rig, 0));
  g_assert_cmpuint (all->len, ==, 2);
  wsman_rig_add (rig, "enumerate-none");
  none = avb_test_await_boxed (query (rig, 0));
  g_assert_cmpuint (none->len, ==, 0);
  wsman_rig_add (rig, "enumerate-fragment");
  part = avb_test_await_boxed (query (rig, 0));
  g_assert_cmpstr (avb_wmi_object_get_string (part->pdata[0], "Name"), ==, "A");
  g_assert_cmpuint (rig->requests->len, ==, 3);
  return NULL;
}

static gboolean
is_released (WsmanRig *rig)
{
  const char *last = rig->requests->pdata[rig->requests->len - 1];

  return strstr (last, "/enumeration/Release<") != NULL && g_queue_is_empty (&rig->answers);
}

/* What is not read to its end is given back. */
static DexFuture *
limit_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);
  g_autoptr (GPtrArray) objects = NULL;

  wsman_rig_add (rig, "enumerate-first");
  wsman_rig_add (rig, "pull-middle");
  wsman_rig_add (rig, "release");
  objects = avb_test_await_boxed (query (rig, 2));
  g_assert_cmpuint (objects->len, ==, 2);
  avb_test_until (is_released, rig);
  wsman_rig_check (rig, 2, "/s:Envelope/s:Body/n:Release/n:EnumerationContext", "uuid:C2");
  return NULL;
}

static DexFuture *
broken_page_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);

  wsman_rig_add (rig, "enumerate-first");
  wsman_rig_add (rig, "enumerate-other-namespace");
  wsman_rig_add (rig, "release");
  fail (query (rig, 0), AVB_ERROR, AVB_ERROR_INVALID, NULL);
  avb_test_until (is_released, rig);
  wsman_rig_add (rig, "enumerate-first");
  wsman_rig_add_fault (rig, "fault-context");
  wsman_rig_add_fault (rig, "fault-context");
  fail (query (rig, 0), AVB_ERROR, AVB_ERROR_NOT_FOUND, "InvalidEnumerationContext");
  avb_test_until (is_released, rig);
  return NULL;
}

static DexFuture *
endless_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);

  wsman_rig_add (rig, "enumerate-context-only");
  for (guint i = 0; i < 16; i++)
    wsman_rig_add (rig, i % 2 == 0 ? "pull-empty" : "pull-no-items");
  wsman_rig_add (rig, "release");
  fail (query (rig, 0), AVB_ERROR, AVB_ERROR_INVALID, NULL);
  avb_test_until (is_released, rig);
  return NULL;
}

/* A page of objects again and again: it ends at the hundred thousandth. */
static DexFuture *
endless_objects_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);
  g_autoptr (GString) page = g_string_new (
      "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "
      "xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "
      "xmlns:n=\"http://schemas.xmlsoap.org/ws/2004/09/enumeration\" xmlns:p=\"" PREFIX "X\"><s:Header><a:RelatesTo>@ID@"
      "</a:RelatesTo></s:Header><s:Body><n:PullResponse><n:EnumerationContext>c</n:EnumerationContext><n:Items>");

  for (guint i = 0; i < 40000; i++)
    g_string_append (page, "<p:X/>");
  g_string_append (page, "</n:Items></n:PullResponse></s:Body></s:Envelope>");
  wsman_rig_add (rig, "enumerate-context-only");
  for (guint i = 0; i < 3; i++)
    wsman_rig_add_raw (rig, 200, SOAP, page->str);
  wsman_rig_add (rig, "release");
  fail (query (rig, 0), AVB_ERROR, AVB_ERROR_INVALID, NULL);
  avb_test_until (is_released, rig);
  return NULL;
}

/* --- what is wrong --- */

static DexFuture *
faults_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);

  wsman_rig_add_fault (rig, "fault-access-denied");
  fail (get (rig), AVB_ERROR, AVB_ERROR_PERMISSION, "Access is denied.");
  wsman_rig_add_fault (rig, "fault-not-there");
  fail (get (rig), AVB_ERROR, AVB_ERROR_NOT_FOUND, "No such thing innermost.");
  wsman_rig_add_fault (rig, "fault-timed-out");
  fail (query (rig, 0), AVB_ERROR, AVB_ERROR_UNAVAILABLE, "TimedOut");
  wsman_rig_add_fault (rig, "fault-unrelated");
  fail (define (rig, NULL), AVB_ERROR, AVB_ERROR_FAILED, "A header was not understood.");
  wsman_rig_add (rig, "fault-no-subcode");
  fail (avb_wsman_client_identify (rig->client), AVB_ERROR, AVB_ERROR_FAILED, "Nobody knows.");
  wsman_rig_add_fault (rig, "fault-no-code");
  fail (get (rig), AVB_ERROR, AVB_ERROR_INVALID, NULL);
  return NULL;
}

static DexFuture *
unrelated_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);

  wsman_rig_add (rig, "hostile-wrong-relates-to");
  fail (get (rig), AVB_ERROR, AVB_ERROR_INVALID, "uuid:00000000-0000-0000-0000-000000000000");
  wsman_rig_add (rig, "hostile-no-relates-to");
  fail (get (rig), AVB_ERROR, AVB_ERROR_INVALID, NULL);
  wsman_rig_add (rig, "hostile-entity-bomb");
  fail (get (rig), AVB_ERROR, AVB_ERROR_INVALID, "document type");
  wsman_rig_add (rig, "hostile-two-objects");
  fail (get (rig), AVB_ERROR, AVB_ERROR_INVALID, NULL);
  return NULL;
}

static DexFuture *
statuses_fiber (gpointer data)
{
  static const struct {
    guint    status;
    AvbError code;
  } all[] = {
    { 204, AVB_ERROR_INVALID },      { 400, AVB_ERROR_INVALID },     { 403, AVB_ERROR_PERMISSION },
    { 404, AVB_ERROR_INVALID },      { 407, AVB_ERROR_PERMISSION },  { 408, AVB_ERROR_UNAVAILABLE },
    { 429, AVB_ERROR_UNAVAILABLE },  { 500, AVB_ERROR_UNAVAILABLE }, { 503, AVB_ERROR_UNAVAILABLE },
    { 200, AVB_ERROR_INVALID },
  };
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      wsman_rig_add_raw (rig, all[i].status, NULL, NULL);
      fail (get (rig), AVB_ERROR, all[i].code, "HTTP ");
    }
  wsman_rig_add_raw (rig, 200, "text/html", "<html>Sign in to the hotel</html>");
  fail (get (rig), AVB_ERROR, AVB_ERROR_INVALID, "HTTP 200");
  wsman_rig_add_raw (rig, 500, "text/plain", "Internal error");
  fail (get (rig), AVB_ERROR, AVB_ERROR_UNAVAILABLE, "HTTP 500");
  wsman_rig_add_raw (rig, 200, SOAP, "<html>Sign in to the hotel</html>");
  fail (get (rig), AVB_ERROR, AVB_ERROR_INVALID, "no SOAP 1.2");
  wsman_rig_add_raw (rig, 200, SOAP, "");
  fail (get (rig), AVB_ERROR, AVB_ERROR_INVALID, NULL);
  return NULL;
}

static DexFuture *
redirect_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);
  g_autoptr (WsmanRig) other = wsman_rig_new (NULL);

  avb_wsman_client_set_login (rig->client, "user", "secret");
  wsman_rig_add_redirect (rig, other->address);
  fail (get (rig), AVB_ERROR, AVB_ERROR_INVALID, "HTTP 307");
  wsman_rig_add_redirect (rig, "file:///etc/passwd");
  fail (get (rig), AVB_ERROR, AVB_ERROR_INVALID, "HTTP 307");
  wsman_rig_add_redirect (rig, rig->address);
  fail (get (rig), AVB_ERROR, AVB_ERROR_INVALID, "HTTP 307");
  g_assert_cmpuint (other->requests->len, ==, 0);
  g_assert_cmpuint (rig->requests->len, ==, 3);
  return NULL;
}

static DexFuture *
huge_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);
  g_autofree char *text = g_strnfill (33 * 1024 * 1024, ' ');

  wsman_rig_add_raw (rig, 200, SOAP, text);
  fail (get (rig), AVB_ERROR, AVB_ERROR_INVALID, NULL);
  /* The next one is not disturbed by it. */
  wsman_rig_add (rig, "get-machine");
  avb_test_await (get (rig));
  return NULL;
}

static DexFuture *
slow_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);

  g_object_set (rig->client, "timeout", 1, NULL);
  wsman_rig_add_silence (rig);
  fail (get (rig), AVB_ERROR, AVB_ERROR_UNAVAILABLE, NULL);
  wsman_rig_check (rig, 0, "//w:OperationTimeout", "PT1.000S");
  wsman_rig_add (rig, "enumerate-context-only");
  wsman_rig_add_silence (rig);
  wsman_rig_add (rig, "release");
  fail (query (rig, 0), AVB_ERROR, AVB_ERROR_UNAVAILABLE, NULL);
  avb_test_until (is_released, rig);
  return NULL;
}

static DexFuture *
nobody_fiber (gpointer data)
{
  static const char *const none[] = { "", "nonsense", "ftp://127.0.0.1/wsman", "http://", "http://user:secret@127.0.0.1/wsman",
                                      "file:///etc/passwd" };
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);

  soup_server_disconnect (rig->server);
  fail (get (rig), AVB_ERROR, AVB_ERROR_UNAVAILABLE, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (none); i++)
    {
      g_autoptr (AvbWsmanClient) client = avb_wsman_client_new (none[i], "root/virtualization/v2");

      fail (avb_wsman_client_identify (client), AVB_ERROR, AVB_ERROR_INVALID, NULL);
    }
  return NULL;
}

static gboolean
garbage_cb (GSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  static const char text[] = "SSH-2.0-OpenSSH_9.9\r\n\r\n\x00\xff<s:Envelope/>";

  g_output_stream_write (g_io_stream_get_output_stream (G_IO_STREAM (connection)), text, sizeof (text), NULL, NULL);
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  return TRUE;
}

static DexFuture *
no_http_fiber (gpointer data)
{
  g_autoptr (GSocketService) service = g_socket_service_new ();
  guint port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (service), NULL, NULL);
  g_autofree char *uri = g_strdup_printf ("http://127.0.0.1:%u/wsman", port);
  g_autoptr (AvbWsmanClient) client = avb_wsman_client_new (uri, "root/virtualization/v2");
  g_autoptr (GError) error = NULL;

  g_signal_connect (service, "incoming", G_CALLBACK (garbage_cb), NULL);
  g_assert_false (dex_await (avb_wsman_client_identify (client), &error));
  g_test_message ("%s (%s)", error->message, avb_error_get_details (error));
  g_assert_cmpint (error->domain, ==, AVB_ERROR);
  g_assert_true (error->code == AVB_ERROR_INVALID || error->code == AVB_ERROR_UNAVAILABLE);
  g_socket_service_stop (service);
  g_socket_listener_close (G_SOCKET_LISTENER (service));
  return NULL;
}

/* --- logins --- */

static char *
basic (const char *user, const char *password)
{
  g_autofree char *both = g_strdup_printf ("%s:%s", user, password);
  g_autofree char *code = g_base64_encode ((const guchar *) both, strlen (both));

  return g_strconcat ("Basic ", code, NULL);
}

static DexFuture *
login_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);

  rig->login = basic ("user", "secret");
  rig->offer = "Basic realm=\"WSMAN\"";
  fail (get (rig), AVB_ERROR, AVB_ERROR_PERMISSION, "HTTP 401");
  g_assert_cmpuint (rig->requests->len, ==, 1);
  avb_wsman_client_set_login (rig->client, "user", "wrong");
  fail (get (rig), AVB_ERROR, AVB_ERROR_PERMISSION, "HTTP 401");
  g_assert_cmpuint (rig->requests->len, ==, 3);
  avb_wsman_client_set_login (rig->client, "user", "secret");
  wsman_rig_add (rig, "get-machine");
  avb_test_await (get (rig));
  avb_wsman_client_set_login (rig->client, NULL, NULL);
  fail (get (rig), AVB_ERROR, AVB_ERROR_PERMISSION, "HTTP 401");
  return NULL;
}

static void
try_ntlm (const char *name)
{
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);

  rig->ntlm = name;
  avb_wsman_client_set_login (rig->client, "user", "secret");
  wsman_rig_add (rig, "get-machine");
  avb_test_await (get (rig));
  /* Nothing, a greeting, the answer to the challenge: each with the whole request. */
  g_assert_cmpuint (rig->requests->len, ==, 3);
  g_assert_true (g_str_has_prefix (rig->logins->pdata[2], name));
  wsman_rig_check (rig, 2, "count(//w:Selector)", "2");
}

static DexFuture *
ntlm_fiber (gpointer data)
{
  try_ntlm ("NTLM");
  try_ntlm ("Negotiate");
  return NULL;
}

/* A weaker way than the ones we know, and one that asks for a ticket which nobody has */
static DexFuture *
offers_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);

  rig->login = g_strdup ("never");
  avb_wsman_client_set_login (rig->client, "user", "secret");
  rig->offer = "Digest realm=\"x\", nonce=\"y\", qop=\"auth\"";
  fail (get (rig), AVB_ERROR, AVB_ERROR_PERMISSION, "HTTP 401");
  rig->offer = "Negotiate";
  fail (get (rig), AVB_ERROR, AVB_ERROR_PERMISSION, "HTTP 401");
  rig->offer = "Strange";
  fail (get (rig), AVB_ERROR, AVB_ERROR_PERMISSION, "HTTP 401");
  for (guint i = 0; i < rig->logins->len; i++)
    g_assert_false (g_str_has_prefix (rig->logins->pdata[i], "Digest") || g_str_has_prefix (rig->logins->pdata[i], "Basic"));
  return NULL;
}

/* Not to anybody else in the clear. 0.0.0.0 leads to this computer, but is no address of loopback. */
static DexFuture *
clear_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);
  const char      *port = strrchr (rig->address, ':');
  g_autofree char *uri = g_strconcat ("http://0.0.0.0", port, NULL);
  g_autoptr (AvbWsmanClient) client = avb_wsman_client_new (uri, "root/virtualization/v2");

  rig->login = basic ("user", "secret");
  rig->offer = "Basic realm=\"WSMAN\"";
  avb_wsman_client_set_login (client, "user", "secret");
  fail (avb_wsman_client_identify (client), AVB_ERROR, AVB_ERROR_PERMISSION, "HTTP 401");
  g_assert_cmpuint (rig->logins->len, ==, 1);
  g_assert_cmpstr (rig->logins->pdata[0], ==, "");
  avb_wsman_client_close (client);
  return NULL;
}

/* --- closing --- */

static gboolean
has_held (WsmanRig *rig)
{
  return rig->held != NULL;
}

static DexFuture *
close_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);
  DexFuture *waiting;
  DexFuture *listing;

  wsman_rig_add_silence (rig);
  waiting = get (rig);
  avb_test_until (has_held, rig);
  wsman_rig_add_silence (rig);
  listing = query (rig, 0);
  avb_test_until_true (g_slist_length (rig->held) == 2);
  avb_wsman_client_close (rig->client);
  fail (waiting, G_IO_ERROR, G_IO_ERROR_CANCELLED, NULL);
  fail (listing, G_IO_ERROR, G_IO_ERROR_CANCELLED, NULL);
  fail (get (rig), G_IO_ERROR, G_IO_ERROR_CANCELLED, NULL);
  fail (avb_wsman_client_subscribe (rig->client, "SELECT * FROM X"), G_IO_ERROR, G_IO_ERROR_CANCELLED, NULL);
  g_assert_cmpuint (rig->requests->len, ==, 2);
  return NULL;
}

/* Nobody holds the client, and nobody waits. */
static DexFuture *
dropped_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);

  wsman_rig_add (rig, "get-machine");
  dex_unref (get (rig));
  avb_test_until_true (rig->requests->len == 1);
  wsman_rig_add (rig, "get-machine");
  avb_test_await (get (rig));
  return NULL;
}

static DexFuture *
overlap_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);
  DexFuture *calls[20];

  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      wsman_rig_add (rig, "get-machine");
      calls[i] = get (rig);
    }
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    avb_test_await (calls[i]);
  return NULL;
}

/* --- events --- */

#define WQL "SELECT * FROM __InstanceModificationEvent WITHIN 2 WHERE TargetInstance ISA 'Msvm_ComputerSystem'"

static DexFuture *
events_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);
  g_autofree char *context = NULL;
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (GPtrArray) none = NULL;
  g_autoptr (GPtrArray) last = NULL;

  wsman_rig_add (rig, "subscribe");
  context = avb_test_await_string (avb_wsman_client_subscribe (rig->client, WQL));
  wsman_rig_check (rig, 0, "//a:Action", "http://schemas.xmlsoap.org/ws/2004/08/eventing/Subscribe");
  wsman_rig_check (rig, 0, "//w:ResourceURI", PREFIX "*");
  wsman_rig_check (rig, 0, "//e:Subscribe/e:Delivery/@Mode", "http://schemas.dmtf.org/wbem/wsman/1/wsman/Pull");
  wsman_rig_check (rig, 0, "//e:Subscribe/w:Filter", WQL);
  wsman_rig_check (rig, 0, "//e:Subscribe/w:Filter/@Dialect", "http://schemas.microsoft.com/wbem/wsman/1/WQL");
  wsman_rig_check (rig, 0, "//e:Subscribe/e:Expires", "PT600.000S");
  wsman_rig_add (rig, "pull-events");
  events = avb_test_await_boxed (avb_wsman_client_pull_events (rig->client, context));
  g_assert_cmpuint (events->len, ==, 2);
  g_assert_cmpuint (
      avb_wmi_object_get_uint (avb_wmi_object_get_object_at (events->pdata[1], "TargetInstance", 0), "EnabledState", 0),
      ==, 3);
  wsman_rig_check (rig, 1, "//n:Pull/n:EnumerationContext", "uuid:E1");
  wsman_rig_add_fault (rig, "fault-timed-out");
  none = avb_test_await_boxed (avb_wsman_client_pull_events (rig->client, context));
  g_assert_cmpuint (none->len, ==, 0);
  wsman_rig_check (rig, 2, "//n:Pull/n:EnumerationContext", "uuid:E2");
  wsman_rig_add (rig, "pull-events-last");
  last = avb_test_await_boxed (avb_wsman_client_pull_events (rig->client, context));
  g_assert_cmpuint (last->len, ==, 1);
  fail (avb_wsman_client_pull_events (rig->client, context), AVB_ERROR, AVB_ERROR_NOT_FOUND, NULL);
  wsman_rig_add (rig, "unsubscribe");
  avb_test_await (avb_wsman_client_unsubscribe (rig->client, context));
  wsman_rig_check (rig, 4, "//a:Action", "http://schemas.xmlsoap.org/ws/2004/08/eventing/Unsubscribe");
  wsman_rig_check (rig, 4, "/s:Envelope/s:Header/e:Identifier", "430055A3-8146-49AA-A5C1-D87DC542AB0C");
  /* To the one host that we know, whatever address it names */
  wsman_rig_check (rig, 4, "//a:To", rig->address);
  fail (avb_wsman_client_unsubscribe (rig->client, context), AVB_ERROR, AVB_ERROR_NOT_FOUND, NULL);
  fail (avb_wsman_client_pull_events (rig->client, context), AVB_ERROR, AVB_ERROR_NOT_FOUND, NULL);
  return NULL;
}

static DexFuture *
no_events_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);

  wsman_rig_add_fault (rig, "fault-delivery-mode");
  fail (avb_wsman_client_subscribe (rig->client, WQL), AVB_ERROR, AVB_ERROR_NOT_SUPPORTED, NULL);
  wsman_rig_add_fault (rig, "fault-filter");
  fail (avb_wsman_client_subscribe (rig->client, WQL), AVB_ERROR, AVB_ERROR_NOT_SUPPORTED, NULL);
  wsman_rig_add_fault (rig, "fault-action-not-supported");
  fail (avb_wsman_client_subscribe (rig->client, WQL), AVB_ERROR, AVB_ERROR_NOT_SUPPORTED, NULL);
  wsman_rig_add (rig, "subscribe-without-context");
  fail (avb_wsman_client_subscribe (rig->client, WQL), AVB_ERROR, AVB_ERROR_NOT_SUPPORTED, NULL);
  fail (avb_wsman_client_pull_events (rig->client, "nobody"), AVB_ERROR, AVB_ERROR_NOT_FOUND, NULL);
  return NULL;
}

static DexFuture *
gone_events_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);
  g_autofree char *context = NULL;
  DexFuture *waiting;

  wsman_rig_add (rig, "subscribe-other-clock");
  context = avb_test_await_string (avb_wsman_client_subscribe (rig->client, WQL));
  wsman_rig_add_fault (rig, "fault-enumeration-timed-out");
  fail (avb_wsman_client_pull_events (rig->client, context), AVB_ERROR, AVB_ERROR_NOT_FOUND, NULL);
  wsman_rig_add_fault (rig, "fault-context");
  fail (avb_wsman_client_pull_events (rig->client, context), AVB_ERROR, AVB_ERROR_NOT_FOUND, NULL);
  wsman_rig_add (rig, "pull-end-only");
  fail (avb_wsman_client_pull_events (rig->client, context), AVB_ERROR, AVB_ERROR_NOT_FOUND, NULL);
  g_free (context);
  wsman_rig_add (rig, "subscribe");
  context = avb_test_await_string (avb_wsman_client_subscribe (rig->client, WQL));
  wsman_rig_add_silence (rig);
  waiting = avb_wsman_client_pull_events (rig->client, context);
  avb_test_until (has_held, rig);
  fail (avb_wsman_client_pull_events (rig->client, context), AVB_ERROR, AVB_ERROR_BUSY, NULL);
  avb_wsman_client_close (rig->client);
  fail (waiting, G_IO_ERROR, G_IO_ERROR_CANCELLED, NULL);
  return NULL;
}

static void
pull_once (WsmanRig *rig, const char *context)
{
  g_autoptr (GPtrArray) events = NULL;

  wsman_rig_add (rig, "pull-events");
  events = avb_test_await_boxed (avb_wsman_client_pull_events (rig->client, context));
  g_assert_cmpuint (events->len, ==, 2);
}

/* Half of a second later half of the lease is over. */
static DexFuture *
renew_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);
  g_autofree char *context = NULL;
  g_autofree char *other = NULL;

  wsman_rig_add (rig, "subscribe-short-lease");
  context = avb_test_await_string (avb_wsman_client_subscribe (rig->client, WQL));
  dex_await (dex_timeout_new_msec (600), NULL);
  wsman_rig_add (rig, "renew");
  pull_once (rig, context);
  wsman_rig_check (rig, 1, "//a:Action", "http://schemas.xmlsoap.org/ws/2004/08/eventing/Renew");
  wsman_rig_check (rig, 1, "/s:Envelope/s:Header/e:Identifier", "S-1");
  wsman_rig_check (rig, 1, "//e:Renew/e:Expires", "PT600.000S");
  wsman_rig_check (rig, 2, "count(//n:Pull)", "1");
  pull_once (rig, context);
  g_assert_cmpuint (rig->requests->len, ==, 4);
  /* A host that does not know it is asked once. */
  wsman_rig_add (rig, "subscribe-short-lease");
  other = avb_test_await_string (avb_wsman_client_subscribe (rig->client, WQL));
  dex_await (dex_timeout_new_msec (600), NULL);
  wsman_rig_add_fault (rig, "fault-renew");
  pull_once (rig, other);
  pull_once (rig, other);
  g_assert_cmpuint (rig->requests->len, ==, 8);
  return NULL;
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  avb_test_add_fiber ("/Avb/Wsman/get", get_fiber);
  avb_test_add_fiber ("/Avb/Wsman/identify", identify_fiber);
  avb_test_add_fiber ("/Avb/Wsman/invoke", invoke_fiber);
  avb_test_add_fiber ("/Avb/Wsman/pages", pages_fiber);
  avb_test_add_fiber ("/Avb/Wsman/one-page", one_page_fiber);
  avb_test_add_fiber ("/Avb/Wsman/limit", limit_fiber);
  avb_test_add_fiber ("/Avb/Wsman/broken-page", broken_page_fiber);
  avb_test_add_fiber ("/Avb/Wsman/endless", endless_fiber);
  avb_test_add_fiber ("/Avb/Wsman/endless-objects", endless_objects_fiber);
  avb_test_add_fiber ("/Avb/Wsman/faults", faults_fiber);
  avb_test_add_fiber ("/Avb/Wsman/unrelated", unrelated_fiber);
  avb_test_add_fiber ("/Avb/Wsman/statuses", statuses_fiber);
  avb_test_add_fiber ("/Avb/Wsman/redirect", redirect_fiber);
  avb_test_add_fiber ("/Avb/Wsman/huge", huge_fiber);
  avb_test_add_fiber ("/Avb/Wsman/slow", slow_fiber);
  avb_test_add_fiber ("/Avb/Wsman/nobody", nobody_fiber);
  avb_test_add_fiber ("/Avb/Wsman/no-http", no_http_fiber);
  avb_test_add_fiber ("/Avb/Wsman/login", login_fiber);
  avb_test_add_fiber ("/Avb/Wsman/ntlm", ntlm_fiber);
  avb_test_add_fiber ("/Avb/Wsman/offers", offers_fiber);
  avb_test_add_fiber ("/Avb/Wsman/clear", clear_fiber);
  avb_test_add_fiber ("/Avb/Wsman/close", close_fiber);
  avb_test_add_fiber ("/Avb/Wsman/dropped", dropped_fiber);
  avb_test_add_fiber ("/Avb/Wsman/overlap", overlap_fiber);
  avb_test_add_fiber ("/Avb/Wsman/events", events_fiber);
  avb_test_add_fiber ("/Avb/Wsman/no-events", no_events_fiber);
  avb_test_add_fiber ("/Avb/Wsman/gone-events", gone_events_fiber);
  avb_test_add_fiber ("/Avb/Wsman/renew", renew_fiber);
  return g_test_run ();
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-host.h"
#include "tests/hyperv/simulator-client.h"

#include <string.h>

/* The knobs, and who may come in. */

static Answer *
get_service (Rig *rig)
{
  return get_instance (rig, WMI_V2 "Msvm_ImageManagementService", NULL);
}

static Answer *
get_badly (Rig *rig, HypervFail kind)
{
  hyperv_simulator_fail_next (rig->sim, "Get", kind);
  return get_service (rig);
}

static void
test_faults (Rig *rig, gconstpointer unused)
{
  g_autoptr (Answer) fault = get_badly (rig, HYPERV_FAIL_FAULT);
  g_autoptr (Answer) bare = get_badly (rig, HYPERV_FAIL_FAULT_WITHOUT_DETAIL);
  g_autoptr (Answer) denied = get_badly (rig, HYPERV_FAIL_ACCESS_DENIED);
  g_autoptr (Answer) late = get_badly (rig, HYPERV_FAIL_TIMED_OUT);
  g_autoptr (Answer) good = get_service (rig);

  assert_fault (fault, "InternalError");
  g_assert_cmpuint (count_of (fault, "WSManFault"), ==, 1);
  g_assert_cmpuint (count_of (bare, "Fault"), ==, 1);
  g_assert_cmpuint (count_of (bare, "Detail"), ==, 0);
  assert_fault (denied, "AccessDenied");
  assert_fault (late, "TimedOut");
  g_assert_cmpuint (good->status, ==, 200);
}

static void
test_http (Rig *rig, gconstpointer unused)
{
  static const struct {
    HypervFail kind;
    guint      status;
  } cases[] = {
    { HYPERV_FAIL_UNAVAILABLE, 503 }, { HYPERV_FAIL_SERVER_ERROR, 500 }, { HYPERV_FAIL_UNAUTHORIZED, 401 },
    { HYPERV_FAIL_DROP, 0 },          { HYPERV_FAIL_CUT, 0 },            { HYPERV_FAIL_GARBAGE, 200 },
    { HYPERV_FAIL_EMPTY, 200 },       { HYPERV_FAIL_ENTITIES, 200 },     { HYPERV_FAIL_HUGE, 200 },
    { HYPERV_FAIL_DEEP, 200 },        { HYPERV_FAIL_REDIRECT, 302 },     { HYPERV_FAIL_REDIRECT_LOOP, 302 },
    { HYPERV_FAIL_WRONG_NAMESPACES, 200 }, { HYPERV_FAIL_WRONG_RELATES_TO, 200 },
  };
  g_autoptr (Answer) status = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (Answer) answer = get_badly (rig, cases[i].kind);
      g_autoptr (Answer) good = NULL;

      g_assert_cmpuint (answer->status, ==, cases[i].status);
      if (cases[i].kind == HYPERV_FAIL_HUGE)
        g_assert_cmpuint (count_of (answer, "x"), ==, 100000);
      if (cases[i].kind == HYPERV_FAIL_WRONG_NAMESPACES)
        g_assert_nonnull (strstr (answer->text, "http://nowhere.example/"));
      if (cases[i].kind == HYPERV_FAIL_WRONG_RELATES_TO)
        assert_text (answer, "RelatesTo", "uuid:00000000-0000-0000-0000-000000000000");
      good = get_service (rig);
      g_assert_cmpuint (good->status, ==, 200);
    }
  hyperv_simulator_fail_status (rig->sim, NULL, 418);
  status = get_service (rig);
  g_assert_cmpuint (status->status, ==, 418);
}

static void
test_no_answer (Rig *rig, gconstpointer unused)
{
  g_autoptr (Answer) answer = NULL;
  g_autoptr (Answer) good = NULL;

  soup_session_set_timeout (rig->session, 1);
  answer = get_badly (rig, HYPERV_FAIL_NO_ANSWER);
  g_assert_cmpuint (answer->status, ==, 0);
  soup_session_set_timeout (rig->session, 60);
  good = get_service (rig);
  g_assert_cmpuint (good->status, ==, 200);
}

static void
test_returns (Rig *rig, gconstpointer unused)
{
  g_autofree char *id = hyperv_simulator_add_machine (rig->sim, "A", 2, HYPERV_STATE_DISABLED);
  g_autofree char *selectors = g_strdup_printf ("CreationClassName=Msvm_ComputerSystem;Name=%s", id);
  g_autoptr (Answer) forced = NULL;
  g_autoptr (Answer) slow = NULL;

  hyperv_simulator_return_next (rig->sim, "RequestStateChange", 32768);
  forced = invoke (rig, "Msvm_ComputerSystem", selectors, "RequestStateChange", "<p:RequestedState>2</p:RequestedState>");
  assert_return (forced, 32768);
  g_assert_cmpuint (hyperv_simulator_get_machine_state (rig->sim, id), ==, HYPERV_STATE_DISABLED);
  hyperv_simulator_delay_next (rig->sim, "Get", 30);
  slow = get_service (rig);
  g_assert_cmpuint (slow->status, ==, 200);
}

static void
test_endless (Rig *rig, gconstpointer unused)
{
  g_autoptr (Answer) first = NULL;
  g_autofree char *context = NULL;

  hyperv_simulator_set_endless_pulls (rig->sim, TRUE);
  first = enumerate (rig, WMI_V2 "Msvm_VirtualEthernetSwitch", NULL, 50);
  context = text_of (first, "EnumerationContext");
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (Answer) page = pull (rig, context, 50);

      g_assert_cmpuint (count_of (page, "Msvm_VirtualEthernetSwitch"), ==, 2);
      g_assert_cmpuint (count_of (page, "EndOfSequence"), ==, 0);
    }
}

static void
test_wrong_namespaces (Rig *rig, gconstpointer unused)
{
  g_autoptr (Answer) answer = NULL;

  hyperv_simulator_set_wrong_namespaces (rig->sim, TRUE);
  answer = get_service (rig);
  g_assert_cmpuint (answer->status, ==, 200);
  g_assert_null (strstr (answer->text, NS_WSA));
}

static void
test_clock (Rig *rig, gconstpointer unused)
{
  g_autoptr (SoupMessage) message = soup_message_new ("GET", hyperv_simulator_get_uri (rig->sim));
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GDateTime) date = NULL;

  hyperv_simulator_set_clock_skew (rig->sim, 864000);
  bytes = soup_session_send_and_read (rig->session, message, NULL, NULL);
  g_assert_cmpuint (soup_message_get_status (message), ==, 405);
  date = soup_date_time_new_from_http_string (soup_message_headers_get_one (soup_message_get_response_headers (message), "Date"));
  g_assert_cmpint (g_date_time_to_unix (date), >, g_get_real_time () / G_USEC_PER_SEC + 863000);
}

static void
test_reboot (Rig *rig, gconstpointer unused)
{
  g_autofree char *id = hyperv_simulator_add_machine (rig->sim, "A", 2, HYPERV_STATE_ENABLED);
  g_autofree char *other = hyperv_simulator_add_machine (rig->sim, "B", 2, HYPERV_STATE_DISABLED);
  g_autofree char *selectors = g_strdup_printf ("CreationClassName=Msvm_ComputerSystem;Name=%s", other);
  g_autoptr (Answer) context = enumerate (rig, WMI_V2 "Msvm_ResourcePool", NULL, 0);
  g_autoptr (Answer) job = NULL;
  g_autoptr (Answer) refused = NULL;
  gboolean back = FALSE;

  hyperv_simulator_hang_next_job (rig->sim);
  job = invoke (rig, "Msvm_ComputerSystem", selectors, "RequestStateChange", "<p:RequestedState>2</p:RequestedState>");
  assert_return (job, 4096);
  hyperv_simulator_reboot (rig->sim, 300, FALSE);
  refused = get_service (rig);
  g_assert_cmpuint (refused->status, ==, 0);
  g_assert_cmpuint (hyperv_simulator_get_n_contexts (rig->sim), ==, 0);
  g_assert_cmpuint (hyperv_simulator_get_n_jobs (rig->sim), ==, 0);
  g_assert_cmpuint (hyperv_simulator_get_machine_state (rig->sim, id), ==, HYPERV_STATE_DISABLED);
  g_assert_cmpuint (hyperv_simulator_get_machine_state (rig->sim, other), ==, HYPERV_STATE_DISABLED);
  while (!back)
    {
      g_autoptr (Answer) answer = get_service (rig);

      back = answer->status == 200;
      g_usleep (5000);
    }
}

static void
test_counts (Rig *rig, gconstpointer unused)
{
  g_autoptr (Answer) first = get_service (rig);
  g_autoptr (Answer) second = NULL;

  hyperv_simulator_reset_counts (rig->sim);
  second = get_service (rig);
  g_assert_cmpuint (hyperv_simulator_get_n_requests (rig->sim, NULL), ==, 1);
  g_assert_cmpuint (hyperv_simulator_get_n_requests (rig->sim, "Get"), ==, 1);
  g_assert_cmpuint (hyperv_simulator_get_n_requests (rig->sim, "Pull"), ==, 0);
  g_assert_cmpuint (hyperv_simulator_get_bytes_sent (rig->sim), ==, strlen (second->text));
  g_assert_cmpuint (hyperv_simulator_get_bytes_received (rig->sim), >, 100);
  hyperv_simulator_drop_connections (rig->sim);
  g_clear_pointer (&second, answer_free);
  second = get_service (rig);
  g_assert_cmpuint (second->status, ==, 200);
}

void
add_trouble_tests (void)
{
  ADD ("faults", test_faults);
  ADD ("http", test_http);
  ADD ("no-answer", test_no_answer);
  ADD ("returns", test_returns);
  ADD ("endless", test_endless);
  ADD ("wrong-namespaces", test_wrong_namespaces);
  ADD ("clock", test_clock);
  ADD ("reboot", test_reboot);
  ADD ("counts", test_counts);
}

/* --- who may come in ----------------------------------------------------------------------------- */

static const char *tried_password;

static gboolean
authenticate_cb (SoupMessage *message, SoupAuth *auth, gboolean retrying, gpointer user)
{
  if (retrying)
    return FALSE;
  soup_auth_authenticate (auth, user, tried_password);
  return TRUE;
}

static guint
try_get (Rig *rig, const char *user, const char *password)
{
  g_autoptr (SoupMessage) message = soup_message_new ("POST", hyperv_simulator_get_uri (rig->sim));
  g_autoptr (GBytes) request = g_bytes_new_static ("x", 1);
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (SoupSession) session = soup_session_new ();

  soup_session_set_proxy_resolver (session, NULL);
  soup_session_add_feature_by_type (session, SOUP_TYPE_AUTH_NTLM);
  tried_password = password;
  soup_message_set_request_body_from_bytes (message, "application/soap+xml;charset=UTF-8", request);
  if (user != NULL)
    g_signal_connect (message, "authenticate", G_CALLBACK (authenticate_cb), (gpointer) user);
  bytes = soup_session_send_and_read (session, message, NULL, NULL);
  return soup_message_get_status (message);
}

/* 500: it came as far as to be no SOAP. */
static void
test_basic (Rig *rig, gconstpointer unused)
{
  hyperv_simulator_set_auth (rig->sim, HYPERV_SIMULATOR_AUTH_BASIC, "admin", "secret");
  g_assert_cmpuint (try_get (rig, NULL, NULL), ==, 401);
  g_assert_cmpuint (try_get (rig, "admin", "wrong"), ==, 401);
  g_assert_cmpuint (try_get (rig, "other", "secret"), ==, 401);
  g_assert_cmpuint (try_get (rig, "admin", "secret"), ==, 500);
}

/* libsoup as the client. It makes no UTF-16 of passwords that are not ASCII, and would be refused with one. */
static void
test_ntlm (Rig *rig, gconstpointer unused)
{
  hyperv_simulator_set_auth (rig->sim, HYPERV_SIMULATOR_AUTH_NTLM | HYPERV_SIMULATOR_AUTH_NEGOTIATE, "Admin", "secret");
  g_assert_cmpuint (try_get (rig, NULL, NULL), ==, 401);
  g_assert_cmpuint (try_get (rig, "Admin", "wrong"), ==, 401);
  g_assert_cmpuint (try_get (rig, "Admin", "secret"), ==, 500);
  g_assert_cmpuint (try_get (rig, "HOST\\Admin", "secret"), ==, 500);
  hyperv_simulator_set_auth (rig->sim, HYPERV_SIMULATOR_AUTH_NEGOTIATE, "Admin", "secret");
  g_assert_cmpuint (try_get (rig, "Admin", "secret"), ==, 401);
}

/* RFC 1320 annex A.5 */
static void
test_md4 (void)
{
  static const struct {
    const char *text, *digest;
  } cases[] = {
    { "", "31d6cfe0d16ae931b73c59d7e0c089c0" },
    { "abc", "a448017aaf21d8525fc10ae87aa6729d" },
    { "message digest", "d9130a8164549fe818874806e1c7014b" },
    { "12345678901234567890123456789012345678901234567890123456789012345678901234567890", "e33b4ddc9c38f2199c3e7b164fcc0536" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      guint8 digest[16];
      g_autoptr (GString) hex = g_string_new (NULL);

      hv_md4 ((const guint8 *) cases[i].text, strlen (cases[i].text), digest);
      for (guint j = 0; j < 16; j++)
        g_string_append_printf (hex, "%02x", digest[j]);
      g_assert_cmpstr (hex->str, ==, cases[i].digest);
    }
}

static GTlsCertificateFlags seen_flags;

static gboolean
accept_cb (SoupMessage *message, GTlsCertificate *certificate, GTlsCertificateFlags flags, gpointer pem)
{
  seen_flags = flags;
  g_object_get (certificate, "certificate-pem", pem, NULL);
  return TRUE;
}

static char *
see_certificate (HypervSimulator *sim)
{
  g_autoptr (SoupSession) session = soup_session_new ();
  g_autoptr (SoupMessage) message = soup_message_new ("POST", hyperv_simulator_get_uri (sim));
  g_autoptr (GBytes) bytes = NULL;
  char *pem = NULL;

  g_signal_connect (message, "accept-certificate", G_CALLBACK (accept_cb), &pem);
  bytes = soup_session_send_and_read (session, message, NULL, NULL);
  g_assert_cmpuint (soup_message_get_status (message), ==, 500);
  return pem;
}

static void
test_tls (void)
{
  g_autoptr (HypervSimulator) sim = hyperv_simulator_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *first = NULL, *shown = NULL, *second = NULL, *third = NULL;

  hyperv_simulator_set_tls (sim, TRUE);
  g_assert_true (hyperv_simulator_start (sim, &error));
  g_assert_no_error (error);
  g_assert_true (g_str_has_prefix (hyperv_simulator_get_uri (sim), "https://"));
  first = see_certificate (sim);
  shown = hyperv_simulator_dup_certificate (sim);
  g_assert_cmpstr (g_strstrip (first), ==, g_strstrip (shown));
  g_assert_cmpint (seen_flags & G_TLS_CERTIFICATE_EXPIRED, ==, 0);
  g_assert_cmpint (seen_flags & G_TLS_CERTIFICATE_BAD_IDENTITY, ==, 0);
  hyperv_simulator_change_certificate (sim, HYPERV_SIMULATOR_CERTIFICATE_EXPIRED);
  second = see_certificate (sim);
  g_assert_cmpstr (second, !=, first);
  g_assert_cmpint (seen_flags & G_TLS_CERTIFICATE_EXPIRED, !=, 0);
  hyperv_simulator_change_certificate (sim, HYPERV_SIMULATOR_CERTIFICATE_FOREIGN);
  third = see_certificate (sim);
  g_assert_cmpint (seen_flags & G_TLS_CERTIFICATE_BAD_IDENTITY, !=, 0);
}

void
add_auth_tests (void)
{
  ADD ("basic", test_basic);
  ADD ("ntlm", test_ntlm);
  g_test_add_func ("/Hyperv/Simulator/md4", test_md4);
  g_test_add_func ("/Hyperv/Simulator/tls", test_tls);
}

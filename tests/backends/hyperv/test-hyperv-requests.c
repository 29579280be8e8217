/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <string.h>

#include "backends/avb-certificate-request.h"
#include "backends/avb-error.h"
#include "backends/avb-password-request.h"
#include "backends/hyperv/avb-hyperv-backend.h"
#include "backends/hyperv/avb-hyperv-connection.h"
#include "tests/avb-test.h"
#include "tests/backends/hyperv/hyperv-rig.h"

/* What is asked of the user, and addresses. */

/* --- Requests to the user --- */

static AvbRequest *
wait_for_request (AvbConnection *connection)
{
  avb_test_until_true (avb_connection_get_request (connection) != NULL);
  return avb_connection_get_request (connection);
}

static void
give_password (AvbConnection *connection, guint attempt, const char *password)
{
  AvbPasswordRequest *request;

  avb_test_until_true (avb_connection_get_request (connection) != NULL
                       && !avb_request_is_answered (avb_connection_get_request (connection))
                       && AVB_IS_PASSWORD_REQUEST (avb_connection_get_request (connection)));
  request = AVB_PASSWORD_REQUEST (avb_connection_get_request (connection));
  g_assert_cmpstr (avb_password_request_get_user (request), ==, "admin");
  g_assert_cmpstr (avb_request_get_host (AVB_REQUEST (request)), ==, "127.0.0.1");
  g_assert_cmpuint (avb_password_request_get_attempt (request), ==, attempt);
  g_assert_cmpint (avb_password_request_get_wrong (request), ==, attempt > 1);
  avb_password_request_give (request, password, FALSE);
}

static DexFuture *
test_password (gpointer data)
{
  g_autoptr (HypervSimulator) host = hyperv_rig_new_host ();
  g_autoptr (AvbConnection) connection = NULL;

  hyperv_simulator_set_auth (host, HYPERV_SIMULATOR_AUTH_NTLM | HYPERV_SIMULATOR_AUTH_BASIC, "admin", "sesam");
  hyperv_rig_start (host);
  connection = hyperv_rig_connect_as (host, "admin@", FALSE);
  give_password (connection, 1, "wrong");
  give_password (connection, 2, "sesam");
  avb_test_until (hyperv_rig_is_up, connection);
  g_assert_null (avb_connection_get_request (connection));
  /* It is known from here on. */
  hyperv_simulator_reboot (host, 300, TRUE);
  avb_test_until (hyperv_rig_is_lost, connection);
  avb_test_until (hyperv_rig_is_up, connection);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

static DexFuture *
test_password_is_refused (gpointer data)
{
  g_autoptr (HypervSimulator) host = hyperv_rig_new_host ();
  g_autoptr (AvbConnection) connection = NULL;
  guint n;

  hyperv_simulator_set_auth (host, HYPERV_SIMULATOR_AUTH_BASIC, "admin", "sesam");
  hyperv_rig_start (host);
  connection = hyperv_rig_connect_as (host, "admin@", FALSE);
  for (guint i = 1; i <= 3; i++)
    give_password (connection, i, "wrong");
  avb_test_until (hyperv_rig_is_lost, connection);
  g_assert_nonnull (avb_connection_get_link_error (connection));
  n = hyperv_simulator_get_n_requests (host, NULL);
  dex_await (dex_timeout_new_msec (1500), NULL);
  g_assert_cmpuint (hyperv_simulator_get_n_requests (host, NULL), ==, n);
  g_assert_null (avb_connection_get_request (connection));
  /* The user wants to: from the beginning. */
  avb_connection_retry (connection);
  give_password (connection, 1, "sesam");
  avb_test_until (hyperv_rig_is_up, connection);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

static DexFuture *
test_password_is_cancelled (gpointer data)
{
  g_autoptr (HypervSimulator) host = hyperv_rig_new_host ();
  g_autoptr (AvbConnection) connection = NULL;
  g_autoptr (AvbConnection) nobody = NULL;
  g_autoptr (AvbConnection) closed = NULL;

  hyperv_simulator_set_auth (host, HYPERV_SIMULATOR_AUTH_BASIC, "admin", "sesam");
  hyperv_rig_start (host);
  connection = hyperv_rig_connect_as (host, "admin@", FALSE);
  avb_request_cancel (wait_for_request (connection));
  avb_test_until (hyperv_rig_is_lost, connection);
  avb_test_await (avb_connection_close (connection));
  /* Who nobody said to be is not asked for. */
  nobody = hyperv_rig_connect_as (host, "", FALSE);
  avb_test_until (hyperv_rig_is_lost, nobody);
  g_assert_nonnull (strstr (avb_connection_get_link_error (nobody), "user@host"));
  avb_test_await (avb_connection_close (nobody));
  closed = hyperv_rig_connect_as (host, "admin@", FALSE);
  wait_for_request (closed);
  avb_test_await (avb_connection_close (closed));
  avb_test_until_true (avb_connection_get_request (closed) == NULL);
  return NULL;
}

static void
trust (AvbConnection *connection, gboolean changed)
{
  AvbCertificateRequest *request;

  avb_test_until_true (avb_connection_get_request (connection) != NULL
                       && !avb_request_is_answered (avb_connection_get_request (connection))
                       && AVB_IS_CERTIFICATE_REQUEST (avb_connection_get_request (connection)));
  request = AVB_CERTIFICATE_REQUEST (avb_connection_get_request (connection));
  g_assert_cmpint (avb_certificate_request_get_changed (request), ==, changed);
  avb_certificate_request_trust (request);
}

static DexFuture *
test_certificate (gpointer data)
{
  g_autoptr (HypervSimulator) host = hyperv_rig_new_host ();
  g_autoptr (AvbConnection) connection = NULL;

  hyperv_simulator_set_tls (host, TRUE);
  hyperv_simulator_set_auth (host, HYPERV_SIMULATOR_AUTH_BASIC, "admin", "sesam");
  hyperv_rig_start (host);
  connection = hyperv_rig_connect_as (host, "admin@", TRUE);
  trust (connection, FALSE);
  give_password (connection, 1, "sesam");
  avb_test_until (hyperv_rig_is_up, connection);
  /* Another one: it is asked again, and says so; the password goes nowhere meanwhile. */
  hyperv_simulator_change_certificate (host, HYPERV_SIMULATOR_CERTIFICATE_EXPIRED);
  trust (connection, TRUE);
  avb_test_until (hyperv_rig_is_up, connection);
  hyperv_simulator_change_certificate (host, HYPERV_SIMULATOR_CERTIFICATE_FOREIGN);
  avb_request_cancel (wait_for_request (connection));
  avb_test_until (hyperv_rig_is_lost, connection);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

/* --- Addresses --- */

static DexFuture *
test_addresses (gpointer data)
{
  static const char *const bad[] = { "hyperv://",           "hyperv://host/path",          "hyperv://user:secret@host",
                                     "hyperv://host?x=y",   "hyperv://host?transport=ftp", "hyperv://host?transport=http&x=1",
                                     "hyperv://host:port",  "hyperv://[::1" };
  g_autoptr (AvbBackend) backend = avb_hyperv_backend_new ();
  g_autoptr (AvbConnection) connection = NULL;

  g_assert_cmpstr (avb_backend_get_id (backend), ==, "hyperv");
  g_assert_null (avb_backend_get_default_uri (backend));
  g_assert_true (avb_backend_handles_uri (backend, "hyperv://a@b"));
  g_assert_false (avb_backend_handles_uri (backend, "qemu:///session"));
  avb_test_await (avb_backend_probe (backend));
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (AvbConnection) wrong = avb_backend_connect (backend, bad[i]);

      g_assert_true (hyperv_rig_is_lost (wrong));
      g_assert_nonnull (avb_connection_get_link_error (wrong));
      avb_connection_retry (wrong);
      avb_test_await (avb_connection_close (wrong));
    }
  /* Nobody is there. */
  connection = avb_backend_connect (backend, "hyperv://127.0.0.1:9?transport=http");
  avb_test_until (hyperv_rig_is_lost, connection);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

static DexFuture *
test_no_hyperv (gpointer data)
{
  g_autoptr (HypervSimulator) host = hyperv_rig_new_host ();
  g_autoptr (AvbConnection) connection = NULL;

  hyperv_rig_start (host);
  hyperv_simulator_set_wrong_namespaces (host, TRUE);
  connection = hyperv_rig_connect_as (host, "", FALSE);
  avb_test_until (hyperv_rig_is_lost, connection);
  hyperv_simulator_set_wrong_namespaces (host, FALSE);
  avb_test_until (hyperv_rig_is_up, connection);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

/* Where VMConnect is, for whom, and what the machine is called there. */
static DexFuture *
test_vmconnect (gpointer data)
{
  g_autoptr (HypervSimulator) host = hyperv_rig_new_host ();
  g_autoptr (AvbConnection) connection = NULL;
  g_autofree char *id = hyperv_simulator_add_machine (host, "shows", 2, HYPERV_STATE_ENABLED);
  g_autoptr (AvbConsoleEndpoint) usual = NULL;
  g_autoptr (AvbConsoleEndpoint) other = NULL;
  g_autoptr (AvbConsoleEndpoint) denied = NULL;
  AvbMachine *machine;

  hyperv_simulator_set_auth (host, HYPERV_SIMULATOR_AUTH_NTLM | HYPERV_SIMULATOR_AUTH_BASIC, "admin", "sesam");
  hyperv_rig_start (host);
  connection = hyperv_rig_connect_as (host, "admin@", FALSE);
  give_password (connection, 1, "sesam");
  avb_test_until (hyperv_rig_is_up, connection);
  machine = hyperv_rig_find (connection, "shows");
  usual = avb_test_await_boxed (avb_machine_find_console (machine));
  g_assert_cmpint (usual->kind, ==, AVB_CONSOLE_RDP_HOST);
  g_assert_cmpstr (usual->host, ==, "127.0.0.1");
  g_assert_cmpuint (usual->port, ==, 2179);
  g_assert_cmpstr (usual->user, ==, "admin");
  g_assert_cmpstr (usual->password, ==, "sesam");
  g_assert_cmpstr (usual->id, ==, id);
  hyperv_simulator_set_console_port (host, 12179);
  other = avb_test_await_boxed (avb_machine_find_console (machine));
  g_assert_cmpuint (other->port, ==, 12179);
  /* Who may not ask for it tries the usual one. */
  hyperv_simulator_fail_next (host, "Enumerate", HYPERV_FAIL_ACCESS_DENIED);
  denied = avb_test_await_boxed (avb_machine_find_console (machine));
  g_assert_cmpint (denied->kind, ==, AVB_CONSOLE_RDP_HOST);
  g_assert_cmpuint (denied->port, ==, 2179);
  avb_test_await (avb_connection_close (connection));
  return NULL;
}

int
main (int argc, char **argv)
{
  static const HypervRigTest tests[] = {
    { "vmconnect", test_vmconnect },
    { "password", test_password },
    { "password-is-refused", test_password_is_refused },
    { "password-is-cancelled", test_password_is_cancelled },
    { "certificate", test_certificate },
    { "addresses", test_addresses },
    { "no-hyperv", test_no_hyperv },
    { NULL, NULL },
  };

  return hyperv_rig_main (argc, argv, tests);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Displays on other hosts: who they are, and what they send instead of SPICE. */

#include "config.h"

#include <glib/gstdio.h>

#include "tests/avb-test.h"
#include "tests/console/console-rig.h"
#include "backends/avb-certificate-request.h"
#include "backends/avb-known-certificates.h"
#include "backends/avb-password-request.h"
#include "ui/console/avb-spice-session.h"

typedef struct {
  RigServer          *server;
  AvbMachine         *machine;
  AvbConsole         *console;
  GtkWindow          *window;
  AvbConsoleEndpoint *endpoint;
} Rig;

static char *folder; /* of certificates, made once */

static void G_GNUC_NULL_TERMINATED
run (const char *program, ...)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  va_list list;

  va_start (list, program);
  for (const char *argument = program; argument != NULL; argument = va_arg (list, const char *))
    g_ptr_array_add (arguments, (char *) argument);
  va_end (list);
  g_ptr_array_add (arguments, NULL);
  process = g_subprocess_newv ((const char *const *) arguments->pdata,
                               G_SUBPROCESS_FLAGS_STDERR_SILENCE,
                               &error);
  g_assert_no_error (error);
  g_subprocess_wait_check (process, NULL, &error);
  g_assert_no_error (error);
}

static char *
in_folder (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

/* An authority, and a certificate of its for 127.0.0.1. */
static void
make_certificates (void)
{
  g_autofree char *ca = NULL, *ca_key = NULL, *cert = NULL, *key = NULL;

  folder = g_build_filename (g_get_home_dir (), "certificates", NULL);
  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  ca = in_folder ("ca.pem");
  ca_key = in_folder ("ca-key.pem");
  cert = in_folder ("cert.pem");
  key = in_folder ("key.pem");
  run ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
       "-keyout", ca_key, "-out", ca, "-days", "30", "-subj", "/CN=Rig Authority", NULL);
  run ("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
       "-keyout", key, "-out", cert, "-days", "30", "-subj", "/O=Rig/CN=rig.example", "-CA", ca, "-CAkey", ca_key,
       "-addext", "basicConstraints=critical,CA:FALSE", "-addext", "subjectAltName=IP:127.0.0.1", NULL);
}

/* What other SPICE viewers trust. */
static void
trust_authority (gboolean trust)
{
  g_autofree char *directory = g_build_filename (g_get_home_dir (), ".spicec", NULL);
  g_autofree char *store = g_build_filename (directory, "spice_truststore.pem", NULL);
  g_autofree char *ca = in_folder ("ca.pem");
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_unlink (store);
  if (!trust)
    return;
  g_mkdir_with_parents (directory, 0700);
  g_file_get_contents (ca, &text, NULL, &error);
  g_assert_no_error (error);
  g_file_set_contents (store, text, -1, &error);
  g_assert_no_error (error);
}

static void
forget_certificates (void)
{
  g_autofree char *file
      = g_build_filename (g_get_user_data_dir (), "alpha-vbox", "known-certificates", NULL);

  g_unlink (file);
}

static gboolean
has_tls_port (gpointer server)
{
  g_autofree char *event = rig_server_events (server, "tls");

  return *event != '\0';
}

static void
set_up (Rig *rig, gconstpointer data)
{
  trust_authority (FALSE);
  forget_certificates ();
  rig->server = rig_server_new_tls (folder);
  rig->machine = rig_machine_new (rig_server_get_socket (rig->server));
  rig->console = AVB_CONSOLE (avb_console_new ());
  rig_server_command (rig->server, "noise 0 0 640 480 1");
  rig_wait (has_tls_port, rig->server, "the server tells its port");
  rig->endpoint = avb_console_endpoint_new (AVB_CONSOLE_SPICE_HOST);
  rig->endpoint->host = g_strdup ("127.0.0.1");
  rig->endpoint->tls_port = rig_server_get_port (rig->server, "tls");
  rig_machine_set_endpoint (rig->machine, rig->endpoint);
  avb_console_set_machine (rig->console, rig->machine);
  rig->window = rig_window_new (GTK_WIDGET (rig->console), 640, 480);
}

static void
tear_down (Rig *rig, gconstpointer data)
{
  gtk_window_destroy (rig->window);
  rig_server_free (rig->server);
  avb_console_endpoint_free (rig->endpoint);
  g_assert_finalize_object (rig->machine);
}

static AvbRequest *
wait_request (Rig *rig)
{
  rig_wait_status (rig->console, AVB_CONSOLE_ASKING);
  return avb_console_session_get_request (avb_console_get_session (rig->console));
}

static void
expect_shown (Rig *rig)
{
  rig_wait_status (rig->console, AVB_CONSOLE_CONNECTED);
  g_assert_null (avb_console_session_get_request (avb_console_get_session (rig->console)));
  rig_wait_texture (rig->console, rig->server, 640, 480);
}

/* The server has not heard a word of SPICE. */
static void
expect_untouched (Rig *rig)
{
  g_autofree char *events = NULL;

  rig_server_command (rig->server, "noise 0 0 1 1 1");
  events = rig_server_events (rig->server, "connected");
  g_assert_cmpstr (events, ==, "");
}

static void
test_verified (Rig *rig, gconstpointer data)
{
  trust_authority (TRUE);
  rig_machine_set_running (rig->machine, TRUE);
  expect_shown (rig);
}

/* By an authority that the endpoint names. */
static void
test_authority (Rig *rig, gconstpointer data)
{
  rig->endpoint->ca_file = in_folder ("ca.pem");
  rig_machine_set_endpoint (rig->machine, rig->endpoint);
  rig_machine_set_running (rig->machine, TRUE);
  expect_shown (rig);
}

/* The same certificate, but we wanted to speak with somebody else. */
static void
test_other_host (Rig *rig, gconstpointer data)
{
  AvbCertificateRequest *request;
  g_autofree char       *reasons = NULL;

  trust_authority (TRUE);
  g_set_str (&rig->endpoint->host, "localhost");
  rig_machine_set_endpoint (rig->machine, rig->endpoint);
  rig_machine_set_running (rig->machine, TRUE);
  request = AVB_CERTIFICATE_REQUEST (wait_request (rig));
  reasons = avb_certificate_request_dup_reasons (request);
  g_assert_nonnull (strstr (reasons, "made for another host"));
  g_assert_cmpstr (avb_request_get_host (AVB_REQUEST (request)), ==, "localhost");
  expect_untouched (rig);
}

static char *
expected_fingerprint (void)
{
  g_autofree char *file = in_folder ("cert.pem");
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                                                      &error,
                                                      "openssl", "x509", "-in", file, "-noout",
                                                      "-fingerprint", "-sha256",
                                                      NULL);
  g_autofree char *output = NULL;
  GString         *digits = g_string_new (NULL);

  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  for (const char *p = strchr (output, '=') + 1; *p != '\0'; p++)
    if (g_ascii_isxdigit (*p))
      g_string_append_c (digits, g_ascii_tolower (*p));
  return g_string_free (digits, FALSE);
}

static void
test_untrusted (Rig *rig, gconstpointer data)
{
  AvbCertificateRequest *request;
  g_autofree char       *subject = NULL, *issuer = NULL, *reasons = NULL, *fingerprint = NULL;
  g_autoptr (GDateTime) end = NULL;
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

  rig_machine_set_running (rig->machine, TRUE);
  request = AVB_CERTIFICATE_REQUEST (wait_request (rig));
  subject = avb_certificate_request_dup_subject (request);
  issuer = avb_certificate_request_dup_issuer (request);
  reasons = avb_certificate_request_dup_reasons (request);
  end = avb_certificate_request_dup_not_after (request);
  fingerprint = expected_fingerprint ();
  g_assert_nonnull (strstr (subject, "rig.example"));
  g_assert_nonnull (strstr (issuer, "Rig Authority"));
  g_assert_nonnull (strstr (reasons, "Nobody this computer trusts"));
  g_assert_cmpint (g_date_time_compare (end, now), >, 0);
  g_assert_cmpstr (avb_certificate_request_get_fingerprint (request), ==, fingerprint);
  g_assert_false (avb_certificate_request_get_changed (request));
  expect_untouched (rig);

  avb_request_cancel (AVB_REQUEST (request));
  g_assert_cmpint (avb_console_get_status (rig->console), ==, AVB_CONSOLE_FAILED);
  g_assert_nonnull (avb_console_get_message (rig->console));
  expect_untouched (rig);

  avb_console_reconnect (rig->console);
  avb_certificate_request_trust (AVB_CERTIFICATE_REQUEST (wait_request (rig)));
  expect_shown (rig);

  /* Trusted once, trusted later. */
  avb_console_set_machine (rig->console, NULL);
  avb_console_set_machine (rig->console, rig->machine);
  expect_shown (rig);
}

static DexFuture *
keep_fiber (gpointer data)
{
  Rig *rig = data;

  return avb_known_certificates_keep ("127.0.0.1", rig->endpoint->tls_port, "0123456789abcdef");
}

static void
test_changed (Rig *rig, gconstpointer data)
{
  AvbCertificateRequest *request;
  g_autoptr (DexFuture) kept = dex_scheduler_spawn (NULL, 0, keep_fiber, rig, NULL);

  while (dex_future_is_pending (kept))
    g_main_context_iteration (NULL, TRUE);
  rig_machine_set_running (rig->machine, TRUE);
  request = AVB_CERTIFICATE_REQUEST (wait_request (rig));
  g_assert_true (avb_certificate_request_get_changed (request));
  expect_untouched (rig);
  avb_certificate_request_trust (request);
  expect_shown (rig);
}

/* The answer comes too late. */
static void
test_withdrawn (Rig *rig, gconstpointer data)
{
  AvbCertificateRequest *request;

  rig_machine_set_running (rig->machine, TRUE);
  request = AVB_CERTIFICATE_REQUEST (g_object_ref (wait_request (rig)));
  rig_machine_set_running (rig->machine, FALSE);
  avb_certificate_request_trust (request);
  g_object_unref (request);
  g_assert_cmpint (avb_console_get_status (rig->console), ==, AVB_CONSOLE_IDLE);
  rig_machine_set_running (rig->machine, TRUE);
  wait_request (rig);
}

static void
test_password (Rig *rig, gconstpointer data)
{
  AvbRequest *request;

  trust_authority (TRUE);
  rig_server_command (rig->server, "password open-sesame");
  rig_machine_set_running (rig->machine, TRUE);
  request = wait_request (rig);
  g_assert_cmpstr (avb_request_get_host (request), ==, "127.0.0.1");
  avb_password_request_give (AVB_PASSWORD_REQUEST (request), "wrong", FALSE);
  avb_password_request_give (AVB_PASSWORD_REQUEST (wait_request (rig)), "open-sesame", FALSE);
  expect_shown (rig);
}

static void
test_reconnects (Rig *rig, gconstpointer data)
{
  trust_authority (TRUE);
  rig_machine_set_running (rig->machine, TRUE);
  expect_shown (rig);
  for (int i = 0; i < 10; i++)
    {
      rig_machine_set_running (rig->machine, FALSE);
      rig_machine_set_running (rig->machine, TRUE);
      for (int n = 0; n < i * 3; n++)
        g_main_context_iteration (NULL, FALSE);
    }
  expect_shown (rig);
  rig_server_kill (rig->server);
  rig_wait_status (rig->console, AVB_CONSOLE_LOST);
}

static void
use_tcp (Rig *rig)
{
  rig_server_command (rig->server, "listen");
  rig->endpoint->port = rig_server_get_port (rig->server, "tcp");
  rig->endpoint->tls_port = 0;
  rig_machine_set_endpoint (rig->machine, rig->endpoint);
}

static void
test_taken_over (Rig *rig, gconstpointer data)
{
  g_autoptr (AvbMachine) other = rig_machine_new (rig_server_get_socket (rig->server));
  AvbConsole *console = g_object_ref_sink (AVB_CONSOLE (avb_console_new ()));

  use_tcp (rig);
  rig_machine_set_running (rig->machine, TRUE);
  expect_shown (rig);
  avb_console_set_machine (console, other);
  rig_machine_set_running (other, TRUE);
  rig_wait_status (rig->console, AVB_CONSOLE_TAKEN);
  rig_wait_status (console, AVB_CONSOLE_CONNECTED);
  avb_console_reconnect (rig->console);
  expect_shown (rig);
  avb_console_set_machine (console, NULL);
  g_assert_finalize_object (console);
}

/* Servers that are none. */

typedef struct {
  GSocketService *service;
  const char     *greeting; /* what is said to everybody; then the line is closed, or, if NULL, held */
  guint           greeted;
} Impostor;

static gboolean
incoming_cb (GSocketService    *service,
             GSocketConnection *connection,
             GObject           *source,
             Impostor          *impostor)
{
  g_autofree char *key = g_strdup_printf ("%u", ++impostor->greeted);

  if (impostor->greeting == NULL)
    {
      g_object_set_data_full (G_OBJECT (service),
                              key,
                              g_object_ref (connection),
                              g_object_unref);
      return TRUE;
    }
  g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (connection)),
                             impostor->greeting,
                             strlen (impostor->greeting),
                             NULL,
                             NULL,
                             NULL);
  g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
  return TRUE;
}

static void
impostor_begin (Impostor *impostor, Rig *rig, const char *greeting)
{
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) effective = NULL;
  g_autoptr (GError) error = NULL;

  impostor->service = g_socket_service_new ();
  impostor->greeting = greeting;
  impostor->greeted = 0;
  g_signal_connect (impostor->service, "incoming", G_CALLBACK (incoming_cb), impostor);
  g_socket_listener_add_address (G_SOCKET_LISTENER (impostor->service),
                                 address,
                                 G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP,
                                 NULL,
                                 &effective,
                                 &error);
  g_assert_no_error (error);
  rig->endpoint->tls_port = 0;
  rig->endpoint->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (effective));
  rig_machine_set_endpoint (rig->machine, rig->endpoint);
}

static void
impostor_end (Impostor *impostor)
{
  g_socket_service_stop (impostor->service);
  g_socket_listener_close (G_SOCKET_LISTENER (impostor->service));
  g_object_run_dispose (G_OBJECT (impostor->service));
  g_object_unref (impostor->service);
}

static gboolean
has_message (gpointer console)
{
  return avb_console_get_message (console) != NULL;
}

/* Then the right one comes. */
static void
expect_recovers (Rig *rig)
{
  use_tcp (rig);
  avb_console_reconnect (rig->console);
  expect_shown (rig);
}

static void
test_garbage (Rig *rig, gconstpointer data)
{
  Impostor impostor;

  impostor_begin (&impostor, rig, "SSH-2.0-OpenSSH_9.9 and so much more that it is no header\r\n");
  rig_machine_set_running (rig->machine, TRUE);
  rig_wait_status (rig->console, AVB_CONSOLE_FAILED);
  g_assert_cmpstr (avb_console_get_message (rig->console),
                   ==,
                   "The machine’s display doesn’t speak SPICE correctly.");
  impostor_end (&impostor);
  expect_recovers (rig);
}

/* Where TLS is expected. */
static void
test_garbage_for_tls (Rig *rig, gconstpointer data)
{
  Impostor impostor;

  impostor_begin (&impostor, rig, "SSH-2.0-OpenSSH_9.9 and so much more that it is no header\r\n");
  rig->endpoint->tls_port = rig->endpoint->port;
  rig_machine_set_endpoint (rig->machine, rig->endpoint);
  rig_machine_set_running (rig->machine, TRUE);
  rig_wait (has_message, rig->console, "the console says that it can’t connect");
  g_assert_cmpint (avb_console_get_status (rig->console), ==, AVB_CONSOLE_CONNECTING);
  impostor_end (&impostor);
  expect_recovers (rig);
}

static gboolean
is_greeted_twice (gpointer impostor)
{
  return ((Impostor *) impostor)->greeted >= 2;
}

/* Gone in the middle of the first words: tried again. */
static void
test_hangs_up (Rig *rig, gconstpointer data)
{
  Impostor impostor;

  impostor_begin (&impostor, rig, "REDQ");
  rig_machine_set_running (rig->machine, TRUE);
  rig_wait (is_greeted_twice, &impostor, "it is tried again");
  rig_wait (has_message, rig->console, "the console says that it can’t connect");
  g_assert_cmpint (avb_console_get_status (rig->console), ==, AVB_CONSOLE_CONNECTING);
  impostor_end (&impostor);
  expect_recovers (rig);
}

static void
test_silent (Rig *rig, gconstpointer data)
{
  Impostor impostor;

  impostor_begin (&impostor, rig, NULL);
  rig_machine_set_running (rig->machine, TRUE);
  rig_wait (has_message, rig->console, "the console loses patience");
  g_assert_cmpstr (
      avb_console_get_message (rig->console), ==, "The machine’s display doesn’t answer.");
  g_assert_cmpint (avb_console_get_status (rig->console), ==, AVB_CONSOLE_CONNECTING);
  impostor_end (&impostor);
  expect_recovers (rig);
}

static void
test_nowhere (Rig *rig, gconstpointer data)
{
  rig->endpoint->tls_port = 0;
  rig_machine_set_endpoint (rig->machine, rig->endpoint);
  rig_machine_set_running (rig->machine, TRUE);
  rig_wait_status (rig->console, AVB_CONSOLE_FAILED);
  g_assert_nonnull (avb_console_get_message (rig->console));
  expect_recovers (rig);
}

#define ADD(path, func) g_test_add (path, Rig, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  gtk_disable_setlocale ();
  avb_test_init (&argc, &argv);
  gtk_init ();
  make_certificates ();
  ADD ("/Avb/ConsoleTls/verified", test_verified);
  ADD ("/Avb/ConsoleTls/authority-of-the-endpoint", test_authority);
  ADD ("/Avb/ConsoleTls/other-host", test_other_host);
  ADD ("/Avb/ConsoleTls/untrusted", test_untrusted);
  ADD ("/Avb/ConsoleTls/changed", test_changed);
  ADD ("/Avb/ConsoleTls/withdrawn", test_withdrawn);
  ADD ("/Avb/ConsoleTls/password", test_password);
  ADD ("/Avb/ConsoleTls/reconnects", test_reconnects);
  ADD ("/Avb/ConsoleTls/taken-over", test_taken_over);
  ADD ("/Avb/ConsoleTls/garbage", test_garbage);
  ADD ("/Avb/ConsoleTls/garbage-for-tls", test_garbage_for_tls);
  ADD ("/Avb/ConsoleTls/hangs-up", test_hangs_up);
  ADD ("/Avb/ConsoleTls/silent", test_silent);
  ADD ("/Avb/ConsoleTls/nowhere", test_nowhere);
  return g_test_run ();
}

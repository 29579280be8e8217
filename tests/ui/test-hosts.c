/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Hosts: adding, removing, and what they ask. The host that asks is libvirt's test driver, which is told to. */

#include "config.h"

#include "avb-ui-test.h"

#include "backends/avb-certificate-request.h"
#include "backends/avb-known-certificates.h"
#include "backends/avb-password-request.h"
#include "ui/avb-sidebar-row.h"
#include "ui/hosts/avb-add-host-dialog.h"
#include "ui/hosts/avb-host-secrets.h"
#include "ui/hosts/avb-hosts.h"
#include "ui/library/avb-library-view.h"
#include "ui/machine/avb-certificate-form.h"
#include "ui/machine/avb-password-form.h"

/* Made for this test: for "CN=rig,O=Rig". */
static const char certificate_pem[]
    = "-----BEGIN CERTIFICATE-----\n"
      "MIIBjTCCATOgAwIBAgIUW1cxgIRUsbleL2zcXhy3mr9fLqYwCgYIKoZIzj0EAwIw\n"
      "HDEMMAoGA1UECgwDUmlnMQwwCgYDVQQDDANyaWcwHhcNMjYxMTIyMjM0ODU1WhcN\n"
      "MzYxMTE5MjM0ODU1WjAcMQwwCgYDVQQKDANSaWcxDDAKBgNVBAMMA3JpZzBZMBMG\n"
      "ByqGSM49AgEGCCqGSM49AwEHA0IABPRHAtOWc3yTh5APBeBKPXbzVvO4BzG0b4+p\n"
      "LGheUVNvlBuQSgwdO2y5ZYSS+6rTdiGw3bD4xdZG+eUFNfTUwzWjUzBRMB0GA1Ud\n"
      "DgQWBBQl9IPCSs9gG3ErZHcDJvFE5dw2bjAfBgNVHSMEGDAWgBQl9IPCSs9gG3Er\n"
      "ZHcDJvFE5dw2bjAPBgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0gAMEUCIGuL\n"
      "sBMCtkGM1AsUi9jCbR5R5a8X1ZDbtqVJYxrAYB9GAiEA7H2QYvGJFhkNxtVaQMWO\n"
      "iWI4iyJrDKj8JXQtrd6XUY4=\n"
      "-----END CERTIFICATE-----\n";

#define HOST "host.example"

/* Nothing listens there: ssh says so at once. */
#define NOBODY "127.0.0.1:1"
#define NOBODY_URI "qemu+ssh://ada@127.0.0.1:1/system"

static GtkWidget *
window_of (AvbUiTest *test)
{
  return GTK_WIDGET (test->window);
}

static void
type_into (GtkWidget *dialog, const char *title, const char *text)
{
  gtk_editable_set_text (GTK_EDITABLE (avb_ui_find_row (dialog, title)), text);
}

static GtkWidget *
open_add (AvbUiTest *test)
{
  GtkWidget *dialog = NULL;

  gtk_widget_activate_action (window_of (test), "win.add-host", NULL);
  avb_test_until_true (
      (dialog = avb_ui_find_type (window_of (test), AVB_TYPE_ADD_HOST_DIALOG)) != NULL
      && gtk_widget_get_mapped (dialog));
  return dialog;
}

static gboolean
has_connection (AvbUiTest *test, const char *uri)
{
  GListModel *connections = avb_library_get_connections (test->library);

  for (guint i = 0; i < g_list_model_get_n_items (connections); i++)
    {
      g_autoptr (AvbConnection) connection = g_list_model_get_item (connections, i);

      if (g_str_equal (avb_connection_get_uri (connection), uri))
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_in_settings (const char *uri)
{
  g_autoptr (GSettings) settings = g_settings_new (AVB_APPLICATION_ID);
  g_auto (GStrv) uris = g_settings_get_strv (settings, "connections");

  return g_strv_contains ((const char *const *) uris, uri);
}

/* A host that does not answer says why, can be tried again, removed, and had back. */
static void
test_add (void)
{
  AvbUiTest  test = { 0 };
  GtkWidget *dialog, *row;
  GtkWidget *view;

  avb_ui_test_set_up (&test, NULL);
  dialog = open_add (&test);
  avb_ui_check_names (dialog);
  avb_test_until_true (avb_ui_find_button (dialog, "Add") != NULL);
  g_assert_false (gtk_widget_get_sensitive (avb_ui_find_button (dialog, "Add")));
  type_into (dialog, "_Host Name or Address", NOBODY);
  type_into (dialog, "_User, if Another One Than Here", "ada");
  avb_ui_click (dialog, "Add");
  avb_test_until_true (has_connection (&test, NOBODY_URI));
  g_assert_true (is_in_settings (NOBODY_URI));

  row = GTK_WIDGET (gtk_list_box_get_row_at_index (
      GTK_LIST_BOX (gtk_widget_get_ancestor (avb_ui_find_type (window_of (&test), AVB_TYPE_SIDEBAR_ROW),
                                             GTK_TYPE_LIST_BOX)),
      3));
  g_assert_nonnull (row);
  avb_test_until_true (avb_connection_get_link (avb_sidebar_row_get_connection (AVB_SIDEBAR_ROW (row)))
                       == AVB_LINK_LOST);
  g_signal_emit_by_name (gtk_widget_get_parent (row), "row-activated", row);
  view = avb_ui_find_type (window_of (&test), AVB_TYPE_LIBRARY_VIEW);
  avb_test_until_true (avb_ui_find_button (view, "Retry") != NULL);
  g_assert_nonnull (avb_ui_find_text (
      view, avb_connection_get_link_error (avb_sidebar_row_get_connection (AVB_SIDEBAR_ROW (row)))));

  gtk_widget_activate_action (window_of (&test), "win.remove-host", "s", NOBODY_URI);
  g_assert_false (has_connection (&test, NOBODY_URI));
  g_assert_false (is_in_settings (NOBODY_URI));
  avb_ui_click (window_of (&test), "Undo");
  avb_test_until_true (has_connection (&test, NOBODY_URI));
  g_assert_true (is_in_settings (NOBODY_URI));
  gtk_widget_activate_action (window_of (&test), "win.remove-host", "s", NOBODY_URI);
  avb_ui_test_tear_down (&test);
}

static void
test_add_refused (void)
{
  static const char *hosts[] = { "-oProxyCommand=x", "lab\xe2\x80\xae" "elpmaxe", "lab/system", "lab:70000" };
  AvbUiTest  test = { 0 };
  GtkWidget *dialog;
  guint      n;

  avb_ui_test_set_up (&test, NULL);
  n = g_list_model_get_n_items (avb_library_get_connections (test.library));
  dialog = open_add (&test);
  for (gsize i = 0; i < G_N_ELEMENTS (hosts); i++)
    {
      type_into (dialog, "_Host Name or Address", hosts[i]);
      g_assert_null (avb_ui_find_text (dialog, "can’t be the name"));
      avb_ui_click (dialog, "Add");
      g_assert_nonnull (avb_ui_find_text (dialog, "can’t be the name"));
    }
  g_assert_cmpuint (g_list_model_get_n_items (avb_library_get_connections (test.library)), ==, n);
  avb_ui_click (dialog, "Cancel");
  avb_test_until_true (avb_ui_find_type (window_of (&test), AVB_TYPE_ADD_HOST_DIALOG) == NULL);
  avb_ui_test_tear_down (&test);
}

/* --- what hosts ask --- */

static void
answered_cb (AvbRequest *request, gboolean given, int *answer)
{
  *answer = given;
}

static AvbPasswordRequest *
ask_password (AvbUiTest *test, gboolean wrong, int *answer)
{
  AvbPasswordRequest *request = avb_password_request_new_for_host ("ada", HOST, wrong ? 2 : 1, wrong);

  *answer = -1;
  g_signal_connect (request, "answered", G_CALLBACK (answered_cb), answer);
  avb_connection_set_request (test->connection, AVB_REQUEST (request));
  return request;
}

static GtkWidget *
wait_form (AvbUiTest *test, GType type)
{
  GtkWidget *form = NULL;

  avb_test_until_true ((form = avb_ui_find_type (window_of (test), type)) != NULL
                       && gtk_widget_get_mapped (form));
  return form;
}

static void
let_in (AvbUiTest *test)
{
  avb_connection_set_request (test->connection, NULL);
  avb_connection_set_link (test->connection, AVB_LINK_LOST, "Somebody pulled a plug.");
  avb_connection_set_link (test->connection, AVB_LINK_UP, NULL);
}

static char *
kept_password (void)
{
  return avb_test_await_string (avb_host_secrets_find (HOST, "ada"));
}

static DexFuture *
check_kept_fiber (gpointer expected)
{
  /* It is kept when the link is up, by itself. */
  for (;;)
    {
      g_autofree char *password = kept_password ();

      if (g_strcmp0 (password, expected) == 0)
        return NULL;
      avb_test_pass_time ();
    }
}

static void
test_password (void)
{
  AvbUiTest  test = { 0 };
  GtkWidget *form;
  int        answer;
  g_autoptr (AvbPasswordRequest) first = NULL;
  g_autoptr (AvbPasswordRequest) second = NULL;
  g_autoptr (AvbPasswordRequest) third = NULL;
  g_autoptr (AvbPasswordRequest) fourth = NULL;

  avb_ui_test_set_up (&test, NULL);

  /* Nothing is known: the user is asked. */
  first = ask_password (&test, FALSE, &answer);
  form = wait_form (&test, AVB_TYPE_PASSWORD_FORM);
  g_assert_nonnull (avb_ui_find_text (form, "The host host.example asks for the password of “ada”."));
  avb_ui_check_names (window_of (&test));
  gtk_editable_set_text (GTK_EDITABLE (avb_ui_find_type (form, ADW_TYPE_PASSWORD_ENTRY_ROW)), "wrong");
  adw_switch_row_set_active (ADW_SWITCH_ROW (avb_ui_find_type (form, ADW_TYPE_SWITCH_ROW)), TRUE);
  avb_ui_click (form, "Connect");
  g_assert_cmpint (answer, ==, TRUE);

  /* It was wrong, so nothing is kept, and the user is asked again. */
  second = ask_password (&test, TRUE, &answer);
  form = wait_form (&test, AVB_TYPE_PASSWORD_FORM);
  g_assert_nonnull (avb_ui_find_text (form, "was not accepted"));
  gtk_editable_set_text (GTK_EDITABLE (avb_ui_find_type (form, ADW_TYPE_PASSWORD_ENTRY_ROW)), "right");
  adw_switch_row_set_active (ADW_SWITCH_ROW (avb_ui_find_type (form, ADW_TYPE_SWITCH_ROW)), TRUE);
  avb_ui_click (form, "Connect");
  let_in (&test);
  avb_test_run_fiber (check_kept_fiber, (gpointer) "right");

  /* Now it is known: nobody is asked. */
  third = ask_password (&test, FALSE, &answer);
  avb_test_until_true (answer == TRUE);
  g_assert_cmpstr (avb_password_request_get_password (third), ==, "right");
  g_assert_null (avb_ui_find_type (window_of (&test), AVB_TYPE_PASSWORD_FORM));

  /* The host has another one now: the kept one is forgotten. Who closes the dialog cancels. */
  fourth = ask_password (&test, TRUE, &answer);
  form = wait_form (&test, AVB_TYPE_PASSWORD_FORM);
  avb_test_run_fiber (check_kept_fiber, NULL);
  adw_dialog_close (ADW_DIALOG (gtk_widget_get_ancestor (form, ADW_TYPE_DIALOG)));
  avb_test_until_true (answer == FALSE);
  avb_connection_set_request (test.connection, NULL);
  avb_ui_test_tear_down (&test);
}

static AvbCertificateRequest *
ask_certificate (AvbUiTest *test, int *answer)
{
  g_autoptr (GTlsCertificate) certificate = g_tls_certificate_new_from_pem (certificate_pem, -1, NULL);
  AvbCertificateRequest *request = avb_certificate_request_new (
      NULL, HOST, 5986, certificate, G_TLS_CERTIFICATE_UNKNOWN_CA, FALSE);

  *answer = -1;
  g_signal_connect (request, "answered", G_CALLBACK (answered_cb), answer);
  avb_connection_set_request (test->connection, AVB_REQUEST (request));
  return request;
}

static DexFuture *
check_known_fiber (gpointer fingerprint)
{
  for (;;)
    {
      g_autofree char *known = avb_test_await_string (avb_known_certificates_find (HOST, 5986));

      if (g_strcmp0 (known, fingerprint) == 0)
        return NULL;
      avb_test_pass_time ();
    }
}

static DexFuture *
other_known_fiber (gpointer data)
{
  avb_test_await (avb_known_certificates_keep (HOST, 5986, "00ff"));
  return NULL;
}

static void
test_certificate (void)
{
  AvbUiTest  test = { 0 };
  GtkWidget *form;
  int        answer;
  g_autoptr (AvbCertificateRequest) first = NULL;
  g_autoptr (AvbCertificateRequest) second = NULL;
  g_autoptr (AvbCertificateRequest) third = NULL;

  avb_ui_test_set_up (&test, NULL);

  first = ask_certificate (&test, &answer);
  form = wait_form (&test, AVB_TYPE_CERTIFICATE_FORM);
  g_assert_nonnull (avb_ui_find_text (form, "that the host host.example is what it says"));
  g_assert_null (avb_ui_find_text (form, "Somebody may be pretending"));
  avb_ui_check_names (window_of (&test));
  avb_ui_click (form, "Trust This Certificate");
  g_assert_cmpint (answer, ==, TRUE);
  avb_connection_set_request (test.connection, NULL);
  avb_test_run_fiber (check_known_fiber,
                      (gpointer) avb_certificate_request_get_fingerprint (first));

  /* Known: nobody is asked. */
  second = ask_certificate (&test, &answer);
  avb_test_until_true (answer == TRUE);
  g_assert_null (avb_ui_find_type (window_of (&test), AVB_TYPE_CERTIFICATE_FORM));
  avb_connection_set_request (test.connection, NULL);

  /* Another one was known: that is said plainly, and a request that is taken back goes. */
  avb_test_run_fiber (other_known_fiber, NULL);
  third = ask_certificate (&test, &answer);
  form = wait_form (&test, AVB_TYPE_CERTIFICATE_FORM);
  g_assert_nonnull (avb_ui_find_text (form, "The Certificate Has Changed"));
  g_assert_nonnull (avb_ui_find_text (form, "Somebody may be pretending"));
  avb_connection_set_request (test.connection, NULL);
  avb_test_until_true (avb_ui_find_type (window_of (&test), AVB_TYPE_CERTIFICATE_FORM) == NULL);
  g_assert_cmpint (answer, ==, -1);
  avb_ui_test_tear_down (&test);
}

int
main (int argc, char **argv)
{
  g_autofree char *file = g_build_filename (g_get_home_dir (), "keyring", NULL);

  /* libsecret's own, in a file. */
  g_setenv ("SECRET_BACKEND", "file", TRUE);
  g_setenv ("SECRET_FILE_TEST_PATH", file, TRUE);
  g_setenv ("SECRET_FILE_TEST_PASSWORD", "test", TRUE);

  avb_ui_test_init (&argc, &argv);
  g_test_add_func ("/Avb/Hosts/add", test_add);
  g_test_add_func ("/Avb/Hosts/add-refused", test_add_refused);
  g_test_add_func ("/Avb/Hosts/password", test_password);
  g_test_add_func ("/Avb/Hosts/certificate", test_certificate);
  return g_test_run ();
}

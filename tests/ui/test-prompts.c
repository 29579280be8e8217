/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What a display asks, on the machine's page. */

#include "config.h"

#include "avb-ui-test.h"

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

static GtkWindow *
show (GtkWidget *child)
{
  GtkWindow *window = GTK_WINDOW (gtk_window_new ());

  gtk_window_set_default_size (window, 360, 640);
  gtk_window_set_child (window, child);
  gtk_window_present (window);
  avb_test_until_true (gtk_widget_get_mapped (child));
  return window;
}

static void
answered_cb (AvbRequest *request, gboolean given, int *answer)
{
  *answer = given;
}

static void
test_password (void)
{
  g_autoptr (AvbPasswordRequest) request
      = avb_password_request_new ("Accounts", "host.example", 2, TRUE, TRUE);
  GtkWidget *form = avb_password_form_new (request);
  GtkWindow *window = show (form);
  int answer = -1;

  g_signal_connect (request, "answered", G_CALLBACK (answered_cb), &answer);
  g_assert_nonnull (avb_ui_find_text (form, "on host.example asks for a password"));
  g_assert_nonnull (avb_ui_find_text (form, "was not accepted"));
  avb_ui_check_names (form);
  g_assert_false (gtk_widget_get_sensitive (avb_ui_find_button (form, "Connect")));
  gtk_widget_grab_focus (form);
  gtk_editable_set_text (GTK_EDITABLE (avb_ui_find_type (form, ADW_TYPE_PASSWORD_ENTRY_ROW)),
                         "0123456789012345678901234567890123456789012345678901234567890");
  g_assert_nonnull (avb_ui_find_text (form, "at most 60"));
  g_assert_false (gtk_widget_get_sensitive (avb_ui_find_button (form, "Connect")));
  gtk_editable_set_text (GTK_EDITABLE (avb_ui_find_type (form, ADW_TYPE_PASSWORD_ENTRY_ROW)),
                         "open-sesame");
  g_assert_null (avb_ui_find_text (form, "at most 60"));
  avb_ui_click (form, "Connect");
  g_assert_cmpint (answer, ==, TRUE);
  g_assert_cmpstr (avb_password_request_get_password (request), ==, "open-sesame");
  g_assert_false (avb_password_request_get_remember (request));
  gtk_window_destroy (window);
}

static void
test_no_keyring (void)
{
  g_autoptr (AvbPasswordRequest) request
      = avb_password_request_new ("<b>Accounts</b>", NULL, 1, FALSE, FALSE);
  GtkWidget *form = avb_password_form_new (request);
  GtkWindow *window = show (form);
  int answer = -1;

  g_signal_connect (request, "answered", G_CALLBACK (answered_cb), &answer);
  g_assert_nonnull (avb_ui_find_text (form, "“<b>Accounts</b>” asks for a password"));
  g_assert_nonnull (avb_ui_find_text (form, "has no keyring"));
  avb_ui_click (form, "Cancel");
  g_assert_cmpint (answer, ==, FALSE);
  gtk_window_destroy (window);
}

static gboolean
is_within (GtkWidget *widget, GtkWindow *window)
{
  graphene_rect_t bounds, all;

  avb_test_until_true (gtk_widget_get_height (widget) > 0);
  g_assert_true (gtk_widget_compute_bounds (GTK_WIDGET (window), GTK_WIDGET (window), &all));
  g_assert_true (gtk_widget_compute_bounds (widget, GTK_WIDGET (window), &bounds));
  return graphene_rect_contains_rect (&all, &bounds);
}

static void
test_certificate (void)
{
  for (int changed = 0; changed <= 1; changed++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GTlsCertificate) certificate
          = g_tls_certificate_new_from_pem (certificate_pem, -1, &error);
      g_autoptr (AvbCertificateRequest) request = NULL;
      GtkWidget *form;
      GtkWindow *window;
      int answer = -1;

      g_assert_no_error (error);
      request = avb_certificate_request_new (
          "Accounts", "host.example", 5901, certificate,
          G_TLS_CERTIFICATE_UNKNOWN_CA | G_TLS_CERTIFICATE_EXPIRED, changed);
      g_signal_connect (request, "answered", G_CALLBACK (answered_cb), &answer);
      form = avb_certificate_form_new (request);
      window = show (form);
      g_assert_true ((avb_ui_find_text (form, "Somebody may be pretending") != NULL) == changed);
      g_assert_nonnull (avb_ui_find_text (form, "Nobody this computer trusts"));
      g_assert_nonnull (avb_ui_find_text (form, "It has expired."));
      g_assert_nonnull (avb_ui_find_text (form, "O=Rig"));
      avb_ui_check_names (form);
      /* In the smallest window, too, both answers can be seen. */
      g_assert_true (is_within (avb_ui_find_button (form, "Cancel"), window));
      g_assert_true (is_within (avb_ui_find_button (form, "Trust This Certificate"), window));
      /* Who just presses Return cancels. */
      gtk_widget_grab_focus (form);
      g_assert_true (gtk_window_get_focus (window) == avb_ui_find_button (form, "Cancel"));
      avb_ui_click (form, changed ? "Cancel" : "Trust This Certificate");
      g_assert_cmpint (answer, ==, !changed);
      gtk_window_destroy (window);
    }
}

int
main (int argc, char **argv)
{
  avb_ui_test_init (&argc, &argv);
  g_test_add_func ("/Avb/Prompts/password", test_password);
  g_test_add_func ("/Avb/Prompts/no-keyring", test_no_keyring);
  g_test_add_func ("/Avb/Prompts/certificate", test_certificate);
  return g_test_run ();
}

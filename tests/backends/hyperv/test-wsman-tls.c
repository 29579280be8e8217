/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <string.h>

#include "backends/avb-certificate-request.h"
#include "tests/backends/hyperv/wsman-rig.h"

/* A certificate that nobody vouches for. */
static GTlsCertificate *
create_certificate (const char *name, gboolean is_over)
{
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *key = g_build_filename (folder, "key.pem", NULL);
  g_autofree char *file = g_build_filename (folder, "certificate.pem", NULL);
  g_autofree char *subject = g_strdup_printf ("subjectAltName=%s", name);
  const char *argv[] = { "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                         "-subj", "/CN=host", "-addext", subject, "-keyout", key, "-out", file, "-not_before",
                         "20200101000000Z", "-not_after",
                         is_over ? "20210101000000Z" : "20990101000000Z", NULL };
  g_autoptr (GError) error = NULL;
  GTlsCertificate *certificate;
  int status;

  g_assert_true (g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL, NULL, NULL,
                               NULL, NULL, &status, &error));
  g_assert_cmpint (status, ==, 0);
  certificate = g_tls_certificate_new_from_files (file, key, &error);
  g_assert_no_error (error);
  avb_test_remove_folder (folder);
  return certificate;
}

static WsmanRig *
create (const char *name, gboolean is_over)
{
  g_autoptr (GTlsCertificate) certificate = create_certificate (name, is_over);

  return wsman_rig_new (certificate);
}

static DexFuture *
get (WsmanRig *rig)
{
  g_autoptr (AvbWmiPath) path = avb_wmi_path_new ("Msvm_ComputerSystem", "Name", "A", NULL);

  return avb_wsman_client_get (rig->client, path);
}

static void
refuse (WsmanRig *rig, GTlsCertificateFlags flags)
{
  guint n_certificates = rig->n_certificates;
  guint n_requests = rig->requests->len;

  avb_test_await_error (get (rig), G_TLS_ERROR, G_TLS_ERROR_BAD_CERTIFICATE);
  g_assert_cmpuint (rig->n_certificates, ==, n_certificates + 1);
  g_assert_cmpuint (rig->flags & flags, ==, flags);
  /* Nothing was said before it was known who listens. */
  g_assert_cmpuint (rig->requests->len, ==, n_requests);
}

static void
take (WsmanRig *rig)
{
  guint n_certificates = rig->n_certificates;

  wsman_rig_add (rig, "get-machine");
  avb_test_await (get (rig));
  g_assert_cmpuint (rig->n_certificates, ==, n_certificates);
}

static DexFuture *
unknown_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = create ("IP:127.0.0.1", FALSE);
  g_autofree char *upper = NULL;

  refuse (rig, G_TLS_CERTIFICATE_UNKNOWN_CA);
  refuse (rig, G_TLS_CERTIFICATE_UNKNOWN_CA);
  avb_wsman_client_set_trusted_fingerprint (rig->client, rig->fingerprint);
  take (rig);
  take (rig);
  upper = g_ascii_strup (rig->fingerprint, -1);
  avb_wsman_client_set_trusted_fingerprint (rig->client, upper);
  take (rig);
  /* Trust that was taken back holds for no connection that is still open. */
  avb_wsman_client_set_trusted_fingerprint (rig->client, NULL);
  refuse (rig, G_TLS_CERTIFICATE_UNKNOWN_CA);
  return NULL;
}

static DexFuture *
changed_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = create ("IP:127.0.0.1", FALSE);
  g_autoptr (GTlsCertificate) other = create_certificate ("IP:127.0.0.1", FALSE);
  g_autofree char *fingerprint = avb_certificate_fingerprint (other);

  avb_wsman_client_set_trusted_fingerprint (rig->client, fingerprint);
  refuse (rig, G_TLS_CERTIFICATE_UNKNOWN_CA);
  g_assert_cmpstr (rig->fingerprint, !=, fingerprint);
  avb_wsman_client_set_trusted_fingerprint (rig->client, "");
  refuse (rig, G_TLS_CERTIFICATE_UNKNOWN_CA);
  return NULL;
}

/* The clock of this computer or of that one may be wrong: who was trusted is still the same. */
static DexFuture *
expired_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = create ("IP:127.0.0.1", TRUE);

  refuse (rig, G_TLS_CERTIFICATE_EXPIRED);
  avb_wsman_client_set_trusted_fingerprint (rig->client, rig->fingerprint);
  take (rig);
  return NULL;
}

static DexFuture *
other_name_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = create ("DNS:elsewhere.example", FALSE);

  refuse (rig, G_TLS_CERTIFICATE_BAD_IDENTITY);
  avb_wsman_client_set_trusted_fingerprint (rig->client, rig->fingerprint);
  take (rig);
  return NULL;
}

/* Over TLS the password may be said, but only to whom it is for. */
static DexFuture *
password_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = create ("IP:127.0.0.1", FALSE);

  rig->login = g_strdup ("Basic dXNlcjpzZWNyZXQ=");
  rig->offer = "Basic realm=\"WSMAN\"";
  avb_wsman_client_set_login (rig->client, "user", "secret");
  refuse (rig, G_TLS_CERTIFICATE_UNKNOWN_CA);
  g_assert_cmpuint (rig->logins->len, ==, 0);
  avb_wsman_client_set_trusted_fingerprint (rig->client, rig->fingerprint);
  take (rig);
  g_assert_cmpstr (rig->logins->pdata[rig->logins->len - 1], ==, "Basic dXNlcjpzZWNyZXQ=");
  return NULL;
}

/* TLS spoken to somebody who does not */
static DexFuture *
no_tls_fiber (gpointer data)
{
  g_autoptr (WsmanRig) rig = wsman_rig_new (NULL);
  g_autofree char *uri = g_strconcat ("https", rig->address + strlen ("http"), NULL);
  g_autoptr (AvbWsmanClient) client = avb_wsman_client_new (uri, "root/virtualization/v2");
  g_autoptr (GError) error = NULL;

  g_object_set (client, "timeout", 1, NULL);
  g_assert_false (dex_await (avb_wsman_client_identify (client), &error));
  g_test_message ("%s (%s)", error->message, avb_error_get_details (error));
  g_assert_true (g_error_matches (error, AVB_ERROR, AVB_ERROR_INVALID) ||
                 g_error_matches (error, AVB_ERROR, AVB_ERROR_UNAVAILABLE));
  return NULL;
}

int
main (int argc, char **argv)
{
  avb_test_init (&argc, &argv);
  avb_test_add_fiber ("/Avb/WsmanTls/unknown", unknown_fiber);
  avb_test_add_fiber ("/Avb/WsmanTls/changed", changed_fiber);
  avb_test_add_fiber ("/Avb/WsmanTls/expired", expired_fiber);
  avb_test_add_fiber ("/Avb/WsmanTls/other-name", other_name_fiber);
  avb_test_add_fiber ("/Avb/WsmanTls/password", password_fiber);
  avb_test_add_fiber ("/Avb/WsmanTls/no-tls", no_tls_fiber);
  return g_test_run ();
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-host.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <time.h>

/* Certificates such as WinRM makes for itself (MS-WSMV section 2.1: HTTP over TLS): self-signed, and of today. */

static char *
export_pem (gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key)
{
  gnutls_datum_t out = { 0 };
  char *text;

  if (certificate != NULL)
    gnutls_x509_crt_export2 (certificate, GNUTLS_X509_FMT_PEM, &out);
  else
    gnutls_x509_privkey_export2 (key, GNUTLS_X509_FMT_PEM, &out);
  text = g_strndup ((const char *) out.data, out.size);
  gnutls_free (out.data);
  return text;
}

static void
fill (gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key, HypervSimulatorCertificate kind)
{
  static const guint8 loopback[4] = { 127, 0, 0, 1 };
  gboolean foreign = kind == HYPERV_SIMULATOR_CERTIFICATE_FOREIGN;
  const char *name = foreign ? "elsewhere.example" : "localhost";
  const time_t day = 86400;
  time_t end = time (NULL) + (kind == HYPERV_SIMULATOR_CERTIFICATE_EXPIRED ? -30 * day : 365 * day);
  guint32 serial = GUINT32_TO_BE (g_random_int () >> 1);

  gnutls_x509_crt_set_version (certificate, 3);
  gnutls_x509_crt_set_serial (certificate, &serial, sizeof serial);
  gnutls_x509_crt_set_dn_by_oid (certificate, GNUTLS_OID_X520_COMMON_NAME, 0, name, (unsigned int) strlen (name));
  gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_DNSNAME, name, (unsigned int) strlen (name), GNUTLS_FSAN_SET);
  if (!foreign)
    gnutls_x509_crt_set_subject_alt_name (certificate, GNUTLS_SAN_IPADDRESS, loopback, sizeof loopback, GNUTLS_FSAN_APPEND);
  gnutls_x509_crt_set_activation_time (certificate, end - 400 * day);
  gnutls_x509_crt_set_expiration_time (certificate, end);
  gnutls_x509_crt_set_basic_constraints (certificate, 0, -1);
  gnutls_x509_crt_set_key (certificate, key);
  gnutls_x509_crt_sign2 (certificate, certificate, key, GNUTLS_DIG_SHA256, 0);
}

void
hv_tls_make (HypervSimulator *self, HypervSimulatorCertificate kind)
{
  gnutls_x509_privkey_t key;
  gnutls_x509_crt_t certificate;
  g_autofree char *key_pem = NULL;
  g_autofree char *both = NULL;
  g_autoptr (GError) error = NULL;

  gnutls_x509_privkey_init (&key);
  gnutls_x509_crt_init (&certificate);
  gnutls_x509_privkey_generate (key, GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS (GNUTLS_ECC_CURVE_SECP256R1), 0);
  fill (certificate, key, kind);
  g_free (self->certificate_pem);
  self->certificate_pem = export_pem (certificate, NULL);
  key_pem = export_pem (NULL, key);
  gnutls_x509_crt_deinit (certificate);
  gnutls_x509_privkey_deinit (key);
  both = g_strconcat (self->certificate_pem, key_pem, NULL);
  g_clear_object (&self->certificate);
  self->certificate = g_tls_certificate_new_from_pem (both, -1, &error);
  g_assert_no_error (error);
}

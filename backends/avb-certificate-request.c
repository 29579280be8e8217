/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-certificate-request.h"

#include <glib/gi18n-lib.h>

/* Names in certificates may be as long as who made them likes. */
#define MAX_CHARACTERS 200

struct _AvbCertificateRequest {
  AvbRequest parent_instance;

  guint                port;
  GTlsCertificate     *certificate;
  GTlsCertificateFlags errors;
  gboolean             changed;
  char                *fingerprint;
};

G_DEFINE_FINAL_TYPE (AvbCertificateRequest, avb_certificate_request, AVB_TYPE_REQUEST)

static void
avb_certificate_request_finalize (GObject *object)
{
  AvbCertificateRequest *self = AVB_CERTIFICATE_REQUEST (object);

  g_object_unref (self->certificate);
  g_free (self->fingerprint);
  G_OBJECT_CLASS (avb_certificate_request_parent_class)->finalize (object);
}

static void
avb_certificate_request_class_init (AvbCertificateRequestClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = avb_certificate_request_finalize;
}

static void
avb_certificate_request_init (AvbCertificateRequest *self)
{
}

AvbCertificateRequest *
avb_certificate_request_new (const char          *machine_name,
                             const char          *host,
                             guint                port,
                             GTlsCertificate     *certificate,
                             GTlsCertificateFlags errors,
                             gboolean             changed)
{
  AvbCertificateRequest *self = g_object_new (
      AVB_TYPE_CERTIFICATE_REQUEST, "machine-name", machine_name, "host", host, NULL);

  self->port = port;
  self->certificate = g_object_ref (certificate);
  self->errors = errors;
  self->changed = changed;
  self->fingerprint = avb_certificate_fingerprint (certificate);
  return self;
}

guint
avb_certificate_request_get_port (AvbCertificateRequest *self)
{
  g_return_val_if_fail (AVB_IS_CERTIFICATE_REQUEST (self), 0);
  return self->port;
}

gboolean
avb_certificate_request_get_changed (AvbCertificateRequest *self)
{
  g_return_val_if_fail (AVB_IS_CERTIFICATE_REQUEST (self), TRUE);
  return self->changed;
}

void
avb_certificate_request_set_changed (AvbCertificateRequest *self)
{
  g_return_if_fail (AVB_IS_CERTIFICATE_REQUEST (self));
  self->changed = TRUE;
}

/* @name: (transfer full) (nullable) */
static char *
readable (char *name)
{
  g_autofree char *given = name;
  g_autofree char *valid = given != NULL ? g_utf8_make_valid (given, -1) : NULL;
  GString         *text;
  glong            n = 0;

  if (valid == NULL)
    return NULL;
  text = g_string_new (NULL);
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (++n > MAX_CHARACTERS)
        {
          g_string_append (text, "…");
          break;
        }
      /* Also what changes the direction of the text around it. */
      if (g_unichar_isprint (c) && g_unichar_type (c) != G_UNICODE_FORMAT)
        g_string_append_unichar (text, c);
    }
  return g_string_free (text, FALSE);
}

char *
avb_certificate_request_dup_subject (AvbCertificateRequest *self)
{
  g_return_val_if_fail (AVB_IS_CERTIFICATE_REQUEST (self), NULL);
  return readable (g_tls_certificate_get_subject_name (self->certificate));
}

char *
avb_certificate_request_dup_issuer (AvbCertificateRequest *self)
{
  g_return_val_if_fail (AVB_IS_CERTIFICATE_REQUEST (self), NULL);
  return readable (g_tls_certificate_get_issuer_name (self->certificate));
}

GDateTime *
avb_certificate_request_dup_not_before (AvbCertificateRequest *self)
{
  g_return_val_if_fail (AVB_IS_CERTIFICATE_REQUEST (self), NULL);
  return g_tls_certificate_get_not_valid_before (self->certificate);
}

GDateTime *
avb_certificate_request_dup_not_after (AvbCertificateRequest *self)
{
  g_return_val_if_fail (AVB_IS_CERTIFICATE_REQUEST (self), NULL);
  return g_tls_certificate_get_not_valid_after (self->certificate);
}

char *
avb_certificate_request_dup_reasons (AvbCertificateRequest *self)
{
  const struct {
    GTlsCertificateFlags flag;
    const char          *reason;
  } reasons[] = {
    { G_TLS_CERTIFICATE_BAD_IDENTITY, _ ("It was made for another host.") },
    { G_TLS_CERTIFICATE_UNKNOWN_CA, _ ("Nobody this computer trusts vouches for it.") },
    { G_TLS_CERTIFICATE_NOT_ACTIVATED, _ ("It is not valid yet.") },
    { G_TLS_CERTIFICATE_EXPIRED, _ ("It has expired.") },
    { G_TLS_CERTIFICATE_REVOKED, _ ("It was revoked.") },
    { G_TLS_CERTIFICATE_INSECURE, _ ("It uses cryptography that is too weak.") },
  };
  GString *text;

  g_return_val_if_fail (AVB_IS_CERTIFICATE_REQUEST (self), NULL);

  text = g_string_new (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (self->errors & reasons[i].flag)
      g_string_append_printf (text, "%s%s", text->len > 0 ? "\n" : "", reasons[i].reason);
  if (text->len == 0)
    g_string_append (text, _ ("It could not be verified."));
  return g_string_free (text, FALSE);
}

const char *
avb_certificate_request_get_fingerprint (AvbCertificateRequest *self)
{
  g_return_val_if_fail (AVB_IS_CERTIFICATE_REQUEST (self), NULL);
  return self->fingerprint;
}

void
avb_certificate_request_trust (AvbCertificateRequest *self)
{
  g_return_if_fail (AVB_IS_CERTIFICATE_REQUEST (self));
  avb_request_answer (AVB_REQUEST (self));
}

char *
avb_certificate_fingerprint (GTlsCertificate *certificate)
{
  g_autoptr (GByteArray) bytes = NULL;

  g_return_val_if_fail (G_IS_TLS_CERTIFICATE (certificate), NULL);

  g_object_get (certificate, "certificate", &bytes, NULL);
  return g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes->data, bytes->len);
}

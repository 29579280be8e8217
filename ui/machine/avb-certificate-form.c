/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/machine/avb-certificate-form.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-text-line.h"

struct _AvbCertificateForm {
  AdwBin parent_instance;

  AvbCertificateRequest *request;

  GtkWidget    *icon;
  GtkLabel     *title;
  GtkLabel     *text;
  GtkLabel     *reasons;
  AdwActionRow *subject;
  AdwActionRow *issuer;
  AdwActionRow *validity;
  AdwActionRow *fingerprint;
  GtkWidget    *cancel;
};

G_DEFINE_FINAL_TYPE (AvbCertificateForm, avb_certificate_form, ADW_TYPE_BIN)

static void
cancel_cb (AvbCertificateForm *self)
{
  avb_request_cancel (AVB_REQUEST (self->request));
}

static void
trust_cb (AvbCertificateForm *self)
{
  avb_certificate_request_trust (self->request);
}

/* What hurries through with Return does not trust anybody. */
static gboolean
avb_certificate_form_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (AVB_CERTIFICATE_FORM (widget)->cancel);
}

static void
avb_certificate_form_dispose (GObject *object)
{
  AvbCertificateForm *self = AVB_CERTIFICATE_FORM (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_CERTIFICATE_FORM);
  g_clear_object (&self->request);
  G_OBJECT_CLASS (avb_certificate_form_parent_class)->dispose (object);
}

static void
avb_certificate_form_class_init (AvbCertificateFormClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_certificate_form_dispose;
  widget_class->grab_focus = avb_certificate_form_grab_focus;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/alphavbox/AlphaVBox/ui/machine/avb-certificate-form.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbCertificateForm, icon);
  gtk_widget_class_bind_template_child (widget_class, AvbCertificateForm, title);
  gtk_widget_class_bind_template_child (widget_class, AvbCertificateForm, text);
  gtk_widget_class_bind_template_child (widget_class, AvbCertificateForm, reasons);
  gtk_widget_class_bind_template_child (widget_class, AvbCertificateForm, subject);
  gtk_widget_class_bind_template_child (widget_class, AvbCertificateForm, issuer);
  gtk_widget_class_bind_template_child (widget_class, AvbCertificateForm, validity);
  gtk_widget_class_bind_template_child (widget_class, AvbCertificateForm, fingerprint);
  gtk_widget_class_bind_template_child (widget_class, AvbCertificateForm, cancel);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_bind_template_callback (widget_class, trust_cb);
}

static void
avb_certificate_form_init (AvbCertificateForm *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* @text: (transfer full) (nullable) */
static void
set_row (AdwActionRow *row, char *text)
{
  g_autofree char *owned = text;

  adw_action_row_set_subtitle (row, owned != NULL && *owned != '\0' ? owned : _("Not said"));
}

/* @date: (transfer full) (nullable) */
static char *
format_date (GDateTime *date)
{
  g_autoptr (GDateTime) owned = date;
  g_autoptr (GDateTime) local = owned != NULL ? g_date_time_to_local (owned) : NULL;

  return local != NULL ? g_date_time_format (local, "%x") : g_strdup (_("unknown"));
}

static char *
format_validity (AvbCertificateRequest *request)
{
  g_autofree char *from = format_date (avb_certificate_request_dup_not_before (request));
  g_autofree char *to = format_date (avb_certificate_request_dup_not_after (request));

  /* Translators: two dates */
  return g_strdup_printf (_("From %1$s to %2$s"), from, to);
}

/* In groups, as people compare them. */
static char *
format_fingerprint (const char *fingerprint)
{
  GString *text = g_string_new (NULL);

  for (gsize i = 0; fingerprint[i] != '\0'; i++)
    {
      if (i > 0 && i % 4 == 0)
        g_string_append_c (text, ' ');
      g_string_append_c (text, g_ascii_toupper (fingerprint[i]));
    }
  return g_string_free (text, FALSE);
}

GtkWidget *
avb_certificate_form_new (AvbCertificateRequest *request)
{
  AvbCertificateForm *self = g_object_new (AVB_TYPE_CERTIFICATE_FORM, NULL);
  const char *name = avb_request_get_machine_name (AVB_REQUEST (request));
  g_autofree char *host = avb_text_make_line (avb_request_get_host (AVB_REQUEST (request)), 253);
  g_autofree char *reasons = avb_certificate_request_dup_reasons (request);
  g_autofree char *text = NULL;

  self->request = g_object_ref (request);
  if (avb_certificate_request_get_changed (request))
    {
      gtk_label_set_label (self->title, _("The Certificate Has Changed"));
      gtk_widget_add_css_class (GTK_WIDGET (self->title), "error");
      gtk_widget_add_css_class (self->icon, "error");
      text = name == NULL
                 ? g_strdup_printf (_("The host %s used to have another certificate that you trusted. Somebody may be "
                                      "pretending to be that host, to learn your password and to command your "
                                      "machines. Nothing was sent."),
                                    host)
                 : g_strdup_printf (
                       _("The host %1$s, which shows the display of “%2$s”, used to have another certificate "
                         "that you trusted. Somebody may be pretending to be that host, to see what you see "
                         "and type. Nothing was sent."),
                       host, name);
    }
  else if (name == NULL)
    text = g_strdup_printf (_("It is not sure that the host %s is what it says it is. Nothing was sent."), host);
  else
    text = g_strdup_printf (_("It is not sure that the host %1$s, which shows the display of “%2$s”, is "
                              "what it says it is. Nothing was sent."),
                            host, name);
  gtk_label_set_label (self->text, text);
  gtk_label_set_label (self->reasons, reasons);
  set_row (self->subject, avb_certificate_request_dup_subject (request));
  set_row (self->issuer, avb_certificate_request_dup_issuer (request));
  set_row (self->validity, format_validity (request));
  set_row (self->fingerprint,
           format_fingerprint (avb_certificate_request_get_fingerprint (request)));
  return GTK_WIDGET (self);
}

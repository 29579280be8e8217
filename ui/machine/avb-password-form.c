/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/machine/avb-password-form.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-text-line.h"

struct _AvbPasswordForm {
  AdwBin parent_instance;

  AvbPasswordRequest *request;

  GtkLabel  *text;
  GtkWidget *entry;
  AdwSwitchRow *remember;
  GtkLabel  *problem;
  GtkWidget *give;
};

G_DEFINE_FINAL_TYPE (AvbPasswordForm, avb_password_form, ADW_TYPE_BIN)

static void
set_problem (AvbPasswordForm *self, const char *problem)
{
  gtk_label_set_label (self->problem, problem != NULL ? problem : "");
  gtk_widget_set_visible (GTK_WIDGET (self->problem), problem != NULL);
}

static void
changed_cb (AvbPasswordForm *self)
{
  const char *password = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  gboolean too_long = strlen (password) > avb_password_request_get_max_bytes (self->request);

  gtk_widget_set_sensitive (self->give, *password != '\0' && !too_long);
  if (too_long)
    set_problem (self, avb_password_request_get_user (self->request) != NULL
                           ? _("No host takes a password that is so long.")
                           : _("Displays take passwords of at most 60 bytes."));
  else if (*password != '\0')
    set_problem (self, NULL);
}

static void
give_cb (AvbPasswordForm *self)
{
  if (gtk_widget_get_sensitive (self->give))
    avb_password_request_give (self->request,
                               gtk_editable_get_text (GTK_EDITABLE (self->entry)),
                               adw_switch_row_get_active (self->remember));
}

static void
cancel_cb (AvbPasswordForm *self)
{
  avb_request_cancel (AVB_REQUEST (self->request));
}

static gboolean
avb_password_form_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (AVB_PASSWORD_FORM (widget)->entry);
}

static void
avb_password_form_dispose (GObject *object)
{
  AvbPasswordForm *self = AVB_PASSWORD_FORM (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_PASSWORD_FORM);
  g_clear_object (&self->request);
  G_OBJECT_CLASS (avb_password_form_parent_class)->dispose (object);
}

static void
avb_password_form_class_init (AvbPasswordFormClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_password_form_dispose;
  widget_class->grab_focus = avb_password_form_grab_focus;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/alphavbox/AlphaVBox/ui/machine/avb-password-form.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbPasswordForm, text);
  gtk_widget_class_bind_template_child (widget_class, AvbPasswordForm, entry);
  gtk_widget_class_bind_template_child (widget_class, AvbPasswordForm, remember);
  gtk_widget_class_bind_template_child (widget_class, AvbPasswordForm, problem);
  gtk_widget_class_bind_template_child (widget_class, AvbPasswordForm, give);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, give_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
}

static void
avb_password_form_init (AvbPasswordForm *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
avb_password_form_new (AvbPasswordRequest *request)
{
  AvbPasswordForm *self = g_object_new (AVB_TYPE_PASSWORD_FORM, NULL);
  const char *name = avb_request_get_machine_name (AVB_REQUEST (request));
  const char *host = avb_request_get_host (AVB_REQUEST (request));
  g_autofree char *host_line = avb_text_make_line (host, 253);
  g_autofree char *user = avb_text_make_line (avb_password_request_get_user (request), 128);
  g_autofree char *text =
      name == NULL ? g_strdup_printf (_("The host %1$s asks for the password of “%2$s”."), host_line, user)
      : host != NULL ? g_strdup_printf (_("The display of “%1$s” on %2$s asks for a password."), name, host)
                   : g_strdup_printf (_("The display of “%s” asks for a password."), name);
  gboolean can_remember = avb_password_request_get_can_remember (request);

  self->request = g_object_ref (request);
  gtk_label_set_label (self->text, text);
  gtk_widget_set_sensitive (GTK_WIDGET (self->remember), can_remember);
  if (!can_remember)
    adw_action_row_set_subtitle (ADW_ACTION_ROW (self->remember),
                                 _("This desktop has no keyring, so the password is kept only for now."));
  changed_cb (self);
  if (avb_password_request_get_wrong (request))
    set_problem (self, _("This password was not accepted. Try again."));
  return GTK_WIDGET (self);
}

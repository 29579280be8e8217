/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/machine/avb-console-prompt.h"

#include "ui/machine/avb-certificate-form.h"
#include "ui/machine/avb-password-form.h"

struct _AvbConsolePrompt {
  AdwBin parent_instance;

  AvbConsole *console; /* not owned: a sibling */
};

G_DEFINE_FINAL_TYPE (AvbConsolePrompt, avb_console_prompt, ADW_TYPE_BIN)

static GtkWidget *
build (AvbRequest *request)
{
  GtkWidget *form =
      AVB_IS_CERTIFICATE_REQUEST (request)
          ? avb_certificate_form_new (AVB_CERTIFICATE_REQUEST (request))
          : avb_password_form_new (AVB_PASSWORD_REQUEST (request));

  gtk_widget_set_valign (form, GTK_ALIGN_CENTER);
  return form;
}

static void
request_cb (AvbConsoleSession *session, GParamSpec *pspec, AvbConsolePrompt *self)
{
  AvbRequest *request = avb_console_session_get_request (session);
  gboolean had_focus = gtk_widget_get_focus_child (GTK_WIDGET (self)) != NULL;

  adw_bin_set_child (ADW_BIN (self), request != NULL ? build (request) : NULL);
  gtk_widget_set_visible (GTK_WIDGET (self), request != NULL);
  if (request != NULL)
    gtk_widget_grab_focus (adw_bin_get_child (ADW_BIN (self)));
  else if (had_focus)
    gtk_widget_grab_focus (GTK_WIDGET (self->console));
}

static void
avb_console_prompt_class_init (AvbConsolePromptClass *klass)
{
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "console-prompt");
}

static void
avb_console_prompt_init (AvbConsolePrompt *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self), FALSE);
}

void
avb_console_prompt_set_console (AvbConsolePrompt *self, AvbConsole *console)
{
  AvbConsoleSession *session;

  g_return_if_fail (AVB_IS_CONSOLE_PROMPT (self));
  g_return_if_fail (AVB_IS_CONSOLE (console));

  self->console = console;
  session = avb_console_get_session (console);
  g_signal_connect_object (
      session, "notify::request", G_CALLBACK (request_cb), self, G_CONNECT_DEFAULT);
  request_cb (session, NULL, self);
}

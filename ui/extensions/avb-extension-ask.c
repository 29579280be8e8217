/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-extension-ask.h"

#include <glib/gi18n-lib.h>

static void
response_cb (AdwAlertDialog *dialog, const char *response, DexPromise *promise)
{
  dex_promise_resolve_string (promise, g_strdup (response));
}

static void
unref_promise (gpointer data, GClosure *closure)
{
  dex_unref (data);
}

DexFuture *
avb_extension_ask (AdwDialog *dialog, GtkWidget *parent)
{
  DexPromise *promise = dex_promise_new ();

  g_signal_connect_data (dialog, "response", G_CALLBACK (response_cb), dex_ref (promise), unref_promise, 0);
  adw_dialog_present (dialog, parent);
  return DEX_FUTURE (promise);
}

/* (transfer full) */
static char *
describe_use (guint n, gboolean back)
{
  if (back)
    return g_strdup_printf (ngettext ("%u machine that runs has a disk from there. It waits for it until the extension runs again.",
                                      "%u machines that run have disks from there. They wait for them until the extension runs "
                                      "again.",
                                      n),
                            n);
  return g_strdup_printf (ngettext ("%u machine that runs has a disk from there. It stands still as soon as it needs that disk: "
                                    "shut it down first.",
                                    "%u machines that run have disks from there. They stand still as soon as they need those "
                                    "disks: shut them down first.",
                                    n),
                          n);
}

gboolean
avb_extension_ask_to_stop (GtkWidget *parent, guint n, gboolean back, const char *label)
{
  g_autofree char *body = NULL;
  g_autofree char *response = NULL;
  g_autoptr (AdwDialog) dialog = NULL;

  g_return_val_if_fail (GTK_IS_WIDGET (parent), FALSE);
  g_return_val_if_fail (label != NULL, FALSE);

  if (n == 0)
    return TRUE;
  body = describe_use (n, back);
  dialog = g_object_ref_sink (adw_alert_dialog_new (_("A Disk Is in Use"), body));
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _("_Cancel"), "go-on", label, NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "go-on",
                                            back ? ADW_RESPONSE_SUGGESTED : ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "cancel");
  response = dex_await_string (avb_extension_ask (dialog, parent), NULL);
  return g_strcmp0 (response, "go-on") == 0;
}

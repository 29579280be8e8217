/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-extension-logs.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-blocking.h"

static void
describe_line (gpointer item, AvbLogText *text)
{
  AvbLogLine *line = item;

  text->time = avb_log_line_get_time (line);
  text->text = g_strdup (avb_log_line_get_text (line));
  if (avb_log_line_get_level (line) == AVB_LOG_ERROR)
    {
      text->word = C_("log", "Error");
      text->style = "error";
    }
  else if (avb_log_line_get_level (line) == AVB_LOG_WARNING)
    {
      text->word = C_("log", "Warning");
      text->style = "warning";
    }
}

AdwNavigationPage *
avb_extension_log_page_new (AvbExtensionJobs *jobs, const char *id)
{
  g_autoptr (AvbExtension) extension = NULL;
  g_autofree char *title = NULL;

  g_return_val_if_fail (AVB_IS_EXTENSION_JOBS (jobs), NULL);

  extension = avb_extension_host_find (avb_extension_set_get_host (avb_extension_jobs_get_set (jobs)), id);
  if (extension == NULL)
    return NULL;
  /* Translators: %s is the name of an extension. */
  title = g_strdup_printf (_("Log of “%s”"), avb_extension_get_name (extension));
  return avb_log_page_new (title, _("It Wrote Nothing"), G_LIST_MODEL (avb_extension_get_log (extension)), describe_line,
                           TRUE);
}

/* What a method does, for people; the protocol's reference has its own word, which stands below. */
static const struct {
  const char *method;
  const char *text;
} methods[] = {
  { "host/machine.list", N_ ("Look at the list of machines") },
  { "host/machine.get", N_ ("Look at a machine") },
  { "host/machine.stats", N_ ("Measure a machine") },
  { "host/machine.action", N_ ("Change a machine") },
  { "host/guest.exec", N_ ("Run a command in a machine") },
  { "host/http.fetch", N_ ("Fetch from the network") },
  { "host/secret.get", N_ ("Read a password of its own") },
  { "host/secret.set", N_ ("Keep a password of its own") },
  { "host/secret.delete", N_ ("Delete a password of its own") },
  { "host/ui.ask", N_ ("Ask you something") },
};

static const char *
get_text (const char *method)
{
  for (gsize i = 0; i < G_N_ELEMENTS (methods); i++)
    if (g_str_equal (methods[i].method, method))
      return _(methods[i].text);
  return method;
}

static void
describe_entry (gpointer item, AvbLogText *text)
{
  AvbAuditEntry *entry = item;
  const char *method = avb_audit_entry_get_method (entry);
  const char *target = avb_audit_entry_get_target (entry);

  text->time = avb_audit_entry_get_time (entry);
  text->text = *target != '\0' ? g_strdup_printf ("%s · %s", get_text (method), target) : g_strdup (get_text (method));
  text->detail = avb_audit_entry_get_reason (entry) != NULL
                     ? g_strdup_printf ("%s · %s · %s", avb_audit_entry_get_extension (entry), method,
                                        avb_audit_entry_get_reason (entry))
                     : g_strdup_printf ("%s · %s", avb_audit_entry_get_extension (entry), method);
  if (!avb_audit_entry_get_allowed (entry))
    {
      text->word = C_("log", "Refused");
      text->style = "error";
    }
}

AdwNavigationPage *
avb_audit_page_new (AvbExtensionJobs *jobs)
{
  AvbExtensionHost *host;

  g_return_val_if_fail (AVB_IS_EXTENSION_JOBS (jobs), NULL);

  host = avb_extension_set_get_host (avb_extension_jobs_get_set (jobs));
  avb_future_finish (avb_audit_log_load (avb_extension_host_get_audit (host)), "read what extensions did");
  return avb_log_page_new (_("What Extensions Did"), _("Nothing Yet"), G_LIST_MODEL (avb_extension_host_get_audit (host)),
                           describe_entry, FALSE);
}

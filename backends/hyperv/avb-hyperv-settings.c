/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-private.h"

#include <glib/gi18n-lib.h>

/* Settings are kept in the notes of the machine. */

static DexFuture *
keep_fiber (gpointer data)
{
  AvbHypervVerb *verb = data;
  GError        *error = NULL;
  g_autoptr (AvbWmiPath) path = avb_hyperv_settings_path (verb->id);
  g_autoptr (AvbWmiObject) settings = dex_await_boxed (avb_wsman_client_get (verb->client, path), &error);
  g_autoptr (AvbWmiObject) parameters = avb_wmi_object_new ("ModifySystemSettings");
  g_autoptr (AvbWmiObject) result = NULL;
  g_autoptr (AvbHypervNotes) notes = NULL;
  g_autofree char *before = NULL;
  g_autofree char *after = NULL;
  g_autofree char *word = g_strconcat (AVB_HYPERV_NOTES_SETTING, verb->text, NULL);

  if (settings == NULL)
    return dex_future_new_for_error (error);
  before = avb_hyperv_settings_dup_notes (settings);
  notes = avb_hyperv_notes_parse (before);
  avb_hyperv_notes_set (notes, word, verb->more);
  after = avb_hyperv_notes_merge (before, notes);
  if (g_str_equal (before, after))
    return dex_future_new_true ();
  avb_hyperv_settings_set_notes (settings, after);
  avb_wmi_object_set_object (parameters, "SystemSettings", settings);
  result = avb_hyperv_call_service (&verb->call, AVB_HYPERV_VSMS, "ModifySystemSettings", parameters, &error);
  return result != NULL ? dex_future_new_true () : dex_future_new_for_error (error);
}

DexFuture *
avb_hyperv_machine_keep_setting (AvbMachine *machine, const char *key, const char *value)
{
  AvbHypervVerb *verb = avb_hyperv_verb_new (NULL, machine, _ ("The setting could not be kept."));

  if (verb != NULL)
    {
      verb->text = g_strdup (key);
      verb->more = g_strdup (value);
    }
  return avb_hyperv_verb_run (verb, keep_fiber, TRUE);
}

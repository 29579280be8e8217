/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-private.h"

#include <glib/gi18n-lib.h>

/* Settings are kept in the notes, one after the other, so that the last one wins. What was asked for and is not kept (yet)
 * stays in force whatever is read meanwhile. */

typedef struct {
  char *value; /* (nullable) */
  guint serial;
} Unkept;

typedef struct {
  AvbHypervMachine *machine;
  char             *key;
  char             *value;
  guint             serial;
} Keep;

void
avb_hyperv_unkept_free (gpointer data)
{
  Unkept *unkept = data;

  g_free (unkept->value);
  g_free (unkept);
}

static gpointer
keep_ref (gpointer keep)
{
  return g_rc_box_acquire (keep);
}

static void
keep_clear (gpointer data)
{
  Keep *keep = data;

  g_object_unref (keep->machine);
  g_free (keep->key);
  g_free (keep->value);
}

static void
keep_unref (gpointer keep)
{
  g_rc_box_release_full (keep, keep_clear);
}

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

static DexFuture *
kept_cb (DexFuture *future, gpointer data)
{
  Keep             *keep = data;
  AvbHypervMachine *self = keep->machine;
  Unkept           *unkept = g_hash_table_lookup (self->unkept, keep->key);

  if (dex_future_is_resolved (future) && unkept != NULL && unkept->serial == keep->serial)
    g_hash_table_remove (self->unkept, keep->key);
  if (self->settings_serial == keep->serial)
    dex_clear (&self->keeping);
  return dex_ref (future);
}

static DexFuture *
keep_cb (DexFuture *before, gpointer data)
{
  Keep          *keep = data;
  AvbHypervVerb *verb
      = avb_hyperv_verb_new (NULL, AVB_MACHINE (keep->machine), _ ("The setting could not be kept."));

  if (verb != NULL)
    {
      verb->text = g_strdup (keep->key);
      verb->more = g_strdup (keep->value);
    }
  return dex_future_finally (avb_hyperv_verb_run (verb, keep_fiber, TRUE), kept_cb, keep_ref (keep), keep_unref);
}

DexFuture *
avb_hyperv_machine_set_setting (AvbMachine *machine, const char *key, const char *value)
{
  AvbHypervMachine *self = AVB_HYPERV_MACHINE (machine);
  Keep             *keep = g_rc_box_new0 (Keep);
  Unkept           *unkept = g_new0 (Unkept, 1);
  DexFuture        *before;

  unkept->value = g_strdup (value);
  unkept->serial = ++self->settings_serial;
  g_hash_table_insert (self->unkept, g_strdup (key), unkept);

  keep->machine = g_object_ref (self);
  keep->key = g_strdup (key);
  keep->value = g_strdup (value);
  keep->serial = unkept->serial;
  before = self->keeping != NULL ? g_steal_pointer (&self->keeping) : dex_future_new_true ();
  self->keeping = dex_future_finally (before, keep_cb, keep, keep_unref);
  return dex_ref (self->keeping);
}

void
avb_hyperv_machine_take_settings (AvbHypervMachine *self, GHashTable *settings)
{
  GHashTableIter iter;
  gpointer       key, value;

  g_hash_table_iter_init (&iter, self->unkept);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const Unkept *unkept = value;

      if (unkept->value != NULL)
        g_hash_table_insert (settings, g_strdup (key), g_strdup (unkept->value));
      else
        g_hash_table_remove (settings, key);
    }
  avb_machine_set_settings (AVB_MACHINE (self), settings);
}

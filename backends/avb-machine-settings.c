/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-machine-private.h"

#include <glib/gi18n-lib.h>

/* What the user chose for one machine: keys and short texts. They are in force at once, and are kept one after the other,
 * so that the last one wins. What was asked for and is not kept (yet) stays in force whatever is read meanwhile. */

#define KEY_MAX_BYTES 64
#define SETTING_MAX_BYTES 4096

static gboolean
setting_is_valid (const char *key, const char *value)
{
  if (*key == '\0' || strlen (key) > KEY_MAX_BYTES
      || strspn (key, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen (key))
    return FALSE;
  if (value == NULL)
    return TRUE;
  if (strlen (value) > SETTING_MAX_BYTES || !g_utf8_validate (value, -1, NULL))
    return FALSE;
  for (const char *c = value; *c != '\0'; c++)
    if (g_ascii_iscntrl (*c))
      return FALSE;
  return TRUE;
}

/* Returns: whether it is another one now */
static gboolean
take_setting (AvbMachine *self, const char *key, const char *value)
{
  GHashTable      *values = avb_machine_peek_settings (self)->values;
  g_autofree char *name = NULL;

  if (g_strcmp0 (g_hash_table_lookup (values, key), value) == 0)
    return FALSE;
  name = g_strdup (key); /* the table may own the one that was passed */
  if (value != NULL)
    g_hash_table_insert (values, g_strdup (name), g_strdup (value));
  else
    g_hash_table_remove (values, name);
  avb_machine_emit_setting_changed (self, name);
  return TRUE;
}

const char *
avb_machine_get_setting (AvbMachine *self, const char *key)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);

  return g_hash_table_lookup (avb_machine_peek_settings (self)->values, key);
}

AvbMachineSettings *
avb_machine_settings_new (void)
{
  AvbMachineSettings *self = g_new0 (AvbMachineSettings, 1);

  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->unkept = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
avb_machine_settings_free (AvbMachineSettings *self)
{
  g_hash_table_unref (self->values);
  g_hash_table_unref (self->unkept);
  dex_clear (&self->keeping);
  g_free (self);
}

typedef struct {
  AvbMachine *machine;
  char       *key;
  char       *value; /* (nullable) */
  guint       serial;
} Keep;

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
kept_cb (DexFuture *future, gpointer data)
{
  Keep               *keep = data;
  AvbMachineSettings *settings = avb_machine_peek_settings (keep->machine);

  if (dex_future_is_resolved (future)
      && GPOINTER_TO_UINT (g_hash_table_lookup (settings->unkept, keep->key)) == keep->serial)
    g_hash_table_remove (settings->unkept, keep->key);
  /* It holds the machine. */
  if (settings->serial == keep->serial)
    dex_clear (&settings->keeping);
  return dex_ref (future);
}

static DexFuture *
keep_cb (DexFuture *before, gpointer data)
{
  Keep *keep = data;

  return dex_future_finally (AVB_MACHINE_GET_CLASS (keep->machine)
                                 ->keep_setting (keep->machine, keep->key, keep->value),
                             kept_cb,
                             keep_ref (keep),
                             keep_unref);
}

static DexFuture *
enqueue (AvbMachine *self, const char *key, const char *value)
{
  AvbMachineSettings *settings = avb_machine_peek_settings (self);
  Keep               *keep = g_rc_box_new0 (Keep);
  DexFuture          *before, *future;

  keep->machine = g_object_ref (self);
  keep->key = g_strdup (key);
  keep->value = g_strdup (value);
  keep->serial = ++settings->serial;
  g_hash_table_insert (settings->unkept, g_strdup (key), GUINT_TO_POINTER (keep->serial));

  before = settings->keeping != NULL ? g_steal_pointer (&settings->keeping) : dex_future_new_true ();
  future = dex_future_finally (before, keep_cb, keep, keep_unref);
  if (dex_future_is_pending (future))
    settings->keeping = dex_ref (future);
  return future;
}

DexFuture *
avb_machine_set_setting (AvbMachine *self, const char *key, const char *value)
{
  AvbMachineClass *klass;

  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  if (!setting_is_valid (key, value))
    return avb_machine_reject (AVB_ERROR_INVALID,
                               _ ("This can’t be kept as a setting of the machine."));
  if (!take_setting (self, key, value) || klass->keep_setting == NULL)
    return dex_future_new_true ();
  return enqueue (self, key, value);
}

void
avb_machine_set_settings (AvbMachine *self, GHashTable *settings)
{
  AvbMachineSettings *own;
  g_autoptr (GPtrArray) old = NULL;
  GHashTableIter iter;
  gpointer       key, value;

  g_return_if_fail (AVB_IS_MACHINE (self));
  g_return_if_fail (settings != NULL);

  own = avb_machine_peek_settings (self);
  /* Copies: who is told of one change may make another. */
  old = g_hash_table_get_keys_as_ptr_array (own->values);
  for (guint i = 0; i < old->len; i++)
    old->pdata[i] = g_strdup (old->pdata[i]);
  g_ptr_array_set_free_func (old, g_free);
  for (guint i = 0; i < old->len; i++)
    if (!g_hash_table_contains (settings, old->pdata[i]) && !g_hash_table_contains (own->unkept, old->pdata[i]))
      take_setting (self, old->pdata[i], NULL);
  g_hash_table_iter_init (&iter, settings);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (setting_is_valid (key, value) && !g_hash_table_contains (own->unkept, key))
      take_setting (self, key, value);
}

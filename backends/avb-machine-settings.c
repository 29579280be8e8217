/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-machine-private.h"

#include <glib/gi18n-lib.h>

/* What the user chose for one machine: keys and short texts. */

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
  GHashTable      *settings = avb_machine_peek_settings (self);
  g_autofree char *name = NULL;

  if (g_strcmp0 (g_hash_table_lookup (settings, key), value) == 0)
    return FALSE;
  name = g_strdup (key); /* the table may own the one that was passed */
  if (value != NULL)
    g_hash_table_insert (settings, g_strdup (name), g_strdup (value));
  else
    g_hash_table_remove (settings, name);
  avb_machine_emit_setting_changed (self, name);
  return TRUE;
}

const char *
avb_machine_get_setting (AvbMachine *self, const char *key)
{
  g_return_val_if_fail (AVB_IS_MACHINE (self), NULL);
  g_return_val_if_fail (key != NULL, NULL);

  return g_hash_table_lookup (avb_machine_peek_settings (self), key);
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
  if (!take_setting (self, key, value) || klass->set_setting == NULL)
    return dex_future_new_true ();
  return klass->set_setting (self, key, value);
}

void
avb_machine_set_settings (AvbMachine *self, GHashTable *settings)
{
  g_autoptr (GPtrArray) old = NULL;
  GHashTableIter iter;
  gpointer       key, value;

  g_return_if_fail (AVB_IS_MACHINE (self));
  g_return_if_fail (settings != NULL);

  /* Copies: who is told of one change may make another. */
  old = g_hash_table_get_keys_as_ptr_array (avb_machine_peek_settings (self));
  for (guint i = 0; i < old->len; i++)
    old->pdata[i] = g_strdup (old->pdata[i]);
  g_ptr_array_set_free_func (old, g_free);
  for (guint i = 0; i < old->len; i++)
    if (!g_hash_table_contains (settings, old->pdata[i]))
      take_setting (self, old->pdata[i], NULL);
  g_hash_table_iter_init (&iter, settings);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (setting_is_valid (key, value))
      take_setting (self, key, value);
}

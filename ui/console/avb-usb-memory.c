/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-usb-memory.h"

#define SETTING "usb-devices"
/* A list that somebody edited must not make us show thousands. */
#define MAX_DEVICES 64

char **
avb_usb_memory_dup (GSettings *settings, const char *uuid)
{
  g_autoptr (GVariant) all = g_settings_get_value (settings, SETTING);
  char **list = NULL;

  if (!g_variant_lookup (all, uuid, "^as", &list))
    return g_new0 (char *, 1);
  if (g_strv_length (list) > MAX_DEVICES)
    for (guint i = g_strv_length (list); i > MAX_DEVICES; i--)
      g_clear_pointer (&list[i - 1], g_free);
  return list;
}

/* Writes the whole setting with another list for @uuid. */
static void
write_list (GSettings *settings, const char *uuid, char **list)
{
  g_autoptr (GVariant) all = g_settings_get_value (settings, SETTING);
  g_autoptr (GVariantBuilder) builder = g_variant_builder_new (G_VARIANT_TYPE ("a{sas}"));
  GVariantIter iter;
  const char  *key;
  GVariant    *value;

  g_variant_iter_init (&iter, all);
  while (g_variant_iter_loop (&iter, "{&s@as}", &key, &value))
    if (!g_str_equal (key, uuid))
      g_variant_builder_add (builder, "{s@as}", key, value);
  if (list[0] != NULL)
    g_variant_builder_add (builder, "{s^as}", uuid, list);
  g_settings_set_value (settings, SETTING, g_variant_builder_end (builder));
}

static void
change (GSettings *settings, const char *uuid, const char *id, gsize id_length, const char *device)
{
  g_auto (GStrv) list = avb_usb_memory_dup (settings, uuid);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) changed = NULL;

  for (guint i = 0; list[i] != NULL; i++)
    if (strncmp (list[i], id, id_length) != 0)
      g_strv_builder_add (builder, list[i]);
  if (device != NULL)
    g_strv_builder_add (builder, device);
  changed = g_strv_builder_end (builder);
  write_list (settings, uuid, changed);
}

void
avb_usb_memory_add (GSettings *settings, const char *uuid, const char *device)
{
  change (settings, uuid, device, strcspn (device, " "), device);
}

void
avb_usb_memory_remove (GSettings *settings, const char *uuid, const char *id)
{
  change (settings, uuid, id, strlen (id), NULL);
}

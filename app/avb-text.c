/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-text.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#define MAX_NAME_CHARS 60
#define MAX_FILE_NAME_CHARS 80

char *
avb_text_dup_file_name (GFile *file)
{
  g_autofree char *name = NULL;

  g_return_val_if_fail (G_IS_FILE (file), NULL);

  name = g_file_get_basename (file);
  return avb_text_make_line (name, MAX_FILE_NAME_CHARS);
}

char *
avb_text_make_machine_name (const char *wish)
{
  g_autofree char *name = avb_text_make_line (wish, MAX_NAME_CHARS);

  g_strdelimit (name, "/\\", '-');
  if (*name == '\0' || strspn (name, ". -…") == strlen (name))
    return g_strdup (C_("default name of a machine", "Machine"));
  return g_steal_pointer (&name);
}

char *
avb_format_size (guint64 bytes)
{
  return g_format_size_full (bytes, G_FORMAT_SIZE_IEC_UNITS);
}

char *
avb_format_memory (guint64 mib)
{
  /* Translators: an amount of memory in mebibytes. */
  if (mib < 1024)
    return g_strdup_printf (_("%u MiB"), (guint) mib);
  /* Translators: an amount of memory in gibibytes. */
  if (mib % 1024 == 0)
    return g_strdup_printf (_("%u GiB"), (guint) MIN (mib / 1024, G_MAXUINT));
  return g_strdup_printf (_("%.1f GiB"), (double) mib / 1024);
}

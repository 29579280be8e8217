/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-text-line.h"

/* Format characters reorder or hide what is around them; joiners are needed to write some languages. */
static gboolean
is_harmless (gunichar c)
{
  if (c == 0x200c || c == 0x200d)
    return TRUE;
  switch (g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_UNASSIGNED:
      return FALSE;
    default:
      return TRUE;
    }
}

char *
avb_text_make_line (const char *text, guint max_chars)
{
  g_autofree char *utf8 = g_utf8_make_valid (text != NULL ? text : "", -1);
  GString *line = g_string_new (NULL);
  gboolean space = FALSE;
  guint chars = 0;

  for (const char *c = utf8; *c != '\0'; c = g_utf8_next_char (c))
    {
      gunichar letter = g_utf8_get_char (c);

      if (g_unichar_isspace (letter) || !is_harmless (letter))
        {
          space = line->len > 0;
          continue;
        }
      if (chars + (space ? 2 : 1) > max_chars)
        {
          g_string_append (line, "…");
          break;
        }
      if (space)
        g_string_append_c (line, ' ');
      g_string_append_unichar (line, letter);
      chars += space ? 2 : 1;
      space = FALSE;
    }
  return g_string_free (line, FALSE);
}

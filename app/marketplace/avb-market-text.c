/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/marketplace/avb-market-text.h"

#include <string.h>

#include "backends/avb-text-line.h"

#define MAX_BYTES 65536

static const char *
get_text (JsonObject *object, const char *member)
{
  JsonNode *node = json_object_get_member (object, member);
  const char *const *languages = g_get_language_names ();

  if (node != NULL && JSON_NODE_HOLDS_VALUE (node))
    return json_node_get_string (node);
  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return NULL;
  for (guint i = 0; languages[i] != NULL; i++)
    {
      const char *text = json_object_get_string_member_with_default (json_node_get_object (node), languages[i], NULL);

      if (text != NULL)
        return text;
    }
  return json_object_get_string_member_with_default (json_node_get_object (node), "en", NULL);
}

char *
avb_market_text_dup_line (JsonObject *object, const char *member, guint max_chars)
{
  return avb_text_make_line (get_text (object, member), max_chars);
}

char *
avb_market_text_dup_lines (JsonObject *object, const char *member, guint max_chars)
{
  const char *text = get_text (object, member);
  g_autoptr (GString) result = g_string_new (NULL);
  g_autofree char *head = NULL;
  g_auto (GStrv) lines = NULL;

  if (text == NULL)
    return NULL;
  head = g_strndup (text, MAX_BYTES);
  lines = g_strsplit (head, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *line = avb_text_make_line (lines[i], max_chars);

      g_string_append_printf (result, "%s%s", i > 0 ? "\n" : "", line);
      if (g_utf8_strlen (result->str, -1) > max_chars)
        break;
    }
  return g_strchomp (g_string_free (g_steal_pointer (&result), FALSE));
}

char *
avb_market_text_fold (const char *text)
{
  g_autofree char *decomposed = g_utf8_normalize (text, -1, G_NORMALIZE_ALL);
  g_autoptr (GString) bare = g_string_new (NULL);

  for (const char *p = decomposed; p != NULL && *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (!g_unichar_ismark (c))
        g_string_append_unichar (bare, c);
    }
  return g_utf8_casefold (bare->str, bare->len);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-localized.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "app/extensions/avb-json.h"
#include "backends/avb-error.h"

/* More languages than a program is translated to. */
#define MAX_LANGUAGES 200
#define MAX_TAG 35

static gboolean
is_harmless (gunichar c, gboolean lines)
{
  if (c == '\n' || c == '\t')
    return lines;
  /* Joiners: some languages are not written without them. */
  if (c == 0x200c || c == 0x200d)
    return TRUE;
  switch (g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
      return FALSE;
    default:
      return TRUE;
    }
}

static gboolean
check_text (const char *text, const char *member, gboolean lines, GError **error)
{
  for (const char *c = text; *c != '\0'; c = g_utf8_next_char (c))
    if (!is_harmless (g_utf8_get_char (c), lines))
      {
        g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL,
                                                 _("“%s” contains characters that are not for texts."), member));
        return FALSE;
      }
  if (text[strspn (text, " \n\t")] != '\0')
    return TRUE;
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, _("“%s” is empty."), member));
  return FALSE;
}

/* "de", "pt_BR", "zh-Hant", "ca@valencia" */
static gboolean
is_language (const char *tag)
{
  gsize letters = strspn (tag, "abcdefghijklmnopqrstuvwxyz");

  if (letters < 2 || letters > 3 || strlen (tag) > MAX_TAG)
    return FALSE;
  for (const char *c = tag + letters; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr ("_-@", *c) == NULL)
      return FALSE;
  return TRUE;
}

static gboolean
check_languages (JsonObject *texts, const char *member, gsize max, gboolean lines, GError **error)
{
  JsonObjectIter iter;
  const char *tag;

  if (json_object_get_size (texts) > MAX_LANGUAGES || !json_object_has_member (texts, "en"))
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, _("“%s” has no English text."), member));
      return FALSE;
    }
  json_object_iter_init (&iter, texts);
  while (json_object_iter_next (&iter, &tag, NULL))
    {
      const char *text = NULL;

      if (!is_language (tag))
        g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, _("“%s” has a text in no language."), member));
      else
        text = avb_json_get_string (texts, tag, max, error);
      if (text == NULL || !check_text (text, tag, lines, error))
        {
          avb_json_prefix_error (error, "%s", member);
          return FALSE;
        }
    }
  return TRUE;
}

/* Locales are written pt_BR, tags of BCP 47 pt-BR. */
static const char *
find_language (JsonObject *texts, const char *wanted)
{
  g_autofree char *tag = g_strdelimit (g_strdup (wanted), "_", '-');

  if (json_object_has_member (texts, wanted))
    return json_object_get_string_member (texts, wanted);
  if (json_object_has_member (texts, tag))
    return json_object_get_string_member (texts, tag);
  return NULL;
}

static const char *
choose (JsonObject *texts)
{
  const char *const *languages = g_get_language_names ();

  for (guint i = 0; languages[i] != NULL; i++)
    {
      const char *text = find_language (texts, languages[i]);

      if (text != NULL)
        return text;
    }
  return json_object_get_string_member (texts, "en");
}

gboolean
avb_localized_read (JsonObject *object,
                    const char *member,
                    gsize       max,
                    gboolean    lines,
                    gboolean    required,
                    char      **out,
                    GError    **error)
{
  JsonNode *node;
  const char *text;

  g_return_val_if_fail (object != NULL && member != NULL && out != NULL, FALSE);

  *out = NULL;
  node = json_object_get_member (object, member);
  if (node == NULL && !required)
    return TRUE;
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    {
      if (!check_languages (json_node_get_object (node), member, max, lines, error))
        return FALSE;
      *out = g_strdup (choose (json_node_get_object (node)));
      return TRUE;
    }
  text = avb_json_get_string (object, member, max, error);
  if (text == NULL || !check_text (text, member, lines, error))
    return FALSE;
  *out = g_strdup (text);
  return TRUE;
}

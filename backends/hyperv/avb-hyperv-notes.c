/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-notes.h"

#include <string.h>

#define BEGIN "[Alpha VBox 1.0]"
#define END "[/Alpha VBox]"
#define MAX_BYTES (1024 * 1024)
#define MAX_LINES 1024

/* Where the block is in a text with line feeds. */
typedef struct {
  gsize before; /* length of the text before it, without what separates them */
  gsize inside; /* begin of the lines */
  gsize end;    /* of the lines */
  gsize after;  /* begin of the text behind it */
} Block;

AvbHypervNotes *
avb_hyperv_notes_new (void)
{
  AvbHypervNotes *self = g_new0 (AvbHypervNotes, 1);

  self->words = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
avb_hyperv_notes_free (AvbHypervNotes *self)
{
  g_free (self->description);
  g_hash_table_unref (self->words);
  g_free (self);
}

void
avb_hyperv_notes_set (AvbHypervNotes *self, const char *key, const char *value)
{
  if (value != NULL)
    g_hash_table_replace (self->words, g_strdup (key), g_strdup (value));
  else
    g_hash_table_remove (self->words, key);
}

const char *
avb_hyperv_notes_get (AvbHypervNotes *self, const char *key)
{
  return g_hash_table_lookup (self->words, key);
}

GHashTable *
avb_hyperv_notes_dup_settings (AvbHypervNotes *self)
{
  GHashTable    *settings = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  GHashTableIter iter;
  gpointer       key, value;

  g_hash_table_iter_init (&iter, self->words);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (g_str_has_prefix (key, AVB_HYPERV_NOTES_SETTING))
      g_hash_table_insert (settings, g_strdup ((char *) key + strlen (AVB_HYPERV_NOTES_SETTING)), g_strdup (value));
  return settings;
}

/* Line feeds, whatever ends the lines; valid; not without end. */
static char *
dup_plain (const char *text)
{
  g_autofree char *valid = NULL;
  g_auto (GStrv) lines = NULL;
  gsize length;

  if (text == NULL)
    return g_strdup ("");
  length = strnlen (text, MAX_BYTES);
  valid = g_utf8_make_valid (text, (gssize) length);
  lines = g_strsplit (valid, "\r\n", -1);
  return g_strjoinv ("\n", lines);
}

static gboolean
line_is (const char *line, gsize length, const char *what)
{
  while (length > 0 && g_ascii_isspace (line[length - 1]))
    length--;
  return length == strlen (what) && strncmp (line, what, length) == 0;
}

/* The last block is the one: whoever writes one puts it behind everything else. */
static gboolean
find_block (const char *text, Block *block)
{
  gboolean found = FALSE, inside = FALSE;
  Block    candidate = { 0 };

  for (const char *line = text; *line != '\0';)
    {
      const char *feed = strchr (line, '\n');
      gsize       length = feed != NULL ? (gsize) (feed - line) : strlen (line);
      gsize       next = (gsize) (line - text) + length + (feed != NULL);

      if (line_is (line, length, BEGIN))
        {
          candidate.before = (gsize) (line - text);
          candidate.inside = next;
          inside = TRUE;
        }
      else if (inside && line_is (line, length, END))
        {
          candidate.end = (gsize) (line - text);
          candidate.after = next;
          *block = candidate;
          found = TRUE;
          inside = FALSE;
        }
      line = text + next;
    }
  /* An empty line between the user's text and the block. */
  for (guint i = 0; found && i < 2; i++)
    if (block->before > 0 && text[block->before - 1] == '\n')
      block->before--;
  return found;
}

/* As validation wants a description: lines and tabs, no other control characters. */
static char *
dup_description (const char *text)
{
  GString *clean = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c != '\n' && c != '\t' && (g_unichar_iscntrl (c) || c == 0xfffe || c == 0xffff))
        c = ' ';
      g_string_append_unichar (clean, c);
    }
  if (clean->len == 0)
    {
      g_string_free (clean, TRUE);
      return NULL;
    }
  return g_string_free (clean, FALSE);
}

static void
take_line (AvbHypervNotes *self, const char *line)
{
  const char      *equals = strchr (line, '=');
  g_autofree char *key = NULL;
  g_autofree char *value = NULL;

  if (equals == NULL || equals == line)
    return;
  key = g_strndup (line, (gsize) (equals - line));
  value = dup_description (equals + 1);
  if (value != NULL)
    avb_hyperv_notes_set (self, key, value);
}

/* The user's own text around the block, as it is. */
static char *
dup_around (const char *plain, const Block *block)
{
  g_autofree char *before = g_strndup (plain, block->before);
  const char      *after = plain + block->after;

  return *before != '\0' && *after != '\0' ? g_strconcat (before, "\n", after, NULL)
                                           : g_strconcat (before, after, NULL);
}

AvbHypervNotes *
avb_hyperv_notes_parse (const char *text)
{
  AvbHypervNotes  *self = avb_hyperv_notes_new ();
  g_autofree char *plain = dup_plain (text);
  g_autofree char *around = NULL;
  g_autofree char *inside = NULL;
  g_auto (GStrv) lines = NULL;
  Block block;

  if (!find_block (plain, &block))
    {
      self->description = dup_description (plain);
      return self;
    }
  around = dup_around (plain, &block);
  self->description = dup_description (around);
  inside = g_strndup (plain + block.inside, block.end - block.inside);
  lines = g_strsplit (inside, "\n", MAX_LINES);
  for (guint i = 0; lines[i] != NULL; i++)
    take_line (self, lines[i]);
  return self;
}

static gboolean
words_equal (GHashTable *a, GHashTable *b)
{
  GHashTableIter iter;
  gpointer       key, value;

  if (g_hash_table_size (a) != g_hash_table_size (b))
    return FALSE;
  g_hash_table_iter_init (&iter, a);
  while (g_hash_table_iter_next (&iter, &key, &value))
    if (g_strcmp0 (g_hash_table_lookup (b, key), value) != 0)
      return FALSE;
  return TRUE;
}

static int
compare_keys (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* A description that has a mark itself needs a block behind it, so that the last one is ours. */
static void
append_block (GString *text, const char *description, GHashTable *words)
{
  g_autoptr (GPtrArray) keys = g_hash_table_get_keys_as_ptr_array (words);

  if (keys->len == 0 && (description == NULL || strstr (description, BEGIN) == NULL))
    return;
  g_ptr_array_sort (keys, compare_keys);
  if (text->len > 0)
    g_string_append (text, "\n\n");
  g_string_append (text, BEGIN "\n");
  for (guint i = 0; i < keys->len; i++)
    g_string_append_printf (
        text, "%s=%s\n", (char *) keys->pdata[i], (char *) g_hash_table_lookup (words, keys->pdata[i]));
  g_string_append (text, END "\n");
}

char *
avb_hyperv_notes_merge (const char *text, AvbHypervNotes *notes)
{
  g_autoptr (AvbHypervNotes) old = avb_hyperv_notes_parse (text);
  g_autoptr (GString) merged = g_string_new (NULL);
  g_autofree char *plain = dup_plain (text);
  gboolean         same = g_strcmp0 (old->description, notes->description) == 0;
  Block            block = { .before = strlen (plain), .after = strlen (plain) };

  if (same && words_equal (old->words, notes->words))
    return g_strdup (text != NULL ? text : "");
  find_block (plain, &block);
  if (same)
    g_string_append_len (merged, plain, (gssize) block.before);
  else if (notes->description != NULL)
    g_string_append (merged, notes->description);
  append_block (merged, notes->description, notes->words);
  if (same && plain[block.after] != '\0')
    g_string_append_printf (merged, "%s%s", merged->len > 0 && merged->str[merged->len - 1] != '\n' ? "\n" : "",
                            plain + block.after);
  if (text != NULL && strstr (text, "\r\n") != NULL)
    g_string_replace (merged, "\n", "\r\n", 0);
  return g_strdup (merged->str);
}

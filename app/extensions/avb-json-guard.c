/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The grammar of RFC 8259, read once from left to right without recursion. */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <math.h>
#include <string.h>

#include "app/extensions/avb-json-private.h"
#include "app/extensions/avb-json.h"
#include "backends/avb-error.h"

/* Longer numbers say nothing more. */
#define MAX_NUMBER 128

typedef struct {
  const char *text;
  const char *at;
  const char *end;
  gsize       max_values;
  gsize       n_values;
  gsize       n_members;
  guint       depth;
  char        open[AVB_JSON_MAX_DEPTH]; /* which bracket each level began with */
  const char *problem;                  /* (nullable): translated */
} Guard;

static gboolean
fail (Guard *self, const char *problem)
{
  if (self->problem == NULL)
    self->problem = problem;
  return FALSE;
}

static gboolean
fail_grammar (Guard *self)
{
  return fail (self, _("This is not JSON."));
}

static void
skip_space (Guard *self)
{
  while (self->at < self->end && (*self->at == ' ' || *self->at == '\t' || *self->at == '\n' || *self->at == '\r'))
    self->at++;
}

static gboolean
read_hex (Guard *self, guint *unit)
{
  *unit = 0;
  if (self->end - self->at < 4)
    return fail_grammar (self);
  for (guint i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (*self->at++);

      if (digit < 0)
        return fail_grammar (self);
      *unit = *unit << 4 | (guint) digit;
    }
  return TRUE;
}

/* After "\u". A half of a pair alone is no character, and NUL would end the string for everyone behind. */
static gboolean
read_unicode (Guard *self)
{
  guint unit;
  guint second;

  if (!read_hex (self, &unit))
    return FALSE;
  if (unit == 0)
    return fail (self, _("A text in it contains NUL."));
  if (unit < 0xd800 || unit > 0xdfff)
    return TRUE;
  if (unit > 0xdbff || self->end - self->at < 2 || self->at[0] != '\\' || self->at[1] != 'u')
    return fail (self, _("A text in it contains half a character."));
  self->at += 2;
  if (!read_hex (self, &second))
    return FALSE;
  if (second < 0xdc00 || second > 0xdfff)
    return fail (self, _("A text in it contains half a character."));
  return TRUE;
}

/* At the quote. */
static gboolean
read_string (Guard *self)
{
  self->at++;
  while (self->at < self->end)
    {
      guchar c = (guchar) *self->at++;

      if (c == '"')
        return TRUE;
      if (c < 0x20)
        return fail_grammar (self);
      if (c != '\\')
        continue;
      if (self->at == self->end)
        break;
      c = (guchar) *self->at++;
      if (c == 'u' ? !read_unicode (self) : c == '\0' || strchr ("\"\\/bfnrt", c) == NULL)
        return fail_grammar (self);
    }
  return fail_grammar (self);
}

static guint
skip_digits (Guard *self)
{
  guint n = 0;

  for (; self->at < self->end && g_ascii_isdigit (*self->at); self->at++)
    n++;
  return n;
}

/* Of a whole number the tree keeps 64 bits, of others a double: what does not fit would become another number. */
static gboolean
check_number (Guard *self, const char *begin, gboolean whole)
{
  char number[MAX_NUMBER + 1];
  gint64 value;

  if (self->at - begin > MAX_NUMBER)
    return fail (self, _("A number in it is too long."));
  memcpy (number, begin, (gsize) (self->at - begin));
  number[self->at - begin] = '\0';
  if (whole ? !g_ascii_string_to_signed (number, 10, G_MININT64, G_MAXINT64, &value, NULL)
            : !isfinite (g_ascii_strtod (number, NULL)))
    return fail (self, _("A number in it is too large."));
  return TRUE;
}

static gboolean
read_number (Guard *self)
{
  const char *begin = self->at;
  gboolean whole = TRUE;
  gboolean zero;

  if (*self->at == '-')
    self->at++;
  zero = self->at < self->end && *self->at == '0';
  if (zero)
    self->at++;
  else if (skip_digits (self) == 0)
    return fail_grammar (self);
  if (self->at < self->end && *self->at == '.')
    {
      whole = FALSE;
      self->at++;
      if (skip_digits (self) == 0)
        return fail_grammar (self);
    }
  if (self->at < self->end && (*self->at == 'e' || *self->at == 'E'))
    {
      whole = FALSE;
      self->at++;
      if (self->at < self->end && (*self->at == '+' || *self->at == '-'))
        self->at++;
      if (skip_digits (self) == 0)
        return fail_grammar (self);
    }
  return check_number (self, begin, whole);
}

static gboolean
read_word (Guard *self, const char *word)
{
  gsize length = strlen (word);

  if ((gsize) (self->end - self->at) < length || memcmp (self->at, word, length) != 0)
    return fail_grammar (self);
  self->at += length;
  return TRUE;
}

/* A name and its colon. */
static gboolean
read_name (Guard *self)
{
  skip_space (self);
  if (self->at == self->end || *self->at != '"' || !read_string (self))
    return fail_grammar (self);
  self->n_members++;
  skip_space (self);
  return read_word (self, ":");
}

/* Opens a level. Sets *@done if it is closed at once. */
static gboolean
read_bracket (Guard *self, gboolean *done)
{
  char bracket = *self->at++;

  if (self->depth == AVB_JSON_MAX_DEPTH)
    return fail (self, _("It is nested too deeply."));
  skip_space (self);
  *done = self->at < self->end && *self->at == (bracket == '{' ? '}' : ']');
  if (*done)
    {
      self->at++;
      return TRUE;
    }
  self->open[self->depth++] = bracket;
  return bracket == '[' || read_name (self);
}

static gboolean
read_value (Guard *self, gboolean *done)
{
  *done = TRUE;
  skip_space (self);
  if (self->at == self->end)
    return fail_grammar (self);
  if (++self->n_values > self->max_values)
    return fail (self, _("There are more values in it than there may be."));
  switch (*self->at)
    {
    case '{':
    case '[':
      return read_bracket (self, done);
    case '"':
      return read_string (self);
    case 't':
      return read_word (self, "true");
    case 'f':
      return read_word (self, "false");
    case 'n':
      return read_word (self, "null");
    default:
      return read_number (self);
    }
}

/* After a value: closes levels until another value follows or all are closed. */
static gboolean
read_separator (Guard *self)
{
  while (self->depth > 0)
    {
      char bracket = self->open[self->depth - 1];

      skip_space (self);
      if (self->at == self->end)
        return fail_grammar (self);
      if (*self->at == ',')
        {
          self->at++;
          return bracket == '[' || read_name (self);
        }
      if (*self->at != (bracket == '{' ? '}' : ']'))
        return fail_grammar (self);
      self->at++;
      self->depth--;
    }
  return TRUE;
}

static gboolean
read_text (Guard *self)
{
  gboolean done;

  do
    {
      if (!read_value (self, &done))
        return FALSE;
      if (done && !read_separator (self))
        return FALSE;
    }
  while (self->depth > 0);
  skip_space (self);
  return self->at == self->end || fail_grammar (self);
}

gboolean
avb_json_guard (const char *text, gsize length, gsize max_values, gsize *n_members, GError **error)
{
  Guard self = { .max_values = max_values };

  /* Empty bytes are nowhere. */
  self.text = self.at = text != NULL ? text : "";
  self.end = self.text + length;
  if (!g_utf8_validate_len (self.text, length, NULL))
    fail (&self, _("This is not a text in UTF-8."));
  else if (read_text (&self))
    {
      *n_members = self.n_members;
      return TRUE;
    }
  if (error != NULL)
    {
      g_autofree char *details = g_strdup_printf ("byte %" G_GSIZE_FORMAT, (gsize) (self.at - self.text));

      *error = avb_error_new (AVB_ERROR_INVALID, details, "%s", self.problem);
    }
  return FALSE;
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-semver.h"

#include <string.h>

typedef struct {
  guint64     numbers[3];
  guint       n_numbers;
  const char *pre; /* where it begins, in the version */
  gsize       pre_length;
} Version;

/* A number without leading zeros; the largest is what fits. */
static gboolean
read_number (const char **at, guint64 *number)
{
  const char *begin = *at;
  char *end;

  if (!g_ascii_isdigit (*begin))
    return FALSE;
  *number = g_ascii_strtoull (begin, &end, 10);
  *at = end;
  return (*begin != '0' || end - begin == 1) && *number < G_MAXINT64;
}

/* Identifiers with dots between; of digits alone without leading zeros if @numeric. */
static gboolean
read_identifiers (const char **at, gboolean numeric)
{
  for (;;)
    {
      const char *begin = *at;
      gboolean digits = TRUE;

      for (; g_ascii_isalnum (**at) || **at == '-'; (*at)++)
        digits = digits && g_ascii_isdigit (**at);
      if (*at == begin || (numeric && digits && *begin == '0' && *at - begin > 1))
        return FALSE;
      if (**at != '.')
        return TRUE;
      (*at)++;
    }
}

/* @partial: "1" and "1.2" do, too. */
static gboolean
parse (const char *text, gboolean partial, Version *version)
{
  const char *at = text;

  memset (version, 0, sizeof *version);
  if (text == NULL || strnlen (text, AVB_SEMVER_MAX + 1) > AVB_SEMVER_MAX)
    return FALSE;
  for (;;)
    {
      if (!read_number (&at, &version->numbers[version->n_numbers]))
        return FALSE;
      if (++version->n_numbers == 3 || *at != '.')
        break;
      at++;
    }
  if (version->n_numbers < 3)
    return partial && *at == '\0';
  if (*at == '-')
    {
      version->pre = ++at;
      if (!read_identifiers (&at, TRUE))
        return FALSE;
      version->pre_length = (gsize) (at - version->pre);
    }
  if (*at == '+')
    {
      at++;
      if (!read_identifiers (&at, FALSE))
        return FALSE;
    }
  return *at == '\0';
}

/* One identifier: numbers before words, numbers by value, words by their bytes. */
static int
compare_identifiers (const char *a, gsize a_length, const char *b, gsize b_length)
{
  gboolean a_number = strspn (a, "0123456789") >= a_length;
  gboolean b_number = strspn (b, "0123456789") >= b_length;
  int order;

  if (a_number != b_number)
    return a_number ? -1 : 1;
  if (a_number && a_length != b_length)
    return a_length < b_length ? -1 : 1;
  order = memcmp (a, b, MIN (a_length, b_length));
  if (order != 0 || a_length == b_length)
    return order;
  return a_length < b_length ? -1 : 1;
}

static int
compare_pre (const Version *a, const Version *b)
{
  const char *a_at = a->pre;
  const char *b_at = b->pre;

  if (a->pre == NULL || b->pre == NULL)
    return (a->pre == NULL) - (b->pre == NULL);
  for (;;)
    {
      gsize a_length = strcspn (a_at, ".+");
      gsize b_length = strcspn (b_at, ".+");
      int order = compare_identifiers (a_at, a_length, b_at, b_length);

      if (order != 0)
        return order;
      a_at += a_length;
      b_at += b_length;
      /* With all before equal, the one that has more is greater. */
      if (*a_at != '.' || *b_at != '.')
        return (*a_at == '.') - (*b_at == '.');
      a_at++;
      b_at++;
    }
}

static int
compare_versions (const Version *a, const Version *b)
{
  for (guint i = 0; i < 3; i++)
    if (a->numbers[i] != b->numbers[i])
      return a->numbers[i] < b->numbers[i] ? -1 : 1;
  return compare_pre (a, b);
}

gboolean
avb_semver_is_valid (const char *version)
{
  Version parsed;

  return parse (version, FALSE, &parsed);
}

int
avb_semver_compare (const char *a, const char *b)
{
  Version a_parsed;
  Version b_parsed;

  g_return_val_if_fail (parse (a, FALSE, &a_parsed), 0);
  g_return_val_if_fail (parse (b, FALSE, &b_parsed), 0);

  return compare_versions (&a_parsed, &b_parsed);
}

/* The candidate of a version that is excluded. */
static gboolean
is_candidate_of (const Version *version, const Version *limit)
{
  return version->pre != NULL && limit->pre == NULL && memcmp (version->numbers, limit->numbers, sizeof limit->numbers) == 0;
}

/* Returns whether @comparison is one; *@holds then says whether it holds. */
static gboolean
compare_with (const Version *version, const char *comparison, gboolean *holds)
{
  gsize length = strspn (comparison, "<>=");
  Version limit;
  int order;

  *holds = TRUE;
  if (g_str_equal (comparison, "*"))
    return TRUE;
  if (!parse (comparison + length, TRUE, &limit))
    return FALSE;
  order = compare_versions (version, &limit);
  if (length == 0 || (length == 1 && *comparison == '='))
    *holds = order == 0;
  else if (length == 1)
    *holds = *comparison == '<' ? order < 0 && !is_candidate_of (version, &limit) : order > 0;
  else if (length == 2 && comparison[1] == '=' && comparison[0] != '=')
    *holds = *comparison == '<' ? order <= 0 : order >= 0;
  else
    return FALSE;
  return TRUE;
}

static gboolean
check_range (const Version *version, const char *range, gboolean *holds)
{
  g_auto (GStrv) parts = g_strsplit (range, " ", 9);
  guint n = 0;

  *holds = TRUE;
  for (guint i = 0; parts[i] != NULL; i++)
    {
      gboolean one;

      if (*parts[i] == '\0')
        continue;
      if (!compare_with (version, parts[i], &one))
        return FALSE;
      *holds = *holds && one;
      n++;
    }
  return n > 0;
}

gboolean
avb_semver_satisfies (const char *version, const char *range)
{
  Version parsed;
  gboolean holds;

  g_return_val_if_fail (range != NULL, FALSE);

  return parse (version, FALSE, &parsed) && check_range (&parsed, range, &holds) && holds;
}

gboolean
avb_semver_range_is_valid (const char *range)
{
  const Version none = { 0 };
  gboolean holds;

  return range != NULL && check_range (&none, range, &holds);
}

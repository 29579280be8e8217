/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-share-spec.h"

/* The room that virtio has for it: virtio specification 1.2, 5.11.4. */
#define MAX_TAG_BYTES 36

G_DEFINE_BOXED_TYPE (AvbShareSpec, avb_share_spec, avb_share_spec_copy, avb_share_spec_free)

AvbShareSpec *
avb_share_spec_new (const char *path, const char *tag)
{
  AvbShareSpec *share;

  g_return_val_if_fail (path != NULL, NULL);

  share = g_new0 (AvbShareSpec, 1);
  share->path = g_strdup (path);
  share->tag = tag != NULL ? g_strdup (tag) : avb_share_tag_make (path, NULL);
  share->read_only = TRUE;
  return share;
}

AvbShareSpec *
avb_share_spec_copy (const AvbShareSpec *share)
{
  AvbShareSpec *copy;

  g_return_val_if_fail (share != NULL, NULL);

  copy = g_memdup2 (share, sizeof *share);
  copy->path = g_strdup (share->path);
  copy->tag = g_strdup (share->tag);
  return copy;
}

void
avb_share_spec_free (AvbShareSpec *share)
{
  g_return_if_fail (share != NULL);

  g_free (share->path);
  g_free (share->tag);
  g_free (share);
}

gboolean
avb_share_spec_equal (const AvbShareSpec *a, const AvbShareSpec *b)
{
  return a->kind == b->kind && !a->read_only == !b->read_only && g_strcmp0 (a->path, b->path) == 0
         && g_strcmp0 (a->tag, b->tag) == 0;
}

static gboolean
is_tag_character (char c)
{
  return g_ascii_isalnum (c) || c == '.' || c == '_' || c == '-';
}

gboolean
avb_share_tag_is_valid (const char *tag)
{
  gsize length;

  g_return_val_if_fail (tag != NULL, FALSE);

  length = strlen (tag);
  if (length == 0 || length > MAX_TAG_BYTES || !g_ascii_isalnum (*tag))
    return FALSE;
  for (gsize i = 0; i < length; i++)
    if (!is_tag_character (tag[i]))
      return FALSE;
  return TRUE;
}

char *
avb_share_tag_make (const char *path, GPtrArray *shares)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *ascii = g_str_to_ascii (name, "C");
  g_autoptr (GString) stem = g_string_new (NULL);

  /* What is left of a name with room for a number behind it. */
  for (const char *c = ascii; *c != '\0' && stem->len < MAX_TAG_BYTES - 6; c++)
    if (g_ascii_isalnum (*c) || (is_tag_character (*c) && stem->len > 0))
      g_string_append_c (stem, *c);
    else if (stem->len > 0 && stem->str[stem->len - 1] != '-')
      g_string_append_c (stem, '-');
  while (stem->len > 0 && !g_ascii_isalnum (stem->str[stem->len - 1]))
    g_string_truncate (stem, stem->len - 1);
  if (stem->len == 0)
    g_string_assign (stem, "share");
  if (shares == NULL || avb_shares_find (shares, stem->str) == NULL)
    return g_strdup (stem->str);
  for (guint i = 2;; i++)
    {
      g_autofree char *tag = g_strdup_printf ("%s-%u", stem->str, i);

      if (avb_shares_find (shares, tag) == NULL)
        return g_steal_pointer (&tag);
    }
}

AvbShareSpec *
avb_shares_find (GPtrArray *shares, const char *tag)
{
  for (guint i = 0; i < shares->len; i++)
    if (g_strcmp0 (((AvbShareSpec *) shares->pdata[i])->tag, tag) == 0)
      return shares->pdata[i];
  return NULL;
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-extension-link.h"

#include "app/extensions/avb-extension-manifest.h"

char *
avb_extension_link_dup_id (GFile *link)
{
  g_autofree char *text = NULL;
  g_autoptr (GUri) uri = NULL;
  const char *path;

  g_return_val_if_fail (G_IS_FILE (link), NULL);

  if (!g_file_has_uri_scheme (link, AVB_EXTENSION_LINK_SCHEME))
    return NULL;
  text = g_file_get_uri (link);
  uri = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);
  if (uri == NULL || g_strcmp0 (g_uri_get_host (uri), "extension") != 0)
    return NULL;
  path = g_uri_get_path (uri);
  if (*path != '/' || !avb_extension_id_is_valid (path + 1))
    return NULL;
  return g_strdup (path + 1);
}

gboolean
avb_extension_link_is_package (GFile *file)
{
  g_autofree char *name = NULL;
  g_autofree char *lower = NULL;

  g_return_val_if_fail (G_IS_FILE (file), FALSE);

  name = g_file_get_basename (file);
  lower = name != NULL ? g_ascii_strdown (name, -1) : NULL;
  return lower != NULL && g_str_has_suffix (lower, ".avx");
}

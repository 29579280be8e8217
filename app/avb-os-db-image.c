/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-os-db-private.h"

#include <string.h>

#define SHORTEST_NAME 8

/* The name of @image without its ending, which may be of two parts. (transfer full) (nullable) */
static char *
dup_stem (OsinfoImage *image)
{
  const char *url = osinfo_image_get_url (image);
  const char *name = url != NULL ? strrchr (url, '/') : NULL;
  const char *end;

  if (name == NULL)
    return NULL;
  name++;
  end = strrchr (name, '.');
  if (end != NULL && (g_str_equal (end, ".xz") || g_str_equal (end, ".gz")))
    end = g_strrstr_len (name, end - name, ".");
  return end != NULL ? g_strndup (name, end - name) : g_strdup (name);
}

/* How many bytes of @file_name are @stem; 0: it is another one. "debian-12-generic-amd64-20250101.qcow2" is
 * "debian-12-generic-amd64" of some day. */
static gsize
match_exactly (const char *stem, const char *file_name)
{
  gsize length = strlen (stem);

  return length >= SHORTEST_NAME && g_ascii_strncasecmp (stem, file_name, length) == 0 &&
                 !g_ascii_isalnum (file_name[length])
             ? length
             : 0;
}

/* The same, where the numbers may be others: "debian-13-generic-amd64" of a system that is younger than the database. */
static gsize
match_loosely (const char *stem, const char *file_name)
{
  const char *at = file_name;
  gsize letters = 0;

  while (*stem != '\0')
    {
      if (g_ascii_isdigit (*stem) && g_ascii_isdigit (*at))
        {
          stem += strspn (stem, "0123456789");
          at += strspn (at, "0123456789");
          continue;
        }
      if (g_ascii_tolower (*stem) != g_ascii_tolower (*at))
        return 0;
      letters += g_ascii_isalpha (*stem);
      stem++;
      at++;
    }
  return letters >= SHORTEST_NAME && !g_ascii_isalnum (*at) ? (gsize) (at - file_name) : 0;
}

/* The version in a name: "13" of "debian-13-generic-amd64", "26.04" of "ubuntu-26.04-server". (transfer full) */
static char *
dup_version (const char *file_name)
{
  const char *first = file_name + strcspn (file_name, "0123456789");
  gsize length = strspn (first, "0123456789");

  if (first[length] == '.' && g_ascii_isdigit (first[length + 1]))
    length += 1 + strspn (first + length + 1, "0123456789");
  return g_strndup (first, length);
}

/* @os itself, or the other version of it that the name tells. (transfer full) */
static OsinfoOs *
find_version (OsinfoOsList *systems, OsinfoOs *os, const char *file_name)
{
  g_autofree char *version = dup_version (file_name);
  const char *distro = osinfo_os_get_distro (os);

  for (int i = 0; i < osinfo_list_get_length (OSINFO_LIST (systems)); i++)
    {
      OsinfoOs *other = OSINFO_OS (osinfo_list_get_nth (OSINFO_LIST (systems), i));

      if (g_strcmp0 (osinfo_os_get_distro (other), distro) == 0 &&
          g_strcmp0 (osinfo_product_get_version (OSINFO_PRODUCT (other)), version) == 0)
        return g_object_ref (other);
    }
  return g_object_ref (os);
}

typedef gsize (*Match) (const char *stem, const char *file_name);

/* (transfer none) (nullable): whose name is the longest part of @file_name */
static OsinfoImage *
find_image (OsinfoOsList *systems, Match match, const char *file_name, OsinfoOs **os)
{
  OsinfoImage *found = NULL;
  gsize best = 0;

  for (int i = 0; i < osinfo_list_get_length (OSINFO_LIST (systems)); i++)
    {
      OsinfoOs *one = OSINFO_OS (osinfo_list_get_nth (OSINFO_LIST (systems), i));
      g_autoptr (OsinfoImageList) images = osinfo_os_get_image_list (one);

      for (int j = 0; j < osinfo_list_get_length (OSINFO_LIST (images)); j++)
        {
          OsinfoImage *image = OSINFO_IMAGE (osinfo_list_get_nth (OSINFO_LIST (images), j));
          g_autofree char *stem = dup_stem (image);
          gsize length = stem != NULL ? match (stem, file_name) : 0;

          if (length <= best)
            continue;
          best = length;
          found = image;
          *os = one;
        }
    }
  return found;
}

OsinfoOs *
avb_os_db_match_image (OsinfoDb *database, const char *file_name, const char **architecture, gboolean *cloud)
{
  g_autoptr (OsinfoOsList) systems = osinfo_db_get_os_list (database);
  OsinfoOs *os = NULL;
  OsinfoImage *image = find_image (systems, match_exactly, file_name, &os);
  gboolean exact = image != NULL;

  if (!exact)
    image = find_image (systems, match_loosely, file_name, &os);
  if (image == NULL)
    return NULL;
  *architecture = osinfo_image_get_architecture (image);
  *cloud = osinfo_image_get_cloud_init (image);
  return exact ? g_object_ref (os) : find_version (systems, os, file_name);
}

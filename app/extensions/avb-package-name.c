/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-package-name.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "backends/avb-error.h"
#include "backends/avb-text-line.h"

static gboolean
refuse (const char *name, const char *problem, GError **error)
{
  /* The name may be anything: it is shown, so it must be made harmless. */
  g_autofree char *line = avb_text_make_line (name, 120);

  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, line, "%s", problem));
  return FALSE;
}

/* Letters of private use are as good as none; joiners would hide in a name. */
static gboolean
is_allowed (gunichar c)
{
  switch (g_unichar_type (c))
    {
    case G_UNICODE_CONTROL:
    case G_UNICODE_FORMAT:
    case G_UNICODE_LINE_SEPARATOR:
    case G_UNICODE_PARAGRAPH_SEPARATOR:
    case G_UNICODE_PRIVATE_USE:
    case G_UNICODE_SURROGATE:
    case G_UNICODE_UNASSIGNED:
      return FALSE;
    default:
      /* What Windows does not take in names, or takes for something else: streams, drives, wildcards. */
      return c >= 0x80 || strchr ("\\:*?\"<>|", (int) c) == NULL;
    }
}

/* "con", "nul.txt", "COM1": devices there, in any folder. */
static gboolean
is_device (const char *part)
{
  static const char *const devices[] = { "con", "prn", "aux", "nul", "conin$", "conout$" };
  gsize length = strcspn (part, ".");

  while (length > 0 && part[length - 1] == ' ')
    length--;
  for (guint i = 0; i < G_N_ELEMENTS (devices); i++)
    if (length == strlen (devices[i]) && g_ascii_strncasecmp (part, devices[i], length) == 0)
      return TRUE;
  /* Windows takes superscript digits for digits here. */
  if ((length < 4 || length > 5) ||
      (g_ascii_strncasecmp (part, "com", 3) != 0 && g_ascii_strncasecmp (part, "lpt", 3) != 0))
    return FALSE;
  return (length == 4 && g_ascii_isdigit (part[3])) ||
         (length == 5 && (g_str_has_prefix (part + 3, "¹") || g_str_has_prefix (part + 3, "²") ||
                          g_str_has_prefix (part + 3, "³")));
}

static const char *
find_problem_of_part (const char *part)
{
  gsize length = strlen (part);

  if (g_str_equal (part, "..") || g_str_equal (part, ".") || length == 0)
    return _("A file in the package would lie outside of its folder.");
  if (part[length - 1] == '.' || part[length - 1] == ' ' || *part == ' ')
    return _("The name of a file in the package begins or ends with what some systems leave out.");
  if (is_device (part))
    return _("A file in the package has the name of a device.");
  return NULL;
}

static const char *
find_problem_of_letters (const char *name)
{
  g_autofree char *composed = NULL;

  if (!g_utf8_validate (name, -1, NULL))
    return _("The name of a file in the package is not text.");
  for (const char *c = name; *c != '\0'; c = g_utf8_next_char (c))
    if (!is_allowed (g_utf8_get_char (c)))
      return _("The name of a file in the package contains characters that are not for names.");
  composed = g_utf8_normalize (name, -1, G_NORMALIZE_NFC);
  if (g_strcmp0 (composed, name) != 0)
    return _("The name of a file in the package is not in the normal form of Unicode.");
  return NULL;
}

gboolean
avb_package_name_check (const char *name, GError **error)
{
  g_auto (GStrv) parts = NULL;
  const char *problem;

  g_return_val_if_fail (name != NULL, FALSE);

  if (strlen (name) > AVB_PACKAGE_NAME_MAX)
    return refuse (name, _("The name of a file in the package is too long."), error);
  problem = find_problem_of_letters (name);
  if (problem != NULL)
    return refuse (name, problem, error);
  parts = g_strsplit (name, "/", -1);
  if (g_strv_length (parts) > AVB_PACKAGE_NAME_MAX_DEPTH)
    return refuse (name, _("A file in the package lies too deep."), error);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      problem = find_problem_of_part (parts[i]);
      if (problem != NULL)
        return refuse (name, problem, error);
    }
  return *name != '\0' || refuse (name, _("A file in the package has no name."), error);
}

char *
avb_package_name_fold (const char *name)
{
  g_autofree char *decomposed = NULL;
  g_autofree char *folded = NULL;

  g_return_val_if_fail (name != NULL, NULL);

  decomposed = g_utf8_normalize (name, -1, G_NORMALIZE_NFD);
  folded = g_utf8_casefold (decomposed != NULL ? decomposed : name, -1);
  return g_utf8_normalize (folded, -1, G_NORMALIZE_NFC);
}

typedef enum { FILE_ENTRY = 1, FOLDER_ENTRY, FOLDER_OF_FILE } EntryKind;

typedef struct {
  EntryKind kind;
  char      name[];
} Entry;

struct _AvbPackageNames {
  GHashTable *entries; /* folded name → Entry */
};

AvbPackageNames *
avb_package_names_new (void)
{
  AvbPackageNames *self = g_new0 (AvbPackageNames, 1);

  self->entries = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

void
avb_package_names_free (AvbPackageNames *self)
{
  g_hash_table_unref (self->entries);
  g_free (self);
}

static void
insert (AvbPackageNames *self, const char *name, EntryKind kind)
{
  gsize size = strlen (name) + 1;
  Entry *entry = g_malloc (sizeof (Entry) + size);

  entry->kind = kind;
  memcpy (entry->name, name, size);
  g_hash_table_replace (self->entries, avb_package_name_fold (name), entry);
}

static gboolean
add_one (AvbPackageNames *self, const char *name, EntryKind kind, guint *n_new, GError **error)
{
  g_autofree char *folded = avb_package_name_fold (name);
  const Entry *there = g_hash_table_lookup (self->entries, folded);

  if (there == NULL)
    {
      (*n_new)++;
      insert (self, name, kind);
      return TRUE;
    }
  if (!g_str_equal (there->name, name))
    return refuse (name, _("Two names in the package are the same file on some systems."), error);
  /* What lies in a folder says that it is there; once the folder may say so itself. */
  if (kind == FOLDER_OF_FILE && there->kind != FILE_ENTRY)
    return TRUE;
  if (kind == FOLDER_ENTRY && there->kind == FOLDER_OF_FILE)
    {
      insert (self, name, kind);
      return TRUE;
    }
  return refuse (name, _("A file is in the package twice."), error);
}

gboolean
avb_package_names_add (AvbPackageNames *self, const char *name, gboolean folder, guint *n_new, GError **error)
{
  guint n = 0;

  g_return_val_if_fail (self != NULL, FALSE);

  if (!avb_package_name_check (name, error))
    return FALSE;
  for (const char *slash = strchr (name, '/'); slash != NULL; slash = strchr (slash + 1, '/'))
    {
      g_autofree char *parent = g_strndup (name, (gsize) (slash - name));

      if (!add_one (self, parent, FOLDER_OF_FILE, &n, error))
        return FALSE;
    }
  if (!add_one (self, name, folder ? FOLDER_ENTRY : FILE_ENTRY, &n, error))
    return FALSE;
  if (n_new != NULL)
    *n_new = n;
  return TRUE;
}

gboolean
avb_package_names_has_file (AvbPackageNames *self, const char *name)
{
  g_autofree char *folded = avb_package_name_fold (name);
  const Entry *entry = g_hash_table_lookup (self->entries, folded);

  return entry != NULL && entry->kind == FILE_ENTRY && g_str_equal (entry->name, name);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* avx new: a template, with the library in it that it needs. */

#include "config.h"

#include "sdk/avx/avx.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define MAX_FILE (1024 * 1024)

/* Where the libraries and templates are: installed, or in $AVX_SDK. */
static char *
find_sdk (void)
{
  const char *sdk = g_getenv ("AVX_SDK");

  return sdk != NULL && *sdk != '\0' ? g_strdup (sdk) : g_build_filename (AVB_PKGDATADIR, "sdk", NULL);
}

typedef struct {
  const char *id;
  const char *name;  /* the last part of the id */
  const char *title; /* for people */
  const char *publisher;
} Words;

static char *
fill (const char *text, const Words *words)
{
  g_autoptr (GString) filled = g_string_new (text);

  g_string_replace (filled, "@ID@", words->id, 0);
  g_string_replace (filled, "@NAME@", words->name, 0);
  g_string_replace (filled, "@TITLE@", words->title, 0);
  g_string_replace (filled, "@PUBLISHER@", words->publisher, 0);
  g_string_replace (filled, "@PLATFORM@", avb_extension_platform (), 0);
  return g_strdup (filled->str);
}

static gboolean
copy_file (const char *from, const char *to, const Words *words, GError **error)
{
  g_autofree char *text = NULL;
  g_autofree char *filled = NULL;
  gsize length;

  if (!g_file_get_contents (from, &text, &length, error))
    return FALSE;
  if (length > MAX_FILE)
    return avx_fail (error, "%s is too large", from) == AVX_OK;
  /* Pictures are no text. */
  if (words != NULL && memchr (text, '\0', length) == NULL)
    filled = fill (text, words);
  return g_file_set_contents_full (to, filled != NULL ? filled : text, filled != NULL ? -1 : (gssize) length, G_FILE_SET_CONTENTS_NONE,
                                   g_file_test (from, G_FILE_TEST_IS_EXECUTABLE) ? 0755 : 0644, error);
}

/* What meson.build of the library and the like are for is not for authors. */
static gboolean
is_left_out (const char *name)
{
  return g_str_equal (name, "meson.build") || g_str_equal (name, "__pycache__") || g_str_equal (name, "tests.rs") ||
         g_str_has_suffix (name, "_test.go");
}

/* @words: (nullable): without them files are copied as they are. */
static gboolean
copy_folder (const char *from, const char *to, const Words *words, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (from, 0, error);
  const char *name;

  if (dir == NULL)
    return FALSE;
  if (g_mkdir_with_parents (to, 0755) != 0)
    return avx_fail (error, "%s: %s", to, g_strerror (errno)) == AVX_OK;
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *source = g_build_filename (from, name, NULL);
      g_autofree char *target = g_build_filename (to, name, NULL);
      gboolean is_folder = g_file_test (source, G_FILE_TEST_IS_DIR);

      if (is_left_out (name))
        continue;
      if (is_folder ? !copy_folder (source, target, words, error) : !copy_file (source, target, words, error))
        return FALSE;
    }
  return TRUE;
}

/* The library that goes with a language: (nullable) from, to within the project. */
static const struct {
  const char *language;
  const char *library;
  const char *place;
} languages[] = {
  { "content", NULL, NULL },
  { "go", "go", "sdk/go" },
  { "python", "python/alpha_vbox", "pack/alpha_vbox" },
  { "rust", "rust", "sdk/rust" },
};

/* "disk-report" → "Disk Report" */
static char *
make_title (const char *name)
{
  char *title = g_strdelimit (g_strdup (name), "-", ' ');

  for (char *c = title; *c != '\0'; c++)
    if (c == title || c[-1] == ' ')
      *c = g_ascii_toupper (*c);
  return title;
}

static int
make (guint language, const char *folder, const Words *words, GError **error)
{
  g_autofree char *sdk = find_sdk ();
  g_autofree char *templates = g_build_filename (sdk, "avx", "templates", languages[language].language, NULL);

  if (!g_file_test (templates, G_FILE_TEST_IS_DIR))
    return avx_fail (error, "%s is not there: is the kit installed? Else say where it is in $AVX_SDK", templates);
  if (!copy_folder (templates, folder, words, error))
    return AVX_FAILED;
  if (languages[language].library != NULL)
    {
      g_autofree char *library = g_build_filename (sdk, languages[language].library, NULL);
      g_autofree char *place = g_build_filename (folder, languages[language].place, NULL);

      if (!copy_folder (library, place, NULL, error))
        return AVX_FAILED;
    }
  g_print ("%s is in %s. Next: avx check %s\n", words->id, folder, folder);
  return AVX_OK;
}

static gboolean
is_empty (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);

  return dir == NULL ? !g_file_test (folder, G_FILE_TEST_EXISTS) : g_dir_read_name (dir) == NULL;
}

int
avx_new (char **arguments, const AvxOptions *options, GError **error)
{
  g_autofree char *title = NULL;
  Words words = { .id = options->id, .publisher = options->publisher };

  if (options->id == NULL || !avb_extension_id_is_valid (options->id))
    {
      avx_fail (error, "say whose it is: --id org.example.thing, small letters and digits, three parts or more");
      return AVX_USAGE;
    }
  words.name = strrchr (options->id, '.') + 1;
  title = make_title (words.name);
  words.title = title;
  if (words.publisher == NULL)
    words.publisher = g_get_user_name ();
  if (!g_utf8_validate (words.publisher, -1, NULL) || strpbrk (words.publisher, "\"\\\n") != NULL || strlen (words.publisher) > 80)
    return avx_fail (error, "“%s” is no name for a publisher", words.publisher);
  if (!is_empty (arguments[1]))
    return avx_fail (error, "%s is there already, and not empty", arguments[1]);
  for (guint i = 0; i < G_N_ELEMENTS (languages); i++)
    if (g_str_equal (arguments[0], languages[i].language))
      return make (i, arguments[1], &words, error);
  avx_fail (error, "“%s”: there are templates for python, go, rust and content", arguments[0]);
  return AVX_USAGE;
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* avx check: the files of a package. */

#include "config.h"

#include "sdk/avx/avx.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "app/extensions/avb-package-name.h"

#define MAX_HEAD 4096
#define ICON_SIZE 128
#define MAX_PICTURE (4 * 1024 * 1024)

typedef struct {
  const char      *pack;
  AvbPackageNames *names;
  AvxReport       *report;
  guint64          bytes;
  gboolean         has_license;
} Walk;

/* --- all files --- */

static void walk_folder (Walk *walk, const char *folder);

static void
look_at (Walk *walk, const char *name)
{
  g_autofree char *path = g_build_filename (walk->pack, name, NULL);
  g_autofree char *shown = g_utf8_make_valid (name, -1);
  g_autoptr (GError) error = NULL;
  GStatBuf info;

  if (g_lstat (path, &info) != 0)
    return avx_report_error (walk->report, "%s: %s", shown, g_strerror (errno));
  if (S_ISLNK (info.st_mode) || (!S_ISREG (info.st_mode) && !S_ISDIR (info.st_mode)))
    return avx_report_error (walk->report, "%s: only files and folders can be packed", shown);
  if (!avb_package_names_add (walk->names, name, S_ISDIR (info.st_mode), NULL, &error))
    return avx_report_error (walk->report, "%s: %s", shown, error->message);
  if (S_ISDIR (info.st_mode))
    return walk_folder (walk, name);
  walk->bytes += (guint64) info.st_size;
  if (g_str_has_suffix (name, ".key"))
    avx_report_error (walk->report, "%s: no key goes into a package", shown);
  if (g_str_has_suffix (name, ".pyc") || g_str_has_suffix (name, "~") || g_str_has_suffix (name, ".orig"))
    avx_report_warning (walk->report, "%s: need not be in it", shown);
}

static void
walk_folder (Walk *walk, const char *folder)
{
  g_autofree char *path = folder != NULL ? g_build_filename (walk->pack, folder, NULL) : g_strdup (walk->pack);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *whole = folder != NULL ? g_strconcat (folder, "/", name, NULL) : g_strdup (name);

      /* They are not packed. */
      if (*name == '.')
        continue;
      if (folder == NULL && (g_ascii_strncasecmp (name, "LICENSE", 7) == 0 || g_ascii_strncasecmp (name, "COPYING", 7) == 0))
        walk->has_license = TRUE;
      look_at (walk, whole);
    }
}

/* --- files that the manifest names --- */

static GBytes *
read_head (const char *pack, const char *name)
{
  g_autofree char *path = g_build_filename (pack, name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFileInputStream) stream = g_file_read (file, NULL, NULL);

  return stream != NULL ? g_input_stream_read_bytes (G_INPUT_STREAM (stream), MAX_HEAD, NULL, NULL) : NULL;
}

/* The size that a PNG says it has. */
static gboolean
read_png (GBytes *bytes, guint32 *width, guint32 *height)
{
  static const guint8 head[] = { 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R' };
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);

  if (length < 24 || memcmp (data, head, sizeof head) != 0)
    return FALSE;
  memcpy (width, data + 16, sizeof *width);
  memcpy (height, data + 20, sizeof *height);
  *width = GUINT32_FROM_BE (*width);
  *height = GUINT32_FROM_BE (*height);
  return TRUE;
}

static void
check_picture (const char *pack, const char *what, const char *name, gboolean is_icon, AvxReport *report)
{
  g_autoptr (GBytes) bytes = read_head (pack, name);
  g_autofree char *path = g_build_filename (pack, name, NULL);
  guint32 width, height;
  GStatBuf info;

  if (bytes == NULL)
    return avx_report_error (report, "%s: %s is not there", what, name);
  if (!read_png (bytes, &width, &height))
    return avx_report_error (report, "%s: %s is no PNG", what, name);
  if (is_icon && (width != height || width < ICON_SIZE))
    avx_report_error (report, "%s: %s is %u × %u pixels: make it square, and %u or more", what, name, width, height, ICON_SIZE);
  if (width > 8192 || height > 8192 || (g_stat (path, &info) == 0 && info.st_size > MAX_PICTURE))
    avx_report_error (report, "%s: %s is too large", what, name);
}

/* The machine of an ELF file, as names of platforms have it. */
static const char *
get_elf_machine (const guint8 *data, gsize length)
{
  if (length < 20 || memcmp (data, "\177ELF", 4) != 0)
    return NULL;
  switch (data[18] | data[19] << 8)
    {
    case 62:
      return "x86_64";
    case 183:
      return "aarch64";
    case 243:
      return "riscv64";
    case 21:
      return "ppc64le";
    case 22:
      return "s390x";
    default:
      return "another kind of computer";
    }
}

static void
check_program (const char *pack, const char *platform, const char *exec, AvxReport *report)
{
  g_autoptr (GBytes) bytes = read_head (pack, exec);
  g_autofree char *path = g_build_filename (pack, exec, NULL);
  const char *wanted = strchr (platform, '-') + 1;
  const char *machine;
  const guint8 *data;
  gsize length;

  if (bytes == NULL)
    return avx_report_error (report, "platforms.%s: %s is not there: build it first", platform, exec);
  data = g_bytes_get_data (bytes, &length);
  machine = get_elf_machine (data, length);
  if (!g_file_test (path, G_FILE_TEST_IS_EXECUTABLE))
    avx_report_error (report, "platforms.%s: %s is not executable: chmod +x", platform, exec);
  if (machine == NULL && (length < 3 || memcmp (data, "#!/", 3) != 0))
    avx_report_error (report, "platforms.%s: %s is neither a program nor a script", platform, exec);
  if (machine == NULL && length > 15 && memcmp (data, "#!/usr/bin/env ", 15) == 0)
    avx_report_warning (report, "platforms.%s: %s: name the interpreter itself, e.g. #!/usr/bin/python3", platform, exec);
  if (machine != NULL && g_str_equal (wanted, "any"))
    avx_report_error (report, "platforms.%s: %s is for %s only", platform, exec, machine);
  else if (machine != NULL && !g_str_equal (machine, wanted))
    avx_report_error (report, "platforms.%s: %s is for %s", platform, exec, machine);
}

static void
check_named (const char *pack, AvbExtensionManifest *manifest, AvxReport *report)
{
  const char *icon = avb_extension_manifest_get_icon (manifest);
  const char *const *screenshots = avb_extension_manifest_get_screenshots (manifest);
  JsonObject *json = avb_extension_manifest_get_json (manifest);
  JsonObject *platforms = json_object_has_member (json, "platforms") ? json_object_get_object_member (json, "platforms") : NULL;
  JsonObjectIter iter;
  const char *platform;
  JsonNode *node;

  if (icon != NULL)
    check_picture (pack, "icon", icon, TRUE, report);
  for (guint i = 0; screenshots != NULL && screenshots[i] != NULL; i++)
    check_picture (pack, "screenshots", screenshots[i], FALSE, report);
  if (platforms == NULL)
    return;
  json_object_iter_init_ordered (&iter, platforms);
  while (json_object_iter_next_ordered (&iter, &platform, &node))
    check_program (pack, platform, json_object_get_string_member (json_node_get_object (node), "exec"), report);
}

void
avx_check_files (const char *pack, AvbExtensionManifest *manifest, AvxReport *report)
{
  g_autoptr (AvbPackageNames) names = avb_package_names_new ();
  Walk walk = { .pack = pack, .names = names, .report = report };

  walk_folder (&walk, NULL);
  check_named (pack, manifest, report);
  if (!walk.has_license)
    avx_report_warning (report, "there is no file LICENSE with the text of %s", avb_extension_manifest_get_license (manifest));
}

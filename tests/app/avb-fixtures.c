/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/app/avb-fixtures.h"

#include <glib/gstdio.h>
#include <string.h>

void
avb_fixture_run (const char *program, ...)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *output = NULL;
  va_list args;

  g_ptr_array_add (argv, (gpointer) program);
  va_start (args, program);
  for (const char *arg; (arg = va_arg (args, const char *)) != NULL;)
    g_ptr_array_add (argv, (gpointer) arg);
  va_end (args);
  g_ptr_array_add (argv, NULL);

  process = g_subprocess_newv ((const char *const *) argv->pdata,
                               G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  if (!g_subprocess_get_successful (process))
    g_error ("%s: %s", program, output);
}

char *
avb_fixture_path (const char *folder, const char *name)
{
  return g_build_filename (folder, name, NULL);
}

char *
avb_fixture_write (const char *folder, const char *name, const void *bytes, gssize length)
{
  g_autoptr (GError) error = NULL;
  char *path = avb_fixture_path (folder, name);

  g_file_set_contents (path, bytes, length, &error);
  g_assert_no_error (error);
  return path;
}

char *
avb_fixture_make_iso (const char *folder, const char *name, const char *volume_id, gboolean bootable)
{
  g_autofree char *tree = avb_fixture_path (folder, "tree");
  g_autofree char *boot = NULL;
  g_autofree char *iso = avb_fixture_path (folder, name);
  static const guint8 zeros[64 * 1024];

  g_assert_cmpint (g_mkdir_with_parents (tree, 0700), ==, 0);
  boot = avb_fixture_write (tree, "boot.img", zeros, sizeof zeros);
  if (bootable)
    avb_fixture_run ("xorriso", "-as", "mkisofs", "-quiet", "-V", volume_id, "-b", "boot.img", "-no-emul-boot",
                     "-boot-load-size", "4", "-eltorito-alt-boot", "-e", "boot.img", "-no-emul-boot", "-o", iso,
                     tree, NULL);
  else
    avb_fixture_run ("xorriso", "-as", "mkisofs", "-quiet", "-V", volume_id, "-o", iso, tree, NULL);
  return g_steal_pointer (&iso);
}

char *
avb_fixture_make_disk (const char *folder, const char *name, const char *format, const char *options)
{
  char *path = avb_fixture_path (folder, name);

  if (options != NULL)
    avb_fixture_run ("qemu-img", "create", "-q", "-f", format, "-o", options, path, "64M", NULL);
  else
    avb_fixture_run ("qemu-img", "create", "-q", "-f", format, path, "64M", NULL);
  return path;
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <glib/gi18n.h>
#include <libdex.h>
#include <locale.h>

#include "ui/avb-application.h"

#ifdef __linux__
/* Without a GPU GTK would draw with Mesa's software renderer: 60 MB more memory (LLVM), a later first
 * frame, and more work for each frame of a console than cairo has with it. */
static void
choose_renderer (void)
{
  static const char *const nvidia_and_wsl[] = { "/dev/nvidiactl", "/dev/dxg" };
  g_autoptr (GDir) dri = g_dir_open ("/dev/dri", 0, NULL);
  const char *name;

  while (dri != NULL && (name = g_dir_read_name (dri)) != NULL)
    if (g_str_has_prefix (name, "renderD"))
      return;
  for (gsize i = 0; i < G_N_ELEMENTS (nvidia_and_wsl); i++)
    if (g_file_test (nvidia_and_wsl[i], G_FILE_TEST_EXISTS))
      return;
  /* Who set one of them knows better. */
  if (g_getenv ("GSK_RENDERER") != NULL && !g_str_equal (g_getenv ("GSK_RENDERER"), "cairo"))
    return;
  g_setenv ("GSK_RENDERER", "cairo", FALSE);
  g_setenv ("GDK_DISABLE", "gl,vulkan", FALSE);
}
#endif

int
main (int argc, char *argv[])
{
  g_autoptr (AvbApplication) application = NULL;

#ifdef __linux__
  choose_renderer ();
#endif

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, AVB_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  dex_init ();

  application = avb_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}

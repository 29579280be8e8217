/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <glib/gi18n.h>
#include <libdex.h>
#include <locale.h>

#include "ui/avb-application.h"

int
main (int argc, char *argv[])
{
  g_autoptr (AvbApplication) application = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, AVB_LOCALEDIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  dex_init ();

  application = avb_application_new ();
  return g_application_run (G_APPLICATION (application), argc, argv);
}

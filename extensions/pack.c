/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Packs a folder for the build, where the author's own command is not made yet. */

#include "config.h"

#include "app/extensions/avb-package.h"

int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;

  if (argc != 3)
    {
      g_printerr ("usage: %s FOLDER PACKAGE\n", argv[0]);
      return 2;
    }
  if (avb_package_write (argv[1], argv[2], &error))
    return 0;
  g_printerr ("%s: %s\n", argv[1], error->message);
  return 1;
}

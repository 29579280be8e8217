/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* make-package FOLDER ID VERSION: writes a package of content, and prints its path. */

#include "config.h"

#include "tests/marketplace/market-rig.h"

int
main (int argc, char **argv)
{
  g_autofree char *path = NULL;

  if (argc != 4)
    return 2;
  path = market_rig_make_package (argv[1], argv[2], argv[3], NULL);
  g_print ("%s\n", path);
  return 0;
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-peer.h"

#include <glib.h>

void
avb_peer_skip_tutorial_of_boxes (void)
{
  g_autofree char *folder = g_build_filename (g_get_user_config_dir (), "glib-2.0", "settings", NULL);
  g_autofree char *path = g_build_filename (folder, "keyfile", NULL);

  g_mkdir_with_parents (folder, 0700);
  g_file_set_contents (path, "[org/gnome/boxes]\nfirst-run=false\n", -1, NULL);
}

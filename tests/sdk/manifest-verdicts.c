/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* manifest-verdicts FILE…: what the program says of each manifest, a line each: "taken", or "refused: " and why. */

#include "config.h"

#include <gio/gio.h>
#include <stdio.h>

#include "app/extensions/avb-extension-manifest.h"

int
main (int argc, char **argv)
{
  for (int i = 1; i < argc; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AvbExtensionManifest) manifest = NULL;
      char *text;
      gsize length;
      g_autoptr (GBytes) bytes = NULL;

      if (!g_file_get_contents (argv[i], &text, &length, &error))
        g_error ("%s", error->message);
      bytes = g_bytes_new_take (text, length);
      manifest = avb_extension_manifest_new_from_bytes (bytes, &error);
      if (manifest != NULL)
        printf ("taken\n");
      else
        printf ("refused: %s\n", error->message);
    }
  return 0;
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-ovf.h"

#include <libxml/parser.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbOvf) ovf = avb_ovf_parse ((const char *) data, size, "fuzz", &error);

  if ((ovf != NULL) == (error != NULL))
    abort ();
  /* Whatever it says: a file of the package, and a machine that can be described. */
  for (guint i = 0; ovf != NULL && i < ovf->drives->len; i++)
    {
      const AvbOvfDrive *drive = ovf->drives->pdata[i];

      if (drive->file != NULL && (strchr (drive->file, '/') != NULL || g_str_equal (drive->file, "..")))
        abort ();
    }
  return 0;
}

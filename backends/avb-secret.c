/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-secret.h"

#include <string.h>

/* As explicit_bzero(), which Windows and macOS lack: a store that no compiler may leave out. */
void
avb_secret_free (char *secret)
{
  if (secret == NULL)
    return;
  for (volatile char *c = secret; *c != '\0'; c++)
    *c = '\0';
  g_free (secret);
}

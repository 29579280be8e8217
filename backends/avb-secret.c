/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-secret.h"

#include <string.h>

/* As explicit_bzero(), which Windows and macOS lack: stores that no compiler may leave out. */
void
avb_secret_wipe (gpointer data, gsize length)
{
  volatile char *bytes = data;

  for (gsize i = 0; i < length; i++)
    bytes[i] = '\0';
}

void
avb_secret_free (char *secret)
{
  if (secret == NULL)
    return;
  avb_secret_wipe (secret, strlen (secret));
  g_free (secret);
}

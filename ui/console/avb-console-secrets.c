/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-console-secrets.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-keyring.h"

static const SecretSchema schema = {
  "org.alphavbox.Display",
  SECRET_SCHEMA_NONE,
  {
      { "machine", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { "host", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { NULL, 0 },
  },
};

static GHashTable *
build (const char *uuid, const char *host)
{
  return secret_attributes_build (&schema, "machine", uuid, "host", host != NULL ? host : "", NULL);
}

DexFuture *
avb_console_secrets_find (const char *uuid, const char *host)
{
  return avb_keyring_find (&schema, build (uuid, host));
}

DexFuture *
avb_console_secrets_keep (const char *uuid,
                          const char *host,
                          const char *machine_name,
                          const char *password)
{
  g_autofree char *label = host != NULL
                               /* Translators: names a password in the keyring: machine and host */
                               ? g_strdup_printf (_("Display of %1$s on %2$s"), machine_name, host)
                               : g_strdup_printf (_("Display of %s"), machine_name);

  return avb_keyring_keep (&schema, build (uuid, host), label, password);
}

DexFuture *
avb_console_secrets_forget (const char *uuid, const char *host)
{
  return avb_keyring_forget (&schema, build (uuid, host));
}

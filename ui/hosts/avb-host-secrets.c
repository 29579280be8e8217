/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/hosts/avb-host-secrets.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-keyring.h"

static const SecretSchema schema = {
  "org.alphavbox.Host",
  SECRET_SCHEMA_NONE,
  {
      { "host", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { "user", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { NULL, 0 },
  },
};

static GHashTable *
build (const char *host, const char *user)
{
  return secret_attributes_build (&schema, "host", host, "user", user, NULL);
}

DexFuture *
avb_host_secrets_find (const char *host, const char *user)
{
  return avb_keyring_find (&schema, build (host, user));
}

DexFuture *
avb_host_secrets_keep (const char *host, const char *user, const char *password)
{
  /* Translators: names a password in the keyring: user and host */
  g_autofree char *label = g_strdup_printf (_("%1$s at the host %2$s"), user, host);

  return avb_keyring_keep (&schema, build (host, user), label, password);
}

DexFuture *
avb_host_secrets_forget (const char *host, const char *user)
{
  return avb_keyring_forget (&schema, build (host, user));
}

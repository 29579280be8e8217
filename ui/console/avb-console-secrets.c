/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-console-secrets.h"

#include <glib/gi18n.h>
#include <libsecret/secret.h>

#include "backends/avb-error.h"

static const SecretSchema schema = {
  "org.alphavbox.Display",
  SECRET_SCHEMA_NONE,
  {
      { "machine", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { "host", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { NULL, 0 },
  },
};

static const char *
host_attribute (const char *host)
{
  return host != NULL ? host : "";
}

/* @error: (transfer full) */
static void
reject (DexPromise *promise, GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    dex_promise_reject (promise, error);
  else
    {
      dex_promise_reject (promise,
                          avb_error_new (AVB_ERROR_UNAVAILABLE,
                                         error->message,
                                         _ ("This desktop’s keyring can’t be used.")));
      g_error_free (error);
    }
}

static void
found_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  GError *error = NULL;
  char   *password = secret_password_lookup_finish (result, &error);

  if (error != NULL)
    reject (promise, error);
  else
    dex_promise_resolve_string (promise, g_strdup (password));
  secret_password_free (password);
}

DexFuture *
avb_console_secrets_find (const char *uuid, const char *host)
{
  DexPromise *promise = dex_promise_new ();

  secret_password_lookup (&schema,
                          NULL,
                          found_cb,
                          dex_ref (promise),
                          "machine",
                          uuid,
                          "host",
                          host_attribute (host),
                          NULL);
  return DEX_FUTURE (promise);
}

static void
kept_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  GError *error = NULL;

  if (secret_password_store_finish (result, &error))
    dex_promise_resolve_boolean (promise, TRUE);
  else
    reject (promise, error);
}

DexFuture *
avb_console_secrets_keep (const char *uuid,
                          const char *host,
                          const char *machine_name,
                          const char *password)
{
  DexPromise      *promise = dex_promise_new ();
  g_autofree char *label = host != NULL
                               /* Translators: names a password in the keyring: machine and host */
                               ? g_strdup_printf (_ ("Display of %1$s on %2$s"), machine_name, host)
                               : g_strdup_printf (_ ("Display of %s"), machine_name);

  secret_password_store (&schema,
                         SECRET_COLLECTION_DEFAULT,
                         label,
                         password,
                         NULL,
                         kept_cb,
                         dex_ref (promise),
                         "machine",
                         uuid,
                         "host",
                         host_attribute (host),
                         NULL);
  return DEX_FUTURE (promise);
}

static void
forgotten_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  GError *error = NULL;

  secret_password_clear_finish (result, &error);
  if (error == NULL)
    dex_promise_resolve_boolean (promise, TRUE);
  else
    reject (promise, error);
}

DexFuture *
avb_console_secrets_forget (const char *uuid, const char *host)
{
  DexPromise *promise = dex_promise_new ();

  secret_password_clear (&schema,
                         NULL,
                         forgotten_cb,
                         dex_ref (promise),
                         "machine",
                         uuid,
                         "host",
                         host_attribute (host),
                         NULL);
  return DEX_FUTURE (promise);
}

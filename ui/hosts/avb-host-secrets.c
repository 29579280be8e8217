/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/hosts/avb-host-secrets.h"

#include <glib/gi18n-lib.h>
#include <libsecret/secret.h>

#include "backends/avb-error.h"

static const SecretSchema schema = {
  "org.alphavbox.Host",
  SECRET_SCHEMA_NONE,
  {
      { "host", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { "user", SECRET_SCHEMA_ATTRIBUTE_STRING },
      { NULL, 0 },
  },
};

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
avb_host_secrets_find (const char *host, const char *user)
{
  DexPromise *promise = dex_promise_new ();

  secret_password_lookup (&schema,
                          NULL,
                          found_cb,
                          dex_ref (promise),
                          "host",
                          host,
                          "user",
                          user,
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
avb_host_secrets_keep (const char *host, const char *user, const char *password)
{
  DexPromise      *promise = dex_promise_new ();
  /* Translators: names a password in the keyring: user and host */
  g_autofree char *label = g_strdup_printf (_("%1$s at the host %2$s"), user, host);

  secret_password_store (&schema,
                         SECRET_COLLECTION_DEFAULT,
                         label,
                         password,
                         NULL,
                         kept_cb,
                         dex_ref (promise),
                         "host",
                         host,
                         "user",
                         user,
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
avb_host_secrets_forget (const char *host, const char *user)
{
  DexPromise *promise = dex_promise_new ();

  secret_password_clear (&schema,
                         NULL,
                         forgotten_cb,
                         dex_ref (promise),
                         "host",
                         host,
                         "user",
                         user,
                         NULL);
  return DEX_FUTURE (promise);
}

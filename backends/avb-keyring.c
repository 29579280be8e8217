/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-keyring.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-error.h"

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
avb_keyring_find (const SecretSchema *schema, GHashTable *attributes)
{
  DexPromise *promise = dex_promise_new ();

  secret_password_lookupv (schema, attributes, NULL, found_cb, dex_ref (promise));
  g_hash_table_unref (attributes);
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
avb_keyring_keep (const SecretSchema *schema, GHashTable *attributes, const char *label, const char *password)
{
  DexPromise *promise = dex_promise_new ();

  secret_password_storev (schema, attributes, SECRET_COLLECTION_DEFAULT, label, password, NULL, kept_cb, dex_ref (promise));
  g_hash_table_unref (attributes);
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
avb_keyring_forget (const SecretSchema *schema, GHashTable *attributes)
{
  DexPromise *promise = dex_promise_new ();

  secret_password_clearv (schema, attributes, NULL, forgotten_cb, dex_ref (promise));
  g_hash_table_unref (attributes);
  return DEX_FUTURE (promise);
}

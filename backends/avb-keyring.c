/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-keyring.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-error.h"

typedef struct _Call Call;

/* How something is asked of the keyring, and what is made of its answer. */
typedef struct {
  void (*ask)    (Call *call);
  void (*answer) (Call *call, GAsyncResult *result, GError **error);
} Question;

struct _Call {
  const Question     *question;
  const SecretSchema *schema;
  GHashTable         *attributes;
  char               *label;
  char               *password;
  gboolean            again;
  DexPromise         *promise;
};

static void
call_free (Call *call)
{
  g_hash_table_unref (call->attributes);
  g_free (call->label);
  secret_password_free (call->password);
  dex_unref (call->promise);
  g_free (call);
}

/* The library keeps a session with the keyring's daemon, which another daemon knows nothing of: one that was started anew. */
static gboolean
is_of_another_daemon (const GError *error)
{
  return error->domain == G_DBUS_ERROR || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_DBUS_ERROR) ||
         g_error_matches (error, SECRET_ERROR, SECRET_ERROR_NO_SUCH_OBJECT);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Call *call = data;
  g_autoptr (GError) error = NULL;

  call->question->answer (call, result, &error);
  if (error != NULL && !call->again && is_of_another_daemon (error))
    {
      call->again = TRUE;
      secret_service_disconnect ();
      call->question->ask (call);
      return;
    }
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    dex_promise_reject (call->promise, g_steal_pointer (&error));
  else if (error != NULL)
    dex_promise_reject (call->promise, avb_error_new (AVB_ERROR_UNAVAILABLE, error->message,
                                                      _ ("This desktop’s keyring can’t be used.")));
  call_free (call);
}

static DexFuture *
ask (const Question *question, const SecretSchema *schema, GHashTable *attributes, const char *label, const char *password)
{
  Call      *call = g_new0 (Call, 1);
  DexFuture *future;

  call->question = question;
  call->schema = schema;
  call->attributes = attributes;
  call->label = g_strdup (label);
  call->password = g_strdup (password);
  call->promise = dex_promise_new ();
  future = dex_ref (DEX_FUTURE (call->promise));
  question->ask (call);
  return future;
}

/* --- find --- */

static void
find_ask (Call *call)
{
  secret_password_lookupv (call->schema, call->attributes, NULL, answered_cb, call);
}

static void
find_answer (Call *call, GAsyncResult *result, GError **error)
{
  char *password = secret_password_lookup_finish (result, error);

  if (*error == NULL)
    dex_promise_resolve_string (call->promise, g_strdup (password));
  secret_password_free (password);
}

DexFuture *
avb_keyring_find (const SecretSchema *schema, GHashTable *attributes)
{
  static const Question find = { find_ask, find_answer };

  return ask (&find, schema, attributes, NULL, NULL);
}

/* --- keep --- */

static void
keep_ask (Call *call)
{
  secret_password_storev (call->schema, call->attributes, SECRET_COLLECTION_DEFAULT, call->label, call->password, NULL,
                          answered_cb, call);
}

static void
keep_answer (Call *call, GAsyncResult *result, GError **error)
{
  if (secret_password_store_finish (result, error))
    dex_promise_resolve_boolean (call->promise, TRUE);
}

DexFuture *
avb_keyring_keep (const SecretSchema *schema, GHashTable *attributes, const char *label, const char *password)
{
  static const Question keep = { keep_ask, keep_answer };

  return ask (&keep, schema, attributes, label, password);
}

/* --- forget --- */

static void
forget_ask (Call *call)
{
  secret_password_clearv (call->schema, call->attributes, NULL, answered_cb, call);
}

static void
forget_answer (Call *call, GAsyncResult *result, GError **error)
{
  /* FALSE without an error: there was none. */
  secret_password_clear_finish (result, error);
  if (*error == NULL)
    dex_promise_resolve_boolean (call->promise, TRUE);
}

DexFuture *
avb_keyring_forget (const SecretSchema *schema, GHashTable *attributes)
{
  static const Question forget = { forget_ask, forget_answer };

  return ask (&forget, schema, attributes, NULL, NULL);
}

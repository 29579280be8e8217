/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-console-login.h"

#include "backends/avb-blocking.h"
#include "backends/avb-password-request.h"
#include "backends/avb-secret.h"
#include "ui/console/avb-console-secrets.h"
#include "ui/console/avb-console-session-private.h"

typedef enum { NONE, DEFINITION, KEYRING, USER } Source;

struct _AvbConsoleLogin {
  GObject parent_instance;

  AvbMachine         *machine;
  char               *host; /* of the endpoint; NULL: this computer */
  char               *user; /* nullable: of the endpoint: the password is the user's, not the display's */
  char               *password;
  Source              source;
  gboolean            definition_is_wrong;
  gboolean            keyring_asked;
  gboolean            has_keyring;
  gboolean            remember; /* once it proves right */
  gboolean            wrong;    /* something was refused since the last reset */
  guint               attempts;
  guint               turn; /* answers of the keyring to an older one are stale */
  AvbPasswordRequest *request;
};

G_DEFINE_FINAL_TYPE (AvbConsoleLogin, avb_console_login, G_TYPE_OBJECT)

enum { READY, ASKS, CANCELLED, N_SIGNALS };
static guint signals[N_SIGNALS];

typedef struct {
  GWeakRef login;
  guint    turn;
} Lookup;

static void
lookup_free (gpointer data)
{
  Lookup *lookup = data;

  g_weak_ref_clear (&lookup->login);
  g_free (lookup);
}

static void
avb_console_login_set_password (AvbConsoleLogin *self, const char *password, Source source)
{
  char *old = self->password;

  self->password = g_strdup (password);
  self->source = source;
  avb_secret_free (old);
}

static void
avb_console_login_drop_request (AvbConsoleLogin *self)
{
  if (self->request != NULL)
    g_signal_handlers_disconnect_by_data (self->request, self);
  g_clear_object (&self->request);
}

static void
answered_cb (AvbPasswordRequest *request, gboolean given, AvbConsoleLogin *self)
{
  if (given)
    {
      avb_console_login_set_password (self, avb_password_request_get_password (request), USER);
      self->remember = avb_password_request_get_remember (request);
    }
  avb_console_login_drop_request (self);
  g_signal_emit (self, signals[given ? READY : CANCELLED], 0);
}

static void
avb_console_login_ask (AvbConsoleLogin *self)
{
  avb_console_login_drop_request (self);
  self->attempts++;
  self->request
      = self->user != NULL
            ? avb_password_request_new_for_host (
                  self->user, self->host, self->attempts, self->wrong)
            : avb_password_request_new (avb_machine_get_name (self->machine),
                                        self->host,
                                        self->attempts,
                                        self->wrong,
                                        self->has_keyring);
  g_signal_connect (self->request, "answered", G_CALLBACK (answered_cb), self);
  g_signal_emit (self, signals[ASKS], 0, self->request);
}

static DexFuture *
looked_up_cb (DexFuture *future, gpointer data)
{
  Lookup *lookup = data;
  g_autoptr (AvbConsoleLogin) self = g_weak_ref_get (&lookup->login);
  const GValue *value = dex_future_get_value (future, NULL);

  if (self == NULL || self->turn != lookup->turn)
    return dex_future_new_true ();
  self->has_keyring = value != NULL;
  if (value != NULL && g_value_get_string (value) != NULL)
    {
      avb_console_login_set_password (self, g_value_get_string (value), KEYRING);
      g_signal_emit (self, signals[READY], 0);
    }
  else
    avb_console_login_ask (self);
  return dex_future_new_true ();
}

static void
avb_console_login_look_up (AvbConsoleLogin *self)
{
  Lookup *lookup = g_new0 (Lookup, 1);

  self->keyring_asked = TRUE;
  g_weak_ref_init (&lookup->login, self);
  lookup->turn = ++self->turn;
  avb_future_finish (
      dex_future_finally (
          avb_console_secrets_find (avb_machine_get_uuid (self->machine), self->host),
          looked_up_cb,
          lookup,
          lookup_free),
      "look a password up");
}

static void
ready_cb (AvbConsoleLogin *self, AvbConsoleSession *session)
{
  avb_console_session_ask (session, NULL);
  avb_console_session_connect (session);
}

static void
asks_cb (AvbConsoleLogin *self, AvbPasswordRequest *request, AvbConsoleSession *session)
{
  avb_console_session_ask (session, AVB_REQUEST (request));
}

static void
avb_console_login_dispose (GObject *object)
{
  AvbConsoleLogin *self = AVB_CONSOLE_LOGIN (object);

  avb_console_login_drop_request (self);
  avb_console_login_set_password (self, NULL, NONE);
  g_clear_object (&self->machine);
  g_clear_pointer (&self->host, g_free);
  g_clear_pointer (&self->user, g_free);
  G_OBJECT_CLASS (avb_console_login_parent_class)->dispose (object);
}

static void
avb_console_login_class_init (AvbConsoleLoginClass *klass)
{
  GType type = G_TYPE_FROM_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_console_login_dispose;

  signals[READY]
      = g_signal_new ("ready", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[ASKS] = g_signal_new ("asks",
                                type,
                                G_SIGNAL_RUN_LAST,
                                0,
                                NULL,
                                NULL,
                                NULL,
                                G_TYPE_NONE,
                                1,
                                AVB_TYPE_PASSWORD_REQUEST);
  signals[CANCELLED]
      = g_signal_new ("cancelled", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
avb_console_login_init (AvbConsoleLogin *self)
{
}

AvbConsoleLogin *
avb_console_login_new (AvbConsoleSession *session, GCallback cancelled)
{
  AvbConsoleLogin *self;

  g_return_val_if_fail (AVB_IS_CONSOLE_SESSION (session), NULL);
  g_return_val_if_fail (cancelled != NULL, NULL);

  self = g_object_new (AVB_TYPE_CONSOLE_LOGIN, NULL);
  self->machine = g_object_ref (avb_console_session_get_machine (session));
  g_signal_connect_object (self, "ready", G_CALLBACK (ready_cb), session, G_CONNECT_DEFAULT);
  g_signal_connect_object (self, "asks", G_CALLBACK (asks_cb), session, G_CONNECT_DEFAULT);
  g_signal_connect_object (self, "cancelled", cancelled, session, G_CONNECT_DEFAULT);
  return self;
}

const char *
avb_console_login_choose (AvbConsoleLogin *self, const AvbConsoleEndpoint *endpoint)
{
  gboolean is_remote;

  g_return_val_if_fail (AVB_IS_CONSOLE_LOGIN (self), NULL);
  g_return_val_if_fail (endpoint != NULL, NULL);

  /* A machine that moved: what was right for one host is not told to another. */
  is_remote = endpoint->kind == AVB_CONSOLE_SPICE_HOST || endpoint->kind == AVB_CONSOLE_VNC_HOST
              || endpoint->kind == AVB_CONSOLE_RDP_HOST;
  if (g_set_str (&self->user, endpoint->user) | g_set_str (&self->host, is_remote ? endpoint->host : NULL))
    {
      avb_console_login_set_password (self, NULL, NONE);
      self->keyring_asked = FALSE;
    }
  if (self->source == NONE && endpoint->password != NULL && !self->definition_is_wrong)
    avb_console_login_set_password (self, endpoint->password, DEFINITION);
  return self->password;
}

void
avb_console_login_refused (AvbConsoleLogin *self)
{
  Source source;

  g_return_if_fail (AVB_IS_CONSOLE_LOGIN (self));

  source = self->source;
  avb_console_login_set_password (self, NULL, NONE);
  self->remember = FALSE;
  if (source == KEYRING)
    avb_future_finish (
        avb_console_secrets_forget (avb_machine_get_uuid (self->machine), self->host),
        "forget a password");
  if (source == DEFINITION)
    self->definition_is_wrong = TRUE;
  if (source == KEYRING || source == USER)
    self->wrong = TRUE;
  if (self->keyring_asked)
    avb_console_login_ask (self);
  else
    avb_console_login_look_up (self);
}

void
avb_console_login_accepted (AvbConsoleLogin *self)
{
  g_return_if_fail (AVB_IS_CONSOLE_LOGIN (self));

  if (self->remember)
    avb_future_finish (avb_console_secrets_keep (avb_machine_get_uuid (self->machine),
                                                 self->host,
                                                 avb_machine_get_name (self->machine),
                                                 self->password),
                       "keep a password");
  self->remember = FALSE;
  self->wrong = FALSE;
  self->attempts = 0;
}

void
avb_console_login_reset (AvbConsoleLogin *self)
{
  g_return_if_fail (AVB_IS_CONSOLE_LOGIN (self));

  avb_console_login_drop_request (self);
  self->turn++;
  self->definition_is_wrong = FALSE;
  self->keyring_asked = FALSE;
  self->wrong = FALSE;
  self->attempts = 0;
}

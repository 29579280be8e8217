/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/hyperv/avb-hyperv-private.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "backends/avb-certificate-request.h"
#include "backends/avb-password-request.h"
#include "backends/avb-secret.h"

/* The link to a host: up, lost, and back; and what the user is asked meanwhile. */

/* Hosts lock an account after some wrong passwords: the user is asked so often, and never by itself again. */
#define MAX_PASSWORDS 3
#define MAX_CERTIFICATES 3

static gboolean
is_closed (AvbHypervConnection *self)
{
  return avb_connection_get_link (AVB_CONNECTION (self)) == AVB_LINK_CLOSED;
}

gboolean
avb_hyperv_connection_is_current (AvbHypervConnection *self, AvbWsmanClient *client)
{
  return self->client == client && !is_closed (self);
}

static void
certificate_cb (AvbWsmanClient      *client,
                GTlsCertificate     *certificate,
                GTlsCertificateFlags errors,
                AvbHypervConnection *self)
{
  g_set_object (&self->certificate, certificate);
  self->certificate_errors = errors;
}

static AvbWsmanClient *
new_client (AvbHypervConnection *self, const char *name_space)
{
  gboolean         is_v6 = strchr (self->host, ':') != NULL;
  g_autofree char *uri = g_strdup_printf ("%s://%s%s%s:%u/wsman", self->tls ? "https" : "http", is_v6 ? "[" : "",
                                          self->host, is_v6 ? "]" : "", self->port);
  AvbWsmanClient  *client = avb_wsman_client_new (uri, name_space);

  avb_wsman_client_set_login (client, self->user, self->password);
  if (self->fingerprint != NULL)
    avb_wsman_client_set_trusted_fingerprint (client, self->fingerprint);
  g_signal_connect_object (client, "certificate", G_CALLBACK (certificate_cb), self, G_CONNECT_DEFAULT);
  return client;
}

static void
close_clients (AvbHypervConnection *self)
{
  if (self->client != NULL)
    avb_wsman_client_close (self->client);
  if (self->cim != NULL)
    avb_wsman_client_close (self->cim);
  g_clear_object (&self->client);
  g_clear_object (&self->cim);
}

static void
replace_clients (AvbHypervConnection *self)
{
  close_clients (self);
  self->client = new_client (self, "root/virtualization/v2");
  self->cim = new_client (self, "root/cimv2");
}

static gboolean
retry_cb (gpointer data)
{
  AvbHypervConnection *self = data;

  self->retry_source = 0;
  avb_hyperv_connection_open (self);
  return G_SOURCE_REMOVE;
}

void
avb_hyperv_connection_lose (AvbHypervConnection *self, const char *error, gboolean again)
{
  static const guint delays_ms[] = { 200, 500, 1000, 2000, 4000, 8000, 15000, 30000 };

  if (is_closed (self))
    return;
  close_clients (self);
  g_clear_handle_id (&self->poll_source, g_source_remove);
  if (again && self->retry_source == 0)
    self->retry_source
        = g_timeout_add (delays_ms[MIN (self->attempt, G_N_ELEMENTS (delays_ms) - 1)], retry_cb, self);
  self->attempt++;
  avb_connection_set_link (AVB_CONNECTION (self), AVB_LINK_LOST, error);
}

/* --- Asking the user --- */

static void
answered_cb (AvbRequest *request, gboolean given, DexPromise *promise)
{
  dex_promise_resolve_boolean (promise, given);
}

static void
unref_promise (gpointer promise, GClosure *closure)
{
  dex_unref (promise);
}

/* Only in the fiber. */
static gboolean
ask (AvbHypervConnection *self, AvbRequest *request)
{
  DexPromise *promise = dex_promise_new ();
  gboolean    given;

  g_signal_connect_data (request, "answered", G_CALLBACK (answered_cb), dex_ref (promise), unref_promise,
                         G_CONNECT_DEFAULT);
  avb_connection_set_request (AVB_CONNECTION (self), request);
  given = dex_await_boolean (DEX_FUTURE (promise), NULL);
  avb_connection_set_request (AVB_CONNECTION (self), NULL);
  return given && !is_closed (self);
}

typedef enum {
  ANSWER_GO_ON,
  ANSWER_GIVE_UP, /* a sentence says why; the user may try again */
} Answer;

typedef struct {
  guint n_passwords;
  guint n_certificates;
  char *sentence; /* for giving up */
} Asked;

static Answer
give_up (Asked *asked, const char *sentence)
{
  g_set_str (&asked->sentence, sentence);
  return ANSWER_GIVE_UP;
}

/* Only in the fiber. */
static Answer
ask_certificate (AvbHypervConnection *self, Asked *asked)
{
  g_autoptr (AvbCertificateRequest) request = NULL;

  if (asked->n_certificates++ == MAX_CERTIFICATES)
    return give_up (asked, _ ("The host shows another certificate each time."));
  request = avb_certificate_request_new (NULL, self->host, self->port, self->certificate, self->certificate_errors,
                                         self->fingerprint != NULL);
  if (!ask (self, AVB_REQUEST (request)))
    return give_up (asked, _ ("The certificate of the host is not trusted."));
  g_set_str (&self->fingerprint, avb_certificate_request_get_fingerprint (request));
  return ANSWER_GO_ON;
}

/* Only in the fiber. */
static Answer
ask_password (AvbHypervConnection *self, Asked *asked)
{
  g_autoptr (AvbPasswordRequest) request = NULL;
  gboolean wrong = self->password != NULL;

  if (self->user == NULL)
    return give_up (asked, _ ("The host wants to know who you are: write “hyperv://user@host”."));
  g_clear_pointer (&self->password, avb_secret_free);
  if (asked->n_passwords++ == MAX_PASSWORDS)
    return give_up (asked, _ ("The host refused the password, or does not let this user manage machines."));
  request = avb_password_request_new_for_host (self->user, self->host, asked->n_passwords, wrong);
  if (!ask (self, AVB_REQUEST (request)))
    return give_up (asked, _ ("The host wants a password."));
  self->password = g_strdup (avb_password_request_get_password (request));
  return ANSWER_GO_ON;
}

/* --- Opening --- */

/* Who it is, and whether it has Hyper-V: the first is answered to anybody, the second to those who may. Only in a fiber. */
static gboolean
greet (AvbHypervConnection *self, AvbWsmanClient *client, GError **error)
{
  g_autofree char *product = dex_await_string (avb_wsman_client_identify (client), error);
  g_autoptr (GPtrArray) found = NULL;
  const char *folder;

  if (product == NULL)
    return FALSE;
  found = dex_await_boxed (
      avb_wsman_client_query (client, "SELECT * FROM Msvm_VirtualSystemManagementServiceSettingData", 1), error);
  if (found == NULL)
    return FALSE;
  if (found->len == 0)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_SUPPORTED, product, _ ("The host has no Hyper-V.")));
      return FALSE;
    }
  folder = avb_wmi_object_get_string (found->pdata[0], "DefaultVirtualHardDiskPath");
  g_set_str (&self->disk_folder, folder);
  return TRUE;
}

/* Each attempt is one with what the user said last. Only in a fiber. */
static gboolean
greet_and_ask (AvbHypervConnection *self, Asked *asked, GError **error)
{
  for (;;)
    {
      g_autoptr (AvbWsmanClient) client = NULL;
      g_autoptr (GError) local_error = NULL;
      Answer answer;

      replace_clients (self);
      client = g_object_ref (self->client);
      g_clear_object (&self->certificate);
      if (greet (self, client, &local_error))
        return TRUE;
      if (!avb_hyperv_connection_is_current (self, client))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if (local_error->domain == G_TLS_ERROR && self->certificate != NULL)
        answer = ask_certificate (self, asked);
      else if (g_error_matches (local_error, AVB_ERROR, AVB_ERROR_PERMISSION))
        answer = ask_password (self, asked);
      else
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if (answer == ANSWER_GIVE_UP)
        {
          g_propagate_error (error, avb_error_new (AVB_ERROR_PERMISSION, avb_error_get_details (local_error), "%s",
                                                   asked->sentence));
          return FALSE;
        }
    }
}

/* Only in a fiber. */
static gboolean
bring_up (AvbHypervConnection *self, GError **error)
{
  g_autoptr (AvbWsmanClient) client = g_object_ref (self->client);
  g_autoptr (GError) local_error = NULL;

  avb_hyperv_connection_read_host (self);
  /* Before the list, so that nothing falls between. */
  self->polling = !avb_hyperv_connection_subscribe (self, client, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (!avb_hyperv_connection_read_list (self, client, error))
    return FALSE;
  return avb_hyperv_connection_is_current (self, client);
}

static DexFuture *
open_fiber (gpointer data)
{
  AvbHypervConnection *self = data;
  Asked                asked = { 0 };
  g_autoptr (GError) error = NULL;
  gboolean up = greet_and_ask (self, &asked, &error) && bring_up (self, &error);
  /* Giving up is final until the user wants to try again. */
  gboolean again = asked.sentence == NULL;

  self->opening = FALSE;
  g_free (asked.sentence);
  if (is_closed (self))
    {
      close_clients (self);
      return dex_future_new_true ();
    }
  if (!up)
    {
      avb_hyperv_connection_lose (self, error != NULL ? error->message : _ ("The host went away."), again);
      return error != NULL ? dex_future_new_for_error (g_steal_pointer (&error)) : dex_future_new_true ();
    }
  self->attempt = 0;
  avb_connection_set_link (AVB_CONNECTION (self), AVB_LINK_UP, NULL);
  avb_hyperv_connection_discard_orphans (self);
  if (self->polling)
    avb_hyperv_connection_start_polling (self);
  return dex_future_new_true ();
}

void
avb_hyperv_connection_open (AvbHypervConnection *self)
{
  if (self->opening || is_closed (self) || self->host == NULL)
    return;
  self->opening = TRUE;
  avb_future_finish (avb_fiber_spawn (open_fiber, g_object_ref (self), g_object_unref),
                     "Connecting to a host with Hyper-V");
}

/* --- Doubts --- */

typedef struct {
  AvbHypervConnection *self;
  AvbWsmanClient      *client;
} Doubt;

static void
doubt_free (gpointer data)
{
  Doubt *doubt = data;

  g_object_unref (doubt->self);
  g_object_unref (doubt->client);
  g_free (doubt);
}

static DexFuture *
identified_cb (DexFuture *future, gpointer data)
{
  Doubt *doubt = data;
  g_autoptr (GError) error = NULL;

  doubt->self->doubting = FALSE;
  if (dex_future_get_value (future, &error) == NULL && avb_hyperv_connection_is_current (doubt->self, doubt->client))
    avb_hyperv_connection_lose (doubt->self, error->message, TRUE);
  return dex_future_new_true ();
}

void
avb_hyperv_connection_doubt (AvbHypervConnection *self)
{
  Doubt *doubt;

  if (self->doubting || self->client == NULL || self->opening)
    return;
  self->doubting = TRUE;
  doubt = g_new0 (Doubt, 1);
  doubt->self = g_object_ref (self);
  doubt->client = g_object_ref (self->client);
  avb_future_finish (
      dex_future_finally (avb_wsman_client_identify (self->client), identified_cb, doubt, doubt_free),
      "Asking a host whether it is there");
}

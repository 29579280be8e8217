/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-spice-attempt.h"

#include <glib/gi18n.h>
#include <unistd.h>

#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "ui/console/avb-spice-ending.h"
#include "ui/console/avb-spice-transport.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpiceSession, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpiceChannel, g_object_unref)

/* So long may a server take to let us in. */
#define PATIENCE_SECONDS 15
/* A server that ends a connection ends all its channels, and a hypervisor that ends is gone after this. */
#define SETTLE_MS 500
#define MAX_SETTLES 4

typedef enum { OVER_LOST, OVER_FAILED, OVER_REFUSED, OVER_TAKEN } Over;

struct _AvbSpiceAttempt {
  GObject parent_instance;

  AvbMachine    *machine;
  AvbConsoleLogin *login;
  SpiceSession  *spice; /* NULL until the display is found */

  AvbSpiceTransport *transport; /* NULL: the machine opens connections */
  gboolean       ended;

  guint    patience_source;
  gboolean opened;

  guint    over_source; /* it is about to be over */
  Over     over;
  char    *over_message;
  guint    settles;
  gboolean main_closed; /* after it was open, */
  gboolean clean;       /* and the server said goodbye on a channel */
};

G_DEFINE_FINAL_TYPE (AvbSpiceAttempt, avb_spice_attempt, G_TYPE_OBJECT)

enum { PREPARE, CHANNEL, OPENED, LOST, FAILED, REFUSED, UNTRUSTED, TAKEN, OTHER, N_SIGNALS };
static guint signals[N_SIGNALS];

/* What an answer from the machine is for. */
typedef struct {
  GWeakRef attempt;
  GWeakRef channel; /* empty for find_console */
} Request;

static Request *
request_new (AvbSpiceAttempt *self, SpiceChannel *channel)
{
  Request *request = g_new0 (Request, 1);

  g_weak_ref_init (&request->attempt, self);
  g_weak_ref_init (&request->channel, channel);
  return request;
}

static void
request_free (gpointer data)
{
  Request *request = data;

  g_weak_ref_clear (&request->attempt);
  g_weak_ref_clear (&request->channel);
  g_free (request);
}

/* (transfer full) (nullable): the attempt, if the answer still matters to it */
static AvbSpiceAttempt *
request_get_attempt (Request *request)
{
  g_autoptr (AvbSpiceAttempt) self = g_weak_ref_get (&request->attempt);

  if (self == NULL || self->ended)
    return NULL;
  return g_steal_pointer (&self);
}

/* @message is nullable for what needs none. */
static void
avb_spice_attempt_over (AvbSpiceAttempt *self, Over over, const char *message)
{
  static const guint how[] = { LOST, FAILED, REFUSED, TAKEN };

  if (self->ended)
    return;
  g_object_ref (self);
  if (over == OVER_LOST || over == OVER_FAILED)
    g_signal_emit (self, signals[how[over]], 0, message);
  else
    g_signal_emit (self, signals[how[over]], 0);
  g_object_unref (self);
}

static gboolean
over_cb (gpointer data)
{
  AvbSpiceAttempt *self = data;
  g_autofree char *message = g_steal_pointer (&self->over_message);

  self->over_source = 0;
  avb_spice_attempt_over (self, self->over, message);
  return G_SOURCE_REMOVE;
}

static void
avb_spice_attempt_over_later (AvbSpiceAttempt *self, Over over, const char *message)
{
  if (self->ended)
    return;
  g_clear_handle_id (&self->over_source, g_source_remove);
  g_set_str (&self->over_message, message);
  self->over = over;
  self->over_source = g_idle_add_full (G_PRIORITY_DEFAULT, over_cb, self, NULL);
}

static void
avb_spice_attempt_lose (AvbSpiceAttempt *self)
{
  avb_spice_attempt_over (
      self, OVER_LOST, _ ("The connection to the machine’s display was lost."));
}

static void
avb_spice_attempt_distrust (AvbSpiceAttempt *self, GTlsCertificate *certificate)
{
  g_autoptr (AvbCertificateRequest) request = NULL;
  GTlsCertificateFlags errors;
  gboolean             changed;

  avb_spice_transport_get_untrusted (self->transport, &errors, &changed);
  request = avb_certificate_request_new (avb_machine_get_name (self->machine),
                                         avb_spice_transport_get_host (self->transport),
                                         avb_spice_transport_get_port (self->transport),
                                         certificate,
                                         errors,
                                         changed);
  g_signal_emit (self, signals[UNTRUSTED], 0, request);
}

static gboolean
patience_cb (gpointer data)
{
  AvbSpiceAttempt *self = data;

  self->patience_source = 0;
  avb_spice_attempt_over (self, OVER_LOST, _ ("The machine’s display doesn’t answer."));
  return G_SOURCE_REMOVE;
}

static DexFuture *
probed_cb (DexFuture *future, gpointer data)
{
  Request *request = data;
  g_autoptr (AvbSpiceAttempt) self = request_get_attempt (request);
  const GValue *value = dex_future_get_value (future, NULL);

  if (value != NULL)
    close (g_value_get_int (value));
  if (self != NULL && value != NULL)
    avb_spice_attempt_over (self, OVER_TAKEN, NULL);
  else if (self != NULL)
    avb_spice_attempt_lose (self);
  return dex_future_new_true ();
}

/* (transfer full): an int: a connection for one channel */
static DexFuture *
avb_spice_attempt_open_fd (AvbSpiceAttempt *self)
{
  return self->transport != NULL ? avb_spice_transport_open (self->transport)
                                 : avb_machine_open_console_fd (self->machine);
}

/* SPICE has no word for it: a server that another viewer came to just ends our channels. But unlike one
 * that ended itself it is still there. */
static gboolean
settled_cb (gpointer data)
{
  AvbSpiceAttempt *self = data;

  const char      *problem
      = self->transport != NULL ? avb_spice_transport_get_problem (self->transport) : NULL;
  gboolean clean
      = self->clean
        && (self->transport == NULL || avb_spice_transport_get_clean (self->transport));

  if (self->opened && !self->main_closed && ++self->settles < MAX_SETTLES)
    return G_SOURCE_CONTINUE;
  self->over_source = 0;
  if (problem != NULL)
    avb_spice_attempt_over (self, OVER_FAILED, problem);
  else if (self->main_closed && clean)
    avb_future_finish (dex_future_finally (avb_spice_attempt_open_fd (self),
                                           probed_cb,
                                           request_new (self, NULL),
                                           request_free),
                       "look whether the display is still there");
  else
    avb_spice_attempt_lose (self);
  return G_SOURCE_REMOVE;
}

static DexFuture *
fd_opened_cb (DexFuture *future, gpointer data)
{
  Request *request = data;
  g_autoptr (AvbSpiceAttempt) self = request_get_attempt (request);
  g_autoptr (SpiceChannel) channel = g_weak_ref_get (&request->channel);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value == NULL)
    {
      GTlsCertificateFlags errors;
      gboolean             changed;
      GTlsCertificate     *untrusted
          = self != NULL && self->transport != NULL
                ? avb_spice_transport_get_untrusted (self->transport, &errors, &changed)
                : NULL;

      if (untrusted != NULL)
        avb_spice_attempt_distrust (self, untrusted);
      else if (self != NULL && self->over_source == 0)
        avb_spice_attempt_over (self, OVER_LOST, error->message);
    }
  else if (self == NULL || channel == NULL)
    close (g_value_get_int (value));
  else if (!spice_channel_open_fd (channel, g_value_get_int (value)))
    avb_spice_attempt_lose (self);
  return dex_future_new_true ();
}

static void
open_fd_cb (SpiceChannel *channel, int with_tls, AvbSpiceAttempt *self)
{
  /* The server says so after it was spoken to without. */
  if (with_tls)
    {
      avb_spice_attempt_over_later (
          self,
          OVER_FAILED,
          _ ("The machine’s display takes encrypted connections only, and its definition has no port for them."));
      return;
    }
  avb_future_finish (dex_future_finally (avb_spice_attempt_open_fd (self),
                                         fd_opened_cb,
                                         request_new (self, channel),
                                         request_free),
                     "open a display channel");
}

static void
channel_new_cb (SpiceSession *spice, SpiceChannel *channel, AvbSpiceAttempt *self)
{
  /* Whoever connects it. */
  g_signal_connect_object (
      channel, "open-fd", G_CALLBACK (open_fd_cb), self, G_CONNECT_DEFAULT);
  g_signal_emit (self, signals[CHANNEL], 0, channel);
}

static void
avb_spice_attempt_open (AvbSpiceAttempt *self, const AvbConsoleEndpoint *endpoint)
{
  if (endpoint->kind == AVB_CONSOLE_SPICE_HOST)
    {
      if (endpoint->host == NULL || (endpoint->port == 0 && endpoint->tls_port == 0))
        {
          avb_spice_attempt_over (
              self, OVER_FAILED, _ ("It is not known where the machine’s display can be reached."));
          return;
        }
      self->transport = avb_spice_transport_new (endpoint);
    }
  self->spice = spice_session_new ();
  g_object_set (self->spice,
                "enable-audio",
                FALSE,
                "enable-usbredir",
                FALSE,
                "enable-smartcard",
                FALSE,
                "password",
                avb_console_login_choose (self->login, endpoint),
                NULL);
  self->patience_source = g_timeout_add_seconds (PATIENCE_SECONDS, patience_cb, self);
  g_signal_connect (self->spice, "channel-new", G_CALLBACK (channel_new_cb), self);
  g_signal_emit (self, signals[PREPARE], 0, self->spice);
  if (!spice_session_open_fd (self->spice, -1))
    avb_spice_attempt_lose (self);
}

static DexFuture *
console_found_cb (DexFuture *future, gpointer data)
{
  Request *request = data;
  g_autoptr (AvbSpiceAttempt) self = request_get_attempt (request);
  g_autoptr (GError) error = NULL;
  const GValue             *value = dex_future_get_value (future, &error);
  const AvbConsoleEndpoint *endpoint;

  if (self == NULL)
    return dex_future_new_true ();
  if (value == NULL)
    {
      if (g_error_matches (error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED)
          || g_error_matches (error, AVB_ERROR, AVB_ERROR_PERMISSION))
        avb_spice_attempt_over (self, OVER_FAILED, error->message);
      else
        avb_spice_attempt_over (self, OVER_LOST, error->message);
      return dex_future_new_true ();
    }
  endpoint = g_value_get_boxed (value);
  if (endpoint->kind == AVB_CONSOLE_NONE)
    avb_spice_attempt_over (self,
                            OVER_FAILED,
                            endpoint->reason != NULL
                                ? endpoint->reason
                                : _ ("This machine has no display that can be shown."));
  else if (endpoint->kind != AVB_CONSOLE_SPICE_FD && endpoint->kind != AVB_CONSOLE_SPICE_HOST)
    g_signal_emit (self, signals[OTHER], 0, (int) endpoint->kind);
  else
    avb_spice_attempt_open (self, endpoint);
  return dex_future_new_true ();
}

static void
avb_spice_attempt_dispose (GObject *object)
{
  AvbSpiceAttempt *self = AVB_SPICE_ATTEMPT (object);

  avb_spice_attempt_end (self);
  g_clear_object (&self->transport);
  g_clear_object (&self->login);
  g_clear_object (&self->machine);
  G_OBJECT_CLASS (avb_spice_attempt_parent_class)->dispose (object);
}

static void
avb_spice_attempt_class_init (AvbSpiceAttemptClass *klass)
{
  const struct {
    const char *name;
    GType       parameter; /* G_TYPE_NONE: no one */
  } declared[N_SIGNALS] = {
    [PREPARE] = { "prepare", SPICE_TYPE_SESSION }, [CHANNEL] = { "channel", SPICE_TYPE_CHANNEL },
    [OPENED] = { "opened", G_TYPE_NONE },          [LOST] = { "lost", G_TYPE_STRING },
    [FAILED] = { "failed", G_TYPE_STRING },        [REFUSED] = { "refused", G_TYPE_NONE },
    [UNTRUSTED] = { "untrusted", AVB_TYPE_CERTIFICATE_REQUEST },
    [TAKEN] = { "taken", G_TYPE_NONE },            [OTHER] = { "other", G_TYPE_INT },
  };

  G_OBJECT_CLASS (klass)->dispose = avb_spice_attempt_dispose;

  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (declared[i].name,
                               G_TYPE_FROM_CLASS (klass),
                               G_SIGNAL_RUN_LAST,
                               0,
                               NULL,
                               NULL,
                               NULL,
                               G_TYPE_NONE,
                               declared[i].parameter != G_TYPE_NONE ? 1 : 0,
                               declared[i].parameter);
}

static void
avb_spice_attempt_init (AvbSpiceAttempt *self)
{
}

AvbSpiceAttempt *
avb_spice_attempt_new (AvbMachine *machine, AvbConsoleLogin *login)
{
  AvbSpiceAttempt *self;

  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);
  g_return_val_if_fail (AVB_IS_CONSOLE_LOGIN (login), NULL);

  self = g_object_new (AVB_TYPE_SPICE_ATTEMPT, NULL);
  self->machine = g_object_ref (machine);
  self->login = g_object_ref (login);
  return self;
}

void
avb_spice_attempt_start (AvbSpiceAttempt *self)
{
  g_return_if_fail (AVB_IS_SPICE_ATTEMPT (self));

  avb_future_finish (dex_future_finally (avb_machine_find_console (self->machine),
                                         console_found_cb,
                                         request_new (self, NULL),
                                         request_free),
                     "find the display");
}

void
avb_spice_attempt_end (AvbSpiceAttempt *self)
{
  g_autoptr (SpiceSession) spice = NULL;
  g_autoptr (GList) channels = NULL;

  g_return_if_fail (AVB_IS_SPICE_ATTEMPT (self));

  self->ended = TRUE;
  spice = g_steal_pointer (&self->spice);
  if (self->transport != NULL)
    avb_spice_transport_cancel (self->transport);
  g_clear_handle_id (&self->patience_source, g_source_remove);
  g_clear_handle_id (&self->over_source, g_source_remove);
  g_clear_pointer (&self->over_message, g_free);
  if (spice == NULL)
    return;
  g_signal_handlers_disconnect_by_data (spice, self);
  channels = spice_session_get_channels (spice);
  for (GList *l = channels; l != NULL; l = l->next)
    g_signal_handlers_disconnect_by_data (l->data, self);
  avb_spice_ending_start (spice);
}

gboolean
avb_spice_attempt_channel_event (AvbSpiceAttempt  *self,
                                 SpiceChannel     *channel,
                                 SpiceChannelEvent event)
{
  g_return_val_if_fail (AVB_IS_SPICE_ATTEMPT (self), FALSE);

  switch (event)
    {
    case SPICE_CHANNEL_NONE:
    case SPICE_CHANNEL_SWITCHING:
      return FALSE;
    case SPICE_CHANNEL_OPENED:
      if (!self->opened && SPICE_IS_MAIN_CHANNEL (channel))
        {
          self->opened = TRUE;
          g_clear_handle_id (&self->patience_source, g_source_remove);
          g_signal_emit (self, signals[OPENED], 0);
        }
      return FALSE;
    case SPICE_CHANNEL_ERROR_AUTH:
      if (!self->opened)
        {
          avb_spice_attempt_over_later (self, OVER_REFUSED, NULL);
          return TRUE;
        }
      /* We were let in: a server that just ended the connection refuses the channels that still begin. */
      G_GNUC_FALLTHROUGH;
    case SPICE_CHANNEL_CLOSED:
    case SPICE_CHANNEL_ERROR_CONNECT:
    case SPICE_CHANNEL_ERROR_LINK:
    case SPICE_CHANNEL_ERROR_IO:
    case SPICE_CHANNEL_ERROR_TLS:
    default:
      self->main_closed |= self->opened && SPICE_IS_MAIN_CHANNEL (channel);
      self->clean |= event == SPICE_CHANNEL_CLOSED;
      if (self->over_source == 0 && !self->ended)
        {
          /* Before that, too, because why is known when the transport says it. */
          if (self->opened || self->transport != NULL)
            self->over_source = g_timeout_add (SETTLE_MS, settled_cb, self);
          else
            avb_spice_attempt_over_later (
                self, OVER_LOST, _ ("The connection to the machine’s display was lost."));
        }
      return TRUE;
    }
}

SpiceSession *
avb_spice_attempt_get_spice (AvbSpiceAttempt *self)
{
  g_return_val_if_fail (AVB_IS_SPICE_ATTEMPT (self), NULL);
  return self->spice;
}

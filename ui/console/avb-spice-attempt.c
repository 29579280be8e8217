/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-spice-attempt.h"

#include <glib/gi18n.h>
#include <unistd.h>

#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "ui/console/avb-spice-ending.h"

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpiceSession, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpiceChannel, g_object_unref)

struct _AvbSpiceAttempt {
  GObject parent_instance;

  AvbMachine   *machine;
  SpiceSession *spice; /* NULL until the display is found */
  gboolean      ended;

  guint    over_source; /* it is about to be over */
  char    *over_message;
  gboolean over_for_good;
};

G_DEFINE_FINAL_TYPE (AvbSpiceAttempt, avb_spice_attempt, G_TYPE_OBJECT)

enum { PREPARE, CHANNEL, LOST, FAILED, N_SIGNALS };
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

static void
avb_spice_attempt_lose (AvbSpiceAttempt *self, const char *message)
{
  if (!self->ended)
    g_signal_emit (self, signals[LOST], 0, message);
}

static void
avb_spice_attempt_fail (AvbSpiceAttempt *self, const char *message)
{
  if (!self->ended)
    g_signal_emit (self, signals[FAILED], 0, message);
}

static gboolean
over_cb (gpointer data)
{
  g_autoptr (AvbSpiceAttempt) self = g_object_ref (data);
  g_autofree char *message = g_steal_pointer (&self->over_message);

  self->over_source = 0;
  if (self->over_for_good)
    avb_spice_attempt_fail (self, message);
  else
    avb_spice_attempt_lose (self, message);
  return G_SOURCE_REMOVE;
}

static void
avb_spice_attempt_over_later (AvbSpiceAttempt *self, gboolean for_good, const char *message)
{
  if (self->ended || self->over_source != 0)
    return;
  self->over_message = g_strdup (message);
  self->over_for_good = for_good;
  self->over_source = g_idle_add_full (G_PRIORITY_DEFAULT, over_cb, self, NULL);
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
      if (self != NULL)
        avb_spice_attempt_lose (self, error->message);
    }
  else if (self == NULL || channel == NULL)
    close (g_value_get_int (value));
  else if (!spice_channel_open_fd (channel, g_value_get_int (value)))
    avb_spice_attempt_lose (self, _ ("The connection to the machine’s display failed."));
  return dex_future_new_true ();
}

static void
open_fd_cb (SpiceChannel *channel, int with_tls, AvbSpiceAttempt *self)
{
  avb_future_finish (dex_future_finally (avb_machine_open_console_fd (self->machine),
                                         fd_opened_cb,
                                         request_new (self, channel),
                                         request_free),
                     "open a display channel");
}

static void
channel_new_cb (SpiceSession *spice, SpiceChannel *channel, AvbSpiceAttempt *self)
{
  /* The session connects its main channel by itself. */
  if (SPICE_IS_MAIN_CHANNEL (channel))
    g_signal_connect_object (channel, "open-fd", G_CALLBACK (open_fd_cb), self, G_CONNECT_DEFAULT);
  g_signal_emit (self, signals[CHANNEL], 0, channel);
}

static void
avb_spice_attempt_open (AvbSpiceAttempt *self, const AvbConsoleEndpoint *endpoint)
{
  g_autofree char *port = g_strdup_printf ("%u", endpoint->port);
  g_autofree char *tls_port = g_strdup_printf ("%u", endpoint->tls_port);
  gboolean         opened;

  self->spice = spice_session_new ();
  g_object_set (self->spice,
                "enable-audio",
                FALSE,
                "enable-usbredir",
                FALSE,
                "enable-smartcard",
                FALSE,
                NULL);
  g_signal_connect (self->spice, "channel-new", G_CALLBACK (channel_new_cb), self);
  g_signal_emit (self, signals[PREPARE], 0, self->spice);
  if (endpoint->kind == AVB_CONSOLE_SPICE_FD)
    {
      opened = spice_session_open_fd (self->spice, -1);
    }
  else
    {
      g_object_set (self->spice,
                    "host",
                    endpoint->host,
                    "port",
                    endpoint->port != 0 ? port : NULL,
                    "tls-port",
                    endpoint->tls_port != 0 ? tls_port : NULL,
                    NULL);
      opened = spice_session_connect (self->spice);
    }
  if (!opened && self->spice != NULL)
    avb_spice_attempt_lose (self, _ ("The connection to the machine’s display failed."));
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
        avb_spice_attempt_fail (self, error->message);
      else
        avb_spice_attempt_lose (self, error->message);
      return dex_future_new_true ();
    }
  endpoint = g_value_get_boxed (value);
  if (endpoint->kind == AVB_CONSOLE_NONE)
    avb_spice_attempt_fail (self,
                            endpoint->reason != NULL
                                ? endpoint->reason
                                : _ ("This machine has no display that can be shown."));
  else
    avb_spice_attempt_open (self, endpoint);
  return dex_future_new_true ();
}

static void
avb_spice_attempt_dispose (GObject *object)
{
  AvbSpiceAttempt *self = AVB_SPICE_ATTEMPT (object);

  avb_spice_attempt_end (self);
  g_clear_object (&self->machine);
  G_OBJECT_CLASS (avb_spice_attempt_parent_class)->dispose (object);
}

static void
avb_spice_attempt_class_init (AvbSpiceAttemptClass *klass)
{
  const struct {
    const char *name;
    GType       parameter;
  } declared[N_SIGNALS] = {
    [PREPARE] = { "prepare", SPICE_TYPE_SESSION },
    [CHANNEL] = { "channel", SPICE_TYPE_CHANNEL },
    [LOST] = { "lost", G_TYPE_STRING },
    [FAILED] = { "failed", G_TYPE_STRING },
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
                               1,
                               declared[i].parameter);
}

static void
avb_spice_attempt_init (AvbSpiceAttempt *self)
{
}

AvbSpiceAttempt *
avb_spice_attempt_new (AvbMachine *machine)
{
  AvbSpiceAttempt *self;

  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);

  self = g_object_new (AVB_TYPE_SPICE_ATTEMPT, NULL);
  self->machine = g_object_ref (machine);
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

void
avb_spice_attempt_connect_channel (AvbSpiceAttempt *self, SpiceChannel *channel)
{
  g_return_if_fail (AVB_IS_SPICE_ATTEMPT (self));
  g_return_if_fail (SPICE_IS_CHANNEL (channel));

  g_signal_connect_object (channel, "open-fd", G_CALLBACK (open_fd_cb), self, G_CONNECT_DEFAULT);
  spice_channel_connect (channel);
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
    case SPICE_CHANNEL_OPENED:
    case SPICE_CHANNEL_SWITCHING:
      return FALSE;
    case SPICE_CHANNEL_ERROR_AUTH:
      avb_spice_attempt_over_later (
          self,
          TRUE,
          _ ("The machine’s display asks for a password, which this console can’t give."));
      return TRUE;
    case SPICE_CHANNEL_ERROR_TLS:
      avb_spice_attempt_over_later (
          self, TRUE, _ ("The certificate of the machine’s display could not be verified."));
      return TRUE;
    case SPICE_CHANNEL_CLOSED:
    case SPICE_CHANNEL_ERROR_CONNECT:
    case SPICE_CHANNEL_ERROR_LINK:
    case SPICE_CHANNEL_ERROR_IO:
    default:
      avb_spice_attempt_over_later (
          self, FALSE, _ ("The connection to the machine’s display was lost."));
      return TRUE;
    }
}

SpiceSession *
avb_spice_attempt_get_spice (AvbSpiceAttempt *self)
{
  g_return_val_if_fail (AVB_IS_SPICE_ATTEMPT (self), NULL);
  return self->spice;
}

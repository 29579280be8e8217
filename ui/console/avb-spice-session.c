/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-spice-session.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-blocking.h"
#include "backends/avb-known-certificates.h"
#include "ui/console/avb-console-session-private.h"
#include "ui/console/avb-spice-attempt.h"
#include "ui/console/avb-spice-sink.h"

struct _AvbSpiceSession {
  AvbConsoleSession parent_instance;

  AvbConsoleLogin    *login;   /* with the first attempt */
  AvbSpiceAttempt    *attempt; /* NULL between attempts */
  SpiceMainChannel   *main;
  SpiceInputsChannel *inputs;
};

G_DEFINE_FINAL_TYPE (AvbSpiceSession, avb_spice_session, AVB_TYPE_CONSOLE_SESSION)

enum { PROP_0, PROP_INPUTS, PROP_MAIN, N_PROPS };
static GParamSpec *properties[N_PROPS];

enum { PREPARE, CHANNEL, ENDED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
avb_spice_session_set_inputs (AvbSpiceSession *self, SpiceInputsChannel *inputs)
{
  g_autoptr (AvbInputSink) sink = NULL;

  if (!g_set_object (&self->inputs, inputs))
    return;
  sink = inputs != NULL ? avb_spice_sink_new (inputs) : NULL;
  avb_console_session_set_sink (AVB_CONSOLE_SESSION (self), sink);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_INPUTS]);
}

static void
avb_spice_session_set_main (AvbSpiceSession *self, SpiceMainChannel *main)
{
  if (g_set_object (&self->main, main))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAIN]);
}

static void
avb_spice_session_shut (AvbConsoleSession *session)
{
  AvbSpiceSession *self = AVB_SPICE_SESSION (session);
  g_autoptr (AvbSpiceAttempt) attempt = self->attempt;
  SpiceSession *spice = avb_spice_session_get_spice (self);
  g_autoptr (GList) channels = NULL;

  avb_spice_session_set_inputs (self, NULL);
  avb_spice_session_set_main (self, NULL);
  self->attempt = NULL;
  if (attempt == NULL)
    return;
  g_signal_handlers_disconnect_by_data (attempt, self);
  if (spice != NULL)
    {
      g_signal_emit (self, signals[ENDED], 0);
      channels = spice_session_get_channels (spice);
      for (GList *l = channels; l != NULL; l = l->next)
        g_signal_handlers_disconnect_by_data (l->data, self);
    }
  avb_spice_attempt_end (attempt);
}

static void
lost_cb (AvbSpiceAttempt *attempt, const char *message, AvbConsoleSession *self)
{
  avb_console_session_lost (self, message);
}

static void
failed_cb (AvbSpiceAttempt *attempt, const char *message, AvbConsoleSession *self)
{
  avb_console_session_failed (self, message);
}

static void
other_cb (AvbSpiceAttempt *attempt, int kind, AvbConsoleSession *self)
{
  avb_console_session_replace (self, (AvbConsoleKind) kind);
}

/* We are let in. */
static void
opened_cb (AvbSpiceAttempt *attempt, AvbSpiceSession *self)
{
  avb_console_login_accepted (self->login);
}

static void
refused_cb (AvbSpiceAttempt *attempt, AvbSpiceSession *self)
{
  avb_console_session_disconnect (AVB_CONSOLE_SESSION (self));
  avb_console_login_refused (self->login);
}

static void
taken_cb (AvbSpiceAttempt *attempt, AvbConsoleSession *self)
{
  avb_console_session_taken (self);
}

/* What the end of keeping a certificate is for. */
static DexFuture *
trusted_cb (DexFuture *future, gpointer data)
{
  g_autoptr (AvbSpiceSession) self = g_weak_ref_get (data);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (self == NULL || self->attempt != NULL)
    return dex_future_new_true ();
  if (value != NULL)
    avb_console_session_connect (AVB_CONSOLE_SESSION (self));
  else
    avb_console_session_failed (AVB_CONSOLE_SESSION (self), error->message);
  return dex_future_new_true ();
}

static void
free_weak_ref (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
certificate_answered_cb (AvbRequest *request, gboolean trusted, AvbSpiceSession *self)
{
  AvbConsoleSession     *session = AVB_CONSOLE_SESSION (self);
  AvbCertificateRequest *certificate = AVB_CERTIFICATE_REQUEST (request);
  GWeakRef              *weak;

  /* It was withdrawn. */
  if (avb_console_session_get_request (session) != request)
    return;
  if (!trusted)
    {
      avb_console_session_failed (
          session, _ ("The certificate of the machine’s display could not be verified."));
      return;
    }
  weak = g_new0 (GWeakRef, 1);
  g_weak_ref_init (weak, self);
  avb_future_finish (
      dex_future_finally (
          avb_known_certificates_keep (avb_request_get_host (request),
                                       avb_certificate_request_get_port (certificate),
                                       avb_certificate_request_get_fingerprint (certificate)),
          trusted_cb,
          weak,
          free_weak_ref),
      "keep a certificate");
  avb_console_session_ask (session, NULL);
}

static void
untrusted_cb (AvbSpiceAttempt *attempt, AvbCertificateRequest *request, AvbSpiceSession *self)
{
  avb_console_session_disconnect (AVB_CONSOLE_SESSION (self));
  g_signal_connect_object (
      request, "answered", G_CALLBACK (certificate_answered_cb), self, G_CONNECT_DEFAULT);
  avb_console_session_ask (AVB_CONSOLE_SESSION (self), AVB_REQUEST (request));
}

static void
login_cancelled_cb (AvbConsoleLogin *login, AvbConsoleSession *self)
{
  avb_console_session_failed (self, _ ("The machine’s display is shown only with its password."));
}

static void
channel_event_cb (SpiceChannel *channel, SpiceChannelEvent event, AvbSpiceSession *self)
{
  if (avb_spice_attempt_channel_event (self->attempt, channel, event))
    avb_spice_session_set_inputs (self, NULL);
  else if (event == SPICE_CHANNEL_OPENED && SPICE_IS_INPUTS_CHANNEL (channel))
    avb_spice_session_set_inputs (self, SPICE_INPUTS_CHANNEL (channel));
  else if (event == SPICE_CHANNEL_OPENED && SPICE_IS_MAIN_CHANNEL (channel))
    avb_spice_session_set_main (self, SPICE_MAIN_CHANNEL (channel));
}

static void
mouse_mode_cb (SpiceMainChannel *main, GParamSpec *pspec, AvbConsoleSession *self)
{
  int mode;

  g_object_get (main, "mouse-mode", &mode, NULL);
  avb_console_session_set_server_mouse (self, mode == SPICE_MOUSE_MODE_SERVER);
}

static void
agent_connected_cb (SpiceMainChannel *main, GParamSpec *pspec, AvbConsoleSession *self)
{
  gboolean connected;

  g_object_get (main, "agent-connected", &connected, NULL);
  avb_console_session_set_agent_connected (self, connected);
}

static void
channel_cb (AvbSpiceAttempt *attempt, SpiceChannel *channel, AvbSpiceSession *self)
{
  /* Only what is used is connected. */
  if (!SPICE_IS_MAIN_CHANNEL (channel) && !SPICE_IS_INPUTS_CHANNEL (channel)
      && !avb_guest_monitors_add_channel (
          avb_console_session_get_monitors (AVB_CONSOLE_SESSION (self)), channel))
    {
      g_signal_emit (self, signals[CHANNEL], 0, channel);
      return;
    }

  g_signal_connect (channel, "channel-event", G_CALLBACK (channel_event_cb), self);
  if (SPICE_IS_MAIN_CHANNEL (channel))
    {
      g_signal_connect (channel, "notify::mouse-mode", G_CALLBACK (mouse_mode_cb), self);
      g_signal_connect (channel, "notify::agent-connected", G_CALLBACK (agent_connected_cb), self);
      return; /* connected by the SpiceSession */
    }
  spice_channel_connect (channel);
}

static void
prepare_cb (AvbSpiceAttempt *attempt, SpiceSession *spice, AvbSpiceSession *self)
{
  g_signal_emit (self, signals[PREPARE], 0, spice);
}

static void
avb_spice_session_open (AvbConsoleSession *session)
{
  AvbSpiceSession *self = AVB_SPICE_SESSION (session);

  if (self->login == NULL)
    self->login = avb_console_login_new (session, G_CALLBACK (login_cancelled_cb));
  self->attempt = avb_spice_attempt_new (avb_console_session_get_machine (session), self->login);
  g_signal_connect (self->attempt, "prepare", G_CALLBACK (prepare_cb), self);
  g_signal_connect (self->attempt, "channel", G_CALLBACK (channel_cb), self);
  g_signal_connect (self->attempt, "opened", G_CALLBACK (opened_cb), self);
  g_signal_connect (self->attempt, "refused", G_CALLBACK (refused_cb), self);
  g_signal_connect (self->attempt, "untrusted", G_CALLBACK (untrusted_cb), self);
  g_signal_connect (self->attempt, "taken", G_CALLBACK (taken_cb), self);
  g_signal_connect (self->attempt, "lost", G_CALLBACK (lost_cb), self);
  g_signal_connect (self->attempt, "failed", G_CALLBACK (failed_cb), self);
  g_signal_connect (self->attempt, "other", G_CALLBACK (other_cb), self);
  avb_spice_attempt_start (self->attempt);
}

static void
avb_spice_session_forget (AvbConsoleSession *session)
{
  AvbSpiceSession *self = AVB_SPICE_SESSION (session);

  if (self->login != NULL)
    avb_console_login_reset (self->login);
}

/* Whether the guest plays along is another question. */
static const char *
avb_spice_session_get_missing (AvbConsoleSession *session, AvbConsoleOffer offer)
{
  return NULL;
}

static void
avb_spice_session_dispose (GObject *object)
{
  AvbSpiceSession *self = AVB_SPICE_SESSION (object);

  avb_console_session_close (AVB_CONSOLE_SESSION (self));
  g_clear_object (&self->login);
  G_OBJECT_CLASS (avb_spice_session_parent_class)->dispose (object);
}

static void
avb_spice_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbSpiceSession *self = AVB_SPICE_SESSION (object);

  switch (id)
    {
    case PROP_INPUTS:
      g_value_set_object (value, self->inputs);
      break;
    case PROP_MAIN:
      g_value_set_object (value, self->main);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_spice_session_class_init (AvbSpiceSessionClass *klass)
{
  GObjectClass           *object_class = G_OBJECT_CLASS (klass);
  AvbConsoleSessionClass *session_class = AVB_CONSOLE_SESSION_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = avb_spice_session_dispose;
  object_class->get_property = avb_spice_session_get_property;
  session_class->open = avb_spice_session_open;
  session_class->shut = avb_spice_session_shut;
  session_class->forget = avb_spice_session_forget;
  session_class->get_missing = avb_spice_session_get_missing;

  properties[PROP_INPUTS]
      = g_param_spec_object ("inputs", NULL, NULL, SPICE_TYPE_INPUTS_CHANNEL, flags);
  properties[PROP_MAIN] = g_param_spec_object ("main", NULL, NULL, SPICE_TYPE_MAIN_CHANNEL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[PREPARE] = g_signal_new ("prepare",
                                   G_TYPE_FROM_CLASS (klass),
                                   G_SIGNAL_RUN_LAST,
                                   0,
                                   NULL,
                                   NULL,
                                   NULL,
                                   G_TYPE_NONE,
                                   1,
                                   SPICE_TYPE_SESSION);
  signals[CHANNEL] = g_signal_new ("channel",
                                   G_TYPE_FROM_CLASS (klass),
                                   G_SIGNAL_RUN_LAST,
                                   0,
                                   NULL,
                                   NULL,
                                   NULL,
                                   G_TYPE_NONE,
                                   1,
                                   SPICE_TYPE_CHANNEL);
  signals[ENDED] = g_signal_new (
      "ended", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
avb_spice_session_init (AvbSpiceSession *self)
{
}

void
avb_spice_session_take_channel (AvbSpiceSession *self, SpiceChannel *channel)
{
  g_return_if_fail (AVB_IS_SPICE_SESSION (self));
  g_return_if_fail (SPICE_IS_CHANNEL (channel));

  spice_channel_connect (channel);
}

SpiceSession *
avb_spice_session_get_spice (AvbSpiceSession *self)
{
  g_return_val_if_fail (AVB_IS_SPICE_SESSION (self), NULL);
  return self->attempt != NULL ? avb_spice_attempt_get_spice (self->attempt) : NULL;
}

SpiceMainChannel *
avb_spice_session_get_main (AvbSpiceSession *self)
{
  g_return_val_if_fail (AVB_IS_SPICE_SESSION (self), NULL);
  return self->main;
}

SpiceInputsChannel *
avb_spice_session_get_inputs (AvbSpiceSession *self)
{
  g_return_val_if_fail (AVB_IS_SPICE_SESSION (self), NULL);
  return self->inputs;
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-spice-session.h"

#include <glib/gi18n.h>

#include "backends/avb-blocking.h"
#include "ui/console/avb-known-certificates.h"
#include "ui/console/avb-spice-attempt.h"
#include "ui/console/avb-spice-retry.h"

struct _AvbSpiceSession {
  GObject parent_instance;

  AvbMachine       *machine;
  AvbGuestMonitors *monitors;

  AvbConsoleStatus status;
  char            *message;

  AvbSpiceLogin      *login;
  AvbRequest  *request;
  AvbSpiceAttempt    *attempt; /* NULL between attempts */
  SpiceMainChannel   *main;
  SpiceInputsChannel *inputs;
  gboolean            server_mouse;
  gboolean            agent_connected;

  guint    holders;
  gboolean closed;
  gboolean has_console; /* the machine's, when it was looked at last */
  AvbSpiceRetry retry;
  guint         retry_source;
};

G_DEFINE_FINAL_TYPE (AvbSpiceSession, avb_spice_session, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_STATUS,
  PROP_MESSAGE,
  PROP_INPUTS,
  PROP_SERVER_MOUSE,
  PROP_MAIN,
  PROP_AGENT_CONNECTED,
  PROP_REQUEST,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

enum { PREPARE, CHANNEL, ENDED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* Where a machine keeps its session. */
#define SESSION_KEY "avb-spice-session"

static void avb_spice_session_connect (AvbSpiceSession *self);
static void avb_spice_session_close   (AvbSpiceSession *self);

static void
avb_spice_session_set_status (AvbSpiceSession *self, AvbConsoleStatus status, const char *message)
{
  g_object_freeze_notify (G_OBJECT (self));
  if (g_set_str (&self->message, message))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MESSAGE]);
  if (self->status != status)
    {
      self->status = status;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
    }
  g_object_thaw_notify (G_OBJECT (self));
}

static void
avb_spice_session_set_inputs (AvbSpiceSession *self, SpiceInputsChannel *inputs)
{
  if (g_set_object (&self->inputs, inputs))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_INPUTS]);
}

/* @request is nullable. */
static void
avb_spice_session_set_request (AvbSpiceSession *self, AvbRequest *request)
{
  if (g_set_object (&self->request, request))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REQUEST]);
}

static void
avb_spice_session_set_agent_connected (AvbSpiceSession *self, gboolean connected)
{
  if (self->agent_connected == connected)
    return;
  self->agent_connected = connected;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_AGENT_CONNECTED]);
}

static void
avb_spice_session_set_main (AvbSpiceSession *self, SpiceMainChannel *main)
{
  if (g_set_object (&self->main, main))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MAIN]);
}

/* Ends this attempt: nothing of it calls back any more. */
static void
avb_spice_session_disconnect (AvbSpiceSession *self)
{
  g_autoptr (AvbSpiceAttempt) attempt = self->attempt;
  SpiceSession *spice = avb_spice_session_get_spice (self);
  g_autoptr (GList) channels = NULL;

  g_clear_handle_id (&self->retry_source, g_source_remove);
  avb_guest_monitors_detach (self->monitors);
  avb_spice_session_set_inputs (self, NULL);
  avb_spice_session_set_agent_connected (self, FALSE);
  avb_spice_session_set_main (self, NULL);
  avb_spice_session_set_request (self, NULL);
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

static gboolean
retry_cb (gpointer data)
{
  AvbSpiceSession *self = data;

  self->retry_source = 0;
  avb_spice_session_connect (self);
  return G_SOURCE_REMOVE;
}

static void
lost_cb (AvbSpiceAttempt *attempt, const char *message, AvbSpiceSession *self)
{
  gboolean was_connected = self->retry.connected_at != 0;
  guint    pause = avb_spice_retry_lost (&self->retry);

  avb_spice_session_disconnect (self);
  if (pause == 0)
    {
      avb_spice_session_set_status (self,
                                    AVB_CONSOLE_FAILED,
                                    _ ("The connection to this display is interrupted again and "
                                       "again. Reconnect to try once more."));
      return;
    }
  self->retry_source = g_timeout_add (pause, retry_cb, self);
  avb_spice_session_set_status (
      self,
      was_connected || self->status == AVB_CONSOLE_LOST ? AVB_CONSOLE_LOST : AVB_CONSOLE_CONNECTING,
      message);
}

static void
failed_cb (AvbSpiceAttempt *attempt, const char *message, AvbSpiceSession *self)
{
  self->retry.connected_at = 0;
  avb_spice_session_disconnect (self);
  avb_spice_session_set_status (self, AVB_CONSOLE_FAILED, message);
}

/* We are let in. */
static void
opened_cb (AvbSpiceAttempt *attempt, AvbSpiceSession *self)
{
  avb_spice_login_accepted (self->login);
}

static void
refused_cb (AvbSpiceAttempt *attempt, AvbSpiceSession *self)
{
  avb_spice_session_disconnect (self);
  avb_spice_login_refused (self->login);
}

static void
taken_cb (AvbSpiceAttempt *attempt, AvbSpiceSession *self)
{
  self->retry.connected_at = 0;
  avb_spice_session_disconnect (self);
  avb_spice_session_set_status (
      self, AVB_CONSOLE_TAKEN, _ ("Another viewer took over this display."));
}

/* What the end of keeping a certificate is for. */
static DexFuture *
trusted_cb (DexFuture *future, gpointer data)
{
  g_autoptr (AvbSpiceSession) self = g_weak_ref_get (data);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (self == NULL || self->closed || self->attempt != NULL)
    return dex_future_new_true ();
  if (value != NULL)
    avb_spice_session_connect (self);
  else
    avb_spice_session_set_status (self, AVB_CONSOLE_FAILED, error->message);
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
  AvbCertificateRequest *certificate = AVB_CERTIFICATE_REQUEST (request);
  GWeakRef              *weak;

  /* It was withdrawn. */
  if (self->request != request)
    return;
  if (!trusted)
    {
      avb_spice_session_set_request (self, NULL);
      avb_spice_session_set_status (
          self,
          AVB_CONSOLE_FAILED,
          _ ("The certificate of the machine’s display could not be verified."));
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
  avb_spice_session_set_request (self, NULL);
  avb_spice_session_set_status (self, AVB_CONSOLE_CONNECTING, NULL);
}

static void
untrusted_cb (AvbSpiceAttempt *attempt, AvbCertificateRequest *request, AvbSpiceSession *self)
{
  self->retry.connected_at = 0;
  avb_spice_session_disconnect (self);
  g_signal_connect_object (
      request, "answered", G_CALLBACK (certificate_answered_cb), self, G_CONNECT_DEFAULT);
  avb_spice_session_set_request (self, AVB_REQUEST (request));
  avb_spice_session_set_status (self, AVB_CONSOLE_ASKING, NULL);
}

static void
login_ready_cb (AvbSpiceLogin *login, AvbSpiceSession *self)
{
  avb_spice_session_set_request (self, NULL);
  if (self->status == AVB_CONSOLE_ASKING)
    avb_spice_session_set_status (self, AVB_CONSOLE_CONNECTING, NULL);
  avb_spice_session_connect (self);
}

static void
login_asks_cb (AvbSpiceLogin *login, AvbPasswordRequest *request, AvbSpiceSession *self)
{
  avb_spice_session_set_request (self, AVB_REQUEST (request));
  avb_spice_session_set_status (self, AVB_CONSOLE_ASKING, NULL);
}

static void
login_cancelled_cb (AvbSpiceLogin *login, AvbSpiceSession *self)
{
  avb_spice_session_set_request (self, NULL);
  avb_spice_session_set_status (
      self, AVB_CONSOLE_FAILED, _ ("The machine’s display is shown only with its password."));
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
mouse_mode_cb (SpiceMainChannel *main, GParamSpec *pspec, AvbSpiceSession *self)
{
  int      mode;
  gboolean server_mouse;

  g_object_get (main, "mouse-mode", &mode, NULL);
  server_mouse = mode == SPICE_MOUSE_MODE_SERVER;
  if (server_mouse == self->server_mouse)
    return;
  self->server_mouse = server_mouse;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SERVER_MOUSE]);
}

static void
agent_connected_cb (SpiceMainChannel *main, GParamSpec *pspec, AvbSpiceSession *self)
{
  gboolean connected;

  g_object_get (main, "agent-connected", &connected, NULL);
  avb_spice_session_set_agent_connected (self, connected);
}

static void
channel_cb (AvbSpiceAttempt *attempt, SpiceChannel *channel, AvbSpiceSession *self)
{
  /* Only what is used is connected. */
  if (!SPICE_IS_MAIN_CHANNEL (channel) && !SPICE_IS_INPUTS_CHANNEL (channel)
      && !avb_guest_monitors_add_channel (self->monitors, channel))
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
avb_spice_session_connect (AvbSpiceSession *self)
{
  if (self->closed || self->attempt != NULL || !avb_machine_has_console (self->machine))
    return;
  self->attempt = avb_spice_attempt_new (self->machine, self->login);
  g_signal_connect (self->attempt, "prepare", G_CALLBACK (prepare_cb), self);
  g_signal_connect (self->attempt, "channel", G_CALLBACK (channel_cb), self);
  g_signal_connect (self->attempt, "opened", G_CALLBACK (opened_cb), self);
  g_signal_connect (self->attempt, "refused", G_CALLBACK (refused_cb), self);
  g_signal_connect (self->attempt, "untrusted", G_CALLBACK (untrusted_cb), self);
  g_signal_connect (self->attempt, "taken", G_CALLBACK (taken_cb), self);
  g_signal_connect (self->attempt, "lost", G_CALLBACK (lost_cb), self);
  g_signal_connect (self->attempt, "failed", G_CALLBACK (failed_cb), self);
  if (self->status != AVB_CONSOLE_LOST)
    avb_spice_session_set_status (self, AVB_CONSOLE_CONNECTING, NULL);
  avb_spice_attempt_start (self->attempt);
}

/* The machine's state, its link or its display changed. */
static void
machine_cb (AvbMachine *machine, GParamSpec *pspec, AvbSpiceSession *self)
{
  gboolean had_console = self->has_console;

  self->has_console = avb_machine_has_console (machine);
  if (self->has_console)
    {
      if (!had_console && self->retry.connected_at == 0)
        avb_spice_session_reconnect (self);
      return;
    }
  /* The link to the hypervisor went, perhaps because its daemon was restarted: the guest and its
   * display do not care. */
  if (!avb_machine_get_available (machine) && self->retry.connected_at != 0)
    return;
  self->retry.connected_at = 0;
  avb_spice_session_disconnect (self);
  avb_spice_login_reset (self->login);
  avb_guest_monitors_clear (self->monitors);
  avb_spice_session_set_status (self, AVB_CONSOLE_IDLE, NULL);
}

static void
picture_cb (AvbGuestMonitors *monitors, AvbSpiceSession *self)
{
  avb_spice_retry_connected (&self->retry);
  avb_spice_session_set_status (self, AVB_CONSOLE_CONNECTED, NULL);
}

static void
problem_cb (AvbGuestMonitors *monitors, const char *message, AvbSpiceSession *self)
{
  avb_spice_session_set_status (self, AVB_CONSOLE_FAILED, message);
}

static void
avb_spice_session_dispose (GObject *object)
{
  AvbSpiceSession *self = AVB_SPICE_SESSION (object);

  avb_spice_session_close (self);
  g_clear_object (&self->login);
  g_clear_object (&self->monitors);
  g_clear_object (&self->machine);
  G_OBJECT_CLASS (avb_spice_session_parent_class)->dispose (object);
}

static void
avb_spice_session_finalize (GObject *object)
{
  AvbSpiceSession *self = AVB_SPICE_SESSION (object);

  g_clear_pointer (&self->message, g_free);
  G_OBJECT_CLASS (avb_spice_session_parent_class)->finalize (object);
}

static void
avb_spice_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbSpiceSession *self = AVB_SPICE_SESSION (object);

  switch (id)
    {
    case PROP_STATUS:
      g_value_set_enum (value, self->status);
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;
    case PROP_INPUTS:
      g_value_set_object (value, self->inputs);
      break;
    case PROP_SERVER_MOUSE:
      g_value_set_boolean (value, self->server_mouse);
      break;
    case PROP_MAIN:
      g_value_set_object (value, self->main);
      break;
    case PROP_REQUEST:
      g_value_set_object (value, self->request);
      break;
    case PROP_AGENT_CONNECTED:
      g_value_set_boolean (value, self->agent_connected);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_spice_session_class_init (AvbSpiceSessionClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = avb_spice_session_dispose;
  object_class->finalize = avb_spice_session_finalize;
  object_class->get_property = avb_spice_session_get_property;

  properties[PROP_STATUS]
      = g_param_spec_enum ("status", NULL, NULL, AVB_TYPE_CONSOLE_STATUS, AVB_CONSOLE_IDLE, flags);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  properties[PROP_INPUTS]
      = g_param_spec_object ("inputs", NULL, NULL, SPICE_TYPE_INPUTS_CHANNEL, flags);
  properties[PROP_SERVER_MOUSE] = g_param_spec_boolean ("server-mouse", NULL, NULL, FALSE, flags);
  properties[PROP_MAIN] = g_param_spec_object ("main", NULL, NULL, SPICE_TYPE_MAIN_CHANNEL, flags);
  properties[PROP_AGENT_CONNECTED]
      = g_param_spec_boolean ("agent-connected", NULL, NULL, FALSE, flags);
  properties[PROP_REQUEST]
      = g_param_spec_object ("request", NULL, NULL, AVB_TYPE_REQUEST, flags);
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
  self->monitors = avb_guest_monitors_new ();
  g_signal_connect (self->monitors, "picture", G_CALLBACK (picture_cb), self);
  g_signal_connect (self->monitors, "problem", G_CALLBACK (problem_cb), self);
}

static AvbSpiceSession *
avb_spice_session_new (AvbMachine *machine)
{
  AvbSpiceSession *self = g_object_new (AVB_TYPE_SPICE_SESSION, NULL);

  self->machine = g_object_ref (machine);
  self->has_console = avb_machine_has_console (machine);
  self->login = avb_spice_login_new (machine);
  g_signal_connect (self->login, "ready", G_CALLBACK (login_ready_cb), self);
  g_signal_connect (self->login, "asks", G_CALLBACK (login_asks_cb), self);
  g_signal_connect (self->login, "cancelled", G_CALLBACK (login_cancelled_cb), self);
  g_signal_connect (machine, "notify::has-console", G_CALLBACK (machine_cb), self);
  g_signal_connect (machine, "notify::available", G_CALLBACK (machine_cb), self);
  g_signal_connect (machine, "notify::state", G_CALLBACK (machine_cb), self);
  return self;
}

AvbSpiceSession *
avb_spice_session_hold (AvbMachine *machine)
{
  AvbSpiceSession *self;

  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);

  self = g_object_get_data (G_OBJECT (machine), SESSION_KEY);
  if (self == NULL)
    {
      self = avb_spice_session_new (machine);
      g_object_set_data (G_OBJECT (machine), SESSION_KEY, self);
      avb_spice_session_connect (self);
    }
  else
    g_object_ref (self);
  self->holders++;
  return self;
}

static void
avb_spice_session_close (AvbSpiceSession *self)
{
  if (self->closed)
    return;
  self->closed = TRUE;
  g_signal_handlers_disconnect_by_data (self->machine, self);
  g_object_set_data (G_OBJECT (self->machine), SESSION_KEY, NULL);
  avb_spice_session_disconnect (self);
  avb_spice_login_reset (self->login);
  g_signal_handlers_disconnect_by_data (self->login, self);
  g_signal_handlers_disconnect_by_data (self->monitors, self);
}

void
avb_spice_session_release (AvbSpiceSession *self)
{
  g_return_if_fail (AVB_IS_SPICE_SESSION (self));
  g_return_if_fail (self->holders > 0);

  if (--self->holders == 0)
    avb_spice_session_close (self);
  g_object_unref (self);
}

void
avb_spice_session_reconnect (AvbSpiceSession *self)
{
  g_return_if_fail (AVB_IS_SPICE_SESSION (self));

  avb_spice_session_disconnect (self);
  avb_spice_login_reset (self->login);
  avb_spice_retry_reset (&self->retry);
  avb_spice_session_connect (self);
}

void
avb_spice_session_take_channel (AvbSpiceSession *self, SpiceChannel *channel)
{
  g_return_if_fail (AVB_IS_SPICE_SESSION (self));
  g_return_if_fail (SPICE_IS_CHANNEL (channel));

  spice_channel_connect (channel);
}

AvbMachine *
avb_spice_session_get_machine (AvbSpiceSession *self)
{
  g_return_val_if_fail (AVB_IS_SPICE_SESSION (self), NULL);
  return self->machine;
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

gboolean
avb_spice_session_get_agent_connected (AvbSpiceSession *self)
{
  g_return_val_if_fail (AVB_IS_SPICE_SESSION (self), FALSE);
  return self->agent_connected;
}

AvbConsoleStatus
avb_spice_session_get_status (AvbSpiceSession *self)
{
  g_return_val_if_fail (AVB_IS_SPICE_SESSION (self), AVB_CONSOLE_IDLE);
  return self->status;
}

const char *
avb_spice_session_get_message (AvbSpiceSession *self)
{
  g_return_val_if_fail (AVB_IS_SPICE_SESSION (self), NULL);
  return self->message;
}

AvbRequest *
avb_spice_session_get_request (AvbSpiceSession *self)
{
  g_return_val_if_fail (AVB_IS_SPICE_SESSION (self), NULL);
  return self->request;
}

SpiceInputsChannel *
avb_spice_session_get_inputs (AvbSpiceSession *self)
{
  g_return_val_if_fail (AVB_IS_SPICE_SESSION (self), NULL);
  return self->inputs;
}

gboolean
avb_spice_session_get_server_mouse (AvbSpiceSession *self)
{
  g_return_val_if_fail (AVB_IS_SPICE_SESSION (self), FALSE);
  return self->server_mouse;
}

AvbGuestMonitors *
avb_spice_session_get_monitors (AvbSpiceSession *self)
{
  g_return_val_if_fail (AVB_IS_SPICE_SESSION (self), NULL);
  return self->monitors;
}

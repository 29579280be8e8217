/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-spice-session.h"

#include <glib/gi18n.h>
#include <unistd.h>

#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "ui/console/avb-spice-display.h"

/* Pauses between attempts: 250 ms, doubled up to 8 s. */
#define RETRY_MS 250
#define RETRY_DOUBLINGS 5

/* A server drops its client when another one connects. Two programs that both came back at once
 * would go on for ever: after so many connections that lived shortly we give in. */
#define SHORT_LIFE_US (10 * G_USEC_PER_SEC)
#define MAX_SHORT_LIVES 5

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpiceSession, g_object_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpiceChannel, g_object_unref)

struct _AvbSpiceSession {
  GObject parent_instance;

  AvbMachine      *machine;
  AvbFramebuffer  *framebuffer;
  AvbGuestCursor  *cursor;
  AvbSpiceDisplay *display;

  AvbConsoleStatus status;
  char            *message;

  SpiceSession       *spice; /* of this attempt */
  SpiceMainChannel   *main;
  SpiceInputsChannel *inputs;
  gboolean            server_mouse;
  gboolean            agent_connected;

  guint    holders;
  gboolean closed;
  gboolean has_console; /* the machine's, when it was looked at last */
  gboolean finding;     /* avb_machine_find_console() is under way */
  guint    attempt;     /* the one that callbacks belong to */
  guint    failures;
  guint    short_lives;
  gint64   connected_at; /* 0: not (yet) */
  guint    retry_source;
  guint    end_source; /* the attempt is about to end */
  char    *end_message;
  gboolean end_for_good;
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
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

enum { PREPARE, CHANNEL, ENDED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* Where a machine keeps its session. */
#define SESSION_KEY "avb-spice-session"

/* What an answer from the machine is for. */
typedef struct {
  GWeakRef session;
  GWeakRef channel; /* empty for find_console */
  guint    attempt;
} Request;

static void avb_spice_session_connect (AvbSpiceSession *self);
static void avb_spice_session_close   (AvbSpiceSession *self);

static Request *
request_new (AvbSpiceSession *self, SpiceChannel *channel)
{
  Request *request = g_new0 (Request, 1);

  g_weak_ref_init (&request->session, self);
  g_weak_ref_init (&request->channel, channel);
  request->attempt = self->attempt;
  return request;
}

static void
request_free (gpointer data)
{
  Request *request = data;

  g_weak_ref_clear (&request->session);
  g_weak_ref_clear (&request->channel);
  g_free (request);
}

/* (transfer full) (nullable): the session, if the answer still matters to it */
static AvbSpiceSession *
request_get_session (Request *request)
{
  g_autoptr (AvbSpiceSession) self = g_weak_ref_get (&request->session);

  if (self == NULL || self->closed || self->attempt != request->attempt)
    return NULL;
  return g_steal_pointer (&self);
}

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

/* A SpiceSession on its way out.
 *
 * spice_session_disconnect() takes the session away from its channels at once, and 0.42 criticizes
 * itself if one of them is just about to handle a message. So the channels are ended first, and the
 * session when they have closed their sockets. */
typedef struct {
  SpiceSession *spice;
  int           looks;
  int           quiet_looks;
} Ending;

#define ENDING_MS 50
#define ENDING_LOOKS 100

static gboolean
ending_cb (gpointer data)
{
  Ending *ending = data;
  g_autoptr (GList) channels = spice_session_get_channels (ending->spice);
  gboolean quiet = TRUE;

  for (GList *l = channels; l != NULL; l = l->next)
    {
      g_autoptr (GSocket) socket = NULL;

      g_object_get (l->data, "socket", &socket, NULL);
      if (socket == NULL)
        continue;
      quiet = FALSE;
      spice_channel_disconnect (l->data, SPICE_CHANNEL_NONE);
    }
  /* Twice, because one may be between its descriptor and its socket. */
  ending->quiet_looks = quiet ? ending->quiet_looks + 1 : 0;
  if (ending->quiet_looks < 2 && ++ending->looks < ENDING_LOOKS)
    return G_SOURCE_CONTINUE;
  spice_session_disconnect (ending->spice);
  return G_SOURCE_REMOVE;
}

static void
ending_free (gpointer data)
{
  Ending *ending = data;

  g_object_unref (ending->spice);
  g_free (ending);
}

static void
end_session (SpiceSession *spice)
{
  Ending *ending = g_new0 (Ending, 1);

  ending->spice = g_object_ref (spice);
  if (ending_cb (ending))
    g_timeout_add_full (G_PRIORITY_DEFAULT, ENDING_MS, ending_cb, ending, ending_free);
  else
    ending_free (ending);
}

/* Ends this attempt: nothing of it calls back any more. */
static void
avb_spice_session_disconnect (AvbSpiceSession *self)
{
  g_autoptr (SpiceSession) spice = g_steal_pointer (&self->spice);
  g_autoptr (GList) channels = NULL;

  self->attempt++;
  self->finding = FALSE;
  self->connected_at = 0;
  g_clear_handle_id (&self->retry_source, g_source_remove);
  g_clear_handle_id (&self->end_source, g_source_remove);
  g_clear_pointer (&self->end_message, g_free);
  avb_spice_display_set_channel (self->display, NULL);
  avb_guest_cursor_set_channel (self->cursor, NULL);
  avb_spice_session_set_inputs (self, NULL);
  avb_spice_session_set_agent_connected (self, FALSE);
  avb_spice_session_set_main (self, NULL);
  if (spice == NULL)
    return;
  g_signal_emit (self, signals[ENDED], 0);
  g_signal_handlers_disconnect_by_data (spice, self);
  channels = spice_session_get_channels (spice);
  for (GList *l = channels; l != NULL; l = l->next)
    g_signal_handlers_disconnect_by_data (l->data, self);
  end_session (spice);
}

static gboolean
retry_cb (gpointer data)
{
  AvbSpiceSession *self = data;

  self->retry_source = 0;
  avb_spice_session_connect (self);
  return G_SOURCE_REMOVE;
}

/* Ends this attempt, to be tried again. */
static void
avb_spice_session_lose (AvbSpiceSession *self, const char *message)
{
  gboolean was_connected = self->connected_at != 0;
  gboolean was_short
      = was_connected && g_get_monotonic_time () - self->connected_at < SHORT_LIFE_US;

  avb_spice_session_disconnect (self);
  if (was_connected)
    self->short_lives = was_short ? self->short_lives + 1 : 0;
  if (was_connected && !was_short)
    self->failures = 0;
  if (self->short_lives >= MAX_SHORT_LIVES)
    {
      avb_spice_session_set_status (self,
                                    AVB_CONSOLE_FAILED,
                                    _ ("The connection to this display is taken away again and "
                                       "again. Another program may be showing it."));
      return;
    }
  self->retry_source
      = g_timeout_add (RETRY_MS << MIN (self->failures, RETRY_DOUBLINGS), retry_cb, self);
  self->failures++;
  avb_spice_session_set_status (
      self,
      was_connected || self->status == AVB_CONSOLE_LOST ? AVB_CONSOLE_LOST : AVB_CONSOLE_CONNECTING,
      message);
}

/* Ends this attempt for good. */
static void
avb_spice_session_fail (AvbSpiceSession *self, const char *message)
{
  avb_spice_session_disconnect (self);
  avb_spice_session_set_status (self, AVB_CONSOLE_FAILED, message);
}

static gboolean
end_cb (gpointer data)
{
  AvbSpiceSession *self = data;
  g_autofree char *message = g_steal_pointer (&self->end_message);

  self->end_source = 0;
  if (self->end_for_good)
    avb_spice_session_fail (self, message);
  else
    avb_spice_session_lose (self, message);
  return G_SOURCE_REMOVE;
}

/* The same from within a signal of a channel, which must not lose its session there. */
static void
avb_spice_session_end_later (AvbSpiceSession *self, gboolean for_good, const char *message)
{
  avb_spice_session_set_inputs (self, NULL);
  if (self->end_source != 0)
    return;
  self->end_message = g_strdup (message);
  self->end_for_good = for_good;
  self->end_source = g_idle_add_full (G_PRIORITY_DEFAULT, end_cb, self, NULL);
}

static DexFuture *
fd_opened_cb (DexFuture *future, gpointer data)
{
  Request *request = data;
  g_autoptr (AvbSpiceSession) self = request_get_session (request);
  g_autoptr (SpiceChannel) channel = g_weak_ref_get (&request->channel);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value == NULL)
    {
      if (self != NULL)
        avb_spice_session_lose (self, error->message);
    }
  else if (self == NULL || channel == NULL)
    close (g_value_get_int (value));
  else if (!spice_channel_open_fd (channel, g_value_get_int (value)))
    avb_spice_session_lose (self, _ ("The connection to the machine’s display failed."));
  return dex_future_new_true ();
}

static void
open_fd_cb (SpiceChannel *channel, int with_tls, AvbSpiceSession *self)
{
  avb_future_finish (dex_future_finally (avb_machine_open_console_fd (self->machine),
                                         fd_opened_cb,
                                         request_new (self, channel),
                                         request_free),
                     "open a display channel");
}

static void
channel_event_cb (SpiceChannel *channel, SpiceChannelEvent event, AvbSpiceSession *self)
{
  switch (event)
    {
    case SPICE_CHANNEL_OPENED:
      if (SPICE_IS_INPUTS_CHANNEL (channel))
        avb_spice_session_set_inputs (self, SPICE_INPUTS_CHANNEL (channel));
      else if (SPICE_IS_MAIN_CHANNEL (channel))
        avb_spice_session_set_main (self, SPICE_MAIN_CHANNEL (channel));
      break;
    case SPICE_CHANNEL_NONE:
    case SPICE_CHANNEL_SWITCHING:
      break;
    case SPICE_CHANNEL_ERROR_AUTH:
      avb_spice_session_end_later (
          self,
          TRUE,
          _ ("The machine’s display asks for a password, which this console can’t give."));
      break;
    case SPICE_CHANNEL_ERROR_TLS:
      avb_spice_session_end_later (
          self, TRUE, _ ("The certificate of the machine’s display could not be verified."));
      break;
    case SPICE_CHANNEL_CLOSED:
    case SPICE_CHANNEL_ERROR_CONNECT:
    case SPICE_CHANNEL_ERROR_LINK:
    case SPICE_CHANNEL_ERROR_IO:
    default:
      avb_spice_session_end_later (
          self, FALSE, _ ("The connection to the machine’s display was lost."));
      break;
    }
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
channel_new_cb (SpiceSession *spice, SpiceChannel *channel, AvbSpiceSession *self)
{
  int id;

  /* Only what is used is connected. */
  g_object_get (channel, "channel-id", &id, NULL);
  if (!SPICE_IS_MAIN_CHANNEL (channel) && !SPICE_IS_INPUTS_CHANNEL (channel)
      && !((SPICE_IS_DISPLAY_CHANNEL (channel) || SPICE_IS_CURSOR_CHANNEL (channel)) && id == 0))
    {
      g_signal_emit (self, signals[CHANNEL], 0, channel);
      return;
    }

  g_signal_connect (channel, "open-fd", G_CALLBACK (open_fd_cb), self);
  g_signal_connect (channel, "channel-event", G_CALLBACK (channel_event_cb), self);
  if (SPICE_IS_MAIN_CHANNEL (channel))
    {
      g_signal_connect (channel, "notify::mouse-mode", G_CALLBACK (mouse_mode_cb), self);
      g_signal_connect (channel, "notify::agent-connected", G_CALLBACK (agent_connected_cb), self);
      return; /* connected by the session */
    }
  if (SPICE_IS_DISPLAY_CHANNEL (channel))
    avb_spice_display_set_channel (self->display, SPICE_DISPLAY_CHANNEL (channel));
  if (SPICE_IS_CURSOR_CHANNEL (channel))
    avb_guest_cursor_set_channel (self->cursor, SPICE_CURSOR_CHANNEL (channel));
  spice_channel_connect (channel);
}

static void
avb_spice_session_open (AvbSpiceSession *self, const AvbConsoleEndpoint *endpoint)
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
    avb_spice_session_lose (self, _ ("The connection to the machine’s display failed."));
}

static DexFuture *
console_found_cb (DexFuture *future, gpointer data)
{
  Request *request = data;
  g_autoptr (AvbSpiceSession) self = request_get_session (request);
  g_autoptr (GError) error = NULL;
  const GValue             *value = dex_future_get_value (future, &error);
  const AvbConsoleEndpoint *endpoint;

  if (self == NULL)
    return dex_future_new_true ();
  self->finding = FALSE;
  if (value == NULL)
    {
      if (g_error_matches (error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED)
          || g_error_matches (error, AVB_ERROR, AVB_ERROR_PERMISSION))
        avb_spice_session_fail (self, error->message);
      else
        avb_spice_session_lose (self, error->message);
      return dex_future_new_true ();
    }
  endpoint = g_value_get_boxed (value);
  if (endpoint->kind == AVB_CONSOLE_NONE)
    avb_spice_session_fail (self,
                            endpoint->reason != NULL
                                ? endpoint->reason
                                : _ ("This machine has no display that can be shown."));
  else
    avb_spice_session_open (self, endpoint);
  return dex_future_new_true ();
}

static void
avb_spice_session_connect (AvbSpiceSession *self)
{
  if (self->closed || self->spice != NULL || self->finding
      || !avb_machine_has_console (self->machine))
    return;
  self->finding = TRUE;
  if (self->status != AVB_CONSOLE_LOST)
    avb_spice_session_set_status (self, AVB_CONSOLE_CONNECTING, NULL);
  avb_future_finish (dex_future_finally (avb_machine_find_console (self->machine),
                                         console_found_cb,
                                         request_new (self, NULL),
                                         request_free),
                     "find the display");
}

/* The machine's state, its link or its display changed. */
static void
machine_cb (AvbMachine *machine, GParamSpec *pspec, AvbSpiceSession *self)
{
  gboolean had_console = self->has_console;

  self->has_console = avb_machine_has_console (machine);
  if (self->has_console)
    {
      if (!had_console && self->connected_at == 0)
        avb_spice_session_reconnect (self);
      return;
    }
  /* The link to the hypervisor went, perhaps because its daemon was restarted: the guest and its
   * display do not care. */
  if (!avb_machine_get_available (machine) && self->connected_at != 0)
    return;
  avb_spice_session_disconnect (self);
  avb_framebuffer_clear (self->framebuffer);
  avb_spice_session_set_status (self, AVB_CONSOLE_IDLE, NULL);
}

static void
picture_cb (AvbSpiceDisplay *display, AvbSpiceSession *self)
{
  if (self->connected_at == 0)
    self->connected_at = g_get_monotonic_time ();
  avb_spice_session_set_status (self, AVB_CONSOLE_CONNECTED, NULL);
}

static void
problem_cb (AvbSpiceDisplay *display, const char *message, AvbSpiceSession *self)
{
  avb_spice_session_set_status (self, AVB_CONSOLE_FAILED, message);
}

static void
avb_spice_session_dispose (GObject *object)
{
  AvbSpiceSession *self = AVB_SPICE_SESSION (object);

  avb_spice_session_close (self);
  g_clear_object (&self->display);
  g_clear_object (&self->cursor);
  g_clear_object (&self->framebuffer);
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
  self->framebuffer = avb_framebuffer_new ();
  self->cursor = avb_guest_cursor_new ();
  self->display = avb_spice_display_new (self->framebuffer);
  g_signal_connect (self->display, "picture", G_CALLBACK (picture_cb), self);
  g_signal_connect (self->display, "problem", G_CALLBACK (problem_cb), self);
}

static AvbSpiceSession *
avb_spice_session_new (AvbMachine *machine)
{
  AvbSpiceSession *self = g_object_new (AVB_TYPE_SPICE_SESSION, NULL);

  self->machine = g_object_ref (machine);
  self->has_console = avb_machine_has_console (machine);
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
  g_signal_handlers_disconnect_by_data (self->display, self);
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
  self->failures = 0;
  self->short_lives = 0;
  avb_spice_session_connect (self);
}

void
avb_spice_session_take_channel (AvbSpiceSession *self, SpiceChannel *channel)
{
  g_return_if_fail (AVB_IS_SPICE_SESSION (self));
  g_return_if_fail (SPICE_IS_CHANNEL (channel));

  g_signal_connect (channel, "open-fd", G_CALLBACK (open_fd_cb), self);
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
  return self->spice;
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

AvbFramebuffer *
avb_spice_session_get_framebuffer (AvbSpiceSession *self)
{
  g_return_val_if_fail (AVB_IS_SPICE_SESSION (self), NULL);
  return self->framebuffer;
}

AvbGuestCursor *
avb_spice_session_get_cursor (AvbSpiceSession *self)
{
  g_return_val_if_fail (AVB_IS_SPICE_SESSION (self), NULL);
  return self->cursor;
}

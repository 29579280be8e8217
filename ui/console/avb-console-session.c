/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-console-session.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "ui/console/avb-console-retry.h"
#include "ui/console/avb-console-session-private.h"

typedef struct {
  AvbMachine       *machine;
  AvbGuestMonitors *monitors;

  AvbConsoleStatus status;
  char            *message;
  char            *note;
  AvbRequest      *request;
  AvbInputSink    *sink;
  gboolean         server_mouse;
  gboolean         agent_connected;

  guint           holders;
  guint           viewers;
  gboolean        open; /* an attempt is under way */
  guint           turn; /* answers to an older attempt are stale */
  gboolean        closed;
  gboolean        has_console; /* the machine's, when it was looked at last */
  AvbConsoleRetry retry;
  guint           retry_source;
} AvbConsoleSessionPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (AvbConsoleSession, avb_console_session, G_TYPE_OBJECT)

#define PRIV(self) \
  ((AvbConsoleSessionPrivate *) avb_console_session_get_instance_private (self))

enum {
  PROP_0,
  PROP_STATUS,
  PROP_MESSAGE,
  PROP_SINK,
  PROP_SERVER_MOUSE,
  PROP_AGENT_CONNECTED,
  PROP_REQUEST,
  PROP_NOTE,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

enum { REPLACED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* Where a machine keeps its session, which kind of display it had last, and why that is not a better one. */
#define SESSION_KEY "avb-console-session"
#define KIND_KEY "avb-console-kind"
#define FAILURE_KEY "avb-console-failure"

GType
avb_console_status_get_type (void)
{
  static gsize            type;
  static const GEnumValue values[] = {
    { AVB_CONSOLE_IDLE, "AVB_CONSOLE_IDLE", "idle" },
    { AVB_CONSOLE_CONNECTING, "AVB_CONSOLE_CONNECTING", "connecting" },
    { AVB_CONSOLE_CONNECTED, "AVB_CONSOLE_CONNECTED", "connected" },
    { AVB_CONSOLE_LOST, "AVB_CONSOLE_LOST", "lost" },
    { AVB_CONSOLE_FAILED, "AVB_CONSOLE_FAILED", "failed" },
    { AVB_CONSOLE_ASKING, "AVB_CONSOLE_ASKING", "asking" },
    { AVB_CONSOLE_TAKEN, "AVB_CONSOLE_TAKEN", "taken" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("AvbConsoleStatus", values));
  return type;
}

static void
avb_console_session_set_status (AvbConsoleSession *self,
                                AvbConsoleStatus   status,
                                const char        *message)
{
  AvbConsoleSessionPrivate *priv = PRIV (self);

  g_object_freeze_notify (G_OBJECT (self));
  if (g_set_str (&priv->message, message))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MESSAGE]);
  if (priv->status != status)
    {
      priv->status = status;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
    }
  g_object_thaw_notify (G_OBJECT (self));
}

/* @request is nullable. */
static void
avb_console_session_set_request (AvbConsoleSession *self, AvbRequest *request)
{
  if (g_set_object (&PRIV (self)->request, request))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REQUEST]);
}

static void
avb_console_session_set_note (AvbConsoleSession *self, const char *note)
{
  if (g_set_str (&PRIV (self)->note, note))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_NOTE]);
}

static void
avb_console_session_set_failure (AvbConsoleSession *self, const char *reason)
{
  g_object_set_data_full (
      G_OBJECT (PRIV (self)->machine), FAILURE_KEY, g_strdup (reason), g_free);
}

static gboolean
retry_cb (gpointer data)
{
  PRIV (AVB_CONSOLE_SESSION (data))->retry_source = 0;
  avb_console_session_connect (data);
  return G_SOURCE_REMOVE;
}

/* The machine's state, its link or its display changed. */
static void
machine_cb (AvbMachine *machine, GParamSpec *pspec, AvbConsoleSession *self)
{
  AvbConsoleSessionPrivate *priv = PRIV (self);
  gboolean                  had_console = priv->has_console;

  priv->has_console = avb_machine_has_console (machine);
  if (priv->has_console)
    {
      if (!had_console && priv->retry.connected_at == 0)
        avb_console_session_reconnect (self);
      return;
    }
  /* The link to the hypervisor went, perhaps because its daemon was restarted: the guest and its
   * display do not care. */
  if (!avb_machine_get_available (machine) && priv->retry.connected_at != 0)
    return;
  priv->retry.connected_at = 0;
  avb_console_session_disconnect (self);
  if (AVB_CONSOLE_SESSION_GET_CLASS (self)->forget != NULL)
    AVB_CONSOLE_SESSION_GET_CLASS (self)->forget (self);
  avb_console_session_set_failure (self, NULL);
  avb_console_session_set_note (self, NULL);
  avb_guest_monitors_clear (priv->monitors);
  avb_console_session_set_status (self, AVB_CONSOLE_IDLE, NULL);
}

static void
picture_cb (AvbGuestMonitors *monitors, AvbConsoleSession *self)
{
  avb_console_retry_connected (&PRIV (self)->retry);
  avb_console_session_set_status (self, AVB_CONSOLE_CONNECTED, NULL);
}

static void
problem_cb (AvbGuestMonitors *monitors, const char *message, AvbConsoleSession *self)
{
  avb_console_session_set_status (self, AVB_CONSOLE_FAILED, message);
}

/* --- finding the display --- */

typedef struct {
  GWeakRef session;
  guint    turn;
} Search;

static void
search_free (gpointer data)
{
  Search *search = data;

  g_weak_ref_clear (&search->session);
  g_free (search);
}

static DexFuture *
found_cb (DexFuture *future, gpointer data)
{
  Search *search = data;
  g_autoptr (AvbConsoleSession) self = g_weak_ref_get (&search->session);
  g_autoptr (GError) error = NULL;
  const GValue             *value = dex_future_get_value (future, &error);
  const AvbConsoleEndpoint *endpoint;
  AvbConsoleKind            kind;
  const char               *note;

  if (self == NULL || PRIV (self)->turn != search->turn || !PRIV (self)->open)
    return dex_future_new_true ();
  if (value == NULL)
    {
      if (g_error_matches (error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED)
          || g_error_matches (error, AVB_ERROR, AVB_ERROR_PERMISSION))
        avb_console_session_failed (self, error->message);
      else
        avb_console_session_lost (self, error->message);
      return dex_future_new_true ();
    }
  endpoint = g_value_get_boxed (value);
  kind = avb_console_session_settle (
      endpoint, g_object_get_data (G_OBJECT (PRIV (self)->machine), FAILURE_KEY), &note);
  if (kind == AVB_CONSOLE_NONE)
    avb_console_session_failed (self,
                                endpoint->reason != NULL
                                    ? endpoint->reason
                                    : _ ("This machine has no display that can be shown."));
  else if (avb_console_session_type_for (kind) != G_OBJECT_TYPE (self))
    avb_console_session_replace (self, kind);
  else
    {
      avb_console_session_set_note (self, note);
      AVB_CONSOLE_SESSION_GET_CLASS (self)->open_endpoint (self, endpoint);
    }
  return dex_future_new_true ();
}

static void
avb_console_session_find (AvbConsoleSession *self)
{
  Search *search = g_new0 (Search, 1);

  g_weak_ref_init (&search->session, self);
  search->turn = PRIV (self)->turn;
  avb_future_finish (dex_future_finally (avb_machine_find_console (PRIV (self)->machine),
                                         found_cb,
                                         search,
                                         search_free),
                     "find the display");
}

/* --- the class --- */

static void
avb_console_session_dispose (GObject *object)
{
  AvbConsoleSessionPrivate *priv = PRIV (AVB_CONSOLE_SESSION (object));

  avb_console_session_close (AVB_CONSOLE_SESSION (object));
  g_clear_object (&priv->monitors);
  g_clear_object (&priv->machine);
  G_OBJECT_CLASS (avb_console_session_parent_class)->dispose (object);
}

static void
avb_console_session_finalize (GObject *object)
{
  g_clear_pointer (&PRIV (AVB_CONSOLE_SESSION (object))->message, g_free);
  g_clear_pointer (&PRIV (AVB_CONSOLE_SESSION (object))->note, g_free);
  G_OBJECT_CLASS (avb_console_session_parent_class)->finalize (object);
}

static void
avb_console_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbConsoleSessionPrivate *priv = PRIV (AVB_CONSOLE_SESSION (object));

  switch (id)
    {
    case PROP_STATUS:
      g_value_set_enum (value, priv->status);
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, priv->message);
      break;
    case PROP_SINK:
      g_value_set_object (value, priv->sink);
      break;
    case PROP_SERVER_MOUSE:
      g_value_set_boolean (value, priv->server_mouse);
      break;
    case PROP_AGENT_CONNECTED:
      g_value_set_boolean (value, priv->agent_connected);
      break;
    case PROP_REQUEST:
      g_value_set_object (value, priv->request);
      break;
    case PROP_NOTE:
      g_value_set_string (value, priv->note);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_console_session_class_init (AvbConsoleSessionClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = avb_console_session_dispose;
  object_class->finalize = avb_console_session_finalize;
  object_class->get_property = avb_console_session_get_property;
  klass->open = avb_console_session_find;

  properties[PROP_STATUS]
      = g_param_spec_enum ("status", NULL, NULL, AVB_TYPE_CONSOLE_STATUS, AVB_CONSOLE_IDLE, flags);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  properties[PROP_SINK] = g_param_spec_object ("sink", NULL, NULL, AVB_TYPE_INPUT_SINK, flags);
  properties[PROP_SERVER_MOUSE] = g_param_spec_boolean ("server-mouse", NULL, NULL, FALSE, flags);
  properties[PROP_AGENT_CONNECTED]
      = g_param_spec_boolean ("agent-connected", NULL, NULL, FALSE, flags);
  properties[PROP_REQUEST]
      = g_param_spec_object ("request", NULL, NULL, AVB_TYPE_REQUEST, flags);
  properties[PROP_NOTE] = g_param_spec_string ("note", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[REPLACED] = g_signal_new (
      "replaced", AVB_TYPE_CONSOLE_SESSION, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
avb_console_session_init (AvbConsoleSession *self)
{
  AvbConsoleSessionPrivate *priv = PRIV (self);

  priv->monitors = avb_guest_monitors_new ();
  g_signal_connect (priv->monitors, "picture", G_CALLBACK (picture_cb), self);
  g_signal_connect (priv->monitors, "problem", G_CALLBACK (problem_cb), self);
}

static AvbConsoleSession *
avb_console_session_new (AvbMachine *machine)
{
  AvbConsoleKind kind
      = (AvbConsoleKind) GPOINTER_TO_INT (g_object_get_data (G_OBJECT (machine), KIND_KEY));
  AvbConsoleSession        *self = g_object_new (avb_console_session_type_for (kind), NULL);
  AvbConsoleSessionPrivate *priv = PRIV (self);

  priv->machine = g_object_ref (machine);
  priv->has_console = avb_machine_has_console (machine);
  g_signal_connect (machine, "notify::has-console", G_CALLBACK (machine_cb), self);
  g_signal_connect (machine, "notify::available", G_CALLBACK (machine_cb), self);
  g_signal_connect (machine, "notify::state", G_CALLBACK (machine_cb), self);
  return self;
}

static AvbConsoleSession *
avb_console_session_begin (AvbMachine *machine)
{
  AvbConsoleSession *self = avb_console_session_new (machine);

  g_object_set_data (G_OBJECT (machine), SESSION_KEY, self);
  avb_console_session_connect (self);
  return self;
}

AvbConsoleSession *
avb_console_session_hold (AvbMachine *machine)
{
  AvbConsoleSession *self;

  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);

  self = g_object_get_data (G_OBJECT (machine), SESSION_KEY);
  if (self != NULL)
    g_object_ref (self);
  else
    self = avb_console_session_begin (machine);
  /* A machine that answered at once, and with another kind. */
  if (PRIV (self)->closed)
    {
      g_object_unref (self);
      self = avb_console_session_begin (machine);
    }
  PRIV (self)->holders++;
  return self;
}

void
avb_console_session_release (AvbConsoleSession *self)
{
  g_return_if_fail (AVB_IS_CONSOLE_SESSION (self));
  g_return_if_fail (PRIV (self)->holders > 0);

  if (--PRIV (self)->holders == 0)
    avb_console_session_close (self);
  g_object_unref (self);
}

void
avb_console_session_reconnect (AvbConsoleSession *self)
{
  g_return_if_fail (AVB_IS_CONSOLE_SESSION (self));

  avb_console_session_disconnect (self);
  if (AVB_CONSOLE_SESSION_GET_CLASS (self)->forget != NULL)
    AVB_CONSOLE_SESSION_GET_CLASS (self)->forget (self);
  avb_console_session_set_failure (self, NULL);
  avb_console_retry_reset (&PRIV (self)->retry);
  avb_console_session_connect (self);
}

static void
avb_console_session_tell_viewed (AvbConsoleSession *self)
{
  if (!PRIV (self)->closed && AVB_CONSOLE_SESSION_GET_CLASS (self)->viewed != NULL)
    AVB_CONSOLE_SESSION_GET_CLASS (self)->viewed (self);
}

void
avb_console_session_add_viewer (AvbConsoleSession *self)
{
  g_return_if_fail (AVB_IS_CONSOLE_SESSION (self));

  if (PRIV (self)->viewers++ == 0)
    avb_console_session_tell_viewed (self);
}

void
avb_console_session_remove_viewer (AvbConsoleSession *self)
{
  g_return_if_fail (AVB_IS_CONSOLE_SESSION (self));
  g_return_if_fail (PRIV (self)->viewers > 0);

  if (--PRIV (self)->viewers == 0)
    avb_console_session_tell_viewed (self);
}

/* --- for the kinds --- */

void
avb_console_session_connect (AvbConsoleSession *self)
{
  AvbConsoleSessionPrivate *priv = PRIV (self);

  if (priv->closed || priv->open || !avb_machine_has_console (priv->machine))
    return;
  priv->open = TRUE;
  priv->turn++;
  if (priv->status != AVB_CONSOLE_LOST)
    avb_console_session_set_status (self, AVB_CONSOLE_CONNECTING, NULL);
  AVB_CONSOLE_SESSION_GET_CLASS (self)->open (self);
}

void
avb_console_session_disconnect (AvbConsoleSession *self)
{
  AvbConsoleSessionPrivate *priv = PRIV (self);

  g_clear_handle_id (&priv->retry_source, g_source_remove);
  avb_guest_monitors_detach (priv->monitors);
  avb_console_session_set_sink (self, NULL);
  avb_console_session_set_agent_connected (self, FALSE);
  avb_console_session_set_request (self, NULL);
  priv->open = FALSE;
  AVB_CONSOLE_SESSION_GET_CLASS (self)->shut (self);
}

void
avb_console_session_close (AvbConsoleSession *self)
{
  AvbConsoleSessionPrivate *priv = PRIV (self);

  if (priv->closed)
    return;
  priv->closed = TRUE;
  g_signal_handlers_disconnect_by_data (priv->machine, self);
  g_object_set_data (G_OBJECT (priv->machine), SESSION_KEY, NULL);
  avb_console_session_set_failure (self, NULL);
  avb_console_session_disconnect (self);
  if (AVB_CONSOLE_SESSION_GET_CLASS (self)->forget != NULL)
    AVB_CONSOLE_SESSION_GET_CLASS (self)->forget (self);
  g_signal_handlers_disconnect_by_data (priv->monitors, self);
}

gboolean
avb_console_session_is_open (AvbConsoleSession *self)
{
  return PRIV (self)->open;
}

gboolean
avb_console_session_is_viewed (AvbConsoleSession *self)
{
  return PRIV (self)->viewers > 0;
}

void
avb_console_session_lost (AvbConsoleSession *self, const char *message)
{
  AvbConsoleSessionPrivate *priv = PRIV (self);
  gboolean                  was_connected = priv->retry.connected_at != 0;
  guint                     pause = avb_console_retry_lost (&priv->retry);

  avb_console_session_disconnect (self);
  if (pause == 0)
    {
      avb_console_session_set_status (self,
                                      AVB_CONSOLE_FAILED,
                                      _ ("The connection to this display is interrupted again and "
                                         "again. Reconnect to try once more."));
      return;
    }
  priv->retry_source = g_timeout_add (pause, retry_cb, self);
  avb_console_session_set_status (
      self,
      was_connected || priv->status == AVB_CONSOLE_LOST ? AVB_CONSOLE_LOST : AVB_CONSOLE_CONNECTING,
      message);
}

void
avb_console_session_failed (AvbConsoleSession *self, const char *message)
{
  PRIV (self)->retry.connected_at = 0;
  avb_console_session_disconnect (self);
  avb_console_session_set_status (self, AVB_CONSOLE_FAILED, message);
}

void
avb_console_session_taken (AvbConsoleSession *self)
{
  PRIV (self)->retry.connected_at = 0;
  avb_console_session_disconnect (self);
  avb_console_session_set_status (
      self, AVB_CONSOLE_TAKEN, _ ("Another viewer took over this display."));
}

void
avb_console_session_replace (AvbConsoleSession *self, AvbConsoleKind kind)
{
  const char *refusal = avb_console_session_refuse (kind);

  if (refusal != NULL)
    {
      avb_console_session_failed (self, refusal);
      return;
    }
  g_return_if_fail (avb_console_session_type_for (kind) != G_OBJECT_TYPE (self));

  g_object_set_data (G_OBJECT (PRIV (self)->machine), KIND_KEY, GINT_TO_POINTER (kind));
  avb_console_session_close (self);
  g_signal_emit (self, signals[REPLACED], 0);
}

void
avb_console_session_fall_back (AvbConsoleSession *self, const char *reason)
{
  g_object_set_data (
      G_OBJECT (PRIV (self)->machine), KIND_KEY, GINT_TO_POINTER (AVB_CONSOLE_PICTURES));
  avb_console_session_close (self);
  avb_console_session_set_failure (self, reason);
  g_signal_emit (self, signals[REPLACED], 0);
}

void
avb_console_session_ask (AvbConsoleSession *self, AvbRequest *request)
{
  if (request != NULL)
    PRIV (self)->retry.connected_at = 0;
  avb_console_session_set_request (self, request);
  if (request != NULL)
    avb_console_session_set_status (self, AVB_CONSOLE_ASKING, NULL);
  else if (PRIV (self)->status == AVB_CONSOLE_ASKING)
    avb_console_session_set_status (self, AVB_CONSOLE_CONNECTING, NULL);
}

void
avb_console_session_set_sink (AvbConsoleSession *self, AvbInputSink *sink)
{
  if (g_set_object (&PRIV (self)->sink, sink))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SINK]);
}

void
avb_console_session_set_server_mouse (AvbConsoleSession *self, gboolean server_mouse)
{
  if (PRIV (self)->server_mouse == server_mouse)
    return;
  PRIV (self)->server_mouse = server_mouse;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SERVER_MOUSE]);
}

void
avb_console_session_set_agent_connected (AvbConsoleSession *self, gboolean connected)
{
  if (PRIV (self)->agent_connected == connected)
    return;
  PRIV (self)->agent_connected = connected;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_AGENT_CONNECTED]);
}

/* --- what it is --- */

const char *
avb_console_session_get_missing (AvbConsoleSession *self, AvbConsoleOffer offer)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_SESSION (self), NULL);
  return AVB_CONSOLE_SESSION_GET_CLASS (self)->get_missing (self, offer);
}

AvbMachine *
avb_console_session_get_machine (AvbConsoleSession *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_SESSION (self), NULL);
  return PRIV (self)->machine;
}

AvbConsoleStatus
avb_console_session_get_status (AvbConsoleSession *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_SESSION (self), AVB_CONSOLE_IDLE);
  return PRIV (self)->status;
}

const char *
avb_console_session_get_message (AvbConsoleSession *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_SESSION (self), NULL);
  return PRIV (self)->message;
}

AvbRequest *
avb_console_session_get_request (AvbConsoleSession *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_SESSION (self), NULL);
  return PRIV (self)->request;
}

const char *
avb_console_session_get_note (AvbConsoleSession *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_SESSION (self), NULL);
  return PRIV (self)->note;
}

AvbInputSink *
avb_console_session_get_sink (AvbConsoleSession *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_SESSION (self), NULL);
  return PRIV (self)->sink;
}

gboolean
avb_console_session_get_server_mouse (AvbConsoleSession *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_SESSION (self), FALSE);
  return PRIV (self)->server_mouse;
}

gboolean
avb_console_session_get_agent_connected (AvbConsoleSession *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_SESSION (self), FALSE);
  return PRIV (self)->agent_connected;
}

AvbGuestMonitors *
avb_console_session_get_monitors (AvbConsoleSession *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_SESSION (self), NULL);
  return PRIV (self)->monitors;
}

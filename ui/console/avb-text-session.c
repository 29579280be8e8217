/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-text-session.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <sys/socket.h>

#include "backends/avb-blocking.h"
#include "backends/avb-error.h"

/* At most so much at once, and then a pause of about a frame: a terminal takes it in a few
 * milliseconds, and what the guest writes meanwhile waits where it is bounded. */
#define RECEIVE_BYTES (64 * 1024)
#define PAUSE_MS 16
#define MAX_UNSENT (1024 * 1024)
#define FIRST_RETRY_MS 1000
#define LAST_RETRY_MS 30000

struct _AvbTextSession {
  GObject parent_instance;

  AvbMachine *machine;
  char       *name;

  AvbConsoleStatus status;
  char            *message;

  guint       attempt; /* counts; an answer to another one than the last comes too late */
  int         fd;
  guint       input;  /* sources */
  guint       output; /* while something is unsent */
  guint       retry;
  guint       retry_ms;
  GByteArray *unsent;
};

G_DEFINE_FINAL_TYPE (AvbTextSession, avb_text_session, G_TYPE_OBJECT)

enum { PROP_0, PROP_STATUS, PROP_MESSAGE, N_PROPS };
static GParamSpec *properties[N_PROPS];

enum { BEGIN, OUTPUT, N_SIGNALS };
static guint signals[N_SIGNALS];

static void avb_text_session_connect (AvbTextSession *self, gboolean take_over);
static void avb_text_session_watch (AvbTextSession *self);

static gboolean
is_on (AvbMachine *machine)
{
  AvbMachineState state = avb_machine_get_state (machine);

  return state == AVB_MACHINE_RUNNING || state == AVB_MACHINE_PAUSED
         || state == AVB_MACHINE_STOPPING;
}

static void
avb_text_session_set_status (AvbTextSession  *self,
                             AvbConsoleStatus status,
                             const char      *message)
{
  g_object_freeze_notify (G_OBJECT (self));
  if (self->status != status)
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
  self->status = status;
  if (g_set_str (&self->message, message))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MESSAGE]);
  g_object_thaw_notify (G_OBJECT (self));
}

static void
avb_text_session_disconnect (AvbTextSession *self)
{
  self->attempt++;
  g_clear_handle_id (&self->input, g_source_remove);
  g_clear_handle_id (&self->output, g_source_remove);
  g_clear_handle_id (&self->retry, g_source_remove);
  g_clear_fd (&self->fd, NULL);
  g_byte_array_set_size (self->unsent, 0);
}

static void
retry_cb (gpointer data)
{
  AvbTextSession *self = data;

  self->retry = 0;
  avb_text_session_connect (self, FALSE);
}

/* The socket ended: the guest is off, the link is gone, or somebody has taken the console over. The
 * next attempt tells which. */
static void
avb_text_session_lose (AvbTextSession *self)
{
  avb_text_session_disconnect (self);
  avb_text_session_set_status (self,
                               AVB_CONSOLE_LOST,
                               _ ("The connection to this console was lost. It is being tried again."));
  self->retry = g_timeout_add_once (self->retry_ms, retry_cb, self);
  self->retry_ms = MIN (self->retry_ms * 2, LAST_RETRY_MS);
}

/* --- From the guest --- */

static void
pause_over_cb (gpointer data)
{
  AvbTextSession *self = data;

  self->input = 0;
  avb_text_session_watch (self);
}

static gboolean
input_cb (int fd, GIOCondition condition, gpointer data)
{
  AvbTextSession *self = data;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char *buffer = g_malloc (RECEIVE_BYTES);
  gssize           n = recv (self->fd, buffer, RECEIVE_BYTES, MSG_DONTWAIT);

  if (n < 0 && (errno == EAGAIN || errno == EINTR))
    return G_SOURCE_CONTINUE;
  self->input = 0;
  if (n <= 0)
    {
      avb_text_session_lose (self);
      return G_SOURCE_REMOVE;
    }
  self->retry_ms = FIRST_RETRY_MS;
  self->input = g_timeout_add_once (PAUSE_MS, pause_over_cb, self);
  bytes = g_bytes_new_take (g_steal_pointer (&buffer), n);
  g_signal_emit (self, signals[OUTPUT], 0, bytes);
  return G_SOURCE_REMOVE;
}

static void
avb_text_session_watch (AvbTextSession *self)
{
  self->input = g_unix_fd_add (self->fd, G_IO_IN | G_IO_HUP | G_IO_ERR, input_cb, self);
}

/* --- To the guest --- */

/* FALSE when the guest takes no more for now. The end is the reader's business. */
static gboolean
avb_text_session_flush (AvbTextSession *self)
{
  gssize n = send (self->fd, self->unsent->data, self->unsent->len, MSG_DONTWAIT | MSG_NOSIGNAL);

  if (n < 0 && errno != EAGAIN && errno != EINTR)
    n = self->unsent->len;
  if (n > 0)
    g_byte_array_remove_range (self->unsent, 0, n);
  return self->unsent->len == 0;
}

static gboolean
output_cb (int fd, GIOCondition condition, gpointer data)
{
  AvbTextSession *self = data;

  if (!avb_text_session_flush (self))
    return G_SOURCE_CONTINUE;
  self->output = 0;
  return G_SOURCE_REMOVE;
}

/* --- Connecting --- */

typedef struct {
  GWeakRef session;
  guint    attempt;
} Attempt;

static void
attempt_free (gpointer data)
{
  Attempt *attempt = data;

  g_weak_ref_clear (&attempt->session);
  g_free (attempt);
}

static void
avb_text_session_fail (AvbTextSession *self, const GError *error)
{
  if (!is_on (self->machine))
    avb_text_session_set_status (self, AVB_CONSOLE_IDLE, NULL);
  else if (g_error_matches (error, AVB_ERROR, AVB_ERROR_UNAVAILABLE))
    avb_text_session_lose (self);
  else
    avb_text_session_set_status (self,
                                 g_error_matches (error, AVB_ERROR, AVB_ERROR_BUSY)
                                     ? AVB_CONSOLE_TAKEN
                                     : AVB_CONSOLE_FAILED,
                                 error->message);
}

static DexFuture *
opened_cb (DexFuture *future, gpointer data)
{
  Attempt *attempt = data;
  g_autoptr (AvbTextSession) self = g_weak_ref_get (&attempt->session);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  int           fd = value != NULL ? g_value_get_int (value) : -1;

  if (self == NULL || self->attempt != attempt->attempt)
    {
      g_clear_fd (&fd, NULL);
      return dex_future_new_true ();
    }
  if (fd < 0)
    {
      avb_text_session_fail (self, error);
      return dex_future_new_true ();
    }
  self->fd = fd;
  avb_text_session_set_status (self, AVB_CONSOLE_CONNECTED, NULL);
  g_signal_emit (self, signals[BEGIN], 0);
  avb_text_session_watch (self);
  return dex_future_new_true ();
}

static void
avb_text_session_connect (AvbTextSession *self, gboolean take_over)
{
  Attempt *attempt = g_new0 (Attempt, 1);

  avb_text_session_disconnect (self);
  if (self->status != AVB_CONSOLE_LOST)
    avb_text_session_set_status (self, AVB_CONSOLE_CONNECTING, NULL);
  g_weak_ref_init (&attempt->session, self);
  attempt->attempt = self->attempt;
  avb_future_finish (
      dex_future_finally (avb_machine_open_text_console (self->machine, self->name, take_over),
                          opened_cb,
                          attempt,
                          attempt_free),
      "Opening a text console");
}

static void
machine_cb (AvbMachine *machine, GParamSpec *pspec, AvbTextSession *self)
{
  gboolean wanted = avb_machine_get_available (machine) && is_on (machine);

  if (!wanted)
    {
      avb_text_session_disconnect (self);
      self->retry_ms = FIRST_RETRY_MS;
      if (is_on (machine))
        avb_text_session_set_status (
            self,
            AVB_CONSOLE_LOST,
            _ ("The connection to this machine’s host was lost. It is being tried again."));
      else
        avb_text_session_set_status (self, AVB_CONSOLE_IDLE, NULL);
    }
  else if (self->status == AVB_CONSOLE_IDLE
           || (self->status == AVB_CONSOLE_LOST && self->retry == 0 && self->fd < 0))
    avb_text_session_connect (self, FALSE);
}

static void
avb_text_session_dispose (GObject *object)
{
  AvbTextSession *self = AVB_TEXT_SESSION (object);

  avb_text_session_disconnect (self);
  if (self->machine != NULL)
    g_signal_handlers_disconnect_by_data (self->machine, self);
  g_clear_object (&self->machine);
  G_OBJECT_CLASS (avb_text_session_parent_class)->dispose (object);
}

static void
avb_text_session_finalize (GObject *object)
{
  AvbTextSession *self = AVB_TEXT_SESSION (object);

  g_byte_array_unref (self->unsent);
  g_free (self->name);
  g_free (self->message);
  G_OBJECT_CLASS (avb_text_session_parent_class)->finalize (object);
}

static void
avb_text_session_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbTextSession *self = AVB_TEXT_SESSION (object);

  switch (id)
    {
    case PROP_STATUS:
      g_value_set_enum (value, self->status);
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_text_session_class_init (AvbTextSessionClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = avb_text_session_dispose;
  object_class->finalize = avb_text_session_finalize;
  object_class->get_property = avb_text_session_get_property;

  properties[PROP_STATUS]
      = g_param_spec_enum ("status", NULL, NULL, AVB_TYPE_CONSOLE_STATUS, AVB_CONSOLE_IDLE, flags);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[BEGIN] = g_signal_new (
      "begin", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[OUTPUT] = g_signal_new ("output",
                                  G_TYPE_FROM_CLASS (klass),
                                  G_SIGNAL_RUN_LAST,
                                  0,
                                  NULL,
                                  NULL,
                                  NULL,
                                  G_TYPE_NONE,
                                  1,
                                  G_TYPE_BYTES);
}

static void
avb_text_session_init (AvbTextSession *self)
{
  self->fd = -1;
  self->retry_ms = FIRST_RETRY_MS;
  self->unsent = g_byte_array_new ();
}

AvbTextSession *
avb_text_session_new (AvbMachine *machine, const char *name)
{
  AvbTextSession *self;

  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);
  g_return_val_if_fail (name != NULL, NULL);

  self = g_object_new (AVB_TYPE_TEXT_SESSION, NULL);
  self->machine = g_object_ref (machine);
  self->name = g_strdup (name);
  g_signal_connect (machine, "notify::state", G_CALLBACK (machine_cb), self);
  g_signal_connect (machine, "notify::available", G_CALLBACK (machine_cb), self);
  machine_cb (machine, NULL, self);
  return self;
}

void
avb_text_session_send (AvbTextSession *self, const char *bytes, gsize length)
{
  g_return_if_fail (AVB_IS_TEXT_SESSION (self));

  if (self->fd < 0 || length == 0 || length > MAX_UNSENT - self->unsent->len)
    return;
  g_byte_array_append (self->unsent, (const guint8 *) bytes, length);
  if (self->output == 0 && !avb_text_session_flush (self))
    self->output = g_unix_fd_add (self->fd, G_IO_OUT, output_cb, self);
}

void
avb_text_session_reconnect (AvbTextSession *self)
{
  g_return_if_fail (AVB_IS_TEXT_SESSION (self));
  if (is_on (self->machine))
    avb_text_session_connect (self, FALSE);
}

void
avb_text_session_take_over (AvbTextSession *self)
{
  g_return_if_fail (AVB_IS_TEXT_SESSION (self));
  if (is_on (self->machine))
    avb_text_session_connect (self, TRUE);
}

AvbConsoleStatus
avb_text_session_get_status (AvbTextSession *self)
{
  g_return_val_if_fail (AVB_IS_TEXT_SESSION (self), AVB_CONSOLE_IDLE);
  return self->status;
}

const char *
avb_text_session_get_message (AvbTextSession *self)
{
  g_return_val_if_fail (AVB_IS_TEXT_SESSION (self), NULL);
  return self->message;
}

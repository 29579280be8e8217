/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/libvirt/avb-libvirt-stream-socket.h"

#include <errno.h>
#include <glib-unix.h>
#include <glib/gi18n-lib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "backends/avb-blocking.h"

#define RECEIVE_BYTES (64 * 1024)
#define SEND_BYTES 4096
#define MAX_QUEUE (2 * 1024 * 1024)
/* Ends an escape sequence that the gap may have cut. */
#define CANCEL "\030"

/* Main thread, but what a worker does in between; freed with the last reference. */
typedef struct {
  virConnect *vir;
  virStream  *stream;
  int         fd; /* our end */
  guint       input;  /* source: the caller wrote; none while a worker sends */
  guint       output; /* source: the caller read; while something is queued */
  GByteArray *queue;  /* from the guest, for the caller */
  gsize       queue_start;
  gboolean    sending;
  gboolean    ended; /* nothing more comes from the guest */
  gboolean    closed;
} Socket;

typedef struct {
  Socket *socket;
  gsize   length;
  char    bytes[SEND_BYTES];
} Sending;

static void socket_close (Socket *self);
static void socket_end (Socket *self);
static void socket_watch_input (Socket *self);

static void
socket_clear (gpointer data)
{
  Socket *self = data;

  g_byte_array_unref (self->queue);
}

static void
socket_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, socket_clear);
}

/* --- The link: a stream does not hear that it is lost. --- */

static gboolean
lost_idle_cb (gpointer data)
{
  Socket *self = data;

  if (!self->closed && !self->ended)
    socket_end (self);
  return G_SOURCE_REMOVE;
}

/* On whatever thread found the link dead. */
static void
lost_cb (virConnect *vir, int reason, void *data)
{
  g_idle_add_full (
      G_PRIORITY_DEFAULT, lost_idle_cb, g_atomic_rc_box_acquire (data), socket_unref);
}

/* --- The end: all of this waits for the daemon. --- */

typedef struct {
  virConnect *vir;
  virStream  *stream;
  Socket     *socket; /* (nullable) */
} Rest;

static void
rest_free (gpointer data)
{
  Rest *rest = data;

  g_clear_pointer (&rest->socket, socket_unref);
  g_free (rest);
}

static DexFuture *
rest_thread (gpointer data)
{
  Rest *rest = data;

  virConnectUnregisterCloseCallback (rest->vir, lost_cb);
  virStreamAbort (rest->stream);
  virStreamFree (rest->stream);
  virConnectClose (rest->vir);
  return dex_future_new_true ();
}

/* Takes all, @socket (nullable) too: not every libvirt frees what a stream's callback was given. */
static void
close_rest (virConnect *vir, virStream *stream, Socket *socket)
{
  Rest *rest = g_new0 (Rest, 1);

  rest->vir = vir;
  rest->stream = stream;
  rest->socket = socket;
  avb_future_finish (avb_blocking_run_long (rest_thread, rest, rest_free), "Closing a stream");
}

static void
socket_close (Socket *self)
{
  if (!self->closed)
    {
      self->closed = TRUE;
      g_clear_handle_id (&self->input, g_source_remove);
      g_clear_handle_id (&self->output, g_source_remove);
      g_clear_fd (&self->fd, NULL);
      virStreamEventRemoveCallback (self->stream);
    }
  /* A worker that sends uses it still. */
  if (!self->sending && self->stream != NULL)
    close_rest (g_steal_pointer (&self->vir), g_steal_pointer (&self->stream), self);
}

/* --- From the guest --- */

static gsize
socket_get_queued (Socket *self)
{
  return self->queue->len - self->queue_start;
}

/* FALSE if the caller is gone */
static gboolean
socket_write (Socket *self, const char *bytes, gsize length, gsize *written)
{
  gssize n = send (self->fd, bytes, length, MSG_DONTWAIT | MSG_NOSIGNAL);

  *written = MAX (n, 0);
  return n >= 0 || errno == EAGAIN || errno == EINTR;
}

static gboolean
output_cb (int fd, GIOCondition condition, gpointer data)
{
  Socket *self = data;
  gsize   written;

  if (!socket_write (self,
                     (const char *) self->queue->data + self->queue_start,
                     socket_get_queued (self),
                     &written))
    {
      self->output = 0;
      socket_close (self);
      return G_SOURCE_REMOVE;
    }
  self->queue_start += written;
  if (socket_get_queued (self) > 0)
    return G_SOURCE_CONTINUE;
  g_byte_array_set_size (self->queue, 0);
  self->queue_start = 0;
  self->output = 0;
  if (self->ended)
    socket_close (self);
  return G_SOURCE_REMOVE;
}

static void
socket_skip (Socket *self)
{
  g_autofree char *mark = g_strconcat (CANCEL "\r\n\033[0;7m",
                                       /* Translators: stands among the text that a guest wrote. */
                                       _ ("Some of the output was left out here, because it came "
                                          "faster than it could be shown."),
                                       "\033[0m\r\n",
                                       NULL);

  g_byte_array_set_size (self->queue, 0);
  self->queue_start = 0;
  g_byte_array_append (self->queue, (const guint8 *) mark, strlen (mark));
}

static gboolean
socket_queue (Socket *self, const char *bytes, gsize length)
{
  gsize written = 0;

  if (socket_get_queued (self) == 0 && !socket_write (self, bytes, length, &written))
    return FALSE;
  if (written == length)
    return TRUE;
  if (socket_get_queued (self) + length > MAX_QUEUE)
    socket_skip (self);
  if (self->queue_start > MAX_QUEUE)
    {
      g_byte_array_remove_range (self->queue, 0, self->queue_start);
      self->queue_start = 0;
    }
  g_byte_array_append (self->queue, (const guint8 *) bytes + written, length - written);
  if (self->output == 0)
    self->output
        = g_unix_fd_add_full (G_PRIORITY_DEFAULT, self->fd, G_IO_OUT, output_cb, self, NULL);
  return TRUE;
}

/* The caller gets what there is, and then the end. */
static void
socket_end (Socket *self)
{
  self->ended = TRUE;
  if (socket_get_queued (self) == 0)
    socket_close (self);
  else
    virStreamEventUpdateCallback (self->stream, 0);
}

static void
stream_cb (virStream *stream, int events, void *data)
{
  Socket *self = data;
  char    bytes[RECEIVE_BYTES];
  int     n;

  if (self->closed || self->ended)
    return;
  n = virStreamRecv (stream, bytes, sizeof bytes);
  if (n > 0 && !socket_queue (self, bytes, n))
    socket_close (self);
  else if (n == 0 || n == -1
           || (n < 0 && (events & (VIR_STREAM_EVENT_ERROR | VIR_STREAM_EVENT_HANGUP))))
    socket_end (self);
}

/* --- To the guest --- */

static void
sending_free (gpointer data)
{
  Sending *sending = data;

  socket_unref (sending->socket);
  g_free (sending);
}

static DexFuture *
send_thread (gpointer data)
{
  Sending *sending = data;

  virResetLastError ();
  for (gsize done = 0; done < sending->length;)
    {
      int n = virStreamSend (sending->socket->stream, sending->bytes + done, sending->length - done);

      if (n < 0)
        return avb_libvirt_future_error ("The guest could not be written to.");
      done += n;
    }
  return dex_future_new_true ();
}

static DexFuture *
sent_cb (DexFuture *future, gpointer data)
{
  Socket *self = data;

  self->sending = FALSE;
  if (self->closed || dex_future_is_rejected (future))
    socket_close (self);
  else
    socket_watch_input (self);
  return dex_future_new_true ();
}

static void
socket_send (Socket *self, Sending *sending)
{
  sending->socket = g_atomic_rc_box_acquire (self);
  self->sending = TRUE;
  avb_future_finish (dex_future_finally (avb_blocking_run_long (send_thread, sending, sending_free),
                                         sent_cb,
                                         g_atomic_rc_box_acquire (self),
                                         socket_unref),
                     "Writing to a guest");
}

static gboolean
input_cb (int fd, GIOCondition condition, gpointer data)
{
  Socket  *self = data;
  Sending *sending = g_new0 (Sending, 1);
  gssize   n = recv (self->fd, sending->bytes, sizeof sending->bytes, MSG_DONTWAIT);

  if (n > 0 && !self->ended)
    {
      self->input = 0;
      sending->length = n;
      socket_send (self, sending);
      return G_SOURCE_REMOVE;
    }
  g_free (sending);
  if (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)))
    return G_SOURCE_CONTINUE;
  self->input = 0;
  socket_close (self);
  return G_SOURCE_REMOVE;
}

static void
socket_watch_input (Socket *self)
{
  self->input = g_unix_fd_add_full (
      G_PRIORITY_DEFAULT, self->fd, G_IO_IN | G_IO_HUP | G_IO_ERR, input_cb, self, NULL);
}

int
avb_libvirt_stream_socket_new (virConnect *vir, virStream *stream, GError **error)
{
  Socket *self;
  int     fds[2];

  g_return_val_if_fail (vir != NULL, -1);
  g_return_val_if_fail (stream != NULL, -1);

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, fds) < 0)
    {
      g_propagate_error (error,
                         avb_error_new (AVB_ERROR_FAILED,
                                        g_strerror (errno),
                                        _ ("The text console could not be opened.")));
      close_rest (vir, stream, NULL);
      return -1;
    }
  self = g_atomic_rc_box_new0 (Socket);
  self->vir = vir;
  self->stream = stream;
  self->fd = fds[0];
  self->queue = g_byte_array_new ();
  if (virStreamEventAddCallback (stream,
                                 VIR_STREAM_EVENT_READABLE | VIR_STREAM_EVENT_ERROR
                                     | VIR_STREAM_EVENT_HANGUP,
                                 stream_cb,
                                 self,
                                 NULL)
      < 0)
    {
      g_propagate_error (error,
                         avb_libvirt_error_new (_ ("The text console could not be opened.")));
      close (fds[0]);
      close (fds[1]);
      close_rest (vir, stream, NULL);
      socket_unref (self);
      return -1;
    }
  if (virConnectRegisterCloseCallback (vir, lost_cb, g_atomic_rc_box_acquire (self), socket_unref)
      < 0)
    socket_unref (self);
  /* It may have been lost before. */
  if (virConnectIsAlive (vir) != 1)
    lost_cb (vir, 0, self);
  socket_watch_input (self);
  return fds[1];
}

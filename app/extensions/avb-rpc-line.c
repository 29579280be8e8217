/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-rpc-line.h"

#include <glib/gi18n-lib.h>
#include <libdex.h>
#ifdef G_OS_UNIX
#include <gio/gunixoutputstream.h>
#include <glib-unix.h>
#endif

#include "app/extensions/avb-extension-limits.h"
#include "app/extensions/avb-rpc-codec.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"

#define READ_SIZE (64 * 1024)
/* Larger bodies are parsed by a worker: it may take longer than a frame. */
#define PARSE_HERE (64 * 1024)

struct _AvbRpcLine {
  GPollableInputStream  *input;
  GPollableOutputStream *output;
  AvbRpcLineFuncs        funcs;
  gpointer               data;

  AvbRpcCodec *codec;
  GSource     *reader;
  DexFuture   *parsing; /* (nullable): reading waits for it */

  GQueue   queue; /* of GBytes */
  gsize    written; /* of the first */
  gsize    queued;
  GSource *writer;
  GSource *stall;

  gboolean stopped;
};

static void take_messages (AvbRpcLine *self);

static void
line_clear (AvbRpcLine *self)
{
  avb_rpc_codec_free (self->codec);
  g_object_unref (self->input);
  g_object_unref (self->output);
}

static void
line_unref (AvbRpcLine *self)
{
  g_rc_box_release_full (self, (GDestroyNotify) line_clear);
}

/* What is called may free the line. */
typedef AvbRpcLine Hold;
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Hold, line_unref)

static void
clear_source (GSource **source)
{
  if (*source != NULL)
    g_source_destroy (*source);
  g_clear_pointer (source, g_source_unref);
}

void
avb_rpc_line_stop (AvbRpcLine *self)
{
  g_return_if_fail (self != NULL);

  self->stopped = TRUE;
  clear_source (&self->reader);
  clear_source (&self->writer);
  clear_source (&self->stall);
  dex_clear (&self->parsing);
  g_queue_clear_full (&self->queue, (GDestroyNotify) g_bytes_unref);
  self->queued = self->written = 0;
}

/* @error: (transfer full) (nullable) */
static void
end (AvbRpcLine *self, GError *error)
{
  g_autoptr (GError) reason = error;

  if (self->stopped)
    return;
  avb_rpc_line_stop (self);
  self->funcs.closed (reason, self->data);
}

/* --- in --- */

static gboolean
read_cb (GObject *stream, gpointer data)
{
  AvbRpcLine *self = data;
  g_autoptr (Hold) hold = g_rc_box_acquire (self);
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *buffer = g_malloc (READ_SIZE);
  gssize n = g_pollable_input_stream_read_nonblocking (self->input, buffer, READ_SIZE, NULL, &error);

  if (n > 0)
    {
      avb_rpc_codec_feed (self->codec, buffer, n);
      take_messages (self);
    }
  else if (n == 0)
    end (self, avb_rpc_codec_is_within (self->codec)
                   ? avb_error_new (AVB_ERROR_INVALID, "the end came within a message",
                                    _("What it sends is not in the form of messages."))
                   : NULL);
  else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
    end (self, avb_error_new (AVB_ERROR_UNAVAILABLE, error->message, _("The connection to the extension broke.")));
  return self->reader != NULL && !g_source_is_destroyed (self->reader) ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
start_reading (AvbRpcLine *self)
{
  if (self->reader != NULL || self->stopped)
    return;
  self->reader = g_pollable_input_stream_create_source (self->input, NULL);
  g_source_set_static_name (self->reader, "[avb] messages of an extension");
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  g_source_set_callback (self->reader, G_SOURCE_FUNC (read_cb), self, NULL);
  G_GNUC_END_IGNORE_DEPRECATIONS
  g_source_attach (self->reader, NULL);
}

/* Runs on a worker. */
static DexFuture *
parse_thread (gpointer data)
{
  GError *error = NULL;
  JsonNode *message = avb_rpc_codec_parse (data, &error);

  if (message == NULL)
    return dex_future_new_for_error (error);
  return dex_future_new_take_boxed (JSON_TYPE_NODE, message);
}

typedef struct {
  AvbRpcLine *line;
  GBytes     *body;
} Parsing;

static void
parsing_free (Parsing *parsing)
{
  g_bytes_unref (parsing->body);
  line_unref (parsing->line);
  g_free (parsing);
}

static DexFuture *
parsed_cb (DexFuture *future, gpointer data)
{
  Parsing *parsing = data;
  AvbRpcLine *self = parsing->line;
  g_autoptr (Hold) hold = g_rc_box_acquire (self);
  GError *error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (self->stopped)
    {
      g_clear_error (&error);
      return dex_future_new_true ();
    }
  /* This very future: what comes now may need another one. */
  dex_clear (&self->parsing);
  if (value == NULL)
    {
      end (self, error);
      return dex_future_new_true ();
    }
  self->funcs.message (g_value_get_boxed (value), parsing->body, self->data);
  if (!self->stopped)
    take_messages (self);
  return dex_future_new_true ();
}

static void
parse_elsewhere (AvbRpcLine *self, GBytes *body)
{
  Parsing *parsing = g_new0 (Parsing, 1);

  parsing->line = g_rc_box_acquire (self);
  parsing->body = g_bytes_ref (body);
  clear_source (&self->reader);
  self->parsing = dex_future_finally (avb_blocking_run (parse_thread, g_bytes_ref (body), (GDestroyNotify) g_bytes_unref),
                                      parsed_cb, parsing, (GDestroyNotify) parsing_free);
}

/* All that are complete, as far as they can be parsed here. */
static void
take_messages (AvbRpcLine *self)
{
  while (!self->stopped)
    {
      GError *error = NULL;
      g_autoptr (JsonNode) message = NULL;
      g_autoptr (GBytes) body = avb_rpc_codec_next (self->codec, &error);

      if (error != NULL)
        end (self, error);
      if (body == NULL)
        break;
      if (g_bytes_get_size (body) > PARSE_HERE)
        {
          parse_elsewhere (self, body);
          return;
        }
      message = avb_rpc_codec_parse (body, &error);
      if (message == NULL)
        end (self, error);
      else
        self->funcs.message (message, body, self->data);
    }
  start_reading (self);
}

/* --- out --- */

static gboolean
stalled_cb (gpointer data)
{
  AvbRpcLine *self = data;
  g_autoptr (Hold) hold = g_rc_box_acquire (self);

  end (self, avb_error_new (AVB_ERROR_UNAVAILABLE, "a write got nowhere", _("The extension hangs: it does not read what it is sent.")));
  return G_SOURCE_REMOVE;
}

static void
watch_stall (AvbRpcLine *self)
{
  clear_source (&self->stall);
  self->stall = g_timeout_source_new (avb_extension_limits_get ()->stall);
  g_source_set_static_name (self->stall, "[avb] stalled write");
  g_source_set_callback (self->stall, stalled_cb, self, NULL);
  g_source_attach (self->stall, NULL);
}

/* Whether the stream takes more now. */
static gboolean
write_some (AvbRpcLine *self)
{
  GBytes *first = g_queue_peek_head (&self->queue);
  g_autoptr (GError) error = NULL;
  gsize length;
  const guint8 *data = g_bytes_get_data (first, &length);
  gssize n = g_pollable_output_stream_write_nonblocking (self->output, data + self->written, length - self->written, NULL, &error);

  if (n < 0)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
        end (self, avb_error_new (AVB_ERROR_UNAVAILABLE, error->message, _("The connection to the extension broke.")));
      return FALSE;
    }
  self->written += n;
  self->queued -= n;
  if (self->written == length)
    {
      g_bytes_unref (g_queue_pop_head (&self->queue));
      self->written = 0;
    }
  return TRUE;
}

static void flush (AvbRpcLine *self);

static gboolean
write_cb (GObject *stream, gpointer data)
{
  AvbRpcLine *self = data;
  g_autoptr (Hold) hold = g_rc_box_acquire (self);

  clear_source (&self->stall);
  flush (self);
  return self->writer != NULL && !g_source_is_destroyed (self->writer) ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
flush (AvbRpcLine *self)
{
  while (!self->stopped && !g_queue_is_empty (&self->queue))
    if (!write_some (self))
      break;
  if (self->stopped || g_queue_is_empty (&self->queue))
    {
      clear_source (&self->writer);
      clear_source (&self->stall);
      return;
    }
  if (self->stall == NULL)
    watch_stall (self);
  if (self->writer == NULL)
    {
      self->writer = g_pollable_output_stream_create_source (self->output, NULL);
      g_source_set_static_name (self->writer, "[avb] messages to an extension");
      g_source_set_callback (self->writer, G_SOURCE_FUNC (write_cb), self, NULL);
      g_source_attach (self->writer, NULL);
    }
}

gboolean
avb_rpc_line_send (AvbRpcLine *self, GBytes *bytes, GError **error)
{
  g_autoptr (Hold) hold = NULL;
  gsize length;

  g_return_val_if_fail (self != NULL && bytes != NULL, FALSE);

  hold = g_rc_box_acquire (self);
  length = g_bytes_get_size (bytes);
  if (self->stopped)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_UNAVAILABLE, NULL, _("The extension has ended.")));
      return FALSE;
    }
  if (self->queued > 0 ? self->queued + length > AVB_RPC_MAX_QUEUE : length > AVB_RPC_MAX_BODY + AVB_RPC_MAX_HEADER)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_BUSY, "more than 1 MiB waits to be read",
                                               _("The extension is too slow to take more.")));
      return FALSE;
    }
  g_queue_push_tail (&self->queue, g_bytes_ref (bytes));
  self->queued += length;
  if (self->writer == NULL)
    flush (self);
  return TRUE;
}

/* Pipes of a child are opened so that a write waits: never here. */
static void
set_nonblocking (GOutputStream *output)
{
#ifdef G_OS_UNIX
  if (G_IS_UNIX_OUTPUT_STREAM (output))
    g_unix_set_fd_nonblocking (g_unix_output_stream_get_fd (G_UNIX_OUTPUT_STREAM (output)), TRUE, NULL);
#endif
}

AvbRpcLine *
avb_rpc_line_new (GInputStream *input, GOutputStream *output, const AvbRpcLineFuncs *funcs, gpointer data)
{
  AvbRpcLine *self;

  g_return_val_if_fail (G_IS_POLLABLE_INPUT_STREAM (input) && G_IS_POLLABLE_OUTPUT_STREAM (output), NULL);

  self = g_rc_box_new0 (AvbRpcLine);
  self->input = G_POLLABLE_INPUT_STREAM (g_object_ref (input));
  self->output = G_POLLABLE_OUTPUT_STREAM (g_object_ref (output));
  self->funcs = *funcs;
  self->data = data;
  self->codec = avb_rpc_codec_new ();
  g_queue_init (&self->queue);
  set_nonblocking (output);
  start_reading (self);
  return self;
}

void
avb_rpc_line_free (AvbRpcLine *self)
{
  avb_rpc_line_stop (self);
  line_unref (self);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-clipboard-reader.h"

#include <glib/gi18n.h>

#include "backends/avb-error.h"

#define PATIENCE_SECONDS 10
#define PIECE (64 * 1024)

G_DEFINE_BOXED_TYPE (AvbClipboardPiece,
                     avb_clipboard_piece,
                     avb_clipboard_piece_copy,
                     avb_clipboard_piece_free)

AvbClipboardPiece *
avb_clipboard_piece_copy (const AvbClipboardPiece *self)
{
  AvbClipboardPiece *copy = g_new0 (AvbClipboardPiece, 1);

  copy->mime_type = g_strdup (self->mime_type);
  copy->bytes = g_bytes_ref (self->bytes);
  return copy;
}

void
avb_clipboard_piece_free (AvbClipboardPiece *self)
{
  g_free (self->mime_type);
  g_bytes_unref (self->bytes);
  g_free (self);
}

typedef struct {
  DexPromise   *promise;
  GCancellable *cancellable; /* ours: theirs, or too slow */
  GCancellable *theirs;
  gulong        cancelled_id;
  guint         patience;
  gsize         limit;
  char         *mime_type;
  GInputStream *stream;
  GByteArray   *bytes;
} Reading;

static void
reading_free (Reading *reading)
{
  g_clear_handle_id (&reading->patience, g_source_remove);
  if (reading->theirs != NULL)
    g_cancellable_disconnect (reading->theirs, reading->cancelled_id);
  g_clear_object (&reading->theirs);
  g_object_unref (reading->cancellable);
  g_clear_object (&reading->stream);
  g_byte_array_unref (reading->bytes);
  g_free (reading->mime_type);
  dex_unref (reading->promise);
  g_free (reading);
}

static void
cancelled_cb (GCancellable *theirs, gpointer ours)
{
  g_cancellable_cancel (ours);
}

static void
impatient_cb (gpointer data)
{
  Reading *reading = data;

  reading->patience = 0;
  g_cancellable_cancel (reading->cancellable);
}

static void
reading_wait (Reading *reading)
{
  g_clear_handle_id (&reading->patience, g_source_remove);
  reading->patience = g_timeout_add_seconds_once (PATIENCE_SECONDS, impatient_cb, reading);
}

/* @error: (transfer full) (nullable) */
static void
reading_end (Reading *reading, GError *error)
{
  if (error == NULL)
    {
      AvbClipboardPiece *piece = g_new0 (AvbClipboardPiece, 1);

      piece->mime_type = g_steal_pointer (&reading->mime_type);
      piece->bytes = g_byte_array_free_to_bytes (g_steal_pointer (&reading->bytes));
      reading->bytes = g_byte_array_new ();
      dex_promise_resolve_boxed (reading->promise, AVB_TYPE_CLIPBOARD_PIECE, piece);
    }
  else
    dex_promise_reject (reading->promise, error);
  reading_free (reading);
}

static void
read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Reading *reading = data;
  GError  *error = NULL;
  g_autoptr (GBytes) bytes = g_input_stream_read_bytes_finish (reading->stream, result, &error);

  if (bytes == NULL || g_bytes_get_size (bytes) == 0)
    {
      reading_end (reading, error);
      return;
    }
  if (g_bytes_get_size (bytes) > reading->limit - reading->bytes->len)
    {
      g_autofree char *limit = g_format_size_full (reading->limit, G_FORMAT_SIZE_IEC_UNITS);

      reading_end (
          reading,
          avb_error_new (AVB_ERROR_INVALID,
                         NULL,
                         /* Translators: %s is a size, such as “100 MiB” */
                         _ ("What is in the clipboard is larger than %s and was not given to the machine."),
                         limit));
      return;
    }
  g_byte_array_append (
      reading->bytes, g_bytes_get_data (bytes, NULL), (guint) g_bytes_get_size (bytes));
  reading_wait (reading);
  g_input_stream_read_bytes_async (
      reading->stream, PIECE, G_PRIORITY_DEFAULT, reading->cancellable, read_cb, reading);
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Reading    *reading = data;
  GError     *error = NULL;
  const char *mime_type;

  reading->stream
      = gdk_clipboard_read_finish (GDK_CLIPBOARD (source), result, &mime_type, &error);
  if (reading->stream == NULL)
    {
      reading_end (reading, error);
      return;
    }
  reading->mime_type = g_strdup (mime_type);
  g_input_stream_read_bytes_async (
      reading->stream, PIECE, G_PRIORITY_DEFAULT, reading->cancellable, read_cb, reading);
}

DexFuture *
avb_clipboard_read (GdkClipboard      *clipboard,
                    const char *const *mime_types,
                    gsize              limit,
                    GCancellable      *cancellable)
{
  Reading    *reading = g_new0 (Reading, 1);
  DexPromise *promise = dex_promise_new ();

  reading->promise = dex_ref (promise);
  reading->cancellable = g_cancellable_new ();
  reading->limit = limit;
  reading->bytes = g_byte_array_new ();
  if (cancellable != NULL)
    {
      reading->theirs = g_object_ref (cancellable);
      reading->cancelled_id = g_cancellable_connect (
          cancellable, G_CALLBACK (cancelled_cb), reading->cancellable, NULL);
    }
  reading_wait (reading);
  gdk_clipboard_read_async (clipboard,
                            (const char **) mime_types,
                            G_PRIORITY_DEFAULT,
                            reading->cancellable,
                            opened_cb,
                            reading);
  return DEX_FUTURE (promise);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-guest-offer.h"

#include <glib/gi18n.h>
#include <spice/vd_agent.h>

#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "ui/console/avb-clipboard-format.h"

struct _AvbGuestOffer {
  GdkContentProvider parent_instance;

  AvbGuestRequests *requests;
  guint             types;
  gboolean          crlf;
};

G_DEFINE_FINAL_TYPE (AvbGuestOffer, avb_guest_offer, GDK_TYPE_CONTENT_PROVIDER)

/* Somebody pastes. GDK's interface is made of GAsyncResults, hence the task. */
typedef struct {
  char          *mime_type;
  guint          type;
  GOutputStream *stream;
  GBytes        *bytes;
} Paste;

static void
paste_free (gpointer data)
{
  Paste *paste = data;

  g_free (paste->mime_type);
  g_object_unref (paste->stream);
  g_clear_pointer (&paste->bytes, g_bytes_unref);
  g_free (paste);
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  GError *error = NULL;

  if (g_output_stream_write_all_finish (G_OUTPUT_STREAM (source), result, NULL, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
}

static void
paste_write (GTask *task, GBytes *bytes)
{
  Paste *paste = g_task_get_task_data (task);

  paste->bytes = g_bytes_ref (bytes);
  g_output_stream_write_all_async (paste->stream,
                                   g_bytes_get_data (bytes, NULL),
                                   g_bytes_get_size (bytes),
                                   g_task_get_priority (task),
                                   g_task_get_cancellable (task),
                                   written_cb,
                                   g_object_ref (task));
}

static DexFuture *
converted_cb (DexFuture *future, gpointer data)
{
  GTask        *task = data;
  GError       *error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value == NULL)
    g_task_return_error (task, error);
  else
    paste_write (task, g_value_get_boxed (value));
  return dex_future_new_true ();
}

/* What the guest sent, as the desktop expects it. */
static void
paste_convert (GTask *task, GBytes *bytes)
{
  AvbGuestOffer *self = g_task_get_source_object (task);
  Paste         *paste = g_task_get_task_data (task);
  const char    *sent = avb_clipboard_mime_types (paste->type)[0];

  if (paste->type == VD_AGENT_CLIPBOARD_UTF8_TEXT)
    {
      g_autoptr (GBytes) text = avb_clipboard_text_from_guest (bytes, self->crlf);

      paste_write (task, text);
    }
  else if (!avb_clipboard_is_plausible (bytes, sent))
    g_task_return_error (
        task,
        avb_error_new (AVB_ERROR_INVALID, NULL, _ ("The picture in the clipboard is damaged.")));
  else if (g_str_equal (sent, paste->mime_type))
    paste_write (task, bytes);
  else
    avb_future_finish (dex_future_finally (avb_clipboard_to_png (bytes),
                                           converted_cb,
                                           g_object_ref (task),
                                           g_object_unref),
                       "convert a picture of the clipboard");
}

static DexFuture *
answered_cb (DexFuture *future, gpointer data)
{
  GTask        *task = data;
  GError       *error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (g_task_return_error_if_cancelled (task))
    g_clear_error (&error);
  else if (value == NULL)
    g_task_return_error (task, error);
  else
    paste_convert (task, g_value_get_boxed (value));
  return dex_future_new_true ();
}

static void
avb_guest_offer_write_mime_type_async (GdkContentProvider *provider,
                                       const char         *mime_type,
                                       GOutputStream      *stream,
                                       int                 io_priority,
                                       GCancellable       *cancellable,
                                       GAsyncReadyCallback callback,
                                       gpointer            user_data)
{
  AvbGuestOffer *self = AVB_GUEST_OFFER (provider);
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Paste *paste = g_new0 (Paste, 1);

  paste->mime_type = g_strdup (mime_type);
  paste->type = avb_clipboard_type_for (mime_type, self->types);
  paste->stream = g_object_ref (stream);
  g_task_set_source_tag (task, avb_guest_offer_write_mime_type_async);
  g_task_set_priority (task, io_priority);
  g_task_set_task_data (task, paste, paste_free);
  if (paste->type == 0)
    {
      g_task_return_new_error (task,
                               G_IO_ERROR,
                               G_IO_ERROR_NOT_SUPPORTED,
                               _ ("The clipboard has nothing of this kind."));
      return;
    }
  avb_future_finish (dex_future_finally (avb_guest_requests_ask (self->requests, paste->type),
                                         answered_cb,
                                         g_object_ref (task),
                                         g_object_unref),
                     "paste from the machine");
}

static gboolean
avb_guest_offer_write_mime_type_finish (GdkContentProvider *provider,
                                        GAsyncResult       *result,
                                        GError            **error)
{
  return g_task_propagate_boolean (G_TASK (result), error);
}

static GdkContentFormats *
avb_guest_offer_ref_formats (GdkContentProvider *provider)
{
  return avb_clipboard_formats_of_guest (AVB_GUEST_OFFER (provider)->types);
}

static GdkContentFormats *
avb_guest_offer_ref_storable_formats (GdkContentProvider *provider)
{
  return gdk_content_formats_new (NULL, 0);
}

static void
avb_guest_offer_finalize (GObject *object)
{
  g_object_unref (AVB_GUEST_OFFER (object)->requests);
  G_OBJECT_CLASS (avb_guest_offer_parent_class)->finalize (object);
}

static void
avb_guest_offer_class_init (AvbGuestOfferClass *klass)
{
  GdkContentProviderClass *provider_class = GDK_CONTENT_PROVIDER_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = avb_guest_offer_finalize;
  provider_class->ref_formats = avb_guest_offer_ref_formats;
  provider_class->ref_storable_formats = avb_guest_offer_ref_storable_formats;
  provider_class->write_mime_type_async = avb_guest_offer_write_mime_type_async;
  provider_class->write_mime_type_finish = avb_guest_offer_write_mime_type_finish;
}

static void
avb_guest_offer_init (AvbGuestOffer *self)
{
}

AvbGuestOffer *
avb_guest_offer_new (AvbGuestRequests *requests, guint types, gboolean crlf)
{
  AvbGuestOffer *self = g_object_new (AVB_TYPE_GUEST_OFFER, NULL);

  self->requests = g_object_ref (requests);
  self->types = types;
  self->crlf = crlf;
  return self;
}

AvbGuestRequests *
avb_guest_offer_get_requests (AvbGuestOffer *self)
{
  g_return_val_if_fail (AVB_IS_GUEST_OFFER (self), NULL);
  return self->requests;
}

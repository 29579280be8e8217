/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-film.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>
#include <unistd.h>

#include "backends/avb-blocking.h"
#include "backends/avb-error.h"

/* Pictures that wait for the encoder. */
#define MAX_WAITING 3
/* VP8 works in blocks of so many pixels. */
#define MIN_EDGE 16
/* A file that is smaller than this has no picture in it. */
#define MIN_BYTES 1024
/* The encoder's last pictures and the file's index may take so long on a slow disk. */
#define CLOSE_SECONDS 60

struct _AvbFilm {
  GObject parent_instance;

  char       *path;
  char       *partial;
  GstElement *pipeline;
  GstElement *source;
  GError     *error;   /* under the object's lock: set on a thread */
  gboolean    failing; /* `failed` is on its way or was emitted */
  gboolean    closed;
};

G_DEFINE_FINAL_TYPE (AvbFilm, avb_film, G_TYPE_OBJECT)

enum { FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

G_LOCK_DEFINE_STATIC (film);

static gboolean
failed_cb (gpointer data)
{
  g_autoptr (AvbFilm) self = g_weak_ref_get (data);
  g_autoptr (GError) error = NULL;

  if (self == NULL)
    return G_SOURCE_REMOVE;
  G_LOCK (film);
  error = g_error_copy (self->error);
  G_UNLOCK (film);
  if (!self->closed)
    g_signal_emit (self, signals[FAILED], 0, error);
  return G_SOURCE_REMOVE;
}

static void
weak_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static GWeakRef *
weak_new (AvbFilm *self)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  g_weak_ref_init (weak, self);
  return weak;
}

/* (transfer full) */
static GError *
explain (const GError *native)
{
  if (g_error_matches (native, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT))
    return avb_error_new (AVB_ERROR_NO_SPACE,
                          native->message,
                          _ ("The recording stopped because the disk is full. What was recorded until "
                             "then is kept."));
  return avb_error_new (AVB_ERROR_FAILED,
                        native->message,
                        _ ("The recording stopped because it could not be written. What was recorded "
                           "until then is kept."));
}

/* On a thread of GStreamer. */
static GstBusSyncReply
bus_cb (GstBus *bus, GstMessage *message, gpointer data)
{
  g_autoptr (AvbFilm) self = g_weak_ref_get (data);
  g_autoptr (GError) native = NULL;
  gboolean first = FALSE;

  /* The end is waited for in close_thread (). */
  if (GST_MESSAGE_TYPE (message) != GST_MESSAGE_ERROR)
    {
      if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_EOS)
        return GST_BUS_PASS;
      gst_message_unref (message);
      return GST_BUS_DROP;
    }
  gst_message_parse_error (message, &native, NULL);
  if (self != NULL)
    {
      G_LOCK (film);
      first = self->error == NULL;
      if (first)
        self->error = explain (native);
      G_UNLOCK (film);
    }
  if (first)
    g_idle_add_full (G_PRIORITY_DEFAULT, failed_cb, weak_new (self), weak_free);
  return GST_BUS_PASS;
}

static GError *
find_missing (void)
{
  static const struct {
    const char *element;
    const char *package;
  } needed[] = {
    { "appsrc", "gstreamer1.0-plugins-base" },
    { "videoconvertscale", "gstreamer1.0-plugins-base" },
    { "vp8enc", "gstreamer1.0-plugins-good" },
    { "webmmux", "gstreamer1.0-plugins-good" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (needed); i++)
    {
      g_autoptr (GstElementFactory) factory = gst_element_factory_find (needed[i].element);

      if (factory == NULL)
        return avb_error_new (
            AVB_ERROR_NOT_SUPPORTED,
            needed[i].element,
            _ ("Recording needs GStreamer’s video encoder. Install the package %s."),
            needed[i].package);
    }
  return NULL;
}

typedef struct {
  char *path;
  int   width;
  int   height;
} Opening;

static void
opening_free (gpointer data)
{
  Opening *opening = data;

  g_free (opening->path);
  g_free (opening);
}

static GstElement *
build (AvbFilm *self, int width, int height, GError **error)
{
  /* The borders keep what is fitted in undistorted; at its own size nothing is scaled. */
  g_autofree char *description = g_strdup_printf (
      "appsrc name=source is-live=true format=time leaky-type=downstream max-buffers=%d "
      "max-bytes=0 ! videoconvertscale add-borders=true ! "
      "video/x-raw,format=I420,width=%d,height=%d,pixel-aspect-ratio=1/1 ! "
      "vp8enc deadline=1 cpu-used=6 threads=2 end-usage=cq cq-level=16 min-quantizer=4 "
      "max-quantizer=40 target-bitrate=8000000 keyframe-max-dist=250 ! "
      "webmmux writing-app=\"Alpha VBox\" ! filesink name=sink",
      MAX_WAITING,
      width,
      height);
  g_autoptr (GstElement) sink = NULL;
  GstElement *pipeline
      = gst_parse_launch_full (description, NULL, GST_PARSE_FLAG_FATAL_ERRORS, error);

  if (pipeline == NULL)
    return NULL;
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  g_object_set (sink, "location", self->partial, NULL);
  return pipeline;
}

static DexFuture *
open_thread (gpointer data)
{
  Opening *opening = data;
  g_autoptr (AvbFilm) self = g_object_new (AVB_TYPE_FILM, NULL);
  g_autofree char *folder = g_path_get_dirname (opening->path);
  g_autoptr (GstBus) bus = NULL;
  double  zoom = MIN (1, (double) AVB_FILM_MAX_EDGE / MAX (opening->width, opening->height));
  GError *error = NULL;
  int     fd;

  if (!gst_init_check (NULL, NULL, &error))
    return dex_future_new_for_error (error);
  error = find_missing ();
  if (error != NULL)
    return dex_future_new_for_error (error);
  self->path = g_strdup (opening->path);
  self->partial = g_build_filename (folder, ".alpha-vbox-recording-XXXXXX", NULL);
  fd = g_mkstemp_full (self->partial, O_RDWR | O_CLOEXEC, 0666);
  if (fd < 0)
    {
      int code = errno;

      g_clear_pointer (&self->partial, g_free);
      return dex_future_new_for_error (
          avb_error_new (code == ENOSPC ? AVB_ERROR_NO_SPACE : AVB_ERROR_PERMISSION,
                         g_strerror (code),
                         _ ("The recording can’t be written to this folder.")));
    }
  close (fd);
  self->pipeline = build (self,
                          MAX (MIN_EDGE, (int) (opening->width * zoom) & ~1),
                          MAX (MIN_EDGE, (int) (opening->height * zoom) & ~1),
                          &error);
  if (self->pipeline == NULL)
    return dex_future_new_for_error (error);
  bus = gst_element_get_bus (self->pipeline);
  gst_bus_set_sync_handler (bus, bus_cb, weak_new (self), weak_free);
  self->source = gst_bin_get_by_name (GST_BIN (self->pipeline), "source");
  if (gst_element_set_state (self->pipeline, GST_STATE_PLAYING) == GST_STATE_CHANGE_FAILURE)
    return dex_future_new_for_error (avb_error_new (
        AVB_ERROR_FAILED, NULL, _ ("The recording could not be started.")));
  return dex_future_new_take_object (g_steal_pointer (&self));
}

DexFuture *
avb_film_open (const char *path, int width, int height)
{
  Opening *opening;

  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (width > 0 && height > 0, NULL);

  opening = g_new0 (Opening, 1);
  opening->path = g_strdup (path);
  opening->width = width;
  opening->height = height;
  return avb_blocking_run (open_thread, opening, opening_free);
}

void
avb_film_add (AvbFilm *self, GBytes *pixels, int width, int height, gint64 time)
{
  g_autoptr (GstCaps) caps = NULL;
  g_autoptr (GstSample) sample = NULL;
  GstBuffer *buffer;

  g_return_if_fail (AVB_IS_FILM (self));
  g_return_if_fail (g_bytes_get_size (pixels) == (gsize) width * height * 4);

  if (self->closed)
    return;
  caps = gst_caps_new_simple ("video/x-raw",
                              "format",
                              G_TYPE_STRING,
                              G_BYTE_ORDER == G_LITTLE_ENDIAN ? "BGRx" : "xRGB",
                              "width",
                              G_TYPE_INT,
                              width,
                              "height",
                              G_TYPE_INT,
                              height,
                              "framerate",
                              GST_TYPE_FRACTION,
                              0,
                              1,
                              "pixel-aspect-ratio",
                              GST_TYPE_FRACTION,
                              1,
                              1,
                              NULL);
  buffer = gst_buffer_new_wrapped_bytes (pixels);
  GST_BUFFER_PTS (buffer) = (GstClockTime) time * GST_USECOND;
  sample = gst_sample_new (buffer, caps, NULL, NULL);
  gst_buffer_unref (buffer);
  gst_app_src_push_sample (GST_APP_SRC (self->source), sample);
}

/* Waits for the end of the stream, and gives the file its name. */
static DexFuture *
close_thread (gpointer data)
{
  AvbFilm *self = data;
  g_autoptr (GstBus) bus = gst_element_get_bus (self->pipeline);
  g_autoptr (GstMessage) message = NULL;
  GError  *error = NULL;
  GStatBuf status;
  int      fd;

  gst_app_src_end_of_stream (GST_APP_SRC (self->source));
  message = gst_bus_timed_pop_filtered (
      bus, CLOSE_SECONDS * GST_SECOND, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
  gst_element_set_state (self->pipeline, GST_STATE_NULL);
  G_LOCK (film);
  if (self->error != NULL)
    error = g_error_copy (self->error);
  G_UNLOCK (film);
  if (error == NULL && message == NULL)
    error = avb_error_new (
        AVB_ERROR_FAILED, NULL, _ ("The recording could not be completed. Its end may be missing."));

  if (g_stat (self->partial, &status) != 0 || (error != NULL && status.st_size < MIN_BYTES))
    {
      g_unlink (self->partial);
      return error != NULL ? dex_future_new_for_error (error)
                           : dex_future_new_for_error (avb_error_new (
                                 AVB_ERROR_FAILED, NULL, _ ("The recording’s file is gone.")));
    }
  fd = g_open (self->partial, O_RDONLY | O_CLOEXEC, 0);
  if (fd >= 0)
    {
      fsync (fd);
      close (fd);
    }
  if (g_rename (self->partial, self->path) != 0 && error == NULL)
    error = avb_error_new (AVB_ERROR_FAILED,
                           g_strerror (errno),
                           _ ("The recording could not be given its name. It is in “%s”."),
                           self->partial);
  g_clear_pointer (&self->partial, g_free);
  return error != NULL ? dex_future_new_for_error (error) : dex_future_new_true ();
}

DexFuture *
avb_film_close (AvbFilm *self)
{
  g_return_val_if_fail (AVB_IS_FILM (self), NULL);
  g_return_val_if_fail (!self->closed, NULL);

  self->closed = TRUE;
  return avb_blocking_run_long (close_thread, g_object_ref (self), g_object_unref);
}

static void
avb_film_finalize (GObject *object)
{
  AvbFilm *self = AVB_FILM (object);

  if (self->pipeline != NULL)
    gst_element_set_state (self->pipeline, GST_STATE_NULL);
  gst_clear_object (&self->source);
  gst_clear_object (&self->pipeline);
  if (self->partial != NULL)
    g_unlink (self->partial);
  g_free (self->partial);
  g_free (self->path);
  g_clear_error (&self->error);
  G_OBJECT_CLASS (avb_film_parent_class)->finalize (object);
}

static void
avb_film_class_init (AvbFilmClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = avb_film_finalize;

  signals[FAILED] = g_signal_new ("failed",
                                  G_TYPE_FROM_CLASS (klass),
                                  G_SIGNAL_RUN_LAST,
                                  0,
                                  NULL,
                                  NULL,
                                  NULL,
                                  G_TYPE_NONE,
                                  1,
                                  G_TYPE_ERROR);
}

static void
avb_film_init (AvbFilm *self)
{
}

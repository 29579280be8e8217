/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-audio-stream.h"

#include <glib/gi18n.h>
#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/gst.h>

/* Pieces of the microphone's sound that wait for the main loop. More than this, and it hangs. */
#define MAX_WAITING 64
/* The guest's sound waits for a quarter of a second at most. */
#define LAG 4

/* GStreamer and the sound server may block: what they do happens on a thread, one step after the other. */
typedef struct {
  gatomicrefcount   references;
  AvbAudioDirection direction;
  int               rate;
  int               channels;

  GMutex      step;  /* held while a step is under way */
  GstElement *built; /* under `step` */
  gboolean    broken;

  GMutex      lock; /* of the following, and never held for long */
  GstElement *pipeline;
  GstElement *app; /* its source or sink */
  GstState    wanted;
  guint       waiting;
  GWeakRef    stream;
} Pipe;

struct _AvbAudioStream {
  GObject parent_instance;

  Pipe *pipe;
  int   gain; /* of 65536 */
};

G_DEFINE_FINAL_TYPE (AvbAudioStream, avb_audio_stream, G_TYPE_OBJECT)

enum { DATA, FAILED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
pipe_unref (Pipe *pipe)
{
  if (!g_atomic_ref_count_dec (&pipe->references))
    return;
  g_assert (pipe->built == NULL); /* taken down with the stream */
  g_weak_ref_clear (&pipe->stream);
  g_mutex_clear (&pipe->step);
  g_mutex_clear (&pipe->lock);
  g_free (pipe);
}

static Pipe *
pipe_ref (Pipe *pipe)
{
  g_atomic_ref_count_inc (&pipe->references);
  return pipe;
}

/* Something for the main loop. */
typedef struct {
  Pipe   *pipe;
  GBytes *bytes;
  char   *message;
} Post;

static gboolean
post_cb (gpointer data)
{
  Post *post = data;
  g_autoptr (AvbAudioStream) stream = g_weak_ref_get (&post->pipe->stream);

  if (post->bytes != NULL)
    {
      g_mutex_lock (&post->pipe->lock);
      post->pipe->waiting--;
      g_mutex_unlock (&post->pipe->lock);
    }
  if (stream == NULL)
    return G_SOURCE_REMOVE;
  if (post->bytes != NULL)
    g_signal_emit (stream, signals[DATA], 0, post->bytes);
  else
    g_signal_emit (stream, signals[FAILED], 0, post->message);
  return G_SOURCE_REMOVE;
}

static void
post_free (gpointer data)
{
  Post *post = data;

  pipe_unref (post->pipe);
  g_clear_pointer (&post->bytes, g_bytes_unref);
  g_free (post->message);
  g_free (post);
}

static void
pipe_post (Pipe *pipe, GBytes *bytes, const char *message)
{
  Post *post = g_new0 (Post, 1);

  post->pipe = pipe_ref (pipe);
  post->bytes = bytes;
  post->message = g_strdup (message);
  g_idle_add_full (G_PRIORITY_DEFAULT, post_cb, post, post_free);
}

/* On a thread of GStreamer. */
static GstBusSyncReply
bus_cb (GstBus *bus, GstMessage *message, gpointer data)
{
  Pipe *pipe = data;

  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *details = NULL;

      gst_message_parse_error (message, &error, &details);
      g_debug ("sound: %s (%s)", error->message, details);
      pipe_post (pipe,
                 NULL,
                 pipe->direction == AVB_AUDIO_OUT
                     ? _ ("This computer’s sound output stopped working.")
                     : _ ("This computer’s microphone stopped working."));
    }
  gst_message_unref (message);
  return GST_BUS_DROP;
}

/* On a thread of GStreamer. */
static GstFlowReturn
sample_cb (GstAppSink *sink, gpointer data)
{
  Pipe      *pipe = data;
  GstSample *sample = gst_app_sink_pull_sample (sink);
  GstBuffer *buffer = sample != NULL ? gst_sample_get_buffer (sample) : NULL;
  GstMapInfo map;
  gboolean   room;

  if (buffer != NULL && gst_buffer_map (buffer, &map, GST_MAP_READ))
    {
      g_mutex_lock (&pipe->lock);
      room = pipe->waiting < MAX_WAITING;
      if (room)
        pipe->waiting++;
      g_mutex_unlock (&pipe->lock);
      if (room)
        pipe_post (pipe, g_bytes_new (map.data, map.size), NULL);
      gst_buffer_unmap (buffer, &map);
    }
  if (sample != NULL)
    gst_sample_unref (sample);
  return GST_FLOW_OK;
}

/* Under `step`. */
static gboolean
pipe_build (Pipe *pipe)
{
  g_autofree char *caps
      = g_strdup_printf ("audio/x-raw,format=S16LE,layout=interleaved,rate=%d,channels=%d",
                         pipe->rate,
                         pipe->channels);
  g_autofree char *description = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GstBus) bus = NULL;

  if (pipe->direction == AVB_AUDIO_OUT)
    description = g_strdup_printf ("appsrc name=app is-live=true format=time leaky-type=downstream "
                                   "max-bytes=%d caps=%s ! audioconvert ! audioresample ! "
                                   "autoaudiosink",
                                   pipe->rate * pipe->channels * 2 / LAG,
                                   caps);
  else
    description
        = g_strdup_printf ("autoaudiosrc ! audioconvert ! audioresample ! "
                           "appsink name=app sync=false max-buffers=16 drop=true caps=%s",
                           caps);
  if (!gst_init_check (NULL, NULL, &error))
    return FALSE;
  pipe->built = gst_parse_launch_full (description, NULL, GST_PARSE_FLAG_FATAL_ERRORS, &error);
  if (pipe->built == NULL)
    {
      g_debug ("sound: %s", error->message);
      return FALSE;
    }
  bus = gst_element_get_bus (pipe->built);
  gst_bus_set_sync_handler (bus, bus_cb, pipe_ref (pipe), (GDestroyNotify) pipe_unref);
  g_mutex_lock (&pipe->lock);
  pipe->app = gst_bin_get_by_name (GST_BIN (pipe->built), "app");
  g_mutex_unlock (&pipe->lock);
  if (pipe->direction == AVB_AUDIO_IN)
    {
      GstAppSinkCallbacks callbacks = { .new_sample = sample_cb };

      gst_app_sink_set_callbacks (
          GST_APP_SINK (pipe->app), &callbacks, pipe_ref (pipe), (GDestroyNotify) pipe_unref);
    }
  return TRUE;
}

/* Under `step`. */
static void
pipe_take_down (Pipe *pipe)
{
  g_autoptr (GstBus) bus = gst_element_get_bus (pipe->built);

  gst_element_set_state (pipe->built, GST_STATE_NULL);
  /* What is called back holds references to the pipe. */
  gst_bus_set_sync_handler (bus, NULL, NULL, NULL);
  if (pipe->direction == AVB_AUDIO_IN)
    {
      GstAppSinkCallbacks none = { NULL };

      gst_app_sink_set_callbacks (GST_APP_SINK (pipe->app), &none, NULL, NULL);
    }
  g_mutex_lock (&pipe->lock);
  gst_clear_object (&pipe->app);
  g_mutex_unlock (&pipe->lock);
  gst_clear_object (&pipe->built);
}

/* On a thread: brings the pipeline into the state that is wanted by now. */
static void
step_thread (gpointer data, gpointer user_data)
{
  Pipe    *pipe = data;
  GstState wanted;

  g_mutex_lock (&pipe->step);
  g_mutex_lock (&pipe->lock);
  wanted = pipe->wanted;
  g_mutex_unlock (&pipe->lock);
  if (wanted == GST_STATE_PLAYING && pipe->built == NULL && !pipe->broken && !pipe_build (pipe))
    {
      pipe->broken = TRUE;
      pipe_post (pipe,
                 NULL,
                 _ ("Sound needs GStreamer’s base and good plugins. Install the packages "
                    "gstreamer1.0-plugins-base and gstreamer1.0-plugins-good."));
    }
  if (pipe->built != NULL)
    {
      if (gst_element_set_state (pipe->built, wanted) == GST_STATE_CHANGE_FAILURE)
        wanted = GST_STATE_NULL;
      if (wanted == GST_STATE_NULL)
        pipe_take_down (pipe);
    }
  g_mutex_unlock (&pipe->step);
  pipe_unref (pipe);
}

static void
pipe_want (Pipe *pipe, GstState wanted)
{
  static GThreadPool *threads;
  static gsize        initialized;

  if (g_once_init_enter (&initialized))
    {
      threads = g_thread_pool_new (step_thread, NULL, 4, FALSE, NULL);
      g_once_init_leave (&initialized, 1);
    }
  g_mutex_lock (&pipe->lock);
  pipe->wanted = wanted;
  g_mutex_unlock (&pipe->lock);
  g_thread_pool_push (threads, pipe_ref (pipe), NULL);
}

static void
avb_audio_stream_finalize (GObject *object)
{
  AvbAudioStream *self = AVB_AUDIO_STREAM (object);

  if (self->pipe != NULL)
    {
      pipe_want (self->pipe, GST_STATE_NULL);
      pipe_unref (self->pipe);
    }
  G_OBJECT_CLASS (avb_audio_stream_parent_class)->finalize (object);
}

static void
avb_audio_stream_class_init (AvbAudioStreamClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = avb_audio_stream_finalize;

  signals[DATA] = g_signal_new ("data",
                                G_TYPE_FROM_CLASS (klass),
                                G_SIGNAL_RUN_LAST,
                                0,
                                NULL,
                                NULL,
                                NULL,
                                G_TYPE_NONE,
                                1,
                                G_TYPE_BYTES);
  signals[FAILED] = g_signal_new ("failed",
                                  G_TYPE_FROM_CLASS (klass),
                                  G_SIGNAL_RUN_LAST,
                                  0,
                                  NULL,
                                  NULL,
                                  NULL,
                                  G_TYPE_NONE,
                                  1,
                                  G_TYPE_STRING);
}

static void
avb_audio_stream_init (AvbAudioStream *self)
{
}

AvbAudioStream *
avb_audio_stream_new (AvbAudioDirection direction, int rate, int channels)
{
  AvbAudioStream *self;
  Pipe           *pipe;

  if (rate < AVB_AUDIO_MIN_RATE || rate > AVB_AUDIO_MAX_RATE || channels < 1
      || channels > AVB_AUDIO_MAX_CHANNELS)
    return NULL;
  self = g_object_new (AVB_TYPE_AUDIO_STREAM, NULL);
  pipe = g_new0 (Pipe, 1);
  g_atomic_ref_count_init (&pipe->references);
  g_mutex_init (&pipe->step);
  g_mutex_init (&pipe->lock);
  g_weak_ref_init (&pipe->stream, self);
  pipe->direction = direction;
  pipe->rate = rate;
  pipe->channels = channels;
  pipe->wanted = GST_STATE_NULL;
  self->pipe = pipe;
  self->gain = 65536;
  return self;
}

int
avb_audio_stream_get_rate (AvbAudioStream *self)
{
  g_return_val_if_fail (AVB_IS_AUDIO_STREAM (self), 0);
  return self->pipe->rate;
}

int
avb_audio_stream_get_channels (AvbAudioStream *self)
{
  g_return_val_if_fail (AVB_IS_AUDIO_STREAM (self), 0);
  return self->pipe->channels;
}

void
avb_audio_stream_set_running (AvbAudioStream *self, gboolean running)
{
  g_return_if_fail (AVB_IS_AUDIO_STREAM (self));
  /* A microphone that is not used is closed, so that the desktop's own light goes out; loudspeakers
   * stay open, because guests stop and start with every little sound. */
  pipe_want (self->pipe,
             running                                  ? GST_STATE_PLAYING
             : self->pipe->direction == AVB_AUDIO_OUT ? GST_STATE_READY
                                                      : GST_STATE_NULL);
}

void
avb_audio_stream_set_volume (AvbAudioStream *self, double volume, gboolean muted)
{
  g_return_if_fail (AVB_IS_AUDIO_STREAM (self));

  volume = CLAMP (volume, 0, 1);
  /* As ears hear it. */
  self->gain = muted ? 0 : (int) (65536 * volume * volume * volume);
}

/* GStreamer's own element marks silence, which sinks do not take without a time. */
static GstBuffer *
scaled_buffer (gconstpointer data, gsize size, int gain)
{
  GstBuffer *buffer = gst_buffer_new_memdup (data, size);
  GstMapInfo map;

  if (gain == 65536 || !gst_buffer_map (buffer, &map, GST_MAP_READWRITE))
    return buffer;
  for (gsize i = 0; i + 1 < map.size; i += 2)
    {
      gint16 value = (gint16) GST_READ_UINT16_LE (map.data + i);

      GST_WRITE_UINT16_LE (map.data + i, (guint16) ((int) value * gain / 65536));
    }
  gst_buffer_unmap (buffer, &map);
  return buffer;
}

void
avb_audio_stream_push (AvbAudioStream *self, gconstpointer data, gsize size)
{
  g_autoptr (GstElement) app = NULL;

  g_return_if_fail (AVB_IS_AUDIO_STREAM (self));
  g_return_if_fail (self->pipe->direction == AVB_AUDIO_OUT);

  g_mutex_lock (&self->pipe->lock);
  if (self->pipe->app != NULL && self->pipe->wanted == GST_STATE_PLAYING)
    app = gst_object_ref (self->pipe->app);
  g_mutex_unlock (&self->pipe->lock);
  if (app != NULL && size >= sizeof (gint16))
    gst_app_src_push_buffer (GST_APP_SRC (app), scaled_buffer (data, size, self->gain));
}

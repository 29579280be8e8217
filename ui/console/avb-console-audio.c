/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* spice-client-glib has a SpiceAudio for all of this. It opens the microphone without asking, waits for
 * the sound server on the main thread and queues without a bound. So it is put out of action, and the
 * channels are served here: what the guest wants to hear is known before it hears it. */

#include "config.h"

#include "ui/console/avb-console-audio.h"

#include <glib/gi18n.h>

#include "ui/console/avb-audio-stream.h"
#include "ui/console/avb-console-settings.h"

/* What the server has not taken yet of the microphone's sound. More than this, and it is dropped. */
#define MAX_UNSENT (64 * 1024)

/* The guest's mixer, as SPICE has it. */
#define FULL_VOLUME 65535.0

struct _AvbConsoleAudio {
  GObject parent_instance;

  AvbSpiceSession    *session; /* weak: it owns this */
  AvbConsoleSettings *settings;

  SpiceChannel   *playback;
  AvbAudioStream *output;
  gboolean        playing;
  double          guest_volume;
  gboolean        guest_muted;

  SpiceChannel   *record;
  AvbAudioStream *input;
  int             record_rate; /* 0: the guest does not record */
  int             record_channels;
  AvbMicrophone   microphone;
  gboolean        asked;
  gsize           unsent;
  gboolean        flushing;

  char *message;
};

G_DEFINE_FINAL_TYPE (AvbConsoleAudio, avb_console_audio, G_TYPE_OBJECT)

G_DEFINE_ENUM_TYPE (AvbMicrophone,
                    avb_microphone,
                    G_DEFINE_ENUM_VALUE (AVB_MICROPHONE_ASK, "ask"),
                    G_DEFINE_ENUM_VALUE (AVB_MICROPHONE_REFUSED, "refused"),
                    G_DEFINE_ENUM_VALUE (AVB_MICROPHONE_ALLOWED, "allowed"))

enum {
  PROP_0,
  PROP_PLAYING,
  PROP_CAN_PLAY,
  PROP_CAN_RECORD,
  PROP_WANTS_MICROPHONE,
  PROP_MICROPHONE,
  PROP_RECORDING,
  PROP_MESSAGE,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

enum { ASK_MICROPHONE, N_SIGNALS };
static guint signals[N_SIGNALS];

#define AUDIO_KEY "avb-console-audio"

static void
set_message (AvbConsoleAudio *self, const char *message)
{
  if (g_set_str (&self->message, message))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MESSAGE]);
}

static void
failed_cb (AvbAudioStream *stream, const char *message, AvbConsoleAudio *self)
{
  set_message (self, message);
}

/* SpiceAudio, put out of action. */

static void
no_volume_async (SpiceAudio         *audio,
                 GCancellable       *cancellable,
                 SpiceMainChannel   *main,
                 GAsyncReadyCallback callback,
                 gpointer            data)
{
  g_autoptr (GTask) task = g_task_new (audio, cancellable, callback, data);

  g_task_return_boolean (task, FALSE);
}

static gboolean
no_volume_finish (SpiceAudio   *audio,
                  GAsyncResult *result,
                  gboolean     *muted,
                  guint8       *n_channels,
                  guint16     **volume,
                  GError      **error)
{
  if (volume != NULL)
    *volume = NULL;
  return g_task_propagate_boolean (G_TASK (result), error);
}

static void
prepare_cb (AvbSpiceSession *session, SpiceSession *spice, AvbConsoleAudio *self)
{
  /* A guest's agent that offers to keep volumes alike makes the library get one by itself, and open
   * the microphone to look how loud it is. So it has one, which does neither, and hears of no
   * channel. */
  SpiceAudio *audio = spice_audio_get (spice, NULL);

  if (audio != NULL)
    {
      SpiceAudioClass *klass = SPICE_AUDIO_GET_CLASS (audio);

      klass->get_playback_volume_info_async = no_volume_async;
      klass->get_playback_volume_info_finish = no_volume_finish;
      klass->get_record_volume_info_async = no_volume_async;
      klass->get_record_volume_info_finish = no_volume_finish;
      g_signal_handlers_disconnect_by_data (spice, audio);
    }
  g_object_set (spice, "enable-audio", TRUE, NULL);
}

/* The guest's sound. */

static void
update_volume (AvbConsoleAudio *self)
{
  gboolean muted;
  int      volume;

  if (self->output == NULL)
    return;
  g_object_get (self->settings, "muted", &muted, "volume", &volume, NULL);
  avb_audio_stream_set_volume (
      self->output, self->guest_volume * volume / 100.0, muted || self->guest_muted);
}

static void
guest_volume_cb (SpiceChannel *channel, GParamSpec *pspec, AvbConsoleAudio *self)
{
  guint16 *volume = NULL;
  guint    n_channels = 0;
  guint    loudest = 0;

  g_object_get (
      channel, "volume", &volume, "nchannels", &n_channels, "mute", &self->guest_muted, NULL);
  for (guint i = 0; volume != NULL && i < n_channels; i++)
    loudest = MAX (loudest, volume[i]);
  self->guest_volume = volume != NULL && n_channels > 0 ? loudest / FULL_VOLUME : 1;
  update_volume (self);
}

static void
set_playing (AvbConsoleAudio *self, gboolean playing)
{
  if (self->playing == playing)
    return;
  self->playing = playing;
  if (self->output != NULL)
    avb_audio_stream_set_running (self->output, playing);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_PLAYING]);
}

static void
playback_start_cb (
    SpiceChannel *channel, int format, int channels, int rate, AvbConsoleAudio *self)
{
  set_playing (self, FALSE);
  if (self->output == NULL || avb_audio_stream_get_rate (self->output) != rate
      || avb_audio_stream_get_channels (self->output) != channels)
    {
      g_clear_object (&self->output);
      if (format == SPICE_AUDIO_FMT_S16)
        self->output = avb_audio_stream_new (AVB_AUDIO_OUT, rate, channels);
      if (self->output == NULL)
        {
          set_message (self, _ ("The guest’s sound is of a kind that can’t be played."));
          return;
        }
      g_signal_connect_object (self->output, "failed", G_CALLBACK (failed_cb), self, 0);
      update_volume (self);
    }
  set_message (self, NULL);
  set_playing (self, TRUE);
}

static void
playback_data_cb (SpiceChannel *channel, gpointer data, int size, AvbConsoleAudio *self)
{
  if (self->playing && size > 0)
    avb_audio_stream_push (self->output, data, size);
}

static void
playback_stop_cb (SpiceChannel *channel, AvbConsoleAudio *self)
{
  set_playing (self, FALSE);
}

static void
take_playback (AvbConsoleAudio *self, SpiceChannel *channel)
{
  self->playback = g_object_ref (channel);
  g_signal_connect (channel, "playback-start", G_CALLBACK (playback_start_cb), self);
  g_signal_connect (channel, "playback-data", G_CALLBACK (playback_data_cb), self);
  g_signal_connect (channel, "playback-stop", G_CALLBACK (playback_stop_cb), self);
  g_signal_connect (channel, "notify::volume", G_CALLBACK (guest_volume_cb), self);
  g_signal_connect (channel, "notify::mute", G_CALLBACK (guest_volume_cb), self);
  self->guest_volume = 1;
  self->guest_muted = FALSE;
  avb_spice_session_take_channel (self->session, channel);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_PLAY]);
}

/* The microphone. */

static void
flushed_cb (GObject *channel, GAsyncResult *result, gpointer data)
{
  g_autoptr (AvbConsoleAudio) self = data;

  spice_channel_flush_finish (SPICE_CHANNEL (channel), result, NULL);
  if (self->record != SPICE_CHANNEL (channel))
    return;
  self->flushing = FALSE;
  self->unsent = 0;
}

static void
heard_cb (AvbAudioStream *stream, GBytes *bytes, AvbConsoleAudio *self)
{
  gsize         size;
  gconstpointer data = g_bytes_get_data (bytes, &size);

  if (self->record == NULL || stream != self->input || self->unsent + size > MAX_UNSENT)
    return;
  self->unsent += size;
  /* Copied; that it takes no const is its mistake. */
  spice_record_channel_send_data (
      SPICE_RECORD_CHANNEL (self->record), (gpointer) data, size, 0);
  if (self->flushing)
    return;
  self->flushing = TRUE;
  spice_channel_flush_async (self->record, NULL, flushed_cb, g_object_ref (self));
}

/* Opens or closes the microphone as it should be now. */
static void
update_input (AvbConsoleAudio *self)
{
  gboolean open = self->record_rate != 0 && self->microphone == AVB_MICROPHONE_ALLOWED;

  if (open == (self->input != NULL))
    return;
  if (open)
    {
      self->input
          = avb_audio_stream_new (AVB_AUDIO_IN, self->record_rate, self->record_channels);
      g_signal_connect_object (self->input, "data", G_CALLBACK (heard_cb), self, 0);
      g_signal_connect_object (self->input, "failed", G_CALLBACK (failed_cb), self, 0);
      avb_audio_stream_set_running (self->input, TRUE);
    }
  else
    g_clear_object (&self->input);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RECORDING]);
}

static void
set_wanted (AvbConsoleAudio *self, int rate, int channels)
{
  gboolean wanted = self->record_rate != 0;

  self->record_rate = 0;
  update_input (self);
  self->record_rate = rate;
  self->record_channels = channels;
  if (wanted != (rate != 0))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_WANTS_MICROPHONE]);
  update_input (self);
  if (rate == 0 || self->microphone != AVB_MICROPHONE_ASK || self->asked)
    return;
  self->asked = TRUE;
  g_signal_emit (self, signals[ASK_MICROPHONE], 0);
}

static void
record_start_cb (
    SpiceChannel *channel, int format, int channels, int rate, AvbConsoleAudio *self)
{
  if (format != SPICE_AUDIO_FMT_S16 || rate < AVB_AUDIO_MIN_RATE || rate > AVB_AUDIO_MAX_RATE
      || channels < 1 || channels > AVB_AUDIO_MAX_CHANNELS)
    {
      set_wanted (self, 0, 0);
      set_message (self, _ ("The guest asks for sound of a kind that can’t be recorded."));
      return;
    }
  set_wanted (self, rate, channels);
}

static void
record_stop_cb (SpiceChannel *channel, AvbConsoleAudio *self)
{
  set_wanted (self, 0, 0);
}

static void
take_record (AvbConsoleAudio *self, SpiceChannel *channel)
{
  self->record = g_object_ref (channel);
  self->unsent = 0;
  self->flushing = FALSE;
  g_signal_connect (channel, "record-start", G_CALLBACK (record_start_cb), self);
  g_signal_connect (channel, "record-stop", G_CALLBACK (record_stop_cb), self);
  /* It says when the guest wants to hear something; that it does is up to us. */
  avb_spice_session_take_channel (self->session, channel);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_RECORD]);
}

static void
channel_cb (AvbSpiceSession *session, SpiceChannel *channel, AvbConsoleAudio *self)
{
  if (SPICE_IS_PLAYBACK_CHANNEL (channel) && self->playback == NULL)
    take_playback (self, channel);
  else if (SPICE_IS_RECORD_CHANNEL (channel) && self->record == NULL)
    take_record (self, channel);
}

static void
ended_cb (AvbSpiceSession *session, AvbConsoleAudio *self)
{
  set_playing (self, FALSE);
  set_wanted (self, 0, 0);
  g_clear_object (&self->output);
  set_message (self, NULL);
  if (self->playback != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->playback, self);
      g_clear_object (&self->playback);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_PLAY]);
    }
  if (self->record != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->record, self);
      g_clear_object (&self->record);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAN_RECORD]);
    }
}

/* Consent is for one run of the machine. */
static void
machine_cb (AvbMachine *machine, GParamSpec *pspec, AvbConsoleAudio *self)
{
  if (avb_machine_has_console (machine) || !avb_machine_get_available (machine))
    return;
  avb_console_audio_set_microphone (self, AVB_MICROPHONE_ASK);
  self->asked = FALSE;
}

static void
avb_console_audio_dispose (GObject *object)
{
  AvbConsoleAudio *self = AVB_CONSOLE_AUDIO (object);

  g_clear_weak_pointer (&self->session);
  ended_cb (NULL, self);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (avb_console_audio_parent_class)->dispose (object);
}

static void
avb_console_audio_finalize (GObject *object)
{
  g_free (AVB_CONSOLE_AUDIO (object)->message);
  G_OBJECT_CLASS (avb_console_audio_parent_class)->finalize (object);
}

static void
avb_console_audio_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbConsoleAudio *self = AVB_CONSOLE_AUDIO (object);

  switch (id)
    {
    case PROP_PLAYING:
      g_value_set_boolean (value, self->playing);
      break;
    case PROP_CAN_PLAY:
      g_value_set_boolean (value, self->playback != NULL);
      break;
    case PROP_CAN_RECORD:
      g_value_set_boolean (value, self->record != NULL);
      break;
    case PROP_WANTS_MICROPHONE:
      g_value_set_boolean (value, self->record_rate != 0);
      break;
    case PROP_MICROPHONE:
      g_value_set_enum (value, self->microphone);
      break;
    case PROP_RECORDING:
      g_value_set_boolean (value, self->input != NULL);
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, self->message);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_console_audio_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_MICROPHONE:
      avb_console_audio_set_microphone (AVB_CONSOLE_AUDIO (object), g_value_get_enum (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_console_audio_class_init (AvbConsoleAudioClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags ro = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = avb_console_audio_dispose;
  object_class->finalize = avb_console_audio_finalize;
  object_class->get_property = avb_console_audio_get_property;
  object_class->set_property = avb_console_audio_set_property;

  properties[PROP_PLAYING] = g_param_spec_boolean ("playing", NULL, NULL, FALSE, ro);
  properties[PROP_CAN_PLAY] = g_param_spec_boolean ("can-play", NULL, NULL, FALSE, ro);
  properties[PROP_CAN_RECORD] = g_param_spec_boolean ("can-record", NULL, NULL, FALSE, ro);
  properties[PROP_WANTS_MICROPHONE]
      = g_param_spec_boolean ("wants-microphone", NULL, NULL, FALSE, ro);
  properties[PROP_MICROPHONE] = g_param_spec_enum ("microphone",
                                                   NULL,
                                                   NULL,
                                                   AVB_TYPE_MICROPHONE,
                                                   AVB_MICROPHONE_ASK,
                                                   ro | G_PARAM_WRITABLE);
  properties[PROP_RECORDING] = g_param_spec_boolean ("recording", NULL, NULL, FALSE, ro);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, ro);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  signals[ASK_MICROPHONE] = g_signal_new ("ask-microphone",
                                          G_TYPE_FROM_CLASS (klass),
                                          G_SIGNAL_RUN_LAST,
                                          0,
                                          NULL,
                                          NULL,
                                          NULL,
                                          G_TYPE_NONE,
                                          0);
}

static void
avb_console_audio_init (AvbConsoleAudio *self)
{
  self->guest_volume = 1;
}

AvbConsoleAudio *
avb_console_audio_for_session (AvbSpiceSession *session)
{
  AvbConsoleAudio *self;

  g_return_val_if_fail (AVB_IS_SPICE_SESSION (session), NULL);

  self = g_object_get_data (G_OBJECT (session), AUDIO_KEY);
  if (self != NULL)
    return self;
  self = g_object_new (AVB_TYPE_CONSOLE_AUDIO, NULL);
  g_set_weak_pointer (&self->session, session);
  self->settings
      = avb_console_settings_for_machine (avb_console_session_get_machine (AVB_CONSOLE_SESSION (session)));
  g_signal_connect_object (
      self->settings, "notify::muted", G_CALLBACK (update_volume), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (
      self->settings, "notify::volume", G_CALLBACK (update_volume), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (avb_console_session_get_machine (AVB_CONSOLE_SESSION (session)),
                           "notify::has-console",
                           G_CALLBACK (machine_cb),
                           self,
                           0);
  g_signal_connect_object (session, "prepare", G_CALLBACK (prepare_cb), self, 0);
  g_signal_connect_object (session, "channel", G_CALLBACK (channel_cb), self, 0);
  g_signal_connect_object (session, "ended", G_CALLBACK (ended_cb), self, 0);
  g_object_set_data_full (G_OBJECT (session), AUDIO_KEY, self, g_object_unref);
  if (avb_spice_session_get_spice (session) != NULL)
    {
      g_autoptr (GList) channels
          = spice_session_get_channels (avb_spice_session_get_spice (session));

      /* Begun, but nothing has been offered yet. */
      prepare_cb (session, avb_spice_session_get_spice (session), self);
      for (GList *l = channels; l != NULL; l = l->next)
        channel_cb (session, l->data, self);
    }
  return self;
}

gboolean
avb_console_audio_get_can_play (AvbConsoleAudio *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_AUDIO (self), FALSE);
  return self->playback != NULL;
}

gboolean
avb_console_audio_get_can_record (AvbConsoleAudio *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_AUDIO (self), FALSE);
  return self->record != NULL;
}

gboolean
avb_console_audio_get_wants_microphone (AvbConsoleAudio *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_AUDIO (self), FALSE);
  return self->record_rate != 0;
}

AvbMicrophone
avb_console_audio_get_microphone (AvbConsoleAudio *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_AUDIO (self), AVB_MICROPHONE_REFUSED);
  return self->microphone;
}

void
avb_console_audio_set_microphone (AvbConsoleAudio *self, AvbMicrophone microphone)
{
  g_return_if_fail (AVB_IS_CONSOLE_AUDIO (self));

  if (self->microphone == microphone)
    return;
  self->microphone = microphone;
  update_input (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MICROPHONE]);
}

gboolean
avb_console_audio_get_recording (AvbConsoleAudio *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_AUDIO (self), FALSE);
  return self->input != NULL;
}

const char *
avb_console_audio_get_message (AvbConsoleAudio *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_AUDIO (self), NULL);
  return self->message;
}

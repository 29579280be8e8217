/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* What a stream may be like; anything else of a guest is refused. */
#define AVB_AUDIO_MAX_CHANNELS 2
#define AVB_AUDIO_MIN_RATE 1000
#define AVB_AUDIO_MAX_RATE 192000

typedef enum {
  AVB_AUDIO_OUT,
  AVB_AUDIO_IN,
} AvbAudioDirection;

/**
 * AvbAudioStream:
 *
 * Sound to this computer's loudspeakers or from its microphone: 16-bit samples, little-endian,
 * channels interleaved. It does not run before avb_audio_stream_set_running(); what the system's sound
 * server takes to answer never holds up the caller. Main thread.
 *
 * Signals: `data` (#GBytes): a piece of what the microphone hears. `failed` (string, translated): it
 * stopped and does not go on by itself.
 */
#define AVB_TYPE_AUDIO_STREAM (avb_audio_stream_get_type ())
G_DECLARE_FINAL_TYPE (AvbAudioStream, avb_audio_stream, AVB, AUDIO_STREAM, GObject)

/**
 * avb_audio_stream_new:
 * @rate: samples a second, %AVB_AUDIO_MIN_RATE…%AVB_AUDIO_MAX_RATE
 * @channels: 1…%AVB_AUDIO_MAX_CHANNELS
 *
 * Returns: (transfer full) (nullable): %NULL if @rate or @channels is out of range
 */
AvbAudioStream *avb_audio_stream_new (AvbAudioDirection direction, int rate, int channels);

int  avb_audio_stream_get_rate     (AvbAudioStream *self);
int  avb_audio_stream_get_channels (AvbAudioStream *self);

void avb_audio_stream_set_running (AvbAudioStream *self, gboolean running);
/* @volume: 0…1, as an ear hears it */
void avb_audio_stream_set_volume  (AvbAudioStream *self, double volume, gboolean muted);

/* For %AVB_AUDIO_OUT: copies @size bytes. When the loudspeakers do not keep up, the oldest sound
 * that waits is dropped. */
void avb_audio_stream_push (AvbAudioStream *self, gconstpointer data, gsize size);

G_END_DECLS

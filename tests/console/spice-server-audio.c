/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/console/spice-server-audio.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define RATE 48000
#define LOUD 16000

static SpicePlaybackInterface playback_interface = {
  .base.type = SPICE_INTERFACE_PLAYBACK,
  .base.description = "test playback",
  .base.major_version = SPICE_INTERFACE_PLAYBACK_MAJOR,
  .base.minor_version = SPICE_INTERFACE_PLAYBACK_MINOR,
};
static SpiceRecordInterface record_interface = {
  .base.type = SPICE_INTERFACE_RECORD,
  .base.description = "test record",
  .base.major_version = SPICE_INTERFACE_RECORD_MAJOR,
  .base.minor_version = SPICE_INTERFACE_RECORD_MINOR,
};
static SpicePlaybackInstance playback = { .base.sif = &playback_interface.base };
static SpiceRecordInstance   record = { .base.sif = &record_interface.base };

static int    play_hz;
static guint  play_source;
static gint64 play_start;
static gint64 played; /* samples */

static guint record_source;
static int   heard;
static int   crossings;
static int   loudest;
static int   last;

/* As much as has become due. */
static gboolean
play_cb (gpointer data)
{
  gint64 due = (g_get_monotonic_time () - play_start) * RATE / G_USEC_PER_SEC;

  while (played < due)
    {
      uint32_t *samples = NULL;
      uint32_t  n = 0;

      spice_server_playback_get_buffer (&playback, &samples, &n);
      if (samples == NULL)
        {
          /* No client, or it is behind. */
          played = due;
          break;
        }
      for (uint32_t i = 0; i < n; i++)
        {
          double   phase = 2 * G_PI * play_hz * (double) (played + i) / RATE;
          uint16_t value = (uint16_t) (int16_t) (LOUD * sin (phase));

          samples[i] = (uint32_t) value << 16 | value;
        }
      spice_server_playback_put_samples (&playback, samples);
      played += n;
    }
  return G_SOURCE_CONTINUE;
}

static gboolean
record_cb (gpointer data)
{
  uint32_t samples[RATE / 10];
  uint32_t n = spice_server_record_get_samples (&record, samples, G_N_ELEMENTS (samples));

  for (uint32_t i = 0; i < n; i++)
    {
      int value = (int16_t) (samples[i] & 0xffff);

      loudest = MAX (loudest, ABS (value));
      if (last < 0 && value >= 0)
        crossings++;
      last = value;
    }
  heard += (int) n;
  if (heard < RATE / 2)
    return G_SOURCE_CONTINUE;
  printf ("heard %d %d\n", (int) ((gint64) crossings * RATE / heard), loudest);
  fflush (stdout);
  heard = crossings = loudest = 0;
  return G_SOURCE_CONTINUE;
}

void
server_audio_add (SpiceServer *server)
{
  spice_server_add_interface (server, &playback.base);
  spice_server_add_interface (server, &record.base);
  spice_server_set_playback_rate (&playback, RATE);
  spice_server_set_record_rate (&record, RATE);
}

gboolean
server_audio_execute (const char *line)
{
  int a;

  if (sscanf (line, "play %d", &a) == 1)
    {
      play_hz = a;
      play_start = g_get_monotonic_time ();
      played = 0;
      spice_server_playback_start (&playback);
      if (play_source == 0)
        play_source = g_timeout_add (10, play_cb, NULL);
    }
  else if (strcmp (line, "play-stop") == 0)
    {
      g_clear_handle_id (&play_source, g_source_remove);
      spice_server_playback_stop (&playback);
    }
  else if (sscanf (line, "guest-volume %d", &a) == 1)
    {
      uint16_t volume[2] = { (uint16_t) a, (uint16_t) a };

      spice_server_playback_set_volume (&playback, 2, volume);
    }
  else if (sscanf (line, "guest-mute %d", &a) == 1)
    spice_server_playback_set_mute (&playback, a != 0);
  else if (strcmp (line, "record") == 0)
    {
      spice_server_record_start (&record);
      if (record_source == 0)
        record_source = g_timeout_add (20, record_cb, NULL);
    }
  else if (strcmp (line, "record-stop") == 0)
    {
      g_clear_handle_id (&record_source, g_source_remove);
      spice_server_record_stop (&record);
    }
  else
    return FALSE;
  return TRUE;
}

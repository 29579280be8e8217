/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What a guest plays is heard from a real sound server, and what the microphone hears reaches the
 * guest after consent. Loudspeakers and microphone are null sinks of a PulseAudio of our own. */

#include "config.h"

#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <spice/vd_agent.h>

#include "tests/avb-test.h"
#include "tests/console/console-rig.h"
#include "ui/console/avb-console-audio.h"
#include "ui/console/avb-console-settings.h"

#define RATE 48000

typedef struct {
  RigServer          *server;
  AvbMachine         *machine;
  AvbSpiceSession    *session;
  AvbConsoleAudio    *audio;
  AvbConsoleSettings *settings;
  GstElement         *ear; /* hears the loudspeakers */
  GstElement         *ear_sink;
  int                 hz; /* of the last tenth of a second */
  int                 level;
  int                 asked;
} Rig;

static char        *pulse_directory;
static GSubprocess *pulse;

static gboolean
pulse_answers (gpointer data)
{
  g_autofree char *socket = g_build_filename (pulse_directory, "native", NULL);

  return g_file_test (socket, G_FILE_TEST_EXISTS);
}

static void
start_pulse (void)
{
  g_autofree char *listen = NULL;
  g_autofree char *address = NULL;
  g_autoptr (GError) error = NULL;

  pulse_directory = g_dir_make_tmp ("avb-pulse-XXXXXX", &error);
  g_assert_no_error (error);
  listen = g_strdup_printf (
      "--load=module-native-protocol-unix auth-anonymous=1 socket=%s/native", pulse_directory);
  address = g_strdup_printf ("unix:%s/native", pulse_directory);
  g_setenv ("PULSE_SERVER", address, TRUE);
  g_setenv ("PULSE_RUNTIME_PATH", pulse_directory, TRUE);
  g_setenv ("PULSE_STATE_PATH", pulse_directory, TRUE);
  /* The first sink is the default one, and its monitor would be the default source. */
  pulse = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE, /* it has no system bus */
                            &error,
                            "pulseaudio",
                            "-n",
                            "--daemonize=no",
                            "--use-pid-file=no",
                            "--exit-idle-time=-1",
                            "--disable-shm=yes",
                            "--log-level=error",
                            "--load=module-null-sink sink_name=out",
                            "--load=module-null-sink sink_name=mic",
                            "--load=module-remap-source master=mic.monitor source_name=voice",
                            listen,
                            NULL);
  g_assert_no_error (error);
  g_setenv ("PULSE_SINK", "out", TRUE);
  g_setenv ("PULSE_SOURCE", "voice", TRUE);
  rig_wait (pulse_answers, NULL, "the sound server starts");
}

static void
stop_pulse (void)
{
  g_subprocess_force_exit (pulse);
  g_subprocess_wait (pulse, NULL, NULL);
  g_clear_object (&pulse);
  g_clear_pointer (&pulse_directory, g_free);
}

static GstElement *
launch (const char *description)
{
  g_autoptr (GError) error = NULL;
  GstElement *element = gst_parse_launch (description, &error);

  g_assert_no_error (error);
  g_assert_cmpint (
      gst_element_set_state (element, GST_STATE_PLAYING), !=, GST_STATE_CHANGE_FAILURE);
  return element;
}

static void
quit (GstElement **element)
{
  gst_element_set_state (*element, GST_STATE_NULL);
  gst_clear_object (element);
}

/* Listens to the last tenth of a second. */
static void
listen (Rig *rig)
{
  GstSample *sample;

  while ((sample = gst_app_sink_try_pull_sample (GST_APP_SINK (rig->ear_sink), 0)) != NULL)
    {
      static int   n, crossings, loudest, last;
      GstBuffer   *buffer = gst_sample_get_buffer (sample);
      GstMapInfo   map;
      const gint16 *values;

      g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
      values = (const gint16 *) (gpointer) map.data;
      for (gsize i = 0; i < map.size / 2; i++)
        {
          crossings += last < 0 && values[i] >= 0;
          loudest = MAX (loudest, ABS (values[i]));
          last = values[i];
          if (++n < RATE / 10)
            continue;
          rig->hz = crossings * 10;
          rig->level = loudest;
          n = crossings = loudest = 0;
        }
      gst_buffer_unmap (buffer, &map);
      gst_sample_unref (sample);
    }
}

typedef struct {
  Rig *rig;
  int  hz; /* 0: silence */
  int  least;
  int  most;
} Sound;

static gboolean
is_heard (gpointer data)
{
  Sound *sound = data;

  listen (sound->rig);
  if (sound->hz == 0)
    return sound->rig->level == 0;
  return ABS (sound->rig->hz - sound->hz) <= 10 && sound->rig->level >= sound->least
         && sound->rig->level <= sound->most;
}

static void
wait_heard (Rig *rig, int hz, int least, int most)
{
  Sound            sound = { rig, hz, least, most };
  g_autofree char *what = g_strdup_printf ("%d Hz of %d to %d are heard", hz, least, most);

  rig->hz = rig->level = -1;
  rig_wait (is_heard, &sound, what);
}

static void
ask_cb (AvbConsoleAudio *audio, Rig *rig)
{
  rig->asked++;
}

static gboolean
can_do_both (gpointer audio)
{
  return avb_console_audio_get_can_play (audio) && avb_console_audio_get_can_record (audio);
}

static gboolean
is_connected (gpointer session)
{
  return avb_console_session_get_status (AVB_CONSOLE_SESSION (session)) == AVB_CONSOLE_CONNECTED;
}

static void
set_up (Rig *rig, gconstpointer data)
{
  rig->server = rig_server_new ();
  rig->machine = rig_machine_new (rig_server_get_socket (rig->server));
  rig->session = AVB_SPICE_SESSION (avb_console_session_hold (rig->machine));
  rig->audio = avb_console_audio_for_session (rig->session);
  rig->settings = avb_console_settings_for_machine (rig->machine);
  g_signal_connect (rig->audio, "ask-microphone", G_CALLBACK (ask_cb), rig);
  rig->ear = launch ("pulsesrc device=out.monitor ! audioconvert ! audioresample ! appsink name=sink "
                     "sync=false caps=audio/x-raw,format=S16LE,rate=48000,channels=1");
  rig->ear_sink = gst_bin_get_by_name (GST_BIN (rig->ear), "sink");
  rig_machine_set_running (rig->machine, TRUE);
  rig_wait (is_connected, rig->session, "the display is shown");
  rig_wait (can_do_both, rig->audio, "the sound’s channels are there");
}

static void
tear_down (Rig *rig, gconstpointer data)
{
  gst_clear_object (&rig->ear_sink);
  quit (&rig->ear);
  g_clear_object (&rig->settings);
  avb_console_session_release (AVB_CONSOLE_SESSION (rig->session));
  rig_server_free (rig->server);
  g_assert_finalize_object (rig->machine);
}

static void
test_plays (Rig *rig, gconstpointer data)
{
  rig_server_command (rig->server, "play 440");
  wait_heard (rig, 440, 14000, 18000);
  rig_server_command (rig->server, "play-stop");
  wait_heard (rig, 0, 0, 0);
  rig_server_command (rig->server, "play 880");
  wait_heard (rig, 880, 14000, 18000);
  g_assert_null (avb_console_audio_get_message (rig->audio));
}

static void
test_volume (Rig *rig, gconstpointer data)
{
  rig_server_command (rig->server, "play 440");
  wait_heard (rig, 440, 14000, 18000);
  g_object_set (rig->settings, "muted", TRUE, NULL);
  wait_heard (rig, 0, 0, 0);
  g_object_set (rig->settings, "muted", FALSE, NULL);
  wait_heard (rig, 440, 14000, 18000);
  /* Half for the ear is an eighth in numbers. */
  g_object_set (rig->settings, "volume", 50, NULL);
  wait_heard (rig, 440, 1500, 2500);
  /* The guest's own mixer counts too. */
  g_object_set (rig->settings, "volume", 100, NULL);
  rig_server_command (rig->server, "guest-volume 32767");
  wait_heard (rig, 440, 1500, 2500);
  rig_server_command (rig->server, "guest-mute 1");
  wait_heard (rig, 0, 0, 0);
}

static gboolean
guest_hears_voice (gpointer data)
{
  Rig             *rig = data;
  g_autofree char *events = rig_server_events (rig->server, "heard");
  g_auto (GStrv) parts = g_strsplit (events, "; ", -1);
  guint            n = g_strv_length (parts);
  int              hz, level;

  return n > 0 && sscanf (parts[n - 1], "heard %d %d", &hz, &level) == 2 && ABS (hz - 700) <= 20
         && level > 1000;
}

static gboolean
is_wanted (gpointer audio)
{
  return avb_console_audio_get_wants_microphone (audio);
}

static gboolean
is_not_wanted (gpointer audio)
{
  return !avb_console_audio_get_wants_microphone (audio);
}

static gboolean
looked_often (gpointer data)
{
  return ++*(int *) data > 50;
}

static void
test_microphone (Rig *rig, gconstpointer data)
{
  GstElement      *voice = launch ("audiotestsrc freq=700 is-live=true ! pulsesink device=mic");
  g_autofree char *events = NULL;
  int              looks = 0;

  /* The guest wants it, and hears nothing before somebody agrees. */
  rig_server_command (rig->server, "record");
  rig_wait (is_wanted, rig->audio, "the guest records");
  g_assert_cmpint (rig->asked, ==, 1);
  g_assert_false (avb_console_audio_get_recording (rig->audio));
  rig_wait (looked_often, &looks, "it would hear something");
  events = rig_server_events (rig->server, "heard");
  g_assert_cmpstr (events, ==, "");

  avb_console_audio_set_microphone (rig->audio, AVB_MICROPHONE_ALLOWED);
  g_assert_true (avb_console_audio_get_recording (rig->audio));
  rig_wait (guest_hears_voice, rig, "the guest hears the microphone");

  /* Taken back. */
  avb_console_audio_set_microphone (rig->audio, AVB_MICROPHONE_REFUSED);
  g_assert_false (avb_console_audio_get_recording (rig->audio));

  /* And given again: once is asked, no more. */
  rig_server_command (rig->server, "record-stop");
  rig_wait (is_not_wanted, rig->audio, "the guest records no more");
  rig_server_command (rig->server, "record");
  rig_wait (is_wanted, rig->audio, "the guest records again");
  g_assert_false (avb_console_audio_get_recording (rig->audio));
  rig_server_forget (rig->server);
  avb_console_audio_set_microphone (rig->audio, AVB_MICROPHONE_ALLOWED);
  rig_wait (guest_hears_voice, rig, "the guest hears the microphone again");
  g_assert_cmpint (rig->asked, ==, 1);

  /* Another run of the machine is another matter. */
  rig_machine_set_running (rig->machine, FALSE);
  g_assert_false (avb_console_audio_get_recording (rig->audio));
  g_assert_cmpint (
      avb_console_audio_get_microphone (rig->audio), ==, AVB_MICROPHONE_ASK);
  quit (&voice);
}

static gboolean
agent_is_there (gpointer session)
{
  return avb_console_session_get_agent_connected (AVB_CONSOLE_SESSION (session));
}

/* An agent that offers to keep the volumes alike must not get the microphone opened. */
static void
test_agent (Rig *rig, gconstpointer data)
{
  g_autofree char *events = NULL;
  int              looks = 0;

  rig_server_command (rig->server, "agent on %d", VD_AGENT_CAP_AUDIO_VOLUME_SYNC);
  rig_wait (agent_is_there, rig->session, "the agent is there");
  rig_wait (looked_often, &looks, "the library would have answered");
  events = rig_server_events (rig->server, "agent-volume");
  g_assert_cmpstr (events, ==, "");
}

static SpiceChannel *
find_channel (Rig *rig, GType type)
{
  g_autoptr (GList) channels
      = spice_session_get_channels (avb_spice_session_get_spice (rig->session));

  for (GList *l = channels; l != NULL; l = l->next)
    if (G_TYPE_CHECK_INSTANCE_TYPE (l->data, type))
      return l->data;
  g_assert_not_reached ();
}

/* Sound as no honest server describes it. */
static void
test_hostile (Rig *rig, gconstpointer data)
{
  static const int shapes[][3] = {
    { SPICE_AUDIO_FMT_S16, 0, 48000 },        { SPICE_AUDIO_FMT_S16, -1, 48000 },
    { SPICE_AUDIO_FMT_S16, G_MAXINT, 48000 }, { SPICE_AUDIO_FMT_S16, 2, 0 },
    { SPICE_AUDIO_FMT_S16, 2, G_MININT },     { SPICE_AUDIO_FMT_S16, 2, G_MAXINT },
    { SPICE_AUDIO_FMT_INVALID, 2, 48000 },    { 77, 2, 48000 },
  };
  SpiceChannel *playback = find_channel (rig, SPICE_TYPE_PLAYBACK_CHANNEL);
  SpiceChannel *record = find_channel (rig, SPICE_TYPE_RECORD_CHANNEL);
  gint16        samples[2] = { 0, 0 };
  gboolean      playing;

  avb_console_audio_set_microphone (rig->audio, AVB_MICROPHONE_ALLOWED);
  for (guint i = 0; i < G_N_ELEMENTS (shapes); i++)
    {
      g_signal_emit_by_name (
          playback, "playback-start", shapes[i][0], shapes[i][1], shapes[i][2]);
      g_signal_emit_by_name (playback, "playback-data", samples, 4);
      g_object_get (rig->audio, "playing", &playing, NULL);
      g_assert_false (playing);
      g_assert_nonnull (avb_console_audio_get_message (rig->audio));
      g_signal_emit_by_name (record, "record-start", shapes[i][0], shapes[i][1], shapes[i][2]);
      g_assert_false (avb_console_audio_get_recording (rig->audio));
    }
  g_signal_emit_by_name (playback, "playback-data", samples, 4);
  g_signal_emit_by_name (playback, "playback-stop");
  g_signal_emit_by_name (record, "record-stop");
  /* Begun a thousand times a second. */
  for (int i = 0; i < 1000; i++)
    {
      g_signal_emit_by_name (playback, "playback-start", SPICE_AUDIO_FMT_S16, 1 + i % 2, 48000);
      g_signal_emit_by_name (playback, "playback-data", samples, 4);
      g_signal_emit_by_name (record, "record-start", SPICE_AUDIO_FMT_S16, 1 + i % 2, 48000);
    }
  rig_server_command (rig->server, "play 440");
  wait_heard (rig, 440, 14000, 18000);
}

#define ADD(path, func) g_test_add (path, Rig, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  int result;

  gtk_disable_setlocale ();
  avb_test_init (&argc, &argv);
  gtk_init ();
  gst_init (NULL, NULL);
  start_pulse ();
  ADD ("/Avb/ConsoleAudio/plays", test_plays);
  ADD ("/Avb/ConsoleAudio/volume-and-mute", test_volume);
  ADD ("/Avb/ConsoleAudio/microphone-needs-consent", test_microphone);
  ADD ("/Avb/ConsoleAudio/agent-opens-no-microphone", test_agent);
  ADD ("/Avb/ConsoleAudio/hostile-formats", test_hostile);
  result = g_test_run ();
  stop_pulse ();
  return result;
}

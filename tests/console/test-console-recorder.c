/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Films of the guest's screen, as a player decodes them. */

#include "config.h"

#include <gst/app/gstappsink.h>
#include <gst/gst.h>
#include <signal.h>
#include <sys/resource.h>

#include "backends/avb-error.h"
#include "tests/avb-test.h"
#include "tests/console/console-rig.h"
#include "ui/console/avb-console-recorder.h"
#include "ui/console/avb-film.h"

#define RED 0x00ff0000
#define GREEN 0x0000ff00
#define BLUE 0x000000ff

typedef struct {
  int     width;
  int     height;
  gint64  time; /* microseconds */
  GBytes *pixels; /* xRGB */
} Frame;

static void
frame_free (gpointer data)
{
  Frame *frame = data;

  g_bytes_unref (frame->pixels);
  g_free (frame);
}

/* (transfer full): all pictures of the film at @path */
static GPtrArray *
decode (const char *path)
{
  g_autofree char *description
      = g_strdup_printf ("filesrc location=%s ! matroskademux ! vp8dec ! videoconvert ! "
                         "appsink name=sink sync=false caps=video/x-raw,format=BGRx",
                         path);
  g_autoptr (GError) error = NULL;
  g_autoptr (GstElement) pipeline = gst_parse_launch (description, &error);
  g_autoptr (GstElement) sink = NULL;
  GPtrArray *frames = g_ptr_array_new_with_free_func (frame_free);
  GstSample *sample;

  g_assert_no_error (error);
  sink = gst_bin_get_by_name (GST_BIN (pipeline), "sink");
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  while ((sample = gst_app_sink_try_pull_sample (GST_APP_SINK (sink), 60 * GST_SECOND)) != NULL)
    {
      GstStructure *structure = gst_caps_get_structure (gst_sample_get_caps (sample), 0);
      GstBuffer    *buffer = gst_sample_get_buffer (sample);
      Frame        *frame = g_new0 (Frame, 1);
      GstMapInfo    map;

      gst_structure_get_int (structure, "width", &frame->width);
      gst_structure_get_int (structure, "height", &frame->height);
      frame->time = (gint64) (GST_BUFFER_PTS (buffer) / GST_USECOND);
      g_assert_true (gst_buffer_map (buffer, &map, GST_MAP_READ));
      frame->pixels = g_bytes_new (map.data, map.size);
      gst_buffer_unmap (buffer, &map);
      gst_sample_unref (sample);
      g_ptr_array_add (frames, frame);
    }
  g_assert_true (gst_app_sink_is_eos (GST_APP_SINK (sink)));
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return frames;
}

static gboolean
is_color (const Frame *frame, int x, int y, guint32 color)
{
  guint32 pixel = ((const guint32 *) g_bytes_get_data (frame->pixels, NULL))[y * frame->width + x];

  for (int shift = 0; shift < 24; shift += 8)
    if (ABS ((int) (pixel >> shift & 0xff) - (int) (color >> shift & 0xff)) > 24)
      return FALSE;
  return TRUE;
}

static GBytes *
solid (int width, int height, guint32 color)
{
  guint32 *pixels = g_new (guint32, width * height);

  for (int i = 0; i < width * height; i++)
    pixels[i] = color | 0xa5000000; /* that byte is garbage */
  return g_bytes_new_take (pixels, (gsize) width * height * 4);
}

static void
add (AvbFilm *film, int width, int height, guint32 color, gint64 time)
{
  g_autoptr (GBytes) pixels = solid (width, height, color);

  avb_film_add (film, pixels, width, height, time);
}

static AvbFilm *
open_film (const char *path, int width, int height)
{
  return avb_test_await_object (avb_film_open (path, width, height));
}

static DexFuture *
colors_fiber (gpointer data)
{
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "film.webm", NULL);
  g_autoptr (AvbFilm) film = open_film (path, 64, 48);
  g_autoptr (GPtrArray) frames = NULL;

  add (film, 64, 48, RED, 0);
  add (film, 64, 48, GREEN, 500000);
  /* Another size: fitted in, with borders. */
  add (film, 128, 48, BLUE, 1000000);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  avb_test_await (avb_film_close (film));
  frames = decode (path);
  g_assert_cmpuint (frames->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    {
      Frame *frame = frames->pdata[i];

      g_assert_cmpint (frame->width, ==, 64);
      g_assert_cmpint (frame->height, ==, 48);
      g_assert_cmpint (ABS (frame->time - (gint64) i * 500000), <, 20000);
      g_assert_true (is_color (frame, 32, 24, i == 0 ? RED : i == 1 ? GREEN : BLUE));
      g_assert_true (is_color (frame, 2, 2, i == 0 ? RED : i == 1 ? GREEN : 0));
    }
  avb_test_remove_folder (folder);
  return NULL;
}

/* A guest's smallest picture, one of odd size, and one that is larger than a film may be. */
static DexFuture *
sizes_fiber (gpointer data)
{
  static const struct {
    int width, height, film_width, film_height;
  } sizes[] = {
    { 1, 1, 16, 16 },
    { 33, 17, 32, 16 },
    { 8192, 16, 4096, 16 },
  };
  g_autofree char *folder = avb_test_make_folder ();

  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *path = g_build_filename (folder, "film.webm", NULL);
      g_autoptr (AvbFilm) film = open_film (path, sizes[i].width, sizes[i].height);
      g_autoptr (GPtrArray) frames = NULL;
      Frame *frame;

      add (film, sizes[i].width, sizes[i].height, RED, 0);
      avb_test_await (avb_film_close (film));
      frames = decode (path);
      g_assert_cmpuint (frames->len, ==, 1);
      frame = frames->pdata[0];
      g_assert_cmpint (frame->width, ==, sizes[i].film_width);
      g_assert_cmpint (frame->height, ==, sizes[i].film_height);
      g_assert_true (is_color (frame, frame->width / 2, frame->height / 2, RED));
    }
  avb_test_remove_folder (folder);
  return NULL;
}

static DexFuture *
nowhere_fiber (gpointer data)
{
  avb_test_await_error (
      avb_film_open ("/nowhere/film.webm", 64, 48), AVB_ERROR, AVB_ERROR_PERMISSION);
  return NULL;
}

static void
failed_cb (AvbFilm *film, GError *error, gboolean *failed)
{
  *failed = TRUE;
}

/* A disk that takes no more: what is there is kept, and it is said. */
static DexFuture *
full_fiber (gpointer data)
{
  g_autofree char *folder = avb_test_make_folder ();
  g_autofree char *path = g_build_filename (folder, "film.webm", NULL);
  g_autoptr (AvbFilm) film = open_film (path, 320, 240);
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  struct rlimit old, small = { 64 * 1024, RLIM_INFINITY };
  gboolean      failed = FALSE;

  g_signal_connect (film, "failed", G_CALLBACK (failed_cb), &failed);
  signal (SIGXFSZ, SIG_IGN);
  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &old), ==, 0);
  small.rlim_max = old.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &small), ==, 0);
  for (gint64 time = 0; !failed; time += 40000)
    {
      guint32 *noise = g_new (guint32, 320 * 240);
      g_autoptr (GBytes) pixels = NULL;

      for (int i = 0; i < 320 * 240; i++)
        noise[i] = g_rand_int (random);
      pixels = g_bytes_new_take (noise, 320 * 240 * 4);
      avb_film_add (film, pixels, 320, 240, time);
      avb_test_pass_time ();
    }
  avb_test_await_error (avb_film_close (film), AVB_ERROR, AVB_ERROR_FAILED);
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &old), ==, 0);
  g_assert_true (g_file_test (path, G_FILE_TEST_EXISTS));
  avb_test_remove_folder (folder);
  return NULL;
}

/* The recorder beside a real display. */

typedef struct {
  RigServer       *server;
  AvbMachine      *machine;
  AvbConsoleSession *session;
  AvbOperation    *operation;
  char            *folder;
  char            *path;
} Rig;

static gboolean
is_connected (gpointer session)
{
  return avb_console_session_get_status (AVB_CONSOLE_SESSION (session)) == AVB_CONSOLE_CONNECTED;
}

static void
set_up (Rig *rig, gconstpointer data)
{
  rig->folder = avb_test_make_folder ();
  rig->path = g_build_filename (rig->folder, "film.webm", NULL);
  rig->operation = avb_operation_new ("Recording");
  rig->server = rig_server_new ();
  rig->machine = rig_machine_new (rig_server_get_socket (rig->server));
  rig->session = avb_console_session_hold (rig->machine);
}

static void
tear_down (Rig *rig, gconstpointer data)
{
  if (rig->session != NULL)
    avb_console_session_release (rig->session);
  rig_server_free (rig->server);
  g_assert_finalize_object (rig->operation);
  g_assert_finalize_object (rig->machine);
  avb_test_remove_folder (rig->folder);
  g_free (rig->folder);
  g_free (rig->path);
}

static gboolean
has_ended (gpointer operation)
{
  return avb_operation_get_state (operation) != AVB_OPERATION_RUNNING;
}

static gboolean
has_time (gpointer operation)
{
  return g_strcmp0 (avb_operation_get_status (operation), "0:01") == 0;
}

static gboolean
is_no_more (gpointer pointer)
{
  return *(gpointer *) pointer == NULL;
}

static gboolean
has_channels (gpointer server)
{
  g_autofree char *events = rig_server_events (server, "connected");
  g_auto (GStrv) parts = g_strsplit (events, "; ", -1);

  return g_strv_length (parts) == 4;
}

static AvbConsoleRecorder *
start (Rig *rig)
{
  rig_machine_set_running (rig->machine, TRUE);
  rig_wait (is_connected, rig->session, "the display is shown");
  /* The library complains of channels that are cut off while they say hello. */
  rig_wait (has_channels, rig->server, "main, display, inputs and cursor are connected");
  return avb_console_recorder_start (rig->session, rig->path, rig->operation);
}

/* Until somebody stops it, also when nobody looks at the machine any more. */
static void
test_records (Rig *rig, gconstpointer data)
{
  AvbConsoleRecorder *recorder = start (rig);
  g_autoptr (GPtrArray) frames = NULL;
  Frame *last;

  g_assert_true (avb_console_recorder_of_session (rig->session) == recorder);
  avb_console_session_release (g_steal_pointer (&rig->session));
  rig_server_command (rig->server, "noise 0 0 640 480 1");
  rig_wait (has_time, rig->operation, "the recording lasts a second");
  rig_server_command (rig->server, "mode 320 240 32");
  avb_operation_cancel (rig->operation);
  rig_wait (has_ended, rig->operation, "the recording ends");
  g_assert_cmpint (avb_operation_get_state (rig->operation), ==, AVB_OPERATION_DONE);
  g_assert_false (avb_console_recorder_get_recording (recorder));
  g_object_add_weak_pointer (G_OBJECT (recorder), (gpointer *) &recorder);
  g_object_unref (recorder);
  rig_wait (is_no_more, &recorder, "the recorder is gone");

  frames = decode (rig->path);
  g_assert_cmpuint (frames->len, >=, 2);
  last = frames->pdata[frames->len - 1];
  g_assert_cmpint (last->width, ==, 640);
  g_assert_cmpint (last->height, ==, 480);
  g_assert_cmpint (last->time, >=, 900000);
}

/* The machine is switched off meanwhile. */
static void
test_machine_off (Rig *rig, gconstpointer data)
{
  g_autoptr (AvbConsoleRecorder) recorder = start (rig);
  g_autoptr (GPtrArray) frames = NULL;

  rig_machine_set_running (rig->machine, FALSE);
  rig_wait (has_ended, rig->operation, "the recording ends");
  g_assert_cmpint (avb_operation_get_state (rig->operation), ==, AVB_OPERATION_DONE);
  frames = decode (rig->path);
  g_assert_cmpuint (frames->len, >=, 1);
}

static void
test_no_picture (Rig *rig, gconstpointer data)
{
  g_autoptr (AvbConsoleRecorder) recorder
      = avb_console_recorder_start (rig->session, rig->path, rig->operation);

  rig_wait (has_ended, rig->operation, "the recording is refused");
  g_assert_cmpint (avb_operation_get_state (rig->operation), ==, AVB_OPERATION_FAILED);
  g_assert_false (g_file_test (rig->path, G_FILE_TEST_EXISTS));
}

#define ADD(path, func) g_test_add (path, Rig, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  gtk_disable_setlocale ();
  avb_test_init (&argc, &argv);
  gtk_init ();
  gst_init (NULL, NULL);
  avb_test_add_fiber ("/Avb/Film/colors", colors_fiber);
  avb_test_add_fiber ("/Avb/Film/sizes", sizes_fiber);
  avb_test_add_fiber ("/Avb/Film/nowhere", nowhere_fiber);
  avb_test_add_fiber ("/Avb/Film/full-disk", full_fiber);
  ADD ("/Avb/ConsoleRecorder/records", test_records);
  ADD ("/Avb/ConsoleRecorder/machine-off", test_machine_off);
  ADD ("/Avb/ConsoleRecorder/no-picture", test_no_picture);
  return g_test_run ();
}

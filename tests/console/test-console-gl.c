/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Guests whose host draws with OpenGL: a buffer is shown, and each frame is answered once. */

#include "config.h"

#include <drm_fourcc.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "backends/avb-error.h"
#include "tests/avb-test.h"
#include "tests/console/console-rig.h"
#include "ui/console/avb-scanout.h"

#define WIDTH 600
#define HEIGHT 480

typedef struct {
  RigServer  *server;
  AvbMachine *machine;
  AvbConsole *console;
  GtkWindow  *window;
} Rig;

static void
set_up (Rig *rig, gconstpointer data)
{
  GtkWidget *console = avb_console_new ();

  rig->server = rig_server_new ();
  rig->machine = rig_machine_new (rig_server_get_socket (rig->server));
  rig->console = AVB_CONSOLE (console);
  rig_set_display_mode (rig->machine, AVB_DISPLAY_EXACT);
  gtk_widget_set_halign (console, GTK_ALIGN_START);
  gtk_widget_set_valign (console, GTK_ALIGN_START);
  rig_server_command (rig->server, "mode %d %d 32", WIDTH, HEIGHT);
  rig_server_command (rig->server, "noise 0 0 %d %d 1", WIDTH, HEIGHT);
  avb_console_set_machine (rig->console, rig->machine);
  rig->window = rig_window_new (console, WIDTH, HEIGHT);
  /* On Wayland the pointer is part of the picture of the screen. */
  rig_move (WIDTH + 300, HEIGHT + 300);
  rig_machine_set_running (rig->machine, TRUE);
  rig_wait_status (rig->console, AVB_CONSOLE_CONNECTED);
  rig_wait_texture (rig->console, rig->server, WIDTH, HEIGHT);
  rig_server_forget (rig->server);
}

static void
tear_down (Rig *rig, gconstpointer data)
{
  gtk_window_destroy (rig->window);
  rig_server_free (rig->server);
  g_assert_finalize_object (rig->machine);
}

/* Frame after frame, upside down too, and back to surfaces. */
static void
test_shows (Rig *rig, gconstpointer data)
{
  rig_server_command (
      rig->server, "scanout %d %d %d XR24 1 2 %d", WIDTH, HEIGHT, WIDTH * 4, WIDTH * 4 * HEIGHT);
  rig_server_command (rig->server, "gl 3");
  rig_server_expect (rig->server, "gl-done", "gl-done 1; gl-done 2; gl-done 3");
  rig_wait_texture (rig->console, rig->server, WIDTH, HEIGHT);
  rig_wait_screen (rig->server, WIDTH, HEIGHT, 0, 0);

  /* Another size, a wider stride, alpha that means nothing, and the first row at the bottom. */
  rig_server_command (rig->server, "scanout 320 200 2048 AR24 0 3 %d", 2048 * 200);
  rig_server_command (rig->server, "gl 1");
  rig_wait_texture (rig->console, rig->server, 320, 200);
  rig_wait_screen (rig->server, 320, 200, 0, 0);
  g_assert_cmpint (avb_console_get_status (rig->console), ==, AVB_CONSOLE_CONNECTED);

  rig_server_command (rig->server, "mode 400 300 32");
  rig_server_command (rig->server, "noise 0 0 400 300 4");
  rig_wait_texture (rig->console, rig->server, 400, 300);
  rig_wait_screen (rig->server, 400, 300, 0, 0);
}

/* The last frame stays, in grey, when the connection goes; and the next one is shown again. */
static void
test_reconnects (Rig *rig, gconstpointer data)
{
  g_autoptr (GdkTexture) texture = NULL;

  rig_server_command (
      rig->server, "scanout %d %d %d XR24 1 2 %d", WIDTH, HEIGHT, WIDTH * 4, WIDTH * 4 * HEIGHT);
  rig_server_command (rig->server, "gl 1");
  rig_server_expect (rig->server, "gl-done", "gl-done 1");
  rig_server_kill (rig->server);
  rig_wait_status (rig->console, AVB_CONSOLE_LOST);
  texture = avb_console_dup_texture (rig->console);
  g_assert_nonnull (texture);
  rig_server_start (rig->server);
  rig_server_command (rig->server, "noise 0 0 640 480 5");
  rig_wait_status (rig->console, AVB_CONSOLE_CONNECTED);
  rig_wait_texture (rig->console, rig->server, 640, 480);
}

/* Nobody looks: then the guest need not wait. */
static void
test_unmapped (Rig *rig, gconstpointer data)
{
  gtk_widget_set_visible (GTK_WIDGET (rig->console), FALSE);
  rig_server_command (
      rig->server, "scanout %d %d %d XR24 1 2 %d", WIDTH, HEIGHT, WIDTH * 4, WIDTH * 4 * HEIGHT);
  rig_server_command (rig->server, "gl 5");
  rig_server_expect (
      rig->server, "gl-done", "gl-done 1; gl-done 2; gl-done 3; gl-done 4; gl-done 5");
  gtk_widget_set_visible (GTK_WIDGET (rig->console), TRUE);
  rig_wait_screen (rig->server, WIDTH, HEIGHT, 0, 0);
}

/* Buffers that are not what they are said to be: answered, and said to be so. */
static void
test_hostile (Rig *rig, gconstpointer data)
{
  static const char *const scanouts[] = {
    "0 480 2400 XR24 1 0 4096",
    "600 0 2400 XR24 1 0 4096",
    "4294967295 4294967295 4294967295 XR24 1 0 4096",
    "600 480 2400 XR24 1 0 1151999",
    "600 480 2396 XR24 1 0 4000000",
    "600 480 4294967292 XR24 1 0 4096",
    "600 480 2400 NV12 1 0 4000000",
    "600 480 2400 ???? 1 0 4000000",
  };
  GString *done = g_string_new ("gl-done 1");

  for (guint i = 0; i < G_N_ELEMENTS (scanouts); i++)
    {
      rig_server_command (rig->server, "scanout %s", scanouts[i]);
      rig_server_command (rig->server, "gl 1");
      if (i > 0)
        g_string_append_printf (done, "; gl-done %u", i + 1);
      rig_server_expect (rig->server, "gl-done", done->str);
      rig_wait_status (rig->console, AVB_CONSOLE_FAILED);
      g_assert_nonnull (avb_console_get_message (rig->console));
    }
  rig_server_command (
      rig->server, "scanout %d %d %d XR24 1 2 %d", WIDTH, HEIGHT, WIDTH * 4, WIDTH * 4 * HEIGHT);
  rig_server_command (rig->server, "gl 1");
  rig_wait_status (rig->console, AVB_CONSOLE_CONNECTED);
  rig_wait_texture (rig->console, rig->server, WIDTH, HEIGHT);
  g_string_free (done, TRUE);
}

static void
count_cb (AvbScanout *scanout, int *count)
{
  (*count)++;
}

static gboolean
are_two (gpointer count)
{
  return *(int *) count == 2;
}

/* The contract alone: once a draw, whoever looks. */
static void
test_contract (void)
{
  g_autoptr (AvbScanout) scanout = avb_scanout_new ();
  g_autoptr (GError) error = NULL;
  int done = 0;
  int fd = memfd_create ("buffer", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  g_assert_cmpint (ftruncate (fd, 64 * 64 * 4), ==, 0);
  g_signal_connect (scanout, "done", G_CALLBACK (count_cb), &done);

  /* Without a buffer. */
  g_assert_false (avb_scanout_draw (scanout, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED);
  g_clear_error (&error);
  g_assert_cmpint (done, ==, 1);

  /* One that may become shorter while it is read. */
  g_assert_false (
      avb_scanout_set_buffer (scanout, fd, 64, 64, 256, DRM_FORMAT_XRGB8888, TRUE, &error));
  g_assert_error (error, AVB_ERROR, AVB_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_cmpint (fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK), ==, 0);
  avb_scanout_set_buffer (scanout, fd, 64, 64, 256, DRM_FORMAT_XRGB8888, TRUE, &error);
  g_assert_no_error (error);
  close (fd);

  /* Nobody looks. */
  done = 0;
  g_assert_true (avb_scanout_draw (scanout, &error));
  g_assert_cmpint (done, ==, 1);

  /* Somebody does. */
  done = 0;
  avb_scanout_add_viewer (scanout);
  g_assert_true (avb_scanout_draw (scanout, &error));
  g_assert_true (avb_scanout_draw (scanout, &error));
  g_assert_cmpint (done, ==, 0);
  avb_scanout_painted (scanout);
  g_assert_cmpint (done, ==, 2);
  avb_scanout_painted (scanout);
  g_assert_cmpint (done, ==, 2);

  /* Somebody who does not paint, and then goes. */
  done = 0;
  g_assert_true (avb_scanout_draw (scanout, &error));
  g_assert_true (avb_scanout_draw (scanout, &error));
  rig_wait (are_two, &done, "the guest is let go");
  avb_scanout_remove_viewer (scanout);
  g_assert_cmpint (done, ==, 2);
  avb_scanout_add_viewer (scanout);
  g_assert_true (avb_scanout_draw (scanout, &error));
  avb_scanout_remove_viewer (scanout);
  g_assert_cmpint (done, ==, 3);
}

#define ADD(path, func) g_test_add (path, Rig, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  gtk_disable_setlocale ();
  rig_allow_memfd ();
  avb_test_init (&argc, &argv);
  gtk_init ();
  ADD ("/Avb/ConsoleGl/shows", test_shows);
  ADD ("/Avb/ConsoleGl/reconnects", test_reconnects);
  ADD ("/Avb/ConsoleGl/unmapped", test_unmapped);
  ADD ("/Avb/ConsoleGl/hostile", test_hostile);
  g_test_add_func ("/Avb/ConsoleGl/contract", test_contract);
  return g_test_run ();
}

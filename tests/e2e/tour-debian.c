/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* The tour's second machine: a Debian with a graphical session and both agents, see tests/guest/image. */

#include "config.h"

#include "tour-steps.h"

#include <X11/keysym.h>
#include <gio/gio.h>
#include <string.h>

/* Long for a computer that is busy with other things, too. */
#define BOOT_SECONDS 400
#define ANSWER_SECONDS 240

#define FILE_NAME "tour-file.bin"

gboolean
tour_debian_create (Tour *self, GError **error)
{
  return tour_drop_disc (self, self->debian, error) && tour_create (self, error);
}

/* Runs @command on the serial port until what it writes has @answer. */
static gboolean
ask_serial (Tour *self, const char *command, const char *answer, GError **error)
{
  for (int i = 0; i < ANSWER_SECONDS / 10; i++) {
    g_clear_error (error);
    avb_guest_write_serial (self->guest, command);
    if (avb_guest_wait_serial (self->guest, answer, 10, error))
      return TRUE;
  }
  return FALSE;
}

typedef struct {
  AvbDriver *driver;
  AvbArea area;
} Picture;

/* The terminal's background on the desktop's, see guest-session. */
static gboolean
shows_desktop (gpointer data)
{
  Picture *picture = data;
  g_autoptr (GBytes) pixels = avb_screen_grab (picture->driver->screen, &picture->area);
  const guint32 *data32 = g_bytes_get_data (pixels, NULL);
  const gsize n = g_bytes_get_size (pixels) / 4;
  gsize blue = 0, light = 0;

  for (gsize i = 0; i < n; i++) {
    blue += (data32[i] & 0xff) > 0xa0 && (data32[i] >> 16 & 0xff) < 0x30;
    light += (data32[i] & 0xff) > 0xe0 && (data32[i] >> 16 & 0xff) > 0xe0;
  }
  return n > 0 && blue > n / 10 && light > n / 10;
}

static gboolean
expect_desktop (Tour *self, GError **error)
{
  Picture picture = { self->driver };

  return tour_find_console (self, &picture.area, error)
         && (avb_driver_wait (shows_desktop, &picture, 120)
             || tour_fail (error, "The console does not show the guest's desktop"));
}

gboolean
tour_debian_desktop (Tour *self, GError **error)
{
  return avb_guest_wait_serial (self->guest, "GUEST-READY", BOOT_SECONDS, error)
         && avb_guest_wait_serial (self->guest, "guest# ", 60, error)
         && ask_serial (self, "stty -echo; PS1=; echo quiet-$((6*7))", "quiet-42", error)
         && expect_desktop (self, error);
}

/* The guest has as many pixels as the console on the screen. */
static gboolean
expect_size (Tour *self, GError **error)
{
  for (int i = 0; i < ANSWER_SECONDS / 4; i++) {
    g_autofree char *size = NULL;
    AvbArea area;

    if (!tour_find_console (self, &area, error))
      return FALSE;
    size = g_strdup_printf ("current %d x %d,", area.width, area.height);
    g_clear_error (error);
    avb_guest_write_serial (self->guest, "xrandr | grep -o 'current.*,'");
    if (avb_guest_wait_serial (self->guest, size, 4, error))
      return TRUE;
  }
  return FALSE;
}

gboolean
tour_debian_resize (Tour *self, GError **error)
{
  const AvbArea area = { 0, 0, 1100, 700 };

  if (!expect_size (self, error))
    return FALSE;
  avb_screen_move_window (self->driver->screen, self->driver->window, &area);
  avb_driver_settle (self->driver, 10);
  avb_screen_get_area (self->driver->screen, self->driver->window, &self->driver->area);
  return expect_size (self, error) && expect_desktop (self, error);
}

/* Another program of the desktop copies @text. */
static GSubprocess *
copy (Tour *self, const char *text, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (self->drag_source);
  g_autofree char *program = g_build_filename (folder, "clipboard-source", NULL);
  g_autoptr (GSubprocess) process
      = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, error, program, text, NULL);
  g_autoptr (GDataInputStream) answers = NULL;
  g_autofree char *answer = NULL;

  if (process == NULL)
    return NULL;
  answers = g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  g_filter_input_stream_set_close_base_stream (G_FILTER_INPUT_STREAM (answers), FALSE);
  answer = g_data_input_stream_read_line (answers, NULL, NULL, error);
  if (g_strcmp0 (answer, "copied") == 0)
    return g_steal_pointer (&process);
  if (error != NULL && *error == NULL)
    tour_fail (error, "The text was not copied");
  g_subprocess_force_exit (process);
  return NULL;
}

gboolean
tour_debian_paste (Tour *self, GError **error)
{
  g_autoptr (GSubprocess) source = copy (self, "echo 'pasted: schön' > /tmp/pasted", error);
  AvbArea area;
  gboolean ok;

  if (source == NULL || !tour_find_console (self, &area, error))
    return FALSE;
  /* Into the terminal, which has the keyboard where the pointer is. */
  avb_screen_click (self->driver->screen, area.x + area.width / 3, area.y + area.height / 3, 1);
  avb_driver_settle (self->driver, 5);
  /* The guest's agent knows of it. */
  ok = ask_serial (self, "timeout 8 xclip -selection clipboard -o | grep -c 'echo .pasted' | sed s/^/has-/", "has-1",
                   error);
  if (ok) {
    avb_screen_press_keys (self->driver->screen, XK_Control_L, XK_Shift_L, XK_v, NULL);
    avb_driver_settle (self->driver, 5);
    avb_screen_type (self->driver->screen, "\n");
    ok = ask_serial (self, "cat /tmp/pasted", "pasted: sch\xc3\xb6n", error);
  }
  tour_release_keyboard (self);
  g_subprocess_force_exit (source);
  return ok;
}

gboolean
tour_debian_file (Tour *self, GError **error)
{
  g_autofree char *path = g_build_filename (g_get_user_data_dir (), FILE_NAME, NULL);
  g_autoptr (GRand) random = g_rand_new_with_seed (7);
  guint8 bytes[100 * 1000 + 3];
  g_autofree char *sum = NULL;
  AvbArea area;

  for (gsize i = 0; i < sizeof bytes; i++)
    bytes[i] = (guint8) g_rand_int (random);
  if (!g_file_set_contents (path, (const char *) bytes, sizeof bytes, error))
    return FALSE;
  sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, bytes, sizeof bytes);
  return tour_find_console (self, &area, error)
         && avb_driver_drop_file (self->driver, self->drag_source, path, &area, error)
         && ask_serial (self, "sha256sum /home/guest/Downloads/" FILE_NAME, sum, error);
}

gboolean
tour_debian_overview (Tour *self, GError **error)
{
  if (!avb_driver_click (self->driver, "toggle button", "Overview", 60, error)
      || !avb_driver_expect (self->driver, NULL, "alpha-guest", ANSWER_SECONDS, error)
      || !avb_driver_expect (self->driver, TOUR_BUTTON, "Copy Address 10.0.2.15", ANSWER_SECONDS, error))
    return FALSE;
  avb_driver_settle (self->driver, 5);
  return TRUE;
}

gboolean
tour_debian_freeze (Tour *self, GError **error)
{
  return tour_choose_from_menu (self, "Machine Menu", XK_z, error)
         && avb_driver_expect (self->driver, TOUR_BUTTON, "Thaw", ANSWER_SECONDS, error);
}

gboolean
tour_debian_thaw (Tour *self, GError **error)
{
  return avb_driver_press (self->driver, TOUR_BUTTON, "Thaw", 60, error)
         && (avb_node_wait_gone (self->driver->pid, TOUR_BUTTON, "Thaw", ANSWER_SECONDS)
             || tour_fail (error, "The guest was not thawed"));
}

gboolean
tour_debian_serial (Tour *self, GError **error)
{
  /* The overview goes, the port is free for others. */
  if (!avb_driver_click (self->driver, "toggle button", "Overview", 60, error))
    return FALSE;
  avb_guest_write_serial (self->guest, "stty echo; PS1='guest# '");
  avb_guest_close_serial (self->guest);
  if (!avb_driver_activate (self->driver, "toggle button", "Display or Text Console", 60, error)
      || !avb_driver_expect (self->driver, "menu item|radio menu item|check menu item", NULL, 60, error))
    return FALSE;
  avb_driver_settle (self->driver, 5);
  /* The last item, whether one has the keyboard or none. */
  avb_screen_press_keys (self->driver->screen, XK_Up, NULL);
  avb_screen_press_keys (self->driver->screen, XK_Return, NULL);
  if (!avb_driver_expect (self->driver, "terminal", NULL, 60, error))
    return FALSE;
  avb_driver_settle (self->driver, 5);
  avb_screen_type (self->driver->screen, "uname -a\n");
  avb_driver_settle (self->driver, 10);
  return TRUE;
}

gboolean
tour_debian_delete (Tour *self, GError **error)
{
  avb_screen_type (self->driver->screen, "busybox poweroff -f\n");
  if (!avb_guest_wait (self->guest, AVB_GUEST_OFF, ANSWER_SECONDS))
    return tour_fail (error, "The command on the serial port did not turn the guest off");
  return tour_delete (self, error);
}

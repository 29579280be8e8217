/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tour-steps.h"

#include <X11/keysym.h>
#include <string.h>

#define READY "ALPHA-VBOX-GUEST-READY"
#define BUTTON TOUR_BUTTON

gboolean
tour_fail (GError **error, const char *message)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, message);
  return FALSE;
}

gboolean
tour_library (Tour *self, GError **error)
{
  const char *argv[] = { self->program, NULL };
  const AvbArea area = { 0, 0, 1280, 800 };

  self->driver = avb_driver_new (argv, &area, error);
  return self->driver != NULL && avb_driver_expect (self->driver, BUTTON, "New Machine*", 120, error);
}

gboolean
tour_drop_disc (Tour *self, const char *disc, GError **error)
{
  AvbArea target = self->driver->area;

  /* Right of the sidebar */
  target.x += target.width / 3;
  target.width -= target.width / 3;
  return avb_driver_drop_file (self->driver, self->drag_source, disc, &target, error)
         && avb_driver_expect (self->driver, BUTTON, "Create and Start", 120, error);
}

gboolean
tour_drop (Tour *self, GError **error)
{
  return tour_drop_disc (self, self->iso, error);
}

gboolean
tour_create (Tour *self, GError **error)
{
  if (!avb_driver_click (self->driver, BUTTON, "Create and Start", 60, error))
    return FALSE;
  if (!avb_guest_wait (self->guest, AVB_GUEST_RUNNING, 180))
    return tour_fail (error, "The machine does not run");
  self->disks = avb_guest_dup_disks (self->guest);
  if (avb_guest_count (self->guest) != 1)
    return tour_fail (error, "There is more than one machine");
  return avb_guest_open_serial (self->guest, error);
}

gboolean
tour_find_console (Tour *self, AvbArea *area, GError **error)
{
  g_autoptr (AvbNode) node = NULL;

  node = avb_node_wait (self->driver->pid, NULL, "Console of *", 120);
  if (node == NULL)
    return avb_driver_expect (self->driver, NULL, "Console of *", 1, error);
  if (!avb_node_get_area (node, self->driver->screen, self->driver->window, area))
    return tour_fail (error, "The console is not on the screen");
  return TRUE;
}

typedef struct {
  AvbDriver *driver;
  AvbArea area;
} Picture;

/* A text screen: a few colours, most of it one of them. An empty one has one, a page of text and icons has many. */
static gboolean
shows_guest (gpointer data)
{
  Picture *picture = data;
  g_autoptr (GBytes) pixels = avb_screen_grab (picture->driver->screen, &picture->area);
  const guint32 *data32 = g_bytes_get_data (pixels, NULL);
  const gsize n = g_bytes_get_size (pixels) / 4;
  gsize black = 0, light = 0;

  for (gsize i = 0; i < n; i++) {
    black += (data32[i] & 0xffffff) == 0;
    light += (data32[i] & 0xff) > 0x90 && (data32[i] >> 8 & 0xff) > 0x90 && (data32[i] >> 16 & 0xff) > 0x90;
  }
  return n > 0 && black > n / 4 && light > 200;
}

static gboolean
expect_picture (Tour *self, GError **error)
{
  Picture picture = { self->driver };

  if (!tour_find_console (self, &picture.area, error))
    return FALSE;
  if (!avb_driver_wait (shows_guest, &picture, 120)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "The console, %d x %d at %d, %d, does not show the guest's text",
                 picture.area.width, picture.area.height, picture.area.x, picture.area.y);
    return FALSE;
  }
  return TRUE;
}

gboolean
tour_picture (Tour *self, GError **error)
{
  return avb_guest_wait_serial (self->guest, READY, 300, error) && expect_picture (self, error);
}

/* Clicks into the console, so that it has the keyboard, types, and waits for @answer on the serial port. */
static gboolean
ask_guest (Tour *self, const char *command, const char *answer, GError **error)
{
  AvbArea area;

  if (!tour_find_console (self, &area, error))
    return FALSE;
  avb_screen_click (self->driver->screen, area.x + area.width / 2, area.y + area.height / 2, 1);
  avb_driver_settle (self->driver, 5);
  avb_screen_type (self->driver->screen, command);
  return avb_guest_wait_serial (self->guest, answer, 120, error);
}

void
tour_release_keyboard (Tour *self)
{
  avb_screen_press_keys (self->driver->screen, XK_Control_L, XK_Alt_L, NULL);
}

gboolean
tour_command (Tour *self, GError **error)
{
  return ask_guest (self, "echo avb-$((6*7)) > /dev/ttyS0\n", "avb-42", error);
}

gboolean
tour_choose_from_menu (Tour *self, const char *menu, guint letter, GError **error)
{
  if (!avb_driver_activate (self->driver, "toggle button", menu, 60, error)
      || !avb_driver_expect (self->driver, "menu item", NULL, 60, error))
    return FALSE;
  avb_driver_settle (self->driver, 5);
  avb_screen_press_keys (self->driver->screen, letter, NULL);
  return TRUE;
}

gboolean
tour_save (Tour *self, GError **error)
{
  tour_release_keyboard (self);
  if (!tour_choose_from_menu (self, "Power", XK_a, error))
    return FALSE;
  return avb_guest_wait (self->guest, AVB_GUEST_SAVED, 180) || tour_fail (error, "The machine was not saved");
}

gboolean
tour_restore (Tour *self, GError **error)
{
  if (!avb_driver_click (self->driver, BUTTON, "Restore|Start|Resume", 60, error))
    return FALSE;
  if (!avb_guest_wait (self->guest, AVB_GUEST_RUNNING, 180))
    return tour_fail (error, "The machine was not restored");
  if (!avb_guest_open_serial (self->guest, error) || !expect_picture (self, error))
    return FALSE;
  /* It answers, and did not boot again. */
  return ask_guest (self, "echo again-$((6*7)) > /dev/ttyS0\n", "again-42", error);
}

gboolean
tour_power_off (Tour *self, GError **error)
{
  tour_release_keyboard (self);
  if (!tour_choose_from_menu (self, "Power", XK_f, error)
      || !avb_driver_press (self->driver, BUTTON, "Force Off", 60, error))
    return FALSE;
  return avb_guest_wait (self->guest, AVB_GUEST_OFF, 120) || tour_fail (error, "The machine still runs");
}

static gboolean
nothing_is_left (gpointer data)
{
  Tour *self = data;

  for (guint i = 0; self->disks[i] != NULL; i++)
    if (g_file_test (self->disks[i], G_FILE_TEST_EXISTS))
      return FALSE;
  return avb_guest_get_state (self->guest) == AVB_GUEST_NONE;
}

static gboolean
is_checked (gpointer data)
{
  return avb_node_has_state (data, ATSPI_STATE_CHECKED);
}

gboolean
tour_check_box (Tour *self, const char *name, GError **error)
{
  g_autoptr (AvbNode) box = NULL;

  if (!avb_driver_press (self->driver, "check box", name, 60, error))
    return FALSE;
  box = avb_node_wait (self->driver->pid, "check box", name, 10);
  return (box != NULL && avb_driver_wait (is_checked, box, 20)) || tour_fail (error, "The box was not checked");
}

gboolean
tour_delete (Tour *self, GError **error)
{
  if (!tour_choose_from_menu (self, "Machine Menu", XK_l, error)
      || !tour_check_box (self, "Also delete the *disk*", error)
      || !avb_driver_press (self->driver, BUTTON, "Delete", 60, error))
    return FALSE;
  /* Undo is offered first. */
  if (!avb_driver_wait (nothing_is_left, self, 60)) {
    g_autofree char *disks = g_strjoinv (", ", self->disks);

    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "Left are %u machines and of these files at least one: %s",
                 avb_guest_count (self->guest), disks);
    return FALSE;
  }
  return avb_driver_expect (self->driver, NULL, "No Machines Yet", 30, error);
}

gboolean
tour_quit (Tour *self, GError **error)
{
  avb_screen_press_keys (self->driver->screen, XK_Control_L, XK_q, NULL);
  return avb_driver_wait_end (self->driver, 60) || tour_fail (error, "The program does not end");
}

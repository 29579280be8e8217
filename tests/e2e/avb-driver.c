/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-driver.h"

#include <X11/keysym.h>
#include <signal.h>

gboolean
avb_driver_wait (AvbCondition condition, gpointer data, guint seconds)
{
  const gint64 deadline = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;

  while (!condition (data)) {
    if (g_get_monotonic_time () > deadline)
      return FALSE;
    while (g_main_context_iteration (NULL, FALSE))
      ;
    g_usleep (50000);
  }
  return TRUE;
}

gboolean
avb_driver_running (AvbDriver *self)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
  return g_subprocess_get_identifier (self->process) != NULL;
}

static gboolean
has_window (gpointer data)
{
  AvbDriver *self = data;

  self->window = avb_screen_find_window (self->screen, self->pid, &self->area);
  return self->window != 0 || !avb_driver_running (self);
}

static gboolean
has_ended (gpointer data)
{
  return !avb_driver_running (data);
}

static AvbDriver *
start (const char *const *argv, GSubprocessFlags flags, GError **error)
{
  AvbDriver *self = g_new0 (AvbDriver, 1);

  self->process = g_subprocess_newv (argv, flags, error);
  if (self->process == NULL) {
    g_free (self);
    return NULL;
  }
  self->screen = avb_screen_new ();
  self->pid = atoi (g_subprocess_get_identifier (self->process));
  return self;
}

AvbDriver *
avb_driver_new (const char *const *argv, const AvbArea *area, GError **error)
{
  AvbDriver *self = start (argv, G_SUBPROCESS_FLAGS_NONE, error);

  if (self == NULL)
    return NULL;
  if (!avb_driver_wait (has_window, self, 120) || self->window == 0) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s shows no window", argv[0]);
    avb_driver_free (self);
    return NULL;
  }
  if (area != NULL) {
    avb_screen_move_window (self->screen, self->window, area);
    avb_driver_settle (self, 30);
  }
  return self;
}

void
avb_driver_free (AvbDriver *self)
{
  if (avb_driver_running (self)) {
    g_subprocess_send_signal (self->process, SIGTERM);
    if (!avb_driver_wait (has_ended, self, 20))
      g_subprocess_force_exit (self->process);
    g_subprocess_wait (self->process, NULL, NULL);
  }
  g_object_unref (self->process);
  avb_screen_free (self->screen);
  g_free (self);
}

gboolean
avb_driver_wait_end (AvbDriver *self, guint seconds)
{
  return avb_driver_wait (has_ended, self, seconds) && g_subprocess_get_if_exited (self->process)
         && g_subprocess_get_exit_status (self->process) == 0;
}

static AvbNode *
need (AvbDriver *self, const char *roles, const char *name, guint seconds, GError **error)
{
  AvbNode *node = avb_node_wait (self->pid, roles, name, seconds);

  if (node == NULL && !avb_driver_running (self)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "The program ended while %s \"%s\" was looked for",
                 roles != NULL ? roles : "anything", name != NULL ? name : "*");
  } else if (node == NULL) {
    g_autoptr (AvbNode) program = avb_node_program (self->pid);
    g_autofree char *tree = avb_node_describe (program);

    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "There is no %s \"%s\" in:\n%s",
                 roles != NULL ? roles : "node", name != NULL ? name : "*", tree);
  }
  return node;
}

gboolean
avb_driver_expect (AvbDriver *self, const char *roles, const char *name, guint seconds, GError **error)
{
  g_autoptr (AvbNode) node = need (self, roles, name, seconds, error);

  return node != NULL;
}

typedef struct {
  AvbDriver *driver;
  AvbNode *node;
} Ready;

/* Enabled, and no longer moving: an animation would carry it away from under the pointer. */
static gboolean
is_ready (gpointer data)
{
  Ready *ready = data;
  AvbArea before, after;

  if (!avb_node_has_state (ready->node, ATSPI_STATE_SENSITIVE)
      || !avb_node_get_area (ready->node, ready->driver->screen, ready->driver->window, &before))
    return FALSE;
  g_usleep (80000);
  return avb_node_get_area (ready->node, ready->driver->screen, ready->driver->window, &after)
         && memcmp (&before, &after, sizeof before) == 0;
}

void
avb_driver_settle (AvbDriver *self, guint seconds)
{
  const gint64 deadline = g_get_monotonic_time () + seconds * G_USEC_PER_SEC;
  g_autoptr (GBytes) last = NULL;

  while (g_get_monotonic_time () < deadline) {
    g_autoptr (GBytes) now = NULL;

    while (g_main_context_iteration (NULL, FALSE))
      ;
    if (avb_screen_get_area (self->screen, self->window, &self->area))
      now = avb_screen_grab (self->screen, &self->area);
    if (now != NULL && last != NULL && g_bytes_get_size (now) > 0 && g_bytes_equal (now, last))
      return;
    g_clear_pointer (&last, g_bytes_unref);
    last = g_steal_pointer (&now);
    g_usleep (300000);
  }
}

gboolean
avb_driver_click (AvbDriver *self, const char *roles, const char *name, guint seconds, GError **error)
{
  g_autoptr (AvbNode) node = need (self, roles, name, seconds, error);
  Ready ready = { self, node };

  if (node == NULL)
    return FALSE;
  /* A menu or dialog that is just going still takes the click. */
  avb_driver_settle (self, 5);
  if (!avb_driver_wait (is_ready, &ready, seconds) || !avb_node_click (node, self->screen, self->window)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s \"%s\" can't be clicked", roles, name);
    return FALSE;
  }
  return TRUE;
}

static gboolean
focus_node (AvbDriver *self, AvbNode *node, const char *name, GError **error)
{
  avb_driver_settle (self, 5);
  /* A long page, and once around it. */
  for (int i = 0; i < 60; i++) {
    if (avb_node_has_state (node, ATSPI_STATE_FOCUSED))
      return TRUE;
    avb_screen_press_keys (self->screen, XK_Tab, NULL);
    g_usleep (200000);
  }
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "\"%s\" can't be reached with Tab", name);
  return FALSE;
}

gboolean
avb_driver_focus (AvbDriver *self, const char *roles, const char *name, guint seconds, GError **error)
{
  g_autoptr (AvbNode) node = need (self, roles, name, seconds, error);

  return node != NULL && focus_node (self, node, name, error);
}

gboolean
avb_driver_press (AvbDriver *self, const char *roles, const char *name, guint seconds, GError **error)
{
  if (!avb_driver_focus (self, roles, name, seconds, error))
    return FALSE;
  avb_screen_press_keys (self->screen, XK_space, NULL);
  return TRUE;
}

gboolean
avb_driver_answer (AvbDriver *self, const char *name, guint seconds, GError **error)
{
  g_autoptr (AvbNode) dialog = need (self, "dialog|alert", NULL, seconds, error);
  g_autoptr (AvbNode) node = dialog != NULL ? avb_node_find (dialog, "button|push button", name) : NULL;

  if (dialog != NULL && node == NULL) {
    g_autofree char *tree = avb_node_describe (dialog);

    g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "The dialog has no \"%s\":\n%s", name, tree);
  }
  if (node == NULL || !focus_node (self, node, name, error))
    return FALSE;
  avb_screen_press_keys (self->screen, XK_space, NULL);
  return TRUE;
}

gboolean
avb_driver_activate (AvbDriver *self, const char *roles, const char *name, guint seconds, GError **error)
{
  g_autoptr (AvbNode) node = need (self, roles, name, seconds, error);

  if (node == NULL)
    return FALSE;
  if (!avb_node_activate (node)) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s \"%s\" has no action", roles, name);
    return FALSE;
  }
  return TRUE;
}

gboolean
avb_driver_drop_file (AvbDriver *self, const char *drag_source, const char *path, const AvbArea *target, GError **error)
{
  const char *argv[] = { drag_source, path, NULL };
  g_autoptr (AvbDriver) source = start (argv, G_SUBPROCESS_FLAGS_STDOUT_PIPE, error);
  g_autoptr (GDataInputStream) answers = NULL;
  g_autofree char *answer = NULL;
  AvbArea place = { self->area.x + self->area.width + 20, self->area.y + 20, 200, 140 };

  if (source == NULL)
    return FALSE;
  if (!avb_driver_wait (has_window, source, 60) || source->window == 0) {
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "%s shows no window", drag_source);
    return FALSE;
  }
  avb_screen_move_window (source->screen, source->window, &place);
  avb_driver_settle (source, 30);

  avb_screen_move (self->screen, source->area.x + source->area.width / 2, source->area.y + source->area.height / 2);
  avb_screen_button (self->screen, 1, TRUE);
  avb_screen_glide (self->screen, target->x + target->width / 2, target->y + target->height / 2);
  /* The target learns of the drag in a round trip or two, and says that it takes it: release after that. */
  /* A long page, and once around it. */
  for (int i = 0; i < 60; i++) {
    avb_screen_move (self->screen, target->x + target->width / 2 + i % 2, target->y + target->height / 2);
    while (g_main_context_iteration (NULL, FALSE))
      ;
    g_usleep (50000);
  }
  self->dropped = g_get_monotonic_time ();
  avb_screen_button (self->screen, 1, FALSE);

  answers = g_data_input_stream_new (g_subprocess_get_stdout_pipe (source->process));
  answer = g_data_input_stream_read_line (answers, NULL, NULL, error);
  if (g_strcmp0 (answer, "dropped") != 0) {
    if (error != NULL && *error == NULL)
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "The drop was not taken: %s", answer != NULL ? answer : "no answer");
    return FALSE;
  }
  return TRUE;
}

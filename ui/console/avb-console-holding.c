/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-console-private.h"
#include "ui/console/avb-monitor-picture.h"
#include "ui/console/avb-scanout-view.h"
#include "ui/console/avb-spice-session.h"

/* A window that is minimized or covered is not looked at. */
void
avb_console_update_views (AvbConsole *self)
{
  gboolean views = self->session != NULL && gtk_widget_get_mapped (GTK_WIDGET (self))
                   && (self->window == NULL || !gtk_window_is_suspended (self->window));

  if (views == self->views)
    return;
  self->views = views;
  if (views)
    avb_console_session_add_viewer (self->session);
  else
    avb_console_session_remove_viewer (self->session);
}

static void
avb_console_update_view (AvbConsole *self)
{
  gtk_widget_set_visible (self->view,
                          avb_monitor_picture_is_scanout (self->monitor)
                              && avb_console_get_status (self) == AVB_CONSOLE_CONNECTED);
}

/* --- the monitor --- */

static void
cursor_changed_cb (AvbGuestCursor *cursor, AvbConsole *self)
{
  if (avb_console_session_get_server_mouse (self->session))
    gtk_widget_queue_draw (GTK_WIDGET (self));
  else
    avb_console_update_cursor (self);
}

static void
avb_console_notify_size (AvbConsole *self)
{
  gtk_widget_queue_resize (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
  avb_console_update_cursor (self);
  g_object_notify (G_OBJECT (self), "guest-width");
  g_object_notify (G_OBJECT (self), "guest-height");
}

static void
avb_console_leave_monitor (AvbConsole *self)
{
  AvbGuestDisplay *display = avb_guest_monitor_get_display (self->monitor);

  g_signal_handlers_disconnect_by_data (self->monitor, self);
  g_signal_handlers_disconnect_by_data (avb_guest_display_get_framebuffer (display), self);
  g_signal_handlers_disconnect_by_data (avb_guest_display_get_cursor (display), self);
  g_signal_handlers_disconnect_by_data (avb_guest_display_get_scanout (display), self);
}

static void
avb_console_follow_monitor (AvbConsole *self)
{
  AvbGuestDisplay *display = avb_guest_monitor_get_display (self->monitor);
  AvbFramebuffer  *framebuffer = avb_guest_display_get_framebuffer (display);
  AvbScanout      *scanout = avb_guest_display_get_scanout (display);

  g_signal_connect_swapped (self->monitor, "changed", G_CALLBACK (avb_console_notify_size), self);
  g_signal_connect_swapped (
      framebuffer, "invalidate-contents", G_CALLBACK (gtk_widget_queue_draw), self);
  g_signal_connect (avb_guest_display_get_cursor (display),
                    "changed",
                    G_CALLBACK (cursor_changed_cb),
                    self);
  g_signal_connect_swapped (
      scanout, "invalidate-contents", G_CALLBACK (gtk_widget_queue_draw), self);
  g_signal_connect_swapped (
      scanout, "invalidate-size", G_CALLBACK (avb_console_update_view), self);
  avb_console_input_set_display (self->input, (int) avb_guest_monitor_get_number (self->monitor));
  avb_console_choose_renderer (self);
}

/* @monitor is nullable. */
static void
avb_console_take_monitor (AvbConsole *self, AvbGuestMonitor *monitor)
{
  AvbScanout *scanout = NULL;

  if (self->monitor == monitor)
    return;
  if (self->monitor != NULL)
    avb_console_leave_monitor (self);
  g_set_object (&self->monitor, monitor);
  if (monitor != NULL)
    {
      avb_console_follow_monitor (self);
      scanout = avb_guest_display_get_scanout (avb_guest_monitor_get_display (monitor));
    }
  avb_scanout_view_set_scanout (AVB_SCANOUT_VIEW (self->view), scanout);
  avb_console_update_view (self);
  avb_console_notify_size (self);
}

void
avb_console_find_monitor (AvbConsole *self)
{
  AvbGuestMonitors *monitors
      = self->session != NULL ? avb_console_session_get_monitors (self->session) : NULL;
  g_autoptr (AvbGuestMonitor) monitor = NULL;

  /* The first window shows the first monitor, whatever the guest calls it. */
  if (monitors != NULL && self->number == 0)
    monitor = g_list_model_get_item (G_LIST_MODEL (monitors), 0);
  else if (monitors != NULL)
    g_set_object (&monitor, avb_guest_monitors_find (monitors, self->number));
  avb_console_take_monitor (self, monitor);
}

/* --- the session --- */

static void
status_cb (AvbConsoleSession *session, GParamSpec *pspec, AvbConsole *self)
{
  avb_console_update_view (self);
  avb_console_update_cursor (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify (G_OBJECT (self), "status");
}

static void
message_cb (AvbConsoleSession *session, GParamSpec *pspec, AvbConsole *self)
{
  g_object_notify (G_OBJECT (self), "message");
}

static void
sink_cb (AvbConsoleSession *session, GParamSpec *pspec, AvbConsole *self)
{
  avb_console_input_set_sink (self->input, avb_console_session_get_sink (session));
}

static void
server_mouse_cb (AvbConsoleSession *session, GParamSpec *pspec, AvbConsole *self)
{
  avb_console_input_set_server_mouse (self->input, avb_console_session_get_server_mouse (session));
  avb_console_update_cursor (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
mode_cb (GObject *object, GParamSpec *pspec, AvbConsole *self)
{
  avb_console_ask_size (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
  avb_console_update_cursor (self);
}

static void
lock_keys_cb (AvbConsoleSettings *settings, GParamSpec *pspec, AvbConsole *self)
{
  gboolean lock_keys;

  g_object_get (settings, "lock-keys", &lock_keys, NULL);
  avb_console_input_set_lock_keys (self->input, lock_keys);
}

/* The display is of another kind. */
static void
replaced_cb (AvbConsoleSession *session, AvbConsole *self)
{
  g_object_freeze_notify (G_OBJECT (self));
  avb_console_drop_session (self);
  avb_console_hold_session (self);
  g_object_notify (G_OBJECT (self), "session");
  g_object_notify (G_OBJECT (self), "status");
  g_object_notify (G_OBJECT (self), "message");
  g_object_thaw_notify (G_OBJECT (self));
}

void
avb_console_hold_session (AvbConsole *self)
{
  self->session = avb_console_session_hold (self->machine);
  self->layout = avb_guest_layout_for_session (self->session);
  self->settings = avb_console_settings_for_machine (self->machine);
  if (AVB_IS_SPICE_SESSION (self->session))
    {
      self->clipboard = avb_console_clipboard_for_session (AVB_SPICE_SESSION (self->session));
      avb_console_clipboard_add_widget (self->clipboard, GTK_WIDGET (self));
    }
  lock_keys_cb (self->settings, NULL, self);
  avb_console_input_set_sink (self->input, avb_console_session_get_sink (self->session));
  avb_console_input_set_server_mouse (self->input,
                                      avb_console_session_get_server_mouse (self->session));
  g_signal_connect (self->session, "notify::status", G_CALLBACK (status_cb), self);
  g_signal_connect (self->session, "notify::message", G_CALLBACK (message_cb), self);
  g_signal_connect (self->session, "replaced", G_CALLBACK (replaced_cb), self);
  g_signal_connect (self->session, "notify::sink", G_CALLBACK (sink_cb), self);
  g_signal_connect (self->session, "notify::server-mouse", G_CALLBACK (server_mouse_cb), self);
  g_signal_connect (self->layout, "notify::can-arrange", G_CALLBACK (mode_cb), self);
  g_signal_connect (self->settings, "notify::display-mode", G_CALLBACK (mode_cb), self);
  g_signal_connect (self->settings, "notify::lock-keys", G_CALLBACK (lock_keys_cb), self);
  g_signal_connect_swapped (avb_console_session_get_monitors (self->session),
                            "items-changed",
                            G_CALLBACK (avb_console_find_monitor),
                            self);
  avb_console_find_monitor (self);
  avb_console_ask_size (self);
  avb_console_update_views (self);
}

void
avb_console_drop_session (AvbConsole *self)
{
  if (self->session == NULL)
    return;
  avb_console_input_release (self->input);
  avb_console_input_let_go (self->input);
  avb_console_input_set_sink (self->input, NULL);
  g_signal_handlers_disconnect_by_data (self->settings, self);
  g_clear_object (&self->settings);
  if (avb_guest_layout_wants (self->layout, avb_console_get_number (self)))
    avb_guest_layout_forget (self->layout, avb_console_get_number (self));
  g_signal_handlers_disconnect_by_data (self->layout, self);
  g_clear_object (&self->layout);
  if (self->clipboard != NULL)
    avb_console_clipboard_remove_widget (self->clipboard, GTK_WIDGET (self));
  g_clear_object (&self->clipboard);
  g_signal_handlers_disconnect_by_data (self->session, self);
  g_signal_handlers_disconnect_by_data (avb_console_session_get_monitors (self->session), self);
  avb_console_take_monitor (self, NULL);
  if (self->views)
    avb_console_session_remove_viewer (self->session);
  self->views = FALSE;
  g_clear_pointer (&self->session, avb_console_session_release);
}

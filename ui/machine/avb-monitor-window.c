/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-monitor-window.h"

#include <glib/gi18n-lib.h>

#include "ui/console/avb-console.h"
#include "ui/console/avb-guest-layout.h"
#include "ui/machine/avb-display-actions.h"
#include "ui/machine/avb-machine-actions.h"
#include "ui/machine/avb-slide-in.h"

struct _AvbMonitorWindow {
  AdwApplicationWindow parent_instance;

  AvbMachine          *machine;
  guint                number;
  AvbGuestLayout      *layout;
  AvbConsole          *console;
  AvbDisplayActions   *display;
  AvbMachineActions   *actions;
  AvbSlideIn          *slide_in;

  GMenu               *display_menu;
  AdwToolbarView      *toolbar;
  GtkScrolledWindow   *console_scroller;
  GtkWidget           *message_box;
  GtkLabel            *message;
  GtkWidget           *release_button;
};

G_DEFINE_FINAL_TYPE (AvbMonitorWindow, avb_monitor_window, ADW_TYPE_APPLICATION_WINDOW)

static void
update_title (AvbMonitorWindow *self)
{
  g_autofree char *title =
      /* Translators: a machine's name, and which of its monitors */
      g_strdup_printf (_("%1$s: Monitor %2$u"), avb_machine_get_name (self->machine),
                       self->number + 1);

  gtk_window_set_title (GTK_WINDOW (self), title);
}

static void
update_message (AvbMonitorWindow *self)
{
  AvbConsoleStatus status = avb_console_get_status (self->console);
  const char *text = avb_console_get_message (self->console);
  int width;

  g_object_get (self->console, "guest-width", &width, NULL);
  if (status == AVB_CONSOLE_CONNECTING)
    text = _("Connecting to the machine’s display…");
  else if (status == AVB_CONSOLE_LOST && text == NULL)
    text = _("The connection to the machine’s display was lost. It is being tried again.");
  else if (status == AVB_CONSOLE_CONNECTED && width == 0)
    text = avb_guest_layout_get_can_arrange (self->layout)
               ? _("The guest does not use this monitor yet.")
               : _("The guest does not use this monitor, and without a SPICE agent it can’t be "
                   "asked to.");
  gtk_widget_set_visible (self->message_box,
                          text != NULL && (status != AVB_CONSOLE_CONNECTED || width == 0));
  gtk_label_set_label (self->message, text != NULL ? text : "");
}

static void
captured_cb (AvbMonitorWindow *self)
{
  gtk_widget_set_visible (self->release_button, avb_console_get_captured (self->console));
}

static void
has_console_cb (AvbMonitorWindow *self)
{
  if (!avb_machine_has_console (self->machine) && avb_machine_get_available (self->machine))
    gtk_window_destroy (GTK_WINDOW (self));
}

static void
fullscreened_cb (AvbMonitorWindow *self)
{
  avb_slide_in_set_active (self->slide_in, gtk_window_is_fullscreen (GTK_WINDOW (self)));
}

static void
release_cb (AvbMonitorWindow *self)
{
  avb_console_release (self->console);
}

static void
fullscreen_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  GtkWindow *window = GTK_WINDOW (widget);

  if (gtk_window_is_fullscreen (window))
    gtk_window_unfullscreen (window);
  else
    gtk_window_fullscreen (window);
}

static void
send_keys_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  gtk_widget_activate_action_variant (GTK_WIDGET (AVB_MONITOR_WINDOW (widget)->console),
                                      "console.send-keys", parameter);
}

static gboolean
avb_monitor_window_close_request (GtkWindow *window)
{
  AvbMonitorWindow *self = AVB_MONITOR_WINDOW (window);

  avb_guest_layout_turn_off (self->layout, self->number);
  return GTK_WINDOW_CLASS (avb_monitor_window_parent_class)->close_request (window);
}

static void
avb_monitor_window_dispose (GObject *object)
{
  AvbMonitorWindow *self = AVB_MONITOR_WINDOW (object);

  if (self->machine != NULL)
    g_signal_handlers_disconnect_by_data (self->machine, self);
  if (self->layout != NULL)
    g_signal_handlers_disconnect_by_data (self->layout, self);
  if (self->slide_in != NULL)
    g_object_run_dispose (G_OBJECT (self->slide_in));
  g_clear_object (&self->slide_in);
  if (self->display != NULL)
    g_object_run_dispose (G_OBJECT (self->display));
  g_clear_object (&self->display);
  if (self->actions != NULL)
    g_object_run_dispose (G_OBJECT (self->actions));
  g_clear_object (&self->actions);
  g_clear_object (&self->layout);
  gtk_widget_dispose_template (GTK_WIDGET (self), AVB_TYPE_MONITOR_WINDOW);
  g_clear_object (&self->machine);
  G_OBJECT_CLASS (avb_monitor_window_parent_class)->dispose (object);
}

static void
avb_monitor_window_class_init (AvbMonitorWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = avb_monitor_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = avb_monitor_window_close_request;

  gtk_widget_class_set_template_from_resource (
      widget_class, "/org/alphavbox/AlphaVBox/ui/machine/avb-monitor-window.ui");
  gtk_widget_class_bind_template_child (widget_class, AvbMonitorWindow, display_menu);
  gtk_widget_class_bind_template_child (widget_class, AvbMonitorWindow, toolbar);
  gtk_widget_class_bind_template_child (widget_class, AvbMonitorWindow, console_scroller);
  gtk_widget_class_bind_template_child (widget_class, AvbMonitorWindow, message_box);
  gtk_widget_class_bind_template_child (widget_class, AvbMonitorWindow, message);
  gtk_widget_class_bind_template_child (widget_class, AvbMonitorWindow, release_button);
  gtk_widget_class_bind_template_callback (widget_class, release_cb);
  gtk_widget_class_install_action (widget_class, "win.fullscreen", NULL, fullscreen_action);
  gtk_widget_class_install_action (widget_class, "monitor.send-keys", "s", send_keys_action);
}

static void
avb_monitor_window_init (AvbMonitorWindow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static void
build_console (AvbMonitorWindow *self)
{
  self->console = AVB_CONSOLE (avb_console_new ());
  gtk_widget_set_hexpand (GTK_WIDGET (self->console), TRUE);
  gtk_widget_set_vexpand (GTK_WIDGET (self->console), TRUE);
  avb_console_set_monitor (self->console, self->number);
  avb_console_set_machine (self->console, self->machine);
  self->layout = avb_guest_layout_for_session (avb_console_get_session (self->console));
  g_signal_connect_object (self->console, "notify::status", G_CALLBACK (update_message), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->console, "notify::message", G_CALLBACK (update_message), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->console, "notify::guest-width", G_CALLBACK (update_message), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->layout, "notify::can-arrange", G_CALLBACK (update_message), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->console, "notify::captured", G_CALLBACK (captured_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_scrolled_window_set_child (self->console_scroller, GTK_WIDGET (self->console));
  gtk_window_set_focus (GTK_WINDOW (self), GTK_WIDGET (self->console));
}

static AvbMonitorWindow *
avb_monitor_window_new (GtkApplication *application,
                        AvbLibrary *library,
                        AvbMachine *machine,
                        guint number)
{
  AvbMonitorWindow *self =
      g_object_new (AVB_TYPE_MONITOR_WINDOW, "application", application, NULL);
  g_autoptr (GPtrArray) targets = g_ptr_array_new ();

  self->machine = g_object_ref (machine);
  self->number = number;
  build_console (self);
  self->display = avb_display_actions_new (GTK_WIDGET (self), library, machine,
                                           self->display_menu);
  avb_display_actions_set_console (self->display, self->console);
  self->actions = avb_machine_actions_new (GTK_WIDGET (self), library);
  g_ptr_array_add (targets, machine);
  avb_machine_actions_set_targets (self->actions, targets);
  self->slide_in = avb_slide_in_new (self->toolbar);
  avb_slide_in_set_console (self->slide_in, self->console);
  g_signal_connect_object (machine, "notify::name", G_CALLBACK (update_title), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (machine, "notify::has-console", G_CALLBACK (has_console_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect (self, "notify::fullscreened", G_CALLBACK (fullscreened_cb), NULL);
  update_title (self);
  update_message (self);
  return self;
}

AvbMonitorWindow *
avb_monitor_window_find (AvbMachine *machine, guint number)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWindow) window = g_list_model_get_item (windows, i);

      if (AVB_IS_MONITOR_WINDOW (window) && AVB_MONITOR_WINDOW (window)->machine == machine &&
          AVB_MONITOR_WINDOW (window)->number == number)
        return AVB_MONITOR_WINDOW (window);
    }
  return NULL;
}

AvbMonitorWindow *
avb_monitor_window_present (GtkApplication *application,
                            AvbLibrary *library,
                            AvbMachine *machine,
                            guint number)
{
  AvbMonitorWindow *self;

  g_return_val_if_fail (application == NULL || GTK_IS_APPLICATION (application), NULL);
  g_return_val_if_fail (AVB_IS_MACHINE (machine), NULL);

  self = avb_monitor_window_find (machine, number);
  if (self == NULL)
    self = avb_monitor_window_new (application, library, machine, number);
  gtk_window_present (GTK_WINDOW (self));
  return self;
}

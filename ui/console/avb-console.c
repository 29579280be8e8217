/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-console.h"

#include <glib/gi18n.h>

#include "ui/console/avb-console-private.h"
#include "ui/console/avb-monitor-picture.h"
#include "ui/console/avb-pointer-lock.h"
#include "ui/console/avb-scanout-view.h"

G_DEFINE_FINAL_TYPE (AvbConsole, avb_console, GTK_TYPE_WIDGET)

enum {
  PROP_0,
  PROP_MACHINE,
  PROP_STATUS,
  PROP_MESSAGE,
  PROP_CAPTURED,
  PROP_POINTER_LOCKED,
  PROP_MONITOR,
  PROP_GUEST_WIDTH,
  PROP_GUEST_HEIGHT,
  PROP_SESSION,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

static void
avb_console_update_label (AvbConsole *self)
{
  const char      *name = self->machine != NULL ? avb_machine_get_name (self->machine) : NULL;
  g_autofree char *label
      = name != NULL ? g_strdup_printf (_ ("Console of %s, press Ctrl+Alt to release"), name)
                     : g_strdup (_ ("Console without a machine"));

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, label, -1);
}

static void
captured_cb (AvbConsoleInput *input, GParamSpec *pspec, AvbConsole *self)
{
  gboolean server_mouse
      = self->session != NULL && avb_console_session_get_server_mouse (self->session);

  gtk_accessible_announce (GTK_ACCESSIBLE (self),
                           !avb_console_input_get_captured (input) ? _ ("The keys are released.")
                           : server_mouse
                               ? _ ("All keys and the pointer go to the machine. Press Ctrl+Alt to "
                                    "release.")
                               : _ ("All keys go to the machine. Press Ctrl+Alt to release."),
                           GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAPTURED]);
}

static void
pointer_locked_cb (AvbConsoleInput *input, GParamSpec *pspec, AvbConsole *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_POINTER_LOCKED]);
}

static void
avb_console_realize (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (avb_console_parent_class)->realize (widget);
  avb_console_watch_surface (AVB_CONSOLE (widget));
  avb_pointer_lock_prepare (gtk_widget_get_display (widget));
}

static void
avb_console_unrealize (GtkWidget *widget)
{
  avb_console_unwatch_surface (AVB_CONSOLE (widget));
  GTK_WIDGET_CLASS (avb_console_parent_class)->unrealize (widget);
}

static void
avb_console_map (GtkWidget *widget)
{
  AvbConsole *self = AVB_CONSOLE (widget);
  GtkRoot    *root = gtk_widget_get_root (widget);

  GTK_WIDGET_CLASS (avb_console_parent_class)->map (widget);
  self->window = GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;
  if (self->window != NULL)
    g_signal_connect_swapped (
        self->window, "notify::suspended", G_CALLBACK (avb_console_update_views), self);
  avb_console_update_views (self);
  avb_console_ask_size (self);
}

static void
avb_console_unmap (GtkWidget *widget)
{
  AvbConsole *self = AVB_CONSOLE (widget);

  GTK_WIDGET_CLASS (avb_console_parent_class)->unmap (widget);
  if (self->window != NULL)
    g_signal_handlers_disconnect_by_func (self->window, avb_console_update_views, self);
  self->window = NULL;
  avb_console_update_views (self);
}

static void
release_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  avb_console_release (AVB_CONSOLE (widget));
}

static void
send_keys_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  g_auto (GStrv) names = g_strsplit (g_variant_get_string (parameter, NULL), " ", -1);
  g_autoptr (GArray) keyvals = g_array_new (FALSE, FALSE, sizeof (guint));

  for (char **key = names; *key != NULL; key++)
    {
      guint keyval = gdk_keyval_from_name (*key);

      if (keyval != GDK_KEY_VoidSymbol)
        g_array_append_val (keyvals, keyval);
    }
  avb_console_send_keys (
      AVB_CONSOLE (widget), (const guint *) (gconstpointer) keyvals->data, keyvals->len);
}

static void
avb_console_dispose (GObject *object)
{
  AvbConsole *self = AVB_CONSOLE (object);

  avb_console_set_machine (self, NULL);
  g_clear_object (&self->input);
  g_clear_pointer (&self->view, gtk_widget_unparent);
  G_OBJECT_CLASS (avb_console_parent_class)->dispose (object);
}

static void
avb_console_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbConsole           *self = AVB_CONSOLE (object);
  cairo_rectangle_int_t area;

  switch (id)
    {
    case PROP_MACHINE:
      g_value_set_object (value, self->machine);
      break;
    case PROP_STATUS:
      g_value_set_enum (value, avb_console_get_status (self));
      break;
    case PROP_MESSAGE:
      g_value_set_string (value, avb_console_get_message (self));
      break;
    case PROP_CAPTURED:
      g_value_set_boolean (value, avb_console_get_captured (self));
      break;
    case PROP_POINTER_LOCKED:
      g_value_set_boolean (value, avb_console_get_pointer_locked (self));
      break;
    case PROP_MONITOR:
      g_value_set_uint (value, self->number);
      break;
    case PROP_SESSION:
      g_value_set_object (value, self->session);
      break;
    case PROP_GUEST_WIDTH:
      avb_console_get_area (self, &area);
      g_value_set_int (value, area.width);
      break;
    case PROP_GUEST_HEIGHT:
      avb_console_get_area (self, &area);
      g_value_set_int (value, area.height);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_console_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AvbConsole *self = AVB_CONSOLE (object);

  switch (id)
    {
    case PROP_MACHINE:
      avb_console_set_machine (self, g_value_get_object (value));
      break;
    case PROP_MONITOR:
      avb_console_set_monitor (self, g_value_get_uint (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_console_class_init (AvbConsoleClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass   *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags ro = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  const GParamFlags rw = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = avb_console_dispose;
  object_class->get_property = avb_console_get_property;
  object_class->set_property = avb_console_set_property;
  widget_class->realize = avb_console_realize;
  widget_class->unrealize = avb_console_unrealize;
  widget_class->map = avb_console_map;
  widget_class->unmap = avb_console_unmap;
  widget_class->measure = avb_console_measure;
  widget_class->size_allocate = avb_console_size_allocate;
  widget_class->snapshot = avb_console_snapshot;

  properties[PROP_MACHINE] = g_param_spec_object ("machine", NULL, NULL, AVB_TYPE_MACHINE, rw);
  properties[PROP_STATUS]
      = g_param_spec_enum ("status", NULL, NULL, AVB_TYPE_CONSOLE_STATUS, AVB_CONSOLE_IDLE, ro);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, ro);
  properties[PROP_CAPTURED] = g_param_spec_boolean ("captured", NULL, NULL, FALSE, ro);
  properties[PROP_POINTER_LOCKED]
      = g_param_spec_boolean ("pointer-locked", NULL, NULL, FALSE, ro);
  properties[PROP_MONITOR]
      = g_param_spec_uint ("monitor", NULL, NULL, 0, AVB_MAX_MONITORS - 1, 0, rw);
  properties[PROP_GUEST_WIDTH] = g_param_spec_int ("guest-width", NULL, NULL, 0, G_MAXINT, 0, ro);
  properties[PROP_GUEST_HEIGHT] = g_param_spec_int ("guest-height", NULL, NULL, 0, G_MAXINT, 0, ro);
  properties[PROP_SESSION]
      = g_param_spec_object ("session", NULL, NULL, AVB_TYPE_CONSOLE_SESSION, ro);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_install_action (widget_class, "console.release", NULL, release_action);
  gtk_widget_class_install_action (widget_class, "console.send-keys", "s", send_keys_action);
  gtk_widget_class_set_css_name (widget_class, "console");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_APPLICATION);
}

static void
avb_console_init (AvbConsole *self)
{
  self->input = avb_console_input_new (GTK_WIDGET (self), avb_console_map_point);
  g_signal_connect (self->input, "notify::captured", G_CALLBACK (captured_cb), self);
  g_signal_connect (self->input, "notify::pointer-locked", G_CALLBACK (pointer_locked_cb), self);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
  self->view = avb_scanout_view_new ();
  gtk_widget_set_visible (self->view, FALSE);
  gtk_widget_set_parent (self->view, GTK_WIDGET (self));
  avb_console_update_label (self);
}

GtkWidget *
avb_console_new (void)
{
  return g_object_new (AVB_TYPE_CONSOLE, NULL);
}

AvbMachine *
avb_console_get_machine (AvbConsole *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE (self), NULL);
  return self->machine;
}

void
avb_console_set_machine (AvbConsole *self, AvbMachine *machine)
{
  g_return_if_fail (AVB_IS_CONSOLE (self));
  g_return_if_fail (machine == NULL || AVB_IS_MACHINE (machine));

  if (self->machine == machine)
    return;
  g_object_freeze_notify (G_OBJECT (self));
  avb_console_drop_session (self);
  if (self->machine != NULL)
    g_signal_handlers_disconnect_by_data (self->machine, self);
  g_set_object (&self->machine, machine);
  if (machine != NULL)
    {
      g_signal_connect_swapped (
          machine, "notify::name", G_CALLBACK (avb_console_update_label), self);
      avb_console_hold_session (self);
    }
  avb_console_update_label (self);
  avb_console_update_cursor (self);
  gtk_widget_queue_resize (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MACHINE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SESSION]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MESSAGE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_GUEST_WIDTH]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_GUEST_HEIGHT]);
  g_object_thaw_notify (G_OBJECT (self));
}

AvbConsoleSession *
avb_console_get_session (AvbConsole *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE (self), NULL);
  return self->session;
}

AvbConsoleStatus
avb_console_get_status (AvbConsole *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE (self), AVB_CONSOLE_IDLE);
  return self->session != NULL ? avb_console_session_get_status (self->session) : AVB_CONSOLE_IDLE;
}

const char *
avb_console_get_message (AvbConsole *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE (self), NULL);
  return self->session != NULL ? avb_console_session_get_message (self->session) : NULL;
}

gboolean
avb_console_get_captured (AvbConsole *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE (self), FALSE);
  return self->input != NULL && avb_console_input_get_captured (self->input);
}

gboolean
avb_console_get_pointer_locked (AvbConsole *self)
{
  gboolean locked = FALSE;

  g_return_val_if_fail (AVB_IS_CONSOLE (self), FALSE);
  if (self->input != NULL)
    g_object_get (self->input, "pointer-locked", &locked, NULL);
  return locked;
}

guint
avb_console_get_monitor (AvbConsole *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE (self), 0);
  return self->number;
}

void
avb_console_set_monitor (AvbConsole *self, guint number)
{
  g_return_if_fail (AVB_IS_CONSOLE (self));
  g_return_if_fail (number < AVB_MAX_MONITORS);

  if (self->number == number)
    return;
  self->number = number;
  avb_console_find_monitor (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MONITOR]);
}

void
avb_console_release (AvbConsole *self)
{
  g_return_if_fail (AVB_IS_CONSOLE (self));
  avb_console_input_release (self->input);
}

void
avb_console_reconnect (AvbConsole *self)
{
  g_return_if_fail (AVB_IS_CONSOLE (self));
  if (self->session != NULL)
    avb_console_session_reconnect (self->session);
}

void
avb_console_send_keys (AvbConsole *self, const guint *keyvals, gsize n_keyvals)
{
  g_return_if_fail (AVB_IS_CONSOLE (self));
  avb_console_input_send_keys (self->input, keyvals, n_keyvals);
}

GdkTexture *
avb_console_dup_texture (AvbConsole *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE (self), NULL);
  return avb_monitor_picture_dup_texture (self->monitor);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-console-input.h"

#include <math.h>

#include "ui/console/avb-guest-keyboard.h"
#include "ui/console/avb-keymap.h"
#include "ui/console/avb-reader-keys.h"
#include "ui/console/avb-pointer-lock.h"

/* Touchpads and some wheels scroll by logical pixels: so many are a wheel's notch. */
#define PIXELS_PER_NOTCH 30.0

struct _AvbConsoleInput {
  GObject parent_instance;

  GtkWidget          *widget;      /* not owned: it owns us */
  GPtrArray          *controllers; /* on it; not owned */
  AvbConsoleInputMap  map;
  AvbInputSink       *sink;
  gboolean            server_mouse;
  gboolean            lock_keys;
  int                 display; /* that positions belong to */

  AvbGuestKeyboard *keyboard;
  AvbReaderKeys    *reader_keys;
  guint             buttons; /* mask of AvbInputButton */
  gboolean          focused;

  gboolean            captured;
  gboolean            capture_wanted; /* a click came before the window's focus */
  gboolean            inhibited;      /* the desktop granted its shortcuts */
  GtkEventController *root_keys;      /* while captured */
  GtkRoot            *root;           /* that it is on; not owned */

  double            scrolled;
  gboolean          has_position;
  int               last_x;
  int               last_y;
  GdkEventSequence *touch; /* the finger that is the pointer */
  AvbPointerLock   *lock;  /* while captured and server_mouse, where the desktop can */
  gboolean          pointer_locked;
};

G_DEFINE_FINAL_TYPE (AvbConsoleInput, avb_console_input, G_TYPE_OBJECT)

enum { PROP_0, PROP_CAPTURED, PROP_POINTER_LOCKED, N_PROPS };
static GParamSpec *properties[N_PROPS];

static gboolean
can_send (AvbConsoleInput *self)
{
  return avb_guest_keyboard_can_send (self->keyboard);
}

/* Returns: whether the key is the guest's */
static gboolean
avb_console_input_key_pressed (AvbConsoleInput *self,
                               guint            keyval,
                               guint            keycode,
                               GdkModifierType  state)
{
  guint scancode = avb_keymap_from_event (gtk_widget_get_display (self->widget), keycode, keyval);

  if (!can_send (self) || avb_reader_keys_press (self->reader_keys, keyval, keycode))
    return FALSE;
  /* Without capture, the console must be left by keyboard like any other widget. */
  if (!self->captured && (keyval == GDK_KEY_Tab || keyval == GDK_KEY_ISO_Left_Tab)
      && (state & GDK_ALT_MASK) == 0)
    return FALSE;
  if (scancode == 0)
    return self->captured;
  avb_guest_keyboard_press (self->keyboard, scancode);
  if (self->buttons != 0)
    avb_guest_keyboard_spoil (self->keyboard);
  return TRUE;
}

static void
avb_console_input_key_released (AvbConsoleInput *self, guint keyval, guint keycode)
{
  guint scancode = avb_keymap_from_event (gtk_widget_get_display (self->widget), keycode, keyval);

  avb_reader_keys_release (self->reader_keys, keycode);
  if (avb_guest_keyboard_release (self->keyboard, scancode))
    avb_console_input_release (self);
}

static gboolean
key_pressed_cb (GtkEventControllerKey *controller,
                guint                  keyval,
                guint                  keycode,
                GdkModifierType        state,
                AvbConsoleInput       *self)
{
  return avb_console_input_key_pressed (self, keyval, keycode, state);
}

static void
key_released_cb (GtkEventControllerKey *controller,
                 guint                  keyval,
                 guint                  keycode,
                 GdkModifierType        state,
                 AvbConsoleInput       *self)
{
  avb_console_input_key_released (self, keyval, keycode);
}

static gboolean
root_key_pressed_cb (GtkEventControllerKey *controller,
                     guint                  keyval,
                     guint                  keycode,
                     GdkModifierType        state,
                     AvbConsoleInput       *self)
{
  if (!gtk_widget_has_focus (self->widget))
    return FALSE;
  return avb_console_input_key_pressed (self, keyval, keycode, state);
}

static void
avb_console_input_sync_locks (AvbConsoleInput *self)
{
  GdkSeat *seat = gdk_display_get_default_seat (gtk_widget_get_display (self->widget));

  if (self->lock_keys && seat != NULL && gdk_seat_get_keyboard (seat) != NULL)
    avb_guest_keyboard_sync_locks (self->keyboard, gdk_seat_get_keyboard (seat));
}

static void
locks_cb (AvbInputSink *sink, AvbConsoleInput *self)
{
  /* With the focus here the user's own keys change them: no second hand on it. */
  if (!self->focused)
    avb_console_input_sync_locks (self);
}

static void
focus_enter_cb (GtkEventControllerFocus *controller, AvbConsoleInput *self)
{
  self->focused = TRUE;
  avb_console_input_sync_locks (self);
  if (self->capture_wanted)
    avb_console_input_capture (self);
}

static void
focus_leave_cb (GtkEventControllerFocus *controller, AvbConsoleInput *self)
{
  self->focused = FALSE;
  self->capture_wanted = FALSE;
  avb_console_input_release (self);
  avb_console_input_let_go (self);
}

static void
avb_console_input_point (AvbConsoleInput *self, double x, double y)
{
  int guest_x, guest_y;

  /* Locked, it is told how far it would move. */
  if (self->pointer_locked)
    return;
  if (!can_send (self) || !self->map (self->widget, x, y, &guest_x, &guest_y))
    return;
  if (self->has_position && guest_x == self->last_x && guest_y == self->last_y)
    return;
  if (!self->server_mouse)
    avb_input_sink_position (self->sink, guest_x, guest_y, self->display, self->buttons);
  else if (self->has_position)
    avb_input_sink_motion (
        self->sink, guest_x - self->last_x, guest_y - self->last_y, self->buttons);
  self->has_position = TRUE;
  self->last_x = guest_x;
  self->last_y = guest_y;
}

static void
relative_motion_cb (int dx, int dy, gpointer data)
{
  AvbConsoleInput *self = data;

  if (can_send (self))
    avb_input_sink_motion (self->sink, dx, dy, self->buttons);
}

static void
lock_changed_cb (gboolean locked, gpointer data)
{
  AvbConsoleInput *self = data;

  self->pointer_locked = locked;
  self->has_position = FALSE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_POINTER_LOCKED]);
}

static void
avb_console_input_update_lock (AvbConsoleInput *self)
{
  gboolean wanted = self->captured && self->server_mouse;

  if (wanted && self->lock == NULL)
    self->lock
        = avb_pointer_lock_new (self->widget, relative_motion_cb, lock_changed_cb, self);
  else if (!wanted && self->lock != NULL)
    {
      g_clear_pointer (&self->lock, avb_pointer_lock_free);
      if (self->pointer_locked)
        lock_changed_cb (FALSE, self);
    }
}

static void
motion_cb (GtkEventControllerMotion *controller, double x, double y, AvbConsoleInput *self)
{
  avb_console_input_point (self, x, y);
}

static void
enter_cb (GtkEventControllerMotion *controller, double x, double y, AvbConsoleInput *self)
{
  /* The way from where it left is not a motion. */
  self->has_position = FALSE;
  avb_console_input_point (self, x, y);
}

static gboolean
guest_button (guint number, AvbInputButton *button)
{
  static const struct {
    guint          number;
    AvbInputButton button;
  } buttons[] = {
    { GDK_BUTTON_PRIMARY, AVB_INPUT_LEFT },    { GDK_BUTTON_MIDDLE, AVB_INPUT_MIDDLE },
    { GDK_BUTTON_SECONDARY, AVB_INPUT_RIGHT }, { 8, AVB_INPUT_SIDE },
    { 9, AVB_INPUT_EXTRA },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (buttons); i++)
    if (buttons[i].number == number)
      {
        *button = buttons[i].button;
        return TRUE;
      }
  return FALSE;
}

static void
avb_console_input_button (AvbConsoleInput *self, guint number, gboolean press)
{
  AvbInputButton button;
  guint          mask;

  if (!can_send (self) || !guest_button (number, &button))
    return;
  mask = 1u << button;
  if (press == ((self->buttons & mask) != 0))
    return;
  if (press)
    {
      self->buttons |= mask;
      avb_guest_keyboard_spoil (self->keyboard);
    }
  else
    self->buttons &= ~mask;
  avb_input_sink_button (self->sink, button, press, self->buttons);
}

/* Where an event of the surface lies in the widget. */
static gboolean
avb_console_input_locate (AvbConsoleInput *self, GdkEvent *event, double *x, double *y)
{
  GtkNative       *native = gtk_widget_get_native (self->widget);
  double           surface_x, surface_y, dx, dy;
  graphene_point_t point;

  if (native == NULL || !gdk_event_get_position (event, &surface_x, &surface_y))
    return FALSE;
  gtk_native_get_surface_transform (native, &dx, &dy);
  if (!gtk_widget_compute_point (
          GTK_WIDGET (native),
          self->widget,
          &GRAPHENE_POINT_INIT ((float) (surface_x - dx), (float) (surface_y - dy)),
          &point))
    return FALSE;
  *x = point.x;
  *y = point.y;
  return TRUE;
}

/* A click is pointing, a button, the focus and the capture. */
static void
avb_console_input_click (AvbConsoleInput *self, GdkEvent *event, guint button)
{
  double x, y;

  gtk_widget_grab_focus (self->widget);
  if (avb_console_input_locate (self, event, &x, &y))
    avb_console_input_point (self, x, y);
  avb_console_input_button (self, button, TRUE);
  avb_console_input_capture (self);
}

static void
avb_console_input_touch (AvbConsoleInput *self, GdkEvent *event)
{
  GdkEventSequence *sequence = gdk_event_get_event_sequence (event);
  GdkEventType      type = gdk_event_get_event_type (event);
  double            x, y;

  if (type == GDK_TOUCH_BEGIN && self->touch == NULL)
    {
      self->touch = sequence;
      self->has_position = FALSE;
      avb_console_input_click (self, event, GDK_BUTTON_PRIMARY);
      return;
    }
  if (sequence != self->touch)
    return;
  if (avb_console_input_locate (self, event, &x, &y) && type != GDK_TOUCH_CANCEL)
    avb_console_input_point (self, x, y);
  if (type != GDK_TOUCH_UPDATE)
    {
      avb_console_input_button (self, GDK_BUTTON_PRIMARY, FALSE);
      self->touch = NULL;
    }
}

static gboolean
event_cb (GtkEventControllerLegacy *controller, GdkEvent *event, AvbConsoleInput *self)
{
  double x, y;

  switch ((int) gdk_event_get_event_type (event))
    {
    case GDK_BUTTON_PRESS:
      avb_console_input_click (self, event, gdk_button_event_get_button (event));
      return GDK_EVENT_STOP;
    case GDK_BUTTON_RELEASE:
      if (avb_console_input_locate (self, event, &x, &y))
        avb_console_input_point (self, x, y);
      avb_console_input_button (self, gdk_button_event_get_button (event), FALSE);
      return GDK_EVENT_STOP;
    case GDK_TOUCH_BEGIN:
    case GDK_TOUCH_UPDATE:
    case GDK_TOUCH_END:
    case GDK_TOUCH_CANCEL:
      avb_console_input_touch (self, event);
      return GDK_EVENT_STOP;
    default:
      return GDK_EVENT_PROPAGATE;
    }
}

static gboolean
scroll_cb (GtkEventControllerScroll *controller, double dx, double dy, AvbConsoleInput *self)
{
  if (!can_send (self))
    return GDK_EVENT_PROPAGATE;
  if (gtk_event_controller_scroll_get_unit (controller) == GDK_SCROLL_UNIT_SURFACE)
    dy /= PIXELS_PER_NOTCH;
  /* A turn back starts from nothing. */
  if (dy * self->scrolled < 0)
    self->scrolled = 0;
  /* No guest scrolls further than this at once; nor may a broken device keep us busy. */
  self->scrolled = CLAMP (self->scrolled + dy, -100, 100);
  while (fabs (self->scrolled) >= 1)
    {
      AvbInputButton wheel = self->scrolled > 0 ? AVB_INPUT_DOWN : AVB_INPUT_UP;

      avb_input_sink_button (self->sink, wheel, TRUE, self->buttons);
      avb_input_sink_button (self->sink, wheel, FALSE, self->buttons);
      self->scrolled -= self->scrolled > 0 ? 1 : -1;
    }
  return GDK_EVENT_STOP;
}

static void
scroll_end_cb (GtkEventControllerScroll *controller, AvbConsoleInput *self)
{
  self->scrolled = 0;
}

static void
unmap_cb (GtkWidget *widget, AvbConsoleInput *self)
{
  avb_console_input_release (self);
  avb_console_input_let_go (self);
}

/* The desktop took its shortcuts back. */
static void
inhibited_cb (GdkToplevel *toplevel, GParamSpec *pspec, AvbConsoleInput *self)
{
  gboolean inhibited;

  g_object_get (toplevel, "shortcuts-inhibited", &inhibited, NULL);
  if (self->inhibited && !inhibited)
    avb_console_input_release (self);
  else
    self->inhibited = inhibited;
}

/* (nullable): the surface of the window */
static GdkToplevel *
avb_console_input_get_toplevel (AvbConsoleInput *self)
{
  GdkSurface *surface
      = self->root != NULL ? gtk_native_get_surface (GTK_NATIVE (self->root)) : NULL;

  return GDK_IS_TOPLEVEL (surface) ? GDK_TOPLEVEL (surface) : NULL;
}

static void
avb_console_input_add (AvbConsoleInput *self, GtkEventController *controller)
{
  gtk_widget_add_controller (self->widget, controller);
  g_ptr_array_add (self->controllers, controller);
}

static void
avb_console_input_add_controllers (AvbConsoleInput *self)
{
  GtkEventController *controller;

  controller = gtk_event_controller_key_new ();
  g_signal_connect (controller, "key-pressed", G_CALLBACK (key_pressed_cb), self);
  g_signal_connect (controller, "key-released", G_CALLBACK (key_released_cb), self);
  avb_console_input_add (self, controller);

  controller = gtk_event_controller_focus_new ();
  g_signal_connect (controller, "enter", G_CALLBACK (focus_enter_cb), self);
  g_signal_connect (controller, "leave", G_CALLBACK (focus_leave_cb), self);
  avb_console_input_add (self, controller);

  controller = gtk_event_controller_motion_new ();
  g_signal_connect (controller, "enter", G_CALLBACK (enter_cb), self);
  g_signal_connect (controller, "motion", G_CALLBACK (motion_cb), self);
  avb_console_input_add (self, controller);

  controller = gtk_event_controller_legacy_new ();
  g_signal_connect (controller, "event", G_CALLBACK (event_cb), self);
  avb_console_input_add (self, controller);

  controller = gtk_event_controller_scroll_new (GTK_EVENT_CONTROLLER_SCROLL_BOTH_AXES);
  g_signal_connect (controller, "scroll", G_CALLBACK (scroll_cb), self);
  g_signal_connect (controller, "scroll-end", G_CALLBACK (scroll_end_cb), self);
  avb_console_input_add (self, controller);

  g_signal_connect_object (self->widget, "unmap", G_CALLBACK (unmap_cb), self, 0);
}

static void
avb_console_input_dispose (GObject *object)
{
  AvbConsoleInput *self = AVB_CONSOLE_INPUT (object);

  avb_console_input_set_sink (self, NULL);
  for (guint i = 0; i < self->controllers->len; i++)
    gtk_widget_remove_controller (self->widget, self->controllers->pdata[i]);
  g_ptr_array_set_size (self->controllers, 0);
  G_OBJECT_CLASS (avb_console_input_parent_class)->dispose (object);
}

static void
avb_console_input_finalize (GObject *object)
{
  AvbConsoleInput *self = AVB_CONSOLE_INPUT (object);

  g_ptr_array_unref (self->controllers);
  avb_guest_keyboard_free (self->keyboard);
  avb_reader_keys_free (self->reader_keys);
  G_OBJECT_CLASS (avb_console_input_parent_class)->finalize (object);
}

static void
avb_console_input_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  switch (id)
    {
    case PROP_CAPTURED:
      g_value_set_boolean (value, AVB_CONSOLE_INPUT (object)->captured);
      break;
    case PROP_POINTER_LOCKED:
      g_value_set_boolean (value, AVB_CONSOLE_INPUT (object)->pointer_locked);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_console_input_class_init (AvbConsoleInputClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = avb_console_input_dispose;
  object_class->finalize = avb_console_input_finalize;
  object_class->get_property = avb_console_input_get_property;

  properties[PROP_CAPTURED] = g_param_spec_boolean ("captured", NULL, NULL, FALSE, flags);
  properties[PROP_POINTER_LOCKED]
      = g_param_spec_boolean ("pointer-locked", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_console_input_init (AvbConsoleInput *self)
{
  self->controllers = g_ptr_array_new ();
  self->keyboard = avb_guest_keyboard_new ();
  self->reader_keys = avb_reader_keys_new ();
  self->lock_keys = TRUE;
}

AvbConsoleInput *
avb_console_input_new (GtkWidget *widget, AvbConsoleInputMap map)
{
  AvbConsoleInput *self = g_object_new (AVB_TYPE_CONSOLE_INPUT, NULL);

  self->widget = widget;
  self->map = map;
  avb_console_input_add_controllers (self);
  return self;
}

void
avb_console_input_set_sink (AvbConsoleInput *self, AvbInputSink *sink)
{
  g_return_if_fail (AVB_IS_CONSOLE_INPUT (self));

  if (self->sink == sink)
    return;
  if (self->sink != NULL)
    {
      avb_console_input_release (self);
      avb_console_input_let_go (self);
      g_signal_handlers_disconnect_by_data (self->sink, self);
    }
  g_set_object (&self->sink, sink);
  avb_guest_keyboard_set_sink (self->keyboard, sink);
  self->has_position = FALSE;
  if (sink == NULL)
    return;
  g_signal_connect (sink, "locks", G_CALLBACK (locks_cb), self);
  avb_console_input_sync_locks (self);
}

void
avb_console_input_set_server_mouse (AvbConsoleInput *self, gboolean server_mouse)
{
  g_return_if_fail (AVB_IS_CONSOLE_INPUT (self));

  self->server_mouse = server_mouse;
  self->has_position = FALSE;
  avb_console_input_update_lock (self);
}

void
avb_console_input_set_lock_keys (AvbConsoleInput *self, gboolean lock_keys)
{
  g_return_if_fail (AVB_IS_CONSOLE_INPUT (self));

  if (self->lock_keys == lock_keys)
    return;
  self->lock_keys = lock_keys;
  avb_console_input_sync_locks (self);
}

void
avb_console_input_set_display (AvbConsoleInput *self, int display)
{
  g_return_if_fail (AVB_IS_CONSOLE_INPUT (self));

  self->display = display;
  self->has_position = FALSE;
}

gboolean
avb_console_input_get_captured (AvbConsoleInput *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_INPUT (self), FALSE);
  return self->captured;
}

void
avb_console_input_capture (AvbConsoleInput *self)
{
  GdkToplevel *toplevel;

  g_return_if_fail (AVB_IS_CONSOLE_INPUT (self));

  if (self->captured || !can_send (self))
    return;
  self->capture_wanted = !gtk_widget_has_focus (self->widget);
  if (self->capture_wanted)
    return;
  self->root = gtk_widget_get_root (self->widget);
  self->captured = TRUE;
  self->inhibited = FALSE;

  /* On the window and before its own shortcuts, or F10, Tab and the accelerators would win. */
  self->root_keys = gtk_event_controller_key_new ();
  gtk_event_controller_set_propagation_phase (self->root_keys, GTK_PHASE_CAPTURE);
  g_signal_connect (self->root_keys, "key-pressed", G_CALLBACK (root_key_pressed_cb), self);
  g_signal_connect (self->root_keys, "key-released", G_CALLBACK (key_released_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->root), self->root_keys);

  toplevel = avb_console_input_get_toplevel (self);
  if (toplevel != NULL)
    {
      g_signal_connect (toplevel, "notify::shortcuts-inhibited", G_CALLBACK (inhibited_cb), self);
      gdk_toplevel_inhibit_system_shortcuts (toplevel, NULL);
    }
  avb_console_input_update_lock (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAPTURED]);
}

void
avb_console_input_release (AvbConsoleInput *self)
{
  GdkToplevel *toplevel;

  g_return_if_fail (AVB_IS_CONSOLE_INPUT (self));

  if (!self->captured)
    return;
  self->captured = FALSE;
  avb_console_input_update_lock (self);
  toplevel = avb_console_input_get_toplevel (self);
  if (toplevel != NULL)
    {
      g_signal_handlers_disconnect_by_func (toplevel, inhibited_cb, self);
      gdk_toplevel_restore_system_shortcuts (toplevel);
    }
  gtk_widget_remove_controller (GTK_WIDGET (self->root), self->root_keys);
  self->root_keys = NULL;
  self->root = NULL;
  avb_console_input_let_go (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAPTURED]);
}

void
avb_console_input_let_go (AvbConsoleInput *self)
{
  static const guint buttons[]
      = { GDK_BUTTON_PRIMARY, GDK_BUTTON_MIDDLE, GDK_BUTTON_SECONDARY, 8, 9 };

  g_return_if_fail (AVB_IS_CONSOLE_INPUT (self));

  avb_reader_keys_reset (self->reader_keys);
  self->scrolled = 0;
  self->touch = NULL;
  avb_guest_keyboard_let_go (self->keyboard);
  if (can_send (self))
    for (gsize i = 0; i < G_N_ELEMENTS (buttons); i++)
      avb_console_input_button (self, buttons[i], FALSE);
  self->buttons = 0;
}

void
avb_console_input_send_keys (AvbConsoleInput *self, const guint *keyvals, gsize n_keyvals)
{
  g_return_if_fail (AVB_IS_CONSOLE_INPUT (self));
  avb_guest_keyboard_type (self->keyboard, keyvals, n_keyvals);
}

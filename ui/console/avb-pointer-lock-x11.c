/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <X11/Xlib.h>
#include <X11/extensions/XInput2.h>
#include <gdk/x11/gdkx.h>
#include <glib-unix.h>

#include "ui/console/avb-pointer-lock-private.h"

/* GDK marks all of its X11 as deprecated, and there is nothing else. */
G_GNUC_BEGIN_IGNORE_DEPRECATIONS

/* The first two axes of a device. */
typedef struct {
  gboolean absolute;
  double   units[2]; /* absolute: pixels of the screen in one of the device's units */
  gboolean known[2]; /* absolute: there is a last position */
  double   last[2];
} Axes;

typedef struct {
  AvbPointerLock base;
  GdkDisplay    *display;
  Display       *events; /* a connection of our own: GDK's events are its own business */
  int            opcode;
  Window         window; /* GDK's */
  guint          source;
  GHashTable    *devices; /* of Axes */
  int            center_x; /* in the window, where the pointer is held */
  int            center_y;
} X11Lock;

static gboolean
x11_matches (GdkDisplay *display)
{
  return GDK_IS_X11_DISPLAY (display);
}

static Axes *
read_axes (X11Lock *self, int device)
{
  Axes         *axes = g_new0 (Axes, 1);
  int           n_infos = 0;
  XIDeviceInfo *infos = XIQueryDevice (self->events, device, &n_infos);
  int           screen = DefaultScreen (self->events);
  int sizes[2] = { DisplayWidth (self->events, screen), DisplayHeight (self->events, screen) };

  for (int i = 0; infos != NULL && i < infos[0].num_classes; i++)
    {
      XIValuatorClassInfo *valuator = (gpointer) infos[0].classes[i];

      if (valuator->type != XIValuatorClass || valuator->number < 0 || valuator->number > 1)
        continue;
      axes->absolute = valuator->mode == XIModeAbsolute;
      axes->units[valuator->number] = valuator->max > valuator->min
                                          ? sizes[valuator->number] / (valuator->max - valuator->min)
                                          : 1;
    }
  if (infos != NULL)
    XIFreeDeviceInfo (infos);
  g_hash_table_insert (self->devices, GINT_TO_POINTER (device), axes);
  return axes;
}

/* A tablet, as computers in a computer have, tells where it is: what counts is the way between. */
static double
axis_motion (Axes *axes, int axis, double value)
{
  double motion = 0;

  if (!axes->absolute)
    return value;
  if (axes->known[axis])
    motion = (value - axes->last[axis]) * axes->units[axis];
  axes->known[axis] = TRUE;
  axes->last[axis] = value;
  return motion;
}

static void
take_motion (X11Lock *self, const XIRawEvent *event)
{
  Axes   *axes = g_hash_table_lookup (self->devices, GINT_TO_POINTER (event->sourceid));
  double  motion[2] = { 0, 0 };
  double *value = event->raw_values;

  if (axes == NULL)
    axes = read_axes (self, event->sourceid);
  for (int i = 0; i < MIN (event->valuators.mask_len * 8, 2); i++)
    if (XIMaskIsSet (event->valuators.mask, i))
      motion[i] = axis_motion (axes, i, *value++);
  avb_pointer_lock_move (&self->base, motion[0], motion[1]);
}

/* Back to where it is held. The warp itself is no motion of a device. */
static void
hold_pointer (X11Lock *self)
{
  Display *xdisplay = gdk_x11_display_get_xdisplay (self->display);

  gdk_x11_display_error_trap_push (self->display);
  XWarpPointer (xdisplay, None, self->window, 0, 0, 0, 0, self->center_x, self->center_y);
  XFlush (xdisplay);
  gdk_x11_display_error_trap_pop_ignored (self->display);
}

static gboolean
readable_cb (int fd, GIOCondition condition, gpointer data)
{
  X11Lock *self = data;
  gboolean moved = FALSE;

  while (XPending (self->events) > 0)
    {
      XEvent event;

      XNextEvent (self->events, &event);
      if (event.type != GenericEvent || event.xcookie.extension != self->opcode
          || !XGetEventData (self->events, &event.xcookie))
        continue;
      if (event.xcookie.evtype == XI_RawMotion)
        {
          take_motion (self, event.xcookie.data);
          moved = TRUE;
        }
      XFreeEventData (self->events, &event.xcookie);
    }
  if (moved)
    hold_pointer (self);
  return G_SOURCE_CONTINUE;
}

static gboolean
open_events (X11Lock *self)
{
  int            event, error, major = 2, minor = 2;
  unsigned char  bits[XIMaskLen (XI_RawMotion)] = { 0 };
  XIEventMask    mask = { XIAllMasterDevices, sizeof bits, bits };

  self->events = XOpenDisplay (gdk_display_get_name (self->display));
  if (self->events == NULL
      || !XQueryExtension (self->events, "XInputExtension", &self->opcode, &event, &error)
      || XIQueryVersion (self->events, &major, &minor) != Success)
    return FALSE;
  XISetMask (bits, XI_RawMotion);
  XISelectEvents (self->events, DefaultRootWindow (self->events), &mask, 1);
  /* Whatever moves from now on is told. */
  XSync (self->events, False);
  self->source = g_unix_fd_add (ConnectionNumber (self->events), G_IO_IN, readable_cb, self);
  return TRUE;
}

/* Kept in the window, so that no click goes elsewhere before the pointer is put back. */
static gboolean
grab_pointer (X11Lock *self)
{
  Display *xdisplay = gdk_x11_display_get_xdisplay (self->display);
  int      result;

  gdk_x11_display_error_trap_push (self->display);
  result = XGrabPointer (xdisplay,
                         self->window,
                         True,
                         0,
                         GrabModeAsync,
                         GrabModeAsync,
                         self->window,
                         None,
                         CurrentTime);
  return gdk_x11_display_error_trap_pop (self->display) == 0 && result == GrabSuccess;
}

static void
x11_stop (AvbPointerLock *lock)
{
  X11Lock *self = (X11Lock *) lock;
  Display *xdisplay = gdk_x11_display_get_xdisplay (self->display);

  g_clear_handle_id (&self->source, g_source_remove);
  gdk_x11_display_error_trap_push (self->display);
  XUngrabPointer (xdisplay, CurrentTime);
  XFlush (xdisplay);
  gdk_x11_display_error_trap_pop_ignored (self->display);
  g_clear_pointer (&self->events, XCloseDisplay);
  g_hash_table_unref (self->devices);
  g_free (self);
}

static AvbPointerLock *
x11_start (GtkWidget *widget)
{
  GtkNative       *native = gtk_widget_get_native (widget);
  GdkSurface      *surface = gtk_native_get_surface (native);
  double           scale = gdk_surface_get_scale (surface);
  double           dx, dy;
  graphene_point_t center;
  X11Lock         *self;

  if (!gtk_widget_compute_point (widget,
                                 GTK_WIDGET (native),
                                 &GRAPHENE_POINT_INIT ((float) gtk_widget_get_width (widget) / 2,
                                                       (float) gtk_widget_get_height (widget) / 2),
                                 &center))
    return NULL;
  gtk_native_get_surface_transform (native, &dx, &dy);
  self = g_new0 (X11Lock, 1);
  self->display = gtk_widget_get_display (widget);
  self->window = gdk_x11_surface_get_xid (surface);
  self->center_x = (int) ((center.x + dx) * scale);
  self->center_y = (int) ((center.y + dy) * scale);
  self->devices = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  if (!grab_pointer (self) || !open_events (self))
    {
      x11_stop (&self->base);
      return NULL;
    }
  hold_pointer (self);
  self->base.locked = TRUE;
  return &self->base;
}

const AvbPointerLockKind avb_pointer_lock_x11 = {
  x11_matches,
  NULL,
  x11_start,
  x11_stop,
};

G_GNUC_END_IGNORE_DEPRECATIONS

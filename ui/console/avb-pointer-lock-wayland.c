/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <gdk/wayland/gdkwayland.h>

#include "pointer-constraints-unstable-v1-client-protocol.h"
#include "relative-pointer-unstable-v1-client-protocol.h"
#include "ui/console/avb-pointer-lock-private.h"

/* What a compositor offers; it lives as long as its display. */
typedef struct {
  struct wl_registry                    *registry;
  struct zwp_pointer_constraints_v1     *constraints;
  struct zwp_relative_pointer_manager_v1 *relative;
} Globals;

typedef struct {
  AvbPointerLock                  base;
  struct zwp_locked_pointer_v1   *lock;
  struct zwp_relative_pointer_v1 *relative;
} WaylandLock;

#define GLOBALS_KEY "avb-pointer-lock-globals"

static void
global_cb (
    void *data, struct wl_registry *registry, uint32_t name, const char *type, uint32_t version)
{
  Globals *globals = data;

  if (g_str_equal (type, zwp_pointer_constraints_v1_interface.name) && globals->constraints == NULL)
    globals->constraints
        = wl_registry_bind (registry, name, &zwp_pointer_constraints_v1_interface, 1);
  else if (g_str_equal (type, zwp_relative_pointer_manager_v1_interface.name)
           && globals->relative == NULL)
    globals->relative
        = wl_registry_bind (registry, name, &zwp_relative_pointer_manager_v1_interface, 1);
}

static void
global_remove_cb (void *data, struct wl_registry *registry, uint32_t name)
{
}

static const struct wl_registry_listener registry_listener = { global_cb, global_remove_cb };

static gboolean
wayland_matches (GdkDisplay *display)
{
  return GDK_IS_WAYLAND_DISPLAY (display);
}

/* GDK reads the connection, and dispatches what is ours with its own. */
static void
wayland_prepare (GdkDisplay *display)
{
  Globals *globals = g_object_get_data (G_OBJECT (display), GLOBALS_KEY);

  if (globals != NULL)
    return;
  globals = g_new0 (Globals, 1);
  /* With the display the connection is gone, and the proxies with it. */
  g_object_set_data_full (G_OBJECT (display), GLOBALS_KEY, globals, g_free);
  globals->registry
      = wl_display_get_registry (gdk_wayland_display_get_wl_display (GDK_WAYLAND_DISPLAY (display)));
  wl_registry_add_listener (globals->registry, &registry_listener, globals);
}

static void
locked_cb (void *data, struct zwp_locked_pointer_v1 *lock)
{
  avb_pointer_lock_set_locked (data, TRUE);
}

static void
unlocked_cb (void *data, struct zwp_locked_pointer_v1 *lock)
{
  avb_pointer_lock_set_locked (data, FALSE);
}

static const struct zwp_locked_pointer_v1_listener lock_listener = { locked_cb, unlocked_cb };

static void
relative_motion_cb (void                           *data,
                    struct zwp_relative_pointer_v1 *relative,
                    uint32_t                        time_high,
                    uint32_t                        time_low,
                    wl_fixed_t                      dx,
                    wl_fixed_t                      dy,
                    wl_fixed_t                      dx_unaccelerated,
                    wl_fixed_t                      dy_unaccelerated)
{
  avb_pointer_lock_move (
      data, wl_fixed_to_double (dx_unaccelerated), wl_fixed_to_double (dy_unaccelerated));
}

static const struct zwp_relative_pointer_v1_listener relative_listener = { relative_motion_cb };

static AvbPointerLock *
wayland_start (GtkWidget *widget)
{
  GdkDisplay        *display = gtk_widget_get_display (widget);
  GdkSurface        *surface = gtk_native_get_surface (gtk_widget_get_native (widget));
  GdkSeat           *seat = gdk_display_get_default_seat (display);
  GdkDevice         *device = seat != NULL ? gdk_seat_get_pointer (seat) : NULL;
  Globals           *globals = g_object_get_data (G_OBJECT (display), GLOBALS_KEY);
  struct wl_pointer *pointer
      = device != NULL ? gdk_wayland_device_get_wl_pointer (GDK_WAYLAND_DEVICE (device)) : NULL;
  WaylandLock       *self;

  if (globals == NULL || globals->constraints == NULL || globals->relative == NULL
      || pointer == NULL)
    return NULL;
  self = g_new0 (WaylandLock, 1);
  self->relative
      = zwp_relative_pointer_manager_v1_get_relative_pointer (globals->relative, pointer);
  zwp_relative_pointer_v1_add_listener (self->relative, &relative_listener, self);
  self->lock = zwp_pointer_constraints_v1_lock_pointer (
      globals->constraints,
      gdk_wayland_surface_get_wl_surface (GDK_WAYLAND_SURFACE (surface)),
      pointer,
      NULL,
      ZWP_POINTER_CONSTRAINTS_V1_LIFETIME_PERSISTENT);
  zwp_locked_pointer_v1_add_listener (self->lock, &lock_listener, self);
  return &self->base;
}

static void
wayland_stop (AvbPointerLock *lock)
{
  WaylandLock *self = (WaylandLock *) lock;

  zwp_locked_pointer_v1_destroy (self->lock);
  zwp_relative_pointer_v1_destroy (self->relative);
  g_free (self);
}

const AvbPointerLockKind avb_pointer_lock_wayland = {
  wayland_matches,
  wayland_prepare,
  wayland_start,
  wayland_stop,
};

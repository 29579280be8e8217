/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <math.h>

#include "ui/console/avb-console-private.h"
#include "ui/console/avb-monitor-picture.h"

void
avb_console_get_area (AvbConsole *self, cairo_rectangle_int_t *area)
{
  *area = (cairo_rectangle_int_t) { 0 };
  if (self->monitor != NULL)
    avb_guest_monitor_get_area (self->monitor, area);
}

static double
avb_console_get_device_scale (AvbConsole *self)
{
  return self->surface != NULL ? gdk_surface_get_scale (self->surface) : 1;
}

static gboolean
avb_console_get_position (AvbConsole *self, double *x, double *y)
{
  GtkNative       *native = gtk_widget_get_native (GTK_WIDGET (self));
  graphene_point_t origin;
  double           dx, dy;

  if (native == NULL
      || !gtk_widget_compute_point (
          GTK_WIDGET (self), GTK_WIDGET (native), &GRAPHENE_POINT_INIT (0, 0), &origin))
    return FALSE;
  gtk_native_get_surface_transform (native, &dx, &dy);
  *x = origin.x + dx;
  *y = origin.y + dy;
  return TRUE;
}

static AvbDisplayMode
avb_console_get_mode (AvbConsole *self)
{
  AvbDisplayMode mode = AVB_DISPLAY_SCALE;

  if (self->settings != NULL)
    g_object_get (self->settings, "display-mode", &mode, NULL);
  return mode;
}

static AvbConsoleFit
avb_console_get_fit (AvbConsole *self)
{
  switch (avb_console_get_mode (self))
    {
    case AVB_DISPLAY_EXACT:
      return AVB_CONSOLE_FIT_EXACT;
    case AVB_DISPLAY_RESIZE:
      return avb_guest_layout_get_can_arrange (self->layout) ? AVB_CONSOLE_FIT_NEARLY
                                                             : AVB_CONSOLE_FIT_SCALED;
    case AVB_DISPLAY_SCALE:
    default:
      return AVB_CONSOLE_FIT_SCALED;
    }
}

guint
avb_console_get_number (AvbConsole *self)
{
  return self->monitor != NULL ? avb_guest_monitor_get_number (self->monitor) : self->number;
}

void
avb_console_ask_size (AvbConsole *self)
{
  guint              number = avb_console_get_number (self);
  double             x, y;
  AvbConsoleGeometry geometry;

  if (self->layout == NULL)
    return;
  if (avb_console_get_mode (self) != AVB_DISPLAY_RESIZE)
    {
      /* Another monitor's window is the wish to have it; it keeps the size that it has. */
      if (self->number == 0)
        avb_guest_layout_forget (self->layout, number);
      if (self->number == 0 || avb_guest_layout_wants (self->layout, number))
        return;
    }
  if (!gtk_widget_get_mapped (GTK_WIDGET (self)) || !avb_console_get_position (self, &x, &y))
    return;
  avb_console_geometry_init (&geometry,
                             avb_console_get_device_scale (self),
                             x,
                             y,
                             gtk_widget_get_width (GTK_WIDGET (self)),
                             gtk_widget_get_height (GTK_WIDGET (self)),
                             1,
                             1,
                             AVB_CONSOLE_FIT_EXACT);
  if (geometry.width > 0 && geometry.height > 0)
    avb_guest_layout_want (self->layout, number, geometry.width, geometry.height);
}

static gboolean
avb_console_get_geometry (AvbConsole *self, AvbConsoleGeometry *geometry)
{
  cairo_rectangle_int_t area;
  double                x, y;

  avb_console_get_area (self, &area);
  if (area.width == 0 || !avb_console_get_position (self, &x, &y))
    return FALSE;
  avb_console_geometry_init (geometry,
                             avb_console_get_device_scale (self),
                             x,
                             y,
                             gtk_widget_get_width (GTK_WIDGET (self)),
                             gtk_widget_get_height (GTK_WIDGET (self)),
                             area.width,
                             area.height,
                             avb_console_get_fit (self));
  return TRUE;
}

gboolean
avb_console_map_point (GtkWidget *widget, double x, double y, int *guest_x, int *guest_y)
{
  AvbConsole           *self = AVB_CONSOLE (widget);
  AvbConsoleGeometry    geometry;
  cairo_rectangle_int_t area;

  if (!avb_console_get_geometry (self, &geometry))
    return FALSE;
  avb_console_geometry_map (&geometry, x, y, guest_x, guest_y);
  /* The agent counts from the monitor's corner; a tablet points at the whole surface. */
  avb_console_get_area (self, &area);
  if (!avb_console_session_get_agent_connected (self->session))
    {
      *guest_x += area.x;
      *guest_y += area.y;
    }
  return TRUE;
}

void
avb_console_update_cursor (AvbConsole *self)
{
  g_autoptr (GdkCursor) cursor = NULL;
  AvbConsoleGeometry geometry;

  self->cursor_zoom = 0;
  if (avb_console_get_status (self) == AVB_CONSOLE_CONNECTED
      && avb_console_get_geometry (self, &geometry))
    {
      self->cursor_zoom = avb_console_geometry_get_zoom (&geometry);
      /* Where the guest's own pointer is part of the picture, a second one would lie. */
      cursor = avb_console_session_get_server_mouse (self->session)
                   ? gdk_cursor_new_from_name ("none", NULL)
                   : avb_guest_cursor_create (
                         avb_guest_display_get_cursor (avb_guest_monitor_get_display (self->monitor)),
                         self->cursor_zoom);
    }
  gtk_widget_set_cursor (GTK_WIDGET (self), cursor);
}

/* A widget that only moves is not drawn again, but its place among the device's pixels may have
 * changed. This runs in frames that happen anyway, after their layout. */
static void
layout_cb (GdkFrameClock *clock, AvbConsole *self)
{
  AvbConsoleGeometry geometry;
  double             x, y;

  if (!gtk_widget_get_mapped (GTK_WIDGET (self)) || !avb_console_get_position (self, &x, &y))
    return;
  if (x != self->drawn_x || y != self->drawn_y)
    {
      gtk_widget_queue_draw (GTK_WIDGET (self));
      if (avb_monitor_picture_is_scanout (self->monitor))
        gtk_widget_queue_allocate (GTK_WIDGET (self));
    }
  if (!avb_console_get_geometry (self, &geometry))
    return;
  if (self->cursor_zoom != 0 && avb_console_geometry_get_zoom (&geometry) != self->cursor_zoom)
    avb_console_update_cursor (self);
}

static void
scale_cb (GdkSurface *surface, GParamSpec *pspec, AvbConsole *self)
{
  gtk_widget_queue_resize (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
avb_console_choose_renderer (AvbConsole *self)
{
  GtkNative *native = gtk_widget_get_native (GTK_WIDGET (self));

  if (self->surface != NULL && self->monitor != NULL)
    avb_framebuffer_set_renderer (
        avb_guest_display_get_framebuffer (avb_guest_monitor_get_display (self->monitor)),
        gtk_native_get_renderer (native));
}

void
avb_console_watch_surface (AvbConsole *self)
{
  GtkWidget *widget = GTK_WIDGET (self);

  self->surface = gtk_native_get_surface (gtk_widget_get_native (widget));
  self->frame_clock = gtk_widget_get_frame_clock (widget);
  g_signal_connect (self->surface, "notify::scale", G_CALLBACK (scale_cb), self);
  g_signal_connect_after (self->frame_clock, "layout", G_CALLBACK (layout_cb), self);
  avb_console_choose_renderer (self);
}

void
avb_console_unwatch_surface (AvbConsole *self)
{
  g_signal_handlers_disconnect_by_data (self->frame_clock, self);
  g_signal_handlers_disconnect_by_data (self->surface, self);
  self->frame_clock = NULL;
  self->surface = NULL;
}

void
avb_console_measure (GtkWidget     *widget,
                     GtkOrientation orientation,
                     int            for_size,
                     int           *minimum,
                     int           *natural,
                     int           *minimum_baseline,
                     int           *natural_baseline)
{
  AvbConsole           *self = AVB_CONSOLE (widget);
  cairo_rectangle_int_t area;
  int                   guest, size;

  avb_console_get_area (self, &area);
  guest = orientation == GTK_ORIENTATION_HORIZONTAL ? area.width : area.height;
  size = (int) ceil (guest / avb_console_get_device_scale (self));
  *minimum = guest != 0 && avb_console_get_fit (self) == AVB_CONSOLE_FIT_EXACT ? size : 0;
  *natural = size;
  /* It takes what it gets; but GTK wants to be asked. */
  gtk_widget_measure (self->view, orientation, -1, NULL, NULL, NULL, NULL);
}

/* To the upper left corner of the picture, from where one unit is one device pixel. */
static GskTransform *
get_transform (const AvbConsoleGeometry *geometry)
{
  double        s = geometry->scale;
  GskTransform *transform = gsk_transform_translate (
      NULL,
      &GRAPHENE_POINT_INIT ((float) ((geometry->left - geometry->x * s) / s),
                            (float) ((geometry->top - geometry->y * s) / s)));

  transform = gsk_transform_scale (transform, (float) (1 / s), (float) (1 / s));
  return gsk_transform_translate (
      transform, &GRAPHENE_POINT_INIT (geometry->picture_x, geometry->picture_y));
}

void
avb_console_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  AvbConsole        *self = AVB_CONSOLE (widget);
  AvbConsoleGeometry geometry;

  avb_console_ask_size (self);
  if (gtk_widget_get_visible (self->view) && avb_console_get_geometry (self, &geometry))
    gtk_widget_allocate (self->view,
                         geometry.picture_width,
                         geometry.picture_height,
                         -1,
                         get_transform (&geometry));
}

void
avb_console_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  AvbConsole        *self = AVB_CONSOLE (widget);
  gboolean           live = avb_console_get_status (self) == AVB_CONSOLE_CONNECTED;
  AvbConsoleGeometry geometry;
  g_autoptr (GskTransform) transform = NULL;

  if (!avb_console_get_geometry (self, &geometry))
    {
      avb_console_get_position (self, &self->drawn_x, &self->drawn_y);
      return;
    }
  self->drawn_x = geometry.x;
  self->drawn_y = geometry.y;
  gtk_widget_snapshot_child (widget, self->view, snapshot);
  transform = get_transform (&geometry);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_transform (snapshot, transform);
  if (!gtk_widget_get_visible (self->view))
    avb_monitor_picture_append (self->monitor, snapshot, &geometry, !live);
  if (live && avb_console_session_get_server_mouse (self->session))
    avb_monitor_picture_append_cursor (self->monitor, snapshot, &geometry);
  gtk_snapshot_restore (snapshot);
}

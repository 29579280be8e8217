/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-console.h"

#include <glib/gi18n.h>
#include <math.h>

#include "ui/console/avb-console-clipboard.h"
#include "ui/console/avb-console-geometry.h"
#include "ui/console/avb-console-input.h"
#include "ui/console/avb-console-settings.h"
#include "ui/console/avb-guest-layout.h"
#include "ui/console/avb-monitor-picture.h"
#include "ui/console/avb-pointer-lock.h"
#include "ui/console/avb-scanout-view.h"
#include "ui/console/avb-spice-session.h"

struct _AvbConsole {
  GtkWidget parent_instance;

  AvbMachine         *machine;
  AvbConsoleSession  *session;  /* NULL without a machine */
  AvbConsoleSettings *settings; /* of the machine */
  AvbGuestLayout     *layout;   /* of the session */
  AvbConsoleInput    *input;
  guint               number;  /* of the monitor to show */
  AvbGuestMonitor    *monitor; /* NULL while the guest has none of that number */
  GtkWidget          *view; /* shows the monitor's scanout, if it is one */
  AvbConsoleClipboard *clipboard; /* of the session; NULL where it has none */

  gboolean       views; /* the session knows that we look at it */
  GtkWindow     *window;      /* while mapped; not owned */
  GdkSurface    *surface;     /* while realized; not owned */
  GdkFrameClock *frame_clock; /* while realized; not owned */
  double         drawn_x;     /* where it lay on the surface when it was drawn last */
  double         drawn_y;
  double         cursor_zoom; /* that the pointer was made for */
};

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

/* (nullable) */
static AvbFramebuffer *
avb_console_get_framebuffer (AvbConsole *self)
{
  return self->monitor != NULL
             ? avb_guest_display_get_framebuffer (avb_guest_monitor_get_display (self->monitor))
             : NULL;
}

/* (nullable) */
static AvbGuestCursor *
avb_console_get_cursor (AvbConsole *self)
{
  return self->monitor != NULL
             ? avb_guest_display_get_cursor (avb_guest_monitor_get_display (self->monitor))
             : NULL;
}

/* (nullable) */
static AvbScanout *
avb_console_get_scanout (AvbConsole *self)
{
  return self->monitor != NULL
             ? avb_guest_display_get_scanout (avb_guest_monitor_get_display (self->monitor))
             : NULL;
}

static void
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

/* The number that the guest counts our monitor by, or would. */
static guint
avb_console_get_number (AvbConsole *self)
{
  return self->monitor != NULL ? avb_guest_monitor_get_number (self->monitor) : self->number;
}

/* Asks the guest for as many pixels as there are, if that is how it is to be shown. */
static void
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

static gboolean
map_cb (GtkWidget *widget, double x, double y, int *guest_x, int *guest_y)
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

static void
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
                   : avb_guest_cursor_create (avb_console_get_cursor (self), self->cursor_zoom);
    }
  gtk_widget_set_cursor (GTK_WIDGET (self), cursor);
}

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
avb_console_update_view (AvbConsole *self)
{
  gtk_widget_set_visible (self->view,
                          avb_monitor_picture_is_scanout (self->monitor)
                              && avb_console_get_status (self) == AVB_CONSOLE_CONNECTED);
}

static void
status_cb (AvbConsoleSession *session, GParamSpec *pspec, AvbConsole *self)
{
  avb_console_update_view (self);
  avb_console_update_cursor (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
}

static void
message_cb (AvbConsoleSession *session, GParamSpec *pspec, AvbConsole *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MESSAGE]);
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
cursor_changed_cb (AvbGuestCursor *cursor, AvbConsole *self)
{
  if (avb_console_session_get_server_mouse (self->session))
    gtk_widget_queue_draw (GTK_WIDGET (self));
  else
    avb_console_update_cursor (self);
}

static void
contents_cb (GdkPaintable *framebuffer, AvbConsole *self)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
name_cb (AvbMachine *machine, GParamSpec *pspec, AvbConsole *self)
{
  avb_console_update_label (self);
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

static void
avb_console_choose_renderer (AvbConsole *self)
{
  GtkNative      *native = gtk_widget_get_native (GTK_WIDGET (self));
  AvbFramebuffer *framebuffer = avb_console_get_framebuffer (self);

  if (self->surface != NULL && framebuffer != NULL)
    avb_framebuffer_set_renderer (framebuffer, gtk_native_get_renderer (native));
}

static void
avb_console_realize (GtkWidget *widget)
{
  AvbConsole *self = AVB_CONSOLE (widget);

  GTK_WIDGET_CLASS (avb_console_parent_class)->realize (widget);
  self->surface = gtk_native_get_surface (gtk_widget_get_native (widget));
  self->frame_clock = gtk_widget_get_frame_clock (widget);
  g_signal_connect (self->surface, "notify::scale", G_CALLBACK (scale_cb), self);
  g_signal_connect_after (self->frame_clock, "layout", G_CALLBACK (layout_cb), self);
  avb_console_choose_renderer (self);
  avb_pointer_lock_prepare (gtk_widget_get_display (widget));
}

static void
avb_console_unrealize (GtkWidget *widget)
{
  AvbConsole *self = AVB_CONSOLE (widget);

  g_signal_handlers_disconnect_by_data (self->frame_clock, self);
  g_signal_handlers_disconnect_by_data (self->surface, self);
  self->frame_clock = NULL;
  self->surface = NULL;
  GTK_WIDGET_CLASS (avb_console_parent_class)->unrealize (widget);
}

static void
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

static void
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

/* A window that is minimized or covered is not looked at. */
static void
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
suspended_cb (GtkWindow *window, GParamSpec *pspec, AvbConsole *self)
{
  avb_console_update_views (self);
}

static void
avb_console_map (GtkWidget *widget)
{
  AvbConsole *self = AVB_CONSOLE (widget);
  GtkRoot    *root = gtk_widget_get_root (widget);

  GTK_WIDGET_CLASS (avb_console_parent_class)->map (widget);
  self->window = GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;
  if (self->window != NULL)
    g_signal_connect (self->window, "notify::suspended", G_CALLBACK (suspended_cb), self);
  avb_console_update_views (self);
  avb_console_ask_size (self);
}

static void
avb_console_unmap (GtkWidget *widget)
{
  AvbConsole *self = AVB_CONSOLE (widget);

  GTK_WIDGET_CLASS (avb_console_parent_class)->unmap (widget);
  if (self->window != NULL)
    g_signal_handlers_disconnect_by_func (self->window, suspended_cb, self);
  self->window = NULL;
  avb_console_update_views (self);
}

static void
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
avb_console_notify_size (AvbConsole *self)
{
  gtk_widget_queue_resize (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
  avb_console_update_cursor (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_GUEST_WIDTH]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_GUEST_HEIGHT]);
}

static void
area_cb (AvbGuestMonitor *monitor, AvbConsole *self)
{
  avb_console_notify_size (self);
}

static void
scanout_size_cb (GdkPaintable *scanout, AvbConsole *self)
{
  avb_console_update_view (self);
}

/* @monitor is nullable. */
static void
avb_console_take_monitor (AvbConsole *self, AvbGuestMonitor *monitor)
{
  if (self->monitor == monitor)
    return;
  if (self->monitor != NULL)
    {
      g_signal_handlers_disconnect_by_data (avb_console_get_scanout (self), self);
      g_signal_handlers_disconnect_by_data (self->monitor, self);
      g_signal_handlers_disconnect_by_data (avb_console_get_framebuffer (self), self);
      g_signal_handlers_disconnect_by_data (avb_console_get_cursor (self), self);
    }
  g_set_object (&self->monitor, monitor);
  if (monitor != NULL)
    {
      g_signal_connect (monitor, "changed", G_CALLBACK (area_cb), self);
      g_signal_connect (avb_console_get_framebuffer (self),
                        "invalidate-contents",
                        G_CALLBACK (contents_cb),
                        self);
      g_signal_connect (
          avb_console_get_cursor (self), "changed", G_CALLBACK (cursor_changed_cb), self);
      avb_console_input_set_display (self->input, (int) avb_guest_monitor_get_number (monitor));
      g_signal_connect (avb_console_get_scanout (self),
                        "invalidate-contents",
                        G_CALLBACK (contents_cb),
                        self);
      g_signal_connect (avb_console_get_scanout (self),
                        "invalidate-size",
                        G_CALLBACK (scanout_size_cb),
                        self);
      avb_console_choose_renderer (self);
    }
  avb_scanout_view_set_scanout (AVB_SCANOUT_VIEW (self->view), avb_console_get_scanout (self));
  avb_console_update_view (self);
  avb_console_notify_size (self);
}

static void
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

static void
monitors_cb (GListModel *monitors, guint position, guint removed, guint added, AvbConsole *self)
{
  avb_console_find_monitor (self);
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

static void avb_console_make_session (AvbConsole *self);

static void
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

/* The display is of another kind. */
static void
replaced_cb (AvbConsoleSession *session, AvbConsole *self)
{
  g_object_freeze_notify (G_OBJECT (self));
  avb_console_drop_session (self);
  avb_console_make_session (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SESSION]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MESSAGE]);
  g_object_thaw_notify (G_OBJECT (self));
}

static void
avb_console_make_session (AvbConsole *self)
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
  g_signal_connect (avb_console_session_get_monitors (self->session),
                    "items-changed",
                    G_CALLBACK (monitors_cb),
                    self);
  avb_console_find_monitor (self);
  avb_console_ask_size (self);
  avb_console_update_views (self);
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
  self->input = avb_console_input_new (GTK_WIDGET (self), map_cb);
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
      g_signal_connect (machine, "notify::name", G_CALLBACK (name_cb), self);
      avb_console_make_session (self);
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

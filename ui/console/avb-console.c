/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-console.h"

#include <glib/gi18n.h>
#include <math.h>

#include "ui/console/avb-console-input.h"
#include "ui/console/avb-spice-session.h"

/* A last picture without colors tells that it is one. */
#define GREY_CONTRAST 0.5f

struct _AvbConsole {
  GtkWidget parent_instance;

  AvbMachine      *machine;
  AvbSpiceSession *session; /* NULL without a machine */
  AvbConsoleInput *input;
  gboolean         scaling;

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
  PROP_SCALING,
  PROP_GUEST_WIDTH,
  PROP_GUEST_HEIGHT,
  N_PROPS
};
static GParamSpec *properties[N_PROPS];

/* Where the picture lies, in device pixels. */
typedef struct {
  double scale; /* device pixels of a logical one */
  double x;     /* of the widget on its surface, logical */
  double y;
  int    left; /* of the widget's first whole device pixel */
  int    top;
  int    picture_x; /* of the picture, from there */
  int    picture_y;
  int    picture_width;
  int    picture_height;
} Geometry;

GType
avb_console_status_get_type (void)
{
  static gsize            type;
  static const GEnumValue values[] = {
    { AVB_CONSOLE_IDLE, "AVB_CONSOLE_IDLE", "idle" },
    { AVB_CONSOLE_CONNECTING, "AVB_CONSOLE_CONNECTING", "connecting" },
    { AVB_CONSOLE_CONNECTED, "AVB_CONSOLE_CONNECTED", "connected" },
    { AVB_CONSOLE_LOST, "AVB_CONSOLE_LOST", "lost" },
    { AVB_CONSOLE_FAILED, "AVB_CONSOLE_FAILED", "failed" },
    { 0, NULL, NULL },
  };

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("AvbConsoleStatus", values));
  return type;
}

/* (nullable) */
static AvbFramebuffer *
avb_console_get_framebuffer (AvbConsole *self)
{
  return self->session != NULL ? avb_spice_session_get_framebuffer (self->session) : NULL;
}

static int
avb_console_get_guest_width (AvbConsole *self)
{
  AvbFramebuffer *framebuffer = avb_console_get_framebuffer (self);

  return framebuffer != NULL ? avb_framebuffer_get_width (framebuffer) : 0;
}

static int
avb_console_get_guest_height (AvbConsole *self)
{
  AvbFramebuffer *framebuffer = avb_console_get_framebuffer (self);

  return framebuffer != NULL ? avb_framebuffer_get_height (framebuffer) : 0;
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

/* Everything lies on the device's own pixels: the widget's edges are rounded to them, and the
 * picture is centered on them. */
static gboolean
avb_console_get_geometry (AvbConsole *self, Geometry *geometry)
{
  int    guest_width = avb_console_get_guest_width (self);
  int    guest_height = avb_console_get_guest_height (self);
  double s = avb_console_get_device_scale (self);
  int    width, height;

  if (guest_width == 0 || !avb_console_get_position (self, &geometry->x, &geometry->y))
    return FALSE;
  geometry->scale = s;
  geometry->left = (int) round (geometry->x * s);
  geometry->top = (int) round (geometry->y * s);
  width
      = (int) round ((geometry->x + gtk_widget_get_width (GTK_WIDGET (self))) * s) - geometry->left;
  height
      = (int) round ((geometry->y + gtk_widget_get_height (GTK_WIDGET (self))) * s) - geometry->top;
  geometry->picture_width = guest_width;
  geometry->picture_height = guest_height;
  if (self->scaling && (guest_width != width || guest_height != height))
    {
      double zoom = MIN ((double) width / guest_width, (double) height / guest_height);

      geometry->picture_width = MAX ((int) round (guest_width * zoom), 1);
      geometry->picture_height = MAX ((int) round (guest_height * zoom), 1);
    }
  geometry->picture_x = MAX ((width - geometry->picture_width) / 2, 0);
  geometry->picture_y = MAX ((height - geometry->picture_height) / 2, 0);
  return TRUE;
}

/* The first pixel shown is the guest's first, the last its last, whatever the zoom. */
static int
map_axis (double position, double scale, int origin, int shown, int guest)
{
  int pixel = CLAMP ((int) floor (position * scale + 1e-6) - origin, 0, shown - 1);

  if (shown <= 1)
    return 0;
  return (int) (((gint64) pixel * (guest - 1) * 2 + (shown - 1)) / (2 * (gint64) (shown - 1)));
}

static gboolean
map_cb (GtkWidget *widget, double x, double y, int *guest_x, int *guest_y)
{
  AvbConsole *self = AVB_CONSOLE (widget);
  Geometry    geometry;

  if (!avb_console_get_geometry (self, &geometry))
    return FALSE;
  *guest_x = map_axis (geometry.x + x,
                       geometry.scale,
                       geometry.left + geometry.picture_x,
                       geometry.picture_width,
                       avb_console_get_guest_width (self));
  *guest_y = map_axis (geometry.y + y,
                       geometry.scale,
                       geometry.top + geometry.picture_y,
                       geometry.picture_height,
                       avb_console_get_guest_height (self));
  return TRUE;
}

static void
avb_console_update_cursor (AvbConsole *self)
{
  g_autoptr (GdkCursor) cursor = NULL;
  Geometry geometry;

  self->cursor_zoom = 0;
  if (avb_console_get_status (self) == AVB_CONSOLE_CONNECTED
      && avb_console_get_geometry (self, &geometry))
    {
      self->cursor_zoom = (double) geometry.picture_width / avb_console_get_guest_width (self);
      /* Where the guest's own pointer is part of the picture, a second one would lie. */
      cursor = avb_spice_session_get_server_mouse (self->session)
                   ? gdk_cursor_new_from_name ("none", NULL)
                   : avb_guest_cursor_create (avb_spice_session_get_cursor (self->session),
                                              self->cursor_zoom);
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
status_cb (AvbSpiceSession *session, GParamSpec *pspec, AvbConsole *self)
{
  avb_console_update_cursor (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
}

static void
message_cb (AvbSpiceSession *session, GParamSpec *pspec, AvbConsole *self)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MESSAGE]);
}

static void
inputs_cb (AvbSpiceSession *session, GParamSpec *pspec, AvbConsole *self)
{
  avb_console_input_set_channel (self->input, avb_spice_session_get_inputs (session));
}

static void
server_mouse_cb (AvbSpiceSession *session, GParamSpec *pspec, AvbConsole *self)
{
  avb_console_input_set_server_mouse (self->input, avb_spice_session_get_server_mouse (session));
  avb_console_update_cursor (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
cursor_changed_cb (AvbGuestCursor *cursor, AvbConsole *self)
{
  if (avb_spice_session_get_server_mouse (self->session))
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
size_cb (GdkPaintable *framebuffer, AvbConsole *self)
{
  gtk_widget_queue_resize (GTK_WIDGET (self));
  avb_console_update_cursor (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_GUEST_WIDTH]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_GUEST_HEIGHT]);
}

static void
name_cb (AvbMachine *machine, GParamSpec *pspec, AvbConsole *self)
{
  avb_console_update_label (self);
}

static void
captured_cb (AvbConsoleInput *input, GParamSpec *pspec, AvbConsole *self)
{
  gtk_accessible_announce (GTK_ACCESSIBLE (self),
                           avb_console_input_get_captured (input)
                               ? _ ("All keys go to the machine. Press Ctrl+Alt to release.")
                               : _ ("The keys are released."),
                           GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CAPTURED]);
}

/* A widget that only moves is not drawn again, but its place among the device's pixels may have
 * changed. This runs in frames that happen anyway, after their layout. */
static void
layout_cb (GdkFrameClock *clock, AvbConsole *self)
{
  double   x, y, zoom;
  Geometry geometry;

  if (!gtk_widget_get_mapped (GTK_WIDGET (self)) || !avb_console_get_position (self, &x, &y))
    return;
  if (x != self->drawn_x || y != self->drawn_y)
    gtk_widget_queue_draw (GTK_WIDGET (self));
  if (!avb_console_get_geometry (self, &geometry))
    return;
  zoom = (double) geometry.picture_width / avb_console_get_guest_width (self);
  if (self->cursor_zoom != 0 && zoom != self->cursor_zoom)
    avb_console_update_cursor (self);
}

static void
scale_cb (GdkSurface *surface, GParamSpec *pspec, AvbConsole *self)
{
  gtk_widget_queue_resize (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
avb_console_choose_format (AvbConsole *self)
{
  GtkNative      *native = gtk_widget_get_native (GTK_WIDGET (self));
  AvbFramebuffer *framebuffer = avb_console_get_framebuffer (self);

  if (self->surface != NULL && framebuffer != NULL)
    avb_framebuffer_set_opaque (framebuffer,
                                !GSK_IS_CAIRO_RENDERER (gtk_native_get_renderer (native)));
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
  avb_console_choose_format (self);
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
  AvbConsole *self = AVB_CONSOLE (widget);
  int         guest = orientation == GTK_ORIENTATION_HORIZONTAL ? avb_console_get_guest_width (self)
                                                                : avb_console_get_guest_height (self);
  int         size = (int) ceil (guest / avb_console_get_device_scale (self));

  *minimum = self->scaling ? 0 : size;
  *natural = size;
}

static void
avb_console_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  AvbConsole       *self = AVB_CONSOLE (widget);
  gboolean          live = avb_console_get_status (self) == AVB_CONSOLE_CONNECTED;
  graphene_matrix_t grey;
  Geometry          geometry;
  double            s;

  if (!avb_console_get_geometry (self, &geometry))
    {
      avb_console_get_position (self, &self->drawn_x, &self->drawn_y);
      return;
    }
  self->drawn_x = geometry.x;
  self->drawn_y = geometry.y;
  s = geometry.scale;

  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot,
                          &GRAPHENE_POINT_INIT ((float) ((geometry.left - geometry.x * s) / s),
                                                (float) ((geometry.top - geometry.y * s) / s)));
  gtk_snapshot_scale (snapshot, (float) (1 / s), (float) (1 / s));
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (geometry.picture_x, geometry.picture_y));
  if (!live)
    {
      const float r = 0.2126f * GREY_CONTRAST, g = 0.7152f * GREY_CONTRAST,
                  b = 0.0722f * GREY_CONTRAST;

      graphene_matrix_init_from_float (
          &grey, (const float[16]) { r, r, r, 0, g, g, g, 0, b, b, b, 0, 0, 0, 0, 1 });
      gtk_snapshot_push_color_matrix (
          snapshot, &grey, graphene_vec4_init (&(graphene_vec4_t) {}, 0, 0, 0, 0));
    }
  avb_framebuffer_append (avb_console_get_framebuffer (self),
                          snapshot,
                          geometry.picture_width,
                          geometry.picture_height);
  if (!live)
    gtk_snapshot_pop (snapshot);
  else if (avb_spice_session_get_server_mouse (self->session))
    avb_guest_cursor_append (avb_spice_session_get_cursor (self->session),
                             snapshot,
                             (double) geometry.picture_width / avb_console_get_guest_width (self));
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
avb_console_drop_session (AvbConsole *self)
{
  AvbFramebuffer *framebuffer = avb_console_get_framebuffer (self);

  if (self->session == NULL)
    return;
  avb_console_input_release (self->input);
  avb_console_input_let_go (self->input);
  avb_console_input_set_channel (self->input, NULL);
  g_signal_handlers_disconnect_by_data (self->session, self);
  g_signal_handlers_disconnect_by_data (framebuffer, self);
  g_signal_handlers_disconnect_by_data (avb_spice_session_get_cursor (self->session), self);
  g_clear_pointer (&self->session, avb_spice_session_release);
}

static void
avb_console_make_session (AvbConsole *self)
{
  AvbFramebuffer *framebuffer;

  self->session = avb_spice_session_hold (self->machine);
  framebuffer = avb_spice_session_get_framebuffer (self->session);
  avb_console_choose_format (self);
  avb_console_input_set_channel (self->input, avb_spice_session_get_inputs (self->session));
  avb_console_input_set_server_mouse (self->input,
                                      avb_spice_session_get_server_mouse (self->session));
  g_signal_connect (self->session, "notify::status", G_CALLBACK (status_cb), self);
  g_signal_connect (self->session, "notify::message", G_CALLBACK (message_cb), self);
  g_signal_connect (self->session, "notify::inputs", G_CALLBACK (inputs_cb), self);
  g_signal_connect (self->session, "notify::server-mouse", G_CALLBACK (server_mouse_cb), self);
  g_signal_connect (framebuffer, "invalidate-contents", G_CALLBACK (contents_cb), self);
  g_signal_connect (framebuffer, "invalidate-size", G_CALLBACK (size_cb), self);
  g_signal_connect (avb_spice_session_get_cursor (self->session),
                    "changed",
                    G_CALLBACK (cursor_changed_cb),
                    self);
}

static void
avb_console_dispose (GObject *object)
{
  AvbConsole *self = AVB_CONSOLE (object);

  avb_console_set_machine (self, NULL);
  g_clear_object (&self->input);
  G_OBJECT_CLASS (avb_console_parent_class)->dispose (object);
}

static void
avb_console_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbConsole *self = AVB_CONSOLE (object);

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
    case PROP_SCALING:
      g_value_set_boolean (value, self->scaling);
      break;
    case PROP_GUEST_WIDTH:
      g_value_set_int (value, avb_console_get_guest_width (self));
      break;
    case PROP_GUEST_HEIGHT:
      g_value_set_int (value, avb_console_get_guest_height (self));
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
    case PROP_SCALING:
      avb_console_set_scaling (self, g_value_get_boolean (value));
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
  widget_class->measure = avb_console_measure;
  widget_class->snapshot = avb_console_snapshot;

  properties[PROP_MACHINE] = g_param_spec_object ("machine", NULL, NULL, AVB_TYPE_MACHINE, rw);
  properties[PROP_STATUS]
      = g_param_spec_enum ("status", NULL, NULL, AVB_TYPE_CONSOLE_STATUS, AVB_CONSOLE_IDLE, ro);
  properties[PROP_MESSAGE] = g_param_spec_string ("message", NULL, NULL, NULL, ro);
  properties[PROP_CAPTURED] = g_param_spec_boolean ("captured", NULL, NULL, FALSE, ro);
  properties[PROP_SCALING] = g_param_spec_boolean ("scaling", NULL, NULL, TRUE, rw);
  properties[PROP_GUEST_WIDTH] = g_param_spec_int ("guest-width", NULL, NULL, 0, G_MAXINT, 0, ro);
  properties[PROP_GUEST_HEIGHT] = g_param_spec_int ("guest-height", NULL, NULL, 0, G_MAXINT, 0, ro);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_install_action (widget_class, "console.release", NULL, release_action);
  gtk_widget_class_install_action (widget_class, "console.send-keys", "s", send_keys_action);
  gtk_widget_class_set_css_name (widget_class, "console");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_APPLICATION);
}

static void
avb_console_init (AvbConsole *self)
{
  self->scaling = TRUE;
  self->input = avb_console_input_new (GTK_WIDGET (self), map_cb);
  g_signal_connect (self->input, "notify::captured", G_CALLBACK (captured_cb), self);
  gtk_widget_set_focusable (GTK_WIDGET (self), TRUE);
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
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATUS]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MESSAGE]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_GUEST_WIDTH]);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_GUEST_HEIGHT]);
  g_object_thaw_notify (G_OBJECT (self));
}

AvbSpiceSession *
avb_console_get_session (AvbConsole *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE (self), NULL);
  return self->session;
}

AvbConsoleStatus
avb_console_get_status (AvbConsole *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE (self), AVB_CONSOLE_IDLE);
  return self->session != NULL ? avb_spice_session_get_status (self->session) : AVB_CONSOLE_IDLE;
}

const char *
avb_console_get_message (AvbConsole *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE (self), NULL);
  return self->session != NULL ? avb_spice_session_get_message (self->session) : NULL;
}

gboolean
avb_console_get_captured (AvbConsole *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE (self), FALSE);
  return self->input != NULL && avb_console_input_get_captured (self->input);
}

gboolean
avb_console_get_scaling (AvbConsole *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE (self), FALSE);
  return self->scaling;
}

void
avb_console_set_scaling (AvbConsole *self, gboolean scaling)
{
  g_return_if_fail (AVB_IS_CONSOLE (self));

  scaling = !!scaling;
  if (self->scaling == scaling)
    return;
  self->scaling = scaling;
  gtk_widget_queue_resize (GTK_WIDGET (self));
  gtk_widget_queue_draw (GTK_WIDGET (self));
  avb_console_update_cursor (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_SCALING]);
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
    avb_spice_session_reconnect (self->session);
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
  AvbFramebuffer *framebuffer;

  g_return_val_if_fail (AVB_IS_CONSOLE (self), NULL);
  framebuffer = avb_console_get_framebuffer (self);
  return framebuffer != NULL ? avb_framebuffer_dup_texture (framebuffer) : NULL;
}

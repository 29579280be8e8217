/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-thumbnail.h"

#include <math.h>

#include "ui/avb-format.h"

#define ASPECT (16.0f / 10.0f)
#define RING_RADIUS 18.0f

struct _AvbThumbnail {
  GtkWidget     parent_instance;

  AvbMachine   *machine;
  AvbOperation *operation;
  GdkTexture   *texture;
  guint         tick_id;
  int           minimum;
};

G_DEFINE_FINAL_TYPE (AvbThumbnail, avb_thumbnail, GTK_TYPE_WIDGET)

enum { PROP_0, PROP_MACHINE, PROP_TEXTURE, PROP_MINIMUM, N_PROPS };

static GParamSpec *properties[N_PROPS];

/* A colour for each family of systems; two stops of one gradient. */
static void
colors_for (const char *os_id, GdkRGBA *top, GdkRGBA *bottom)
{
  static const struct {
    const char *part;
    const char *top;
    const char *bottom;
  } table[] = {
    { "/debian/", "#c0264f", "#7d1435" },   { "/ubuntu/", "#e9693a", "#a33a16" },
    { "/fedora/", "#4b86cf", "#274a86" },   { "/win/", "#2f9bd6", "#155a94" },
    { "microsoft.com", "#2f9bd6", "#155a94" }, { "/archlinux/", "#2a97c4", "#135c7e" },
    { "opensuse", "#5aa646", "#2c6a26" },   { "suse.com", "#5aa646", "#2c6a26" },
    { "redhat.com", "#d2433d", "#8a1f1f" }, { "centos", "#8c5fb8", "#523078" },
    { "rocky", "#2fae86", "#13694f" },      { "alma", "#3b78c9", "#1d4480" },
    { "alpine", "#2d6ea6", "#163f66" },     { "freebsd", "#c8413a", "#7b1d1a" },
    { "openbsd", "#d8a83a", "#8f6a14" },    { "netbsd", "#e08535", "#94501a" },
    { "nixos", "#6a86cf", "#39508f" },      { "apple.com", "#8d8f99", "#565862" },
    { "haiku", "#3a86c8", "#1f5486" },
  };
  const char *from = "#77808c";
  const char *to = "#4a515b";

  for (guint i = 0; os_id != NULL && i < G_N_ELEMENTS (table); i++)
    if (strstr (os_id, table[i].part) != NULL)
      {
        from = table[i].top;
        to = table[i].bottom;
        break;
      }
  gdk_rgba_parse (top, from);
  gdk_rgba_parse (bottom, to);
}

static void
snapshot_tile (AvbThumbnail *self,
               GtkSnapshot  *snapshot,
               float         width,
               float         height,
               gboolean      covered)
{
  const char *os_id = avb_machine_get_os_id (self->machine);
  g_autofree char *name = avb_format_os_id (os_id);
  char initial[8] = "";
  g_autoptr (PangoLayout) layout = NULL;
  g_autoptr (PangoFontDescription) font = NULL;
  GdkRGBA white = { 1, 1, 1, 0.92f };
  GskColorStop stops[2] = { { .offset = 0 }, { .offset = 1 } };
  PangoRectangle ink;

  colors_for (os_id, &stops[0].color, &stops[1].color);
  gtk_snapshot_append_linear_gradient (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height),
                                       &GRAPHENE_POINT_INIT (0, 0),
                                       &GRAPHENE_POINT_INIT (0, height), stops, 2);
  /* A ring or the sign for a pause takes the place of the letter. */
  if (covered)
    return;
  if (os_id == NULL)
    {
      /* A screen: what every machine is before its system is known. */
      float w = height * 0.42f, h = w * 0.66f;
      GskRoundedRect screen;

      gsk_rounded_rect_init_from_rect (
          &screen, &GRAPHENE_RECT_INIT ((width - w) / 2, (height - h) / 2 - h * 0.1f, w, h), 4);
      gtk_snapshot_append_border (snapshot, &screen, (float[4]){ 3, 3, 3, 3 },
                                  (GdkRGBA[4]){ white, white, white, white });
      gtk_snapshot_append_color (
          snapshot, &white,
          &GRAPHENE_RECT_INIT ((width - w * 0.5f) / 2, (height + h) / 2 + h * 0.08f, w * 0.5f, 3));
      return;
    }
  initial[g_unichar_to_utf8 (g_unichar_toupper (g_utf8_get_char (name)), initial)] = '\0';
  layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), initial);
  font = pango_font_description_copy (
      pango_context_get_font_description (gtk_widget_get_pango_context (GTK_WIDGET (self))));
  pango_font_description_set_weight (font, PANGO_WEIGHT_BOLD);
  pango_font_description_set_absolute_size (font, height * 0.46 * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_layout_get_pixel_extents (layout, &ink, NULL);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot,
                          &GRAPHENE_POINT_INIT (roundf ((width - (float) ink.width) / 2 - (float) ink.x),
                                                roundf ((height - (float) ink.height) / 2 - (float) ink.y)));
  gtk_snapshot_append_layout (snapshot, layout, &white);
  gtk_snapshot_restore (snapshot);
}

static void
snapshot_picture (AvbThumbnail *self, GtkSnapshot *snapshot, float width, float height)
{
  float w = (float) gdk_texture_get_width (self->texture);
  float h = (float) gdk_texture_get_height (self->texture);
  float scale = MIN (width / w, height / h);
  graphene_rect_t at = GRAPHENE_RECT_INIT ((width - w * scale) / 2, (height - h * scale) / 2,
                                           w * scale, h * scale);

  gtk_snapshot_append_color (snapshot, &(GdkRGBA){ 0, 0, 0, 1 },
                             &GRAPHENE_RECT_INIT (0, 0, width, height));
  gtk_snapshot_append_scaled_texture (snapshot, self->texture, GSK_SCALING_FILTER_TRILINEAR, &at);
}

static void
stroke_arc (GtkSnapshot *snapshot, float x, float y, double from, double to, const GdkRGBA *color)
{
  g_autoptr (GskPathBuilder) builder = gsk_path_builder_new ();
  g_autoptr (GskPath) path = NULL;
  g_autoptr (GskStroke) stroke = gsk_stroke_new (4);
  const int steps = 48;

  for (int i = 0; i <= steps; i++)
    {
      double angle = from + (to - from) * i / steps;
      float px = x + RING_RADIUS * (float) cos (angle);
      float py = y + RING_RADIUS * (float) sin (angle);

      if (i == 0)
        gsk_path_builder_move_to (builder, px, py);
      else
        gsk_path_builder_line_to (builder, px, py);
    }
  path = gsk_path_builder_free_to_path (g_steal_pointer (&builder));
  gsk_stroke_set_line_cap (stroke, GSK_LINE_CAP_ROUND);
  gtk_snapshot_append_stroke (snapshot, path, stroke, color);
}

static void
snapshot_ring (AvbThumbnail *self, GtkSnapshot *snapshot, float width, float height)
{
  double fraction = avb_operation_get_fraction (self->operation);
  GdkRGBA track = { 1, 1, 1, 0.25f };
  GdkRGBA ring = { 1, 1, 1, 1 };
  float x = width / 2, y = height / 2;

  gtk_snapshot_append_color (snapshot, &(GdkRGBA){ 0, 0, 0, 0.5f },
                             &GRAPHENE_RECT_INIT (0, 0, width, height));
  stroke_arc (snapshot, x, y, 0, 2 * G_PI, &track);
  if (fraction >= 0)
    stroke_arc (snapshot, x, y, -G_PI / 2, -G_PI / 2 + 2 * G_PI * CLAMP (fraction, 0.01, 1), &ring);
  else
    {
      double turn = (double) (g_get_monotonic_time () % 1200000) / 1200000 * 2 * G_PI;

      stroke_arc (snapshot, x, y, turn, turn + G_PI / 2, &ring);
    }
}

static void
snapshot_paused (GtkSnapshot *snapshot, float width, float height)
{
  GdkRGBA white = { 1, 1, 1, 0.95f };

  gtk_snapshot_append_color (snapshot, &(GdkRGBA){ 0, 0, 0, 0.45f },
                             &GRAPHENE_RECT_INIT (0, 0, width, height));
  gtk_snapshot_append_color (snapshot, &white,
                             &GRAPHENE_RECT_INIT (width / 2 - 12, height / 2 - 14, 8, 28));
  gtk_snapshot_append_color (snapshot, &white,
                             &GRAPHENE_RECT_INIT (width / 2 + 4, height / 2 - 14, 8, 28));
}

static void
avb_thumbnail_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  AvbThumbnail *self = AVB_THUMBNAIL (widget);
  float width = (float) gtk_widget_get_width (widget);
  float height = (float) gtk_widget_get_height (widget);
  AvbMachineState state;

  if (self->machine == NULL || width < 1 || height < 1)
    return;
  state = avb_machine_get_state (self->machine);
  gtk_snapshot_push_clip (snapshot, &GRAPHENE_RECT_INIT (0, 0, width, height));
  if (self->texture != NULL)
    snapshot_picture (self, snapshot, width, height);
  else
    snapshot_tile (self, snapshot, width, height,
                   self->operation != NULL || state == AVB_MACHINE_PAUSED);
  if (self->operation != NULL)
    snapshot_ring (self, snapshot, width, height);
  else if (state == AVB_MACHINE_PAUSED)
    snapshot_paused (snapshot, width, height);
  gtk_snapshot_pop (snapshot);
}

static gboolean
tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer user_data)
{
  gtk_widget_queue_draw (widget);
  return G_SOURCE_CONTINUE;
}

/* Frames are asked for only while a ring turns without knowing how far it is. */
static void
update_tick (AvbThumbnail *self)
{
  gboolean turns = self->operation != NULL && avb_operation_get_fraction (self->operation) < 0 &&
                   gtk_widget_get_mapped (GTK_WIDGET (self));

  if (turns && self->tick_id == 0)
    self->tick_id = gtk_widget_add_tick_callback (GTK_WIDGET (self), tick_cb, NULL, NULL);
  else if (!turns && self->tick_id != 0)
    {
      gtk_widget_remove_tick_callback (GTK_WIDGET (self), self->tick_id);
      self->tick_id = 0;
    }
}

static void
fraction_cb (AvbThumbnail *self)
{
  update_tick (self);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
set_operation (AvbThumbnail *self, AvbOperation *operation)
{
  if (self->operation == operation)
    return;
  if (self->operation != NULL)
    g_signal_handlers_disconnect_by_data (self->operation, self);
  g_set_object (&self->operation, operation);
  if (operation != NULL)
    g_signal_connect_swapped (operation, "notify::fraction", G_CALLBACK (fraction_cb), self);
  fraction_cb (self);
}

static void
operation_cb (AvbThumbnail *self)
{
  set_operation (self, avb_machine_get_operation (self->machine));
}

static void
state_cb (AvbThumbnail *self)
{
  AvbMachineState state = avb_machine_get_state (self->machine);

  /* A saved machine keeps its last picture; one that is off has none. */
  if (state == AVB_MACHINE_OFF || state == AVB_MACHINE_CRASHED)
    avb_thumbnail_set_texture (self, NULL);
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static GtkSizeRequestMode
avb_thumbnail_get_request_mode (GtkWidget *widget)
{
  return GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
avb_thumbnail_measure (GtkWidget     *widget,
                       GtkOrientation orientation,
                       int            for_size,
                       int           *minimum,
                       int           *natural,
                       int           *minimum_baseline,
                       int           *natural_baseline)
{
  AvbThumbnail *self = AVB_THUMBNAIL (widget);

  if (orientation == GTK_ORIENTATION_HORIZONTAL)
    *minimum = *natural = self->minimum;
  else
    *minimum = *natural = (int) ((float) (for_size > 0 ? for_size : self->minimum) / ASPECT);
}

static void
avb_thumbnail_map (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (avb_thumbnail_parent_class)->map (widget);
  update_tick (AVB_THUMBNAIL (widget));
}

static void
avb_thumbnail_unmap (GtkWidget *widget)
{
  GTK_WIDGET_CLASS (avb_thumbnail_parent_class)->unmap (widget);
  update_tick (AVB_THUMBNAIL (widget));
}

static void
avb_thumbnail_dispose (GObject *object)
{
  AvbThumbnail *self = AVB_THUMBNAIL (object);

  avb_thumbnail_set_machine (self, NULL);
  g_clear_object (&self->texture);
  G_OBJECT_CLASS (avb_thumbnail_parent_class)->dispose (object);
}

static void
avb_thumbnail_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbThumbnail *self = AVB_THUMBNAIL (object);

  switch (id)
    {
    case PROP_MACHINE:
      g_value_set_object (value, self->machine);
      break;
    case PROP_TEXTURE:
      g_value_set_object (value, self->texture);
      break;
    case PROP_MINIMUM:
      g_value_set_int (value, self->minimum);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_thumbnail_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AvbThumbnail *self = AVB_THUMBNAIL (object);

  switch (id)
    {
    case PROP_MACHINE:
      avb_thumbnail_set_machine (self, g_value_get_object (value));
      break;
    case PROP_TEXTURE:
      avb_thumbnail_set_texture (self, g_value_get_object (value));
      break;
    case PROP_MINIMUM:
      self->minimum = g_value_get_int (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_thumbnail_class_init (AvbThumbnailClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags =
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = avb_thumbnail_dispose;
  object_class->get_property = avb_thumbnail_get_property;
  object_class->set_property = avb_thumbnail_set_property;
  widget_class->snapshot = avb_thumbnail_snapshot;
  widget_class->measure = avb_thumbnail_measure;
  widget_class->get_request_mode = avb_thumbnail_get_request_mode;
  widget_class->map = avb_thumbnail_map;
  widget_class->unmap = avb_thumbnail_unmap;

  properties[PROP_MACHINE] = g_param_spec_object ("machine", NULL, NULL, AVB_TYPE_MACHINE, flags);
  properties[PROP_TEXTURE] = g_param_spec_object ("texture", NULL, NULL, GDK_TYPE_TEXTURE, flags);
  properties[PROP_MINIMUM] = g_param_spec_int ("minimum-width", NULL, NULL, 16, 2000, 96,
                                               G_PARAM_READWRITE | G_PARAM_CONSTRUCT |
                                                   G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_css_name (widget_class, "thumbnail");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
avb_thumbnail_init (AvbThumbnail *self)
{
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

void
avb_thumbnail_set_machine (AvbThumbnail *self, AvbMachine *machine)
{
  g_return_if_fail (AVB_IS_THUMBNAIL (self));

  if (self->machine == machine)
    return;
  if (self->machine != NULL)
    g_signal_handlers_disconnect_by_data (self->machine, self);
  set_operation (self, NULL);
  avb_thumbnail_set_texture (self, NULL);
  g_set_object (&self->machine, machine);
  if (machine != NULL)
    {
      g_signal_connect_swapped (machine, "notify::operation", G_CALLBACK (operation_cb), self);
      g_signal_connect_swapped (machine, "notify::state", G_CALLBACK (state_cb), self);
      g_signal_connect_swapped (machine, "notify::os-id", G_CALLBACK (gtk_widget_queue_draw), self);
      set_operation (self, avb_machine_get_operation (machine));
    }
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_MACHINE]);
}

void
avb_thumbnail_set_texture (AvbThumbnail *self, GdkTexture *texture)
{
  g_return_if_fail (AVB_IS_THUMBNAIL (self));

  if (!g_set_object (&self->texture, texture))
    return;
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXTURE]);
}

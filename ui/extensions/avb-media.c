/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-media.h"

#include "ui/extensions/avb-media-decoder.h"

#define MAX_ICON_SIDE 1024
#define MAX_SCREENSHOT_SIDE 4096

struct _AvbMedia {
  GtkWidget   parent_instance;

  int         size;
  GdkTexture *texture;
  DexFuture  *loading;
  GtkWidget  *icon;
};

G_DEFINE_FINAL_TYPE (AvbMedia, avb_media, GTK_TYPE_WIDGET)

enum { PROP_0, PROP_TEXTURE, N_PROPS };

static GParamSpec *properties[N_PROPS];

static void
show_texture (AvbMedia *self, GdkTexture *texture)
{
  if (!g_set_object (&self->texture, texture))
    return;
  gtk_widget_set_visible (self->icon, texture == NULL);
  if (texture != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self), "shown");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "shown");
  gtk_widget_queue_draw (GTK_WIDGET (self));
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TEXTURE]);
}

static DexFuture *
decode_cb (DexFuture *future, gpointer user_data)
{
  AvbMedia *self = user_data;
  const GValue *value = dex_future_get_value (future, NULL);

  return avb_media_decode (g_value_get_boxed (value), self->size > 0 ? MAX_ICON_SIDE : MAX_SCREENSHOT_SIDE);
}

/* A picture that fails is not worth a message: the icon stays. */
static DexFuture *
decoded_cb (DexFuture *future, gpointer user_data)
{
  const GValue *value = dex_future_get_value (future, NULL);

  if (value != NULL)
    show_texture (user_data, g_value_get_object (value));
  return dex_future_new_true ();
}

/* How much of the widget a picture of this proportion fills. */
static void
fit (AvbMedia *self, graphene_rect_t *area)
{
  float width = (float) gtk_widget_get_width (GTK_WIDGET (self));
  float height = (float) gtk_widget_get_height (GTK_WIDGET (self));
  float scale = MIN (width / (float) gdk_texture_get_width (self->texture),
                     height / (float) gdk_texture_get_height (self->texture));
  float shown_width = (float) gdk_texture_get_width (self->texture) * scale;
  float shown_height = (float) gdk_texture_get_height (self->texture) * scale;

  graphene_rect_init (area, (width - shown_width) / 2, (height - shown_height) / 2, shown_width, shown_height);
}

static void
avb_media_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  AvbMedia *self = AVB_MEDIA (widget);
  graphene_rect_t area;

  if (self->texture != NULL && gtk_widget_get_width (widget) > 0 && gtk_widget_get_height (widget) > 0)
    {
      fit (self, &area);
      gtk_snapshot_append_scaled_texture (snapshot, self->texture, GSK_SCALING_FILTER_TRILINEAR, &area);
    }
  GTK_WIDGET_CLASS (avb_media_parent_class)->snapshot (widget, snapshot);
}

static GtkSizeRequestMode
avb_media_get_request_mode (GtkWidget *widget)
{
  return AVB_MEDIA (widget)->size > 0 ? GTK_SIZE_REQUEST_CONSTANT_SIZE : GTK_SIZE_REQUEST_HEIGHT_FOR_WIDTH;
}

static void
avb_media_measure (GtkWidget *widget, GtkOrientation orientation, int for_size, int *minimum, int *natural,
                   int *minimum_baseline, int *natural_baseline)
{
  AvbMedia *self = AVB_MEDIA (widget);

  if (self->size > 0)
    *minimum = *natural = self->size;
  else if (orientation == GTK_ORIENTATION_HORIZONTAL)
    {
      *minimum = 160;
      *natural = 640;
    }
  else
    *minimum = *natural = (for_size > 0 ? for_size : 640) * 10 / 16;
}

static void
avb_media_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  AvbMedia *self = AVB_MEDIA (widget);

  gtk_widget_allocate (self->icon, width, height, -1, NULL);
}

static void
avb_media_dispose (GObject *object)
{
  AvbMedia *self = AVB_MEDIA (object);

  dex_clear (&self->loading);
  g_clear_object (&self->texture);
  g_clear_pointer (&self->icon, gtk_widget_unparent);
  G_OBJECT_CLASS (avb_media_parent_class)->dispose (object);
}

static void
avb_media_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_TEXTURE)
    g_value_set_object (value, AVB_MEDIA (object)->texture);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_media_class_init (AvbMediaClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = avb_media_dispose;
  object_class->get_property = avb_media_get_property;
  widget_class->snapshot = avb_media_snapshot;
  widget_class->measure = avb_media_measure;
  widget_class->get_request_mode = avb_media_get_request_mode;
  widget_class->size_allocate = avb_media_size_allocate;
  properties[PROP_TEXTURE] = g_param_spec_object ("texture", NULL, NULL, GDK_TYPE_TEXTURE,
                                                  G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_css_name (widget_class, "media");
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
}

static void
avb_media_init (AvbMedia *self)
{
  self->icon = gtk_image_new ();
  gtk_widget_set_parent (self->icon, GTK_WIDGET (self));
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

GtkWidget *
avb_media_new (int size, const char *icon_name)
{
  AvbMedia *self = g_object_new (AVB_TYPE_MEDIA, NULL);

  self->size = size;
  gtk_image_set_pixel_size (GTK_IMAGE (self->icon), size > 0 ? size * 5 / 8 : 48);
  gtk_widget_add_css_class (GTK_WIDGET (self), size > 0 ? "extension-icon" : "screenshot");
  avb_media_set_icon_name (self, icon_name);
  if (size > 0)
    {
      gtk_widget_set_halign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
      gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
    }
  return GTK_WIDGET (self);
}

void
avb_media_set_icon_name (AvbMedia *self, const char *icon_name)
{
  g_return_if_fail (AVB_IS_MEDIA (self));

  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon), icon_name);
}

void
avb_media_load (AvbMedia *self, DexFuture *bytes)
{
  g_return_if_fail (AVB_IS_MEDIA (self));

  dex_clear (&self->loading);
  show_texture (self, NULL);
  if (bytes != NULL)
    self->loading = dex_future_finally (dex_future_then (bytes, decode_cb, self, NULL), decoded_cb, self, NULL);
}

GdkTexture *
avb_media_get_texture (AvbMedia *self)
{
  g_return_val_if_fail (AVB_IS_MEDIA (self), NULL);

  return self->texture;
}

gboolean
avb_media_get_settled (AvbMedia *self)
{
  g_return_val_if_fail (AVB_IS_MEDIA (self), FALSE);

  return self->loading == NULL || !dex_future_is_pending (self->loading);
}

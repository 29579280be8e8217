/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-guest-cursor.h"

#include <math.h>

/* Pointers of guests are 16 to 64 pixels wide, 256 at most on any known one. */
#define MAX_EDGE 512

struct _AvbGuestCursor {
  GObject parent_instance;

  SpiceCursorChannel *channel;
  GdkTexture         *texture; /* NULL: no shape of its own */
  int                 hot_x;
  int                 hot_y;
  int                 x;
  int                 y;
  gboolean            hidden;
};

G_DEFINE_FINAL_TYPE (AvbGuestCursor, avb_guest_cursor, G_TYPE_OBJECT)

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

/* What a GdkCursor draws from: it may outlive the guest's shape. */
typedef struct {
  GdkTexture *texture;
  int         hot_x;
  int         hot_y;
  double      zoom;
} Shape;

static void
shape_free (gpointer data)
{
  Shape *shape = data;

  g_object_unref (shape->texture);
  g_free (shape);
}

static GdkTexture *
shape_draw_cb (GdkCursor *cursor,
               int        cursor_size,
               double     scale,
               int       *width,
               int       *height,
               int       *hotspot_x,
               int       *hotspot_y,
               gpointer   data)
{
  Shape *shape = data;
  double logical = shape->zoom / scale;

  *width = MAX ((int) round (gdk_texture_get_width (shape->texture) * logical), 1);
  *height = MAX ((int) round (gdk_texture_get_height (shape->texture) * logical), 1);
  *hotspot_x = CLAMP ((int) floor (shape->hot_x * logical), 0, *width - 1);
  *hotspot_y = CLAMP ((int) floor (shape->hot_y * logical), 0, *height - 1);
  return g_object_ref (shape->texture);
}

void
avb_guest_cursor_set_shape (
    AvbGuestCursor *self, int width, int height, int hot_x, int hot_y, gconstpointer rgba)
{
  g_return_if_fail (AVB_IS_GUEST_CURSOR (self));

  g_clear_object (&self->texture);
  self->hidden = FALSE;
  if (rgba != NULL && width > 0 && height > 0 && width <= MAX_EDGE && height <= MAX_EDGE)
    {
      gsize stride = (gsize) width * 4;
      g_autoptr (GBytes) bytes = g_bytes_new (rgba, stride * height);

      self->texture = gdk_memory_texture_new (width, height, GDK_MEMORY_R8G8B8A8, bytes, stride);
      self->hot_x = hot_x;
      self->hot_y = hot_y;
    }
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
cursor_set_cb (SpiceCursorChannel *channel,
               int                 width,
               int                 height,
               int                 hot_x,
               int                 hot_y,
               gpointer            rgba,
               AvbGuestCursor     *self)
{
  avb_guest_cursor_set_shape (self, width, height, hot_x, hot_y, rgba);
}

static void
cursor_move_cb (SpiceCursorChannel *channel, int x, int y, AvbGuestCursor *self)
{
  self->x = x;
  self->y = y;
  /* A guest that moves its pointer shows it. */
  self->hidden = FALSE;
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
cursor_hide_cb (SpiceCursorChannel *channel, AvbGuestCursor *self)
{
  self->hidden = TRUE;
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
avb_guest_cursor_forget (AvbGuestCursor *self)
{
  g_clear_object (&self->texture);
  self->hidden = FALSE;
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
cursor_reset_cb (SpiceCursorChannel *channel, AvbGuestCursor *self)
{
  avb_guest_cursor_forget (self);
}

static void
avb_guest_cursor_dispose (GObject *object)
{
  AvbGuestCursor *self = AVB_GUEST_CURSOR (object);

  avb_guest_cursor_set_channel (self, NULL);
  g_clear_object (&self->texture);
  G_OBJECT_CLASS (avb_guest_cursor_parent_class)->dispose (object);
}

static void
avb_guest_cursor_class_init (AvbGuestCursorClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_guest_cursor_dispose;

  signals[CHANGED] = g_signal_new (
      "changed", AVB_TYPE_GUEST_CURSOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
avb_guest_cursor_init (AvbGuestCursor *self)
{
}

AvbGuestCursor *
avb_guest_cursor_new (void)
{
  return g_object_new (AVB_TYPE_GUEST_CURSOR, NULL);
}

void
avb_guest_cursor_set_channel (AvbGuestCursor *self, SpiceCursorChannel *channel)
{
  g_return_if_fail (AVB_IS_GUEST_CURSOR (self));

  if (self->channel == channel)
    return;
  if (self->channel != NULL)
    g_signal_handlers_disconnect_by_data (self->channel, self);
  g_set_object (&self->channel, channel);
  if (channel != NULL)
    {
      g_signal_connect (channel, "cursor-set", G_CALLBACK (cursor_set_cb), self);
      g_signal_connect (channel, "cursor-move", G_CALLBACK (cursor_move_cb), self);
      g_signal_connect (channel, "cursor-hide", G_CALLBACK (cursor_hide_cb), self);
      g_signal_connect (channel, "cursor-reset", G_CALLBACK (cursor_reset_cb), self);
    }
  avb_guest_cursor_forget (self);
}

GdkCursor *
avb_guest_cursor_create (AvbGuestCursor *self, double zoom)
{
  g_autoptr (GdkCursor) fallback = NULL;
  Shape *shape;

  g_return_val_if_fail (AVB_IS_GUEST_CURSOR (self), NULL);

  if (self->hidden)
    return gdk_cursor_new_from_name ("none", NULL);
  if (self->texture == NULL)
    return NULL;
  shape = g_new0 (Shape, 1);
  shape->texture = g_object_ref (self->texture);
  shape->hot_x = self->hot_x;
  shape->hot_y = self->hot_y;
  shape->zoom = zoom;
  fallback = gdk_cursor_new_from_name ("default", NULL);
  return gdk_cursor_new_from_callback (shape_draw_cb, shape, shape_free, fallback);
}

void
avb_guest_cursor_append (AvbGuestCursor *self, GtkSnapshot *snapshot, double zoom)
{
  g_return_if_fail (AVB_IS_GUEST_CURSOR (self));

  if (self->hidden || self->texture == NULL)
    return;
  gtk_snapshot_append_texture (
      snapshot,
      self->texture,
      &GRAPHENE_RECT_INIT ((float) round ((self->x - self->hot_x) * zoom),
                           (float) round ((self->y - self->hot_y) * zoom),
                           (float) round (gdk_texture_get_width (self->texture) * zoom),
                           (float) round (gdk_texture_get_height (self->texture) * zoom)));
}

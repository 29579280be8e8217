/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-spice-display.h"

#include <glib/gi18n.h>

struct _AvbSpiceDisplay {
  GObject parent_instance;

  AvbFramebuffer      *framebuffer;
  SpiceDisplayChannel *channel;

  /* The primary surface as announced. */
  gboolean      has_surface;
  int           format;
  int           width;
  int           height;
  int           stride;
  gconstpointer data;

  gboolean attached; /* the framebuffer shows it */
  gboolean refused;  /* it can't */
};

G_DEFINE_FINAL_TYPE (AvbSpiceDisplay, avb_spice_display, G_TYPE_OBJECT)

enum { PICTURE, PROBLEM, N_SIGNALS };
static guint signals[N_SIGNALS];

static gboolean
pixel_format (int format, AvbPixelFormat *result)
{
  switch (format)
    {
    case SPICE_SURFACE_FMT_32_xRGB:
    case SPICE_SURFACE_FMT_32_ARGB:
      *result = AVB_PIXELS_XRGB8888;
      return TRUE;
    case SPICE_SURFACE_FMT_16_555:
      *result = AVB_PIXELS_XRGB1555;
      return TRUE;
    case SPICE_SURFACE_FMT_16_565:
      *result = AVB_PIXELS_RGB565;
      return TRUE;
    default:
      return FALSE;
    }
}

static void
avb_spice_display_refuse (AvbSpiceDisplay *self, const char *message)
{
  self->refused = TRUE;
  avb_framebuffer_clear (self->framebuffer);
  g_signal_emit (self, signals[PROBLEM], 0, message);
}

/* The guest drew into its surface: from now on it is what we show. */
static void
avb_spice_display_attach (AvbSpiceDisplay *self)
{
  AvbPixelFormat format;
  g_autoptr (GError) error = NULL;

  if (!self->has_surface || self->attached || self->refused)
    return;
  if (!pixel_format (self->format, &format))
    {
      avb_spice_display_refuse (self, _ ("The guest’s display uses colors that can’t be shown."));
      return;
    }
  if (!avb_framebuffer_attach (
          self->framebuffer, format, self->width, self->height, self->stride, self->data, &error))
    {
      avb_spice_display_refuse (self, error->message);
      return;
    }
  self->attached = TRUE;
  g_signal_emit (self, signals[PICTURE], 0);
}

static void
avb_spice_display_drop_surface (AvbSpiceDisplay *self)
{
  if (self->attached)
    avb_framebuffer_detach (self->framebuffer);
  self->has_surface = FALSE;
  self->attached = FALSE;
  self->refused = FALSE;
}

static void
primary_create_cb (SpiceDisplayChannel *channel,
                   int                  format,
                   int                  width,
                   int                  height,
                   int                  stride,
                   int                  shmid,
                   gpointer             data,
                   AvbSpiceDisplay     *self)
{
  avb_spice_display_drop_surface (self);
  self->has_surface = TRUE;
  self->format = format;
  self->width = width;
  self->height = height;
  self->stride = stride;
  self->data = data;
}

static void
primary_destroy_cb (SpiceDisplayChannel *channel, AvbSpiceDisplay *self)
{
  avb_spice_display_drop_surface (self);
}

static void
mark_cb (SpiceDisplayChannel *channel, gboolean mark, AvbSpiceDisplay *self)
{
  if (mark)
    avb_spice_display_attach (self);
}

static void
invalidate_cb (
    SpiceDisplayChannel *channel, int x, int y, int width, int height, AvbSpiceDisplay *self)
{
  if (self->attached)
    avb_framebuffer_invalidate (self->framebuffer, x, y, width, height);
  else
    avb_spice_display_attach (self);
}

static void
gl_draw_cb (SpiceDisplayChannel *channel,
            guint                x,
            guint                y,
            guint                width,
            guint                height,
            AvbSpiceDisplay     *self)
{
  /* The guest waits for this answer, whatever we do with the picture. */
  spice_display_channel_gl_draw_done (channel);
  if (!self->refused)
    {
      if (self->attached)
        avb_framebuffer_detach (self->framebuffer);
      self->attached = FALSE;
      avb_spice_display_refuse (self,
                                _ ("This machine draws with OpenGL, which the console can’t show. "
                                   "Turn 3D acceleration off in its settings."));
    }
}

static void
avb_spice_display_dispose (GObject *object)
{
  AvbSpiceDisplay *self = AVB_SPICE_DISPLAY (object);

  avb_spice_display_set_channel (self, NULL);
  g_clear_object (&self->framebuffer);
  G_OBJECT_CLASS (avb_spice_display_parent_class)->dispose (object);
}

static void
avb_spice_display_class_init (AvbSpiceDisplayClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_spice_display_dispose;

  signals[PICTURE] = g_signal_new (
      "picture", AVB_TYPE_SPICE_DISPLAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[PROBLEM] = g_signal_new ("problem",
                                   AVB_TYPE_SPICE_DISPLAY,
                                   G_SIGNAL_RUN_LAST,
                                   0,
                                   NULL,
                                   NULL,
                                   NULL,
                                   G_TYPE_NONE,
                                   1,
                                   G_TYPE_STRING);
}

static void
avb_spice_display_init (AvbSpiceDisplay *self)
{
}

AvbSpiceDisplay *
avb_spice_display_new (AvbFramebuffer *framebuffer)
{
  AvbSpiceDisplay *self = g_object_new (AVB_TYPE_SPICE_DISPLAY, NULL);

  self->framebuffer = g_object_ref (framebuffer);
  return self;
}

void
avb_spice_display_set_channel (AvbSpiceDisplay *self, SpiceDisplayChannel *channel)
{
  g_return_if_fail (AVB_IS_SPICE_DISPLAY (self));

  if (self->channel == channel)
    return;
  if (self->channel != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->channel, self);
      avb_spice_display_drop_surface (self);
    }
  g_set_object (&self->channel, channel);
  if (channel == NULL)
    return;
  g_signal_connect (channel, "display-primary-create", G_CALLBACK (primary_create_cb), self);
  g_signal_connect (channel, "display-primary-destroy", G_CALLBACK (primary_destroy_cb), self);
  g_signal_connect (channel, "display-mark", G_CALLBACK (mark_cb), self);
  g_signal_connect (channel, "display-invalidate", G_CALLBACK (invalidate_cb), self);
  g_signal_connect (channel, "gl-draw", G_CALLBACK (gl_draw_cb), self);
}

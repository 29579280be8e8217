/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-guest-display.h"

#include <glib/gi18n-lib.h>

struct _AvbGuestDisplay {
  GObject parent_instance;

  AvbFramebuffer      *framebuffer;
  AvbScanout          *scanout;
  AvbGuestCursor      *cursor;
  SpiceDisplayChannel *channel;
  GArray              *areas; /* of AvbMonitorArea */

  /* The primary surface as announced. */
  gboolean      has_surface;
  int           format;
  int           width;
  int           height;
  int           stride;
  gconstpointer data;

  gboolean attached; /* the framebuffer shows it */
  gboolean refused;  /* it can't, or the scanout can't */
  gboolean gl;       /* the scanout shows the last picture */
};

G_DEFINE_FINAL_TYPE (AvbGuestDisplay, avb_guest_display, G_TYPE_OBJECT)

enum { PICTURE, PROBLEM, AREAS, N_SIGNALS };
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

static int
compare_areas (gconstpointer a, gconstpointer b)
{
  const AvbMonitorArea *first = a, *second = b;

  return (int) first->id - (int) second->id;
}

/* What of @config lies on the surface. */
static gboolean
clip_monitor (const SpiceDisplayMonitorConfig *config, int width, int height, AvbMonitorArea *area)
{
  if (config->id >= AVB_MAX_MONITORS || config->surface_id != 0 || config->width == 0
      || config->height == 0 || config->x >= (guint) width || config->y >= (guint) height)
    return FALSE;
  area->id = config->id;
  area->area.x = (int) config->x;
  area->area.y = (int) config->y;
  area->area.width = (int) MIN (config->width, (guint) width - config->x);
  area->area.height = (int) MIN (config->height, (guint) height - config->y);
  return TRUE;
}

/* (transfer full): without a usable word of the server, one monitor shows the whole surface */
static GArray *
avb_guest_display_read_areas (AvbGuestDisplay *self)
{
  int     width = avb_framebuffer_get_width (self->framebuffer);
  int     height = avb_framebuffer_get_height (self->framebuffer);
  GArray *areas = g_array_new (FALSE, FALSE, sizeof (AvbMonitorArea));
  guint32 known = 0;
  g_autoptr (GArray) monitors = NULL;

  if (self->gl)
    {
      width = avb_scanout_get_width (self->scanout);
      height = avb_scanout_get_height (self->scanout);
    }
  if (width == 0)
    return areas;
  /* A buffer is one monitor. */
  if (self->channel != NULL && !self->gl)
    g_object_get (self->channel, "monitors", &monitors, NULL);
  for (guint i = 0; monitors != NULL && i < monitors->len; i++)
    {
      AvbMonitorArea area;

      if (!clip_monitor (
              &g_array_index (monitors, SpiceDisplayMonitorConfig, i), width, height, &area)
          || (known & (1u << area.id)) != 0)
        continue;
      known |= 1u << area.id;
      g_array_append_val (areas, area);
    }
  if (areas->len == 0)
    g_array_append_val (areas, ((AvbMonitorArea) { 0, { 0, 0, width, height } }));
  g_array_sort (areas, compare_areas);
  return areas;
}

static void
avb_guest_display_update_areas (AvbGuestDisplay *self)
{
  g_autoptr (GArray) areas = NULL;

  /* They may be those of a surface that is not shown yet, and a lost display stays as it was. */
  if (!self->gl && avb_framebuffer_get_width (self->framebuffer) != 0 && !self->attached)
    return;
  areas = avb_guest_display_read_areas (self);
  if (areas->len == self->areas->len
      && (areas->len == 0
          || memcmp (areas->data, self->areas->data, areas->len * sizeof (AvbMonitorArea)) == 0))
    return;
  g_array_unref (self->areas);
  self->areas = g_steal_pointer (&areas);
  g_signal_emit (self, signals[AREAS], 0);
}

static void
monitors_cb (SpiceDisplayChannel *channel, GParamSpec *pspec, AvbGuestDisplay *self)
{
  avb_guest_display_update_areas (self);
}

static void
size_cb (GdkPaintable *picture, AvbGuestDisplay *self)
{
  avb_guest_display_update_areas (self);
}

static void
avb_guest_display_refuse (AvbGuestDisplay *self, const char *message)
{
  self->refused = TRUE;
  avb_guest_display_clear (self);
  g_signal_emit (self, signals[PROBLEM], 0, message);
}

/* The picture is that of the surface now. */
static gboolean
avb_guest_display_take (AvbGuestDisplay *self,
                        AvbPixelFormat   format,
                        int              width,
                        int              height,
                        int              stride,
                        gconstpointer    data,
                        GError         **error)
{
  self->attached = TRUE;
  self->gl = FALSE;
  if (!avb_framebuffer_attach (self->framebuffer, format, width, height, stride, data, error))
    {
      self->attached = FALSE;
      return FALSE;
    }
  avb_scanout_clear (self->scanout);
  avb_guest_display_update_areas (self);
  g_signal_emit (self, signals[PICTURE], 0);
  return TRUE;
}

/* The guest drew into its surface: from now on it is what we show. */
static void
avb_guest_display_attach (AvbGuestDisplay *self)
{
  AvbPixelFormat format;
  g_autoptr (GError) error = NULL;

  if (!self->has_surface || self->attached || self->refused)
    return;
  if (!pixel_format (self->format, &format))
    avb_guest_display_refuse (self, _ ("The guest’s display uses colors that can’t be shown."));
  else if (!avb_guest_display_take (
               self, format, self->width, self->height, self->stride, self->data, &error))
    avb_guest_display_refuse (self, error->message);
}

static void
avb_guest_display_drop_surface (AvbGuestDisplay *self)
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
                   AvbGuestDisplay     *self)
{
  avb_guest_display_drop_surface (self);
  self->has_surface = TRUE;
  self->format = format;
  self->width = width;
  self->height = height;
  self->stride = stride;
  self->data = data;
}

static void
primary_destroy_cb (SpiceDisplayChannel *channel, AvbGuestDisplay *self)
{
  avb_guest_display_drop_surface (self);
}

static void
mark_cb (SpiceDisplayChannel *channel, gboolean mark, AvbGuestDisplay *self)
{
  if (mark)
    avb_guest_display_attach (self);
}

static void
invalidate_cb (
    SpiceDisplayChannel *channel, int x, int y, int width, int height, AvbGuestDisplay *self)
{
  if (self->attached)
    avb_framebuffer_invalidate (self->framebuffer, x, y, width, height);
  else
    avb_guest_display_attach (self);
}

static void
gl_scanout_cb (SpiceDisplayChannel *channel, GParamSpec *pspec, AvbGuestDisplay *self)
{
  const SpiceGlScanout *buffer = spice_display_channel_get_gl_scanout (channel);
  g_autoptr (GError) error = NULL;

  if (buffer == NULL || buffer->fd < 0)
    {
      avb_scanout_set_buffer (self->scanout, -1, 0, 0, 0, 0, FALSE, NULL);
      return;
    }
  if (avb_scanout_set_buffer (self->scanout,
                              buffer->fd,
                              buffer->width,
                              buffer->height,
                              buffer->stride,
                              buffer->format,
                              buffer->y0top,
                              &error))
    self->refused = FALSE;
  else
    avb_guest_display_refuse (self, error->message);
}

static void
gl_draw_cb (SpiceDisplayChannel *channel,
            guint                x,
            guint                y,
            guint                width,
            guint                height,
            AvbGuestDisplay     *self)
{
  gboolean first = !self->gl;
  g_autoptr (GError) error = NULL;

  /* The guest waits for an answer, whatever we do with the picture: see done_cb(). */
  if (!avb_scanout_draw (self->scanout, &error))
    {
      if (!self->refused)
        avb_guest_display_refuse (self, error->message);
      return;
    }
  if (!first)
    return;
  if (self->attached)
    avb_framebuffer_detach (self->framebuffer);
  self->attached = FALSE;
  self->gl = TRUE;
  avb_guest_display_update_areas (self);
  avb_framebuffer_clear (self->framebuffer);
  g_signal_emit (self, signals[PICTURE], 0);
}

static void
done_cb (AvbScanout *scanout, AvbGuestDisplay *self)
{
  if (self->channel != NULL)
    spice_display_channel_gl_draw_done (self->channel);
}

static void
avb_guest_display_dispose (GObject *object)
{
  AvbGuestDisplay *self = AVB_GUEST_DISPLAY (object);

  avb_guest_display_set_channel (self, NULL);
  if (self->framebuffer != NULL)
    g_signal_handlers_disconnect_by_data (self->framebuffer, self);
  g_clear_object (&self->framebuffer);
  if (self->scanout != NULL)
    g_signal_handlers_disconnect_by_data (self->scanout, self);
  g_clear_object (&self->scanout);
  g_clear_object (&self->cursor);
  G_OBJECT_CLASS (avb_guest_display_parent_class)->dispose (object);
}

static void
avb_guest_display_finalize (GObject *object)
{
  g_array_unref (AVB_GUEST_DISPLAY (object)->areas);
  G_OBJECT_CLASS (avb_guest_display_parent_class)->finalize (object);
}

static void
avb_guest_display_class_init (AvbGuestDisplayClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_guest_display_dispose;
  G_OBJECT_CLASS (klass)->finalize = avb_guest_display_finalize;

  signals[PICTURE] = g_signal_new (
      "picture", AVB_TYPE_GUEST_DISPLAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[PROBLEM] = g_signal_new ("problem",
                                   AVB_TYPE_GUEST_DISPLAY,
                                   G_SIGNAL_RUN_LAST,
                                   0,
                                   NULL,
                                   NULL,
                                   NULL,
                                   G_TYPE_NONE,
                                   1,
                                   G_TYPE_STRING);
  signals[AREAS] = g_signal_new (
      "areas", AVB_TYPE_GUEST_DISPLAY, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
avb_guest_display_init (AvbGuestDisplay *self)
{
  self->cursor = avb_guest_cursor_new ();
  self->scanout = avb_scanout_new ();
  g_signal_connect (self->scanout, "done", G_CALLBACK (done_cb), self);
  g_signal_connect (self->scanout, "invalidate-size", G_CALLBACK (size_cb), self);
  self->areas = g_array_new (FALSE, FALSE, sizeof (AvbMonitorArea));
}

AvbGuestDisplay *
avb_guest_display_new (AvbFramebuffer *framebuffer)
{
  AvbGuestDisplay *self = g_object_new (AVB_TYPE_GUEST_DISPLAY, NULL);

  self->framebuffer = g_object_ref (framebuffer);
  g_signal_connect (framebuffer, "invalidate-size", G_CALLBACK (size_cb), self);
  return self;
}

void
avb_guest_display_set_channel (AvbGuestDisplay *self, SpiceDisplayChannel *channel)
{
  g_return_if_fail (AVB_IS_GUEST_DISPLAY (self));

  if (self->channel == channel)
    return;
  if (self->channel != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->channel, self);
      avb_guest_display_drop_surface (self);
      avb_scanout_detach (self->scanout);
    }
  g_set_object (&self->channel, channel);
  if (channel == NULL)
    return;
  g_signal_connect (channel, "display-primary-create", G_CALLBACK (primary_create_cb), self);
  g_signal_connect (channel, "display-primary-destroy", G_CALLBACK (primary_destroy_cb), self);
  g_signal_connect (channel, "display-mark", G_CALLBACK (mark_cb), self);
  g_signal_connect (channel, "display-invalidate", G_CALLBACK (invalidate_cb), self);
  g_signal_connect (channel, "gl-draw", G_CALLBACK (gl_draw_cb), self);
  g_signal_connect (channel, "notify::gl-scanout", G_CALLBACK (gl_scanout_cb), self);
  g_signal_connect (channel, "notify::monitors", G_CALLBACK (monitors_cb), self);
}

void
avb_guest_display_clear (AvbGuestDisplay *self)
{
  g_return_if_fail (AVB_IS_GUEST_DISPLAY (self));

  self->attached = FALSE;
  self->gl = FALSE;
  avb_framebuffer_clear (self->framebuffer);
  avb_scanout_clear (self->scanout);
}

AvbScanout *
avb_guest_display_get_scanout (AvbGuestDisplay *self)
{
  g_return_val_if_fail (AVB_IS_GUEST_DISPLAY (self), NULL);
  return self->scanout;
}

SpiceDisplayChannel *
avb_guest_display_get_channel (AvbGuestDisplay *self)
{
  g_return_val_if_fail (AVB_IS_GUEST_DISPLAY (self), NULL);
  return self->channel;
}

AvbFramebuffer *
avb_guest_display_get_framebuffer (AvbGuestDisplay *self)
{
  g_return_val_if_fail (AVB_IS_GUEST_DISPLAY (self), NULL);
  return self->framebuffer;
}

AvbGuestCursor *
avb_guest_display_get_cursor (AvbGuestDisplay *self)
{
  g_return_val_if_fail (AVB_IS_GUEST_DISPLAY (self), NULL);
  return self->cursor;
}

const AvbMonitorArea *
avb_guest_display_get_areas (AvbGuestDisplay *self, guint *n_areas)
{
  g_return_val_if_fail (AVB_IS_GUEST_DISPLAY (self), NULL);
  *n_areas = self->areas->len;
  return (const AvbMonitorArea *) (gconstpointer) self->areas->data;
}

guint
avb_guest_display_get_max_monitors (AvbGuestDisplay *self)
{
  guint max = 1;

  g_return_val_if_fail (AVB_IS_GUEST_DISPLAY (self), 1);
  if (self->channel != NULL)
    g_object_get (self->channel, "monitors-max", &max, NULL);
  return CLAMP (max, 1, AVB_MAX_MONITORS);
}

gboolean
avb_guest_display_show (AvbGuestDisplay *self,
                        int              width,
                        int              height,
                        int              stride,
                        gconstpointer    data,
                        GError         **error)
{
  g_return_val_if_fail (AVB_IS_GUEST_DISPLAY (self), FALSE);
  g_return_val_if_fail (self->channel == NULL, FALSE);

  avb_guest_display_drop_surface (self);
  return avb_guest_display_take (
      self, AVB_PIXELS_XRGB8888, width, height, stride, data, error);
}

void
avb_guest_display_drop (AvbGuestDisplay *self)
{
  g_return_if_fail (AVB_IS_GUEST_DISPLAY (self));
  avb_guest_display_drop_surface (self);
}

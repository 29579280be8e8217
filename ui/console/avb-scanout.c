/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-scanout.h"

#include <drm_fourcc.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <linux/magic.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "backends/avb-error.h"
#include "ui/console/avb-framebuffer.h"

/* A guest must not wait for a window that the desktop does not let paint. */
#define FALLBACK_MS 100

struct _AvbScanout {
  GObject parent_instance;

  /* The buffer. */
  int      fd; /* -1: none */
  guint    width;
  guint    height;
  guint    stride;
  guint32  fourcc;
  gboolean top_down;
  guint64  modifier; /* the next one to try, or the one that works */

  GdkTexture *texture; /* what is shown */
  gboolean    flipped;

  guint viewers;
  guint pending; /* draws that are not done */
  guint fallback;
};

static void paintable_iface_init (GdkPaintableInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AvbScanout,
                               avb_scanout,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (GDK_TYPE_PAINTABLE, paintable_iface_init))

enum { DONE, N_SIGNALS };
static guint signals[N_SIGNALS];

static const struct {
  guint32 fourcc;
  guint32 opaque; /* the same without alpha, which is garbage in a screen */
  guint   bytes;
} formats[] = {
  { DRM_FORMAT_XRGB8888, DRM_FORMAT_XRGB8888, 4 },
  { DRM_FORMAT_ARGB8888, DRM_FORMAT_XRGB8888, 4 },
  { DRM_FORMAT_XBGR8888, DRM_FORMAT_XBGR8888, 4 },
  { DRM_FORMAT_ABGR8888, DRM_FORMAT_XBGR8888, 4 },
  { DRM_FORMAT_RGBX8888, DRM_FORMAT_RGBX8888, 4 },
  { DRM_FORMAT_RGBA8888, DRM_FORMAT_RGBX8888, 4 },
  { DRM_FORMAT_BGRX8888, DRM_FORMAT_BGRX8888, 4 },
  { DRM_FORMAT_BGRA8888, DRM_FORMAT_BGRX8888, 4 },
  { DRM_FORMAT_XRGB2101010, DRM_FORMAT_XRGB2101010, 4 },
  { DRM_FORMAT_ARGB2101010, DRM_FORMAT_XRGB2101010, 4 },
  { DRM_FORMAT_XBGR2101010, DRM_FORMAT_XBGR2101010, 4 },
  { DRM_FORMAT_ABGR2101010, DRM_FORMAT_XBGR2101010, 4 },
  { DRM_FORMAT_RGB565, DRM_FORMAT_RGB565, 2 },
};

/* A flipped picture has its first row at the bottom. */
static void
avb_scanout_append (AvbScanout *self, GtkSnapshot *snapshot, double width, double height)
{
  graphene_rect_t bounds = GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height);

  if (self->texture == NULL)
    return;
  if (!self->flipped)
    {
      gtk_snapshot_append_texture (snapshot, self->texture, &bounds);
      return;
    }
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (0, (float) height));
  gtk_snapshot_scale (snapshot, 1, -1);
  gtk_snapshot_append_texture (snapshot, self->texture, &bounds);
  gtk_snapshot_restore (snapshot);
}

static void
avb_scanout_snapshot (GdkPaintable *paintable, GdkSnapshot *snapshot, double width, double height)
{
  avb_scanout_append (AVB_SCANOUT (paintable), GTK_SNAPSHOT (snapshot), width, height);
}

static int
avb_scanout_get_intrinsic_width (GdkPaintable *paintable)
{
  return avb_scanout_get_width (AVB_SCANOUT (paintable));
}

static int
avb_scanout_get_intrinsic_height (GdkPaintable *paintable)
{
  return avb_scanout_get_height (AVB_SCANOUT (paintable));
}

static void
paintable_iface_init (GdkPaintableInterface *iface)
{
  iface->snapshot = avb_scanout_snapshot;
  iface->get_intrinsic_width = avb_scanout_get_intrinsic_width;
  iface->get_intrinsic_height = avb_scanout_get_intrinsic_height;
}

static void
avb_scanout_finish (AvbScanout *self)
{
  guint done = self->pending;

  self->pending = 0;
  g_clear_handle_id (&self->fallback, g_source_remove);
  for (guint i = 0; i < done; i++)
    g_signal_emit (self, signals[DONE], 0);
}

static gboolean
fallback_cb (gpointer data)
{
  AvbScanout *self = data;

  self->fallback = 0;
  avb_scanout_finish (self);
  return G_SOURCE_REMOVE;
}

/* Whether @fd keeps @size bytes as long as we look at them. A buffer that ends early would end us. */
static gboolean
fd_holds (int fd, guint64 size)
{
  struct statfs fs;
  off_t         end = lseek (fd, 0, SEEK_END);

  if (end < 0 || (guint64) end < size || fstatfs (fd, &fs) != 0)
    return FALSE;
  if ((guint32) fs.f_type == DMA_BUF_MAGIC)
    return TRUE;
  return (fcntl (fd, F_GET_SEALS) & F_SEAL_SHRINK) != 0 && fcntl (fd, F_GET_SEALS) >= 0;
}

static void
close_fd (gpointer data)
{
  close (GPOINTER_TO_INT (data));
}

/* (nullable) (transfer full) */
static GdkTexture *
avb_scanout_import (AvbScanout *self, guint64 modifier, GError **error)
{
  g_autoptr (GdkDmabufTextureBuilder) builder = gdk_dmabuf_texture_builder_new ();
  int         fd = fcntl (self->fd, F_DUPFD_CLOEXEC, 3);
  GdkTexture *texture;

  if (fd < 0)
    {
      g_set_error_literal (error, G_IO_ERROR, g_io_error_from_errno (errno), g_strerror (errno));
      return NULL;
    }
  gdk_dmabuf_texture_builder_set_display (builder, gdk_display_get_default ());
  gdk_dmabuf_texture_builder_set_width (builder, self->width);
  gdk_dmabuf_texture_builder_set_height (builder, self->height);
  gdk_dmabuf_texture_builder_set_fourcc (builder, self->fourcc);
  gdk_dmabuf_texture_builder_set_modifier (builder, modifier);
  gdk_dmabuf_texture_builder_set_n_planes (builder, 1);
  gdk_dmabuf_texture_builder_set_fd (builder, 0, fd);
  gdk_dmabuf_texture_builder_set_stride (builder, 0, self->stride);
  gdk_dmabuf_texture_builder_set_offset (builder, 0, 0);
  texture = gdk_dmabuf_texture_builder_build (builder, close_fd, GINT_TO_POINTER (fd), error);
  if (texture == NULL)
    close (fd);
  return texture;
}

static void
avb_scanout_dispose (GObject *object)
{
  avb_scanout_detach (AVB_SCANOUT (object));
  avb_scanout_clear (AVB_SCANOUT (object));
  G_OBJECT_CLASS (avb_scanout_parent_class)->dispose (object);
}

static void
avb_scanout_class_init (AvbScanoutClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_scanout_dispose;

  signals[DONE] = g_signal_new (
      "done", AVB_TYPE_SCANOUT, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
avb_scanout_init (AvbScanout *self)
{
  self->fd = -1;
}

AvbScanout *
avb_scanout_new (void)
{
  return g_object_new (AVB_TYPE_SCANOUT, NULL);
}

static gboolean
refuse (GError **error, const char *details)
{
  g_propagate_error (
      error,
      avb_error_new (AVB_ERROR_INVALID, details, _ ("The guest’s display is described wrongly.")));
  return FALSE;
}

gboolean
avb_scanout_set_buffer (AvbScanout *self,
                        int         fd,
                        guint       width,
                        guint       height,
                        guint       stride,
                        guint32     fourcc,
                        gboolean    top_down,
                        GError    **error)
{
  gsize i = 0;

  g_return_val_if_fail (AVB_IS_SCANOUT (self), FALSE);

  g_clear_fd (&self->fd, NULL);
  if (fd < 0)
    return TRUE;
  while (i < G_N_ELEMENTS (formats) && formats[i].fourcc != fourcc)
    i++;
  if (i == G_N_ELEMENTS (formats))
    {
      g_propagate_error (
          error,
          avb_error_new (AVB_ERROR_INVALID,
                         NULL,
                         _ ("The guest’s display uses colors that can’t be shown.")));
      return FALSE;
    }
  if (width == 0 || height == 0 || width > AVB_FRAMEBUFFER_MAX_EDGE
      || height > AVB_FRAMEBUFFER_MAX_EDGE)
    return refuse (error, "size");
  if (stride / formats[i].bytes < width || stride > AVB_FRAMEBUFFER_MAX_EDGE * 8)
    return refuse (error, "stride");
  if (!fd_holds (fd, (guint64) stride * (height - 1) + (guint64) width * formats[i].bytes))
    return refuse (error, "a buffer that is too small, or may become so");
  self->fd = fcntl (fd, F_DUPFD_CLOEXEC, 3);
  self->width = width;
  self->height = height;
  self->stride = stride;
  self->fourcc = formats[i].opaque;
  self->top_down = top_down;
  self->modifier = DRM_FORMAT_MOD_INVALID;
  return TRUE;
}

gboolean
avb_scanout_draw (AvbScanout *self, GError **error)
{
  gboolean resized;
  g_autoptr (GdkTexture) texture = NULL;
  g_autoptr (GError) reason = NULL;

  g_return_val_if_fail (AVB_IS_SCANOUT (self), FALSE);

  self->pending++;
  if (self->fd >= 0)
    texture = avb_scanout_import (self, self->modifier, &reason);
  /* Who does not say how it is laid out, may mean that it is laid out plainly. */
  if (self->fd >= 0 && texture == NULL && self->modifier == DRM_FORMAT_MOD_INVALID)
    {
      g_clear_error (&reason);
      self->modifier = DRM_FORMAT_MOD_LINEAR;
      texture = avb_scanout_import (self, self->modifier, &reason);
    }
  if (texture == NULL)
    {
      g_propagate_error (
          error,
          avb_error_new (AVB_ERROR_NOT_SUPPORTED,
                         reason != NULL ? reason->message : NULL,
                         _ ("This machine draws with OpenGL, which can’t be shown on this "
                            "computer. Turn 3D acceleration off in its settings.")));
      avb_scanout_finish (self);
      return FALSE;
    }
  resized = gdk_texture_get_width (texture) != avb_scanout_get_width (self)
            || gdk_texture_get_height (texture) != avb_scanout_get_height (self);
  g_set_object (&self->texture, texture);
  self->flipped = !self->top_down;
  if (resized)
    gdk_paintable_invalidate_size (GDK_PAINTABLE (self));
  gdk_paintable_invalidate_contents (GDK_PAINTABLE (self));
  if (self->viewers == 0)
    avb_scanout_finish (self);
  else if (self->pending > 0 && self->fallback == 0)
    self->fallback = g_timeout_add (FALLBACK_MS, fallback_cb, self);
  return TRUE;
}

void
avb_scanout_detach (AvbScanout *self)
{
  g_return_if_fail (AVB_IS_SCANOUT (self));

  self->pending = 0;
  g_clear_handle_id (&self->fallback, g_source_remove);
  g_clear_fd (&self->fd, NULL);
}

void
avb_scanout_clear (AvbScanout *self)
{
  g_return_if_fail (AVB_IS_SCANOUT (self));

  avb_scanout_finish (self);
  if (self->texture == NULL)
    return;
  g_clear_object (&self->texture);
  gdk_paintable_invalidate_size (GDK_PAINTABLE (self));
  gdk_paintable_invalidate_contents (GDK_PAINTABLE (self));
}

int
avb_scanout_get_width (AvbScanout *self)
{
  g_return_val_if_fail (AVB_IS_SCANOUT (self), 0);
  return self->texture != NULL ? gdk_texture_get_width (self->texture) : 0;
}

int
avb_scanout_get_height (AvbScanout *self)
{
  g_return_val_if_fail (AVB_IS_SCANOUT (self), 0);
  return self->texture != NULL ? gdk_texture_get_height (self->texture) : 0;
}

void
avb_scanout_add_viewer (AvbScanout *self)
{
  g_return_if_fail (AVB_IS_SCANOUT (self));
  self->viewers++;
}

void
avb_scanout_remove_viewer (AvbScanout *self)
{
  g_return_if_fail (AVB_IS_SCANOUT (self));
  g_return_if_fail (self->viewers > 0);

  if (--self->viewers == 0)
    avb_scanout_finish (self);
}

void
avb_scanout_painted (AvbScanout *self)
{
  g_return_if_fail (AVB_IS_SCANOUT (self));
  avb_scanout_finish (self);
}

GdkTexture *
avb_scanout_dup_texture (AvbScanout *self)
{
  gsize stride;
  g_autoptr (GdkTextureDownloader) downloader = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) upright = NULL;
  const guint8 *from;
  guint8       *to;
  gsize         height;

  g_return_val_if_fail (AVB_IS_SCANOUT (self), NULL);

  if (self->texture == NULL)
    return NULL;
  height = (gsize) avb_scanout_get_height (self);
  downloader = gdk_texture_downloader_new (self->texture);
  gdk_texture_downloader_set_format (downloader, GDK_MEMORY_DEFAULT);
  bytes = gdk_texture_downloader_download_bytes (downloader, &stride);
  if (self->flipped)
    {
      from = g_bytes_get_data (bytes, NULL);
      to = g_malloc (stride * height);
      for (gsize y = 0; y < height; y++)
        memcpy (to + y * stride, from + (height - 1 - y) * stride, stride);
      upright = g_bytes_new_take (to, stride * height);
    }
  return gdk_memory_texture_new (avb_scanout_get_width (self),
                                 (int) height,
                                 GDK_MEMORY_DEFAULT,
                                 upright != NULL ? upright : bytes,
                                 stride);
}

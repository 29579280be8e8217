/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-gl-picture.h"

#include <epoxy/gl.h>

/* The texture in GL. Each GdkTexture that was made of it holds it, so that nodes may outlive the
 * picture. They all show what is in there now. */
typedef struct {
  GdkGLContext *context;
  guint         id;
} Storage;

struct _AvbGlPicture {
  AvbPixels       pixels;
  Storage        *storage;
  cairo_region_t *damage; /* not uploaded yet */
  gboolean        mipmaps;

  GdkTexture    *texture;
  GskRenderNode *node; /* for the size that it was drawn at last */
  int            node_width;
  int            node_height;
};

static gboolean
storage_delete_cb (gpointer data)
{
  Storage *storage = data;

  gdk_gl_context_make_current (storage->context);
  glDeleteTextures (1, &storage->id);
  g_object_unref (storage->context);
  g_free (storage);
  return G_SOURCE_REMOVE;
}

/* GSK may let go of the last texture in the middle of a frame, or of the end of its own context:
 * not the time to make another one current. */
static void
storage_clear (Storage *storage)
{
  g_idle_add (storage_delete_cb, g_memdup2 (storage, sizeof *storage));
}

static void
storage_release (gpointer storage)
{
  g_atomic_rc_box_release_full (storage, (GDestroyNotify) storage_clear);
}

/* Pixels go in as they are, but for the upper byte, which nobody shall see. */
static gboolean
storage_allocate (Storage *storage, int width, int height)
{
  gboolean es = gdk_gl_context_get_use_es (storage->context);
  int      largest = 0;

  glGetIntegerv (GL_MAX_TEXTURE_SIZE, &largest);
  if (width > largest || height > largest)
    return FALSE;
  if (es && (epoxy_gl_version () < 30 || !epoxy_has_gl_extension ("GL_EXT_texture_format_BGRA8888")))
    return FALSE;
  glGenTextures (1, &storage->id);
  glBindTexture (GL_TEXTURE_2D, storage->id);
  glTexImage2D (GL_TEXTURE_2D,
                0,
                es ? GL_BGRA : GL_RGBA8,
                width,
                height,
                0,
                GL_BGRA,
                GL_UNSIGNED_BYTE,
                NULL);
  glTexParameteri (GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_A, GL_ONE);
  glTexParameteri (GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR);
  glTexParameteri (GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_LINEAR);
  glTexParameteri (GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_CLAMP_TO_EDGE);
  glTexParameteri (GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_CLAMP_TO_EDGE);
  return glGetError () == GL_NO_ERROR;
}

static void
avb_gl_picture_upload (AvbGlPicture *self)
{
  glBindTexture (GL_TEXTURE_2D, self->storage->id);
  glPixelStorei (GL_UNPACK_ALIGNMENT, 4);
  glPixelStorei (GL_UNPACK_ROW_LENGTH, self->pixels.stride / 4);
  for (int i = 0; i < cairo_region_num_rectangles (self->damage); i++)
    {
      cairo_rectangle_int_t area;

      cairo_region_get_rectangle (self->damage, i, &area);
      glTexSubImage2D (GL_TEXTURE_2D,
                       0,
                       area.x,
                       area.y,
                       area.width,
                       area.height,
                       GL_BGRA,
                       GL_UNSIGNED_BYTE,
                       self->pixels.data + (gsize) area.y * self->pixels.stride
                           + (gsize) area.x * 4);
    }
  glPixelStorei (GL_UNPACK_ROW_LENGTH, 0);
  if (self->mipmaps)
    glGenerateMipmap (GL_TEXTURE_2D);
}

/* Another GdkTexture over the same storage, which tells GSK what changed. */
static void
avb_gl_picture_update (AvbGlPicture *self)
{
  g_autoptr (GdkGLTextureBuilder) builder = gdk_gl_texture_builder_new ();
  GdkTexture *texture;

  gdk_gl_context_make_current (self->storage->context);
  avb_gl_picture_upload (self);
  gdk_gl_texture_builder_set_context (builder, self->storage->context);
  gdk_gl_texture_builder_set_id (builder, self->storage->id);
  gdk_gl_texture_builder_set_width (builder, self->pixels.width);
  gdk_gl_texture_builder_set_height (builder, self->pixels.height);
  gdk_gl_texture_builder_set_format (builder, GDK_MEMORY_B8G8R8X8);
  gdk_gl_texture_builder_set_has_mipmap (builder, self->mipmaps);
  /* Deleted by GDK with the texture. */
  gdk_gl_texture_builder_set_sync (builder, glFenceSync (GL_SYNC_GPU_COMMANDS_COMPLETE, 0));
  glFlush ();
  if (self->texture != NULL)
    {
      gdk_gl_texture_builder_set_update_texture (builder, self->texture);
      gdk_gl_texture_builder_set_update_region (builder, self->damage);
    }
  texture = gdk_gl_texture_builder_build (
      builder, storage_release, g_atomic_rc_box_acquire (self->storage));

  g_clear_pointer (&self->node, gsk_render_node_unref);
  g_clear_object (&self->texture);
  self->texture = texture;
  cairo_region_destroy (self->damage);
  self->damage = cairo_region_create ();
}

static void
avb_gl_picture_damage_all (AvbGlPicture *self)
{
  cairo_region_union_rectangle (
      self->damage, &(cairo_rectangle_int_t) { 0, 0, self->pixels.width, self->pixels.height });
}

AvbGlPicture *
avb_gl_picture_new (const AvbPixels *pixels, GdkDisplay *display)
{
  g_autoptr (GdkGLContext) context = NULL;
  AvbGlPicture *self;
  Storage      *storage;

  if (G_BYTE_ORDER != G_LITTLE_ENDIAN)
    return NULL;
  context = gdk_display_create_gl_context (display, NULL);
  if (context == NULL || !gdk_gl_context_realize (context, NULL))
    return NULL;

  storage = g_atomic_rc_box_new0 (Storage);
  storage->context = g_object_ref (context);
  gdk_gl_context_make_current (context);
  if (!storage_allocate (storage, pixels->width, pixels->height))
    {
      storage_release (storage);
      return NULL;
    }
  self = g_new0 (AvbGlPicture, 1);
  self->pixels = *pixels;
  self->storage = storage;
  self->damage = cairo_region_create ();
  avb_gl_picture_damage_all (self);
  return self;
}

void
avb_gl_picture_free (AvbGlPicture *self)
{
  g_clear_pointer (&self->node, gsk_render_node_unref);
  g_clear_object (&self->texture);
  storage_release (self->storage);
  cairo_region_destroy (self->damage);
  g_free (self);
}

void
avb_gl_picture_damage (AvbGlPicture *self, const cairo_region_t *region)
{
  cairo_region_union (self->damage, region);
}

void
avb_gl_picture_append (AvbGlPicture *self, GtkSnapshot *snapshot, int width, int height)
{
  GskScalingFilter filter
      = avb_picture_choose_filter (self->pixels.width, self->pixels.height, width, height);

  if (filter == GSK_SCALING_FILTER_TRILINEAR && !self->mipmaps)
    {
      self->mipmaps = TRUE;
      avb_gl_picture_damage_all (self);
    }
  if (!cairo_region_is_empty (self->damage))
    avb_gl_picture_update (self);
  if (width != self->node_width || height != self->node_height)
    g_clear_pointer (&self->node, gsk_render_node_unref);
  if (self->node == NULL)
    {
      const graphene_rect_t bounds
          = GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height);

      self->node_width = width;
      self->node_height = height;
      /* At its own size GL needs no filter. */
      if (width == self->pixels.width && height == self->pixels.height)
        self->node = gsk_texture_node_new (self->texture, &bounds);
      else
        self->node = gsk_texture_scale_node_new (self->texture, &bounds, filter);
    }
  gtk_snapshot_append_node (snapshot, self->node);
}

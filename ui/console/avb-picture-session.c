/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-picture-session.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/avb-machine-display.h"
#include "ui/console/avb-console-session-private.h"
#include "ui/console/avb-picture-sink.h"

/* Changes are looked for, and copied, in squares of so many pixels. */
#define TILE 64

struct _AvbPictureSession {
  AvbConsoleSession parent_instance;

  AvbPictureSink *sink; /* of this attempt, with its first picture */
  guint           turn; /* pictures for an older attempt are stale */
  gboolean        asking;
  guint           pause; /* ms until the next one */
  guint           next_source;

  guint    width; /* of the surface */
  guint    height;
  guint32 *pixels;
};

G_DEFINE_FINAL_TYPE (AvbPictureSession, avb_picture_session, AVB_TYPE_CONSOLE_SESSION)

static void avb_picture_session_ask (AvbPictureSession *self);

static AvbGuestDisplay *
avb_picture_session_get_display (AvbPictureSession *self)
{
  return avb_guest_monitors_get_first_display (
      avb_console_session_get_monitors (AVB_CONSOLE_SESSION (self)));
}

/* --- when --- */

static gboolean
next_cb (gpointer data)
{
  AvbPictureSession *self = data;

  self->next_source = 0;
  avb_picture_session_ask (self);
  return G_SOURCE_REMOVE;
}

static void
avb_picture_session_schedule (AvbPictureSession *self)
{
  g_clear_handle_id (&self->next_source, g_source_remove);
  if (avb_console_session_is_open (AVB_CONSOLE_SESSION (self)) && !self->asking
      && avb_console_session_is_viewed (AVB_CONSOLE_SESSION (self)))
    self->next_source = g_timeout_add (self->pause, next_cb, self);
}

/* The guest is about to draw something. */
static void
used_cb (AvbPictureSink *sink, AvbPictureSession *self)
{
  gboolean waits_long = self->next_source != 0 && self->pause > AVB_PICTURE_FAST_MS;

  self->pause = AVB_PICTURE_FAST_MS;
  if (waits_long)
    avb_picture_session_schedule (self);
}

/* --- what --- */

/* @tile: cut to the surface. Returns: whether something differs, which is copied */
static gboolean
copy_tile (AvbPictureSession *self, const guint8 *from, gsize stride, const GdkRectangle *tile)
{
  gsize    n_bytes = (gsize) tile->width * 4;
  gboolean changed = FALSE;

  from += (gsize) tile->y * stride + (gsize) tile->x * 4;
  for (int y = 0; y < tile->height; y++, from += stride)
    {
      guint32 *to = self->pixels + (gsize) (tile->y + y) * self->width + tile->x;

      if (!changed && memcmp (to, from, n_bytes) == 0)
        continue;
      changed = TRUE;
      memcpy (to, from, n_bytes);
    }
  return changed;
}

static gboolean
avb_picture_session_update (AvbPictureSession *self, const guint8 *from, gsize stride)
{
  AvbFramebuffer *framebuffer
      = avb_guest_display_get_framebuffer (avb_picture_session_get_display (self));
  gboolean changed = FALSE;

  for (guint y = 0; y < self->height; y += TILE)
    for (guint x = 0; x < self->width; x += TILE)
      {
        GdkRectangle tile = { (int) x,
                              (int) y,
                              (int) MIN (TILE, self->width - x),
                              (int) MIN (TILE, self->height - y) };

        if (!copy_tile (self, from, stride, &tile))
          continue;
        changed = TRUE;
        avb_framebuffer_invalidate (framebuffer, tile.x, tile.y, tile.width, tile.height);
      }
  return changed;
}

/* The first picture, or one of another size. */
static gboolean
avb_picture_session_make_surface (AvbPictureSession *self, const AvbPicture *picture)
{
  const guint8 *from = g_bytes_get_data (picture->bytes, NULL);
  gsize         row = (gsize) picture->width * 4;
  g_autofree guint32 *old = NULL;
  g_autoptr (GError) error = NULL;

  if (row * picture->height > AVB_FRAMEBUFFER_MAX_BYTES)
    {
      avb_console_session_failed (AVB_CONSOLE_SESSION (self),
                                  _("The guest’s display is too large to be shown."));
      return FALSE;
    }
  avb_guest_display_drop (avb_picture_session_get_display (self));
  old = g_steal_pointer (&self->pixels);
  self->width = picture->width;
  self->height = picture->height;
  self->pixels = g_malloc (row * picture->height);
  for (guint y = 0; y < picture->height; y++)
    memcpy ((guint8 *) self->pixels + y * row, from + y * picture->stride, row);
  avb_picture_sink_set_size (self->sink, self->width, self->height);
  if (avb_guest_display_show (avb_picture_session_get_display (self),
                              (int) self->width,
                              (int) self->height,
                              (int) row,
                              self->pixels,
                              &error))
    return TRUE;
  avb_console_session_failed (AVB_CONSOLE_SESSION (self), error->message);
  return FALSE;
}

static void
sink_failed_cb (AvbPictureSink *sink, const GError *error, AvbPictureSession *self)
{
  /* The guest is not ready for it: what was typed is lost, as on a computer that starts. */
  if (!g_error_matches (error, AVB_ERROR, AVB_ERROR_BUSY))
    avb_console_session_lost (AVB_CONSOLE_SESSION (self), error->message);
}

static void
avb_picture_session_take (AvbPictureSession *self, const AvbPicture *picture)
{
  if (self->sink == NULL)
    {
      self->sink = avb_picture_sink_new (
          avb_console_session_get_machine (AVB_CONSOLE_SESSION (self)));
      g_signal_connect (self->sink, "used", G_CALLBACK (used_cb), self);
      g_signal_connect (self->sink, "failed", G_CALLBACK (sink_failed_cb), self);
    }
  if (self->pixels != NULL && self->width == picture->width && self->height == picture->height)
    self->pause = avb_picture_session_update (
                      self, g_bytes_get_data (picture->bytes, NULL), picture->stride)
                      ? AVB_PICTURE_FAST_MS
                      : MIN (self->pause + self->pause / 2, AVB_PICTURE_SLOW_MS);
  else if (avb_picture_session_make_surface (self, picture))
    self->pause = AVB_PICTURE_FAST_MS;
  else
    return;
  avb_console_session_set_sink (AVB_CONSOLE_SESSION (self), AVB_INPUT_SINK (self->sink));
}

/* --- asking --- */

typedef struct {
  GWeakRef session;
  guint    turn;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_weak_ref_clear (&question->session);
  g_free (question);
}

static void
avb_picture_session_fail (AvbPictureSession *self, const GError *error)
{
  AvbConsoleSession *session = AVB_CONSOLE_SESSION (self);

  /* It shows nothing yet. */
  if (g_error_matches (error, AVB_ERROR, AVB_ERROR_BUSY))
    self->pause = MIN (self->pause * 2, AVB_PICTURE_SLOW_MS);
  else if (g_error_matches (error, AVB_ERROR, AVB_ERROR_NOT_SUPPORTED)
           || g_error_matches (error, AVB_ERROR, AVB_ERROR_PERMISSION))
    avb_console_session_failed (session, error->message);
  else
    avb_console_session_lost (session, error->message);
}

static DexFuture *
read_cb (DexFuture *future, gpointer data)
{
  Question *question = data;
  g_autoptr (AvbPictureSession) self = g_weak_ref_get (&question->session);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (self == NULL)
    return dex_future_new_true ();
  self->asking = FALSE;
  if (self->turn == question->turn)
    {
      if (value != NULL)
        avb_picture_session_take (self, g_value_get_boxed (value));
      else
        avb_picture_session_fail (self, error);
    }
  avb_picture_session_schedule (self);
  return dex_future_new_true ();
}

static void
avb_picture_session_ask (AvbPictureSession *self)
{
  Question *question;

  if (self->asking)
    return;
  question = g_new0 (Question, 1);
  g_weak_ref_init (&question->session, self);
  question->turn = self->turn;
  self->asking = TRUE;
  avb_future_finish (
      dex_future_finally (avb_machine_read_picture (
                              avb_console_session_get_machine (AVB_CONSOLE_SESSION (self))),
                          read_cb,
                          question,
                          question_free),
      "read the display");
}

static void
avb_picture_session_open_endpoint (AvbConsoleSession *session, const AvbConsoleEndpoint *endpoint)
{
  AvbPictureSession *self = AVB_PICTURE_SESSION (session);

  self->turn++;
  self->pause = AVB_PICTURE_FAST_MS;
  avb_console_session_set_server_mouse (session, FALSE);
  /* One that is still under way for an older attempt is waited for. */
  if (avb_console_session_is_viewed (session))
    avb_picture_session_ask (self);
}

static void
avb_picture_session_shut (AvbConsoleSession *session)
{
  AvbPictureSession *self = AVB_PICTURE_SESSION (session);

  self->turn++;
  g_clear_handle_id (&self->next_source, g_source_remove);
  if (self->sink != NULL)
    {
      g_signal_handlers_disconnect_by_data (self->sink, self);
      avb_picture_sink_close (self->sink);
    }
  g_clear_object (&self->sink);
  if (self->pixels != NULL)
    avb_guest_display_drop (avb_picture_session_get_display (self));
  g_clear_pointer (&self->pixels, g_free);
}

/* Somebody looks: at once, then. */
static void
avb_picture_session_viewed (AvbConsoleSession *session)
{
  AvbPictureSession *self = AVB_PICTURE_SESSION (session);

  self->pause = AVB_PICTURE_FAST_MS;
  g_clear_handle_id (&self->next_source, g_source_remove);
  if (avb_console_session_is_open (session) && avb_console_session_is_viewed (session))
    avb_picture_session_ask (self);
}

static const char *
avb_picture_session_get_missing (AvbConsoleSession *session, AvbConsoleOffer offer)
{
  switch (offer)
    {
    case AVB_CONSOLE_OFFERS_CLIPBOARD:
      return _("This host shows pictures of the machine and shares no clipboard.");
    case AVB_CONSOLE_OFFERS_FILES:
      return _("This host shows pictures of the machine and takes no files for it.");
    case AVB_CONSOLE_OFFERS_FOLDER:
      return _("This host shows pictures of the machine and shares no folder.");
    case AVB_CONSOLE_OFFERS_USB:
      return _("USB devices of this computer can’t be connected to machines of this host.");
    case AVB_CONSOLE_OFFERS_SOUND:
      return _("This host shows pictures of the machine, without sound.");
    case AVB_CONSOLE_OFFERS_MONITORS:
    default:
      return _("This host shows one monitor, of the guest’s size");
    }
}

static void
avb_picture_session_dispose (GObject *object)
{
  avb_console_session_close (AVB_CONSOLE_SESSION (object));
  G_OBJECT_CLASS (avb_picture_session_parent_class)->dispose (object);
}

static void
avb_picture_session_class_init (AvbPictureSessionClass *klass)
{
  AvbConsoleSessionClass *session_class = AVB_CONSOLE_SESSION_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = avb_picture_session_dispose;
  session_class->open_endpoint = avb_picture_session_open_endpoint;
  session_class->shut = avb_picture_session_shut;
  session_class->viewed = avb_picture_session_viewed;
  session_class->get_missing = avb_picture_session_get_missing;
}

static void
avb_picture_session_init (AvbPictureSession *self)
{
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-console-recorder.h"

#include <glib/gi18n.h>

#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "ui/console/avb-film.h"

/* Pictures a second at most; what is worth recording of a desktop needs no more. */
#define FRAME_MS 50

struct _AvbConsoleRecorder {
  GObject parent_instance;

  AvbConsoleSession *session; /* held */
  AvbOperation    *operation;
  AvbFilm         *film; /* once it is open */
  AvbFramebuffer  *framebuffer;
  gboolean         dirty;
  gint64           begin;
  gint64           shown_second;
  guint            tick_source;
  GBytes          *last;
  int              last_width;
  int              last_height;
  gboolean         recording;
  gboolean         stopping;
};

G_DEFINE_FINAL_TYPE (AvbConsoleRecorder, avb_console_recorder, G_TYPE_OBJECT)

enum { PROP_0, PROP_RECORDING, N_PROPS };
static GParamSpec *properties[N_PROPS];

#define RECORDER_KEY "avb-console-recorder"

static void
invalidated_cb (AvbConsoleRecorder *self)
{
  self->dirty = TRUE;
}

static void
watch_framebuffer (AvbConsoleRecorder *self, AvbFramebuffer *framebuffer)
{
  if (self->framebuffer == framebuffer)
    return;
  if (self->framebuffer != NULL)
    g_signal_handlers_disconnect_by_data (self->framebuffer, self);
  g_set_object (&self->framebuffer, framebuffer);
  self->dirty = TRUE;
  if (framebuffer != NULL)
    g_signal_connect_swapped (
        framebuffer, "invalidate-contents", G_CALLBACK (invalidated_cb), self);
}

/* (transfer full) (nullable): the first monitor's pixels */
static GBytes *
dup_picture (AvbConsoleRecorder *self, int *width, int *height)
{
  AvbGuestMonitor *monitor
      = avb_guest_monitors_find (avb_console_session_get_monitors (self->session), 0);
  g_autoptr (GdkTexture) texture = NULL;
  cairo_rectangle_int_t area;
  cairo_rectangle_int_t whole = { 0 };
  gsize                 stride;
  g_autofree guint32   *pixels = NULL;
  guint32              *part;

  if (monitor == NULL)
    return NULL;
  watch_framebuffer (
      self, avb_guest_display_get_framebuffer (avb_guest_monitor_get_display (monitor)));
  self->dirty = FALSE;
  texture = avb_framebuffer_dup_texture (self->framebuffer);
  if (texture == NULL)
    return NULL;
  whole.width = gdk_texture_get_width (texture);
  whole.height = gdk_texture_get_height (texture);
  avb_guest_monitor_get_area (monitor, &area);
  if (area.width <= 0 || area.height <= 0 || !gdk_rectangle_intersect (&area, &whole, &area))
    area = whole;
  *width = area.width;
  *height = area.height;
  stride = (gsize) whole.width * 4;
  pixels = g_malloc (stride * whole.height);
  gdk_texture_download (texture, (guchar *) pixels, stride);
  if (gdk_rectangle_equal (&area, &whole))
    return g_bytes_new_take (g_steal_pointer (&pixels), stride * whole.height);
  part = g_malloc ((gsize) area.width * area.height * 4);
  for (int y = 0; y < area.height; y++)
    memcpy (part + (gsize) y * area.width,
            pixels + (gsize) (area.y + y) * whole.width + area.x,
            (gsize) area.width * 4);
  return g_bytes_new_take (part, (gsize) area.width * area.height * 4);
}

static void
show_time (AvbConsoleRecorder *self, gint64 second)
{
  g_autofree char *text = NULL;

  if (second == self->shown_second)
    return;
  self->shown_second = second;
  text = second >= 3600 ? g_strdup_printf ("%d:%02d:%02d",
                                           (int) (second / 3600),
                                           (int) (second / 60 % 60),
                                           (int) (second % 60))
                        : g_strdup_printf ("%d:%02d", (int) (second / 60), (int) (second % 60));
  avb_operation_set_status (self->operation, text);
}

static gboolean
tick_cb (gpointer data)
{
  AvbConsoleRecorder *self = data;
  gint64              time = g_get_monotonic_time () - self->begin;
  g_autoptr (GBytes) picture = NULL;
  int width, height;

  show_time (self, time / G_USEC_PER_SEC);
  if (!self->dirty)
    return G_SOURCE_CONTINUE;
  picture = dup_picture (self, &width, &height);
  if (picture == NULL)
    return G_SOURCE_CONTINUE;
  avb_film_add (self->film, picture, width, height, time);
  g_clear_pointer (&self->last, g_bytes_unref);
  self->last = g_steal_pointer (&picture);
  self->last_width = width;
  self->last_height = height;
  return G_SOURCE_CONTINUE;
}

static void
end (AvbConsoleRecorder *self, const GError *error)
{
  g_signal_handlers_disconnect_by_data (
      avb_operation_get_cancellable (self->operation), self);
  g_signal_handlers_disconnect_by_data (avb_console_session_get_machine (self->session), self);
  g_object_set_data (G_OBJECT (self->session), RECORDER_KEY, NULL);
  watch_framebuffer (self, NULL);
  g_clear_pointer (&self->last, g_bytes_unref);
  if (self->film != NULL)
    g_signal_handlers_disconnect_by_data (self->film, self);
  g_clear_object (&self->film);
  avb_operation_finish (self->operation, error);
  self->recording = FALSE;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RECORDING]);
  avb_console_session_remove_viewer (self->session);
  avb_console_session_release (g_steal_pointer (&self->session));
  g_object_unref (self); /* of the recording itself */
}

static DexFuture *
closed_cb (DexFuture *future, gpointer data)
{
  g_autoptr (GError) error = NULL;

  dex_future_get_value (future, &error);
  end (data, error);
  return dex_future_new_true ();
}

static void
failed_cb (AvbFilm *film, GError *error, AvbConsoleRecorder *self)
{
  avb_console_recorder_stop (self);
}

static DexFuture *
opened_cb (DexFuture *future, gpointer data)
{
  AvbConsoleRecorder *self = data;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value == NULL)
    {
      end (self, error);
      return dex_future_new_true ();
    }
  self->film = g_value_dup_object (value);
  g_signal_connect (self->film, "failed", G_CALLBACK (failed_cb), self);
  self->begin = g_get_monotonic_time ();
  /* The picture that was there when it was asked for: by now there may be none. */
  avb_film_add (self->film, self->last, self->last_width, self->last_height, 0);
  if (self->stopping)
    {
      self->stopping = FALSE;
      avb_console_recorder_stop (self);
      return dex_future_new_true ();
    }
  self->tick_source = g_timeout_add (FRAME_MS, tick_cb, self);
  return dex_future_new_true ();
}

static gboolean
cancelled_later_cb (gpointer data)
{
  avb_console_recorder_stop (data);
  return G_SOURCE_REMOVE;
}

/* Perhaps on another thread, and under the cancellable's lock. */
static void
cancelled_cb (GCancellable *cancellable, AvbConsoleRecorder *self)
{
  g_idle_add_full (
      G_PRIORITY_DEFAULT, cancelled_later_cb, g_object_ref (self), g_object_unref);
}

static void
machine_cb (AvbMachine *machine, GParamSpec *pspec, AvbConsoleRecorder *self)
{
  if (!avb_machine_has_console (machine) && avb_machine_get_available (machine))
    avb_console_recorder_stop (self);
}

static void
avb_console_recorder_finalize (GObject *object)
{
  AvbConsoleRecorder *self = AVB_CONSOLE_RECORDER (object);

  g_clear_object (&self->operation);
  G_OBJECT_CLASS (avb_console_recorder_parent_class)->finalize (object);
}

static void
avb_console_recorder_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_RECORDING)
    g_value_set_boolean (value, AVB_CONSOLE_RECORDER (object)->recording);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
avb_console_recorder_class_init (AvbConsoleRecorderClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = avb_console_recorder_finalize;
  object_class->get_property = avb_console_recorder_get_property;

  properties[PROP_RECORDING]
      = g_param_spec_boolean ("recording",
                              NULL,
                              NULL,
                              FALSE,
                              G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_console_recorder_init (AvbConsoleRecorder *self)
{
  self->recording = TRUE;
  self->shown_second = -1;
}

AvbConsoleRecorder *
avb_console_recorder_start (AvbConsoleSession *session, const char *path, AvbOperation *operation)
{
  AvbConsoleRecorder *self;
  AvbMachine         *machine;
  g_autoptr (GBytes) picture = NULL;
  int width, height;

  g_return_val_if_fail (AVB_IS_CONSOLE_SESSION (session), NULL);
  g_return_val_if_fail (path != NULL, NULL);
  g_return_val_if_fail (AVB_IS_OPERATION (operation), NULL);
  g_return_val_if_fail (avb_console_recorder_of_session (session) == NULL, NULL);

  machine = avb_console_session_get_machine (session);
  self = g_object_new (AVB_TYPE_CONSOLE_RECORDER, NULL);
  self->session = avb_console_session_hold (machine);
  avb_console_session_add_viewer (self->session);
  self->operation = g_object_ref (operation);
  g_object_set_data (G_OBJECT (session), RECORDER_KEY, self);
  g_signal_connect (
      avb_operation_get_cancellable (operation), "cancelled", G_CALLBACK (cancelled_cb), self);
  g_signal_connect (machine, "notify::has-console", G_CALLBACK (machine_cb), self);
  g_object_ref (self); /* by the recording, until end () */
  picture = dup_picture (self, &width, &height);
  if (picture == NULL)
    {
      g_autoptr (GError) error = avb_error_new (
          AVB_ERROR_BUSY, NULL, _ ("The guest shows no picture that could be recorded."));

      end (self, error);
      return self;
    }
  self->last = g_steal_pointer (&picture);
  self->last_width = width;
  self->last_height = height;
  avb_future_finish (
      dex_future_finally (avb_film_open (path, width, height), opened_cb, self, NULL),
      "record the screen");
  return self;
}

void
avb_console_recorder_stop (AvbConsoleRecorder *self)
{
  g_return_if_fail (AVB_IS_CONSOLE_RECORDER (self));

  if (!self->recording || self->stopping)
    return;
  self->stopping = TRUE;
  g_clear_handle_id (&self->tick_source, g_source_remove);
  if (self->film == NULL)
    return; /* when it has been opened */
  /* The last picture lasts until now. */
  if (self->last != NULL)
    avb_film_add (self->film,
                  self->last,
                  self->last_width,
                  self->last_height,
                  g_get_monotonic_time () - self->begin);
  avb_operation_set_can_cancel (self->operation, FALSE);
  avb_future_finish (dex_future_finally (avb_film_close (self->film), closed_cb, self, NULL),
                     "complete the recording");
}

gboolean
avb_console_recorder_get_recording (AvbConsoleRecorder *self)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_RECORDER (self), FALSE);
  return self->recording;
}

AvbConsoleRecorder *
avb_console_recorder_of_session (AvbConsoleSession *session)
{
  g_return_val_if_fail (AVB_IS_CONSOLE_SESSION (session), NULL);
  return g_object_get_data (G_OBJECT (session), RECORDER_KEY);
}

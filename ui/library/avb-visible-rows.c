/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "avb-visible-rows.h"

#include "backends/avb-blocking.h"
#include "backends/avb-connection.h"
#include "backends/avb-error.h"
#include "ui/library/avb-picture-decoder.h"

/* After a scroll or a change of state: soon, but once for a burst of them. */
#define CHECK_DELAY_MS 60
#define PICTURE_INTERVAL_MS 1000
/* A hypervisor that answers slowly is asked less often. */
#define MAX_IN_FLIGHT 4
/* A machine whose details cannot be read is asked for them again, but not with every picture. */
#define DETAILS_INTERVAL_S 30

typedef struct {
  GtkWidget    *widget;
  AvbMachine   *machine;
  AvbThumbnail *thumbnail;
  GBytes       *last;     /* the picture that is shown, as it came */
  DexFuture    *taking;
  gint64        taken_at;
  gint64        asked_at; /* for the details */
  guint         failures;
} Row;

struct _AvbVisibleRows {
  GObject     parent_instance;

  GtkWidget  *view;
  GHashTable *rows; /* GtkWidget* → Row */
  guint       timer_id;
  guint       timer_ms;
  guint       in_flight;
};

G_DEFINE_FINAL_TYPE (AvbVisibleRows, avb_visible_rows, G_TYPE_OBJECT)

static void schedule (AvbVisibleRows *self, guint delay);

static void
row_free (gpointer data)
{
  Row *row = data;

  g_clear_object (&row->machine);
  g_clear_pointer (&row->last, g_bytes_unref);
  dex_clear (&row->taking);
  g_free (row);
}

static gboolean
is_visible (AvbVisibleRows *self, Row *row)
{
  graphene_rect_t bounds;
  graphene_rect_t view = GRAPHENE_RECT_INIT (0, 0, (float) gtk_widget_get_width (self->view),
                                             (float) gtk_widget_get_height (self->view));

  return gtk_widget_get_mapped (row->widget) &&
         gtk_widget_compute_bounds (row->widget, self->view, &bounds) &&
         graphene_rect_intersection (&view, &bounds, NULL);
}

static gboolean
wants_picture (Row *row)
{
  g_autoptr (AvbConnection) connection = NULL;
  AvbMachineState state = avb_machine_get_state (row->machine);

  if (row->thumbnail == NULL || !avb_machine_get_available (row->machine) || row->failures > 5)
    return FALSE;
  /* A paused machine's picture does not change: once is enough. */
  if (state != AVB_MACHINE_RUNNING && state != AVB_MACHINE_STOPPING &&
      !(state == AVB_MACHINE_PAUSED && row->last == NULL))
    return FALSE;
  connection = avb_machine_dup_connection (row->machine);
  return connection != NULL &&
         avb_connection_get_capabilities (connection) != NULL &&
         avb_capabilities_can (avb_connection_get_capabilities (connection),
                               AVB_FEATURE_SCREENSHOT);
}

typedef struct {
  AvbVisibleRows *self;
  GtkWidget      *widget; /* a key, never dereferenced */
  AvbMachine     *machine;
  GBytes         *bytes;
} Taking;

static void
taking_free (gpointer data)
{
  Taking *taking = data;

  taking->self->in_flight--;
  g_clear_object (&taking->machine);
  g_clear_pointer (&taking->bytes, g_bytes_unref);
  g_object_unref (taking->self);
  g_free (taking);
}

/* The row that asked, if it still shows that machine. */
static Row *
find_row (Taking *taking)
{
  Row *row = taking->self->rows != NULL
                 ? g_hash_table_lookup (taking->self->rows, taking->widget)
                 : NULL;

  return row != NULL && row->machine == taking->machine ? row : NULL;
}

static DexFuture *
taken_cb (DexFuture *future, gpointer user_data)
{
  Taking *taking = user_data;
  const GValue *value = dex_future_get_value (future, NULL);
  const AvbScreenshot *screenshot = value != NULL ? g_value_get_boxed (value) : NULL;
  Row *row = find_row (taking);

  if (row == NULL || screenshot == NULL || screenshot->bytes == NULL)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Not shown any more");
  /* A guest at rest sends the same picture again and again: nothing to decode, nothing to draw. */
  if (row->last != NULL && g_bytes_equal (row->last, screenshot->bytes))
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_CANCELLED, "The same");
  taking->bytes = g_bytes_ref (screenshot->bytes);
  return avb_picture_decode (screenshot,
                             320 * gtk_widget_get_scale_factor (taking->self->view));
}

static DexFuture *
decoded_cb (DexFuture *future, gpointer user_data)
{
  Taking *taking = user_data;
  Row *row = find_row (taking);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (row == NULL)
    return dex_future_new_true ();
  row->taken_at = g_get_monotonic_time ();
  if (value != NULL)
    {
      row->failures = 0;
      g_clear_pointer (&row->last, g_bytes_unref);
      row->last = g_steal_pointer (&taking->bytes);
      avb_thumbnail_set_texture (row->thumbnail, g_value_get_object (value));
    }
  else if (!avb_error_is_cancelled (error))
    {
      row->failures++;
      g_debug ("No picture of “%s”: %s", avb_machine_get_name (row->machine), error->message);
    }
  return dex_future_new_true ();
}

static void
take_picture (AvbVisibleRows *self, Row *row)
{
  Taking *taking = g_new0 (Taking, 1);
  DexFuture *future;

  self->in_flight++;
  taking->self = g_object_ref (self);
  taking->widget = row->widget;
  taking->machine = g_object_ref (row->machine);
  future = dex_future_then (avb_machine_take_screenshot (row->machine), taken_cb, taking, NULL);
  future = dex_future_finally (future, decoded_cb, taking, taking_free);
  dex_clear (&row->taking);
  row->taking = future;
}

static gboolean
timer_cb (gpointer user_data)
{
  AvbVisibleRows *self = user_data;
  GtkRoot *root = gtk_widget_get_root (self->view);
  gint64 now = g_get_monotonic_time ();
  gboolean again = FALSE;
  GHashTableIter iter;
  Row *row;

  self->timer_id = 0;
  if (!gtk_widget_get_mapped (self->view) ||
      (GTK_IS_WINDOW (root) && gtk_window_is_suspended (GTK_WINDOW (root))))
    return G_SOURCE_REMOVE;
  g_hash_table_iter_init (&iter, self->rows);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &row))
    {
      if (!is_visible (self, row))
        continue;
      if (!avb_machine_get_has_details (row->machine) && avb_machine_get_available (row->machine) &&
          (row->asked_at == 0 || now - row->asked_at > DETAILS_INTERVAL_S * G_USEC_PER_SEC))
        {
          row->asked_at = now;
          avb_future_finish (avb_machine_load_details (row->machine), "load details");
        }
      if (!wants_picture (row))
        continue;
      again = TRUE;
      if ((row->taking == NULL || !dex_future_is_pending (row->taking)) &&
          self->in_flight < MAX_IN_FLIGHT &&
          now - row->taken_at >= (PICTURE_INTERVAL_MS - 100) * 1000)
        take_picture (self, row);
    }
  if (again)
    schedule (self, PICTURE_INTERVAL_MS);
  return G_SOURCE_REMOVE;
}

static void
schedule (AvbVisibleRows *self, guint delay)
{
  if (self->timer_id != 0 && self->timer_ms <= delay)
    return;
  g_clear_handle_id (&self->timer_id, g_source_remove);
  self->timer_ms = delay;
  self->timer_id = g_timeout_add_full (G_PRIORITY_LOW, delay, timer_cb, self, NULL);
}

static void
avb_visible_rows_dispose (GObject *object)
{
  AvbVisibleRows *self = AVB_VISIBLE_ROWS (object);

  g_clear_handle_id (&self->timer_id, g_source_remove);
  if (self->rows != NULL)
    {
      GHashTableIter iter;
      Row *row;

      g_hash_table_iter_init (&iter, self->rows);
      while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &row))
        g_signal_handlers_disconnect_by_data (row->machine, self);
    }
  g_clear_pointer (&self->rows, g_hash_table_unref);
  G_OBJECT_CLASS (avb_visible_rows_parent_class)->dispose (object);
}

static void
avb_visible_rows_class_init (AvbVisibleRowsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_visible_rows_dispose;
}

static void
avb_visible_rows_init (AvbVisibleRows *self)
{
  self->rows = g_hash_table_new_full (NULL, NULL, NULL, row_free);
}

AvbVisibleRows *
avb_visible_rows_new (GtkWidget *view)
{
  AvbVisibleRows *self = g_object_new (AVB_TYPE_VISIBLE_ROWS, NULL);

  self->view = view;
  return self;
}

static void
machine_changed_cb (AvbVisibleRows *self)
{
  avb_visible_rows_check (self);
}

void
avb_visible_rows_add (AvbVisibleRows *self,
                      GtkWidget      *widget,
                      AvbMachine     *machine,
                      AvbThumbnail   *thumbnail)
{
  Row *row;

  g_return_if_fail (AVB_IS_VISIBLE_ROWS (self));
  g_return_if_fail (AVB_IS_MACHINE (machine));

  avb_visible_rows_remove (self, widget);
  row = g_new0 (Row, 1);
  row->widget = widget;
  row->machine = g_object_ref (machine);
  row->thumbnail = thumbnail;
  g_signal_connect_swapped (machine, "notify::state", G_CALLBACK (machine_changed_cb), self);
  g_signal_connect_swapped (machine, "notify::available", G_CALLBACK (machine_changed_cb), self);
  g_hash_table_insert (self->rows, widget, row);
  avb_visible_rows_check (self);
}

void
avb_visible_rows_remove (AvbVisibleRows *self, GtkWidget *widget)
{
  Row *row;

  g_return_if_fail (AVB_IS_VISIBLE_ROWS (self));

  row = self->rows != NULL ? g_hash_table_lookup (self->rows, widget) : NULL;
  if (row == NULL)
    return;
  g_signal_handlers_disconnect_by_data (row->machine, self);
  g_hash_table_remove (self->rows, widget);
}

void
avb_visible_rows_check (AvbVisibleRows *self)
{
  g_return_if_fail (AVB_IS_VISIBLE_ROWS (self));

  if (self->rows != NULL)
    schedule (self, CHECK_DELAY_MS);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-guest-monitors.h"

struct _AvbGuestMonitors {
  GObject parent_instance;

  AvbGuestDisplay *displays[AVB_MAX_MONITORS]; /* by channel; NULL: never seen */
  GPtrArray       *monitors;
};

static void list_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AvbGuestMonitors,
                               avb_guest_monitors,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_iface_init))

enum { PICTURE, PROBLEM, N_SIGNALS };
static guint signals[N_SIGNALS];

static GType
avb_guest_monitors_get_item_type (GListModel *model)
{
  return AVB_TYPE_GUEST_MONITOR;
}

static guint
avb_guest_monitors_get_n_items (GListModel *model)
{
  return AVB_GUEST_MONITORS (model)->monitors->len;
}

static gpointer
avb_guest_monitors_get_item (GListModel *model, guint position)
{
  AvbGuestMonitors *self = AVB_GUEST_MONITORS (model);

  return position < self->monitors->len ? g_object_ref (self->monitors->pdata[position]) : NULL;
}

static void
list_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = avb_guest_monitors_get_item_type;
  iface->get_n_items = avb_guest_monitors_get_n_items;
  iface->get_item = avb_guest_monitors_get_item;
}

/* (transfer none): the monitor in the list, which is put into it if it is missing */
static AvbGuestMonitor *
avb_guest_monitors_ensure (AvbGuestMonitors            *self,
                           AvbGuestDisplay             *display,
                           guint                        number,
                           const cairo_rectangle_int_t *area)
{
  AvbGuestMonitor *monitor;
  guint            position = 0;

  while (position < self->monitors->len
         && avb_guest_monitor_get_number (self->monitors->pdata[position]) < number)
    position++;
  if (position < self->monitors->len)
    {
      monitor = self->monitors->pdata[position];
      if (avb_guest_monitor_get_number (monitor) == number)
        return monitor;
    }
  monitor = avb_guest_monitor_new (display, number);
  avb_guest_monitor_set_area (monitor, area);
  g_ptr_array_insert (self->monitors, (int) position, monitor);
  g_list_model_items_changed (G_LIST_MODEL (self), position, 0, 1);
  return monitor;
}

/* The list holds what @display has, no more and no less. */
static void
avb_guest_monitors_read (AvbGuestMonitors *self, guint channel)
{
  AvbGuestDisplay      *display = self->displays[channel];
  guint                 n_areas;
  const AvbMonitorArea *areas = avb_guest_display_get_areas (display, &n_areas);
  g_autofree AvbMonitorArea *copy = NULL;
  guint32                    wanted = 0;

  /* Who learns of the list may change what it is made from. */
  if (channel != 0)
    n_areas = MIN (n_areas, 1);
  copy = g_memdup2 (areas, n_areas * sizeof *areas);
  for (guint i = 0; i < n_areas; i++)
    wanted |= 1u << (channel != 0 ? channel : copy[i].id);

  for (guint i = self->monitors->len; i > 0; i--)
    {
      AvbGuestMonitor *monitor = self->monitors->pdata[i - 1];

      if (avb_guest_monitor_get_display (monitor) != display
          || (wanted & (1u << avb_guest_monitor_get_number (monitor))) != 0)
        continue;
      g_ptr_array_remove_index (self->monitors, i - 1);
      g_list_model_items_changed (G_LIST_MODEL (self), i - 1, 1, 0);
    }
  for (guint i = 0; i < n_areas; i++)
    {
      guint            number = channel != 0 ? channel : copy[i].id;
      AvbGuestMonitor *monitor
          = avb_guest_monitors_ensure (self, display, number, &copy[i].area);

      /* A number that two channels claim is the first one's. */
      if (avb_guest_monitor_get_display (monitor) == display)
        avb_guest_monitor_set_area (monitor, &copy[i].area);
    }
}

static guint
avb_guest_monitors_get_channel (AvbGuestMonitors *self, AvbGuestDisplay *display)
{
  guint channel = 0;

  while (self->displays[channel] != display)
    channel++;
  return channel;
}

static void
areas_cb (AvbGuestDisplay *display, AvbGuestMonitors *self)
{
  avb_guest_monitors_read (self, avb_guest_monitors_get_channel (self, display));
}

static void
picture_cb (AvbGuestDisplay *display, AvbGuestMonitors *self)
{
  if (display != self->displays[0])
    return;
  /* The guest is back; a display that it had before and has no more does not come back. */
  for (guint i = 1; i < AVB_MAX_MONITORS; i++)
    if (self->displays[i] != NULL && avb_guest_display_get_channel (self->displays[i]) == NULL)
      avb_guest_display_clear (self->displays[i]);
  g_signal_emit (self, signals[PICTURE], 0);
}

static void
problem_cb (AvbGuestDisplay *display, const char *message, AvbGuestMonitors *self)
{
  if (display == self->displays[0])
    g_signal_emit (self, signals[PROBLEM], 0, message);
}

static AvbGuestDisplay *
avb_guest_monitors_ensure_display (AvbGuestMonitors *self, guint channel)
{
  g_autoptr (AvbFramebuffer) framebuffer = NULL;

  if (self->displays[channel] != NULL)
    return self->displays[channel];
  framebuffer = avb_framebuffer_new ();
  self->displays[channel] = avb_guest_display_new (framebuffer);
  g_signal_connect (self->displays[channel], "areas", G_CALLBACK (areas_cb), self);
  g_signal_connect (self->displays[channel], "picture", G_CALLBACK (picture_cb), self);
  g_signal_connect (self->displays[channel], "problem", G_CALLBACK (problem_cb), self);
  return self->displays[channel];
}

static void
avb_guest_monitors_dispose (GObject *object)
{
  AvbGuestMonitors *self = AVB_GUEST_MONITORS (object);

  for (guint i = 0; i < AVB_MAX_MONITORS; i++)
    if (self->displays[i] != NULL)
      {
        g_signal_handlers_disconnect_by_data (self->displays[i], self);
        g_object_run_dispose (G_OBJECT (self->displays[i]));
        g_clear_object (&self->displays[i]);
      }
  g_ptr_array_set_size (self->monitors, 0);
  G_OBJECT_CLASS (avb_guest_monitors_parent_class)->dispose (object);
}

static void
avb_guest_monitors_finalize (GObject *object)
{
  g_ptr_array_unref (AVB_GUEST_MONITORS (object)->monitors);
  G_OBJECT_CLASS (avb_guest_monitors_parent_class)->finalize (object);
}

static void
avb_guest_monitors_class_init (AvbGuestMonitorsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_guest_monitors_dispose;
  G_OBJECT_CLASS (klass)->finalize = avb_guest_monitors_finalize;

  signals[PICTURE] = g_signal_new (
      "picture", AVB_TYPE_GUEST_MONITORS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[PROBLEM] = g_signal_new ("problem",
                                   AVB_TYPE_GUEST_MONITORS,
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
avb_guest_monitors_init (AvbGuestMonitors *self)
{
  self->monitors = g_ptr_array_new_with_free_func (g_object_unref);
  avb_guest_monitors_ensure_display (self, 0);
}

AvbGuestMonitors *
avb_guest_monitors_new (void)
{
  return g_object_new (AVB_TYPE_GUEST_MONITORS, NULL);
}

gboolean
avb_guest_monitors_add_channel (AvbGuestMonitors *self, SpiceChannel *channel)
{
  AvbGuestDisplay *display;
  int              id;

  g_return_val_if_fail (AVB_IS_GUEST_MONITORS (self), FALSE);
  g_return_val_if_fail (SPICE_IS_CHANNEL (channel), FALSE);

  if (!SPICE_IS_DISPLAY_CHANNEL (channel) && !SPICE_IS_CURSOR_CHANNEL (channel))
    return FALSE;
  g_object_get (channel, "channel-id", &id, NULL);
  if (id < 0 || id >= AVB_MAX_MONITORS)
    return FALSE;
  display = avb_guest_monitors_ensure_display (self, (guint) id);
  if (SPICE_IS_DISPLAY_CHANNEL (channel))
    avb_guest_display_set_channel (display, SPICE_DISPLAY_CHANNEL (channel));
  else
    avb_guest_cursor_set_channel (avb_guest_display_get_cursor (display),
                                  SPICE_CURSOR_CHANNEL (channel));
  return TRUE;
}

void
avb_guest_monitors_detach (AvbGuestMonitors *self)
{
  g_return_if_fail (AVB_IS_GUEST_MONITORS (self));

  for (guint i = 0; i < AVB_MAX_MONITORS; i++)
    if (self->displays[i] != NULL)
      {
        avb_guest_display_set_channel (self->displays[i], NULL);
        avb_guest_cursor_set_channel (avb_guest_display_get_cursor (self->displays[i]), NULL);
      }
}

void
avb_guest_monitors_clear (AvbGuestMonitors *self)
{
  g_return_if_fail (AVB_IS_GUEST_MONITORS (self));

  for (guint i = 0; i < AVB_MAX_MONITORS; i++)
    if (self->displays[i] != NULL)
      avb_guest_display_clear (self->displays[i]);
}

AvbGuestDisplay *
avb_guest_monitors_get_first_display (AvbGuestMonitors *self)
{
  g_return_val_if_fail (AVB_IS_GUEST_MONITORS (self), NULL);
  return self->displays[0];
}

AvbGuestMonitor *
avb_guest_monitors_find (AvbGuestMonitors *self, guint number)
{
  g_return_val_if_fail (AVB_IS_GUEST_MONITORS (self), NULL);

  for (guint i = 0; i < self->monitors->len; i++)
    if (avb_guest_monitor_get_number (self->monitors->pdata[i]) == number)
      return self->monitors->pdata[i];
  return NULL;
}

guint
avb_guest_monitors_find_free (AvbGuestMonitors *self, guint from)
{
  gboolean several = FALSE;
  guint    max;

  g_return_val_if_fail (AVB_IS_GUEST_MONITORS (self), AVB_MAX_MONITORS);

  for (guint i = 1; i < AVB_MAX_MONITORS; i++)
    if (self->displays[i] != NULL && avb_guest_display_get_channel (self->displays[i]) != NULL)
      {
        several = TRUE;
        if (i >= from && avb_guest_monitors_find (self, i) == NULL)
          return i;
      }
  max = several ? 0 : avb_guest_display_get_max_monitors (self->displays[0]);
  for (guint i = MAX (from, 1); i < max; i++)
    if (avb_guest_monitors_find (self, i) == NULL)
      return i;
  return AVB_MAX_MONITORS;
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-guest-monitor.h"

struct _AvbGuestMonitor {
  GObject parent_instance;

  AvbGuestDisplay      *display;
  guint                 number;
  cairo_rectangle_int_t area;
};

G_DEFINE_FINAL_TYPE (AvbGuestMonitor, avb_guest_monitor, G_TYPE_OBJECT)

enum { CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
avb_guest_monitor_dispose (GObject *object)
{
  g_clear_object (&AVB_GUEST_MONITOR (object)->display);
  G_OBJECT_CLASS (avb_guest_monitor_parent_class)->dispose (object);
}

static void
avb_guest_monitor_class_init (AvbGuestMonitorClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_guest_monitor_dispose;

  signals[CHANGED] = g_signal_new (
      "changed", AVB_TYPE_GUEST_MONITOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
avb_guest_monitor_init (AvbGuestMonitor *self)
{
}

AvbGuestMonitor *
avb_guest_monitor_new (AvbGuestDisplay *display, guint number)
{
  AvbGuestMonitor *self;

  g_return_val_if_fail (AVB_IS_GUEST_DISPLAY (display), NULL);
  g_return_val_if_fail (number < AVB_MAX_MONITORS, NULL);

  self = g_object_new (AVB_TYPE_GUEST_MONITOR, NULL);
  self->display = g_object_ref (display);
  self->number = number;
  return self;
}

AvbGuestDisplay *
avb_guest_monitor_get_display (AvbGuestMonitor *self)
{
  g_return_val_if_fail (AVB_IS_GUEST_MONITOR (self), NULL);
  return self->display;
}

guint
avb_guest_monitor_get_number (AvbGuestMonitor *self)
{
  g_return_val_if_fail (AVB_IS_GUEST_MONITOR (self), 0);
  return self->number;
}

void
avb_guest_monitor_get_area (AvbGuestMonitor *self, cairo_rectangle_int_t *area)
{
  g_return_if_fail (AVB_IS_GUEST_MONITOR (self));
  *area = self->area;
}

void
avb_guest_monitor_set_area (AvbGuestMonitor *self, const cairo_rectangle_int_t *area)
{
  g_return_if_fail (AVB_IS_GUEST_MONITOR (self));

  if (self->area.x == area->x && self->area.y == area->y && self->area.width == area->width
      && self->area.height == area->height)
    return;
  self->area = *area;
  g_signal_emit (self, signals[CHANGED], 0);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/contributions/avb-monitor-list.h"

#include "app/extensions/avb-contribution-calls.h"
#include "backends/avb-blocking.h"

struct _AvbMonitorList
{
  GObject parent_instance;

  GListModel *contributions;
  GPtrArray  *monitors; /* in the same order */
};

static GType
avb_monitor_list_get_item_type (GListModel *model)
{
  return AVB_TYPE_MONITOR;
}

static guint
avb_monitor_list_get_n_items (GListModel *model)
{
  return AVB_MONITOR_LIST (model)->monitors->len;
}

static gpointer
avb_monitor_list_get_item (GListModel *model, guint position)
{
  AvbMonitorList *self = AVB_MONITOR_LIST (model);

  return position < self->monitors->len ? g_object_ref (g_ptr_array_index (self->monitors, position)) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = avb_monitor_list_get_item_type;
  iface->get_n_items = avb_monitor_list_get_n_items;
  iface->get_item = avb_monitor_list_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (AvbMonitorList,
                               avb_monitor_list,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static AvbExtension *
get_extension (AvbMonitor *monitor)
{
  return avb_contribution_get_extension (avb_monitor_get_contribution (monitor));
}

static DexFuture *
started_cb (DexFuture *future, gpointer data)
{
  AvbMonitor *monitor = data;

  avb_monitor_set_running (monitor, avb_extension_get_state (get_extension (monitor)) == AVB_EXTENSION_RUNNING);
  return dex_ref (future);
}

/* Its monitors end with an extension. */
static void
extension_state_cb (AvbMonitor *monitor)
{
  DexFuture *start;

  if (avb_extension_get_state (get_extension (monitor)) != AVB_EXTENSION_RUNNING)
    {
      avb_monitor_set_running (monitor, FALSE);
      return;
    }
  if (avb_monitor_get_running (monitor))
    return;
  start = avb_contribution_call (avb_monitor_get_contribution (monitor), "monitor/start", NULL, NULL);
  avb_future_finish (dex_future_then (start, started_cb, g_object_ref (monitor), g_object_unref), "start a monitor");
}

static void
contributions_changed_cb (AvbMonitorList *self, guint position, guint removed, guint added, GListModel *contributions)
{
  for (guint i = 0; i < removed; i++)
    {
      AvbMonitor *monitor = g_ptr_array_index (self->monitors, position + i);

      g_signal_handlers_disconnect_by_func (get_extension (monitor), extension_state_cb, monitor);
      avb_monitor_set_running (monitor, FALSE);
    }
  if (removed > 0)
    g_ptr_array_remove_range (self->monitors, position, removed);
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (AvbContribution) contribution = g_list_model_get_item (contributions, position + i);
      AvbMonitor *monitor = avb_monitor_new (contribution);

      g_ptr_array_insert (self->monitors, (int) (position + i), monitor);
      g_signal_connect_object (get_extension (monitor), "notify::state", G_CALLBACK (extension_state_cb), monitor,
                               G_CONNECT_SWAPPED);
      extension_state_cb (monitor);
    }
  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
}

static void
sample_cb (AvbExtensionHost *host, AvbExtension *extension, const char *id, JsonObject *params, AvbMonitorList *self)
{
  g_autoptr (AvbMonitor) monitor = avb_monitor_list_find (self, avb_extension_get_id (extension), id);

  if (monitor != NULL)
    avb_monitor_take_sample (monitor, params);
}

static void
event_cb (AvbExtensionHost *host, AvbExtension *extension, const char *id, JsonObject *params, AvbMonitorList *self)
{
  g_autoptr (AvbMonitor) monitor = avb_monitor_list_find (self, avb_extension_get_id (extension), id);

  if (monitor != NULL)
    avb_monitor_take_event (monitor, params);
}

static void
avb_monitor_list_finalize (GObject *object)
{
  AvbMonitorList *self = AVB_MONITOR_LIST (object);

  g_clear_object (&self->contributions);
  g_ptr_array_unref (self->monitors);
  G_OBJECT_CLASS (avb_monitor_list_parent_class)->finalize (object);
}

static void
avb_monitor_list_class_init (AvbMonitorListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = avb_monitor_list_finalize;
}

static void
avb_monitor_list_init (AvbMonitorList *self)
{
  self->monitors = g_ptr_array_new_with_free_func (g_object_unref);
}

AvbMonitorList *
avb_monitor_list_new (AvbExtensionHost *host)
{
  AvbMonitorList *self;

  g_return_val_if_fail (AVB_IS_EXTENSION_HOST (host), NULL);

  self = g_object_new (AVB_TYPE_MONITOR_LIST, NULL);
  self->contributions
      = g_object_ref (avb_contributions_get (avb_extension_host_get_contributions (host), AVB_CONTRIBUTION_MONITOR));
  g_signal_connect_object (host, "sample", G_CALLBACK (sample_cb), self, G_CONNECT_DEFAULT);
  g_signal_connect_object (host, "event", G_CALLBACK (event_cb), self, G_CONNECT_DEFAULT);
  g_signal_connect_object (self->contributions, "items-changed", G_CALLBACK (contributions_changed_cb), self,
                           G_CONNECT_SWAPPED);
  contributions_changed_cb (self, 0, 0, g_list_model_get_n_items (self->contributions), self->contributions);
  return self;
}

AvbMonitor *
avb_monitor_list_find (AvbMonitorList *self, const char *extension, const char *id)
{
  g_return_val_if_fail (AVB_IS_MONITOR_LIST (self), NULL);
  g_return_val_if_fail (extension != NULL && id != NULL, NULL);

  for (guint i = 0; i < self->monitors->len; i++)
    {
      AvbMonitor *monitor = g_ptr_array_index (self->monitors, i);
      AvbContribution *contribution = avb_monitor_get_contribution (monitor);

      if (g_str_equal (avb_contribution_get_id (contribution), id)
          && g_str_equal (avb_extension_get_id (avb_contribution_get_extension (contribution)), extension))
        return g_object_ref (monitor);
    }
  return NULL;
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-panel.h"

#include <glib/gi18n-lib.h>

#include "app/extensions/avb-extension-limits.h"
#include "app/extensions/avb-json.h"
#include "backends/avb-error.h"

struct _AvbPanel {
  GObject parent_instance;

  char              *id;
  AvbPanelNode      *root;
  gboolean           closed;
  char              *error;
  AvbPanelActionFunc action;
  AvbPanelCloseFunc  close;
  gpointer           data;
  GDestroyNotify     destroy;

  JsonNode *waiting; /* (nullable): the last update, until its time has come */
  GSource  *timer;
  gint64    shown;   /* when the last one was */
};

G_DEFINE_FINAL_TYPE (AvbPanel, avb_panel, G_TYPE_OBJECT)

enum { PROP_0, PROP_ROOT, PROP_CLOSED, PROP_ERROR, N_PROPS };
static GParamSpec *properties[N_PROPS];

static void
show (AvbPanel *self, JsonNode *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AvbPanelNode) root = NULL;
  JsonObject *object = avb_json_get_root (json, &error);
  guint nodes = 0;

  self->shown = g_get_monotonic_time ();
  if (object != NULL)
    root = avb_panel_node_new (object, &nodes, &error);
  if (root != NULL && !avb_panel_node_sync (self->root, root))
    {
      g_set_object (&self->root, root);
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ROOT]);
    }
  if (g_set_str (&self->error, error != NULL ? error->message : NULL))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ERROR]);
}

static void
clear_timer (AvbPanel *self)
{
  if (self->timer != NULL)
    g_source_destroy (self->timer);
  g_clear_pointer (&self->timer, g_source_unref);
}

static gboolean
timer_cb (gpointer data)
{
  g_autoptr (AvbPanel) self = g_object_ref (data);
  g_autoptr (JsonNode) json = g_steal_pointer (&self->waiting);

  clear_timer (self);
  if (json != NULL && !self->closed)
    show (self, json);
  return G_SOURCE_REMOVE;
}

void
avb_panel_update (AvbPanel *self, JsonNode *root)
{
  gint64 due, now = g_get_monotonic_time ();

  g_return_if_fail (AVB_IS_PANEL (self) && root != NULL);

  if (self->closed)
    return;
  due = self->shown + (gint64) avb_extension_limits_get ()->panel_interval * 1000;
  g_clear_pointer (&self->waiting, json_node_unref);
  if (due <= now)
    {
      clear_timer (self);
      show (self, root);
      return;
    }
  self->waiting = json_node_ref (root);
  if (self->timer != NULL)
    return;
  self->timer = g_timeout_source_new ((due - now + 999) / 1000);
  g_source_set_static_name (self->timer, "[avb] update of a panel");
  g_source_set_callback (self->timer, timer_cb, self, NULL);
  g_source_attach (self->timer, NULL);
}

void
avb_panel_end (AvbPanel *self)
{
  g_return_if_fail (AVB_IS_PANEL (self));

  if (self->closed)
    return;
  self->closed = TRUE;
  clear_timer (self);
  g_clear_pointer (&self->waiting, json_node_unref);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_CLOSED]);
}

void
avb_panel_close (AvbPanel *self)
{
  g_autoptr (AvbPanel) hold = NULL;

  g_return_if_fail (AVB_IS_PANEL (self));

  if (self->closed)
    return;
  hold = g_object_ref (self);
  avb_panel_end (self);
  if (self->close != NULL)
    self->close (self, self->data);
}

static void
avb_panel_dispose (GObject *object)
{
  AvbPanel *self = AVB_PANEL (object);

  clear_timer (self);
  g_clear_pointer (&self->waiting, json_node_unref);
  G_OBJECT_CLASS (avb_panel_parent_class)->dispose (object);
}

static void
avb_panel_finalize (GObject *object)
{
  AvbPanel *self = AVB_PANEL (object);

  if (self->destroy != NULL)
    self->destroy (self->data);
  g_object_unref (self->root);
  g_free (self->id);
  g_free (self->error);
  G_OBJECT_CLASS (avb_panel_parent_class)->finalize (object);
}

static void
avb_panel_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AvbPanel *self = AVB_PANEL (object);

  switch (id)
    {
    case PROP_ROOT:
      g_value_set_object (value, self->root);
      break;
    case PROP_CLOSED:
      g_value_set_boolean (value, self->closed);
      break;
    case PROP_ERROR:
      g_value_set_string (value, self->error);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
avb_panel_class_init (AvbPanelClass *klass)
{
  GObjectClass     *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = avb_panel_dispose;
  object_class->finalize = avb_panel_finalize;
  object_class->get_property = avb_panel_get_property;
  properties[PROP_ROOT] = g_param_spec_object ("root", NULL, NULL, AVB_TYPE_PANEL_NODE, flags);
  properties[PROP_CLOSED] = g_param_spec_boolean ("closed", NULL, NULL, FALSE, flags);
  properties[PROP_ERROR] = g_param_spec_string ("error", NULL, NULL, NULL, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
avb_panel_init (AvbPanel *self)
{
}

AvbPanel *
avb_panel_new (const char        *id,
               AvbPanelNode      *root,
               AvbPanelActionFunc action,
               AvbPanelCloseFunc  close,
               gpointer           data,
               GDestroyNotify     destroy)
{
  AvbPanel *self;

  g_return_val_if_fail (id != NULL && AVB_IS_PANEL_NODE (root), NULL);

  self = g_object_new (AVB_TYPE_PANEL, NULL);
  self->id = g_strdup (id);
  self->root = g_object_ref (root);
  self->action = action;
  self->close = close;
  self->data = data;
  self->destroy = destroy;
  self->shown = g_get_monotonic_time ();
  return self;
}

const char *
avb_panel_get_id (AvbPanel *self)
{
  g_return_val_if_fail (AVB_IS_PANEL (self), NULL);
  return self->id;
}

AvbPanelNode *
avb_panel_get_root (AvbPanel *self)
{
  g_return_val_if_fail (AVB_IS_PANEL (self), NULL);
  return self->root;
}

gboolean
avb_panel_get_closed (AvbPanel *self)
{
  g_return_val_if_fail (AVB_IS_PANEL (self), TRUE);
  return self->closed;
}

const char *
avb_panel_get_error (AvbPanel *self)
{
  g_return_val_if_fail (AVB_IS_PANEL (self), NULL);
  return self->error;
}

DexFuture *
avb_panel_action (AvbPanel *self, AvbPanelNode *node)
{
  g_return_val_if_fail (AVB_IS_PANEL (self) && AVB_IS_PANEL_NODE (node), NULL);

  if (self->closed || self->action == NULL || avb_panel_node_get_id (node) == NULL)
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_UNAVAILABLE, NULL, _("This panel is closed.")));
  return self->action (self, avb_panel_node_get_id (node), avb_panel_node_dup_value (node), self->data);
}

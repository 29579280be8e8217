/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-open-panels.h"

#include "app/extensions/avb-extension-host.h"
#include "app/extensions/avb-json.h"
#include "backends/avb-blocking.h"

struct _AvbOpenPanels {
  GObject parent_instance;

  GPtrArray *open; /* of AvbPanel, not owned */
};

G_DEFINE_FINAL_TYPE (AvbOpenPanels, avb_open_panels, G_TYPE_OBJECT)

static AvbPanel *
find_panel (AvbOpenPanels *self, AvbExtension *extension, const char *id)
{
  for (guint i = 0; i < self->open->len; i++)
    {
      AvbPanel *panel = self->open->pdata[i];

      if (g_object_get_data (G_OBJECT (panel), "avb-extension") == extension && g_str_equal (avb_panel_get_id (panel), id))
        return panel;
    }
  return NULL;
}

static JsonNode *
panel_params (const char *id, const char *node, JsonNode *value)
{
  JsonNode *params = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "panel", id);
  if (node != NULL)
    json_object_set_string_member (object, "node", node);
  if (value != NULL)
    json_object_set_member (object, "value", value);
  json_node_take_object (params, object);
  return params;
}

static DexFuture *
acted_cb (DexFuture *future, gpointer data)
{
  AvbPanel *panel = data;
  JsonObject *result = json_node_get_object (g_value_get_boxed (dex_future_get_value (future, NULL)));
  JsonNode *root = json_object_get_member (result, "root");
  const char *text = NULL;

  if (root != NULL)
    avb_panel_update (panel, root);
  avb_json_find_string (result, "text", 4096, &text, NULL);
  return dex_future_new_take_string (g_strdup (text));
}

static DexFuture *
panel_action_cb (AvbPanel *panel, const char *node, JsonNode *value, gpointer data)
{
  return dex_future_then (avb_extension_call (data, "panel/action", panel_params (avb_panel_get_id (panel), node, value), NULL), acted_cb,
                          g_object_ref (panel), g_object_unref);
}

static void
panel_close_cb (AvbPanel *panel, gpointer data)
{
  AvbExtension *extension = data;

  if (avb_extension_get_state (extension) == AVB_EXTENSION_RUNNING)
    avb_future_finish (avb_extension_call (extension, "panel/close", panel_params (avb_panel_get_id (panel), NULL, NULL), NULL),
                       "closing a panel");
}

static void
panel_gone_cb (gpointer data, GObject *panel)
{
  AvbOpenPanels *self = data;

  g_ptr_array_remove_fast (self->open, panel);
}

typedef struct {
  AvbOpenPanels *panels;
  AvbExtension  *extension;
  char          *id;
} Opening;

static void
opening_free (Opening *opening)
{
  g_object_unref (opening->panels);
  g_object_unref (opening->extension);
  g_free (opening->id);
  g_free (opening);
}

static DexFuture *
opened_cb (DexFuture *future, gpointer data)
{
  Opening *opening = data;
  JsonObject *result = json_node_get_object (g_value_get_boxed (dex_future_get_value (future, NULL)));
  GError *error = NULL;
  guint nodes = 0;
  g_autoptr (AvbPanelNode) root = avb_panel_node_new (json_object_get_object_member (result, "root"), &nodes, &error);
  AvbPanel *panel;

  if (root == NULL)
    return dex_future_new_for_error (error);
  panel = avb_panel_new (opening->id, root, panel_action_cb, panel_close_cb, g_object_ref (opening->extension), g_object_unref);
  g_object_set_data (G_OBJECT (panel), "avb-extension", opening->extension);
  g_ptr_array_add (opening->panels->open, panel);
  g_object_weak_ref (G_OBJECT (panel), panel_gone_cb, opening->panels);
  return dex_future_new_take_object (panel);
}

static void
avb_open_panels_finalize (GObject *object)
{
  AvbOpenPanels *self = AVB_OPEN_PANELS (object);

  for (guint i = 0; i < self->open->len; i++)
    g_object_weak_unref (self->open->pdata[i], panel_gone_cb, self);
  g_ptr_array_unref (self->open);
  G_OBJECT_CLASS (avb_open_panels_parent_class)->finalize (object);
}

static void
avb_open_panels_class_init (AvbOpenPanelsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = avb_open_panels_finalize;
}

static void
avb_open_panels_init (AvbOpenPanels *self)
{
  self->open = g_ptr_array_new ();
}

AvbOpenPanels *
avb_open_panels_new (void)
{
  return g_object_new (AVB_TYPE_OPEN_PANELS, NULL);
}

DexFuture *
avb_open_panels_open (AvbOpenPanels *self, AvbExtension *extension, const char *id, AvbMachine *machine)
{
  JsonNode *params;
  Opening *opening;

  g_return_val_if_fail (AVB_IS_OPEN_PANELS (self) && AVB_IS_EXTENSION (extension) && id != NULL, NULL);

  params = panel_params (id, NULL, NULL);
  if (machine != NULL)
    json_object_set_object_member (json_node_get_object (params), "machine", avb_extension_host_describe_machine (machine));
  opening = g_new0 (Opening, 1);
  opening->panels = g_object_ref (self);
  opening->extension = g_object_ref (extension);
  opening->id = g_strdup (id);
  return dex_future_then (avb_extension_call (extension, "panel/open", params, NULL), opened_cb, opening, (GDestroyNotify) opening_free);
}

void
avb_open_panels_update (AvbOpenPanels *self, AvbExtension *extension, JsonObject *params)
{
  const char *id;
  AvbPanel *panel;
  JsonNode *root;

  g_return_if_fail (AVB_IS_OPEN_PANELS (self) && AVB_IS_EXTENSION (extension) && params != NULL);

  id = avb_json_get_string (params, "panel", 64, NULL);
  panel = id != NULL ? find_panel (self, extension, id) : NULL;
  root = json_object_get_member (params, "root");
  if (panel != NULL && root != NULL)
    avb_panel_update (panel, root);
}

void
avb_open_panels_end (AvbOpenPanels *self, AvbExtension *extension)
{
  g_autoptr (GPtrArray) ended = g_ptr_array_new_with_free_func (g_object_unref);

  g_return_if_fail (AVB_IS_OPEN_PANELS (self) && AVB_IS_EXTENSION (extension));

  for (guint i = 0; i < self->open->len; i++)
    if (g_object_get_data (G_OBJECT (self->open->pdata[i]), "avb-extension") == extension)
      g_ptr_array_add (ended, g_object_ref (self->open->pdata[i]));
  for (guint i = 0; i < ended->len; i++)
    avb_panel_end (ended->pdata[i]);
}

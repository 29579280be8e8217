/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-contribution-options.h"

#include "app/extensions/avb-json.h"

#define MAX_OPTIONS 50

GListModel *
avb_contribution_options_new (AvbContribution *contribution)
{
  GListStore *options = g_list_store_new (AVB_TYPE_PANEL_NODE);
  JsonArray *nodes = NULL;
  guint count = 0;

  g_return_val_if_fail (AVB_IS_CONTRIBUTION (contribution), NULL);

  avb_json_find_array (avb_contribution_get_data (contribution), "options", MAX_OPTIONS, &nodes, NULL);
  for (guint i = 0; nodes != NULL && i < json_array_get_length (nodes); i++)
    {
      JsonObject *data = avb_json_get_element_object (nodes, i, NULL);
      g_autoptr (AvbPanelNode) node = data != NULL ? avb_panel_node_new (data, &count, NULL) : NULL;

      if (node != NULL)
        g_list_store_append (options, node);
    }
  return G_LIST_MODEL (options);
}

JsonObject *
avb_contribution_options_dup_values (GListModel *options)
{
  JsonObject *values;
  guint n;

  g_return_val_if_fail (G_IS_LIST_MODEL (options), NULL);

  n = g_list_model_get_n_items (options);
  if (n == 0)
    return NULL;
  values = json_object_new ();
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (AvbPanelNode) node = g_list_model_get_item (options, i);
      JsonNode *value = avb_panel_node_dup_value (node);

      if (value != NULL)
        json_object_set_member (values, avb_panel_node_get_id (node), value);
    }
  return values;
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-setup.h"

/* The first boots of a library's machines, as their settings tell. */
#define AVB_TYPE_SETUP_LIST (avb_setup_list_get_type ())
G_DECLARE_FINAL_TYPE (AvbSetupList, avb_setup_list, AVB, SETUP_LIST, GObject)

struct _AvbSetupList
{
  GObject parent_instance;

  GListModel *machines;
  GPtrArray  *watched; /* AvbMachine, in the order of machines */
  GPtrArray  *setups;
};

static void avb_setup_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AvbSetupList, avb_setup_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, avb_setup_list_model_init))

static gboolean
find (AvbSetupList *self, AvbMachine *machine, guint *place)
{
  for (guint i = 0; i < self->setups->len; i++)
    if (avb_setup_get_machine (g_ptr_array_index (self->setups, i)) == machine)
      {
        *place = i;
        return TRUE;
      }
  return FALSE;
}

static void
forget (AvbSetupList *self, AvbMachine *machine)
{
  guint place;

  if (!find (self, machine, &place))
    return;
  avb_setup_stop (g_ptr_array_index (self->setups, place));
  g_ptr_array_remove_index (self->setups, place);
  g_list_model_items_changed (G_LIST_MODEL (self), place, 1, 0);
}

static void
look_at (AvbSetupList *self, AvbMachine *machine)
{
  guint place;

  if (avb_machine_get_setting (machine, AVB_SETUP_SETTING) == NULL)
    return;
  if (find (self, machine, &place))
    {
      /* Another one, after the last came to its end. */
      if (!avb_setup_get_ended (g_ptr_array_index (self->setups, place)))
        return;
      forget (self, machine);
    }
  g_ptr_array_add (self->setups, avb_setup_new (machine));
  g_list_model_items_changed (G_LIST_MODEL (self), self->setups->len - 1, 0, 1);
}

static void
machine_cb (AvbMachine *machine, gpointer unused, AvbSetupList *self)
{
  look_at (self, machine);
}

static void
watch (AvbSetupList *self, guint place, AvbMachine *machine)
{
  g_ptr_array_insert (self->watched, (int) place, g_object_ref (machine));
  g_signal_connect_object (machine, "setting-changed::" AVB_SETUP_SETTING, G_CALLBACK (machine_cb), self,
                           G_CONNECT_DEFAULT);
  g_signal_connect_object (machine, "notify::has-details", G_CALLBACK (machine_cb), self, G_CONNECT_DEFAULT);
  look_at (self, machine);
}

static void
items_changed_cb (AvbSetupList *self, guint position, guint removed, guint added)
{
  for (guint i = 0; i < removed; i++)
    {
      g_autoptr (AvbMachine) machine = g_ptr_array_steal_index (self->watched, position);

      g_signal_handlers_disconnect_by_data (machine, self);
      forget (self, machine);
    }
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (AvbMachine) machine = g_list_model_get_item (self->machines, position + i);

      watch (self, position + i, machine);
    }
}

static GType
avb_setup_list_get_item_type (GListModel *model)
{
  return AVB_TYPE_SETUP;
}

static guint
avb_setup_list_get_n_items (GListModel *model)
{
  return AVB_SETUP_LIST (model)->setups->len;
}

static gpointer
avb_setup_list_get_item (GListModel *model, guint position)
{
  AvbSetupList *self = AVB_SETUP_LIST (model);

  return position < self->setups->len ? g_object_ref (g_ptr_array_index (self->setups, position)) : NULL;
}

static void
avb_setup_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = avb_setup_list_get_item_type;
  iface->get_n_items = avb_setup_list_get_n_items;
  iface->get_item = avb_setup_list_get_item;
}

static void
avb_setup_list_dispose (GObject *object)
{
  AvbSetupList *self = AVB_SETUP_LIST (object);

  for (guint i = 0; i < self->setups->len; i++)
    avb_setup_stop (g_ptr_array_index (self->setups, i));
  g_ptr_array_set_size (self->setups, 0);
  g_ptr_array_set_size (self->watched, 0);
  g_clear_object (&self->machines);
  G_OBJECT_CLASS (avb_setup_list_parent_class)->dispose (object);
}

static void
avb_setup_list_finalize (GObject *object)
{
  AvbSetupList *self = AVB_SETUP_LIST (object);

  g_ptr_array_unref (self->setups);
  g_ptr_array_unref (self->watched);
  G_OBJECT_CLASS (avb_setup_list_parent_class)->finalize (object);
}

static void
avb_setup_list_class_init (AvbSetupListClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = avb_setup_list_dispose;
  G_OBJECT_CLASS (klass)->finalize = avb_setup_list_finalize;
}

static void
avb_setup_list_init (AvbSetupList *self)
{
  self->watched = g_ptr_array_new_with_free_func (g_object_unref);
  self->setups = g_ptr_array_new_with_free_func (g_object_unref);
}

GListModel *
avb_setup_list_new (AvbLibrary *library)
{
  AvbSetupList *self;

  g_return_val_if_fail (AVB_IS_LIBRARY (library), NULL);

  self = g_object_new (AVB_TYPE_SETUP_LIST, NULL);
  self->machines = g_object_ref (avb_library_get_machines (library));
  g_signal_connect_object (self->machines, "items-changed", G_CALLBACK (items_changed_cb), self, G_CONNECT_SWAPPED);
  items_changed_cb (self, 0, 0, g_list_model_get_n_items (self->machines));
  return G_LIST_MODEL (self);
}

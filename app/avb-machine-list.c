/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/avb-machine-list.h"

/* One of the lists. `hidden` holds the positions of its hidden machines, sorted: few at any time. */
typedef struct {
  AvbMachineList *owner;
  GListModel     *model;
  gulong          handler;
  guint           n_items; /* of the model, as far as it was told */
  GArray         *hidden;
} Part;

struct _AvbMachineList
{
  GObject parent_instance;

  GPtrArray  *parts;
  GHashTable *hidden; /* (element-type AvbMachine) */
  guint       n_items;
};

static void avb_machine_list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AvbMachineList, avb_machine_list, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, avb_machine_list_model_init))

static void
part_free (gpointer data)
{
  Part *part = data;

  g_clear_signal_handler (&part->handler, part->model);
  g_object_unref (part->model);
  g_array_unref (part->hidden);
  g_free (part);
}

static guint
part_get_visible (const Part *part)
{
  return part->n_items - part->hidden->len;
}

/* Where the part's first machine is in the whole. */
static guint
part_get_offset (const Part *part)
{
  guint offset = 0;

  for (guint i = 0; i < part->owner->parts->len; i++)
    {
      const Part *other = g_ptr_array_index (part->owner->parts, i);

      if (other == part)
        break;
      offset += part_get_visible (other);
    }
  return offset;
}

/* How many are hidden before @position; also where in the array it would stand. */
static guint
part_count_hidden (const Part *part, guint position)
{
  guint n = 0;

  while (n < part->hidden->len && g_array_index (part->hidden, guint, n) < position)
    n++;
  return n;
}

static void
change (AvbMachineList *self, guint position, guint removed, guint added)
{
  if (removed == 0 && added == 0)
    return;
  self->n_items = self->n_items - removed + added;
  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
}

/* Whether a hidden machine is still somewhere is only looked up when something went. */
static void
forget_lost (AvbMachineList *self)
{
  g_autoptr (GHashTable) there = NULL;
  GHashTableIter iter;
  gpointer machine;

  if (g_hash_table_size (self->hidden) == 0)
    return;
  there = g_hash_table_new (NULL, NULL);
  for (guint i = 0; i < self->parts->len; i++)
    {
      const Part *part = g_ptr_array_index (self->parts, i);

      for (guint j = 0; j < part->hidden->len; j++)
        {
          g_autoptr (AvbMachine) item =
              g_list_model_get_item (part->model, g_array_index (part->hidden, guint, j));

          g_hash_table_add (there, item);
        }
    }
  g_hash_table_iter_init (&iter, self->hidden);
  while (g_hash_table_iter_next (&iter, &machine, NULL))
    if (!g_hash_table_contains (there, machine))
      g_hash_table_iter_remove (&iter);
}

static guint
part_insert_hidden (Part *part, guint position, guint added)
{
  guint n = 0;

  if (g_hash_table_size (part->owner->hidden) == 0)
    return 0;
  for (guint i = position; i < position + added; i++)
    {
      g_autoptr (AvbMachine) machine = g_list_model_get_item (part->model, i);

      if (g_hash_table_contains (part->owner->hidden, machine))
        {
          g_array_insert_val (part->hidden, part_count_hidden (part, i), i);
          n++;
        }
    }
  return n;
}

static void
part_items_changed_cb (GListModel *model, guint position, guint removed, guint added, gpointer data)
{
  Part *part = data;
  AvbMachineList *self = part->owner;
  guint before = part_count_hidden (part, position);
  guint gone = part_count_hidden (part, position + removed) - before;
  guint hidden;

  if (gone > 0)
    g_array_remove_range (part->hidden, before, gone);
  for (guint i = before; i < part->hidden->len; i++)
    g_array_index (part->hidden, guint, i) += added - removed;
  part->n_items += added - removed;
  hidden = part_insert_hidden (part, position, added);
  if (gone > 0)
    forget_lost (self);
  change (self, part_get_offset (part) + position - before, removed - gone, added - hidden);
}

static GType
avb_machine_list_get_item_type (GListModel *model)
{
  return AVB_TYPE_MACHINE;
}

static guint
avb_machine_list_get_n_items (GListModel *model)
{
  return AVB_MACHINE_LIST (model)->n_items;
}

static gpointer
avb_machine_list_get_item (GListModel *model, guint position)
{
  AvbMachineList *self = AVB_MACHINE_LIST (model);

  for (guint i = 0; i < self->parts->len; i++)
    {
      const Part *part = g_ptr_array_index (self->parts, i);
      guint visible = part_get_visible (part);

      if (position < visible)
        {
          for (guint j = 0; j < part->hidden->len; j++)
            if (g_array_index (part->hidden, guint, j) <= position)
              position++;
          return g_list_model_get_item (part->model, position);
        }
      position -= visible;
    }
  return NULL;
}

static void
avb_machine_list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = avb_machine_list_get_item_type;
  iface->get_n_items = avb_machine_list_get_n_items;
  iface->get_item = avb_machine_list_get_item;
}

static void
avb_machine_list_finalize (GObject *object)
{
  AvbMachineList *self = AVB_MACHINE_LIST (object);

  g_ptr_array_unref (self->parts);
  g_hash_table_unref (self->hidden);
  G_OBJECT_CLASS (avb_machine_list_parent_class)->finalize (object);
}

static void
avb_machine_list_class_init (AvbMachineListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = avb_machine_list_finalize;
}

static void
avb_machine_list_init (AvbMachineList *self)
{
  self->parts = g_ptr_array_new_with_free_func (part_free);
  self->hidden = g_hash_table_new_full (NULL, NULL, g_object_unref, NULL);
}

AvbMachineList *
avb_machine_list_new (void)
{
  return g_object_new (AVB_TYPE_MACHINE_LIST, NULL);
}

void
avb_machine_list_append (AvbMachineList *self, GListModel *machines)
{
  Part *part;

  g_return_if_fail (AVB_IS_MACHINE_LIST (self));
  g_return_if_fail (G_IS_LIST_MODEL (machines));

  part = g_new0 (Part, 1);
  part->owner = self;
  part->model = g_object_ref (machines);
  part->hidden = g_array_new (FALSE, FALSE, sizeof (guint));
  part->n_items = g_list_model_get_n_items (machines);
  part->handler = g_signal_connect (machines, "items-changed", G_CALLBACK (part_items_changed_cb), part);
  g_ptr_array_add (self->parts, part);
  part_insert_hidden (part, 0, part->n_items);
  change (self, part_get_offset (part), 0, part_get_visible (part));
}

void
avb_machine_list_remove (AvbMachineList *self, GListModel *machines)
{
  g_return_if_fail (AVB_IS_MACHINE_LIST (self));

  for (guint i = 0; i < self->parts->len; i++)
    {
      Part *part = g_ptr_array_index (self->parts, i);

      if (part->model == machines)
        {
          guint offset = part_get_offset (part), visible = part_get_visible (part);

          g_ptr_array_remove_index (self->parts, i);
          forget_lost (self);
          change (self, offset, visible, 0);
          return;
        }
    }
}

/* The part that holds @machine, and where in it. */
static Part *
find_part (AvbMachineList *self, AvbMachine *machine, guint *position)
{
  for (guint i = 0; i < self->parts->len; i++)
    {
      Part *part = g_ptr_array_index (self->parts, i);

      for (guint j = 0; j < part->n_items; j++)
        {
          g_autoptr (AvbMachine) item = g_list_model_get_item (part->model, j);

          if (item == machine)
            {
              *position = j;
              return part;
            }
        }
    }
  return NULL;
}

void
avb_machine_list_hide (AvbMachineList *self, AvbMachine *machine)
{
  Part *part;
  guint position, before;

  g_return_if_fail (AVB_IS_MACHINE_LIST (self));
  g_return_if_fail (AVB_IS_MACHINE (machine));

  if (g_hash_table_contains (self->hidden, machine))
    return;
  part = find_part (self, machine, &position);
  if (part == NULL)
    return;
  g_hash_table_add (self->hidden, g_object_ref (machine));
  before = part_count_hidden (part, position);
  g_array_insert_val (part->hidden, before, position);
  change (self, part_get_offset (part) + position - before, 1, 0);
}

void
avb_machine_list_show (AvbMachineList *self, AvbMachine *machine)
{
  Part *part;
  guint position, before;

  g_return_if_fail (AVB_IS_MACHINE_LIST (self));
  g_return_if_fail (AVB_IS_MACHINE (machine));

  if (!g_hash_table_contains (self->hidden, machine))
    return;
  part = find_part (self, machine, &position);
  g_assert (part != NULL);
  before = part_count_hidden (part, position);
  g_array_remove_index (part->hidden, before);
  g_hash_table_remove (self->hidden, machine);
  change (self, part_get_offset (part) + position - before, 0, 1);
}

AvbMachine *
avb_machine_list_find (AvbMachineList *self, const char *uuid)
{
  g_return_val_if_fail (AVB_IS_MACHINE_LIST (self), NULL);
  g_return_val_if_fail (uuid != NULL, NULL);

  for (guint i = 0; i < self->parts->len; i++)
    {
      const Part *part = g_ptr_array_index (self->parts, i);

      for (guint j = 0; j < part->n_items; j++)
        {
          g_autoptr (AvbMachine) machine = g_list_model_get_item (part->model, j);

          if (g_strcmp0 (avb_machine_get_uuid (machine), uuid) == 0 &&
              !g_hash_table_contains (self->hidden, machine))
            return machine; /* its list holds it */
        }
    }
  return NULL;
}

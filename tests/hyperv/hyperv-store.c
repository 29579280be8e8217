/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-object.h"

struct _HvStore {
  GHashTable *lists; /* HvClass → GPtrArray of HvObject, owned */
  GHashTable *by_key; /* → HvObject */
  HvWatch     watch;
  gpointer    data;
  gboolean    heard;
};

HvStore *
hv_store_new (HvWatch watch, gpointer data)
{
  HvStore *self = g_new0 (HvStore, 1);

  self->lists = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_ptr_array_unref);
  self->by_key = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->watch = watch;
  self->data = data;
  return self;
}

void
hv_store_free (HvStore *self)
{
  g_hash_table_unref (self->by_key);
  g_hash_table_unref (self->lists);
  g_free (self);
}

void
hv_store_set_heard (HvStore *self, gboolean heard)
{
  self->heard = heard;
}

gboolean
hv_store_is_heard (HvStore *self)
{
  return self->heard;
}

static void
tell (HvStore *self, HvChange change, HvObject *object)
{
  g_autoptr (HvObject) before = g_steal_pointer (&object->before);

  if (self->heard && self->watch != NULL)
    self->watch (change, object, before, self->data);
}

HvObject *
hv_store_add (HvStore *self, HvObject *object)
{
  GPtrArray *list = g_hash_table_lookup (self->lists, object->klass);

  if (list == NULL)
    {
      list = g_ptr_array_new_with_free_func ((GDestroyNotify) hv_object_unref);
      g_hash_table_insert (self->lists, (gpointer) object->klass, list);
    }
  g_ptr_array_add (list, object);
  g_hash_table_insert (self->by_key, hv_key_from_object (object), object);
  object->store = self;
  tell (self, HV_CREATED, object);
  return object;
}

static void
unlink_end (HvObject *association, HvObject *end)
{
  if (end != NULL && end->links != NULL)
    g_ptr_array_remove (end->links, association);
}

void
hv_store_remove (HvStore *self, HvObject *object)
{
  g_autoptr (HvObject) kept = hv_object_ref (object);
  g_autofree char *key = NULL;

  while (object->links != NULL && object->links->len > 0)
    hv_store_remove (self, g_ptr_array_index (object->links, 0));
  key = hv_key_from_object (object);
  if (g_hash_table_lookup (self->by_key, key) == object)
    g_hash_table_remove (self->by_key, key);
  tell (self, HV_REMOVED, object);
  unlink_end (object, object->ends[0]);
  unlink_end (object, object->ends[1]);
  object->ends[0] = object->ends[1] = NULL;
  object->store = NULL;
  g_ptr_array_remove (g_hash_table_lookup (self->lists, object->klass), object);
}

void
hv_store_changed (HvStore *self, HvObject *object)
{
  if (object->store == self)
    tell (self, HV_CHANGED, object);
}

HvObject *
hv_store_link (HvStore *self, const char *association, HvObject *first, HvObject *second)
{
  HvObject *object = hv_object_new (HV_SPACE_VIRTUALIZATION, association);

  object->ends[0] = first;
  object->ends[1] = second;
  for (guint i = 0; i < 2; i++)
    {
      if (object->ends[i]->links == NULL)
        object->ends[i]->links = g_ptr_array_new ();
      g_ptr_array_add (object->ends[i]->links, object);
    }
  return hv_store_add (self, object);
}

HvObject *
hv_store_find (HvStore *self, const char *key)
{
  return key != NULL ? g_hash_table_lookup (self->by_key, key) : NULL;
}

HvObject *
hv_store_find_path (HvStore *self, const char *path)
{
  g_autofree char *key = path != NULL ? hv_key_from_path (path) : NULL;

  return hv_store_find (self, key);
}

GPtrArray *
hv_store_list (HvStore *self, const HvClass *klass)
{
  return g_hash_table_lookup (self->lists, klass);
}

static int
compare_classes (gconstpointer a, gconstpointer b)
{
  return g_strcmp0 ((*(const HvClass *const *) a)->name, (*(const HvClass *const *) b)->name);
}

GPtrArray *
hv_store_collect (HvStore *self, const char *space, const char *class_name)
{
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify) hv_object_unref);
  g_autoptr (GPtrArray) found = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer klass;

  g_hash_table_iter_init (&iter, self->lists);
  while (g_hash_table_iter_next (&iter, &klass, NULL))
    if (g_ascii_strcasecmp (((HvClass *) klass)->space, space) == 0 && hv_class_is_a (klass, class_name))
      g_ptr_array_add (found, klass);
  g_ptr_array_sort (found, compare_classes);
  for (guint i = 0; i < found->len; i++)
    {
      GPtrArray *list = hv_store_list (self, g_ptr_array_index (found, i));

      for (guint j = 0; j < list->len; j++)
        g_ptr_array_add (all, hv_object_ref (g_ptr_array_index (list, j)));
    }
  return all;
}

HvObject *
hv_follow (HvObject *object, const char *association)
{
  for (guint i = 0; object->links != NULL && i < object->links->len; i++)
    {
      HvObject *link = g_ptr_array_index (object->links, i);

      if (g_str_equal (link->klass->name, association))
        return link->ends[0] == object ? link->ends[1] : link->ends[0];
    }
  return NULL;
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "tests/hyperv/hyperv-work.h"

HvWork *
hv_work_new (const char *id)
{
  HvWork *work = g_new0 (HvWork, 1);

  work->id = g_strdup (id);
  work->wanted = g_ptr_array_new_with_free_func ((GDestroyNotify) hv_object_unref);
  work->targets = g_ptr_array_new_with_free_func ((GDestroyNotify) hv_object_unref);
  return work;
}

void
hv_work_free (gpointer data)
{
  HvWork *work = data;

  g_ptr_array_unref (work->wanted);
  g_ptr_array_unref (work->targets);
  g_clear_pointer (&work->settings, hv_object_unref);
  g_free (work->id);
  g_free (work);
}

/* The embedded instances of a parameter, all of them of @class_name or what derives from it */
guint32
hv_read_instances (HvInvoke *in, const char *parameter, const char *class_name, GPtrArray *into)
{
  GPtrArray *texts = hv_arg_list (in, parameter);

  for (guint i = 0; texts != NULL && i < texts->len; i++)
    {
      guint32 code;
      g_autoptr (HvObject) object = hv_read_instance (g_ptr_array_index (texts, i), &code);

      if (object == NULL)
        return code;
      if (!hv_class_is_a (object->klass, class_name))
        return HV_INVALID_PARAMETER;
      g_ptr_array_add (into, g_steal_pointer (&object));
    }
  return HV_OK;
}

void
hv_touch (HypervSimulator *self, HvMachine *machine)
{
  g_autofree char *now = hv_now (self);

  hv_set (machine->system, "TimeOfLastConfigurationChange", now);
  hv_store_changed (self->store, machine->system);
}

/* Processor and memory are there already; the rest is added. */
guint32
hv_add_wanted (HypervSimulator *self, HvMachine *machine, HvConfig *config, HvObject *wanted, HvObject **added)
{
  static const char *const fixed[] = { "Msvm_ProcessorSettingData", "Msvm_MemorySettingData" };
  guint32 code;

  for (guint i = 0; i < G_N_ELEMENTS (fixed); i++)
    if (hv_class_is_a (wanted->klass, fixed[i]))
      {
        HvObject *resource = hv_config_find (config, fixed[i]);
        g_autoptr (HvObject) merged = hv_object_copy (resource);

        hv_take_over (merged, wanted);
        code = hv_resource_check (self, machine, config, merged);
        if (code != HV_OK)
          return code;
        hv_take_over (resource, wanted);
        hv_store_changed (self->store, resource);
        *added = resource;
        return HV_OK;
      }
  *added = hv_config_add (self, machine, config, wanted, &code);
  return code;
}

gboolean
hv_differs (HvObject *now, HvObject *wanted, const char *name)
{
  const char *const *left = hv_get_list (now, name);
  const char *const *right = hv_get_list (wanted, name);

  return right != NULL && (left == NULL || !g_strv_equal (left, right));
}

HvObject *
hv_find_same (HypervSimulator *self, HvObject *wanted)
{
  g_autofree char *key = hv_get (wanted, "InstanceID") != NULL ? hv_key_from_object (wanted) : NULL;

  return hv_store_find (self->store, key);
}

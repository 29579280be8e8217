/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/contributions/avb-served-disk.h"

#include <glib/gi18n-lib.h>

#include "app/extensions/avb-json.h"
#include "backends/avb-error.h"

#define MAX_SETTING 4096
#define MAX_WORD 256
#define MAX_PATH 1024

G_DEFINE_BOXED_TYPE (AvbServedDisk, avb_served_disk, avb_served_disk_copy, avb_served_disk_free)

AvbServedDisk *
avb_served_disk_copy (const AvbServedDisk *self)
{
  AvbServedDisk *copy = g_memdup2 (self, sizeof *self);

  copy->extension = g_strdup (self->extension);
  copy->target = g_strdup (self->target);
  copy->volume = g_strdup (self->volume);
  copy->path = g_strdup (self->path);
  copy->options = self->options != NULL ? json_object_ref (self->options) : NULL;
  return copy;
}

void
avb_served_disk_free (AvbServedDisk *self)
{
  g_free (self->extension);
  g_free (self->target);
  g_free (self->volume);
  g_free (self->path);
  g_clear_pointer (&self->options, json_object_unref);
  g_free (self);
}

/* (nullable) */
static AvbServedDisk *
read_disk (JsonObject *object)
{
  const char *volume = NULL;
  const char *extension = avb_json_get_string (object, "extension", MAX_WORD, NULL);
  const char *target = avb_json_get_string (object, "target", MAX_WORD, NULL);
  const char *path = avb_json_get_string (object, "path", MAX_PATH, NULL);
  JsonObject *options = NULL;
  gboolean read_only = FALSE;
  AvbServedDisk *disk;

  if (extension == NULL || target == NULL || path == NULL || !g_path_is_absolute (path)
      || !avb_json_find_string (object, "volume", MAX_WORD, &volume, NULL)
      || !avb_json_find_bool (object, "read-only", &read_only, NULL)
      || !avb_json_find_object (object, "options", &options, NULL))
    return NULL;
  disk = g_new0 (AvbServedDisk, 1);
  disk->extension = g_strdup (extension);
  disk->target = g_strdup (target);
  disk->volume = g_strdup (volume);
  disk->path = g_strdup (path);
  disk->read_only = read_only;
  disk->options = options != NULL ? json_object_ref (options) : NULL;
  return disk;
}

GPtrArray *
avb_served_disks_read (AvbMachine *machine)
{
  GPtrArray *disks = g_ptr_array_new_with_free_func ((GDestroyNotify) avb_served_disk_free);
  const char *text;
  g_autoptr (JsonNode) node = NULL;
  JsonArray *array;

  g_return_val_if_fail (AVB_IS_MACHINE (machine), disks);

  text = avb_machine_get_setting (machine, AVB_SETTING_SERVED_DISKS);
  node = text != NULL ? avb_json_parse (text, strlen (text), MAX_SETTING, NULL) : NULL;
  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return disks;
  array = json_node_get_array (node);
  for (guint i = 0; i < json_array_get_length (array) && disks->len < AVB_SERVED_DISKS_MAX; i++)
    {
      JsonObject *object = avb_json_get_element_object (array, i, NULL);
      AvbServedDisk *disk = object != NULL ? read_disk (object) : NULL;

      if (disk != NULL)
        g_ptr_array_add (disks, disk);
    }
  return disks;
}

static JsonNode *
describe (GPtrArray *disks)
{
  JsonNode *node = json_node_new (JSON_NODE_ARRAY);
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < disks->len; i++)
    {
      const AvbServedDisk *disk = g_ptr_array_index (disks, i);
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "extension", disk->extension);
      json_object_set_string_member (object, "target", disk->target);
      json_object_set_string_member (object, "path", disk->path);
      if (disk->volume != NULL)
        json_object_set_string_member (object, "volume", disk->volume);
      if (disk->read_only)
        json_object_set_boolean_member (object, "read-only", TRUE);
      if (disk->options != NULL)
        json_object_set_object_member (object, "options", json_object_ref (disk->options));
      json_array_add_object_element (array, object);
    }
  json_node_take_array (node, array);
  return node;
}

DexFuture *
avb_served_disks_write (AvbMachine *machine, GPtrArray *disks)
{
  g_autoptr (JsonNode) node = NULL;
  g_autofree char *text = NULL;

  dex_return_error_if_fail (AVB_IS_MACHINE (machine));
  dex_return_error_if_fail (disks != NULL);

  if (disks->len == 0)
    return avb_machine_set_setting (machine, AVB_SETTING_SERVED_DISKS, NULL);
  node = describe (disks);
  text = avb_json_canonical (node);
  if (disks->len > AVB_SERVED_DISKS_MAX || strlen (text) > MAX_SETTING)
    return dex_future_new_for_error (
        avb_error_new (AVB_ERROR_INVALID, NULL, _("The machine has too many disks that extensions serve.")));
  return avb_machine_set_setting (machine, AVB_SETTING_SERVED_DISKS, text);
}

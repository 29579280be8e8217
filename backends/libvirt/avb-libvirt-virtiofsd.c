/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include <json-glib/json-glib.h>

#include "backends/libvirt/avb-libvirt-private.h"

/* libvirt's driver capabilities speak of QEMU only; which virtiofsd it starts is said by files that
 * QEMU's documentation describes (docs/interop/vhost-user.json). */

#define FOLDER "qemu" G_DIR_SEPARATOR_S "vhost-user"

static gboolean
describes_virtiofsd (const char *path)
{
  g_autoptr (JsonParser) parser = json_parser_new_immutable ();
  JsonNode   *root;
  JsonObject *object;
  const char *type, *binary;

  if (!json_parser_load_from_file (parser, path, NULL))
    return FALSE;
  root = json_parser_get_root (parser);
  if (root == NULL || !JSON_NODE_HOLDS_OBJECT (root))
    return FALSE;
  object = json_node_get_object (root);
  type = json_object_get_string_member_with_default (object, "type", NULL);
  binary = json_object_get_string_member_with_default (object, "binary", NULL);
  return g_strcmp0 (type, "fs") == 0 && binary != NULL
         && g_file_test (binary, G_FILE_TEST_IS_EXECUTABLE);
}

static gboolean
folder_has_it (const char *parent)
{
  g_autofree char *folder = g_build_filename (parent, FOLDER, NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (g_str_has_suffix (name, ".json") && describes_virtiofsd (path))
        return TRUE;
    }
  return FALSE;
}

gboolean
avb_libvirt_find_virtiofsd (void)
{
  static const char *const usual[] = { "/etc", "/usr/share", "/usr/local/share", "/app/share" };

  if (folder_has_it (g_get_user_config_dir ()))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (usual); i++)
    if (folder_has_it (usual[i]))
      return TRUE;
  return FALSE;
}

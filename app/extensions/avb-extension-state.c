/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-extension-state.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <string.h>

#include "app/extensions/avb-json.h"
#include "app/extensions/avb-package-name.h"
#include "app/extensions/avb-semver.h"
#include "app/extensions/avb-tree.h"
#include "backends/avb-error.h"

#define SCHEMA 1
#define STATE "state.json"
#define CURRENT "current"
#define MAX_STATE (256 * 1024)
#define MAX_TEXT 4096
#define MAX_GRANTS 256

AvbExtensionVersion *
avb_extension_version_new (const char *folder, const char *version, const char *sha256)
{
  AvbExtensionVersion *self = g_new0 (AvbExtensionVersion, 1);

  self->folder = g_strdup (folder);
  self->version = g_strdup (version);
  self->sha256 = g_strdup (sha256);
  self->granted = g_list_store_new (AVB_TYPE_PERMISSION);
  return self;
}

void
avb_extension_version_free (AvbExtensionVersion *self)
{
  g_free (self->folder);
  g_free (self->version);
  g_free (self->sha256);
  g_free (self->previous);
  g_free (self->revoked);
  g_clear_object (&self->granted);
  g_free (self);
}

AvbExtensionState *
avb_extension_state_new (const char *id)
{
  AvbExtensionState *self = g_new0 (AvbExtensionState, 1);

  self->id = g_strdup (id);
  self->enabled = TRUE;
  self->versions = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) avb_extension_version_free);
  return self;
}

void
avb_extension_state_free (AvbExtensionState *self)
{
  g_free (self->id);
  g_free (self->source);
  g_free (self->publisher_key);
  g_free (self->revoked);
  g_free (self->current);
  g_hash_table_unref (self->versions);
  g_free (self);
}

/* --- reading --- */

/* What is read here was written by this program, by a newer one, or by who knows whom: nothing in it may lead elsewhere. */
static gboolean
is_folder_name (const char *folder)
{
  return strchr (folder, '/') == NULL && *folder != '.' && avb_package_name_check (folder, NULL);
}

static gboolean
find_text (JsonObject *object, const char *member, char **out, GError **error)
{
  const char *text = NULL;

  if (!avb_json_find_string (object, member, MAX_TEXT, &text, error))
    return FALSE;
  *out = g_strdup (text);
  return TRUE;
}

/* A permission that this program does not know is not granted. */
static gboolean
read_granted (AvbExtensionVersion *version, JsonObject *object, GError **error)
{
  JsonArray *array = NULL;

  if (!avb_json_find_array (object, "granted", MAX_GRANTS, &array, error))
    return FALSE;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *element = avb_json_get_element_object (array, i, error);
      g_autoptr (AvbPermission) permission = element != NULL ? avb_permission_new_from_json (element, NULL) : NULL;

      if (element == NULL)
        return FALSE;
      if (permission != NULL)
        g_list_store_append (version->granted, permission);
    }
  return TRUE;
}

static gboolean
read_version (AvbExtensionState *self, const char *folder, JsonObject *object, GError **error)
{
  const char *number = avb_json_get_string (object, "version", AVB_SEMVER_MAX, error);
  const char *sha256 = number != NULL ? avb_json_get_string (object, "sha256", 64, error) : NULL;
  AvbExtensionVersion *version;

  if (sha256 == NULL)
    return FALSE;
  if (!is_folder_name (folder) || !avb_semver_is_valid (number))
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, folder, _("“%s” is not what it should be."), "versions"));
      return FALSE;
    }
  version = avb_extension_version_new (folder, number, sha256);
  g_hash_table_replace (self->versions, version->folder, version);
  return find_text (object, "previous", &version->previous, error) &&
         find_text (object, "revoked", &version->revoked, error) && read_granted (version, object, error);
}

static gboolean
read_state (AvbExtensionState *self, JsonObject *object, GError **error)
{
  JsonObject *versions;
  JsonObjectIter iter;
  const char *folder;
  gint64 schema;

  if (!avb_json_get_int (object, "schema", SCHEMA, SCHEMA, &schema, error) ||
      !find_text (object, "source", &self->source, error) ||
      !find_text (object, "publisherKey", &self->publisher_key, error) ||
      !find_text (object, "revoked", &self->revoked, error) ||
      !avb_json_find_bool (object, "enabled", &self->enabled, error))
    return FALSE;
  versions = avb_json_get_object (object, "versions", error);
  if (versions == NULL)
    return FALSE;
  json_object_iter_init (&iter, versions);
  while (json_object_iter_next (&iter, &folder, NULL))
    {
      JsonObject *version = avb_json_get_object (versions, folder, error);

      if (version == NULL || !read_version (self, folder, version, error))
        return FALSE;
    }
  return TRUE;
}

/* (nullable) without error: it is not there */
static char *
read_file (const char *dir, const char *name, gsize max, gsize *length, GError **error)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autoptr (GError) inner = NULL;
  char *text = NULL;

  if (g_file_get_contents (path, &text, length, &inner) && *length <= max)
    return text;
  g_free (text);
  if (inner == NULL)
    g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, path, _("“%s” is longer than it may be."), name));
  else if (!g_error_matches (inner, G_FILE_ERROR, G_FILE_ERROR_NOENT) &&
           !g_error_matches (inner, G_FILE_ERROR, G_FILE_ERROR_NOTDIR))
    g_propagate_error (error, avb_tree_error_from (inner, path));
  return NULL;
}

static gboolean
read_current (AvbExtensionState *self, const char *dir, GError **error)
{
  g_autoptr (GError) inner = NULL;
  gsize length = 0;
  g_autofree char *text = read_file (dir, CURRENT, MAX_TEXT, &length, &inner);

  if (text != NULL && g_hash_table_contains (self->versions, g_strchomp (text)))
    self->current = g_steal_pointer (&text);
  else if (text != NULL)
    inner = avb_error_new (AVB_ERROR_INVALID, NULL, _("“%s” is not what it should be."), CURRENT);
  if (inner == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&inner));
  return FALSE;
}

AvbExtensionState *
avb_extension_state_load (const char *dir, const char *id, GError **error)
{
  g_autoptr (AvbExtensionState) self = avb_extension_state_new (id);
  g_autoptr (GError) inner = NULL;
  gsize length = 0;
  g_autofree char *text = read_file (dir, STATE, MAX_STATE, &length, &inner);
  g_autoptr (JsonNode) root = text != NULL ? avb_json_parse (text, length, MAX_STATE, &inner) : NULL;
  JsonObject *object = root != NULL ? avb_json_get_root (root, &inner) : NULL;

  if (text == NULL && inner == NULL)
    inner = avb_error_new (AVB_ERROR_NOT_FOUND, dir, _("The extension is not installed."));
  if (object != NULL && read_state (self, object, &inner) && read_current (self, dir, &inner))
    return g_steal_pointer (&self);
  g_propagate_error (error, g_steal_pointer (&inner));
  return NULL;
}

/* --- writing --- */

static void
set_text (JsonObject *object, const char *member, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, member, text);
}

static JsonObject *
write_version (AvbExtensionVersion *version)
{
  JsonObject *object = json_object_new ();
  JsonArray *granted = json_array_new ();

  json_object_set_string_member (object, "version", version->version);
  json_object_set_string_member (object, "sha256", version->sha256);
  set_text (object, "previous", version->previous);
  set_text (object, "revoked", version->revoked);
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (version->granted)); i++)
    {
      g_autoptr (AvbPermission) permission = g_list_model_get_item (G_LIST_MODEL (version->granted), i);

      json_array_add_element (granted, avb_permission_to_json (permission));
    }
  json_object_set_array_member (object, "granted", granted);
  return object;
}

static char *
write_state (AvbExtensionState *self)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autoptr (JsonNode) root = json_node_alloc ();
  JsonObject *versions = json_object_new ();
  GHashTableIter iter;
  gpointer version;

  json_object_set_int_member (object, "schema", SCHEMA);
  set_text (object, "source", self->source);
  set_text (object, "publisherKey", self->publisher_key);
  set_text (object, "revoked", self->revoked);
  json_object_set_boolean_member (object, "enabled", self->enabled);
  g_hash_table_iter_init (&iter, self->versions);
  while (g_hash_table_iter_next (&iter, NULL, &version))
    json_object_set_object_member (versions, ((AvbExtensionVersion *) version)->folder, write_version (version));
  json_object_set_object_member (object, "versions", versions);
  json_node_init_object (root, object);
  return avb_json_canonical (root);
}

static gboolean
write_file (const char *dir, const char *name, const char *text, GError **error)
{
  g_autofree char *path = g_build_filename (dir, name, NULL);
  g_autoptr (GError) inner = NULL;

  if (g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, &inner))
    return TRUE;
  g_propagate_error (error, avb_tree_error_from (inner, path));
  return FALSE;
}

gboolean
avb_extension_state_save (AvbExtensionState *self, const char *dir, GError **error)
{
  g_autofree char *text = write_state (self);

  return write_file (dir, STATE, text, error) && avb_tree_sync_folder (dir, error);
}

gboolean
avb_extension_state_flip (AvbExtensionState *self, const char *dir, const char *folder, GError **error)
{
  g_autofree char *text = g_strconcat (folder, "\n", NULL);
  g_autoptr (GError) later = NULL;

  g_return_val_if_fail (g_hash_table_contains (self->versions, folder), FALSE);

  if (!write_file (dir, CURRENT, text, error))
    return FALSE;
  /* It is so from here on, and cannot be called a failure any more. */
  if (!avb_tree_sync_folder (dir, &later))
    g_info ("“%s” may be lost if the computer fails now: %s", dir, later->message);
  g_set_str (&self->current, folder);
  return TRUE;
}

/* --- asking --- */

AvbExtensionVersion *
avb_extension_state_get_current (AvbExtensionState *self)
{
  return self->current != NULL ? g_hash_table_lookup (self->versions, self->current) : NULL;
}

AvbExtensionVersion *
avb_extension_state_get_previous (AvbExtensionState *self)
{
  AvbExtensionVersion *current = avb_extension_state_get_current (self);

  return current != NULL && current->previous != NULL ? g_hash_table_lookup (self->versions, current->previous) : NULL;
}

gboolean
avb_extension_state_uses (AvbExtensionState *self, const char *folder)
{
  AvbExtensionVersion *current = avb_extension_state_get_current (self);

  return current != NULL && (g_str_equal (folder, current->folder) || g_strcmp0 (folder, current->previous) == 0);
}

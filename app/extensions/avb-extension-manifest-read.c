/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What a manifest.json must be. */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "app/extensions/avb-contributes.h"
#include "app/extensions/avb-extension-manifest-private.h"
#include "app/extensions/avb-json.h"
#include "app/extensions/avb-localized.h"
#include "app/extensions/avb-package-name.h"
#include "app/extensions/avb-semver.h"
#include "backends/avb-error.h"

#define SCHEMA 1
#define MAX_NAME 80
#define MAX_SUMMARY 200
#define MAX_TEXT (16 * 1024)
#define MAX_LICENSE 200
#define MAX_URL 2048
#define MAX_PLATFORMS 16
#define MAX_PERMISSIONS 32
#define MAX_ACTIVATION 32
#define MAX_CATEGORIES 8
#define MAX_SCREENSHOTS 10
#define MAX_WORD 64
#define MAX_RANGE 200
#define MAX_PROTOCOL 99
#define MAX_MEMORY_MB 4096
#define MIN_MEMORY_MB 16
#define MAX_TIMEOUT_S 600

static gboolean
refuse (GError **error, const char *member)
{
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, _("“%s” is not what it should be."), member));
  return FALSE;
}

gboolean
avb_extension_id_is_valid (const char *id)
{
  g_auto (GStrv) parts = NULL;
  gsize first;

  g_return_val_if_fail (id != NULL, FALSE);

  if (strnlen (id, AVB_EXTENSION_ID_MAX + 1) > AVB_EXTENSION_ID_MAX)
    return FALSE;
  parts = g_strsplit (id, ".", -1);
  if (g_strv_length (parts) < 3)
    return FALSE;
  first = strlen (parts[0]);
  if (first == 0 || strspn (parts[0], "abcdefghijklmnopqrstuvwxyz0123456789") != first)
    return FALSE;
  for (guint i = 1; parts[i] != NULL; i++)
    if (*parts[i] == '\0' || parts[i][strspn (parts[i], "abcdefghijklmnopqrstuvwxyz0123456789-")] != '\0')
      return FALSE;
  /* It is the name of a folder everywhere. */
  return avb_package_name_check (id, NULL);
}

/* Identifiers of SPDX, with operators and parentheses between. */
static gboolean
is_license (const char *text)
{
  return *text != '\0' && g_ascii_isspace (*text) == 0 &&
         text[strspn (text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-+ ():")] == '\0';
}

static gboolean
is_homepage (const char *text)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);

  return uri != NULL && g_strcmp0 (g_uri_get_scheme (uri), "https") == 0 && g_uri_get_host (uri) != NULL &&
         *g_uri_get_host (uri) != '\0' && g_uri_get_userinfo (uri) == NULL;
}

/* "linux-x86_64" */
static gboolean
is_platform (const char *text)
{
  const char *dash = strchr (text, '-');

  return dash != NULL && dash > text && strlen (text) <= MAX_WORD &&
         strspn (text, "abcdefghijklmnopqrstuvwxyz") == (gsize) (dash - text) && dash[1] != '\0' &&
         dash[1 + strspn (dash + 1, "abcdefghijklmnopqrstuvwxyz0123456789_")] == '\0';
}

/* "startup", "action:stop-idle" */
static gboolean
is_activation (const char *text)
{
  gsize word = strspn (text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
  const char *rest = text + word + 1;

  if (word == 0)
    return FALSE;
  return text[word] == '\0' ||
         (text[word] == ':' && *rest != '\0' &&
          rest[strspn (rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")] == '\0');
}

static gboolean
is_category (const char *text)
{
  return *text != '\0' && text[strspn (text, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

/* Each of a list of words must be @is_right. */
static gboolean
read_words (JsonObject *object, const char *member, guint max, gboolean (*is_right) (const char *), char ***out, GError **error)
{
  *out = avb_json_dup_strv (object, member, max, MAX_WORD * 2, error);
  if (*out == NULL)
    return FALSE;
  for (guint i = 0; (*out)[i] != NULL; i++)
    if (!is_right ((*out)[i]))
      return refuse (error, member);
  return TRUE;
}

/* @name: within the package. (nullable) */
static gboolean
check_name (const char *name, const char *member, GError **error)
{
  if (name == NULL || avb_package_name_check (name, error))
    return TRUE;
  avb_json_prefix_error (error, "%s", member);
  return FALSE;
}

static gboolean
read_identity (AvbExtensionManifest *self, JsonObject *object, GError **error)
{
  gint64 schema;
  const char *kind;

  if (!avb_json_get_int (object, "schema", 1, G_MAXINT32, &schema, error))
    return FALSE;
  if (schema != SCHEMA)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_SUPPORTED, NULL,
                                               _("This extension was made for a newer version of this program.")));
      return FALSE;
    }
  self->id = avb_json_get_string (object, "id", AVB_EXTENSION_ID_MAX, error);
  if (self->id == NULL)
    return FALSE;
  if (!avb_extension_id_is_valid (self->id))
    return refuse (error, "id");
  self->version = avb_json_get_string (object, "version", AVB_SEMVER_MAX, error);
  if (self->version == NULL)
    return FALSE;
  if (!avb_semver_is_valid (self->version))
    return refuse (error, "version");
  kind = avb_json_get_string (object, "kind", 16, error);
  if (kind == NULL)
    return FALSE;
  if (!g_str_equal (kind, "content") && !g_str_equal (kind, "code"))
    return refuse (error, "kind");
  self->kind = g_str_equal (kind, "code") ? AVB_EXTENSION_CODE : AVB_EXTENSION_CONTENT;
  return TRUE;
}

static gboolean
read_about (AvbExtensionManifest *self, JsonObject *object, GError **error)
{
  g_autofree char *publisher = NULL;

  self->license = avb_json_get_string (object, "license", MAX_LICENSE, error);
  if (self->license == NULL)
    return FALSE;
  if (!is_license (self->license))
    return refuse (error, "license");
  if (!avb_localized_read (object, "name", MAX_NAME, FALSE, TRUE, &self->name, error) ||
      !avb_localized_read (object, "summary", MAX_SUMMARY, FALSE, TRUE, &self->summary, error) ||
      !avb_localized_read (object, "description", MAX_TEXT, TRUE, FALSE, &self->description, error) ||
      !avb_localized_read (object, "changelog", MAX_TEXT, TRUE, FALSE, &self->changelog, error) ||
      !avb_localized_read (object, "publisher", MAX_NAME, FALSE, TRUE, &publisher, error) ||
      !avb_json_find_string (object, "homepage", MAX_URL, &self->homepage, error) ||
      !avb_json_find_string (object, "icon", AVB_PACKAGE_NAME_MAX, &self->icon, error))
    return FALSE;
  /* It is the same in each language. */
  self->publisher = avb_json_get_string (object, "publisher", MAX_NAME, error);
  if (self->publisher == NULL)
    return FALSE;
  if (self->homepage != NULL && !is_homepage (self->homepage))
    return refuse (error, "homepage");
  return check_name (self->icon, "icon", error);
}

static gboolean
read_pictures (AvbExtensionManifest *self, JsonObject *object, GError **error)
{
  if (!read_words (object, "categories", MAX_CATEGORIES, is_category, &self->categories, error))
    return FALSE;
  self->screenshots = avb_json_dup_strv (object, "screenshots", MAX_SCREENSHOTS, AVB_PACKAGE_NAME_MAX, error);
  if (self->screenshots == NULL)
    return FALSE;
  for (guint i = 0; self->screenshots[i] != NULL; i++)
    if (!check_name (self->screenshots[i], "screenshots", error))
      return FALSE;
  return TRUE;
}

/* Majors that @range holds for, as if each were the version N.0.0. */
static gboolean
read_protocol_range (const char *range, gint64 *min, gint64 *max)
{
  for (gint64 major = 1; major <= MAX_PROTOCOL; major++)
    {
      g_autofree char *version = g_strdup_printf ("%" G_GINT64_FORMAT ".0.0", major);

      if (!avb_semver_satisfies (version, range))
        continue;
      if (*min == 0)
        *min = major;
      *max = major;
    }
  return *max > 0;
}

/* A major, or a range: ">=1 <3" */
static gboolean
read_protocol (AvbExtensionManifest *self, JsonObject *engines, GError **error)
{
  JsonNode *node = json_object_get_member (engines, "protocol");
  const char *range;
  gint64 min = 0;
  gint64 max = 0;

  if (node == NULL && self->kind == AVB_EXTENSION_CONTENT)
    return TRUE;
  if (node != NULL && JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    {
      range = avb_json_get_string (engines, "protocol", MAX_RANGE, error);
      if (range == NULL || (!read_protocol_range (range, &min, &max) && !refuse (error, "protocol")))
        return FALSE;
    }
  else
    {
      if (!avb_json_get_int (engines, "protocol", 1, MAX_PROTOCOL, &min, error))
        return FALSE;
      max = min;
    }
  self->protocol_min = (guint) min;
  self->protocol_max = (guint) max;
  return TRUE;
}

static gboolean
read_engines (AvbExtensionManifest *self, JsonObject *object, GError **error)
{
  static const char *const known[] = { "host", "protocol", NULL };
  JsonObject *engines = avb_json_get_object (object, "engines", error);

  if (engines == NULL)
    return FALSE;
  if (!avb_json_check_members (engines, known, error) ||
      !avb_json_find_string (engines, "host", MAX_RANGE, &self->engine_host, error) ||
      (self->engine_host != NULL && !avb_semver_range_is_valid (self->engine_host) && !refuse (error, "host")) ||
      !read_protocol (self, engines, error))
    {
      avb_json_prefix_error (error, "engines");
      return FALSE;
    }
  return TRUE;
}

static gboolean
read_platform (AvbExtensionManifest *self, JsonObject *platforms, const char *name, GError **error)
{
  static const char *const known[] = { "exec", NULL };
  JsonObject *platform = avb_json_get_object (platforms, name, error);
  const char *exec = NULL;

  if (platform == NULL)
    return FALSE;
  if (!is_platform (name))
    return refuse (error, name);
  exec = avb_json_get_string (platform, "exec", AVB_PACKAGE_NAME_MAX, error);
  if (exec == NULL || !avb_json_check_members (platform, known, error) || !check_name (exec, "exec", error))
    return FALSE;
  g_hash_table_insert (self->execs, (gpointer) name, (gpointer) exec);
  return TRUE;
}

static gboolean
read_platforms (AvbExtensionManifest *self, JsonObject *object, GError **error)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  JsonObject *platforms = avb_json_get_object (object, "platforms", error);
  JsonObjectIter iter;
  const char *name;

  if (platforms == NULL)
    return FALSE;
  if (json_object_get_size (platforms) == 0 || json_object_get_size (platforms) > MAX_PLATFORMS)
    return refuse (error, "platforms");
  json_object_iter_init_ordered (&iter, platforms);
  while (json_object_iter_next_ordered (&iter, &name, NULL))
    {
      if (!read_platform (self, platforms, name, error))
        {
          avb_json_prefix_error (error, "platforms");
          return FALSE;
        }
      g_strv_builder_add (names, name);
    }
  self->platforms = g_strv_builder_end (names);
  return TRUE;
}

static gboolean
read_runtime (AvbExtensionManifest *self, JsonObject *object, GError **error)
{
  static const char *const known[] = { "python", NULL };
  JsonObject *runtime = NULL;

  if (!avb_json_find_object (object, "runtime", &runtime, error))
    return FALSE;
  if (runtime == NULL)
    return TRUE;
  if (!avb_json_check_members (runtime, known, error) ||
      !avb_json_find_string (runtime, "python", MAX_RANGE, &self->python, error) ||
      (self->python != NULL && !avb_semver_range_is_valid (self->python) && !refuse (error, "python")))
    {
      avb_json_prefix_error (error, "runtime");
      return FALSE;
    }
  return TRUE;
}

static gboolean
read_limits (AvbExtensionManifest *self, JsonObject *object, GError **error)
{
  static const char *const known[] = { "memory_mb", "timeout_s", NULL };
  JsonObject *limits = NULL;

  if (!avb_json_find_object (object, "limits", &limits, error))
    return FALSE;
  if (limits == NULL ||
      (avb_json_check_members (limits, known, error) &&
       avb_json_find_int (limits, "memory_mb", MIN_MEMORY_MB, MAX_MEMORY_MB, &self->memory_mb, error) &&
       avb_json_find_int (limits, "timeout_s", 1, MAX_TIMEOUT_S, &self->timeout_s, error)))
    return TRUE;
  avb_json_prefix_error (error, "limits");
  return FALSE;
}

static gboolean
has_permission (AvbExtensionManifest *self, AvbPermission *permission)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->permissions)); i++)
    {
      g_autoptr (AvbPermission) other = g_list_model_get_item (G_LIST_MODEL (self->permissions), i);

      if (avb_permission_equal (permission, other))
        return TRUE;
    }
  return FALSE;
}

static gboolean
read_permissions (AvbExtensionManifest *self, JsonObject *object, GError **error)
{
  JsonArray *array = NULL;

  if (!avb_json_find_array (object, "permissions", MAX_PERMISSIONS, &array, error))
    return FALSE;
  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonObject *element = avb_json_get_element_object (array, i, error);
      g_autoptr (AvbPermission) permission = element != NULL ? avb_permission_new_from_json (element, error) : NULL;

      if (permission == NULL || (has_permission (self, permission) && !refuse (error, "id")))
        {
          avb_json_prefix_error (error, "permissions[%u]", i);
          return FALSE;
        }
      g_list_store_append (self->permissions, permission);
    }
  return TRUE;
}

static gboolean
read_contributes (AvbExtensionManifest *self, JsonObject *object, GError **error)
{
  JsonObject *contributes = NULL;

  if (!avb_json_find_object (object, "contributes", &contributes, error))
    return FALSE;
  if (contributes == NULL)
    return TRUE;
  if (!avb_contributes_check (contributes, error))
    {
      avb_json_prefix_error (error, "contributes");
      return FALSE;
    }
  json_object_unref (self->contributes);
  self->contributes = json_object_ref (contributes);
  return TRUE;
}

/* What is for programs has no place in data. */
static gboolean
check_content (AvbExtensionManifest *self, JsonObject *object, GError **error)
{
  static const char *const of_code[] = { "platforms", "runtime", "activation", "permissions", "limits", NULL };
  static const char *const data[] = { "recipes", "templates", NULL };

  for (guint i = 0; of_code[i] != NULL; i++)
    if (json_object_has_member (object, of_code[i]))
      {
        g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL,
                                                 _("A package of content has “%s”, which only programs have."), of_code[i]));
        return FALSE;
      }
  if (avb_json_check_members (self->contributes, data, error))
    return TRUE;
  avb_json_prefix_error (error, "contributes");
  return FALSE;
}

static gboolean
read_code (AvbExtensionManifest *self, JsonObject *object, GError **error)
{
  return read_platforms (self, object, error) && read_runtime (self, object, error) &&
         read_words (object, "activation", MAX_ACTIVATION, is_activation, &self->activation, error) &&
         read_permissions (self, object, error) && read_limits (self, object, error);
}

gboolean
avb_extension_manifest_read (AvbExtensionManifest *self, JsonNode *root, GError **error)
{
  static const char *const known[] = {
    "$schema",  "schema",    "id",         "version",     "kind",      "name",        "summary", "description",
    "license",  "publisher", "homepage",   "icon",        "engines",   "platforms",   "runtime", "activation",
    "changelog", "contributes", "permissions", "limits", "categories", "screenshots", NULL,
  };
  JsonObject *object = avb_json_get_root (root, error);

  if (object == NULL || !read_identity (self, object, error) || !avb_json_check_members (object, known, error) ||
      !read_about (self, object, error) || !read_pictures (self, object, error) || !read_engines (self, object, error) ||
      !read_contributes (self, object, error))
    return FALSE;
  if (self->kind == AVB_EXTENSION_CONTENT)
    return check_content (self, object, error);
  return read_code (self, object, error);
}

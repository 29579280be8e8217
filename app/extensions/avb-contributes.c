/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-contributes.h"

#include <glib/gi18n-lib.h>
#include <string.h>

#include "app/extensions/avb-json.h"
#include "app/extensions/avb-localized.h"
#include "app/extensions/avb-package-name.h"
#include "backends/avb-error.h"

#define MAX_ITEMS 500
#define MAX_ID 64
#define MAX_TITLE 120
#define MAX_DESCRIPTION 2000
#define MAX_URL 2048
#define MAX_SIZE (G_GINT64_CONSTANT (1) << 44)

typedef gboolean (*CheckItem) (JsonObject *item, GError **error);

static gboolean
refuse (GError **error, const char *member)
{
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, _("“%s” is not what it should be."), member));
  return FALSE;
}

static gboolean
is_one_of (const char *text, const char *const *words)
{
  return text != NULL && g_strv_contains (words, text);
}

static gboolean
is_id (const char *id)
{
  return g_ascii_isalnum (*id) && id[strspn (id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")] == '\0';
}

/* A checksum goes with it, so http is as good as https. */
static gboolean
is_url (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;

  if (g_strcmp0 (scheme, "file") == 0)
    return g_str_has_prefix (g_uri_get_path (uri), "/");
  return (g_strcmp0 (scheme, "https") == 0 || g_strcmp0 (scheme, "http") == 0) && g_uri_get_host (uri) != NULL &&
         *g_uri_get_host (uri) != '\0' && g_uri_get_userinfo (uri) == NULL;
}

static gboolean
is_sha256 (const char *text)
{
  return strlen (text) == 64 && strspn (text, "0123456789abcdef") == 64;
}

static gboolean
check_recipe (JsonObject *item, GError **error)
{
  static const char *const variants[] = { "installer", "cloud", "live", NULL };
  const char *os = NULL;
  const char *arch = avb_json_get_string (item, "arch", 16, error);
  const char *variant = arch != NULL ? avb_json_get_string (item, "variant", 16, error) : NULL;
  const char *url = variant != NULL ? avb_json_get_string (item, "url", MAX_URL, error) : NULL;
  const char *sha256 = url != NULL ? avb_json_get_string (item, "sha256", 64, error) : NULL;
  gint64 size = 0;

  if (sha256 == NULL || !avb_json_find_int (item, "size", 1, MAX_SIZE, &size, error) ||
      !avb_json_find_string (item, "os", MAX_URL, &os, error))
    return FALSE;
  if (!is_id (arch))
    return refuse (error, "arch");
  if (!is_one_of (variant, variants))
    return refuse (error, "variant");
  if (!is_url (url))
    return refuse (error, "url");
  return is_sha256 (sha256) || refuse (error, "sha256");
}

static gboolean
check_template (JsonObject *item, GError **error)
{
  const char *recipe = NULL;
  const char *icon = NULL;

  return avb_json_get_object (item, "spec", error) != NULL &&
         avb_json_find_string (item, "recipe", MAX_ID, &recipe, error) &&
         avb_json_find_string (item, "icon", AVB_PACKAGE_NAME_MAX, &icon, error) &&
         (recipe == NULL || is_id (recipe) || refuse (error, "recipe")) &&
         (icon == NULL || avb_package_name_check (icon, error));
}

static gboolean
check_action (JsonObject *item, GError **error)
{
  static const char *const places[] = { "machine", "app", NULL };
  const char *where = avb_json_get_string (item, "where", 16, error);
  g_auto (GStrv) states = NULL;

  if (where == NULL)
    return FALSE;
  if (!is_one_of (where, places))
    return refuse (error, "where");
  states = avb_json_dup_strv (item, "states", 16, 32, error);
  return states != NULL;
}

static gboolean
check_monitor (JsonObject *item, GError **error)
{
  gboolean panel = FALSE;

  return avb_json_find_bool (item, "panel", &panel, error);
}

static gboolean
check_storage (JsonObject *item, GError **error)
{
  JsonArray *options = NULL;

  if (!avb_json_find_array (item, "options", 50, &options, error))
    return FALSE;
  for (guint i = 0; options != NULL && i < json_array_get_length (options); i++)
    if (avb_json_get_element_object (options, i, error) == NULL)
      {
        avb_json_prefix_error (error, "options");
        return FALSE;
      }
  return TRUE;
}

static const struct {
  const char *kind;
  CheckItem   check;
  gboolean    in_file;
} kinds[] = {
  { "recipes", check_recipe, TRUE },     { "templates", check_template, TRUE }, { "actions", check_action, FALSE },
  { "monitors", check_monitor, FALSE },  { "storage", check_storage, FALSE },   { "networks", NULL, FALSE },
  { "consoleTools", NULL, FALSE },       { "labChecks", NULL, FALSE },
};

static int
find_kind (const char *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kinds[i].kind, kind))
      return (int) i;
  return -1;
}

static gboolean
check_item (int kind, JsonObject *item, GHashTable *ids, GError **error)
{
  g_autofree char *title = NULL;
  g_autofree char *description = NULL;
  const char *id = avb_json_get_string (item, "id", MAX_ID, error);

  if (id == NULL)
    return FALSE;
  if (!is_id (id) || !g_hash_table_add (ids, (gpointer) id))
    return refuse (error, "id");
  return avb_localized_read (item, "title", MAX_TITLE, FALSE, TRUE, &title, error) &&
         avb_localized_read (item, "description", MAX_DESCRIPTION, TRUE, FALSE, &description, error) &&
         (kinds[kind].check == NULL || kinds[kind].check (item, error));
}

gboolean
avb_contributes_check_kind (const char *kind, JsonArray *items, GError **error)
{
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  int index = find_kind (kind);

  g_return_val_if_fail (index >= 0, FALSE);

  if (json_array_get_length (items) > MAX_ITEMS)
    return refuse (error, kind);
  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      JsonObject *item = avb_json_get_element_object (items, i, error);

      if (item == NULL || !check_item (index, item, ids, error))
        {
          avb_json_prefix_error (error, "%s[%u]", kind, i);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
check_file (JsonObject *object, GError **error)
{
  static const char *const known[] = { "file", NULL };
  const char *file = avb_json_get_string (object, "file", AVB_PACKAGE_NAME_MAX, error);

  return file != NULL && avb_json_check_members (object, known, error) && avb_package_name_check (file, error);
}

static gboolean
check_member (JsonObject *contributes, const char *name, GError **error)
{
  JsonNode *node = json_object_get_member (contributes, name);
  JsonArray *items;
  int index = find_kind (name);

  if (g_str_has_prefix (name, "x-"))
    return TRUE;
  if (index < 0)
    return refuse (error, name);
  if (JSON_NODE_HOLDS_OBJECT (node) && kinds[index].in_file)
    {
      if (check_file (json_node_get_object (node), error))
        return TRUE;
      avb_json_prefix_error (error, "%s", name);
      return FALSE;
    }
  items = avb_json_get_array (contributes, name, MAX_ITEMS, error);
  return items != NULL && avb_contributes_check_kind (name, items, error);
}

gboolean
avb_contributes_check (JsonObject *contributes, GError **error)
{
  JsonObjectIter iter;
  const char *name;

  g_return_val_if_fail (contributes != NULL, FALSE);

  json_object_iter_init (&iter, contributes);
  while (json_object_iter_next (&iter, &name, NULL))
    if (!check_member (contributes, name, error))
      return FALSE;
  return TRUE;
}

const char *
avb_contributes_get_file (JsonObject *contributes, const char *kind)
{
  JsonNode *node;

  g_return_val_if_fail (contributes != NULL && kind != NULL, NULL);

  node = json_object_get_member (contributes, kind);
  return node != NULL && JSON_NODE_HOLDS_OBJECT (node)
             ? json_object_get_string_member_with_default (json_node_get_object (node), "file", NULL)
             : NULL;
}

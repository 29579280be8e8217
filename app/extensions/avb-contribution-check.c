/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What extensions answer, as far as the program relies on it: sdk/protocol has the whole of it. */

#include "config.h"

#include <gio/gio.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>
#ifdef G_OS_UNIX
#include <unistd.h>
#endif

#include "app/extensions/avb-contribution-calls.h"
#include "app/extensions/avb-contributes.h"
#include "app/extensions/avb-json.h"
#include "app/extensions/avb-panel.h"
#include "app/extensions/avb-sandbox.h"
#include "backends/avb-error.h"

#define MAX_LINE 4096
#define MAX_NAME 255
#define MAX_ID 256
#define MAX_URL 2048
#define MAX_REPORT (256 * 1024)
/* A socket has no longer name: unix(7). */
#define MAX_SOCKET_PATH 107
#define MAX_SIZE (G_GINT64_CONSTANT (1) << 44)

static gboolean
refuse (GError **error, const char *sentence)
{
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, "%s", sentence));
  return FALSE;
}

static gboolean
check_word (JsonObject *object, const char *member, const char *const *words, GError **error)
{
  const char *word = avb_json_get_string (object, member, 32, error);

  return word != NULL && (g_strv_contains (words, word) || refuse (error, _("The extension answered with a word that does not exist.")));
}

static gboolean
check_optional_text (JsonObject *object, const char *member, gsize max, GError **error)
{
  const char *text = NULL;

  return avb_json_find_string (object, member, max, &text, error);
}

static gboolean
check_format (JsonObject *object, GError **error)
{
  static const char *const formats[] = { "raw", "qcow2", NULL };

  return check_word (object, "format", formats, error);
}

static gboolean
check_volume (JsonObject *volume, GError **error)
{
  gint64 size;
  gboolean read_only;

  return avb_json_get_string (volume, "id", MAX_ID, error) != NULL && avb_json_get_string (volume, "title", MAX_NAME, error) != NULL &&
         avb_json_get_int (volume, "size", 0, MAX_SIZE, &size, error) && check_format (volume, error) &&
         avb_json_find_bool (volume, "read_only", &read_only, error);
}

static gboolean
check_volumes (JsonObject *result, GError **error)
{
  JsonArray *volumes = avb_json_get_array (result, "volumes", 2000, error);

  for (guint i = 0; volumes != NULL && i < json_array_get_length (volumes); i++)
    {
      JsonObject *volume = avb_json_get_element_object (volumes, i, error);

      if (volume == NULL || !check_volume (volume, error))
        {
          avb_json_prefix_error (error, "volumes[%u]", i);
          return FALSE;
        }
    }
  return volumes != NULL;
}

static gboolean
check_one_volume (JsonObject *result, GError **error)
{
  JsonObject *volume = avb_json_get_object (result, "volume", error);

  return volume != NULL && check_volume (volume, error);
}

static gboolean
check_snapshot (JsonObject *result, GError **error)
{
  JsonObject *snapshot = avb_json_get_object (result, "snapshot", error);

  return snapshot != NULL && avb_json_get_string (snapshot, "id", MAX_ID, error) != NULL &&
         avb_json_get_string (snapshot, "title", MAX_NAME, error) != NULL;
}

static gboolean
check_probe (JsonObject *result, GError **error)
{
  gboolean usable;

  if (!json_object_has_member (result, "usable"))
    return refuse (error, _("The extension did not tell whether it can be used."));
  return avb_json_find_bool (result, "usable", &usable, error) && check_optional_text (result, "reason", MAX_LINE, error);
}

static gboolean
check_attach (JsonObject *result, GError **error)
{
  static const char *const kinds[] = { "nbd-unix", "file", NULL };
  gboolean read_only;
  gint64 size;

  return check_word (result, "kind", kinds, error) && avb_json_get_string (result, "path", MAX_NAME, error) != NULL &&
         check_format (result, error) && check_optional_text (result, "export", MAX_NAME, error) &&
         avb_json_find_bool (result, "read_only", &read_only, error) && avb_json_find_int (result, "size", 0, MAX_SIZE, &size, error);
}

static gboolean
check_instance (JsonObject *result, GError **error)
{
  return avb_json_get_string (result, "instance", MAX_ID, error) != NULL;
}

static gboolean
check_network_status (JsonObject *result, GError **error)
{
  static const char *const states[] = { "up", "down", "failed", NULL };

  return check_word (result, "state", states, error) && check_optional_text (result, "text", MAX_LINE, error);
}

/* Letters, digits and dashes: it becomes the name of an interface of this computer. */
static gboolean
check_network_name (JsonObject *result, GError **error)
{
  const char *name = avb_json_get_string (result, "name", 32, error);

  if (name == NULL)
    return FALSE;
  return (*name != '\0' && strspn (name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == strlen (name)) ||
         refuse (error, _("The extension gave a network a name that it cannot have."));
}

static gboolean
check_instances (JsonObject *result, GError **error)
{
  JsonArray *instances = avb_json_get_array (result, "instances", 500, error);

  for (guint i = 0; instances != NULL && i < json_array_get_length (instances); i++)
    {
      JsonObject *instance = avb_json_get_element_object (instances, i, error);

      if (instance == NULL || !check_instance (instance, error) ||
          avb_json_get_string (instance, "title", MAX_NAME, error) == NULL ||
          !check_optional_text (instance, "text", MAX_LINE, error) ||
          (json_object_has_member (instance, "name") && !check_network_name (instance, error)))
        return FALSE;
    }
  return instances != NULL;
}

/* Of private IPv4 addresses (RFC 1918), so that nothing of the world is hidden by it. */
static gboolean
is_private_subnet (const char *subnet)
{
  g_autoptr (GInetAddressMask) mask = g_inet_address_mask_new_from_string (subnet, NULL);
  GInetAddress *address = mask != NULL ? g_inet_address_mask_get_address (mask) : NULL;
  guint length = mask != NULL ? g_inet_address_mask_get_length (mask) : 0;
  const guint8 *bytes;

  if (address == NULL || g_inet_address_get_family (address) != G_SOCKET_FAMILY_IPV4 || length < 16 || length > 29)
    return FALSE;
  bytes = g_inet_address_to_bytes (address);
  return bytes[0] == 10 || (bytes[0] == 172 && bytes[1] >= 16 && bytes[1] < 32) || (bytes[0] == 192 && bytes[1] == 168);
}

static gboolean
check_network_attach (JsonObject *result, GError **error)
{
  static const char *const kinds[] = { "vhost-user", "isolated", "nat", NULL };
  const char *subnet = NULL;
  gboolean dhcp;

  if (!check_word (result, "kind", kinds, error))
    return FALSE;
  if (g_str_equal (json_object_get_string_member (result, "kind"), "vhost-user"))
    return avb_json_get_string (result, "path", MAX_NAME, error) != NULL;
  if (!check_network_name (result, error) || !avb_json_find_bool (result, "dhcp", &dhcp, error) ||
      !avb_json_find_string (result, "subnet", 32, &subnet, error))
    return FALSE;
  return subnet == NULL || is_private_subnet (subnet) || refuse (error, _("The extension gave a network addresses that are not private ones."));
}

static gboolean
check_sha256 (JsonObject *result, GError **error)
{
  const char *sum = avb_json_get_string (result, "sha256", 64, error);

  return sum != NULL && ((strlen (sum) == 64 && strspn (sum, "0123456789abcdef") == 64) ||
                         refuse (error, _("The extension gave a checksum that is none.")));
}

static gboolean
is_https (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);

  return uri != NULL && g_str_equal (g_uri_get_scheme (uri), "https") && g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0' &&
         g_uri_get_userinfo (uri) == NULL;
}

static gboolean
check_resolve (JsonObject *result, GError **error)
{
  JsonArray *urls = avb_json_get_array (result, "urls", 8, error);
  const char *name = NULL;
  gint64 size;

  if (urls == NULL)
    return FALSE;
  if (json_array_get_length (urls) == 0)
    return refuse (error, _("The extension gave no address."));
  for (guint i = 0; i < json_array_get_length (urls); i++)
    {
      const char *url = avb_json_get_element_string (urls, i, MAX_URL, error);

      if (url == NULL)
        return FALSE;
      if (!is_https (url))
        return refuse (error, _("The extension gave an address that is not of the kind “https”."));
    }
  if (!check_sha256 (result, error) || !avb_json_get_int (result, "size", 1, MAX_SIZE, &size, error) ||
      !avb_json_find_string (result, "name", MAX_NAME, &name, error))
    return FALSE;
  return name == NULL || (*name != '\0' && *name != '.' && strpbrk (name, "/\\\n\r\t") == NULL) ||
         refuse (error, _("The extension gave a file a name that it cannot have."));
}

static gboolean
check_templates (JsonObject *result, GError **error)
{
  JsonArray *templates = avb_json_get_array (result, "templates", 500, error);

  return templates != NULL && avb_contributes_check_kind ("templates", templates, error);
}

static gboolean
check_render (JsonObject *result, GError **error)
{
  return avb_json_get_object (result, "spec", error) != NULL && check_optional_text (result, "recipe", MAX_ID, error);
}

static gboolean
check_root (JsonObject *result, gboolean needed, GError **error)
{
  g_autoptr (AvbPanelNode) node = NULL;
  JsonObject *root = NULL;
  guint nodes = 0;

  if (!avb_json_find_object (result, "root", &root, error))
    return FALSE;
  if (root == NULL)
    return !needed || avb_json_get_object (result, "root", error) != NULL;
  node = avb_panel_node_new (root, &nodes, error);
  return node != NULL;
}

static gboolean
check_open (JsonObject *result, GError **error)
{
  return check_root (result, TRUE, error);
}

static gboolean
check_action (JsonObject *result, GError **error)
{
  return check_root (result, FALSE, error) && check_optional_text (result, "text", MAX_LINE, error);
}

static gboolean
check_run (JsonObject *result, GError **error)
{
  return check_optional_text (result, "text", MAX_LINE, error) && check_optional_text (result, "report", MAX_REPORT, error) &&
         check_optional_text (result, "panel", MAX_ID, error);
}

static gboolean
check_lab (JsonObject *result, GError **error)
{
  static const char *const results[] = { "passed", "failed", "unknown", NULL };

  return check_word (result, "result", results, error) && check_optional_text (result, "text", MAX_LINE, error);
}

gboolean
avb_extension_check_result (const char *method, JsonNode *result, GError **error)
{
  static const struct { const char *method; gboolean (*check) (JsonObject *, GError **); } checks[] = {
    { "template/list", check_templates },    { "template/render", check_render },       { "recipe/resolve", check_resolve },
    { "storage/probe", check_probe },        { "storage/list", check_volumes },         { "storage/create", check_one_volume },
    { "storage/clone", check_one_volume },   { "storage/resize", check_one_volume },    { "storage/snapshot", check_snapshot },
    { "storage/attach", check_attach },      { "network/create", check_instance },      { "network/status", check_network_status },
    { "network/list", check_instances },     { "network/attach", check_network_attach }, { "command/run", check_run },
    { "panel/open", check_open },            { "panel/action", check_action },          { "lab/check", check_lab },
  };
  JsonObject *object;

  g_return_val_if_fail (method != NULL && result != NULL, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (checks); i++)
    if (g_str_equal (checks[i].method, method))
      {
        object = avb_json_get_root (result, error);
        if (object != NULL && checks[i].check (object, error))
          return TRUE;
        avb_json_prefix_error (error, "%s", method);
        return FALSE;
      }
  return TRUE;
}

/* The name of a file right in the folder: what is below a folder of it could be moved while we look. */
static const char *
name_within (const char *runtime_dir, const char *inner)
{
  const char *name = NULL;

  if (g_str_has_prefix (inner, AVB_SANDBOX_RUNTIME "/"))
    name = inner + strlen (AVB_SANDBOX_RUNTIME "/");
  else if (g_str_has_prefix (inner, runtime_dir) && inner[strlen (runtime_dir)] == '/')
    name = inner + strlen (runtime_dir) + 1;
  if (name == NULL || *name == '\0' || strchr (name, '/') != NULL || g_str_equal (name, ".") || g_str_equal (name, ".."))
    return NULL;
  return name;
}

char *
avb_extension_take_path (const char *runtime_dir, const char *inner, gboolean is_socket, GError **error)
{
#ifdef G_OS_UNIX
  const char *name = name_within (runtime_dir, inner);
  g_autofree char *extensions = g_path_get_dirname (runtime_dir);
  g_autofree char *above = g_path_get_dirname (extensions);
  g_autofree char *id = g_path_get_basename (runtime_dir);
  g_autofree char *dir = g_build_filename (above, "served", id, NULL);
  g_autofree char *outer = g_build_filename (runtime_dir, name != NULL ? name : "", NULL);
  g_autofree char *path = g_build_filename (dir, name != NULL ? name : "", NULL);
  GStatBuf info;

  g_return_val_if_fail (runtime_dir != NULL && inner != NULL, NULL);

  if (name == NULL || strlen (path) > MAX_SOCKET_PATH)
    {
      refuse (error, _("The extension named a file that is not in its own folder."));
      return NULL;
    }
  /* Another name of the same file, where the extension cannot put something else in its place: neither before we look nor
   * before a machine opens it. A link to elsewhere is not followed by link(). */
  g_mkdir_with_parents (dir, 0700);
  g_unlink (path);
  if (link (outer, path) == 0 && g_lstat (path, &info) == 0 && info.st_uid == getuid () &&
      (is_socket ? S_ISSOCK (info.st_mode) : S_ISREG (info.st_mode)))
    return g_steal_pointer (&path);
  g_unlink (path);
#endif
  refuse (error, _("The extension named a file that is not in its own folder."));
  return NULL;
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* avx check: what would be refused, and what would be regretted. */

#include "config.h"

#include "sdk/avx/avx.h"

#include <glib/gstdio.h>
#include <string.h>

#include "app/avb-machine-template.h"
#include "app/extensions/avb-contributes.h"
#include "app/extensions/avb-json.h"
#include "app/extensions/avb-package.h"
#include "app/extensions/avb-panel.h"
#include "backends/avb-error.h"

#define MAX_FILE_OF_CONTRIBUTIONS (4 * 1024 * 1024)

static void
report (const char *kind, const char *format, va_list list)
{
  g_autofree char *text = g_strdup_vprintf (format, list);

  g_printerr ("%s: %s\n", kind, text);
}

void
avx_report_error (AvxReport *self, const char *format, ...)
{
  va_list list;

  self->errors++;
  va_start (list, format);
  report ("error", format, list);
  va_end (list);
}

void
avx_report_warning (AvxReport *self, const char *format, ...)
{
  va_list list;

  self->warnings++;
  va_start (list, format);
  report ("warning", format, list);
  va_end (list);
}

/* The array of one kind, also from a file. (transfer full) (nullable) */
static JsonArray *
load_kind (const char *pack, JsonObject *contributes, const char *kind, AvxReport *self)
{
  const char *file = avb_contributes_get_file (contributes, kind);
  g_autofree char *path = NULL;
  g_autoptr (JsonNode) node = NULL;
  g_autoptr (GError) error = NULL;

  if (file == NULL)
    return json_array_ref (json_object_get_array_member (contributes, kind));
  path = g_build_filename (pack, file, NULL);
  node = avx_load_json (path, MAX_FILE_OF_CONTRIBUTIONS, &error);
  if (node != NULL && !JSON_NODE_HOLDS_ARRAY (node))
    avx_report_error (self, "%s: is no array", file);
  else if (node == NULL || !avb_contributes_check_kind (kind, json_node_get_array (node), &error))
    avx_report_error (self, "%s: %s", file, error->message);
  else
    return json_node_dup_array (node);
  return NULL;
}

static gboolean
has_item (JsonArray *items, const char *id)
{
  for (guint i = 0; items != NULL && i < json_array_get_length (items); i++)
    if (g_strcmp0 (json_object_get_string_member_with_default (json_array_get_object_element (items, i), "id", NULL), id) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
asks_for (AvbExtensionManifest *manifest, const char *permission)
{
  return avb_permissions_allow (avb_extension_manifest_get_permissions (manifest), permission, NULL);
}

/* The machines of templates: read when they are used, so that a wrong one would only be seen then. */
static void
check_templates (AvbExtensionManifest *manifest, JsonArray *templates, AvxReport *self)
{
  for (guint i = 0; i < json_array_get_length (templates); i++)
    {
      JsonObject *item = json_array_get_object_element (templates, i);
      g_autoptr (GError) error = NULL;
      g_autoptr (AvbMachineTemplate) template
          = avb_machine_template_new (avb_extension_manifest_get_id (manifest), "", NULL, item, &error);

      if (template == NULL)
        avx_report_error (self, "contributes.templates[%u].spec: “%s” is not what it should be", i, avb_error_get_details (error));
    }
}

/* What the user of a target or network is asked. */
static void
check_options (const char *kind, JsonArray *items, AvxReport *self)
{
  for (guint i = 0; i < json_array_get_length (items); i++)
    {
      JsonArray *options = NULL;
      guint nodes = 0;

      if (!avb_json_find_array (json_array_get_object_element (items, i), "options", G_MAXUINT, &options, NULL))
        avx_report_error (self, "contributes.%s[%u].options: is no array", kind, i);
      for (guint j = 0; options != NULL && j < json_array_get_length (options); j++)
        {
          g_autoptr (GError) error = NULL;
          JsonObject *option = avb_json_get_element_object (options, j, &error);
          g_autoptr (AvbPanelNode) node = option != NULL ? avb_panel_node_new (option, &nodes, &error) : NULL;

          if (node == NULL)
            avx_report_error (self, "contributes.%s[%u].options[%u]: %s", kind, i, j, error->message);
        }
    }
}

static void
check_contributions (const char *pack, AvbExtensionManifest *manifest, AvxReport *self)
{
  static const struct {
    const char *kind;
    const char *permission;
  } needs[] = { { "storage", AVB_PERMISSION_STORAGE_SERVE }, { "networks", AVB_PERMISSION_NETWORK_ATTACH } };
  JsonObject *contributes = avb_extension_manifest_get_contributes (manifest);
  JsonObjectIter iter;
  const char *kind;
  guint n = 0;

  json_object_iter_init_ordered (&iter, contributes);
  while (json_object_iter_next_ordered (&iter, &kind, NULL))
    {
      g_autoptr (JsonArray) items = g_str_has_prefix (kind, "x-") ? NULL : load_kind (pack, contributes, kind, self);

      if (items != NULL && g_str_equal (kind, "templates"))
        check_templates (manifest, items, self);
      if (items != NULL && (g_str_equal (kind, "storage") || g_str_equal (kind, "networks")))
        check_options (kind, items, self);
      n += items != NULL ? json_array_get_length (items) : 0;
      for (guint i = 0; i < G_N_ELEMENTS (needs); i++)
        if (g_str_equal (kind, needs[i].kind) && !asks_for (manifest, needs[i].permission))
          avx_report_error (self, "contributes.%s needs the permission %s", kind, needs[i].permission);
    }
  if (n == 0)
    avx_report_warning (self, "it contributes nothing, so nobody will see it");
}

/* "action:ID" must be there. */
static void
check_activation (AvbExtensionManifest *manifest, AvxReport *self)
{
  static const struct {
    const char *word;
    const char *kind;
  } words[] = {
    { "action", "actions" },   { "monitor", "monitors" },         { "storage", "storage" },     { "network", "networks" },
    { "recipe", "recipes" },   { "consoleTool", "consoleTools" }, { "labCheck", "labChecks" },  { "template", "templates" },
  };
  JsonObject *contributes = avb_extension_manifest_get_contributes (manifest);
  const char *const *activation = avb_extension_manifest_get_activation (manifest);

  for (guint i = 0; activation != NULL && activation[i] != NULL; i++)
    {
      const char *colon = strchr (activation[i], ':');
      gboolean known = colon == NULL && g_str_equal (activation[i], "startup");

      for (guint j = 0; colon != NULL && j < G_N_ELEMENTS (words); j++)
        if (strlen (words[j].word) == (gsize) (colon - activation[i]) && g_str_has_prefix (activation[i], words[j].word))
          known = json_object_has_member (contributes, words[j].kind) &&
                  (avb_contributes_get_file (contributes, words[j].kind) != NULL ||
                   has_item (json_object_get_array_member (contributes, words[j].kind), colon + 1));
      if (!known)
        avx_report_warning (self, "activation: “%s” never comes to pass", activation[i]);
    }
}

static void
check_permissions (AvbExtensionManifest *manifest, AvxReport *self)
{
  GListModel *permissions = avb_extension_manifest_get_permissions (manifest);

  for (guint i = 0; i < g_list_model_get_n_items (permissions); i++)
    {
      g_autoptr (AvbPermission) permission = g_list_model_get_item (permissions, i);

      if (avb_permission_get_reason (permission) == NULL)
        avx_report_warning (self, "permissions: say why it wants %s: “reason” is shown to the user", avb_permission_get_id (permission));
      if (g_str_equal (avb_permission_get_id (permission), AVB_PERMISSION_NETWORK_UNRESTRICTED))
        avx_report_warning (self, "permissions: network.unrestricted is off unless an administrator switches it on; "
                                  "network.fetch is for all who talk to servers that they can name");
    }
}

static void
check_words (AvbExtensionManifest *manifest, AvxReport *self)
{
  JsonObject *object = avb_extension_manifest_get_json (manifest);

  if (g_str_has_prefix (avb_extension_manifest_get_id (manifest), "org.example."))
    avx_report_warning (self, "id: org.example is for examples: take a name in the DNS that is yours");
  if (avb_extension_manifest_get_icon (manifest) == NULL)
    avx_report_warning (self, "icon: it has none");
  if (avb_extension_manifest_get_description (manifest) == NULL)
    avx_report_warning (self, "description: it has none");
  if (avb_extension_manifest_get_engine_host (manifest) == NULL)
    avx_report_warning (self, "engines.host: say which versions of the program it was made for");
  if (avb_extension_manifest_get_kind (manifest) == AVB_EXTENSION_CODE && !json_object_has_member (object, "limits"))
    avx_report_warning (self, "limits: say how much memory it needs");
}

/* As the program would take it in. */
static void
check_package (const char *pack, AvxReport *self)
{
  g_autofree char *folder = g_dir_make_tmp ("avx-XXXXXX", NULL);
  g_autofree char *path = folder != NULL ? g_build_filename (folder, "package.avx", NULL) : NULL;
  g_autoptr (AvbPackage) package = NULL;
  g_autoptr (GError) error = NULL;

  if (folder == NULL)
    return avx_report_error (self, "there is no place for temporary files");
  if (!avb_package_write (pack, path, &error) || (package = avb_package_read (path, NULL, NULL, NULL, &error)) == NULL)
    avx_report_error (self, "%s", error->message);
  else if (avb_package_get_length (package) > 32 << 20)
    avx_report_warning (self, "the package has %" G_GUINT64_FORMAT " MiB: everybody downloads them", avb_package_get_length (package) >> 20);
  g_remove (path);
  g_rmdir (folder);
}

AvbExtensionManifest *
avx_check_pack (const char *pack, AvxReport *self)
{
  g_autoptr (AvbExtensionManifest) manifest = NULL;
  g_autoptr (GError) error = NULL;

  manifest = avx_load_manifest (pack, &error);
  if (manifest == NULL)
    {
      avx_report_error (self, "%s", error->message);
      return NULL;
    }
  check_words (manifest, self);
  check_permissions (manifest, self);
  check_contributions (pack, manifest, self);
  check_activation (manifest, self);
  avx_check_files (pack, manifest, self);
  if (self->errors == 0)
    check_package (pack, self);
  return g_steal_pointer (&manifest);
}

int
avx_check (char **arguments, const AvxOptions *options, GError **error)
{
  g_autofree char *pack = avx_find_pack (arguments[0] != NULL ? arguments[0] : ".", error);
  g_autoptr (AvbExtensionManifest) manifest = NULL;
  AvxReport found = { 0 };

  if (pack == NULL)
    return AVX_FAILED;
  manifest = avx_check_pack (pack, &found);
  if (manifest != NULL)
    g_print ("%s %s: %u errors, %u warnings\n", avb_extension_manifest_get_id (manifest),
             avb_extension_manifest_get_version (manifest), found.errors, found.warnings);
  return found.errors > 0 || (options->strict && found.warnings > 0) ? AVX_FAILED : AVX_OK;
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/extensions/avb-contribution-calls.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "app/extensions/avb-json.h"
#include "backends/avb-error.h"

/* --- boxed values --- */

AvbResolvedRecipe *
avb_resolved_recipe_copy (const AvbResolvedRecipe *self)
{
  AvbResolvedRecipe *copy = g_new0 (AvbResolvedRecipe, 1);

  copy->urls = g_strdupv (self->urls);
  copy->sha256 = g_strdup (self->sha256);
  copy->size = self->size;
  copy->name = g_strdup (self->name);
  return copy;
}

void
avb_resolved_recipe_free (AvbResolvedRecipe *self)
{
  g_strfreev (self->urls);
  g_free (self->sha256);
  g_free (self->name);
  g_free (self);
}

G_DEFINE_BOXED_TYPE (AvbResolvedRecipe, avb_resolved_recipe, avb_resolved_recipe_copy, avb_resolved_recipe_free)

AvbStorageAttachment *
avb_storage_attachment_copy (const AvbStorageAttachment *self)
{
  AvbStorageAttachment *copy = g_memdup2 (self, sizeof *self);

  copy->path = g_strdup (self->path);
  copy->format = g_strdup (self->format);
  copy->export = g_strdup (self->export);
  copy->inner = g_strdup (self->inner);
  return copy;
}

void
avb_storage_attachment_free (AvbStorageAttachment *self)
{
  g_free (self->path);
  g_free (self->format);
  g_free (self->export);
  g_free (self->inner);
  g_free (self);
}

G_DEFINE_BOXED_TYPE (AvbStorageAttachment, avb_storage_attachment, avb_storage_attachment_copy, avb_storage_attachment_free)

AvbNetworkAttachment *
avb_network_attachment_copy (const AvbNetworkAttachment *self)
{
  AvbNetworkAttachment *copy = g_memdup2 (self, sizeof *self);

  copy->path = g_strdup (self->path);
  copy->name = g_strdup (self->name);
  copy->subnet = g_strdup (self->subnet);
  return copy;
}

void
avb_network_attachment_free (AvbNetworkAttachment *self)
{
  g_free (self->path);
  g_free (self->name);
  g_free (self->subnet);
  g_free (self);
}

G_DEFINE_BOXED_TYPE (AvbNetworkAttachment, avb_network_attachment, avb_network_attachment_copy, avb_network_attachment_free)

/* --- calls --- */

/* What the methods for each kind call the id. */
static const char *const id_members[AVB_N_CONTRIBUTION_KINDS]
    = { "recipe", "template", "command", "monitor", "target", "network", "command", "check" };

DexFuture *
avb_contribution_call (AvbContribution *self, const char *method, JsonObject *params, AvbOperation *operation)
{
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);
  const char *member;

  g_return_val_if_fail (AVB_IS_CONTRIBUTION (self) && method != NULL, NULL);

  if (params == NULL)
    params = json_object_new ();
  member = g_str_has_prefix (method, "panel/") ? "panel" : id_members[avb_contribution_get_kind (self)];
  json_object_set_string_member (params, member, avb_contribution_get_id (self));
  json_node_take_object (node, params);
  return avb_extension_call (avb_contribution_get_extension (self), method, node, operation);
}

/* (nullable): an error if it was not granted */
static GError *
check_permission (AvbContribution *self, const char *permission)
{
  AvbExtension *extension = avb_contribution_get_extension (self);

  if (avb_installed_allows (avb_extension_get_installed (extension), permission, NULL))
    return NULL;
  return avb_error_new (AVB_ERROR_PERMISSION, permission, _("“%s” was not allowed to do this."), avb_extension_get_name (extension));
}

static void
take_copy (JsonObject *params, const char *member, JsonObject *object)
{
  if (object != NULL)
    json_object_set_object_member (params, member, json_object_ref (object));
}

/* --- templates --- */

static DexFuture *
new_template (AvbContribution *self, JsonObject *object)
{
  GError *error = NULL;
  AvbMachineTemplate *template = avb_machine_template_new (avb_extension_get_id (avb_contribution_get_extension (self)),
                                                           avb_contribution_get_title (self),
                                                           avb_contribution_get_description (self), object, &error);

  return template != NULL ? dex_future_new_take_object (template) : dex_future_new_for_error (error);
}

static DexFuture *
rendered_cb (DexFuture *future, gpointer data)
{
  AvbContribution *self = data;
  JsonObject *result = json_node_get_object (g_value_get_boxed (dex_future_get_value (future, NULL)));
  g_autoptr (JsonObject) object = json_object_new ();
  JsonObject *contribution = avb_contribution_get_data (self);
  const char *recipe = NULL;

  json_object_set_string_member (object, "id", avb_contribution_get_id (self));
  json_object_set_object_member (object, "spec", json_object_ref (json_object_get_object_member (result, "spec")));
  if (!avb_json_find_string (result, "recipe", 256, &recipe, NULL) || recipe == NULL)
    avb_json_find_string (contribution, "recipe", 256, &recipe, NULL);
  if (recipe != NULL)
    json_object_set_string_member (object, "recipe", recipe);
  return new_template (self, object);
}

DexFuture *
avb_contribution_render_template (AvbContribution *self, JsonObject *values)
{
  JsonObject *params;

  g_return_val_if_fail (AVB_IS_CONTRIBUTION (self), NULL);
  g_return_val_if_fail (avb_contribution_get_kind (self) == AVB_CONTRIBUTION_TEMPLATE, NULL);

  if (!avb_extension_get_has_code (avb_contribution_get_extension (self)))
    return new_template (self, avb_contribution_get_data (self));
  params = json_object_new ();
  take_copy (params, "values", values);
  return dex_future_then (avb_contribution_call (self, "template/render", params, NULL), rendered_cb, g_object_ref (self), g_object_unref);
}

/* --- recipes --- */

static DexFuture *
resolved_cb (DexFuture *future, gpointer data)
{
  JsonObject *result = json_node_get_object (g_value_get_boxed (dex_future_get_value (future, NULL)));
  AvbResolvedRecipe *recipe = g_new0 (AvbResolvedRecipe, 1);
  const char *name = NULL;

  recipe->urls = avb_json_dup_strv (result, "urls", 8, 2048, NULL);
  recipe->sha256 = g_strdup (json_object_get_string_member (result, "sha256"));
  recipe->size = json_object_get_int_member (result, "size");
  avb_json_find_string (result, "name", 255, &name, NULL);
  recipe->name = g_strdup (name);
  return dex_future_new_take_boxed (AVB_TYPE_RESOLVED_RECIPE, recipe);
}

static DexFuture *
recipe_of_content (AvbContribution *self)
{
  JsonObject *data = avb_contribution_get_data (self);
  g_autoptr (AvbResolvedRecipe) recipe = g_new0 (AvbResolvedRecipe, 1);
  GError *error = NULL;
  const char *url = avb_json_get_string (data, "url", 2048, &error);
  const char *sum = url != NULL ? avb_json_get_string (data, "sha256", 64, &error) : NULL;
  gint64 size = 0;

  if (sum == NULL || !avb_json_find_int (data, "size", 0, G_MAXINT64, &size, &error))
    return dex_future_new_for_error (error);
  recipe->urls = g_new0 (char *, 2);
  recipe->urls[0] = g_strdup (url);
  recipe->sha256 = g_strdup (sum);
  recipe->size = size;
  return dex_future_new_take_boxed (AVB_TYPE_RESOLVED_RECIPE, g_steal_pointer (&recipe));
}

DexFuture *
avb_contribution_resolve_recipe (AvbContribution *self, const char *architecture)
{
  JsonObject *params;

  g_return_val_if_fail (AVB_IS_CONTRIBUTION (self), NULL);
  g_return_val_if_fail (avb_contribution_get_kind (self) == AVB_CONTRIBUTION_RECIPE, NULL);

  if (!avb_extension_get_has_code (avb_contribution_get_extension (self)))
    return recipe_of_content (self);
  params = json_object_new ();
  if (architecture != NULL)
    json_object_set_string_member (params, "arch", architecture);
  return dex_future_then (avb_contribution_call (self, "recipe/resolve", params, NULL), resolved_cb, NULL, NULL);
}

/* --- storage --- */

static DexFuture *
attached_cb (DexFuture *future, gpointer data)
{
  AvbContribution *self = data;
  JsonObject *result = json_node_get_object (g_value_get_boxed (dex_future_get_value (future, NULL)));
  const char *inner = json_object_get_string_member (result, "path");
  const char *export = NULL;
  gint64 size = 0;
  gboolean read_only = FALSE;
  AvbStorageAttachment *attachment;
  GError *error = NULL;
  gboolean nbd = g_str_equal (json_object_get_string_member (result, "kind"), "nbd-unix");
  char *path = avb_extension_take_path (avb_extension_get_runtime_dir (avb_contribution_get_extension (self)), inner, nbd, &error);

  if (path == NULL)
    return dex_future_new_for_error (error);
  avb_json_find_string (result, "export", 255, &export, NULL);
  avb_json_find_bool (result, "read_only", &read_only, NULL);
  avb_json_find_int (result, "size", 0, G_MAXINT64, &size, NULL);
  attachment = g_new0 (AvbStorageAttachment, 1);
  attachment->nbd = nbd;
  attachment->path = path;
  attachment->format = g_strdup (json_object_get_string_member (result, "format"));
  attachment->export = g_strdup (export);
  attachment->read_only = read_only;
  attachment->size = size;
  attachment->inner = g_strdup (inner);
  return dex_future_new_take_boxed (AVB_TYPE_STORAGE_ATTACHMENT, attachment);
}

DexFuture *
avb_contribution_attach_storage (AvbContribution *self, JsonObject *options, const char *volume, JsonObject *machine, gboolean read_only)
{
  JsonObject *params;
  GError *error;

  g_return_val_if_fail (AVB_IS_CONTRIBUTION (self), NULL);
  g_return_val_if_fail (avb_contribution_get_kind (self) == AVB_CONTRIBUTION_STORAGE, NULL);

  error = check_permission (self, AVB_PERMISSION_STORAGE_SERVE);
  if (error != NULL)
    return dex_future_new_for_error (error);
  params = json_object_new ();
  take_copy (params, "options", options);
  take_copy (params, "machine", machine);
  if (volume != NULL)
    json_object_set_string_member (params, "volume", volume);
  if (read_only)
    json_object_set_boolean_member (params, "read_only", TRUE);
  return dex_future_then (avb_contribution_call (self, "storage/attach", params, NULL), attached_cb, g_object_ref (self), g_object_unref);
}

static DexFuture *
done_cb (DexFuture *future, gpointer data)
{
  return dex_future_new_true ();
}

DexFuture *
avb_contribution_detach_storage (AvbContribution *self, const AvbStorageAttachment *attachment, JsonObject *options, const char *volume)
{
  JsonObject *params;

  g_return_val_if_fail (AVB_IS_CONTRIBUTION (self) && attachment != NULL, NULL);

  params = json_object_new ();
  take_copy (params, "options", options);
  if (volume != NULL)
    json_object_set_string_member (params, "volume", volume);
  json_object_set_string_member (params, "path", attachment->inner);
  /* The name that it had for machines only. */
  g_unlink (attachment->path);
  return dex_future_then (avb_contribution_call (self, "storage/detach", params, NULL), done_cb, NULL, NULL);
}

/* --- networks --- */

static DexFuture *
connected_cb (DexFuture *future, gpointer data)
{
  AvbContribution *self = data;
  JsonObject *result = json_node_get_object (g_value_get_boxed (dex_future_get_value (future, NULL)));
  const char *kind = json_object_get_string_member (result, "kind"), *subnet = NULL, *name = NULL;
  g_autoptr (GError) problem = NULL;
  AvbNetworkAttachment *attachment;
  g_autofree char *path = NULL;
  gboolean dhcp = TRUE;

  if (g_str_equal (kind, "vhost-user"))
    {
      path = avb_extension_take_path (avb_extension_get_runtime_dir (avb_contribution_get_extension (self)),
                                      json_object_get_string_member (result, "path"), TRUE, &problem);
      if (path == NULL)
        return dex_future_new_for_error (g_steal_pointer (&problem));
    }
  avb_json_find_string (result, "name", 32, &name, NULL);
  avb_json_find_string (result, "subnet", 32, &subnet, NULL);
  avb_json_find_bool (result, "dhcp", &dhcp, NULL);
  attachment = g_new0 (AvbNetworkAttachment, 1);
  attachment->kind = path != NULL ? AVB_NETWORK_VHOST_USER : g_str_equal (kind, "nat") ? AVB_NETWORK_NAT : AVB_NETWORK_ISOLATED;
  attachment->path = g_steal_pointer (&path);
  attachment->name = g_strdup (name);
  attachment->dhcp = dhcp;
  attachment->subnet = g_strdup (subnet);
  return dex_future_new_take_boxed (AVB_TYPE_NETWORK_ATTACHMENT, attachment);
}

DexFuture *
avb_contribution_attach_network (AvbContribution *self, JsonObject *params)
{
  GError *error;

  g_return_val_if_fail (AVB_IS_CONTRIBUTION (self), NULL);
  g_return_val_if_fail (avb_contribution_get_kind (self) == AVB_CONTRIBUTION_NETWORK, NULL);

  error = check_permission (self, AVB_PERMISSION_NETWORK_ATTACH);
  if (error != NULL)
    {
      g_clear_pointer (&params, json_object_unref);
      return dex_future_new_for_error (error);
    }
  return dex_future_then (avb_contribution_call (self, "network/attach", params, NULL), connected_cb, g_object_ref (self), g_object_unref);
}

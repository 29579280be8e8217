/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* From an entry, or a file, to something that is installed. */

#include "config.h"

#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <string.h>

#include "app/extensions/avb-json.h"
#include "app/marketplace/avb-market-fetch.h"
#include "app/marketplace/avb-marketplace-private.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"

/* --- whether it may be --- */

static gboolean
check_policy (AvbMarketplace *self, AvbExtensionManifest *manifest, GError **error)
{
  GListModel *permissions = avb_extension_manifest_get_permissions (manifest);
  g_autoptr (AvbExtensionPolicy) policy = avb_extension_policy_renew (self->policy);

  if (policy != NULL)
    g_set_object (&self->policy, policy);
  if (!avb_extension_policy_check_id (self->policy, avb_extension_manifest_get_id (manifest),
                                      avb_extension_manifest_get_kind (manifest) == AVB_EXTENSION_CODE, error))
    return FALSE;
  for (guint i = 0; i < g_list_model_get_n_items (permissions); i++)
    {
      g_autoptr (AvbPermission) permission = g_list_model_get_item (permissions, i);

      if (avb_permission_get_required (permission) &&
          !avb_extension_policy_check_permission (self->policy, avb_permission_get_id (permission), error))
        return FALSE;
    }
  return TRUE;
}

/* What is installed stays with where it came from: another marketplace cannot take it over by using its name. */
static gboolean
check_source (AvbMarketplace *self, const char *id, const char *source, GError **error)
{
  g_autoptr (AvbInstalled) installed = avb_extension_store_find (self->store, id);
  AvbMarketSource *known;
  const char *own;

  if (installed == NULL || g_strcmp0 (avb_installed_get_source (installed), source) == 0)
    return TRUE;
  own = avb_installed_get_source (installed);
  known = avb_marketplace_find_source (self, own);
  g_propagate_error (error, avb_error_new (AVB_ERROR_PERMISSION, own,
                                           _("“%1$s” is installed from “%2$s”, and stays with that. Remove it first."), id,
                                           known != NULL ? avb_market_source_get_title (known) : own));
  return FALSE;
}

static gboolean
check_revoked (AvbMarketSource *source, const char *id, const char *version, const char *sha256, GError **error)
{
  const AvbRevocation *revocation = avb_market_source_find_revocation (source, id, version, sha256);

  if (revocation == NULL)
    return TRUE;
  g_propagate_error (error, avb_error_new (AVB_ERROR_PERMISSION, revocation->reason,
                                           _("The marketplace withdrew this version: %s"), revocation->reason));
  return FALSE;
}

/* What the catalogue's owners vouch for comes from the publisher. */
static gboolean
check_signature (AvbMarketVersion *version, GError **error)
{
  if (avb_package_signature_verify (avb_market_version_get_signature (version), avb_market_version_get_sha256 (version)))
    return TRUE;
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, NULL, _("The publisher did not sign this package.")));
  return FALSE;
}

/* Programs that came with this one are made by the same build, and by its key of the moment. */
static char *
dup_publisher (AvbMarketSource *source, AvbMarketVersion *version)
{
  if (avb_market_source_get_origin (source) == AVB_MARKET_ORIGIN_BUILTIN)
    return NULL;
  return avb_public_key_dup_text (&avb_market_version_get_signature (version)->key);
}

static gboolean
check_publisher (AvbMarketplace *self, const char *id, const char *key, GError **error)
{
  g_autoptr (AvbInstalled) installed = avb_extension_store_find (self->store, id);

  if (installed == NULL || g_strcmp0 (avb_installed_get_publisher_key (installed), key) == 0)
    return TRUE;
  g_propagate_error (error, avb_error_new (AVB_ERROR_PERMISSION, key,
                                           _("This version is signed by somebody else than the installed one. If you know "
                                             "why, remove that first.")));
  return FALSE;
}

gboolean
avb_marketplace_check_install (AvbMarketplace *self, AvbMarketEntry *entry, AvbMarketVersion *version, GError **error)
{
  AvbMarketSource *source;
  AvbExtensionManifest *manifest;
  const char *id;
  g_autofree char *key = NULL;

  g_return_val_if_fail (AVB_IS_MARKETPLACE (self), FALSE);
  g_return_val_if_fail (AVB_IS_MARKET_ENTRY (entry), FALSE);
  g_return_val_if_fail (AVB_IS_MARKET_VERSION (version), FALSE);

  id = avb_market_entry_get_id (entry);
  source = avb_marketplace_find_source (self, avb_market_entry_get_source (entry));
  if (source == NULL || avb_market_source_find (source, id) != entry)
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_NOT_FOUND, id, _("The marketplace no longer has this extension.")));
      return FALSE;
    }
  manifest = avb_market_version_get_manifest (version, error);
  key = dup_publisher (source, version);
  return manifest != NULL && check_policy (self, manifest, error) && avb_market_source_check_install (source, error) &&
         check_revoked (source, id, avb_market_version_get_version (version), avb_market_version_get_sha256 (version), error) &&
         avb_extension_manifest_check_host (manifest, error) &&
         check_source (self, id, avb_market_source_get_id (source), error) && check_publisher (self, id, key, error) &&
         check_signature (version, error);
}

/* --- what is granted --- */

/* (transfer full) (nullable): %NULL for an update of which nothing was decided anew */
static GListModel *
choose_granted (AvbMarketplace *self, AvbExtensionManifest *manifest, GListModel *granted)
{
  g_autoptr (AvbInstalled) installed = avb_extension_store_find (self->store, avb_extension_manifest_get_id (manifest));
  GListModel *asked = avb_extension_manifest_get_permissions (manifest);
  GListStore *chosen;

  if (granted == NULL && installed != NULL)
    return NULL;
  chosen = g_list_store_new (AVB_TYPE_PERMISSION);
  for (guint i = 0; i < g_list_model_get_n_items (granted != NULL ? granted : asked); i++)
    {
      g_autoptr (AvbPermission) permission = g_list_model_get_item (granted != NULL ? granted : asked, i);

      if ((granted != NULL || avb_permission_get_required (permission)) &&
          avb_extension_policy_check_permission (self->policy, avb_permission_get_id (permission), NULL))
        g_list_store_append (chosen, permission);
    }
  return G_LIST_MODEL (chosen);
}

/* --- from a marketplace --- */

typedef struct {
  AvbMarketplace   *self;
  AvbMarketEntry   *entry;
  AvbMarketVersion *version;
  AvbLocalPackage  *local; /* (nullable): instead of the two */
  GListModel       *granted; /* (nullable) */
  AvbOperation     *operation;
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;

  g_object_unref (call->self);
  g_clear_object (&call->entry);
  g_clear_object (&call->version);
  g_clear_pointer (&call->local, avb_local_package_free);
  g_clear_object (&call->granted);
  g_clear_object (&call->operation);
  g_free (call);
}

static Call *
call_new (AvbMarketplace *self, GListModel *granted, AvbOperation *operation)
{
  Call *call = g_new0 (Call, 1);

  call->self = g_object_ref (self);
  g_set_object (&call->granted, granted);
  g_set_object (&call->operation, operation);
  return call;
}

/* What the user was shown is what is in the package. */
static gboolean
check_manifest (AvbMarketVersion *version, AvbPackage *package, GError **error)
{
  g_autoptr (JsonNode) node = json_node_alloc ();
  g_autofree char *text = NULL;
  gsize length;
  const char *shown = g_bytes_get_data (avb_market_version_get_manifest_bytes (version), &length);

  json_node_init_object (node, avb_extension_manifest_get_json (avb_package_get_manifest (package)));
  text = avb_json_canonical (node);
  if (strlen (text) == length && memcmp (text, shown, length) == 0)
    return TRUE;
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, avb_market_version_get_version (version),
                                           _("The package is not what the catalog says of it.")));
  return FALSE;
}

static gboolean
install_package (Call *call, const char *path, const AvbInstallInfo *info, GError **error)
{
  avb_operation_set_status (call->operation, _("Installing"));
  return dex_await (avb_extension_store_install (call->self->store, path, info, call->operation), error);
}

static gboolean
install_downloaded (Call *call, const char *path, GError **error)
{
  AvbMarketSource *source = avb_marketplace_find_source (call->self, avb_market_entry_get_source (call->entry));
  g_autoptr (AvbPackage) package = dex_await_object (avb_package_inspect (path), error);
  g_autoptr (GListModel) granted = NULL;
  g_autofree char *key = NULL;
  AvbInstallInfo info = { 0 };

  if (package == NULL || !check_manifest (call->version, package, error) ||
      /* Much may have changed while it came. */
      !avb_marketplace_check_install (call->self, call->entry, call->version, error))
    return FALSE;
  granted = choose_granted (call->self, avb_package_get_manifest (package), call->granted);
  key = dup_publisher (source, call->version);
  info.source = avb_market_source_get_id (source);
  info.publisher_key = key;
  info.granted = granted;
  info.id = avb_market_entry_get_id (call->entry);
  info.version = avb_market_version_get_version (call->version);
  info.sha256 = avb_market_version_get_sha256 (call->version);
  info.allow_older = TRUE;
  return install_package (call, path, &info, error);
}

static gboolean
install_entry (Call *call, GError **error)
{
  AvbMarketSource *source = avb_marketplace_find_source (call->self, avb_market_entry_get_source (call->entry));
  g_autofree char *path = NULL;
  gboolean done;

  if (!avb_marketplace_check_install (call->self, call->entry, call->version, error))
    return FALSE;
  avb_operation_set_status (call->operation, _("Downloading"));
  path = dex_await_string (avb_market_source_fetch_package (source, call->version, call->operation), error);
  if (path == NULL)
    return FALSE;
  done = install_downloaded (call, path, error);
  g_unlink (path);
  return done;
}

static DexFuture *
finish (Call *call, const char *id, gboolean done, GError *error)
{
  g_autoptr (GError) failure = error;

  avb_operation_finish (call->operation, failure);
  avb_marketplace_find_updates (call->self);
  return done ? dex_future_new_for_string (id) : dex_future_new_for_error (g_steal_pointer (&failure));
}

static DexFuture *
install_fiber (gpointer data)
{
  Call *call = data;
  GError *error = NULL;
  gboolean done = install_entry (call, &error);

  return finish (call, avb_market_entry_get_id (call->entry), done, error);
}

DexFuture *
avb_marketplace_install (AvbMarketplace   *self,
                         AvbMarketEntry   *entry,
                         AvbMarketVersion *version,
                         GListModel       *granted,
                         AvbOperation     *operation)
{
  Call *call;

  dex_return_error_if_fail (AVB_IS_MARKETPLACE (self));
  dex_return_error_if_fail (AVB_IS_MARKET_ENTRY (entry));
  dex_return_error_if_fail (AVB_IS_MARKET_VERSION (version));
  dex_return_error_if_fail (AVB_IS_OPERATION (operation));

  call = call_new (self, granted, operation);
  call->entry = g_object_ref (entry);
  call->version = g_object_ref (version);
  return avb_fiber_spawn (install_fiber, call, call_free);
}

/* --- from a file --- */

G_DEFINE_BOXED_TYPE (AvbLocalPackage, avb_local_package, avb_local_package_copy, avb_local_package_free)

AvbLocalPackage *
avb_local_package_copy (const AvbLocalPackage *self)
{
  AvbLocalPackage *copy = g_new0 (AvbLocalPackage, 1);

  copy->path = g_strdup (self->path);
  copy->package = g_object_ref (self->package);
  copy->publisher_key = g_strdup (self->publisher_key);
  copy->error = self->error != NULL ? g_error_copy (self->error) : NULL;
  return copy;
}

void
avb_local_package_free (AvbLocalPackage *self)
{
  g_free (self->path);
  g_clear_object (&self->package);
  g_free (self->publisher_key);
  g_clear_error (&self->error);
  g_free (self);
}

static gboolean
check_local (AvbMarketplace *self, AvbLocalPackage *local, GError **error)
{
  AvbExtensionManifest *manifest = avb_package_get_manifest (local->package);
  const char *id = avb_extension_manifest_get_id (manifest);
  const char *version = avb_extension_manifest_get_version (manifest);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->sources)); i++)
    {
      g_autoptr (AvbMarketSource) source = g_list_model_get_item (G_LIST_MODEL (self->sources), i);

      if (avb_market_source_get_origin (source) != AVB_MARKET_ORIGIN_USER &&
          !check_revoked (source, id, version, avb_package_get_sha256 (local->package), error))
        return FALSE;
    }
  return avb_extension_policy_check_source (self->policy, AVB_EXTENSION_SOURCE_FILE, TRUE, error) &&
         check_policy (self, manifest, error) && avb_extension_manifest_check_host (manifest, error) &&
         check_source (self, id, AVB_INSTALL_SOURCE_FILE, error) &&
         check_publisher (self, id, local->publisher_key, error);
}

/* A small file; who has none has no signature. */
static DexFuture *
signature_thread (gpointer data)
{
  AvbLocalPackage *local = data;
  g_autofree char *path = g_strconcat (local->path, ".sig", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  AvbPackageSignature signature;
  GStatBuf info;
  gsize length;

  if (g_stat (path, &info) != 0)
    return dex_future_new_true ();
  if (!S_ISREG (info.st_mode) || info.st_size > 4096 || !g_file_get_contents (path, &text, &length, NULL) ||
      !avb_package_signature_parse (&signature, text, length, NULL) ||
      !avb_package_signature_verify (&signature, avb_package_get_sha256 (local->package)))
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_INVALID, path,
                                                    _("The signature beside this package is not of this package.")));
  local->publisher_key = avb_public_key_dup_text (&signature.key);
  return dex_future_new_true ();
}

static DexFuture *
inspect_fiber (gpointer data)
{
  Call *call = data;
  AvbLocalPackage *local = call->local;
  g_autoptr (GError) error = NULL;

  local->package = dex_await_object (avb_package_inspect (local->path), &error);
  if (local->package == NULL)
    return dex_future_new_for_error (g_steal_pointer (&error));
  if (dex_await (avb_blocking_run (signature_thread, local, NULL), &local->error))
    check_local (call->self, local, &local->error);
  return dex_future_new_take_boxed (AVB_TYPE_LOCAL_PACKAGE, g_steal_pointer (&call->local));
}

DexFuture *
avb_marketplace_inspect_file (AvbMarketplace *self, const char *path)
{
  Call *call;

  dex_return_error_if_fail (AVB_IS_MARKETPLACE (self));
  dex_return_error_if_fail (path != NULL);

  call = call_new (self, NULL, NULL);
  call->local = g_new0 (AvbLocalPackage, 1);
  call->local->path = g_strdup (path);
  return avb_fiber_spawn (inspect_fiber, call, call_free);
}

static gboolean
install_local (Call *call, GError **error)
{
  AvbLocalPackage *local = call->local;
  AvbExtensionManifest *manifest = avb_package_get_manifest (local->package);
  g_autoptr (GListModel) granted = choose_granted (call->self, manifest, call->granted);
  AvbInstallInfo info = { .source = AVB_INSTALL_SOURCE_FILE,
                          .publisher_key = local->publisher_key,
                          .granted = granted,
                          .id = avb_extension_manifest_get_id (manifest),
                          .version = avb_extension_manifest_get_version (manifest),
                          .sha256 = avb_package_get_sha256 (local->package),
                          .allow_older = TRUE };

  return check_local (call->self, local, error) && install_package (call, local->path, &info, error);
}

static DexFuture *
install_file_fiber (gpointer data)
{
  Call *call = data;
  GError *error = NULL;
  gboolean done = FALSE;

  if (call->local->error != NULL)
    error = g_error_copy (call->local->error);
  else
    done = install_local (call, &error);
  return finish (call, avb_extension_manifest_get_id (avb_package_get_manifest (call->local->package)), done, error);
}

DexFuture *
avb_marketplace_install_file (AvbMarketplace        *self,
                              const AvbLocalPackage *local,
                              GListModel            *granted,
                              AvbOperation          *operation)
{
  Call *call;

  dex_return_error_if_fail (AVB_IS_MARKETPLACE (self));
  dex_return_error_if_fail (local != NULL && local->package != NULL);
  dex_return_error_if_fail (AVB_IS_OPERATION (operation));

  call = call_new (self, granted, operation);
  call->local = avb_local_package_copy (local);
  return avb_fiber_spawn (install_file_fiber, call, call_free);
}

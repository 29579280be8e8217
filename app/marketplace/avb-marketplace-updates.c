/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* What marketplaces take back, and updates. */

#include "config.h"

#include <glib/gi18n-lib.h>

#include "app/marketplace/avb-marketplace-private.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"

/* --- revocations --- */

/* (nullable): a package from a file has no source that could take it back; those that came with the program or from the
 * policy may. */
static const AvbRevocation *
find_revocation (AvbMarketplace *self, AvbInstalled *installed, const char *version, const char *sha256)
{
  const char *id = avb_installed_get_id (installed);
  gboolean from_file = g_strcmp0 (avb_installed_get_source (installed), AVB_INSTALL_SOURCE_FILE) == 0;

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->sources)); i++)
    {
      g_autoptr (AvbMarketSource) source = g_list_model_get_item (G_LIST_MODEL (self->sources), i);
      gboolean counts = from_file ? avb_market_source_get_origin (source) != AVB_MARKET_ORIGIN_USER
                                  : g_strcmp0 (avb_market_source_get_id (source), avb_installed_get_source (installed)) == 0;
      const AvbRevocation *found
          = counts ? avb_market_source_find_revocation (source, id, version, sha256) : NULL;

      if (found != NULL)
        return found;
    }
  return NULL;
}

/* Only a list that is up to date says that something is good again. */
static gboolean
is_certain (AvbMarketplace *self, AvbInstalled *installed)
{
  AvbMarketSource *source = avb_marketplace_find_source (self, avb_installed_get_source (installed));

  return source != NULL && avb_market_source_get_state (source) == AVB_MARKET_SOURCE_READY;
}

static char *
dup_reason (const AvbRevocation *revocation)
{
  if (*revocation->reason == '\0')
    return g_strdup (_("The marketplace withdrew it."));
  return g_strdup (revocation->reason);
}

static void
apply (AvbMarketplace *self, AvbInstalled *installed)
{
  const char *id = avb_installed_get_id (installed);
  const char *previous = avb_installed_get_previous_version (installed);
  const char *version = avb_installed_get_version (installed);
  const AvbRevocation *revocation = find_revocation (self, installed, version, avb_installed_get_sha256 (installed));
  const AvbRevocation *earlier = previous != NULL ? find_revocation (self, installed, previous, NULL) : NULL;
  g_autofree char *reason = revocation != NULL ? dup_reason (revocation) : NULL;

  if (earlier != NULL)
    {
      g_autofree char *earlier_reason = dup_reason (earlier);

      dex_await (avb_extension_store_quarantine (self->store, id, previous, earlier_reason), NULL);
    }
  if (g_strcmp0 (reason, avb_installed_get_revoked_reason (installed)) == 0 ||
      (reason == NULL && !is_certain (self, installed)))
    return;
  dex_await (avb_extension_store_quarantine (self->store, id, version, reason), NULL);
}

static DexFuture *
revocations_fiber (gpointer data)
{
  AvbMarketplace *self = data;
  GListModel *store = G_LIST_MODEL (self->store);
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (store); i++)
    g_ptr_array_add (all, g_list_model_get_item (store, i));
  for (guint i = 0; i < all->len; i++)
    apply (self, g_ptr_array_index (all, i));
  return dex_future_new_true ();
}

DexFuture *
avb_marketplace_apply_revocations (AvbMarketplace *self)
{
  return avb_fiber_spawn (revocations_fiber, g_object_ref (self), g_object_unref);
}

/* --- updates --- */

static GPtrArray *
copy_updates (AvbMarketplace *self)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->updates)); i++)
    g_ptr_array_add (all, g_list_model_get_item (G_LIST_MODEL (self->updates), i));
  return all;
}

static AvbOperation *
operation_new (AvbMarketUpdate *update)
{
  AvbMarketEntry *entry = avb_market_update_get_entry (update);
  g_autofree char *title = g_strdup_printf (_("Updating “%s”"), avb_market_entry_get_name (entry));

  return avb_operation_new (title);
}

static DexFuture *
automatic_fiber (gpointer data)
{
  AvbMarketplace *self = data;
  g_autoptr (GPtrArray) all = copy_updates (self);

  for (guint i = 0; i < all->len; i++)
    {
      AvbMarketUpdate *update = g_ptr_array_index (all, i);
      g_autoptr (AvbOperation) operation = NULL;
      g_autoptr (GError) error = NULL;

      if (!avb_market_update_is_due (update, avb_marketplace_get_now (self)))
        continue;
      operation = operation_new (update);
      if (!dex_await (avb_marketplace_update (self, update, NULL, operation), &error))
        g_message ("%s was not updated: %s", avb_market_entry_get_id (avb_market_update_get_entry (update)), error->message);
    }
  return dex_future_new_true ();
}

DexFuture *
avb_marketplace_run_automatic (AvbMarketplace *self)
{
  return avb_fiber_spawn (automatic_fiber, g_object_ref (self), g_object_unref);
}

DexFuture *
avb_marketplace_update (AvbMarketplace *self, AvbMarketUpdate *update, GListModel *granted, AvbOperation *operation)
{
  dex_return_error_if_fail (AVB_IS_MARKETPLACE (self));
  dex_return_error_if_fail (AVB_IS_MARKET_UPDATE (update));
  dex_return_error_if_fail (AVB_IS_OPERATION (operation));

  if (granted == NULL && avb_market_update_get_widens (update))
    {
      g_autoptr (GError) error = avb_error_new (AVB_ERROR_PERMISSION, NULL,
                                                _("This update asks for more than before. Look at it first."));

      avb_operation_finish (operation, error);
      return dex_future_new_for_error (g_steal_pointer (&error));
    }
  return avb_marketplace_install (self, avb_market_update_get_entry (update), avb_market_update_get_version (update), granted,
                                  operation);
}

/* --- all of them --- */

typedef struct {
  AvbMarketplace *self;
  AvbOperation   *operation;
} AllCall;

static void
all_call_free (gpointer data)
{
  AllCall *call = data;

  g_object_unref (call->self);
  g_object_unref (call->operation);
  g_free (call);
}

static void
cancel_cb (GCancellable *cancellable, gpointer data)
{
  avb_operation_cancel (data);
}

/* One of them: cancelled with the whole. */
static gboolean
update_one (AllCall *call, AvbMarketUpdate *update, GError **error)
{
  GCancellable *cancellable = avb_operation_get_cancellable (call->operation);
  g_autoptr (AvbOperation) operation = operation_new (update);
  gulong handler = g_cancellable_connect (cancellable, G_CALLBACK (cancel_cb), g_object_ref (operation), g_object_unref);
  gboolean done;

  avb_operation_set_status (call->operation, avb_market_entry_get_name (avb_market_update_get_entry (update)));
  done = dex_await (avb_marketplace_update (call->self, update, NULL, operation), error);
  if (handler != 0)
    g_cancellable_disconnect (cancellable, handler);
  return done;
}

static DexFuture *
all_fiber (gpointer data)
{
  AllCall *call = data;
  g_autoptr (GPtrArray) all = copy_updates (call->self);
  g_autoptr (GError) first = NULL;
  guint n = 0;

  for (guint i = 0; i < all->len; i++)
    {
      AvbMarketUpdate *update = g_ptr_array_index (all, i);
      g_autoptr (GError) error = NULL;

      if (avb_market_update_get_widens (update))
        continue;
      if (update_one (call, update, &error))
        n++;
      else if (first == NULL || avb_error_is_cancelled (error))
        {
          g_clear_error (&first);
          first = g_error_copy (error);
        }
      if (avb_error_is_cancelled (error))
        break;
      avb_operation_set_fraction (call->operation, (i + 1.0) / all->len);
    }
  if (first != NULL && (n == 0 || avb_error_is_cancelled (first)))
    {
      avb_operation_finish (call->operation, first);
      return dex_future_new_for_error (g_steal_pointer (&first));
    }
  avb_operation_finish (call->operation, NULL);
  return dex_future_new_for_uint (n);
}

DexFuture *
avb_marketplace_update_all (AvbMarketplace *self, AvbOperation *operation)
{
  AllCall *call;

  dex_return_error_if_fail (AVB_IS_MARKETPLACE (self));
  dex_return_error_if_fail (AVB_IS_OPERATION (operation));

  call = g_new0 (AllCall, 1);
  call->self = g_object_ref (self);
  call->operation = g_object_ref (operation);
  return avb_fiber_spawn (all_fiber, call, all_call_free);
}

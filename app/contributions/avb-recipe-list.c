/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/contributions/avb-recipe-list.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "app/avb-checksum.h"
#include "app/avb-download.h"
#include "app/extensions/avb-contribution-calls.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/avb-posix.h"

#define CONTRIBUTION_KEY "avb-recipe-contribution"
#define BLOCK (1 << 20)

struct _AvbRecipeList
{
  GObject parent_instance;

  GListModel *recipes; /* of AvbContribution; the entries are in the same order */
  GPtrArray  *entries;
};

static GType
avb_recipe_list_get_item_type (GListModel *model)
{
  return AVB_TYPE_CATALOG_ENTRY;
}

static guint
avb_recipe_list_get_n_items (GListModel *model)
{
  return AVB_RECIPE_LIST (model)->entries->len;
}

static gpointer
avb_recipe_list_get_item (GListModel *model, guint position)
{
  AvbRecipeList *self = AVB_RECIPE_LIST (model);

  return position < self->entries->len ? g_object_ref (g_ptr_array_index (self->entries, position)) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = avb_recipe_list_get_item_type;
  iface->get_n_items = avb_recipe_list_get_n_items;
  iface->get_item = avb_recipe_list_get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (AvbRecipeList,
                               avb_recipe_list,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

/* --- entries --- */

static const char *
get_string (JsonObject *data, const char *member)
{
  return json_object_get_string_member_with_default (data, member, NULL);
}

static AvbCatalogVariant
read_variant (JsonObject *data)
{
  const char *variant = get_string (data, "variant");

  return g_strcmp0 (variant, "cloud") == 0  ? AVB_CATALOG_CLOUD
         : g_strcmp0 (variant, "live") == 0 ? AVB_CATALOG_LIVE
                                            : AVB_CATALOG_INSTALLER;
}

/* "http://debian.org/debian/13": the maker's word for it, and the version. Both (transfer full) (nullable) */
static void
split_os_id (const char *os_id, char **distro, char **version)
{
  g_auto (GStrv) parts = g_strsplit (os_id != NULL ? os_id : "", "/", 6);

  if (g_strv_length (parts) != 5)
    return;
  *distro = g_strdup (parts[3]);
  *version = g_strdup (parts[4]);
}

static AvbCatalogEntry *
make_entry (AvbContribution *contribution)
{
  JsonObject *data = avb_contribution_get_data (contribution);
  AvbExtension *extension = avb_contribution_get_extension (contribution);
  g_autofree char *id
      = g_strdup_printf ("%s/%s", avb_extension_get_id (extension), avb_contribution_get_id (contribution));
  g_autofree char *checksum = g_strconcat ("sha256:", get_string (data, "sha256"), NULL);
  g_autofree char *distro = NULL;
  g_autofree char *version = NULL;
  AvbCatalogEntry *entry;
  gint64 size = json_object_get_int_member_with_default (data, "size", 0);

  split_os_id (get_string (data, "os"), &distro, &version);
  entry = g_object_new (AVB_TYPE_CATALOG_ENTRY,
                        "id", id,
                        "name", avb_contribution_get_title (contribution),
                        "detail", avb_extension_get_name (extension),
                        "version", version,
                        "distro", distro,
                        "architecture", get_string (data, "arch"),
                        "variant", read_variant (data),
                        "url", get_string (data, "url"),
                        "os-id", get_string (data, "os"),
                        "checksum", checksum,
                        NULL);
  if (size > 0)
    avb_catalog_entry_set_size (entry, (guint64) size);
  g_object_set_data_full (G_OBJECT (entry), CONTRIBUTION_KEY, g_object_ref (contribution), g_object_unref);
  return entry;
}

static void
recipes_changed_cb (AvbRecipeList *self, guint position, guint removed, guint added, GListModel *recipes)
{
  if (removed > 0)
    g_ptr_array_remove_range (self->entries, position, removed);
  for (guint i = 0; i < added; i++)
    {
      g_autoptr (AvbContribution) contribution = g_list_model_get_item (recipes, position + i);

      g_ptr_array_insert (self->entries, (int) (position + i), make_entry (contribution));
    }
  g_list_model_items_changed (G_LIST_MODEL (self), position, removed, added);
}

static void
avb_recipe_list_finalize (GObject *object)
{
  AvbRecipeList *self = AVB_RECIPE_LIST (object);

  g_clear_object (&self->recipes);
  g_ptr_array_unref (self->entries);
  G_OBJECT_CLASS (avb_recipe_list_parent_class)->finalize (object);
}

static void
avb_recipe_list_class_init (AvbRecipeListClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = avb_recipe_list_finalize;
}

static void
avb_recipe_list_init (AvbRecipeList *self)
{
  self->entries = g_ptr_array_new_with_free_func (g_object_unref);
}

AvbRecipeList *
avb_recipe_list_new (AvbContributions *contributions)
{
  AvbRecipeList *self;

  g_return_val_if_fail (AVB_IS_CONTRIBUTIONS (contributions), NULL);

  self = g_object_new (AVB_TYPE_RECIPE_LIST, NULL);
  self->recipes = g_object_ref (avb_contributions_get (contributions, AVB_CONTRIBUTION_RECIPE));
  g_signal_connect_object (self->recipes, "items-changed", G_CALLBACK (recipes_changed_cb), self, G_CONNECT_SWAPPED);
  recipes_changed_cb (self, 0, 0, g_list_model_get_n_items (self->recipes), self->recipes);
  return self;
}

AvbCatalogEntry *
avb_recipe_list_find (AvbRecipeList *self, const char *pack, const char *recipe)
{
  AvbCatalogEntry *found = NULL;

  g_return_val_if_fail (AVB_IS_RECIPE_LIST (self), NULL);
  g_return_val_if_fail (recipe != NULL, NULL);

  for (guint i = 0; i < self->entries->len; i++)
    {
      AvbCatalogEntry *entry = g_ptr_array_index (self->entries, i);
      AvbContribution *contribution = g_object_get_data (G_OBJECT (entry), CONTRIBUTION_KEY);

      if (!g_str_equal (avb_contribution_get_id (contribution), recipe))
        continue;
      if (g_strcmp0 (avb_extension_get_id (avb_contribution_get_extension (contribution)), pack) == 0)
        return g_object_ref (entry);
      if (found == NULL)
        found = entry;
    }
  return found != NULL ? g_object_ref (found) : NULL;
}

/* --- downloads --- */

typedef struct {
  AvbDownloadCache *cache;
  AvbContribution  *contribution;
  AvbCatalogEntry  *entry;
  AvbOperation     *operation;
} Download;

static void
download_free (gpointer data)
{
  Download *self = data;

  g_object_unref (self->cache);
  g_object_unref (self->contribution);
  g_object_unref (self->entry);
  g_object_unref (self->operation);
  g_free (self);
}

typedef struct {
  char         *path;
  char         *sha256;
  AvbOperation *operation;
} Check;

static void
check_free (gpointer data)
{
  Check *check = data;

  g_free (check->path);
  g_free (check->sha256);
  g_object_unref (check->operation);
  g_free (check);
}

static GError *
new_file_error (Check *check, int code)
{
  g_autofree char *name = g_path_get_basename (check->path);

  return avb_error_new (code == ENOENT   ? AVB_ERROR_NOT_FOUND
                        : code == EACCES ? AVB_ERROR_PERMISSION
                                         : AVB_ERROR_FAILED,
                        g_strerror (code), _("The file “%s” of this recipe cannot be read."), name);
}

/* Of a file of this computer. */
static DexFuture *
check_thread (gpointer data)
{
  Check *check = data;
  g_autoptr (AvbChecksum) checksum = avb_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *buffer = g_malloc (BLOCK);
  g_autofd int fd = open (check->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  GError *error = NULL;
  struct stat info;
  guint64 done = 0;
  gssize n = 0;

  if (fd < 0 || fstat (fd, &info) != 0)
    return dex_future_new_for_error (new_file_error (check, errno));
  if (!S_ISREG (info.st_mode))
    return dex_future_new_for_error (new_file_error (check, EINVAL));
  while ((n = read (fd, buffer, BLOCK)) > 0)
    {
      avb_checksum_update (checksum, buffer, (gsize) n);
      done += (guint64) n;
      avb_operation_set_bytes (check->operation, done, (guint64) info.st_size);
      if (g_cancellable_set_error_if_cancelled (avb_operation_get_cancellable (check->operation), &error))
        return dex_future_new_for_error (error);
    }
  if (n < 0)
    return dex_future_new_for_error (new_file_error (check, errno));
  if (!g_str_equal (avb_checksum_get_string (checksum), check->sha256))
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_INVALID, NULL,
                                                    _("The file is not the one that the recipe names.")));
  return dex_future_new_take_string (g_strdup (check->path));
}

/* In a fiber. */
static char *
take_file (Download *self, const char *url, const char *sha256, GError **error)
{
  Check *check = g_new0 (Check, 1);

  check->path = g_filename_from_uri (url, NULL, NULL);
  check->sha256 = g_strdup (sha256);
  check->operation = g_object_ref (self->operation);
  if (check->path == NULL)
    {
      check_free (check);
      g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, url, _("The address of this recipe is wrong.")));
      return NULL;
    }
  return dex_await_string (avb_blocking_run_long (check_thread, check, check_free), error);
}

static void
part_progress_cb (AvbOperation *part, GParamSpec *pspec, AvbOperation *operation)
{
  avb_operation_set_bytes (operation, avb_operation_get_done (part), avb_operation_get_total (part));
}

static void
part_status_cb (AvbOperation *part, GParamSpec *pspec, AvbOperation *operation)
{
  avb_operation_set_status (operation, avb_operation_get_status (part));
}

static void
cancelled_cb (GCancellable *cancellable, AvbOperation *part)
{
  avb_operation_cancel (part);
}

/* In a fiber. One of several addresses: the operation goes on if it fails. */
static char *
fetch (Download *self, const char *url, const char *sha256, GError **error)
{
  GCancellable *cancellable = avb_operation_get_cancellable (self->operation);
  g_autoptr (AvbOperation) part = avb_operation_new (avb_operation_get_title (self->operation));
  g_autofree char *checksum = g_strconcat ("sha256:", sha256, NULL);
  gulong handler = g_cancellable_connect (cancellable, G_CALLBACK (cancelled_cb), g_object_ref (part), g_object_unref);
  char *path;

  g_signal_connect_object (part, "notify::done", G_CALLBACK (part_progress_cb), self->operation, G_CONNECT_DEFAULT);
  g_signal_connect_object (part, "notify::status", G_CALLBACK (part_status_cb), self->operation, G_CONNECT_DEFAULT);
  path = dex_await_string (avb_download (self->cache, url, checksum, part), error);
  g_cancellable_disconnect (cancellable, handler);
  return path;
}

/* In a fiber. Another address may work where this one cannot be reached or does not have it (any more). */
static char *
try_all (Download *self, const AvbResolvedRecipe *resolved, GError **error)
{
  g_autoptr (GError) last = NULL;

  for (guint i = 0; resolved->urls[i] != NULL; i++)
    {
      const char *url = resolved->urls[i];
      char *path;

      g_clear_error (&last);
      path = g_str_has_prefix (url, "file:") ? take_file (self, url, resolved->sha256, &last)
                                             : fetch (self, url, resolved->sha256, &last);
      if (path != NULL)
        return path;
      if (avb_error_is_cancelled (last) || g_error_matches (last, AVB_ERROR, AVB_ERROR_NO_SPACE))
        break;
      g_debug ("%s: %s", url, last->message);
    }
  if (last == NULL)
    last = avb_error_new (AVB_ERROR_NOT_FOUND, NULL, _("The recipe names no address."));
  g_propagate_error (error, g_steal_pointer (&last));
  return NULL;
}

static DexFuture *
download_fiber (gpointer data)
{
  Download *self = data;
  g_autoptr (AvbResolvedRecipe) resolved = NULL;
  GError *error = NULL;
  char *path = NULL;

  resolved = dex_await_boxed (avb_contribution_resolve_recipe (
                                  self->contribution, avb_catalog_entry_get_architecture (self->entry)),
                              &error);
  if (resolved != NULL)
    path = try_all (self, resolved, &error);
  avb_operation_finish (self->operation, error);
  return path != NULL ? dex_future_new_take_string (path) : dex_future_new_for_error (error);
}

DexFuture *
avb_recipe_list_download (AvbRecipeList *self, AvbDownloadCache *cache, AvbCatalogEntry *entry, AvbOperation *operation)
{
  AvbContribution *contribution;
  Download *download;

  dex_return_error_if_fail (AVB_IS_RECIPE_LIST (self));
  dex_return_error_if_fail (AVB_IS_DOWNLOAD_CACHE (cache));
  dex_return_error_if_fail (AVB_IS_CATALOG_ENTRY (entry));
  dex_return_error_if_fail (AVB_IS_OPERATION (operation));

  contribution = g_object_get_data (G_OBJECT (entry), CONTRIBUTION_KEY);
  if (contribution == NULL)
    return avb_download_entry (cache, entry, operation);
  download = g_new0 (Download, 1);
  download->cache = g_object_ref (cache);
  download->contribution = g_object_ref (contribution);
  download->entry = g_object_ref (entry);
  download->operation = g_object_ref (operation);
  return avb_fiber_spawn (download_fiber, download, download_free);
}

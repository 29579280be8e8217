/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

/* Which marketplaces there are: the program's, those of the policy, those that the user added. */

#include "config.h"

#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>

#include "app/marketplace/avb-market-fetch.h"
#include "app/marketplace/avb-market-source-private.h"
#include "app/marketplace/avb-marketplace-private.h"
#include "backends/avb-blocking.h"
#include "backends/avb-error.h"
#include "backends/avb-folders.h"

#define FILE_NAME "sources.conf"
#define MAX_SOURCES 32

/* One that is read or to be written. */
typedef struct {
  char           *uri;
  char           *title; /* (nullable) */
  AvbMarketOrigin origin;
  GBytes         *root;
} Found;

static void
found_free (gpointer data)
{
  Found *self = data;

  g_free (self->uri);
  g_free (self->title);
  g_clear_pointer (&self->root, g_bytes_unref);
  g_free (self);
}

static Found *
found_new (const char *uri, const char *title, AvbMarketOrigin origin, GBytes *root)
{
  Found *self = g_new0 (Found, 1);

  self->uri = g_strdup (uri);
  self->title = g_strdup (title);
  self->origin = origin;
  self->root = g_bytes_ref (root);
  return self;
}

typedef struct {
  char      *path; /* of the user's list */
  GPtrArray *policy; /* of AvbPolicySource */
  GPtrArray *found;
} Job;

static void
job_free (gpointer data)
{
  Job *self = data;

  g_free (self->path);
  g_clear_pointer (&self->policy, g_ptr_array_unref);
  g_clear_pointer (&self->found, g_ptr_array_unref);
  g_free (self);
}

static char *
dup_path (AvbMarketplace *self)
{
  g_autofree char *own = self->folder == NULL ? avb_folder_build (AVB_FOLDER_DATA, "marketplace") : NULL;

  return g_build_filename (self->folder != NULL ? self->folder : own, FILE_NAME, NULL);
}

static Job *
job_new (AvbMarketplace *self)
{
  Job *job = g_new0 (Job, 1);

  job->path = dup_path (self);
  job->policy = g_ptr_array_ref (avb_extension_policy_get_sources (self->policy));
  job->found = g_ptr_array_new_with_free_func (found_free);
  return job;
}

/* --- reading --- */

static void
read_policy_source (Job *job, const AvbPolicySource *source)
{
  g_autoptr (GBytes) root = NULL;
  char *text;
  gsize length;

  if (source->uri == NULL || source->root == NULL || !avb_market_fetch_check_uri (source->uri, NULL) ||
      !g_file_get_contents (source->root, &text, &length, NULL))
    {
      g_message ("The policy's source of extensions “%s” can't be used", source->name);
      return;
    }
  root = g_bytes_new_take (text, length);
  g_ptr_array_add (job->found, found_new (source->uri, source->title, AVB_MARKET_ORIGIN_POLICY, root));
}

static void
read_user_source (Job *job, GKeyFile *file, const char *uri)
{
  g_autofree char *text = g_key_file_get_string (file, uri, "root", NULL);
  g_autoptr (GBytes) root = NULL;
  guchar *data;
  gsize length;

  if (text == NULL || !avb_market_fetch_check_uri (uri, NULL))
    return;
  data = g_base64_decode (text, &length);
  root = g_bytes_new_take (data, length);
  g_ptr_array_add (job->found, found_new (uri, NULL, AVB_MARKET_ORIGIN_USER, root));
}

static DexFuture *
read_thread (gpointer data)
{
  Job *job = data;
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_auto (GStrv) groups = NULL;

  for (guint i = 0; i < job->policy->len; i++)
    read_policy_source (job, g_ptr_array_index (job->policy, i));
  if (g_key_file_load_from_file (file, job->path, G_KEY_FILE_NONE, NULL))
    groups = g_key_file_get_groups (file, NULL);
  for (guint i = 0; groups != NULL && groups[i] != NULL && i < MAX_SOURCES; i++)
    read_user_source (job, file, groups[i]);
  return dex_future_new_true ();
}

static gboolean
has_source (AvbMarketplace *self, const char *uri)
{
  g_autofree char *id = g_strdup (uri);

  while (g_str_has_suffix (id, "/"))
    id[strlen (id) - 1] = '\0';
  return avb_marketplace_find_source (self, id) != NULL;
}

void
avb_marketplace_read_sources (AvbMarketplace *self)
{
  Job *job = job_new (self);

  dex_await (avb_blocking_run (read_thread, job, NULL), NULL);
  for (guint i = 0; i < job->found->len; i++)
    {
      Found *found = g_ptr_array_index (job->found, i);

      if (!has_source (self, found->uri))
        avb_marketplace_append (self, NULL, found->uri, found->title, found->origin, found->root);
    }
  job_free (job);
}

/* --- writing --- */

static DexFuture *
write_thread (gpointer data)
{
  Job *job = data;
  g_autoptr (GKeyFile) file = g_key_file_new ();
  g_autofree char *folder = g_path_get_dirname (job->path);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < job->found->len; i++)
    {
      Found *found = g_ptr_array_index (job->found, i);
      gsize length;
      const guchar *root = g_bytes_get_data (found->root, &length);
      g_autofree char *base64 = g_base64_encode (root, length);

      g_key_file_set_string (file, found->uri, "root", base64);
    }
  text = g_key_file_to_data (file, NULL, NULL);
  if (g_mkdir_with_parents (folder, 0700) == 0 &&
      g_file_set_contents_full (job->path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                &error))
    return dex_future_new_true ();
  return dex_future_new_for_error (avb_error_new (AVB_ERROR_FAILED, error != NULL ? error->message : g_strerror (errno),
                                                  _("The list of marketplaces could not be written.")));
}

/* Those that the user has, with @root for @more or without @less. */
static DexFuture *
write_list (AvbMarketplace *self, const char *more, GBytes *root, AvbMarketSource *less)
{
  Job *job = job_new (self);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->sources)); i++)
    {
      g_autoptr (AvbMarketSource) source = g_list_model_get_item (G_LIST_MODEL (self->sources), i);

      if (source != less && avb_market_source_get_origin (source) == AVB_MARKET_ORIGIN_USER)
        g_ptr_array_add (job->found, found_new (avb_market_source_get_uri (source), NULL, AVB_MARKET_ORIGIN_USER,
                                                avb_market_source_get_root (source)));
    }
  if (more != NULL)
    g_ptr_array_add (job->found, found_new (more, NULL, AVB_MARKET_ORIGIN_USER, root));
  return avb_blocking_run (write_thread, job, job_free);
}

/* --- adding and removing --- */

gboolean
avb_marketplace_describe_root (GBytes *bytes, char ***fingerprints, char **title, GError **error)
{
  g_autoptr (AvbTrust) trust = avb_trust_new (bytes, 0, 0, error);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  AvbRoot *root;

  if (trust == NULL)
    return FALSE;
  root = avb_trust_get_root (trust);
  for (guint i = 0; i < root->root->keys->len; i++)
    g_strv_builder_take (builder, avb_public_key_dup_fingerprint (g_ptr_array_index (root->root->keys, i)));
  *fingerprints = g_strv_builder_end (builder);
  if (title != NULL)
    *title = g_strdup (root->title);
  return TRUE;
}

typedef struct {
  AvbMarketplace  *self;
  char            *uri;
  GBytes          *root;
  AvbMarketSource *source;
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;

  g_object_unref (call->self);
  g_free (call->uri);
  g_clear_pointer (&call->root, g_bytes_unref);
  g_clear_object (&call->source);
  g_free (call);
}

static gboolean
check_new (AvbMarketplace *self, const char *uri, GBytes *root, GError **error)
{
  g_auto (GStrv) fingerprints = NULL;
  g_autofree char *id = g_strdup (uri);

  while (g_str_has_suffix (id, "/"))
    id[strlen (id) - 1] = '\0';
  if (!avb_market_fetch_check_uri (uri, error) ||
      !avb_extension_policy_check_source (self->policy, id, TRUE, error) ||
      !avb_marketplace_describe_root (root, &fingerprints, NULL, error))
    return FALSE;
  if (has_source (self, uri))
    {
      g_propagate_error (error, avb_error_new (AVB_ERROR_EXISTS, uri, _("This marketplace is there already.")));
      return FALSE;
    }
  if (g_list_model_get_n_items (G_LIST_MODEL (self->sources)) < MAX_SOURCES)
    return TRUE;
  g_propagate_error (error, avb_error_new (AVB_ERROR_INVALID, uri, _("There are too many marketplaces.")));
  return FALSE;
}

static DexFuture *
add_fiber (gpointer data)
{
  Call *call = data;
  AvbMarketplace *self = call->self;
  g_autoptr (GError) error = NULL;

  if (!check_new (self, call->uri, call->root, &error) ||
      !dex_await (write_list (self, call->uri, call->root, NULL), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  g_set_object (&call->source, avb_marketplace_append (self, NULL, call->uri, NULL, AVB_MARKET_ORIGIN_USER, call->root));
  /* What is wrong with it, it says itself. */
  dex_await (avb_market_source_refresh (call->source), NULL);
  return dex_future_new_take_object (g_object_ref (call->source));
}

DexFuture *
avb_marketplace_add_source (AvbMarketplace *self, const char *uri, GBytes *root)
{
  Call *call;

  dex_return_error_if_fail (AVB_IS_MARKETPLACE (self));
  dex_return_error_if_fail (uri != NULL && root != NULL);

  call = g_new0 (Call, 1);
  call->self = g_object_ref (self);
  call->uri = g_strdup (uri);
  call->root = g_bytes_ref (root);
  return avb_fiber_spawn (add_fiber, call, call_free);
}

static void
drop (AvbMarketplace *self, AvbMarketSource *source)
{
  GListStore *own = G_LIST_STORE (avb_market_source_get_entries (source));
  guint position;

  /* Its rows go first, while their place is known. */
  g_list_store_remove_all (own);
  if (g_list_store_find (self->sources, source, &position))
    g_list_store_remove (self->sources, position);
}

static DexFuture *
remove_fiber (gpointer data)
{
  Call *call = data;
  g_autoptr (GError) error = NULL;

  if (!dex_await (write_list (call->self, NULL, NULL, call->source), &error))
    return dex_future_new_for_error (g_steal_pointer (&error));
  avb_market_source_block (call->source, NULL);
  drop (call->self, call->source);
  return avb_market_source_forget (call->source);
}

DexFuture *
avb_marketplace_remove_source (AvbMarketplace *self, AvbMarketSource *source)
{
  Call *call;

  dex_return_error_if_fail (AVB_IS_MARKETPLACE (self));
  dex_return_error_if_fail (AVB_IS_MARKET_SOURCE (source));

  if (avb_market_source_get_origin (source) != AVB_MARKET_ORIGIN_USER)
    return dex_future_new_for_error (avb_error_new (AVB_ERROR_PERMISSION, NULL, _("This marketplace can't be removed.")));
  call = g_new0 (Call, 1);
  call->self = g_object_ref (self);
  call->source = g_object_ref (source);
  return avb_fiber_spawn (remove_fiber, call, call_free);
}

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "app/contributions/avb-template-draft.h"

#include "app/extensions/avb-contribution-calls.h"
#include "backends/avb-blocking.h"

typedef struct {
  AvbLibrary      *library;
  AvbConnection   *connection;
  AvbRecipeList   *recipes;
  AvbContribution *contribution;
  AvbOperation    *operation;
  gboolean         with_recipe;
} Work;

static void
work_free (gpointer data)
{
  Work *self = data;

  g_object_unref (self->library);
  g_object_unref (self->connection);
  g_object_unref (self->recipes);
  g_object_unref (self->contribution);
  g_object_unref (self->operation);
  g_free (self);
}

static AvbCatalogEntry *
find_entry (AvbRecipeList *recipes, AvbContribution *contribution, const char *recipe)
{
  const char *pack = avb_extension_get_id (avb_contribution_get_extension (contribution));

  return recipe != NULL ? avb_recipe_list_find (recipes, pack, recipe) : NULL;
}

AvbCatalogEntry *
avb_template_draft_find_entry (AvbRecipeList *recipes, AvbContribution *contribution)
{
  g_return_val_if_fail (AVB_IS_RECIPE_LIST (recipes), NULL);
  g_return_val_if_fail (AVB_IS_CONTRIBUTION (contribution), NULL);

  return find_entry (recipes, contribution,
                     json_object_get_string_member_with_default (avb_contribution_get_data (contribution), "recipe", NULL));
}

/* In a fiber. The operation is the download's, and finished by it. */
static AvbMedium *
get_medium (Work *self, AvbCatalogEntry *entry, GError **error)
{
  g_autofree char *path = dex_await_string (
      avb_recipe_list_download (self->recipes, avb_library_get_downloads (self->library), entry, self->operation), error);
  g_autoptr (GFile) file = path != NULL ? g_file_new_for_path (path) : NULL;

  return file != NULL ? dex_await_object (avb_medium_inspect (file), error) : NULL;
}

static DexFuture *
draft_fiber (gpointer data)
{
  Work *self = data;
  g_autoptr (AvbMachineTemplate) template = NULL;
  g_autoptr (AvbCatalogEntry) entry = NULL;
  g_autoptr (AvbMedium) medium = NULL;
  g_autoptr (AvbDraft) draft = NULL;
  GError *error = NULL;

  template = dex_await_object (avb_contribution_render_template (self->contribution, NULL), &error);
  if (template != NULL && self->with_recipe)
    entry = find_entry (self->recipes, self->contribution, avb_machine_template_get_recipe (template));
  if (entry != NULL)
    medium = get_medium (self, entry, &error);
  if (error == NULL)
    draft = dex_await_object (
        avb_draft_new_from_template (self->library, self->connection, medium, template), &error);
  avb_operation_finish (self->operation, error);
  return draft != NULL ? dex_future_new_take_object (g_steal_pointer (&draft)) : dex_future_new_for_error (error);
}

DexFuture *
avb_template_draft_new (AvbLibrary      *library,
                        AvbConnection   *connection,
                        AvbRecipeList   *recipes,
                        AvbContribution *contribution,
                        gboolean         with_recipe,
                        AvbOperation    *operation)
{
  Work *work;

  dex_return_error_if_fail (AVB_IS_LIBRARY (library));
  dex_return_error_if_fail (AVB_IS_CONNECTION (connection));
  dex_return_error_if_fail (AVB_IS_RECIPE_LIST (recipes));
  dex_return_error_if_fail (AVB_IS_CONTRIBUTION (contribution));
  dex_return_error_if_fail (AVB_IS_OPERATION (operation));

  work = g_new0 (Work, 1);
  work->library = g_object_ref (library);
  work->connection = g_object_ref (connection);
  work->recipes = g_object_ref (recipes);
  work->contribution = g_object_ref (contribution);
  work->operation = g_object_ref (operation);
  work->with_recipe = with_recipe;
  return avb_fiber_spawn (draft_fiber, work, work_free);
}

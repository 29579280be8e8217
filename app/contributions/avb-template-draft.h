/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/avb-draft.h"
#include "app/contributions/avb-recipe-list.h"

G_BEGIN_DECLS

/**
 * avb_template_draft_new:
 * @contribution: a template
 * @with_recipe: whether what it is made from is to be downloaded, where the template names something that is there
 * @operation: progress of the download and cancel; finished by this
 *
 * From a template to a draft of a machine: the template is rendered, what its recipe names is downloaded and looked at, and
 * both fill in a draft. What the medium is goes before what the template says.
 *
 * Returns: (transfer full): resolves to an #AvbDraft; rejects as its steps do
 */
DexFuture *avb_template_draft_new (AvbLibrary      *library,
                                   AvbConnection   *connection,
                                   AvbRecipeList   *recipes,
                                   AvbContribution *contribution,
                                   gboolean         with_recipe,
                                   AvbOperation    *operation) G_GNUC_WARN_UNUSED_RESULT;

/* (transfer full) (nullable): what the template is made from, as its pack says; known without asking it. */
AvbCatalogEntry *avb_template_draft_find_entry (AvbRecipeList *recipes, AvbContribution *contribution);

G_END_DECLS

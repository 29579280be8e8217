/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/avb-draft.h"
#include "app/contributions/avb-recipe-list.h"

G_BEGIN_DECLS

/**
 * AvbCreateDialog:
 *
 * The new-machine sheet: looks at the medium, shows what would be made of it, makes it.
 */
#define AVB_TYPE_CREATE_DIALOG (avb_create_dialog_get_type ())
G_DECLARE_FINAL_TYPE (AvbCreateDialog, avb_create_dialog, AVB, CREATE_DIALOG, AdwDialog)

/* @file: (nullable): the medium; %NULL: an empty machine */
AvbCreateDialog *avb_create_dialog_new       (AvbLibrary    *library,
                                              AvbConnection *connection,
                                              GFile         *file);
/**
 * avb_create_dialog_new_for_download:
 * @url: an address to download from
 * @entry: (nullable): the entry of the catalogue that has it
 *
 * Downloads first. Closed meanwhile, the download goes on among the jobs, and a toast offers the sheet at its end.
 */
AvbCreateDialog *avb_create_dialog_new_for_download (AvbLibrary      *library,
                                                     AvbConnection   *connection,
                                                     const char      *url,
                                                     AvbCatalogEntry *entry);
/**
 * avb_create_dialog_new_for_template:
 * @template: of an extension
 *
 * Downloads what the template is made from, where it says so, and shows what would be made. Closed before, it is called off.
 */
AvbCreateDialog *avb_create_dialog_new_for_template (AvbLibrary      *library,
                                                     AvbConnection   *connection,
                                                     AvbRecipeList   *recipes,
                                                     AvbContribution *template);
/* Before it is shown: where entries of extensions are got from. */
void             avb_create_dialog_set_recipes (AvbCreateDialog *self, AvbRecipeList *recipes);
/* (nullable) until the medium was looked at; for tests */
AvbDraft        *avb_create_dialog_get_draft (AvbCreateDialog *self);
/* "inspecting", "downloading", "refused", "form" or "creating"; for tests */
const char      *avb_create_dialog_get_shown (AvbCreateDialog *self);
/* What is wrong, as shown; for tests. (nullable) */
const char      *avb_create_dialog_get_problem (AvbCreateDialog *self);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/avb-draft.h"

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
/* (nullable) until the medium was looked at; for tests */
AvbDraft        *avb_create_dialog_get_draft (AvbCreateDialog *self);
/* "inspecting", "refused", "form" or "creating"; for tests */
const char      *avb_create_dialog_get_shown (AvbCreateDialog *self);
/* What is wrong, as shown; for tests. (nullable) */
const char      *avb_create_dialog_get_problem (AvbCreateDialog *self);

G_END_DECLS

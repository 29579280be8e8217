/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "ui/library/avb-library-model.h"

G_BEGIN_DECLS

/**
 * AvbLibraryView:
 *
 * The library: the model's machines as cards or as a list, what to say when there are none, what
 * can be done to the selected ones, and the place where files are dropped.
 *
 * Properties: `model` (#AvbLibraryModel, construct-only), `list` (boolean, read-write: a list
 * instead of cards).
 */
#define AVB_TYPE_LIBRARY_VIEW (avb_library_view_get_type ())
G_DECLARE_FINAL_TYPE (AvbLibraryView, avb_library_view, AVB, LIBRARY_VIEW, AdwBin)

GtkWidget  *avb_library_view_new       (AvbLibraryModel *model);
/* Which page is shown: "grid", "list", "empty", "nothing-found", "connecting", "unavailable". */
const char *avb_library_view_get_shown (AvbLibraryView *self);
void        avb_library_view_focus     (AvbLibraryView *self);
/* On a narrow window, only the columns that fit. */
void        avb_library_view_set_narrow (AvbLibraryView *self, gboolean narrow);

G_END_DECLS

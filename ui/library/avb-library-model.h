/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "app/avb-library.h"

G_BEGIN_DECLS

typedef enum {
  AVB_SORT_NAME,
  AVB_SORT_STATE,
  AVB_SORT_CHANGED,
} AvbSort;

/**
 * AvbLibraryModel:
 *
 * The machines of a library as the window shows them: searched, filtered, sorted, selected. The
 * grid and the list are views of its `selection`. Follows names and states by itself.
 *
 * Properties: `library` (construct-only), `search` (string, read-write), `running-only` (boolean,
 * read-write), `connection` (#AvbConnection, nullable, read-write: only its machines), `sort`
 * (#AvbSort as int, read-write), `selection` (#GtkMultiSelection), `n-all`, `n-running`,
 * `n-shown`, `n-selected` (uint).
 */
#define AVB_TYPE_LIBRARY_MODEL (avb_library_model_get_type ())
G_DECLARE_FINAL_TYPE (AvbLibraryModel, avb_library_model, AVB, LIBRARY_MODEL, GObject)

AvbLibraryModel   *avb_library_model_new              (AvbLibrary *library);
AvbLibrary        *avb_library_model_get_library      (AvbLibraryModel *self);
GtkSelectionModel *avb_library_model_get_selection    (AvbLibraryModel *self);
void               avb_library_model_set_search       (AvbLibraryModel *self, const char *search);
const char        *avb_library_model_get_search       (AvbLibraryModel *self);
void               avb_library_model_set_running_only (AvbLibraryModel *self, gboolean running);
gboolean           avb_library_model_get_running_only (AvbLibraryModel *self);
void               avb_library_model_set_connection   (AvbLibraryModel *self,
                                                       AvbConnection   *connection);
AvbConnection     *avb_library_model_get_connection   (AvbLibraryModel *self);
void               avb_library_model_set_sort         (AvbLibraryModel *self, AvbSort sort);
guint              avb_library_model_get_n_all        (AvbLibraryModel *self);
guint              avb_library_model_get_n_shown      (AvbLibraryModel *self);
/* (transfer full) (element-type AvbMachine) */
GPtrArray         *avb_library_model_dup_selected     (AvbLibraryModel *self);

/* @text in a form in which case, accents and width do not matter. */
char              *avb_fold                           (const char *text);

G_END_DECLS

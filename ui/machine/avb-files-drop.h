/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "ui/console/avb-console-files.h"

G_BEGIN_DECLS

/**
 * AvbFilesDrop:
 *
 * Lets files be dropped on a machine's console, and says above it, while they hover there, what a drop will
 * do or why it can't.
 *
 * Signal `dropped` (GdkFileList).
 */
#define AVB_TYPE_FILES_DROP (avb_files_drop_get_type ())
G_DECLARE_FINAL_TYPE (AvbFilesDrop, avb_files_drop, AVB, FILES_DROP, GtkWidget)

/* @area: around the console; the result becomes one of its overlays. */
AvbFilesDrop *avb_files_drop_new       (GtkOverlay *area);
/* @files is nullable: without, nothing can be dropped. */
void          avb_files_drop_set_files (AvbFilesDrop *self, AvbConsoleFiles *files);
/* (nullable): a translated sentence of the session: this kind of display takes no files. It is shown to who drags some. */
void avb_files_drop_set_missing (AvbFilesDrop *self, const char *missing);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/avb-library.h"
#include "ui/extensions/avb-extension-set.h"
#include "ui/library/avb-library-model.h"

G_BEGIN_DECLS

/**
 * AvbWindow:
 *
 * The main window: sidebar, library, the page of a machine. Property `library` (#AvbLibrary,
 * construct-only).
 */
#define AVB_TYPE_WINDOW (avb_window_get_type ())
G_DECLARE_FINAL_TYPE (AvbWindow, avb_window, AVB, WINDOW, AdwApplicationWindow)

AvbWindow       *avb_window_new              (GtkApplication *application, AvbLibrary *library);
AvbLibrary      *avb_window_get_library      (AvbWindow *self);
AvbLibraryModel *avb_window_get_model        (AvbWindow *self);
void             avb_window_add_toast        (AvbWindow *self, AdwToast *toast /* full */);
/* Shows the page of @machine. */
void             avb_window_open_machine     (AvbWindow *self, AvbMachine *machine);

/* Once: from here on there is a place for extensions. */
void             avb_window_set_extensions   (AvbWindow *self, AvbExtensionSet *extensions);
/* (nullable) (transfer none) */
AvbExtensionSet *avb_window_get_extensions   (AvbWindow *self);
/* Shows the page of an extension, and installs nothing. @id: of an extension, perhaps of one that nobody knows */
void             avb_window_open_extension   (AvbWindow *self, const char *id);
/* Looks into a package and asks whether it shall be installed. */
void             avb_window_install_extension (AvbWindow *self, GFile *file);

G_END_DECLS

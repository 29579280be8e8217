/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "ui/extensions/avb-extension-set.h"

G_BEGIN_DECLS

/**
 * AvbExtensionsPane:
 *
 * All about extensions: what the marketplaces have, what is installed, what can be updated, and a page for each.
 */
#define AVB_TYPE_EXTENSIONS_PANE (avb_extensions_pane_get_type ())
G_DECLARE_FINAL_TYPE (AvbExtensionsPane, avb_extensions_pane, AVB, EXTENSIONS_PANE, AdwBin)

GtkWidget  *avb_extensions_pane_new            (AvbExtensionSet *set);
/* Shows the page of an extension. @id: perhaps of one that nobody knows: the page then says so */
void        avb_extensions_pane_open           (AvbExtensionsPane *self, const char *id);
/* Looks into a package, and asks. */
void        avb_extensions_pane_install_file   (AvbExtensionsPane *self, GFile *file);
/* The keyboard goes there: to the search, where one can be seen. */
void        avb_extensions_pane_focus          (AvbExtensionsPane *self);
void        avb_extensions_pane_search         (AvbExtensionsPane *self);
/* "browse", "installed", "updates" */
void        avb_extensions_pane_show           (AvbExtensionsPane *self, const char *view);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/extensions/avb-extension-host.h"

G_BEGIN_DECLS

/**
 * AvbExtensionPanels:
 *
 * The panels of an extension's monitors. They are open while somebody can see them, and open again when the extension was
 * started again.
 */
#define AVB_TYPE_EXTENSION_PANELS (avb_extension_panels_get_type ())
G_DECLARE_FINAL_TYPE (AvbExtensionPanels, avb_extension_panels, AVB, EXTENSION_PANELS, AdwBin)

GtkWidget *avb_extension_panels_new           (AvbExtensionHost *host);
/* (nullable): %NULL: none */
void       avb_extension_panels_set_extension (AvbExtensionPanels *self, AvbExtension *extension);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/extensions/avb-extension.h"
#include "app/extensions/avb-panel.h"
#include "backends/avb-machine.h"

G_BEGIN_DECLS

/**
 * AvbOpenPanels:
 *
 * The panels of extensions that are open: which of them an update is for, and what the user does in one told to its extension.
 * Whoever shows a panel owns it. Main thread.
 */
#define AVB_TYPE_OPEN_PANELS (avb_open_panels_get_type ())
G_DECLARE_FINAL_TYPE (AvbOpenPanels, avb_open_panels, AVB, OPEN_PANELS, GObject)

AvbOpenPanels *avb_open_panels_new    (void);
/* See avb_extension_host_open_panel(). */
DexFuture     *avb_open_panels_open   (AvbOpenPanels *self,
                                       AvbExtension  *extension,
                                       const char    *id,
                                       AvbMachine    *machine) G_GNUC_WARN_UNUSED_RESULT;
/* @params: of `panel/update`, not trusted */
void           avb_open_panels_update (AvbOpenPanels *self, AvbExtension *extension, JsonObject *params);
/* All of @extension are closed: it runs no more. */
void           avb_open_panels_end    (AvbOpenPanels *self, AvbExtension *extension);

G_END_DECLS

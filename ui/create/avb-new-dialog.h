/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/avb-library.h"

G_BEGIN_DECLS

/**
 * AvbNewDialog:
 *
 * Where every new machine begins: drop a file, search for a system, paste an address, or take nothing. What was
 * chosen is given to the window: `win.new-from-file`, `win.new-from-uri` (a file's URI, or an address to download
 * from), `win.new-from-catalog`, `win.new-empty`.
 */
#define AVB_TYPE_NEW_DIALOG (avb_new_dialog_get_type ())
G_DECLARE_FINAL_TYPE (AvbNewDialog, avb_new_dialog, AVB, NEW_DIALOG, AdwDialog)

/* @connection: whose processors decide what is offered first */
/* Of #AvbContribution: what extensions thought of. */
void          avb_new_dialog_set_templates (AvbNewDialog *self, GListModel *templates);
AvbNewDialog *avb_new_dialog_new (AvbLibrary *library, AvbConnection *connection);

G_END_DECLS

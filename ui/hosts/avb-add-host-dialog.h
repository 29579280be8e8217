/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/avb-library.h"

G_BEGIN_DECLS

/* Asks for a host and adds it: only kinds that this program was built for are offered. */
#define AVB_TYPE_ADD_HOST_DIALOG (avb_add_host_dialog_get_type ())
G_DECLARE_FINAL_TYPE (AvbAddHostDialog, avb_add_host_dialog, AVB, ADD_HOST_DIALOG, AdwDialog)

AdwDialog *avb_add_host_dialog_new (AvbLibrary *library);

G_END_DECLS

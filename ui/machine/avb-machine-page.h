/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/avb-library.h"

G_BEGIN_DECLS

/**
 * AvbMachinePage:
 *
 * One machine: its console while it runs, else what it is and one large Start. Properties
 * `library` (construct-only), `machine` (#AvbMachine, construct-only).
 */
#define AVB_TYPE_MACHINE_PAGE (avb_machine_page_get_type ())
G_DECLARE_FINAL_TYPE (AvbMachinePage, avb_machine_page, AVB, MACHINE_PAGE, AdwNavigationPage)

AdwNavigationPage *avb_machine_page_new            (AvbLibrary *library, AvbMachine *machine);
AvbMachine        *avb_machine_page_get_machine    (AvbMachinePage *self);
/* The window became full screen, or is no more: the header hides until the pointer asks for it. */
void               avb_machine_page_set_fullscreen (AvbMachinePage *self, gboolean fullscreen);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/avb-library.h"

G_BEGIN_DECLS

/**
 * AvbSetupBanner:
 *
 * Tells above a machine how its installation or its first start gets on, and that it is done.
 */
#define AVB_TYPE_SETUP_BANNER (avb_setup_banner_get_type ())
G_DECLARE_FINAL_TYPE (AvbSetupBanner, avb_setup_banner, AVB, SETUP_BANNER, AdwBin)

void avb_setup_banner_watch (AvbSetupBanner *self, AvbLibrary *library, AvbMachine *machine);
/* What it says; for tests. (nullable): nothing */
const char *avb_setup_banner_get_text (AvbSetupBanner *self);

G_END_DECLS

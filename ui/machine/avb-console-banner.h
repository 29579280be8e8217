/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "ui/console/avb-console.h"

G_BEGIN_DECLS

/**
 * AvbConsoleBanner:
 *
 * Tells above a machine why its display is not shown as well as it could be, while that is so, and tries again.
 */
#define AVB_TYPE_CONSOLE_BANNER (avb_console_banner_get_type ())
G_DECLARE_FINAL_TYPE (AvbConsoleBanner, avb_console_banner, AVB, CONSOLE_BANNER, AdwBin)

/* The console shows another session, or none. */
void avb_console_banner_set_console (AvbConsoleBanner *self, AvbConsole *console);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>
#include <libdex.h>

G_BEGIN_DECLS

/**
 * avb_background_request:
 * @window: still visible
 *
 * Asks to go on without a window. In a sandbox the desktop is asked, and may ask the user; elsewhere
 * a program may do that by itself.
 *
 * Returns: (transfer full): resolves to %TRUE, or rejects with %AVB_ERROR_PERMISSION
 */
DexFuture *avb_background_request (GtkWindow *window) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

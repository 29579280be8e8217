/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "ui/console/avb-console-geometry.h"
#include "ui/console/avb-guest-monitor.h"

G_BEGIN_DECLS

/* What one of the guest's monitors shows: its part of the framebuffer, or a scanout. @monitor is nullable:
 * nothing. */

/* The picture is a scanout. */
gboolean    avb_monitor_picture_is_scanout    (AvbGuestMonitor *monitor);

/* Draws at the origin of a @snapshot whose units are device pixels, as large as @geometry says;
 * @grey: darker and without colors, as the last picture of a display that went. */
void        avb_monitor_picture_append        (AvbGuestMonitor          *monitor,
                                               GtkSnapshot              *snapshot,
                                               const AvbConsoleGeometry *geometry,
                                               gboolean                  grey);
/* The same for the pointer of a guest that moves it itself. */
void        avb_monitor_picture_append_cursor (AvbGuestMonitor          *monitor,
                                               GtkSnapshot              *snapshot,
                                               const AvbConsoleGeometry *geometry);
/* (nullable) (transfer full): a copy of the picture as it is now */
GdkTexture *avb_monitor_picture_dup_texture   (AvbGuestMonitor *monitor);

G_END_DECLS

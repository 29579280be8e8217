/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "ui/console/avb-console.h"

G_BEGIN_DECLS

/**
 * AvbSlideIn:
 *
 * In full screen, the bars of a window come over its console, and go again: they come when the
 * pointer touches the upper edge, when the keyboard is released from the console, and when it goes
 * into them; they go when the pointer leaves them, and when the console has the keyboard.
 */
#define AVB_TYPE_SLIDE_IN (avb_slide_in_get_type ())
G_DECLARE_FINAL_TYPE (AvbSlideIn, avb_slide_in, AVB, SLIDE_IN, GObject)

/* @toolbar must outlive the result, or g_object_run_dispose() it before. */
AvbSlideIn *avb_slide_in_new         (AdwToolbarView *toolbar);
/* @console is nullable. */
void        avb_slide_in_set_console (AvbSlideIn *self, AvbConsole *console);
/* Whether the window is in full screen. */
void        avb_slide_in_set_active  (AvbSlideIn *self, gboolean active);

G_END_DECLS

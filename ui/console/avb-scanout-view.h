/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "ui/console/avb-scanout.h"

G_BEGIN_DECLS

/**
 * AvbScanoutView:
 *
 * Shows a scanout, by the compositor itself where that can be, and tells it when it has painted.
 */
#define AVB_TYPE_SCANOUT_VIEW (avb_scanout_view_get_type ())
G_DECLARE_FINAL_TYPE (AvbScanoutView, avb_scanout_view, AVB, SCANOUT_VIEW, GtkWidget)

GtkWidget *avb_scanout_view_new         (void);
/* @scanout is nullable. */
void       avb_scanout_view_set_scanout (AvbScanoutView *self, AvbScanout *scanout);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * AvbSparkline:
 *
 * A line through some numbers, oldest first, without axes. Its text, for who cannot see it, is its last number and its
 * bounds.
 */
#define AVB_TYPE_SPARKLINE (avb_sparkline_get_type ())
G_DECLARE_FINAL_TYPE (AvbSparkline, avb_sparkline, AVB, SPARKLINE, GtkWidget)

GtkWidget *avb_sparkline_new        (void);
/* @lowest, @highest: what it is drawn between */
void       avb_sparkline_set_values (AvbSparkline *self, const double *values, guint n_values, double lowest,
                                     double highest);
guint      avb_sparkline_get_n_values (AvbSparkline *self);

G_END_DECLS

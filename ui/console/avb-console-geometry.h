/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * AvbConsoleFit:
 * @AVB_CONSOLE_FIT_SCALED: as large as the widget allows, in the guest's proportions.
 * @AVB_CONSOLE_FIT_EXACT: one pixel of the guest is one of the screen.
 * @AVB_CONSOLE_FIT_NEARLY: exact where only a narrow border stays free, else scaled. For guests that
 *   were asked for the widget's size, and took the nearest one that they can have.
 */
typedef enum {
  AVB_CONSOLE_FIT_SCALED,
  AVB_CONSOLE_FIT_EXACT,
  AVB_CONSOLE_FIT_NEARLY,
} AvbConsoleFit;

/**
 * AvbConsoleGeometry:
 * @scale: device pixels of a logical one
 * @x: of the widget on its surface, logical
 * @y: the same, downwards
 * @left: of the widget's first whole device pixel
 * @top: the same, downwards
 * @width: of the widget in device pixels
 * @height: the same, downwards
 * @guest_width: of the guest's picture, in its pixels
 * @guest_height: the same, downwards
 * @picture_x: of the picture, from @left, in device pixels
 * @picture_y: the same, from @top
 * @picture_width: what @guest_width becomes
 * @picture_height: what @guest_height becomes
 *
 * Where a guest's picture lies in a widget. Everything lies on the device's own pixels: the
 * widget's edges are rounded to them, and the picture is centered on them.
 */
typedef struct {
  double scale;
  double x;
  double y;
  int    left;
  int    top;
  int    width;
  int    height;
  int    guest_width;
  int    guest_height;
  int    picture_x;
  int    picture_y;
  int    picture_width;
  int    picture_height;
} AvbConsoleGeometry;

/* Fills @self from the place of the widget and its size, both logical, and the guest's size. */
void avb_console_geometry_init (AvbConsoleGeometry *self,
                                double              scale,
                                double              x,
                                double              y,
                                int                 width,
                                int                 height,
                                int                 guest_width,
                                int                 guest_height,
                                AvbConsoleFit       fit);

/* The guest's pixel at a point of the widget, logical, or the one nearest to it. The first pixel
 * shown is the guest's first, the last its last, whatever the zoom. */
void avb_console_geometry_map  (const AvbConsoleGeometry *self,
                                double                    x,
                                double                    y,
                                int                      *guest_x,
                                int                      *guest_y);

/* Device pixels of one of the guest's. */
double avb_console_geometry_get_zoom (const AvbConsoleGeometry *self);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-console-geometry.h"

#include <math.h>

/* Graphics drivers round a mode's width down to a multiple of 8, some to 16. */
#define NEARLY 16

static gboolean
is_nearly (int guest, int shown)
{
  return guest <= shown && guest > shown - NEARLY;
}

void
avb_console_geometry_init (AvbConsoleGeometry *self,
                           double              scale,
                           double              x,
                           double              y,
                           int                 width,
                           int                 height,
                           int                 guest_width,
                           int                 guest_height,
                           AvbConsoleFit       fit)
{
  self->scale = scale;
  self->x = x;
  self->y = y;
  self->left = (int) round (x * scale);
  self->top = (int) round (y * scale);
  self->width = (int) round ((x + width) * scale) - self->left;
  self->height = (int) round ((y + height) * scale) - self->top;
  self->guest_width = guest_width;
  self->guest_height = guest_height;
  self->picture_width = guest_width;
  self->picture_height = guest_height;
  if (fit == AVB_CONSOLE_FIT_NEARLY && is_nearly (guest_width, self->width)
      && is_nearly (guest_height, self->height))
    fit = AVB_CONSOLE_FIT_EXACT;
  if (fit != AVB_CONSOLE_FIT_EXACT
      && (guest_width != self->width || guest_height != self->height))
    {
      double zoom = MIN ((double) self->width / guest_width, (double) self->height / guest_height);

      self->picture_width = MAX ((int) round (guest_width * zoom), 1);
      self->picture_height = MAX ((int) round (guest_height * zoom), 1);
    }
  self->picture_x = MAX ((self->width - self->picture_width) / 2, 0);
  self->picture_y = MAX ((self->height - self->picture_height) / 2, 0);
}

static int
map_axis (double position, double scale, int origin, int shown, int guest)
{
  int pixel = CLAMP ((int) floor (position * scale + 1e-6) - origin, 0, shown - 1);

  if (shown <= 1)
    return 0;
  return (int) (((gint64) pixel * (guest - 1) * 2 + (shown - 1)) / (2 * (gint64) (shown - 1)));
}

void
avb_console_geometry_map (
    const AvbConsoleGeometry *self, double x, double y, int *guest_x, int *guest_y)
{
  *guest_x = map_axis (self->x + x,
                       self->scale,
                       self->left + self->picture_x,
                       self->picture_width,
                       self->guest_width);
  *guest_y = map_axis (self->y + y,
                       self->scale,
                       self->top + self->picture_y,
                       self->picture_height,
                       self->guest_height);
}

double
avb_console_geometry_get_zoom (const AvbConsoleGeometry *self)
{
  return (double) self->picture_width / self->guest_width;
}

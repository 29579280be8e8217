/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "ui/console/avb-pointer-lock.h"

#include <math.h>

#include "ui/console/avb-pointer-lock-private.h"

static const AvbPointerLockKind *const kinds[] = {
#if AVB_HAVE_WAYLAND
  &avb_pointer_lock_wayland,
#endif
#if AVB_HAVE_X11
  &avb_pointer_lock_x11,
#endif
  NULL,
};

/* (nullable) */
static const AvbPointerLockKind *
find_kind (GdkDisplay *display)
{
  for (gsize i = 0; kinds[i] != NULL; i++)
    if (kinds[i]->matches (display))
      return kinds[i];
  return NULL;
}

void
avb_pointer_lock_set_locked (AvbPointerLock *self, gboolean locked)
{
  if (self->locked == locked)
    return;
  self->locked = locked;
  if (self->changed != NULL)
    self->changed (locked, self->data);
}

void
avb_pointer_lock_move (AvbPointerLock *self, double dx, double dy)
{
  double x, y;

  if (!self->locked || self->motion == NULL || !isfinite (dx) || !isfinite (dy))
    return;
  /* No hand moves a mouse that far at once. */
  x = trunc (CLAMP (self->rest_x + dx, -G_MAXINT16, G_MAXINT16));
  y = trunc (CLAMP (self->rest_y + dy, -G_MAXINT16, G_MAXINT16));
  self->rest_x = fmod (self->rest_x + dx, 1);
  self->rest_y = fmod (self->rest_y + dy, 1);
  if (x != 0 || y != 0)
    self->motion ((int) x, (int) y, self->data);
}

void
avb_pointer_lock_prepare (GdkDisplay *display)
{
  const AvbPointerLockKind *kind = find_kind (display);

  if (kind != NULL && kind->prepare != NULL)
    kind->prepare (display);
}

AvbPointerLock *
avb_pointer_lock_new (GtkWidget            *widget,
                      AvbPointerLockMotion  motion,
                      AvbPointerLockChanged changed,
                      gpointer              data)
{
  const AvbPointerLockKind *kind = find_kind (gtk_widget_get_display (widget));
  AvbPointerLock           *self = kind != NULL ? kind->start (widget) : NULL;

  if (self == NULL)
    return NULL;
  self->kind = kind;
  self->motion = motion;
  self->changed = changed;
  self->data = data;
  if (self->locked && changed != NULL)
    changed (TRUE, data);
  return self;
}

void
avb_pointer_lock_free (AvbPointerLock *self)
{
  self->motion = NULL;
  self->changed = NULL;
  self->kind->stop (self);
}

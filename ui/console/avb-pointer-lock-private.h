/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "ui/console/avb-pointer-lock.h"

G_BEGIN_DECLS

/* One way to do it, by the kind of display. */
typedef struct {
  gboolean        (*matches) (GdkDisplay *display);
  void            (*prepare) (GdkDisplay *display); /* (nullable) */
  /* (nullable): calls `changed` when it is locked */
  AvbPointerLock *(*start)   (GtkWidget *widget);
  void            (*stop)    (AvbPointerLock *self); /* frees it */
} AvbPointerLockKind;

/* The beginning of what `start` returns; all but `kind` is filled afterwards. */
struct _AvbPointerLock {
  const AvbPointerLockKind *kind;
  AvbPointerLockMotion      motion;
  AvbPointerLockChanged     changed;
  gpointer                  data;
  gboolean                  locked;
  double                    rest_x; /* of a unit, not told yet */
  double                    rest_y;
};

/* For the kinds. */
void avb_pointer_lock_set_locked (AvbPointerLock *self, gboolean locked);
void avb_pointer_lock_move       (AvbPointerLock *self, double dx, double dy);

extern const AvbPointerLockKind avb_pointer_lock_wayland;
extern const AvbPointerLockKind avb_pointer_lock_x11;

G_END_DECLS

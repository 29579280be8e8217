/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/**
 * AvbPointerLock:
 *
 * Holds the pointer in one place and tells how far it would have moved, in the device's own units
 * before any acceleration: for guests that have a mouse and no tablet, and accelerate it themselves.
 * Main thread.
 */
typedef struct _AvbPointerLock AvbPointerLock;

/* @dx: whole units to the right, @dy: down. Must not free the lock. */
typedef void (*AvbPointerLockMotion) (int dx, int dy, gpointer data);
/* @locked: the desktop holds the pointer now, or does not any more */
typedef void (*AvbPointerLockChanged) (gboolean locked, gpointer data);

/* Asks a desktop what it can do, so that it has answered when a lock is wanted. */
void avb_pointer_lock_prepare (GdkDisplay *display);

/**
 * avb_pointer_lock_new:
 * @widget: mapped; the pointer is over it
 * @motion: called while locked
 * @changed: called when the desktop has locked the pointer, perhaps before this returns
 *
 * Returns: (nullable) (transfer full): %NULL where the desktop can't do it
 */
AvbPointerLock *avb_pointer_lock_new  (GtkWidget            *widget,
                                       AvbPointerLockMotion  motion,
                                       AvbPointerLockChanged changed,
                                       gpointer              data);
/* Gives the pointer back; nothing is called any more. */
void            avb_pointer_lock_free (AvbPointerLock *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbPointerLock, avb_pointer_lock_free)

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-machine-display.h"

#include "backends/avb-machine-private.h"

G_DEFINE_BOXED_TYPE (AvbPicture, avb_picture, avb_picture_copy, avb_picture_free)

#define MAX_SIDE 16384

AvbPicture *
avb_picture_new (guint width, guint height, gsize stride, GBytes *bytes)
{
  AvbPicture *self;

  g_return_val_if_fail (width > 0 && width <= MAX_SIDE && height > 0 && height <= MAX_SIDE, NULL);
  g_return_val_if_fail (stride >= (gsize) width * 4, NULL);
  g_return_val_if_fail (g_bytes_get_size (bytes) >= stride * (height - 1) + (gsize) width * 4, NULL);

  self = g_new0 (AvbPicture, 1);
  self->width = width;
  self->height = height;
  self->stride = stride;
  self->bytes = bytes;
  return self;
}

AvbPicture *
avb_picture_copy (const AvbPicture *picture)
{
  g_return_val_if_fail (picture != NULL, NULL);
  return avb_picture_new (picture->width, picture->height, picture->stride, g_bytes_ref (picture->bytes));
}

void
avb_picture_free (AvbPicture *picture)
{
  g_return_if_fail (picture != NULL);
  g_bytes_unref (picture->bytes);
  g_free (picture);
}

DexFuture *
avb_machine_read_picture (AvbMachine *self)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  dex_return_error_if_fail (AVB_IS_MACHINE (self));

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse (self, klass->read_picture, AVB_MACHINE_HAS_CONSOLE);
  return refusal != NULL ? refusal : klass->read_picture (self);
}

DexFuture *
avb_machine_send_scancodes (AvbMachine *self, const guint8 *scancodes, gsize n_scancodes)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  dex_return_error_if_fail (AVB_IS_MACHINE (self));
  dex_return_error_if_fail (scancodes != NULL && n_scancodes > 0);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse (self, klass->send_scancodes, AVB_MACHINE_HAS_CONSOLE);
  return refusal != NULL ? refusal : klass->send_scancodes (self, scancodes, n_scancodes);
}

DexFuture *
avb_machine_send_pointer (AvbMachine *self, const AvbPointer *pointer)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  dex_return_error_if_fail (AVB_IS_MACHINE (self));
  dex_return_error_if_fail (pointer != NULL && pointer->width > 0 && pointer->height > 0);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = avb_machine_refuse (self, klass->send_pointer, AVB_MACHINE_HAS_CONSOLE);
  return refusal != NULL ? refusal : klass->send_pointer (self, pointer);
}

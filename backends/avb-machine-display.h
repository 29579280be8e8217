/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-machine.h"

G_BEGIN_DECLS

/* A display that the hypervisor itself shows and types into, for machines whose console is %AVB_CONSOLE_PICTURES or
 * %AVB_CONSOLE_RDP_HOST:
 * there is no stream of changes, so each picture is asked for. */

/**
 * AvbPicture:
 *
 * What the guest's display shows at one moment. A plain value.
 */
typedef struct {
  guint   width;   /* pixels, 1 to 16384 */
  guint   height;
  gsize   stride;  /* bytes from one line to the next */
  GBytes *bytes;   /* 32 bits a pixel, native byte order: 0x00RRGGBB; the upper byte means nothing */
} AvbPicture;

#define AVB_TYPE_PICTURE (avb_picture_get_type ())
GType       avb_picture_get_type (void);
/* (transfer full): @bytes are taken over */
AvbPicture *avb_picture_new      (guint width, guint height, gsize stride, GBytes *bytes);
AvbPicture *avb_picture_copy     (const AvbPicture *picture);
void        avb_picture_free     (AvbPicture *picture);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AvbPicture, avb_picture_free)

/**
 * AvbPointer:
 *
 * Where the pointer is and what is pressed, on a display with an absolute pointer. A plain value for the stack.
 */
typedef enum {
  AVB_POINTER_LEFT = 1 << 0,
  AVB_POINTER_MIDDLE = 1 << 1,
  AVB_POINTER_RIGHT = 1 << 2,
} AvbPointerButtons;

struct _AvbPointer {
  guint             x, y;    /* guest pixels */
  guint             width, height; /* of the picture that they are meant for */
  AvbPointerButtons buttons; /* held down */
  int               wheel;   /* notches since the last one; positive is away from the user */
};

/* Resolves to an #AvbPicture (boxed), in the guest's own size. %AVB_ERROR_BUSY if the machine does not run or shows
 * nothing yet. */
DexFuture *avb_machine_read_picture   (AvbMachine *self) G_GNUC_WARN_UNUSED_RESULT;
/* XT scancodes (set 1), bytes as a keyboard would send them, presses and releases. Calls are carried out in order. */
DexFuture *avb_machine_send_scancodes (AvbMachine *self, const guint8 *scancodes, gsize n_scancodes) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *avb_machine_send_pointer   (AvbMachine *self, const AvbPointer *pointer) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-machine.h"
#include "ui/console/avb-input-sink.h"

G_BEGIN_DECLS

/**
 * AvbPictureSink:
 *
 * Keys and pointer for a display that the hypervisor types into. One message is under way at a time, so that all arrive in
 * their order; what waits is put together: keys in a row are one message, of motions the last one counts.
 *
 * Signals: `used`: something was typed or pointed at; `failed` (#GError): a message was refused.
 */
#define AVB_TYPE_PICTURE_SINK (avb_picture_sink_get_type ())
G_DECLARE_FINAL_TYPE (AvbPictureSink, avb_picture_sink, AVB, PICTURE_SINK, AvbInputSink)

AvbPictureSink *avb_picture_sink_new      (AvbMachine *machine);
/* The size of the picture that positions belong to. */
void            avb_picture_sink_set_size (AvbPictureSink *self, guint width, guint height);
/* What still waits is dropped, and nothing is taken any more. */
void            avb_picture_sink_close    (AvbPictureSink *self);

G_END_DECLS

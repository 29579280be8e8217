/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gvnc.h>

#include "ui/console/avb-input-sink.h"

G_BEGIN_DECLS

/* Keys and pointer over VNC: as key numbers where the server knows those (QEMU does), else as what an American keyboard
 * has on the key. */
#define AVB_TYPE_VNC_SINK (avb_vnc_sink_get_type ())
G_DECLARE_FINAL_TYPE (AvbVncSink, avb_vnc_sink, AVB, VNC_SINK, AvbInputSink)

/* @connection: initialized */
AvbInputSink *avb_vnc_sink_new (VncConnection *connection);

G_END_DECLS

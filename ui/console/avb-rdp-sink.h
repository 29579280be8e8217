/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "ui/console/avb-input-sink.h"
#include "ui/console/avb-rdp-link.h"

G_BEGIN_DECLS

/* Keys and the pointer of a display that is shown by VMConnect. */
#define AVB_TYPE_RDP_SINK (avb_rdp_sink_get_type ())
G_DECLARE_FINAL_TYPE (AvbRdpSink, avb_rdp_sink, AVB, RDP_SINK, AvbInputSink)

AvbInputSink *avb_rdp_sink_new (AvbRdpLink *link);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <spice-client.h>

#include "ui/console/avb-input-sink.h"

G_BEGIN_DECLS

/* Keys and pointer over an inputs channel. */
#define AVB_TYPE_SPICE_SINK (avb_spice_sink_get_type ())
G_DECLARE_FINAL_TYPE (AvbSpiceSink, avb_spice_sink, AVB, SPICE_SINK, AvbInputSink)

AvbInputSink *avb_spice_sink_new (SpiceInputsChannel *channel);

G_END_DECLS

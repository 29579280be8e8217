/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <spice-client.h>

#include "backends/avb-operation.h"

G_BEGIN_DECLS

/**
 * avb_file_transfer_start:
 * @main: whose agent gets the file
 * @file: a regular file
 * @operation: tells how far it is and takes its cancel; ends with the transfer
 *
 * Sends one file into the guest, where the agent puts it into the user's downloads. An agent that does not go
 * on is given up after a minute. Main thread.
 */
void avb_file_transfer_start (SpiceMainChannel *main, GFile *file, AvbOperation *operation);

G_END_DECLS

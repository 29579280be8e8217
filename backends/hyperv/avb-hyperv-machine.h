/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-machine-display.h"
#include "backends/avb-machine-link.h"
#include "backends/avb-snapshot.h"

G_BEGIN_DECLS

/* A machine of Hyper-V: Msvm_ComputerSystem. */
#define AVB_TYPE_HYPERV_MACHINE (avb_hyperv_machine_get_type ())
G_DECLARE_FINAL_TYPE (AvbHypervMachine, avb_hyperv_machine, AVB, HYPERV_MACHINE, AvbMachine)

/* What an EnabledState is in our words: page "Msvm_ComputerSystem" and "RequestStateChange method of the
 * Msvm_ComputerSystem class". @critical (out): the host cannot reach the machine's files. */
AvbMachineState avb_hyperv_state_read (guint64 enabled_state, gboolean *critical);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "backends/avb-machine.h"

G_BEGIN_DECLS

/**
 * AvbMachineOverview:
 *
 * The facts of a machine, and its CPUs and memory to change while it is off. Property `machine`
 * (#AvbMachine, read-write).
 */
#define AVB_TYPE_MACHINE_OVERVIEW (avb_machine_overview_get_type ())
G_DECLARE_FINAL_TYPE (AvbMachineOverview, avb_machine_overview, AVB, MACHINE_OVERVIEW, AdwBin)

void avb_machine_overview_set_machine (AvbMachineOverview *self, AvbMachine *machine);

G_END_DECLS

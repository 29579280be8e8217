/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-machine.h"

G_BEGIN_DECLS

/**
 * AvbMachineList:
 *
 * A #GListModel of the #AvbMachine of several lists, one after the other, less those that are
 * hidden. A change of a list is passed on as one change, however many machines it is about. Main
 * thread only.
 */
#define AVB_TYPE_MACHINE_LIST (avb_machine_list_get_type ())
G_DECLARE_FINAL_TYPE (AvbMachineList, avb_machine_list, AVB, MACHINE_LIST, GObject)

AvbMachineList *avb_machine_list_new    (void);
void            avb_machine_list_append (AvbMachineList *self, GListModel *machines);
void            avb_machine_list_remove (AvbMachineList *self, GListModel *machines);

/* A machine that leaves its list is forgotten, hidden or not. */
void            avb_machine_list_hide      (AvbMachineList *self, AvbMachine *machine);
void            avb_machine_list_show      (AvbMachineList *self, AvbMachine *machine);

/* Hidden ones too. (transfer none) (nullable) */
AvbMachine     *avb_machine_list_find (AvbMachineList *self, const char *uuid);

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "backends/avb-machine.h"
#include "ui/library/avb-thumbnail.h"

G_BEGIN_DECLS

/**
 * AvbMachineCard:
 *
 * A machine in the library's grid. Property `machine` (#AvbMachine, nullable, read-write). Signal
 * `menu-requested (GtkWidget *button)`.
 */
#define AVB_TYPE_MACHINE_CARD (avb_machine_card_get_type ())
G_DECLARE_FINAL_TYPE (AvbMachineCard, avb_machine_card, AVB, MACHINE_CARD, GtkWidget)

GtkWidget    *avb_machine_card_new           (void);
void          avb_machine_card_set_machine   (AvbMachineCard *self, AvbMachine *machine);
AvbThumbnail *avb_machine_card_get_thumbnail (AvbMachineCard *self);

G_END_DECLS

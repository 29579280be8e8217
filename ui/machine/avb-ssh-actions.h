/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <gtk/gtk.h>

#include "backends/avb-machine.h"

G_BEGIN_DECLS

/**
 * AvbSshActions:
 *
 * The action `ssh.open` on its owner: opens a terminal with SSH to a machine's running guest.
 */
#define AVB_TYPE_SSH_ACTIONS (avb_ssh_actions_get_type ())
G_DECLARE_FINAL_TYPE (AvbSshActions, avb_ssh_actions, AVB, SSH_ACTIONS, GObject)

/* @owner is not owned, and owns the result. */
AvbSshActions *avb_ssh_actions_new (GtkWidget *owner, AvbMachine *machine);

G_END_DECLS

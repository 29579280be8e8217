/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <adwaita.h>

#include "app/avb-library.h"
#include "app/contributions/avb-served-disks.h"

G_BEGIN_DECLS

/* @go_on: %FALSE: the user changed their mind */
typedef void (*AvbClosingFunc) (gboolean go_on, gpointer user_data);

/**
 * avb_closing_run:
 * @served: (nullable): disks that end with this program
 * @save: save the machines that run; else leave them
 * @done: called once, later than this returns
 *
 * What happens between the click on Close and the end: deletions that wait are made, running
 * machines are saved with progress and Cancel. Nothing is ever killed: what cannot be saved is
 * asked about.
 */
void avb_closing_run (GtkWidget      *window,
                      AvbLibrary     *library,
                      AvbServedDisks *served,
                      gboolean        save,
                      AvbClosingFunc  done,
                      gpointer        user_data);

G_END_DECLS

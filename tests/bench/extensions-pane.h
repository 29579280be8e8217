/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

/* The pane of extensions with a small catalogue and a large one: its first frame, what a key in the search costs until the frame
 * that shows it, and frames while it is scrolled. Prints it; (transfer full): the same as numbers. Needs a display, and
 * avb_ui_test_init(). */
JsonObject *extensions_pane_measure (guint n_runs);

G_END_DECLS

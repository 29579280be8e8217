/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

/* GNOME Boxes shows its library at once; it is to be started with GSETTINGS_BACKEND=keyfile. */
void avb_peer_skip_tutorial_of_boxes (void);

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "guest-rig.h"

G_BEGIN_DECLS

/* The one guest of all these tests: it boots once. */
extern GuestRig *guest;

void test_guest_add_agent   (void);
void test_guest_add_console (void);

G_END_DECLS

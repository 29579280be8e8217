/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "app/avb-library.h"
#include "create-bench.h"
#include "tests/avb-test.h"

G_BEGIN_DECLS

/* What is shared by the cases that call our own classes. In a fiber; what fails ends the program with a
 * message. */

/* The session, and what this computer can do is known; borrowed. */
AvbConnection *create_disks_connect      (AvbLibrary **library);
/* An emulated machine that is off, with a disk of @mib MiB full of data. (transfer full) */
AvbMachine    *create_disks_make_machine (AvbConnection *connection,
                                          const char    *name,
                                          guint          mib,
                                          gboolean       compressible,
                                          char         **disk);
/* As create_place_prepare_turn(). */
void           create_disks_prepare_turn (const char *path);
/* Another program, to its end. The main loop goes on meanwhile. */
void           create_disks_run          (const char *const *argv);

G_END_DECLS

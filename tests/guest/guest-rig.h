/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-connection.h"
#include "tests/console/console-rig.h"

G_BEGIN_DECLS

/**
 * GuestRig:
 *
 * The Debian guest of tests/guest/image in a machine that the program itself made, with a root shell on its first
 * serial port. Outside of fibers.
 */
typedef struct {
  AvbConnection *connection;
  AvbMachine    *machine;
  int            serial;
  guint          source;
  GString       *written; /* what the guest wrote there and nobody has read */
  guint          number;  /* of the last command */
} GuestRig;

/* Waits until the session, its agents and the network are up. */
GuestRig *guest_rig_new  (const char *disc);
void      guest_rig_free (GuestRig *rig);

/* Runs a line in the guest's shell, as root with the session's display, and returns what it wrote. At most 4000
 * bytes. (transfer full) */
char     *guest_rig_run    (GuestRig *rig, const char *command);
/* Runs it until it writes @expected, and nothing else but spaces around it. */
void      guest_rig_expect (GuestRig *rig, const char *command, const char *expected);

/* The value of a future that must not be rejected. (transfer full) */
DexFuture *guest_rig_await (DexFuture *future);

G_END_DECLS

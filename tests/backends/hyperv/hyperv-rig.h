/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

#include "backends/avb-connection.h"
#include "backends/hyperv/avb-hyperv-machine.h"
#include "tests/hyperv/hyperv-simulator.h"

G_BEGIN_DECLS

/* The backend against a simulated host: what its tests share. */

#define DISK "C:\\VMs\\test.vhdx"
#define DISC "C:\\ISO\\debian.iso"
#define GIB (1024ull * 1024 * 1024)

typedef struct {
  HypervSimulator *host;
  AvbConnection   *connection;
} HypervRig;

/* The array ends with a %NULL name. All are fibers. */
typedef struct {
  const char  *name;
  DexFiberFunc func;
} HypervRigTest;

int hyperv_rig_main (int argc, char **argv, const HypervRigTest *tests);

/* With DISK and DISC; not started. */
HypervSimulator *hyperv_rig_new_host (void);
void             hyperv_rig_start    (HypervSimulator *host);
/* Starts @host, takes it, and waits until the link is up. */
void             hyperv_rig_begin    (HypervRig *rig, HypervSimulator *host);
/* Nothing holds the connection then. */
void             hyperv_rig_end      (HypervRig *rig);
/* @user: empty, or with an @ at its end */
AvbConnection   *hyperv_rig_connect_as (HypervSimulator *host, const char *user, gboolean tls);

gboolean    hyperv_rig_is_up    (AvbConnection *connection);
gboolean    hyperv_rig_is_lost  (AvbConnection *connection);
guint       hyperv_rig_count    (AvbConnection *connection);
AvbMachine *hyperv_rig_find     (AvbConnection *connection, const char *name); /* (nullable) (transfer none) */
char       *hyperv_rig_dup_id   (AvbMachine *machine); /* as the host spells it */
#define until_state(machine, wanted) avb_test_until_true (avb_machine_get_state (machine) == (wanted))

/* With a little of everything. */
AvbMachineSpec *hyperv_rig_new_spec (const char *name);

G_END_DECLS

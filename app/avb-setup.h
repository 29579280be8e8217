/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include <libdex.h>

#include "app/avb-library.h"

G_BEGIN_DECLS

/* Settings of a machine, see avb_machine_get_setting(): "install" or "cloud" while its first boot goes on… */
#define AVB_SETUP_SETTING "setup"
/* …"yes" once it was started and "ready" once the guest said that it is, and "yes" if a snapshot is wanted at the
 * end. */
#define AVB_SETUP_STARTED_SETTING "setup-started"
#define AVB_SETUP_SNAPSHOT_SETTING "setup-snapshot"

/* A setting that stays: who can log in. */
#define AVB_SETUP_USER_SETTING "user"

/* In the name of a volume that only serves the first boot, before %AVB_VOLUME_DISC_COPY: it is removed at its end. */
#define AVB_SETUP_VOLUME "-avb-setup"

/**
 * AvbSetupState:
 * @AVB_SETUP_WAITING: for the machine to be started.
 * @AVB_SETUP_WORKING: the guest sets itself up, or is installed.
 * @AVB_SETUP_READY: it is done, and what was needed for it is gone.
 * @AVB_SETUP_FAILED: the guest says so, or what comes at the end did not work.
 */
typedef enum {
  AVB_SETUP_WAITING,
  AVB_SETUP_WORKING,
  AVB_SETUP_READY,
  AVB_SETUP_FAILED,
} AvbSetupState;

#define AVB_TYPE_SETUP_STATE (avb_setup_state_get_type ())
GType avb_setup_state_get_type (void);

/**
 * AvbSetup:
 *
 * The first boot of a machine, while it goes on: listens to the guest, and does what comes at its end: what only
 * served the first boot (kernel, discs with answers, the channel) leaves the machine once it is off, a snapshot is taken,
 * and a machine that was installed is started from its disk. A guest that sets itself up by cloud-init is ready before
 * that, while it runs; one that was switched off earlier goes on at its next start. What it needs to know is with the
 * machine: it goes on when the program starts again. Main thread only.
 *
 * Properties, read-only and notifying: `machine` (#AvbMachine), `kind` (string: "install" or "cloud"), `state`
 * (#AvbSetupState), `message` (string, nullable: what the guest does right now, in its own words: hostile; or why it
 * failed), `address` (string, nullable: the IP address that the guest says it has), `ended` (boolean: all is done that comes at
 * the end).
 */
#define AVB_TYPE_SETUP (avb_setup_get_type ())
G_DECLARE_FINAL_TYPE (AvbSetup, avb_setup, AVB, SETUP, GObject)

AvbSetup     *avb_setup_new         (AvbMachine *machine);
AvbMachine   *avb_setup_get_machine (AvbSetup *self);
const char   *avb_setup_get_kind    (AvbSetup *self);
AvbSetupState avb_setup_get_state   (AvbSetup *self);
const char   *avb_setup_get_message (AvbSetup *self); /* (nullable) */

const char   *avb_setup_get_address (AvbSetup *self); /* (nullable) */
gboolean      avb_setup_get_ended   (AvbSetup *self);

/* Takes the guest for ready, whether it says so or not. */
void          avb_setup_give_up     (AvbSetup *self);

/* Watches no more; the machine is left as it is. */
void          avb_setup_stop        (AvbSetup *self);

/**
 * avb_setup_list_new:
 *
 * Returns: (transfer full): a list of #AvbSetup: one for each machine of @library whose first boot goes on, and those that
 *   ended since. It works for as long as it is kept
 */
GListModel   *avb_setup_list_new    (AvbLibrary *library);

G_END_DECLS

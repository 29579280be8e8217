/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#pragma once

#include "backends/avb-machine.h"

G_BEGIN_DECLS

/**
 * AvbCloneSpec:
 *
 * How a machine is to be cloned. A plain value for the stack.
 */
struct _AvbCloneSpec {
  const char *name;   /* of the clone; must be free */
  gboolean    linked; /* overlays over the original's disks, at once; else full copies */
};

/**
 * avb_machine_clone:
 * @operation: progress and cancel; finished by this call
 *
 * Makes a machine like this one, which must be off: with its own UUID, addresses, disks, NVRAM and TPM state. A
 * linked clone stands on the disks of the original, which must not change from then on: only a template can be
 * cloned so (avb_machine_set_template()), %AVB_ERROR_INVALID otherwise.
 *
 * Returns: (transfer full): resolves to the #AvbMachine; when it rejects, nothing is left
 */
DexFuture *avb_machine_clone (AvbMachine         *self,
                              const AvbCloneSpec *clone,
                              AvbOperation       *operation) G_GNUC_WARN_UNUSED_RESULT;

/* The setting of a machine that is gone when it is off: there is nothing to go on from. */
#define AVB_SETTING_DISPOSABLE "disposable"

/* The setting that makes a machine a template. */
#define AVB_SETTING_TEMPLATE "template"

/**
 * avb_machine_set_template:
 *
 * A template is frozen: it cannot be started, its disks are write-protected, and it cannot be deleted
 * while linked clones stand on it. Resolves to %TRUE. The machine must be off; making it an ordinary machine again
 * is %AVB_ERROR_BUSY while it has linked clones.
 */
DexFuture *avb_machine_set_template (AvbMachine *self, gboolean is_template) G_GNUC_WARN_UNUSED_RESULT;
gboolean   avb_machine_get_is_template (AvbMachine *self);

/* Why a template cannot be started: a translated sentence. */
const char *avb_machine_template_refusal (void);

/* Resolves to a uint: how many machines of the connection stand on this one's disks. */
DexFuture *avb_machine_count_clones (AvbMachine *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

/* SPDX-FileCopyrightText: Alpha VBox contributors
 * SPDX-License-Identifier: MPL-2.0 */

#include "config.h"

#include "backends/avb-guest-channel.h"

#include <glib/gi18n-lib.h>

#include "backends/avb-machine-private.h"

/* Both need a guest that runs. (nullable) */
static DexFuture *
refuse (AvbMachine *self, gpointer vfunc)
{
  DexFuture *refusal = avb_machine_refuse (self, vfunc, 0);

  if (refusal == NULL
      && !(avb_machine_state_can (avb_machine_get_state (self)) & AVB_MACHINE_HAS_CONSOLE))
    refusal = avb_machine_reject (AVB_ERROR_BUSY, _ ("The machine is not running."));
  return refusal;
}

DexFuture *
avb_machine_open_guest_channel (AvbMachine *self, const char *name)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  dex_return_error_if_fail (AVB_IS_MACHINE (self));
  dex_return_error_if_fail (name != NULL);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = refuse (self, klass->open_guest_channel);
  return refusal != NULL ? refusal : klass->open_guest_channel (self, name);
}

DexFuture *
avb_machine_forward_port (AvbMachine *self, guint port)
{
  AvbMachineClass *klass;
  DexFuture       *refusal;

  dex_return_error_if_fail (AVB_IS_MACHINE (self));
  dex_return_error_if_fail (port > 0 && port <= G_MAXUINT16);

  klass = AVB_MACHINE_GET_CLASS (self);
  refusal = refuse (self, klass->forward_port);
  return refusal != NULL ? refusal : klass->forward_port (self, port);
}
